"""The strip over the whole of a long recording: where the doubt is large and the signal bad, and what is seen of it."""

from functools import partial

import streamlit as st

from dashboard.figures.paper import WIDEST_PX, View, window_seconds
from dashboard.figures.timeline import not_good, timeline, timeline_in_words
from dashboard.orders import Result
from dashboard.session import Case
from dashboard.texts import say
from dashboard.views.appearance import palette
from ecg_core.timeline import doubt_by_second, quality_by_piece

__all__ = ["strip"]

CONFIG = {"displayModeBar": False, "responsive": True}


def strip(case: Case, result: Result, view: View) -> None:
    """Draw it where the recording is longer than the window of ``view``."""
    seconds = window_seconds(view.speed)
    if case.recording.duration <= seconds + 0.05:
        return
    doubt = result.once("doubt by second", partial(doubt_by_second, result.analysis))
    pieces = result.once("quality by piece", partial(quality_by_piece, result.analysis))
    window = (view.start, view.start + seconds)
    st.plotly_chart(
        timeline(doubt, pieces, window, palette()),
        width=WIDEST_PX,
        theme=None,
        config=CONFIG,
        key=f"timeline {case.number}",
        alt=say("timeline.alt", words=timeline_in_words(doubt, pieces, window)),
    )
    bad = not_good(pieces)
    if bad:
        st.caption(bad)
