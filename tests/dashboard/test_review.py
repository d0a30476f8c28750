"""The Review page, every path through it, on real recordings."""

import io
import json

import edfio
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.texts import say
from dashboard.theme import Layout, LeadOrder
from ecg_core import Lead, Origin, Recording, examine, read
from ecg_core.export.formats import FORMATS
from ecg_core.export.notice import RESEARCH_ONLY
from tests.dashboard.pages import as_text, drawn, figure, give_earlier, number, press, texts, told, uploaded, visit

METRICS = ("Rate on Lead I", "QRS count on Lead I", "Mean QRS on Lead I")


@pytest.fixture(scope="module")
def first_visit() -> AppTest:
    return visit().run()


def test_the_first_visit_shows_a_real_sample_reconstructed(first_visit):
    assert not first_visit.exception
    names = drawn(first_visit)
    assert "I measured" in names
    assert "V6 estimated" in names
    assert "reference" in names
    assert [metric.label for metric in first_visit.metric] == list(METRICS)
    assert "Sample · Sinus rhythm" in [heading.value for heading in first_visit.subheader]


def test_it_says_what_was_read_what_was_removed_and_that_it_is_for_research_only(first_visit):
    text = texts(first_visit)
    assert "WFDB · 500 Hz · 10 s · all twelve leads" in text
    assert "Filtered out: below 0.5 Hz and above 40 Hz" in text
    assert RESEARCH_ONLY in text
    assert "In words: A twelve-lead tracing" in text


def test_the_numbers_beside_the_tracing_are_those_of_lead_i(first_visit, twelve_lead_sample):
    measured = examine(twelve_lead_sample.only(Lead.I)).measurements
    shown = [metric.value for metric in first_visit.metric]
    assert shown == [f"{measured.ventricular_rate:.0f} bpm", str(measured.qrs_count), f"{measured.qrs_ms:.0f} ms"]
    headings = [heading.value for heading in first_visit.subheader]
    assert f"{measured.qrs_count} QRS, {measured.t_count} T" in headings


def test_the_metadata_used_are_listed_with_where_each_came_from(first_visit):
    used = told(first_visit)
    assert used["Age"] == ("49 years", Origin.FILE)
    assert used["Sex"] == ("female", Origin.FILE)
    assert {used[name][1] for name in ("Ventricular rate", "QRS duration", "QRS count")} == {Origin.LEAD_I}
    assert used["R axis"] == ("unknown", "–")
    assert any("Model dual-branch · 50 passes · seed 0" in caption.value for caption in first_visit.caption)


def test_agreement_with_the_recorded_leads_is_shown(first_visit):
    scores, waves, _ = (frame.value for frame in first_visit.dataframe)
    assert list(scores.columns) == ["Lead", "r", "RMSE mV", "In band"]
    assert len(scores) == 11
    assert set(waves["Wave"]) == {"QRS", "T"}


def test_the_tracing_and_every_format_are_offered(first_visit):
    labels = {element.proto.label for element in first_visit.get("download_button")}
    assert {say(f"downloads.{kind}") for kind in ("html", *FORMATS) if kind != "pdf"} <= labels


def test_another_sample_is_one_choice_away_and_has_no_reference():
    page = visit().run()
    page.selectbox(key="sample").select_index(7).run()
    assert not page.exception
    names = drawn(page)
    assert "V1 estimated" in names
    assert not any("reference" in name for name in names)
    assert "Left out of the file: name, date of birth, machine interpretation." in texts(page)


def test_an_uploaded_pair_is_shown_as_lead_i_until_reconstruct_is_pressed(sample_files):
    page = uploaded(sample_files("A0003.hea", "A0003.mat"))
    assert drawn(page) == ["I measured"]
    page = press(page, "Reconstruct")
    assert not page.exception
    assert "aVF estimated" in drawn(page)


def test_one_of_several_recordings_is_chosen_and_said_and_can_be_chosen_again(sample_files):
    files = {
        **sample_files("A0003.hea", "A0003.mat"),
        "Doe_Jane.edf": sample_files("A0010_lead_I.edf")["A0010_lead_I.edf"],
    }
    page = uploaded(files)
    assert "3 files that hold 2 recordings" in texts(page)
    choices = page.selectbox(key="answer main")
    assert (choices.label, len(choices.options)) == ("Which recording?", 2)
    choices.select(choices.options[1])
    page = press(page, "Answer")
    assert "EDF+ · 500 Hz" in texts(page)
    assert "Recording 2 · EDF+ · 1 channel · 10 s" in texts(page)
    page = press(page, "Ask again")
    page.selectbox(key="answer main").select(choices.options[0])
    page = press(page, "Answer")
    assert "WFDB · 500 Hz" in texts(page)
    assert number(page, "Age").value == 81
    assert "Doe_Jane" not in texts(page)


