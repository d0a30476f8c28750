"""One filter a lead."""

import pytest
import torch

from ecg_core.models.linear import CONSTANT_SD, Linear


@pytest.mark.parametrize("samples", [500, 997])
def test_as_many_samples_come_out_as_went_in_with_a_constant_spread(samples):
    mean, sd = Linear(features=17)(torch.randn(3, samples), torch.zeros(3, 17))
    assert mean.shape == sd.shape == (3, 7, samples)
    assert sd.unique().item() == pytest.approx(CONSTANT_SD)


def test_it_is_linear_and_looks_thirty_samples_to_each_side():
    network, impulse = Linear(features=17), torch.zeros(1, 201)
    impulse[0, 100] = 1.0
    answer = network(impulse, torch.zeros(1, 17)).mean
    assert torch.equal(network(2 * impulse, torch.zeros(1, 17)).mean, 2 * answer)
    assert (answer != 0).any(dim=1)[0].nonzero().flatten().tolist() == list(range(70, 131))


def test_metadata_and_an_earlier_ecg_are_not_read():
    network, x = Linear(features=17), torch.randn(2, 300)
    assert torch.equal(network(x, torch.zeros(2, 17)).mean, network(x, torch.ones(2, 17), torch.ones(2, 9, 300)).mean)
    assert network.draw_masks(5, torch.Generator(), 300) == []
