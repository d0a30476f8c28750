"""The training loop learns, repeats by its seed, and goes on where it stopped."""

from dataclasses import replace

import numpy as np
import pytest
import torch

import ecg_core.training.fit as fit_module
from ecg_core.errors import CheckpointRefused
from ecg_core.metadata import FEATURES, FIELDS
from ecg_core.records import Preparation
from ecg_core.training.batches import Settings, batches, drop_fields, tier_features
from ecg_core.training.data import load_folds
from ecg_core.training.fit import Run, build, estimate, fit, mean_r, rate_at, selection_score

SMALL = Settings(
    channels=8,
    lstm=8,
    decoder=8,
    epochs=4,
    earlier_epochs=2,
    difficulty_draws=1,
    batch=8,
    warm_up_epochs=0.1,
    average_decay=0.9,
)


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


def test_it_learns_to_read_an_earlier_ecg_in_the_second_round_alone(trained, select):
    pair, history = trained
    assert len(history) == SMALL.epochs + SMALL.earlier_epochs
    assert all({"r_none", "r_paper", "r_earlier"} <= set(epoch) for epoch in history)
    assert not pair.alone.earlier_stem.weight.any()
    assert pair.with_earlier.earlier_stem.weight.any()
    for epoch in history[: SMALL.epochs]:  # the network does not hear it yet: what is left is the choice of records
        assert epoch["r_earlier"] == pytest.approx(epoch["r_none"], abs=0.2)


@pytest.mark.parametrize("whole_epochs", [2, SMALL.epochs, SMALL.epochs + 1])
def test_stopped_and_gone_on_is_the_same_as_in_one_go(trained, train, select, tmp_path, monkeypatch, whole_epochs):
    train_epoch, done = fit_module._train_epoch, []

    def pull_the_plug(*arguments):
        if len(done) == whole_epochs:
            raise KeyboardInterrupt
        done.append(train_epoch(*arguments))
        return done[-1]

    with monkeypatch.context() as patched:
        patched.setattr(fit_module, "_train_epoch", pull_the_plug)
        with pytest.raises(KeyboardInterrupt):
            fit(train, select, SMALL, tmp_path / "training.pt")
    network, history = fit(train, select, SMALL, tmp_path / "training.pt")
    assert [epoch["loss"] for epoch in history] == [epoch["loss"] for epoch in trained[1]]
    assert all(torch.equal(value, trained[0].state_dict()[name]) for name, value in network.state_dict().items())


def test_the_state_of_another_network_is_refused(train, select, tmp_path):
    state_file = tmp_path / "training.pt"
    fit(train, select, replace(SMALL, epochs=1, earlier_epochs=0), state_file)
    with pytest.raises(CheckpointRefused, match="other settings"):
        fit(train, select, replace(SMALL, decoder=16), state_file)


def test_metadata_are_dropped_field_by_field():
    features = np.ones((3000, len(FEATURES)), np.float32)
    dropped = drop_fields(features, np.random.default_rng(0))
    flags_at = [FEATURES.index(f"{name}_known") for name in FIELDS]
    flags = dropped[:, flags_at]
    assert (flags.sum(axis=1) == 0).mean() == pytest.approx(1 / 3, abs=0.04)
    assert (flags.sum(axis=1) == len(FIELDS)).mean() == pytest.approx(1 / 3, abs=0.04)
    seldom = drop_fields(features, np.random.default_rng(0), 0.1)[:, flags_at]
    assert (seldom.sum(axis=1) == 0).mean() == pytest.approx(0.1, abs=0.03)
    assert (seldom.sum(axis=1) == len(FIELDS)).mean() == pytest.approx(0.45, abs=0.04)
    for axis in ("r_axis", "t_axis"):
        columns = [FEATURES.index(f"{axis}_{part}") for part in ("cos", "sin", "deg_known")]
        assert (dropped[:, columns].min(axis=1) == dropped[:, columns].max(axis=1)).all()
    rate = [FEATURES.index("ventricular_rate"), FEATURES.index("ventricular_rate_known")]
    assert (dropped[:, rate[0]] == dropped[:, rate[1]]).all()


