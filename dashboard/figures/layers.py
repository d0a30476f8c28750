"""The layers of the tracing: each function turns one kind of value into traces or shapes."""

from collections.abc import Iterable, Iterator
from math import ceil

import numpy as np
import plotly.graph_objects as go

from dashboard.figures.paper import Page, Panel, View
from dashboard.texts import say
from dashboard.theme import Palette, Spread
from ecg_core.corrections import by_hand
from ecg_core.results import Analysis, Segments
from ecg_core.vocabulary import FloatArray, IntArray, Provenance

__all__ = [
    "HIGHEST_RATE",
    "NAMES_PIXELS",
    "bands",
    "calibration_pulses",
    "comparison_line",
    "comparisons",
    "heat_strips",
    "references",
    "separators",
    "spread_name",
    "waveforms",
    "waves",
    "waves_in",
]

HIGHEST_RATE = 250.0
"""Highest rate at which a curve is drawn, Hz; the signal holds nothing above 40 Hz."""
BAND_RATE = 125.0
"""Lowest rate at which a band is drawn, Hz."""
NAMES_PIXELS = 10
"""Height of the names of the waves, just above the paper."""
STRIP_SECONDS = 0.02
ESTIMATED_DASH = "7px,1.5px"
COMPARED_DASH = "1.5px,1.5px"
Shape = dict[str, object]


def _piece(signal: FloatArray, panel: Panel, sampling_rate: float) -> tuple[FloatArray, float, float]:
    """The panel's part of ``signal`` as it is shown, thinned to at most `HIGHEST_RATE`: values, time of the first and
    step in s.
    """
    step = ceil(sampling_rate / HIGHEST_RATE)
    first = max(0, ceil(round(panel.begin * sampling_rate, 6)))
    last = int(round(panel.end * sampling_rate, 6)) + 1
    values = np.asarray(signal[first : min(last, signal.size) : step], dtype=np.float32)
    return values * np.float32(panel.sign), first / sampling_rate, step / sampling_rate


def _edges(analysis: Analysis, panel: Panel) -> tuple[FloatArray, FloatArray]:
    """The band's arrays of which the panel shows the lower and the upper edge: upside down, they change places."""
    low, high = analysis.reconstruction.low, analysis.reconstruction.high
    return (low, high) if panel.sign > 0 else (high, low)


def waveforms(analysis: Analysis, page: Page, palette: Palette, measured_as: str | None = None) -> Iterator[go.Scatter]:
    """The measured lead as a solid line, each estimated one as a finely broken line in another colour.

    ``measured_as`` is said of the measured lead where it no longer is as it was measured.
    """
    reconstruction = analysis.reconstruction
    promise = f"{reconstruction.coverage:.0%}"
    for panel in page.panels:
        row = reconstruction.row(panel.lead)
        mean, begin, step = _piece(reconstruction.mean[row], panel, reconstruction.sampling_rate)
        provenance = reconstruction.provenance(panel.lead)
        measured = provenance is Provenance.MEASURED
        details = [mean]
        said = (measured_as or say("words.measured")) if measured else say("words.estimated")
        text = f"<b>{panel.name}</b> {said}<br>%{{x:.2f}} s, %{{customdata[0]:.2f}} mV"
        if not measured:
            low, high = (_piece(side[row], panel, reconstruction.sampling_rate)[0] for side in _edges(analysis, panel))
            details += [low, high]
            text += f"<br>{say('tracing.band_hover', share=promise)}"
        yield go.Scatter(
            x0=begin,
            dx=step,
            y=mean + np.float32(panel.baseline),
            customdata=np.stack(details, axis=1),
            hovertemplate=text + "<extra></extra>",
            mode="lines",
            line={
                "color": palette.measured if measured else palette.estimated,
                "width": 1.5 if measured else 1.3,
                "dash": "solid" if measured else ESTIMATED_DASH,
            },
            name=f"{panel.name} {provenance}",
            showlegend=False,
        )


def _joined(pieces: Iterable[tuple[FloatArray, FloatArray]]) -> dict[str, FloatArray]:
    """Curves of several panels, each as times and heights, as the ``x`` and ``y`` of one trace with gaps between."""
    x, y = ([*side] for side in zip(*pieces, strict=True))
    gap = [np.float32(np.nan)]
    return {
        name: np.concatenate([part for curve in side for part in (curve, gap)], dtype=np.float32)
        for name, side in (("x", x), ("y", y))
    }


