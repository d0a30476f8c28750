"""What the delineation and the quality findings are worth, measured on published recordings."""

from pathlib import Path
from typing import Any

import numpy as np
import wfdb

from ecg_core.errors import DataMissing
from ecg_core.records import Preparation
from ecg_core.results import Segments
from ecg_core.signals.filters import band_pass
from ecg_core.signals.waves import find_waves
from ecg_core.vocabulary import FloatArray, IntArray

__all__ = ["delineation_on_ludb"]

TOLERANCE_SECONDS = 0.075
LUDB_MV = 0.001
"""One digital step of LUDB in mV; the gains in its headers are no calibration."""


def delineation_on_ludb(folder: Path) -> dict[str, Any]:
    """Compare `find_waves` with the cardiologists' marks in Lead I of LUDB's odd records below ``folder``.

    A bound is found where the nearest one of its kind lies within 75 ms; the error is its mean absolute distance.
    Precision is the share of complexes found between the first and the last annotated one (the annotators skipped the
    outermost beats) whose R peak lies in, or within 75 ms of, an annotated complex. Three rows: the records on which the
    constants of `ecg_core.signals.waves` were fitted (ids 1, 5, 9, ...), those on which they were checked (3, 7, 11,
    ...), and all.

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
