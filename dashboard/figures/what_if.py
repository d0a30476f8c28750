"""Twelve leads before and after a change of the input, and the error beside the doubt, drawn."""

from collections.abc import Iterator, Mapping
from math import ceil
from typing import Any

import numpy as np
import plotly.graph_objects as go

from dashboard.figures.axes import FONT, paper
from dashboard.figures.layers import HIGHEST_RATE, bands, calibration_pulses, references, separators, waveforms
from dashboard.figures.paper import Page, View, lay_out
from dashboard.figures.what_if_values import Doubt
from dashboard.figures.words import notice_in_two_lines
from dashboard.texts import say
from dashboard.theme import LIGHT, Palette
from ecg_core.export.notice import RESEARCH_ONLY
from ecg_core.results import Analysis
from ecg_core.vocabulary import MEASURED, Lead

__all__ = ["error_and_doubt", "leads_moved"]

MARGINS = {"l": 14, "r": 14, "t": 66, "b": 73, "pad": 0, "autoexpand": False}
"""Above the paper is room for two rows of the legend, which it takes on a narrow screen."""
GRID = "rgba(125,140,155,0.30)"
DOUBT_PX = 430
"""Width and height of the figure of error and doubt."""


def leads_moved(before: Analysis, after: Analysis, palette: Palette = LIGHT) -> go.Figure:
    """Ten seconds of the twelve leads of ``after`` with their band, those of ``before`` dotted over them, and the
    recorded ones in grey where there are any.
    """
    view = View()
    spoilt = not np.array_equal(before.recording[Lead.I], after.recording[Lead.I])
    lead_i_is = say("what_if.spoilt_lead_i" if spoilt else "what_if.measured")
    page = lay_out(after, view, before)
    traces = [
        bands(after, page, palette),
        *references(after, page, palette),
        calibration_pulses(page, view, palette),
        *waveforms(after, page, palette, lead_i_is),
        *_before(before, page, palette),
        *_legend(after, page, palette),
    ]
    sheet = paper(
        palette, speed=view.speed, gain=view.gain, times=(page.left, page.end), heights=(page.bottom, page.top)
    )
    return go.Figure(
        data=traces,
        layout=sheet
        | {
            "margin": MARGINS,
            "shapes": separators(page, palette),
            "annotations": [*_names(page, palette, lead_i_is), *_print(view, palette)],
            "legend": {"orientation": "h", "x": 0, "y": 1, "yanchor": "top", "yref": "container", "font": {"size": 11}},
            "uirevision": "what if",
            "meta": {"notice": RESEARCH_ONLY, "model": after.card.name},
        },
    )


def _before(before: Analysis, page: Page, palette: Palette) -> Iterator[go.Scatter]:
    """Every lead as it was, the measured one too."""
    result = before.reconstruction
    step = ceil(result.sampling_rate / HIGHEST_RATE)
    for panel in page.panels:
        first, last = round(panel.begin * result.sampling_rate), round(panel.end * result.sampling_rate) + 1
        values = np.asarray(result.mean[result.row(panel.lead), first:last:step], np.float32)
        yield go.Scatter(
            x0=first / result.sampling_rate,
            dx=step / result.sampling_rate,
            y=values + np.float32(panel.baseline),
            customdata=values,
            hovertemplate=f"<b>{panel.lead}</b> {say('what_if.unchanged')}<br>%{{x:.2f}} s, %{{customdata:.2f}} mV"
            "<extra></extra>",
            mode="lines",
            line=_before_line(palette),
            name=f"{panel.lead} unchanged",
            legendgroup="before",
            showlegend=False,
        )


def _before_line(palette: Palette) -> dict[str, object]:
    return {"color": palette.compared, "width": 1.2, "dash": "1.5px,1.5px"}


def _legend(after: Analysis, page: Page, palette: Palette) -> Iterator[go.Scatter]:
    """What each kind of line is, each of which can be switched off by its name."""
    entries: list[tuple[str, str, dict[str, Any]]] = [
        ("before", say("what_if.unchanged_line"), {"mode": "lines", "line": _before_line(palette)}),
        (
            "band",
            say("what_if.band", share=f"{after.reconstruction.coverage:.0%}"),
            {"mode": "markers", "marker": {"symbol": "square", "size": 11, "color": palette.band}},
        ),
    ]
    if after.reference is not None:
        line = {"color": palette.reference, "width": 1.9}
        entries.append(("reference", say("what_if.recorded"), {"mode": "lines", "line": line}))
    for group, name, style in entries:
        yield go.Scatter(x=[page.start], y=[None], name=name, legendgroup=group, hoverinfo="skip", **style)


