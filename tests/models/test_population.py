"""The mean beats by sex and age: which one a patient is compared with, and whether they are those of everybody."""

import shutil
from dataclasses import replace

import numpy as np
import pytest

from ecg_core import EcgError, PatientMetadata, Sex, load_model
from ecg_core.models.checkpoint import CHECKPOINTS
from ecg_core.models.population import (
    ALL_AGES,
    LEAST_PATIENTS,
    MEAN_BEAT,
    POPULATION,
    group_for,
    load_population,
    model_of,
)


@pytest.fixture(scope="module")
def everybody():
    return load_model(MEAN_BEAT)


@pytest.fixture(scope="module")
def groups(everybody):
    return load_population(everybody.card)


@pytest.mark.parametrize(
    ("sex", "age_years", "name"),
    [
        (None, None, "both all"),
        (Sex.MALE, None, "male all"),
        (Sex.FEMALE, None, "female all"),
        (None, 60, "both 60-74"),
        (Sex.MALE, 18, "male 18-39"),
        (Sex.MALE, 39.9, "male 18-39"),
        (Sex.FEMALE, 40, "female 40-59"),
        (Sex.MALE, 74.9, "male 60-74"),
        (Sex.FEMALE, 75, "female 75+"),
        (Sex.FEMALE, 101, "female 75+"),
    ],
)
def test_the_group_is_that_of_the_sex_and_age_as_far_as_they_are_known(groups, sex, age_years, name):
    assert group_for(groups, PatientMetadata(sex=sex, age_years=age_years)).name == name


@pytest.mark.parametrize("sex", [None, *Sex])
def test_children_are_compared_with_nobody_since_few_were_recorded(groups, sex):
    assert group_for(groups, PatientMetadata(sex=sex, age_years=9)) is None
    assert group_for([replace(group, patients=LEAST_PATIENTS) for group in groups], PatientMetadata(age_years=9))


@pytest.mark.parametrize("parted_by", ["sex", "age", "sex and age"])
def test_the_groups_weigh_together_to_everybodys_beat(everybody, groups, parted_by):
    """Over beats; half precision keeps a beat of up to 2 mV to half a µV."""
    parts = [
        group
        for group in groups
        if ((group.sex is not None) is ("sex" in parted_by)) and ((group.ages != ALL_AGES) is ("age" in parted_by))
    ]
    together = sum(group.beats * group.beat.astype(float) for group in parts) / sum(group.beats for group in parts)
    assert len(parts) == {"sex": 2, "age": 6, "sex and age": 12}[parted_by]
    assert np.allclose(together, everybody.network.beat.numpy(), atol=6e-4)
    (all_of_them,) = (group for group in groups if group.name == "both all")
    assert sum(group.beats for group in parts) == all_of_them.beats
    assert np.allclose(all_of_them.beat, everybody.network.beat.numpy(), atol=6e-4)
    assert max(float(np.abs(group.beat - all_of_them.beat).max()) for group in parts) > 0.05


def test_a_group_is_laid_in_place_of_everybody_and_everybody_stays(everybody, groups):
    before = everybody.network.beat.numpy().copy()
    young = group_for(groups, PatientMetadata(sex=Sex.MALE, age_years=25))
    assert np.array_equal(model_of(young, everybody).network.beat.numpy(), young.beat)
    assert np.array_equal(everybody.network.beat.numpy(), before)


def test_the_file_is_small_and_belongs_to_the_weights(everybody, groups, tmp_path):
    file = CHECKPOINTS / MEAN_BEAT / POPULATION
    assert file.stat().st_size < 200_000
    assert load_population(everybody.card, tmp_path) == ()
    (tmp_path / MEAN_BEAT).mkdir()
    shutil.copy(file, tmp_path / MEAN_BEAT)
    assert [group.name for group in load_population(everybody.card, tmp_path)] == [group.name for group in groups]
    with pytest.raises(EcgError, match="ecg-core population anew"):
        load_population(replace(everybody.card, weights_sha256="other"), tmp_path)
