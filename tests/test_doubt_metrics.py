"""Metrics of doubt against numeric integration, crepes, MAPIE, scipy, direct sums and by hand."""

import math

import numpy as np
import pytest
from crepes import ConformalRegressor
from mapie.regression import SplitConformalRegressor
from scipy import integrate, stats
from sklearn.linear_model import LinearRegression

from ecg_core.doubt_metrics import (
    SHARES,
    SPREAD_EDGES,
    SpreadBins,
    ause,
    ause_sample,
    conformal_rank,
    crps_gaussian,
    error_left,
    power_law_r,
    simultaneous_score,
)


def samples(n: int = 20_000, *, claimed: float = 1.0, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Spreads over two decades and errors drawn from them; ``claimed`` is what a spread says of the true one."""
    random = np.random.default_rng(seed)
    sd = 10 ** random.uniform(-2, 0, n)
    return claimed * sd, random.normal(0, sd)


def binned(sd: np.ndarray, error: np.ndarray) -> SpreadBins:
    bins = SpreadBins()
    bins.add(sd, error)
    return bins


def rmse_left(doubt: np.ndarray, error: np.ndarray) -> np.ndarray:
    """Straight from the definition: RMSE left after 0, 1, … n - 1 samples, sorted one by one."""
    squares = error[np.argsort(doubt)] ** 2
    return np.sqrt(np.cumsum(squares) / np.arange(1, len(error) + 1))[::-1]


@pytest.mark.parametrize(("mean", "sd", "truth"), [(0.0, 1.0, 0.0), (0.3, 0.05, 0.4), (-1.0, 2.0, 3.0)])
def test_crps_agrees_with_numeric_integration(mean, sd, truth):
    below, _ = integrate.quad(lambda x: stats.norm.cdf(x, mean, sd) ** 2, mean - 12 * sd, truth)
    above, _ = integrate.quad(lambda x: stats.norm.sf(x, mean, sd) ** 2, truth, max(mean, truth) + 12 * sd)
    assert crps_gaussian(np.array(mean), np.array(sd), np.array(truth)) == pytest.approx(below + above, rel=1e-6)


def test_crps_without_spread_is_the_absolute_error():
    score = crps_gaussian(np.array([1.0, 1.0]), np.array([0.0, 1e-9]), np.array([-2.0, 4.0]))
    assert score == pytest.approx([3, 3])


def test_crps_is_lowest_where_the_spread_is_true():
    sd, error = samples()
    score = {factor: crps_gaussian(np.zeros_like(sd), factor * sd, error).mean() for factor in (0.8, 1.0, 1.25)}
    assert min(score, key=score.get) == 1.0


def test_crps_broadcasts_one_spread_over_single_precision_samples():
    score = crps_gaussian(np.zeros((2, 3), np.float32), np.ones((2, 1), np.float32), np.zeros((2, 3), np.float32))
    assert score == pytest.approx(np.full((2, 3), 0.233695), abs=1e-6)


@pytest.mark.parametrize("claimed", [0.5, 1.0, 1.3])
def test_ence_agrees_with_sorting_every_sample(claimed):
    sd, error = samples(claimed=claimed)
    order = np.argsort(sd)
    rmv = np.sqrt((sd[order].reshape(20, -1) ** 2).mean(axis=1))
    found = np.sqrt((error[order].reshape(20, -1) ** 2).mean(axis=1))
    assert binned(sd, error).ence() == pytest.approx((np.abs(rmv - found) / rmv).mean(), abs=0.005)


def test_ence_is_the_relative_error_of_a_spread_that_is_wrong_throughout():
    sd, error = samples(200_000, claimed=0.5)
    assert binned(sd, error).ence() == pytest.approx(1, abs=0.03)
    sd, error = samples(200_000, claimed=2)
    assert binned(sd, error).ence() == pytest.approx(0.5, abs=0.03)


def test_ence_sees_opposite_errors_that_cancel_over_all_samples():
    sd = np.repeat([0.1, 0.2], 10)
    error = np.repeat([0.2, 0.1], 10)
    assert binned(sd, error).ence(bins=2) == pytest.approx((1 + 0.5) / 2)
    assert binned(sd, error).ence(bins=1) == pytest.approx(0)


def test_ence_of_one_spread_for_all_compares_it_with_the_rmse():
    error = np.array([0.3, -0.4, 0.0, 0.5])
    assert binned(np.full(4, 0.5), error).ence() == pytest.approx(1 - math.sqrt(0.5 / 4) / 0.5)


def test_ence_of_a_spread_of_zero_is_infinite():
    assert binned(np.array([0.0, 0.0, 0.1, 0.1]), np.full(4, 0.1)).ence(bins=2) == math.inf


def test_reliability_shows_spread_and_error_group_by_group():
    sd, error = np.array([0.1, 0.1, 0.4, 0.4]), np.array([0.1, -0.3, 0.2, 0.6])
    rmv, found, absolute = binned(sd, error).reliability(bins=2)
    assert rmv == pytest.approx([0.1, 0.4])
    assert found == pytest.approx(np.sqrt([0.05, 0.2]))
    assert absolute == pytest.approx([0.2, 0.4])


def test_adding_in_pieces_changes_nothing():
    sd, error = samples(3300)
    pieces = SpreadBins()
    for start in range(0, 3300, 1100):
        part = slice(start, start + 1100)
        pieces.add(sd[part].reshape(11, 100), error[part].reshape(11, 100))
    assert pieces.count == 3300
    assert pieces.reliability() == pytest.approx(binned(sd, error).reliability())


def test_spreads_beyond_the_edges_still_count():
    bins = SpreadBins(np.array([0.1, 0.2]))
    bins.add(np.array([0.0, 0.15, 7.0]), np.array([0.1, 0.2, 0.3]))
    assert bins.count == 3
    assert bins.sparsification(np.array([0, 1 / 3, 2 / 3])) == pytest.approx(np.sqrt([0.14 / 3, 0.05 / 2, 0.01]))


def test_without_samples_nothing_is_known():
    bins = SpreadBins()
    assert bins.count == 0
    assert math.isnan(bins.ence())
    assert np.isnan(bins.sparsification()).all()
    assert math.isnan(ause_sample(bins, bins))


def test_sparsification_agrees_with_sorting_every_sample():
    sd, error = samples()
    expected = rmse_left(sd, error)[np.round(SHARES * len(sd)).astype(int)]
    assert binned(sd, error).sparsification() == pytest.approx(expected, rel=0.01)


def test_what_is_removed_from_one_spread_for_all_is_as_large_as_what_stays():
    error = np.random.default_rng(1).normal(size=1000)
    assert binned(np.full(1000, 0.1), error).sparsification() == pytest.approx(np.sqrt((error**2).mean()))


def test_ause_by_sample_agrees_with_sorting_every_sample():
    sd, error = samples()
    doubt = sd * np.exp(np.random.default_rng(2).normal(size=len(sd)))
    gap = rmse_left(doubt, error) - rmse_left(np.abs(error), error)
    expected = np.trapezoid(gap[: int(0.99 * len(sd)) + 1], dx=1 / len(sd)) / np.sqrt((error**2).mean())
    assert ause_sample(binned(doubt, error), binned(np.abs(error), error)) == pytest.approx(expected, abs=0.002)


def test_ause_by_sample_ranks_oracle_spread_constant_and_reversed():
    sd, error = samples()
    oracle = binned(np.abs(error), error)
    areas = [ause_sample(binned(one, error), oracle) for one in (np.abs(error), sd, np.full_like(sd, 0.1), 0.01 / sd)]
    assert areas[0] == 0
    assert areas == sorted(areas)
    assert len(set(areas)) == 4


def test_ause_by_sample_has_no_unit():
    sd, error = samples(claimed=0.1)
    before = ause_sample(binned(sd, error), binned(np.abs(error), error))
    after = ause_sample(binned(7 * sd, 3 * error), binned(np.abs(3 * error), 3 * error))
    assert after == pytest.approx(before, abs=0.002)


def test_bins_hold_no_samples():
    bins = SpreadBins()
    before = bins._sums.nbytes
    bins.add(*samples(100_000))
    assert bins._sums.nbytes == before == 4 * 8 * (len(SPREAD_EDGES) + 1)


def test_ause_by_record_by_hand():
    doubt, error = np.array([1.0, 3.0, 2.0]), np.array([1.0, 2.0, 6.0])
    # left of the doubt: 3, 3.5, 1; best: 3, 1.5, 1; mean error 3
    assert ause(doubt, error) == pytest.approx((0 + 2 + 0) / 3 / 3)


def test_ause_by_record_of_a_constant_does_not_hang_on_the_order_of_the_records():
    error = np.random.default_rng(3).gamma(2, size=50)
    assert ause(np.ones(50), error) == pytest.approx(ause(np.ones(50), np.sort(error)))
    shuffled = np.mean([ause(np.random.default_rng(seed).random(50), error) for seed in range(2000)])
    assert ause(np.ones(50), error) == pytest.approx(shuffled, rel=0.02)


def test_ause_by_record_is_zero_for_any_rising_function_of_the_error_and_where_nothing_errs():
    error = np.random.default_rng(4).gamma(2, size=50)
    assert ause(np.exp(error), error) == 0
    assert ause(np.arange(3.0), np.zeros(3)) == 0


@pytest.mark.parametrize(("share", "left"), [(0.0, 5.5), (0.1, 5.0), (0.2, 4.5), (0.3, 4.0), (1.0, 1.0)])
def test_error_left_refuses_the_most_doubtful(share, left):
    error = np.arange(1.0, 11.0)
    shuffle = np.random.default_rng(5).permutation(10)
    assert error_left(error[shuffle] ** 2, error[shuffle], share) == pytest.approx(left)


def test_error_left_of_equal_doubt_is_the_mean_error():
    assert error_left(np.ones(4), np.array([1.0, 2.0, 3.0, 6.0]), 0.5) == 3


def test_power_law_r_finds_a_power_law_and_its_scatter():
    random = np.random.default_rng(6)
    spread = random.uniform(0.01, 0.2, 500)
    error = 5 * spread**1.7 * random.choice([-1, 1], 500)
    assert power_law_r(spread, error) == pytest.approx(1)
    assert 0.5 < power_law_r(spread, error * np.exp(random.normal(0, 0.3, 500))) < 0.97


def test_power_law_r_agrees_with_scipys_line_in_the_logarithms():
    random = np.random.default_rng(7)
    spread = random.uniform(0.01, 0.2, 300)
    error = spread * np.exp(random.normal(0, 0.4, 300))
    x = spread / spread.max()
    line = stats.linregress(np.log(x), np.log(error))
    fit = np.exp(line.intercept) * x**line.slope
    expected = 1 - ((error - fit) ** 2).sum() / ((error - error.mean()) ** 2).sum()
    assert power_law_r(spread, error) == pytest.approx(math.sqrt(expected))


def test_power_law_r_leaves_out_what_has_no_logarithm():
    spread = np.array([0.1, 0.2, 0.4, 0.0, 0.3])
    error = np.array([0.1, 0.2, 0.4, 0.7, 0.0])
    assert power_law_r(spread, error) == pytest.approx(1)


def test_power_law_r_is_zero_where_the_fit_is_worse_than_the_mean_or_there_is_none():
    assert power_law_r(np.array([0.1, 0.2, 0.3]), np.array([0.001, 10.0, 0.001])) == 0
    assert power_law_r(np.ones(3), np.arange(1.0, 4.0)) == power_law_r(np.zeros(3), np.ones(3)) == 0


@pytest.mark.parametrize("coverage", [0.5, 0.8, 0.9, 0.95])
def test_the_conformal_rank_is_that_of_crepes_and_mapie(coverage):
    random = np.random.default_rng(8)
    # 203: (n + 1) · coverage is no whole number at 0.8, 0.9 and 0.95; at whole numbers crepes falls to rounding
    truth = random.normal(size=203)
    bound = np.sort(np.abs(truth))[conformal_rank(203, coverage) - 1]
    crepes = ConformalRegressor().fit(truth).predict_int(np.zeros(1), confidence=coverage)
    assert crepes[0] == pytest.approx([-bound, bound])

    zero = LinearRegression().fit(np.zeros((2, 1)), np.zeros(2))
    mapie = SplitConformalRegressor(zero, confidence_level=coverage, prefit=True)
    mapie.conformalize(np.zeros((203, 1)), truth)
    _, interval = mapie.predict_interval(np.zeros((1, 1)))
    assert interval[0, :, 0] == pytest.approx([-bound, bound])


def test_the_conformal_rank_keeps_its_promise_on_average():
    random = np.random.default_rng(9)
    scores, new = np.sort(random.random((40_000, 9)), axis=1), random.random(40_000)
    assert np.mean(new <= scores[:, conformal_rank(9, 0.8) - 1]) == pytest.approx(0.8, abs=0.01)


@pytest.mark.parametrize(
    ("n", "coverage", "rank"), [(9, 0.9, 9), (9, 0.95, 9), (9, 0.0, 1), (1, 0.5, 1), (99, 0.9, 90)]
)
def test_the_conformal_rank_stays_among_the_scores(n, coverage, rank):
    assert conformal_rank(n, coverage) == rank


def test_the_simultaneous_score_is_what_the_worst_sample_needs():
    error = np.array([[0.1, -0.2, 0.3], [0.4, 0.0, -0.9]])
    half = np.array([[0.1, 0.1, 0.2], [0.5, 0.5, 0.5]])
    score = simultaneous_score(error, half)
    assert score == pytest.approx(2)
    assert (np.abs(error) <= half * score + 1e-12).all()
    assert not (np.abs(error) <= half * score * 0.99).all()


def test_a_measured_lead_needs_no_width_and_an_estimated_one_does():
    half = np.array([[0.0], [0.2]])
    assert simultaneous_score(np.array([[0.0, 0.0], [0.1, 0.1]]), half) == pytest.approx(0.5)
    assert simultaneous_score(np.array([[0.0, 0.1], [0.1, 0.1]]), half) == math.inf
