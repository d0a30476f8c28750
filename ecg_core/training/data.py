"""PTB-XL in its published layout, prepared once and cached beside the data."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import wfdb
from tqdm import tqdm

from ecg_core.errors import DataMissing
from ecg_core.limb_leads import twelve
from ecg_core.metadata import MEASURED_ON_LEAD_I, from_measurements, measure_twelve_leads
from ecg_core.records import METADATA_RANGES, PatientMetadata, Preparation, Recording
from ecg_core.signals.filters import band_pass, resample
from ecg_core.signals.intervals import measure
from ecg_core.signals.waves import find_waves, label_waves
from ecg_core.training.labels import load_statements, rhythm, superclasses
from ecg_core.vocabulary import PREDICTED, FloatArray, IntArray, Lead, Origin, Sex

__all__ = ["FEMALE", "STORED", "Prepared", "Records", "delineated", "load_folds", "metadata_of"]

STORED = (Lead.I, *PREDICTED)
"""The leads that are kept; the other four follow exactly."""
FEMALE = 1
"""How PTB-XL writes the sex."""
CACHE_VERSION = 3
MICROVOLTS = 1000.0
MOST_BEATS = 60
"""Room for so many R peaks a record; more than any heart makes in ten seconds."""


@dataclass(frozen=True, eq=False)
class Records:
    """Prepared records of ten seconds.

    ``signals (record, 8, sample)`` int16 in µV, leads as in `STORED`; ``waves (record, sample)``: index into
    ``tuple(Wave)``, from the measured Lead I; ``peaks (record, MOST_BEATS)``: samples of the R peaks of Lead I, filled
    up with -1; ``table``: one row a record with its ``ecg_id``, ``patient_id``, ``scp_codes``, ``superclasses`` (joined
    by ";"), ``rhythm``, ``recording_date``, age, sex and the measured metadata, over twelve leads under the names of
    `PatientMetadata`, on Lead I alone with ``_i`` behind them.
    """

    signals: IntArray
    waves: IntArray
    peaks: IntArray
    table: pd.DataFrame

    def __len__(self) -> int:
        return len(self.table)

    def leads(self, rows: IntArray | slice) -> FloatArray:
        """The eight stored leads of some records in mV, ``(record, 8, sample)`` float32."""
        return self.signals[rows].astype(np.float32) / np.float32(MICROVOLTS)

    def twelve(self, row: int) -> FloatArray:
        """All leads of one record in mV, ``(12, sample)``."""
        stored = self.leads(slice(row, row + 1))[0]
        return twelve(stored[0], stored[1:])

    def some(self, rows: Sequence[int]) -> "Records":
        """These records alone, in this order."""
        chosen = np.asarray(rows, dtype=np.int64)
        table = self.table.iloc[chosen].reset_index(drop=True)
        return Records(self.signals[chosen], self.waves[chosen], self.peaks[chosen], table)

    def r_peaks(self, row: int) -> IntArray:
        """Samples of the R peaks of one record, ``(beat,)``."""
        own: IntArray = self.peaks[row]
        return own[own >= 0]


MEASURED_ON_TWELVE = ("ventricular_rate", "qrs_ms", "qrs_count", "r_axis_deg", "t_axis_deg")


def metadata_of(row: "pd.Series[float]", tier: str) -> PatientMetadata:
    """What a network is told of one record in a metadata tier.

    ``none``; ``wearable``: age, sex and what Lead I itself gives; ``paper``: the five of Nakanishi et al. measured on
    the same twelve leads; ``all``: these and age and sex.
    """
    if tier == "none":
        return PatientMetadata()
    values: dict[str, object] = {}
    if tier in ("wearable", "all"):
        if pd.notna(row["age_years"]):
            values["age_years"] = float(row["age_years"])
        if pd.notna(row["sex"]):
            values["sex"] = Sex.FEMALE if row["sex"] == FEMALE else Sex.MALE
    names, suffix = (MEASURED_ON_LEAD_I, "_i") if tier == "wearable" else (MEASURED_ON_TWELVE, "")
    for name in names:
        if pd.notna(row[name + suffix]):
            values[name] = float(row[name + suffix])
    origin = Origin.LEAD_I if tier == "wearable" else Origin.TWELVE_LEADS
    return PatientMetadata(**values, origins=dict.fromkeys(names, origin))  # type: ignore[arg-type]


Prepared = tuple[IntArray, IntArray, IntArray, dict[str, float | None]]
"""Signals, waves and R peaks as in `Records`, and the measured metadata, of one record."""


def _prepare_record(task: tuple[str, Preparation]) -> Prepared:
    """Read, filter, delineate and measure one record; the work of one process."""
    path, preparation = task
    record = wfdb.rdrecord(path)
    names = [name.upper() for name in record.sig_name]
    raw = np.nan_to_num(record.p_signal.T[[names.index(lead.upper()) for lead in STORED]])
    filtered, _ = band_pass(raw, record.fs, preparation)
    rate = preparation.sampling_rate
    return delineated(resample(filtered, record.fs, rate, round(preparation.window_seconds * rate)), rate)


def delineated(prepared: FloatArray, rate: float) -> Prepared:
    """Find the waves of ten prepared seconds, ``(8, sample)`` in mV with leads as in `STORED`, and measure on them."""
    segments = find_waves(prepared[0], rate)
    measured = measure_twelve_leads(Recording(prepared, STORED, rate, "prepared"), segments)
    on_lead_i = from_measurements(measure(segments, prepared.shape[1]))
    values = {name: getattr(measured, name) for name in MEASURED_ON_TWELVE}
    values |= {f"{name}_i": getattr(on_lead_i, name) for name in MEASURED_ON_LEAD_I}
    microvolts = np.clip(np.round(prepared * MICROVOLTS), -32767, 32767).astype(np.int16)
    peaks = np.full(MOST_BEATS, -1, np.int16)
    peaks[: len(segments.r_peaks)] = segments.r_peaks
    return microvolts, label_waves(segments, prepared.shape[1]), peaks, values


def _database(folder: Path) -> pd.DataFrame:
    path = folder / "ptbxl_database.csv"
    if not path.is_file():
        raise DataMissing(
            f"Found no ptbxl_database.csv in {folder}; expected PTB-XL as PhysioNet publishes it: give its top folder "
            "with --data."
        )
    return pd.read_csv(path)


def _known_age(ages: "pd.Series[float]") -> "pd.Series[float]":
    """Ages in years; PTB-XL writes 300 for everybody over 89, kept here as 90 (its own convention for them)."""
    low, high, _ = METADATA_RANGES["age_years"]
    return ages.where(ages != 300, 90).where(lambda age: (age >= low) & (age <= high))


def _load_fold(folder: Path, rows: pd.DataFrame, preparation: Preparation, workers: int) -> Records:
    tasks = [(str(folder / name), preparation) for name in rows["filename_lr"]]
    with ProcessPoolExecutor(workers) as pool:
        fold = int(rows["strat_fold"].iloc[0])
        done = list(
            tqdm(pool.map(_prepare_record, tasks, chunksize=32), total=len(tasks), desc=f"preparing fold {fold}")
        )
    signals, waves, peaks, values = zip(*done, strict=True)
    table = pd.DataFrame(list(values)).astype(float)
    table["age_years"], table["sex"] = _known_age(rows["age"]).to_numpy(), rows["sex"].to_numpy()
    for column in ("ecg_id", "patient_id", "scp_codes", "recording_date"):
        table[column] = rows[column].to_numpy()
    return Records(np.stack(signals), np.stack(waves), np.stack(peaks), table)


def load_folds(folder: Path, folds: Iterable[int], preparation: Preparation, *, workers: int = 2) -> Records:
    """Load whole folds of PTB-XL, from the cache ``FOLDER/ecg_core_cache`` where they have been prepared before.

    The cache is keyed by the preparation, so that another one never gets the wrong signals. Raises `DataMissing`
    where the folder does not hold PTB-XL; fold 10 is kept apart for independent evaluation and refused.
    """
    folds = tuple(folds)
    if 10 in folds:
        raise DataMissing(
            "Found fold 10 among the folds; it is kept apart for independent evaluation: choose from 1 to 9."
        )
    database = _database(folder)
    key = hashlib.sha256(json.dumps([CACHE_VERSION, asdict(preparation)]).encode()).hexdigest()[:12]
    cache = folder / "ecg_core_cache" / key
    cache.mkdir(parents=True, exist_ok=True)
    parts = []
    for fold in folds:
        arrays, measured = cache / f"fold{fold}.npz", cache / f"fold{fold}.csv"
        if not (arrays.is_file() and measured.is_file()):
            rows = database[database["strat_fold"] == fold]
            if rows.empty:
                raise DataMissing(f"Found no record of fold {fold} in {folder}; expected PTB-XL's folds 1 to 9.")
            records = _load_fold(folder, rows, preparation, workers)
            np.savez(arrays, signals=records.signals, waves=records.waves, peaks=records.peaks)
            records.table.to_csv(measured, index=False)
        with np.load(arrays) as saved:
            parts.append(Records(saved["signals"], saved["waves"], saved["peaks"], pd.read_csv(measured)))
    table = pd.concat([part.table for part in parts], ignore_index=True)
    statements = load_statements(folder)
    table["superclasses"] = [";".join(sorted(superclasses(codes, statements))) for codes in table["scp_codes"]]
    table["rhythm"] = [rhythm(codes) for codes in table["scp_codes"]]
    return Records(
        np.concatenate([part.signals for part in parts]),
        np.concatenate([part.waves for part in parts]),
        np.concatenate([part.peaks for part in parts]),
        table,
    )
