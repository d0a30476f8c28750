"""Widgets that turn what the user gives into values: files, answers, the patient's metadata, the engine's settings."""

from collections.abc import Mapping, Sequence
from functools import partial
from math import ceil
from typing import Any, Literal, Protocol

import streamlit as st

from dashboard.engine_words import in_language
from dashboard.figures.paper import View, window_seconds
from dashboard.figures.words import (
    FIELDS,
    clock,
    field_name,
    hours,
    layout_name,
    member_name,
    origin_name,
    units,
)
from dashboard.session import Case, Intake, Part, Reader, intake, verdict_on
from dashboard.texts import say
from dashboard.theme import GAINS, SPEEDS, Layout, LeadOrder
from ecg_core.errors import Question
from ecg_core.metadata import MEASURED_ON_LEAD_I
from ecg_core.records import PatientMetadata, Recording
from ecg_core.vocabulary import Origin, Sex

__all__ = ["age", "ask", "engine", "metadata", "paper", "part", "sample", "upload", "use_earlier"]


class Sample(Protocol):
    """A recording to choose: its name, title, what it shows, and its files."""

    @property
    def name(self) -> str:
        """What tells it from others."""

    @property
    def title(self) -> str:
        """What it is called."""

    @property
    def shows(self) -> str:
        """What can be seen in it."""

    def files(self) -> Mapping[str, bytes]:
        """The content of its files by name."""


DAYS: Mapping[str, float] = {"years": 365.25, "months": 30.4, "days": 1.0}
UNKNOWN = "unknown"
FIELD_PIXELS = 114
"""Too narrow for the stepping buttons of a number, which leaves its digits room."""
AGE_PIXELS = 96
PART_MINUTES = 10
"""How much of a long recording is reconstructed at once: a day of twelve leads fits neither memory nor patience."""
URL: Literal["query-params"] = "query-params"
"""Settings of the view stay in the address of the page, so that it can be shared; nothing of a patient ever does."""
STEPS = {"qrs_ms": 2.0, "r_axis_deg": 5.0, "t_axis_deg": 5.0}


def sample(choices: Sequence[Sample], reader: Reader) -> tuple[Intake, str]:
    """Choose a recording that comes with the project; returns it and its title."""
    titles = {one.title: one for one in choices}
    about = "  \n".join(f"**{one.title}**: {one.shows}" for one in choices)
    chosen = titles[
        st.selectbox(
            say("forms.sample"),
            list(titles),
            key="sample",
            help=say("forms.sample_help", about=about),
        )
    ]
    return intake("main", f"sample {chosen.name}", chosen.files, reader), say("forms.sample_title", title=chosen.title)


def upload(slot: str, label: str, advice: str, reader: Reader) -> Intake | None:
    """Take one or more files that belong together; None until there are any."""
    given = st.file_uploader(label, accept_multiple_files=True, key=f"files {slot}", help=advice)
    if not given:
        return None
    key = " ".join(sorted(file.file_id for file in given))
    return intake(slot, key, lambda: {file.name: file.getvalue() for file in given}, reader)


def ask(slot: str, files: Intake, reader: Reader) -> None:
    """Ask what the files leave unsaid, one question after the other, and read again with each answer."""
    question = files.question
    if question is None:
        if files.member is not None:
            st.caption(say("forms.chosen", member=member_name(files.member)))
        if files.answered and st.button(
            say("forms.again"), key=f"again {slot}", icon=":material/undo:", type="tertiary"
        ):
            files.forget_answers(reader)
            st.rerun()
        return
    with st.form(f"question {slot} {question.question}"):
        st.caption(in_language(str(question)))
        label = say(f"forms.question_{question.question.name.lower()}")
        answer: float | str | None
        if question.choices:
            answer = st.selectbox(
                label,
                question.choices,
                index=None,
                format_func=member_name if question.question is Question.RECORDING else str,
                placeholder=say("forms.choose"),
                key=f"answer {slot}",
            )
        else:
            answer = st.number_input(label, min_value=0.0, value=None, step=1.0, key=f"answer {slot}")
        if st.form_submit_button(say("forms.answer"), width="stretch") and answer is not None:
            files.answer(question.question, answer, reader)
            st.rerun()


