"""Teach: short lessons on real sample recordings, each figure made by the engine, each number from its evaluation."""

from typing import Any

import streamlit as st

from dashboard.figures import evidence_values
from dashboard.figures.evidence import QUIET, dots
from dashboard.figures.evidence_names import evaluated
from dashboard.figures.lessons import Lesson, Question, Step, lessons, numbers, own_numbers
from dashboard.figures.paper import WIDEST_PX, View
from dashboard.figures.strips import rows_of, strips
from dashboard.figures.tracing import tracing
from dashboard.figures.triangle import seen, triangle
from dashboard.figures.what_if_words import noticed
from dashboard.session import explained, fragment
from dashboard.texts import language, say
from dashboard.views.appearance import palette
from dashboard.views.sample_estimates import PASSES, TOLD, estimate
from dashboard.views.sheet import sheet
from ecg_core import Analysis, Lead, compare
from ecg_core.models.checkpoint import CHECKPOINTS, DEFAULT_MODEL, load_evaluations


@st.cache_data(show_spinner=False)
def evaluation() -> dict[str, Any]:
    """That of the released model, read once."""
    return load_evaluations(CHECKPOINTS)[DEFAULT_MODEL]


def show(step: Step, at: str, known: dict[str, str]) -> None:
    """One step: its paragraph and its figure; ``known`` are the numbers of the evaluation."""
    made = estimate(step.record, arms=step.arms) if step.record else None
    own = {} if made is None else own_numbers(compare(made), made.reconstruction.coverage)
    st.markdown(step.text.format(**known, **own))
    if step.figure == "triangle":
        turn()
    elif step.figure == "told":
        tell(step)
    elif step.figure == "by lead":
        tiers = evaluation()["tiers"]
        series = evidence_values.lead_series({"none": tiers["none"]})
        st.plotly_chart(dots(series, "r", palette()), theme=None, config=QUIET, key=at, alt=say("teach.by_lead_alt"))
    elif step.figure == "tracing" and made is not None:
        sheet(tracing(made, View(), palette()), key=at, alt=say("teach.tracing_alt"))
    elif step.figure == "strips" and made is not None:
        draw(step, made, at)
        if step.arms:
            clean = estimate(step.record)
            reasons = noticed(clean.examination.quality, made.examination.quality)
            say_it = say("what_if.noticed", reasons=" ".join(reasons)) if reasons else say("what_if.not_noticed")
            st.warning(say_it, icon=":material/electrical_services:")


def draw(step: Step, made: Analysis, at: str) -> None:
    """The leads of a step on paper."""
    rows = rows_of(
        made, step.leads, start=step.start, seconds=step.seconds, recorded=step.recorded, estimated=step.estimated
    )
    st.plotly_chart(
        strips(rows, made.reconstruction.sampling_rate, step.start, palette()),
        theme=None, config=QUIET, width="content", key=at,
        alt=say("teach.strips_alt", leads=", ".join(step.leads), record=step.record),
    )  # fmt: skip
    if step.estimated:
        made_by = say("teach.made_by", model=made.card.name, passes=PASSES, record=step.record)
        st.caption(made_by)
    else:
        st.caption(say("teach.recorded_only", record=step.record))


@fragment
def turn() -> None:
    """The triangle with its arrow on two sliders."""
    left, right = st.columns((2, 3), vertical_alignment="center")
    with left:
        axis = st.slider(say("teach.axis"), -180, 180, 60, 5, format="%d°", key="arrow axis")
        mv = st.slider(say("teach.strength"), 0.1, 1.5, 1.0, 0.1, format="%.1f mV", key="arrow strength")
        shadows = {lead: f"{value:.2f}".replace("-", "−") for lead, value in seen(mv, axis).items()}
        st.markdown(say("teach.law", i=shadows[Lead.I], ii=shadows[Lead.II], iii=shadows[Lead.III]))
    with right:
        st.plotly_chart(
            triangle(mv, axis, palette()), theme=None, config=QUIET, width="content", key="triangle",
            alt=say("teach.triangle_alt"),
        )  # fmt: skip


@fragment
def tell(step: Step) -> None:
    """The leads of a step, with a choice of what the network is told, and how near they come."""
    told = st.segmented_control(
        say("teach.told"), TOLD, default=TOLD[0], required=True, key="told in lesson",
        format_func=lambda tier: say(f"teach_told.{tier}"),
    )  # fmt: skip
    made = estimate(step.record, str(told))
    draw(step, made, "told")
    scores = compare(made)
    st.markdown(" · ".join(f"{lead}: r = {scores[lead].r:.2f}".replace("-", "−") for lead in step.leads))


@fragment
def ask(question: Question, at: str) -> None:
    """The question at the end, with why."""
    st.subheader(say("teach.question"))
    chosen = st.radio(question.ask, question.choices, index=None, key=at)
    if chosen is not None:
        is_right = question.choices.index(chosen) == question.right
        (st.success if is_right else st.error)(
            question.why, title=say("teach.right" if is_right else "teach.wrong"),
            icon=":material/check:" if is_right else ":material/close:",
        )  # fmt: skip


def choose() -> Lesson:
    """The lesson that is read, by its name in every language."""
    found = {one.name: one for one in lessons(language())}
    key = "lesson"
    if key not in st.session_state:
        st.session_state[key] = st.session_state.get("lesson last read", next(iter(found)))
    name = st.radio(
        say("teach.lessons"), list(found), key=key,
        format_func=lambda name: f"{list(found).index(name) + 1}. {found[name].title}",
    )  # fmt: skip
    st.session_state["lesson last read"] = name
    return found[str(name)]


with st.sidebar:
    lesson = choose()
    st.caption(say("teach.about"))
st.title(lesson.title)
known = numbers(evaluation())
body = st.container(width=WIDEST_PX)
with body, explained():
    for index, step in enumerate(lesson.steps):
        show(step, f"{lesson.name} {index}", known)
    ask(lesson.question, f"answer {lesson.name}")
st.caption(say("teach.provenance", model=DEFAULT_MODEL, data=evaluated(known["data"])))
st.caption(say("forms.research_only"))
