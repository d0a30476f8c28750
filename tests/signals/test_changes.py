"""How far Lead I differs from that of an earlier ECG: little within one recording, much between two people."""

import numpy as np
import pytest

from ecg_core.pipeline import read_earlier
from ecg_core.signals.beats import BEFORE
from ecg_core.signals.changes import compare_beats

RATE = 100.0


@pytest.fixture(scope="module")
def beats(sample_recordings):
    """The median beat of Lead I of each twelve-lead sample."""
    return {name: read_earlier(recording).beat[0] for name, recording in sample_recordings.items()}


@pytest.mark.parametrize("name", ["A0001", "A0002", "A0003", "A0005", "A0008"])
def test_two_halves_of_one_recording_agree(sample_recordings, name):
    recording = sample_recordings[name]
    middle = recording.duration / 2
    halves = (recording.between(0, middle), recording.between(middle, recording.duration))
    then, now = (read_earlier(half).beat[0] for half in halves)
    change = compare_beats(now, then, RATE)
    assert change.correlation > 0.95
    assert change.unusual == ()


@pytest.mark.parametrize(("now", "then"), [("A0001", "A0002"), ("A0003", "A0001"), ("A0005", "A0008")])
def test_two_people_do_not(beats, now, then):
    change = compare_beats(beats[now], beats[then], RATE)
    assert change.correlation < 0.8
    assert change.unusual[0] == f"the beats of Lead I agree less than usual (correlation {change.correlation:.2f})"


@pytest.mark.parametrize(("gain", "remarked"), [(0.7, True), (0.8, False), (1.2, False), (1.35, True)])
def test_a_change_of_height_is_named_where_it_is_larger_than_usual(beats, gain, remarked):
    beat = beats["A0002"]
    change = compare_beats(gain * beat, beat, RATE)
    assert change.correlation == pytest.approx(1)
    assert change.unusual == ((f"QRS in Lead I is {gain:.2f} times as large as then",) if remarked else ())


def test_the_swing_is_that_of_qrs_now_and_then(beats):
    beat = beats["A0002"].copy()
    beat[:10], beat[-10:] = 5.0, -5.0  # far from QRS
    change = compare_beats(2 * beat, beat, RATE)
    r = round(BEFORE * RATE)
    swing = np.ptp(beat[r - 8 : r + 10])
    assert change.qrs_swing_mv == pytest.approx((2 * swing, swing))


def test_an_r_peak_placed_20_ms_aside_is_no_change_and_60_ms_is_one(beats):
    beat = beats["A0002"]
    assert compare_beats(np.roll(beat, 2), beat, RATE).correlation > 0.999
    assert compare_beats(np.roll(beat, -2), beat, RATE).correlation > 0.999
    assert compare_beats(np.roll(beat, 6), beat, RATE).correlation < 0.8