def part(recording: Recording, key: str) -> Part:
    """Choose which part of a long recording is looked at; ``key`` tells recordings apart. A short one is all of it."""
    whole = recording.duration
    if whole <= 60 * PART_MINUTES:
        return Part(0.0, whole, whole)
    minutes = range(ceil(whole / 60) - PART_MINUTES + 1)
    start = 60.0 * st.select_slider(
        say("forms.part", minutes=PART_MINUTES),
        list(minutes),
        format_func=lambda minute: hours(60 * minute),
        key=f"part {key} {whole}",
        help=say("forms.part_help", minutes=PART_MINUTES),
    )
    return Part(start, min(start + 60 * PART_MINUTES, whole), whole)


def age(slot: str, *, must_say: bool) -> tuple[float | None, str] | None:
    """Ask how old the earlier ECG in ``slot`` is: its age in days, None where that is unknown, and who says so.

    With ``must_say`` "unknown" has to be chosen too, and until then the answer is None.
    """
    choices = (*DAYS, UNKNOWN)
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall")
    count, unit = row.container(width=AGE_PIXELS), row.container(width="stretch")
    with unit:
        chosen = st.selectbox(
            say("forms.age_unit"),
            choices,
            index=None if must_say else choices.index(UNKNOWN),
            format_func=lambda unit: say(f"forms.{unit}"),
            placeholder=say("forms.choose"),
            key=f"age unit {slot}",
            label_visibility="collapsed",
        )
    with count:
        given = st.number_input(
            say("forms.age"),
            value=None,
            step=1.0,
            format="%g",
            placeholder="–",
            key=f"age {slot}",
            disabled=chosen not in DAYS,
            help=say("forms.age_help"),
        )
    if chosen is not None and chosen in DAYS and given is not None:
        return DAYS[chosen] * given, str(Origin.TYPED)
    return None if must_say and chosen != UNKNOWN else (None, UNKNOWN)


def metadata(case: Case) -> PatientMetadata | None:
    """What is known of the patient, each field with where its value came from; what is left empty is unknown.

    Each field starts at what is offered: age and sex as the file states them, rate, QRS duration and QRS count as
    measured on Lead I, the axes as measured on an earlier ECG. A value out of its range gets a sentence, and the result
    is None.
    """
    values: dict[str, Any] = {}
    fits = True
    rows = st.container(gap=None)
    for name in FIELDS:
        label = field_name(name)
        words, widget = rows.columns((5, 4), vertical_alignment="center", gap="xsmall", wrap=False)
        with widget:
            values[name] = _sex(case, label) if name == "sex" else _number(case, name, label)
        origin = _origin_in_words(case, name, values[name])
        words.markdown(f"**:small[{label}]** :small[:gray[{units(name)}]]  \n:small[:gray[{origin}]]")
        _, problem = verdict_on(partial(PatientMetadata, **{name: values[name]}))
        if problem is not None:
            rows.error(in_language(problem))
            fits = False
    if not fits:
        return None
    origins = {name: _origin(case.offer, name, value) for name, value in values.items() if value is not None}
    return PatientMetadata(**values, origins=origins)


def _origin(offer: PatientMetadata, name: str, value: object) -> Origin:
    return offer.origin(name) if value == _offered(offer, name) else Origin.TYPED


def _origin_in_words(case: Case, name: str, value: object) -> str:
    return say("forms.unknown") if value is None else origin_name(_origin(case.offer, name, value))


def _offered(offer: PatientMetadata, name: str) -> Any:
    """The value on offer for a field, numbers rounded as they are shown."""
    value = getattr(offer, name)
    return float(round(value)) if isinstance(value, int | float) else value


