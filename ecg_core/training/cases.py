"""What a model makes of prepared records, one by one, with the metadata of a tier."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from torch.utils.data import DataLoader, Dataset
from tqdm import tqdm

from ecg_core.metadata import merge
from ecg_core.models.checkpoint import Model
from ecg_core.pipeline import predict
from ecg_core.records import PatientMetadata
from ecg_core.signals.beats import earlier_input
from ecg_core.training.data import Records, metadata_of
from ecg_core.training.earlier import beat_of, earlier_rows
from ecg_core.uncertainty.calibration import state_of
from ecg_core.uncertainty.mc_dropout import Moments
from ecg_core.vocabulary import ESTIMATED, LEADS, FloatArray, IntArray, Origin

__all__ = ["PRIOR_TIERS", "ROWS", "TIERS", "Case", "Spoil", "cases", "rows_of"]

ROWS = [LEADS.index(lead) for lead in ESTIMATED]
"""The estimated leads among the twelve."""
PRIOR_TIERS = ("prior-axes", "prior")
"""Tiers that need an earlier ECG: its axes alone, or its axes and its beats."""
TIERS = ("none", "wearable", *PRIOR_TIERS, "paper", "all")


@dataclass(frozen=True, eq=False)
class Case:
    """One record and what a model says of it.

    ``row`` is its number among the records; ``truth (12, sample)`` and ``moments`` are in mV; ``waves`` and ``r_peaks``
    are those of Lead I; ``state`` is the state of knowledge whose calibration holds.
    """

    row: int
    truth: FloatArray
    moments: Moments
    waves: IntArray
    r_peaks: IntArray
    state: str
    groups: frozenset[str]


def rows_of(records: Records, tier: str) -> list[int]:
    """The records that a tier can be scored on: those with an earlier ECG, or all."""
    return sorted(earlier_rows(records.table)) if tier in PRIOR_TIERS else list(range(len(records)))


def _axes_of(row: "pd.Series[float]") -> PatientMetadata:
    """R and T axis of an earlier record."""
    paper = metadata_of(row, "paper")
    origins = dict.fromkeys(("r_axis_deg", "t_axis_deg"), Origin.EARLIER)
    return PatientMetadata(r_axis_deg=paper.r_axis_deg, t_axis_deg=paper.t_axis_deg, origins=origins)


WORKERS = 2
MANY = 50
"""From so many records on, processes share the work: networks this small gain little from threads."""


Spoil = Callable[[FloatArray, int], FloatArray]
"""Lead I ``(sample,)`` in mV as prepared, and its row among the records → as it is heard instead."""


def cases(
    model: Model,
    records: Records,
    tier: str,
    *,
    passes: int,
    seed: int = 0,
    rows: list[int] | None = None,
    spoil: Spoil | None = None,
) -> Iterator[Case]:
    """Every record, or ``rows`` of them, in their order, as the pipeline estimates it with the metadata of ``tier``.

    With ``spoil`` the network hears another Lead I; waves, metadata and the truth are those of the record.
    """
    chosen = tuple(rows_of(records, tier) if rows is None else rows)
    work = _Work(model, records, tier, passes, seed, chosen, spoil)
    loader: DataLoader[Case] = DataLoader(work, batch_size=None, num_workers=WORKERS if len(work) >= MANY else 0)
    yield from tqdm(loader, desc=f"{model.card.name}, {tier}", mininterval=5)


@dataclass(frozen=True, eq=False)
class _Work(Dataset[Case]):
    """The cases by number, so that processes can share them."""

    model: Model
    records: Records
    tier: str
    passes: int
    seed: int
    rows: tuple[int, ...]
    spoil: Spoil | None

    @cached_property
    def before(self) -> dict[int, int]:
        """The earlier record of each, where the tier asks for it."""
        return earlier_rows(self.records.table) if self.tier in PRIOR_TIERS else {}

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> Case:
        row, records, model = self.rows[index], self.records, self.model
        told, laid = metadata_of(records.table.iloc[row], "wearable" if self.tier in PRIOR_TIERS else self.tier), None
        if self.tier in PRIOR_TIERS:
            told = merge(_axes_of(records.table.iloc[self.before[row]]), told)
        if self.tier == "prior":
            beat, samples = beat_of(records, self.before[row]), records.signals.shape[2]
            if beat is not None:
                laid = earlier_input(beat, records.r_peaks(row), samples, model.card.preparation.sampling_rate)
        lead_i = records.leads(slice(row, row + 1))[0, 0]
        if self.spoil is not None:
            lead_i = self.spoil(lead_i, row).astype(np.float32)
        moments = predict(lead_i, told, model, laid, passes=self.passes, seed=self.seed)
        stated = records.table["superclasses"].iloc[row]
        groups = frozenset(filter(None, stated.split(";"))) if isinstance(stated, str) else frozenset[str]()
        return Case(
            row, records.twelve(row), moments, records.waves[row], records.r_peaks(row),
            state_of(told, earlier_beat=laid is not None), groups,
        )  # fmt: skip