def test_the_learning_rate_warms_up_stays_and_falls_in_each_round():
    settings = Settings(epochs=10, earlier_epochs=5)
    for begin, length, highest in ((0, 10, settings.learning_rate), (10, 5, settings.earlier_learning_rate)):
        rates = [rate_at(begin + share * length, settings) for share in (0.0, 0.2, 0.5, 0.8, 0.99)]
        assert rates[0] == 0
        assert rate_at(begin + 0.5, settings) == highest / 2  # the first epoch warms up
        assert rates[1] == rates[2] == highest
        assert rates[2] > rates[3] > rates[4] > 0
        assert rates[4] < 0.02 * highest


def test_the_second_round_goes_on_from_the_best_weights_with_a_fresh_optimiser():
    run = Run.start(build(SMALL), SMALL)
    run.best_weights = {name: value.clone() for name, value in run.network.state_dict().items()}
    known = torch.zeros(2, len(FEATURES))
    for group in run.optimiser.param_groups:
        group["lr"] = 0.1
    run.network(torch.randn(2, 512), known).mean.square().sum().backward()
    run.optimiser.step()
    run.average.update_parameters(run.network)
    assert run.optimiser.state
    assert not torch.equal(run.network.head.weight, run.best_weights["head.weight"])
    run.begin_second_round()
    for network in (run.network, run.average.module):
        assert all(torch.equal(value, run.best_weights[name]) for name, value in network.state_dict().items())
    assert not run.optimiser.state
    assert run.optimiser.param_groups[0]["params"][0] is next(run.network.parameters())


def told(train, settings, epoch, *, whole):
    """The batches of an epoch, laid together."""
    parts = zip(*batches(train, tier_features(train, "all"), settings, epoch, whole=whole), strict=True)
    return tuple(torch.cat(part).numpy() for part in parts)


@pytest.mark.parametrize("whole", [False, True])
def test_earlier_ecgs_and_noise_come_with_the_second_round(train, whole):
    flag = FEATURES.index("axes_earlier")
    heard, leads, known, earlier = told(train, SMALL, SMALL.epochs - 1, whole=whole)
    assert leads.shape[1:] == (8, 1000 if whole else SMALL.crop_samples)
    assert np.array_equal(heard, leads[:, 0])
    assert not earlier.any()
    assert not known[:, flag].any()
    heard, leads, known, earlier = told(train, SMALL, SMALL.epochs, whole=whole)
    noisy = (heard != leads[:, 0]).any(axis=1)
    assert 0 < noisy.sum() < len(noisy)
    assert np.abs(heard - leads[:, 0]).max() < 0.2
    assert 0 < known[:, flag].sum() < len(known)
    has_one = earlier[:, -1].any(axis=1)
    assert 0 < has_one.sum() < len(has_one)
    assert (earlier[has_one, -1] == 1).all()
    assert not earlier[~has_one].any()
    assert all(one.any() for one in earlier[has_one, :-1].reshape(has_one.sum(), -1))


def test_an_earlier_beat_lies_where_the_new_lead_one_has_its_beats(train):
    """In whole windows and in crops: the laid Lead I is nearer to the Lead I that is heard than moved aside."""
    for whole in (False, True):
        heard, _, _, earlier = told(train, replace(SMALL, noise_share=0.0), SMALL.epochs, whole=whole)
        has_one = earlier[:, -1].any(axis=1)

        def size(one, two):
            return float(np.abs(one * two).sum())

        here = [size(one[0], x) for one, x in zip(earlier[has_one], heard[has_one], strict=True)]
        aside = [size(np.roll(one[0], 25), x) for one, x in zip(earlier[has_one], heard[has_one], strict=True)]
        assert np.mean(np.array(here) > np.array(aside)) > 0.8


def test_who_is_to_know_lead_i_alone_is_told_nothing_but_hears_noise(train):
    heard, leads, known, earlier = told(train, replace(SMALL, told=False), SMALL.epochs, whole=False)
    assert not known.any()
    assert not earlier.any()
    assert (heard != leads[:, 0]).any()


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_how_many_records_are_told_nothing_is_a_setting(train, share):
    _, _, known, _ = told(train, replace(SMALL, nothing_share=share), SMALL.epochs, whole=False)
    assert (~known.any(axis=1)).mean() == pytest.approx(share, abs=0.05)


