"""Two analyses beside each other on one time axis: two patients, two models, or one patient told differently."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import ceil
from typing import Any, NamedTuple

import numpy as np
import plotly.graph_objects as go

from dashboard.figures.axes import paper
from dashboard.figures.layers import ESTIMATED_DASH, HIGHEST_RATE
from dashboard.texts import say
from dashboard.theme import LIGHT, Palette
from ecg_core.results import Analysis
from ecg_core.vocabulary import ESTIMATED, FloatArray, Lead, Provenance

__all__ = ["SECONDS", "Side", "side_by_side", "thinned"]

SECONDS = 5.0
"""So much of each is seen; dragging one moves the other."""
SPEED, GAIN = 25, 10
GUTTER = 0.012
MOST_MV = 2.5


class Side(NamedTuple):
    """One of the two: how it is called, and its analysis."""

    name: str
    analysis: Analysis


def side_by_side(sides: tuple[Side, Side], leads: Sequence[Lead], start: float, palette: Palette = LIGHT) -> go.Figure:
    """Draw ``leads`` of both from ``start`` s on, at the same scale, each row at one height on both sides."""
    end = start + SECONDS
    reach = [_reach(sides, lead, start, end) for lead in leads]
    baselines = [0.0]
    for (_, low), (high, _) in pairwise(reach):
        baselines.append(baselines[-1] - ceil((low + high + 0.4) / 0.5) * 0.5)
    top, bottom = reach[0][0] + 0.5, baselines[-1] - reach[-1][1] - 0.1
    figure = go.Figure()
    for number, side in enumerate(sides):
        for lead, baseline in zip(leads, baselines, strict=True):
            for trace in _lead(side, lead, baseline, (start, end), palette):
                figure.add_trace(trace.update(xaxis="x2" if number else "x"))
    layout = paper(palette, speed=SPEED, gain=GAIN, times=(start, end), heights=(bottom, top))
    first = layout["xaxis"] | {"constrain": "range", "domain": [0, 0.5 - GUTTER]}
    return figure.update_layout(
        layout
        | {
            "xaxis": first,
            "xaxis2": first | {"domain": [0.5 + GUTTER, 1], "matches": "x", "anchor": "y"},
            "margin": {"l": 10, "r": 10, "t": 40, "b": 42},
            "showlegend": False,
            "annotations": [*_heads(sides), *_names(leads, baselines, reach, start, palette)],
            "uirevision": f"{start}|{','.join(leads)}",
        }
    )


def thinned(signal: FloatArray, points: int) -> list[float]:
    """At most ``points`` values that keep the peaks of ``signal (sample,)``: of each stretch the largest deflection.

    >>> thinned(np.array([0.0, 0.1, 0.9, 0.0]), 2)
    [0.1, 0.9]
    """
    length = max(1, len(signal) // points)
    parts = signal[: len(signal) // length * length].reshape(-1, length)
    peaks = np.take_along_axis(parts, np.abs(parts).argmax(axis=1)[:, None], axis=1)[:, 0]
    return [float(value) for value in peaks]


def _piece(signal: FloatArray, rate: float, ends: tuple[float, float]) -> tuple[FloatArray, float, float]:
    step, first = ceil(rate / HIGHEST_RATE), round(ends[0] * rate)
    return np.asarray(signal[first : round(ends[1] * rate) : step], np.float32), first / rate, step / rate


def _reach(sides: tuple[Side, Side], lead: Lead, start: float, end: float) -> tuple[float, float]:
    """How far the lead reaches above and below its baseline on either side, mV."""
    high, low = 0.5, 0.3
    for _, analysis in sides:
        result, reference = analysis.reconstruction, analysis.reference
        shown = [result.mean[result.row(lead)]]
        shown += [reference[lead]] if reference is not None and lead in reference else []
        pieces = [_piece(signal, result.sampling_rate, (start, end))[0] for signal in shown]
        high = max(high, *(float(piece.max(initial=0)) for piece in pieces))
        low = max(low, *(-float(piece.min(initial=0)) for piece in pieces))
    return min(high, MOST_MV), min(low, MOST_MV)


def _lead(side: Side, lead: Lead, baseline: float, ends: tuple[float, float], palette: Palette) -> Iterator[go.Scatter]:
    """Band, recorded lead where there is one, and the lead as measured or estimated."""
    result, reference = side.analysis.reconstruction, side.analysis.reference
    row, rate = result.row(lead), result.sampling_rate
    provenance = result.provenance(lead)
    measured = provenance is Provenance.MEASURED
    mean, begin, step = _piece(result.mean[row], rate, ends)
    common: dict[str, Any] = {"x0": begin, "dx": step, "mode": "lines", "hoverinfo": "skip"}
    if not measured:
        low, high = (_piece(edge[row], rate, ends)[0] + np.float32(baseline) for edge in (result.low, result.high))
        yield go.Scatter(**common, y=low, line={"width": 0}, name=f"{lead} band")
        yield go.Scatter(
            **common, y=high, line={"width": 0}, fill="tonexty", fillcolor=palette.band, name=f"{lead} band"
        )
    if reference is not None and lead in reference and lead in ESTIMATED:
        recorded = _piece(reference[lead], rate, ends)[0] + np.float32(baseline)
        line = {"color": palette.reference, "width": 1.9}
        yield go.Scatter(**common, y=recorded, line=line, name=f"{lead} reference")
    yield go.Scatter(
        **common | {"hoverinfo": None},
        y=mean + np.float32(baseline),
        customdata=mean,
        hovertemplate=f"{side.name}<br><b>{lead}</b> {provenance}<br>"
        "%{x:.2f} s, %{customdata:.2f} mV<extra></extra>",
        line={
            "color": palette.measured if measured else palette.estimated,
            "width": 1.5 if measured else 1.3,
            "dash": "solid" if measured else ESTIMATED_DASH,
        },
        name=f"{lead} {provenance}",
    )


def _heads(sides: tuple[Side, Side]) -> list[dict[str, Any]]:
    """Above each half which it is, and once the scale."""
    common = {"showarrow": False, "xref": "paper", "yref": "paper", "y": 1, "yanchor": "bottom", "font": {"size": 12}}
    heads = [
        common | {"text": f"<b>{side.name}</b>", "x": at, "xanchor": "left"}
        for side, at in zip(sides, (0, 0.5 + GUTTER), strict=True)
    ]
    scale = say("cases.scale", speed=SPEED, gain=GAIN)
    return [
        *heads,
        common
        | {"text": scale, "x": 1, "xanchor": "right", "font": {"size": 10}, "y": 0, "yanchor": "top", "yshift": -18},
    ]


def _names(
    leads: Sequence[Lead], baselines: Sequence[float], reach: Sequence[tuple[float, float]], at: float, palette: Palette
) -> Iterator[dict[str, Any]]:
    for lead, baseline, (high, _) in zip(leads, baselines, reach, strict=True):
        estimated = lead in ESTIMATED
        word = Provenance.ESTIMATED if estimated else Provenance.MEASURED
        for axis in ("x", "x2"):
            yield {
                "text": f"<b>{lead}</b> {word}", "xref": axis, "x": at, "xanchor": "left", "y": baseline + high,
                "yanchor": "bottom", "showarrow": False,
                "font": {"size": 11, "color": palette.estimated if estimated else palette.measured},
            }  # fmt: skip
