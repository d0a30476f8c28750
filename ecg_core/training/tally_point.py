"""How near the estimate is to the truth: correlation, error and explained variance, by lead, wave and group."""

from typing import Any

import numpy as np
import pandas as pd

from ecg_core.metrics import bootstrap_interval, pearson_r, r_squared, rmse
from ecg_core.training.cases import ROWS, Case
from ecg_core.vocabulary import ESTIMATED, FloatArray, Wave

__all__ = ["PointTally"]

FEWEST = 30
"""A group of fewer records is left out of a table."""


class PointTally:
    """Collects ``(record, lead)`` scores; ``rows`` are the records they belong to, in the order they came."""

    def __init__(self) -> None:
        self.rows: list[int] = []
        self._r: list[FloatArray] = []
        self._rmse: list[FloatArray] = []
        self._r2: list[FloatArray] = []
        self._waves: list[FloatArray] = []

    def add(self, case: Case) -> None:
        """Score one record."""
        estimate, truth = case.moments.mean[ROWS], case.truth[ROWS]
        self.rows.append(case.row)
        self._r.append(pearson_r(estimate, truth))
        self._rmse.append(rmse(estimate, truth))
        self._r2.append(r_squared(estimate, truth))
        by_wave = np.full((len(Wave), 2, len(ROWS)), np.nan)
        for index in range(len(Wave)):
            chosen = case.waves == index
            if chosen.sum() > 2:
                by_wave[index] = (
                    pearson_r(estimate[:, chosen], truth[:, chosen]),
                    rmse(estimate[:, chosen], truth[:, chosen]),
                )
        self._waves.append(by_wave)

    @property
    def last_r(self) -> float:
        """Mean correlation of the record that came last."""
        return float(self._r[-1].mean())

    @property
    def r(self) -> FloatArray:
        """Pearson r, ``(record, 11)``."""
        return np.stack(self._r)

    @property
    def rmse(self) -> FloatArray:
        """RMSE in mV, ``(record, 11)``."""
        return np.stack(self._rmse)

    def r_in(self, wave: Wave) -> FloatArray:
        """Pearson r over the samples of one wave, ``(record, 11)``; NaN where the record has none."""
        return np.stack(self._waves)[:, list(Wave).index(wave), 0]

    def result(self, table: pd.DataFrame) -> dict[str, Any]:
        """The scores; ``table`` is that of the records."""
        own = table.iloc[self.rows].reset_index(drop=True)
        patients, waves = own["patient_id"].to_numpy(), np.stack(self._waves)
        means, errors = self.r.mean(axis=1), self.rmse.mean(axis=1)
        return {
            "records": len(means),
            "patients": len(np.unique(patients)),
            "r_mean": float(means.mean()),
            "r_interval_95": bootstrap_interval(means, patients),
            "r_median": float(np.median(means)),
            "r_5th_percentile": float(np.quantile(means, 0.05)),
            "rmse_mv": float(errors.mean()),
            "rmse_mv_interval_95": bootstrap_interval(errors, patients),
            "r2_median": float(np.median(np.stack(self._r2).mean(axis=1))),
            "by_lead": {
                lead.value: {
                    "r": float(self.r[:, i].mean()),
                    "r_interval_95": bootstrap_interval(self.r[:, i], patients),
                    "rmse_mv": float(self.rmse[:, i].mean()),
                    "r2_median": float(np.median(np.stack(self._r2)[:, i])),
                }
                for i, lead in enumerate(ESTIMATED)
            },
            "by_wave": {
                wave.value: {"r": float(np.nanmean(waves[:, i, 0])), "rmse_mv": float(np.nanmean(waves[:, i, 1]))}
                for i, wave in enumerate(Wave)
            },
            "by_group": {
                kind: {
                    name: {
                        "records": int(chosen.sum()),
                        "r": float(means[chosen].mean()),
                        "rmse_mv": float(errors[chosen].mean()),
                    }
                    for name, chosen in groups.items()
                    if chosen.sum() >= FEWEST
                }
                for kind, groups in groups_of(own).items()
            },
        }


def groups_of(table: pd.DataFrame) -> dict[str, dict[str, FloatArray]]:
    """Who is in which group, as masks ``(record,)``: superclass, rhythm, sex, age decade."""
    classes = table["superclasses"].fillna("").str.split(";")
    names = sorted({name for row in classes for name in row if name})
    decades = (table["age_years"] // 10 * 10).astype("Int64")
    return {
        "superclass": {name: classes.map(lambda row, name=name: name in row).to_numpy(bool) for name in names},
        "rhythm": {
            str(name): (table["rhythm"] == name).to_numpy(bool) for name in sorted(table["rhythm"].dropna().unique())
        },
        "sex": {name: (table["sex"] == value).to_numpy(bool) for value, name in ((0, "male"), (1, "female"))},
        "age": {
            f"{decade}-{decade + 9}": (decades == decade).fillna(False).to_numpy(bool)
            for decade in sorted(decades.dropna().unique())
        },
    }
