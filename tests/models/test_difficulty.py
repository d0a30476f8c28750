"""A factor for the expected spread, by lead: none until it is taught one, and never beyond its bounds."""

import math

import pytest
import torch

from ecg_core.models.difficulty import LARGEST, Difficulty
from ecg_core.models.layers import Estimate

CHANNELS = 6


@pytest.fixture
def difficulty():
    torch.manual_seed(0)
    return Difficulty(CHANNELS).eval().requires_grad_(False)


@pytest.fixture
def record():
    random = torch.Generator().manual_seed(1)
    estimate = Estimate(torch.randn(3, 7, 200, generator=random), 0.1 + torch.rand(3, 7, 200, generator=random))
    return estimate, torch.randn(3, CHANNELS, 20, generator=random)


def test_untaught_it_changes_nothing(difficulty, record):
    assert torch.equal(difficulty(*record), torch.ones(3, 7, 1))


@pytest.mark.parametrize("sign", [-1, 1])
def test_it_stays_within_its_bounds(difficulty, record, sign):
    difficulty.head.bias.fill_(50.0 * sign)
    assert torch.allclose(difficulty(*record), torch.tensor(math.exp(sign * LARGEST)))


def test_it_reads_how_large_estimate_and_spread_are_and_what_was_seen(difficulty, record):
    difficulty.head.weight.normal_(0, 0.3)
    estimate, features = record
    factor = difficulty(estimate, features)
    for other in (
        (Estimate(2 * estimate.mean, estimate.sd), features),
        (Estimate(estimate.mean, 2 * estimate.sd), features),
        (estimate, 2 * features),
    ):
        assert (difficulty(*other) - factor).abs().max() > 0.01
    turned = Estimate(*(part.flip(2) for part in estimate)), features.flip(2)  # when something is matters not
    assert torch.allclose(difficulty(*turned), factor, atol=1e-5)
    even = Estimate(
        estimate.mean, estimate.sd.mean(dim=2, keepdim=True).expand_as(estimate.sd)
    )  # of the spread its mean
    assert torch.allclose(difficulty(even, features), factor, atol=1e-5)


def test_what_it_reads_has_unit_variance_once_its_scale_is_set(difficulty):
    random = torch.Generator().manual_seed(2)
    of_many = Estimate(torch.randn(300, 7, 50, generator=random), torch.rand(300, 7, 50, generator=random))
    read = difficulty.read(of_many, 5 + 3 * torch.randn(300, CHANNELS, 20, generator=random))
    difficulty.set_scale(read)
    scaled = (read - difficulty.centre) / difficulty.scale
    assert scaled.mean(dim=0).abs().max() < 1e-3
    assert scaled.std(dim=0).tolist() == pytest.approx([1.0] * scaled.shape[1], abs=0.05)
