"""What a model's estimated answers are worth: the interval that keeps its promise, and how much narrower it is than
the spread among patients. Measured on fold 8 of PTB-XL, which the network was not trained on; fold 9 is not looked at.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ecg_core.answers import ANSWERS, Promise, widest
from ecg_core.models.checkpoint import Model
from ecg_core.signals.beats import median_beat
from ecg_core.signals.twelve_lead_values import UNITS, twelve_lead_values
from ecg_core.training.cases import cases, rows_of
from ecg_core.training.data import Records, load_folds
from ecg_core.training.familiarity import measure_familiarity
from ecg_core.training.release import CALIBRATION_TIERS, SELECT_FOLD
from ecg_core.uncertainty.familiarity import UNFAMILIAR, save_familiarity
from ecg_core.vocabulary import MEASURED, FloatArray, IntArray

__all__ = ["Pair", "measure_answers", "promise", "write_belief"]

COVERAGE, COVERAGE_OF_GROUP = 0.9, 0.87
"""The interval holds the first share of all records, and the second of each diagnostic superclass."""
SMALLEST_GROUP = 50
PARTS = 5
"""The share that an interval holds is counted on each fifth of the patients, the interval fitted on the others."""
FEWEST = 200


class Pair(NamedTuple):
    """The true values of one record and the estimated ones, the patient, and the diagnostic superclasses."""

    true: dict[str, float]
    estimated: dict[str, float]
    patient: float
    groups: frozenset[str]


def write_belief(model: Model, data: Path, folder: Path, passes: int) -> Iterable[str]:
    """Measure what can be believed of ``model`` and write it into ``folder``; says what was written, file by file."""
    found = measure_answers(model, data, passes=passes)
    (folder / ANSWERS).write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    shown = [
        f"{question} {state}"
        for state, promises in found["states"].items()
        for question, values in promises.items()
        if Promise(**values).refusal(widest(question)) is None
    ]
    yield f"Wrote {folder / ANSWERS}: narrow enough to be shown: {', '.join(shown) or 'none'}."
    near = measure_familiarity(model, data)
    yield (
        f"Wrote {save_familiarity(near, model.card, folder)}: of the {1 - UNFAMILIAR:.0%} of {near.told_by} farthest "
        f"from the training records the error is {near.error_ratio:.2f} times that of all."
    )


def measure_answers(model: Model, data: Path, *, passes: int = 16) -> dict[str, Any]:
    """Measure every estimated answer of ``model`` in every state of knowledge: the content of ``answers.json``."""
    records = load_folds(data, [SELECT_FOLD], model.card.preparation)
    states = {}
    for state, tiers in CALIBRATION_TIERS.items():
        pairs = [
            pair
            for turn, tier in enumerate(tiers)
            for pair in _pairs(model, records, tier, rows_of(records, tier)[turn :: len(tiers)], passes)
        ]
        states[state] = {name: asdict(found) for name in UNITS if (found := promise(pairs, name)) is not None}
    return content(model, states)


def content(model: Model, states: dict[str, Any]) -> dict[str, Any]:
    """``answers.json`` with where it comes from."""
    return {
        "weights_sha256": model.card.weights_sha256,
        "fitted_on": f"PTB-XL fold {SELECT_FOLD}",
        "coverage": COVERAGE,
        "states": states,
    }


def _pairs(model: Model, records: Records, tier: str, rows: list[int], passes: int) -> Iterable[Pair]:
    rate = model.card.preparation.sampling_rate
    for case in cases(model, records, tier, passes=passes, rows=rows):
        true, estimated = (median_beat(leads, case.r_peaks, rate) for leads in (case.truth, case.moments.mean))
        if true is not None and estimated is not None:
            patient = float(records.table["patient_id"].iloc[case.row])
            values = twelve_lead_values(true), twelve_lead_values(estimated, bounds_from=MEASURED)
            yield Pair(*values, patient, case.groups)


def promise(pairs: list[Pair], name: str) -> Promise | None:
    """What the estimate of one value is worth; None where fewer than `FEWEST` records have it.

    The half-width is the conformal quantile of the distance between estimate and truth over records, or a larger one
    that a superclass of at least `SMALLEST_GROUP` records needs (as for the band, `ecg_core.uncertainty.calibration`).
    """
    kept = [pair for pair in pairs if name in pair.true and name in pair.estimated]
    if len(kept) < FEWEST:
        return None
    true, estimated = (np.array([values[name] for values in column]) for column in list(zip(*kept, strict=True))[:2])
    distance = np.abs(_around(true - estimated) if UNITS[name] == "°" else true - estimated)
    part = np.array([pair.patient for pair in kept]).astype(np.int64) % PARTS
    groups = {group: np.array([group in pair.groups for pair in kept]) for pair in kept for group in pair.groups}
    large = [rows for rows in groups.values() if rows.sum() >= SMALLEST_GROUP]
    inside = np.zeros(len(kept), dtype=bool)
    for left_out in range(PARTS):
        rows = part != left_out
        inside[~rows] = distance[~rows] <= _half_width(distance[rows], [group[rows] for group in large])
    half_width = _half_width(distance, large)
    return Promise(
        half_width=round(half_width, 4),
        seen=round(float(inside.mean()), 4),
        seen_in_worst_group=round(min([float(inside[rows].mean()) for rows in large] or [0.0]), 4),
        width_share=round(2 * half_width / _usual_range(true, UNITS[name]), 4),
    )


def _half_width(distance: FloatArray, groups: list[IntArray]) -> float:
    return max(
        _quantile(distance, COVERAGE), *(_quantile(distance[rows], COVERAGE_OF_GROUP) for rows in groups if rows.any())
    )


def _quantile(distance: FloatArray, share: float) -> float:
    """The conformal quantile: rank ceil((n + 1) · share)."""
    return float(np.sort(distance)[min(int(np.ceil((len(distance) + 1) * share)), len(distance)) - 1])


def _around(degrees: FloatArray) -> FloatArray:
    """Differences of angles brought to -180 … 180."""
    turned: FloatArray = (degrees + 180) % 360 - 180
    return turned


def _usual_range(true: FloatArray, unit: str) -> float:
    """From the 5th to the 95th percentile of patients; angles are laid out around their mean direction."""
    if unit == "°":
        true = _around(true - np.degrees(np.angle(np.exp(1j * np.radians(true)).mean())))
    low, high = np.quantile(true, [0.05, 0.95])
    return float(high - low)
