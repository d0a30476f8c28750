"""Quiz: blinded questions on the sample recordings, with confidence, score and the player's own calibration."""

import secrets
from dataclasses import dataclass, field
from typing import cast

import streamlit as st

from dashboard import cached
from dashboard.figures.evidence import QUIET
from dashboard.figures.paper import WIDEST_PX
from dashboard.figures.quiz import (
    Answer,
    Item,
    Task,
    brier,
    chances,
    draw,
    hidden,
    player,
    revealed,
    table,
    with_artefact,
)
from dashboard.figures.strips import strips
from dashboard.session import explained
from dashboard.texts import say
from dashboard.views.appearance import leading, palette
from dashboard.views.class_results import class_results
from dashboard.views.sample_estimates import estimate, estimate_from, recording_of
from ecg_core import Analysis
from ecg_core.vocabulary import LEADS


@dataclass
class Game:
    """One quiz as far as it was played; ``code`` stands for the player. ``is_open``: the last answer is still shown."""

    number: int
    items: tuple[Item, ...]
    code: str = field(default_factory=lambda: secrets.token_hex(3))
    answers: list[Answer] = field(default_factory=list)
    is_open: bool = False


def records() -> list[str]:
    """The samples that hold all twelve leads."""
    return [one.name for one in cached.samples() if set(recording_of(one.name)[0].leads) == set(LEADS)]


def begin(number: int) -> None:
    """A new game."""
    st.session_state["quiz"] = Game(number, draw(number, records()))


def made(item: Item) -> Analysis:
    """What a question shows: the estimate from the sample, or from the one with an artefact."""
    if item.task is Task.ARTEFACT:
        return estimate_from(with_artefact(recording_of(item.record)[0], item))
    return estimate(item.record, "wearable")


def named(choice: str) -> str:
    """A choice in the page's language; a lead is called the same in each."""
    return choice if choice in LEADS else say(f"quiz_choice.{choice}")


def ask(game: Game, item: Item) -> None:
    """One question with its figure, the choice and the confidence."""
    at = len(game.answers)
    draw_rows(item, open_=False)
    with st.form(f"question {game.code} {at}"):
        chosen = st.radio(
            say(f"quiz_ask.{item.task}"), range(len(item.choices)), index=None, horizontal=True,
            format_func=lambda index: named(item.choices[index]), key=f"chosen {game.code} {at}",
        )  # fmt: skip
        offered = chances(item)
        confidence = st.select_slider(
            say("quiz.confidence"), offered, value=offered[1], format_func=lambda share: f"{share:.0%}",
            key=f"confidence {game.code} {at}", help=say("quiz.confidence_help"),
        )  # fmt: skip
        if st.form_submit_button(**leading(say("quiz.answer"), ":material/check:")):
            if chosen is None:
                st.warning(say("quiz.choose_first"))
            else:
                game.answers.append(Answer(item, int(chosen), float(confidence)))
                game.is_open = True
                st.rerun()


def reveal(game: Game) -> None:
    """What the last answer was worth, and what was shown."""
    last = game.answers[-1]
    right = named(last.item.choices[last.item.right])
    if last.is_right:
        st.success(say("quiz.was_right", right=right), icon=":material/check:")
    else:
        st.error(say("quiz.was_wrong", right=right), icon=":material/close:")
    draw_rows(last.item, open_=True)
    st.caption(say("quiz.from_record", record=last.item.record))
    if st.button(**leading(say("quiz.next"), ":material/arrow_forward:")):
        game.is_open = False
        st.rerun()


def draw_rows(item: Item, *, open_: bool) -> None:
    """The leads of a question, blinded or not."""
    shown = made(item)
    rows = revealed(item, shown, estimate(item.record, "wearable")) if open_ else hidden(item, shown)
    st.plotly_chart(
        strips(rows, shown.reconstruction.sampling_rate, item.start, palette()),
        theme=None, config=QUIET, width="content", key=f"quiz figure {open_}",
        alt=say("quiz.figure_alt", leads=", ".join(item.leads)),
    )  # fmt: skip


def result(game: Game) -> None:
    """Score, calibration and the export for the class."""
    right = sum(answer.is_right for answer in game.answers)
    st.subheader(say("quiz.score", right=right, count=len(game.answers)))
    by_chance = sum(1 / len(answer.item.choices) for answer in game.answers)
    mean = sum(answer.confidence for answer in game.answers) / len(game.answers)
    st.markdown(
        say("quiz.about_score", chance=f"{by_chance:.1f}", brier=f"{brier(game.answers):.2f}", mean=f"{mean:.0%}",
            share=f"{right / len(game.answers):.0%}")
    )  # fmt: skip
    st.plotly_chart(
        player(game.answers, palette()), theme=None, config=QUIET, width="content", key="player",
        alt=say("quiz.player_alt"),
    )  # fmt: skip
    st.download_button(
        say("quiz.export"), table(game.number, game.code, game.answers).to_csv(index=False),
        f"quiz-{game.number}-{game.code}.csv", "text/csv", icon=":material/download:", on_click="ignore",
        help=say("quiz.export_help"),
    )  # fmt: skip


if "quiz" not in st.session_state:
    begin(1)
game = cast(Game, st.session_state["quiz"])
with st.sidebar:
    number = st.number_input(say("quiz.number"), 1, 9999, game.number, help=say("quiz.number_help"))
    st.button(say("quiz.begin"), icon=":material/replay:", width="stretch", on_click=begin, args=(int(number),))
    st.caption(say("quiz.about"))
st.title(say("pages.quiz"))
pane = st.segmented_control(
    say("class.pane"), ("play", "class"), default="play", required=True, key="quiz pane",
    format_func=lambda name: say(f"class.pane_{name}"), label_visibility="collapsed",
)  # fmt: skip
if pane == "class":
    with st.container(width=WIDEST_PX):
        class_results()
    st.caption(say("forms.research_only"))
    st.stop()
with st.container(width=WIDEST_PX), explained():
    done = len(game.answers)
    st.progress(done / len(game.items), say("quiz.progress", done=done, count=len(game.items)))
    if game.is_open:
        reveal(game)
    elif done < len(game.items):
        ask(game, game.items[done])
    if game.answers and (game.is_open or done == len(game.items)):
        result(game)
st.caption(say("forms.research_only"))
