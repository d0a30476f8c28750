"""The DICOM waveform, as pydicom reads it and dciodvfy judges it."""

import io
import shutil
import subprocess
from dataclasses import replace

import numpy as np
import pydicom
import pytest
from pydicom.uid import GeneralECGWaveformStorage

from ecg_core.export.dicom import to_dicom
from ecg_core.export.provenance import half_width
from ecg_core.vocabulary import LEADS
from tests.conftest import needed


@pytest.fixture(scope="module")
def opened(analysis):
    return pydicom.dcmread(io.BytesIO(to_dicom(analysis)))


def test_both_groups_are_derived_and_hold_the_result(opened, analysis):
    assert opened.SOPClassUID == GeneralECGWaveformStorage
    leads, halves = opened.WaveformSequence
    assert {leads.WaveformOriginality, halves.WaveformOriginality} == {"DERIVED"}
    assert (float(leads.SamplingFrequency), leads.NumberOfWaveformSamples) == (500, 5000)
    for place, expected in ((0, analysis.reconstruction.mean), (1, half_width(analysis))):
        microvolts = opened.waveform_array(place).T
        assert np.abs(microvolts / 1000 - expected).max() <= 0.00011


def test_each_channel_says_whether_it_was_measured(opened):
    leads, halves = opened.WaveformSequence
    first, *others = leads.ChannelDefinitionSequence
    assert first.ChannelSourceSequence[0].CodeValue == "2:1"
    assert first.ChannelDerivationDescription.startswith("Measured")
    for channel in others:
        assert channel.ChannelSourceSequence[0].CodeMeaning.startswith("Derived Lead")
        assert channel.ChannelDerivationDescription.startswith("Estimated from Lead I, not recorded")
        assert channel.ChannelLabel.endswith(" estimated")
    for channel in halves.ChannelDefinitionSequence:
        assert channel.ChannelSourceSequence[0].CodingSchemeDesignator == "99ECGCORE"


def test_the_codes_are_those_of_the_standards_list(opened):
    from pydicom.sr.codedict import Collection

    known = Collection("CID3001")
    meanings = {code.value: code.meaning for code in (getattr(known, name) for name in known.dir())}
    for lead, channel in zip(LEADS, opened.WaveformSequence[0].ChannelDefinitionSequence, strict=True):
        code = channel.ChannelSourceSequence[0]
        assert meanings[code.CodeValue] == code.CodeMeaning
        assert code.CodeMeaning.split()[-1] == lead


def test_annotations_mark_the_waves_of_lead_i(opened, analysis):
    segments = analysis.examination.segments
    notes = [note for note in opened.WaveformAnnotationSequence if "ReferencedSamplePositions" in note]
    for code, waves in (("10:1600", segments.qrs), ("10:1024", segments.t)):
        of_code = [note for note in notes if note.ConceptNameCodeSequence[0].CodeValue == code]
        found = np.array(
            [list(note.ReferencedSamplePositions) for note in of_code]
        )  # counted from 1, last one included
        assert np.array_equal(found - np.array([1, 0]), waves)
    assert {tuple(note.ReferencedWaveformChannels) for note in notes} == {(1, 1)}


def test_no_patient_and_the_month_alone(opened):
    for keyword in ("PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyDate"):
        assert not opened[keyword].value
    assert opened.AcquisitionDateTime == "202103"


@pytest.mark.parametrize(("rate", "written"), [(125.0, 250.0), (2000.0, 1000.0)])
def test_other_rates_are_doubled_or_halved_and_it_says_so(rate, written, analysis):
    opened = pydicom.dcmread(io.BytesIO(to_dicom(at_rate(analysis, rate))))
    group = opened.WaveformSequence[0]
    assert float(group.SamplingFrequency) == written
    assert group.NumberOfWaveformSamples / written == pytest.approx(5000 / rate)
    assert any(f"Resampled from {rate:g} Hz" in note.get("UnformattedTextValue", "")
               for note in opened.WaveformAnnotationSequence)  # fmt: skip


def at_rate(analysis, rate):
    return replace(analysis, reconstruction=replace(analysis.reconstruction, sampling_rate=rate))


@pytest.fixture(scope="module")
def dciodvfy() -> str:
    """Where dciodvfy is: skip without it, but fail where CI is set."""
    advice = "dciodvfy was not found; install it with `apt-get install dicom3tools` to have the DICOM export judged."
    return needed(shutil.which("dciodvfy"), advice)


@pytest.mark.parametrize("case", ["analysis", "with_earlier"])
def test_dciodvfy_finds_no_error(dciodvfy, case, request, tmp_path):
    path = tmp_path / "reconstruction.dcm"
    path.write_bytes(to_dicom(request.getfixturevalue(case)))
    said = subprocess.run([dciodvfy, str(path)], capture_output=True, text=True, check=False, timeout=60).stderr
    assert "GeneralECG" in said
    assert not [line for line in said.splitlines() if line.startswith(("Error", "Abort"))]
