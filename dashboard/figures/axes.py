"""ECG paper as a pair of Plotly axes whose boxes are square."""

from typing import Any

from dashboard.theme import Palette

__all__ = ["CONFIG", "FONT", "MEASURING", "paper"]

FONT = "Source Sans, Source Sans Pro, sans-serif"
CONFIG: dict[str, Any] = {
    "displaylogo": False,
    "responsive": True,
    "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"],
    "toImageButtonOptions": {"filename": "ecg", "scale": 2},
}
"""The buttons that a chart offers."""
MEASURING = CONFIG | {"modeBarButtonsToRemove": ["lasso2d", "autoScale2d"]}
"""The same with the one that draws a box, to come back to after a zoom."""


def paper(
    palette: Palette, *, speed: int, gain: int, times: tuple[float, float], heights: tuple[float, float]
) -> dict[str, Any]:
    """The layout of ECG paper: bold lines every 5 mm, fine ones every 1 mm, at ``speed`` mm/s and ``gain`` mm/mV.

    ``times`` in s and ``heights`` in mV are the edges. One mV is ``gain / speed`` times as long on screen as one
    second, which makes the boxes square; a frame of another shape stays empty below, or on the right.
    """
    return {
        "paper_bgcolor": palette.page,
        "plot_bgcolor": palette.paper,
        "font": {"color": palette.ink, "size": 11, "family": FONT},
        "xaxis": _lines(palette, 5 / speed)
        | {
            "range": list(times),
            "constrain": "domain",
            "constraintoward": "left",
            "ticklabelstep": round(speed / 5),
            "ticksuffix": " s",
            "tickfont": {"size": 10, "color": palette.faint_ink},
        },
        "yaxis": _lines(palette, 5 / gain)
        | {
            "range": list(heights),
            "constrain": "domain",
            "constraintoward": "top",
            "scaleanchor": "x",
            "scaleratio": gain / speed,
            "showticklabels": False,
        },
        "dragmode": "pan",
        "hovermode": "closest",
        "hoverdistance": 12,
    }


def _lines(palette: Palette, big_box: float) -> dict[str, Any]:
    return {
        "tick0": 0,
        "dtick": big_box,
        "gridcolor": palette.bold_line,
        "gridwidth": 1,
        "showgrid": True,
        "zeroline": False,
        "ticks": "",
        "minor": {"dtick": big_box / 5, "tick0": 0, "showgrid": True, "gridcolor": palette.fine_line, "gridwidth": 1},
    }
