"""EDF and EDF+: claims against size, annotation channels, units, and what is not read of the header."""

import io
from datetime import date

import edfio
import numpy as np
import pytest

from ecg_core.errors import AnswerNeeded, LeadMissing, Question, UnreadableFile
from ecg_core.readers import read
from ecg_core.vocabulary import Lead

NAME = "A0010_lead_I.edf"


@pytest.fixture
def strip(sample_files):
    return sample_files(NAME)[NAME]


def written(signals, **settings):
    out = io.BytesIO()
    edfio.Edf(signals, **settings).write(out)
    return {"file": out.getvalue()}


def signal(values, label="ECG I", unit="mV", rate=500):
    return edfio.EdfSignal(np.asarray(values), rate, label=label, physical_dimension=unit, physical_range=(-5, 5))


def test_reads_lead_i_in_millivolts_without_the_annotations(strip):
    recording = read({"file": strip})
    assert recording.source == "EDF+"
    assert recording.leads == (Lead.I,)
    assert recording.sampling_rate == 500.0
    assert 0.4 < recording[Lead.I].max() < 0.5


@pytest.mark.parametrize("keep", [100, 255, 256, 500, 5000, -2, -1])
def test_a_truncated_file_is_refused(strip, keep):
    with pytest.raises(UnreadableFile, match="EDF"):
        read({"file": strip[:keep]})


def test_bytes_behind_the_last_record_are_refused(strip):
    with pytest.raises(UnreadableFile, match="cut short or altered"):
        read({"file": strip + b"\x00" * 64})


@pytest.mark.parametrize("claim", [b"99999999", b"1       ", b"-5      ", b"ten     "])
def test_a_header_that_lies_about_its_records_is_refused(strip, claim):
    with pytest.raises(UnreadableFile, match="EDF header"):
        read({"file": strip[:236] + claim + strip[244:]})


def test_an_unknown_number_of_records_is_counted(strip):
    recording = read({"file": strip[:236] + b"-1      " + strip[244:]})
    np.testing.assert_array_equal(recording.signals, read({"file": strip}).signals)


def test_an_interrupted_recording_is_refused(strip):
    with pytest.raises(UnreadableFile, match="interruptions"):
        read({"file": strip.replace(b"EDF+C", b"EDF+D", 1)})


def test_a_missing_unit_is_asked_for(strip):
    bare = strip.replace(b"uV      ", b"        ", 1)
    with pytest.raises(AnswerNeeded) as asked:
        read({"file": bare})
    assert asked.value.question is Question.UNIT
    np.testing.assert_array_equal(read({"file": bare}, unit="uV").signals, read({"file": strip}).signals)


def test_a_missing_scale_is_asked_for(strip):
    bare = strip.replace(b"-32768  -32768  32767   ", b"0       -32768  0       ", 1)
    assert bare != strip
    with pytest.raises(AnswerNeeded) as asked:
        read({"file": bare})
    assert asked.value.question is Question.UNIT
    np.testing.assert_allclose(read({"file": bare}, unit="uV").signals, read({"file": strip}).signals, atol=1e-12)


def test_name_and_date_of_birth_never_enter_a_recording(sample_files):
    values = read(sample_files(NAME))[Lead.I]
    patient = edfio.Patient(code="X1", sex="F", birthdate=date(1815, 12, 10), name="Ada_Lovelace")
    files = written([signal(values)], patient=patient)
    assert b"Lovelace" in files["file"]
    text = repr(read(files))
    assert "Lovelace" not in text
    assert "1815" not in text


def test_other_channels_and_other_rates_are_left_out_with_a_note(sample_files):
    values = read(sample_files(NAME))[Lead.I]
    recording = read(
        written(
            [signal(values), signal(values[::2], "ECG II", rate=250), signal(values, "Resp", "V"), signal(values, "V1")]
        )
    )
    assert recording.leads == (Lead.I, Lead.V1)
    assert any("II" in note for note in recording.notes)
    assert any("1 channel(s)" in note for note in recording.notes)


def test_a_single_channel_that_is_no_lead_is_asked_for(sample_files):
    values = read(sample_files(NAME))[Lead.I]
    files = written([signal(values, "ECG")])
    with pytest.raises(AnswerNeeded) as asked:
        read(files)
    assert asked.value.question is Question.LEAD
    for answer in ("I", "ECG", "1"):
        assert read(files, lead=answer).leads == (Lead.I,)


def test_a_single_channel_that_is_another_lead_is_refused(sample_files):
    values = read(sample_files(NAME))[Lead.I]
    files = written([signal(values, "ECG II")])
    for answer in (None, "I", "1"):
        with pytest.raises(LeadMissing):
            read(files, lead=answer)


def test_annotations_alone_are_refused():
    with pytest.raises(UnreadableFile, match="EDF"):
        read(written([], annotations=[edfio.EdfAnnotation(0, None, "start")]))


def test_a_handheld_recorder_reads_as_lead_i(shared_data):
    recording = read({"file": shared_data("formats/edf/kardiamobile_1l.edf").read_bytes()})
    assert recording.leads == (Lead.I,)
    assert (recording.sampling_rate, recording.duration) == (300.0, 30.0)
    assert 0.3 < recording[Lead.I].max() < 0.5


def test_flat_chest_leads_are_left_out(shared_data):
    recording = read({"file": shared_data("formats/edf/contec_0000050.edf").read_bytes()})
    assert recording.leads == (Lead.I, Lead.II, Lead.III, Lead.AVR, Lead.AVL, Lead.AVF)
    assert recording.sampling_rate == 800.0
    assert any("V1, V2, V3, V4, V5, V6" in note for note in recording.notes)
