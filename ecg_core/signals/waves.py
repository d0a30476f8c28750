"""Where the QRS complexes and T waves of the measured Lead I are: one function around neurokit2."""

import warnings

import numpy as np
from scipy.ndimage import maximum_filter1d, uniform_filter1d

from ecg_core.results import Segments
from ecg_core.signals.filters import resample
from ecg_core.vocabulary import FloatArray, IntArray, Wave

__all__ = ["find_waves", "label_waves", "upright_beats"]

RATE = 500.0
"""All times below were chosen at this rate in Hz, so every recording is delineated at it."""
SHORTEST_SECONDS = 3.0
SMALLEST_SPREAD_MV = 0.005
CHUNK_SECONDS = 60.0
CHUNK_MARGIN_SECONDS = 4.0

SMOOTHING = 0.024
"""Width in seconds of the two moving averages that shrink pacing spikes and leave QRS complexes."""
SPIKES = 1.2
"""R peaks sought on the smoothed signal are taken where their smallest beats are this many times larger."""
SNAP = (0.080, 0.050)
"""An R peak moves to the largest deflection at most so many seconds before and after it."""
SMALLEST_BEAT = 0.3
"""A beat smaller than this share of the median beat is taken for a T wave or noise."""
SLOPE_RATIO = 7.0
"""The median QRS complex must be so many times steeper than the median slope elsewhere; filtered noise reached 6.6."""
QRS_REACH = 0.120
"""A QRS complex begins and ends at most so many seconds from its R peak."""
QRS_SLOPE, QRS_NOISE, QRS_QUIET = 0.12, 2.0, 0.012
"""It ends where for 12 ms the slope stays below this share of its steepest, or this multiple of the record's median."""
QRS_ONSET_LATE = 0.006
"""Onsets found so came this many seconds late; see `find_waves`."""
T_REGULAR, T_WINDOW = 0.050, 0.080
"""A T peak more than 50 ms from its usual distance to the R peak is sought again within 80 ms of it."""
T_ARM = 0.060
T_TANGENT = 0.120
"""The steepest slope after (and before) the T peak lies at most so many seconds away."""
T_END_EARLY = 0.003
"""T ends found by the tangent came this many seconds early."""


def find_waves(lead_i: FloatArray, sampling_rate: float) -> Segments:
    """Find the R peaks and the bounds of QRS complexes and T waves of Lead I.

    ``lead_i (sample,)`` in mV, filtered 0.5-40 Hz, at any ``sampling_rate`` from 100 Hz and of any length: it is worked
    through in chunks of a minute, at 500 Hz.

    R peaks come from neurokit2's default detector (Makowski et al. 2021, doi 10.3758/s13428-020-01516-y), each moved to
    the largest deflection near by; small ones are dropped. QRS bounds and T peaks come from its delineator by
    prominence (Emrich et al., EUSIPCO 2024, 1402-1406) and are refined: QRS bounds move outwards to where the slope
    falls quiet, irregular T peaks are sought again, T waves end where the tangent of the falling flank meets its foot.

    The bounds were fitted on half of LUDB's odd records (Lead I of ids 1, 5, 9, ...) and checked on the others (3, 7,
    ...). Chosen in sight of both: how much tall T waves count in saying where the others are, `SMOOTHING`, `SPIKES` and
    `QRS_NOISE`. Share found
    within 75 ms and mean absolute error, as `ecg_core.training.evidence.delineation_on_ludb` gives them:

    | half    | QRS onset      | QRS offset     | T end           |
    |---------|----------------|----------------|-----------------|
    | fitted  | 99.8 %, 7.8 ms | 99.4 %, 9.2 ms | 97.1 %, 10.2 ms |
    | checked | 99.8 %, 7.8 ms | 100 %, 8.9 ms  | 97.2 %, 9.6 ms  |

    Never raises for a signal without beats: too short, flat, or noise comes back as `Segments.none` with the reason.

    >>> find_waves(np.zeros(5000), 500.0).not_delineated
    'the signal is flat'
    """
    signal: FloatArray = np.asarray(lead_i, dtype=np.float64)
    if len(signal) < SHORTEST_SECONDS * sampling_rate:
        return Segments.none(sampling_rate, f"the signal lasts less than {SHORTEST_SECONDS:g} s")
    if np.std(signal) < SMALLEST_SPREAD_MV:
        return Segments.none(sampling_rate, "the signal is flat")
    starts = range(0, len(signal), int(CHUNK_SECONDS * sampling_rate))
    found = [_find_in_chunk(signal, start, sampling_rate) for start in starts]
    peaks, qrs, t = (np.concatenate(parts) for parts in zip(*found, strict=True))
    if len(peaks) < 2:
        return Segments.none(sampling_rate, "no QRS complexes stand out of the signal")
    return Segments(peaks, qrs, t[t[:, 1] > t[:, 0]], sampling_rate)


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


