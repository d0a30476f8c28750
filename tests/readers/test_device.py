"""One recording as each kind of device would write it: the same millivolts, what is stated, what is removed."""

import io
import re
import struct
import warnings
from datetime import datetime

import numpy as np
import pydicom
import pyedflib
import pytest

from ecg_core import examine
from ecg_core.errors import UnreadableFile
from ecg_core.readers import device, patient_from, read
from ecg_core.records import Recording
from ecg_core.vocabulary import LEADS, Lead, Origin, Removed, Sex, Verdict
from tests.readers import devices

CANARY = devices.CANARY
LIMB = LEADS[:6]
HELD = dict.fromkeys(devices.WRITERS, LEADS) | {"Kardia JSON": LIMB, "AliveCor ATC": LIMB}
QUANTUM = devices.MICROVOLTS / 1000


@pytest.fixture(scope="module")
def written(twelve_lead_sample) -> dict[str, bytes]:
    with warnings.catch_warnings(action="ignore", category=UserWarning):  # pyedflib wants no space in a name
        return {name: write(twelve_lead_sample) for name, write in devices.WRITERS.items()}


@pytest.mark.parametrize("name", devices.WRITERS)
def test_the_same_recording_reads_as_the_same_millivolts(written, twelve_lead_sample, name):
    recording = read({"misleading.csv": written[name]})
    assert (recording.source, recording.leads) == (name, HELD[name])
    assert (recording.sampling_rate, recording.signals.shape[1]) == (500.0, twelve_lead_sample.signals.shape[1])
    assert recording.started_at is not None
    assert recording.started_at.replace(tzinfo=None) == datetime(2021, 3, 17, 13, 14, 15)
    for lead in recording.leads:
        np.testing.assert_allclose(recording[lead], twelve_lead_sample[lead], atol=QUANTUM + 1e-9, rtol=0)


@pytest.mark.parametrize("name", devices.WRITERS)
def test_nothing_personal_is_read_and_what_was_left_out_is_listed(written, name):
    assert CANARY.encode() in written[name]
    recording, patient = read({f"{CANARY}.x": written[name]}), patient_from({CANARY: written[name]})
    for told in (repr(recording), repr(patient)):
        assert not re.search(rf"{CANARY}|Zebulon|1951|07-04", told, re.IGNORECASE)
    assert Removed.IDENTIFIER in recording.removed
    if name not in ("Kardia JSON", "AliveCor ATC"):
        assert {Removed.NAME, Removed.BIRTH} <= set(recording.removed)


def test_every_kind_of_removed_thing_is_named_by_some_file(written):
    found = {kind for data in written.values() for kind in read({"x": data}).removed}
    assert found == set(Removed)


MEASURED = {
    "GE MUSE XML": (71, 96, 12, -31, 12),
    "Mortara ELI XML": (71, 96, 12, -31, 12),
    "DICOM": (71, None, None, -31, None),
    "Kardia JSON": (71, None, None, None, None),
}


@pytest.mark.parametrize("name", devices.WRITERS)
def test_what_the_file_states_of_the_patient_is_offered_as_from_the_file(written, name):
    patient = patient_from({"x": written[name]})
    if name not in ("Kardia JSON", "AliveCor ATC"):
        assert (patient.age_years, patient.sex) == (69, Sex.FEMALE)
    said = patient.ventricular_rate, patient.qrs_ms, patient.qrs_count, patient.r_axis_deg, patient.t_axis_deg
    assert said == MEASURED.get(name, (None,) * 5)
    assert all(patient.origin(field) is Origin.FILE for field in patient.known())


@pytest.mark.parametrize("name", devices.WRITERS)
@pytest.mark.parametrize("share", [0.2, 0.6, 0.97])
def test_a_truncated_file_is_refused_and_the_lengths_are_named(written, name, share):
    kept = int(share * len(written[name]))
    with pytest.raises(UnreadableFile, match=r"cut short|breaks off|\(\d+ bytes\)|inside its header") as refused:
        read({"x": written[name][:kept]})
    assert re.search(r"\d", str(refused.value))


