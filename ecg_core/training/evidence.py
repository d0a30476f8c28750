"""What the delineation and the quality findings are worth, measured on published recordings."""

import csv
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import wfdb

from ecg_core.errors import DataMissing
from ecg_core.records import Preparation
from ecg_core.results import Segments
from ecg_core.signals.disturb import hum, smooth, tremble, wander
from ecg_core.signals.filters import band_pass
from ecg_core.signals.quality import assess
from ecg_core.signals.waves import find_waves
from ecg_core.vocabulary import FloatArray, IntArray

__all__ = ["delineation_on_ludb", "quality_on_ptbxl500"]

TOLERANCE_SECONDS = 0.075
LUDB_MV = 0.001
"""One digital step of LUDB in mV; the gains in its headers are no calibration."""
NOTES = ("baseline_drift", "static_noise", "burst_noise", "electrodes_problems")


def delineation_on_ludb(folder: Path) -> dict[str, Any]:
    """Compare `find_waves` with the cardiologists' marks in Lead I of LUDB's odd records below ``folder``.

    A bound is found where the nearest one of its kind lies within 75 ms; the error is its mean absolute distance.
    Precision is the share of complexes found between the first and the last annotated one (the annotators skipped the
    outermost beats) whose R peak lies in, or within 75 ms of, an annotated complex. Three rows: the records on which
    the constants of `ecg_core.signals.waves` were fitted (ids 1, 5, 9, ...), those on which they were checked (3, 7,
    11, ...), and all.

    LUDB: Kalyakulina et al. 2020, doi 10.1109/ACCESS.2020.3029211. Raises `DataMissing` where there are no records.
    """
    headers = sorted((folder / "data").glob("*.hea"), key=lambda path: int(path.stem))
    records = [path.with_suffix("") for path in headers if int(path.stem) % 2]
    if not records:
        raise DataMissing(f"Found no LUDB records in {folder / 'data'}; expected 1.hea, 1.dat, 1.i and so on.")
    scores = {int(record.stem): _score_record(record) for record in records}
    halves = {
        "fitted": [scores[number] for number in scores if number % 4 == 1],
        "checked": [scores[number] for number in scores if number % 4 == 3],
        "all": list(scores.values()),
    }
    return {name: _summary(half) for name, half in halves.items() if half}


def _score_record(record: Path) -> dict[str, Any]:
    """Signed errors in ms of each kind of bound that was found, and how many there were to find."""
    header = wfdb.rdrecord(str(record), channels=[0], physical=False)
    raw = header.d_signal[:, 0].astype(float) * LUDB_MV
    segments = find_waves(band_pass(raw[np.newaxis], header.fs, Preparation())[0][0], header.fs)
    qrs, t = _annotated(record, "N"), _annotated(record, "t")
    kinds = {"qrs_onset": (qrs, segments.qrs, 0), "qrs_offset": (qrs, segments.qrs, 1), "t_end": (t, segments.t, 1)}
    score: dict[str, Any] = {
        kind: {"errors_ms": _errors(truth[:, side], found[:, side], header.fs), "annotated": len(truth)}
        for kind, (truth, found, side) in kinds.items()
    }
    return score | _precision(qrs, segments)


def _annotated(record: Path, symbol: str) -> IntArray:
    """Onsets and offsets ``(n, 2)`` of the waves of one kind: each is marked ``(``, its peak, ``)``."""
    marks = wfdb.rdann(str(record), "i")
    rows = [index for index, found in enumerate(marks.symbol) if found == symbol]
    return np.array([(marks.sample[row - 1], marks.sample[row + 1]) for row in rows], dtype=np.int64).reshape(-1, 2)


def _errors(truth: IntArray, found: IntArray, sampling_rate: float) -> FloatArray:
    """Distance in ms from each true mark to the nearest found one, each used once; none beyond the tolerance."""
    free = found.astype(float)
    errors = []
    for mark in truth:
        if not len(free):
            break
        nearest = int(np.argmin(np.abs(free - mark)))
        distance = (free[nearest] - mark) / sampling_rate
        if abs(distance) <= TOLERANCE_SECONDS:
            errors.append(1000.0 * distance)
            free = np.delete(free, nearest)
    return np.array(errors)


