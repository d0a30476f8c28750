"""Median beats and the bounds of QRS over all leads."""

import numpy as np
import pytest

from ecg_core.signals.beats import BEAT_RATE, BEFORE, global_qrs, median_beat


def beat_train(rate: float, peaks: list[int], samples: int) -> np.ndarray:
    time = np.arange(samples)
    return sum(np.exp(-0.5 * ((time - peak) / (0.012 * rate)) ** 2) for peak in peaks)[None]


@pytest.mark.parametrize("rate", [100.0, 500.0])
def test_median_beat_has_r_at_its_place(rate):
    peaks = [int(second * rate) for second in (1, 2, 3, 4)]
    beat = median_beat(beat_train(rate, peaks, int(5 * rate)), np.array(peaks), rate)
    assert abs(int(beat[0].argmax()) - round(BEFORE * BEAT_RATE)) <= 2
    assert beat[0].max() == pytest.approx(1, abs=0.05)


def test_one_odd_beat_is_outvoted():
    peaks = [500, 1000, 1500, 2000]
    signals = beat_train(500.0, peaks, 2500)
    signals[0, 1400:1600] *= -3
    assert median_beat(signals, np.array(peaks), 500.0)[0].min() > -0.1


def test_no_whole_beat_gives_none():
    assert median_beat(np.zeros((1, 300)), np.array([20]), 500.0) is None


def test_qrs_width_is_that_of_the_widest_lead():
    narrow = median_beat(beat_train(500.0, [500, 1000, 1500], 2000), np.array([500, 1000, 1500]), 500.0)
    late = np.roll(narrow, 20, axis=1)  # another lead, 40 ms later
    one, both = global_qrs(narrow), global_qrs(np.concatenate([narrow, late]))
    assert both[0] == pytest.approx(one[0], abs=2)
    assert both[1] == pytest.approx(one[1] + 20, abs=2)