def test_names_of_uploaded_files_are_not_repeated_on_the_page(sample_files):
    content = sample_files("A0010_lead_I.edf")["A0010_lead_I.edf"]
    page = press(uploaded({"Doe_Jane_1950.edf": content}), "Reconstruct")
    assert "Doe_Jane" not in texts(page)
    assert "Doe_Jane" not in json.dumps(figure(page))
    assert page.query_params == {}


def test_nothing_is_shared_with_the_next_visitor(sample_files):
    press(uploaded(sample_files("A0003.hea", "A0003.mat")), "Reconstruct")
    page = visit()
    page.session_state["source"] = "Upload"
    page.run()
    assert not page.get("plotly_chart")
    assert "case" not in page.session_state


def test_half_a_pair_is_refused_with_what_to_do(sample_files):
    page = uploaded(sample_files("A0003.hea"))
    (error,) = page.error
    assert error.value.endswith(".")
    assert not page.get("plotly_chart")


def test_a_file_that_is_no_recording_is_refused_in_a_sentence():
    page = uploaded({"holiday.jpg": b"\xff\xd8\xff\xe0" + bytes(range(256)) * 20})
    assert not page.exception
    (error,) = page.error
    assert "WFDB" in error.value
    assert RESEARCH_ONLY in texts(page)


def test_what_the_file_does_not_say_is_asked_one_after_the_other(twelve_lead_sample):
    page = uploaded({"strip.csv": as_text(twelve_lead_sample[Lead.I])})
    asked = []
    for _ in range(3):
        if page.get("plotly_chart"):
            break
        (field,) = [
            *(f for f in page.number_input if "rate" in f.label),
            *(f for f in page.selectbox if f.key != "sample"),
        ]
        asked.append(field.label)
        if "rate" in field.label:
            field.set_value(500.0)
        else:
            field.select("mV" if "Unit" in field.label else field.options[0])
        page = press(page, "Answer")
    assert {"Sampling rate, Hz", "Unit of the samples"} <= set(asked)
    assert drawn(page) == ["I measured"]
    assert "500 Hz · 10 s · Lead I" in texts(page)


def test_a_contradicting_answer_can_be_taken_back(twelve_lead_sample):
    page = uploaded({"strip.csv": as_text(1000 * twelve_lead_sample[Lead.I], "I\n")})
    page.number_input(key="answer main").set_value(500.0)
    page = press(page, "Answer")
    page.selectbox(key="answer main").select("mV")
    page = press(page, "Answer")
    assert page.error
    page = press(page, "Ask again")
    assert page.number_input(key="answer main").label == "Sampling rate, Hz"


def recorded(lead_i: np.ndarray, rate: float) -> dict[str, bytes]:
    rows = "\n".join(f"{index / rate:.4f},{value:.4f}" for index, value in enumerate(lead_i))
    return {"strip.csv": f"time (s),I (mV)\n{rows}".encode()}


def test_an_unusable_signal_blocks_with_the_reason(twelve_lead_sample):
    lead_i = twelve_lead_sample[Lead.I].copy()
    lead_i[500:] = lead_i[500]
    page = uploaded(recorded(lead_i, 500))
    (error,) = page.error
    assert "moves less than" in error.proto.title
    assert "electrodes" in error.value
    (button,) = (button for button in page.button if button.label == "Reconstruct")
    assert button.disabled
    assert drawn(page) == ["I measured"]


def test_a_doubtful_signal_warns_and_goes_on(twelve_lead_sample):
    lead_i = twelve_lead_sample[Lead.I]
    hum = 0.3 * np.sin(2 * np.pi * 50 * np.arange(lead_i.size) / 500)
    page = uploaded(recorded(lead_i + hum, 500))
    assert page.warning
    page = press(page, "Reconstruct")
    assert "II estimated" in drawn(page)
    assert page.warning


def test_measured_values_may_be_corrected_or_set_unknown():
    page = visit().run()
    number(page, "Ventricular rate").set_value(90.0)
    number(page, "QRS duration").set_value(None)
    page.run()
    assert any("form has changed" in info.value for info in page.info)
    page = press(page, "Reconstruct")
    used = told(page)
    assert used["Ventricular rate"] == ("90 bpm", Origin.TYPED)
    assert used["QRS duration"] == ("unknown", "–")
    assert used["QRS count"][1] == Origin.LEAD_I
    assert not page.info


