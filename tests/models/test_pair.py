"""Two networks in one checkpoint: which of them speaks depends on whether there is an earlier ECG."""

import pytest
import torch

from ecg_core.models.layers import EARLIER_CHANNELS
from ecg_core.models.pair import DualBranchPair


@pytest.fixture
def pair():
    torch.manual_seed(0)
    return DualBranchPair(features=17, channels=8, lstm=8, decoder=8).eval()


@pytest.fixture
def given():
    earlier = torch.randn(2, EARLIER_CHANNELS, 400)
    earlier[:, -1] = 1
    return earlier


def test_without_an_earlier_ecg_the_first_speaks(pair):
    lead_i, known = torch.randn(2, 400), torch.randn(2, 17)
    assert torch.equal(pair(lead_i, known).mean, pair.alone(lead_i, known).mean)
    nothing = torch.zeros(2, EARLIER_CHANNELS, 400)
    assert torch.equal(pair(lead_i, known, nothing).mean, pair.alone(lead_i, known).mean)


def test_with_one_the_second_speaks(pair, given):
    lead_i, known = torch.randn(2, 400), torch.randn(2, 17)
    assert torch.equal(pair(lead_i, known, given).mean, pair.with_earlier(lead_i, known, given).mean)
    assert not torch.equal(pair(lead_i, known, given).mean, pair.alone(lead_i, known).mean)


def test_encoded_and_decoded_apart_is_the_same(pair, given):
    lead_i, known = torch.randn(2, 400), torch.randn(2, 17)
    for earlier in (given, torch.zeros_like(given)):
        apart = pair.decode(pair.encode(lead_i, earlier), known)
        assert torch.equal(apart.mean, pair(lead_i, known, earlier).mean)


def test_rows_with_and_without_are_not_mixed(pair, given):
    given[0] = 0
    with pytest.raises(ValueError, match="call once for each"):
        pair(torch.randn(2, 400), torch.randn(2, 17), given)
