"""What a change of the input did to an estimate: how far it moved, what it expects to be wrong by, and what it is."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from dashboard.figures.evidence import TOLERANCE
from ecg_core.metrics import covered, rmse
from ecg_core.results import Analysis
from ecg_core.signals.waves import label_waves
from ecg_core.uncertainty.calibration import calibrated_sd, calibration_for
from ecg_core.vocabulary import ESTIMATED, LEADS, Lead

__all__ = ["Doubt", "Shift", "doubts", "follows", "overall", "shifts"]

LEAST_RISE = 0.1
"""An error that grows by less than this share is taken for unchanged."""
HALF_WAY = 0.5
"""Doubt follows an error that grows where it grows by at least this share of the same rise."""


@dataclass(frozen=True)
class Doubt:
    """What an estimate claims and what is true of it, in mV.

    ``expected``: the root mean square error that the model expects of itself, its calibrated spread; ``error``: the one
    that was found against the recorded leads; ``inside``: the share of recorded samples in the band. Both are None
    where the file held no other leads.
    """

    expected: float
    error: float | None
    inside: float | None


@dataclass(frozen=True)
class Shift:
    """One lead before and after a change: the mean and the largest distance between both estimates, mV."""

    mean: float
    most: float


def doubts(analysis: Analysis) -> dict[Lead, Doubt]:
    """For each estimated lead what is expected and what was found."""
    result, segments = analysis.reconstruction, analysis.examination.segments
    calibration = calibration_for(analysis.card, analysis.metadata, earlier_beat=analysis.earlier is not None)
    spread = calibrated_sd(result.total_sd, label_waves(segments, result.mean.shape[1]), calibration)
    expected = np.sqrt((spread**2).mean(axis=1))
    found = {}
    for lead in ESTIMATED:
        row, reference = LEADS.index(lead), analysis.reference
        error = inside = None
        if reference is not None and lead in reference:
            error = float(rmse(result.mean[row], reference[lead]))
            inside = float(covered(result.low[row], result.high[row], reference[lead]).mean())
        found[lead] = Doubt(float(expected[row]), error, inside)
    return found


def overall(of: Mapping[Lead, Doubt]) -> Doubt:
    """All leads as one: root mean squares of ``expected`` and ``error``, mean of ``inside``.

    >>> overall({Lead.II: Doubt(0.3, None, None), Lead.V1: Doubt(0.4, None, None)}).expected.__round__(3)
    0.354
    """

    def root(values: list[float]) -> float:
        return float(np.sqrt(np.mean(np.square(values))))

    errors = [one.error for one in of.values() if one.error is not None]
    inside = [one.inside for one in of.values() if one.inside is not None]
    return Doubt(
        root([one.expected for one in of.values()]),
        root(errors) if errors else None,
        float(np.mean(inside)) if inside else None,
    )


def shifts(before: Analysis, after: Analysis) -> dict[Lead, Shift]:
    """How far each lead, the measured one too, lies from where it was."""
    difference = np.abs(after.reconstruction.mean - before.reconstruction.mean)
    return {lead: Shift(float(row.mean()), float(row.max())) for lead, row in zip(LEADS, difference, strict=True)}


def follows(before: Doubt, after: Doubt, promised: float) -> bool | None:
    """Whether the doubt rose as the error did; None where nothing is known of the error.

    It did where the error grew by less than `LEAST_RISE`, or where what was expected grew by at least `HALF_WAY` of the
    error's own rise, and where, besides, the band holds no fewer true values than before or no fewer than ``promised``
    less a tolerance.

    >>> follows(Doubt(0.10, 0.10, 0.9), Doubt(0.11, 0.30, 0.5), 0.9)
    False
    >>> follows(Doubt(0.10, 0.10, 0.9), Doubt(0.28, 0.30, 0.9), 0.9)
    True
    """
    if before.error is None or after.error is None or before.inside is None or after.inside is None:
        return None
    rise, risen = after.error / before.error - 1, after.expected / before.expected - 1
    kept = after.inside >= min(before.inside, promised) - TOLERANCE
    return kept and (rise < LEAST_RISE or risen >= HALF_WAY * rise)
