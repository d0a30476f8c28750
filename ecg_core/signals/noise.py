"""How noisy Lead I is between its beats."""

import math

import numpy as np
from scipy import signal as filters

from ecg_core.records import Preparation
from ecg_core.results import Segments
from ecg_core.vocabulary import FloatArray

__all__ = ["LOOKED_AT_HZ", "noise_between_beats", "noise_mv", "robust_sd"]

LOOKED_AT_HZ = (20.0, 40.0)
"""Between beats the heart adds little here."""
QRS_MARGIN_SECONDS = 0.05


def noise_between_beats(lead_i: FloatArray, segments: Segments) -> FloatArray:
    """Lead I from 20 to 40 Hz, NaN in QRS and close to it, ``(sample,)`` in mV."""
    rate = segments.sampling_rate
    sections = filters.butter(4, LOOKED_AT_HZ, "bandpass", fs=rate, output="sos")
    noise: FloatArray = filters.sosfiltfilt(sections, lead_i)
    margin = int(QRS_MARGIN_SECONDS * rate)
    for onset, offset in segments.qrs:
        noise[max(onset - margin, 0) : offset + margin] = np.nan
    return noise


def robust_sd(noise: FloatArray) -> float:
    """Standard deviation of what is not NaN, from its median so that a missed beat counts little; 0 where little is."""
    left = noise[~np.isnan(noise)]
    return float(1.4826 * np.median(np.abs(left))) if len(left) > 0.2 * len(noise) else 0.0


def noise_mv(lead_i: FloatArray, segments: Segments) -> float:
    """Standard deviation in mV of noise that is as strong over all of the pass band as Lead I's is from 20 to 40 Hz.

    >>> rng, none = np.random.default_rng(0), Segments.none(500.0, "noise alone")
    >>> round(noise_mv(rng.normal(0, 0.1 * (250 / 40) ** 0.5, 5000), none), 1)
    0.1
    """
    low, high = LOOKED_AT_HZ
    preparation = Preparation()
    widened: float = (preparation.high_hz - preparation.low_hz) / (high - low)
    return robust_sd(noise_between_beats(lead_i, segments)) * math.sqrt(widened)
