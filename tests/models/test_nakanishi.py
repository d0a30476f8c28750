"""The paper's network: its size, its one-hot metadata, its dropout of single elements."""

import pytest
import torch

from ecg_core.metadata import FEATURES, encode
from ecg_core.models.nakanishi import COUNT_EDGES, QRS_MS_EDGES, RATE_EDGES, Nakanishi
from ecg_core.records import PatientMetadata
from ecg_core.uncertainty.mc_dropout import sample
from ecg_core.vocabulary import LEADS, PREDICTED

KNOWN = PatientMetadata(ventricular_rate=72, qrs_ms=95, qrs_count=12, r_axis_deg=40, t_axis_deg=-50)


def features_of(metadata: PatientMetadata) -> torch.Tensor:
    return torch.from_numpy(encode(metadata))[None]


def network(metadata: bool = True) -> Nakanishi:
    torch.manual_seed(0)
    return Nakanishi(features=len(FEATURES), metadata=metadata).eval()


BINNING = network()


def bins_of(**values: float) -> list[int]:
    return BINNING.one_hot(features_of(PatientMetadata(**values)))[0].nonzero().flatten().tolist()


@pytest.mark.parametrize(("metadata", "parameters"), [(True, 330_203), (False, 270_443)])
def test_it_has_the_size_that_the_authors_name(metadata, parameters):
    learnt = [parameter.numel() for parameter in network(metadata).parameters() if parameter.requires_grad]
    assert sum(learnt) == parameters


@pytest.mark.parametrize(
    ("field", "edges", "first"),
    [("ventricular_rate", RATE_EDGES, 0), ("qrs_ms", QRS_MS_EDGES, 12), ("qrs_count", COUNT_EDGES, 24)],
)
def test_an_edge_belongs_to_the_bin_above_it(field, edges, first):
    for index, edge in enumerate(edges):
        assert bins_of(**{field: edge - 0.01}) == [first + index]
        assert bins_of(**{field: edge}) == [first + index + 1]


def test_axes_have_bins_of_thirty_degrees_that_close_the_circle():
    assert bins_of(r_axis_deg=-180) == bins_of(r_axis_deg=180) == bins_of(r_axis_deg=170) == [36 + 6]
    assert [bins_of(t_axis_deg=degrees)[0] - 48 for degrees in (-15, 0, 14.9, 15, 90, -90)] == [0, 0, 0, 1, 3, 9]


def test_what_is_unknown_is_zero_in_all_its_bins():
    one = network()
    assert one.one_hot(features_of(KNOWN)).sum() == 5
    assert one.one_hot(features_of(PatientMetadata(age_years=50))).sum() == 0
    assert one.one_hot(features_of(PatientMetadata(ventricular_rate=75))).sum() == 1  # 75 is encoded as 0


@pytest.mark.parametrize("metadata", [False, True])
def test_metadata_are_heard_only_where_they_are_wanted(metadata):
    one, x = network(metadata), torch.randn(1, 200) * 0.2
    told, untold = (one(x, features_of(patient)).mean for patient in (KNOWN, PatientMetadata()))
    assert torch.equal(told, untold) != metadata


def test_forward_gives_seven_of_its_own_eleven():
    one, x, known = network(), torch.randn(2, 300) * 0.2, features_of(KNOWN).expand(2, -1)
    assert one.eleven(x, known).shape == (2, 11, 300)
    assert torch.equal(one(x, known).mean, one.eleven(x, known)[:, :7])


def test_masks_drop_single_elements_and_repeat_by_their_seed():
    one = network()
    first, again, other = (one.draw_masks(4, torch.Generator().manual_seed(seed), 200) for seed in (1, 1, 2))
    assert [tuple(mask.shape) for mask in first] == [(4, width, 200) for width in (256, 256, 128, 64, 32, 16, 272)]
    kept = [float(mask.float().mean()) for mask in first]
    assert kept == pytest.approx([0.8, *[0.9] * 5, 0.7], abs=0.02)
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    assert not any(torch.equal(a, b) for a, b in zip(first, other, strict=True))
    assert len(network(metadata=False).draw_masks(4, torch.Generator(), 200)) == 2


