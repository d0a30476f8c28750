"""The page *Review* on a narrow screen: the tracing is as wide as there is room, and nothing scrolls sideways."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from dashboard.theme import Layout, LeadOrder
from tests.browser.conftest import settle

FIGURE = "document.querySelector('.js-plotly-plot')"
DRAWN = """([layout, order]) =>
    document.querySelector('.js-plotly-plot')?._fullLayout?.uirevision?.startsWith(`${layout}|${order}|`)"""
SIDEWAYS = """() => [...document.querySelectorAll('html, [data-testid=stMain], [data-testid=stMain] *')]
    .filter(one => one === document.documentElement || ['auto', 'scroll'].includes(getComputedStyle(one).overflowX))
    .filter(one => one.scrollWidth > one.clientWidth + 1)
    .map(one => one.dataset.testid ?? one.tagName)"""
PIXELS = f"""() => {{
    const layout = {FIGURE}._fullLayout;
    return {{
        across: 0.04 * Math.abs(layout.xaxis._m), down: 0.1 * Math.abs(layout.yaxis._m),
        shown: layout.xaxis.range.map(Number),
    }};
}}"""
FILLED = f"""() => [{FIGURE}._fullLayout.xaxis, {FIGURE}._fullLayout.yaxis]
    .every(axis => axis.domain[1] - axis.domain[0] > 0.98)"""
"""The frame has the shape of its paper: none of it is left empty."""
CLIPPED = """() => [...document.querySelectorAll('.js-plotly-plot')].flatMap(figure => {
    const frame = figure.getBoundingClientRect();
    return [...figure.querySelectorAll('.infolayer text')].filter(text => {
        const box = text.getBoundingClientRect();
        return box.width > 0 && (box.left < frame.left - 1 || box.right > frame.right + 1);
    }).map(text => text.textContent);
})"""


@pytest.fixture(scope="module")
def narrow(visitor: Callable[[], Page], dashboard: str) -> Page:
    page = visitor()
    page.set_viewport_size({"width": 1024, "height": 900})
    page.goto(dashboard)
    expect(page.get_by_role("button", name="Reconstruct")).to_be_in_viewport(ratio=0.9, timeout=60_000)
    return page


@pytest.mark.parametrize(
    ("layout", "order"),
    [*((layout, LeadOrder.STANDARD) for layout in Layout), (Layout.GRID, LeadOrder.CABRERA)],
    ids=str,
)
def test_all_ten_seconds_are_seen_beside_the_open_sidebar_on_square_boxes(
    narrow: Page, layout: Layout, order: LeadOrder
) -> None:
    narrow.get_by_text(str(layout), exact=True).click()
    narrow.get_by_text(str(order), exact=True).click()
    narrow.wait_for_function(DRAWN, arg=[str(layout), str(order)], timeout=60_000)
    narrow.wait_for_function(FILLED)
    assert narrow.evaluate(SIDEWAYS) == []
    assert narrow.evaluate(CLIPPED) == []
    pixels = narrow.evaluate(PIXELS)
    assert pixels["across"] == pytest.approx(pixels["down"], rel=0.01)
    assert pixels["shown"][0] < 0
    assert pixels["shown"][1] == pytest.approx(10)
    expect(narrow.get_by_text("not to scale").first).to_be_visible()


def test_marks_and_beats_fit_beside_the_open_sidebar_too(narrow: Page) -> None:
    narrow.get_by_text("Correct QRS and T by hand").click()
    narrow.get_by_text("Beat of each lead").click()
    narrow.wait_for_function("document.querySelectorAll('.js-plotly-plot').length === 3", timeout=60_000)
    settle(narrow)
    assert narrow.evaluate(SIDEWAYS) == []
    assert narrow.evaluate(CLIPPED) == []