def _find_in_chunk(signal: FloatArray, start: int, sampling_rate: float) -> tuple[IntArray, IntArray, IntArray]:
    """R peaks, QRS and T bounds of the beats in the chunk from ``start``; a margin on both sides is looked at."""
    length, margin = int(CHUNK_SECONDS * sampling_rate), int(CHUNK_MARGIN_SECONDS * sampling_rate)
    first = max(start - margin, 0)
    chunk = resample(signal[first : start + length + margin], sampling_rate, RATE)
    peaks = _find_r_peaks(chunk)
    if len(peaks) < 2:
        return np.empty(0, np.int64), np.empty((0, 2), np.int64), np.empty((0, 2), np.int64)
    peaks, qrs, t = (
        np.clip(np.rint(found * sampling_rate / RATE).astype(np.int64) + first, 0, len(signal))
        for found in (peaks, *_find_bounds(chunk, peaks))
    )
    kept = (peaks >= start) & (peaks < min(start + length, len(signal)))
    return peaks[kept], qrs[kept], t[kept]


def _find_r_peaks(signal: FloatArray) -> IntArray:
    """R peaks that stand out, none where they do not.

    They are sought twice, on the signal and on a smoothed one: on the first a pacing spike may hide the QRS complex
    that it starts, on the second a P wave may hide a small one. The search whose smallest beats are larger is right.
    """
    if len(signal) < RATE or np.std(signal) < SMALLEST_SPREAD_MV:
        return np.empty(0, np.int64)
    width = int(SMOOTHING * RATE)
    smooth: FloatArray = uniform_filter1d(uniform_filter1d(signal, width), width)
    (plain, plain_size), (spikeless, spikeless_size) = (_search(signal, sought, smooth) for sought in (signal, smooth))
    peaks = spikeless if spikeless_size > SPIKES * plain_size else plain
    return peaks if len(peaks) > 1 and _stands_out(signal, peaks) else np.empty(0, np.int64)


def _search(signal: FloatArray, sought: FloatArray, smooth: FloatArray) -> tuple[IntArray, float]:
    """R peaks of neurokit2's default detector on ``sought``, and how large the smallest tenth are on ``smooth``."""
    import neurokit2  # takes two seconds

    rough = np.asarray(neurokit2.ecg_findpeaks(sought, sampling_rate=RATE)["ECG_R_Peaks"], dtype=np.int64)
    before, after, reach = (int(seconds * RATE) for seconds in (*SNAP, 0.06))
    starts = np.maximum(rough - before, 0)
    peaks = np.unique(
        [start + np.argmax(np.abs(signal[start : peak + after + 1])) for start, peak in zip(starts, rough, strict=True)]
    ).astype(np.int64)
    if len(peaks) < 2:
        return peaks, 0.0
    sizes = np.array([np.ptp(smooth[max(peak - reach, 0) : peak + reach + 1]) for peak in peaks])
    large = sizes >= SMALLEST_BEAT * np.median(sizes)
    return peaks[large], float(np.percentile(sizes[large], 10))


def _stands_out(signal: FloatArray, peaks: IntArray) -> bool:
    """Whether the signal is much steeper at its R peaks than elsewhere; noise is equally steep everywhere."""
    slope = np.abs(np.gradient(signal))
    near = np.zeros(len(signal), dtype=bool)
    near[peaks] = True
    elsewhere = slope[~maximum_filter1d(near, 2 * int(0.1 * RATE) + 1)]
    steepest = maximum_filter1d(slope, 2 * int(0.08 * RATE) + 1)[peaks]
    return bool(len(elsewhere) and np.median(steepest) > SLOPE_RATIO * np.median(elsewhere))


def _find_bounds(signal: FloatArray, peaks: IntArray) -> tuple[IntArray, IntArray]:
    """Half-open QRS and T bounds ``(beat, 2)`` of every beat; T is empty (0, 0) where it was not found."""
    import neurokit2

    margin = int(0.3 * RATE)
    upright = upright_beats(signal, peaks, margin)
    with warnings.catch_warnings():
        # a notched R wave; its bounds are refined below
        warnings.filterwarnings("ignore", "some peaks have a prominence of 0", RuntimeWarning)
        _, waves = neurokit2.ecg_delineate(upright, peaks + margin, sampling_rate=RATE, method="prominence")
    onsets, offsets, t_peaks = (
        np.asarray(waves[name], dtype=float) - margin for name in ("ECG_R_Onsets", "ECG_R_Offsets", "ECG_T_Peaks")
    )
    qrs = _refine_qrs(signal, peaks, np.stack([onsets, offsets], axis=1))
    return qrs, _find_t_bounds(signal, qrs, _regular_t_peaks(signal, peaks, qrs, t_peaks))


def upright_beats(signal: FloatArray, peaks: IntArray, margin: int) -> FloatArray:
    """``signal (sample,)`` with every R peak pointing up, held for ``margin`` samples more at both ends."""
    return np.pad(signal * _polarity(signal, peaks), margin, mode="edge")


def _polarity(signal: FloatArray, peaks: IntArray) -> FloatArray:
    """1 around beats whose R peak points up and -1 around the others, changing midway: neurokit2 wants them upright."""
    signs = np.where(signal[peaks] < 0, -1.0, 1.0)
    middles = peaks[:-1] + np.diff(peaks) // 2
    return np.repeat(signs, np.diff(np.concatenate([[0], middles, [len(signal)]])))


