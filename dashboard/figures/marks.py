"""Correcting marks: an enlarged strip of measured Lead I, the mark near a point of it, and what came of it in words."""

from collections.abc import Mapping, Sequence

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.belief_words import lead_i_answers
from dashboard.figures.lead_one import lead_one
from dashboard.figures.paper import View, window_seconds
from dashboard.texts import language, say, strings
from dashboard.theme import LIGHT, Palette
from ecg_core.corrections import BOUNDS, WORDS, by_hand, marks
from ecg_core.results import Answer, Examination, Mark
from ecg_core.vocabulary import Wave

__all__ = ["ENLARGED", "WHOLE", "chosen_in_words", "log_words", "marks_strip", "measured_again", "near", "strip_start"]

ENLARGED = View(speed=100, gain=20)
"""Paper on which a sample of 2 ms is nearly a pixel wide."""
WHOLE = "whole"
EDGE_SECONDS = 0.15
"""A chosen mark keeps so far from the edges of the strip."""
BOUND_SECONDS = 0.03
"""A click no further than this from onset, peak or offset is about that alone."""
SYMBOLS: Mapping[str, str] = {"onset": "triangle-right", "peak": "circle", "offset": "triangle-left"}


def marks_strip(
    examination: Examination, chosen: Mark | None, start: float, palette: Palette = LIGHT, *, drawing: bool = False
) -> go.Figure:
    """Lead I from ``start`` s on enlarged paper; a point of it can be clicked or, while ``drawing``, a box dragged.

    Of each mark onset, peak and offset are drawn on the curve; that which is ``chosen`` is filled and framed.
    """
    view = View(speed=ENLARGED.speed, gain=ENLARGED.gain, start=start)
    figure = lead_one(examination, view, palette)
    figure.data[0].update(mode="lines+markers", marker={"size": 9, "opacity": 0})
    rate, end = examination.sampling_rate, start + window_seconds(view.speed)
    for wave, colour in ((Wave.QRS, palette.qrs_edge), (Wave.T, palette.t_edge)):
        inside = [
            mark
            for mark in marks(examination)
            if mark.wave is wave and mark.offset > start * rate and mark.onset < end * rate
        ]
        figure.add_trace(_points(examination, inside, chosen, wave, colour))
    if chosen is not None:
        figure.add_shape(
            name="chosen", type="rect", xref="x", yref="y domain", y0=0, y1=1, layer="below",
            x0=chosen.onset / rate, x1=chosen.offset / rate, line={"color": palette.caliper, "width": 2},
        )  # fmt: skip
    return figure.update_layout(
        # Streamlit lets a click choose while no box can be drawn, and does not say so again when the figure changes.
        clickmode="event" if drawing else "event+select",
        dragmode="select" if drawing else "pan",
        modebar_uirevision=str(drawing),
        selectdirection="h",
        newselection={"line": {"color": palette.caliper, "width": 1.5, "dash": "dot"}},
        selectionrevision=repr((examination.segments.corrections, chosen, start)),
        xaxis_range=[start, end],
        xaxis_fixedrange=True,
        yaxis_fixedrange=True,
    )


def _points(
    examination: Examination, found: Sequence[Mark], chosen: Mark | None, wave: Wave, colour: str
) -> go.Scatter:
    """Onset, peak and offset of every mark as points on the curve."""
    rate, last = examination.sampling_rate, len(examination.lead_i) - 1
    points = [(mark, bound, getattr(mark, bound)) for mark in found for bound in BOUNDS]
    return go.Scatter(
        x=[sample / rate for _, _, sample in points],
        y=[float(examination.lead_i[min(sample, last)]) for _, _, sample in points],
        mode="markers",
        marker={
            "symbol": [SYMBOLS[bound] + "-open" * (mark != chosen) for mark, bound, _ in points],
            "size": [11 if mark == chosen else 8 for mark, _, _ in points],
            "color": colour,
            "line": {"width": 1.5, "color": colour},
        },
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 1}},
        text=[f"{wave} {say(f'marks.{bound}')}" for _, bound, _ in points],
        hovertemplate="%{text}<br>%{x:.3f} s<extra></extra>",
        name=f"{wave} marks",
        showlegend=False,
    )


def strip_start(mark: Mark | None, before: float, rate: float, duration: float) -> float:
    """Where the strip starts (s) to show ``mark``: as ``before``, unless the mark would be at or beyond its edge."""
    length = window_seconds(ENLARGED.speed)
    start = before
    if mark is not None:
        onset, offset = mark.onset / rate, mark.offset / rate
        if not start + EDGE_SECONDS <= onset <= offset <= start + length - EDGE_SECONDS:
            start = (onset + offset - length) / 2
    return round(min(max(start, 0.0), max(duration - length, 0.0)), 3)


def near(found: Sequence[Mark], at: float, rate: float) -> tuple[Mark, str] | None:
    """The mark nearest to ``at`` (s), and which of its bounds is meant, or `WHOLE`; None where there is no mark."""
    if not found:
        return None
    sample = at * rate
    mark = min(found, key=lambda one: max(one.onset - sample, sample - one.offset, 0))
    bound = min(BOUNDS, key=lambda name: abs(getattr(mark, name) - sample))
    return mark, bound if abs(getattr(mark, bound) - sample) <= BOUND_SECONDS * rate else WHOLE


def chosen_in_words(examination: Examination, chosen: Mark | None) -> str:
    """Which mark is chosen, where it lies, and who set it."""
    if chosen is None:
        return say("marks.none_chosen")
    alike = [mark for mark in marks(examination) if mark.wave is chosen.wave]
    hand = chosen in by_hand(examination.segments)
    times = {bound: f"{getattr(chosen, bound) / examination.sampling_rate:.3f}" for bound in BOUNDS}
    times = {bound: time.replace(".", say("marks.point")) for bound, time in times.items()}
    return say(
        "marks.chosen", wave=chosen.wave, number=alike.index(chosen) + 1, count=len(alike), **times,
        by=say("marks.by_hand" if hand else "marks.by_neurokit2"),
    )  # fmt: skip


def log_words() -> Mapping[str, str]:
    """The words of `ecg_core.corrections.in_words` in the language of the page."""
    return {name: strings(language())[f"marks.{name}"] for name in WORDS}


def measured_again(found: Sequence[Answer], corrected: Sequence[Answer]) -> pd.DataFrame:
    """What Lead I answers with the marks as they were found, and as they were corrected."""
    question, answer = say("answers.question"), say("answers.answer")
    one, other = lead_i_answers(found), lead_i_answers(corrected)
    return pd.DataFrame(
        {
            say("marks.question"): one[question],
            say("marks.found"): one[answer],
            say("marks.corrected"): other[answer],
        }
    )
