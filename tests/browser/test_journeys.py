"""The whole way of each user in a real browser, from a fresh start: the clinician, the researcher, the teacher.

What is downloaded is opened and held against the engine, and each page is looked at by axe where it has its content, in
the light and in the dark theme.
"""

import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pypdf
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Download, Locator, Page, expect

from dashboard.figures.quiz import draw
from ecg_core import analyse, compare, load_model, read
from ecg_core.__main__ import main
from ecg_core.answers import answers
from ecg_core.metadata import merge
from ecg_core.pipeline import examine, known_from_lead_i
from ecg_core.readers import patient_from
from ecg_core.vocabulary import LEADS, Basis
from tests.browser.conftest import settle, upload
from tests.browser.test_calipers import PEAK, drag, measured, milliseconds
from tests.browser.test_review import wait_for_trace

FIGURES = "document.querySelectorAll('.js-plotly-plot')"
LONG = 60_000
PLAYED = 4
"""So many questions of the quiz are played; each kind is among them."""
TWELVE = ("A0001", "A0002", "A0003", "A0005", "A0008")


def grave(page: Page) -> list[tuple[str, str]]:
    """Serious and critical findings of axe on what the page shows now."""
    settle(page)
    page.mouse.move(0, 0)
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    grave = [one for one in found if one["impact"] in ("serious", "critical")]
    return [(one["id"], node["html"][:200]) for one in grave for node in one["nodes"]]


def grave_in_both(page: Page) -> list[tuple[str, str]]:
    """The same in the light theme, and then in the dark one."""
    found = grave(page)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function("getComputedStyle(document.querySelector('.stApp')).backgroundColor === 'rgb(18, 25, 30)'")
    page.mouse.click(5, 5)
    page.keyboard.press("r")  # Streamlit's own way to run a page again: figures learn of the theme with the next run
    settle(page)
    page.wait_for_function("document.getAnimations().every(one => one.playState !== 'running')")  # colours fade over
    found += grave(page)
    page.emulate_media(color_scheme="light")
    return found


def taken(page: Page, button: Locator) -> Download:
    with page.expect_download(timeout=LONG) as waiting:
        button.click()
    return waiting.value


@pytest.fixture(scope="module")
def clinician(visitor: Callable[[], Page], dashboard: str, sample_data: Path) -> Page:
    """An upload with its metadata, reconstructed."""
    page = visitor()
    page.goto(dashboard)
    upload(page, sample_data / "A0002.hea", sample_data / "A0002.mat")
    expect(page.get_by_text("Uploaded recording", exact=True)).to_be_visible(timeout=LONG)
    age = page.get_by_label("Age", exact=True)
    age.fill("52")
    age.press("Tab")
    expect(page.get_by_text("typed by the user")).to_be_visible(timeout=LONG)
    page.get_by_role("button", name="Reconstruct").click()
    wait_for_trace(page, "V6 estimated")
    return page


def test_the_clinician_reads_measures_and_finds_what_can_be_answered(clinician, sample_files):
    expect(clinician.get_by_text("Do not use for diagnosis").first).to_be_attached()
    clinician.get_by_text("Calipers", exact=True).click()
    clinician.wait_for_function("document.querySelector('.js-plotly-plot')?._fullLayout?.dragmode === 'select'")
    first, second = (clinician.evaluate(PEAK, ["I measured", *window]) for window in ((0.4, 0.9), (1.2, 1.7)))
    drag(clinician, "I measured", first, second)
    assert milliseconds(measured(clinician, "A")) == pytest.approx(1000 * (second - first), abs=12)
    shown = clinician.get_by_test_id("stTable").filter(has_text="Basis")
    said = answers(analyse(read(sample_files("A0002.hea", "A0002.mat")), passes=2))
    withheld = [one for one in said if one.basis is Basis.WITHHELD]
    expect(shown.get_by_text("withheld", exact=True)).to_have_count(len(withheld))
    assert grave_in_both(clinician) == []


