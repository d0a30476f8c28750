"""Lessons are the same in every language, and say numbers of the evaluation alone."""

import re
from string import Formatter

import numpy as np
import pytest

from dashboard.figures.lessons import LESSONS, lessons, numbers, own_numbers
from dashboard.figures.strips import Kind, Line, Row, rows_of, strips
from dashboard.figures.triangle import seen, triangle
from dashboard.texts import LANGUAGES
from ecg_core import Lead, compare
from ecg_core.models.checkpoint import CHECKPOINTS, DEFAULT_MODEL, load_evaluations


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_every_language_has_the_same_lessons_with_the_same_figures():
    assert {path.name for path in LESSONS.iterdir()} == set(LANGUAGES)
    for one, other in zip(*(lessons(code) for code in LANGUAGES), strict=True):
        assert one.name == other.name
        assert one.question.right == other.question.right < len(one.question.choices) == len(other.question.choices)
        for step, twin in zip(one.steps, other.steps, strict=True):
            assert fields(step.text) == fields(twin.text)
            assert (step.figure, step.record, step.leads, step.start) == (
                twin.figure,
                twin.record,
                twin.leads,
                twin.start,
            )


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_score_is_typed_into_a_lesson(code):
    for lesson in lessons(code):
        for step in lesson.steps:
            assert not re.search(r"0[.,]\d\d|\d ?%", step.text)


def test_the_numbers_are_those_of_the_evaluation(analysis):
    evaluation = load_evaluations(CHECKPOINTS)[DEFAULT_MODEL]
    told = numbers(evaluation)
    assert told["r_V3"] == f"{evaluation['tiers']['none']['point']['by_lead']['V3']['r']:.2f}"
    assert told["st_missed"] == str(evaluation["tiers"]["none"]["honesty"]["st_elevation"]["V2"]["missed"])
    scores = compare(analysis)
    known = told | own_numbers(scores, 0.9)
    assert known["own_r_V3"] == f"{scores[Lead.V3].r:.2f}"
    assert {name for lesson in lessons("en") for step in lesson.steps for name in fields(step.text)} <= known.keys()


def test_strips_draw_what_was_recorded_and_what_was_estimated_apart(analysis):
    both = rows_of(analysis, (Lead.I, Lead.V2), start=1.0, seconds=4.0, recorded=True, estimated=True)
    assert [[line.kind for line in row.lines] for row in both] == [[Kind.MEASURED], [Kind.RECORDED, Kind.ESTIMATED]]
    names = {trace.name for trace in strips(both, analysis.reconstruction.sampling_rate, 1.0).data}
    assert {"I measured", "V2 recorded", "V2 estimated", "V2 band"} <= names
    recorded = rows_of(analysis, (Lead.V2,), start=1.0, seconds=4.0, recorded=True, estimated=False)
    rate = analysis.reconstruction.sampling_rate
    assert np.array_equal(recorded[0].lines[0].values, analysis.reference[Lead.V2][round(rate) : round(5 * rate)])


def test_a_hidden_line_does_not_say_what_it_is():
    figure = strips([Row("V2", (Line(Kind.HIDDEN, np.sin(np.arange(500) / 20)),))], 100.0, 0.0)
    text = figure.to_json()
    assert "estimated" not in text
    assert "recorded" not in text


def test_rows_do_not_touch():
    tall = [Row(name, (Line(Kind.HIDDEN, 2 * np.sin(np.arange(500) / 20)),)) for name in "AB"]
    upper, lower = strips(tall, 100.0, 0.0).data
    assert min(upper.y) > max(lower.y)


def test_arrows_on_the_dashed_line_are_the_same_to_lead_i():
    up, down = seen(1.0, 60), seen(1.0, -60)
    assert up[Lead.I] == pytest.approx(down[Lead.I])
    assert up[Lead.II] != pytest.approx(down[Lead.II])
    assert "III +0.50 mV" in {trace.name for trace in triangle(1.0, 60).data}
