"""The network: shapes, and dropout that is explicit."""

import pytest
import torch

from ecg_core.metadata import FEATURES
from ecg_core.models.dual_branch import DualBranch
from ecg_core.models.layers import ChannelDropout


@pytest.fixture
def network() -> DualBranch:
    torch.manual_seed(0)
    return DualBranch(features=len(FEATURES), channels=8, lstm=8, decoder=8).eval()


def masks(network: DualBranch, seed: int) -> list[torch.Tensor]:
    return network.draw_masks(1, torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("samples", [500, 997, 1000])
def test_as_many_samples_come_out_as_went_in(network, samples):
    mean, sd = network(torch.randn(3, samples), torch.zeros(3, len(FEATURES)))
    assert mean.shape == sd.shape == (3, 7, samples)
    assert (sd > 0).all()


def test_without_masks_nothing_is_random(network):
    x, known = torch.randn(1, 500), torch.zeros(1, len(FEATURES))
    assert torch.equal(network(x, known).mean, network(x, known).mean)


def test_a_seed_repeats_the_masks_and_another_changes_them(network):
    encoded, known = network.encode(torch.randn(1, 500)), torch.zeros(1, len(FEATURES))
    first, again, other = (network.decode(encoded, known, masks(network, seed)).mean for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_sampling_leaves_the_shared_network_as_it_was(network):
    before = {name: value.clone() for name, value in network.state_dict().items()}
    network.decode(network.encode(torch.randn(1, 500)), torch.zeros(1, len(FEATURES)), masks(network, 0))
    assert not network.training
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())


def test_both_branches_drop(network):
    """Masks of the metadata branch alone, and of the signal branch alone, change the result."""
    encoded, known = network.encode(torch.randn(1, 500)), torch.ones(1, len(FEATURES))
    plain = network.decode(encoded, known).mean
    for kept in ("metadata_dropout", "fusion_dropout"):
        for name, module in network.named_modules():
            if isinstance(module, ChannelDropout):
                module.probability = 0.5 if name == kept else 0.0
        assert not torch.allclose(network.decode(encoded, known, masks(network, 0)).mean, plain)


def test_dropout_keeps_the_expectation_and_whole_channels():
    dropout = ChannelDropout(0.3)
    dropped = dropout(torch.ones(4000, 5, 7), dropout.draw(4000, 5, torch.Generator().manual_seed(0)))
    assert dropped.mean().item() == pytest.approx(1, abs=0.02)
    assert (dropped == dropped[:, :, :1]).all()
