"""The conformal band holds what it promises on data that were not used to fit it."""

from dataclasses import replace

import numpy as np
import pytest

from ecg_core.errors import CheckpointRefused
from ecg_core.models.checkpoint import load_model
from ecg_core.records import PatientMetadata
from ecg_core.uncertainty.calibration import (
    COVERAGES,
    SMALLEST_GROUP,
    WITH_AXES,
    WITH_EARLIER,
    WITHOUT_AXES,
    Residuals,
    band,
    calibrated_sd,
    calibration_for,
    fit_calibration,
    half_widths,
    level_of,
    spreads_of,
)
from ecg_core.uncertainty.mc_dropout import Moments
from ecg_core.vocabulary import ESTIMATED, LEADS, Lead, Wave

ROWS = [LEADS.index(lead) for lead in ESTIMATED]


def records(seed: int, count: int = 30):
    """Heavy-tailed errors, larger in QRS than the claimed spread, smaller at rest."""
    random = np.random.default_rng(seed)
    waves = np.tile(np.repeat([0, 1, 2], [10, 20, 30]), 10)
    scale = np.array([3.0, 1.0, 0.4])[waves]
    for _ in range(count):
        yield Residuals(random.standard_t(4, (12, 600)) * scale * 0.1, np.full((12, 600), 0.1), waves)


@pytest.fixture(scope="module")
def calibration():
    return fit_calibration(records(0), "generated")


@pytest.mark.parametrize("coverage", COVERAGES)
def test_every_cell_holds_its_promise_on_new_records(coverage, calibration):
    held = []
    for one in records(1):
        low, high = band(np.zeros((12, 600)), one.sd, one.waves, calibration, coverage)
        held.append((low <= one.error) & (one.error <= high))
        waves = one.waves
    for lead in ESTIMATED:
        for index in range(len(Wave)):
            share = np.mean([one[LEADS.index(lead), waves == index].mean() for one in held])
            assert share == pytest.approx(coverage, abs=0.03)


def test_the_measured_lead_is_its_own_band(calibration):
    mean = np.random.default_rng(0).normal(size=(12, 600))
    one = next(records(1))
    low, high = band(mean, one.sd, one.waves, calibration, 0.9)
    row = LEADS.index(Lead.I)
    assert np.array_equal(low[row], mean[row])
    assert np.array_equal(high[row], mean[row])


def test_the_band_lies_around_the_mean_by_factor_times_spread(calibration):
    random = np.random.default_rng(0)
    mean, sd, waves = random.normal(size=(12, 60)), random.uniform(0.1, 1, (12, 60)), np.repeat([0, 1, 2], 20)
    low, high = band(mean, sd, waves, calibration, 0.8)
    row = LEADS.index(Lead.V2)
    for index, wave in enumerate(Wave):
        half = calibration.factors["0.80"][Lead.V2][wave] * sd[row, waves == index]
        assert np.allclose(high[row, waves == index] - mean[row, waves == index], half, rtol=1e-6)
        assert np.allclose(mean[row, waves == index] - low[row, waves == index], half, rtol=1e-6)


def test_a_coverage_that_was_not_calibrated_is_refused(calibration):
    with pytest.raises(CheckpointRefused, match=r"coverage of 0.42; expected one of 0.50, 0.80, 0.90, 0.95"):
        band(np.zeros((12, 600)), np.ones((12, 600)), np.zeros(600, int), calibration, 0.42)


def test_records_without_a_wave_and_no_records_are_refused():
    with pytest.raises(CheckpointRefused, match="no record"):
        fit_calibration([], "generated")
    without_t = Residuals(np.ones((12, 4)), np.ones((12, 4)), np.array([0, 0, 2, 2]))
    with pytest.raises(CheckpointRefused, match="Found no T"):
        fit_calibration([without_t], "generated")


def test_the_scaled_spread_has_the_mean_square_of_the_error(calibration):
    kept = list(records(0))
    scaled = [calibrated_sd(one.sd, one.waves, calibration) for one in kept]
    for row in ROWS:
        for index in range(len(Wave)):
            error = np.concatenate([one.error[row, one.waves == index] for one in kept])
            spread = np.concatenate(
                [sd[row, one.waves == index] for sd, one in zip(scaled, kept, strict=True)],
            )
            assert np.mean(spread**2) == pytest.approx(np.mean(error**2), rel=1e-3)
    assert not scaled[0][LEADS.index(Lead.I)].any()


def uneven(seed: int, count: int):
    """Records whose errors differ in size from one to the next by more than their spread says."""
    random = np.random.default_rng(seed)
    waves = np.repeat([0, 1, 2], 10)
    for _ in range(count):
        error = random.normal(0, random.uniform(0.5, 2.0), (12, 30))
        yield Residuals(error, np.ones((12, 30)), waves)


