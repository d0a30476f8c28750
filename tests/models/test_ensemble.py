"""The released model: who of its four networks speaks, in which passes, and with which weight."""

import pytest
import torch

from ecg_core.metadata import FEATURES, encode
from ecg_core.models.ensemble import EVERY, DualBranchEnsemble
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


def lean(network, lead_i, known, earlier, opinion):
    """The share of ``opinion`` in what the ensemble says, from the pair's own word; NaN where it says another thing."""
    ours, first = network(lead_i, known, earlier).mean, network.pair(lead_i, known, earlier).mean
    second = opinion(lead_i, known, earlier).mean
    share = ((ours - first) * (second - first)).sum() / (second - first).square().sum()
    fits = torch.allclose(ours, first + share * (second - first), atol=1e-5)
    return float(share) if fits else float("nan")


def test_told_nothing_of_the_axes_the_one_that_knows_lead_one_alone_has_a_third(network, lead_i):
    share = lean(network, lead_i, NOTHING.expand(2, -1), None, network.second)
    assert share == pytest.approx(1 / EVERY, abs=1e-3)


def test_told_axes_or_an_earlier_ecg_the_one_that_reads_them_has_it(network, lead_i, given):
    for known, earlier in ((AXES, None), (NOTHING, given), (AXES, given)):
        share = lean(network, lead_i, known.expand(2, -1), earlier, network.second_told)
        assert share == pytest.approx(1 / EVERY, abs=1e-3)


def test_rows_of_one_call_may_be_told_different_things(network, lead_i):
    mixed = network(lead_i, torch.stack([AXES, NOTHING])).mean
    for row, known in enumerate((AXES, NOTHING)):
        assert torch.allclose(mixed[[row]], network(lead_i[[row]], known[None]).mean, atol=1e-6)


def test_in_passes_each_row_is_one_opinion_alone(network, lead_i):
    passes, known = 7, AXES.expand(7, -1)
    masks = network.draw_masks(passes, torch.Generator().manual_seed(0), SAMPLES)
    encoded = network.encode(lead_i[:1], torch.zeros(1, EARLIER_CHANNELS, SAMPLES))
    expanded = tuple(part.expand(passes, *part.shape[1:]) for part in encoded)
    mean, sd = network.decode(expanded, known, masks)
    first = network.pair.decode(expanded[:3], known, masks[:-1])
    second = network.second_told(lead_i[:1], AXES[None]).mean
    for row in range(passes):
        speaks = row % EVERY == EVERY - 1
        assert torch.allclose(mean[row], second[0] if speaks else first.mean[row], atol=1e-5)
    assert torch.equal(sd, first.sd)


def test_the_first_passes_are_shared_out_over_all_places_on_the_stride():
    speaks = [row for row in range(16) if row % EVERY == EVERY - 1]
    assert {row % DualBranchEnsemble.stride for row in speaks} == set(range(DualBranchEnsemble.stride))


@pytest.mark.parametrize("samples", [400, 397, 404])
def test_any_number_of_samples(network, samples):
    x = torch.randn(1, samples)
    assert network(x, AXES[None]).mean.shape == (1, 7, samples)
    assert torch.equal(
        network(x, AXES[None], torch.zeros(1, EARLIER_CHANNELS, samples)).mean, network(x, AXES[None]).mean
    )
