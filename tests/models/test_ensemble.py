"""The released model: who of its speakers has the word, in which passes, and with which weight."""

import pytest
import torch

from ecg_core.metadata import FEATURES, encode
from ecg_core.models.ensemble import TURNS, DualBranchEnsemble
from ecg_core.models.layers import EARLIER_CHANNELS
from ecg_core.records import PatientMetadata

SAMPLES = 400
AXES = torch.from_numpy(encode(PatientMetadata(r_axis_deg=30.0, t_axis_deg=40.0)))
NOTHING = torch.from_numpy(encode(PatientMetadata(age_years=60, ventricular_rate=70)))


@pytest.fixture
def network():
    torch.manual_seed(0)
    return DualBranchEnsemble(features=len(FEATURES), channels=8, lstm=8, decoder=8).eval().requires_grad_(False)


@pytest.fixture
def lead_i():
    return torch.randn(2, SAMPLES, generator=torch.Generator().manual_seed(1))


@pytest.fixture
def given():
    earlier = torch.randn(2, EARLIER_CHANNELS, SAMPLES, generator=torch.Generator().manual_seed(2))
    earlier[:, -1] = 1
    return earlier


def speakers(network, *, told):
    """The networks that have the word, by their numbers in `TURNS`."""
    return [network.pair, network.second_told if told else network.second, network.third]


@pytest.mark.parametrize(("known", "with_earlier"), [(NOTHING, False), (AXES, False), (NOTHING, True), (AXES, True)])
def test_half_is_the_pairs_and_a_quarter_each_that_of_those_who_hear_what_is_known(
    network, lead_i, given, known, with_earlier
):
    told = known.expand(2, -1), given if with_earlier else None
    who = speakers(network, told=known is AXES or with_earlier)
    apart = [one(lead_i, *told).mean for one in who]
    expected = sum(share * mean for share, mean in zip((1 / 2, 1 / 4, 1 / 4), apart, strict=True))
    assert torch.allclose(network(lead_i, *told).mean, expected, atol=1e-5)
    assert torch.stack(apart).std(dim=0).mean() > 0.01


def test_the_expected_spread_is_that_of_the_pair(network, lead_i, given):
    known = AXES.expand(2, -1)
    assert torch.equal(network(lead_i, known, given).sd, network.pair(lead_i, known, given).sd)


def test_rows_of_one_call_may_be_told_different_things(network, lead_i):
    mixed = network(lead_i, torch.stack([AXES, NOTHING])).mean
    for row, known in enumerate((AXES, NOTHING)):
        assert torch.allclose(mixed[[row]], network(lead_i[[row]], known[None]).mean, atol=1e-5)


@pytest.mark.parametrize("told", [False, True])
def test_in_passes_each_row_is_one_opinion_alone(network, lead_i, told):
    passes, known = 11, AXES if told else NOTHING
    masks = network.draw_masks(passes, torch.Generator().manual_seed(0), SAMPLES)
    encoded = network.encode(lead_i[:1], torch.zeros(1, EARLIER_CHANNELS, SAMPLES), known[None])
    expanded = tuple(part.expand(passes, *part.shape[1:]) for part in encoded)
    mean, sd = network.decode(expanded, known.expand(passes, -1), masks)
    first = network.pair.decode(expanded[:-2], known.expand(passes, -1), masks[:-1])
    _, *others = (one(lead_i[:1], known[None]).mean[0] for one in speakers(network, told=told))
    for row in range(passes):
        turn = TURNS[row % len(TURNS)]
        assert torch.allclose(mean[row], first.mean[row] if turn == 0 else others[turn - 1], atol=1e-5)
    assert torch.equal(sd, first.sd)


def test_the_passes_of_the_pair_are_shared_out_over_all_places_on_the_stride(network):
    turns = network.draw_masks(16, torch.Generator(), SAMPLES)[-1].argmax(dim=1)
    assert torch.bincount(turns).tolist() == [8, 4, 4]
    places = torch.flatten(torch.nonzero(turns == 0)) % DualBranchEnsemble.stride
    assert torch.bincount(places).tolist() == [2, 2, 2, 2]


def test_a_pass_alone_is_anyones_by_lot(network):
    lots = [network.draw_masks(1, torch.Generator().manual_seed(seed), SAMPLES)[-1] for seed in range(200)]
    assert torch.cat(lots).mean(dim=0).tolist() == pytest.approx([0.5, 0.25, 0.25], abs=0.08)
    again = network.draw_masks(1, torch.Generator().manual_seed(7), SAMPLES)[-1]
    assert torch.equal(again, lots[7])


@pytest.mark.parametrize("samples", [400, 397, 404])
def test_any_number_of_samples(network, samples):
    x = torch.randn(1, samples)
    assert network(x, AXES[None]).mean.shape == (1, 7, samples)
    assert torch.equal(
        network(x, AXES[None], torch.zeros(1, EARLIER_CHANNELS, samples)).mean, network(x, AXES[None]).mean
    )
