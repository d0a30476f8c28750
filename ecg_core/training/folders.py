"""Twelve-lead recordings that are not PTB-XL: LUDB, and any folder of WFDB records, prepared as PTB-XL is."""

from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import wfdb
from tqdm import tqdm

from ecg_core.errors import DataMissing, EcgError, LeadMissing, UnreadableFile
from ecg_core.limb_leads import DERIVATION, derive
from ecg_core.readers import patient_from, read
from ecg_core.readers.text import decode
from ecg_core.readers.wfdb_header import comments, parse_header
from ecg_core.records import METADATA_RANGES, Preparation, Recording
from ecg_core.signals.filters import band_pass, resample
from ecg_core.training.data import (
    STORED,
    Prepared,
    Records,
    delineated,
)
from ecg_core.training.labels import ludb_rhythm, ludb_superclasses, snomed_rhythm, snomed_superclasses
from ecg_core.vocabulary import FloatArray, Lead, Sex

__all__ = ["FolderRecords", "Kind", "kind_of", "load_folder", "load_folder_pairs", "raw_targets"]

Kind = Literal["ptb-xl", "ludb", "wfdb"]
LUDB_MV = 0.001
"""One digital step of LUDB in mV; the gains in its headers are no calibration."""
LARGEST_DISAGREEMENT = 0.3
"""A limb lead may differ from what Leads I and II make of it by this share of the larger one's standard deviation."""
RAW_RATE = 100.0
"""Rate in Hz of PTB-XL's ``records100``."""
TOO_SHORT = "shorter than one window"
NO_TWELVE = "without all of Leads I, II and V1-V6"
CONTRADICTORY = "with limb leads that contradict each other"
REFUSED = "that could not be read"
OF_PTBXL = "of PTB-XL, which models are trained on"

PTBXL = "PTB-XL"
_DATASETS = {
    "cpsc-2018": "CPSC-2018",
    "cpsc_2018": "CPSC-2018",
    "cpsc_2018_extra": "CPSC-2018 extra",
    "ptb-db": "PTB-DB",
    "ptb": "PTB-DB",
    "ptbdb": "PTB-DB",
    "ptb-xl": PTBXL,
    "georgia": "Georgia",
    "chapman_shaoxing": "Chapman-Shaoxing",
    "ningbo": "Ningbo",
    "st_petersburg_incart": "INCART",
}
"""Folders of the PhysioNet/CinC Challenges by name; any other folder's name may be a patient's and is never kept."""


@dataclass(frozen=True, eq=False)
class FolderRecords(Records):
    """Prepared pieces of the recordings of a folder, each a row as a record of PTB-XL is.

    The ``table`` has the measured metadata, age and sex of PTB-XL's, and: ``dataset``; ``patient_id``: the number of
    the recording (LUDB's own, else counted from 1); ``ecg_id``: the row, from 1; ``start`` of the piece in s;
    ``rhythm`` and ``superclasses`` (joined by ";", perhaps empty) as in `ecg_core.training.labels`; ``recording_date``,
    unknown. ``kind`` is the folder's; ``left_out`` counts the recordings that gave no row, by the reason in words.
    """

    kind: Kind
    left_out: Mapping[str, int]


