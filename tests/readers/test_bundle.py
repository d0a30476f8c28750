"""Archives and folders: the one recording among many files is found, and nothing else of them is believed."""

import io
import tracemalloc
import zipfile
from pathlib import PurePath

import numpy as np
import pytest

from ecg_core.errors import AnswerNeeded, Question, UnreadableFile
from ecg_core.readers import bundle, members, patient_from, read
from ecg_core.vocabulary import LEADS
from tests.readers import devices


def packed(files, *, compression=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


@pytest.fixture(scope="module")
def pair(sample_files):
    return {f"records/g1/{name}": data for name, data in sample_files("A0002.hea", "A0002.mat").items()}


OTHERS = {
    "LICENSE.txt": b"MIT",
    "__MACOSX/._A0002.hea": b"\x00\x05",
    ".DS_Store": b"\x00",
    "records/photo.png": b"\x89PNG",
}


def test_a_pair_is_found_in_an_archive_among_other_files(pair, twelve_lead_sample):
    archive = {"Quibblewick.zip": packed({**OTHERS, **pair, "records/g1/A0002.atr": bytes(range(64))})}
    recording = read(archive)
    assert recording.leads == LEADS
    np.testing.assert_array_equal(recording.signals, twelve_lead_sample.signals)
    assert patient_from(archive).known() == patient_from(dict(pair)).known() != ()
    assert "Quibblewick" not in repr(recording)


@pytest.mark.parametrize("name", ["GE MUSE XML", "SCP-ECG", "EDF+", "AliveCor ATC"])
@pytest.mark.filterwarnings("ignore:Invalid char")
def test_any_format_is_found_in_an_archive(twelve_lead_sample, name):
    recording = read({"a.zip": packed({**OTHERS, "ecg/strip": devices.WRITERS[name](twelve_lead_sample)})})
    assert recording.source == name


def test_files_of_a_folder_are_read_like_those_of_an_archive(pair, twelve_lead_sample):
    np.testing.assert_array_equal(read({**OTHERS, **pair}).signals, twelve_lead_sample.signals)


def test_a_pair_in_one_folder_is_not_mixed_with_its_namesake_in_another(pair, sample_files):
    other = {"g2/A0002.mat": sample_files("A0005.mat")["A0005.mat"]}
    with pytest.raises(AnswerNeeded, match="2 recordings"):
        read({**other, **pair})


@pytest.mark.parametrize("count", [2, 3])
def test_several_recordings_are_counted_and_asked_for(sample_files, count):
    names = ["A0006_lead_I.csv", "A0009_apple_watch.csv", "A0010_lead_I.edf"][:count]
    with pytest.raises(AnswerNeeded, match=f"Found {count} files that hold {count} recordings") as asked:
        read({"a.zip": packed(sample_files(*names))})
    assert asked.value.question is Question.RECORDING
    assert len(asked.value.choices) == count


@pytest.fixture(scope="module")
def several(pair, sample_files):
    """A CSV, a WFDB pair and an EDF file, called after patients, the second in number order in the last place."""
    strip, edf = sample_files("A0006_lead_I.csv", "A0010_lead_I.edf").values()
    quibblewick = {f"Quibblewick 2{PurePath(name).suffix}": data for name, data in pair.items()}
    quibblewick["Quibblewick 2.hea"] = quibblewick["Quibblewick 2.hea"].replace(b"A0002.mat", b"Quibblewick_2.mat")
    quibblewick["Quibblewick_2.mat"] = quibblewick.pop("Quibblewick 2.mat")
    return {"a.zip": packed({"Quibblewick 10.edf": edf, "Quibblewick 1.csv": strip, **OTHERS, **quibblewick})}


def test_choices_tell_recordings_apart_and_name_nobody(several):
    with pytest.raises(AnswerNeeded) as asked:
        read(several)
    assert asked.value.choices == (
        "1 · delimited text · 1 channel · 14 s",
        "2 · WFDB · 12 channels · 10 s",
        "3 · EDF+ · 1 channel · 10 s",
    )
    assert "Quibblewick" not in str(asked.value)


@pytest.mark.parametrize("member", ["2", "2 · WFDB · 12 channels · 10 s", "Quibblewick_2.mat"])
def test_the_one_that_is_chosen_is_read_and_is_its_own_patients(several, member, twelve_lead_sample):
    np.testing.assert_array_equal(read(several, member=member).signals, twelve_lead_sample.signals)
    assert patient_from(several, member).age_years == 49
    assert patient_from(several, "3").age_years != 49
    assert patient_from(several).known() == ()


@pytest.mark.parametrize("member", ["0", "4", "x.csv", ""])
def test_a_choice_that_fits_nothing_is_asked_again(several, member):
    with pytest.raises(AnswerNeeded, match="fits 0 of 3 recordings") as asked:
        read(several, member=member)
    assert len(asked.value.choices) == 3


def test_a_file_name_in_two_folders_fits_both(sample_files):
    strip = sample_files("A0006_lead_I.csv")["A0006_lead_I.csv"]
    files = {"a/x.csv": strip, "b/x.csv": strip[:50_000]}
    with pytest.raises(AnswerNeeded, match="fits 2 of 2"):
        read(files, member="x.csv")
    assert read(files, member="b/x.csv").duration < read(files, member="a/x.csv").duration


def test_of_many_recordings_format_and_size_are_told(sample_files, monkeypatch):
    monkeypatch.setattr(members, "MOST_DESCRIBED", 1)
    with pytest.raises(AnswerNeeded) as asked:
        read(sample_files("A0006_lead_I.csv", "A0010_lead_I.edf"))
    assert asked.value.choices == ("1 · delimited text · 89 kB", "2 · EDF · 11 kB")


def test_a_damaged_one_among_several_is_called_so_and_the_others_can_be_read(sample_files):
    edf = sample_files("A0010_lead_I.edf")["A0010_lead_I.edf"]
    files = {"1.edf": edf[:-100], "2.edf": edf}
    with pytest.raises(AnswerNeeded) as asked:
        read(files)
    assert asked.value.choices[0].endswith("damaged")
    assert read(files, member="2").source == "EDF+"


@pytest.mark.parametrize("name", ["../A0002.hea", "/etc/A0002.hea", "..\\..\\A0002.hea", "C:/A0002.hea", "a/../../b"])
def test_names_that_lead_outside_are_refused(pair, name):
    with pytest.raises(UnreadableFile, match="leads outside"):
        read({"a.zip": packed({**pair, name: b"x"})})


def test_limits_hold_before_anything_is_unfolded(monkeypatch):
    bomb = packed({f"{place}.csv": bytes(8 << 20) for place in range(8)})
    monkeypatch.setattr(bundle, "MOST_BYTES", 32 << 20)
    tracemalloc.start()
    with pytest.raises(UnreadableFile, match="8 files of 64 MB; at most 1000 files of 32 MB"):
        read({"a.zip": bomb})
    assert tracemalloc.get_traced_memory()[1] < 4 << 20
    tracemalloc.stop()
    with pytest.raises(UnreadableFile, match="1001 files"):
        read({"a.zip": packed({str(place): b"" for place in range(1001)})})


def test_an_archive_that_lies_about_a_size_is_refused(pair):
    archive = bytearray(packed(pair, compression=zipfile.ZIP_STORED))
    at = archive.rindex(b"PK\x01\x02")
    archive[at + 24 : at + 28] = (10).to_bytes(4, "little")
    with pytest.raises(UnreadableFile, match="damaged"):
        read({"a.zip": bytes(archive)})


def test_a_locked_archive_is_refused(pair):
    archive = bytearray(packed(pair))
    for mark, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        archive[archive.index(mark) + offset] |= 1
    with pytest.raises(UnreadableFile, match="password"):
        read({"a.zip": bytes(archive)})


@pytest.mark.parametrize("kept", [30, 200, -1, -40])
def test_a_truncated_archive_is_refused(pair, kept):
    with pytest.raises(UnreadableFile, match="damaged"):
        read({"a.zip": packed(pair)[:kept]})


def test_a_spreadsheet_is_no_archive_of_recordings():
    with pytest.raises(UnreadableFile, match="a ZIP archive or a spreadsheet"):
        read({"a.xlsx": packed({"[Content_Types].xml": b"<a/>", "xl/sheet.xml": b"1,2\n3,4\n5,6"})})


def test_an_archive_in_an_archive_is_not_opened(pair):
    with pytest.raises(UnreadableFile, match="a ZIP archive"):
        read({"a.zip": packed({"b.zip": packed(pair)})})