def test_passes_differ_and_do_not_depend_on_which_run_together():
    one, known = network(), features_of(KNOWN)
    masks = one.draw_masks(4, torch.Generator().manual_seed(0), 200)
    encoded = one.encode(torch.randn(1, 200) * 0.2, torch.zeros(1, 9, 200))
    together = one.decode(tuple(part.expand(4, -1, -1) for part in encoded), known.expand(4, -1), masks).mean
    alone = torch.cat([one.decode(encoded, known, [mask[[row]] for mask in masks]).mean for row in range(4)])
    assert torch.allclose(together, alone, atol=1e-6)
    assert together.std(dim=0).min() > 0
    assert torch.equal(one.decode(encoded, known).mean, one.decode(encoded, known).mean)


def test_its_estimate_drops_nothing_and_its_spread_is_that_of_the_passes():
    one, x, known = network(), torch.randn(1, 200) * 0.2, features_of(KNOWN)
    of_many, of_one = (next(sample(one, x.numpy(), known[0].numpy(), passes=passes, seed=3)) for passes in (8, 1))
    still = one(x, known).mean[0]
    rows = [LEADS.index(lead) for lead in PREDICTED]
    assert torch.allclose(torch.from_numpy(of_many.mean[rows]), still, atol=1e-5)
    assert (of_many.epistemic_sd[rows] > 0).all()
    assert not torch.allclose(torch.from_numpy(of_one.mean[rows]), still, atol=1e-5)  # a single pass is one


def test_dropout_keeps_the_expectation():
    dropout = network().fusion_dropout
    ones = torch.ones(1, 272, 2000)
    assert dropout(ones, dropout.draw(1, 272, 2000, torch.Generator().manual_seed(0))).mean() == pytest.approx(
        1, abs=0.01
    )


def test_the_last_two_layers_are_convolutions():
    one, fused = network(), torch.randn(2, 272, 50)
    assert torch.allclose(one._out(fused), one.out(one.head(fused)) / 1000, atol=1e-6)


@pytest.mark.parametrize("metadata", [False, True])
def test_training_drops_what_the_passes_drop(metadata):
    """In training two dropouts are drawn as one: mean and spread over many draws are those of passes."""
    one, known, draws = network(metadata), features_of(KNOWN), 3000
    encoded = tuple(part.expand(draws, -1, -1) for part in one.encode(torch.randn(1, 16) * 0.2))
    masks = one.draw_masks(draws, torch.Generator().manual_seed(0), 16)
    passes = one.decode(encoded, known.expand(draws, -1), masks).mean
    trained = one.train().decode(encoded, known.expand(draws, -1)).mean
    assert torch.allclose(trained.std(dim=0), passes.std(dim=0), rtol=0.08)
    standard_error = passes.std(dim=0) * (2 / draws) ** 0.5
    assert ((trained.mean(dim=0) - passes.mean(dim=0)).abs() < 4.5 * standard_error).all()


def test_a_row_trains_as_it_is_used():
    """In training mode the metadata branch drops at each time step; without dropout both modes agree."""
    one, known, x = network(), features_of(KNOWN), torch.randn(1, 100) * 0.2
    used = one.eleven(x, known)
    assert not torch.equal(one.train().eleven(x, known), used)
    for dropout in (one.signal_dropout, one.dense_dropout, one.fusion_dropout):
        dropout.probability = 0.0
    assert torch.allclose(one.eleven(x, known), used, atol=1e-6)


def test_metadata_can_only_shift_a_lead_as_a_whole():
    """Nothing after the two branches meet bends: whatever is known, the shape of a lead is that of Lead I alone."""
    one, x = network(), torch.randn(1, 200) * 0.2
    shift = (one.eleven(x, features_of(KNOWN)) - one.eleven(x, features_of(PatientMetadata(r_axis_deg=-80))))[..., 1:-1]
    assert shift.abs().min() > 0
    assert (shift.std(dim=2) < 1e-3 * shift.abs().amin(dim=2)).all()