def _halved(edge: FloatArray, widest: np.ufunc) -> FloatArray:
    """Every other sample of an edge, as far out as its neighbours: lines between them never cut the edge.

    >>> _halved(np.array([0.0, 0.0, 1.0, 3.0, 1.0, 0.0]), np.maximum)
    array([0., 3., 3., 1.])
    """
    padded = np.pad(edge, 1, mode="edge")
    out = widest(widest(padded[:-2], edge), padded[2:])
    return np.append(out[:-1:2], out[-1:])


def bands(analysis: Analysis, page: Page, palette: Palette) -> go.Scatter:
    """The calibrated band of all estimated leads: of each the area between its lower and its upper edge.

    It is never drawn narrower than it is: a curve that is drawn at twice `BAND_RATE` has every other sample of it.
    """
    reconstruction = analysis.reconstruction

    def outlines() -> Iterator[tuple[FloatArray, FloatArray]]:
        for panel in page.panels:
            if reconstruction.provenance(panel.lead) is Provenance.MEASURED:
                continue
            row = reconstruction.row(panel.lead)
            (low, begin, step), (high, *_) = (
                _piece(side[row], panel, reconstruction.sampling_rate) for side in _edges(analysis, panel)
            )
            times = begin + step * np.arange(len(low))
            if low.size and 1 / step >= 2 * BAND_RATE:
                low, high, times = (
                    _halved(low, np.minimum),
                    _halved(high, np.maximum),
                    np.append(times[:-1:2], times[-1]),
                )
            yield np.append(times, times[::-1]), np.append(low, high[::-1]) + np.float32(panel.baseline)

    return go.Scatter(
        **_joined(outlines()),
        mode="lines",
        line={"width": 0},
        fill="toself",
        fillcolor=palette.band,
        hoverinfo="skip",
        name="band",
        legendgroup="band",
        showlegend=False,
    )


def references(analysis: Analysis, page: Page, palette: Palette) -> list[go.Scatter]:
    """The leads that the file held and the network did not see, in grey: one trace, or none where it held none."""
    reference = analysis.reference
    if reference is None:
        return []

    def curves() -> Iterator[tuple[FloatArray, FloatArray]]:
        for panel in page.panels:
            if panel.lead in reference and analysis.reconstruction.provenance(panel.lead) is not Provenance.MEASURED:
                values, begin, step = _piece(reference[panel.lead], panel, reference.sampling_rate)
                yield begin + step * np.arange(len(values)), values + np.float32(panel.baseline)

    return [
        go.Scatter(
            **_joined(curves()),
            mode="lines",
            line={"color": palette.reference, "width": 1.9},
            hoverinfo="skip",
            name="reference",
            legendgroup="reference",
            showlegend=False,
        )
    ]


def comparison_line(palette: Palette) -> dict[str, object]:
    """The thin dotted line of a model that is compared."""
    return {"color": palette.compared, "width": 1.1, "dash": COMPARED_DASH}


def comparisons(compared: Analysis | None, page: Page, palette: Palette) -> Iterator[go.Scatter]:
    """What another model estimates of each lead, over what is drawn already."""
    if compared is None:
        return
    reconstruction, name = compared.reconstruction, compared.card.name
    said = say("tracing.estimated_by", model=name)
    for panel in page.panels:
        if reconstruction.provenance(panel.lead) is Provenance.MEASURED:
            continue
        row = reconstruction.row(panel.lead)
        values, begin, step = _piece(reconstruction.mean[row], panel, reconstruction.sampling_rate)
        yield go.Scatter(
            x0=begin,
            dx=step,
            y=values + np.float32(panel.baseline),
            customdata=values,
            hovertemplate=f"<b>{panel.name}</b> {said}<br>%{{x:.2f}} s, %{{customdata:.2f}} mV<extra></extra>",
            mode="lines",
            line=comparison_line(palette),
            name=f"{panel.name} by {name}",
            legendgroup="compared",
            showlegend=False,
        )


def calibration_pulses(page: Page, view: View, palette: Palette) -> go.Scatter:
    """A pulse of 1 mV for 200 ms before every row, as one trace."""
    millimetre = 1.0 / view.speed
    times = page.left + millimetre * np.array([0.8, 1.8, 1.8, 0, 0, 1.0])
    times[3:] = times[2] + np.array([0.2, 0.2, 0.2 + millimetre])
    heights = np.array([0.0, 0.0, 1.0, 1.0, 0.0, 0.0])
    x = np.tile(np.append(times, np.nan), len(page.baselines))
    y = np.concatenate([np.append(heights + baseline, np.nan) for baseline in page.baselines])
    return go.Scatter(
        x=x,
        y=y.astype(np.float32),
        mode="lines",
        line={"color": palette.ink, "width": 1.1},
        hoverinfo="skip",
        name="calibration 1 mV, 200 ms",
        showlegend=False,
    )