def test_who_is_to_know_other_recorders_hears_their_filters_and_so_do_its_targets(train):
    alone = replace(SMALL, told=False, noise_share=0.0, gain_spread=0.0)
    plain, some, all_of_them = (
        told(train, replace(alone, filtered_share=share), 0, whole=True)[:2] for share in (0.0, 0.5, 1.0)
    )
    assert np.array_equal(all_of_them[0], all_of_them[1][:, 0])
    before, after = (np.abs(np.fft.rfft(leads)) ** 2 for _, leads in (plain, all_of_them))
    kept = {hz: after[..., hz * 10 : hz * 10 + 50].sum() / before[..., hz * 10 : hz * 10 + 50].sum() for hz in (5, 35)}
    assert kept[5] > 0.85
    assert kept[35] < 0.6
    lags = [np.argmax(np.correlate(*both, "same")) for both in zip(plain[0], all_of_them[0], strict=True)]
    assert set(lags) == {500}  # without delay
    changed = np.abs(some[1] - plain[1]).max(axis=(1, 2)) > 1e-4
    assert 0.3 < changed.mean() < 0.7


def test_turned_hearts_are_told_as_such_and_so_is_their_earlier_ecg(train):
    plain = replace(SMALL, noise_share=0.0, gain_spread=0.0, nothing_share=0.0)

    def first_batch(settings):
        drawn = batches(train, tier_features(train, "all"), settings, SMALL.epochs, whole=False)
        return tuple(part.numpy() for part in next(drawn))

    _, leads, known, earlier = first_batch(plain)
    heard, turned, told_turned, earlier_turned = first_batch(replace(plain, turn_deg=20.0))
    assert np.array_equal(heard, turned[:, 0])
    columns = [FEATURES.index(f"r_axis_{part}") for part in ("cos", "sin")]
    to_frontal = np.array([[1.0, 0.0], [-1 / np.sqrt(3), 2 / np.sqrt(3)]])
    angles = []
    for row in range(len(turned)):
        turn = np.linalg.lstsq(leads[row].T, turned[row].T, rcond=None)[0].T
        assert np.allclose(turn @ earlier[row, :-1], earlier_turned[row, :-1], atol=0.01)
        rotation = to_frontal @ turn[:2, :2] @ np.linalg.inv(to_frontal)
        assert np.allclose(told_turned[row, columns], rotation @ known[row, columns], atol=0.01)
        angles.append(np.degrees(np.arctan2(rotation[1, 0], rotation[0, 0])))
    assert 5 < np.std(angles) < 40
    assert earlier.any(axis=(1, 2)).any()


def test_slowed_hearts_are_told_as_such(train):
    rate = FEATURES.index("ventricular_rate")
    _, still, known, _ = told(train, replace(SMALL, nothing_share=0.0), SMALL.epochs, whole=False)
    _, slowed, told_slowed, _ = told(
        train, replace(SMALL, nothing_share=0.0, slow_spread=0.1), SMALL.epochs, whole=False
    )
    assert not np.allclose(still, slowed)
    assert set(known[:, rate].round(4)) != set(told_slowed[:, rate].round(4))
    _, whole, _, _ = told(train, replace(SMALL, slow_spread=0.1), SMALL.epochs, whole=True)
    assert np.array_equal(whole, told(train, SMALL, SMALL.epochs, whole=True)[1])


def test_an_epoch_repeats_by_the_seed(train):
    first, again = (told(train, SMALL, SMALL.epochs, whole=False) for _ in range(2))
    assert all(np.array_equal(one, two) for one, two in zip(first, again, strict=True))
    other = told(train, replace(SMALL, seed=1), SMALL.epochs, whole=False)
    assert not np.array_equal(first[0], other[0])


def test_epochs_are_compared_by_all_that_the_network_may_be_told():
    report = {"r_none": 0.8, "r_paper": 0.9, "r_earlier": 0.85, "loss": 7.0}
    assert selection_score(report, second=False) == pytest.approx((report["r_none"] + report["r_paper"]) / 2)
    assert selection_score(report, second=True) == report["r_earlier"]
    assert selection_score({"r_none": 0.8, "loss": 7.0}, second=True) == 0.8
