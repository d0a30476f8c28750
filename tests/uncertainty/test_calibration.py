"""The conformal band holds what it promises on data that were not used to fit it."""

import numpy as np
import pytest

from ecg_core.errors import CheckpointRefused
from ecg_core.results import Calibration
from ecg_core.uncertainty.calibration import COVERAGES, band, fit_factors
from ecg_core.vocabulary import ESTIMATED, LEADS, Lead, Wave


def records(seed: int, count: int = 30):
    """Heavy-tailed errors, larger in QRS than the claimed spread, smaller at rest."""
    random = np.random.default_rng(seed)
    waves = np.tile(np.repeat([0, 1, 2], [10, 20, 30]), 10)
    scale = np.array([3.0, 1.0, 0.4])[waves]
    for _ in range(count):
        yield random.standard_t(4, (12, 600)) * scale * 0.1, np.full((12, 600), 0.1), waves


@pytest.mark.parametrize("coverage", COVERAGES)
def test_every_cell_holds_its_promise_on_new_records(coverage):
    calibration = Calibration(fit_factors(records(0)), "generated")
    held = []
    for error, spread, waves in records(1):
        low, high = band(np.zeros((12, 600)), spread, waves, calibration, coverage)
        held.append((low <= error) & (error <= high))
    for lead in ESTIMATED:
        for index in range(len(Wave)):
            share = np.mean([one[LEADS.index(lead), waves == index].mean() for one in held])
            assert share == pytest.approx(coverage, abs=0.03)


def test_the_measured_lead_is_its_own_band():
    calibration = Calibration(fit_factors(records(0)), "generated")
    mean = np.random.default_rng(0).normal(size=(12, 600))
    _, spread, waves = next(records(1))
    low, high = band(mean, spread, waves, calibration, 0.9)
    row = LEADS.index(Lead.I)
    assert np.array_equal(low[row], mean[row])
    assert np.array_equal(high[row], mean[row])


def test_a_coverage_that_was_not_calibrated_is_refused():
    calibration = Calibration(fit_factors(records(0)), "generated")
    with pytest.raises(CheckpointRefused, match=r"coverage of 0.42; expected one of 0.50, 0.80, 0.90, 0.95"):
        band(np.zeros((12, 600)), np.ones((12, 600)), np.zeros(600, int), calibration, 0.42)