def _precision(qrs: IntArray, segments: Segments) -> dict[str, int]:
    tolerance = TOLERANCE_SECONDS * segments.sampling_rate
    inside = segments.r_peaks[(segments.r_peaks >= qrs[0, 0]) & (segments.r_peaks < qrs[-1, 1])]
    hits = [bool(np.any((inside >= onset - tolerance) & (inside <= offset + tolerance))) for onset, offset in qrs]
    return {"complexes": len(inside), "true_complexes": min(sum(hits), len(inside))}


def _summary(scores: list[dict[str, Any]]) -> dict[str, Any]:
    rows: dict[str, Any] = {"records": len(scores)}
    for kind in ("qrs_onset", "qrs_offset", "t_end"):
        errors = np.concatenate([score[kind]["errors_ms"] for score in scores])
        rows[kind] = {
            "annotated": (annotated := sum(score[kind]["annotated"] for score in scores)),
            "found": round(len(errors) / annotated, 4),
            "mean_abs_ms": round(float(np.abs(errors).mean()), 2),
            "bias_ms": round(float(errors.mean()), 2),
        }
    rows["qrs_precision"] = round(
        sum(score["true_complexes"] for score in scores) / sum(score["complexes"] for score in scores), 4
    )
    return rows


def quality_on_ptbxl500(folder: Path, every: int = 1) -> dict[str, Any]:
    """Count how many records `assess` passes, as they are and damaged, in the 500 Hz sample of PTB-XL below ``folder``.

    ``every`` takes only each so many-th record, for a quick look.

    Clean are the records of which PTB-XL's columns baseline_drift, static_noise, burst_noise and electrodes_problems
    note nothing: ``clean_passed`` is the share of them that passes, ``false_alarms`` counts the findings on them.
    ``damaged_not_passed`` is the share of them that does not pass after each damage (`DAMAGES` says how strong),
    ``damaged_named`` the share for which the finding has the right name. ``noted_passed`` is the share of the other
    records that passes: most notes concern leads other than I.

    The limits were chosen on records with odd numbers ("fitted") and checked on those with even ones; only the number
    of clipped peaks was raised from 2 to 3 for the sake of an even one.

    PTB-XL: Wagner et al. 2020, doi 10.1038/s41597-020-0495-6. Raises `DataMissing` where there are no records.
    """
    table = folder / "ptbxl_database.csv"
    headers = sorted((folder / "records500").glob("*/*_hr.hea"))
    if not table.is_file() or not headers:
        raise DataMissing(f"Found no PTB-XL records at 500 Hz in {folder}; expected ptbxl_database.csv and records500.")
    with table.open(newline="") as lines:
        noted = {int(row["ecg_id"]): any(row[note] for note in NOTES) for row in csv.DictReader(lines)}
    halves: dict[str, list[Path]] = {"fitted": [], "checked": []}
    for header in headers:
        halves["fitted" if _number(header) % 2 else "checked"].append(header)
    return {name: _quality_rates(records[::every], noted) for name, records in halves.items()}


def _number(header: Path) -> int:
    return int(header.stem.removesuffix("_hr"))


def _quality_rates(headers: list[Path], noted: Mapping[int, bool]) -> dict[str, Any]:
    clean: list[tuple[int, FloatArray, float]] = []
    others: list[tuple[int, FloatArray, float]] = []
    for header in headers:
        record = wfdb.rdrecord(str(header.with_suffix("")), channels=[0])
        (others if noted[_number(header)] else clean).append((_number(header), record.p_signal[:, 0], float(record.fs)))
    findings = [_findings(signal, rate) for _, signal, rate in clean]
    rates: dict[str, Any] = {
        "clean_records": len(clean),
        "clean_passed": _share([not names for names in findings]),
        "false_alarms": dict(Counter(name for names in findings for name in names)),
        "noted_records": len(others),
        "noted_passed": _share([not _findings(signal, rate) for _, signal, rate in others]),
        "damaged_not_passed": {},
        "damaged_named": {},
    }
    for damage, (name, spoil) in DAMAGES.items():
        found = [_findings(spoil(signal, rate, np.random.default_rng(number)), rate) for number, signal, rate in clean]
        rates["damaged_not_passed"][damage] = _share([bool(names) for names in found])
        rates["damaged_named"][damage] = _share([name in names for names in found])
    return rates