def _names(page: Page, palette: Palette, lead_i_is: str) -> Iterator[dict[str, Any]]:
    for panel in page.panels:
        measured = panel.lead in MEASURED
        kind = lead_i_is if measured else say("what_if.estimated")
        yield {
            "text": f"<b>{panel.lead}</b> {kind}",
            "showarrow": False,
            "x": panel.begin,
            "xanchor": "left",
            "y": page.label_tops[panel.row],
            "font": {"size": 11, "color": palette.measured if measured else palette.estimated},
        }


def _print(view: View, palette: Palette) -> Iterator[dict[str, Any]]:
    common = {"showarrow": False, "xref": "x domain", "yref": "y domain"}
    facts = f"{view.speed} mm/s · {view.gain} mm/mV · {say('what_if.not_to_scale')}"
    yield common | {
        "yshift": -20,
        "font": {"size": 11},
        "text": facts,
        "x": 0,
        "xanchor": "left",
        "y": 0,
        "yanchor": "top",
    }
    yield common | {
        "text": notice_in_two_lines(),
        "x": 0,
        "xanchor": "left",
        "align": "left",
        "y": 0,
        "yanchor": "top",
        "yshift": -35,
        "font": {"size": 10, "color": palette.faint_ink},
    }


def error_and_doubt(before: Mapping[Lead, Doubt], after: Mapping[Lead, Doubt], palette: Palette = LIGHT) -> go.Figure:
    """For each lead the error found over the error expected, before (open) and after (filled), joined by a line.

    On the diagonal the doubt is right; above it an estimate is more wrong than it says. Leads without a reference are
    left out.
    """
    known = [lead for lead in after if after[lead].error is not None and before[lead].error is not None]
    most = max((value for one in (before, after) for lead in known for value in _point(one[lead])), default=0.1) * 1.12
    figure = go.Figure()
    figure.add_scatter(
        x=[0, most], y=[0, most], mode="lines", line={"color": palette.faint_ink, "width": 1, "dash": "dash"},
        name=say("what_if.diagonal"), hoverinfo="skip",
    )  # fmt: skip
    ways = [value for lead in known for value in (_point(before[lead]), _point(after[lead]), (None, None))]
    figure.add_scatter(
        x=[x for x, _ in ways], y=[y for _, y in ways], mode="lines", hoverinfo="skip", showlegend=False,
        line={"color": palette.reference, "width": 1},
    )  # fmt: skip
    styles = (
        (before, say("what_if.unchanged"), {"symbol": "circle-open", "size": 8, "color": palette.compared}),
        (after, say("what_if.changed"), {"symbol": "circle", "size": 8, "color": palette.estimated}),
    )
    for of, name, marker in styles:
        points = [_point(of[lead]) for lead in known]
        figure.add_scatter(
            x=[x for x, _ in points],
            y=[y for _, y in points],
            mode="markers+text" if of is after else "markers",
            text=[str(lead) for lead in known],
            textposition="top center",
            textfont={"size": 10},
            marker=marker,
            name=name,
            hovertemplate="<b>%{text}</b> " + name + say("what_if.hover") + "<extra></extra>",
        )
    axis = {"range": [0, most], "gridcolor": GRID, "zeroline": False, "tickformat": ".2f"}
    figure.update_layout(
        height=DOUBT_PX,
        width=DOUBT_PX,
        margin={"l": 10, "r": 10, "t": 44, "b": 10},
        paper_bgcolor=palette.page,
        plot_bgcolor=palette.page,
        font={"color": palette.ink, "size": 12, "family": FONT},
        xaxis=axis | {"title": say("what_if.expected_axis"), "automargin": True},
        yaxis=axis | {"title": say("what_if.error_axis"), "automargin": True},
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
    )
    return figure


def _point(one: Doubt) -> tuple[float, float]:
    assert one.error is not None
    return one.expected, one.error
