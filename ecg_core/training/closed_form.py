"""Rivals that are found at once, without training in steps: linear regression and the mean beat."""

import numpy as np
import torch

from ecg_core.metadata import FEATURES
from ecg_core.models.linear import Linear
from ecg_core.models.mean_beat import AFTER, BEFORE, MeanBeat, find_r_peaks
from ecg_core.training.data import STORED, Records
from ecg_core.vocabulary import FloatArray, IntArray

__all__ = ["AT_ONCE", "fit_linear", "fit_mean_beat", "sum_beats"]

AT_ONCE = 256
"""Records that are worked on at once."""
RIDGE = 1e-4
"""Added to the diagonal of the normal equations, as a share of it; the band-passed signal leaves some of them open."""


def fit_linear(train: Records, *, taps: int = 61, features: int = len(FEATURES)) -> Linear:
    """Least squares with a small ridge, exactly: the normal equations are summed over the records.

    Outside a record is zero, as the network's convolution has it.
    """
    network = Linear(features=features, taps=taps)
    reach = taps // 2
    of_taps, of_leads = np.zeros((taps, taps)), np.zeros((taps, network.filter.out_channels))
    for first in range(0, len(train), AT_ONCE):
        leads = train.leads(slice(first, first + AT_ONCE))
        padded = np.pad(leads[:, 0].astype(np.float64), ((0, 0), (reach, reach)))
        lagged = np.lib.stride_tricks.sliding_window_view(padded, taps, axis=1).reshape(-1, taps)
        of_taps += lagged.T @ lagged
        of_leads += lagged.T @ leads[:, 1:].transpose(0, 2, 1).reshape(len(lagged), -1)
    ridge = RIDGE * np.trace(of_taps) / taps * np.eye(taps)
    weights = np.linalg.solve(of_taps + ridge, of_leads)  # (tap, 7)
    with torch.no_grad():
        network.filter.weight.copy_(torch.from_numpy(weights.T[:, None]))
    return network.eval()


def fit_mean_beat(train: Records, *, features: int = len(FEATURES)) -> MeanBeat:
    """The mean over all beats that lie whole in a record, at the R peaks that the network itself will find."""
    network = MeanBeat(features=features)
    sums, counts = sum_beats(train)
    network.beat.data.copy_(torch.from_numpy(sums.sum(axis=0) / max(int(counts.sum()), 1)))
    return network.eval()


def sum_beats(records: Records) -> tuple[FloatArray, IntArray]:
    """The sum of each record's whole beats, ``(record, 7, 80)`` in mV, and how many they are, ``(record,)``."""
    sums, counts = np.zeros((len(records), len(STORED) - 1, BEFORE + AFTER)), np.zeros(len(records), np.int64)
    for first in range(0, len(records), AT_ONCE):
        leads = records.leads(slice(first, first + AT_ONCE))
        rows, peaks = np.nonzero(find_r_peaks(torch.from_numpy(leads[:, 0])).numpy())
        whole = (peaks >= BEFORE) & (peaks + AFTER <= leads.shape[2])
        samples = peaks[whole, None] + np.arange(-BEFORE, AFTER)
        beats = leads[rows[whole, None], 1:, samples].transpose(0, 2, 1)  # (beat, 7, sample)
        np.add.at(sums, first + rows[whole], beats)
        np.add.at(counts, first + rows[whole], 1)
    return sums, counts
