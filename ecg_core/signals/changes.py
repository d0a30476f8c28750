"""How far the Lead I of today differs from that of an earlier ECG of the same patient."""

import numpy as np

from ecg_core.results import LeadIChange
from ecg_core.signals.beats import BEFORE
from ecg_core.vocabulary import FloatArray

__all__ = ["compare_beats"]

LEAST_CORRELATION = 0.82
SWING_RATIO = (0.76, 1.27)
"""Limits that 5 % of pairs cross on either side: 630 pairs of PTB-XL's folds 1-4, two successive ECGs of one patient
with the same diagnostic superclasses. Where the superclasses differ 10 % fall below 0.80."""
SHIFT_SECONDS = 0.02
QRS_SECONDS = (-0.08, 0.1)


def compare_beats(now: FloatArray, earlier: FloatArray, rate: float) -> LeadIChange:
    """Compare two median beats of Lead I, each ``(sample,)`` in mV as from `ecg_core.signals.beats.median_beat`.

    The correlation is the best of shifts up to 20 ms, since R peaks are placed to a sample; the swing is from the
    lowest to the highest point of QRS.

    >>> beat = np.exp(-((np.arange(80) - 30) ** 2) / 8)
    >>> compare_beats(beat, beat, 100.0).unusual
    ()
    >>> compare_beats(beat, 2 * beat, 100.0).unusual
    ('QRS in Lead I is 0.50 times as large as then',)
    """
    reach = round(SHIFT_SECONDS * rate)
    inner = slice(reach, len(now) - reach)
    correlation = max(
        float(np.corrcoef(now[inner], np.roll(earlier, shift)[inner])[0, 1]) for shift in range(-reach, reach + 1)
    )
    first, last = (round((BEFORE + seconds) * rate) for seconds in QRS_SECONDS)
    swings = float(np.ptp(now[first:last])), float(np.ptp(earlier[first:last]))
    ratio = swings[0] / swings[1]
    unusual = []
    if correlation < LEAST_CORRELATION:
        unusual.append(f"the beats of Lead I agree less than usual (correlation {correlation:.2f})")
    if not SWING_RATIO[0] <= ratio <= SWING_RATIO[1]:
        unusual.append(f"QRS in Lead I is {ratio:.2f} times as large as then")
    return LeadIChange(correlation, swings, tuple(unusual))
