"""A strip over the whole recording: doubt by second and quality of the signal, with the window that is seen marked."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import plotly.graph_objects as go

from dashboard.figures.axes import FONT
from dashboard.figures.words import clock
from dashboard.texts import say
from dashboard.theme import LIGHT, Palette, Spread
from ecg_core.timeline import PIECE_SECONDS, Piece
from ecg_core.vocabulary import FloatArray, Verdict

__all__ = ["not_good", "timeline", "timeline_in_words"]

HEIGHT = 108
LEAST_TOP_MV = 0.15
"""The doubt of usual recordings fills half of the strip."""
MOST_TICKS = 10
STEPS = (1, 2, 5, 10, 30, 60, 120)
"""Seconds between two ticks."""
MOST_SAID = 6
"""So many stretches are named in words; the strip shows them all."""
PATTERNS = {Verdict.PASS: "", Verdict.REVIEW: "/", Verdict.STOP: "x"}


def timeline(
    doubt: FloatArray, pieces: Sequence[Piece], window: tuple[float, float], palette: Palette = LIGHT
) -> go.Figure:
    """Draw ``doubt (second,)`` in mV as bars in the colours of the heat strips, and below it the quality of ``pieces``.

    ``window`` is what the tracing shows, from and to in s. Quality is told by hatching as well as by colour.
    """
    whole = pieces[-1].end
    top = max(LEAST_TOP_MV, float(doubt.max()))
    return go.Figure(
        data=[_doubt(doubt, whole), *_quality(pieces, palette)],
        layout={
            "height": HEIGHT,
            "margin": {"l": 74, "r": 14, "t": 6, "b": 22},
            "paper_bgcolor": palette.page,
            "plot_bgcolor": palette.page,
            "font": {"color": palette.ink, "size": 10, "family": FONT},
            "bargap": 0,
            "barmode": "overlay",
            "showlegend": False,
            "dragmode": False,
            "hovermode": "closest",
            "xaxis": _times(whole)
            | {"range": [0, whole], "anchor": "y2", "fixedrange": True, "showgrid": False, "zeroline": False},
            "yaxis": {
                "domain": [0.34, 1],
                "range": [0, top],
                "fixedrange": True,
                "showgrid": False,
                "zeroline": False,
                "tickvals": [0, round(top, 2)],
                "title": {"text": say("timeline.doubt"), "font": {"size": 10}, "standoff": 2},
            },
            "yaxis2": {
                "domain": [0, 0.24],
                "range": [0, 1],
                "fixedrange": True,
                "showgrid": False,
                "zeroline": False,
                "tickvals": [0.5],
                "ticktext": [say("timeline.signal")],
            },
            "shapes": [_window(window, palette)],
        },
    )


def _doubt(doubt: FloatArray, whole: float) -> go.Bar:
    starts = np.arange(len(doubt))
    widths = np.minimum(1.0, whole - starts)
    return go.Bar(
        x=starts,
        y=doubt.astype(np.float32),
        width=widths,
        offset=0,
        marker={
            "color": doubt.astype(np.float32),
            "colorscale": "Cividis",
            "cmin": 0,
            "cmax": Spread.TOTAL.top_mv,
            "line": {"width": 0},
        },
        text=[clock(float(start)) for start in starts],
        textposition="none",
        hovertemplate="%{text}: %{y:.3f} mV<extra></extra>",
        name="doubt",
    )


def _quality(pieces: Sequence[Piece], palette: Palette) -> list[go.Bar]:
    """A bar for each stretch of one verdict."""
    colours = {Verdict.PASS: palette.t_edge, Verdict.REVIEW: palette.qrs_edge, Verdict.STOP: palette.caliper}
    return [
        go.Bar(
            x=[piece.start for piece in pieces if piece.verdict is verdict],
            y=[1.0 for piece in pieces if piece.verdict is verdict],
            width=[piece.end - piece.start for piece in pieces if piece.verdict is verdict],
            offset=0,
            yaxis="y2",
            marker={
                "color": colours[verdict],
                "opacity": 0.35 if verdict is Verdict.PASS else 1.0,
                "pattern": {
                    "shape": PATTERNS[verdict],
                    "size": 6,
                    "bgcolor": palette.page,
                    "fgcolor": colours[verdict],
                },
                "line": {"width": 0.5, "color": palette.page},
            },
            text=[_piece_in_words(piece) for piece in pieces if piece.verdict is verdict],
            textposition="none",
            hovertemplate="%{text}<extra></extra>",
            name=verdict.value,
        )
        for verdict in Verdict
    ]


def _piece_in_words(piece: Piece) -> str:
    why = f" ({', '.join(piece.findings)})" if piece.findings else ""
    start, end = clock(round(piece.start, 1)), clock(round(piece.end, 1))
    return say(f"timeline.{piece.verdict}", start=start, end=end, why=why)


def _times(whole: float) -> dict[str, object]:
    """Ticks of the time axis, as the rest of the page says times."""
    step = next((step for step in STEPS if whole / step <= MOST_TICKS), STEPS[-1])
    values = np.arange(0, whole + 1e-6, step)
    return {"tickvals": values.tolist(), "ticktext": [clock(float(value)) for value in values]}


def _window(window: tuple[float, float], palette: Palette) -> dict[str, object]:
    start, end = window
    return {
        "name": "window", "type": "rect", "xref": "x", "yref": "paper", "x0": start, "x1": end, "y0": 0, "y1": 1,
        "line": {"color": palette.caliper, "width": 2}, "fillcolor": "rgba(0,0,0,0)",
    }  # fmt: skip


def timeline_in_words(doubt: FloatArray, pieces: Sequence[Piece], window: tuple[float, float]) -> str:
    """The strip as a paragraph: what is seen, where the doubt is largest, where the signal is not good."""
    length = round(PIECE_SECONDS)
    sums = np.convolve(doubt, np.ones(min(length, len(doubt))), "valid")
    worst = int(sums.argmax())
    return say(
        "timeline.words", start=clock(window[0]), end=clock(min(window[1], round(pieces[-1].end, 1))),
        mean=f"{doubt.mean():.2f}", worst=clock(worst), worst_mv=f"{doubt[worst : worst + length].mean():.2f}",
        signal=not_good(pieces) or say("timeline.all_good"),
    )  # fmt: skip


def not_good(pieces: Sequence[Piece]) -> str:
    """Where the signal is not good, and what that means; empty where it is good everywhere."""
    bad = [piece for piece in _joined(pieces) if piece.verdict is not Verdict.PASS]
    said = "; ".join(map(_piece_in_words, bad[:MOST_SAID])) + (" …" if len(bad) > MOST_SAID else "")
    return say("timeline.not_good", where=said) if bad else ""


def _joined(pieces: Sequence[Piece]) -> list[Piece]:
    """Neighbours of which the same is to be said, as one."""
    joined: list[Piece] = []
    for piece in pieces:
        if joined and (joined[-1].verdict, joined[-1].findings) == (piece.verdict, piece.findings):
            joined[-1] = replace(joined[-1], end=piece.end)
        else:
            joined.append(piece)
    return joined
