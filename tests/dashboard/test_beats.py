"""The beat view of the Review page."""

import json

from streamlit.testing.v1 import AppTest

from dashboard.texts import say
from tests.dashboard.pages import texts, visit


def charts(page: AppTest) -> list[dict]:
    return [json.loads(chart.proto.spec) for chart in page.get("plotly_chart")]


def test_the_beats_are_shown_on_demand_with_everybodys_beat_and_with_single_passes():
    page = visit()
    page.session_state["passes"] = 10
    page.run()
    before = len(charts(page))
    page.toggle(key="beat view").set_value(True).run()
    assert not page.exception
    assert len(charts(page)) == before + 1
    (beats,) = (chart for chart in charts(page) if chart["layout"].get("uirevision") == "beats")
    names = [trace["name"] for trace in beats["data"]]
    assert {"V4", "V4 band", "V4 reference", "V4 everybody"} <= set(names)
    assert "V4 pass" not in names
    assert "not calibrated for median beats" in texts(page)

    page.select_slider(key="beat passes").set_value(5).run()
    assert not page.exception
    (beats,) = (chart for chart in charts(page) if chart["layout"].get("uirevision") == "beats")
    passes = [trace for trace in beats["data"] if trace["name"] == "V4 pass"]
    assert len(passes) == 5
    assert len({str(one["y"]) for one in passes}) == 5
    assert say("beats.everybody") in [trace["name"] for trace in beats["data"]]
