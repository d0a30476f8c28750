"""The PR interval of the measured Lead I: where P waves are found reliably, and nowhere else."""

import warnings

import numpy as np
from scipy.ndimage import uniform_filter1d

from ecg_core.results import Segments
from ecg_core.signals.filters import resample
from ecg_core.signals.waves import upright_beats
from ecg_core.vocabulary import FloatArray, IntArray

__all__ = ["measure_pr_ms"]

RATE = 500.0
BEFORE = 0.35
"""So many seconds before QRS are looked at."""
FOUND_SHARE, STEADY_SECONDS = 0.8, 0.03
"""In so many beats a P peak must be found, as far from QRS as usual or at most so many seconds nearer or farther."""
LEAST_MV, LEAST_OVER_NOISE = 0.03, 4.0
"""The P wave of the median beat must be so high, and so many times the noise that is left in that beat."""
FEWEST_BEATS = 3
SMOOTHING = 11
EDGE = 10
PEAK_SECONDS, FLANK_SECONDS = 0.04, 0.12


def measure_pr_ms(lead_i: FloatArray, segments: Segments) -> float | None:
    """Return the PR interval of Lead I in ms, from the onset of P to that of QRS; None where P is not found reliably.

    ``lead_i (sample,)`` in mV, filtered; ``segments`` are its waves (`ecg_core.signals.waves.find_waves`). P peaks come
    from neurokit2's delineator by prominence; they must be there in most beats, at a steady distance from QRS. The
    onset is then read on the median beat, where the tangent of the rising flank meets its foot.

    On Lead I of LUDB's 100 odd records, against the cardiologists' marks, and with the limits chosen among seven on the
    same records: found in 77 of 88 with P waves and in none of 12 without; mean error 9 ms, bias -3 ms, none beyond
    27 ms. In PTB-XL's fold 8 it was then found in 112 of 150 sinus rhythms and in 2 of 80 atrial fibrillations.

    >>> measure_pr_ms(np.zeros(5000), Segments.none(500.0, "flat")) is None
    True
    """
    if len(segments.r_peaks) < FEWEST_BEATS:
        return None
    signal: FloatArray = resample(np.asarray(lead_i, dtype=np.float64), segments.sampling_rate, RATE)
    scale = RATE / segments.sampling_rate
    peaks = np.rint(segments.r_peaks * scale).astype(np.int64)
    onsets = segments.qrs[:, 0] * scale
    if len(onsets) != len(peaks):
        return None
    distances = onsets - _p_peaks(signal, peaks)
    found = distances > 0  # not so for NaN either
    if found.mean() < FOUND_SHARE:
        return None
    usual = float(np.median(distances[found]))
    if (np.abs(distances - usual) <= STEADY_SECONDS * RATE).mean() < FOUND_SHARE:
        return None
    return _pr_of_median_beat(signal, np.rint(onsets).astype(np.int64), usual)


def _p_peaks(signal: FloatArray, peaks: IntArray) -> FloatArray:
    """The P peak before each R peak, NaN where none was found."""
    import neurokit2

    margin = int(0.3 * RATE)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "some peaks have a prominence of 0", RuntimeWarning)
        _, waves = neurokit2.ecg_delineate(
            upright_beats(signal, peaks, margin), peaks + margin, sampling_rate=RATE, method="prominence"
        )
    return np.asarray(waves["ECG_P_Peaks"], dtype=float) - margin


def _pr_of_median_beat(signal: FloatArray, onsets: IntArray, distance: float) -> float | None:
    """PR in ms on the median of what precedes QRS; ``distance`` samples before it P is to be expected."""
    before = int(BEFORE * RATE)
    whole = onsets[onsets >= before]
    if len(whole) < FEWEST_BEATS or distance >= before - EDGE:
        return None
    beats = signal[whole[:, None] + np.arange(-before, 1)]
    median = np.median(beats, axis=0)
    smooth = uniform_filter1d(uniform_filter1d(median, SMOOTHING), SMOOTHING)
    expected, reach = before - round(distance), int(PEAK_SECONDS * RATE)
    arms = smooth[max(expected - 2 * reach, 0)], smooth[min(expected + 2 * reach, before - 3)]
    sign = 1.0 if 2 * smooth[expected] >= sum(arms) else -1.0
    low, high = max(expected - reach, EDGE), min(expected + reach, before - EDGE)
    if high <= low:
        return None
    peak = low + int(np.argmax(sign * smooth[low:high]))
    first = max(peak - int(FLANK_SECONDS * RATE), 0)
    flank = sign * smooth[first : peak + 1]
    noise = float(np.median((beats - median)[:, :120].std(axis=0))) / np.sqrt(len(whole))
    if flank[-1] - flank.min() < max(LEAST_MV, LEAST_OVER_NOISE * noise):
        return None
    slope = np.gradient(flank)
    steepest = int(np.argmax(slope))
    onset = first + steepest - (flank[steepest] - flank[: steepest + 1].min()) / slope[steepest]
    return float(1000 * (before - onset) / RATE)
