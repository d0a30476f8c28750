"""Calipers on the tracing: what a box drawn by the mouse measures, how it is marked, and the list of them."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.paper import Page, Panel, View
from dashboard.texts import say
from dashboard.theme import LeadOrder, Palette
from ecg_core.results import Analysis, Caliper
from ecg_core.vocabulary import FloatArray, Lead

__all__ = ["LEAST_MARCHED", "beats_per_minute", "caliper_table", "marched_lines", "marks", "spanned"]

SNAP_MM = 1.5
"""Corners no further than this from the curve, in mm of paper, are taken for points of the curve."""
SLOWEST, FASTEST = 20.0, 300.0
"""Rates in beats per minute that a distance is given as; no heart beats outside."""
LEAST_MARCHED = 0.1
"""Shortest distance, in s, that is marched out."""
HALF_CAP_MM = 1.2
LABEL_SHARE = 0.15
"""Of the page's width: what the label of a caliper takes at most."""


def spanned(
    analysis: Analysis, page: Page, view: View, times: tuple[float, float], heights: tuple[float, float]
) -> tuple[Lead, float, float] | None:
    """The lead, start and end (s) that a box measures: ``times`` in s, ``heights`` in mV on the common axis.

    The row is the one in which the middle of the box lies. Where two opposite corners lie near the curve (`SNAP_MM`)
    its nearest points are the ends, so that a peak is met exactly; else the ends are where the box was drawn. None
    where the box does not lie in one lead.
    """
    left, right = sorted(times)
    panel = _panel_at(page, (left + right) / 2, sum(heights) / 2)
    if panel is None or left < panel.begin or right > panel.end:
        return None
    rate = analysis.reconstruction.sampling_rate
    curve = panel.baseline + panel.sign * analysis.reconstruction.mean[analysis.reconstruction.row(panel.lead)]
    reached = [
        [_nearest(curve, rate, view, *corner) for corner in ((left, first), (right, last))]
        for first, last in (heights, heights[::-1])
    ]
    best = min(reached, key=lambda ends: sum(distance for _, distance in ends))
    near = all(distance <= SNAP_MM for _, distance in best)
    start, end = (time for time, _ in best) if near else (left, right)
    within = 0 <= start < end <= (len(curve) - 1) / rate
    return (panel.lead, start, end) if within and round(start * rate) < round(end * rate) else None


def _panel_at(page: Page, time: float, height: float) -> Panel | None:
    """The panel at a point of the page: a row reaches down to the lower edge of its strip."""
    row = sum(height < bottom for bottom, _ in page.strips)
    there = (panel for panel in page.panels if panel.row == row and panel.begin <= time < panel.end)
    return next(there, None)


def _nearest(curve: FloatArray, rate: float, view: View, time: float, height: float) -> tuple[float, float]:
    """The time of the point of ``curve`` nearest to a point of the paper, and how far it is, in mm."""
    reach = SNAP_MM / view.speed
    first, last = max(0, int((time - reach) * rate)), min(len(curve), int((time + reach) * rate) + 2)
    if first >= last:
        return time, np.inf
    across = (np.arange(first, last) / rate - time) * view.speed
    distance = np.hypot(across, (curve[first:last] - height) * view.gain)
    best = int(np.argmin(distance))
    return (first + best) / rate, float(distance[best])


def marks(
    calipers: Sequence[Caliper], page: Page, view: View, palette: Palette
) -> tuple[list[go.Scatter], list[dict[str, object]]]:
    """Each caliper as a bar with caps above its strip and a dot on the curve at both ends, and the labels of them."""
    traces, labels = [], []
    cap = HALF_CAP_MM / view.gain
    for caliper in calipers:
        for panel in _panels_of(caliper, page):
            level = page.strips[panel.row][1] + 1.5 * cap
            points = [panel.baseline + panel.sign * value for value in (caliper.from_mv, caliper.to_mv)]
            x = [caliper.start, caliper.start, caliper.start, caliper.end, caliper.end, caliper.end]
            y = [points[0], level - cap, level, level, level - cap, points[1]]
            traces.append(
                go.Scatter(
                    x=x,
                    y=np.asarray(y, np.float32),
                    mode="lines+markers",
                    line={"color": palette.caliper, "width": 1.6},
                    marker={"color": palette.caliper, "size": [7, 0, 0, 0, 0, 7], "symbol": "circle-open-dot"},
                    name=f"caliper {caliper.name}",
                    text=_in_words(caliper, view.order),
                    hovertemplate="%{text}<extra></extra>",
                    showlegend=False,
                )
            )
            labels.append(
                {
                    "name": f"caliper {caliper.name}",
                    "text": f"<b>{_plain(caliper.name)}</b> {1000 * (caliper.end - caliper.start):.0f} ms",
                    "y": level,
                    "yanchor": "middle",
                    **_beside(caliper, page),
                    "showarrow": False,
                    "font": {"size": 10, "color": palette.caliper},
                }
            )
    return traces, labels