def test_the_clinician_prints_a_report_that_says_the_same(clinician):
    clinician.get_by_role("button", name="Printed report").click()
    dialog = clinician.get_by_role("dialog")
    expect(dialog.locator("img")).to_be_visible(timeout=LONG)
    assert grave(clinician) == []
    dialog.get_by_text("Letter", exact=True).click()
    settle(clinician)
    pdf = pypdf.PdfReader(Path(taken(clinician, dialog.get_by_role("button", name="Download PDF")).path()))
    assert [float(side) * 25.4 / 72 for side in pdf.pages[0].mediabox[2:]] == pytest.approx([279.4, 215.9], abs=0.1)
    text = " ".join(" ".join(page.extract_text() for page in pdf.pages).split())
    wanted = ("Age 52 years typed by the user", "ST anterior – withheld: ", "A I measured", "Not a medical device")
    for said in wanted:
        assert said in text, said
    clinician.keyboard.press("Escape")


@pytest.fixture(scope="module")
def researcher(visitor: Callable[[], Page], dashboard: str, sample_data: Path) -> Page:
    """Two recordings in Hide and reveal, both revealed."""
    page = visitor()
    page.goto(f"{dashboard}/reveal")
    names = ("A0002.hea", "A0002.mat", "A0008.hea", "A0008.mat")
    page.locator("input[type=file]").set_input_files([sample_data / name for name in names])
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_role("button", name="Reveal all 2 hidden").click(timeout=LONG)
    expect(page.get_by_role("heading", name="All 2 revealed cases")).to_be_visible(timeout=LONG)
    return page


def test_the_researcher_takes_away_the_errors_that_the_engine_measures(researcher, sample_files):
    download = taken(researcher, researcher.get_by_role("button", name="Every lead of 2 cases (CSV)"))
    table = pd.read_csv(io.StringIO(Path(download.path()).read_text(encoding="utf-8")), comment="#")
    files = sample_files("A0008.hea", "A0008.mat")
    recording = read(files)
    told = merge(patient_from(files), known_from_lead_i(examine(recording)))
    scores = compare(analyse(recording, told, load_model(), passes=25))
    mine = table[table["case"] == "Recording 2"].set_index("lead")
    assert mine["r"].to_dict() == pytest.approx({str(lead): score.r for lead, score in scores.items()}, abs=1e-4)
    assert grave_in_both(researcher) == []


def test_the_researcher_sees_the_same_recordings_side_by_side_in_cases(researcher):
    researcher.get_by_role("link", name="Cases").click()
    expect(researcher.get_by_role("button", name="2 cases (CSV)", exact=True)).to_be_visible(timeout=LONG)
    settle(researcher)
    table = researcher.get_by_test_id("stDataFrame").first.bounding_box()
    assert table is not None
    for line in (0, 1):
        researcher.mouse.click(table["x"] + 18, table["y"] + 36 + 44 * line + 22)
        expect(researcher.get_by_role("heading", name="Side by side")).to_be_visible(timeout=LONG)
    researcher.wait_for_function(f"[...{FIGURES}].some(one => one._fullLayout?.xaxis2)", timeout=LONG)
    assert grave_in_both(researcher) == []


def test_a_recipe_that_was_taken_away_is_replayed_by_the_command_line(researcher, sample_data, tmp_path, capsys):
    researcher.get_by_role("link", name="Review").click()
    wait_for_trace(researcher, "V6 estimated")
    researcher.get_by_role("button", name="Take away").click()
    recipe = tmp_path / "recipe.json"
    taken(researcher, researcher.get_by_role("button", name=re.compile("Recipe"))).save_as(recipe)
    assert json.loads(recipe.read_text())["passes"] == 50
    assert main(["replay", str(recipe), str(sample_data / "A0002.hea")]) == 0
    assert "The same, bit for bit" in capsys.readouterr().out


@pytest.fixture(scope="module")
def teacher(visitor: Callable[[], Page], dashboard: str) -> Page:
    page = visitor()
    page.goto(f"{dashboard}/teach")
    return page


