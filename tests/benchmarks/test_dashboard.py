"""From Reconstruct to a drawn figure in a real browser, for ten seconds of ECG on a warm server."""

import json
from itertools import cycle

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import browser, chromium_path, dashboard, server, stranger

__all__ = ["browser", "chromium_path", "dashboard", "server", "stranger"]

LIMIT_SECONDS, SWITCH_SECONDS = 2.0, 0.7
DRAWN = (
    "[...document.querySelectorAll('.js-plotly-plot')].map(chart => chart._fullLayout)"
    ".find(layout => layout?.meta?.model)?.uirevision"
)
LEADS_DRAWN = "chart => chart.querySelectorAll('.scatterlayer .js-line').length >= 12"
MARK_CHARTS = "document.querySelectorAll('.js-plotly-plot').forEach(chart => { chart.dataset.old = 'yes' })"
NEW_CHART = f"[...document.querySelectorAll('.js-plotly-plot:not([data-old])')].some({LEADS_DRAWN})"


@pytest.fixture
def warm(stranger, dashboard) -> Page:
    """The first sample, ten seconds at 500 Hz, reconstructed once."""
    page = stranger()
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


@pytest.mark.parametrize(
    "choices",
    [("12×1", "3×4 + rhythm"), ("Cabrera", "Standard"), ("50", "25"), ("20", "10")],
    ids=["layout", "order", "speed", "gain"],
)
def test_a_switch_to_drawn_figure(benchmark, warm, choices):
    """From the click on another layout, order, speed or gain until Plotly has the new figure; on a quiet machine."""
    turns = cycle(choices)

    def mark() -> str:
        warm.wait_for_timeout(1000)
        return str(warm.evaluate(DRAWN))

    def switch(before: str) -> None:
        warm.get_by_test_id("stMain").get_by_text(next(turns), exact=True).first.click()
        warm.wait_for_function(f"{DRAWN} !== {json.dumps(before)}", timeout=30_000)

    benchmark.pedantic(switch, setup=lambda: ((mark(),), {}), rounds=7)
    assert benchmark.stats.stats.median <= SWITCH_SECONDS
