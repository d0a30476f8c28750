"""A withheld answer is nowhere on the page: in no text, table, figure or hover text of Review or of Hide and reveal."""

import json
from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.figures.belief_words import other_answers
from dashboard.texts import LANGUAGES, speak
from dashboard.views.batch import Setting
from ecg_core.answers import answers
from ecg_core.signals.twelve_lead_values import UNITS
from tests.dashboard.pages import APP, press, texts, visit
from tests.withheld import ALL_SURE, found_in, would_be

CURVES = ("x", "y", "z", "x0", "dx", "base", "shapes", "range", "bdata", "tickvals", "domain")
"""Members of a figure that are drawn and not written."""


def written(content: object) -> Iterator[str]:
    """All that a figure writes or shows on hover; its curves left out."""
    if isinstance(content, dict):
        for name, value in content.items():
            if name not in CURVES:
                yield from written(value)
    elif isinstance(content, list):
        for one in content:
            yield from written(one)
    elif isinstance(content, str | float):
        yield str(content)


def said(page: AppTest) -> str:
    assert not page.exception
    figures = [one for chart in page.get("plotly_chart") for one in written(json.loads(chart.proto.spec))]
    alts = [chart.proto.alt for chart in page.get("plotly_chart")]
    tables = [table.value.to_csv() for table in (*page.table, *page.dataframe)]
    metrics = [f"{one.label} {one.value} {one.help}" for one in page.metric]
    return "\n".join([texts(page), *figures, *alts, *tables, *metrics])


def test_no_withheld_value_is_on_the_page_review():
    page = visit()
    page.session_state["beat view"] = True
    page.session_state["measuring"] = True
    page.run()
    secret = would_be(page.session_state["case"].shown.analysis)
    assert set(secret) == set(UNITS)
    for pane in ("answers", "doubt", "individual", "checks"):
        page.session_state["belief pane"] = pane
        page.run()
        assert found_in(said(page), secret) == set(), pane
    page.session_state["belief pane"] = "answers"
    page.query_params["lang"] = "de"
    page.run()
    assert "Was zu glauben ist" in said(page)
    assert found_in(said(page), secret) == set()


def test_no_withheld_value_is_on_the_page_hide_and_reveal():
    page = AppTest.from_file(str(APP), default_timeout=120)
    page.switch_page("views/reveal.py")
    page.session_state["batch passes"] = 10
    page = press(press(page.run(), "Sinus rhythm"), "Reveal the recorded leads")
    (item,) = page.session_state["batch"]
    secret = would_be(item.made[Setting("dual-branch", "wearable", 10)])
    assert found_in(said(page), secret) == set()


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_value_would_be_found_as_the_page_writes_it(code, analysis):
    speak(code)
    try:
        table = other_answers(answers(analysis, ALL_SURE)).to_csv()
    finally:
        speak("en")
    assert found_in(table, would_be(analysis)) >= set(UNITS) - {"r_progression", "st_lateral_mv", "st_inferior_mv"}