def kind_of(folder: Path) -> Kind:
    """What a folder of recordings is: PTB-XL as published, LUDB as published, or else a tree of WFDB records.

    Raises `DataMissing` where it is none, and for a folder above or inside PTB-XL or LUDB, or LUDB's records without
    their table: taken for plain WFDB records, their folds and their missing calibration would go unnoticed.
    """
    if not folder.is_dir():
        raise DataMissing(f"Found no folder {folder}; expected one with recordings: check the path given with --data.")
    if (folder / "ptbxl_database.csv").is_file():
        return "ptb-xl"
    if (folder / "ludb.csv").is_file() and (folder / "data").is_dir():
        return "ludb"
    tables = ("ptbxl_database.csv", "ludb.csv")
    above = [parent for parent in folder.resolve().parents if any((parent / name).is_file() for name in tables)]
    below = [path.parent for path in folder.rglob("*.csv") if path.name in tables]
    if above or below:
        raise DataMissing(
            f"Found {folder} to be {'part of' if above else 'above'} PTB-XL or LUDB; expected the top folder of one "
            f"database: give {(above + below)[0]} with --data."
        )
    header = next(folder.rglob("*.hea"), None)
    if header is None:
        raise DataMissing(
            f"Found no ptbxl_database.csv, ludb.csv or WFDB header (.hea) in {folder}; expected PTB-XL, LUDB or a "
            "folder of twelve-lead WFDB records: give its top folder with --data."
        )
    if header.with_suffix(".avf").is_file() and header.with_suffix(".v6").is_file():
        raise DataMissing(
            f"Found LUDB's records in {folder} without ludb.csv; expected it beside the folder data, as PhysioNet "
            "publishes LUDB: give its top folder with --data."
        )
    return "wfdb"


def _headers(folder: Path, kind: Kind) -> dict[int, Path]:
    """The header of each recording by its number. Of LUDB the odd ones; the even ones stay unseen."""
    if kind == "ludb":
        numbered = {int(path.stem): path for path in (folder / "data").glob("*.hea") if path.stem.isdecimal()}
        found = {number: numbered[number] for number in sorted(numbered) if number % 2}
    elif kind == "wfdb":
        found = dict(enumerate(sorted(folder.rglob("*.hea")), 1))
    else:
        raise DataMissing(f"Found PTB-XL in {folder}; expected LUDB or a folder of WFDB records: load PTB-XL by folds.")
    if not found:
        raise DataMissing(
            f"Found no odd-numbered LUDB record in {folder / 'data'}; expected 1.hea, 1.dat and so on: copy them there."
        )
    return found


def _dataset(header: Path) -> str:
    """The database by the nearest folder above a header that is called as one of the Challenges'."""
    folders = (_DATASETS.get(part.casefold()) for part in reversed(header.resolve().parent.parts))
    return next((name for name in folders if name), "WFDB")


def _files(header: Path) -> dict[str, bytes]:
    """A header and the signal files that it names, where they are there, as `ecg_core.readers.read` takes them."""
    content = header.read_bytes()
    named = {line.file_name for line in parse_header(decode(content) or "").signals}
    others = [header.with_name(name) for name in sorted(named)]
    return {header.name: content} | {path.name: path.read_bytes() for path in others if path.is_file()}


def _read_ludb(header: Path) -> Recording:
    try:
        record = wfdb.rdrecord(str(header.with_suffix("")), physical=False)
    except (OSError, ValueError) as error:
        raise UnreadableFile("A LUDB record is damaged; copy its .hea and .dat again.") from error
    spelled = {lead.casefold(): lead for lead in Lead}
    leads = tuple(spelled[name.casefold()] for name in record.sig_name)
    return Recording(record.d_signal.T * LUDB_MV, leads, float(record.fs), "WFDB")


def _contradictory(recording: Recording) -> bool:
    """Whether a limb lead is not what Leads I and II make of it, as where each lead has a gain of its own."""
    for lead in set(DERIVATION) & set(recording.leads):
        held, expected = recording[lead], derive(lead, recording[Lead.I], recording[Lead.II])
        if np.std(held - expected) > LARGEST_DISAGREEMENT * max(np.std(held), np.std(expected)):
            return True
    return False


def _whole_windows(recording: Recording, preparation: Preparation) -> int:
    return int(recording.duration / preparation.window_seconds + 1e-9)


def _usable(header: Path, kind: Kind, preparation: Preparation) -> Recording | str:
    """The eight stored leads of a recording, or in words why it gives no row."""
    if kind == "wfdb" and _dataset(header) == PTBXL:
        return OF_PTBXL
    try:
        recording = _read_ludb(header) if kind == "ludb" else read(_files(header))
    except LeadMissing:
        return NO_TWELVE
    except EcgError:
        return REFUSED
    if not set(STORED) <= set(recording.leads):
        return NO_TWELVE
    if _contradictory(recording):
        return CONTRADICTORY
    return recording.only(*STORED) if _whole_windows(recording, preparation) else TOO_SHORT


