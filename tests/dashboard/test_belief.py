"""What can be believed, as the page says it: each pane against the engine, in two languages; what it must not say."""

import re

import pytest

from dashboard.figures import belief_words
from dashboard.numbers import decimal
from dashboard.texts import say, speak, strings
from ecg_core import Lead, Sex, Wave, load_model
from ecg_core.answers import WHY, Promise, answers
from ecg_core.belief import average_shares, sources_of_doubt
from ecg_core.models.population import MEAN_BEAT, load_population, model_of
from ecg_core.signals.beats import median_beat
from ecg_core.signals.twelve_lead_values import UNITS, twelve_lead_values
from ecg_core.vocabulary import MEASURED
from tests.dashboard.pages import press, texts, visit

SURE = Promise(half_width=0.5, seen=0.9, seen_in_worst_group=0.88, width_share=0.2)


def pane(name: str, **query: str):
    page = visit()
    for key, value in query.items():
        page.query_params[key] = value
    page.session_state["belief pane"] = name
    page.run()
    assert not page.exception
    return page


def cells(page) -> list[str]:
    return [str(cell) for table in page.table for cell in table.value.to_numpy().ravel()]


@pytest.fixture(scope="module")
def answered():
    return pane("answers")


def test_lead_i_answers_and_what_needs_other_leads_is_withheld_with_its_reason(answered):
    shown = cells(answered)
    assert "78 bpm" in shown
    assert any(re.fullmatch(r"Fridericia \d+, Bazett \d+, Framingham \d+, Hodges \d+ ms", cell) for cell in shown)
    assert shown.count("withheld") == len(UNITS)
    assert sum("its interval would span" in cell for cell in shown) == len(UNITS)


def test_a_withheld_value_stands_nowhere_on_the_page(answered, analysis):
    segments = analysis.examination.segments
    beat = median_beat(analysis.reconstruction.mean, segments.r_peaks, segments.sampling_rate)
    would_be = twelve_lead_values(beat, bounds_from=MEASURED)
    said = "\n".join([texts(answered), *cells(answered), *(frame.value.to_string() for frame in answered.dataframe)])
    sure = belief_words.other_answers(answers(analysis, {"without axes": dict.fromkeys(UNITS, SURE)}))
    for question, shown in zip(UNITS, sure["Answer"], strict=True):
        assert decimal(would_be[question], belief_words.DIGITS.get(UNITS[question], 0)) in shown
        assert shown not in said


def test_a_value_that_may_be_shown_comes_with_its_interval(analysis):
    table = belief_words.other_answers(answers(analysis, {"without axes": {"cornell_mv": SURE}}))
    (row,) = table[table["Basis"] == "estimated"].itertuples()
    assert re.fullmatch(r"\d\.\d\d to \d\.\d\d mV, most likely \d\.\d\d", row.Answer)


def test_the_reasons_on_the_page_are_those_of_the_engine():
    for cause, sentence in WHY.items():
        assert strings("en")[f"answers.why_{cause}"] == re.sub(r":\.0f", "", sentence)


def test_the_sources_of_doubt_are_the_engines_and_come_with_a_counted_frequency(analysis):
    page = pane("doubt")
    table = page.dataframe[0].value
    found = sources_of_doubt(analysis, load_model())[Lead.V3][Wave.QRS]
    (row,) = table[table["Lead"] == "V3"].to_dict("records")
    assert row["Noise of Lead I mV"] == pytest.approx(found.noise_mv, rel=0.2)
    assert row["Not in Lead I mV"] == pytest.approx(found.unseen_mv, rel=0.2)
    assert 850 < row["Of 1,000 samples, in the band"] < 950
    said = texts(page)
    assert "900 were promised" in said
    assert "Lead I looks like what dual-branch learnt from" in said
    assert "Being familiar proves nothing" in said


def test_shares_of_this_patient_and_the_average_add_up():
    page = pane("individual")
    table = page.dataframe[0].value
    assert (table["Average patient %"] + table["Individual %"]).tolist() == pytest.approx([100] * 11)
    assert table["Smaller error on test ECGs %"].between(5, 60).all()


def test_the_average_patient_is_of_the_sex_and_age_that_are_known_and_it_is_said_whose_average_it_is():
    page = pane("individual")
    case = page.session_state["case"]
    everybody = load_model(MEAN_BEAT)
    groups = {group.name: group for group in load_population(everybody.card)}
    average = say("belief.average")
    said: dict[str, list[float]] = {}
    for sex, age_years, name, words in (
        (Sex.FEMALE, 49.0, "female 40-59", "women aged 40 to 59 of PTB-XL's training folds"),
        (Sex.MALE, 80.0, "male 75+", "men aged 75 or older of PTB-XL's training folds"),
        (None, None, "both all", "patients of either sex and any age of PTB-XL's training folds"),
    ):
        page.selectbox(key=f"sex {case.number}").select_index((None, *Sex).index(sex))
        page.number_input(key=f"age_years {case.number}").set_value(age_years)
        page = press(page.run(), "Reconstruct")
        assert not page.exception
        shares = average_shares(case.shown.analysis, model_of(groups[name], everybody))
        said[name] = page.dataframe[0].value[average].tolist()
        assert said[name] == pytest.approx([100 * share for share in shares.values()])
        assert f"The average patient here: the mean beat of {groups[name].patients:,} {words}" in texts(page)
    assert len({tuple(shares) for shares in said.values()}) == 3

    page.selectbox(key=f"sex {case.number}").select_index(1)
    page.number_input(key=f"age_years {case.number}").set_value(9.0)
    page = press(page.run(), "Reconstruct")
    shares = average_shares(case.shown.analysis, everybody)
    assert page.dataframe[0].value[average].tolist() == pytest.approx([100 * share for share in shares.values()])
    assert "the mean beat of all patients" in texts(page)
    assert "fewer than 100 of this sex and age" in texts(page)


def test_whose_average_it_is_is_said_in_german():
    assert "Durchschnittspatient ist hier der mittlere Schlag von " in texts(pane("individual", lang="de"))


def test_the_checks_say_what_they_do_not_prove():
    said = texts(pane("checks"))
    assert "says nothing about whether II is right" in said
    assert "The recorded limb leads of the file fit together within" in said


def test_the_answers_are_given_in_german():
    page = pane("answers", lang="de")
    assert "Was zu glauben ist" in [heading.value for heading in page.subheader]
    assert cells(page).count("zurückgehalten") == len(UNITS)


def test_decimals_are_written_as_the_language_writes_them():
    speak("de")
    try:
        assert decimal(1.25, 2) == "1,25"
    finally:
        speak("en")