@pytest.mark.parametrize("name", ["SCP-ECG", "AliveCor ATC", "ISHNE", "GE MUSE XML"])
def test_a_wrong_checksum_is_refused(written, name):
    damaged = bytearray(written[name])
    if name == "GE MUSE XML":
        at = damaged.index(b"<WaveFormData>") + 200
        damaged[at] = ord("A") if damaged[at] != ord("A") else ord("B")
    else:
        damaged[60 if name == "ISHNE" else len(damaged) // 2] ^= 1
    with pytest.raises(UnreadableFile, match=f"checksum in the (ATC|{name}) file is wrong"):
        read({"x": bytes(damaged)})


def test_carts_that_store_eight_leads_are_completed_by_the_laws_of_the_limb_leads(written):
    recording = read({"x": written["GE MUSE XML"]})
    np.testing.assert_allclose(recording[Lead.III], recording[Lead.II] - recording[Lead.I], atol=1e-12)
    np.testing.assert_allclose(recording[Lead.AVF], recording[Lead.II] - recording[Lead.I] / 2, atol=1e-12)
    assert any("computed from the stored I and II" in note for note in recording.notes)


def test_the_calibration_pulse_of_sierra_is_cut_off(written):
    recording = read({"x": written["Philips Sierra XML"]})
    assert recording.duration == 10.0
    assert "The calibration pulse, the last 0.60 s, was cut off." in recording.notes


@pytest.mark.parametrize("version", ["1.04.01", "1.04.02"])
def test_later_versions_of_sierra_give_the_same_recording(written, version):
    old = written["Philips Sierra XML"]
    later = old.replace(b"<documentversion>1.04<", f"<documentversion>{version}<".encode())
    assert later != old
    np.testing.assert_array_equal(read({"x": later}).signals, read({"x": old}).signals)


def test_a_version_of_sierra_that_nobody_knows_is_refused(written):
    unknown = written["Philips Sierra XML"].replace(b"<documentversion>1.04<", b"<documentversion>2.00<")
    with pytest.raises(UnreadableFile, match="of a kind that is not read"):
        read({"x": unknown})


def test_leads_that_start_at_another_time_are_left_out(written):
    v6 = devices.SCP_CODES[Lead.V6]
    late = written["SCP-ECG"].replace(struct.pack("<IIB", 1, 5000, v6), struct.pack("<IIB", 5001, 10000, v6))
    recording = read({"x": devices.with_sums(late)})
    assert recording.leads == LEADS[:-1]
    assert any("1 leads that were recorded at another time" in note for note in recording.notes)


def test_scp_that_counts_its_first_sample_as_zero_is_read(twelve_lead_sample, written):
    data = written["SCP-ECG"].replace(struct.pack("<II", 1, 5000), struct.pack("<II", 0, 5000))
    np.testing.assert_array_equal(read({"x": devices.with_sums(data)}).signals, read({"x": written["SCP-ECG"]}).signals)


def test_samples_of_a_lead_that_was_off_are_missing_not_minus_164_mv(twelve_lead_sample):
    signals = np.array(twelve_lead_sample.signals)
    signals[0, 1000:1050] = -32768 * QUANTUM
    recording = read({"x": devices.ishne(Recording(signals, LEADS, 500.0, "test"))})
    assert recording[Lead.I].min() > -1
    assert "1.00% of Lead I was missing and was bridged by straight lines." in recording.notes


def test_a_rate_that_is_no_whole_number_stays_what_it_is(written):
    whole = pydicom.dcmread(io.BytesIO(written["DICOM"]))
    whole.WaveformSequence[1].SamplingFrequency = 499.6
    out = io.BytesIO()
    whole.save_as(out)
    assert read({"x": out.getvalue()}).sampling_rate == 499.6
    uneven = written["HL7 aECG"].replace(b'increment value="0.002"', b'increment value="0.0019"')
    assert read({"x": uneven}).sampling_rate == pytest.approx(526.3158, abs=1e-3)


@pytest.mark.parametrize(
    ("name", "found", "put", "why"),
    [
        ("DICOM", b"1.2.840.10008.1.2.1\x00", b"1.2.840.10008.1.2.1.99", "deflated"),
        ("GE MUSE XML", b"<RestingECG>", b'<!DOCTYPE a [<!ENTITY b "c">]><RestingECG>', "entities"),
        ("GE MUSE XML", b"<SampleBase>500<", b"<SampleBase>0<", "could not be decoded"),
        ("Kardia JSON", b'"frequency": 500', b'"frequency": 0.2', "sampling rate"),
        ("HL7 aECG", b'increment value="0.002"', b'increment value="9"', "could not be decoded"),
    ],
)
def test_what_is_refused_in_one_sentence(written, name, found, put, why):
    assert found in written[name]
    with pytest.raises(UnreadableFile, match=why) as refused:
        read({"x": written[name].replace(found, put)})
    assert CANARY not in str(refused.value)
    assert patient_from({"x": written[name].replace(found, put)}).known() == ()


def test_text_larger_than_any_ecg_is_refused_before_it_is_parsed(written, monkeypatch):
    monkeypatch.setattr(device, "LARGEST_TEXT", 1 << 10)
    with pytest.raises(UnreadableFile, match="of text are read"):
        read({"x": written["HL7 aECG"]})


def test_more_elements_than_any_ecg_has_are_refused_before_they_are_parsed():
    with pytest.raises(UnreadableFile, match="far more elements"):
        read({"x": b"<restingecgdata>" + b"<a>" * 200_000})


def test_damaged_annotations_are_taken_for_text_that_was_left_out(written):
    data = bytearray(written["EDF+"])
    at = data.index(b"+1\x14")
    data[at : at + 3] = b"\xff\xfe\xfd"
    assert Removed.TEXT in read({"x": bytes(data)}).removed


def test_pydicom_agrees(written):
    np.testing.assert_allclose(
        read({"x": written["DICOM"]}).signals * 1000, devices.read_by_pydicom(written["DICOM"]), atol=1e-9
    )


@pytest.mark.parametrize("name", ["EDF+", "BDF+"])
def test_pyedflib_agrees(written, tmp_path, name):
    path = tmp_path / "recording"
    path.write_bytes(written[name])
    with pyedflib.EdfReader(str(path)) as reader:
        theirs = np.stack([reader.readSignal(place) for place in range(12)])
    np.testing.assert_allclose(read({"x": written[name]}).signals, theirs, atol=1e-9)


SHARED = [
    ("aecg/aecg_example.xml", "HL7 aECG", LEADS, 500, 10.0, {"age_years": 46, "r_axis_deg": -61}),
    ("alivecor_atc/1_lead.atc", "AliveCor ATC", (Lead.I,), 300, 30.0, {}),
    ("dicom/anonymous_1000hz.dcm", "DICOM", LEADS, 1000, 10.0, {"age_years": 42, "qrs_ms": 75}),
    ("dicom/general_ecg_synthetic.dcm", "DICOM", LEADS, 500, 10.0, {"age_years": 45}),
    ("muse/muse_sinus.xml", "GE MUSE XML", LEADS, 500, 10.0, {"ventricular_rate": 90, "qrs_count": 15}),
    ("muse/muse_testone.xml", "GE MUSE XML", LEADS, 500, 10.0, {"ventricular_rate": 56, "t_axis_deg": 2}),
    ("scp/demo.scp", "SCP-ECG", LEADS, 1000, 10.0, {"age_years": 47}),
    ("scp/contec_0000050.scp", "SCP-ECG", LIMB, 800, 40.95875, {}),
    ("sierra/sierra_1_03.xml", "Philips Sierra XML", LEADS, 500, 10.528, {"ventricular_rate": 41}),
    ("sierra/sierra_1_04.xml", "Philips Sierra XML", LEADS, 500, 10.6, {"ventricular_rate": 84, "t_axis_deg": 67}),
]


@pytest.mark.parametrize(
    ("path", "source", "leads", "rate", "seconds", "stated"), SHARED, ids=lambda value: str(value)[:24]
)
def test_files_as_devices_write_them(shared_data, path, source, leads, rate, seconds, stated):
    files = {"file": shared_data(f"formats/{path}").read_bytes()}
    recording, patient = read(files), patient_from(files)
    assert (recording.source, recording.leads) == (source, leads)
    assert (recording.sampling_rate, recording.duration) == (rate, seconds)
    assert {name: getattr(patient, name) for name in stated} == stated
    assert 0.2 < np.ptp(recording[Lead.I]) < 3


def test_a_real_file_with_a_broken_checksum_is_refused(shared_data):
    with pytest.raises(UnreadableFile, match="checksum"):
        read({"file": shared_data("formats/alivecor_atc/broken_checksum.atc").read_bytes()})


def test_pydicom_agrees_on_a_real_file(shared_data):
    data = shared_data("formats/dicom/anonymous_1000hz.dcm").read_bytes()
    whole = pydicom.dcmread(io.BytesIO(data))
    group = next(place for place, group in enumerate(whole.WaveformSequence) if group.NumberOfWaveformSamples == 10000)
    np.testing.assert_allclose(read({"x": data}).signals * 1000, whole.waveform_array(group).T, atol=1e-6)


def test_numpy_agrees_on_a_real_atc(shared_data):
    data = shared_data("formats/alivecor_atc/1_lead.atc").read_bytes()
    at = data.index(b"ecg " + struct.pack("<I", 18000)) + 8
    resolution = struct.unpack_from("<H", data, data.index(b"fmt ") + 11)[0]  # nV
    np.testing.assert_allclose(
        read({"x": data})[Lead.I], np.frombuffer(data[at : at + 18000], "<i2") * (resolution / 1e6), atol=1e-12
    )


def test_one_recording_as_scp_csv_and_edf(shared_data):
    """The CSV holds SCP's integers of 5 µV and no unit; the EDF's header states 6.1 times as much as there was, which
    the quality of the signal points out.
    """
    by_scp = read({"x": shared_data("formats/scp/contec_0000050.scp").read_bytes()})
    table = shared_data("formats/csv/contec_0000050.csv").read_bytes()
    by_csv = read({"x": table}, lead="1", unit="uV", sampling_rate=800)
    by_edf = read({"x": shared_data("formats/edf/contec_0000050.edf").read_bytes()})
    held = by_scp.signals.shape[1]
    np.testing.assert_allclose(5 * by_csv[Lead.I][:held], by_scp[Lead.I], atol=1e-9)
    np.testing.assert_allclose(by_edf[Lead.I][:held], 6.1036 * by_scp[Lead.I], atol=0.04)
    assert examine(by_scp).quality.verdict is Verdict.PASS
    assert "too tall" in {finding.name for finding in examine(by_edf).quality.findings}
