"""How the released networks are trained on: whose weights each begins with, what it hears, and how its rate falls."""

from dataclasses import replace
from itertools import pairwise

import pytest
import torch

from ecg_core.metadata import FEATURES
from ecg_core.models.ensemble import TRANS_UNET, DualBranchEnsemble
from ecg_core.models.trans_unet import TransUNet
from ecg_core.records import Preparation
from ecg_core.training.batches import Settings, tier_features
from ecg_core.training.data import load_folds
from ecg_core.training.fit import build, estimate, mean_r, rate_at
from ecg_core.training.stages import STAGES, go_on, run_stage, settings_of

from .test_fit import SMALL

FEW = tuple(replace(stage, epochs=2) for stage in STAGES)
LAST_OF = {stage.network: stage for stage in FEW}


@pytest.fixture(scope="module")
def records(small_ptbxl):
    return load_folds(small_ptbxl, [1, 2, 3, 8], Preparation())


def untrained(name):
    torch.manual_seed(3)
    return build(SMALL) if name.startswith("pair") else TransUNet(features=len(FEATURES), **TRANS_UNET)


@pytest.mark.parametrize("stage", FEW)
def test_it_begins_with_the_weights_that_it_names(records, tmp_path, stage):
    torch.manual_seed(3)
    ensemble = DualBranchEnsemble(
        features=len(FEATURES), channels=SMALL.channels, lstm=SMALL.lstm, decoder=SMALL.decoder
    )
    before = {key: value.detach().clone() for key, value in ensemble.named_parameters()}
    still = replace(settings_of(stage, SMALL), earlier_learning_rate=0.0)
    history = run_stage(ensemble, stage, records, records, settings=still, state_file=tmp_path / "training.pt")
    assert len(history) == still.earlier_epochs
    for key, value in ensemble.named_parameters():
        begun = (
            key.replace(f"{stage.network}.", f"{stage.begin_with}.", 1) if key.startswith(f"{stage.network}.") else key
        )
        assert torch.equal(value, before[begun]), key


@pytest.mark.parametrize("name", LAST_OF)
def test_it_learns_and_keeps_the_weights_of_the_last_epoch(records, tmp_path, name):
    own = replace(settings_of(LAST_OF[name], SMALL), earlier_epochs=12, turn_deg=0.0, filtered_share=0.0)
    network = untrained(name)
    history = go_on(network, records, records, own, tmp_path / "training.pt")
    assert len(history) == 12
    assert history[-1]["r_train"] > history[0]["r_train"] + 0.1
    assert not network.training
    r = float(mean_r(estimate(network, records, tier_features(records, "none")), records).mean())
    assert r == pytest.approx(history[-1]["r_none"], abs=1e-6)
    assert r > 0.3


@pytest.mark.parametrize("name", ["second", "second_told"])
def test_only_who_is_told_learns_to_read_an_earlier_ecg(records, tmp_path, name):
    """Its weights there move; untrained ones only decay."""
    begin, network = untrained(name), untrained(name)
    own = replace(settings_of(LAST_OF[name], SMALL), weight_decay=0.0)
    *_, last = go_on(network, records, records, own, tmp_path / "training.pt")
    assert ("r_earlier" in last) == (name == "second_told")  # scored in what it may be told
    for_lead_i, for_earlier = (
        (network.down[0].first.weight - begin.down[0].first.weight).abs()[:, part].max()
        for part in (slice(1), slice(1, None))
    )
    assert for_lead_i > 1e-4
    assert (for_earlier > 1e-4) == (name == "second_told")


def test_of_the_dual_branch_network_alone_the_spread_is_trained():
    weights = {stage.network: settings_of(stage, Settings()).spread_weight for stage in STAGES}
    assert weights == {"pair.with_earlier": Settings().spread_weight, "second": 0.0, "second_told": 0.0}


@pytest.mark.parametrize("stage", STAGES)
def test_the_rate_falls_from_the_first_epoch_to_the_last(stage):
    settings = settings_of(stage, Settings())
    highest, epochs = settings.earlier_learning_rate, settings.earlier_epochs
    rates = [rate_at(progress, settings) for progress in (0.0, 1.0, 5.0, 10.0, 15.0, epochs - 0.1)]
    assert rates[0] == 0
    assert highest * 0.99 < rates[1] <= highest
    assert all(a > b for a, b in pairwise(rates[1:]))
    assert rates[-1] < 0.02 * highest


def test_it_repeats_by_its_seed(records, tmp_path):
    own = settings_of(LAST_OF["second"], SMALL)
    one, again, other = untrained("second"), untrained("second"), untrained("second")
    for turn, (network, settings) in enumerate(((one, own), (again, own), (other, replace(own, seed=5)))):
        go_on(network, records, records, settings, tmp_path / f"{turn}.pt")
    weights = one.state_dict()
    assert all(torch.equal(value, weights[key]) for key, value in again.state_dict().items())
    assert not all(torch.equal(value, weights[key]) for key, value in other.state_dict().items())


def test_half_of_the_way_lies_half_way(records, tmp_path):
    own = settings_of(LAST_OF["second"], SMALL)
    begin, whole, half = untrained("second"), untrained("second"), untrained("second")
    for way, network in ((1.0, whole), (0.5, half)):
        go_on(network, records, records, own, tmp_path / f"{way}.pt", way=way)
    first, last = begin.state_dict(), whole.state_dict()
    for name, value in half.state_dict().items():
        if value.is_floating_point():
            assert torch.allclose(value, (first[name] + last[name]) / 2, atol=1e-6), name
    assert not torch.allclose(half.head.weight, whole.head.weight, atol=1e-5)


def test_at_last_all_hear_other_recorders_and_who_is_told_other_hearts_too():
    for name, stage in LAST_OF.items():
        own, told = settings_of(stage, SMALL), name != "second"
        assert own.filtered_share > SMALL.filtered_share
        assert (own.turn_deg > 0, own.slow_spread > 0) == (told, told)
        assert (own.nothing_share < SMALL.nothing_share) == told
