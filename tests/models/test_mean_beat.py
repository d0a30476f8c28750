"""The mean beat and its R finder."""

import numpy as np
import pytest
import torch

from ecg_core.models.mean_beat import MeanBeat, find_r_peaks
from ecg_core.records import Preparation
from ecg_core.signals.beats import lay
from ecg_core.signals.filters import band_pass, resample
from ecg_core.signals.waves import find_waves
from ecg_core.vocabulary import Lead

from ..conftest import TWELVE_LEAD_SAMPLES


def beats_at(peaks, samples=1000, *, height=1.0):
    """QRS complexes, each with a broad T wave of a third of its height."""
    time = np.arange(samples)[:, None]
    qrs, t = (np.exp(-(((time - peaks - late) / width) ** 2)).sum(axis=1) for late, width in ((0, 2.0), (28, 8.0)))
    return torch.from_numpy(height * (qrs + 0.33 * t)).float()[None]


@pytest.mark.parametrize("height", [1.0, -1.0, 0.1])
@pytest.mark.parametrize("interval", [35, 80, 145])
def test_generated_beats_are_found_at_any_rate_size_and_polarity(interval, height):
    peaks = np.arange(40, 960, interval)
    assert find_r_peaks(beats_at(peaks, height=height))[0].nonzero().flatten().tolist() == peaks.tolist()


@pytest.mark.parametrize("name", TWELVE_LEAD_SAMPLES)
def test_r_peaks_of_real_recordings_are_found(sample_recordings, name):
    recording = sample_recordings[name]
    lead_i = resample(band_pass(recording.only(Lead.I).signals, 500.0, Preparation())[0], 500.0, 100.0)
    true = find_waves(lead_i[0], 100.0).r_peaks
    found = find_r_peaks(torch.from_numpy(lead_i.astype(np.float32)))[0].nonzero().flatten().numpy()
    distance = np.abs(true[:, None] - found)
    assert (distance.min(axis=1) <= 3).mean() >= 0.9
    assert (distance.min(axis=0) <= 3).mean() >= 0.9


def test_a_record_is_seen_alike_alone_and_beside_others():
    x = torch.cat([beats_at(np.arange(40, 960, 80)), torch.randn(1, 1000), torch.zeros(1, 1000)])
    assert torch.equal(find_r_peaks(x), torch.cat([find_r_peaks(row[None]) for row in x]))


def test_beats_are_laid_as_the_engine_lays_an_earlier_ecg():
    network, peaks = MeanBeat(features=17), np.array([20, 90, 135, 300, 480])
    torch.manual_seed(0)
    network.beat.data.normal_()
    mean, sd = network(beats_at(peaks, 500), torch.zeros(1, 17))
    assert np.allclose(mean[0].numpy(), lay(network.beat.numpy(), peaks, 500, 100.0), atol=1e-5)
    assert sd.shape == mean.shape == (1, 7, 500)


def test_without_beats_there_is_nothing():
    network = MeanBeat(features=17)
    network.beat.data.fill_(1.0)
    assert not network(torch.zeros(2, 997), torch.zeros(2, 17)).mean.any()