def test_the_teacher_turns_the_triangle_and_asks_the_question_of_a_lesson(teacher):
    teacher.get_by_test_id("stSidebar").get_by_text("Einthoven's triangle").click(timeout=LONG)
    turned = teacher.get_by_role("slider", name="Direction of the arrow")
    turned.focus(timeout=LONG)
    law = teacher.get_by_text("III = II − I")
    before = law.inner_text()
    teacher.keyboard.press("ArrowRight")
    expect(law).not_to_have_text(before, timeout=LONG)
    teacher.get_by_test_id("stMain").get_by_role("radiogroup").last.locator("label").first.click()
    expect(teacher.get_by_test_id("stAlert").last).to_be_visible(timeout=LONG)
    assert grave_in_both(teacher) == []


def test_the_teacher_moves_a_slider_of_what_if_and_the_page_says_what_came_of_it(teacher):
    teacher.get_by_role("link", name="What if").click()
    noise = teacher.get_by_role("slider", name="Muscle noise")
    noise.focus(timeout=LONG)
    expect(teacher.get_by_text("Nothing is changed yet")).to_be_visible(timeout=LONG)
    for _ in range(6):
        teacher.keyboard.press("ArrowRight")
    expect(teacher.get_by_text("Nothing is changed yet")).to_have_count(0, timeout=LONG)
    expect(teacher.get_by_test_id("stAlert").filter(has_text=re.compile("The error|Refused")).first).to_be_visible()
    assert grave_in_both(teacher) == []


def test_the_class_plays_the_quiz_and_the_teacher_reads_its_files(teacher):
    teacher.get_by_role("link", name="Quiz").click()
    items = draw(1, TWELVE)[:PLAYED]
    for at, item in enumerate(items):
        expect(teacher.get_by_text(f"{at} of 12 answered")).to_be_visible(timeout=LONG)
        teacher.get_by_test_id("stMain").get_by_role("radiogroup").last.locator("label").nth(item.right).click()
        teacher.get_by_test_id("stForm").get_by_role("button", name="Answer").click()
        expect(teacher.get_by_text(f"{at + 1} of {at + 1} right")).to_be_visible(timeout=LONG)
        if at + 1 < len(items):
            teacher.get_by_role("button", name="Next").click()
    assert grave_in_both(teacher) == []
    download = taken(teacher, teacher.get_by_role("button", name="Answers for the class (CSV)"))
    answered = pd.read_csv(download.path())
    assert answered["is_right"].tolist() == [1] * PLAYED
    assert answered["leads"].str.split().explode().isin(LEADS).all()
    teacher.get_by_text("Results of a class", exact=True).click()
    teacher.get_by_test_id("stFileUploader").locator("input[type=file]").set_input_files(
        {"name": "class.csv", "mimeType": "text/csv", "buffer": Path(download.path()).read_bytes()}
    )
    expect(teacher.get_by_text(f"1 players, {PLAYED} answers")).to_be_visible(timeout=LONG)
    teacher.wait_for_function(f"{FIGURES}.length === 2", timeout=LONG)
    assert grave_in_both(teacher) == []


@pytest.mark.parametrize("path", ["model", "about"])
def test_the_other_pages_have_no_serious_fault_of_accessibility(visitor, dashboard, path):
    page = visitor()
    page.goto(f"{dashboard}/{path}")
    expect(page.get_by_test_id("stMain").get_by_role("heading").first).to_be_visible(timeout=LONG)
    assert grave_in_both(page) == []


def test_the_keyboard_alone_reaches_the_tracing_and_reconstructs_anew(visitor, dashboard):
    page = visitor()
    page.goto(dashboard)
    wait_for_trace(page, "V6 estimated")
    focused = "document.activeElement.getAttribute('aria-label') ?? document.activeElement.innerText ?? ''"
    seen = []

    def tab_to(name: str, most: int = 60) -> None:
        for _ in range(most):
            page.keyboard.press("Tab")
            seen.append(str(page.evaluate(focused)).strip())
            if seen[-1].rpartition("\n")[2] == name:  # the name of an icon may stand before it
                return
        raise AssertionError(f"{name} was not reached: {seen}")

    tab_to("Age")
    page.keyboard.type("80")
    tab_to("Reconstruct")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("stTable").get_by_role("row", name=re.compile("Age"))).to_contain_text(
        "80 years", timeout=LONG
    )
    tab_to("3×4 + rhythm")
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    page.wait_for_function("document.querySelector('.js-plotly-plot')?._fullLayout?.uirevision.startsWith('12×1')")
