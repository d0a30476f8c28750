"""An earlier twelve-lead ECG on the Review page. Two recordings of different patients stand for two of one patient."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from ecg_core import Lead, Origin, analyse, load_model, read, read_earlier
from ecg_core.export.notice import EARLIER_WARNING
from tests.dashboard.pages import figure, give_earlier, number, press, texts, told, uploaded, visit

NOTICE = "Lead I has changed since the earlier ECG"


def dated(files: dict[str, bytes], day: str) -> dict[str, bytes]:
    """The same WFDB files with a date, ``dd/mm/yyyy``, in the first line of the header, which has none."""
    (name,) = (name for name in files if name.endswith(".hea"))
    first, rest = files[name].split(b"\n", 1)
    return files | {name: first.rstrip() + f" 10:00:00 {day}\n".encode() + rest}


def caption(page: AppTest) -> str:
    """The line above the tracing that says who estimated it, from what."""
    (text,) = (note["text"] for note in figure(page)["layout"]["annotations"] if note.get("name") == "provenance")
    return text


def switch(page: AppTest):
    (toggle,) = (toggle for toggle in page.toggle if toggle.label == "Use the earlier ECG")
    return toggle


def shown(page: AppTest):
    return page.session_state["case"].shown


@pytest.fixture(scope="module")
def block(sample_files) -> dict[str, bytes]:
    """A right bundle branch block."""
    return sample_files("A0001.hea", "A0001.mat")


@pytest.fixture(scope="module")
def normal(sample_files) -> dict[str, bytes]:
    """Sinus rhythm, the first sample of the page."""
    return sample_files("A0002.hea", "A0002.mat")


def test_an_earlier_ecg_is_told_of_at_once_with_its_axes_and_named_on_the_tracing(block):
    page = give_earlier(visit().run(), block)
    assert not page.exception
    expected = read_earlier(read(block)).axes
    assert number(page, "R axis").value == round(expected.r_axis_deg)
    assert told(page)["R axis"] == (f"{expected.r_axis_deg:.0f}°", Origin.EARLIER)
    assert told(page)["T axis"] == (f"{expected.t_axis_deg:.0f}°", Origin.EARLIER)
    assert told(page)["Ventricular rate"][1] == Origin.LEAD_I
    assert told(page)["Earlier ECG"] == ("unknown age", "uploaded, age unknown")
    assert "with an earlier ECG of unknown age" in caption(page)
    assert "with an earlier ECG of unknown age" in texts(page)
    assert switch(page).value is True
    assert EARLIER_WARNING in texts(page)


def test_without_one_there_is_no_switch_and_no_warning():
    page = visit().run()
    assert "Use the earlier ECG" not in {toggle.label for toggle in page.toggle}
    assert EARLIER_WARNING not in texts(page)
    assert "earlier" not in caption(page)
    assert told(page)["Earlier ECG"] == ("none", "–")


def test_its_age_is_read_from_both_files_where_they_say_it(normal, block):
    page = give_earlier(uploaded(dated(normal, "10/05/2022")), dated(block, "01/03/2020"))
    assert "Of 2.2 years (read from both files): its median beat, R axis" in texts(page)
    assert not any(field.label == "Its age" for field in page.number_input)
    page = press(page, "Reconstruct")
    assert "with an earlier ECG of 2.2 years" in caption(page)
    assert told(page)["Earlier ECG"] == ("2.2 years", "uploaded, age read from both files")
    assert shown(page).analysis.earlier.days_before == 800


@pytest.mark.parametrize(
    ("count", "unit", "age"), [(3.0, "years", "3.0 years"), (14.0, "months", "14 months"), (5.0, "days", "5 days")]
)
def test_its_age_is_asked_where_the_files_do_not_both_say_it(normal, block, count, unit, age):
    page = give_earlier(uploaded(normal), dated(block, "01/03/2020"))
    assert "How long before this recording was it made?" in texts(page)
    assert number(page, "Its age").disabled
    page.selectbox(key="age unit earlier 0").select(unit).run()
    number(page, "Its age").set_value(count).run()
    page = press(page, "Reconstruct")
    assert f"with an earlier ECG of {age}" in caption(page)
    assert told(page)["Earlier ECG"] == (age, "uploaded, age typed by the user")


def test_dates_in_the_wrong_order_are_said_and_it_is_not_used_until_the_user_has_spoken(normal, block):
    page = give_earlier(uploaded(dated(normal, "01/03/2020")), dated(block, "10/05/2022"))
    assert any("-800 days before this one" in error.value for error in page.error)
    assert "Use the earlier ECG" not in {toggle.label for toggle in page.toggle}
    assert number(page, "R axis").value is None
    page.selectbox(key="age unit earlier 0").select("unknown").run()
    assert switch(page).value is True
    page = press(page, "Reconstruct")
    assert "with an earlier ECG of unknown age" in caption(page)


def test_an_age_that_no_patient_reaches_is_refused_in_a_sentence(block):
    page = give_earlier(visit().run(), block)
    page.selectbox(key="age unit earlier 0").select("years").run()
    page = number(page, "Its age").set_value(500.0).run()
    assert any("expected 0 days or more" in error.value for error in page.error)
    assert "Use the earlier ECG" not in {toggle.label for toggle in page.toggle}
    assert "earlier" not in caption(page)


def test_an_earlier_ecg_with_lead_i_alone_is_refused_and_one_of_another_patient_is_dropped(sample_files):
    page = give_earlier(visit().run(), sample_files("A0010_lead_I.edf"))
    assert any("V1 to V6 are needed" in error.value for error in page.error)
    assert "Use the earlier ECG" not in {toggle.label for toggle in page.toggle}
    assert number(page, "R axis").value is None
    page.selectbox(key="sample").select_index(1).run()
    assert not page.error
    assert "earlier 0" not in page.session_state


def test_a_file_that_is_no_recording_is_refused_in_a_sentence():
    page = give_earlier(visit().run(), {"holiday.jpg": b"\xff\xd8\xff\xe0" + bytes(range(256)) * 20})
    assert not page.exception
    (error,) = page.error
    assert "WFDB" in error.value
    assert "earlier" not in caption(page)


def test_what_its_file_does_not_say_is_asked(sample_recordings):
    recording = sample_recordings["A0001"]
    heading = ",".join(recording.leads)
    rows = "\n".join(",".join(f"{value:.3f}" for value in row) for row in recording.signals.T)
    page = give_earlier(visit().run(), {"old.csv": f"{heading}\n{rows}".encode()})
    page.number_input(key="answer earlier 0").set_value(500.0)
    page = press(page, "Answer")
    page.selectbox(key="answer earlier 0").select("mV")
    page = press(page, "Answer")
    assert all(NOTICE in error.value for error in page.error)
    assert "with an earlier ECG of unknown age" in caption(page)
    expected = read_earlier(recording).axes
    assert number(page, "R axis").value == round(expected.r_axis_deg)


def test_switched_off_the_network_is_told_nothing_of_it_and_both_results_are_kept(block, normal):
    page = visit().run()
    without = shown(page)
    page = give_earlier(page, block)
    with_it = shown(page)
    assert with_it is not without

    page = switch(page).set_value(False).run()
    assert shown(page) is without
    assert number(page, "R axis").value is None
    assert told(page)["R axis"] == ("unknown", "–")
    assert told(page)["Earlier ECG"] == ("none", "–")
    assert "earlier" not in caption(page)
    assert EARLIER_WARNING not in texts(page)
    assert NOTICE not in texts(page)
    alone = analyse(read(normal), without.analysis.metadata, load_model(), measure_lead_i=False, passes=50)
    assert np.array_equal(shown(page).analysis.reconstruction.mean, alone.reconstruction.mean)
    assert np.array_equal(shown(page).analysis.reconstruction.high, alone.reconstruction.high)

    page = switch(page).set_value(True).run()
    assert shown(page) is with_it
    assert "with an earlier ECG" in caption(page)


def test_switched_off_before_the_first_result_it_equals_the_result_without(normal, block):
    page = give_earlier(uploaded(normal), block)
    page = press(switch(page).set_value(False).run(), "Reconstruct")
    assert shown(page).analysis.earlier is None
    assert not {"r_axis_deg", "t_axis_deg"} & set(shown(page).analysis.metadata.known())
    page = switch(page).set_value(True).run()
    assert shown(page).analysis.earlier is not None


def test_an_axis_that_was_typed_survives_the_switch_and_one_that_was_emptied_stays_unknown(block):
    page = give_earlier(visit().run(), block)
    number(page, "R axis").set_value(12.0)
    number(page, "T axis").set_value(None)
    page = press(page.run(), "Reconstruct")
    assert told(page)["R axis"] == ("12°", Origin.TYPED)
    assert told(page)["T axis"] == ("unknown", "–")
    assert shown(page).analysis.metadata.t_axis_deg is None
    page = switch(page).set_value(False).run()
    assert told(page)["R axis"] == ("12°", Origin.TYPED)
    assert "earlier" not in caption(page)


def test_a_changed_lead_i_is_said_with_what_to_do(block):
    page = give_earlier(visit().run(), block)
    unusual = shown(page).analysis.change.unusual
    assert unusual
    assert NOTICE in texts(page)
    text = texts(page)
    assert "; ".join(unusual) in text
    assert "Trust the earlier pattern less: switch **Use the earlier ECG** off and compare" in text


def test_an_unchanged_lead_i_is_not_remarked_upon(normal):
    page = give_earlier(visit().run(), normal)
    assert shown(page).analysis.change.unusual == ()
    assert EARLIER_WARNING in texts(page)
    assert NOTICE not in texts(page)


def test_how_far_each_lead_moved_is_listed_once_both_are_known(normal, block):
    page = give_earlier(uploaded(normal), block)
    page = press(page, "Reconstruct")
    assert "Switch it once to see how far each lead moves" in texts(page)
    page = switch(page).set_value(False).run()
    (moved,) = (frame.value for frame in page.dataframe if "Most mV" in frame.value.columns)
    one, other = (result.analysis.reconstruction.mean for result in page.session_state["case"].results)
    assert len(moved) == 11
    expected = abs(one - other).mean(axis=1)[1:]
    assert moved["Mean mV"].to_numpy() == pytest.approx(expected)
    assert expected.max() > 0


def test_taken_away_it_is_gone_from_the_tracing(block):
    page = give_earlier(visit().run(), block)
    page.file_uploader(key="files earlier 0").set_value(None)
    page.run()
    assert "Use the earlier ECG" not in {toggle.label for toggle in page.toggle}
    assert number(page, "R axis").value is None
    assert "earlier" not in caption(page)


def test_a_strip_of_lead_i_can_have_an_earlier_ecg_too(twelve_lead_sample, block):
    rows = "\n".join(f"{index / 500:.3f},{value:.4f}" for index, value in enumerate(twelve_lead_sample[Lead.I]))
    page = give_earlier(uploaded({"strip.csv": f"time (s),I (mV)\n{rows}".encode()}), block)
    page = press(page, "Reconstruct")
    assert "with an earlier ECG" in caption(page)
    assert shown(page).analysis.metadata.origin("r_axis_deg") is Origin.EARLIER
