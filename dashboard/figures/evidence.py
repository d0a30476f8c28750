"""What an evaluation found, drawn: dots by lead, model or group, curves of doubt, tables of coverage as heat maps.

Each series has a symbol, a line and a colour of its own, so that no figure needs its colours to be read.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import plotly.graph_objects as go

from dashboard.figures.axes import FONT
from dashboard.numbers import decimal
from dashboard.texts import language, say
from dashboard.theme import LIGHT, Palette

__all__ = [
    "GRID",
    "QUIET",
    "TOLERANCE",
    "Curves",
    "Dot",
    "Dots",
    "coverage_map",
    "curves",
    "dots",
    "outside",
    "panels",
    "reliability",
]

QUIET: dict[str, Any] = {"displayModeBar": False, "responsive": True, "scrollZoom": False}
"""How a figure of evidence behaves: it is read, not worked with."""
GRID = "rgba(125,140,155,0.30)"
COLOURS = ("estimated", "compared", "t_edge", "qrs_edge", "ink", "faint_ink", "reference")
SYMBOLS = ("circle", "diamond", "square-open", "triangle-up", "cross", "triangle-down-open", "x")
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot", "dot")
ROW_PX = 30
TOLERANCE = 0.05
"""A coverage further than this from what was promised is marked."""


class Dot(NamedTuple):
    """A value and, where it is known, the interval around it."""

    value: float
    low: float | None = None
    high: float | None = None


Dots = Mapping[str, Mapping[str, Dot]]
"""Series of dots: name of the series, category, dot. A category may be missing in a series."""
Curves = Mapping[str, tuple[Sequence[float], Sequence[float]]]
"""Name of the curve, its x and its y."""


def dots(
    series: Dots, measure: str, palette: Palette = LIGHT, *, flat: bool = False, mark: float | None = None,
    styles: Sequence[str] = (),
) -> go.Figure:  # fmt: skip
    """A dot for each category and series, with its interval where it has one.

    Categories run from left to right, or from top to bottom if ``flat``; ``mark`` draws a line at a value; ``styles``
    are all the names that series may have, so that one name looks the same in every figure.
    """
    categories = list(dict.fromkeys(category for one in series.values() for category in one))
    value_axis, category_axis = ("x", "y") if flat else ("y", "x")
    figure = go.Figure()
    for index, (name, one) in enumerate(series.items()):
        shift = (index - (len(series) - 1) / 2) * min(0.6 / len(series), 0.2)
        at = [categories.index(category) + shift for category in one]
        figure.add_scatter(
            **{value_axis: [dot.value for dot in one.values()], category_axis: at},
            **{f"error_{value_axis}": _intervals(list(one.values()))},
            mode="markers",
            marker=_marker(name, index, styles, palette),
            name=name,
            text=[_hover(name, category, measure, dot) for category, dot in one.items()],
            hovertemplate="%{text}<extra></extra>",
        )
    names = {
        "tickvals": list(range(len(categories))),
        "ticktext": categories,
        "range": [len(categories) - 0.4, -0.6] if flat else [-0.6, len(categories) - 0.4],
        "gridcolor": GRID,
        "griddash": "dot",
        "zeroline": False,
        "automargin": True,
    }
    height = 90 + ROW_PX * max(len(categories), 2) + 12 * len(series) if flat else 320
    figure.update_layout(
        _layout(palette, height=height, legend=len(series) > 1),
        **{f"{value_axis}axis": _value_axis(measure), f"{category_axis}axis": names},
        shapes=[] if mark is None else [_line_at(mark, value_axis, palette)],
    )
    return figure


def panels(by_measure: Mapping[str, Mapping[str, Dot]], palette: Palette = LIGHT) -> go.Figure:
    """The same categories from top to bottom in one panel a measure, side by side."""
    categories = list(next(iter(by_measure.values())))
    width = 1 / len(by_measure)
    figure, axes = go.Figure(), {}
    for index, (measure, one) in enumerate(by_measure.items()):
        number = "" if index == 0 else str(index + 1)
        figure.add_scatter(
            x=[one[category].value for category in categories],
            y=list(range(len(categories))),
            xaxis=f"x{number}",
            mode="markers",
            marker=_marker(measure, index, tuple(by_measure), palette),
            name=measure,
            text=[_hover("", category, measure, one[category]) for category in categories],
            hovertemplate="%{text}<extra></extra>",
        )
        domain = [index * width + (0.06 if index else 0), (index + 1) * width]
        axes[f"xaxis{number}"] = _value_axis(measure) | {"domain": domain, "nticks": 4}
    rows = {
        "tickvals": list(range(len(categories))),
        "ticktext": categories,
        "range": [len(categories) - 0.4, -0.6],
        "gridcolor": GRID,
        "griddash": "dot",
        "zeroline": False,
        "automargin": True,
    }
    height = 80 + 24 * len(categories)
    figure.update_layout(_layout(palette, height=height, legend=False), **axes, yaxis=rows)
    return figure


def curves(
    of: Curves, x: str, y: str, palette: Palette = LIGHT, *, styles: Sequence[str] = (), percent: bool = True
) -> go.Figure:
    """Lines with markers; ``x`` and ``y`` name the axes, ``percent`` writes shares as such."""
    figure = go.Figure()
    for index, (name, (xs, ys)) in enumerate(of.items()):
        style = _style(name, index, styles)
        figure.add_scatter(
            x=list(xs),
            y=list(ys),
            mode="lines+markers",
            line={
                "dash": DASHES[style],
                "color": getattr(palette, COLOURS[style]),
                "width": 2.5 if style == 0 else 1.5,
            },
            marker=_marker(name, index, styles, palette) | {"maxdisplayed": 8},
            name=name,
            hovertemplate=f"<b>{name}</b><br>{x} %{{x}}<br>{y} %{{y:.3f}}<extra></extra>",
        )
    figure.update_layout(
        _layout(palette, height=380, legend=True),
        xaxis=_value_axis(x) | ({"tickformat": ".0%"} if percent else {}),
        yaxis=_value_axis(y),
    )
    return figure


def reliability(of: Curves, palette: Palette = LIGHT, *, styles: Sequence[str] = ()) -> go.Figure:
    """The spread that was claimed against the error that was found, both in mV, with the line of those that agree."""
    axes = (say("evidence.claimed_axis"), say("evidence.found_axis"))
    figure = curves(of, *axes, palette, styles=styles, percent=False)
    values = np.concatenate([np.asarray(side, float) for pair in of.values() for side in pair])
    values = values[np.isfinite(values) & (values > 0)]
    low, high = (float(values.min()) / 1.3, float(values.max()) * 1.3) if len(values) else (0.01, 1.0)
    ends = [float(np.log10(low)), float(np.log10(high))]
    axis = {"type": "log", "range": ends, "tickvals": [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2]}
    figure.add_scatter(
        x=[low, high],
        y=[low, high],
        mode="lines",
        line={"color": palette.faint_ink, "width": 1, "dash": "dot"},
        name=say("evidence.claimed_is_found"),
        hoverinfo="skip",
    )
    return figure.update_layout(xaxis=axis, yaxis=axis)


def outside(share: float, promised: float) -> str:
    """``▼`` where a coverage is too low by more than `TOLERANCE`, ``▲`` where it is too high, else nothing.

    >>> outside(0.84, 0.9), outside(0.96, 0.9), outside(0.85, 0.9)
    ('▼', '▲', '')
    """
    if share < round(promised - TOLERANCE, 4):
        return "▼"
    return "▲" if share > round(promised + TOLERANCE, 4) else ""


def coverage_map(rows: Mapping[str, Mapping[str, float]], promised: float, palette: Palette = LIGHT) -> go.Figure:
    """Share of true values inside the band, a row for each group and a column for each lead, written into each cell.

    Colour runs from too few over as promised to too many; what is `outside` carries a sign as well.
    """
    columns = list(next(iter(rows.values())))
    shares = np.array([[row[column] for column in columns] for row in rows.values()])
    text = [[f"{decimal(100 * share, 1)}{outside(share, promised)}" for share in row] for row in shares]
    heat = go.Heatmap(
        z=100 * (shares - promised),
        x=columns,
        y=list(rows),
        text=text,
        texttemplate="%{text}",
        textfont={"size": 11},
        zmin=-10,
        zmax=10,
        colorscale=[[0, palette.compared], [0.5, palette.page], [1, palette.estimated]],
        showscale=False,
        xgap=1,
        ygap=1,
        hovertemplate="<b>%{y}, %{x}</b><br>%{text} " + say("evidence.percent_inside") + "<extra></extra>",
    )
    figure = go.Figure(heat)
    figure.update_layout(
        _layout(palette, height=40 + 28 * len(rows), legend=False),
        margin_t=28,
        xaxis={"side": "top", "showgrid": False, "fixedrange": True, "ticks": ""},
        yaxis={"autorange": "reversed", "showgrid": False, "fixedrange": True, "automargin": True, "ticks": ""},
    )
    return figure


def _style(name: str, index: int, styles: Sequence[str]) -> int:
    return (styles.index(name) if name in styles else index) % len(COLOURS)


def _marker(name: str, index: int, styles: Sequence[str], palette: Palette) -> dict[str, Any]:
    style = _style(name, index, styles)
    colour = getattr(palette, COLOURS[style])
    return {"symbol": SYMBOLS[style], "color": colour, "size": 9, "line": {"width": 1.5, "color": colour}}


def _intervals(of: Sequence[Dot]) -> dict[str, Any]:
    """Plotly's error bars; a dot without an interval gets none."""
    return {
        "type": "data",
        "symmetric": False,
        "array": [0.0 if dot.high is None else dot.high - dot.value for dot in of],
        "arrayminus": [0.0 if dot.low is None else dot.value - dot.low for dot in of],
        "visible": any(dot.low is not None for dot in of),
        "thickness": 1.5,
        "width": 4,
    }


