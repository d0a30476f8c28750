"""The U-Net, with and without metadata."""

import pytest
import torch

from ecg_core.metadata import FEATURES
from ecg_core.models.unet import UNet


def network(metadata: bool) -> UNet:
    torch.manual_seed(0)
    return UNet(features=len(FEATURES), metadata=metadata).eval()


@pytest.mark.parametrize("samples", [16, 997, 1000])
@pytest.mark.parametrize("metadata", [False, True])
def test_as_many_samples_come_out_as_went_in(samples, metadata):
    mean, sd = network(metadata)(torch.randn(3, samples), torch.zeros(3, len(FEATURES)))
    assert mean.shape == sd.shape == (3, 7, samples)


@pytest.mark.parametrize("metadata", [False, True])
def test_metadata_are_heard_only_where_they_are_wanted(metadata):
    one, x = network(metadata), torch.randn(1, 512)
    told, untold = (one(x, torch.full((1, len(FEATURES)), value)).mean for value in (1.0, 0.0))
    assert torch.equal(told, untold) != metadata


def test_both_parts_make_the_whole_and_nothing_is_random():
    one, x, known = network(True), torch.randn(2, 512), torch.ones(2, len(FEATURES))
    encoded = one.encode(x, torch.ones(2, 9, 512))
    assert all(len(part.shape) == 3 for part in encoded)
    assert torch.equal(one.decode(tuple(encoded), known).mean, one(x, known).mean)
    assert one.draw_masks(3, torch.Generator(), 512) == []


def test_it_has_about_as_many_parameters_as_the_network_of_the_paper():
    assert 300_000 < sum(parameter.numel() for parameter in network(False).parameters()) < 360_000
