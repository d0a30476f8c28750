"""What a model is worth on records it never saw: correlation, error and coverage, with intervals over patients."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from tqdm import tqdm

from ecg_core.limb_leads import DERIVATION
from ecg_core.metadata import encode
from ecg_core.metrics import covered, pearson_r, rmse
from ecg_core.models.checkpoint import Model
from ecg_core.models.dual_branch import DualBranch
from ecg_core.results import Calibration
from ecg_core.training.data import Records, metadata_of
from ecg_core.uncertainty.calibration import WITH_AXES, WITHOUT_AXES, band, calibration_for, fit_factors
from ecg_core.uncertainty.mc_dropout import Moments, sample
from ecg_core.vocabulary import ESTIMATED, LEADS, FloatArray, IntArray, Lead, Wave

__all__ = ["bootstrap_interval", "calibrate", "evaluate"]

CALIBRATION_TIERS = {WITHOUT_AXES: ("none", "wearable"), WITH_AXES: ("paper", "all")}
ROWS = [LEADS.index(lead) for lead in ESTIMATED]


def predict(
    network: DualBranch, records: Records, tier: str, *, passes: int, seed: int
) -> Iterator[tuple[int, Moments]]:
    """Moments of every record as the pipeline gives them for one window, with the metadata of ``tier``."""
    for row in tqdm(range(len(records)), desc=f"tier {tier}", mininterval=5):
        features = encode(metadata_of(records.table.iloc[row], tier))
        yield row, sample(network, records.leads(slice(row, row + 1))[0, 0], features, passes=passes, seed=seed)


def calibrate(
    network: DualBranch, records: Records, name: str, *, passes: int = 50, seed: int = 0
) -> dict[str, Calibration]:
    """Fit the band on records that were not trained on, once for each state of knowledge (`CALIBRATION_TIERS`).

    The metadata tiers of a state count alike. ``name`` says what the records are, for the card.
    """
    calibrations = {}
    for knowledge, tiers in CALIBRATION_TIERS.items():
        errors = (
            (moments.mean - records.twelve(row), moments.total_sd, records.waves[row])
            for tier in tiers
            for row, moments in predict(network, records, tier, passes=passes, seed=seed)
        )
        calibrations[knowledge] = Calibration(fit_factors(errors), f"{name}, metadata tiers {' and '.join(tiers)}")
    return calibrations


def bootstrap_interval(
    values: FloatArray, patients: IntArray, *, draws: int = 1000, seed: int = 0
) -> tuple[float, float]:
    """95 % interval of the mean of ``values (record,)``, resampling patients and not records.

    >>> low, high = bootstrap_interval(np.array([0.0, 1.0, 0.0, 1.0]), np.array([1, 1, 2, 2]))
    >>> (low, high)
    (0.5, 0.5)
    """
    random = np.random.default_rng(seed)
    _, index = np.unique(patients, return_inverse=True)
    sums, counts = np.bincount(index, values), np.bincount(index)
    chosen = random.integers(0, len(sums), (draws, len(sums)))
    low, high = np.quantile(sums[chosen].sum(axis=1) / counts[chosen].sum(axis=1), [0.025, 0.975])
    return float(low), float(high)


def evaluate(
    model: Model, records: Records, tier: str, *, coverage: float = 0.9, passes: int = 50, seed: int = 0
) -> dict[str, Any]:
    """Score a model on prepared records with the metadata of ``tier``, against 0.5-40 Hz targets at 100 Hz.

    The estimate is the mean of the passes, as shown to the user. Gives the record-wise Pearson r for each lead and
    their mean with its interval, the 5th percentile over records, RMSE in mV, the share of samples inside the band
    overall and for each lead and wave, and the largest violation of a limb-lead law in mV.
    """
    r, error = np.empty((len(records), 11)), np.empty((len(records), 11))
    inside, total = np.zeros((11, 3)), np.zeros(3)
    law = 0.0
    width = 0.0
    for row, moments in predict(model.network, records, tier, passes=passes, seed=seed):
        truth, waves = records.twelve(row), records.waves[row]
        calibration = calibration_for(model.card, metadata_of(records.table.iloc[row], tier))
        low, high = band(moments.mean, moments.total_sd, waves, calibration, coverage)
        r[row], error[row] = pearson_r(moments.mean[ROWS], truth[ROWS]), rmse(moments.mean[ROWS], truth[ROWS])
        held = covered(low, high, truth)[ROWS]
        for index in range(len(Wave)):
            inside[:, index] += held[:, waves == index].sum(axis=1)
            total[index] += (waves == index).sum()
        law = max(law, largest_violation(moments.mean))
        width += float((high - low)[ROWS].mean()) / len(records)
    means = r.mean(axis=1)
    return {
        "tier": tier,
        "records": len(records),
        "r_mean": float(means.mean()),
        "r_interval_95": bootstrap_interval(means, records.table["patient_id"].to_numpy()),
        "r_5th_percentile": float(np.quantile(means, 0.05)),
        "r_by_lead": dict(zip((lead.value for lead in ESTIMATED), r.mean(axis=0).round(4).tolist(), strict=True)),
        "rmse_mv": float(error.mean()),
        "rmse_mv_by_lead": dict(
            zip((lead.value for lead in ESTIMATED), error.mean(axis=0).round(4).tolist(), strict=True)
        ),
        "band": coverage,
        "band_mean_width_mv": width,
        "coverage": float(inside.sum() / (total.sum() * 11)),
        "coverage_by_lead_and_wave": {
            lead.value: {wave.value: round(float(inside[i, j] / total[j]), 4) for j, wave in enumerate(Wave)}
            for i, lead in enumerate(ESTIMATED)
        },
        "largest_limb_lead_violation_mv": law,
    }


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
