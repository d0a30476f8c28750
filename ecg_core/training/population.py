"""The mean beats of PTB-XL's training folds by sex and age."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from ecg_core.models.checkpoint import Model
from ecg_core.models.population import AGE_UNKNOWN, AGES, ALL_AGES, LEAST_PATIENTS, Group, ages_of, save_population
from ecg_core.training.closed_form import sum_beats
from ecg_core.training.data import FEMALE, Records, load_folds
from ecg_core.training.rivals import TRAIN_FOLDS
from ecg_core.vocabulary import Sex

__all__ = ["mean_beats", "write_population"]


def write_population(model: Model, data: Path, folder: Path) -> Iterable[str]:
    """Average folds 1-7 of PTB-XL below ``data`` by sex and age and write that beside ``model`` into ``folder``.

    ``model`` is the mean beat of the same records. Says what was written, group by group.
    """
    groups = mean_beats(load_folds(data, TRAIN_FOLDS, model.card.preparation))
    for group in groups:
        few = "" if group.patients >= LEAST_PATIENTS else "; too few to be compared with"
        yield f"{group.name}: {group.beats} beats of {group.patients} patients{few}."
    yield f"Wrote {save_population(groups, model.card, folder)}."


def mean_beats(records: Records) -> tuple[Group, ...]:
    """The mean beat of every sex and group of age, of both sexes and of all ages.

    A patient who was recorded at several ages counts in each group of theirs. A group without a beat is left out.
    """
    sums, counts = sum_beats(records)  # (record, 7, 80), (record,)
    female = records.table["sex"].to_numpy() == FEMALE
    ages = np.array([ages_of(age) for age in records.table["age_years"]])
    patients = records.table["patient_id"].to_numpy()
    every = np.ones(len(records), bool)
    groups = []
    for sex, of_sex in ((None, every), (Sex.MALE, ~female), (Sex.FEMALE, female)):
        for name in (ALL_AGES, *AGES, AGE_UNKNOWN):
            rows = of_sex & (counts > 0) & (every if name == ALL_AGES else ages == name)
            if rows.any():
                beats = int(counts[rows].sum())
                groups.append(Group(sex, name, len(np.unique(patients[rows])), beats, sums[rows].sum(axis=0) / beats))
    return tuple(groups)
