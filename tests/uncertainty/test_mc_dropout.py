"""Monte Carlo dropout repeats by its seed, holds the laws in every pass, and is safe to share."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from ecg_core.limb_leads import derive
from ecg_core.metadata import FEATURES, encode
from ecg_core.models.checkpoint import load_model
from ecg_core.records import PatientMetadata
from ecg_core.signals.filters import resample
from ecg_core.uncertainty.mc_dropout import sample
from ecg_core.vocabulary import DERIVED, LEADS, Lead

NOTHING = np.zeros(len(FEATURES), np.float32)


@pytest.fixture(scope="module")
def network():
    return load_model().network


@pytest.fixture(scope="module")
def window(lead_i_500):
    return resample(lead_i_500, 500, 100, 1000).astype(np.float32)


def arrays(moments):
    return moments.mean, moments.epistemic_sd, moments.total_sd


def test_a_seed_repeats_bit_for_bit(network, window):
    torch.rand(3)  # the global state has no say
    first = sample(network, window, NOTHING, passes=8, seed=5)
    torch.manual_seed(99)
    again = sample(network, window, NOTHING, passes=8, seed=5)
    other = sample(network, window, NOTHING, passes=8, seed=6)
    assert all(np.array_equal(one, two) for one, two in zip(arrays(first), arrays(again), strict=True))
    assert not np.array_equal(first.epistemic_sd, other.epistemic_sd)


def test_many_at_once_get_what_each_gets_alone(network, window):
    alone = [sample(network, window, NOTHING, passes=6, seed=seed).mean for seed in range(6)]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda seed: sample(network, window, NOTHING, passes=6, seed=seed).mean, range(6)))
    assert all(np.array_equal(one, two) for one, two in zip(alone, together, strict=True))


def test_limb_leads_follow_in_mean_and_spread(network, window):
    moments = sample(network, window, NOTHING, passes=10, seed=0)
    i, ii = LEADS.index(Lead.I), LEADS.index(Lead.II)
    for lead in DERIVED:
        assert np.abs(moments.mean[LEADS.index(lead)] - derive(lead, window, moments.mean[ii])).max() < 1e-5
    for lead, share in ((Lead.III, 1.0), (Lead.AVF, 1.0), (Lead.AVR, 0.5), (Lead.AVL, 0.5)):
        row = LEADS.index(lead)
        assert np.allclose(moments.epistemic_sd[row], share * moments.epistemic_sd[ii], atol=1e-5)
        assert np.allclose(moments.total_sd[row], share * moments.total_sd[ii], atol=1e-5)
    assert moments.total_sd[i].max() < 1e-6
    assert np.abs(moments.mean[i] - window).max() < 1e-6


def test_passes_are_those_of_separate_calls(network, window):
    """A pass without dropout lies at the centre of many with it."""
    moments = sample(network, window, NOTHING, passes=300, seed=0)
    with torch.inference_mode():
        plain = network(torch.from_numpy(window)[None], torch.from_numpy(NOTHING)[None]).mean[0, 0].numpy()
    lead_ii = LEADS.index(Lead.II)
    assert np.corrcoef(moments.mean[lead_ii], plain)[0, 1] > 0.98


def test_metadata_change_the_estimate(network, window):
    left = sample(network, window, encode(PatientMetadata(r_axis_deg=-60)), passes=4, seed=0)
    right = sample(network, window, encode(PatientMetadata(r_axis_deg=100)), passes=4, seed=0)
    avf = LEADS.index(Lead.AVF)
    assert np.abs(left.mean[avf] - right.mean[avf]).max() > 0.2
