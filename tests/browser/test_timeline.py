"""The window over a long recording moved by keyboard, and the strip that shows where it is."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

FRAMED = """start => [...document.querySelectorAll('.js-plotly-plot')].some(figure =>
    (figure._fullLayout?.shapes ?? []).some(shape => shape.name === 'window' && shape.x0 === start))"""
SEEN = """start => [...document.querySelectorAll('.js-plotly-plot')].some(figure =>
    (figure._fullData ?? []).some(trace => trace.name === 'I measured' && trace.x0 === start))"""


def test_arrows_move_the_window_by_a_second_and_page_keys_by_more(visitor: Callable[[], Page], dashboard: str) -> None:
    page = visitor()
    page.goto(dashboard)
    page.wait_for_function(f"({SEEN})(0)", timeout=60_000)
    page.get_by_role("combobox", name="Sample recording").click()
    page.get_by_role("option").nth(3).click()
    page.wait_for_function(f"({FRAMED})(0)", timeout=60_000)
    window = page.get_by_role("slider", name="Window of 10 s")
    window.focus()
    for key, start in (("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("Home", 0)):
        page.keyboard.press(key)
        page.wait_for_function(f"({FRAMED})({start}) && ({SEEN})({start})", timeout=30_000)
        expect(window).to_be_focused()
    page.keyboard.press("PageUp")
    page.wait_for_function(f"!({FRAMED})(0) && !({FRAMED})(1)", timeout=30_000)
