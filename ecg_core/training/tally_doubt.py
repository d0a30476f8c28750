"""Whether the doubt keeps its promise: coverage, calibration, sparsification, beside trivial rivals."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ecg_core.doubt_metrics import (
    SpreadBins,
    ause,
    ause_sample,
    crps_gaussian,
    error_left,
    power_law_r,
    simultaneous_score,
)
from ecg_core.metrics import auroc, rmse, spearman
from ecg_core.results import Calibration, ModelCard
from ecg_core.training.cases import ROWS, Case
from ecg_core.training.labels import SUPERCLASSES
from ecg_core.uncertainty.calibration import COVERAGES, SHOWN, calibrated_sd, half_widths, level_of, spreads_of
from ecg_core.vocabulary import ESTIMATED, BoolArray, FloatArray, Wave

__all__ = ["DoubtTally"]

EVERY = 4
"""ENCE, CRPS and sparsification by sample look at every fourth sample; neighbours say nearly the same."""
BAD_R = 0.5
"""A record whose mean correlation is below this is a bad reconstruction."""
CELL_COVERAGE = 0.9


def _masks(case: Case) -> BoolArray:
    """Which samples belong to each wave, ``(wave, sample)``."""
    return np.stack([case.waves == index for index in range(len(Wave))])


def rivals_of(case: Case) -> dict[str, FloatArray]:
    """What might stand in for a spread without being one, each ``(12, sample)``."""
    mean = case.moments.mean
    return {
        "size of the prediction": np.abs(mean),
        "slope of the prediction": np.abs(np.gradient(mean, axis=1)),
        "QRS mask": np.broadcast_to((case.waves == list(Wave).index(Wave.QRS)).astype(np.float32), mean.shape),
    }


class _Spread:
    """The running sums of one kind of spread."""

    def __init__(self) -> None:
        self.raw, self.scaled = SpreadBins(), SpreadBins()
        self.crps = np.zeros(2)
        self.samples = 0
        self.of_record: list[float] = []
        self.paper_r: list[float] = []
        self.inside = np.zeros((len(COVERAGES), len(ROWS), len(Wave)))
        self.width = np.zeros(len(COVERAGES))
        self.whole: list[list[bool]] = []


class DoubtTally:
    """Collects the doubt of one model in one tier.

    Kinds of spread: between passes, expected by the network, both (the one that is shown), a constant for each
    lead and wave, each before and after calibration; and rivals that are no spread (`rivals_of`).
    """

    def __init__(self, card: ModelCard) -> None:
        self._card = card
        self._kinds: dict[str, _Spread] = {}
        self._oracle = SpreadBins()
        self._samples = np.zeros(len(Wave))
        self._rmse: list[float] = []
        self._r: list[float] = []
        self._cells = np.zeros((len(SUPERCLASSES), len(ROWS), len(Wave)))
        self._cell_samples = np.zeros((len(SUPERCLASSES), len(Wave)))
        self._cell_records = np.zeros(len(SUPERCLASSES), int)
        self._records_inside: list[float] = []

    def _calibration(self, kind: str, state: str) -> Calibration | None:
        if kind == SHOWN:
            return self._card.calibrations.get(state)
        return self._card.other_spreads.get(state, {}).get(kind)

    def add(self, case: Case, r: float) -> None:
        """Take one record in; ``r`` is its mean correlation."""
        error = (case.moments.mean - case.truth)[ROWS]
        self._r.append(r)
        self._rmse.append(float(rmse(error, np.zeros_like(error)).mean()))
        self._oracle.add(np.abs(error[:, ::EVERY]), error[:, ::EVERY])
        self._samples += _masks(case).sum(axis=1)
        for kind, spread in spreads_of(case.moments).items():
            calibration = self._calibration(kind, case.state)
            if calibration is not None:
                self._add_spread(kind, spread, case, calibration)
        for name, stand_in in rivals_of(case).items():
            self._add_order(self._kinds.setdefault(name, _Spread()), stand_in[ROWS], error)

    def _add_order(self, into: _Spread, spread: FloatArray, error: FloatArray) -> None:
        into.raw.add(np.maximum(spread[:, ::EVERY], 1e-9), error[:, ::EVERY])
        into.of_record.append(float(spread.mean()))
        into.paper_r.append(
            float(np.mean([power_law_r(*pair) for pair in zip(spread[:, ::EVERY], error[:, ::EVERY], strict=True)]))
        )

    def _add_spread(self, kind: str, spread: FloatArray, case: Case, calibration: Calibration) -> None:
        error, masks = (case.moments.mean - case.truth)[ROWS], _masks(case)
        into = self._kinds.setdefault(kind, _Spread())
        scaled = calibrated_sd(spread, case.waves, calibration)[ROWS]
        self._add_order(into, spread[ROWS] if kind != "constant" else scaled, error)
        few, sd = error[:, ::EVERY], scaled[:, ::EVERY]
        into.scaled.add(sd, few)
        raw = spread[ROWS][:, ::EVERY]
        into.crps += [crps_gaussian(few, one, np.zeros_like(few)).sum() for one in (raw, sd)]
        into.samples += few.size
        inside_levels = []
        for index, coverage in enumerate(COVERAGES):
            half = half_widths(spread, case.waves, calibration, coverage)[ROWS]
            inside = np.abs(error) <= half
            into.inside[index] += inside.astype(float) @ masks.T
            into.width[index] += 2 * half.mean()
            inside_levels.append(simultaneous_score(error, half) <= calibration.simultaneous[level_of(coverage)])
            if kind == SHOWN and coverage == CELL_COVERAGE:
                self._add_cells(case, inside, masks)
        into.whole.append(inside_levels)

    def _add_cells(self, case: Case, inside: BoolArray, masks: BoolArray) -> None:
        self._records_inside.append(float(inside.mean()))
        for index, name in enumerate(SUPERCLASSES):
            if name in case.groups:
                self._cells[index] += inside.astype(float) @ masks.T
                self._cell_samples[index] += masks.sum(axis=1)
                self._cell_records[index] += 1

    @property
    def records_inside(self) -> FloatArray:
        """Share of samples inside the shown 90 % band, ``(record,)``."""
        return np.array(self._records_inside)

    @property
    def spread_of_record(self) -> FloatArray:
        """Mean of the shown spread in mV, ``(record,)``."""
        return np.array(self._kinds[SHOWN].of_record)

    def result(self) -> dict[str, Any]:
        """All of it, by kind of spread."""
        errors, bad = np.array(self._rmse), np.array(self._r) < BAD_R
        return {
            "kinds": {name: self._result_of(spread, errors, bad) for name, spread in self._kinds.items()},
            "cells_90": {
                name: {
                    "records": int(self._cell_records[i]),
                    "coverage": _by_lead_and_wave(self._cells[i] / np.maximum(self._cell_samples[i], 1)),
                }
                for i, name in enumerate(SUPERCLASSES)
            },
            "mean_rmse_mv": float(errors.mean()),
            "bad_records": int(bad.sum()),
        }

    def _result_of(self, spread: _Spread, errors: FloatArray, bad: BoolArray) -> dict[str, Any]:
        doubt = np.array(spread.of_record)
        result: dict[str, Any] = {
            "ause_sample": ause_sample(spread.raw, self._oracle),
            "ause_record": ause(doubt, errors),
            "rank_correlation_with_rmse": spearman(doubt, errors),
            "rmse_left_mv": {str(share): error_left(doubt, errors, share) for share in (0.1, 0.2, 0.3)},
            "auroc_bad": auroc(doubt, bad) if 0 < bad.sum() < len(bad) else None,
            "paper_r": float(np.mean(spread.paper_r)),
        }
        if not spread.samples:
            return result
        ence = spread.raw.ence()
        return result | {
            "ence": {"raw": ence if np.isfinite(ence) else None, "calibrated": spread.scaled.ence()},
            "crps_mv": dict(zip(("raw", "calibrated"), (spread.crps / spread.samples).tolist(), strict=True)),
            "reliability_mv": np.round(spread.scaled.reliability()[:2], 5).tolist(),
            "sparsification_mv": np.round(spread.raw.sparsification(np.linspace(0, 0.95, 20)), 5).tolist(),
            "coverage": {
                level_of(coverage): {
                    "overall": float(spread.inside[i].sum() / (self._samples.sum() * len(ROWS))),
                    "mean_width_mv": float(spread.width[i] / len(errors)),
                    "whole_records": float(np.mean([levels[i] for levels in spread.whole])),
                    "by_lead_and_wave": _by_lead_and_wave(spread.inside[i] / np.maximum(self._samples, 1)),
                }
                for i, coverage in enumerate(COVERAGES)
            },
        }


def _by_lead_and_wave(shares: FloatArray) -> Mapping[str, Mapping[str, float]]:
    """``(11, wave)`` as a table."""
    return {
        lead.value: {wave.value: round(float(shares[i, j]), 4) for j, wave in enumerate(Wave)}
        for i, lead in enumerate(ESTIMATED)
    }
