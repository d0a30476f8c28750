"""The rivals learn what they can from generated records, stop in time, and go on where they stopped."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

import ecg_core.training.rivals as rivals
from ecg_core.errors import CheckpointRefused
from ecg_core.metadata import FEATURES
from ecg_core.models.mean_beat import find_r_peaks
from ecg_core.training.batches import tier_features
from ecg_core.training.closed_form import fit_linear, fit_mean_beat
from ecg_core.training.data import MOST_BEATS, Records
from ecg_core.training.fit import estimate, mean_r
from ecg_core.training.rivals import (
    RIVALS,
    RivalSettings,
    arguments_for,
    fit_rival,
    network_for,
    objective,
    preparation_for,
    settings_for,
    tier_for,
    train_rival,
)

QUICK = RivalSettings(epochs=3, batch=8, crop_samples=256)


def records_of(leads: np.ndarray) -> Records:
    """Records of ``leads (record, 8, sample)`` in mV, the R axis of each drawn at random."""
    count, _, samples = leads.shape
    random = np.random.default_rng(0)
    table = pd.DataFrame(
        {
            "ventricular_rate": 60.0 + 5 * np.arange(count), "qrs_ms": 90.0, "qrs_count": 10.0,
            "r_axis_deg": random.uniform(-180, 180, count), "t_axis_deg": 30.0, "patient_id": np.arange(count),
        }
    )  # fmt: skip
    microvolts = np.rint(1000 * leads).astype(np.int16)
    return Records(microvolts, np.zeros((count, samples), np.int8), np.full((count, MOST_BEATS), -1, np.int16), table)


def generated(count: int, seed: int, samples: int = 1000) -> Records:
    """Beats at irregular intervals; the other leads are fixed multiples of a Lead I that differs in size."""
    random = np.random.default_rng(seed)
    time, leads = np.arange(samples)[:, None], np.zeros((count, 8, samples))
    weights = np.array([1.0, 0.8, -0.9, -0.4, 0.5, 1.2, 1.0, 0.7])
    for row in range(count):
        peaks = np.cumsum(random.integers(60, 110, samples // 60)) - 40
        beat = sum(size * np.exp(-(((time - peaks - late) / width) ** 2)).sum(1) for size, late, width in WAVES)
        leads[row] = weights[:, None] * beat * random.uniform(0.6, 1.4)
    return records_of(leads)


WAVES = ((1.0, 0, 2.0), (0.3, 28, 8.0), (0.1, -16, 4.0))


def test_linear_regression_recovers_a_known_filter():
    random = np.random.default_rng(0)
    lead_i, filters = random.normal(0, 0.3, (6, 1000)), random.normal(0, 0.3, (7, 61))
    others = [[np.correlate(np.pad(row, 30), one, "valid") for one in filters] for row in lead_i]
    network = fit_linear(records_of(np.concatenate([lead_i[:, None], np.array(others)], axis=1)))
    assert np.allclose(network.filter.weight.detach().numpy()[:, 0], filters, atol=2e-3)


def test_the_mean_beat_is_that_of_the_training_records():
    train = generated(40, seed=1)
    network = fit_mean_beat(train)
    time = np.arange(-30, 50)
    beat = sum(size * np.exp(-(((time - late) / width) ** 2)) for size, late, width in WAVES)
    v5 = network.beat.numpy()[5]
    assert np.corrcoef(v5, beat)[0, 1] > 0.99
    assert v5.argmax() == 30
    select = generated(10, seed=2)
    assert find_r_peaks(torch.from_numpy(select.leads(slice(None))[:, 0])).sum(dim=1).min() >= 9
    assert mean_r(estimate(network, select, tier_features(select, "none")), select).mean() > 0.9


@pytest.mark.parametrize("name", ["unet", "unet-metadata", "nakanishi", "nakanishi-metadata"])
def test_a_handful_of_records_is_learnt_by_heart(name):
    records = generated(4, seed=3, samples=128)
    leads, known = (
        torch.from_numpy(records.leads(slice(None))),
        torch.from_numpy(tier_features(records, tier_for(name))),
    )
    torch.manual_seed(0)
    network = network_for(name, len(FEATURES)).train()
    optimiser = torch.optim.Adam([one for one in network.parameters() if one.requires_grad], 1e-2)
    losses = []
    for _ in range(25):
        loss = objective(network, leads, known)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < 0.5 * losses[0]


def test_crops_lie_anywhere_and_keep_leads_and_metadata_together():
    records = generated(16, seed=4)
    features = np.arange(16, dtype=np.float32)[:, None] * np.ones((1, len(FEATURES)), np.float32)
    seen = []
    for leads, known in rivals.crops(records, features, QUICK, epoch=0):
        assert leads.shape == (8, 8, 256)
        for part, row in zip(leads.numpy(), known[:, 0].int().tolist(), strict=True):
            whole = records.leads(slice(row, row + 1))[0]
            starts = [at for at in range(745) if np.array_equal(whole[:, at : at + 256], part)]
            assert len(starts) == 1
            seen.append((row, starts[0]))
    assert sorted(row for row, _ in seen) == list(range(16))
    assert len({start for _, start in seen}) > 10


def test_two_windows_of_the_paper_cover_a_record():
    preparation = preparation_for("nakanishi")
    length = round(preparation.window_seconds * preparation.sampling_rate)
    first, last = rivals.windows(generated(2, seed=5), length)
    assert first.signals.shape == last.signals.shape == (2, 8, 512)
    overlap = round(preparation.overlap_seconds * preparation.sampling_rate)
    assert np.array_equal(first.signals[..., -overlap:], last.signals[..., :overlap])
    assert len(rivals.windows(generated(2, seed=5), 1000)) == 1


def test_it_stops_when_five_epochs_did_not_help_and_keeps_the_best(monkeypatch, tmp_path):
    weights = []

    def worse_from_the_second_epoch_on(network, *_):
        weights.append(network.head.weight.detach().clone())
        return {"validation_loss": 1.0 if len(weights) == 2 else 2.0 + len(weights), "r": 0.0}

    monkeypatch.setattr(rivals, "validate", worse_from_the_second_epoch_on)
    records = generated(8, seed=6, samples=256)
    network, history = fit_rival("unet", records, records, replace(QUICK, epochs=50), tmp_path / "training.pt")
    assert len(history) == 2 + 5
    assert torch.equal(network.head.weight, weights[1])
    assert not torch.equal(weights[1], weights[-1])
    assert not network.training


@pytest.mark.parametrize("name", ["unet-metadata", "nakanishi"])
def test_stopped_and_gone_on_is_the_same_as_in_one_go(name, monkeypatch, tmp_path):
    train, select = generated(16, seed=7, samples=128), generated(4, seed=8, samples=128)
    settings = replace(QUICK, crop_samples=64, cosine=name.startswith("unet"))
    whole, history = fit_rival(name, train, select, settings, tmp_path / "whole.pt")
    train_epoch = rivals._train_epoch

    def pull_the_plug_in_the_third_epoch(run, records, features, epoch):
        if epoch == 2:
            raise KeyboardInterrupt
        return train_epoch(run, records, features, epoch)

    with monkeypatch.context() as patched:
        patched.setattr(rivals, "_train_epoch", pull_the_plug_in_the_third_epoch)
        with pytest.raises(KeyboardInterrupt):
            fit_rival(name, train, select, settings, tmp_path / "training.pt")
    again, resumed = fit_rival(name, train, select, settings, tmp_path / "training.pt")
    assert [epoch["validation_loss"] for epoch in resumed] == [epoch["validation_loss"] for epoch in history]
    assert all(torch.equal(value, again.state_dict()[key]) for key, value in whole.state_dict().items())


def test_the_state_of_another_rival_is_refused(tmp_path):
    records = generated(8, seed=9, samples=128)
    fit_rival("unet", records, records, replace(QUICK, epochs=1), tmp_path / "training.pt")
    with pytest.raises(CheckpointRefused, match="run of unet"):
        fit_rival("unet-metadata", records, records, replace(QUICK, epochs=1), tmp_path / "training.pt")


@pytest.mark.parametrize("name", RIVALS)
def test_a_card_can_rebuild_each_rival(name):
    network = network_for(name, len(FEATURES))
    again = type(network)(**arguments_for(name, len(FEATURES)))
    again.load_state_dict(network.state_dict(), strict=True)
    assert tier_for(name) == ("paper" if name.endswith("metadata") else "none")


def test_only_the_names_that_need_it_are_trained_as_the_paper_says():
    assert (settings_for("nakanishi-metadata").batch, settings_for("nakanishi").learning_rate) == (128, 1e-3)
    assert settings_for("unet").patience == settings_for("nakanishi").patience == 5
    assert preparation_for("unet").window_seconds == 10


@pytest.mark.parametrize("name", ["linear", "mean-beat", "unet-metadata"])
def test_from_a_folder_of_records_to_a_network(small_ptbxl, tmp_path, name):
    settings = RivalSettings(epochs=2, batch=16, crop_samples=256)
    network, history = train_rival(name, small_ptbxl, tmp_path / name, settings=settings)
    assert len(history) == (2 if name == "unet-metadata" else 1)
    assert history[-1]["r"] > (0.1 if name == "unet-metadata" else 0.3)
    assert type(network) is type(network_for(name, len(FEATURES)))
