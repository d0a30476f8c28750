"""One function a metric, always (estimate, truth) in that order."""

import numpy as np

from ecg_core.vocabulary import BoolArray, FloatArray

__all__ = ["covered", "pearson_r", "rmse"]


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