def _beside(caliper: Caliper, page: Page) -> dict[str, object]:
    """The label right of its bar, or left of it where the page ends."""
    if caliper.end > page.end - LABEL_SHARE * (page.end - page.start):
        return {"x": caliper.start, "xanchor": "right", "xshift": -3}
    return {"x": caliper.end, "xanchor": "left", "xshift": 3}


def _plain(name: str) -> str:
    """A typed name without what Plotly would read as markup."""
    return name.replace("<", "‹").replace(">", "›").replace("&", "+")


def _panels_of(caliper: Caliper, page: Page) -> Iterator[Panel]:
    for panel in page.panels:
        if panel.lead is caliper.lead and panel.begin <= caliper.start and caliper.end <= panel.end:
            yield panel


def marched_lines(caliper: Caliper, page: Page, palette: Palette) -> go.Scatter:
    """The distance laid end to end over the whole window, as dotted lines through every row."""
    step = caliper.end - caliper.start
    first = np.ceil(round((page.start - caliper.start) / step, 6))
    last = np.floor(round((page.end - caliper.start) / step, 6))
    times = caliper.start + step * np.arange(first, last + 1)
    return go.Scatter(
        x=np.repeat(times, 3),
        y=np.tile([page.bottom, page.top, np.nan], len(times)),
        mode="lines",
        line={"color": palette.caliper, "width": 1, "dash": "dot"},
        hoverinfo="skip",
        name=f"march {caliper.name}",
        showlegend=False,
    )


def beats_per_minute(caliper: Caliper) -> float | None:
    """The rate at which beats are so far apart, None where no heart beats so."""
    rate = 60 / (caliper.end - caliper.start)
    return rate if SLOWEST <= rate <= FASTEST else None


def _difference(caliper: Caliper, order: LeadOrder) -> tuple[float, float, float]:
    """The difference in mV as the lead is shown, and its interval (not a number where it was measured)."""
    sign = order.sign(caliper.lead)
    low, high = sorted(sign * end for end in caliper.interval_mv) if caliper.interval_mv else (np.nan, np.nan)
    return sign * (caliper.to_mv - caliper.from_mv), low, high


def _in_words(caliper: Caliper, order: LeadOrder) -> str:
    """A caliper in one line."""
    value, low, high = _difference(caliper, order)
    rate = beats_per_minute(caliper)
    parts = [
        f"{1000 * (caliper.end - caliper.start):.0f} ms",
        *([] if rate is None else [f"{rate:.0f} {say('term.bpm')}"]),
    ]
    parts.append(f"{value:+.2f} mV")
    if caliper.interval_mv is not None:
        parts.append(say("calipers.interval", low=f"{low:+.2f}", high=f"{high:+.2f}"))
    return f"<b>{_plain(caliper.name)}</b> · {order.shown_as(caliper.lead)} · {' · '.join(parts)}"


def caliper_table(calipers: Sequence[Caliper], order: LeadOrder) -> pd.DataFrame:
    """All calipers, a row each; the columns are called as `say` calls them."""
    rows = []
    for caliper in calipers:
        value, low, high = _difference(caliper, order)
        measured, rate = caliper.interval_mv is None, beats_per_minute(caliper)
        rows.append(
            [
                caliper.name,
                f"{order.shown_as(caliper.lead)} {say('calipers.measured' if measured else 'calipers.estimated')}",
                caliper.start,
                1000 * (caliper.end - caliper.start),
                "–" if rate is None else f"{rate:.0f}",
                f"{value:+.2f}",
                "–" if measured else f"{low:+.2f} … {high:+.2f}",
            ]
        )
    names = ("name", "lead", "start", "ms", "bpm", "mv", "range")
    return pd.DataFrame(rows, columns=[say(f"calipers.{name}") for name in names])
