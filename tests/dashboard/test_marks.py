"""Marks of QRS and T corrected on the Review page, by keyboard and by mouse, and where that is seen."""

import io
import json

import pypdf
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.texts import say
from dashboard.views import report
from ecg_core.__main__ import main
from ecg_core.corrections import marks
from ecg_core.export.formats import FORMATS
from ecg_core.export.recipe import to_recipe
from ecg_core.export.report import to_pdf
from ecg_core.results import Mark
from ecg_core.vocabulary import Wave
from tests.dashboard.pages import press, texts, visit


@pytest.fixture
def page() -> AppTest:
    page = visit()
    page.session_state["passes"] = 10
    page.run()
    return page.toggle(key="correct marks").set_value(True).run()


def case(page: AppTest):
    return page.session_state["case"]


def every(page: AppTest, wave: Wave) -> list[Mark]:
    return [mark for mark in marks(case(page).seen) if mark.wave is wave]


def key(page: AppTest, name: str) -> str:
    return f"mark {name} {case(page).number}"


def chosen(page: AppTest) -> Mark:
    return page.session_state[key(page, "chosen")]


def type_times(page: AppTest, mark: Mark) -> None:
    for bound in ("onset", "peak", "offset"):
        page.number_input(key=key(page, bound)).set_value(getattr(mark, bound) / 500)


def metric(page: AppTest, label: str) -> str:
    (found,) = (one.value for one in page.metric if one.label == say(label))
    return found


def test_a_mark_is_chosen_and_nudged_by_keyboard_and_what_rests_on_it_is_measured_again(page):
    first, second = every(page, Wave.QRS)[:2]
    assert chosen(page) == marks(case(page).seen)[0]
    page.number_input(key=key(page, "near")).set_value(second.onset / 500).run()
    assert chosen(page) == second
    assert page.session_state[key(page, "bound")] == "onset"
    before = metric(page, "panels.qrs")
    for _ in range(6):
        page.button(key="mark step -5").click().run()
    assert not page.exception
    moved = every(page, Wave.QRS)[1]
    assert (moved.onset, moved.peak, moved.offset) == (second.onset - 30, second.peak, second.offset)
    assert chosen(page) == moved
    assert page.number_input(key=key(page, "onset")).value == moved.onset / 500
    assert every(page, Wave.QRS)[0] == first
    assert metric(page, "panels.qrs") != before
    (row,) = (one.value.iloc[0, 0] for one in page.table if say("marks.log") in one.value)
    assert row.startswith("QRS at ")
    (again,) = (one.value for one in page.table if say("marks.found") in one.value)
    changed = again[say("marks.question")][again[say("marks.found")] != again[say("marks.corrected")]]
    assert list(changed) == ["PR", "QRS"]
    text = texts(page)
    assert "**The estimate is not computed again**" in text
    assert "told Ventricular rate" in text
    assert say("marks.answers") in text
    assert say("marks.in_words", count=1) in text
    page.button(key="mark later").click().run()
    assert chosen(page) != moved


def test_the_estimate_and_its_band_are_those_of_before(page):
    found = case(page).shown
    page.button(key="remove mark").click().run()
    assert case(page).shown is found
    assert len(case(page).results) == 1
    assert found.worked_out["corrected"][1].analysis.reconstruction is found.analysis.reconstruction
    assert len(found.analysis.examination.segments.r_peaks) == len(case(page).seen.segments.r_peaks) + 1


def test_waves_are_removed_added_undone_one_by_one_and_all_at_once(page):
    found = marks(case(page).seen)
    first = found[0]
    page.button(key="remove mark").click().run()
    assert first not in marks(case(page).seen)
    type_times(page, Mark(first.wave, first.onset + 4, first.peak, first.offset))
    press(page, say("marks.add_qrs"))
    assert not page.exception
    assert chosen(page) == Mark(first.wave, first.onset + 4, first.peak, first.offset)
    assert chosen(page) in marks(case(page).seen)
    type_times(page, Mark(first.wave, first.onset + 2, first.peak, first.offset))
    press(page, say("marks.move"))
    assert len(case(page).corrections.now) == 2
    for count in (2, 1, 0):
        page.button(key="undo mark").click().run()
        assert len(case(page).corrections.now) == count
    assert marks(case(page).seen) == found
    page.button(key="remove mark").click().run()
    page.button(key="remove mark").click().run()
    assert len(marks(case(page).seen)) == len(found) - 2
    page.button(key="undo all marks").click().run()
    assert marks(case(page).seen) == found
    page.button(key="undo mark").click().run()
    assert len(marks(case(page).seen)) == len(found) - 2
    assert not page.exception


