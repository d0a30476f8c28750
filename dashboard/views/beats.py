"""The beat view: the median beat of each lead, with what it can be compared with."""

import streamlit as st

from dashboard import cached
from dashboard.figures.axes import CONFIG
from dashboard.figures.beats import beat_figure, beats_of, median_of
from dashboard.figures.paper import WIDEST_PX
from dashboard.session import Case, Result, fragment
from dashboard.texts import say
from dashboard.views import panels
from dashboard.views.appearance import palette
from ecg_core.pipeline import reconstruct
from ecg_core.vocabulary import FloatArray

__all__ = ["beat_view"]

EVERYBODY = "mean-beat"
"""The model that lays the same beat for every patient."""


@fragment
def beat_view(case: Case, result: Result) -> None:
    """A switch and, behind it, the beat of each lead."""
    if not st.toggle(say("beats.switch"), key="beat view", help=say("beats.switch_help")):
        return
    analysis = result.analysis
    beats = beats_of(analysis)
    if beats is None:
        st.info(say("beats.none"), icon=":material/info:")
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        count = st.select_slider(
            say("beats.count"), (0, 5, 10, 20), value=0, key="beat passes", width=260, help=say("beats.count_help")
        )
    everybody = None if result.order.model == EVERYBODY else _beat(result, EVERYBODY, 0)
    passes = [_beat(result, result.order.model, result.order.seed + turn) for turn in range(int(count))]
    page = st.container(width=WIDEST_PX).grid(1, min_column_width=panels.LEAST_PAGE, wrap=False)
    page.plotly_chart(
        beat_figure(beats, palette(), everybody=everybody, passes=passes),
        theme=None,
        config=CONFIG,
        key=f"beats {case.number}",
        alt=say("beats.alt", count=beats.count),
    )
    st.caption(say("beats.about"))


def _beat(result: Result, model: str, seed: int) -> FloatArray:
    """The median beat of a single pass of ``model``, told what the result was told."""
    analysis, engine = result.analysis, cached.model(model)
    pass_ = reconstruct(
        analysis.examination.lead_i, analysis.examination.segments, analysis.metadata, engine,
        earlier=analysis.earlier if engine.card.reads_metadata else None, passes=1, seed=seed,
    )  # fmt: skip
    beat = median_of(analysis, pass_.mean)
    assert beat is not None  # Lead I shows whole beats, or there would be no beat view
    return beat