def _sex(case: Case, label: str) -> Sex | None:
    choices = (None, *Sex)
    chosen = st.selectbox(
        label,
        choices,
        index=choices.index(_offered(case.offer, "sex")),
        format_func=lambda sex: say("forms.unknown") if sex is None else say(f"words.{sex}"),
        key=f"sex {case.patient}",
        width=FIELD_PIXELS,
        label_visibility="collapsed",
    )
    return None if chosen is None else Sex(chosen)


def _number(case: Case, name: str, label: str) -> float | None:
    offered = _offered(case.offer, name)
    key = f"{name} {case.number if name in MEASURED_ON_LEAD_I else case.patient}"
    case.start(key, offered)  # not as the widget's own value, which could not be emptied
    value = st.number_input(
        label,
        value=None,
        step=STEPS.get(name, 1.0),
        format="%.0f",
        placeholder="–",
        key=key,
        width=FIELD_PIXELS,
        label_visibility="collapsed",
    )
    return None if value is None else float(value)


def engine(models: Sequence[str]) -> tuple[str, str | None, int, int]:
    """Which model, with which other one to compare it (where there are several), how many passes, and the seed."""
    name = st.selectbox(say("forms.model"), models, key="model", bind=URL)
    others = [model for model in models if model != name]
    rival = None
    if others:
        rival = st.selectbox(
            say("forms.compare"),
            others,
            index=None,
            placeholder=say("forms.no_other"),
            key=f"compare {name}",
            help=say("forms.compare_help"),
        )
    passes = st.select_slider(say("forms.passes"), (10, 25, 50, 100, 200), value=50, key="passes")
    seed = st.number_input(say("forms.seed"), min_value=0, value=0, step=1, key="seed", help=say("forms.seed_help"))
    return name, rival, int(passes), int(seed)


def paper(case: Case) -> View:
    """How the tracing is laid out, on what paper, and which window of a long recording is shown."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        layout = st.segmented_control(
            say("forms.layout"),
            list(Layout),
            default=Layout.GRID,
            required=True,
            format_func=layout_name,
            key="layout",
            bind=URL,
        )
        order = st.segmented_control(
            say("tracing.order"),
            list(LeadOrder),
            default=LeadOrder.STANDARD,
            required=True,
            key="order",
            bind=URL,
            help=say("tracing.order_help"),
        )
        speed = st.segmented_control("mm/s", SPEEDS, default=25, required=True, key="speed", bind=URL)
        gain = st.segmented_control("mm/mV", GAINS, default=10, required=True, key="gain", bind=URL)
        measuring = st.toggle(say("calipers.switch"), key="measuring", help=say("calipers.switch_help"))
        with st.container(width="stretch", gap=None):
            use_earlier(case)
    start = _window(case.recording.duration, window_seconds(speed or 25), f"start {case.number} {speed}")
    return View(
        layout=Layout(layout or Layout.GRID),
        order=LeadOrder(order or LeadOrder.STANDARD),
        speed=speed or 25,
        gain=gain or 10,
        start=start,
        measuring=measuring,
    )


def use_earlier(case: Case) -> None:
    """The switch that tells the network of the earlier ECG or not, and the warning where it was told."""
    if case.earlier_at_hand is not None:
        use = st.toggle(
            say("forms.use_earlier"),
            value=True,
            key=f"use earlier {case.patient}",
            help=say("forms.use_earlier_help"),
        )
        if use is not case.use_earlier:
            case.use_earlier = use
            st.rerun()
    if case.shown is not None and case.shown.analysis.earlier is not None:
        st.markdown(f":small[:orange[:material/history:] {say('forms.earlier_warning')}]")


def _window(duration: float, seconds: float, key: str) -> float:
    """The start of the window shown, by a slider where there is more than fits on the page."""
    if duration <= seconds + 0.05:
        return 0.0
    start = st.slider(
        say("forms.window", seconds=f"{seconds:g}", whole=clock(round(duration, 1))),
        0.0,
        float(ceil(duration - seconds)),
        0.0,
        1.0,
        format="%.0f s",
        key=key,
    )
    return float(start)
