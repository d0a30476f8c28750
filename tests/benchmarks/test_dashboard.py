"""From Reconstruct to a drawn figure in a real browser, for ten seconds of ECG on a warm server."""

from itertools import cycle

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import browser, chromium_path, dashboard, server, visitor

__all__ = ["browser", "chromium_path", "dashboard", "server", "visitor"]

LIMIT_SECONDS = 2.0
LEADS_DRAWN = "chart => chart.querySelectorAll('.scatterlayer .js-line').length >= 12"
MARK_CHARTS = "document.querySelectorAll('.js-plotly-plot').forEach(chart => { chart.dataset.old = 'yes' })"
NEW_CHART = f"[...document.querySelectorAll('.js-plotly-plot:not([data-old])')].some({LEADS_DRAWN})"


@pytest.fixture
def warm(visitor, dashboard) -> Page:
    """The first sample, ten seconds at 500 Hz, reconstructed once."""
    page = visitor()
    page.goto(dashboard)
    page.wait_for_function(NEW_CHART, timeout=60_000)
    page.get_by_text("Model", exact=True).first.click()
    return page


def test_reconstruct_to_drawn_figure(benchmark, warm):
    seeds = iter(range(1, 100))

    def type_a_new_seed() -> None:
        seed = warm.get_by_label("Seed", exact=True)
        seed.fill(str(next(seeds)))
        seed.press("Tab")
        warm.get_by_text("The form has changed since").wait_for()
        warm.wait_for_timeout(1000)
        warm.evaluate(MARK_CHARTS)

    def reconstruct() -> None:
        warm.get_by_role("button", name="Reconstruct").click()
        warm.wait_for_function(NEW_CHART, timeout=30_000)

    benchmark.pedantic(reconstruct, setup=type_a_new_seed, rounds=7)
    assert benchmark.stats.stats.median <= LIMIT_SECONDS


def test_other_layout_to_drawn_figure(benchmark, warm):
    layouts = cycle(("12×1", "3×4 + rhythm"))

    def mark() -> None:
        warm.wait_for_timeout(1000)
        warm.evaluate(MARK_CHARTS)

    def switch() -> None:
        warm.get_by_test_id("stMain").get_by_text(next(layouts), exact=True).click()
        warm.wait_for_function(NEW_CHART, timeout=30_000)

    benchmark.pedantic(switch, setup=mark, rounds=7)
    assert benchmark.stats.stats.median <= LIMIT_SECONDS
