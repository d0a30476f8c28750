"""Recordings too long to be held as twelve leads: analysed stretch by stretch, and summed up minute by minute.

Each stretch is filtered, delineated and reconstructed together with what lies around it, so that nothing shows where
two of them meet. Rate, QRS duration and count are measured on each stretch anew: over a day they change.
"""

from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from threading import Event, Lock

import numpy as np
import torch

from ecg_core.metadata import from_measurements, merge
from ecg_core.models.checkpoint import Model
from ecg_core.pipeline import reconstruct
from ecg_core.records import EarlierEcg, PatientMetadata, Preparation, Recording
from ecg_core.results import Examination, Reconstruction, Segments
from ecg_core.signals.filters import band_pass
from ecg_core.signals.intervals import measure
from ecg_core.signals.quality import assess
from ecg_core.signals.waves import find_waves
from ecg_core.vocabulary import ESTIMATED, LEADS, FloatArray, Lead, Verdict

__all__ = ["LONG_SECONDS", "Minute", "Stretch", "analyse_stretches"]

LONG_SECONDS = 1800.0
"""What lasts longer is better analysed in stretches: twelve leads with their doubt take up to a gigabyte an hour."""
STRETCH_SECONDS, AROUND_SECONDS, MINUTE_SECONDS = 1200.0, 60.0, 60.0
"""A stretch, and what is looked at before and after it: whole numbers of the minutes in which waves are sought, and the
first also of the network's windows, so that both lie as they would over the whole recording."""
LOOK_SECONDS = 0.1
"""So often is ``progress`` called."""
_DELINEATING = Lock()
"""Delineation is Python's own work, which threads cannot share, and it switches warnings off for the whole process."""


@dataclass(frozen=True)
class Minute:
    """One minute of a long recording, from ``start`` in s: what Lead I shows, and how large the doubt is.

    ``verdict`` on its quality and the names of its ``findings``; ``ventricular_rate`` in beats per minute, None without
    beats; ``half_width_mv``: half the width of the band, mean over estimated leads and time, None where the verdict
    is to stop.
    """

    start: float
    verdict: Verdict
    findings: tuple[str, ...]
    ventricular_rate: float | None
    half_width_mv: float | None


@dataclass(frozen=True, eq=False)
class Stretch:
    """A stretch of a long recording that begins at its sample ``first``; times in it begin at zero.

    ``metadata`` is what the network was told of it. In a minute whose verdict is to stop the estimated leads of
    ``reconstruction`` are withheld: NaN.
    """

    first: int
    examination: Examination
    metadata: PatientMetadata
    reconstruction: Reconstruction
    minutes: tuple[Minute, ...]


def analyse_stretches(
    recording: Recording,
    metadata: PatientMetadata | None = None,
    *,
    model: Model,
    earlier: EarlierEcg | None = None,
    measure_lead_i: bool = True,
    passes: int = 10,
    seed: int = 0,
    coverage: float = 0.9,
    stretch_seconds: float = STRETCH_SECONDS,
    threads: int = 1,
    progress: Callable[[float], None] | None = None,
) -> Generator[Stretch]:
    """Analyse Lead I of ``recording`` stretch by stretch, in order, ``threads`` of them at a time.

    The arguments are those of `ecg_core.analyse`, which gives the same numbers where ``measure_lead_i`` is off and the
    rate is a whole number of Hz; but where that refuses a recording, this withholds minutes. ``progress`` is called
    with the share done. To close the iterator, or to raise in ``progress``, ends the work within a window.

    >>> from pathlib import Path
    >>> from ecg_core import load_model, read
    >>> strip = read({"a.edf": Path("sample_data/A0010_lead_I.edf").read_bytes()})
    >>> [(one.first, one.reconstruction.mean.shape) for one in analyse_stretches(strip, model=load_model(), passes=2)]
    [(0, (12, 5000))]
    """
    told = metadata or PatientMetadata()
    if earlier is not None:
        told = merge(told, earlier.axes)
    bounds = _bounds(recording, stretch_seconds)
    shares, stopped = [0.0] * len(bounds), Event()

    def note(number: int, share: float) -> None:
        shares[number] = share
        if stopped.is_set():
            raise _Stopped

    def work(number: int) -> Stretch:
        note(number, 0.0)
        return _stretch(
            recording, bounds[number], told, model.card.preparation, measure_lead_i=measure_lead_i,
            make=partial(reconstruct, model=model, earlier=earlier, passes=passes, seed=seed, coverage=coverage,
                         progress=partial(note, number)),
        )  # fmt: skip

    alone = partial(torch.set_num_threads, 1)
    with ThreadPoolExecutor(threads, initializer=alone if threads > 1 else None) as pool:
        waiting: deque[Future[Stretch]] = deque()
        try:
            for number in range(len(bounds) + threads):  # one more than are at work waits for a free thread
                if number < len(bounds):
                    waiting.append(pool.submit(work, number))
                if number >= threads:
                    while not wait((waiting[0],), LOOK_SECONDS).done:
                        _tell(progress, shares)
                    yield waiting.popleft().result()
                    _tell(progress, shares)
        finally:
            stopped.set()
            for future in waiting:
                future.cancel()


