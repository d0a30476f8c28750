"""An uploaded device's file: what was left out is listed beside it, and what it states fills the form."""

from tests.dashboard.pages import number, press, texts, told, uploaded
from tests.readers import devices


def test_what_was_left_out_is_listed_and_what_the_file_states_is_offered(twelve_lead_sample):
    page = uploaded({f"{devices.CANARY}.xml": devices.muse(twelve_lead_sample)})
    assert "Left out of the file: name, patient identifier, date of birth, device serial" in texts(page)
    for label, value in (("Age", 69), ("Ventricular rate", 71), ("R axis", -31), ("T axis", 12)):
        assert number(page, label).value == value
    known = told(press(page, "Reconstruct"))
    assert known["R axis"] == ("-31°", "read from the file")
    assert devices.CANARY not in texts(page)


def test_a_file_without_anything_personal_lists_nothing(sample_files):
    assert "Left out of the file" not in texts(uploaded(sample_files("A0006_lead_I.csv")))
