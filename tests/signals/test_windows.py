"""Windows cover everything, and join without a seam."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ecg_core.records import Preparation
from ecg_core.signals.windows import cut, fade_weights, window_starts


@given(st.integers(1, 20_000), st.integers(20, 1000), st.floats(0.05, 0.45))
def test_joined_windows_give_the_signal_back(samples, length, share):
    overlap = max(1, int(length * share))
    signal = np.random.default_rng(samples).normal(size=samples)
    starts = window_starts(samples, length, overlap)
    joined = np.zeros(samples)
    for start, weight in zip(starts, fade_weights(samples, starts, length, overlap), strict=True):
        joined[start : start + len(weight)] += weight * signal[start : start + len(weight)]
    assert np.allclose(joined, signal)


@given(st.integers(1001, 100_000))
def test_neighbours_overlap_at_least_as_asked(samples):
    starts = window_starts(samples, 1000, 200)
    assert starts[0] == 0
    assert starts[-1] + 1000 == samples
    assert np.diff(starts).max() <= 800


def test_a_short_signal_is_one_short_window():
    (window,) = cut(np.arange(500.0), Preparation())
    assert window.signal.tolist() == np.arange(500.0).tolist()
    assert window.start == 0


def test_window_starts_are_in_seconds():
    windows = cut(np.zeros(3000), Preparation())
    assert [window.start for window in windows] == [0, 8, 16, 20]
