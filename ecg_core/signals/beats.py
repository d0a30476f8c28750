"""Median beats, the same beat laid at every R peak, and the bounds of the QRS complex over all leads at once."""

import numpy as np

from ecg_core.signals.filters import resample
from ecg_core.vocabulary import FloatArray, IntArray

__all__ = ["BEAT_RATE", "BEFORE", "earlier_input", "global_qrs", "lay", "median_beat"]

BEFORE, AFTER = 0.3, 0.5
"""A beat reaches from so many seconds before its R peak to so many after."""
BEAT_RATE = 500.0
"""Median beats are given at this rate in Hz, whatever the recording's own."""

ONSET_SHARE = 0.06
"""Spatial velocity, as a share of its maximum over the resting level, above which a sample is QRS."""


FADE_SECONDS = 0.05
"""A laid beat rises from nothing and falls to nothing over this time."""
NEAREST_SECONDS = 0.05
"""Where laid beats overlap, the weight of each falls by e for so much distance from its R peak."""


def median_beat(
    signals: FloatArray, r_peaks: IntArray, sampling_rate: float, rate: float = BEAT_RATE
) -> FloatArray | None:
    """Return the sample-wise median over beats, ``(lead, sample)`` at ``rate`` in Hz, R at `BEFORE` seconds.

    ``signals (lead, sample)`` in mV; ``r_peaks (beat,)``. None where no beat lies whole inside the recording. Beats
    whose Lead-wise shape departs (ectopic ones) are outvoted by the median as long as they are the minority.
    """
    before, after = round(BEFORE * sampling_rate), round(AFTER * sampling_rate)
    whole = r_peaks[(r_peaks >= before) & (r_peaks + after < signals.shape[1])]
    if not len(whole):
        return None
    samples = whole[:, None] + np.arange(-before, after)
    beat = np.median(signals[:, samples], axis=1)
    return resample(beat, sampling_rate, rate, round((BEFORE + AFTER) * rate))


def lay(beat: FloatArray, r_peaks: IntArray, samples: int, rate: float) -> FloatArray:
    """Lay one beat at every R peak: ``beat (lead, sample)`` as from `median_beat` → ``(lead, samples)`` at ``rate``.

    Where two beats overlap the nearer R peak weighs more; what no beat reaches is zero.

    >>> beat = np.ones((1, 80))
    >>> laid = lay(beat, np.array([100, 180]), 300, 100.0)
    >>> laid.shape, laid[0, [50, 100, 140, 180, 260]].tolist()
    ((1, 300), [0.0, 1.0, 1.0, 1.0, 0.0])
    """
    length, before = beat.shape[1], round(BEFORE * rate)
    ramp = (np.arange(length) + 0.5) / (FADE_SECONDS * rate)
    faded = beat * np.minimum(np.minimum(ramp, ramp[::-1]), 1.0)
    weight = np.exp(-np.abs(np.arange(length) - before) / (NEAREST_SECONDS * rate))
    total = np.zeros((len(beat), samples + 2 * length), np.float32)
    weights = np.zeros(samples + 2 * length, np.float32)
    for start in np.asarray(r_peaks) - before + length:
        total[:, start : start + length] += weight * faded
        weights[start : start + length] += weight
    laid: FloatArray = (total / np.maximum(weights, 1e-12))[:, length : length + samples]
    return laid


def earlier_input(beat: FloatArray, r_peaks: IntArray, samples: int, rate: float) -> FloatArray:
    """What a network is given of an earlier ECG, ``(lead + 1, samples)``: its beat at each R peak, and a row of ones.

    >>> earlier_input(np.zeros((8, 80)), np.array([100]), 1000, 100.0)[:, 0].tolist()
    [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0]
    """
    return np.concatenate([lay(beat, r_peaks, samples, rate), np.ones((1, samples), np.float32)]).astype(np.float32)


def global_qrs(beat: FloatArray) -> tuple[int, int] | None:
    """Onset and offset of QRS in a median beat ``(lead, sample)`` at `BEAT_RATE`, over all its leads.

    The bounds are where the spatial velocity (root of the summed squares of the leads' slopes, smoothed over 10 ms)
    falls to `ONSET_SHARE` of the way from its resting level to its maximum, within 140 ms of the R peak: what moves in
    any lead belongs to QRS, as in the CSE working party's rule (Willems et al. 1985). None where no bound is found.
    """
    slope = np.gradient(beat, axis=1)
    velocity = np.convolve(np.sqrt((slope**2).sum(axis=0)), np.ones(5) / 5, mode="same")
    r, reach = round(BEFORE * BEAT_RATE), round(0.14 * BEAT_RATE)
    around = velocity[r - reach : r + reach]
    peak = r - reach + int(np.argmax(around))
    rest = float(np.quantile(velocity, 0.1))
    quiet = velocity < rest + ONSET_SHARE * (velocity[peak] - rest)
    before, after = np.flatnonzero(quiet[r - reach : peak]), np.flatnonzero(quiet[peak : r + reach])
    if not len(before) or not len(after):
        return None
    return r - reach + int(before[-1]) + 1, peak + int(after[0])
