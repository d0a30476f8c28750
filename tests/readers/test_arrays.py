"""NumPy and MATLAB arrays: what names say is believed, the rest is asked, and objects are never loaded."""

import io
import tracemalloc

import numpy as np
import pytest
from scipy.io import savemat

from ecg_core import analyse
from ecg_core.errors import AnswerNeeded, Question, UnreadableFile
from ecg_core.export.arrays import to_npz
from ecg_core.readers import read
from ecg_core.readers.estimated import LEFT_OUT
from ecg_core.vocabulary import LEADS, Lead

NAMES = np.array([lead.value for lead in LEADS])


def npy(values, **kwargs):
    out = io.BytesIO()
    np.save(out, values, **kwargs)
    return {"a": out.getvalue()}


def npz(**entries):
    out = io.BytesIO()
    np.savez_compressed(out, **entries)
    return {"a": out.getvalue()}


def mat(**entries):
    out = io.BytesIO()
    savemat(out, entries, do_compression=True)
    return {"a": out.getvalue()}


@pytest.mark.parametrize("save", [npz, mat])
@pytest.mark.parametrize("rate", ["fs", "Fs", "sampling_rate", "sampling_rate_hz", "samplingFrequency", "SampleRate"])
def test_names_that_say_what_they_hold_are_believed(twelve_lead_sample, save, rate):
    signals = twelve_lead_sample.signals
    recording = read(save(ecg=signals.T, leads=NAMES, unit="mV", time=np.arange(5000) / 500, **{rate: 500}))
    assert (recording.leads, recording.sampling_rate) == (LEADS, 500.0)
    np.testing.assert_allclose(recording.signals, signals, atol=1e-12)


@pytest.mark.parametrize("save", [npz, mat])
def test_an_array_for_each_lead(twelve_lead_sample, save):
    recording = read(
        save(I=twelve_lead_sample[Lead.I] * 1000, V2=twelve_lead_sample[Lead.V2] * 1000, units="uV", fs=500)
    )
    assert recording.leads == (Lead.I, Lead.V2)
    np.testing.assert_allclose(recording[Lead.V2], twelve_lead_sample[Lead.V2], atol=1e-9)


@pytest.mark.parametrize("save", [npy, lambda x: npz(anything=x), lambda x: mat(anything=x)])
def test_what_is_not_said_is_asked_one_after_the_other(twelve_lead_sample, save):
    files = save(twelve_lead_sample.signals[:3].T)
    answers: dict = {}
    for question, name, answer in (
        (Question.LEAD, "lead", "1"), (Question.RATE, "sampling_rate", 500.0), (Question.UNIT, "unit", "mV")
    ):  # fmt: skip
        with pytest.raises(AnswerNeeded) as asked:
            read(files, **answers)
        assert asked.value.question is question
        answers[name] = answer
    recording = read(files, **answers)
    assert recording.leads == (Lead.I,)
    np.testing.assert_allclose(recording[Lead.I], twelve_lead_sample[Lead.I], atol=1e-12)


@pytest.fixture(scope="module")
def analysis_of_a_sample(twelve_lead_sample):
    return analyse(twelve_lead_sample, passes=2)


def test_our_own_arrays_read_back_as_lead_i_alone(analysis_of_a_sample):
    recording = read({"reconstruction.npz": to_npz(analysis_of_a_sample)})
    assert recording.leads == (Lead.I,)
    assert LEFT_OUT in recording.notes
    np.testing.assert_allclose(recording[Lead.I], analysis_of_a_sample.reconstruction.mean[0], atol=1e-6)


@pytest.mark.parametrize(
    ("files", "why"),
    [
        (npz(a=np.zeros((2, 5000)), b=np.zeros((2, 5000))), "Found 2 arrays that could be the ECG"),
        (npz(a=np.zeros((200, 5000))), "Found 0 arrays"),
        (npy(np.array(["a", {}], dtype=object), allow_pickle=True), "objects"),
        (npz(ecg=np.array([{}] * 5000, dtype=object)), "objects|Found 0"),
        (mat(a=np.zeros(5000), b=np.ones(5000)), "Found 2 arrays"),
        ({"a": npy(np.zeros((12, 5000)))["a"][:9000]}, r"promises 480000 bytes and \d+ were found"),
        ({"a": mat(ecg=np.random.default_rng(1).normal(size=5000))["a"][:5000]}, "damaged"),
    ],
)
def test_what_is_refused(files, why):
    with pytest.raises(UnreadableFile, match=why):
        read(files, sampling_rate=500, unit="mV", lead="1")


def test_a_claimed_size_asks_for_no_memory():
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (12, 900000000000), }"
    data = b"\x93NUMPY\x01\x00" + (len(header)).to_bytes(2, "little") + header
    tracemalloc.start()
    with pytest.raises(UnreadableFile, match="at most 512 MB"):
        read({"a": data})
    assert tracemalloc.get_traced_memory()[1] < 16 << 20
    tracemalloc.stop()


def test_a_header_whose_words_cannot_be_told_apart_is_damaged():
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (12, 2750), }        (        \n"
    with pytest.raises(UnreadableFile, match="damaged"):
        read({"a.npy": b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + bytes(99)})


def test_a_signal_file_of_wfdb_still_asks_for_its_header(sample_files):
    with pytest.raises(UnreadableFile, match="without its header"):
        read(sample_files("A0002.mat"))
    with pytest.raises(UnreadableFile, match="without its header"):
        read(mat(val=np.ones((12, 5000))))


def test_a_matlab_file_of_its_first_bytes_alone_is_damaged():
    with pytest.raises(UnreadableFile, match="damaged"):
        read({"": b"MATLAB 5.0"})
