"""Split conformal calibration: a band that holds the share of true values that it promises.

Source: Lei et al. 2018 (locally weighted split conformal prediction): the score of a sample is its absolute error
over its spread, and the band is the spread times a quantile of the scores on records that the network never trained
on, here for each lead and wave. Where diagnoses are known, no diagnostic group may fall far behind (`SLACK`; after
Mondrian conformal prediction, Vovk et al. 2005, without asking for the diagnosis when the band is used).
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from ecg_core.errors import CheckpointRefused
from ecg_core.records import PatientMetadata
from ecg_core.results import Calibration, Factors, ModelCard
from ecg_core.uncertainty.mc_dropout import Moments
from ecg_core.vocabulary import ESTIMATED, LEADS, FloatArray, IntArray, Lead, Wave

__all__ = [
    "COVERAGES",
    "SHOWN",
    "WITHOUT_AXES",
    "WITH_AXES",
    "WITH_EARLIER",
    "Residuals",
    "band",
    "calibrated_sd",
    "calibration_for",
    "calibration_in",
    "fit_calibration",
    "half_widths",
    "level_of",
    "spreads_of",
    "state_of",
]

COVERAGES = (0.5, 0.8, 0.9, 0.95)
"""The shares for which factors are kept."""
WITHOUT_AXES, WITH_AXES, WITH_EARLIER = "without axes", "with axes", "with an earlier ECG"
"""The three states of knowledge that are calibrated apart, since the errors differ between them."""
SLACK = 0.3
"""A diagnostic group may miss this much more of its samples than was promised: of 90 %, 87 % are kept in each."""
LEAST_SPREAD, CONSTANT = 1e-4, 0.1
"""mV: no spread is taken for less than the first; the second is scaled by calibration, so its size says nothing."""
SMALLEST_GROUP = 100
"""Records; a smaller group has no say in the factors."""


class Residuals(NamedTuple):
    """What calibration needs of one record: ``error (12, sample)`` and ``sd (12, sample)`` in mV, ``waves (sample,)``.

    ``waves`` are as from `label_waves`; ``groups`` are the diagnostic superclasses of the record, where they are known.
    """

    error: FloatArray
    sd: FloatArray
    waves: IntArray
    groups: frozenset[str] = frozenset()


def state_of(metadata: PatientMetadata, *, earlier_beat: bool) -> str:
    """The state of knowledge whose calibration holds."""
    if earlier_beat:
        return WITH_EARLIER
    return WITHOUT_AXES if metadata.r_axis_deg is None else WITH_AXES


def calibration_for(card: ModelCard, metadata: PatientMetadata, *, earlier_beat: bool = False) -> Calibration:
    """The calibration of a model for what it was told.

    A model that reads no earlier ECG has none for it: then its axes are what it was told. Raises `CheckpointRefused`
    where it has none at all.

    >>> from ecg_core import load_model
    >>> "paper" in calibration_for(load_model().card, PatientMetadata(r_axis_deg=30)).fitted_on
    True
    """
    reads_earlier = WITH_EARLIER in card.calibrations
    return calibration_in(card, state_of(metadata, earlier_beat=earlier_beat and reads_earlier))


def calibration_in(card: ModelCard, state: str) -> Calibration:
    """The calibration of a model in a state of knowledge; see `calibration_for`."""
    if state not in card.calibrations:
        raise CheckpointRefused(
            f"Found no calibration {state} in checkpoint {card.name}; expected one: train it to its end."
        )
    return card.calibrations[state]


def level_of(coverage: float) -> str:
    """The key under which the factors for a coverage are kept."""
    return f"{coverage:.2f}"


def _rank(scores: FloatArray, share: float) -> float:
    """The conformal quantile of sorted scores: rank ceil((n + 1) · share)."""
    return float(scores[min(int(np.ceil((len(scores) + 1) * share)), len(scores)) - 1])


def fit_calibration(records: Iterable[Residuals], fitted_on: str) -> Calibration:
    """Fit the band on records that were not trained on; ``fitted_on`` says which, for the card.

    Samples are pooled within each lead and wave; the factor for a coverage is the conformal quantile of error over
    spread, or a higher one that a diagnostic group of at least `SMALLEST_GROUP` records needs. ``scale`` makes the mean
    square of the spread that of the error. For the simultaneous band the score of a record is the largest error over
    half-width among all its samples and leads, and its factor the conformal quantile over records.

    >>> random = np.random.default_rng(0)
    >>> waves, sd = np.repeat([0, 1, 2], 300), np.ones((12, 900))
    >>> fitted = fit_calibration((Residuals(random.normal(0, 2, (12, 900)), sd, waves) for _ in range(40)), "")
    >>> bool(3.1 < fitted.factors["0.90"][Lead.II][Wave.QRS] < 3.5), bool(1.9 < fitted.scale[Lead.II][Wave.QRS] < 2.1)
    (True, True)
    """
    kept = list(records)
    if not kept:
        raise CheckpointRefused("Found no record to calibrate on; expected at least one: choose other records.")
    groups = [
        np.array([group in record.groups for record in kept])
        for group in sorted(set().union(*(record.groups for record in kept)))
    ]
    large = [members for members in groups if members.sum() >= SMALLEST_GROUP]
    factors: dict[str, dict[Lead, dict[Wave, float]]] = {
        level_of(c): {lead: {} for lead in ESTIMATED} for c in COVERAGES
    }
    scale: dict[Lead, dict[Wave, float]] = {lead: {} for lead in ESTIMATED}
    for index, wave in enumerate(Wave):
        chosen = [record.waves == index for record in kept]
        owners = np.repeat(np.arange(len(kept)), [mask.sum() for mask in chosen])
        for lead in ESTIMATED:
            row = LEADS.index(lead)
            error = np.concatenate([record.error[row, mask] for record, mask in zip(kept, chosen, strict=True)])
            sd = np.concatenate([record.sd[row, mask] for record, mask in zip(kept, chosen, strict=True)])
            if not len(error):
                raise CheckpointRefused(
                    f"Found no {wave} in the records to calibrate on; expected beats: choose other records."
                )
            scale[lead][wave] = round(float(np.sqrt(np.mean(error**2) / np.mean(sd**2))), 4)
            scores = np.abs(error) / sd
            ranked = np.sort(scores)
            by_group = [np.sort(scores[members[owners]]) for members in large]
            for coverage in COVERAGES:
                least = coverage - SLACK * (1 - coverage)
                highest = max([_rank(ranked, coverage)] + [_rank(group, least) for group in by_group])
                factors[level_of(coverage)][lead][wave] = round(highest, 4)
    pointwise = Calibration(factors, scale, {}, fitted_on, len(kept))
    simultaneous = {
        level_of(coverage): round(_rank(_worst(kept, pointwise, coverage), coverage), 4) for coverage in COVERAGES
    }
    return Calibration(factors, scale, simultaneous, fitted_on, len(kept))


def _worst(records: Sequence[Residuals], calibration: Calibration, coverage: float) -> FloatArray:
    """For each record its largest error over half-width, sorted."""
    rows = [LEADS.index(lead) for lead in ESTIMATED]
    worst = [
        np.max(np.abs(one.error[rows]) / half_widths(one.sd, one.waves, calibration, coverage)[rows]) for one in records
    ]
    return np.sort(worst)


def half_widths(sd: FloatArray, waves: IntArray, calibration: Calibration, coverage: float) -> FloatArray:
    """Half the width of the pointwise band, ``(12, sample)`` in mV; zero for the measured lead.

    Raises `CheckpointRefused` for a coverage that the model was not calibrated for.
    """
    factors = calibration.factors.get(level_of(coverage))
    if factors is None:
        raise CheckpointRefused(
            f"Found no calibration for a coverage of {coverage:g}; expected one of {', '.join(calibration.factors)}."
        )
    return _by_wave(factors, waves) * sd


def band(
    mean: FloatArray, total_sd: FloatArray, waves: IntArray, calibration: Calibration, coverage: float
) -> tuple[FloatArray, FloatArray]:
    """Lowest and highest value ``(12, sample)`` in mV between which ``coverage`` of true values lie.

    ``waves (sample,)`` as from `label_waves`. The measured lead is its own band. Raises `CheckpointRefused` for a
    coverage that the model was not calibrated for.
    """
    half = half_widths(total_sd, waves, calibration, coverage)
    return mean - half, mean + half


def calibrated_sd(total_sd: FloatArray, waves: IntArray, calibration: Calibration) -> FloatArray:
    """``total_sd (12, sample)`` scaled so that on the records of the calibration its mean square is the error's."""
    return _by_wave(calibration.scale, waves) * total_sd


def _by_wave(factors: Factors, waves: IntArray) -> FloatArray:
    """The factor of every lead and sample, ``(12, sample)``; zero for the measured lead."""
    table = np.zeros((len(LEADS), len(Wave)), np.float32)
    for lead in ESTIMATED:
        table[LEADS.index(lead)] = [factors[lead][wave] for wave in Wave]
    return table[:, waves]


SHOWN = "both"
"""The spread that is shown and turned into the band: between the passes and expected, added as variances."""


def spreads_of(moments: Moments) -> dict[str, FloatArray]:
    """The spreads that can be told apart in the passes, and a constant one, each ``(12, sample)`` in mV."""
    expected = np.sqrt(np.maximum(moments.total_sd**2 - moments.epistemic_sd**2, 0))
    return {
        SHOWN: np.maximum(moments.total_sd, LEAST_SPREAD),
        "dropout": np.maximum(moments.epistemic_sd, LEAST_SPREAD),
        "expected": np.maximum(expected, LEAST_SPREAD),
        "constant": np.full_like(moments.mean, CONSTANT),
    }
