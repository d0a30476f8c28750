"""Calipers on the Review page, by keyboard and as a box drawn on the chart."""

import io

import pypdf
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.texts import say
from dashboard.views import report
from ecg_core import Lead
from ecg_core.export.report import to_pdf
from tests.dashboard.pages import figure, press, texts, visit


@pytest.fixture
def page() -> AppTest:
    page = visit()
    page.session_state["passes"] = 10
    page.run()
    return page.toggle(key="measuring").set_value(True).run()


def number_of(page: AppTest) -> int:
    return page.session_state["case"].number


def measure(page: AppTest, lead: Lead, start: float, end: float) -> AppTest:
    case = number_of(page)
    page.selectbox(key=f"caliper lead {case}").set_value(lead)
    page.number_input(key=f"caliper start {case}").set_value(start)
    page.number_input(key=f"caliper end {case}").set_value(end)
    return press(page, say("calipers.measure"))


def names(page: AppTest) -> list[str]:
    return [caliper.name for caliper in page.session_state["case"].calipers.now]


def marked(page: AppTest) -> set[str]:
    return {trace["name"] for trace in figure(page)["data"] if trace["name"].startswith(("caliper ", "march "))}


def test_calipers_are_typed_listed_named_marched_removed_and_undone(page):
    assert figure(page)["layout"]["dragmode"] == "select"
    measure(page, Lead.I, 1.0, 1.8)
    measure(page, Lead.V2, 5.2, 5.5)
    assert not page.exception
    assert names(page) == ["A", "B"]
    assert marked(page) == {"caliper A", "caliper B"}
    listed = page.dataframe[0].value
    assert list(listed["Lead"]) == ["I measured", "V2 estimated"]
    assert list(listed["bpm"]) == ["75", "200"]
    assert "less certain than the band is for one point" in texts(page)

    case = number_of(page)
    (name,) = (field for field in page.text_input if field.label == say("calipers.rename"))
    assert name.value == "B"
    name.set_value("ST V2").run()
    assert names(page) == ["A", "ST V2"]
    page.toggle(key=f"march {case}").set_value(True).run()
    assert "march ST V2" in marked(page)

    press(page, say("calipers.remove"))
    assert names(page) == ["A"]
    for expected in (["A", "ST V2"], ["A", "B"], ["A"], []):
        press(page, say("calipers.undo"))
        assert names(page) == expected
    assert not page.exception
    assert marked(page) == set()


def test_ends_that_cannot_be_are_refused_and_nothing_is_kept(page):
    measure(page, Lead.II, 3.0, 2.0)
    assert any("expected its start before its end" in warning.value for warning in page.warning)
    assert names(page) == []
    measure(page, Lead.II, 2.0, 3.0)
    assert not any("expected its start" in warning.value for warning in page.warning)
    assert names(page) == ["A"]


def test_two_calipers_never_have_one_name(page):
    measure(page, Lead.I, 1.0, 1.8)
    measure(page, Lead.I, 2.0, 2.8)
    (name,) = (field for field in page.text_input if field.label == say("calipers.rename"))
    name.set_value("A").run()
    assert names(page) == ["A", "B"]


def test_another_result_is_measured_anew_at_the_same_times_and_another_recording_has_none(page):
    measure(page, Lead.V3, 5.2, 5.5)
    (before,) = page.session_state["case"].calipers.now
    page.number_input(key="seed").set_value(7).run()
    press(page, "Reconstruct")
    (after,) = page.session_state["case"].calipers.now
    assert (after.lead, after.start, after.end) == (before.lead, before.start, before.end)
    assert (after.to_mv - after.from_mv, after.interval_mv) != (before.to_mv - before.from_mv, before.interval_mv)
    page.selectbox(key="sample").select_index(1).run()
    assert not page.exception
    assert names(page) == []
    assert marked(page) == set()


def test_the_report_lists_the_calipers(page, monkeypatch):
    printed = []
    monkeypatch.setattr(
        report, "to_pdf", lambda *given, **named: printed.append(to_pdf(*given, **named)) or printed[-1]
    )
    measure(page, Lead.V2, 5.2, 5.5)
    (name,) = (field for field in page.text_input if field.label == say("calipers.rename"))
    name.set_value("Overlooked").run()
    press(page, say("downloads.pdf"))
    assert not page.exception
    text = " ".join(sheet.extract_text() for sheet in pypdf.PdfReader(io.BytesIO(printed[-1])).pages)
    assert "Overlooked" in text
    assert "300 ms" in text