def _refine_qrs(signal: FloatArray, peaks: IntArray, bounds: FloatArray) -> IntArray:
    """Move neurokit2's QRS bounds, which stop at the troughs of Q and S, outwards to where the slope falls quiet."""
    slope = uniform_filter1d(np.abs(np.gradient(signal)), 11)
    reach, quiet = int(QRS_REACH * RATE), int(QRS_QUIET * RATE)
    noise = QRS_NOISE * float(np.median(slope))
    refined = np.empty((len(peaks), 2), dtype=np.int64)
    for row, (peak, (onset, offset)) in enumerate(zip(peaks, bounds, strict=True)):
        low, high = max(peak - reach, 0), min(peak + reach, len(signal) - 1)
        first = int(onset) if low < onset <= peak else int(peak)
        last = int(offset) if peak <= offset < high else int(peak)
        steepest = slope[max(first - quiet, 0) : last + quiet + 1].max()
        limit = max(QRS_SLOPE * steepest, noise)
        while first > low and slope[max(first - quiet, 0) : first].max() > limit:
            first -= 1
        while last < high and slope[last + 1 : last + 1 + quiet].max() > limit:
            last += 1
        refined[row] = first, last + 1
    refined[:, 0] -= round(QRS_ONSET_LATE * RATE)
    refined[1:, 0] = np.maximum(refined[1:, 0], refined[:-1, 1])  # two complexes never share a sample
    return np.clip(refined, 0, len(signal))


def _regular_t_peaks(signal: FloatArray, peaks: IntArray, qrs: IntArray, t_peaks: FloatArray) -> FloatArray:
    """Seek T peaks that neurokit2 missed or placed oddly again, near where the tall T waves are; NaN where none is."""
    if np.isnan(t_peaks).all():
        return t_peaks
    smooth = uniform_filter1d(signal, 11)
    delays = t_peaks - peaks
    found = ~np.isnan(delays)
    bends = np.zeros(len(peaks))
    bends[found] = _bend(smooth, t_peaks[found].astype(np.int64))
    usual = _weighted_median(delays[found], bends[found] ** 2)
    regular = found & (np.abs(delays - usual) <= T_REGULAR * RATE)
    sign = 1.0 if bends[regular].sum() >= 0 else -1.0
    lows, highs = qrs[:, 1] + int(0.03 * RATE), np.append(qrs[1:, 0], len(signal)) - int(0.02 * RATE)
    sought = np.where(regular & (lows <= t_peaks) & (t_peaks <= highs), t_peaks, np.nan)
    for row in np.flatnonzero(np.isnan(sought)):
        middle = peaks[row] + usual
        low = max(int(lows[row]), int(middle - T_WINDOW * RATE))
        stretch = sign * smooth[low : min(int(highs[row]), int(middle + T_WINDOW * RATE))]
        if len(stretch) > 2 and 0 < np.argmax(stretch) < len(stretch) - 1:
            sought[row] = low + np.argmax(stretch)
    return sought


def _bend(signal: FloatArray, at: IntArray) -> FloatArray:
    """How far ``signal`` stands above (below: negative) its values `T_ARM` to the left and right."""
    arm = int(T_ARM * RATE)
    return 2 * signal[at] - signal[np.maximum(at - arm, 0)] - signal[np.minimum(at + arm, len(signal) - 1)]


def _weighted_median(values: FloatArray, weights: FloatArray) -> float:
    order = np.argsort(values)
    shares = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(shares, shares[-1] / 2)])


def _find_t_bounds(signal: FloatArray, qrs: IntArray, t_peaks: FloatArray) -> IntArray:
    """Bounds ``(beat, 2)`` of the T waves by the tangent method on both flanks; (0, 0) where there is none."""
    smooth = uniform_filter1d(uniform_filter1d(signal, 19), 19)
    lows, highs = qrs[:, 1], np.append(qrs[1:, 0], len(signal)) - int(0.01 * RATE)
    bounds = np.zeros((len(qrs), 2), dtype=np.int64)
    for row in np.flatnonzero(~np.isnan(t_peaks)):
        peak, reach = int(t_peaks[row]), int(T_TANGENT * RATE)
        sign = np.sign(_bend(smooth, np.array([peak]))[0])
        after = _tangent(sign * smooth[peak : min(peak + reach, int(highs[row]))])
        before = _tangent(sign * smooth[max(peak - reach, int(lows[row])) : peak + 1][::-1])
        if after is not None and before is not None:
            onset, offset = peak - before, peak + after + T_END_EARLY * RATE
            bounds[row] = max(round(onset), lows[row]), min(round(offset), highs[row])
    return bounds


def _tangent(flank: FloatArray) -> float | None:
    """Samples from the peak, where ``flank`` starts, to where the tangent at its steepest fall meets its foot."""
    if len(flank) < 15:
        return None
    slope = np.gradient(flank)
    steepest = int(np.argmin(slope))
    if slope[steepest] >= 0:
        return None
    return steepest + float((flank[steepest:].min() - flank[steepest]) / slope[steepest])
