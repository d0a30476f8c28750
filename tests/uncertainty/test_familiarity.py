"""What is far from the training records, on the released model."""

import shutil
from dataclasses import replace

import numpy as np
import pytest

from ecg_core import examine, load_model
from ecg_core.belief import distance_from_training
from ecg_core.errors import CheckpointRefused
from ecg_core.models.checkpoint import CHECKPOINTS
from ecg_core.uncertainty.familiarity import (
    FAMILIARITY,
    SPOILT,
    embed,
    fit_familiarity,
    load_familiarity,
    save_familiarity,
)


@pytest.fixture(scope="module")
def model():
    return load_model()


@pytest.fixture(scope="module")
def known(model):
    return load_familiarity(model.card)


def test_every_sample_is_familiar_and_a_paced_like_rectangle_is_not(model, known, sample_recordings):
    for recording in sample_recordings.values():
        assert not known.is_unfamiliar(distance_from_training(examine(recording), model, known))
    pulses = np.zeros(1000, np.float32)
    pulses[50::100] = 4.0
    distance = known.distance_of(pulses, model)
    assert known.is_unfamiliar(distance)
    assert known.farther_share(distance) <= 0.01


def test_a_right_bundle_branch_block_is_farther_than_sinus_rhythm(model, known, sample_recordings):
    block, sinus = (
        distance_from_training(examine(sample_recordings[name]), model, known) for name in ("A0001", "A0002")
    )
    assert known.farther_share(block) < known.farther_share(sinus)


def test_one_in_a_hundred_held_out_records_is_unfamiliar(known):
    share = np.mean([known.is_unfamiliar(distance) for distance in known.distances])
    assert share == pytest.approx(0.01, abs=0.001)
    assert known.error_ratio > 1.5
    assert set(known.caught) == set(SPOILT)


def test_what_is_written_is_read_back(tmp_path, model, known):
    (tmp_path / model.card.name).mkdir()
    save_familiarity(known, model.card, tmp_path / model.card.name)
    again = load_familiarity(model.card, tmp_path)
    assert again.farther_share(1.0) == known.farther_share(1.0)
    assert (again.error_ratio, again.caught) == (known.error_ratio, known.caught)


def test_a_model_that_nobody_looked_at_has_none():
    assert load_familiarity(load_model("linear").card) is None


def test_the_file_of_other_weights_is_refused(tmp_path, model):
    (tmp_path / model.card.name).mkdir()
    shutil.copy(CHECKPOINTS / model.card.name / FAMILIARITY, tmp_path / model.card.name)
    with pytest.raises(CheckpointRefused, match="other weights"):
        load_familiarity(replace(model.card, weights_sha256="0"), tmp_path)


def test_distance_is_one_for_a_usual_record_and_grows_with_its_departure():
    random = np.random.default_rng(0)
    trained = random.normal(size=(2000, 100)) @ random.normal(size=(100, 100))
    found = fit_familiarity(trained[:1500], trained[1500:], np.ones(500), "noise")
    assert np.median(found.distances) == pytest.approx(1, abs=0.1)
    centre = trained.mean(axis=0)
    assert found.distance(centre + 3 * (trained[0] - centre)) > 2 * found.distance(trained[0])


def test_the_encoding_does_not_depend_on_what_else_is_in_the_batch(model, twelve_lead_sample):
    lead_i = np.stack([np.sin(np.arange(1000) / step) for step in (5, 9)]).astype(np.float32)
    assert embed(model, lead_i)[1] == pytest.approx(embed(model, lead_i[1:])[0], abs=1e-5)
