"""What is left in the server's memory once a patient is forgotten, and once the page is closed."""

import json
import signal
import time

from playwright.sync_api import Page, expect

from tests.browser.conftest import Server, upload
from tests.browser.test_review import wait_for_trace

PATIENT = ("Case", "Intake", "Recording", "Reconstruction", "UploadedFileRec", "MemoryFile")
WAIT_SECONDS = 40


def objects(server: Server) -> dict[str, int]:
    """How many objects of a patient's can be reached in the server."""
    before = server.events.read_text().count('["objects"')
    server.process.send_signal(signal.SIGUSR1)
    while server.events.read_text().count('["objects"') == before:
        time.sleep(0.05)
    counted = [event[1] for event in map(json.loads, server.events.read_text().splitlines()) if event[0] == "objects"]
    return counted[-1]


def left(server: Server) -> dict[str, int]:
    """What is left of a patient once nothing is, or time is up."""
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        found = {name: count for name, count in objects(server).items() if name in PATIENT and count}
        if not found:
            break
        time.sleep(0.5)
    return found


def looked_at(page: Page, server: Server, sample_data) -> None:
    """Upload, reconstruct and download."""
    page.goto(server.address)
    wait_for_trace(page, "V6 estimated")
    upload(page, sample_data / "A0010_lead_I.edf")
    expect(page.get_by_text("Uploaded recording", exact=True)).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Reconstruct").click()
    wait_for_trace(page, "V6 estimated")
    page.get_by_role("button", name="Take away").click()
    with page.expect_download():
        page.get_by_role("button", name="Mean, spread and band (CSV)").click()
    page.keyboard.press("Escape")


def test_forget_and_the_end_of_a_session_leave_nothing_in_memory(visitor, forgetful, sample_data):
    assert left(forgetful) == {}
    page = visitor()
    looked_at(page, forgetful, sample_data)
    held = objects(forgetful)
    assert (held["AppSession"], held["UploadedFileRec"]) == (1, 1)
    assert 1 <= held["Case"] <= 2  # buttons of the case before are kept until Streamlit sweeps them
    assert held["Recording"]
    assert held["Reconstruction"]

    page.get_by_role("link", name="About and privacy").click()
    row = page.get_by_test_id("stTable").get_by_role("row", name="Files as they were uploaded")
    expect(row).to_contain_text("1", timeout=30_000)
    page.get_by_role("button", name="Forget this patient").click()
    expect(page.get_by_text("Forgotten.")).to_be_visible()
    expect(row).to_contain_text("0")
    assert left(forgetful) == {}

    page.get_by_role("link", name="Review").click()
    looked_at(page, forgetful, sample_data)
    assert objects(forgetful)["UploadedFileRec"] == 1
    page.close()
    assert left(forgetful) == {}


def test_the_language_stays_from_page_to_page_and_when_a_patient_is_forgotten(visitor, dashboard):
    page = visitor()
    page.goto(f"{dashboard}/?lang=de")
    page.get_by_role("link", name="Zweck und Datenschutz").click()
    page.get_by_role("button", name="Diesen Patienten vergessen").click()
    expect(page.get_by_text("Vergessen. Für diese Sitzung")).to_be_visible()
    page.close()