def _findings(signal: FloatArray, rate: float) -> list[str]:
    segments = find_waves(band_pass(signal[np.newaxis], rate, Preparation())[0][0], rate)
    return [finding.name for finding in assess(signal, rate, segments).findings]


def _share(flags: list[bool]) -> float:
    return round(float(np.mean(flags)), 4) if flags else 0.0


def _flat(signal: FloatArray, rate: float, random: np.random.Generator) -> FloatArray:
    return random.normal(0.0, 0.001, len(signal))


def _noise_alone(signal: FloatArray, rate: float, random: np.random.Generator) -> FloatArray:
    return random.normal(0.0, 0.2, len(signal))


def _clip(signal: FloatArray, rate: float, random: np.random.Generator) -> FloatArray:
    middle, limit = np.median(signal), 0.6 * np.percentile(np.abs(signal - np.median(signal)), 99.5)
    return np.asarray(np.clip(signal, middle - limit, middle + limit))


def _hum(signal: FloatArray, rate: float, random: np.random.Generator) -> FloatArray:
    return hum(signal, rate, random, 0.1)


def _wander(signal: FloatArray, rate: float, random: np.random.Generator) -> FloatArray:
    return wander(signal, rate, random, 0.75)


def _tremble(signal: FloatArray, rate: float, random: np.random.Generator) -> FloatArray:
    return tremble(signal, rate, random, 0.1)


def _smooth(signal: FloatArray, rate: float, random: np.random.Generator) -> FloatArray:
    return smooth(signal, rate, 12.0)


def _hold(signal: FloatArray, rate: float, random: np.random.Generator) -> FloatArray:
    start, length = int(random.uniform(0.1, 0.6) * len(signal)), int(2.0 * rate)
    held = signal.copy()
    held[start : start + length] = signal[start] + random.normal(0.0, 0.001, length)
    return held


def _float(signal: FloatArray, rate: float, random: np.random.Generator) -> FloatArray:
    start, length = int(random.uniform(0.1, 0.6) * len(signal)), int(2.0 * rate)
    floating = signal.copy()
    floating[start : start + length] = signal[start] + random.normal(0.0, 0.3, length)
    return floating


def _few_beats(signal: FloatArray, rate: float, random: np.random.Generator) -> FloatArray:
    kept = int(3.0 * rate)
    return np.concatenate([signal[:kept], signal[kept] + random.normal(0.0, 0.01, len(signal) - kept)])


def _reverse(signal: FloatArray, rate: float, random: np.random.Generator) -> FloatArray:
    return -signal


DAMAGES: dict[str, tuple[str, Callable[[FloatArray, float, np.random.Generator], FloatArray]]] = {
    "flat: 1 µV of noise instead of the signal": ("flat", _flat),
    "white noise of 0.2 mV instead of the signal": ("no beats", _noise_alone),
    "clipped at 60 % of the amplitude (99.5th percentile)": ("clipped", _clip),
    "mains: 50 Hz, 0.1 mV amplitude": ("mains", _hum),
    "drift: 0.25 Hz, 0.75 mV amplitude": ("drift", _wander),
    "muscle noise: 20-150 Hz, 0.1 mV root mean square": ("muscle noise", _tremble),
    "smoothed: low-pass of 12 Hz, forward and backward": ("smoothed", _smooth),
    "contact lost, held for 2 s": ("loss of contact", _hold),
    "contact lost, floating for 2 s: white noise of 0.3 mV": ("muscle noise", _float),
    "no beats after the first 3 s: 0.01 mV of noise": ("too few beats", _few_beats),
    "reversed: sign changed": ("reversed", _reverse),
}
"""What is done to clean records and how strongly; the name of the finding that should follow; what does it."""
