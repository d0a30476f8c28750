"""One function a metric, always (estimate, truth) in that order; those that judge a spread are in `doubt_metrics`."""

from typing import NamedTuple

import numpy as np
from scipy import stats

from ecg_core.vocabulary import BoolArray, FloatArray, IntArray

__all__ = [
    "Agreement",
    "Line",
    "auroc",
    "bland_altman",
    "bootstrap_interval",
    "covered",
    "paired_interval",
    "pearson_r",
    "r_squared",
    "rmse",
    "slope_and_r2",
    "spearman",
]


class Line(NamedTuple):
    """A least-squares line: ``slope`` (unit of y per unit of x), ``intercept`` (unit of y), ``r2`` without unit."""

    slope: float
    intercept: float
    r2: float


class Agreement(NamedTuple):
    """Mean difference of ``n`` pairs and its 95 % limits of agreement, in the unit of the measurements."""

    bias: float
    low: float
    high: float
    n: int


def pearson_r(estimate: FloatArray, truth: FloatArray) -> FloatArray:
    """Pearson's correlation over the last axis, ``(..., sample)`` → ``(...)``; 0 where either is constant.

    >>> pearson_r(np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0, 6.0])).round(6).item()
    1.0
    """
    x = estimate - estimate.mean(axis=-1, keepdims=True)
    y = truth - truth.mean(axis=-1, keepdims=True)
    scale = np.sqrt((x**2).sum(axis=-1) * (y**2).sum(axis=-1))
    return np.where(scale > 0, (x * y).sum(axis=-1) / np.maximum(scale, 1e-12), 0.0)


def rmse(estimate: FloatArray, truth: FloatArray) -> FloatArray:
    """Root mean square error over the last axis, in the unit of its arguments.

    >>> rmse(np.array([0.0, 0.0]), np.array([3.0, 4.0])).round(4).item()
    3.5355
    """
    error: FloatArray = np.sqrt(((estimate - truth) ** 2).mean(axis=-1))
    return error


def covered(low: FloatArray, high: FloatArray, truth: FloatArray) -> BoolArray:
    """Whether each true sample lies in its band, bounds included.

    >>> covered(np.array([0.0, 0.0]), np.array([1.0, 1.0]), np.array([0.5, 2.0])).tolist()
    [True, False]
    """
    return (low <= truth) & (truth <= high)


def r_squared(estimate: FloatArray, truth: FloatArray) -> FloatArray:
    """Share of the truth's variance that the estimate explains, ``(..., sample)`` → ``(...)``; 0 for a constant truth.

    1 - squared error / squared deviation of the truth from its mean: 0 is as good as the true mean, and a worse
    estimate is negative without bound, so that a mean over records hangs on the flattest of them.

    >>> r_squared(np.array([1.0, 2.0, 4.0]), np.array([1.0, 2.0, 3.0])).item()
    0.5
    """
    left = ((estimate - truth) ** 2).sum(axis=-1)
    total = ((truth - truth.mean(axis=-1, keepdims=True)) ** 2).sum(axis=-1)
    explained: FloatArray = 1 - np.divide(left, total, out=np.ones_like(total), where=total > 0)
    return explained


def spearman(x: FloatArray, y: FloatArray) -> float:
    """Spearman's rank correlation of two ``(record,)``, ties shared; 0 where either is constant.

    >>> round(spearman(np.array([1.0, 2.0, 3.0]), np.array([1.0, 8.0, 27.0])), 6)
    1.0
    """
    if len(x) == 0 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return 0.0
    return float(stats.spearmanr(x, y).statistic)


def auroc(score: FloatArray, positive: BoolArray) -> float:
    """Chance that a positive case scores higher than a negative one, a tie counted half; NaN without either class.

    Both are ``(case,)``. Source: the area under the ROC curve as Mann-Whitney's statistic (Hanley & McNeil 1982).

    >>> auroc(np.array([0.1, 0.4, 0.4, 0.9]), np.array([False, False, True, True]))
    0.875
    """
    true, false = int(positive.sum()), int((~positive).sum())
    if true == 0 or false == 0:
        return float("nan")
    ranks = stats.rankdata(score)
    return float((ranks[positive].sum() - true * (true + 1) / 2) / (true * false))


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


def paired_interval(
    a: FloatArray, b: FloatArray, patients: IntArray, *, draws: int = 1000, seed: int = 0
) -> tuple[float, float, float]:
    """Mean of ``a - b`` over the same records and its 95 % interval ``(difference, low, high)``, in their unit.

    ``a``, ``b`` and ``patients`` are ``(record,)``. Patients are resampled, each with all its records and both
    values of each, so that what is hard for both does not blur the difference.

    >>> paired_interval(np.array([0.9, 0.5]), np.array([0.65, 0.25]), np.array([1, 2]))
    (0.25, 0.25, 0.25)
    """
    difference = a - b
    return float(difference.mean()), *bootstrap_interval(difference, patients, draws=draws, seed=seed)


def slope_and_r2(x: FloatArray, y: FloatArray) -> Line:
    """Least-squares line of ``y (case,)`` on ``x (case,)`` and the share of the variance of y on it.

    For the honesty of amplitudes: truth on estimate (a slope of 1 is honest), error on truth (an R² of 0 is). A
    constant x has slope 0, and R² is 0 where either is constant.

    >>> slope_and_r2(np.array([0.0, 1.0, 2.0]), np.array([1.0, 3.0, 5.0]))
    Line(slope=2.0, intercept=1.0, r2=1.0)
    """
    from_x, from_y = x - x.mean(), y - y.mean()
    xx, xy, yy = float(from_x @ from_x), float(from_x @ from_y), float(from_y @ from_y)
    slope = xy / xx if xx > 0 else 0.0
    return Line(slope, float(y.mean()) - slope * float(x.mean()), xy**2 / (xx * yy) if xx > 0 and yy > 0 else 0.0)


def bland_altman(estimate: FloatArray, truth: FloatArray) -> Agreement:
    """Bias of ``estimate - truth``, both ``(case,)``, and the limits ± 1.96 sd that hold 95 % of normal differences.

    The limits are NaN for fewer than two pairs, the bias for none. Source: Bland & Altman 1986.

    >>> bland_altman(np.array([95.0, 101.0, 107.0]), np.array([92.0, 98.0, 98.0]))
    Agreement(bias=5.0, low=-1.78..., high=11.78..., n=3)
    """
    difference, n = estimate - truth, len(estimate)
    bias = float(difference.mean()) if n else float("nan")
    reach = 1.96 * float(difference.std(ddof=1)) if n > 1 else float("nan")
    return Agreement(bias, bias - reach, bias + reach, n)
