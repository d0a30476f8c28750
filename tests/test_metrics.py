"""Metrics against scipy, scikit-learn and by hand."""

import math

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import r2_score, roc_auc_score

from ecg_core.metrics import (
    auroc,
    bland_altman,
    bootstrap_interval,
    covered,
    paired_interval,
    pearson_r,
    r_squared,
    rmse,
    slope_and_r2,
    spearman,
)


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


def test_r_squared_agrees_with_scikit_learn_and_judges_the_first_against_the_second():
    random = np.random.default_rng(1)
    truth = random.normal(3, 2, (2, 4, 60))
    estimate = truth + random.normal(0, 1, truth.shape)
    expected = [
        [r2_score(two, one) for one, two in zip(*pair, strict=True)] for pair in zip(estimate, truth, strict=True)
    ]
    assert r_squared(estimate, truth) == pytest.approx(np.array(expected))
    assert r_squared(truth, estimate) != pytest.approx(np.array(expected), abs=1e-3)


def test_r_squared_is_zero_for_the_true_mean_and_negative_below_it():
    truth = np.array([1.0, 2.0, 3.0])
    assert r_squared(np.full(3, 2.0), truth) == 0
    assert r_squared(truth[::-1], truth) == -3


def test_a_constant_truth_has_nothing_to_explain():
    assert r_squared(np.array([[1.0, 2.0], [5.0, 5.0]]), np.full((2, 2), 5.0)).tolist() == [0, 0]


def test_spearman_agrees_with_scipy_on_ties():
    random = np.random.default_rng(2)
    x = random.integers(0, 8, 100).astype(float)
    y = x**3 + random.integers(0, 100, 100)
    assert spearman(x, y) == pytest.approx(stats.pearsonr(stats.rankdata(x), stats.rankdata(y)).statistic)


def test_spearman_of_a_constant_or_of_nothing_is_zero_without_a_warning():
    assert spearman(np.ones(4), np.arange(4.0)) == spearman(np.arange(4.0), np.ones(4)) == 0
    assert spearman(np.array([]), np.array([])) == 0


def test_auroc_agrees_with_scikit_learn_on_ties():
    random = np.random.default_rng(3)
    positive = random.random(200) < 0.3
    score = np.round(random.normal(size=200) + positive, 1)
    assert len(np.unique(score)) < 100
    assert auroc(score, positive) == pytest.approx(roc_auc_score(positive, score))


def test_auroc_by_hand():
    positive = np.array([False, True, True])
    assert auroc(np.array([1.0, 2.0, 3.0]), positive) == 1
    assert auroc(np.array([3.0, 2.0, 1.0]), positive) == 0
    assert auroc(np.ones(3), positive) == 0.5


@pytest.mark.parametrize("value", [True, False])
def test_auroc_needs_both_classes(value):
    assert math.isnan(auroc(np.arange(3.0), np.full(3, value)))


def test_the_interval_agrees_with_scipys_bootstrap_where_each_patient_has_one_record():
    values = np.random.default_rng(4).normal(size=400)
    expected = stats.bootstrap((values,), np.mean, n_resamples=4000, method="percentile", rng=5).confidence_interval
    assert bootstrap_interval(values, np.arange(400), draws=4000) == pytest.approx(tuple(expected), abs=0.01)


def test_the_interval_is_that_of_patients_and_not_of_their_records():
    values = np.random.default_rng(5).normal(size=100)
    low, high = bootstrap_interval(values, np.arange(100))
    repeated = bootstrap_interval(np.repeat(values, 9), np.repeat(np.arange(100), 9))
    assert repeated == pytest.approx((low, high))
    assert high - low > 2 * np.subtract(*bootstrap_interval(np.repeat(values, 9), np.arange(900))[::-1])


def test_a_paired_difference_is_that_of_the_first_over_the_second():
    a, b = np.array([0.9, 0.8, 0.7, 0.6]), np.array([0.7, 0.7, 0.7, 0.7])
    difference, low, high = paired_interval(a, b, np.array([1, 2, 3, 4]), draws=50, seed=3)
    assert difference == pytest.approx(0.05)
    assert (low, high) == bootstrap_interval(a - b, np.array([1, 2, 3, 4]), draws=50, seed=3)
    assert low < difference < high


def test_pairing_removes_what_is_hard_for_both():
    random = np.random.default_rng(6)
    shared, patients = random.normal(size=500), np.arange(500)
    a = shared + random.normal(0.02, 0.05, 500)
    _, low, high = paired_interval(a, shared, patients)
    assert 0 < low < high < 0.05
    assert np.subtract(*bootstrap_interval(a, patients)[::-1]) > 10 * (high - low)


def test_the_line_agrees_with_scipy():
    random = np.random.default_rng(7)
    x = random.normal(2, 3, 80)
    y = 0.6 * x + 1 + random.normal(size=80)
    expected = stats.linregress(x, y)
    line = slope_and_r2(x, y)
    assert (line.slope, line.intercept) == pytest.approx((expected.slope, expected.intercept))
    assert line.r2 == pytest.approx(expected.rvalue**2)


def test_a_constant_explains_nothing_and_is_explained_by_nothing():
    assert slope_and_r2(np.ones(3), np.array([1.0, 2.0, 6.0])) == (0, 3, 0)
    assert slope_and_r2(np.array([1.0, 2.0, 6.0]), np.ones(3)) == (0, 1, 0)


def test_limits_of_agreement_hold_95_percent_of_normal_differences():
    random = np.random.default_rng(8)
    truth = random.normal(90, 10, 40_000)
    difference = random.normal(-4, 6, 40_000)
    bias, low, high, n = bland_altman(truth + difference, truth)
    assert (bias, n) == (pytest.approx(-4, abs=0.1), 40_000)
    assert np.mean((low < difference) & (difference < high)) == pytest.approx(0.95, abs=0.005)


def test_limits_of_agreement_by_hand():
    bias, low, high, n = bland_altman(np.array([3.0, 5.0]), np.array([1.0, 1.0]))
    assert (bias, n) == (3, 2)
    assert (low, high) == pytest.approx((3 - 1.96 * math.sqrt(2), 3 + 1.96 * math.sqrt(2)))


def test_limits_of_agreement_are_unknown_below_two_pairs():
    one, none = bland_altman(np.array([3.0]), np.array([1.0])), bland_altman(np.array([]), np.array([]))
    assert (one.bias, one.n, none.n) == (2, 1, 0)
    assert all(math.isnan(value) for value in (one.low, one.high, none.bias, none.low, none.high))
