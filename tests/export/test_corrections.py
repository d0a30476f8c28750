"""Marks corrected by hand in what is written: read back with other people's readers."""

import io
import json
from dataclasses import replace

import edfio
import numpy as np
import pydicom
import pypdf
import pytest
import wfdb

from ecg_core import Analysis
from ecg_core.corrections import log, marks, revise, with_correction
from ecg_core.export.formats import FORMATS
from ecg_core.export.report import to_pdf
from ecg_core.export.wfdb_record import to_annotations
from ecg_core.results import Mark
from ecg_core.vocabulary import Wave

ABOUT = "the estimate and its band were made with the marks of neurokit2"


@pytest.fixture(scope="module")
def moved(analysis) -> Mark:
    """The fourth QRS complex, as a hand has put it."""
    fourth = [one for one in marks(analysis.examination) if one.wave is Wave.QRS][3]
    return replace(fourth, onset=fourth.onset - 6, peak=fourth.peak + 1)


@pytest.fixture(scope="module")
def corrected(analysis, moved) -> Analysis:
    """One QRS moved, one T wave removed, one with its peak elsewhere."""
    found = marks(analysis.examination)
    qrs, t = ([one for one in found if one.wave is wave] for wave in (Wave.QRS, Wave.T))
    corrections = with_correction((), qrs[3], moved)
    corrections = with_correction(corrections, t[5], None)
    corrections = with_correction(corrections, t[0], replace(t[0], peak=t[0].peak + 7))
    return replace(analysis, examination=revise(analysis.examination, corrections))


def written(analysis: Analysis, kind: str, folder) -> dict[str, bytes]:
    files = FORMATS[kind](analysis)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return files


@pytest.mark.parametrize(("kind", "name"), [("wfdb", "reconstruction"), ("annotations", "marks")])
def test_wfdb_reads_back_the_same_samples_and_symbols_and_which_were_set_by_hand(corrected, kind, name, tmp_path):
    written(corrected, kind, tmp_path)
    read = wfdb.rdann(str(tmp_path / name), "atr")
    expected = sorted(
        noted
        for mark in marks(corrected.examination)
        for noted in ((mark.onset, "("), (mark.peak, "?" if mark.wave is Wave.QRS else "t"), (mark.offset - 1, ")"))
    )
    assert list(zip(read.sample.tolist(), read.symbol, strict=True)) == expected
    assert read.fs == 500
    by_hand = {int(at) for at, note in zip(read.sample, read.aux_note, strict=True) if note.strip("\0") == "by hand"}
    after = [one.after for one in corrected.examination.segments.corrections if one.after is not None]
    assert by_hand == {at for mark in after for at in (mark.onset, mark.peak, mark.offset - 1)}
    header = wfdb.rdheader(str(tmp_path / name))
    assert (header.fs, header.sig_len) == (500, 5000)
    assert [line for line in header.comments if line in log(corrected.examination.segments)] == [
        *log(corrected.examination.segments)
    ]
    assert any("neurokit2, 3 corrected by hand" in line for line in header.comments)
    assert any(ABOUT in line for line in header.comments)


def test_marks_as_they_were_found_are_said_to_be_neurokit2s(analysis, tmp_path):
    written(analysis, "annotations", tmp_path)
    read = wfdb.rdann(str(tmp_path / "marks"), "atr")
    assert np.array_equal(read.sample[np.array(read.symbol) == "?"], analysis.examination.segments.r_peaks)
    assert not any(note.strip("\0") for note in read.aux_note)
    header = wfdb.rdheader(str(tmp_path / "marks"))
    assert header.comments[0] == "QRS and T of measured Lead I, marked by neurokit2."
    assert not any("hand" in line for line in header.comments)


def test_a_recording_without_marks_has_a_header_and_no_annotations(analysis):
    everything = ()
    for mark in marks(analysis.examination):
        everything = with_correction(everything, mark, None)
    bare = replace(analysis, examination=revise(analysis.examination, everything))
    assert sorted(to_annotations(bare)) == ["marks.hea"]


def test_json_holds_each_correction_and_what_is_measured_from_it(analysis, corrected, moved):
    said, before = (json.loads(FORMATS["json"](one)["analysis.json"]) for one in (corrected, analysis))
    assert before["segments"]["marked_by"] == "neurokit2"
    assert before["segments"]["corrected_by_hand"] == []
    assert said["segments"]["marked_by"] == said["measured_on_lead_i"]["marked_by"] == "neurokit2, 3 corrected by hand"
    first = said["segments"]["corrected_by_hand"][0]
    assert first["after"] == {
        "wave": "QRS", "onset_s": moved.onset / 500, "peak_s": moved.peak / 500, "offset_s": moved.offset / 500
    }  # fmt: skip
    assert first["before"]["onset_s"] == pytest.approx(moved.onset / 500 + 0.012)
    assert "onset from" in first["in_words"]
    assert said["segments"]["corrected_by_hand"][1]["after"] is None
    assert said["measured_on_lead_i"]["qrs_duration_ms"] > before["measured_on_lead_i"]["qrs_duration_ms"]
    assert said["leads"]["V3"] == before["leads"]["V3"]


def test_edf_and_dicom_say_which_waves_were_set_by_hand(corrected, moved):
    edf = edfio.read_edf(FORMATS["edf"](corrected)["reconstruction.edf"])
    by_hand = [note.onset for note in edf.annotations if note.text == "QRS on Lead I, by hand"]
    assert by_hand == [pytest.approx(moved.onset / 500)]
    assert any(ABOUT in note.text for note in edf.annotations)
    dicom = pydicom.dcmread(io.BytesIO(FORMATS["dicom"](corrected)["reconstruction.dcm"]))
    notes = [
        str(note.UnformattedTextValue) for note in dicom.WaveformAnnotationSequence if "UnformattedTextValue" in note
    ]
    assert set(log(corrected.examination.segments)) <= set(notes)


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("en", "* QRS or T moved or added by hand; removed: 1"),
        ("de", "* QRS oder T von Hand verschoben oder hinzugefügt; entfernt: 1"),
    ],
)
def test_the_report_lists_the_corrections_and_marks_what_was_measured_from_them(corrected, language, title):
    pages = pypdf.PdfReader(io.BytesIO(to_pdf(corrected, language=language))).pages
    text = " ".join(" ".join(page.extract_text() for page in pages).split())
    assert title in " ".join(pages[0].extract_text().split())
    at = f"{corrected.examination.segments.corrections[0].before.peak / 500:.3f}"
    assert f"QRS {'at' if language == 'en' else 'bei'} {at.replace('.', ',' if language == 'de' else '.')} s" in text
    assert ("marks corrected by hand" if language == "en" else "Marken von Hand berichtigt") in text
