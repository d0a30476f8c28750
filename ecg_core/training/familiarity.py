"""Where a network's training records lie, and how much worse it does far from them: measured on folds 1 to 8."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from ecg_core.metadata import encode
from ecg_core.models.checkpoint import Model
from ecg_core.records import PatientMetadata
from ecg_core.training.data import STORED, Records, load_folds
from ecg_core.training.release import SELECT_FOLD, TRAIN_FOLDS
from ecg_core.uncertainty.familiarity import SPOILT, Familiarity, embed, fit_familiarity
from ecg_core.vocabulary import FloatArray, Lead

__all__ = ["caught", "measure_familiarity"]

AT_ONCE = 64


def measure_familiarity(model: Model, data: Path) -> Familiarity:
    """Embed the records that ``model`` was trained on and those of fold 8, and score the latter, told nothing."""
    trained, held_out = (load_folds(data, folds, model.card.preparation) for folds in (TRAIN_FOLDS, [SELECT_FOLD]))
    seen, other = (_embedded(model, records, _lead_i) for records in (trained, held_out))
    found = fit_familiarity(seen, other, _errors(model, held_out), f"PTB-XL fold {SELECT_FOLD}")
    return replace(found, caught=caught(found, model, held_out))


def _lead_i(leads: FloatArray) -> FloatArray:
    return leads[:, 0]


SPOILING: Mapping[str, Callable[[FloatArray], FloatArray]] = dict(
    zip(
        SPOILT,
        (
            lambda leads: -leads[:, 0],
            lambda leads: 2 * leads[:, 0],
            lambda leads: leads[:, 0] / 2,
            lambda leads: leads[:, STORED.index(Lead.II)],
            lambda leads: leads[:, STORED.index(Lead.V1)],
        ),
        strict=True,
    )
)
"""What stands where Lead I should be, from ``leads (record, 8, sample)``."""


def caught(found: Familiarity, model: Model, records: Records) -> dict[str, float]:
    """The share of ``records`` that are unfamiliar, for each way to spoil them."""
    return {
        name: round(float(np.mean([found.is_unfamiliar(found.distance(one)) for one in embedded])), 4)
        for name, spoil in SPOILING.items()
        for embedded in [_embedded(model, records, spoil)]
    }


def _embedded(model: Model, records: Records, chosen: Callable[[FloatArray], FloatArray]) -> FloatArray:
    return np.concatenate([embed(model, chosen(leads)) for leads in _batches(records)])


def _batches(records: Records) -> "tqdm[FloatArray]":
    firsts = range(0, len(records), AT_ONCE)
    return tqdm([records.leads(slice(first, first + AT_ONCE)) for first in firsts], desc="encoding", mininterval=5)


@torch.inference_mode()
def _errors(model: Model, records: Records) -> FloatArray:
    """Root mean square error of the predicted leads of each record in mV, in one pass without dropout."""
    unknown = torch.from_numpy(np.asarray(encode(PatientMetadata()), np.float32))[None]
    found = []
    for leads in _batches(records):
        estimated = model.network(torch.from_numpy(leads[:, 0].copy()), unknown.expand(len(leads), -1)).mean.numpy()
        found.append(np.sqrt(np.square(estimated - leads[:, 1:]).mean(axis=(1, 2))))
    return np.concatenate(found)
