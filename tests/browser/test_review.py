"""The main job in a real browser: upload, fill the form, reconstruct, switch the layout, download."""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from ecg_core.export.notice import RESEARCH_ONLY
from tests.browser.conftest import upload

TRACES = (
    "[...document.querySelectorAll('.js-plotly-plot')].flatMap(plot => plot._fullData ?? []).map(trace => trace.name)"
)
SEEN = (
    "(document.querySelector('.js-plotly-plot')?._fullData ?? []).filter(trace => trace.visible === true)"
    ".map(trace => trace.name)"
)
LAYOUT = "document.querySelector('.js-plotly-plot')?._fullLayout"


def wait_for_trace(page: Page, name: str) -> None:
    page.wait_for_function(f"({TRACES}).includes('{name}')", timeout=60_000)


@pytest.fixture(scope="module")
def reconstructed(visitor: Callable[[], Page], dashboard: str, sample_data: Path) -> Page:
    """The page after the main job: a real recording uploaded, the form filled, twelve leads drawn."""
    page = visitor()
    page.goto(dashboard)
    upload(page, sample_data / "A0003.hea", sample_data / "A0003.mat")
    page.wait_for_function(f"({TRACES}).join() === 'I measured'", timeout=60_000)
    age = page.get_by_label("Age", exact=True)
    age.fill("79")
    age.press("Tab")
    expect(page.get_by_text("typed by the user")).to_be_visible()
    page.get_by_role("button", name="Reconstruct").click()
    wait_for_trace(page, "V6 estimated")
    page.wait_for_function("document.querySelectorAll('.js-plotly-plot').length === 1")
    return page


def test_the_metadata_that_were_typed_reach_the_network(reconstructed):
    row = reconstructed.get_by_test_id("stTable").get_by_role("row", name=re.compile("Age"))
    expect(row).to_contain_text("79 years")
    expect(row).to_contain_text("typed by the user")


def test_switching_the_layout_draws_twelve_rows_with_square_boxes(reconstructed):
    reconstructed.get_by_text("12×1", exact=True).click()
    reconstructed.wait_for_function(f"{LAYOUT}?.uirevision?.startsWith('12×1')")
    rows = f"new Set({LAYOUT}.annotations.filter(note => note.name.startsWith('label ')).map(note => note.y)).size"
    assert reconstructed.evaluate(rows) == 12
    seconds, millivolts = (abs(reconstructed.evaluate(f"{LAYOUT}.{axis}._m")) for axis in ("xaxis", "yaxis"))
    assert millivolts * 0.1 == pytest.approx(seconds * 0.04, rel=0.01)


def ranges(page: Page) -> list[list[float]]:
    return page.evaluate(f"[{LAYOUT}.xaxis.range.slice(), {LAYOUT}.yaxis.range.slice()]")


def zoom_by_mouse(page: Page) -> list[list[float]]:
    """Drag a box around a part of the paper; returns the ranges of both axes, which it changes."""
    before = ranges(page)
    page.locator(".js-plotly-plot").hover()
    page.locator(".modebar-btn[data-val=zoom]").click()
    paper = page.locator(".js-plotly-plot .nsewdrag").bounding_box()
    assert paper is not None
    for move, (across, down) in ((page.mouse.down, (0.3, 0.2)), (page.mouse.up, (0.7, 0.6))):
        page.mouse.move(paper["x"] + across * paper["width"], paper["y"] + down * paper["height"], steps=8)
        move()
    page.wait_for_function(f"{LAYOUT}.xaxis.range[0] > 1 && {LAYOUT}.xaxis.range[1] < 9")
    zoomed = ranges(page)
    assert zoomed[1] != before[1]
    return zoomed


def test_layers_switched_in_the_figure_leave_the_zoom_alone(reconstructed):
    zoomed = zoom_by_mouse(reconstructed)
    legend = reconstructed.locator(".legend .traces")
    strips = reconstructed.locator(".updatemenu-button")
    waves = f"{LAYOUT}.shapes.filter(shape => shape.name === 'QRS' && shape.visible === true).length"

    assert "band" in reconstructed.evaluate(SEEN)
    legend.filter(has_text="band").locator(".legendtoggle").click()
    reconstructed.wait_for_function(f"!({SEEN}).includes('band')")
    assert np.allclose(ranges(reconstructed), zoomed)

    for button, maps, scales in (("passes", ["passes sd"], 1), ("off", [], 0), ("total", ["total sd"], 1)):
        strips.filter(has_text=button).click()
        reconstructed.wait_for_function(f"({SEEN}).filter(name => name.endsWith(' sd')).join() === '{','.join(maps)}'")
        expect(reconstructed.locator(".js-plotly-plot .colorbar")).to_have_count(scales)
        for name in maps:
            expect(reconstructed.locator(".colorbar")).to_contain_text(f"Doubt under each lead: {name}")
        assert np.allclose(ranges(reconstructed), zoomed)

    assert reconstructed.evaluate(waves) > 5
    legend.filter(has_text="QRS").locator(".legendtoggle").click()
    reconstructed.wait_for_function(f"{waves} === 0")
    assert np.allclose(ranges(reconstructed), zoomed)


def test_the_table_can_be_downloaded(reconstructed):
    reconstructed.get_by_role("button", name="Take away").click()
    with reconstructed.expect_download() as waiting:
        reconstructed.get_by_role("button", name="Mean, spread and band (CSV)").click()
    assert re.fullmatch(r"reconstruction_[0-9a-f]{8}\.csv", waiting.value.suggested_filename)
    reconstructed.keyboard.press("Escape")
    text = Path(waiting.value.path()).read_text(encoding="utf-8")
    assert RESEARCH_ONLY in text
    rows = list(csv.reader(io.StringIO("\n".join(line for line in text.splitlines() if not line.startswith("#")))))
    assert len(rows) == 1 + 5000
    assert any("V6" in name for name in rows[0])


def test_the_tracing_can_be_downloaded_and_opens_without_a_server(reconstructed, tmp_path):
    reconstructed.get_by_role("button", name="Take away").click()
    with reconstructed.expect_download() as waiting:
        reconstructed.get_by_role("button", name="This tracing (HTML)").click()
    assert re.fullmatch(r"tracing_[0-9a-f]{8}\.html", waiting.value.suggested_filename)
    reconstructed.keyboard.press("Escape")
    document = tmp_path / "tracing.html"
    waiting.value.save_as(document)
    assert RESEARCH_ONLY in document.read_text(encoding="utf-8")
    alone = reconstructed.context.new_page()
    alone.goto(document.as_uri())
    wait_for_trace(alone, "V6 estimated")
    expect(alone.get_by_text("Do not use for diagnosis")).to_be_visible()
    zoomed = zoom_by_mouse(alone)
    alone.locator(".updatemenu-button", has_text="passes").click()
    alone.wait_for_function(f"({SEEN}).includes('passes sd')")
    assert np.allclose(ranges(alone), zoomed)
    alone.close()


def test_nothing_leaves_this_computer_and_the_address_stays_bare(stranger, dashboard):
    page = stranger()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(dashboard)
    wait_for_trace(page, "V6 estimated")
    assert {url.split("/")[2] for url in asked if url.startswith("http")} == {dashboard.split("/")[2]}
    assert page.url.rstrip("/") == dashboard
    page.context.close()
