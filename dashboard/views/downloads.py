"""What can be taken away of a result: the tracing, and the numbers in every format that the engine writes."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import streamlit as st

from dashboard.figures import words
from dashboard.figures.paper import View
from dashboard.session import Intake, Part, given
from dashboard.texts import say
from dashboard.views import report
from ecg_core.export.formats import FORMATS, one_file
from ecg_core.export.provenance import short_hash
from ecg_core.export.recipe import to_recipe
from ecg_core.results import Analysis, Caliper

__all__ = ["annotations", "take_away"]

FILES: Mapping[str, tuple[str, str]] = {
    "csv": ("csv", "text/csv"),
    "parquet": ("parquet", "application/vnd.apache.parquet"),
    "wfdb": ("zip", "application/zip"),
    "annotations": ("zip", "application/zip"),
    "edf": ("edf", "application/octet-stream"),
    "dicom": ("dcm", "application/dicom"),
    "fhir": ("fhir.json", "application/fhir+json"),
    "json": ("json", "application/json"),
    "npz": ("npz", "application/octet-stream"),
}
"""Ending and media type of what is saved in each of the engine's formats, in the order of the page."""


def take_away(
    analysis: Analysis, part: Part, view: View, calipers: Sequence[Caliper], drawing: Callable[[], str]
) -> None:
    """Downloads, each made when it is asked for; ``drawing`` makes the tracing of ``view`` as an HTML document, the
    report has the ``calipers`` too.
    """
    row = st.container(horizontal=True, vertical_alignment="center")
    if row.button(say("downloads.pdf"), icon=":material/print:"):
        report.ask(analysis, view, calipers, _file_name("report", analysis, part, "pdf"))
    with row.popover(say("downloads.take_away"), icon=":material/download:"):
        st.caption(say("downloads.about"), width=340)
        _button("html", drawing, _file_name("tracing", analysis, part, "html"), "text/html")
        for kind, (ending, media) in FILES.items():
            name = _file_name("marks" if kind == "annotations" else "reconstruction", analysis, part, ending)
            _button(kind, partial(_written, kind, analysis), name, media)
        name = _file_name("recipe", analysis, part, "json")
        _button("recipe", partial(_recipe, analysis, part, given()), name, "application/json")


def annotations(analysis: Analysis, part: Part) -> None:
    """The marks of QRS and T alone, as a WFDB annotation file with its header."""
    st.download_button(
        say("downloads.annotations"), partial(_written, "annotations", analysis),
        _file_name("marks", analysis, part, "zip"), "application/zip", on_click="ignore",
        icon=":material/download:", key="marks as annotations",
    )  # fmt: skip


def _button(kind: str, make: Callable[[], str | bytes], file_name: str, media: str) -> None:
    label = say(f"downloads.{kind}")
    st.download_button(label, make, file_name, media, on_click="ignore", type="tertiary", icon=":material/download:")


def _written(kind: str, analysis: Analysis) -> bytes:
    return one_file(FORMATS[kind](analysis))


def _recipe(analysis: Analysis, part: Part, source: Intake) -> str:
    seen = None if part.is_all else (part.start, part.end)
    return to_recipe(analysis, source.files, **source.answers, part=seen)


def _file_name(content: str, analysis: Analysis, part: Part, ending: str) -> str:
    """What a download is called: a hash in place of the name of the file it came from, and the part it is about."""
    which = "" if part.is_all else f" {words.hours(part.start)} to {words.hours(part.end)}"
    return f"{content}_{short_hash(analysis)}{which.replace(':', '-').replace(' ', '_')}.{ending}"