def heat_strips(analysis: Analysis, page: Page, spread: Spread, scale: dict[str, object]) -> go.Heatmap:
    """One heat map for all rows, coloured by ``scale``: under each lead the largest spread in every 20 ms, mV."""
    reconstruction = analysis.reconstruction
    values = reconstruction.total_sd if spread is Spread.TOTAL else reconstruction.epistemic_sd
    columns = max(1, round((page.end - page.start) / STRIP_SECONDS))
    edges = page.start + STRIP_SECONDS * np.arange(columns + 1)
    at = np.round(edges * reconstruction.sampling_rate).astype(np.int64)
    strips = np.full((len(page.strips), columns), np.nan, dtype=np.float32)
    for panel in page.panels:
        inside = (edges[:-1] >= panel.begin - 1e-9) & (edges[:-1] < panel.end - 1e-9) & (at[1:] <= values.shape[1])
        where = np.flatnonzero(inside)
        if where.size:
            row = values[reconstruction.row(panel.lead)]
            starts = at[where]
            strips[panel.row, where] = np.maximum.reduceat(row[: at[where[-1] + 1]], starts)
    # Between the strips lie empty rows, so that one map with edges in mV draws them all, from the bottom up.
    z = np.full((2 * len(page.strips) - 1, columns), np.nan, dtype=np.float32)
    z[::2] = strips[::-1]
    said = say("tracing.doubt_hover", spread=spread_name(spread))
    return go.Heatmap(
        x=edges,
        y=np.array([edge for strip in reversed(page.strips) for edge in strip]),
        z=z,
        hovertemplate=f"{said}<br>%{{x:.2f}} s, %{{z:.3f}} mV<extra></extra>",
        hoverongaps=False,
        name=f"{spread} sd",
        **scale,
    )


def spread_name(spread: Spread) -> str:
    """What a spread is called on the page."""
    return say(f"tracing.{spread.name.lower()}")


def waves_in(segments: Segments, start: float, end: float) -> tuple[IntArray, IntArray]:
    """The QRS and the T waves of which a part lies between ``start`` and ``end``, s: two arrays ``(n, 2)``."""
    first, last = start * segments.sampling_rate, end * segments.sampling_rate
    return (
        segments.qrs[(segments.qrs[:, 1] > first) & (segments.qrs[:, 0] < last)],
        segments.t[(segments.t[:, 1] > first) & (segments.t[:, 0] < last)],
    )


def waves(segments: Segments, start: float, end: float, palette: Palette) -> list[Shape]:
    """A shaded region over the whole height for each wave found on the measured Lead I from ``start`` to ``end`` s.

    Those that were corrected by hand have a dotted edge and a star.
    """
    styles = (("QRS", palette.qrs, palette.qrs_edge), ("T", palette.t, palette.t_edge))
    regions = waves_in(segments, start, end)
    corrected = {(mark.wave, mark.onset, mark.offset) for mark in by_hand(segments)}
    return [
        {
            "type": "rect",
            "name": name,
            "xref": "x",
            "yref": "y domain",
            "x0": max(float(onset) / segments.sampling_rate, start),
            "x1": min(float(offset) / segments.sampling_rate, end),
            "y0": 0,
            "y1": 1,
            "fillcolor": fill,
            "line": {"width": 1 if starred else 0, "dash": "dot", "color": edge},
            "layer": "below",
            "label": {
                "text": f"{name}{'*' * starred}",
                "textposition": "top center",
                "yanchor": "bottom",
                "font": {"size": 8, "color": edge},
            },
            "legendgroup": name,
            "showlegend": index == 0,
        }
        for region, (name, fill, edge) in zip(regions, styles, strict=True)
        for index, (onset, offset) in enumerate(region.tolist())
        for starred in [(name, onset, offset) in corrected]
    ]


def separators(page: Page, palette: Palette) -> list[Shape]:
    """Short upright strokes where one lead gives way to the next in a row."""
    return [
        {
            "type": "line",
            "name": "lead change",
            "x0": panel.begin,
            "x1": panel.begin,
            "y0": panel.baseline - 0.25,
            "y1": panel.baseline + 0.25,
            "line": {"color": palette.ink, "width": 1},
        }
        for panel in page.panels
        if panel.begin > page.start
    ]
