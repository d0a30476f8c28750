"""The twelve-lead tracing as one Plotly figure on ECG paper."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from dashboard.figures.axes import paper
from dashboard.figures.calipers import marched_lines, marks
from dashboard.figures.layers import (
    NAMES_PIXELS,
    bands,
    calibration_pulses,
    comparison_line,
    comparisons,
    heat_strips,
    references,
    separators,
    spread_name,
    waveforms,
    waves,
)
from dashboard.figures.paper import Page, View, lay_out
from dashboard.figures.words import earlier_in_words, notice_in_two_lines
from dashboard.texts import say
from dashboard.theme import LIGHT, PAGE_MM, Layout, Palette, Spread
from ecg_core.export.notice import RESEARCH_ONLY
from ecg_core.results import Analysis, Caliper
from ecg_core.vocabulary import LEADS, MEASURED

__all__ = ["filters_in_words", "tracing"]

PIXELS_ACROSS = 1010
"""Width for which the height is made."""
MARGINS = {"t": 121, "b": 73, "r": 14}
"""Fixed, so that the paper stands still when a switch takes a colour scale away."""
WARNING_PIXELS = 14
"""Height of one line more below the paper, for the warning about an earlier ECG."""
PRINT_PIXELS = 30
"""Height of what is printed between the row of buttons and the paper: provenance, and the names of the waves."""
FACTS_PIXELS = 15
"""Height of the line of speed, gain and filter below the paper."""
STRIPS_PIXELS = 66
"""Width of the words before the buttons."""
Annotation = dict[str, Any]


def tracing(
    analysis: Analysis,
    view: View,
    palette: Palette = LIGHT,
    *,
    compared: Analysis | None = None,
    calipers: Sequence[Caliper] = (),
    marched: str | None = None,
) -> go.Figure:
    """Draw the window of ``analysis`` that ``view`` asks for; only that window is put in the figure.

    ``compared`` is what another model made of the same recording: a thin dotted line in each estimated lead.
    ``calipers`` are marked on it, and that called ``marched`` is laid end to end over the window.

    Every layer is in it and is switched in it, by the legend or by the buttons of the heat strips; the zoom stays.

    All leads share one pair of axes, in seconds and mV, each at its own baseline; the boxes of the paper are square.
    """
    page = lay_out(analysis, view, compared)
    measured, labels = marks(calipers, page, view, palette)
    traces: list[Any] = [
        *_doubt(analysis, page, palette),
        bands(analysis, page, palette),
        *references(analysis, page, palette),
        calibration_pulses(page, view, palette),
        *waveforms(analysis, page, palette),
        *comparisons(compared, page, palette),
        *(marched_lines(one, page, palette) for one in calipers if one.name == marched),
        *measured,
        *_legend(analysis, compared, page, palette),
    ]
    shapes = separators(page, palette) + waves(analysis.examination.segments, page.start, page.end, palette)
    layout = _layout(analysis, view, page, palette, shapes)
    layout["annotations"] += labels
    layout["selectionrevision"] = repr(calipers)  # what was drawn goes once it is measured
    return go.Figure(data=traces, layout=layout)


def filters_in_words(analysis: Analysis) -> str:
    """The filter of Lead I as it is printed on the tracing, such as ``0.5–40 Hz, no notch``."""
    preparation, mains = analysis.card.preparation, analysis.examination.removed[1:]
    hz = mains[0].removeprefix("mains at ") if mains else ""
    notch = say("tracing.notch", hz=hz) if mains else say("tracing.no_notch")
    return f"{preparation.low_hz:g}–{preparation.high_hz:g} Hz, {notch}"


def _layout(
    analysis: Analysis, view: View, page: Page, palette: Palette, shapes: list[dict[str, object]]
) -> dict[str, Any]:
    stack = view.layout is Layout.STACK
    paper_layout = paper(
        palette, speed=view.speed, gain=view.gain, times=(page.left, page.end), heights=(page.bottom, page.top)
    )
    return paper_layout | {
        "height": _height(page, view) + _warning_pixels(analysis),
        "margin": MARGINS
        | {"b": MARGINS["b"] + _warning_pixels(analysis), "l": _left(view)}
        | {"pad": 0, "autoexpand": False},
        "updatemenus": [_buttons(palette)],
        "shapes": shapes,
        "annotations": [*_lead_names(page, palette, stack=stack), *_print(analysis, view, palette)],
        "legend": {
            "orientation": "h",
            "traceorder": "normal",
            "x": 0,
            "xref": "container",
            "y": 1,
            "yanchor": "top",
            "yref": "container",
            "itemclick": "toggle",
            "itemdoubleclick": False,
            "title": {
                "text": say("tracing.click"),
                "side": "top",
                "font": {"size": 11, "color": palette.faint_ink},
            },
            "font": {"size": 11},
            "bgcolor": "rgba(0,0,0,0)",
        },
        "uirevision": f"{view.layout}|{view.order}|{view.speed}|{view.gain}|{view.start}",
        "modebar": {"uirevision": str(view.measuring)},
        "dragmode": "select" if view.measuring else "pan",
        "selectdirection": "d",
        "newselection": {"line": {"color": palette.caliper, "width": 1.5, "dash": "dot"}},
        "meta": {"notice": RESEARCH_ONLY, "model": analysis.card.name, "earlier_ecg": earlier_in_words(analysis)},
    }


def _warning_pixels(analysis: Analysis) -> int:
    return 0 if analysis.earlier is None else WARNING_PIXELS


def _left(view: View) -> int:
    """The left margin in pixels: in the stack it holds the lead names."""
    return 74 if view.layout is Layout.STACK else 10


def _height(page: Page, view: View) -> int:
    """The height in pixels of a figure that is `PIXELS_ACROSS` wide."""
    height_mm = (page.top - page.bottom) * view.gain
    width_mm = PAGE_MM + (page.start - page.left) * view.speed
    paper_pixels = height_mm * (PIXELS_ACROSS - _left(view) - MARGINS["r"]) / width_mm
    return round(paper_pixels) + MARGINS["t"] + MARGINS["b"]


def _doubt(analysis: Analysis, page: Page, palette: Palette) -> list[go.Heatmap]:
    """The heat strips of every spread, each with its scale; the first is seen until a button shows another."""
    maps = [heat_strips(analysis, page, spread, _scale(spread, palette)) for spread in Spread]
    for other in maps[1:]:
        other.visible = False
    return maps


def _scale(spread: Spread, palette: Palette) -> dict[str, Any]:
    """The fixed colours of a spread and, at the right of the buttons, their legend, which goes with the heat map."""
    top = spread.top_mv
    bar = {
        "orientation": "h",
        "x": 1,
        "xanchor": "right",
        "y": 1,
        "yanchor": "bottom",
        "len": 170,
        "lenmode": "pixels",
        "thickness": 9,
        "ypad": PRINT_PIXELS + 2,
        "xpad": 20,
        "outlinewidth": 0,
        "tickvals": [0, top / 2, top],
        "ticktext": ["0", f"{top / 2:g}", f"≥ {top:g} mV"],
        "tickfont": {"size": 10, "color": palette.faint_ink},
        "title": {
            "text": say("tracing.doubt", spread=spread_name(spread)) + "<br><span style='font-size:4px'> </span>",
            "side": "top",
            "font": {"size": 10},
        },
    }
    return {"colorscale": "Cividis", "zmin": 0, "zmax": top, "colorbar": bar}


def _buttons(palette: Palette) -> dict[str, Any]:
    """Which spread the heat strips show, or none; the heat maps are the first traces, in the order of `Spread`."""
    spreads = list(Spread)
    maps = list(range(len(spreads)))
    return {
        "name": "heat strips",
        "type": "buttons",
        "direction": "right",
        "buttons": [
            {
                "label": say("tracing.off") if shown is None else spread_name(shown),
                "method": "restyle",
                "args": [{"visible": [spread is shown for spread in spreads]}, maps],
            }
            for shown in (*spreads, None)
        ],
        "active": 0,
        "x": 0,
        "xanchor": "left",
        "y": 1,
        "yanchor": "bottom",
        "pad": {"l": STRIPS_PIXELS, "b": PRINT_PIXELS},
        "font": {"size": 11, "color": palette.button_ink},
        "bgcolor": palette.button,
        "bordercolor": palette.button_edge,
    }


def _lead_names(page: Page, palette: Palette, *, stack: bool) -> list[Annotation]:
    """Beside each row in the stack, above the start of each panel in the grid."""
    names = []
    for panel in page.panels:
        measured = panel.lead in MEASURED
        provenance = say("words.measured" if measured else "words.estimated")
        name: Annotation = {
            "name": f"label {panel.lead}",
            "showarrow": False,
            "font": {"size": 11, "color": palette.measured if measured else palette.estimated},
        }
        if stack:
            name |= {
                "text": f"<b>{panel.name}</b><br>{provenance}",
                "xref": "x domain",
                "x": 0,
                "xanchor": "right",
                "xshift": -4,
                "y": panel.baseline,
                "align": "right",
            }
        else:
            rhythm = f" {say('tracing.rhythm')}" if panel.rhythm else ""
            name |= {
                "text": f"<b>{panel.name}</b> {provenance}{rhythm}",
                "x": panel.begin,
                "xanchor": "left",
                "y": page.label_tops[panel.row],
                "align": "left",
            }
        names.append(name)
    return names


def _print(analysis: Analysis, view: View, palette: Palette) -> list[Annotation]:
    """What a printed ECG carries: above it which lead is measured, below it speed, gain, filter and what it is not."""
    estimated = len(LEADS) - len(MEASURED)
    facts = (f"{view.speed} mm/s", f"{view.gain} mm/mV", filters_in_words(analysis), say("tracing.not_to_scale"))
    by = f"{analysis.card.name} {earlier_in_words(analysis)}".rstrip()
    who = say("tracing.who", count=estimated, by=by)
    notice = notice_in_two_lines()
    warning = "" if analysis.earlier is None else f"<br>{say('forms.earlier_warning')}"
    common: Annotation = {"showarrow": False, "xref": "x domain", "yref": "y domain"}
    return [
        common
        | {
            "name": "print",
            "text": " · ".join(facts),
            "x": 0,
            "xanchor": "left",
            "y": 0,
            "yanchor": "top",
            "yshift": -20,
            "font": {"size": 11},
        },
        common
        | {
            "name": "provenance",
            "text": f"<span style='color:{palette.measured}'><b>━━</b> {say('tracing.lead_one')}</span>   "
            f"<span style='color:{palette.estimated}'><b>╍╍</b> {who}</span>",
            "x": 0,
            "xanchor": "left",
            "y": 1,
            "yanchor": "bottom",
            "yshift": NAMES_PIXELS,
            "font": {"size": 11},
        },
        {
            "name": "heat strips",
            "text": say("tracing.strips"),
            "showarrow": False,
            "xref": "paper",
            "yref": "paper",
            "x": 0,
            "xanchor": "left",
            "y": 1,
            "yanchor": "bottom",
            "yshift": PRINT_PIXELS + 8,
            "font": {"size": 11},
        },
        common
        | {
            "name": "notice",
            "text": f"{notice}{warning}",
            "x": 0,
            "xanchor": "left",
            "align": "left",
            "y": 0,
            "yanchor": "top",
            "yshift": -20 - FACTS_PIXELS,
            "font": {"size": 10, "color": palette.faint_ink},
        },
    ]


def _legend(analysis: Analysis, compared: Analysis | None, page: Page, palette: Palette) -> list[go.Scatter]:
    """Entries of the legend, each of which switches its layer; they draw nothing else."""
    promise = say("tracing.band", share=f"{analysis.reconstruction.coverage:.0%}")
    entries: list[tuple[str, str, dict[str, Any]]] = [
        ("band", promise, {"mode": "markers", "marker": {"symbol": "square", "size": 11, "color": palette.band}}),
    ]
    if analysis.reference is not None:
        line = {"color": palette.reference, "width": 1.9}
        entries.append(("reference", say("tracing.reference"), {"mode": "lines", "line": line}))
    if compared is not None:
        style = {"mode": "lines", "line": comparison_line(palette)}
        entries.append(("compared", say("tracing.estimated_by", model=compared.card.name), style))
    return [
        go.Scatter(x=[page.start], y=[None], name=name, legendgroup=group, showlegend=True, hoverinfo="skip", **style)
        for group, name, style in entries
    ]