@pytest.mark.parametrize("coverage", COVERAGES)
def test_the_simultaneous_band_holds_whole_records(coverage):
    fitted = fit_calibration(uneven(0, 400), "generated")

    def held(one: Residuals) -> bool:
        half = half_widths(one.sd, one.waves, fitted, coverage) * fitted.simultaneous[level_of(coverage)]
        return bool((np.abs(one.error[ROWS]) <= half[ROWS] * (1 + 1e-4)).all())

    assert np.mean([held(one) for one in uneven(0, 400)]) >= coverage
    assert np.mean([held(one) for one in uneven(1, 400)]) == pytest.approx(coverage, abs=0.07)


def grouped(ill: int, groups: bool = True, well: int = 400):
    """Records of the well and of the ill, whose errors are twice as large at the same spread."""
    random = np.random.default_rng(0)
    waves = np.repeat([0, 1, 2], 10)
    for index in range(well + ill):
        name, size = ("MI", 2.0) if index < ill else ("NORM", 1.0)
        error = random.normal(0, size, (12, 30))
        yield Residuals(error, np.ones((12, 30)), waves, frozenset({name, "CD"} if groups else ()))


def inside(fitted, kept, coverage: float) -> np.ndarray:
    """Share of the samples inside the band, ``(11, wave)``."""
    held = np.stack([np.abs(one.error) <= half_widths(one.sd, one.waves, fitted, coverage) + 1e-4 for one in kept])
    waves = kept[0].waves
    return np.stack([held[:, ROWS][:, :, waves == index].mean(axis=(0, 2)) for index in range(len(Wave))], axis=1)


def test_a_large_group_with_larger_errors_is_not_left_far_behind():
    kept = list(grouped(SMALLEST_GROUP))
    ill = kept[:SMALLEST_GROUP]
    plain, fitted = (fit_calibration(grouped(SMALLEST_GROUP, groups), "generated") for groups in (False, True))
    assert inside(plain, ill, 0.9).max() < 0.85
    assert inside(fitted, ill, 0.9).min() >= 0.87
    assert inside(fitted, ill, 0.9).max() < 0.9  # no more than that group needs
    assert inside(fitted, kept, 0.9).min() > 0.93
    assert fitted.scale == plain.scale


def test_a_small_group_has_no_say():
    plain, fitted = (fit_calibration(grouped(SMALLEST_GROUP - 1, groups), "generated") for groups in (False, True))
    assert fitted.factors == plain.factors
    assert fitted.simultaneous == plain.simultaneous
    assert fitted.records == 400 + SMALLEST_GROUP - 1


def test_a_group_that_is_easier_lowers_nothing():
    fitted, plain = (fit_calibration(grouped(300, groups, well=200), "generated") for groups in (True, False))
    pairs = [
        (fitted.factors[level][lead][wave], plain.factors[level][lead][wave])
        for level in map(level_of, COVERAGES)
        for lead in ESTIMATED
        for wave in Wave
    ]
    assert all(one >= other for one, other in pairs)


@pytest.mark.parametrize(
    ("metadata", "earlier_beat", "state"),
    [
        (PatientMetadata(), False, WITHOUT_AXES),
        (PatientMetadata(t_axis_deg=3), False, WITHOUT_AXES),
        (PatientMetadata(r_axis_deg=3), False, WITH_AXES),
        (PatientMetadata(r_axis_deg=3), True, WITH_EARLIER),
        (PatientMetadata(), True, WITH_EARLIER),
    ],
)
def test_each_state_of_knowledge_has_its_calibration(metadata, earlier_beat, state):
    card = load_model().card
    assert calibration_for(card, metadata, earlier_beat=earlier_beat) is card.calibrations[state]


def test_a_model_that_reads_no_earlier_ecg_is_calibrated_by_its_axes():
    card = load_model().card
    fewer = replace(card, calibrations={key: card.calibrations[key] for key in (WITHOUT_AXES, WITH_AXES)})
    told = PatientMetadata(r_axis_deg=3)
    assert calibration_for(fewer, told, earlier_beat=True) is card.calibrations[WITH_AXES]
    assert calibration_for(fewer, PatientMetadata(), earlier_beat=True) is card.calibrations[WITHOUT_AXES]
    with pytest.raises(CheckpointRefused, match="no calibration with axes"):
        calibration_for(replace(card, calibrations={}), told)


def test_the_spreads_of_the_passes_add_as_variances_and_none_is_zero():
    random = np.random.default_rng(0)
    epistemic, expected = random.uniform(0.01, 1, (2, 12, 50))
    total = np.sqrt(epistemic**2 + expected**2)
    epistemic[LEADS.index(Lead.I)] = total[LEADS.index(Lead.I)] = 0
    spreads = spreads_of(Moments(np.zeros((12, 50)), epistemic, total))
    assert set(spreads) == {"both", "dropout", "expected", "constant"}
    assert np.allclose(spreads["dropout"][ROWS], epistemic[ROWS])
    assert np.allclose(spreads["expected"][ROWS], expected[ROWS])
    assert np.allclose(spreads["both"][ROWS], total[ROWS])
    assert np.ptp(spreads["constant"]) == 0
    assert all((spread > 0).all() for spread in spreads.values())
