"""A researcher's way in a real browser: many recordings, an odd one, side by side, the table taken away and checked."""

import io
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from ecg_core import compare, load_model, read
from ecg_core.metadata import merge
from ecg_core.pipeline import analyse, examine, known_from_lead_i
from ecg_core.readers import patient_from

FIGURES = "document.querySelectorAll('.js-plotly-plot')"


@pytest.fixture(scope="module")
def researcher(visitor: Callable[[], Page], dashboard: str, sample_data: Path) -> Page:
    """The page Cases with three recordings and a picture, all worked through."""
    page = visitor()
    page.goto(f"{dashboard}/cases")
    files = [sample_data / name for name in ("A0002.hea", "A0002.mat", "A0008.hea", "A0008.mat", "A0006_lead_I.csv")]
    page.locator("input[type=file]").set_input_files(
        [{"name": path.name, "mimeType": "", "buffer": path.read_bytes()} for path in files]
        + [{"name": "Doe_Jane.jpg", "mimeType": "", "buffer": b"\xff\xd8\xff\xe0" + bytes(range(256)) * 20}]
    )
    expect(page.get_by_text("Doe_Jane.jpg")).to_be_visible()
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("4 of 4 recordings")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("button", name="3 cases (CSV)").last).to_be_visible(timeout=60_000)
    expect(page.get_by_role("progressbar")).to_have_count(0, timeout=60_000)
    return page


def test_a_bad_file_is_said_and_its_name_is_not(researcher):
    expect(researcher.get_by_text("Recording 4: ")).to_be_visible()
    expect(researcher.get_by_text("Doe_Jane")).to_have_count(0)


def test_two_lines_that_are_ticked_stand_side_by_side(researcher):
    table = researcher.get_by_test_id("stDataFrame").first.bounding_box()
    assert table is not None
    for line in (0, 1):
        researcher.mouse.click(table["x"] + 18, table["y"] + 36 + 44 * line + 22)
        expect(researcher.get_by_role("heading", name="Side by side")).to_be_visible(timeout=60_000)
    researcher.wait_for_function(
        f"[...{FIGURES}].some(one => one._fullLayout?.annotations.some(note => note.text.includes('Recording 2')))",
        timeout=60_000,
    )
    halves = f"[...{FIGURES}].find(one => one._fullLayout.xaxis2)._fullLayout"
    seconds, millivolts = (abs(researcher.evaluate(f"{halves}.{axis}._m")) for axis in ("xaxis2", "yaxis"))
    assert millivolts * 0.1 == pytest.approx(seconds * 0.04, rel=0.01)


def test_the_table_taken_away_holds_what_the_engine_says(researcher, sample_files):
    with researcher.expect_download() as waiting:
        researcher.get_by_role("button", name="3 cases (CSV)").click()
    content = Path(waiting.value.path()).read_text(encoding="utf-8")
    assert not any(name in content for name in ("A0002", "A0006", "Doe"))
    taken = pd.read_csv(io.StringIO(content), comment="#").set_index("case")
    files = sample_files("A0008.hea", "A0008.mat")
    recording, model = read(files), load_model()
    told = merge(patient_from(files), known_from_lead_i(examine(recording)))
    scores = compare(analyse(recording, told, model, passes=25))
    assert taken.loc["Recording 2", "r"] == pytest.approx(sum(score.r for score in scores.values()) / 11, abs=1e-4)
    assert pd.isna(taken.loc["Recording 3", "r"])


def test_the_keyboard_alone_reveals_a_hidden_ecg(visitor, dashboard):
    page = visitor()
    page.goto(f"{dashboard}/reveal")
    sample = page.get_by_role("button", name="Sinus rhythm")
    sample.focus(timeout=60_000)
    page.keyboard.press("Enter")
    reveal = page.get_by_role("button", name="Reveal the recorded leads")
    expect(reveal).to_be_visible(timeout=60_000)
    page.wait_for_function(f"{FIGURES}.length === 1", timeout=60_000)
    reveal.focus()
    page.keyboard.press("Enter")
    page.wait_for_function(f"{FIGURES}.length === 3", timeout=60_000)
    expect(page.get_by_role("button", name="Hide again")).to_be_visible()
