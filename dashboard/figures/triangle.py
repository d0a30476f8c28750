"""Einthoven's triangle: one arrow in the frontal plane and what each limb lead sees of it."""

from math import cos, radians, sin
from typing import Any

import plotly.graph_objects as go

from dashboard.figures.axes import FONT
from dashboard.texts import say
from dashboard.theme import LIGHT, Palette
from ecg_core.vocabulary import Lead

__all__ = ["DIRECTIONS", "seen", "triangle"]

DIRECTIONS = {Lead.I: 0, Lead.II: 60, Lead.III: 120}
"""Where each side of the triangle points, degrees clockwise from the patient's left (Einthoven 1912)."""
SIZE_PX = 430
SIDE = 1.15
"""How far each side lies from the middle, mV on the drawing."""


def seen(mv: float, axis_deg: float) -> dict[Lead, float]:
    """What I, II and III see of an arrow of ``mv`` pointing to ``axis_deg``, mV: its shadow on each side.

    >>> shadows = seen(1.0, 60)
    >>> round(shadows[Lead.II] - shadows[Lead.I] - shadows[Lead.III], 6) + 0.0
    0.0
    """
    return {lead: mv * cos(radians(axis_deg - direction)) for lead, direction in DIRECTIONS.items()}


def triangle(mv: float, axis_deg: float, palette: Palette = LIGHT) -> go.Figure:
    """Draw the arrow, its shadow on each side, and the dashed line of all arrows that Lead I cannot tell from it."""
    x, y = _turned(mv, axis_deg)
    figure = go.Figure()
    figure.add_scatter(
        x=[x, x], y=[-2.2, 1.6], mode="lines", line={"color": palette.faint_ink, "dash": "dash", "width": 1.5},
        name=say("triangle.same"), hoverinfo="skip",
    )  # fmt: skip
    styles = {Lead.I: ("measured", "solid"), Lead.II: ("estimated", "7px,2px"), Lead.III: ("compared", "2px,2px")}
    notes: list[dict[str, Any]] = []
    for lead, shadow in seen(mv, axis_deg).items():
        colour, dash = getattr(palette, styles[lead][0]), styles[lead][1]
        along, middle = _turned(1, DIRECTIONS[lead]), _middle(lead)
        ends = [(middle[0] + by * along[0], middle[1] + by * along[1]) for by in (-2.0, 2.0)]
        figure.add_scatter(
            x=[a for a, _ in ends], y=[b for _, b in ends], mode="lines", showlegend=False, hoverinfo="skip",
            line={"color": palette.reference, "width": 1},
        )  # fmt: skip
        tip = (middle[0] + shadow * along[0], middle[1] + shadow * along[1])
        figure.add_scatter(
            x=[middle[0], tip[0]], y=[middle[1], tip[1]], mode="lines", hoverinfo="skip",
            line={"color": colour, "width": 5, "dash": dash}, name=f"{lead} {shadow:+.2f} mV".replace("-", "−"),
        )  # fmt: skip
        figure.add_scatter(
            x=[x, tip[0]], y=[y, tip[1]], mode="lines", showlegend=False, hoverinfo="skip",
            line={"color": palette.faint_ink, "width": 1, "dash": "dot"},
        )  # fmt: skip
        away = 0.22 if lead is Lead.I else -0.22
        notes.append(
            {"x": middle[0] * 1.18, "y": middle[1] + away * (lead is Lead.I), "text": f"<b>{lead}</b>",
             "showarrow": False, "font": {"size": 14, "color": colour}}
        )  # fmt: skip
    notes.append(
        {"x": x, "y": y, "ax": 0, "ay": 0, "axref": "x", "ayref": "y", "showarrow": True, "arrowhead": 2,
         "arrowwidth": 3, "arrowcolor": palette.ink, "text": ""}
    )  # fmt: skip
    hidden = {"visible": False, "range": [-2.1, 2.1], "fixedrange": True}
    figure.update_layout(
        height=SIZE_PX + 50,
        width=SIZE_PX,
        margin={"l": 0, "r": 0, "t": 0, "b": 50},
        paper_bgcolor=palette.page,
        plot_bgcolor=palette.page,
        font={"color": palette.ink, "size": 12, "family": FONT},
        xaxis=hidden,
        yaxis=hidden | {"range": [-2.45, 1.75], "scaleanchor": "x"},
        annotations=notes,
        legend={"orientation": "h", "x": 0, "y": 0, "yanchor": "top"},
    )
    return figure


def _turned(length: float, degrees: float) -> tuple[float, float]:
    """A point in the drawing, whose y runs upwards though the angles of the frontal plane run downwards."""
    return length * cos(radians(degrees)), -length * sin(radians(degrees))


def _middle(lead: Lead) -> tuple[float, float]:
    """The middle of a side: I above, II on the left of the drawing, III on the right."""
    return _turned(SIDE, {Lead.I: -90, Lead.II: 150, Lead.III: 30}[lead])
