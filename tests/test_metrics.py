"""Metrics against scipy and by hand."""

import numpy as np
import pytest
from scipy import stats

from ecg_core.metrics import covered, pearson_r, rmse


def test_pearson_agrees_with_scipy():
    random = np.random.default_rng(0)
    estimate, truth = random.normal(size=(2, 3, 50))
    expected = [stats.pearsonr(one, two).statistic for one, two in zip(estimate, truth, strict=True)]
    assert pearson_r(estimate, truth) == pytest.approx(expected)


def test_a_constant_has_no_correlation():
    assert pearson_r(np.zeros(5), np.arange(5.0)) == 0


def test_rmse_and_coverage_by_hand():
    assert rmse(np.array([1.0, 2.0]), np.array([2.0, 4.0])) == pytest.approx(np.sqrt(2.5))
    assert covered(np.array([0.0, 0.0]), np.array([1.0, 1.0]), np.array([1.0, 1.1])).tolist() == [True, False]
