"""A class's answers are read back as they were written, whatever a spreadsheet did to them, and summed up."""

import pandas as pd
import pytest

from dashboard.figures.class_results import (
    COLUMNS,
    by_player,
    by_question,
    calibration_of_class,
    map_of_players,
    read_class,
)
from dashboard.figures.quiz import Answer, Item, Task, chances, draw, table
from ecg_core.errors import UnreadableFile

RECORDS = ["A0001", "A0002", "A0005"]
ITEMS = draw(3, RECORDS)


def taken_away(code: str, right: int, confidence: float, items: tuple[Item, ...] = ITEMS) -> bytes:
    """A file of a player who was right in the first ``right`` questions."""
    answers = [
        Answer(one, one.right if at < right else (one.right + 1) % len(one.choices), confidence)
        for at, one in enumerate(items)
    ]
    return table(3, code, answers).to_csv(index=False).encode()


SURE, SHY = taken_away("aaaaaa", 3, 0.9), taken_away("bbbbbb", 12, 0.6)


def test_the_quiz_writes_what_is_read():
    assert tuple(table(1, "x", [Answer(ITEMS[0], 0, 0.5)]).columns) == COLUMNS
    assert all(len(one.choices) for one in ITEMS)
    assert min(chances(ITEMS[0])) == 0.5


def test_share_confidence_and_brier_of_each_player():
    found = by_player(read_class([SURE, SHY])).set_index("player")
    assert found.loc["aaaaaa", ["answers", "right", "confidence"]].tolist() == [12, 0.25, 0.9]
    assert found.loc["aaaaaa", "brier"] == pytest.approx((3 * 0.01 + 9 * 0.81) / 12)
    assert found.loc["bbbbbb", "right"] == 1


def test_each_question_with_guessing_and_the_usual_mistake():
    found = by_question(read_class([SURE, SHY]))
    assert found["right"].tolist() == sorted(found["right"])
    assert found["right"].max() == 100
    for row in found.itertuples():
        item = ITEMS[row.question - 1]
        assert row.guessing == pytest.approx(100 / len(item.choices))
        assert row.right_answer == item.choices[item.right]
        assert (row.mistake == "") == (row.question <= 3)
        assert row.mistake in ("", item.choices[(item.right + 1) % len(item.choices)])


def test_the_calibration_of_the_class_counts_all_its_answers_and_the_map_shows_each_player():
    answers = read_class([SURE, SHY, taken_away("cccccc", 12, 0.9)])
    plotted = calibration_of_class(answers).data[1]
    assert list(plotted.x) == [0.6, 0.9]
    assert list(plotted.y) == pytest.approx([1.0, 15 / 24])
    assert list(plotted.text) == ["12", "24"]
    players = map_of_players(by_player(answers)).data[1]
    assert list(players.x) == pytest.approx([0.9, 0.6, 0.9])
    assert list(players.y) == pytest.approx([0.25, 1.0, 1.0])


@pytest.mark.parametrize(
    "changed",
    [
        lambda one, other: [one + other],  # put one below the other, with the heading in between
        lambda one, other: [one, other, other],  # chosen twice
        lambda one, other: [b"\xef\xbb\xbf" + one.replace(b"\n", b"\r\n"), other],
        lambda one, other: [one.replace(b",", b";").replace(b"0.9", b"0,9"), other],
    ],
)
def test_what_people_and_spreadsheets_do_to_files_changes_nothing(changed):
    pd.testing.assert_frame_equal(read_class(changed(SURE, SHY)), read_class([SURE, SHY]))


def test_whether_an_answer_is_right_is_found_and_not_believed():
    boasting = SURE.replace(b",0,0.9", b",1,0.9")
    assert boasting != SURE
    assert by_player(read_class([boasting]))["right"].tolist() == [0.25]


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ([b"\x89PNG\r\n\x1a\n\x00"], "File 1 holds no answers"),
        ([SURE, b""], "File 2 holds no answers"),
        ([",".join(COLUMNS).encode()], "of 0"),
        ([SURE.replace(b"0.9", b"9")], "12 rows that are no answers, of 12"),
        ([SURE + b"1,2\n"], "1 rows that are no answers, of 13"),
        ([SURE + b"\x00" * 2_000_000], "holds no answers"),
        ([SURE, taken_away("aaaaaa", 4, 0.9)], "two answers of aaaaaa"),
        ([SURE, taken_away("bbbbbb", 3, 0.9, draw(4, RECORDS))], "two different questions"),
    ],
)
def test_what_is_no_answer_is_refused_in_a_sentence(files, words):
    with pytest.raises(UnreadableFile, match=words):
        read_class(files)


def test_the_tasks_are_those_of_the_quiz():
    assert {one.task for one in ITEMS} == set(Task)
