"""The beat of each lead: the median over all beats, aligned on R, with its band and what it can be compared with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

import numpy as np
import plotly.graph_objects as go

from dashboard.figures.axes import paper
from dashboard.figures.layers import COMPARED_DASH, ESTIMATED_DASH
from dashboard.texts import say
from dashboard.theme import LIGHT, Palette
from ecg_core.results import Analysis
from ecg_core.signals.beats import AFTER, BEFORE, median_beat
from ecg_core.vocabulary import LEADS, MEASURED, FloatArray, Lead

__all__ = ["Beats", "Compared", "beat_figure", "beats_of", "median_of"]

SPEED, GAIN = 50, 20
COLUMNS = 6
ACROSS = BEFORE + AFTER + 0.2
"""Seconds of paper that a beat gets, with the gap to the next."""
LABEL_MV, CLEARANCE_MV = 0.4, 0.2
MARGINS = {"l": 10, "r": 14, "t": 70, "b": 86}
LINE_LETTERS = 88


@dataclass(frozen=True, eq=False)
class Beats:
    """The median beat of an analysis, each ``(12, sample)`` in mV with R at `ecg_core.signals.beats.BEFORE` seconds.

    ``mean``, ``low`` and ``high``: the estimate and the edges of its band; ``reference``: recorded leads, as far as the
    file held them; ``count``: how many beats lie whole in the recording.
    """

    mean: FloatArray
    low: FloatArray
    high: FloatArray
    reference: Mapping[Lead, FloatArray]
    count: int
    sampling_rate: float


@dataclass(frozen=True, eq=False)
class Compared:
    """A beat to be compared with, ``beat (12, sample)`` in mV, aligned as those of `Beats`, and what it is called."""

    beat: FloatArray
    name: str


def beats_of(analysis: Analysis) -> Beats | None:
    """The median beat of each lead of an analysis; None where Lead I shows no whole beat."""
    reconstruction, recorded = analysis.reconstruction, analysis.reference
    mean, low, high = (
        median_of(analysis, signals) for signals in (reconstruction.mean, reconstruction.low, reconstruction.high)
    )
    if mean is None or low is None or high is None:
        return None
    reference = None if recorded is None else median_of(analysis, recorded.signals)
    held = {} if recorded is None or reference is None else dict(zip(recorded.leads, reference, strict=True))
    rate, peaks = reconstruction.sampling_rate, analysis.examination.segments.r_peaks
    before, after = round(BEFORE * rate), round(AFTER * rate)
    count = int(((peaks >= before) & (peaks + after < reconstruction.mean.shape[1])).sum())
    return Beats(mean, low, high, held, count, rate)


def median_of(analysis: Analysis, signals: FloatArray) -> FloatArray | None:
    """The median beat of ``signals (lead, sample)``, aligned on the R peaks of the measured Lead I."""
    rate = analysis.reconstruction.sampling_rate
    return median_beat(signals, analysis.examination.segments.r_peaks, rate, rate)


def beat_figure(
    beats: Beats,
    palette: Palette = LIGHT,
    *,
    compared: Compared | None = None,
    passes: Sequence[FloatArray] = (),
) -> go.Figure:
    """Two rows of six beats on ECG paper: the limb leads above the chest leads, all aligned on R.

    ``compared``: the mean beat of other patients; ``passes``: the beats of single passes, each
    ``(12, sample)``.
    """
    places, bottom, top = _places(beats, [*passes, *([] if compared is None else [compared.beat])])
    traces: list[Any] = []
    for lead in LEADS:
        if lead not in MEASURED:
            traces += _estimated(lead, beats, places[lead], palette, compared=compared, passes=passes)
    traces += [_line(f"{lead}", beats.mean, lead, beats, places[lead], line=_own(lead, palette)) for lead in LEADS]
    layout = paper(palette, speed=SPEED, gain=GAIN, times=(-0.1, COLUMNS * ACROSS - 0.1), heights=(bottom, top))
    layout["xaxis"] |= {"showticklabels": False}
    return go.Figure(
        data=[*traces, *_legend(beats, palette, compared, passes)],
        layout=layout
        | {
            "margin": MARGINS | {"pad": 0, "autoexpand": False},
            "uirevision": "beats",
            "legend": {"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom", "font": {"size": 11}},
            "annotations": [*_names(beats, places, palette), _print(beats, palette)],
            "shapes": [_r_line(places[lead], palette, bottom, top) for lead in LEADS[:COLUMNS]],
        },
    )


Place = tuple[float, float]
"""Where a beat lies: the time of its first sample in s, and its baseline in mV."""


def _places(beats: Beats, others: Sequence[FloatArray]) -> tuple[dict[Lead, Place], float, float]:
    """Where each lead lies, and the bottom and top of the paper, so that the rows do not touch."""
    shown = [beats.mean, beats.low, beats.high, *others]
    rows = [slice(0, COLUMNS), slice(COLUMNS, None)]
    reach = [(min(float(one[row].min()) for one in shown), max(float(one[row].max()) for one in shown)) for row in rows]
    for lead, beat in beats.reference.items():
        at = LEADS.index(lead) // COLUMNS
        reach[at] = (min(reach[at][0], float(beat.min())), max(reach[at][1], float(beat.max())))
    step = np.ceil(2 * (reach[1][1] - reach[0][0] + LABEL_MV + CLEARANCE_MV)) / 2
    levels = (0.0, -float(step))
    places = {lead: (at % COLUMNS * ACROSS, levels[at // COLUMNS]) for at, lead in enumerate(LEADS)}
    return places, levels[1] + reach[1][0] - CLEARANCE_MV, reach[0][1] + LABEL_MV


def _own(lead: Lead, palette: Palette) -> dict[str, object]:
    if lead in MEASURED:
        return {"color": palette.measured, "width": 1.7}
    return {"color": palette.estimated, "width": 1.5, "dash": ESTIMATED_DASH}


def _line(
    name: str, beat: FloatArray, lead: Lead, beats: Beats, place: Place, *, line: dict[str, object], **more: Any
) -> go.Scatter:
    values = beat[LEADS.index(lead)].astype(np.float32)
    hover = f"<b>{name}</b><br>R %{{customdata[0]:+.0f}} ms, %{{customdata[1]:.2f}} mV<extra></extra>"
    milliseconds = 1000 * (np.arange(len(values)) / beats.sampling_rate - BEFORE)
    return go.Scatter(
        x0=place[0],
        dx=1 / beats.sampling_rate,
        y=values + np.float32(place[1]),
        customdata=np.stack([milliseconds, values], axis=1).astype(np.float32),
        mode="lines",
        line=line,
        name=name,
        showlegend=False,
        **({"hovertemplate": hover} | more),
    )


def _estimated(
    lead: Lead, beats: Beats, place: Place, palette: Palette, *, compared: Compared | None,
    passes: Sequence[FloatArray],
) -> list[go.Scatter]:  # fmt: skip
    """What lies under the estimate of a lead: its band, single passes, the recorded lead, the beat of others."""
    quiet = {"hoverinfo": "skip", "hovertemplate": None}
    none: dict[str, object] = {"width": 0}
    drawn = [
        _line(f"{lead} band", beats.low, lead, beats, place, line=none, legendgroup="band", **quiet),
        _line(f"{lead} band", beats.high, lead, beats, place, line=none, legendgroup="band", fill="tonexty",
              fillcolor=palette.band, **quiet),
    ]  # fmt: skip
    thin: dict[str, object] = {"color": palette.estimated, "width": 0.5}
    drawn += [
        _line(f"{lead} pass", one, lead, beats, place, line=thin, legendgroup="passes", **quiet) for one in passes
    ]
    if lead in beats.reference:
        whole = np.broadcast_to(beats.reference[lead], beats.mean.shape)
        grey: dict[str, object] = {"color": palette.reference, "width": 1.9}
        drawn.append(_line(f"{lead} reference", whole, lead, beats, place, line=grey, legendgroup="reference", **quiet))
    if compared is not None:
        dotted: dict[str, object] = {"color": palette.compared, "width": 1.2, "dash": COMPARED_DASH}
        name = " ".join((lead, say("beats.compared")))
        drawn.append(_line(name, compared.beat, lead, beats, place, line=dotted, legendgroup="compared"))
    return drawn


def _legend(
    beats: Beats, palette: Palette, compared: Compared | None, passes: Sequence[FloatArray]
) -> list[go.Scatter]:
    entries: list[tuple[str, str, dict[str, Any]]] = [
        (
            "band",
            say("beats.band"),
            {"mode": "markers", "marker": {"symbol": "square", "size": 11, "color": palette.band}},
        )
    ]
    if passes:
        thin = {"color": palette.estimated, "width": 0.5}
        entries.append(("passes", say("beats.passes"), {"mode": "lines", "line": thin}))
    if beats.reference:
        grey = {"color": palette.reference, "width": 1.9}
        entries.append(("reference", say("beats.reference"), {"mode": "lines", "line": grey}))
    if compared is not None:
        dotted = {"color": palette.compared, "width": 1.2, "dash": COMPARED_DASH}
        entries.append(("compared", compared.name, {"mode": "lines", "line": dotted}))
    return [
        go.Scatter(x=[0], y=[None], name=name, legendgroup=group, hoverinfo="skip", **style)
        for group, name, style in entries
    ]


def _names(beats: Beats, places: Mapping[Lead, Place], palette: Palette) -> list[dict[str, object]]:
    names: list[dict[str, object]] = []
    for row in (LEADS[:COLUMNS], LEADS[COLUMNS:]):
        highest = max(float(beats.high[LEADS.index(lead)].max()) for lead in row)
        for lead in row:
            measured = lead in MEASURED
            names.append(
                {
                    "name": f"label {lead}",
                    "text": f"<b>{lead}</b> {say('calipers.measured' if measured else 'calipers.estimated')}",
                    "x": places[lead][0],
                    "xanchor": "left",
                    "y": places[lead][1] + highest + LABEL_MV / 2,
                    "showarrow": False,
                    "font": {"size": 11, "color": palette.measured if measured else palette.estimated},
                }
            )
    return names


def _print(beats: Beats, palette: Palette) -> dict[str, object]:
    said = say("beats.print", speed=SPEED, gain=GAIN, count=beats.count)
    return {
        "name": "print",
        "text": "<br>".join(line for one in (said, say("forms.research_only")) for line in wrap(one, LINE_LETTERS)),
        "align": "left",
        "xref": "x domain",
        "yref": "y domain",
        "x": 0,
        "xanchor": "left",
        "y": 0,
        "yanchor": "top",
        "yshift": -6,
        "showarrow": False,
        "font": {"size": 11, "color": palette.faint_ink},
    }


def _r_line(place: Place, palette: Palette, bottom: float, top: float) -> dict[str, object]:
    """An upright line through both rows where R is."""
    x = place[0] + BEFORE
    line = {"color": palette.faint_ink, "width": 0.8, "dash": "dot"}
    return {"type": "line", "name": "R", "x0": x, "x1": x, "y0": bottom, "y1": top, "line": line, "layer": "below"}
