"""What can be answered of a recording: measured on Lead I, told, estimated with its interval, or withheld and why.

Rate, regularity, PR, QRS and QT are measured on Lead I. Axis, R progression, voltages of hypertrophy and ST need other
leads. Whether an estimate of them may be shown at all is not a matter of taste: ``answers.json`` beside a checkpoint
says, for each state of knowledge, how wide the interval must be that keeps its promise on records that the network was
not trained on, and how that compares with the spread of the value among all patients (`Promise`). Without that file,
and for other weights than those it was measured with, every estimated answer is withheld.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

import numpy as np

from ecg_core.errors import CheckpointRefused
from ecg_core.models.checkpoint import CHECKPOINTS
from ecg_core.records import PatientMetadata
from ecg_core.results import Analysis, Answer, Examination, ModelCard, Segments
from ecg_core.signals.atrial import measure_pr_ms
from ecg_core.signals.beats import median_beat
from ecg_core.signals.twelve_lead_values import TERRITORIES, UNITS, twelve_lead_values
from ecg_core.uncertainty.calibration import state_of
from ecg_core.vocabulary import MEASURED, Basis, FloatArray

__all__ = [
    "ANSWERS",
    "BY_HAND",
    "QUESTIONS",
    "WHY",
    "Promise",
    "Promises",
    "answers",
    "corrected_qt_ms",
    "load_promises",
    "measured_on_lead_i",
    "median_qt_ms",
    "widest",
]

ANSWERS = "answers.json"
"""Beside a released checkpoint: what its estimated answers are worth, as ``ecg-core answers`` measured it."""
BY_HAND = "marks corrected by hand"
"""Why a measured answer is what it is, where it rests on such marks."""
CORRECTIONS = ("fridericia", "bazett", "framingham", "hodges")
QUESTIONS = (
    "ventricular_rate", "rr_sd_ms", "rr_shortest_ms", "rr_longest_ms", "pr_ms", "qrs_ms", "qt_ms",
    *(f"qtc_{name}_ms" for name in CORRECTIONS), *UNITS,
)  # fmt: skip
"""Every clinical question, in the order in which they are answered."""
WIDEST, WIDEST_ST = 0.5, 0.25
"""An interval must be at most so wide, as a share of the range that holds 90 % of patients; ST, which may be taken
for a heart attack or its absence, the second."""
LIMITS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {"r_progression": (1.0, 6.5), "sokolow_lyon_mv": (0.0, np.inf), "cornell_mv": (0.0, np.inf)}
)
"""No interval reaches beyond what the value can be."""
LEAST_SEEN, LEAST_SEEN_GROUP = 0.88, 0.85
"""Of 90 % promised, so much must be kept on other records, and in each diagnostic superclass."""

WHY: Mapping[str, str] = MappingProxyType(
    {
        "no_beats": "No QRS complexes were delineated on Lead I.",
        "few_beats": "Fewer than four beats were found: too few to speak of regularity.",
        "no_p": "No P wave was found on Lead I reliably, that is in most beats and at a steady distance from QRS.",
        "no_t": "The end of T was found in fewer than half of the beats of Lead I.",
        "unmeasured": "Nobody has measured how far this model's estimate can be trusted.",
        "unreadable": "It cannot be read from the estimated beat.",
        "too_wide": (
            "Lead I does not tell it: its interval would span {width:.0f} % of all patients' range (at most "
            "{widest:.0f} %)."
        ),
        "broken": (
            "The interval does not keep its promise: of 90 % it held {seen:.0f} %, and {group:.0f} % in the diagnostic "
            "group where it was worst."
        ),
    }
)
"""The reasons for which a value is withheld, and their sentence."""


@dataclass(frozen=True)
class Promise:
    """What an estimated answer was found to be worth on records that the network did not train on.

    ``half_width``: the true value lies so far from the estimate at most, in 90 % of records; ``seen``: the share that
    such an interval, fitted on other patients, held; ``seen_in_worst_group``: the same in the diagnostic superclass
    where it was lowest; ``width_share``: its width over the range that holds 90 % of patients.
    """

    half_width: float
    seen: float
    seen_in_worst_group: float
    width_share: float

    def refusal(self, widest: float) -> tuple[str, dict[str, float]] | None:
        """Why the value is withheld (a key of `WHY` and its figures in percent), or None where it may be shown."""
        if self.width_share > widest:
            return "too_wide", {"width": 100 * self.width_share, "widest": 100 * widest}
        if self.seen < LEAST_SEEN or self.seen_in_worst_group < LEAST_SEEN_GROUP:
            return "broken", {"seen": 100 * self.seen, "group": 100 * self.seen_in_worst_group}
        return None


Promises = Mapping[str, Mapping[str, Promise]]
"""By state of knowledge (`ecg_core.uncertainty.calibration.state_of`) and question."""


def load_promises(card: ModelCard, folder: Path = CHECKPOINTS) -> Promises:
    """What was measured of a model's estimated answers; empty where nobody has measured it.

    Raises `CheckpointRefused` where the file was written for other weights than those of ``card``.

    >>> from ecg_core import load_model
    >>> sorted(load_promises(load_model().card))
    ['with an earlier ECG', 'with axes', 'without axes']
    """
    file = folder / card.name / ANSWERS
    if not file.is_file():
        return {}
    content = json.loads(file.read_text(encoding="utf-8"))
    if content["weights_sha256"] != card.weights_sha256:
        raise CheckpointRefused(
            f"Found {ANSWERS} of {card.name} measured with other weights; expected those of its card: run ecg-core "
            "answers anew."
        )
    return {
        state: {question: Promise(**values) for question, values in promises.items()}
        for state, promises in content["states"].items()
    }


def corrected_qt_ms(qt_ms: float, rate: float) -> dict[str, float]:
    """QT in ms at ``rate`` beats per minute brought to 60, by the four usual formulas.

    Fridericia 1920: QT/RR^(1/3); Bazett 1920: QT/√RR; Sagie et al. 1992 (Framingham): QT + 154(1 − RR); Hodges et al.
    1983: QT + 1.75(rate − 60); RR in s.

    >>> {name: round(value) for name, value in corrected_qt_ms(360, 80).items()}
    {'fridericia': 396, 'bazett': 416, 'framingham': 398, 'hodges': 395}
    """
    rr = 60 / rate
    return {
        "fridericia": qt_ms / rr ** (1 / 3),
        "bazett": qt_ms / rr**0.5,
        "framingham": qt_ms + 154 * (1 - rr),
        "hodges": qt_ms + 1.75 * (rate - 60),
    }


def answers(analysis: Analysis, promises: Promises | None = None) -> tuple[Answer, ...]:
    """Answer every question of `QUESTIONS`, in that order.

    ``promises`` are those of the analysis' model (`load_promises`) unless given. A withheld answer holds no value.

    >>> from pathlib import Path
    >>> from ecg_core import analyse, read
    >>> files = {path.name: path.read_bytes() for path in Path("sample_data").glob("A0002.*")}
    >>> said = {answer.question: answer for answer in answers(analyse(read(files), passes=4))}
    >>> said["qrs_ms"].basis.value, said["st_anterior_mv"].basis.value, said["st_anterior_mv"].value
    ('measured', 'withheld', None)
    """
    promises = load_promises(analysis.card) if promises is None else promises
    measured = measured_on_lead_i(analysis.examination)
    state = state_of(analysis.metadata, earlier_beat=analysis.earlier is not None)
    estimated = _estimated(analysis, promises.get(state, {}))
    said = {answer.question: answer for answer in (*measured, *estimated)}
    return tuple(said[question] for question in QUESTIONS)


def _withheld(question: str, cause: str, **figures: float) -> Answer:
    return Answer(question, Basis.WITHHELD, why=WHY[cause].format(**figures), cause=cause, figures=figures)


def _known(question: str, value: float | None, unit: str, cause: str) -> Answer:
    if value is None:
        return _withheld(question, cause)
    return Answer(question, Basis.MEASURED, value, unit=unit)


def measured_on_lead_i(examination: Examination) -> list[Answer]:
    """What Lead I itself says; `BY_HAND` where that rests on corrected marks."""
    said = _measured(examination)
    if not examination.segments.corrections:
        return said
    return [replace(one, why=BY_HAND) if one.basis is Basis.MEASURED else one for one in said]


def _measured(examination: Examination) -> list[Answer]:
    found, segments = examination.measurements, examination.segments
    intervals = 1000 * np.diff(segments.r_peaks) / segments.sampling_rate
    spread = (
        [float(intervals.std(ddof=1)), float(intervals.min()), float(intervals.max())] if len(intervals) > 2 else []
    )
    qt = median_qt_ms(segments)
    rate = found.ventricular_rate
    corrected = {} if qt is None or rate is None else corrected_qt_ms(qt, rate)
    beatless = not len(segments.r_peaks)
    return [
        _known("ventricular_rate", rate, "bpm", "no_beats"),
        *(
            _known(f"rr_{name}_ms", spread[row] if spread else None, "ms", "no_beats" if beatless else "few_beats")
            for row, name in enumerate(("sd", "shortest", "longest"))
        ),
        _known("pr_ms", measure_pr_ms(examination.lead_i, segments), "ms", "no_beats" if beatless else "no_p"),
        _known("qrs_ms", found.qrs_ms, "ms", "no_beats"),
        _known("qt_ms", qt, "ms", "no_beats" if beatless else "no_t"),
        *(
            _known(f"qtc_{name}_ms", corrected.get(name), "ms", "no_beats" if beatless else "no_t")
            for name in CORRECTIONS
        ),
    ]


def median_qt_ms(segments: Segments) -> float | None:
    """Median over beats from the onset of QRS to the end of the T wave after it; None where few beats have one.

    >>> median_qt_ms(Segments([10, 60], [[8, 13], [58, 63]], [[30, 46], [80, 98]], 100.0))
    390.0
    """
    following = np.searchsorted(segments.qrs[:, 0], segments.t[:, 1]) - 1
    if not len(segments.qrs) or 2 * len(np.unique(following[following >= 0])) < len(segments.qrs):
        return None
    ends, onsets = segments.t[following >= 0, 1], segments.qrs[following[following >= 0], 0]
    return float(np.median(ends - onsets) * 1000 / segments.sampling_rate)


def _estimated(analysis: Analysis, promises: Mapping[str, Promise]) -> list[Answer]:
    """What needs leads other than the measured one; a value is computed only where one may be shown."""
    beat: FloatArray | None = None
    said = []
    for question, unit in UNITS.items():
        told = _told(analysis.metadata, question)
        promise = promises.get(question)
        refusal = ("unmeasured", {}) if promise is None else promise.refusal(widest(question))
        if told is not None:
            said.append(told)
        elif promise is None or refusal is not None:
            cause, figures = refusal or ("unmeasured", {})
            said.append(_withheld(question, cause, **figures))
        else:
            beat = _beat(analysis) if beat is None else beat
            value = {} if beat is None else twelve_lead_values(beat, bounds_from=MEASURED)
            said.append(_with_interval(question, value.get(question), promise.half_width, unit))
    return said


def widest(question: str) -> float:
    """How wide the interval of an answer may be, as a share of the range that holds 90 % of patients."""
    return WIDEST_ST if question in TERRITORIES else WIDEST


def _told(metadata: PatientMetadata, question: str) -> Answer | None:
    """The axis, where it was told: it is not estimated again."""
    if question != "r_axis_deg" or metadata.r_axis_deg is None:
        return None
    return Answer(question, Basis.TOLD, metadata.r_axis_deg, unit="°", why=metadata.origin(question).value)


def _beat(analysis: Analysis) -> FloatArray | None:
    segments = analysis.examination.segments
    return median_beat(analysis.reconstruction.mean, segments.r_peaks, segments.sampling_rate)


def _with_interval(question: str, value: float | None, half_width: float, unit: str) -> Answer:
    if value is None:
        return _withheld(question, "unreadable")
    least, most = LIMITS.get(question, (-np.inf, np.inf))
    low, high = max(value - half_width, least), min(value + half_width, most)
    return Answer(question, Basis.ESTIMATED, value, low, high, unit)
