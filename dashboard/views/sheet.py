"""A figure on ECG paper, as wide as the page allows and as high as its boxes are square."""

import re
from collections.abc import Mapping
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from dashboard.figures.axes import CONFIG
from dashboard.figures.paper import WIDEST_PX

__all__ = ["sheet"]

LEAST_PIXELS = 500
"""Width in pixels below which a sheet scrolls sideways rather than shrink: less than is left beside the sidebar on a
screen of 1024."""


def sheet(
    figure: go.Figure,
    *,
    key: str,
    alt: str,
    config: Mapping[str, Any] = CONFIG,
    least: int = LEAST_PIXELS,
    **chart: Any,
) -> None:
    """Show a figure made by `dashboard.figures.axes.paper`, at least ``least`` pixels wide.

    The server cannot know the width of the page: a rule of style gives the sheet the height that goes with it.
    """
    name = "sheet-" + re.sub(r"\W", "-", key)
    layout = figure.layout
    (left, right), (bottom, top), (begins, ends) = layout.xaxis.range, layout.yaxis.range, layout.xaxis.domain or (0, 1)
    shape = (ends - begins) * (top - bottom) * layout.yaxis.scaleratio / (right - left)
    margin = layout.margin
    st.html(
        f"<style>.st-key-{name} {{ container-type: inline-size; }} .st-key-{name}-paper {{ flex: none; height: calc("
        f"(max(100cqw, {least}px) - {margin.l + margin.r}px) * {shape:.5f} + {margin.t + margin.b}px); }}</style>"
    )
    page = st.container(width=WIDEST_PX, key=name).grid(1, min_column_width=least, wrap=False)
    with page.container(key=f"{name}-paper"):
        st.plotly_chart(figure, theme=None, config=dict(config), key=key, alt=alt, height="stretch", **chart)
