"""Many recordings as dots to draw a box around."""

from collections.abc import Sequence
from typing import NamedTuple

import plotly.graph_objects as go

from dashboard.figures.axes import FONT
from dashboard.figures.evidence import GRID
from dashboard.theme import LIGHT, Palette

__all__ = ["Point", "brush"]


class Point(NamedTuple):
    """One recording: its number, what it is called, and where its dot lies."""

    number: int
    name: str
    x: float
    y: float


def brush(points: Sequence[Point], x: str, y: str, palette: Palette = LIGHT) -> go.Figure:
    """Draw the dots; ``x`` and ``y`` name the axes. A dot's number is its first custom datum."""
    figure = go.Figure(
        go.Scatter(
            x=[point.x for point in points],
            y=[point.y for point in points],
            customdata=[[point.number, point.name] for point in points],
            mode="markers",
            marker={"size": 10, "color": palette.estimated, "line": {"width": 1, "color": palette.page}},
            hovertemplate=f"<b>%{{customdata[1]}}</b><br>{x} %{{x:.3f}}<br>{y} %{{y:.2f}}<extra></extra>",
        )
    )
    axis = {"gridcolor": GRID, "zeroline": False, "automargin": True}
    return figure.update_layout(
        paper_bgcolor=palette.page,
        plot_bgcolor=palette.page,
        font={"color": palette.ink, "size": 12, "family": FONT},
        height=300,
        margin={"l": 10, "r": 10, "t": 30, "b": 10},
        xaxis=axis | {"title": {"text": x}},
        yaxis=axis | {"title": {"text": y}},
        dragmode="select",
        hovermode="closest",
    )
