"""The opinions hear what the dual-branch networks hear; two go on from the released U-Nets, one begins with nothing."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch

from ecg_core.models.checkpoint import load_model
from ecg_core.records import Preparation
from ecg_core.training.data import load_folds
from ecg_core.training.fit import Settings, estimate, mean_r, rate_at, tier_features
from ecg_core.training.second_opinions import BEGIN_WITH, fit_opinion, settings_of

from .test_fit import SMALL


@pytest.fixture(scope="module")
def records(small_ptbxl):
    return load_folds(small_ptbxl, [1, 2, 3, 8], Preparation())


@pytest.mark.parametrize("name", ["second", "second_told"])
def test_it_begins_with_what_the_released_one_knows(records, tmp_path, name):
    still = replace(settings_of(name, SMALL), learning_rate=0.0, earlier_learning_rate=0.0)
    network, history = fit_opinion(name, records, records, still, tmp_path / "training.pt")
    assert len(history) == SMALL.second_opinion_epochs
    released = load_model(str(BEGIN_WITH[name])).network.state_dict()
    same = {key: torch.equal(value, released[key]) for key, value in network.named_parameters()}
    assert [key for key, is_same in same.items() if not is_same] == (
        ["down.0.0.weight"] if name == "second_told" else []  # it reads an earlier ECG beside Lead I
    )
    assert torch.equal(network.down[0][0].weight[:, :1], released["down.0.0.weight"])


def test_from_nothing_it_learns(records, tmp_path):
    own = replace(settings_of("third", SMALL), earlier_epochs=12)
    network, history = fit_opinion("third", records, records, own, tmp_path / "training.pt")
    assert len(history) == 12
    assert history[-1]["loss"] < 0.8 * history[0]["loss"]
    r = float(mean_r(estimate(network, records, tier_features(records, "none")), records).mean())
    assert r == pytest.approx(history[-1]["r_none"], abs=1e-6)  # the weights of the last epoch
    assert r > 0.3


def test_all_but_one_read_an_earlier_ecg(records, tmp_path):
    heard = {}
    for name in BEGIN_WITH:
        network, _ = fit_opinion(name, records, records, settings_of(name, SMALL), tmp_path / f"{name}.pt")
        known = tier_features(records, "none")
        earlier = np.ones((len(records), 9, records.signals.shape[2]), np.float32)
        with_one, without = (estimate(network, records, known, earlier=one) for one in (earlier, None))
        heard[name] = float(np.abs(with_one - without).max())
    assert heard["second"] == 0
    assert min(heard["second_told"], heard["third"]) > 0.001


@pytest.mark.parametrize("name", BEGIN_WITH)
def test_the_rate_falls_from_the_first_epoch_to_the_last(name):
    settings = settings_of(name, Settings())
    highest = settings.learning_rate if name == "second" else settings.earlier_learning_rate
    epochs = settings.epochs + settings.earlier_epochs
    rates = [rate_at(progress, settings) for progress in (0.0, 1.0, 5.0, 10.0, 15.0, epochs - 0.1)]
    assert rates[0] == 0
    assert highest * 0.99 < rates[1] <= highest
    assert all(a > b for a, b in pairwise(rates[1:]))
    assert rates[-1] < 0.02 * highest


def test_it_repeats_by_its_seed(records, tmp_path):
    own = settings_of("second", SMALL)
    one, again, other = (
        fit_opinion("second", records, records, settings, tmp_path / f"{turn}.pt")[0].state_dict()
        for turn, settings in enumerate((own, own, replace(own, seed=5)))
    )
    assert all(torch.equal(one[name], again[name]) for name in one)
    assert not all(torch.equal(one[name], other[name]) for name in one)
