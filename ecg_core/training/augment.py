"""Records changed as others might have been: another recorder, a heart that lies or beats otherwise, a noisier Lead I.

What changes the leads that are to be estimated changes Lead I, the metadata and an earlier ECG alike, so that what
belongs together stays so. Polarity is never changed.
"""

import math

import numpy as np
from scipy.fft import irfft, rfft, rfftfreq

from ecg_core.metadata import FEATURES, SCALES
from ecg_core.training.earlier import AXES, RATE, turned_axes
from ecg_core.vocabulary import FloatArray

__all__ = ["filtered", "noisy", "slowed", "slowed_metadata", "turned_metadata", "turning"]

FILTER_ORDER = (1.0, 4.0)
FILTER_LOW_HZ, FILTER_HIGH_HZ = (0.05, 1.0), (20.0, 80.0)
"""How other recorders may filter: order of the low-pass, and both corners, drawn by their logarithm."""
DIPOLE = np.array(
    [
        [0.632, -0.235, 0.059], [0.235, 1.066, -0.132],
        [-0.515, 0.157, -0.917], [0.044, 0.164, -1.387], [0.882, 0.098, -1.277],
        [1.213, 0.127, -0.601], [1.125, 0.127, -0.086], [0.831, 0.076, 0.230],
    ]
)  # fmt: skip
"""I, II and V1-V6 of a dipole (to the left, to the feet, to the back): Dower, Machado and Osborne 1980."""
EINTHOVEN = np.array([[1.0, 0.0], [-1 / math.sqrt(3), 2 / math.sqrt(3)]])
"""The frontal vector (to the left, to the feet) of Leads I and II, as `ecg_core.limb_leads.axis_degrees` has it."""
SLOWED = (("ventricular_rate", -1), ("qrs_ms", 1), ("qrs_count", -1))
"""What a slower heart changes, and to which power of the time that it takes."""


def noisy(lead_i: FloatArray, share: float, most_mv: float, random: np.random.Generator) -> FloatArray:
    """``lead_i (row, sample)``, a ``share`` of rows with noise and wander that the other leads do not have.

    White noise of a standard deviation up to ``most_mv``, wander of up to twice that.
    """
    rows, samples = lead_i.shape
    chosen = random.random((rows, 1)) < share
    white = random.normal(0, 1, lead_i.shape) * random.uniform(0, most_mv, (rows, 1))
    turns = random.uniform(0.5, 1.0, (rows, 1)) * np.arange(samples) / RATE + random.random((rows, 1))
    wander = np.sin(2 * np.pi * turns) * random.uniform(0, 2 * most_mv, (rows, 1))
    disturbed: FloatArray = (lead_i + chosen * (white + wander)).astype(np.float32)
    return disturbed


def filtered(leads: FloatArray, share: float, random: np.random.Generator) -> FloatArray:
    """``leads (row, lead, sample)``, a ``share`` of rows filtered as by another recorder, without delay."""
    rows, _, samples = leads.shape
    hertz = rfftfreq(samples, 1 / RATE)
    order = random.uniform(*FILTER_ORDER, (rows, 1))
    low, high = (
        np.exp(random.uniform(math.log(least), math.log(most), (rows, 1)))
        for least, most in (FILTER_LOW_HZ, FILTER_HIGH_HZ)
    )
    gain = 1 / (1 + (hertz / high) ** (2 * order)) * hertz**2 / (hertz**2 + low**2)
    gain[random.random(rows) >= share] = 1.0
    changed: FloatArray = irfft(rfft(leads) * gain[:, None], samples).astype(np.float32)
    return changed


def turning(degrees: FloatArray) -> FloatArray:
    """What turns the heart in the frontal plane by ``degrees (row,)``, ``(row, 8, 8)``: I, II and V1-V6 of the same.

    The axis grows by as much. Limb leads turn exactly; of the chest leads turns what a dipole gives, the rest stays.

    >>> lead_i, lead_ii, *_ = turning(np.array([30.0]))[0] @ [1.0, 0.5, 0, 0, 0, 0, 0, 0]  # from 0° to 30°
    >>> round(float(lead_i), 3), round(float(lead_ii), 3)
    (0.866, 0.866)
    """
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    about = np.zeros((len(cos), 3, 3))
    about[:, 0, 0] = about[:, 1, 1] = cos
    about[:, 1, 0], about[:, 0, 1] = sin, -sin
    about[:, 2, 2] = 1.0
    matrix = np.eye(len(DIPOLE)) + DIPOLE @ (about - np.eye(3)) @ np.linalg.pinv(DIPOLE)
    matrix[:, :2] = 0.0
    matrix[:, :2, :2] = np.linalg.inv(EINTHOVEN) @ about[:, :2, :2] @ EINTHOVEN
    turned: FloatArray = matrix.astype(np.float32)
    return turned


def turned_metadata(known: FloatArray, degrees: FloatArray) -> FloatArray:
    """``known (row, feature)`` with both axes turned by ``degrees (row,)``, where they are known."""
    told = known.copy()
    told[:, AXES] = turned_axes(known[:, AXES], degrees[:, None])
    return told


def slowed(leads: FloatArray, samples: int) -> FloatArray:
    """``leads (..., sample)`` drawn out to ``samples`` (or in), as of a heart that takes as much more time."""
    if samples == leads.shape[-1]:
        return leads
    drawn_out: FloatArray = (irfft(rfft(leads), samples) * (samples / leads.shape[-1])).astype(np.float32)
    return drawn_out


def slowed_metadata(known: FloatArray, slower: float) -> FloatArray:
    """``known (row, feature)`` of hearts that take ``slower`` times as long, where it is known."""
    told = known.copy()
    for name, power in SLOWED:
        value, flag = FEATURES.index(name), FEATURES.index(f"{name}_known")
        centre, scale = SCALES[name]
        changed = ((known[:, value] * scale + centre) * slower**power - centre) / scale
        told[:, value] = np.where(known[:, flag] > 0, changed, 0.0)
    return told
