"""The training loop learns, repeats by its seed, and goes on where it stopped."""

from dataclasses import replace

import numpy as np
import pytest
import torch

import ecg_core.training.fit as fit_module
from ecg_core.errors import CheckpointRefused
from ecg_core.metadata import FEATURES, FIELDS
from ecg_core.records import Preparation
from ecg_core.training.data import load_folds
from ecg_core.training.fit import Settings, build, drop_fields, estimate, fit, mean_r, rate_at, tier_features

SMALL = Settings(channels=8, lstm=8, decoder=8, epochs=4, batch=8, warm_up_epochs=0.1, average_decay=0.9)


@pytest.fixture(scope="module")
def train(small_ptbxl):
    return load_folds(small_ptbxl, [1, 2, 3, 4], Preparation())


@pytest.fixture(scope="module")
def select(small_ptbxl):
    return load_folds(small_ptbxl, [8], Preparation())


@pytest.fixture(scope="module")
def trained(train, select, tmp_path_factory):
    return fit(train, select, SMALL, tmp_path_factory.mktemp("whole") / "training.pt")


def test_it_learns(trained, select):
    _, history = trained
    untrained = mean_r(estimate(build(SMALL).eval(), select, tier_features(select, "all")), select).mean()
    assert history[-1]["loss"] < 0.7 * history[0]["loss"]
    assert max(epoch["r_none"] for epoch in history) > untrained + 0.2


def test_stopped_and_gone_on_is_the_same_as_in_one_go(trained, train, select, tmp_path, monkeypatch):
    train_epoch, done = fit_module._train_epoch, []

    def pull_the_plug_in_the_third_epoch(*arguments):
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(train_epoch(*arguments))
        return done[-1]

    with monkeypatch.context() as patched:
        patched.setattr(fit_module, "_train_epoch", pull_the_plug_in_the_third_epoch)
        with pytest.raises(KeyboardInterrupt):
            fit(train, select, SMALL, tmp_path / "training.pt")
    network, history = fit(train, select, SMALL, tmp_path / "training.pt")
    assert [epoch["loss"] for epoch in history] == [epoch["loss"] for epoch in trained[1]]
    assert all(torch.equal(value, trained[0].state_dict()[name]) for name, value in network.state_dict().items())


def test_the_state_of_another_network_is_refused(train, select, tmp_path):
    state_file = tmp_path / "training.pt"
    fit(train, select, replace(SMALL, epochs=1), state_file)
    with pytest.raises(CheckpointRefused, match="other settings"):
        fit(train, select, replace(SMALL, decoder=16), state_file)


def test_metadata_are_dropped_field_by_field():
    features = np.ones((3000, len(FEATURES)), np.float32)
    dropped = drop_fields(features, np.random.default_rng(0))
    flags = dropped[:, -len(FIELDS) :]
    assert (flags.sum(axis=1) == 0).mean() == pytest.approx(1 / 3, abs=0.04)
    assert (flags.sum(axis=1) == len(FIELDS)).mean() == pytest.approx(1 / 3, abs=0.04)
    for axis in ("r_axis", "t_axis"):
        columns = [FEATURES.index(f"{axis}_{part}") for part in ("cos", "sin", "deg_known")]
        assert (dropped[:, columns].min(axis=1) == dropped[:, columns].max(axis=1)).all()
    rate = [FEATURES.index("ventricular_rate"), FEATURES.index("ventricular_rate_known")]
    assert (dropped[:, rate[0]] == dropped[:, rate[1]]).all()


def test_the_learning_rate_warms_up_stays_and_falls():
    rates = [rate_at(progress, Settings(epochs=10)) for progress in (0.0, 1.0, 5.0, 8.0, 10.0)]
    assert rates[0] == 0
    assert rates[1] == rates[2] == Settings().learning_rate
    assert rates[2] > rates[3] > rates[4] > 0
