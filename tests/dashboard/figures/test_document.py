"""A figure as a file."""

import re

from dashboard.figures.document import as_html
from dashboard.figures.paper import View
from dashboard.figures.tracing import tracing
from ecg_core.export.notice import EARLIER_WARNING, RESEARCH_ONLY


def test_the_document_needs_nothing_from_elsewhere_and_carries_the_notice(analysis):
    html = as_html(tracing(analysis, View()))
    assert html.startswith("<!doctype html>")
    assert RESEARCH_ONLY in html
    assert not re.findall(r"<(?:script|link)[^>]+(?:src|href)=[\"']https?:", html)
    assert "Plotly.newPlot" in html


def test_the_document_is_as_wide_as_its_paper(analysis):
    """Wider, the scale of doubt would float away from the tracing."""
    assert "width:1020px" in as_html(tracing(analysis, View())).replace(" ", "")


def test_the_document_names_the_earlier_ecg_and_warns_of_it(analysis, analysis_with_earlier):
    html = as_html(tracing(analysis_with_earlier, View()))
    assert "with an earlier ECG of 2.2 years" in html
    assert EARLIER_WARNING in html
    assert "earlier ECG" not in as_html(tracing(analysis, View()))
