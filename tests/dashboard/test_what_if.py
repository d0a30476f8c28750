"""The What if page: a slider moves the leads, and the page says whether the doubt rose."""

import json

import pytest
from streamlit.testing.v1 import AppTest

from ecg_core.export.notice import RESEARCH_ONLY
from tests.dashboard.pages import press, texts, visit


def slider(page: AppTest, name: str):
    return next(one for one in (*page.select_slider, *page.slider) if one.key.startswith(f"what if {name}"))


def said(page: AppTest) -> str:
    return "\n".join(one.value for kind in (page.success, page.info, page.warning, page.error) for one in kind)


@pytest.fixture
def page() -> AppTest:
    return visit().switch_page("views/what_if.py").run()


def test_at_first_nothing_is_changed_and_the_sliders_hold_what_is_known(page):
    assert not page.exception
    assert "Nothing is changed yet" in said(page)
    assert slider(page, "age_years").value == 49
    assert slider(page, "r_axis_deg").value is None
    assert RESEARCH_ONLY in texts(page)


def test_a_halved_gain_is_told_as_a_doubt_that_did_not_keep_up(page):
    slider(page, "gain").set_value(0.5).run()
    assert not page.exception
    assert "the doubt from" in said(page)
    assert "(−" in said(page)
    assert "The check of the signal noticed nothing" in said(page)
    spec = json.loads(page.get("plotly_chart")[0].proto.spec)
    assert {"V6 estimated", "V6 unchanged", "I unchanged"} <= {trace["name"] for trace in spec["data"]}
    press(page, "Set everything back")
    assert "Nothing is changed yet" in said(page)


def test_another_axis_moves_the_leads_though_lead_i_is_the_same(page):
    slider(page, "r_axis_deg").set_value(-60.0).run()
    moved = page.dataframe[0].value
    assert moved["Moved"].max() > 0.02
    assert "check of the signal" not in said(page)


def test_a_lead_that_is_all_noise_and_drift_is_warned_of(page):
    slider(page, "wander").set_value(2.0).run()
    assert "The check of the signal noticed it" in said(page)


def test_the_sliders_are_kept_while_another_page_is_shown(page):
    slider(page, "wander").set_value(2.0)
    slider(page, "r_axis_deg").set_value(-60.0).run()
    page.switch_page("views/model.py").run()
    page.switch_page("views/what_if.py").run()
    assert slider(page, "wander").value == 2.0
    assert slider(page, "r_axis_deg").value == -60


def test_the_case_that_is_open_in_review_is_offered_first():
    page = visit().run()
    page.switch_page("views/what_if.py").run()
    assert not page.exception
    assert page.selectbox[0].value == "open case"
    assert "Open in Review: Sample · Sinus rhythm" in page.selectbox[0].options