class _Stopped(Exception):
    """Ends the work on a stretch that nobody waits for any more."""


def _tell(progress: Callable[[float], None] | None, shares: list[float]) -> None:
    if progress is not None:
        progress(sum(shares) / len(shares))


def _bounds(recording: Recording, stretch_seconds: float) -> list[tuple[int, int]]:
    """First sample of each stretch and that after its last; a last one of less than half goes with that before."""
    samples, rate = recording.signals.shape[1], recording.sampling_rate
    count = max(1, int(samples / rate / stretch_seconds + 0.5))
    return list(pairwise([*(round(number * stretch_seconds * rate) for number in range(count)), samples]))


def _stretch(
    recording: Recording,
    bounds: tuple[int, int],
    told: PatientMetadata,
    preparation: Preparation,
    *,
    measure_lead_i: bool,
    make: Callable[..., Reconstruction],
) -> Stretch:
    (first, last), rate = bounds, recording.sampling_rate
    before = min(first, round(AROUND_SECONDS * rate))
    raw = recording[Lead.I][first - before : last + round(AROUND_SECONDS * rate)]
    with _DELINEATING:
        filtered, removed = band_pass(raw[None], rate, preparation)
        around = find_waves(filtered[0], rate)
        within = (before, before + last - first)
        segments, own = around.between(*within), slice(*within)
        minutes = _minutes(raw[own], segments)
        quality = assess(raw[own], rate, segments)
    examination = Examination(filtered[0, own], rate, quality, segments, measure(segments, last - first), removed)
    metadata = merge(told, from_measurements(examination.measurements)) if measure_lead_i else told
    result = make(filtered[0], around, metadata, within=within)
    return Stretch(first, examination, metadata, *_withheld(result, minutes, first / rate))


def _minutes(raw: FloatArray, segments: Segments) -> list[tuple[slice, Minute]]:
    """Each minute of a stretch: its samples, and what is known of it before the network."""
    rate = segments.sampling_rate
    starts = np.arange(0, max(len(raw) - round(MINUTE_SECONDS * rate / 2), 1), round(MINUTE_SECONDS * rate))
    found = []
    for first, last in pairwise([*starts.tolist(), len(raw)]):
        own = segments.between(first, last)
        if len(own.r_peaks) < 2:  # as a recording of this minute alone would be judged
            own = Segments.none(rate, own.not_delineated or "no QRS complexes stand out of the signal")
        quality = assess(raw[first:last], rate, own)
        names = tuple(finding.name for finding in quality.findings)
        beats = measure(own, last - first).ventricular_rate
        found.append((slice(first, last), Minute(first / rate, quality.verdict, names, beats, None)))
    return found


def _withheld(
    result: Reconstruction, minutes: list[tuple[slice, Minute]], start: float
) -> tuple[Reconstruction, tuple[Minute, ...]]:
    """The estimate without the minutes that cannot be used, and the minutes with how large the doubt is."""
    rows = [result.row(lead) for lead in ESTIMATED]
    half_widths = (result.high - result.low)[rows].mean(axis=0) / 2
    known, unusable = [], np.zeros(len(half_widths), bool)
    for own, minute in minutes:
        unusable[own] = minute.verdict is Verdict.STOP
        half_width = None if unusable[own].all() else float(half_widths[own].mean())
        known.append(replace(minute, start=start + minute.start, half_width_mv=half_width))
    if unusable.any():
        hidden = unusable & np.isin(np.arange(len(LEADS)), rows)[:, None]
        mean, epistemic, total, low, high = (
            np.where(hidden, np.nan, values)
            for values in (result.mean, result.epistemic_sd, result.total_sd, result.low, result.high)
        )
        result = replace(result, mean=mean, epistemic_sd=epistemic, total_sd=total, low=low, high=high)
    return result, tuple(known)
