"""Where a page shows a refusal, a question or a layout, it does so in its own language, whichever that is by now."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.benchmarks.fuzz import Files
from tests.dashboard.pages import figure, press, texts, uploaded, visit
from tests.dashboard.refusals import english_in


def cut(files: Files, name: str, size: int) -> Files:
    return files | {name: files[name][:size]}


def test_review_says_in_german_why_a_file_is_refused(sample_files) -> None:
    page = uploaded(cut(sample_files("A0002.hea", "A0002.mat"), "A0002.mat", 6000), "de")
    (error,) = page.error
    assert error.value == (
        "Der WFDB-Header nennt 5000 Abtastwerte je Signal, die Signaldatei enthält 249: Sie wurde abgeschnitten oder "
        "gehört zu einem anderen Datensatz; beide erneut kopieren."
    )
    page.query_params["lang"] = "en"
    page.run()
    (error,) = page.error
    assert error.value.startswith("The WFDB header claims 5000 samples a signal and the signal file holds 249;")


@pytest.mark.usefixtures("german")  # the page driven asks here how a choice is called
def test_review_asks_in_german_and_offers_the_recordings_in_german(sample_files) -> None:
    files = sample_files("A0006_lead_I.csv", "A0010_lead_I.edf") | {"short.edf": b"0       " + bytes(99)}
    page = uploaded(files, "de")
    assert "3 Dateien enthalten 3 Aufzeichnungen; gelesen wird eine: angeben, welche. Links antworten." in texts(page)
    (box,) = (box for box in page.selectbox if box.key == "answer main")
    assert box.options[0] == "1 · Text mit Spalten · 1 Kanal · 14 s"
    assert box.options[2] == "3 · EDF · 1 kB · beschädigt"
    box.select_index(0)
    page = press(page, "Antworten")
    assert not page.exception
    assert "Aufzeichnung 1 · Text mit Spalten · 1 Kanal · 14 s" in texts(page)
    assert "Text mit Spalten · 500 Hz" in texts(page)


@pytest.mark.usefixtures("german")  # the page driven asks here how a choice is called
def test_review_says_in_german_what_no_patient_has_and_names_the_layouts() -> None:
    page = visit()
    page.query_params["lang"] = "de"
    page.run()
    assert page.button_group(key="layout").options == ["3×4 + Rhythmus", "6×2", "12×1"]
    (age,) = (field for field in page.number_input if field.label == "Alter")
    page = age.set_value(140.0).run()
    (error,) = page.error
    assert error.value == "Alter: angegeben ist 140, möglich sind 0 bis 120 Jahre; sonst unbekannt lassen."


@pytest.mark.usefixtures("german")  # the page driven asks here how a choice is called
def test_cases_says_in_german_why_a_file_is_refused(sample_files) -> None:
    page = visit()
    page.query_params["lang"] = "de"
    page.switch_page("views/cases.py")
    page.run()
    uploader = page.file_uploader(key="files batch")
    lead_i = "\n".join(f"{0.01 * (k % 70):.2f}" for k in range(4000)).encode()
    for name, content in {
        "a.jpg": b"\xff\xd8\xff\xe0" + bytes(99),
        "b.edf": sample_files("A0010_lead_I.edf")["A0010_lead_I.edf"][:3000],
        "c.csv": b"I (mV)\n" + lead_i,
    }.items():
        uploader.upload(name, content)
    page = press(page, "Hinzufügen")
    assert not page.exception
    said = page.dataframe[0].value["problem"].tolist()
    assert said[0].startswith("Das sieht nach einem Bild aus; das wird nicht gelesen. Gelesen werden zurzeit: WFDB")
    assert said[1].startswith("Der EDF-Header nennt ")
    assert said[2] == (
        "Die Datei nennt ihre Abtastrate nicht: in Hz angeben. Auf der Seite Befundung öffnen; dort wird nach dem "
        "Fehlenden gefragt."
    )
    assert [error.value for error in page.error] == [f"**Aufzeichnung {k}**: {one}" for k, one in enumerate(said, 1)]
    assert not english_in("\n".join(said))


@pytest.mark.usefixtures("german")  # the page driven asks here how a choice is called
def test_what_is_refused_beside_the_tracing_is_refused_in_german(sample_files) -> None:
    page = visit()
    page.query_params["lang"] = "de"
    page.session_state["passes"] = 10
    page.run()
    for name, content in sample_files("A0010_lead_I.edf").items():
        page.file_uploader(key="files earlier 0").upload(name, content)
    for switch in ("measuring", "correct marks"):
        page.toggle(key=switch).set_value(True).run()
    page.number_input(key="caliper start 0").set_value(3.5)
    page.number_input(key="caliper end 0").set_value(2.5)
    page = press(page, "Messen")
    for bound, time in (("onset", 2.0), ("peak", 1.5), ("offset", 1.0)):
        page.number_input(key=f"mark {bound} 0").set_value(time)
    page = press(page, "Hierher verschieben")
    assert not page.exception
    said = texts(page)
    assert "Das frühere EKG enthält I; nötig sind I, II und V1 bis V6" in said
    assert "Der Messzirkel reicht von 3,5 s bis 2,5 s; sein Beginn muss vor seinem Ende liegen" in said
    assert "QRS hätte seinen Beginn bei 2,000 s, seinen Gipfel bei 1,500 s und sein Ende bei 1,000 s" in said


def refusing() -> None:
    from dashboard.session import explained
    from dashboard.texts import speak
    from ecg_core.errors import RecordingRefused

    speak("de")
    with explained():
        raise RecordingRefused("The file is empty; choose the recording itself.")


def test_a_page_that_an_error_ends_says_it_in_german() -> None:
    (error,) = AppTest.from_function(refusing).run().error
    assert error.value == "Die Datei ist leer: die Aufzeichnung selbst auswählen."
    assert error.proto.title == "So geht es nicht"


@pytest.mark.parametrize(("asked", "shown"), [("3×4 + rhythm", "3×4 + rhythm"), ("6×2", "6×2"), ("12×1", "12×1")])
def test_a_link_to_a_layout_is_the_same_in_german(asked: str, shown: str) -> None:
    page = visit()
    page.query_params["lang"], page.query_params["layout"] = "de", asked
    page.run()
    assert not page.exception
    assert figure(page)["layout"]["uirevision"].startswith(f"{shown}|")
