"""Metrics of doubt: whether a stated spread says how large the error is, and where.

Samples come by the million, so what is judged by sample goes through `SpreadBins`, which keeps sums and no samples;
what is judged by record takes plain arrays ``(record,)``. Spread and error are in mV, shares and scores have no unit.
A rival of the spread, such as |prediction|, goes in where the spread goes. Rank correlation and AUROC are in `metrics`.
"""

import math

import numpy as np
from scipy import special

from ecg_core.vocabulary import FloatArray

__all__ = [
    "SHARES",
    "SPREAD_EDGES",
    "SpreadBins",
    "ause",
    "ause_sample",
    "conformal_rank",
    "crps_gaussian",
    "error_left",
    "power_law_r",
    "simultaneous_score",
]

SPREAD_EDGES = np.geomspace(1e-4, 10, 1001)
"""Bounds of the fine bins in mV: each is 1.2 % wide, and what lies outside has a bin of its own at either end."""
SHARES = np.linspace(0, 0.99, 100)
"""The shares of samples removed at which a sparsification curve is read."""


def crps_gaussian(mean: FloatArray, sd: FloatArray, truth: FloatArray) -> FloatArray:
    """Continuous ranked probability score of each sample for a normal forecast, in the unit of its arguments.

    Lower is better; a spread of 0 scores the absolute error. Any shapes that broadcast. Source: Gneiting & Raftery
    2007 (J. Am. Stat. Assoc. 102, 359), with the sign turned.

    >>> crps_gaussian(np.zeros(3), np.array([1.0, 1.0, 0.0]), np.array([0.0, 1.0, 1.0])).round(4).tolist()
    [0.2337, 0.6024, 1.0]
    """
    error = np.asarray(truth - mean)
    z = np.divide(error, sd, out=np.zeros(np.broadcast_shapes(error.shape, np.shape(sd))), where=sd > 0)
    density = np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    score = sd * (z * (2 * special.ndtr(z) - 1) + 2 * density - 1 / math.sqrt(math.pi))
    return np.where(sd > 0, score, np.abs(error))


class SpreadBins:
    """Running sums of spread and error over fine bins of the spread, from which ENCE and sparsification are read.

    Holds a few kilobytes whatever is added. Within one bin the samples count as in random order, so a spread that is
    the same everywhere says nothing about their order, as it should.

    >>> bins = SpreadBins()
    >>> bins.add(np.array([0.1, 0.2]), np.array([0.1, -0.3]))
    >>> bins.count
    2
    """

    def __init__(self, edges: FloatArray = SPREAD_EDGES) -> None:
        self._edges = edges
        # count, sd², error², |error|; one column a bin, with those below and above all edges
        self._sums = np.zeros((4, len(edges) + 1))

    @property
    def count(self) -> int:
        """How many samples were added."""
        return int(self._sums[0].sum())

    def add(self, sd: FloatArray, error: FloatArray) -> None:
        """Add samples: ``sd`` and the signed or absolute ``error``, of one shape, in mV."""
        where = np.searchsorted(self._edges, sd.ravel())
        size = np.abs(error.ravel()).astype(float)
        for row, weights in enumerate((None, sd.ravel().astype(float) ** 2, size**2, size)):
            self._sums[row] += np.bincount(where, weights, self._sums.shape[1])

    def reliability(self, bins: int = 20) -> FloatArray:
        """Root mean variance, RMSE and mean absolute error in mV, ``(3, bins)``, by groups of rising spread.

        The groups hold equally many samples. The first two rows agree where the spread keeps its word; NaN without
        samples.

        >>> bins = SpreadBins()
        >>> bins.add(np.array([0.1, 0.2]), np.array([0.15, -0.2]))
        >>> bins.reliability(bins=2).round(6).tolist()
        [[0.1, 0.2], [0.15, 0.2], [0.15, 0.2]]
        """
        if self.count == 0:
            return np.full((3, bins), np.nan)
        variance, square, size = np.diff(self._lowest(np.linspace(0, self.count, bins + 1)), axis=1)
        return np.stack(
            [np.sqrt(variance * bins / self.count), np.sqrt(square * bins / self.count), size * bins / self.count]
        )

    def ence(self, bins: int = 20) -> float:
        """Expected normalised calibration error: mean over the groups of `reliability` of |RMV - RMSE| / RMV.

        Infinite where a group claims no spread at all, NaN without samples. On perfect spreads chance alone leaves
        about 0.56 / √(independent samples in a group). Source: Levi et al. 2022 (Sensors 22, 5540).

        >>> bins = SpreadBins()
        >>> bins.add(np.array([0.1, 0.2]), np.array([0.15, 0.2]))
        >>> round(bins.ence(bins=2), 6)
        0.25
        """
        claimed, found, _ = self.reliability(bins)
        return float(np.divide(np.abs(claimed - found), claimed, out=np.full(bins, np.inf), where=claimed != 0).mean())

    def sparsification(self, shares: FloatArray = SHARES) -> FloatArray:
        """RMSE in mV of what is left when each of ``shares (n,)``, below 1, is removed, largest spread first: ``(n,)``.

        NaN without samples.

        >>> bins = SpreadBins()
        >>> bins.add(np.array([0.1, 0.2]), np.array([0.3, 0.4]))
        >>> bins.sparsification(np.array([0.0, 0.5])).round(4).tolist()
        [0.3536, 0.3]
        """
        if self.count == 0:
            return np.full(len(shares), np.nan)
        kept = self.count * (1 - shares)
        left: FloatArray = np.sqrt(self._lowest(kept)[1] / kept)
        return left

    def _lowest(self, counts: FloatArray) -> FloatArray:
        """Sums of sd², error² and absolute error ``(3, n)`` over the ``counts (n,)`` samples of the lowest spread."""
        filled = self._sums[:, self._sums[0] > 0]
        upto = np.concatenate([np.zeros((4, 1)), np.cumsum(filled, axis=1)], axis=1)
        return np.stack([np.interp(counts, upto[0], row) for row in upto[1:]])