@pytest.mark.parametrize(
    ("label", "value", "says"),
    [
        ("Age", 140.0, "0 to 120 years"),
        ("Ventricular rate", 5.0, "20 to 300 beats per minute"),
        ("QRS duration", 900.0, "40 to 300 ms"),
        ("QRS count", 99.0, "1 to 60 QRS complexes"),
        ("R axis", 200.0, "-180 to 180 degrees"),
        ("T axis", -181.0, "-180 to 180 degrees"),
    ],
)
def test_a_value_that_no_patient_has_gets_a_sentence_and_blocks(first_visit, label, value, says):
    before = number(first_visit, label).value
    page = number(first_visit, label).set_value(value).run()
    (error,) = page.error
    assert says in error.value
    (button,) = (button for button in page.button if button.label == "Reconstruct")
    assert button.disabled
    number(page, label).set_value(before).run()


def test_model_passes_and_seed_are_the_users():
    page = visit().run()
    page.select_slider(key="passes").set_value(10)
    page.number_input(key="seed").set_value(7)
    page = press(page.run(), "Reconstruct")
    assert any("10 passes · seed 7" in caption.value for caption in page.caption)


def test_layers_are_switched_in_the_figure_alone(first_visit):
    labels = [group.label for group in first_visit.button_group]
    assert not any(layer in label.lower() for label in labels for layer in ("strip", "band", "reference"))
    (menu,) = figure(first_visit)["layout"]["updatemenus"]
    assert [button["label"] for button in menu["buttons"]] == ["total", "passes", "off"]


def test_layout_and_paper_can_be_chosen():
    page = visit().run()
    for label, value in (("Layout", "12×1"), ("mm/s", 50), ("mm/mV", 20)):
        (group,) = (group for group in page.button_group if group.label == label)
        group.set_value(value)
    page.run()
    layout = figure(page)["layout"]
    assert layout["yaxis"]["scaleratio"] == 20 / 50
    assert sum(note["name"].startswith("label ") for note in layout["annotations"]) == 12
    assert figure(page)["layout"]["xaxis"]["range"][1] == 5


@pytest.mark.parametrize("layout", Layout)
def test_each_layout_can_be_shown_in_cabreras_order(first_visit, layout):
    first_visit.button_group(key="layout").set_value(layout)
    first_visit.button_group(key="order").set_value(LeadOrder.CABRERA).run()
    assert not first_visit.exception
    names = [note["text"] for note in figure(first_visit)["layout"]["annotations"] if note["name"].startswith("label ")]
    assert sum(name.startswith("<b>−aVR</b>") for name in names) == 1
    assert names[0].startswith("<b>aVL</b>")
    rows = {note["y"] for note in figure(first_visit)["layout"]["annotations"] if note["name"].startswith("label ")}
    assert len(rows) == len(layout.rows())
    first_visit.button_group(key="layout").set_value(Layout.GRID)
    first_visit.button_group(key="order").set_value(LeadOrder.STANDARD).run()


def test_a_long_recording_is_seen_window_by_window():
    page = visit().run()
    page.selectbox(key="sample").select_index(3).run()
    (slider,) = (slider for slider in page.slider if slider.label.startswith("Window of 10 s"))
    slider.set_value(12.0).run()
    lead_i = next(trace for trace in figure(page)["data"] if trace["name"] == "I measured")
    assert lead_i["x0"] == 12.0


@pytest.fixture(scope="module")
def twenty_five_minutes(sample_recordings) -> bytes:
    """Lead I at 250 Hz as EDF: ten minutes of sinus rhythm, then fifteen of atrial fibrillation."""
    minutes = [(sample_recordings["A0002"], 10), (sample_recordings["A0003"], 15)]
    lead_i = np.concatenate([np.tile(recording[Lead.I][:5000:2], 6 * count) for recording, count in minutes])
    signal = edfio.EdfSignal(lead_i, 250, label="I", physical_dimension="mV", physical_range=(-5, 5))
    out = io.BytesIO()
    edfio.Edf([signal]).write(out)
    return out.getvalue()


