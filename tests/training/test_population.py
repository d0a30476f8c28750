"""Mean beats by sex and age of a small PTB-XL, whose oldest patient is written as 300 years old."""

import numpy as np
import pytest

from ecg_core import Sex, load_model
from ecg_core.models.population import MEAN_BEAT, load_population
from ecg_core.training.closed_form import fit_mean_beat
from ecg_core.training.data import load_folds
from ecg_core.training.population import mean_beats, write_population
from ecg_core.training.rivals import TRAIN_FOLDS


@pytest.fixture(scope="module")
def records(small_ptbxl):
    return load_folds(small_ptbxl, TRAIN_FOLDS, load_model(MEAN_BEAT).card.preparation)


def test_each_group_is_the_mean_beat_of_its_own_records(records):
    groups = {group.name: group for group in mean_beats(records)}
    table = records.table
    rows = np.flatnonzero((table["sex"] == 1) & (table["age_years"] >= 60) & (table["age_years"] < 75))
    found, expected = groups["female 60-74"], fit_mean_beat(records.some(list(rows)))
    assert (found.sex, found.patients) == (Sex.FEMALE, table["patient_id"][rows].nunique())
    assert np.allclose(found.beat, expected.beat.numpy(), atol=1e-6)
    assert np.allclose(groups["both all"].beat, fit_mean_beat(records).beat.numpy(), atol=1e-6)
    assert {name.split()[1] for name in groups} == {"all", "40-59", "60-74", "75+"}
    assert groups["both 75+"].patients == table["patient_id"][table["age_years"] >= 75].nunique()


def test_an_age_that_nobody_knows_counts_among_all_ages_only(records):
    records.table.loc[:3, "age_years"] = np.nan
    groups = {group.name: group for group in mean_beats(records)}
    assert groups["both unknown"].beats > 0
    parts = sum(group.beats for group in groups.values() if group.sex is None and group.ages != "all")
    assert parts == groups["both all"].beats


def test_what_is_written_is_read_again_in_half_precision(small_ptbxl, tmp_path):
    model = load_model(MEAN_BEAT)
    (tmp_path / MEAN_BEAT).mkdir()
    *said, wrote = write_population(model, small_ptbxl, tmp_path / MEAN_BEAT)
    read = load_population(model.card, tmp_path)
    assert "population.safetensors" in wrote
    assert said == [
        f"{group.name}: {group.beats} beats of {group.patients} patients; too few to be compared with."
        for group in read
    ]
    assert {group.beat.shape for group in read} == {(7, 80)}
