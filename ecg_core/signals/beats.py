"""Median beats, and the bounds of the QRS complex over all leads at once."""

import numpy as np

from ecg_core.signals.filters import resample
from ecg_core.vocabulary import FloatArray, IntArray

__all__ = ["BEAT_RATE", "BEFORE", "global_qrs", "median_beat"]

BEFORE, AFTER = 0.3, 0.5
"""A beat reaches from so many seconds before its R peak to so many after."""
BEAT_RATE = 500.0
"""Median beats are given at this rate in Hz, whatever the recording's own."""

ONSET_SHARE = 0.06
"""Spatial velocity, as a share of its maximum over the resting level, above which a sample is QRS."""


def median_beat(signals: FloatArray, r_peaks: IntArray, sampling_rate: float) -> FloatArray | None:
    """Return the sample-wise median over beats, ``(lead, sample)`` at `BEAT_RATE`, R at `BEFORE` seconds.

    ``signals (lead, sample)`` in mV; ``r_peaks (beat,)``. None where no beat lies whole inside the recording. Beats
    whose Lead-wise shape departs (ectopic ones) are outvoted by the median as long as they are the minority.
    """
    before, after = round(BEFORE * sampling_rate), round(AFTER * sampling_rate)
    whole = r_peaks[(r_peaks >= before) & (r_peaks + after < signals.shape[1])]
    if not len(whole):
        return None
    samples = whole[:, None] + np.arange(-before, after)
    beat = np.median(signals[:, samples], axis=1)
    return resample(beat, sampling_rate, BEAT_RATE, round((BEFORE + AFTER) * BEAT_RATE))


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
