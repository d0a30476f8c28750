"""Where each lead lies on the page: geometry in seconds, mV and mm of paper, without any drawing."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

import numpy as np

from dashboard.theme import PAGE_MM, Layout, LeadOrder
from ecg_core.results import Analysis
from ecg_core.vocabulary import FloatArray, Lead

__all__ = ["WIDEST_PX", "Page", "Panel", "View", "lay_out", "window_seconds"]

BIG_BOX_MM = 5.0
LABEL_MM = 4.5
STRIP_MM = 2.2
CLEARANCE_MM = 1.2
MOST_MM = 25.0
EXTENT_SAMPLES = 50_000
WIDEST_PX = 1020
"""The tracing is drawn no wider: 250 mm of paper, its calibration pulse and its margins fill just that."""


@dataclass(frozen=True)
class View:
    """What the user chose to see: layout, order of the leads, paper, and where the window starts (s).

    ``measuring``: whether dragging draws a caliper rather than moving the paper.
    """

    layout: Layout = Layout.GRID
    order: LeadOrder = LeadOrder.STANDARD
    speed: int = 25
    gain: int = 10
    start: float = 0.0
    measuring: bool = False


@dataclass(frozen=True)
class Panel:
    """One lead on the page: its row, its baseline in mV on the common axis, its time from ``begin`` to ``end`` in s.

    ``name`` is how it is called; ``sign`` is -1 where it is shown upside down.
    """

    lead: Lead
    row: int
    baseline: float
    begin: float
    end: float
    name: str
    sign: int = 1
    rhythm: bool = False


@dataclass(frozen=True)
class Page:
    """A laid-out page.

    ``start`` to ``end``: time shown, s; ``left``: where the paper begins, which leaves room for the calibration pulse,
    s; ``baselines``, ``label_tops`` (height of the lead names) and ``strips`` (lower and upper edge) for each row from
    the top one down, and the ``top`` and ``bottom`` of the paper, all in mV on the common axis.
    """

    panels: tuple[Panel, ...]
    baselines: tuple[float, ...]
    label_tops: tuple[float, ...]
    strips: tuple[tuple[float, float], ...]
    start: float
    end: float
    left: float
    top: float
    bottom: float


def window_seconds(speed: int) -> float:
    """Seconds that fit on the page at this paper speed, mm/s.

    >>> window_seconds(25), window_seconds(50)
    (10.0, 5.0)
    """
    return PAGE_MM / speed


def lay_out(analysis: Analysis, view: View, compared: Analysis | None = None) -> Page:
    """Place every lead so that neighbours do not touch; baselines lie on bold lines of the paper.

    ``compared`` is what another model made of the same recording, which needs room as well.

    The room that a row gets follows from the whole recording, not from the window, so the page stands still while the
    user moves along a long recording.
    """
    seconds = window_seconds(view.speed)
    rows = view.layout.rows(view.order)
    label = 0.0 if view.layout is Layout.STACK else LABEL_MM
    reach = [_reach_mm(analysis, compared, leads, view) for leads in rows]
    depths = [down + CLEARANCE_MM + STRIP_MM + CLEARANCE_MM / 2 for _, down in reach]
    at = [0.0]
    for depth, (up, _) in zip(depths, reach[1:], strict=False):
        at.append(at[-1] - BIG_BOX_MM * ceil((depth + label + up) / BIG_BOX_MM))
    baselines = tuple(mm / view.gain for mm in at)
    # A strip hangs just above the room of the next row.
    strips = tuple(
        ((mm - down - CLEARANCE_MM - STRIP_MM) / view.gain, (mm - down - CLEARANCE_MM) / view.gain)
        for mm, (_, down) in zip(at, reach, strict=True)
    )
    pulse_mm = 0.2 * view.speed + 4.0
    return Page(
        panels=tuple(_panels(view, baselines, seconds)),
        baselines=baselines,
        label_tops=tuple((mm + up + LABEL_MM / 2) / view.gain for mm, (up, _) in zip(at, reach, strict=True)),
        strips=strips,
        start=view.start,
        end=view.start + seconds,
        left=view.start - pulse_mm / view.speed,
        top=(reach[0][0] + label + CLEARANCE_MM) / view.gain,
        bottom=(at[-1] - depths[-1] - CLEARANCE_MM) / view.gain,
    )


def _panels(view: View, baselines: tuple[float, ...], seconds: float) -> Iterator[Panel]:
    rows, order = view.layout.rows(view.order), view.order
    grid = max(map(len, rows)) > 1
    for row, (leads, baseline) in enumerate(zip(rows, baselines, strict=True)):
        edges = np.linspace(view.start, view.start + seconds, len(leads) + 1).tolist()
        for lead, (begin, end) in zip(leads, pairwise(edges), strict=True):
            rhythm = grid and len(leads) == 1
            yield Panel(lead, row, baseline, begin, end, order.shown_as(lead), order.sign(lead), rhythm)


def _reach_mm(
    analysis: Analysis, compared: Analysis | None, leads: tuple[Lead, ...], view: View
) -> tuple[float, float]:
    """How far the leads of a row reach above and below their baseline as they are shown, in mm of paper."""
    reference, gain = analysis.reference, view.gain
    signals: list[FloatArray] = []
    for lead in leads:
        row = analysis.reconstruction.row(lead)
        signals += [view.order.sign(lead) * one.reconstruction.mean[row] for one in (analysis, compared) if one]
        if reference is not None and lead in reference:
            signals.append(view.order.sign(lead) * reference[lead])
    step = max(1, ceil(signals[0].size / EXTENT_SAMPLES))
    extremes = [np.quantile(signal[::step], (0.0002, 0.9998)) for signal in signals]
    up = max(gain + 1.0, *(float(high) * gain for _, high in extremes))
    down = max(0.3 * gain, *(-float(low) * gain for low, _ in extremes))
    most = max(MOST_MM, 2.0 * gain)
    return min(up, most), min(down, most)
