"""The answers of a class: the files that its players took away, dropped here, and what they come to."""

import pandas as pd
import streamlit as st

from dashboard.figures.class_results import (
    by_player,
    by_question,
    calibration_of_class,
    map_of_players,
    read_class,
)
from dashboard.figures.evidence import QUIET
from dashboard.session import explained
from dashboard.texts import say
from dashboard.views.appearance import palette
from dashboard.views.tables import number_table
from ecg_core.vocabulary import LEADS

__all__ = ["class_results"]


def class_results() -> None:
    """Take the files and show the class: calibration, who is how sure, and each question."""
    given = st.file_uploader(
        say("class.files"), type="csv", accept_multiple_files=True, key="files class", help=say("class.files_help")
    )
    if not given:
        st.info(say("class.invitation"), icon=":material/groups:")
        return
    with explained():
        answers = read_class(file.getvalue() for file in given)
    players = by_player(answers)
    st.subheader(say("class.score", players=len(players), answers=len(answers)))
    share, sure = answers["is_right"].mean(), answers["confidence"].mean()
    brier = ((answers["confidence"] - answers["is_right"]) ** 2).mean()
    st.markdown(say("class.about_score", share=f"{share:.0%}", mean=f"{sure:.0%}", brier=f"{brier:.2f}"))
    beside = st.grid(2, min_column_width=460, gap="medium")
    for name, figure in (
        ("calibration", calibration_of_class(answers, palette())),
        ("map", map_of_players(players, palette())),
    ):
        with beside.cell():
            st.markdown(f"**{say(f'class.{name}')}**")
            st.plotly_chart(
                figure, theme=None, config=QUIET, width="content", key=f"class {name}", alt=say(f"class.{name}_alt")
            )
            st.caption(say(f"class.{name}_about"))
    _questions(by_question(answers))
    with st.expander(say("class.each_player")):
        _players(players)


def _questions(found: pd.DataFrame) -> None:
    """Each question, the hardest first."""
    st.markdown(f"**{say('class.questions')}**")
    named = {"right_answer": _named, "mistake": _named, "task": lambda task: say(f"class.task_{task}")}
    table = found.assign(**{name: found[name].map(how) for name, how in named.items()})
    number_table(
        table, dict.fromkeys(("right", "guessing", "confidence"), "%.0f%%"), alt=say("class.questions"),
        columns={name: say(f"class_columns.{name}") for name in table.columns},
        column_order=(
            "quiz", "question", "task", "leads", "record", "right_answer", "answers", "right", "guessing", "confidence",
            "mistake",
        ),
    )  # fmt: skip
    st.caption(say("class.questions_about"))


def _players(found: pd.DataFrame) -> None:
    """Each player's score."""
    table = found.assign(right=100 * found["right"], confidence=100 * found["confidence"])
    forms = {"right": "%.0f%%", "confidence": "%.0f%%", "brier": "%.2f"}
    columns = {name: say(f"class_columns.{name}") for name in ("player", "answers", *forms)}
    number_table(table, forms, alt=say("class.each_player"), columns=columns)


def _named(choice: str) -> str:
    """A choice of the quiz in the page's language; a lead is called the same in each, and so is what is not known."""
    known = ("recorded", "estimated", "first", "second", "third")
    return choice if choice in LEADS or choice not in known else say(f"quiz_choice.{choice}")
