"""Marks of QRS and T corrected by mouse, and by keyboard alone, in a real browser."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import wfdb
from playwright.sync_api import Page, expect

SLOW = 30_000
STRIP = "document.querySelectorAll('.js-plotly-plot')[1]"
POINT = f"""([time, height]) => {{
    const figure = {STRIP}, {{xaxis, yaxis}} = figure._fullLayout;
    const paper = figure.querySelector('.nsewdrag').getBoundingClientRect();
    return [paper.x + xaxis.d2p(time), paper.y + yaxis.d2p(height)];
}}"""
MARKS = f"""name => {{
    const trace = {STRIP}?._fullData?.find(trace => trace.name === name + ' marks');
    return Array.from(trace?.x ?? []).map((time, index) => [time, trace.y[index]]);
}}"""
STARRED = """(document.querySelector('.js-plotly-plot')?._fullLayout?.shapes ?? []).filter(
    one => (one.label?.text ?? '').endsWith('*'))"""


@pytest.fixture(scope="module")
def page(visitor: Callable[[], Page], dashboard: str) -> Page:
    page = visitor()
    page.goto(dashboard)
    drawn = "(document.querySelector('.js-plotly-plot')?._fullData ?? []).some(trace => trace.name === 'V6 estimated')"
    page.wait_for_function(drawn, timeout=60_000)
    page.get_by_text("Correct QRS and T by hand").click()
    page.wait_for_function(f"{STRIP}?._fullData?.length > 1")
    page.evaluate(f"{STRIP}.scrollIntoView({{block: 'center'}})")
    return page


def marks(page: Page, name: str) -> list[list[float]]:
    """Time and height of each mark of that name, once the strip is drawn: it is empty while it is drawn anew."""
    page.wait_for_function(f"name => {STRIP}?._fullData?.some(trace => trace.name === name + ' marks')", arg=name)
    found: list[list[float]] = page.evaluate(MARKS, name)
    return found


def click(page: Page, time: float, height: float) -> None:
    page.mouse.move(*page.evaluate(POINT, [time - 0.02, height - 0.02]))
    page.mouse.move(*page.evaluate(POINT, [time, height]), steps=4)
    page.wait_for_timeout(150)  # Plotly looks for the point under the mouse a little later
    page.mouse.down()
    page.mouse.up()


def let_the_mouse(page: Page, what: str) -> None:
    page.get_by_text(what, exact=True).click()
    page.wait_for_function(f"{STRIP}?._fullLayout?.dragmode === 'select'")


def drag(page: Page, start: float, end: float) -> None:
    page.mouse.move(*page.evaluate(POINT, [start, 0.2]))
    page.mouse.down()
    page.mouse.move(*page.evaluate(POINT, [end, 0.2]), steps=6)
    page.mouse.up()


def test_a_click_near_an_r_peak_chooses_it_and_a_box_moves_it(page):
    onset, peak, offset = marks(page, "QRS")[3:6]
    click(page, peak[0] + 0.004, peak[1])
    expect(page.get_by_text("Chosen: QRS 2 of 13")).to_be_visible(timeout=SLOW)
    expect(page.get_by_role("radio", name="peak", exact=True)).to_be_checked(timeout=SLOW)
    let_the_mouse(page, "moves the chosen mark")
    drag(page, onset[0] - 0.03, offset[0] + 0.02)
    expect(page.get_by_text("set by hand")).to_be_visible(timeout=SLOW)
    page.wait_for_function(f"{STARRED}.length === 1")
    moved = marks(page, "QRS")[3:6]
    assert moved[0][0] == pytest.approx(onset[0] - 0.03, abs=0.006)
    assert moved[1][0] == peak[0]
    assert moved[2][0] == pytest.approx(offset[0] + 0.02, abs=0.006)
    expect(page.get_by_text("Marks corrected by hand").first).to_be_visible(timeout=SLOW)


def test_the_keyboard_alone_nudges_it_and_takes_that_back(page):
    before = marks(page, "QRS")[4][0]
    page.get_by_role("button", name="+1 (+2 ms)").focus()
    for presses in (1, 2):
        page.keyboard.press("Enter")
        page.wait_for_function(f"({MARKS})('QRS')[4]?.[0] > {before + 0.002 * presses - 0.0005}")
    expect(page.get_by_role("button", name="+1 (+2 ms)")).to_be_focused()
    page.get_by_role("button", name="Undo", exact=True).focus()
    page.keyboard.press("Enter")
    page.wait_for_function(f"Math.abs(({MARKS})('QRS')[4]?.[0] - {before + 0.002}) < 0.0005")


def test_a_box_over_nothing_adds_a_wave_and_the_annotation_file_holds_it(page):
    let_the_mouse(page, "adds a T")
    drag(page, 0.1, 0.2)
    expect(page.get_by_text("Chosen: T 1 of")).to_be_visible(timeout=SLOW)
    with page.expect_download() as saved:
        page.get_by_role("button", name="QRS and T as WFDB annotations (ZIP)").click()
    folder = Path(saved.value.path()).parent
    zipfile.ZipFile(io.BytesIO(saved.value.path().read_bytes())).extractall(folder)
    read = wfdb.rdann(str(folder / "marks"), "atr")
    by_hand = [at for at, note in zip(read.sample, read.aux_note, strict=True) if note.strip("\0") == "by hand"]
    assert by_hand[0] == pytest.approx(50, abs=3)
    assert read.symbol[0] == "("
    assert len(by_hand) == 6
