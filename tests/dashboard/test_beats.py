"""The beat view of the Review page."""

import json

from streamlit.testing.v1 import AppTest

from dashboard.texts import speak
from dashboard.views.beats import whom
from ecg_core import Sex, load_model
from ecg_core.models.population import MEAN_BEAT, load_population
from tests.dashboard.pages import press, texts, visit


def charts(page: AppTest) -> list[dict]:
    return [json.loads(chart.proto.spec) for chart in page.get("plotly_chart")]


def test_the_beats_are_shown_on_demand_with_the_mean_beat_of_others_and_with_single_passes():
    page = visit()
    page.session_state["passes"] = 10
    page.run()
    before = len(charts(page))
    page.toggle(key="beat view").set_value(True).run()
    assert not page.exception
    assert len(charts(page)) == before + 1
    (beats,) = (chart for chart in charts(page) if chart["layout"].get("uirevision") == "beats")
    names = [trace["name"] for trace in beats["data"]]
    assert {"V4", "V4 band", "V4 reference", "V4 mean of others"} <= set(names)
    assert "V4 pass" not in names
    assert "not calibrated for median beats" in texts(page)

    page.select_slider(key="beat passes").set_value(5).run()
    assert not page.exception
    (beats,) = (chart for chart in charts(page) if chart["layout"].get("uirevision") == "beats")
    passes = [trace for trace in beats["data"] if trace["name"] == "V4 pass"]
    assert len(passes) == 5
    assert len({str(one["y"]) for one in passes}) > 2  # those of the second opinion, which has no dropout, are alike


def dotted(page: AppTest) -> str | None:
    """What the dotted beat is called in the figure, if there is one."""
    (beats,) = (chart for chart in charts(page) if chart["layout"].get("uirevision") == "beats")
    found = [trace["name"] for trace in beats["data"] if trace["name"].startswith("mean beat of")]
    assert len(found) <= 1
    return found[0] if found else None


def test_the_mean_beat_is_that_of_the_sex_and_age_that_are_known_and_says_whose_it_is():
    page = visit()
    page.session_state["passes"] = 2
    page.session_state["beat view"] = True
    page.run()
    case = page.session_state["case"].number
    folds = "of PTB-XL's training folds"
    for sex, age_years, words in (
        (Sex.MALE, 63.0, "2,526 men aged 60 to 74"),
        (Sex.FEMALE, 80.0, "1,606 women aged 75 or older"),
        (Sex.FEMALE, None, "6,416 female patients of any age"),
        (None, 63.0, "4,439 men and women aged 60 to 74"),
        (None, None, "13,118 patients of either sex and any age"),
    ):
        page.selectbox(key=f"sex {case}").select_index((None, *Sex).index(sex))
        page.number_input(key=f"age_years {case}").set_value(age_years)
        page = press(page.run(), "Reconstruct")
        assert not page.exception
        assert dotted(page) == f"mean beat of {words} {folds}"
        assert f"The dotted beat is the mean beat of {words} {folds}" in texts(page)

    page.number_input(key=f"age_years {case}").set_value(9.0)
    page = press(page.run(), "Reconstruct")
    assert not page.exception
    assert dotted(page) is None
    assert "fewer than 100 patients of this sex and age" in texts(page)


def test_a_group_is_said_in_german():
    groups = {group.name: group for group in load_population(load_model(MEAN_BEAT).card)}
    speak("de")
    try:
        said = [whom(groups[name]) for name in ("male 60-74", "female 75+", "both all")]
    finally:
        speak("en")
    assert said == [
        "2.526 Männern im Alter von 60 bis 74 Jahren",
        "1.606 Frauen ab 75 Jahren",
        "13.118 Personen beiderlei Geschlechts und jeden Alters",
    ]
