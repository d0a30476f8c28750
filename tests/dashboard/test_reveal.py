"""The page Hide and reveal: nothing recorded is shown before it is asked for, and then what the engine measures."""

import io
import json

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.views.batch import Setting
from ecg_core.export.lead_errors import to_csv
from ecg_core.export.notice import RESEARCH_ONLY
from ecg_core.lead_errors import lead_errors
from ecg_core.vocabulary import Lead
from tests.dashboard.pages import APP, press, texts

FEW = Setting("dual-branch", "wearable", 10)


def visit() -> AppTest:
    page = AppTest.from_file(str(APP), default_timeout=120)
    page.switch_page("views/reveal.py")
    page.session_state["batch passes"] = FEW.passes
    return page.run()


def figures(page: AppTest) -> list[dict]:
    return [json.loads(chart.proto.spec) for chart in page.get("plotly_chart")]


@pytest.fixture(scope="module")
def hidden() -> AppTest:
    return press(visit(), "Sinus rhythm")


@pytest.fixture(scope="module")
def hidden_content(hidden) -> str:
    """All that was sent to the browser before anything was revealed."""
    return json.dumps(figures(hidden)) + "".join(frame.value.to_csv() for frame in hidden.dataframe)


@pytest.fixture(scope="module")
def revealed(hidden, hidden_content) -> AppTest:
    return press(hidden, "Reveal the recorded leads")


def test_the_first_visit_invites_and_shows_nothing():
    page = visit()
    assert not page.exception
    assert not page.get("plotly_chart")
    assert RESEARCH_ONLY in texts(page)


def test_nothing_of_the_recorded_leads_reaches_the_browser_before_they_are_revealed(hidden, hidden_content):
    assert not hidden.exception
    assert "V6 estimated" in hidden_content
    assert "reference" not in hidden_content
    assert not hidden.dataframe


def test_revealed_the_table_is_what_the_engine_measures(revealed):
    assert not revealed.exception
    (item,) = revealed.session_state["batch"]
    expected = lead_errors(item.made[FEW])
    table = revealed.dataframe[0].value.set_index("lead")
    assert list(table.index) == [str(lead) for lead in expected]
    for lead, error in expected.items():
        row = table.loc[str(lead)]
        assert row["r"] == pytest.approx(error.score.r)
        assert row["r_error"] == pytest.approx(error.r_mv)
        assert row["inside"] == pytest.approx(100 * error.score.coverage)


def test_revealed_the_recorded_leads_lie_over_the_estimates_with_their_difference(revealed):
    tracing, overlay, bland_altman = figures(revealed)
    assert "reference" in {trace["name"] for trace in tracing["data"]}
    assert {"recorded", "estimated", "estimated − recorded"} <= {trace["name"] for trace in overlay["data"]}
    assert len(bland_altman["data"][0]["customdata"]) == 1


def test_every_case_revealed_goes_into_the_agreement_and_the_table_to_take_away(sample_files):
    page = press(press(visit(), "Sinus rhythm"), "ST depression")
    page = press(page, "Reveal all 2 hidden")
    assert not page.exception
    items = page.session_state["batch"]
    assert all(FEW in item.made for item in items)
    assert page.dataframe[1].value["Cases"].tolist() == [2] * 11
    content = to_csv((item.title, item.made[FEW], item.errors[FEW]) for item in items)
    table = pd.read_csv(io.StringIO(content), comment="#")
    assert len(table) == 22
    row = table[(table["case"] == items[1].title) & (table["lead"] == "V3")].iloc[0]
    assert row["r"] == pytest.approx(items[1].errors[FEW][Lead.V3].score.r)
    assert RESEARCH_ONLY in content


def test_a_bad_file_is_a_sentence_and_the_others_go_on(sample_files):
    page = visit()
    uploader = page.file_uploader(key="files batch")
    files = {"Doe_Jane.jpg": b"\xff\xd8\xff\xe0" + bytes(range(256)) * 20, **sample_files("A0003.hea", "A0003.mat")}
    for name, content in files.items():
        uploader.upload(name, content)
    page = press(page, "Add")
    assert not page.exception
    (error,) = page.error
    assert error.value.endswith(".")
    assert "Doe_Jane" not in texts(page)
    assert len(page.session_state["batch"]) == 2
    assert "V6 estimated" in json.dumps(figures(page))
