"""A blinded quiz on the sample recordings: what is asked, what is shown, and what the answers are worth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.axes import FONT
from dashboard.figures.strips import Kind, Line, Row, rows_of
from dashboard.texts import say
from dashboard.theme import LIGHT, Palette
from ecg_core.records import Recording
from ecg_core.results import Analysis
from ecg_core.signals.disturb import noise_at_snr, tremble
from ecg_core.vocabulary import ESTIMATED, LEADS, Lead

__all__ = ["Answer", "Item", "Task", "brier", "calibration", "chances", "draw", "hidden", "player", "revealed", "table"]
__all__ += ["LEADS_SHOWN", "SECONDS", "confidence_plot", "with_artefact"]

SECONDS = 6.0
"""So much of a recording is shown, from somewhere within its first ten seconds."""
ARTEFACT_SECONDS = 1.5
ARTEFACT_DB = -4.0
LEADS_SHOWN = 4
CONFIDENCES = (0.25, 0.35, 0.5, 0.6, 0.7, 0.8, 0.9, 0.99)
GRID = "rgba(125,140,155,0.30)"


class Task(StrEnum):
    """What is asked."""

    REAL = "real"
    """Is this lead recorded or estimated?"""
    LEAD = "lead"
    """Which of these leads was estimated?"""
    ARTEFACT = "artefact"
    """In which third of Lead I is the artefact?"""


ORDER = (Task.REAL, Task.LEAD, Task.REAL, Task.ARTEFACT, Task.LEAD, Task.REAL) * 2


@dataclass(frozen=True)
class Item:
    """One question: ``leads`` of ``record`` from ``start`` s, and which of ``choices`` is ``right``."""

    task: Task
    record: str
    leads: tuple[Lead, ...]
    start: float
    choices: tuple[str, ...]
    right: int


@dataclass(frozen=True)
class Answer:
    """What was ``chosen``, and the ``confidence`` with which: the probability that it is right."""

    item: Item
    chosen: int
    confidence: float

    @property
    def is_right(self) -> bool:
        """Whether it is right."""
        return self.chosen == self.item.right


def draw(number: int, records: Sequence[str]) -> tuple[Item, ...]:
    """The questions of the quiz with this number; the same number asks the same.

    >>> draw(7, ["A0002"]) == draw(7, ["A0002"]), len(draw(7, ["A0002"]))
    (True, 12)
    """
    random = np.random.default_rng(number)
    items = []
    for task in ORDER:
        record, start = str(random.choice(records)), float(random.integers(0, 9)) / 2
        if task is Task.ARTEFACT:
            leads: tuple[Lead, ...] = (Lead.I,)
            choices: tuple[str, ...] = ("first", "second", "third")
        elif task is Task.REAL:
            leads, choices = (ESTIMATED[random.integers(len(ESTIMATED))],), ("recorded", "estimated")
        else:
            chosen = sorted(random.choice(len(ESTIMATED), LEADS_SHOWN, replace=False))
            leads = tuple(ESTIMATED[index] for index in chosen)
            choices = tuple(leads)
        items.append(Item(task, record, leads, start, choices, int(random.integers(len(choices)))))
    return tuple(items)


def chances(item: Item) -> tuple[float, ...]:
    """The confidences on offer: none below that of a mere guess.

    >>> chances(draw(0, ["A0002"])[0])[0]
    0.5
    """
    guess = 1 / len(item.choices)
    return tuple(one for one in CONFIDENCES if one >= guess - 0.01)


def with_artefact(recording: Recording, item: Item) -> Recording:
    """The recording with a burst of muscle noise in that third of its Lead I that is the right answer."""
    rate, lead_i = recording.sampling_rate, np.array(recording[Lead.I], np.float64)
    third = SECONDS / 3
    begin = round((item.start + third * item.right + (third - ARTEFACT_SECONDS) / 2) * rate)
    part = slice(begin, begin + round(ARTEFACT_SECONDS * rate))
    noisy = tremble(lead_i, rate, np.random.default_rng(item.right), noise_at_snr(lead_i, ARTEFACT_DB))
    fade = np.hanning(len(lead_i[part]))
    signals = np.array(recording.signals)
    lead_i[part] += fade * (noisy - lead_i)[part]
    signals[recording.leads.index(Lead.I)] = lead_i
    return replace(recording, signals=signals)


def hidden(item: Item, made: Analysis) -> list[Row]:
    """What is shown before the answer: every line in the same ink, and nothing says what it is.

    ``made`` is the estimate from the recording, for an artefact from that `with_artefact`.
    """
    rows = _rows(item, made)
    if item.task is Task.ARTEFACT:
        return [_inked(row, 0) for row in rows]
    real = item.task is Task.REAL
    estimated = item.right if not real else 0 if item.choices[item.right] == "estimated" else None
    return [_inked(row, 1 if at == estimated else 0) for at, row in enumerate(rows)]


def revealed(item: Item, made: Analysis, clean: Analysis) -> list[Row]:
    """What is shown after it: every lead as recorded and as estimated, or Lead I with its artefact over the ``clean``
    one.
    """
    if item.task is not Task.ARTEFACT:
        return _rows(item, made)
    spoilt, true = (_rows(item, one)[0].lines[0].values for one in (made, clean))
    return [Row("I", (Line(Kind.SPOILT, spoilt), Line(Kind.MEASURED, true)))]


def _rows(item: Item, made: Analysis) -> list[Row]:
    return rows_of(made, item.leads, start=item.start, seconds=SECONDS, recorded=True, estimated=True)


def _inked(row: Row, line: int) -> Row:
    return Row(row.name, (Line(Kind.HIDDEN, row.lines[line].values),))


def brier(answers: Sequence[Answer]) -> float:
    """The mean squared distance of the confidence from what came of it: 0 is best (Brier 1950, of one event).

    >>> item = draw(0, ["A0002"])[0]
    >>> brier([Answer(item, item.right, 0.9), Answer(item, 1 - item.right, 0.5)]).__round__(3)
    0.13
    """
    return float(np.mean([(answer.confidence - answer.is_right) ** 2 for answer in answers]))


def calibration(answers: Sequence[Answer]) -> Mapping[float, tuple[float, int]]:
    """For each confidence that was given the share of right answers, and how many there were."""
    found = {}
    for confidence in sorted({answer.confidence for answer in answers}):
        group = [answer.is_right for answer in answers if answer.confidence == confidence]
        found[confidence] = (float(np.mean(group)), len(group))
    return found


def confidence_plot(palette: Palette = LIGHT) -> go.Figure:
    """An empty plot of the share right over the confidence; on its dashed line one knows what one knows."""
    figure = go.Figure()
    figure.add_scatter(
        x=[0.2, 1], y=[0.2, 1], mode="lines", line={"color": palette.faint_ink, "width": 1, "dash": "dash"},
        name=say("quiz.calibrated"), hoverinfo="skip",
    )  # fmt: skip
    axis = {"gridcolor": GRID, "zeroline": False, "tickformat": ".0%", "automargin": True}
    figure.update_layout(
        height=380, width=440, margin={"l": 10, "r": 10, "t": 40, "b": 10},
        paper_bgcolor=palette.page, plot_bgcolor=palette.page,
        font={"color": palette.ink, "size": 12, "family": FONT},
        xaxis=axis | {"range": [0.2, 1.05], "title": say("quiz.confidence_axis")},
        yaxis=axis | {"range": [-0.05, 1.12], "title": say("quiz.share_axis")},
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
    )  # fmt: skip
    return figure


def player(answers: Sequence[Answer], palette: Palette = LIGHT) -> go.Figure:
    """The share of right answers over the confidence of one player."""
    found = calibration(answers)
    figure = confidence_plot(palette)
    counts = [count for _, count in found.values()]
    figure.add_scatter(
        x=list(found), y=[share for share, _ in found.values()], mode="markers+text",
        marker={"color": palette.estimated, "size": [9 + 3 * count for count in counts]},
        text=[str(count) for count in counts], textposition="top center", name=say("quiz.answers"),
        hovertemplate="%{x:.0%}: %{y:.0%}<extra></extra>",
    )  # fmt: skip
    return figure


def table(number: int, code: str, answers: Sequence[Answer]) -> pd.DataFrame:
    """One row an answer for the class: ``code`` stands for the player, no name is in it."""
    return pd.DataFrame(
        [
            {
                "quiz": number,
                "player": code,
                "question": index + 1,
                "task": str(one.item.task),
                "record": one.item.record,
                "leads": " ".join(lead for lead in LEADS if lead in one.item.leads),
                "chosen": one.item.choices[one.chosen],
                "right_answer": one.item.choices[one.item.right],
                "is_right": int(one.is_right),
                "confidence": one.confidence,
            }
            for index, one in enumerate(answers)
        ]
    )
