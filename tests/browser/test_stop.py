"""All of a long recording gone through on *Review*, stopped on the way, and begun again."""

import edfio
import numpy as np
import pytest
from playwright.sync_api import expect

from ecg_core import Lead
from tests.browser.conftest import upload
from tests.browser.test_forgotten import left, objects

MINUTES = 20


@pytest.fixture(scope="module")
def half_an_hour(sample_recordings, tmp_path_factory):
    """Lead I of a real recording at 250 Hz, end to end, as EDF."""
    lead_i = np.tile(sample_recordings["A0002"][Lead.I][:5000:2], 6 * MINUTES)
    path = tmp_path_factory.mktemp("long") / "holter.edf"
    edfio.Edf([edfio.EdfSignal(lead_i, 250, label="I", physical_dimension="mV", physical_range=(-5, 5))]).write(path)
    return path


def test_stop_ends_the_work_says_so_leaves_nothing_and_it_can_be_begun_again(visitor, forgetful, half_an_hour):
    assert left(forgetful) == {}
    page = visitor()
    page.goto(forgetful.address)
    upload(page, half_an_hour)
    panel = page.get_by_test_id("stExpander").filter(has_text="The whole recording")
    panel.locator("summary").click(timeout=60_000)
    begin, stop = (panel.get_by_role("button", name=name) for name in ("Look at all of it", "Stop"))
    working, stopped = panel.get_by_text("All of the recording"), panel.get_by_text("Stopped before its end")
    expect(begin).to_be_enabled(timeout=60_000)
    expect(stopped).to_have_count(0)
    before = objects(forgetful)

    begin.click()
    expect(working).to_be_visible(timeout=60_000)
    bar = panel.get_by_role("progressbar")
    expect(bar).not_to_have_attribute("aria-valuenow", "0", timeout=60_000)
    expect(stop).to_be_enabled()
    stop.click()
    expect(stopped).to_be_visible(timeout=60_000)
    expect(working).to_have_count(0)
    expect(stop).to_have_count(0)
    expect(begin).to_be_enabled()
    after = objects(forgetful)
    assert {name: count for name, count in after.items() if count > before[name]} == {}

    begin.click()
    expect(working).to_be_visible(timeout=60_000)
    expect(panel.get_by_text(f"Of {MINUTES} minutes 0 need a second look")).to_be_visible(timeout=120_000)
    expect(stopped).to_have_count(0)
    expect(begin).to_have_count(0)
    page.close()
    assert left(forgetful) == {}
