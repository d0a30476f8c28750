"""The released model: who of its speakers has the word, in which passes, and with which weight."""

import pytest
import torch

from ecg_core.metadata import FEATURES, encode
from ecg_core.models.ensemble import TURNS, DualBranchEnsemble
from ecg_core.models.layers import EARLIER_CHANNELS, Estimate
from ecg_core.records import PatientMetadata

SAMPLES = 400
AXES = torch.from_numpy(encode(PatientMetadata(r_axis_deg=30.0, t_axis_deg=40.0)))
NOTHING = torch.from_numpy(encode(PatientMetadata(age_years=60, ventricular_rate=70)))


@pytest.fixture
def network():
    torch.manual_seed(0)
    network = DualBranchEnsemble(features=len(FEATURES), channels=8, lstm=8, decoder=8).eval().requires_grad_(False)
    for difficulty in (network.difficulty, network.difficulty_told):
        difficulty.head.weight.normal_(0, 0.1)
    return network


@pytest.fixture
def lead_i():
    return torch.randn(2, SAMPLES, generator=torch.Generator().manual_seed(1))


@pytest.fixture
def given():
    earlier = torch.randn(2, EARLIER_CHANNELS, SAMPLES, generator=torch.Generator().manual_seed(2))
    earlier[:, -1] = 1
    return earlier


def second_of(network, lead_i, known, earlier=None):
    """What the second opinion is: told nothing by the one that knows Lead I alone."""
    if earlier is not None or torch.equal(known[0], AXES):
        return network.second_told(lead_i, known, earlier).mean
    return network.second(lead_i, torch.zeros_like(known)).mean


@pytest.mark.parametrize(("known", "with_earlier"), [(NOTHING, False), (AXES, False), (NOTHING, True), (AXES, True)])
def test_half_is_the_pairs_and_half_that_of_who_hears_what_is_known(network, lead_i, given, known, with_earlier):
    told = known.expand(2, -1), given if with_earlier else None
    pair, second = network.pair(lead_i, *told).mean, second_of(network, lead_i, *told)
    assert torch.allclose(network(lead_i, *told).mean, (pair + second) / 2, atol=1e-5)
    assert (pair - second).abs().mean() > 0.01


@pytest.mark.parametrize(("known", "with_earlier"), [(NOTHING, False), (AXES, False), (NOTHING, True), (AXES, True)])
def test_the_expected_spread_is_the_pairs_by_a_factor_for_each_lead(network, lead_i, given, known, with_earlier):
    told = known.expand(2, -1), given if with_earlier else None
    mean, sd = network(lead_i, *told)
    knows_more = known is AXES or with_earlier
    difficulty = network.difficulty_told if knows_more else network.difficulty
    earlier = given if with_earlier else torch.zeros_like(given)
    _, bottom = network.second_opinion(lead_i, earlier, told[0], told=knows_more)
    of_pair = network.pair(lead_i, *told).sd
    factor = difficulty(Estimate(mean, of_pair), bottom)
    assert torch.allclose(sd, of_pair * factor, rtol=1e-4)
    assert factor.std() > 0.02


def test_rows_of_one_call_may_be_told_different_things(network, lead_i):
    mixed = network(lead_i, torch.stack([AXES, NOTHING])).mean
    for row, known in enumerate((AXES, NOTHING)):
        assert torch.allclose(mixed[[row]], network(lead_i[[row]], known[None]).mean, atol=1e-5)


@pytest.mark.parametrize("known", [NOTHING, AXES])
def test_in_passes_each_row_is_of_one_alone(network, lead_i, known):
    passes = 11
    masks = network.draw_masks(passes, torch.Generator().manual_seed(0), SAMPLES)
    encoded = network.encode(lead_i[:1], torch.zeros(1, EARLIER_CHANNELS, SAMPLES), known[None])
    expanded = tuple(part.expand(passes, *part.shape[1:]) for part in encoded)
    mean, sd = network.decode(expanded, known.expand(passes, -1), masks)
    of_pair = network.pair.decode(expanded[:-3], known.expand(passes, -1), masks[:-1]).mean
    second = second_of(network, lead_i[:1], known[None])[0]
    for row in range(passes):
        assert torch.allclose(mean[row], second if TURNS[row % len(TURNS)] else of_pair[row], atol=1e-5)
    assert torch.equal(sd, expanded[-1])


def test_the_passes_of_each_are_shared_out_over_all_places_on_the_stride(network):
    turns = network.draw_masks(8, torch.Generator(), SAMPLES)[-1]
    for speaker in (0, 1):
        places = torch.flatten(torch.nonzero(turns == speaker)) % DualBranchEnsemble.stride
        assert torch.bincount(places).tolist() == [1] * 4


def test_lead_i_alone_is_encoded_as_with_everything_else(network, lead_i):
    earlier = torch.zeros(2, EARLIER_CHANNELS, SAMPLES)
    assert torch.equal(network.encode_signal(lead_i), network.encode(lead_i, earlier, NOTHING.expand(2, -1))[0])


def test_a_pass_alone_is_of_either_by_lot(network):
    lots = [network.draw_masks(1, torch.Generator().manual_seed(seed), SAMPLES)[-1] for seed in range(200)]
    assert torch.cat(lots).float().mean().item() == pytest.approx(0.5, abs=0.08)
    again = network.draw_masks(1, torch.Generator().manual_seed(7), SAMPLES)[-1]
    assert torch.equal(again, lots[7])


@pytest.mark.parametrize("samples", [400, 397, 404])
def test_any_number_of_samples(network, samples):
    x = torch.randn(1, samples)
    assert network(x, AXES[None]).mean.shape == (1, 7, samples)
    assert torch.equal(
        network(x, AXES[None], torch.zeros(1, EARLIER_CHANNELS, samples)).mean, network(x, AXES[None]).mean
    )
