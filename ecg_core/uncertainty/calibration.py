"""Split conformal calibration: a band that holds the share of true values that it promises.

Source: Lei et al. 2018 (locally weighted split conformal prediction): the score of a sample is its absolute error
over its spread, and the band is the spread times a quantile of the scores on records that the network never trained
on, here for each lead and wave.
"""

from collections.abc import Iterable

import numpy as np

from ecg_core.errors import CheckpointRefused
from ecg_core.records import PatientMetadata
from ecg_core.results import Calibration, ModelCard
from ecg_core.vocabulary import ESTIMATED, LEADS, FloatArray, IntArray, Lead, Wave

__all__ = ["COVERAGES", "WITHOUT_AXES", "WITH_AXES", "band", "calibration_for", "fit_factors"]

COVERAGES = (0.5, 0.8, 0.9, 0.95)
"""The shares for which factors are kept."""
WITHOUT_AXES, WITH_AXES = "without axes", "with axes"
"""The two states of knowledge that are calibrated apart: the R axis changes the errors more than all other metadata."""


def calibration_for(card: ModelCard, metadata: PatientMetadata) -> Calibration:
    """The calibration of a model for what it was told; raises `CheckpointRefused` where it has none.

    >>> from ecg_core import load_model
    >>> "paper" in calibration_for(load_model().card, PatientMetadata(r_axis_deg=30)).fitted_on
    True
    """
    key = WITHOUT_AXES if metadata.r_axis_deg is None else WITH_AXES
    if key not in card.calibrations:
        raise CheckpointRefused(
            f"Found no calibration {key} in checkpoint {card.name}; expected one: train it to its end."
        )
    return card.calibrations[key]


def _level(coverage: float) -> str:
    return f"{coverage:.2f}"


def fit_factors(
    records: Iterable[tuple[FloatArray, FloatArray, IntArray]],
) -> dict[str, dict[Lead, dict[Wave, float]]]:
    """Find the factors from records that were not trained on.

    Each record is ``(error (12, sample), total_sd (12, sample), waves (sample,))`` with waves as from `label_waves`.
    Samples are pooled within each lead and wave; the rank is the conformal one, ceil((n + 1) · coverage).

    >>> random = np.random.default_rng(0)
    >>> one = (random.normal(0, 2, (12, 9000)), np.ones((12, 9000)), np.repeat([0, 1, 2], 3000))
    >>> bool(3.1 < fit_factors([one])["0.90"][Lead.II][Wave.QRS] < 3.5)
    True
    """
    scores: dict[tuple[Lead, Wave], list[FloatArray]] = {(lead, wave): [] for lead in ESTIMATED for wave in Wave}
    for error, spread, waves in records:
        for index, wave in enumerate(Wave):
            chosen = waves == index
            for lead in ESTIMATED:
                row = LEADS.index(lead)
                scores[lead, wave].append(np.abs(error[row, chosen]) / spread[row, chosen])
    factors: dict[str, dict[Lead, dict[Wave, float]]] = {_level(coverage): {} for coverage in COVERAGES}
    for (lead, wave), parts in scores.items():
        pooled = np.sort(np.concatenate(parts))
        for coverage in COVERAGES:
            rank = min(int(np.ceil((len(pooled) + 1) * coverage)), len(pooled)) - 1
            factors[_level(coverage)].setdefault(lead, {})[wave] = round(float(pooled[rank]), 4)
    return factors


def band(
    mean: FloatArray, total_sd: FloatArray, waves: IntArray, calibration: Calibration, coverage: float
) -> tuple[FloatArray, FloatArray]:
    """Lowest and highest value ``(12, sample)`` in mV between which ``coverage`` of true values lie.

    ``waves (sample,)`` as from `label_waves`. The measured lead is its own band. Raises `CheckpointRefused` for a
    coverage that the model was not calibrated for.
    """
    factors = calibration.factors.get(_level(coverage))
    if factors is None:
        raise CheckpointRefused(
            f"Found no calibration for a coverage of {coverage:g}; expected one of {', '.join(calibration.factors)}."
        )
    half = np.zeros_like(mean)
    for lead in ESTIMATED:
        row = LEADS.index(lead)
        by_wave = np.array([factors[lead][wave] for wave in Wave], np.float32)
        half[row] = by_wave[waves] * total_sd[row]
    return mean - half, mean + half