def _prepare_recording(header: Path, kind: Kind, preparation: Preparation) -> list[Prepared] | str:
    """The ten-second pieces of one recording, or why there are none; the work of one process."""
    recording = _usable(header, kind, preparation)
    if isinstance(recording, str):
        return recording
    filtered, _ = band_pass(recording.signals, recording.sampling_rate, preparation)
    samples = round(preparation.window_seconds * preparation.sampling_rate)
    pieces = _whole_windows(recording, preparation)
    prepared = resample(filtered, recording.sampling_rate, preparation.sampling_rate, pieces * samples)
    return [delineated(piece, preparation.sampling_rate) for piece in np.split(prepared, pieces, axis=1)]


Described = dict[str, str | float | None]
"""Columns of the table that belong to a whole recording."""


def _describe_ludb(row: "pd.Series[str]") -> Described:
    """``>89`` in the column of ages becomes 90, PTB-XL's convention."""
    low, high, _ = METADATA_RANGES["age_years"]
    age = pd.to_numeric(str(row["Age"]).strip().replace(">89", "90"), errors="coerce")
    return {
        "dataset": "LUDB",
        "age_years": float(age) if low <= age <= high else None,
        "sex": {"M": 0.0, "F": 1.0}.get(str(row["Sex"]).strip()),
        "rhythm": ludb_rhythm(row),
        "superclasses": ";".join(sorted(ludb_superclasses(row))),
    }


def _describe_wfdb(header: Path) -> Described:
    """Age, sex and the Dx line of the comments, as the PhysioNet/CinC Challenges write them."""
    content = header.read_bytes()
    patient = patient_from({header.name: content})
    lines = comments(decode(content) or "")
    dx = next((line[3:] for line in lines if line.casefold().startswith("dx:")), "")
    return {
        "dataset": _dataset(header),
        "age_years": patient.age_years,
        "sex": None if patient.sex is None else float(patient.sex is Sex.FEMALE),
        "rhythm": snomed_rhythm(dx),
        "superclasses": ";".join(sorted(snomed_superclasses(dx))),
    }


def _descriptions(folder: Path, headers: Mapping[int, Path], kind: Kind) -> dict[int, Described]:
    if kind != "ludb":
        return {number: _describe_wfdb(header) for number, header in headers.items()}
    table = pd.read_csv(folder / "ludb.csv", dtype=str)
    described = {int(row["ID"]): _describe_ludb(row) for _, row in table.iterrows()}
    missing = set(headers) - set(described)
    if missing:
        raise DataMissing(
            f"Found {len(missing)} LUDB records in {folder / 'data'} that ludb.csv does not list; expected a row for "
            "each: copy ludb.csv again."
        )
    return described


