"""What `read` promises for every format alike."""

import numpy as np
import pytest

from ecg_core.errors import AnswerNeeded, RecordingRefused, UnreadableFile
from ecg_core.pipeline import examine
from ecg_core.readers import FORMATS, read
from ecg_core.vocabulary import LEADS, Lead

ONE_FILE = [
    ("A0006_lead_I.csv", "delimited text"),
    ("A0009_apple_watch.csv", "Apple Watch CSV"),
    ("A0010_lead_I.edf", "EDF+"),
]


@pytest.mark.parametrize(("name", "source"), ONE_FILE)
def test_content_decides_and_not_the_name(sample_files, name, source):
    (data,) = sample_files(name).values()
    honest = read({name: data})
    for misleading in ("x.dat", "x.hea", "x.edf", "x.pdf", "x"):
        disguised = read({misleading: data})
        assert disguised.source == honest.source == source
        np.testing.assert_array_equal(disguised.signals, honest.signals)


def test_a_file_of_lead_i_alone_gives_one_lead(sample_files):
    for name, _ in ONE_FILE:
        assert read(sample_files(name)).leads == (Lead.I,)


def test_a_twelve_lead_file_gives_twelve_in_the_usual_order(sample_files):
    assert read(sample_files("A0002.hea", "A0002.mat")).leads == LEADS


def test_the_same_record_reads_alike_in_every_format(sample_files):
    """The three Lead I files were written from records whose samples are whole microvolts."""
    for name, _ in ONE_FILE:
        microvolts = read(sample_files(name))[Lead.I] * 1000
        np.testing.assert_allclose(microvolts, np.round(microvolts), atol=1e-6)


@pytest.mark.parametrize(
    ("member", "source"), [("A0001.csv", "delimited text"), ("A0001.edf", "EDF+"), ("A0001.xml", "GE MUSE XML")]
)
def test_a_record_that_others_wrote_in_several_formats_has_the_same_millivolts(sample_files, member, source):
    """To a tenth of the microvolt in which its WFDB record counts."""
    wfdb = read(sample_files("A0001.hea", "A0001.mat"))
    other = read(sample_files("A0001_other_formats.zip"), member=member, unit="mV")  # which its CSV does not say
    assert (other.source, other.leads, other.sampling_rate) == (source, LEADS, 500.0)
    difference = other.signals - wfdb.signals
    if source == "GE MUSE XML":  # each lead moved by the baseline of its first sample, which is said
        assert any(note.startswith("The file states a baseline for its first sample") for note in other.notes)
        difference -= np.median(difference, axis=1, keepdims=True)
        np.testing.assert_allclose(examine(other).lead_i, examine(wfdb).lead_i, atol=1e-4)
    np.testing.assert_allclose(difference, 0, atol=1e-4)


@pytest.mark.parametrize("files", [{}, {"a.csv": b""}, {"a.hea": b"", "a.dat": b""}])
def test_nothing_to_read_is_refused(files):
    with pytest.raises(RecordingRefused, match="empty"):
        read(files)


def test_which_of_two_files_is_meant_is_asked_and_two_that_are_none_are_refused(sample_files):
    with pytest.raises(AnswerNeeded, match="Found 2 files that hold 2 recordings"):
        read(sample_files("A0006_lead_I.csv", "A0010_lead_I.edf"))
    with pytest.raises(UnreadableFile, match="Found 2 files"):
        read({"a.bin": b"\x00\x01\x02", "b.bin": b"\x03\x04"})


@pytest.mark.parametrize("data", [b"\x00\x01\x02", b"hello", b"%PDF-1.7 ...", b"<html></html>", b'{"a": 1}'])
def test_a_stranger_is_told_which_formats_are_read(data):
    with pytest.raises(UnreadableFile, match=r"Formats read today: WFDB .* EDF, Apple Watch CSV"):
        read({"file": data})


def test_file_names_never_enter_a_recording(sample_files):
    for name, _ in ONE_FILE:
        (data,) = sample_files(name).values()
        recording = read({"Ada Lovelace 1815-12-10.csv": data})
        assert "Lovelace" not in repr(recording)
    renamed = dict(zip(("Ada.hea", "Ada.mat"), sample_files("A0002.hea", "A0002.mat").values(), strict=True))
    assert "Ada" not in repr(read(renamed))


def test_every_line_of_the_sniffing_table_has_its_own_name():
    assert len({line.name for line in FORMATS}) == len(FORMATS)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.7 ...", "a PDF file"),
        (b"\x89PNG\r\n", "a picture"),
        (b"\xef\xbb\xbf <html></html>", "an XML or HTML file of another kind"),
        ("<a/>".encode("utf-16"), "an XML or HTML file of another kind"),
    ],
)
def test_a_stranger_is_told_what_it_looks_like(data, kind):
    with pytest.raises(UnreadableFile, match=f"This looks like {kind}, which is not read"):
        read({"file": data})
