"""The dialog of the printed report: how it is to be printed, how it will look, and the download."""

from collections.abc import Sequence

import streamlit as st

from dashboard.figures.paper import View
from dashboard.figures.thumbnail import thumbnail
from dashboard.texts import LANGUAGES, language, say, speak
from dashboard.views.appearance import leading
from ecg_core.export.report import to_pdf
from ecg_core.export.sheet import SIZES_MM, Sheet
from ecg_core.results import Analysis, Caliper
from ecg_core.vocabulary import LEADS

__all__ = ["ask"]

SHOWN_PX = 860
"""Width of the thumbnail: so the dialog fits on a common screen."""


def ask(analysis: Analysis, view: View, calipers: Sequence[Caliper], file_name: str) -> None:
    """Open the dialog for the tracing as it is seen in ``view``, with these calipers."""
    st.dialog(say("report.title"), width="large", icon=":material/print:")(_dialog)(
        language(), analysis, view, calipers, file_name
    )


def _dialog(code: str, analysis: Analysis, view: View, calipers: Sequence[Caliper], file_name: str) -> None:
    """``code``: the language of the page, since a dialog runs again by itself."""
    speak(code)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        size = st.segmented_control(
            say("report.size"), list(SIZES_MM), default=next(iter(SIZES_MM)), required=True, key="report size"
        )
        spoken = st.segmented_control(
            say("report.language"), list(LANGUAGES), default=code, required=True, format_func=LANGUAGES.__getitem__,
            key="report language",
        )  # fmt: skip
        header = st.toggle(say("report.header"), value=True, key="report header", help=say("report.header_help"))
        place = st.empty()
    sheet = Sheet(
        size=size or next(iter(SIZES_MM)), rows=view.layout.rows(view.order), speed=view.speed, gain=view.gain,
        start=view.start, header=header, inverted=tuple(lead for lead in LEADS if view.order.sign(lead) < 0),
    )  # fmt: skip
    pdf = to_pdf(analysis, sheet, calipers=calipers, language=spoken or code)
    place.download_button(
        data=pdf, file_name=file_name, mime="application/pdf", on_click="ignore",
        **leading(say("report.download"), ":material/download:"),
    )  # fmt: skip
    picture, pages = thumbnail(pdf)
    st.image(picture, width=SHOWN_PX, alt=say("report.alt", pages=pages))
    st.caption(say("report.about", pages=pages))
