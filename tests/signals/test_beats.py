"""Median beats, the same beat laid at every R peak, and the bounds of QRS over all leads."""

import numpy as np
import pytest

from ecg_core.models.layers import EARLIER_CHANNELS
from ecg_core.records import Preparation
from ecg_core.signals.beats import BEAT_RATE, BEFORE, earlier_input, global_qrs, lay, median_beat
from ecg_core.signals.filters import band_pass, resample
from ecg_core.signals.waves import find_waves
from ecg_core.vocabulary import PREDICTED, Lead


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


SLOW = 100.0
R = round(BEFORE * SLOW)
ONES = np.ones((1, 80))
BEFORE_AND_AFTER = np.where(np.arange(80) < R, -1.0, 1.0)[None]
"""-1 before its R peak and 1 from there on, so that it shows whose beat a sample is."""


def test_where_two_beats_overlap_the_nearer_one_wins():
    laid = lay(BEFORE_AND_AFTER, np.array([100, 150]), 300, SLOW)[0]
    assert laid[110] == 1  # the first beat alone reaches here
    assert laid[121] > 0.5
    assert laid[130] < -0.5
    assert laid[140] < -0.99


def test_a_laid_beat_fades_in_and_out_and_keeps_its_height_between():
    laid = lay(ONES, np.array([100]), 300, SLOW)[0]
    reached = slice(100 - R, 100 - R + 80)
    assert np.count_nonzero(laid) == 80
    assert np.allclose(laid[reached][:6], [0.1, 0.3, 0.5, 0.7, 0.9, 1.0])
    assert np.allclose(laid[reached], laid[reached][::-1])
    assert np.abs(np.diff(laid)).max() < 0.21
    assert (laid[105 - R : 145] == 1).all()


@pytest.mark.parametrize("interval", [25, 30, 40, 60, 100])
def test_however_fast_the_heart_each_r_peak_keeps_the_beats_height(interval):
    """Down to 25 samples of 100 Hz: 240 beats a minute."""
    beat = 1.2 * np.exp(-0.5 * ((np.arange(80) - R) / 2.0) ** 2)[None]
    peaks = np.arange(50, 950, interval)
    laid = lay(beat, peaks, 1000, SLOW)
    assert np.allclose(laid[0, peaks], 1.2, atol=0.04)
    assert laid.max() <= 1.2 + 1e-5


@pytest.mark.parametrize("peaks", [[0], [5, 60], [299], [-3, 310], [0, 299], []])
def test_at_the_ends_a_beat_is_cut_and_nothing_else_changes(peaks):
    beat = np.random.default_rng(0).normal(size=(3, 80))
    inside = lay(beat, np.array(peaks, int) + 200, 700, SLOW)[:, 200:500]
    assert np.array_equal(lay(beat, np.array(peaks, int), 300, SLOW), inside)
    assert inside.any() == bool(peaks)


def test_the_beat_of_a_real_recording_laid_at_its_own_peaks_is_that_recording(twelve_lead_sample):
    leads = twelve_lead_sample.only(Lead.I, *PREDICTED)
    prepared = resample(band_pass(leads.signals, 500.0, Preparation())[0], 500.0, SLOW)
    peaks = find_waves(prepared[0], SLOW).r_peaks
    laid = lay(median_beat(prepared, peaks, SLOW, SLOW), peaks, prepared.shape[1], SLOW)
    reached = laid.any(axis=0)
    assert reached.mean() > 0.8
    r = [np.corrcoef(one[reached], two[reached])[0, 1] for one, two in zip(laid, prepared, strict=True)]
    assert min(r) > 0.9


def test_a_network_is_given_the_laid_beats_and_that_there_are_some():
    beat = np.random.default_rng(0).normal(size=(8, 80))
    given = earlier_input(beat, np.array([100, 200]), 1000, SLOW)
    assert given.shape == (EARLIER_CHANNELS, 1000)
    assert given.dtype == np.float32
    assert np.allclose(given[:-1], lay(beat, np.array([100, 200]), 1000, SLOW), atol=1e-6)
    assert not given[:-1, 400:].any()
    assert (given[-1] == 1).all()
