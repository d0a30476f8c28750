"""All of a long recording, of which the page shows ten minutes."""

import io
import json

import edfio
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.figures.minutes import minutes_figure
from dashboard.texts import say
from ecg_core import Lead
from ecg_core.results import Caliper
from ecg_core.stretches import Minute
from ecg_core.vocabulary import Verdict
from tests.dashboard.pages import press, texts, uploaded


@pytest.fixture(scope="module")
def eleven_minutes(sample_recordings) -> bytes:
    """Lead I at 250 Hz as EDF: sinus rhythm, but for its fourth minute, in which the electrode was off."""
    lead_i = np.tile(sample_recordings["A0002"][Lead.I][:5000:2], 66)
    lead_i[250 * 180 : 250 * 240] = 0
    signal = edfio.EdfSignal(lead_i, 250, label="I", physical_dimension="mV", physical_range=(-5, 5))
    out = io.BytesIO()
    edfio.Edf([signal]).write(out)
    return out.getvalue()


@pytest.fixture(scope="module")
def page(eleven_minutes) -> AppTest:
    page = uploaded({"holter.edf": eleven_minutes})
    page.selectbox(key="model").set_value("linear").run()
    return page


def charts(page: AppTest) -> list[dict]:
    return [json.loads(chart.proto.spec) for chart in page.get("plotly_chart")]


def test_nothing_is_looked_at_unasked(page):
    assert "whole" not in page.session_state
    assert [button for button in page.button if button.label == "Look at all of it"]


def test_every_minute_is_told_and_what_cannot_be_used_is_counted(page):
    page = press(page, "Look at all of it")
    assert not page.exception
    assert "Of 11 minutes 0 need a second look and 1 cannot be used" in texts(page)
    minutes = page.session_state["whole"].minutes
    assert [minute.half_width_mv is None for minute in minutes] == [number == 3 for number in range(11)]
    (rate,) = (trace for chart in charts(page) for trace in chart["data"] if trace["name"] == "rate")
    assert len(rate["x"]) == 11
    assert not [button for button in page.button if button.label in ("Look at all of it", "Stop")]


def at_minute(page: AppTest, minute: int) -> AppTest:
    """The page with the part that begins there, reconstructed, and its marks to be corrected."""
    (start,) = (slider for slider in page.select_slider if slider.label.startswith("Part of 10 minutes"))
    page = press(start.set_value(minute).run(), "Reconstruct")
    return page.toggle(key="correct marks").set_value(True).run()


def test_calipers_and_corrections_come_back_with_their_part_alone(eleven_minutes):
    page = uploaded({"holter.edf": eleven_minutes})
    page.selectbox(key="model").set_value("linear").run()
    page = press(page, "Reconstruct")
    page.toggle(key="measuring").set_value(True).run()
    number = page.session_state["case"].number
    page.number_input(key=f"caliper start {number}").set_value(1.0)
    page.number_input(key=f"caliper end {number}").set_value(1.8)
    page = press(page, say("calipers.measure"))
    page.toggle(key="correct marks").set_value(True).run()
    page.button(key="remove mark").click().run()
    first = page.session_state["case"]
    kept, corrected = (first.calipers.now, first.corrections.now), first.seen.measurements.qrs_count
    assert (len(kept[0]), len(kept[1])) == (1, 1)

    page = at_minute(page, 1)
    other = page.session_state["case"]
    assert (other.calipers.now, other.corrections.now) == ((), ())
    page.button(key="remove mark").click().run()
    assert not page.exception

    page = at_minute(page, 0)
    assert not page.exception
    again = page.session_state["case"]
    assert again.number > other.number
    assert (again.calipers.now, again.corrections.now) == kept
    assert again.seen.measurements.qrs_count == corrected
    assert "caliper A" in {trace["name"] for chart in charts(page) for trace in chart["data"]}
    page.button(key="undo mark").click().run()
    assert page.session_state["case"].corrections.now == ()
    assert len(page.session_state["case"].by_part) == 2


def test_another_recording_begins_without_them(eleven_minutes):
    page = uploaded({"holter.edf": eleven_minutes})
    page.session_state["case"].calipers.change((Caliper("A", Lead.I, 1.0, 1.8, 0.0, 0.1),))
    page.session_state["source"] = "Sample"
    page.run()
    assert page.session_state["case"].calipers.now == ()
    assert len(page.session_state["case"].by_part) == 1


def test_where_leads_are_withheld_the_doubt_has_a_gap():
    minutes = [
        Minute(60.0 * n, Verdict.STOP if n == 1 else Verdict.PASS, (), 70.0, None if n == 1 else 0.1) for n in range(3)
    ]
    figure = minutes_figure(minutes, (0, 60), 180)
    traces = {trace.name: trace for trace in figure.data}
    assert traces["doubt"].y == (0.1, None, 0.1)
    assert traces["doubt"].connectgaps is False
    assert traces["withheld"].x == (1.5 / 60,)
    assert not traces["look twice"].x
    (seen,) = figure.layout.shapes
    assert (seen.x0, seen.x1) == (0, 1 / 60)
