"""How far each estimated lead errs where the file held the recorded one, in the terms in which leads are read.

Only errors (estimate minus recorded) and recorded values are given: what is read from an estimated lead alone is not.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from ecg_core.answers import median_qt_ms
from ecg_core.metrics import Agreement, bland_altman
from ecg_core.pipeline import LeadScore, compare
from ecg_core.results import Analysis
from ecg_core.signals.amplitudes import ST_SECONDS, Amplitudes, amplitudes
from ecg_core.signals.beats import BEAT_RATE, global_qrs, median_beat
from ecg_core.signals.waves import find_waves
from ecg_core.vocabulary import ESTIMATED, LEADS, MEASURED, FloatArray, Lead

__all__ = ["LEAST_S_MV", "LeadError", "agreement_of_r", "lead_errors"]

LEAST_S_MV = 0.1
"""Where neither the recorded nor the estimated QRS dips so far below its starting level, there is no S to compare."""


@dataclass(frozen=True)
class LeadError:
    """How an estimated lead errs; each error is estimate minus recorded, None where it could not be measured.

    ``score``: over the whole recording, as `ecg_core.pipeline.compare` gives it. On the median beat: ``r_mv``,
    ``s_mv`` (lowest point of QRS) and ``st_mv``, and ``recorded_r_mv``, R of the recorded lead. ``qrs_ms`` and
    ``qt_ms``: difference of the medians over all beats, waves sought alike in both.
    """

    score: LeadScore
    recorded_r_mv: float | None = None
    r_mv: float | None = None
    s_mv: float | None = None
    st_mv: float | None = None
    qrs_ms: float | None = None
    qt_ms: float | None = None


def lead_errors(analysis: Analysis) -> dict[Lead, LeadError]:
    """Measure the error of each estimated lead that the file also held; empty where it held none.

    >>> from pathlib import Path
    >>> from ecg_core import analyse, read
    >>> files = {path.name: path.read_bytes() for path in Path("sample_data").glob("A0002.*")}
    >>> errors = lead_errors(analyse(read(files), passes=4))
    >>> len(errors), errors[Lead.V5].r_mv is not None
    (11, True)
    """
    scores, reference, rate = compare(analysis), analysis.reference, analysis.reconstruction.sampling_rate
    if reference is None or not scores:
        return {}
    leads = tuple(scores)
    recorded = np.stack([reference[lead] for lead in leads])
    estimated = analysis.reconstruction.mean[[LEADS.index(lead) for lead in leads]]
    by_beat = _of_beats(analysis, recorded, estimated) or ({},) * len(leads)
    return {
        lead: LeadError(scores[lead], **by_beat[row], **_durations(recorded[row], estimated[row], rate))
        for row, lead in enumerate(leads)
    }


def agreement_of_r(cases: Iterable[Mapping[Lead, LeadError]]) -> dict[Lead, Agreement]:
    """Bias and limits of agreement of the R amplitude in mV over ``cases``, for each lead that any of them has.

    >>> agreement_of_r([{Lead.V1: LeadError(LeadScore(0.9, 0.1, 0.9), 0.5, -0.1)}])[Lead.V1].bias
    -0.09999999999999998
    """
    cases = list(cases)
    found = {}
    for lead in ESTIMATED:
        errors = [case[lead] for case in cases if lead in case]
        pairs = [(e.recorded_r_mv, e.r_mv) for e in errors if e.recorded_r_mv is not None and e.r_mv is not None]
        if pairs:
            recorded, error = np.array(pairs).T
            found[lead] = bland_altman(recorded + error, recorded)
    return found


def _of_beats(
    analysis: Analysis, recorded: FloatArray, estimated: FloatArray
) -> tuple[dict[str, float | None], ...] | None:
    """Errors on the median beat for each row; None where it or the end of its QRS was not found.

    The bounds of QRS are those over Lead I and all recorded leads, as in the evaluation.
    """
    segments, lead_i = analysis.examination.segments, analysis.reconstruction.mean[[LEADS.index(Lead.I)]]
    true, other = (
        median_beat(np.concatenate([lead_i, leads]), segments.r_peaks, segments.sampling_rate)
        for leads in (recorded, estimated)
    )
    bounds = None if true is None else global_qrs(true)
    if true is None or other is None or bounds is None or bounds[1] + ST_SECONDS * BEAT_RATE + 10 >= true.shape[1]:
        return None
    of_true, of_other = amplitudes(true, *bounds), amplitudes(other, *bounds)
    return tuple(_row(of_true, of_other, row + len(MEASURED)) for row in range(len(recorded)))


def _row(true: Amplitudes, other: Amplitudes, row: int) -> dict[str, float | None]:
    dips = min(true.s[row], other.s[row]) <= -LEAST_S_MV
    return {
        "recorded_r_mv": float(true.r[row]),
        "r_mv": float(other.r[row] - true.r[row]),
        "s_mv": float(other.s[row] - true.s[row]) if dips else None,
        "st_mv": float(other.st[row] - true.st[row]),
    }


def _durations(recorded: FloatArray, estimated: FloatArray, sampling_rate: float) -> dict[str, float | None]:
    """Errors of the QRS duration and of QT in ms; ``recorded`` and ``estimated`` are ``(sample,)``."""
    true, other = (find_waves(lead, sampling_rate) for lead in (recorded, estimated))
    widths = [np.diff(segments.qrs, axis=1) * 1000 / sampling_rate for segments in (other, true)]
    qts = [median_qt_ms(segments) for segments in (other, true)]
    return {
        "qrs_ms": float(np.median(widths[0]) - np.median(widths[1])) if all(map(len, widths)) else None,
        "qt_ms": None if qts[0] is None or qts[1] is None else qts[0] - qts[1],
    }
