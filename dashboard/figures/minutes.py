"""A long recording on one line, minute by minute: rate, doubt and quality."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from dashboard.figures.axes import FONT
from dashboard.figures.words import hours
from dashboard.texts import say
from dashboard.theme import LIGHT, Palette
from ecg_core.stretches import Minute
from ecg_core.vocabulary import Verdict

__all__ = ["minutes_figure"]

HOUR = 3600.0
DOMAINS = {"yaxis": (0.58, 1.0), "yaxis2": (0.16, 0.5), "yaxis3": (0.0, 0.07)}
"""From top to bottom: rate, doubt, quality."""
MARKS = {Verdict.REVIEW: ("#d55e00", "triangle-up", "whole.review"), Verdict.STOP: (None, "x", "whole.stop_verdict")}
"""Colour (None: the ink's), sign and text of what is not well."""


def minutes_figure(
    minutes: Sequence[Minute], seen: tuple[float, float], whole: float, palette: Palette = LIGHT
) -> go.Figure:
    """Draw the ``minutes`` of a recording of ``whole`` s; ``seen`` is from where to where it is looked at now, in s.

    Where the eleven leads are withheld there is no doubt to draw, and the line has a gap.
    """
    figure = go.Figure()
    times = [(minute.start + 30) / HOUR for minute in minutes]
    about = [[hours(minute.start), ", ".join(minute.findings)] for minute in minutes]
    line: dict[str, Any] = {"x": times, "customdata": about, "mode": "lines", "connectgaps": False, "showlegend": False}
    figure.add_scatter(
        **line, y=[minute.ventricular_rate for minute in minutes], name="rate", yaxis="y",
        line={"color": palette.measured, "width": 1.4}, hovertemplate=say("whole.hover_rate") + "<extra></extra>",
    )  # fmt: skip
    figure.add_scatter(
        **line, y=[minute.half_width_mv for minute in minutes], name="doubt", yaxis="y2",
        line={"color": palette.estimated, "width": 1.4, "dash": "dash"},
        hovertemplate=say("whole.hover_doubt") + "<extra></extra>",
    )  # fmt: skip
    for verdict, (colour, symbol, word) in MARKS.items():
        own = [(time, told) for time, told, minute in zip(times, about, minutes, strict=True)
               if minute.verdict is verdict]  # fmt: skip
        figure.add_scatter(
            x=[time for time, _ in own], y=[0.0] * len(own), customdata=[told for _, told in own], mode="markers",
            marker={"color": colour or palette.ink, "symbol": symbol, "size": 7}, yaxis="y3", name=say(word),
            hovertemplate="%{customdata[0]} · %{customdata[1]}<extra></extra>", showlegend=bool(own),
        )  # fmt: skip
    figure.update_layout(_layout(palette, [place / HOUR for place in seen], whole / HOUR))
    return figure


def _layout(palette: Palette, seen: list[float], whole: float) -> dict[str, Any]:
    plain = {"gridcolor": palette.bold_line, "zeroline": False, "nticks": 5, "fixedrange": True}
    words = {"yaxis": say("whole.rate"), "yaxis2": say("whole.doubt"), "yaxis3": ""}
    axes = {
        name: plain | {"domain": list(domain), "title": {"text": words[name], "font": {"size": 11}}}
        for name, domain in DOMAINS.items()
    }
    axes["yaxis2"] |= {"rangemode": "tozero"}
    axes["yaxis3"] |= {"showticklabels": False, "showgrid": False, "range": [-1, 1]}
    return axes | {
        "xaxis": {"range": [0, whole], "ticksuffix": " h", "gridcolor": palette.fine_line, "zeroline": False,
                  "anchor": "y3"},
        "shapes": [
            {"type": "rect", "xref": "x", "yref": "paper", "x0": seen[0], "x1": seen[1], "y0": 0, "y1": 1,
             "fillcolor": palette.qrs, "line": {"color": palette.qrs_edge, "width": 1}, "layer": "below"}
        ],
        "height": 300,
        "margin": {"l": 60, "r": 14, "t": 30, "b": 30},
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        "paper_bgcolor": palette.page,
        "plot_bgcolor": palette.page,
        "font": {"color": palette.ink, "size": 11, "family": FONT},
        "hovermode": "closest",
    }  # fmt: skip
