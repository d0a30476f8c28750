"""Filtering and resampling, the same in training and in use."""

from fractions import Fraction
from functools import lru_cache

import numpy as np
from scipy import signal

from ecg_core.records import Preparation
from ecg_core.vocabulary import FloatArray

__all__ = ["band_pass", "find_mains", "resample"]

MAINS_RATIO = 25.0
"""How many times the power beside it a mains line must have to be called found."""


@lru_cache(maxsize=64)
def _band_pass_sections(sampling_rate: float, low_hz: float, high_hz: float) -> FloatArray:
    high_pass = signal.butter(2, low_hz, "highpass", fs=sampling_rate, output="sos")
    low_pass = signal.butter(4, high_hz, "lowpass", fs=sampling_rate, output="sos")
    return np.concatenate([high_pass, low_pass])


def find_mains(signals: FloatArray, sampling_rate: float, candidates: tuple[float, ...]) -> float | None:
    """Return the mains frequency in Hz that stands out of ``signals (lead, sample)``, or None.

    A line is found where its power within ±0.5 Hz, in the lead where it is strongest, is more than `MAINS_RATIO`
    times that of the bands 2 to 5 Hz beside it, for the same width.

    >>> time = np.arange(5000) / 500
    >>> noise = np.random.default_rng(0).normal(0, 0.01, (1, 5000))
    >>> find_mains(noise, 500, (50.0, 60.0)) is None
    True
    >>> find_mains(noise + 0.1 * np.sin(2 * np.pi * 50 * time), 500, (50.0, 60.0))
    50.0
    """
    usable = [mains for mains in candidates if mains + 5 < sampling_rate / 2]
    if not usable:
        return None
    excerpt = signals[:, : int(sampling_rate * 60)]
    frequencies, power = signal.welch(excerpt, sampling_rate, nperseg=min(excerpt.shape[1], int(4 * sampling_rate)))
    ratios = []
    for mains in usable:
        distance = np.abs(frequencies - mains)
        line = power[:, distance <= 0.5].mean(axis=1)
        beside = np.median(power[:, (distance >= 2) & (distance <= 5)], axis=1)
        ratios.append(float((line / np.maximum(beside, 1e-12)).max()))
    best = int(np.argmax(ratios))
    return usable[best] if ratios[best] > MAINS_RATIO else None


def band_pass(
    signals: FloatArray, sampling_rate: float, preparation: Preparation
) -> tuple[FloatArray, tuple[str, ...]]:
    """Filter ``signals (lead, sample)`` in mV at their own rate; return them and, in words, what was removed.

    Zero-phase (forward and backward) Butterworth, high-pass of order 2 and low-pass of order 4, each counted once;
    a notch of 1 Hz at the mains, only when it is found (`find_mains`).

    >>> filtered, removed = band_pass(np.ones((1, 5000)), 500.0, Preparation())
    >>> filtered.shape, bool(abs(filtered).max() < 1e-3), removed
    ((1, 5000), True, ('below 0.5 Hz and above 40 Hz',))
    """
    removed = [f"below {preparation.low_hz:g} Hz and above {preparation.high_hz:g} Hz"]
    sections = _band_pass_sections(sampling_rate, preparation.low_hz, preparation.high_hz)
    mains = find_mains(signals, sampling_rate, preparation.mains_hz)
    if mains is not None:
        notch = signal.tf2sos(*signal.iirnotch(mains, mains, fs=sampling_rate))
        sections = np.concatenate([sections, notch])
        removed.append(f"mains at {mains:g} Hz")
    pad = min(signals.shape[1] - 1, int(2 * sampling_rate))
    filtered = signal.sosfiltfilt(sections, signals, axis=1, padlen=pad)
    return filtered.astype(np.float32), tuple(removed)


def resample(signals: FloatArray, from_hz: float, to_hz: float, samples: int | None = None) -> FloatArray:
    """Resample ``signals (..., sample)`` by a polyphase filter; both start at the same instant.

    ``samples`` cuts or pads (with the last value) the result to an exact length.

    >>> slow = np.sin(2 * np.pi * 3 * np.arange(1000) / 100)
    >>> fast = resample(slow, 100, 513.625)
    >>> back = resample(fast, 513.625, 100)
    >>> fast.shape, bool(np.abs(back[50:950] - slow[50:950]).max() < 0.01)
    ((5137,), True)
    """
    if from_hz == to_hz:
        resampled = np.asarray(signals)
    else:
        ratio = (Fraction(to_hz).limit_denominator(1000) / Fraction(from_hz).limit_denominator(1000)).limit_denominator(
            5000
        )
        resampled = signal.resample_poly(signals, ratio.numerator, ratio.denominator, axis=-1, padtype="line")
    if samples is None:
        return resampled
    missing = samples - resampled.shape[-1]
    if missing > 0:
        return np.pad(resampled, [(0, 0)] * (resampled.ndim - 1) + [(0, missing)], mode="edge")
    return resampled[..., :samples]
