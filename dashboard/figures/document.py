"""A figure as a file that opens in any browser, without the network."""

import plotly.graph_objects as go

from dashboard.figures.axes import CONFIG
from dashboard.figures.paper import WIDEST_PX

__all__ = ["as_html"]


def as_html(figure: go.Figure) -> str:
    """A self-contained HTML document; the research-only sentence is in the figure itself."""
    return str(figure.to_html(config=CONFIG, include_plotlyjs=True, full_html=True, default_width=f"{WIDEST_PX}px"))
