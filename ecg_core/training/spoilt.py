"""How near the estimate stays, and whether the band holds, where Lead I alone is spoilt: smoothed, or trembling."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from ecg_core.models.checkpoint import Model
from ecg_core.signals.disturb import noise_at_snr, smooth, tremble
from ecg_core.training.data import Records
from ecg_core.training.earlier import RATE
from ecg_core.training.evaluate import Evaluation, evaluate
from ecg_core.vocabulary import FloatArray

__all__ = ["SPOILT_BY", "spoilt"]

EVERY = 8
"""One of so many records, in their order, is spoilt: an estimate for each strength takes its time."""


def _smoothed(low_pass_hz: float, lead_i: FloatArray, row: int) -> FloatArray:
    return smooth(lead_i, RATE, low_pass_hz)


def _trembling(snr_db: float, lead_i: FloatArray, row: int) -> FloatArray:
    return tremble(lead_i, RATE, np.random.default_rng(row), noise_at_snr(lead_i, snr_db))


SPOILT_BY: dict[str, tuple[Callable[[float, FloatArray, int], FloatArray], tuple[float, ...]]] = {
    "low_pass_hz": (_smoothed, (25.0, 20.0, 15.0, 12.0)),
    "snr_db": (_trembling, (20.0, 10.0)),
}
"""What is done to Lead I, and how strongly, from the gentlest on."""


def spoilt(model: Model, records: Records, as_recorded: Evaluation, *, passes: int) -> list[dict[str, Any]]:
    """Scores of every eighth record: ``as_recorded``, then spoilt by each strength of each of `SPOILT_BY`.

    The model is told nothing; the waves are those found before. Each entry names what was done (None: nothing) and
    ``strength``.
    """
    rows = list(range(0, len(records), EVERY))
    chosen = np.isin(as_recorded.point.rows, rows)
    found: list[dict[str, Any]] = [{"by": None, "strength": None, "records": len(rows)} | as_recorded.over(chosen)]
    for by, (spoil, strengths) in SPOILT_BY.items():
        for strength in strengths:
            run = evaluate(model, records, "none", passes=passes, rows=rows, spoil=partial(spoil, strength))
            every = np.ones(len(rows), bool)
            found.append({"by": by, "strength": strength, "records": len(rows)} | run.over(every))
    return found
