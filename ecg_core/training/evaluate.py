"""What a model is worth on records it never saw: `evaluate` runs a model over records and hands each to the tallies."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ecg_core.limb_leads import DERIVATION
from ecg_core.metrics import paired_interval
from ecg_core.models.checkpoint import Model
from ecg_core.training.cases import ROWS, Spoil, cases
from ecg_core.training.data import Records
from ecg_core.training.tally_doubt import DoubtTally
from ecg_core.training.tally_honesty import HonestyTally
from ecg_core.training.tally_point import PointTally
from ecg_core.uncertainty.calibration import calibration_in
from ecg_core.vocabulary import LEADS, BoolArray, FloatArray, IntArray, Lead, Wave

__all__ = ["Evaluation", "compare_tiers", "evaluate", "largest_violation"]


@dataclass(frozen=True, eq=False)
class Evaluation:
    """One model in one tier: the tallies, over ``rows`` of the records; ``leads`` where they were asked for.

    ``leads (record, 12, sample)`` float16 are the estimated leads.
    """

    tier: str
    point: PointTally
    doubt: DoubtTally
    honesty: HonestyTally
    largest_violation_mv: float
    leads: FloatArray | None

    def result(self, records: Records) -> dict[str, Any]:
        """All scores as they are written to JSON."""
        return {
            "tier": self.tier,
            "point": self.point.result(records.table),
            "doubt": self.doubt.result(),
            "honesty": self.honesty.result(),
            "largest_limb_lead_violation_mv": self.largest_violation_mv,
        }

    def over(self, chosen: BoolArray) -> dict[str, float]:
        """How near, how well covered and how wide on average over the ``chosen (row,)`` records of the run."""
        return {
            "r": float(self.point.r.mean(axis=1)[chosen].mean()),
            "rmse_mv": float(self.point.rmse.mean(axis=1)[chosen].mean()),
            "coverage_90": float(self.doubt.records_inside[chosen].mean()),
            "spread_mv": float(self.doubt.spread_of_record[chosen].mean()),
        }


def evaluate(
    model: Model,
    records: Records,
    tier: str,
    *,
    passes: int = 30,
    seed: int = 0,
    rows: list[int] | None = None,
    keep_leads: bool = False,
    spoil: Spoil | None = None,
) -> Evaluation:
    """Score a model on prepared records with the metadata of ``tier``, against 0.5-40 Hz targets at 100 Hz.

    The estimate is that which is shown to the user. ``rows``: these records alone; ``spoil``: as in `cases`.
    """
    point, doubt, honesty = PointTally(), DoubtTally(model.card), HonestyTally()
    violation = 0.0
    kept = []
    for case in cases(model, records, tier, passes=passes, seed=seed, rows=rows, spoil=spoil):
        point.add(case)
        doubt.add(case, point.last_r)
        honesty.add(case, calibration_in(model.card, case.state))
        violation = max(violation, largest_violation(case.moments.mean))
        if keep_leads:
            kept.append(case.moments.mean.astype(np.float16))
    return Evaluation(tier, point, doubt, honesty, violation, np.stack(kept) if kept else None)


def compare_tiers(better: PointTally, worse: PointTally, patients: IntArray) -> dict[str, Any]:
    """Paired differences of two runs over the same records, each ``[difference, low, high]`` (95 %, over patients)."""
    if better.rows != worse.rows:
        raise ValueError("the two runs are not over the same records")
    own = patients[better.rows]
    result: dict[str, Any] = {"r": paired_interval(better.r.mean(axis=1), worse.r.mean(axis=1), own)}
    result["rmse_mv"] = paired_interval(better.rmse.mean(axis=1), worse.rmse.mean(axis=1), own)
    result["r_by_lead"] = {
        LEADS[row].value: paired_interval(better.r[:, i], worse.r[:, i], own) for i, row in enumerate(ROWS)
    }
    for wave in (Wave.QRS, Wave.T):
        one, other = (tally.r_in(wave).mean(axis=1) for tally in (better, worse))
        both = ~np.isnan(one + other)
        result[f"r_in_{wave}"] = paired_interval(one[both], other[both], own[both])
    return result


def largest_violation(leads: FloatArray) -> float:
    """The largest departure in mV of ``(12, sample)`` from Einthoven's and Goldberger's laws.

    >>> largest_violation(np.ones((12, 3)))
    2.0
    """
    i, ii = leads[LEADS.index(Lead.I)], leads[LEADS.index(Lead.II)]
    return max(
        float(np.abs(leads[LEADS.index(lead)] - of_i * i - of_ii * ii).max())
        for lead, (of_i, of_ii) in DERIVATION.items()
    )
