"""The page Cases: every recording given is one line, bad ones too, and two are seen side by side."""

import io
import json
import zipfile

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.views.batch import Setting
from ecg_core import compare, examine
from ecg_core.export.notice import RESEARCH_ONLY
from ecg_core.export.overview import to_csv
from tests.dashboard.pages import APP, press, texts

FEW = Setting("dual-branch", "wearable", 10)
JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 20


def visit() -> AppTest:
    page = AppTest.from_file(str(APP), default_timeout=120)
    page.switch_page("views/cases.py")
    page.session_state["batch passes"] = FEW.passes
    return page.run()


@pytest.fixture(scope="module")
def many(sample_files) -> AppTest:
    """Three recordings and a picture."""
    page = visit()
    uploader = page.file_uploader(key="files batch")
    given = sample_files("A0001.hea", "A0002.mat", "A0001.mat", "A0006_lead_I.csv", "A0002.hea")
    for name, content in ({"Doe_Jane.jpg": JPEG} | given).items():
        uploader.upload(name, content)
    return press(page, "Add")


def test_every_recording_in_an_archive_becomes_a_line(sample_files):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        for name, content in sample_files("A0001.hea", "A0001.mat", "A0010_lead_I.edf", "README.md").items():
            packed.writestr(name, content)
    page = visit()
    page.file_uploader(key="files batch").upload("Doe_Jane.zip", archive.getvalue())
    page = press(page, "Add")
    assert "problem" not in table(page)
    assert [item.recording.source for item in page.session_state["batch"]] == ["WFDB", "EDF+"]


def table(page: AppTest) -> pd.DataFrame:
    return page.dataframe[0].value


def test_every_file_becomes_a_line_and_a_bad_one_says_why(many):
    assert not many.exception
    rows = table(many)
    assert rows["quality"].tolist() == ["problem", "good", "good", "good"]
    assert "WFDB" in rows["problem"][0]
    assert rows["problem"][1:].isna().all()
    assert RESEARCH_ONLY in texts(many)


def test_a_line_holds_what_the_engine_says(many):
    for item, (_, row) in zip(many.session_state["batch"], table(many).iterrows(), strict=True):
        if item.problem is not None:
            continue
        analysis = item.made[FEW]
        scores = compare(analysis)
        assert row["rate"] == pytest.approx(examine(item.recording).measurements.ventricular_rate)
        assert len(row["spark"]) > 100
        if scores:
            assert row["r"] == pytest.approx(sum(score.r for score in scores.values()) / len(scores))
        else:
            assert pd.isna(row["r"])


def test_the_table_to_take_away_holds_the_same_and_no_file_name(many):
    items = [item for item in many.session_state["batch"] if item.problem is None]
    content = to_csv((item.title, item.made[FEW], item.lines[FEW]) for item in items)
    taken = pd.read_csv(io.StringIO(content), comment="#")
    assert len(taken) == 3
    assert taken["r"].tolist()[:2] == pytest.approx(table(many)["r"].dropna().tolist())
    assert not any(item.name in content for item in items)


def test_file_names_are_shown_only_when_asked_for(many):
    assert "name" not in table(many)
    many.toggle(key="cases names").set_value(True).run()
    assert table(many)["name"].tolist()[0] == "Doe_Jane.jpg"
    many.toggle(key="cases names").set_value(False).run()


def test_the_filter_leaves_only_the_lines_asked_for(many):
    many.button_group(key="cases filter").set_value(["problem"]).run()
    assert len(table(many)) == 1
    many.button_group(key="cases filter").set_value([]).run()
    assert len(table(many)) == 4


def test_stopped_work_stays_stopped_until_told_to_go_on():
    page = visit()
    page.session_state["batch stopped"] = True
    page = press(page, "Sinus rhythm")
    assert table(page)["quality"].tolist() == ["waiting"]
    page = press(page, "Go on")
    assert table(page)["quality"].tolist() == ["good"]


def test_two_states_of_knowledge_are_seen_side_by_side(many):
    shown = [item.number for item in many.session_state["batch"]]
    many.session_state[f"cases {shown}"] = {"selection": {"rows": [1], "columns": [], "cells": []}}
    many.run()
    assert not many.exception
    figure = next(
        spec for chart in many.get("plotly_chart") if "xaxis2" in (spec := json.loads(chart.proto.spec))["layout"]
    )
    assert figure["layout"]["xaxis2"]["matches"] == "x"
    halves = {trace.get("xaxis"): trace["y"] for trace in figure["data"] if trace["name"] == "V2 estimated"}
    assert set(halves) == {"x", "x2"}
    assert halves["x"] != halves["x2"]