def ause_sample(by_spread: SpreadBins, by_error: SpreadBins) -> float:
    """Area between the sparsification curve of a spread and the best possible one, over the RMSE of all samples.

    ``by_error`` is the oracle: the same samples, added with their absolute error as the spread. 0 is a perfect order.
    The shares run to 0.99, as in `SHARES`; NaN without samples, 0 where nothing errs. Source: Ilg et al. 2018 (ECCV).

    >>> error = np.array([0.1, -0.2, 0.3])
    >>> oracle = SpreadBins()
    >>> oracle.add(np.abs(error), error)
    >>> ause_sample(oracle, oracle)
    0.0
    """
    curve, best = by_spread.sparsification(), by_error.sparsification()
    area = float(np.trapezoid(curve - best, SHARES))
    return area if curve[0] == 0 else area / float(curve[0])


def ause(doubt: FloatArray, error: FloatArray) -> float:
    """Area between the sparsification curve of ``doubt`` and the best possible one, over the mean error of all.

    Both ``(record,)``, the error at least 0, such as a record's RMSE. The curve is the *mean* error left after
    refusing 0, 1, … n - 1 records, most doubtful first; records of equal doubt count as in random order. 0 is a
    perfect order, 0 also where nothing errs. Source: Ilg et al. 2018 (ECCV).

    >>> ause(np.array([1.0, 2.0, 3.0]), np.array([0.1, 0.2, 0.3]))
    0.0
    >>> round(ause(np.array([3.0, 2.0]), np.array([1.0, 3.0])), 6)
    0.5
    """
    if not error.any():
        return 0.0
    kept = np.arange(1, len(error) + 1)
    curve, best = np.cumsum(_by_rising(doubt, error)) / kept, np.cumsum(np.sort(error)) / kept
    return float((curve - best).mean() / error.mean())


def error_left(doubt: FloatArray, error: FloatArray, share: float) -> float:
    """Mean error of what is left after refusing the ``share`` most doubtful records, in the unit of ``error``.

    Both ``(record,)``. The number refused is rounded, one record always stays, and records of equal doubt count as
    in random order.

    >>> error_left(np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.0, 2.0, 3.0, 9.0]), 0.25)
    2.0
    """
    kept = max(len(error) - round(share * len(error)), 1)
    return float(_by_rising(doubt, error)[:kept].mean())


def _by_rising(doubt: FloatArray, error: FloatArray) -> FloatArray:
    """``error`` in order of rising doubt, each error replaced by the mean of those with the same doubt."""
    _, group, counts = np.unique(doubt, return_inverse=True, return_counts=True)
    return np.repeat(np.bincount(group, error) / counts, counts)


def power_law_r(spread: FloatArray, error: FloatArray) -> float:
    """The paper's R for one record and lead: how well |error| follows a power of the spread, 0 to 1.

    Both ``(sample,)``. The spread is divided by its largest value, y = a·x^b is fitted to the absolute error by least
    squares in the logarithms over samples where both are above 0, and R is the root of the fit's R² in the original
    scale, 0 where that is negative or there is nothing to fit. It mostly rewards "larger in the QRS than in the
    baseline", whence its trivial rival |prediction|. Source: Nakanishi, Hirata & Kubota 2026, Sensors 26(1), 212.

    >>> spread = np.array([0.1, 0.2, 0.4])
    >>> round(power_law_r(spread, 3 * spread**2), 6)
    1.0
    """
    chosen = (spread > 0) & (error != 0)
    x, y = spread[chosen].astype(float), np.abs(error[chosen]).astype(float)
    if len(x) < 2 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return 0.0
    log_x, log_y = np.log(x / spread.max()), np.log(y)
    from_x = log_x - log_x.mean()
    power = (from_x @ log_y) / (from_x @ from_x)
    fit = np.exp(log_y.mean() + power * from_x)
    explained = 1 - ((y - fit) ** 2).sum() / ((y - y.mean()) ** 2).sum()
    return math.sqrt(max(float(explained), 0.0))


def conformal_rank(n: int, coverage: float) -> int:
    """Which of ``n`` scores in rising order, counted from 1, bounds a new one with the chance ``coverage``.

    ceil((n + 1) · coverage), at most n and at least 1; ``np.sort(scores)[rank - 1]`` is the bound. Where n is cut
    off, the scores are too few to promise the coverage. Source: Lei et al. 2018.

    >>> conformal_rank(19, 0.9), conformal_rank(5, 0.9)
    (18, 5)
    """
    return min(max(math.ceil((n + 1) * coverage), 1), n)


def simultaneous_score(error: FloatArray, half_width: FloatArray) -> float:
    """By how much a record's band must grow to hold every sample: the largest |error| / half width.

    ``error (lead, sample)`` and a ``half_width`` that broadcasts to it, both in mV. At most 1 means that the whole
    record lies inside. Without width a sample scores 0 if it has no error, as on the measured lead, else infinity.

    >>> simultaneous_score(np.array([[0.25, -0.75], [0.0, 0.0]]), np.array([[0.5], [0.0]]))
    1.5
    """
    size = np.abs(error)
    half = np.broadcast_to(half_width, size.shape)
    return float(np.divide(size, half, out=np.where(size > 0, np.inf, 0.0), where=half > 0).max())
