"""One recording in a line: what Lead I shows, how large the doubt is, how unlike the training records it is, and r."""

from dataclasses import dataclass

import numpy as np

from ecg_core.belief import distance_from_training
from ecg_core.models.checkpoint import Model
from ecg_core.pipeline import compare
from ecg_core.results import Analysis
from ecg_core.uncertainty.familiarity import Familiarity
from ecg_core.vocabulary import ESTIMATED, Verdict

__all__ = ["Overview", "overview"]


@dataclass(frozen=True)
class Overview:
    """What tells one recording from many; None where it is not known.

    Of Lead I: ``verdict`` on its quality, ``ventricular_rate`` in beats per minute, ``qrs_ms``. Of the estimate:
    ``half_width_mv``, half the width of the calibrated band, mean over estimated leads and time; ``farther_share``,
    the share of held-out records that the network finds at least as unlike its training records. Against the recorded
    leads, mean over those there are: ``r`` and ``inside_band``, the share of samples in the band.
    """

    verdict: Verdict
    ventricular_rate: float | None
    qrs_ms: float | None
    half_width_mv: float
    farther_share: float | None
    r: float | None
    inside_band: float | None


def overview(analysis: Analysis, model: Model, known: Familiarity | None) -> Overview:
    """Sum up ``analysis``, made by ``model``; ``known``: where its training records lie, if anybody has looked.

    >>> from pathlib import Path
    >>> from ecg_core import load_model, read
    >>> from ecg_core.pipeline import analyse
    >>> files = {path.name: path.read_bytes() for path in Path("sample_data").glob("A0002.*")}
    >>> found = overview(analyse(read(files), passes=4), load_model(), None)
    >>> found.verdict.value, round(found.ventricular_rate), found.farther_share
    ('pass', 78, None)
    """
    examination, result, scores = analysis.examination, analysis.reconstruction, compare(analysis)
    rows = [result.row(lead) for lead in ESTIMATED]
    farther = None if known is None else known.farther_share(distance_from_training(examination, model, known))
    return Overview(
        verdict=examination.quality.verdict,
        ventricular_rate=examination.measurements.ventricular_rate,
        qrs_ms=examination.measurements.qrs_ms,
        half_width_mv=float((result.high - result.low)[rows].mean() / 2),
        farther_share=farther,
        r=float(np.mean([score.r for score in scores.values()])) if scores else None,
        inside_band=float(np.mean([score.coverage for score in scores.values()])) if scores else None,
    )
