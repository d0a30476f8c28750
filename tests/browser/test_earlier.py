"""An earlier ECG in a real browser: uploaded, switched by the keyboard, in the exported tracing.

Two recordings of different patients stand for two of one patient.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from ecg_core.export.notice import EARLIER_WARNING

FIGURE = "document.querySelector('.js-plotly-plot')"
CAPTION = f"(({FIGURE}?._fullLayout?.annotations ?? []).find(note => note.name === 'provenance')?.text ?? '')"


def wait_for_caption(page: Page, text: str, *, there: bool = True) -> None:
    page.wait_for_function(
        f"{CAPTION} !== '' && ({CAPTION}).includes('{text}') === {str(there).lower()}", timeout=60_000
    )


@pytest.fixture(scope="module")
def with_earlier(visitor: Callable[[], Page], dashboard: str, sample_data: Path) -> Page:
    """The first sample with an earlier ECG."""
    page = visitor()
    page.goto(dashboard)
    wait_for_caption(page, "estimated by")
    page.get_by_text("Earlier twelve-lead ECG", exact=True).click()
    uploader = page.get_by_test_id("stFileUploader").filter(has_text="Earlier ECG")
    uploader.locator("input[type=file]").set_input_files([sample_data / "A0001.hea", sample_data / "A0001.mat"])
    wait_for_caption(page, "with an earlier ECG of unknown age")
    return page


def test_the_warnings_stand_in_sight_beside_the_tracing(with_earlier):
    expect(with_earlier.get_by_test_id("stMarkdown").filter(has_text=EARLIER_WARNING)).to_be_in_viewport()
    expect(with_earlier.get_by_text("Lead I has changed since the earlier ECG")).to_be_in_viewport()
    expect(with_earlier.locator(".js-plotly-plot")).to_be_in_viewport(ratio=0.5)


def test_the_switch_keeps_the_focus_as_the_keyboard_turns_it_off_and_on(with_earlier):
    switch = with_earlier.get_by_role("checkbox", name="Use the earlier ECG").or_(
        with_earlier.get_by_role("switch", name="Use the earlier ECG")
    )
    switch.focus()
    with_earlier.keyboard.press("Space")
    wait_for_caption(with_earlier, "earlier ECG", there=False)
    with_earlier.keyboard.press("Space")
    wait_for_caption(with_earlier, "with an earlier ECG of unknown age")


def test_the_exported_tracing_names_it_and_warns(with_earlier, tmp_path):
    with_earlier.get_by_role("button", name="Take away").click()
    with with_earlier.expect_download() as waiting:
        with_earlier.get_by_role("button", name="This tracing (HTML)").click()
    document = tmp_path / "tracing.html"
    waiting.value.save_as(document)
    alone = with_earlier.context.new_page()
    alone.goto(document.as_uri())
    wait_for_caption(alone, "with an earlier ECG of unknown age")
    expect(alone.get_by_text(EARLIER_WARNING)).to_be_visible()
    alone.close()
