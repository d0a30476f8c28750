"""The opinions beside the pair: what each begins with, what it hears, and how its rate falls."""

from dataclasses import replace
from itertools import pairwise

import pytest
import torch

from ecg_core.metadata import FEATURES
from ecg_core.models.ensemble import TRANS_UNET
from ecg_core.models.trans_unet import TransUNet
from ecg_core.records import Preparation
from ecg_core.training.batches import Settings, tier_features
from ecg_core.training.data import load_folds
from ecg_core.training.fit import estimate, mean_r, rate_at
from ecg_core.training.second_opinions import STAGES, fit_opinion, settings_of

from .test_fit import SMALL

FEW = tuple(replace(stage, epochs=2) for stage in STAGES)
FIRST_OF = {stage.opinion: stage for stage in reversed(FEW)}


@pytest.fixture(scope="module")
def records(small_ptbxl):
    return load_folds(small_ptbxl, [1, 2, 3, 8], Preparation())


@pytest.mark.parametrize("stage", FEW[1:])
def test_it_begins_with_the_weights_of_the_one_before(records, tmp_path, stage):
    torch.manual_seed(3)
    told = TransUNet(features=len(FEATURES), **TRANS_UNET)
    still = replace(settings_of(stage, SMALL), earlier_learning_rate=0.0)
    network, history = fit_opinion(told, records, records, still, tmp_path / "training.pt")
    assert len(history) == still.earlier_epochs
    begun = told.state_dict()
    assert all(torch.equal(value, begun[key]) for key, value in network.named_parameters())


def test_from_nothing_it_learns(records, tmp_path):
    own = replace(settings_of(FIRST_OF["second_told"], SMALL), earlier_epochs=12)
    network, history = fit_opinion(None, records, records, own, tmp_path / "training.pt")
    assert len(history) == 12
    assert history[-1]["loss"] < 0.8 * history[0]["loss"]
    r = float(mean_r(estimate(network, records, tier_features(records, "none")), records).mean())
    assert r == pytest.approx(history[-1]["r_none"], abs=1e-6)  # the weights of the last epoch
    assert r > 0.3


@pytest.mark.parametrize("name", ["second", "second_told"])
def test_only_who_is_told_learns_to_read_an_earlier_ecg(records, tmp_path, name):
    """Its weights there move; untrained ones only decay."""
    torch.manual_seed(3)
    begin = TransUNet(features=len(FEATURES), **TRANS_UNET)
    own = replace(settings_of(FIRST_OF[name], SMALL), weight_decay=0.0)
    network, (*_, last) = fit_opinion(begin, records, records, own, tmp_path / "training.pt")
    assert ("r_earlier" in last) == (name == "second_told")  # scored in what it may be told
    for_lead_i, for_earlier = (
        (network.down[0].first.weight - begin.down[0].first.weight).abs()[:, part].max()
        for part in (slice(1), slice(1, None))
    )
    assert for_lead_i > 1e-4
    assert (for_earlier > 1e-4) == (name == "second_told")


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
    own = settings_of(FIRST_OF["second"], SMALL)
    one, again, other = (
        fit_opinion(None, records, records, settings, tmp_path / f"{turn}.pt")[0].state_dict()
        for turn, settings in enumerate((own, own, replace(own, seed=5)))
    )
    assert all(torch.equal(one[name], again[name]) for name in one)
    assert not all(torch.equal(one[name], other[name]) for name in one)


def test_half_of_the_way_lies_half_way(records, tmp_path):
    torch.manual_seed(3)
    begin = TransUNet(features=len(FEATURES), **TRANS_UNET)
    own = settings_of(FIRST_OF["second"], SMALL)
    whole, half = (
        fit_opinion(begin, records, records, own, tmp_path / f"{way}.pt", way=way)[0].state_dict() for way in (1.0, 0.5)
    )
    first = begin.state_dict()
    for name, value in half.items():
        if value.is_floating_point():
            assert torch.allclose(value, (first[name] + whole[name]) / 2, atol=1e-6), name
    assert not torch.allclose(half["head.weight"], whole["head.weight"], atol=1e-5)


def test_at_last_one_hears_other_recorders_and_the_other_is_seldom_told_nothing():
    last = {stage.opinion: settings_of(stage, SMALL) for stage in STAGES}
    assert last["second"].filtered_share > SMALL.filtered_share == last["second_told"].filtered_share
    assert last["second_told"].nothing_share < SMALL.nothing_share == last["second"].nothing_share