def test_what_cannot_be_is_refused_in_a_sentence_and_nothing_changes(page):
    mark = chosen(page)
    type_times(page, Mark(mark.wave, mark.peak + 3, mark.peak, mark.offset))
    press(page, say("marks.move"))
    assert any("expected the onset first" in warning.value for warning in page.warning)
    other = marks(case(page).seen)[1]
    type_times(page, Mark(mark.wave, mark.onset, mark.peak, other.onset + 5))
    press(page, say("marks.move"))
    assert any("expected no two marks at one time" in warning.value for warning in page.warning)
    assert case(page).corrections.now == ()
    page.button(key="mark step 1").click().run()
    assert not any("expected" in warning.value for warning in page.warning)


def test_another_recording_has_no_corrections_and_another_result_of_this_one_keeps_them(page):
    page.button(key="mark step 5").click().run()
    page.number_input(key="seed").set_value(7).run()
    press(page, "Reconstruct")
    assert len(case(page).corrections.now) == 1
    assert say("marks.in_words", count=1) in texts(page)
    page.selectbox(key="sample").select_index(1).run()
    assert not page.exception
    assert case(page).corrections.now == ()
    assert say("marks.log_none") in texts(page)


def test_the_report_says_what_was_corrected(page, monkeypatch):
    printed = []
    monkeypatch.setattr(
        report, "to_pdf", lambda *given, **named: printed.append(to_pdf(*given, **named)) or printed[-1]
    )
    page.button(key="remove mark").click().run()
    press(page, say("downloads.pdf"))
    assert not page.exception
    text = " ".join(" ".join(sheet.extract_text() for sheet in pypdf.PdfReader(io.BytesIO(printed[-1])).pages).split())
    assert "removed: it lay from" in text


def test_a_recipe_brings_the_corrections_back_in_all_that_is_measured_and_written(page, sample_data, tmp_path):
    second = every(page, Wave.QRS)[1]
    page.button(key="mark step 5").click().run()
    page.number_input(key=key(page, "near")).set_value(second.onset / 500).run()
    page.button(key="remove mark").click().run()
    type_times(page, Mark(Wave.QRS, second.onset + 6, second.peak + 1, second.offset + 4))
    press(page, say("marks.add_qrs"))
    page.number_input(key=key(page, "near")).set_value(every(page, Wave.T)[2].onset / 500).run()
    page.button(key="remove mark").click().run()
    assert not page.exception
    kinds = {(one.before is None, one.after is None) for one in case(page).corrections.now}
    assert kinds == {(False, False), (True, False), (False, True)}
    shown, given = case(page).shown.worked_out["corrected"][1].analysis, page.session_state["main"]
    recipe = tmp_path / "recipe.json"
    recipe.write_text(to_recipe(shown, given.files, **given.answers))
    kinds = ("json", "annotations", "wfdb", "csv", "npz", "edf")
    out = tmp_path / "again"
    files = [str(sample_data / name) for name in given.files]
    assert main(["replay", str(recipe), *files, "--out", str(out), "--format", *kinds]) == 0
    made = {name: content for kind in kinds for name, content in FORMATS[kind](shown).items()}
    assert {path.name: path.read_bytes() for path in out.iterdir()} == made
    again = json.loads((out / "analysis.json").read_text())
    assert again["measured_on_lead_i"]["marked_by"] == "neurokit2, 4 corrected by hand"
    assert len(again["segments"]["corrected_by_hand"]) == 4


def test_a_german_page_says_everything_about_marks_in_german():
    page = visit()
    page.query_params["lang"] = "de"
    page.session_state["passes"] = 10
    page.session_state["correct marks"] = True
    page.run()
    assert not page.exception
    assert "gesetzt von neurokit2" in texts(page)
    assert "Nichts ist berichtigt." in texts(page)
