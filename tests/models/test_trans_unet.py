"""The TransUNet reads Lead I, metadata and an earlier ECG; nothing in it is random outside training."""

import pytest
import torch

from ecg_core.metadata import FEATURES
from ecg_core.models.layers import EARLIER_CHANNELS
from ecg_core.models.trans_unet import TransUNet

KNOWN = torch.full((1, len(FEATURES)), 0.5)


@pytest.fixture
def network():
    torch.manual_seed(0)
    return TransUNet(features=len(FEATURES), widths=(8, 12, 16), kernel=5).eval().requires_grad_(False)


@pytest.mark.parametrize("samples", [8, 997, 1000])
def test_as_many_samples_come_out_as_went_in(network, samples):
    mean, sd = network(torch.randn(3, samples), KNOWN.expand(3, -1))
    assert mean.shape == sd.shape == (3, 7, samples)


def test_both_parts_make_the_whole_and_nothing_is_random(network):
    x, earlier = torch.randn(2, 512), torch.randn(2, EARLIER_CHANNELS, 512)
    known = KNOWN.expand(2, -1)
    encoded = network.encode(x, earlier, known)
    assert torch.equal(network.decode(encoded, known).mean, network(x, known, earlier).mean)
    assert torch.equal(network(x, known, earlier).mean, network(x, known, earlier).mean)
    assert network.draw_masks(3, torch.Generator(), 512) == []


def test_metadata_and_an_earlier_ecg_are_heard(network):
    x, nothing = torch.randn(1, 512), torch.zeros(1, EARLIER_CHANNELS, 512)
    plain = network(x, KNOWN).mean
    assert torch.equal(network(x, KNOWN, nothing).mean, plain)
    assert not torch.allclose(network(x, torch.zeros_like(KNOWN)).mean, plain)
    assert not torch.allclose(network(x, KNOWN, torch.ones_like(nothing)).mean, plain)


def test_every_beat_hears_every_other(network):
    x = torch.randn(1, 1000, generator=torch.Generator().manual_seed(1))
    other = x.clone()
    other[:, :100] += 1
    changed = (network(other, KNOWN).mean - network(x, KNOWN).mean).abs().amax(dim=(0, 1))
    assert changed[-100:].max() > 1e-5  # 800 samples away, far beyond what its convolutions reach


def test_a_row_is_what_it_is_alone(network):
    x, known = torch.randn(3, 500), torch.randn(3, len(FEATURES))
    together = network(x, known).mean
    for row in range(3):
        assert torch.allclose(together[[row]], network(x[[row]], known[[row]]).mean, atol=1e-5)
