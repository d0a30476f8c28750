"""The mean beats of groups of patients by sex and age: what an estimate can be compared with.

None of them is a normal beat: the records that were averaged are of patients with findings of every kind and without.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from safetensors.numpy import save

from ecg_core.errors import CheckpointRefused
from ecg_core.models.checkpoint import CHECKPOINTS, Model
from ecg_core.models.mean_beat import MeanBeat
from ecg_core.records import PatientMetadata
from ecg_core.results import ModelCard
from ecg_core.vocabulary import FloatArray, Sex

__all__ = [
    "AGES",
    "AGE_UNKNOWN",
    "ALL_AGES",
    "LEAST_PATIENTS",
    "MEAN_BEAT",
    "POPULATION",
    "Group",
    "ages_of",
    "group_for",
    "load_population",
    "model_of",
    "save_population",
]

MEAN_BEAT = "mean-beat"
"""The model that lays the same beat for every patient."""
POPULATION = "population.safetensors"
"""Beside its checkpoint: the mean beats of groups, as ``ecg-core population`` averaged them."""
AGES = ("0-17", "18-39", "40-59", "60-74", "75+")
"""Groups of age in whole years. Children are apart: their beats are not those of young adults."""
FROM_YEARS = (0, 18, 40, 60, 75)
ALL_AGES, AGE_UNKNOWN = "all", "unknown"
LEAST_PATIENTS = 100
"""The mean beat of fewer patients is not compared with."""


@dataclass(frozen=True, eq=False)
class Group:
    """The mean beat of some patients: ``beat (7, 80)`` in mV at 100 Hz, as in `MeanBeat`.

    ``sex``: None where both are averaged; ``ages``: one of `AGES`, `ALL_AGES` or `AGE_UNKNOWN`; ``patients`` and
    ``beats``: over how many it is the mean.
    """

    sex: Sex | None
    ages: str
    patients: int
    beats: int
    beat: FloatArray

    @property
    def name(self) -> str:
        """The name in the file: the sex or ``both``, and the ages."""
        return f"{self.sex or 'both'} {self.ages}"


def ages_of(age_years: float | None) -> str:
    """The group of an age in years.

    >>> ages_of(59.5), ages_of(75), ages_of(None)
    ('40-59', '75+', 'unknown')
    """
    if age_years is None or np.isnan(age_years):
        return AGE_UNKNOWN
    return AGES[int(np.searchsorted(FROM_YEARS, age_years, side="right")) - 1]


def group_for(groups: Sequence[Group], metadata: PatientMetadata) -> Group | None:
    """The group of a patient, by sex and age as far as they are known; None where it has too few patients.

    What is not known is not guessed: the group then holds both sexes, or all ages.

    >>> from ecg_core import load_model
    >>> groups = load_population(load_model(MEAN_BEAT).card)
    >>> [group_for(groups, told).name for told in (PatientMetadata(age_years=63, sex=Sex.MALE), PatientMetadata())]
    ['male 60-74', 'both all']
    """
    ages = ALL_AGES if metadata.age_years is None else ages_of(metadata.age_years)
    found = (group for group in groups if (group.sex, group.ages) == (metadata.sex, ages))
    return next((group for group in found if group.patients >= LEAST_PATIENTS), None)


def model_of(group: Group, everybody: Model) -> Model:
    """The model `MEAN_BEAT`, given as ``everybody``, with the beat of a group in place of everybody's.

    Its card, and so its calibration, stays everybody's: only the mean of what it estimates may be used.
    """
    network = MeanBeat(features=len(everybody.card.features))
    network.beat.data.copy_(torch.from_numpy(group.beat))
    return Model(network.eval(), everybody.card)


def save_population(groups: Sequence[Group], card: ModelCard, folder: Path) -> Path:
    """Write them in half precision beside the checkpoint of ``card`` in ``folder``."""
    said = {
        "weights_sha256": card.weights_sha256,
        "groups": [
            {"sex": group.sex, "ages": group.ages, "patients": group.patients, "beats": group.beats} for group in groups
        ],
    }
    file = folder / POPULATION
    beats = {group.name: group.beat.astype(np.float16) for group in groups}
    file.write_bytes(save(beats, metadata={"population": json.dumps(said)}))
    return file


def load_population(card: ModelCard, folder: Path = CHECKPOINTS) -> tuple[Group, ...]:
    """The groups that were averaged for the model `MEAN_BEAT`; none where nobody has averaged them.

    Raises `CheckpointRefused` where the file was made with other weights than those of ``card``.

    >>> from ecg_core import load_model
    >>> sum(group.sex is None for group in load_population(load_model(MEAN_BEAT).card))
    7
    """
    file = folder / card.name / POPULATION
    if not file.is_file():
        return ()
    with safe_open(file, "numpy") as content:
        said = json.loads((content.metadata() or {})["population"])
        beats = {name: content.get_tensor(name).astype(np.float32) for name in content.keys()}  # noqa: SIM118
    if said["weights_sha256"] != card.weights_sha256:
        raise CheckpointRefused(
            f"Found {POPULATION} of {card.name} made with other weights; expected those of its card: run ecg-core "
            "population anew."
        )
    return tuple(_group_from(one, beats) for one in said["groups"])


def _group_from(said: dict[str, object], beats: dict[str, FloatArray]) -> Group:
    sex = None if said["sex"] is None else Sex(str(said["sex"]))
    name = f"{sex or 'both'} {said['ages']}"
    return Group(sex, str(said["ages"]), int(str(said["patients"])), int(str(said["beats"])), beats[name])
