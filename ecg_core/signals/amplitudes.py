"""Amplitudes of a median beat between bounds of QRS that are given: R, S, T and ST."""

from dataclasses import dataclass

import numpy as np

from ecg_core.signals.beats import BEAT_RATE
from ecg_core.vocabulary import FloatArray

__all__ = ["ST_SECONDS", "T_SECONDS", "Amplitudes", "amplitudes"]

ST_SECONDS, T_SECONDS = 0.06, 0.4
"""ST is read so long after the end of QRS; T is the largest deflection from there to so long after it."""


@dataclass(frozen=True, eq=False)
class Amplitudes:
    """Of a median beat, each ``(lead,)`` in mV over the level before QRS.

    ``r``: highest point of QRS; ``s``: its lowest point, negative where it dips below that level; ``t``; ``st``.
    """

    r: FloatArray
    s: FloatArray
    t: FloatArray
    st: FloatArray


def amplitudes(beat: FloatArray, onset: int, offset: int) -> Amplitudes:
    """Measure a beat ``(lead, sample)`` at `BEAT_RATE` whose QRS lies between two samples.

    >>> beat = np.zeros((12, 400)); beat[:, 150] = 1.2; beat[:, 155] = -0.4; beat[:, 300] = -0.3
    >>> measured = amplitudes(beat, 130, 170)
    >>> [getattr(measured, name)[0].item() for name in ("r", "s", "t", "st")]
    [1.2, -0.4, -0.3, 0.0]
    """
    above = beat - beat[:, max(onset - 10, 0) : onset].mean(axis=1, keepdims=True)
    st_at = offset + round(ST_SECONDS * BEAT_RATE)
    t_area = above[:, st_at : offset + round(T_SECONDS * BEAT_RATE)]
    t = np.take_along_axis(t_area, np.abs(t_area).argmax(axis=1)[:, None], axis=1)[:, 0]
    qrs = above[:, onset:offset]
    return Amplitudes(qrs.max(axis=1), qrs.min(axis=1), t, above[:, st_at])
