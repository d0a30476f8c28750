"""Where the QRS complexes and T waves of the measured Lead I are: one function around neurokit2."""

import warnings

import numpy as np
from scipy.ndimage import maximum_filter1d, uniform_filter1d

from ecg_core.results import Segments
from ecg_core.signals.filters import resample
from ecg_core.vocabulary import FloatArray, IntArray, Wave

__all__ = ["find_waves", "label_waves"]

RATE = 500.0
"""All times below were chosen at this rate in Hz, so every recording is delineated at it."""
SHORTEST_SECONDS = 3.0
SMALLEST_SPREAD_MV = 0.005
CHUNK_SECONDS = 60.0
CHUNK_MARGIN_SECONDS = 4.0

SMOOTHING = 0.016
"""Width in seconds of the two moving averages before R peaks are sought: pacing spikes shrink, QRS complexes stay."""
SNAP = (0.080, 0.050)
"""An R peak moves to the largest deflection at most so many seconds before and after it."""
SMALLEST_BEAT = 0.3
"""A beat smaller than this share of the median beat is taken for a T wave or noise."""
SLOPE_RATIO = 1.5
"""QRS complexes must be this many times steeper (root mean square) than what lies between them; noise is not."""
QRS_REACH = 0.120
QRS_SLOPE = 0.08
QRS_QUIET = 0.012
T_END_BIAS = 0.013


def find_waves(lead_i: FloatArray, sampling_rate: float) -> Segments:
    """Find R peaks and the bounds of QRS complexes and T waves.

    ``lead_i (sample,)`` in mV, filtered 0.5-40 Hz. R peaks come from neurokit2's default detector, bounds from its
    ``ecg_delineate(method="prominence")``, refined.

    Never raises for a signal without beats: too short, flat, or noise comes back as `Segments.none` with the reason.

    >>> find_waves(np.zeros(5000), 500.0).not_delineated
    'the signal is flat'
    """
    signal: FloatArray = np.asarray(lead_i, dtype=np.float64)
    if len(signal) < SHORTEST_SECONDS * sampling_rate:
        return Segments.none(sampling_rate, f"the signal lasts less than {SHORTEST_SECONDS:g} s")
    if np.std(signal) < SMALLEST_SPREAD_MV:
        return Segments.none(sampling_rate, "the signal is flat")
    signal = resample(signal, sampling_rate, RATE)
    found = [_find_in_chunk(signal, start) for start in range(0, len(signal), int(CHUNK_SECONDS * RATE))]
    scale = sampling_rate / RATE
    peaks, qrs, t = (np.concatenate(parts) for parts in zip(*found, strict=True))
    if len(peaks) < 2:
        return Segments.none(sampling_rate, "fewer than two QRS complexes stand out of the signal")
    peaks, qrs, t = (np.clip(np.rint(part * scale).astype(np.int64), 0, len(lead_i)) for part in (peaks, qrs, t))
    return Segments(peaks, qrs, t, sampling_rate)


def label_waves(segments: Segments, samples: int) -> IntArray:
    """Return for each of ``samples`` the index in ``tuple(Wave)`` of the wave it belongs to, ``(sample,)`` int8.

    >>> segments = Segments([5], [[4, 7]], [[8, 10]], 100.0)
    >>> label_waves(segments, 12).tolist()
    [2, 2, 2, 2, 0, 0, 0, 2, 1, 1, 2, 2]
    """
    waves = tuple(Wave)
    labels = np.full(samples, waves.index(Wave.REST), dtype=np.int8)
    for wave, bounds in ((Wave.T, segments.t), (Wave.QRS, segments.qrs)):
        for onset, offset in bounds:
            labels[onset:offset] = waves.index(wave)
    return labels


def _find_in_chunk(signal: FloatArray, start: int) -> tuple[IntArray, IntArray, IntArray]:
    """Find the beats whose R peak lies in the chunk that begins at ``start``; a margin on both sides is looked at."""
    length, margin = int(CHUNK_SECONDS * RATE), int(CHUNK_MARGIN_SECONDS * RATE)
    first = max(start - margin, 0)
    chunk = signal[first : start + length + margin]
    peaks = _find_r_peaks(chunk)
    if len(peaks) < 2:
        return np.empty(0, np.int64), np.empty((0, 2), np.int64), np.empty((0, 2), np.int64)
    qrs, t = _find_bounds(chunk, peaks)
    kept = (peaks + first >= start) & (peaks + first < start + length)
    t = t[kept]
    return peaks[kept] + first, qrs[kept] + first, t[t[:, 1] > t[:, 0]] + first


