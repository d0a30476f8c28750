"""Calipers by mouse in a real browser, and the same by keyboard."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

FIGURE = "document.querySelector('.js-plotly-plot')"
POINT = f"""([name, time]) => {{
    const figure = {FIGURE}, trace = figure._fullData.find(trace => trace.name === name);
    const sample = Math.round((time - trace.x0) / trace.dx), {{xaxis, yaxis}} = figure._fullLayout;
    const paper = figure.querySelector('.nsewdrag').getBoundingClientRect();
    return [paper.x + xaxis.d2p(trace.x0 + sample * trace.dx), paper.y + yaxis.d2p(trace.y[sample])];
}}"""
PEAK = f"""([name, from, to]) => {{
    const trace = {FIGURE}._fullData.find(trace => trace.name === name);
    const at = time => Math.round((time - trace.x0) / trace.dx), part = Array.from(trace.y).slice(at(from), at(to));
    return trace.x0 + trace.dx * (at(from) + part.indexOf(Math.max(...part)));
}}"""
TEXT = f"({FIGURE}?._fullData ?? []).filter(trace => trace.name === 'caliper %s').map(trace => trace.text)"


@pytest.fixture(scope="module")
def page(visitor: Callable[[], Page], dashboard: str) -> Page:
    page = visitor()
    page.goto(dashboard)
    page.wait_for_function(f"({FIGURE}?._fullData ?? []).some(trace => trace.name === 'V6 estimated')", timeout=60_000)
    page.get_by_text("Calipers", exact=True).click()
    page.wait_for_function(f"{FIGURE}?._fullLayout?.dragmode === 'select'")
    return page


def drag(page: Page, lead: str, start: float, end: float) -> None:
    points = [page.evaluate(POINT, [lead, time]) for time in (start, end)]
    page.mouse.move(*points[0])
    page.mouse.down()
    page.mouse.move(*points[1], steps=6)
    page.mouse.up()


def measured(page: Page, name: str) -> str:
    page.wait_for_function(f"{TEXT % name}.length > 0")
    return str(page.evaluate(TEXT % name)[0])


def milliseconds(text: str) -> float:
    return float(text.partition(" ms")[0].rpartition(" · ")[2])


def test_a_drag_from_peak_to_peak_measures_the_r_r_interval(page):
    first, second = (page.evaluate(PEAK, ["I measured", *window]) for window in ((0.4, 0.9), (1.2, 1.7)))
    drag(page, "I measured", first, second)
    text = measured(page, "A")
    assert text.startswith("<b>A</b> · I · ")
    assert milliseconds(text) == pytest.approx(1000 * (second - first), abs=12)
    assert f"{60 / (second - first):.0f}"[0] == text.split(" bpm")[0].split(" · ")[-1][0]
    assert "in the band" not in text


def test_a_drag_up_an_r_wave_of_an_estimated_lead_gives_its_height_with_a_range(page):
    peak = page.evaluate(PEAK, ["V4 estimated", 8.0, 8.6])
    heights = f"""([from, to]) => {{
        const trace = {FIGURE}._fullData.find(trace => trace.name === 'V4 estimated');
        return trace.y[Math.round((to - trace.x0) / trace.dx)] - trace.y[Math.round((from - trace.x0) / trace.dx)];
    }}"""
    drag(page, "V4 estimated", peak - 0.1, peak)
    text = measured(page, "B")
    assert " · V4 · " in text
    value = float(text.split(" mV")[0].split(" · ")[-1])
    assert value == pytest.approx(page.evaluate(heights, [peak - 0.1, peak]), rel=0.1)
    low, high = text.split(" · ")[-1].split(" while")[0].split(" to ")
    assert float(low) < value < float(high)


def test_a_drag_over_two_leads_measures_nothing_and_says_so(page):
    drag(page, "I measured", 2.0, 2.4)
    measured(page, "C")
    points = [page.evaluate(POINT, ["I measured", 2.2]), page.evaluate(POINT, ["aVR estimated", 3.0])]
    page.mouse.move(*points[0])
    page.mouse.down()
    page.mouse.move(*points[1], steps=6)
    page.mouse.up()
    expect(page.get_by_text("Nothing was measured")).to_be_visible()
    assert page.evaluate(f"{TEXT % 'D'}.length") == 0


def test_the_keyboard_alone_measures_and_undoes(page):
    start = page.get_by_label("Start s")
    start.focus()
    page.keyboard.type("1.0")
    page.keyboard.press("Tab")
    while page.evaluate("document.activeElement.getAttribute('aria-label')") != "End s":
        page.keyboard.press("Tab")
    page.keyboard.type("1.8")
    page.keyboard.press("Enter")
    assert milliseconds(measured(page, "D")) == 800
    undo = page.get_by_role("button", name="Undo")
    undo.focus()
    page.keyboard.press("Enter")
    page.wait_for_function(f"{TEXT % 'D'}.length === 0")
    assert page.evaluate(f"{TEXT % 'C'}.length") > 0
