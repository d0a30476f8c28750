"""The network: shapes, and dropout that is explicit."""

import pytest
import torch

from ecg_core.metadata import FEATURES
from ecg_core.models.dual_branch import DualBranch
from ecg_core.models.layers import EARLIER_CHANNELS, ChannelDropout, ResidualBlock


@pytest.fixture
def network() -> DualBranch:
    torch.manual_seed(0)
    return DualBranch(features=len(FEATURES), channels=8, lstm=8, decoder=8).eval()


def masks(network: DualBranch, seed: int) -> list[torch.Tensor]:
    return network.draw_masks(1, torch.Generator().manual_seed(seed), 500)


NO_EARLIER = torch.zeros(1, EARLIER_CHANNELS, 500)


@pytest.mark.parametrize("samples", [500, 997, 1000])
def test_as_many_samples_come_out_as_went_in(network, samples):
    mean, sd = network(torch.randn(3, samples), torch.zeros(3, len(FEATURES)))
    assert mean.shape == sd.shape == (3, 7, samples)
    assert (sd > 0).all()


def test_without_masks_nothing_is_random(network):
    x, known = torch.randn(1, 500), torch.zeros(1, len(FEATURES))
    assert torch.equal(network(x, known).mean, network(x, known).mean)


def test_a_seed_repeats_the_masks_and_another_changes_them(network):
    encoded, known = network.encode(torch.randn(1, 500), NO_EARLIER), torch.zeros(1, len(FEATURES))
    first, again, other = (network.decode(encoded, known, masks(network, seed)).mean for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_sampling_leaves_the_shared_network_as_it_was(network):
    before = {name: value.clone() for name, value in network.state_dict().items()}
    network.decode(network.encode(torch.randn(1, 500), NO_EARLIER), torch.zeros(1, len(FEATURES)), masks(network, 0))
    assert not network.training
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())


def test_both_branches_drop(network):
    """Masks of the metadata branch alone, and of the signal branch alone, change the result."""
    encoded, known = network.encode(torch.randn(1, 500), NO_EARLIER), torch.ones(1, len(FEATURES))
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


def read_an_earlier_ecg(network: DualBranch) -> None:
    """Give the branch that reads an earlier ECG weights, as training would."""
    with torch.no_grad():
        network.earlier_stem.weight.normal_(0, 0.2)
        network.full_rate_skip.weight[:, network.skip.out_channels :].normal_(0, 0.2)


def test_an_earlier_ecg_has_no_say_until_it_is_trained_to_and_then_it_has(network):
    x, known, earlier = torch.randn(2, 500), torch.zeros(2, len(FEATURES)), torch.randn(2, EARLIER_CHANNELS, 500)
    assert torch.equal(network(x, known, earlier).mean, network(x, known).mean)
    read_an_earlier_ecg(network)
    assert not torch.allclose(network(x, known, earlier).mean, network(x, known).mean, atol=1e-3)
    assert torch.equal(network(x, known, torch.zeros_like(earlier)).mean, network(x, known).mean)


def test_each_way_in_carries_the_earlier_ecg_and_can_learn_to(network):
    """Both the deep path and the one at full rate: their first weights have a gradient although they are zero."""
    x, known, earlier = torch.randn(2, 500), torch.zeros(2, len(FEATURES)), torch.randn(2, EARLIER_CHANNELS, 500)
    mean, sd = network(x, known, earlier)
    (mean.square().sum() + sd.sum()).backward()
    assert network.earlier_stem.weight.grad.abs().max() > 0
    assert network.full_rate_skip.weight.grad[:, network.skip.out_channels :].abs().max() > 0


@pytest.mark.parametrize("samples", [500, 997])
def test_an_earlier_ecg_may_have_any_number_of_samples_too(network, samples):
    read_an_earlier_ecg(network)
    x, known, earlier = (
        torch.randn(1, samples),
        torch.zeros(1, len(FEATURES)),
        torch.randn(1, EARLIER_CHANNELS, samples),
    )
    assert network(x, known, earlier).mean.shape == (1, 7, samples)


@pytest.mark.parametrize("dilation", [1, 4])
def test_in_evaluation_a_block_is_its_convolutions_and_norms_one_by_one(dilation):
    torch.manual_seed(0)
    block = ResidualBlock(8, 5, dilation, conditions=3)
    for norm in (block.first_norm, block.second_norm):
        for values in (norm.weight.data, norm.bias.data, norm.running_mean, norm.running_var):
            values.uniform_(0.5, 2)
    block.eval()
    x, condition = torch.randn(2, 8, 50), torch.randn(2, 3)
    scale, shift = block.film(condition).unsqueeze(-1).chunk(2, dim=1)
    inner = torch.relu(block.first_norm(block.first(x)) * (1 + scale) + shift)
    one_by_one = torch.relu(x + block.second_norm(block.second(inner)))
    assert torch.allclose(block(x, condition), one_by_one, atol=1e-5)
