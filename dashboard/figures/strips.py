"""A few leads below each other on ECG paper, each as recorded, as estimated, or both: what a lesson or a quiz shows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from math import ceil
from typing import Any

import numpy as np
import plotly.graph_objects as go

from dashboard.figures.axes import paper
from dashboard.figures.layers import HIGHEST_RATE
from dashboard.texts import say
from dashboard.theme import LIGHT, Palette
from ecg_core.results import Analysis
from ecg_core.vocabulary import MEASURED, FloatArray, Lead

__all__ = ["Kind", "Line", "Row", "rows_of", "strips"]

SPEED, GAIN = 25, 10
PIXELS_ACROSS = 620
LEAST_MV = 0.4
CLEARANCE_MV = 0.25
MARGINS = {"l": 10, "r": 10, "t": 30, "b": 26, "pad": 0, "autoexpand": False}


class Kind(StrEnum):
    """What a line is; ``HIDDEN`` does not say it."""

    MEASURED = "measured"
    ESTIMATED = "estimated"
    RECORDED = "recorded"
    SPOILT = "spoilt"
    HIDDEN = "hidden"


@dataclass(frozen=True, eq=False)
class Line:
    """One curve of a row: ``values (sample,)`` in mV, its edges ``low`` and ``high`` where a band belongs to it."""

    kind: Kind
    values: FloatArray
    low: FloatArray | None = None
    high: FloatArray | None = None


@dataclass(frozen=True, eq=False)
class Row:
    """One row of the paper: its name and the lines on its baseline."""

    name: str
    lines: tuple[Line, ...]


def rows_of(
    analysis: Analysis, leads: Sequence[Lead], *, start: float, seconds: float, recorded: bool, estimated: bool
) -> list[Row]:
    """A row for each lead, from ``start`` for ``seconds``: as ``recorded`` where the file held it, as ``estimated``."""
    result, rate = analysis.reconstruction, analysis.reconstruction.sampling_rate
    part = slice(round(start * rate), round((start + seconds) * rate))
    rows = []
    for lead in leads:
        at, lines = result.row(lead), []
        if lead in MEASURED:
            lines.append(Line(Kind.MEASURED, result.mean[at, part]))
        else:
            if recorded and analysis.reference is not None and lead in analysis.reference:
                lines.append(Line(Kind.RECORDED, analysis.reference[lead][part]))
            if estimated:
                line = Line(Kind.ESTIMATED, result.mean[at, part], result.low[at, part], result.high[at, part])
                lines.append(line)
        rows.append(Row(str(lead), tuple(lines)))
    return rows


def strips(rows: Sequence[Row], rate: float, start: float, palette: Palette = LIGHT) -> go.Figure:
    """Draw the ``rows``, sampled at ``rate`` Hz from ``start`` s, each with as much room as it needs."""
    spans = [_span(row) for row in rows]
    baselines = [0.0]
    for (down, _), (_, up) in pairwise(spans):
        baselines.append(baselines[-1] - ceil(2 * (down + up + CLEARANCE_MV)) / 2)  # on a bold line
    end = start + max(line.values.size for row in rows for line in row.lines) / rate
    top, bottom = spans[0][1] + CLEARANCE_MV, baselines[-1] - spans[-1][0] - CLEARANCE_MV
    across = PIXELS_ACROSS - MARGINS["l"] - MARGINS["r"]
    tall = (top - bottom) * GAIN / ((end - start) * SPEED) * across
    traces: list[go.Scatter] = []
    step = ceil(rate / HIGHEST_RATE)
    for row, baseline in zip(rows, baselines, strict=True):
        for line in row.lines:
            traces += [
                trace.update(x0=start, dx=step / rate) for trace in _drawn(row.name, line, baseline, step, palette)
            ]
    sheet = paper(palette, speed=SPEED, gain=GAIN, times=(start, end), heights=(bottom, top))
    return go.Figure(
        data=[*traces, *_legend(rows, start, palette)],
        layout=sheet
        | {
            "width": PIXELS_ACROSS,
            "height": ceil(tall) + MARGINS["t"] + MARGINS["b"],
            "margin": MARGINS,
            "dragmode": False,
            "annotations": [*_names(rows, baselines, spans, start, palette), _print(palette)],
            "legend": {"orientation": "h", "x": 0, "y": 1, "yanchor": "top", "yref": "container", "font": {"size": 11}},
        },
    )


def _span(row: Row) -> tuple[float, float]:
    """How far the row reaches below and above its baseline, mV."""
    lows = [float(np.min(line.values)) for line in row.lines]
    highs = [float(np.max(line.values)) for line in row.lines]
    return max(LEAST_MV, -min(lows)), max(LEAST_MV, *highs)


def _style(kind: Kind, palette: Palette) -> dict[str, Any]:
    return {
        Kind.MEASURED: {"color": palette.measured, "width": 1.5},
        Kind.ESTIMATED: {"color": palette.estimated, "width": 1.4, "dash": "7px,1.5px"},
        Kind.RECORDED: {"color": palette.reference, "width": 1.9},
        Kind.SPOILT: {"color": palette.compared, "width": 1.3},
        Kind.HIDDEN: {"color": palette.ink, "width": 1.4},
    }[kind]


def _drawn(name: str, line: Line, baseline: float, step: int, palette: Palette) -> Iterator[go.Scatter]:
    common = {"mode": "lines", "showlegend": False}
    if line.low is not None and line.high is not None:
        for side, fill in ((line.low, None), (line.high, "tonexty")):
            y = np.asarray(side[::step] + baseline, np.float32)
            yield go.Scatter(
                y=y, line={"width": 0}, fill=fill, fillcolor=palette.band, hoverinfo="skip", name=f"{name} band",
                **common,
            )  # fmt: skip
    values = np.asarray(line.values[::step], np.float32)
    kind = "" if line.kind is Kind.HIDDEN else say(f"strips.{line.kind}")
    yield go.Scatter(
        y=values + np.float32(baseline),
        customdata=values,
        hovertemplate=f"<b>{name}</b> {kind}<br>%{{x:.2f}} s, %{{customdata:.2f}} mV<extra></extra>",
        line=_style(line.kind, palette),
        name=f"{name} {line.kind}",
        **common,
    )


def _legend(rows: Sequence[Row], start: float, palette: Palette) -> Iterator[go.Scatter]:
    for kind in dict.fromkeys(line.kind for row in rows for line in row.lines):
        if kind is not Kind.HIDDEN:
            yield go.Scatter(
                x=[start], y=[None], mode="lines", line=_style(kind, palette), name=say(f"strips.{kind}"),
                hoverinfo="skip",
            )  # fmt: skip


def _names(
    rows: Sequence[Row],
    baselines: Sequence[float],
    spans: Sequence[tuple[float, float]],
    start: float,
    palette: Palette,
) -> Iterator[dict[str, Any]]:
    for row, baseline, (_, up) in zip(rows, baselines, spans, strict=True):
        yield {
            "text": f"<b>{row.name}</b>",
            "showarrow": False,
            "x": start,
            "xanchor": "left",
            "xshift": 3,
            "y": baseline + min(up, 0.45),
            "font": {"size": 12, "color": palette.ink},
            "bgcolor": palette.paper,
            "borderpad": 1,
        }


def _print(palette: Palette) -> dict[str, Any]:
    return {
        "text": f"{SPEED} mm/s · {GAIN} mm/mV · {say('what_if.not_to_scale')}",
        "showarrow": False,
        "xref": "x domain",
        "yref": "y domain",
        "x": 1,
        "xanchor": "right",
        "y": 1,
        "yanchor": "bottom",
        "font": {"size": 10, "color": palette.faint_ink},
    }
