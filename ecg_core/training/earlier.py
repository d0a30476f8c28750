"""The earlier ECG in training: another record of the same patient, or a disturbed beat of the same record."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ecg_core.errors import DataMissing
from ecg_core.metadata import FEATURES
from ecg_core.signals.beats import earlier_input, median_beat
from ecg_core.training.data import Records
from ecg_core.vocabulary import FloatArray, IntArray

__all__ = [
    "beat_of",
    "draw_earlier_beat",
    "earlier_axes",
    "earlier_rows",
    "other_records",
    "turned_axes",
    "with_earlier",
]

OTHER_RECORD_SHARE, OWN_BEATS_SHARE = 0.7, 0.35
"""How many records are given an earlier ECG: of those whose patient has another record, and of the rest."""
GAIN_SPREAD, MIX_SPREAD, T_SPREAD = 0.25, 0.1, 0.2
"""How far a beat of the same record is disturbed: each lead's gain, leaking of leads into each other (electrodes placed
elsewhere), and what follows QRS."""
AXIS_SPREAD_DEG = 12.0
"""How far an axis is moved that stands for one of an earlier ECG (median change between two ECGs: 7°)."""
RATE = 100.0
AXES = [FEATURES.index(f"{wave}_axis_{part}") for wave in ("r", "t") for part in ("cos", "sin")]
AXES_KNOWN = [FEATURES.index(f"{wave}_axis_deg_known") for wave in ("r", "t")]
EARLIER = FEATURES.index("axes_earlier")


def other_records(table: pd.DataFrame) -> list[IntArray]:
    """For each record the rows of the other records of the same patient."""
    patients = table["patient_id"].to_numpy()
    rows = {patient: np.flatnonzero(patients == patient) for patient in np.unique(patients)}
    return [rows[patient][rows[patient] != row] for row, patient in enumerate(patients)]


def earlier_rows(table: pd.DataFrame) -> dict[int, int]:
    """For each record that has one the row of the latest record of the same patient made before it."""
    dates = pd.to_datetime(table["recording_date"])
    found = {}
    for row, others in enumerate(other_records(table)):
        before = [other for other in others if dates[other] < dates[row]]
        if before:
            found[row] = int(max(before, key=lambda other: dates[other]))
    return found


def beat_of(records: Records, row: int, beats: IntArray | None = None) -> FloatArray | None:
    """Median beat of the eight stored leads, ``(8, sample)`` in mV at the records' rate, of all or some ``beats``."""
    peaks = records.r_peaks(row) if beats is None else beats
    return median_beat(records.leads(slice(row, row + 1))[0], peaks, RATE, RATE)


def draw_earlier_beat(records: Records, row: int, others: IntArray, random: np.random.Generator) -> FloatArray | None:
    """The beat that stands for an earlier ECG of one record in training, or None for no earlier ECG.

    That of another record of the same patient where there is one, else of a few beats of the same record, disturbed.
    """
    if len(others):
        return beat_of(records, int(random.choice(others))) if random.random() < OTHER_RECORD_SHARE else None
    if random.random() >= OWN_BEATS_SHARE:
        return None
    peaks = records.r_peaks(row)
    half = peaks[: len(peaks) // 2] if random.random() < 0.5 else peaks[len(peaks) // 2 :]
    beat = beat_of(records, row, half)
    return None if beat is None else disturb(beat, random)


def disturb(beat: FloatArray, random: np.random.Generator) -> FloatArray:
    """A beat ``(8, sample)`` as it might have been at another time: other gains, electrodes elsewhere, another T."""
    leads = len(beat)
    mix = np.diag(np.exp(random.normal(0, GAIN_SPREAD, leads))) + random.normal(0, MIX_SPREAD, (leads, leads))
    after_qrs = np.arange(beat.shape[1]) > (0.3 + 0.08) * RATE
    changed: FloatArray = (mix @ beat) * np.where(after_qrs, np.exp(random.normal(0, T_SPREAD)), 1.0)
    return changed


def earlier_axes(
    known: FloatArray, features: FloatArray, others: Sequence[IntArray], random: np.random.Generator
) -> FloatArray:
    """In a third of the records, axes as an earlier ECG would have given them, flagged as such.

    ``known (row, feature)`` is what these records are told, ``features`` what all records could be told; from another
    record of the same patient where there is one, else the record's own, moved at random.
    """
    told = known.copy()
    for row in np.flatnonzero(random.random(len(known)) < 1 / 3).tolist():
        if not told[row, AXES_KNOWN[0]]:
            continue
        if len(others[row]):
            columns = [column for column in (*AXES, *AXES_KNOWN) if known[row, column] != 0]
            told[row, columns] = features[int(random.choice(others[row])), columns]
        else:
            moved = random.laplace(0, AXIS_SPREAD_DEG, (1, 2))
            told[row, AXES] = turned_axes(known[[row]][:, AXES], moved)[0]
        told[row, EARLIER] = told[row, AXES_KNOWN[0]]
    return told


def turned_axes(axes: FloatArray, degrees: FloatArray) -> FloatArray:
    """Cosine and sine of both axes, ``(row, 4)`` as in `AXES`, each turned by its own of ``degrees (row, 2)``.

    >>> turned_axes(np.array([[1.0, 0.0, 0.0, 1.0]]), np.array([[90.0, 0.0]])).round(3).tolist()
    [[0.0, 1.0, 0.0, 1.0]]
    """
    x, y = axes[:, 0::2], axes[:, 1::2]
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.stack([x * cos - y * sin, x * sin + y * cos], axis=2).reshape(axes.shape)


def with_earlier(records: Records) -> tuple[Records, FloatArray]:
    """The records that have an earlier one of the same patient, and what a network is given of it.

    The second is ``(record, EARLIER_CHANNELS, sample)``.
    """
    found = {row: beat_of(records, before) for row, before in earlier_rows(records.table).items()}
    rows = [row for row, beat in found.items() if beat is not None]
    if not rows:
        raise DataMissing(
            "Found no patient with an earlier record among those to select on; expected some: choose a larger fold."
        )
    some = records.some(rows)
    samples = records.signals.shape[2]
    inputs = [
        earlier_input(beat, records.r_peaks(row), samples, RATE) for row, beat in found.items() if beat is not None
    ]
    return some, np.stack(inputs)
