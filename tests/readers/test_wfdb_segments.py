"""Records of several segments read as one, as the wfdb package joins them; gaps are missing samples."""

import numpy as np
import pytest
import wfdb

from ecg_core.errors import RecordingRefused, UnreadableFile
from ecg_core.readers import read
from ecg_core.vocabulary import Lead


def segment(name, rows, leads=("I", "II"), gain=1000, frame=1):
    stored = np.round(np.asarray(rows) * gain).astype("<i2")
    lines = "".join(f"{name}.dat 16x{frame} {gain}/mV 16 0 0 0 0 {lead}\n" for lead in leads)
    head = f"{name} {len(leads)} 500 {stored.shape[1] // frame}\n{lines}"
    frames = stored.reshape(len(leads), -1, frame).transpose(1, 0, 2)
    return {f"{name}.hea": head.encode(), f"{name}.dat": frames.tobytes()}


@pytest.fixture(scope="module")
def signals(twelve_lead_sample):
    return twelve_lead_sample.signals[:2]


def fixed(signals, master="r/2 2 500 5000\nr_1 2000\nr_2 3000\n"):
    return {"r.hea": master.encode(), **segment("r_1", signals[:, :2000]), **segment("r_2", signals[:, 2000:])}


def test_segments_follow_each_other(signals, tmp_path):
    files = fixed(signals)
    recording = read(files)
    assert (recording.leads, recording.source) == ((Lead.I, Lead.II), "WFDB")
    np.testing.assert_allclose(recording.signals, signals, atol=1e-9)
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    theirs = wfdb.rdrecord(str(tmp_path / "r"), m2s=True).p_signal.T
    np.testing.assert_allclose(recording.signals, theirs, atol=1e-9)


def test_a_layout_names_the_signals_and_a_gap_is_missing(signals):
    layout = b"r_0 2 500 0\n~ 0 1000/mV 16 0 0 0 0 II\n~ 0 1000/mV 16 0 0 0 0 I\n"
    files = {
        "r.hea": b"r/4 2 500 5000\nr_0 0\nr_1 2000\n~ 100\nr_2 2900\n",
        "r_0.hea": layout,
        **segment("r_1", signals[:, :2000]),
        **segment("r_2", signals[:1, 2100:], leads=("I",)),
    }
    recording = read(files)
    assert recording.leads == (Lead.I,)
    assert "2.00% of Lead I was missing and was bridged by straight lines." in recording.notes
    np.testing.assert_allclose(recording[Lead.I][2100:], signals[0, 2100:], atol=1e-9)


def test_signals_of_several_rates_keep_theirs(signals):
    doubled = np.repeat(signals, 2, axis=1)
    files = {
        "r.hea": b"r/2 2 500 5000\nr_1 2000\nr_2 3000\n",
        **segment("r_1", doubled[:, :4000], frame=2),
        **segment("r_2", doubled[:, 4000:], frame=2),
    }
    assert read(files).sampling_rate == 1000
    np.testing.assert_allclose(read(files).signals, doubled, atol=1e-9)


@pytest.mark.parametrize(
    ("master", "why"),
    [
        ("r/3 2 500 5000\nr_1 2000\nr_2 3000\nr_3 9\n", "promises 5000 samples and its segments hold 5009"),
        ("r/3 2 500\nr_1 2000\nr_2 3000\nr_3 9\n", "a segment of the WFDB record is missing"),
        ("r/2 2 500 6000\nr_1 3000\nr_2 3000\n", "promises a segment of 3000 samples and it has 2000"),
        ("r/3 2 500\nr_1 2000\nr_2 3000\n~ 900000000000\n", "gaps"),
        ("r/2 2 500\nr_1 2000\nr_2 x\n", "damaged"),
    ],
)
def test_what_is_refused(signals, master, why):
    with pytest.raises(UnreadableFile, match=f"(?i){why}"):
        read(fixed(signals, master))


def test_more_gaps_than_may_be_bridged_are_refused(signals):
    with pytest.raises(RecordingRefused, match="17% of Lead I is missing"):
        read(fixed(signals, "r/3 2 500 6000\nr_1 2000\n~ 1000\nr_2 3000\n"))


def test_segments_of_different_units_are_not_joined(signals):
    files = fixed(signals)
    files["r_2.hea"] = files["r_2.hea"].replace(b"/mV", b"/uV")
    with pytest.raises(UnreadableFile, match="differ in rate or unit"):
        read(files)