def test_a_long_recording_is_reconstructed_a_chosen_part_at_a_time(twenty_five_minutes):
    page = uploaded({"holter.edf": twenty_five_minutes})
    assert "0:00:00 to 0:10:00 of 0:25:00" in texts(page)
    (start,) = (slider for slider in page.select_slider if slider.label.startswith("Part of 10 minutes"))
    assert (start.options[0], start.options[-1]) == ("0:00:00", "0:15:00")
    rates = [page.metric[0].value]
    first = page.session_state["case"].number
    page = start.set_value(12).run()
    assert not page.exception
    rates.append(page.metric[0].value)
    assert "0:12:00 to 0:22:00 of 0:25:00" in texts(page)
    assert "times count from 0:12:00" in texts(page)
    assert page.session_state["case"].number == first + 1
    part = read({"holter.edf": twenty_five_minutes}).between(720, 1320)
    measured = examine(part).measurements
    assert rates[1] == f"{measured.ventricular_rate:.0f} bpm" != rates[0]
    assert number(page, "Ventricular rate").value == round(measured.ventricular_rate)

    page.select_slider(key="passes").set_value(10)
    page = press(page, "Reconstruct")
    assert not page.exception
    assert page.session_state["case"].shown.analysis.reconstruction.mean.shape == (12, 150_000)
    assert f"{measured.qrs_count} QRS, {measured.t_count} T" in [heading.value for heading in page.subheader]
    assert any(slider.label == "Window of 10 s out of 10:00" for slider in page.slider)

    (start,) = (slider for slider in page.select_slider if slider.label.startswith("Part of 10 minutes"))
    page = start.set_value(0).run()
    assert page.session_state["case"].shown is None
    assert page.metric[0].value == rates[0]


def test_another_part_of_a_recording_leaves_what_is_known_of_the_patient(twenty_five_minutes, sample_files):
    page = give_earlier(uploaded({"holter.edf": twenty_five_minutes}), sample_files("A0001.hea", "A0001.mat"))
    number(page, "Age").set_value(63.0)
    page = number(page, "T axis").set_value(-20.0).run()
    axis, rate = (number(page, label).value for label in ("R axis", "Ventricular rate"))
    (start,) = (slider for slider in page.select_slider if slider.label.startswith("Part of 10 minutes"))
    page = start.set_value(12).run()
    assert not page.exception
    case = page.session_state["case"]
    assert case.earlier_in_use is not None
    kept = {label: number(page, label).value for label in ("Age", "R axis", "T axis")}
    assert kept == {"Age": 63.0, "R axis": axis, "T axis": -20.0}
    assert number(page, "Ventricular rate").value != rate
    assert case.offer.origin("r_axis_deg") is Origin.EARLIER

    (toggle,) = (toggle for toggle in page.toggle if toggle.label == "Use the earlier ECG")
    page = toggle.set_value(False).run()
    (start,) = (slider for slider in page.select_slider if slider.label.startswith("Part of 10 minutes"))
    page = start.set_value(0).run()
    case = page.session_state["case"]
    assert case.earlier_at_hand is not None
    assert case.earlier_in_use is None
    assert number(page, "Age").value == 63.0


def test_a_short_recording_is_taken_whole(first_visit):
    assert not any(slider.label.startswith("Part of") for slider in first_visit.select_slider)
    assert " of 0:00:10" not in texts(first_visit)


def test_the_page_survives_a_lead_i_without_delineated_waves():
    rate = 250.0
    noise = np.random.default_rng(0).normal(0, 0.1, int(10 * rate))
    assert isinstance(read(recorded(noise, rate)), Recording)
    page = uploaded(recorded(noise, rate))
    assert not page.exception
    assert page.error or page.warning


def test_the_report_is_asked_for_in_a_dialog_and_seen_before_it_is_taken_away(first_visit):
    page = press(first_visit, say("downloads.pdf"))
    assert not page.exception
    (header,) = (toggle for toggle in page.toggle if toggle.key == "report header")
    assert header.value
    assert any("Page 1 of 2" in caption.value for caption in page.caption)
    assert say("report.download") in {element.proto.label for element in page.get("download_button")}


def test_the_view_is_in_the_address_and_nothing_of_the_patient_is():
    page = visit()
    page.query_params["speed"], page.query_params["gain"], page.query_params["layout"] = "50", "20", "12×1"
    page.run()
    shown = figure(page)["layout"]
    assert shown["uirevision"].startswith("12×1")
    number(page, "Age").set_value(61.0).run()
    press(page, "Reconstruct")
    assert set(page.query_params) <= {"lang", "layout", "order", "speed", "gain", "model"}
    assert "61" not in str(dict(page.query_params))
