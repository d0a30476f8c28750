"""The quiz is blind before the answer, true after it, and its score is that of the answers."""

import numpy as np
import pytest

from dashboard.figures.quiz import (
    SECONDS,
    Answer,
    Item,
    Task,
    brier,
    calibration,
    chances,
    draw,
    hidden,
    player,
    revealed,
    table,
    with_artefact,
)
from dashboard.figures.strips import Kind, strips
from ecg_core import Lead


def item(task: Task, leads: tuple[Lead, ...], choices: tuple[str, ...], right: int) -> Item:
    return Item(task, "A0002", leads, 1.0, choices, right)


def part(signal, rate: float):
    return signal[round(rate) : round((1 + SECONDS) * rate)]


def test_a_number_asks_the_same_questions_and_another_asks_others():
    records = ["A0001", "A0002", "A0005"]
    assert draw(3, records) == draw(3, records)
    assert draw(3, records) != draw(4, records)
    assert {one.task for one in draw(3, records)} == set(Task)
    assert all(0 <= one.start <= 10 - SECONDS for number in range(20) for one in draw(number, records))


def test_right_answers_lie_anywhere():
    drawn = [one for number in range(60) for one in draw(number, ["A0002"])]
    for task in Task:
        right = [one.right for one in drawn if one.task is task]
        share = np.bincount(right) / len(right)
        assert share == pytest.approx(1 / len(share), abs=0.1)


@pytest.mark.parametrize("right", [0, 1])
def test_real_or_estimated_shows_the_one_that_is_right(analysis, right):
    one = item(Task.REAL, (Lead.V2,), ("recorded", "estimated"), right)
    (row,) = hidden(one, analysis)
    rate, result = analysis.reconstruction.sampling_rate, analysis.reconstruction
    truth = (analysis.reference[Lead.V2], result.mean[result.row(Lead.V2)])[right]
    assert np.array_equal(row.lines[0].values, part(truth, rate))


def test_only_the_lead_in_question_is_estimated_and_nothing_says_so(analysis):
    leads = (Lead.II, Lead.V1, Lead.V3, Lead.V6)
    one = item(Task.LEAD, leads, leads, 2)
    rows = hidden(one, analysis)
    result = analysis.reconstruction
    for row, lead in zip(rows, leads, strict=True):
        truth = analysis.reference[lead] if lead is not Lead.V3 else result.mean[result.row(lead)]
        assert np.array_equal(row.lines[0].values, part(truth, result.sampling_rate))
    lines = strips(rows, result.sampling_rate, one.start).data
    assert len({(line.line.color, line.line.width, line.line.dash) for line in lines}) == 1
    assert {line.name.split()[1] for line in lines} == {"hidden"}
    assert {line.kind for row in revealed(one, analysis, analysis) for line in row.lines} == {
        Kind.RECORDED,
        Kind.ESTIMATED,
    }


def test_the_artefact_lies_in_the_third_that_is_right(twelve_lead_sample):
    for right in range(3):
        one = item(Task.ARTEFACT, (Lead.I,), ("first", "second", "third"), right)
        spoilt = with_artefact(twelve_lead_sample, one)
        rate = spoilt.sampling_rate
        added = part(spoilt[Lead.I] - twelve_lead_sample[Lead.I], rate)
        energy = [float(np.sum(third**2)) for third in np.array_split(added, 3)]
        assert energy[right] > 0.999 * sum(energy)
        assert np.array_equal(spoilt[Lead.V2], twelve_lead_sample[Lead.V2])


def test_nobody_can_be_less_sure_than_a_guess():
    assert min(chances(item(Task.REAL, (Lead.V2,), ("recorded", "estimated"), 0))) == 0.5
    assert min(chances(item(Task.LEAD, (Lead.II,) * 4, ("II", "III", "V1", "V2"), 0))) == 0.25


def test_score_calibration_and_export_are_of_the_answers():
    one = item(Task.REAL, (Lead.V2,), ("recorded", "estimated"), 1)
    answers = [Answer(one, 1, 0.9), Answer(one, 0, 0.9), Answer(one, 1, 0.5)]
    assert brier(answers) == pytest.approx((0.1**2 + 0.9**2 + 0.5**2) / 3)
    assert calibration(answers) == {0.5: (1.0, 1), 0.9: (0.5, 2)}
    assert list(player(answers).data[1].y) == [1.0, 0.5]
    exported = table(7, "ab12cd", answers)
    assert list(exported["is_right"]) == [1, 0, 1]
    assert set(exported.columns) == {
        "quiz", "player", "question", "task", "record", "leads", "chosen", "right_answer", "is_right", "confidence",
    }  # fmt: skip
