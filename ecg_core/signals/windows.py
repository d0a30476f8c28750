"""Cutting a long signal into overlapping windows, and joining what comes back with a cross-fade."""

import numpy as np

from ecg_core.records import Preparation, Window
from ecg_core.vocabulary import FloatArray, IntArray

__all__ = ["cut", "fade_weights", "window_starts"]


def window_starts(samples: int, length: int, overlap: int) -> IntArray:
    """First sample of each window of ``length`` so that all of ``samples`` are covered.

    Neighbours overlap by ``overlap`` samples, the last pair by more where the end needs it.

    >>> window_starts(3000, 1000, 200).tolist()
    [0, 800, 1600, 2000]
    >>> window_starts(700, 1000, 200).tolist()
    [0]
    """
    if samples <= length:
        return np.zeros(1, np.int64)
    starts = np.arange(0, samples - length, length - overlap)
    return np.append(starts, samples - length)


def cut(signal: FloatArray, preparation: Preparation) -> tuple[Window, ...]:
    """Cut ``signal (sample,)``, at the preparation's rate, into windows; a short signal is one shorter window."""
    rate = preparation.sampling_rate
    length, overlap = round(preparation.window_seconds * rate), round(preparation.overlap_seconds * rate)
    starts = window_starts(len(signal), length, overlap)
    return tuple(Window(signal[start : start + length], start / rate, rate) for start in starts)


def fade_weights(samples: int, starts: IntArray, length: int, overlap: int) -> list[FloatArray]:
    """The weight of each window at each of its samples, ``(sample,)`` each; over the signal they add up to one.

    Each window fades in and out linearly over ``overlap`` samples; where windows meet, their weights are scaled to a
    sum of one.

    >>> starts = window_starts(3000, 1000, 200)
    >>> total = np.zeros(3000)
    >>> for start, weight in zip(starts, fade_weights(3000, starts, 1000, 200)):
    ...     total[start : start + 1000] += weight
    >>> bool(np.allclose(total, 1))
    True
    """
    length = min(length, samples)
    ramp = (np.arange(length) + 0.5) / overlap
    weight = np.minimum(np.minimum(ramp, ramp[::-1]), 1.0)
    total = np.zeros(samples)
    for start in starts:
        total[start : start + length] += weight
    return [weight / total[start : start + length] for start in starts]
