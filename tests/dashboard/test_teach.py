"""The Teach page: every lesson can be read, and its question answered."""

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.figures.lessons import lessons
from ecg_core.export.notice import RESEARCH_ONLY
from tests.dashboard.pages import texts, visit


@pytest.fixture(scope="module")
def page() -> AppTest:
    return visit().switch_page("views/teach.py").run()


def opened(page: AppTest, name: str) -> AppTest:
    return page.sidebar.radio[0].set_value(name).run()


@pytest.mark.parametrize("lesson", lessons("en"), ids=lambda lesson: lesson.name)
def test_a_lesson_shows_its_figures_and_answers_its_question(page, lesson):
    opened(page, lesson.name)
    assert not page.exception
    assert page.title[0].value == lesson.title
    assert len(page.get("plotly_chart")) == len([step for step in lesson.steps if step.figure])
    assert "{" not in texts(page)
    assert RESEARCH_ONLY in texts(page)
    question = next(one for one in page.radio if one.label == lesson.question.ask)
    question.set_value(lesson.question.choices[lesson.question.right]).run()
    assert [one.value for one in page.success] == [lesson.question.why]
    wrong = lesson.question.choices[lesson.question.right - 1]
    next(one for one in page.radio if one.label == lesson.question.ask).set_value(wrong).run()
    assert [one.value for one in page.error] == [lesson.question.why]


def test_telling_the_axes_changes_the_estimate(page):
    opened(page, "4-metadata")
    before = texts(page)
    page.segmented_control(key="told in lesson").set_value("paper").run()
    assert "r = " in texts(page)
    assert texts(page) != before


def test_exchanged_arms_that_nobody_notices_are_said_to_be_unnoticed(page):
    opened(page, "6-not-to-believe")
    assert any("noticed nothing" in one.value for one in page.warning)


def test_the_lesson_is_kept_while_another_page_is_shown(page):
    opened(page, "2-triangle")
    page.switch_page("views/model.py").run()
    page.switch_page("views/teach.py").run()
    assert page.sidebar.radio[0].value == "2-triangle"