def load_folder(folder: Path, preparation: Preparation, *, workers: int = 2) -> FolderRecords:
    """Prepare the recordings of LUDB (its odd ids), or of every twelve-lead WFDB record below a folder.

    Each ten seconds without overlap are a row, what remains of a recording is left out. The steps are those of PTB-XL:
    the whole recording is filtered at its own rate and resampled, then every piece is delineated and measured.

    LUDB: Kalyakulina et al. 2020, doi 10.1109/ACCESS.2020.3029211. Raises `DataMissing` where the folder holds no
    recording of which a row can be made, and for PTB-XL, which is loaded by folds.
    """
    kind = kind_of(folder)
    headers = _headers(folder, kind)
    descriptions = _descriptions(folder, headers, kind)
    prepare = partial(_prepare_recording, kind=kind, preparation=preparation)
    with ProcessPoolExecutor(workers) as pool:
        mapped = pool.map(prepare, headers.values(), chunksize=max(1, min(16, len(headers) // (4 * workers))))
        results = list(tqdm(mapped, total=len(headers), desc="preparing recordings"))
    left_out = Counter(result for result in results if isinstance(result, str))
    usable = [entry for entry in zip(headers, results, strict=True) if not isinstance(entry[1], str)]
    if not usable:
        raise DataMissing(
            f"Found {len(headers)} WFDB records in {folder} and none to use "
            f"({', '.join(f'{count} {reason}' for reason, count in left_out.items())}); expected twelve leads of at "
            f"least {preparation.window_seconds:g} s: choose another folder."
        )
    rows = []
    for number, pieces in usable:
        for index, piece in enumerate(pieces):
            start = index * preparation.window_seconds
            rows.append((piece, descriptions[number] | {"patient_id": number, "start": start}))
    return _stack(rows, kind, left_out)


def _stack(rows: list[tuple[Prepared, Described]], kind: Kind, left_out: Mapping[str, int]) -> FolderRecords:
    signals, waves, peaks, values = zip(*(piece for piece, _ in rows), strict=True)
    table = pd.concat([pd.DataFrame(list(values)).astype(float), pd.DataFrame([row for _, row in rows])], axis=1)
    table[["age_years", "sex"]] = table[["age_years", "sex"]].astype(float)
    table["ecg_id"], table["recording_date"] = np.arange(1, len(rows) + 1), pd.NaT
    return FolderRecords(np.stack(signals), np.stack(waves), np.stack(peaks), table, kind, dict(left_out))


def load_folder_pairs(
    folder: Path, preparation: Preparation, *, filtered: bool = False
) -> Iterator[tuple[Recording, int]]:
    """For each row of `load_folder` the same ten seconds at the recording's own rate, and the number of the row.

    The recording holds the eight stored leads in mV, as recorded or ``filtered`` (the whole recording, then cut).
    One recording is in memory at a time.
    """
    kind = kind_of(folder)
    row = 0
    for header in tqdm(_headers(folder, kind).values(), desc="recordings at their own rate"):
        recording = _usable(header, kind, preparation)
        if isinstance(recording, str):
            continue
        if filtered:
            signals, _ = band_pass(recording.signals, recording.sampling_rate, preparation)
            recording = Recording(signals, STORED, recording.sampling_rate, recording.source)
        for piece in range(_whole_windows(recording, preparation)):
            start = piece * preparation.window_seconds
            yield recording.between(start, start + preparation.window_seconds), row
            row += 1


def raw_targets(folder: Path, records: Records) -> Iterator[FloatArray]:
    """For each of some records of PTB-XL the eight stored leads as published, unfiltered, ``(8, 1000)`` mV at 100 Hz.

    ``folder`` is PTB-XL's top folder; the records are found by ``ecg_id``. Streams: one record is in memory at a time.
    Raises `DataMissing` where the folder lacks one of them.
    """
    if kind_of(folder) != "ptb-xl":
        raise DataMissing(
            f"Found no ptbxl_database.csv in {folder}; expected PTB-XL as PhysioNet publishes it: give its top folder "
            "with --data."
        )
    table = pd.read_csv(folder / "ptbxl_database.csv", usecols=["ecg_id", "filename_lr"])
    names: dict[int, str] = dict(zip(table["ecg_id"].tolist(), table["filename_lr"].tolist(), strict=True))
    samples = records.signals.shape[2]
    for number in records.table["ecg_id"].tolist():
        name = names.get(number)
        if name is None or not (folder / f"{name}.hea").is_file():
            raise DataMissing(
                f"Found no record {number} in {folder}; expected the records100 that it was prepared from: give that "
                "folder with --data."
            )
        record = wfdb.rdrecord(str(folder / name))
        spelled = [lead.casefold() for lead in record.sig_name]
        leads = np.nan_to_num(record.p_signal.T[[spelled.index(lead.casefold()) for lead in STORED]])
        yield resample(leads, record.fs, RAW_RATE, samples).astype(np.float32)
