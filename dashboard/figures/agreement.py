"""An estimated lead against the recorded one: overlay with a lane for the difference, and Bland and Altman's plot."""

from collections.abc import Sequence
from math import ceil
from typing import Any, NamedTuple

import numpy as np
import plotly.graph_objects as go

from dashboard.figures.axes import FONT, paper
from dashboard.figures.evidence import GRID
from dashboard.figures.layers import ESTIMATED_DASH, HIGHEST_RATE
from dashboard.figures.paper import View, window_seconds
from dashboard.texts import say
from dashboard.theme import LIGHT, Palette
from ecg_core.metrics import Agreement
from ecg_core.results import Analysis
from ecg_core.vocabulary import Lead

__all__ = ["Dot", "bland_altman", "overlay"]

LEAST_MV = 0.7
GAP_MV = 0.5
"""Room for the words above the lane of the difference."""


class Dot(NamedTuple):
    """One case in Bland and Altman's plot: its name, the recorded and the estimated amplitude in mV."""

    name: str
    recorded: float
    estimated: float


def overlay(analysis: Analysis, lead: Lead, view: View, palette: Palette = LIGHT) -> go.Figure:
    """Draw ``lead`` as recorded and as estimated with its band, and below on the same paper their difference.

    Grey behind the difference is the band around the estimate moved to zero: where the line leaves it, the recorded
    lead lay outside the band. Only the window of ``view`` is in the figure.
    """
    assert analysis.reference is not None
    result, row = analysis.reconstruction, analysis.reconstruction.row(lead)
    rate, step = result.sampling_rate, ceil(result.sampling_rate / HIGHEST_RATE)
    first, last = round(view.start * rate), round((view.start + window_seconds(view.speed)) * rate)
    recorded, mean, low, high = (
        np.asarray(side[first:last:step], np.float32)
        for side in (analysis.reference[lead], result.mean[row], result.low[row], result.high[row])
    )
    difference = mean - recorded
    top = max(LEAST_MV, float(max(recorded.max(), high.max())))
    foot = min(-0.3, float(min(recorded.min(), low.min())))
    reach = max(0.4, float(np.abs(difference).max()), float((high - low).max() / 2))
    lane = -ceil((reach + GAP_MV - foot) / 0.5) * 0.5
    times: dict[str, Any] = {"x0": first / rate, "dx": step / rate, "mode": "lines", "hoverinfo": "skip"}
    shown = np.stack([recorded, mean, difference, low, high], axis=1)
    figure = go.Figure()
    for name, below, above, base in (("band", low, high, 0.0), ("band around zero", low - mean, high - mean, lane)):
        figure.add_scatter(**times, y=below + base, line={"width": 0}, showlegend=False, name=name)
        figure.add_scatter(
            **times, y=above + base, line={"width": 0}, fill="tonexty", fillcolor=palette.band, name=name,
            showlegend=False,
        )  # fmt: skip
    text = say("reveal.hover", lead=lead) + "<extra></extra>"
    for name, values, line in (
        ("recorded", recorded, {"color": palette.measured, "width": 1.6}),
        ("estimated", mean, {"color": palette.estimated, "width": 1.5, "dash": ESTIMATED_DASH}),
        ("difference", difference + lane, {"color": palette.compared, "width": 1.3}),
    ):
        figure.add_scatter(
            **times | {"hoverinfo": None}, y=values, line=line, customdata=shown, hovertemplate=text,
            name=say(f"reveal_lines.{name}"), showlegend=True,
        )  # fmt: skip
    ends = (view.start, view.start + window_seconds(view.speed))
    bottom = lane - reach - 0.15
    figure.update_layout(
        paper(palette, speed=view.speed, gain=view.gain, times=ends, heights=(bottom, top + 0.15))
        | {
            "margin": {"l": 10, "r": 14, "t": 58, "b": 28},
            "legend": {
                "orientation": "h",
                "traceorder": "normal",
                "x": 0,
                "y": 1,
                "yref": "container",
                "yanchor": "top",
                "itemdoubleclick": False,
            },
            "shapes": [_zero(lane, ends, palette)],
            "annotations": [
                _note(say("reveal.overlay_note", lead=lead, speed=view.speed, gain=view.gain), top + 0.15, ends[0]),
                _note(say("reveal.lane_note", promised=f"{result.coverage:.0%}"), lane + reach, ends[0]),
            ],
            "uirevision": f"{lead}|{view.start}",
        }
    )
    return figure


def bland_altman(dots: Sequence[Dot], agreement: Agreement, what: str, palette: Palette = LIGHT) -> go.Figure:
    """Each case's difference over the mean of both, with the bias and, from two cases on, its limits of agreement."""
    middle = [(dot.recorded + dot.estimated) / 2 for dot in dots]
    figure = go.Figure(
        go.Scatter(
            x=middle,
            y=[dot.estimated - dot.recorded for dot in dots],
            mode="markers",
            marker={"size": 10, "color": palette.estimated, "line": {"width": 1, "color": palette.page}},
            customdata=[[dot.name, dot.recorded, dot.estimated - dot.recorded] for dot in dots],
            hovertemplate=say("reveal.dot") + "<extra></extra>",
            showlegend=False,
        )
    )
    for value, name, dash in (
        (agreement.bias, "bias", "solid"),
        (agreement.low, "limit", "dash"),
        (agreement.high, "limit", "dash"),
    ):
        if np.isfinite(value):
            label = say(f"reveal_lines.{name}", value=f"{value:+.2f}")
            figure.add_hline(
                y=value, line={"color": palette.ink, "width": 1.2, "dash": dash}, annotation_text=label,
                annotation_position="top right" if name == "limit" else "bottom left", annotation_font_size=11,
            )  # fmt: skip
    axis = {"zeroline": True, "zerolinecolor": palette.faint_ink, "gridcolor": GRID, "fixedrange": True}
    bounds = [value for value in (agreement.low, agreement.high) if np.isfinite(value)]
    highest = max(0.3, *(abs(dot.estimated - dot.recorded) for dot in dots), *map(abs, bounds)) * 1.25
    return figure.update_layout(
        paper_bgcolor=palette.page,
        plot_bgcolor=palette.page,
        font={"color": palette.ink, "size": 12, "family": FONT},
        height=360,
        margin={"l": 10, "r": 10, "t": 16, "b": 10},
        xaxis=axis | {"title": {"text": say("reveal.mean_axis", what=what)}, "zeroline": False, "automargin": True},
        yaxis=axis
        | {"title": {"text": say("reveal.difference_axis")}, "range": [-highest, highest], "automargin": True},
        dragmode=False,
    )


def _zero(height: float, ends: tuple[float, float], palette: Palette) -> dict[str, Any]:
    line = {"color": palette.ink, "width": 0.8}
    return {"type": "line", "x0": ends[0], "x1": ends[1], "y0": height, "y1": height, "line": line}


def _note(text: str, height: float, at: float) -> dict[str, Any]:
    return {
        "text": text, "x": at, "y": height, "xanchor": "left", "yanchor": "bottom", "showarrow": False,
        "font": {"size": 11}, "align": "left",
    }  # fmt: skip
