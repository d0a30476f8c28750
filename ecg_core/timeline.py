"""What changes over one recording: how large the doubt is, second by second, and how good the signal."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ecg_core.results import Analysis
from ecg_core.signals.quality import assess
from ecg_core.vocabulary import ESTIMATED, FloatArray, Lead, Verdict

__all__ = ["PIECE_SECONDS", "Piece", "doubt_by_second", "quality_by_piece"]

PIECE_SECONDS = 10.0
"""The limits of `ecg_core.signals.quality.assess` were chosen on recordings of this length."""


@dataclass(frozen=True)
class Piece:
    """A piece of a recording from ``start`` to ``end`` (s): the verdict on its signal alone, and what was found."""

    start: float
    end: float
    verdict: Verdict
    findings: tuple[str, ...]


def doubt_by_second(analysis: Analysis) -> FloatArray:
    """Mean total spread over the estimated leads in each second from the start, ``(second,)`` in mV.

    What is left at the end counts as a second of its own.
    """
    result = analysis.reconstruction
    mean = result.total_sd[[result.row(lead) for lead in ESTIMATED]].mean(axis=0, dtype=np.float64)
    seconds = np.ceil(len(mean) / result.sampling_rate)
    starts = np.round(np.arange(seconds) * result.sampling_rate).astype(np.int64)
    lengths = np.diff(np.append(starts, len(mean)))
    return np.add.reduceat(mean, starts) / lengths


def quality_by_piece(analysis: Analysis) -> tuple[Piece, ...]:
    """Judge each ten seconds of Lead I by themselves, as if they were all of the recording.

    The last piece is up to twice as long. A finding about all of the recording may be in no piece, and the reverse:
    what is rare is not held against the whole.

    >>> from pathlib import Path
    >>> from ecg_core import analyse, read
    >>> files = {path.name: path.read_bytes() for path in Path("sample_data").glob("A0002.*")}
    >>> [(piece.start, piece.end, piece.verdict.value) for piece in quality_by_piece(analyse(read(files), passes=2))]
    [(0.0, 10.0, 'pass')]
    """
    lead_i, rate = analysis.recording[Lead.I], analysis.recording.sampling_rate
    segments = analysis.examination.segments
    pieces = []
    for first, last in _pieces(len(lead_i), rate):
        quality = assess(lead_i[first:last], rate, segments.between(first, last))
        names = tuple(one.name for one in quality.findings if one.verdict is not Verdict.PASS)
        pieces.append(Piece(first / rate, last / rate, quality.verdict, names))
    return tuple(pieces)


def _pieces(samples: int, rate: float) -> Iterator[tuple[int, int]]:
    """First and last sample (exclusive) of each piece."""
    length = PIECE_SECONDS * rate
    count = max(1, int(samples / length))
    edges = [round(length * index) for index in range(count)] + [samples]
    yield from pairwise(edges)
