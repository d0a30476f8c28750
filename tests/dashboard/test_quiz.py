"""The Quiz page: played to its end."""

import json

from dashboard.figures.quiz import Answer, Task, draw, table
from ecg_core.export.notice import RESEARCH_ONLY
from tests.dashboard.pages import press, texts, visit


def test_a_quiz_is_blind_until_it_is_answered_and_ends_with_score_and_export():
    page = visit().switch_page("views/quiz.py").run()
    assert not page.exception
    assert RESEARCH_ONLY in texts(page)
    game = page.session_state["quiz"]
    game.items = game.items[:4]  # each kind of question
    assert {item.task for item in game.items} == set(Task)
    for at, item in enumerate(game.items):
        spec = page.get("plotly_chart")[0].proto.spec
        assert "estimated" not in spec
        assert "recorded" not in spec
        assert "Next" not in [button.label for button in page.button]
        chosen = item.right if at % 2 else (item.right + 1) % len(item.choices)
        page.radio[0].set_value(chosen)
        press(page, "Answer")
        assert not page.exception
        assert len(page.success) == at % 2
        names = {trace["name"] for trace in json.loads(page.get("plotly_chart")[0].proto.spec)["data"]}
        assert not any("hidden" in name for name in names)
        press(page, "Next")
    assert "2 of 4 right" in texts(page)
    assert len(page.get("download_button")) == 1


def test_nothing_chosen_is_no_answer():
    page = press(visit().switch_page("views/quiz.py").run(), "Answer")
    assert [one.value for one in page.warning] == ["Choose an answer first."]
    assert page.session_state["quiz"].answers == []


def test_another_number_begins_anew():
    page = visit().switch_page("views/quiz.py").run()
    page.number_input[0].set_value(5).run()
    press(page, "Begin anew")
    assert page.session_state["quiz"].number == 5
    assert page.session_state["quiz"].answers == []


def test_the_files_of_a_class_dropped_back_show_its_calibration_its_players_and_its_questions():
    page = visit().switch_page("views/quiz.py")
    page.session_state["quiz pane"] = "class"
    page.run()
    assert not page.exception
    assert "Drop the files" in texts(page)
    items = draw(1, ["A0001", "A0002"])
    for code, confidence in (("aaaaaa", 0.9), ("bbbbbb", 0.6)):
        answers = [Answer(item, item.right, confidence) for item in items]
        content = table(1, code, answers).to_csv(index=False).encode()
        page.file_uploader(key="files class").upload(f"{code}.csv", content)
    page.run()
    assert not page.exception
    said = texts(page)
    assert "2 players, 24 answers" in said
    assert "100% of the answers were right, at a mean confidence of 75%" in said
    calibration, players = (json.loads(chart.proto.spec)["data"][1] for chart in page.get("plotly_chart"))
    assert calibration["x"] == [0.6, 0.9]
    assert players["y"] == [1.0, 1.0]
    assert len(page.dataframe[0].value) == 12
    page.file_uploader(key="files class").upload("c.csv", b"nothing")
    page.run()
    assert "holds no answers" in page.error[0].value