def _hover(name: str, category: str, measure: str, dot: Dot) -> str:
    interval = ""
    if dot.low is not None and dot.high is not None:
        ends = say("evidence.interval", low=decimal(dot.low, 3), high=decimal(dot.high, 3))
        interval = f" ({ends})"
    said = f", {name}" if name else ""
    return f"<b>{category}</b>{said}<br>{measure} {decimal(dot.value, 3)}{interval}"


def _value_axis(title: str) -> dict[str, Any]:
    return {
        "title": {"text": title, "standoff": 8},
        "gridcolor": GRID,
        "zeroline": False,
        "automargin": True,
        "fixedrange": True,
    }


def _line_at(value: float, axis: str, palette: Palette) -> dict[str, Any]:
    other = "y" if axis == "x" else "x"
    ends = {f"{axis}0": value, f"{axis}1": value, f"{other}0": 0, f"{other}1": 1, f"{other}ref": "paper"}
    return {"type": "line", "line": {"color": palette.ink, "width": 1.2, "dash": "dash"}, **ends}


def _layout(palette: Palette, *, height: int, legend: bool) -> dict[str, Any]:
    return {
        "paper_bgcolor": palette.page,
        "plot_bgcolor": palette.page,
        "font": {"color": palette.ink, "size": 12, "family": FONT},
        "height": height,
        "margin": {"l": 10, "r": 10, "t": 10, "b": 10},
        "showlegend": legend,
        "legend": {"orientation": "h", "yanchor": "bottom", "y": 1.01, "xanchor": "left", "x": 0},
        "hovermode": "closest",
        "separators": ",." if language() == "de" else ".,",
        "dragmode": False,
        "xaxis": {"fixedrange": True},
        "yaxis": {"fixedrange": True},
    }