def _find_r_peaks(signal: FloatArray) -> IntArray:
    """R peaks of neurokit2's default detector, snapped to the largest deflection; none where they do not stand out."""
    import neurokit2  # takes two seconds

    none = np.empty(0, np.int64)
    if len(signal) < RATE or np.std(signal) < SMALLEST_SPREAD_MV:
        return none
    width = int(SMOOTHING * RATE)
    smooth = uniform_filter1d(uniform_filter1d(signal, width), width)
    rough = np.asarray(neurokit2.ecg_findpeaks(smooth, sampling_rate=RATE)["ECG_R_Peaks"], dtype=np.int64)
    before, after = (int(seconds * RATE) for seconds in SNAP)
    starts = np.maximum(rough - before, 0)
    peaks = np.unique(
        [start + np.argmax(np.abs(signal[start : peak + after + 1])) for start, peak in zip(starts, rough, strict=True)]
    ).astype(np.int64)
    if len(peaks) < 2:
        return none
    reach = int(0.06 * RATE)
    sizes = np.array([np.ptp(smooth[max(peak - reach, 0) : peak + reach + 1]) for peak in peaks])
    peaks = peaks[sizes >= SMALLEST_BEAT * np.median(sizes)]
    return peaks if _slope_ratio(signal, peaks) >= SLOPE_RATIO else none


def _slope_ratio(signal: FloatArray, peaks: IntArray) -> float:
    """Root mean square slope within 100 ms of the R peaks, over that of all the rest."""
    near = np.zeros(len(signal), dtype=bool)
    near[peaks] = True
    near = maximum_filter1d(near, 2 * int(0.1 * RATE) + 1)
    squared = np.gradient(signal) ** 2
    return float(np.sqrt(squared[near].mean() / max(squared[~near].mean(), 1e-15))) if not near.all() else 0.0


def _find_bounds(signal: FloatArray, peaks: IntArray) -> tuple[IntArray, IntArray]:
    """Half-open QRS and T bounds ``(beat, 2)`` of every beat; T is empty (0, 0) where it was not found."""
    import neurokit2

    margin = int(0.3 * RATE)
    names = ("ECG_R_Onsets", "ECG_R_Offsets", "ECG_T_Onsets", "ECG_T_Offsets")
    upright = np.pad(signal * _polarity(signal, peaks), margin, mode="edge")
    with warnings.catch_warnings():
        # a notched R wave; its bounds are refined below
        warnings.filterwarnings("ignore", "some peaks have a prominence of 0", RuntimeWarning)
        _, waves = neurokit2.ecg_delineate(upright, peaks + margin, sampling_rate=RATE, method="prominence")
    bounds = np.stack([np.asarray(waves[name], dtype=float) for name in names], axis=1) - margin
    qrs = _refine_qrs(signal, peaks, bounds[:, :2])
    t = bounds[:, 2:] - [0.0, T_END_BIAS * RATE]
    missing = np.isnan(t).any(axis=1) | (t[:, 0] < qrs[:, 1])
    t[missing] = 0
    return qrs, np.clip(np.rint(t), 0, len(signal)).astype(np.int64)


def _polarity(signal: FloatArray, peaks: IntArray) -> FloatArray:
    """1 around beats whose R peak points up and -1 around the others, changing midway: neurokit2 wants them upright."""
    signs = np.where(signal[peaks] < 0, -1.0, 1.0)
    middles = peaks[:-1] + np.diff(peaks) // 2
    return np.repeat(signs, np.diff(np.concatenate([[0], middles, [len(signal)]])))


def _refine_qrs(signal: FloatArray, peaks: IntArray, bounds: FloatArray) -> IntArray:
    """Move neurokit2's QRS bounds, which stop at the troughs of Q and S, outwards to where the slope falls quiet."""
    slope = uniform_filter1d(np.abs(np.gradient(signal)), 7)
    reach, quiet = int(QRS_REACH * RATE), int(QRS_QUIET * RATE)
    refined = np.empty((len(peaks), 2), dtype=np.int64)
    for row, (peak, (onset, offset)) in enumerate(zip(peaks, bounds, strict=True)):
        low, high = max(peak - reach, 0), min(peak + reach, len(signal) - 1)
        first = int(onset) if low < onset <= peak else int(peak)
        last = int(offset) if peak <= offset < high else int(peak)
        limit = QRS_SLOPE * slope[max(first - quiet, 0) : last + quiet + 1].max()
        while first > low and slope[max(first - quiet, 0) : first].max() > limit:
            first -= 1
        while last < high and slope[last + 1 : last + 1 + quiet].max() > limit:
            last += 1
        refined[row] = first, last + 1
    return refined
