"""Monte Carlo dropout repeats by its seed, holds the laws in every pass, and is safe to share."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from ecg_core.limb_leads import derive, twelve
from ecg_core.metadata import FEATURES, encode
from ecg_core.models.checkpoint import load_model
from ecg_core.models.dual_branch import DualBranch
from ecg_core.models.layers import EARLIER_CHANNELS, Estimate
from ecg_core.records import PatientMetadata
from ecg_core.signals.filters import resample
from ecg_core.uncertainty.mc_dropout import Moments, sample
from ecg_core.vocabulary import DERIVED, LEADS, PREDICTED, Lead

NOTHING = np.zeros(len(FEATURES), np.float32)


def sample_one(network, lead_i, features, earlier=None, **how) -> Moments:
    """The moments of one window, ``lead_i (sample,)``."""
    (moments,) = sample(network, lead_i[None], features, None if earlier is None else earlier[None], **how)
    return moments


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
    first = sample_one(network, window, NOTHING, passes=8, seed=5)
    torch.manual_seed(99)
    again = sample_one(network, window, NOTHING, passes=8, seed=5)
    other = sample_one(network, window, NOTHING, passes=8, seed=6)
    assert all(np.array_equal(one, two) for one, two in zip(arrays(first), arrays(again), strict=True))
    assert not np.array_equal(first.epistemic_sd, other.epistemic_sd)


def test_many_at_once_get_what_each_gets_alone(network, window):
    alone = [sample_one(network, window, NOTHING, passes=6, seed=seed).mean for seed in range(6)]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda seed: sample_one(network, window, NOTHING, passes=6, seed=seed).mean, range(6)))
    assert all(np.array_equal(one, two) for one, two in zip(alone, together, strict=True))


def test_limb_leads_follow_in_mean_and_spread(network, window):
    moments = sample_one(network, window, NOTHING, passes=10, seed=0)
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
    moments = sample_one(network, window, NOTHING, passes=300, seed=0)
    with torch.inference_mode():
        plain = network(torch.from_numpy(window)[None], torch.from_numpy(NOTHING)[None]).mean[0, 0].numpy()
    lead_ii = LEADS.index(Lead.II)
    assert np.corrcoef(moments.mean[lead_ii], plain)[0, 1] > 0.98


def test_metadata_change_the_estimate(network, window):
    left = sample_one(network, window, encode(PatientMetadata(r_axis_deg=-60)), passes=4, seed=0)
    right = sample_one(network, window, encode(PatientMetadata(r_axis_deg=100)), passes=4, seed=0)
    avf = LEADS.index(Lead.AVF)
    assert np.abs(left.mean[avf] - right.mean[avf]).max() > 0.2


class Echo:
    """A network of stride 1 without dropout: V2 is 2 times Lead I, II the first lead of the earlier ECG."""

    stride = 1
    estimates_without_dropout = False

    def __init__(self):
        self.rows = []

    def encode(self, lead_i, earlier, features):
        return lead_i, earlier

    def draw_masks(self, passes, generator, samples):
        return []

    def decode(self, encoded, features, masks=None):
        lead_i, earlier = encoded
        self.rows.append(len(lead_i))
        mean = torch.zeros(len(lead_i), len(PREDICTED), lead_i.shape[1])
        mean[:, PREDICTED.index(Lead.V2)] = 2 * lead_i
        mean[:, PREDICTED.index(Lead.II)] = earlier[:, 0]
        return Estimate(mean, torch.full_like(mean, 0.3))


def test_a_network_without_dropout_or_stride_is_asked_once():
    network, lead_i = Echo(), np.random.default_rng(0).normal(size=503).astype(np.float32)
    moments = sample_one(network, lead_i, NOTHING, passes=50, seed=0)
    assert network.rows == [1]
    assert np.array_equal(moments.mean[LEADS.index(Lead.V2)], 2 * lead_i)
    assert not moments.epistemic_sd.any()
    assert np.allclose(moments.total_sd[LEADS.index(Lead.V2)], 0.3)
    assert not moments.mean[LEADS.index(Lead.II)].any()


def test_the_earlier_ecg_reaches_the_network_beside_its_lead_i():
    earlier = np.random.default_rng(0).normal(size=(EARLIER_CHANNELS, 503)).astype(np.float32)
    moments = sample_one(Echo(), np.zeros(503, np.float32), NOTHING, earlier, passes=50, seed=0)
    assert np.array_equal(moments.mean[LEADS.index(Lead.II)], earlier[0])


@pytest.fixture(scope="module")
def small():
    """A small network whose branch for an earlier ECG has weights as if it were trained."""
    torch.manual_seed(0)
    network = DualBranch(features=len(FEATURES), channels=8, lstm=8, decoder=8).eval()
    with torch.no_grad():
        for weights in (network.earlier_stem.weight, network.full_rate_skip.weight):
            weights.normal_(0, 0.2)
    return network


@pytest.mark.parametrize(
    ("passes", "samples", "shifts"), [(2, 500, (0,)), (6, 501, (0,)), (9, 501, (0, 2)), (21, 500, (0, 1, 2, 3))]
)
def test_passes_take_turns_in_where_they_begin(small, passes, samples, shifts):
    """What `sample` gives is the mean and spread of the passes made one by one, each at its shift."""
    random = np.random.default_rng(0)
    lead_i = random.normal(size=samples).astype(np.float32)
    features = random.normal(size=len(FEATURES)).astype(np.float32)
    earlier = random.normal(size=(EARLIER_CHANNELS, samples)).astype(np.float32)
    padded = -(-(samples + shifts[-1]) // small.stride) * small.stride
    masks = small.draw_masks(passes, torch.Generator().manual_seed(7), padded)
    leads, variances = [], []
    for number in range(passes):
        shift = shifts[number % len(shifts)]
        heard, told = np.zeros((1, padded), np.float32), np.zeros((1, EARLIER_CHANNELS, padded), np.float32)
        heard[0, shift : shift + samples], told[0, :, shift : shift + samples] = lead_i, earlier
        with torch.inference_mode():
            known = torch.from_numpy(features)[None]
            encoded = small.encode(torch.from_numpy(heard), torch.from_numpy(told), known)
            one = small.decode(encoded, known, [mask[[number]] for mask in masks])
        leads.append(twelve(lead_i, one.mean[0, :, shift : shift + samples].numpy()))
        variances.append(one.sd[0, :, shift : shift + samples].numpy() ** 2)
    moments = sample_one(small, lead_i, features, earlier, passes=passes, seed=7)
    assert np.allclose(moments.mean, np.mean(leads, axis=0), atol=1e-5)
    assert np.allclose(moments.epistemic_sd, np.std(leads, axis=0, ddof=1), atol=1e-5)
    expected = np.mean(variances, axis=0)[PREDICTED.index(Lead.V4)]
    row = LEADS.index(Lead.V4)
    assert np.allclose(moments.total_sd[row], np.sqrt(moments.epistemic_sd[row] ** 2 + expected), atol=1e-5)
    assert all(
        np.array_equal(one, two)
        for one, two in zip(
            arrays(moments), arrays(sample_one(small, lead_i, features, earlier, passes=passes, seed=7)), strict=True
        )
    )


def test_several_windows_at_once_are_each_what_it_is_alone(small):
    random = np.random.default_rng(0)
    windows = random.normal(size=(3, 500)).astype(np.float32)
    earlier = random.normal(size=(3, EARLIER_CHANNELS, 500)).astype(np.float32)
    together = list(sample(small, windows, NOTHING, earlier, passes=9, seed=3))
    alone = [
        sample_one(small, one, NOTHING, told, passes=9, seed=3) for one, told in zip(windows, earlier, strict=True)
    ]
    for one, other in zip(together, alone, strict=True):
        for part, same in zip(arrays(one), arrays(other), strict=True):
            assert np.allclose(part, same, atol=1e-5)
    assert not np.allclose(together[0].mean, together[1].mean, atol=0.1)


def test_no_earlier_ecg_is_zeros_throughout(small, window):
    silent = np.zeros((EARLIER_CHANNELS, len(window)), np.float32)
    without, zeros = (sample_one(small, window, NOTHING, earlier, passes=4, seed=0).mean for earlier in (None, silent))
    assert np.array_equal(without, zeros)
