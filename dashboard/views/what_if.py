"""What if: the same recording with other metadata or a spoilt Lead I, and whether the doubt follows the error."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import streamlit as st

from dashboard import cached
from dashboard.engine_words import in_language
from dashboard.figures import what_if_values as values
from dashboard.figures import what_if_words as words
from dashboard.figures.axes import CONFIG
from dashboard.figures.evidence import QUIET
from dashboard.figures.lead_one import lead_one
from dashboard.figures.paper import View
from dashboard.figures.what_if import error_and_doubt, leads_moved
from dashboard.figures.words import units
from dashboard.session import Case, explained
from dashboard.texts import say
from dashboard.views.appearance import palette
from dashboard.views.sheet import sheet
from dashboard.views.tables import number_table
from ecg_core import (
    Analysis,
    EarlierEcg,
    PatientMetadata,
    Recording,
    Sex,
    analyse,
    examine,
    known_from_lead_i,
    merge,
    patient_from,
    read,
)
from ecg_core.models.checkpoint import DEFAULT_MODEL
from ecg_core.results import Examination
from ecg_core.signals.disturb import CLEAN, Disturbance, disturb
from ecg_core.vocabulary import Origin, Verdict

PASSES = 8
"""Few, so that a slider answers at once: nearly all of the doubt is the spread that the network predicts."""
SECONDS = 10.0
SEED = 0
OPEN = "open case"
STEPS: dict[str, range] = {
    "age_years": range(18, 96),
    "ventricular_rate": range(30, 201, 2),
    "qrs_ms": range(60, 201, 2),
    "r_axis_deg": range(-180, 181, 5),
    "t_axis_deg": range(-180, 181, 5),
}
SNR_DB = (None, 20, 15, 10, 6, 3, 0)
GAINS = (0.5, 0.7, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 2.0)


@dataclass(frozen=True, eq=False)
class Start:
    """What is changed: ten seconds of a recording, with what is known of the patient; ``slot`` tells it from others."""

    slot: str
    recording: Recording
    metadata: PatientMetadata
    earlier: EarlierEcg | None
    before: Analysis


def keep(name: str, otherwise: object) -> str:
    """The key of a widget that holds what it held when the page was last shown, at first ``otherwise``."""
    key = f"what if {name}"
    if key not in st.session_state:
        st.session_state[key] = held().get(key, otherwise)
    return key


def held() -> dict[str, Any]:
    """What each widget of this page held, by key: a widget that is not drawn loses it."""
    return cast("dict[str, Any]", st.session_state.setdefault("held by what if", {}))


def forget(slot: str) -> None:
    """Set every slider of this recording back."""
    for key in [key for key in st.session_state if str(key).startswith("what if ") and str(key).endswith(slot)]:
        del st.session_state[key]
    for key in [key for key in held() if key.endswith(slot)]:
        del held()[key]


def choose() -> Start:
    """The case that is open in Review, or a sample."""
    samples = {one.name: one for one in cached.samples()}
    case = cast("Case | None", st.session_state.get("case"))
    usable = case is not None and case.examination is not None and case.examination.quality.verdict is not Verdict.STOP
    options = [*([OPEN] if usable else []), *samples]
    key = keep("recording", options[0])
    if st.session_state[key] not in options:
        st.session_state[key] = options[0]

    def title(name: str) -> str:
        return say("what_if.open_case", title=case.title) if name == OPEN and case else samples[name].title

    name = st.selectbox(say("what_if.recording"), options, format_func=title, key=key)
    if name == OPEN and case is not None:
        order = None if case.shown is None else case.shown.order
        metadata = case.offer if order is None else order.metadata
        whole, earlier = case.recording, None if order is None else order.earlier
        slot = f"case {case.number} {id(order)}"
    else:
        files = samples[name].files()
        whole, metadata, earlier, slot = read(files), patient_from(files), None, name
    second = 0.0
    if whole.duration > SECONDS + 0.5:
        last = float(int(whole.duration - SECONDS))
        second = st.slider(say("what_if.from"), 0.0, last, step=1.0, format="%.0f s", key=keep(f"from {slot}", 0.0))
    known = cast("Start | None", st.session_state.get("start of what if"))
    if known is None or known.slot != f"{slot} {second:g}":
        part = whole.between(second, min(second + SECONDS, whole.duration))
        known = begin(f"{slot} {second:g}", part, metadata, earlier)
        st.session_state["start of what if"] = known
    return known


def begin(slot: str, part: Recording, metadata: PatientMetadata, earlier: EarlierEcg | None) -> Start:
    """The unchanged estimate from this part of a recording."""
    examination = examine(part)
    known = rounded(merge(metadata, known_from_lead_i(examination)))
    return Start(slot, part, known, earlier, made(part, known, earlier, examination))


def rounded(metadata: PatientMetadata) -> PatientMetadata:
    """The same in whole numbers, as the sliders have them."""
    told: dict[str, Any] = {name: getattr(metadata, name) for name in metadata.known()}
    whole: dict[str, Any] = {name: value if name == "sex" else float(round(value)) for name, value in told.items()}
    return PatientMetadata(**whole, origins={name: metadata.origin(name) for name in told})


def tell(start: Start) -> PatientMetadata:
    """What the network is told, on sliders whose lowest end is unknown."""
    told: dict[str, Any] = {}
    for name in ("age_years", "sex", *tuple(STEPS)[1:]):
        offered = getattr(start.metadata, name)
        key = keep(f"{name} {start.slot}", offered)
        label = say(f"what_if.{name}")
        if name == "sex":
            told[name] = st.segmented_control(label, list(Sex), format_func=sex, key=key)
            continue
        steps = sorted({*map(float, STEPS[name]), *([] if offered is None else [offered])})
        told[name] = st.select_slider(label, [None, *steps], format_func=partial(amount, units(name)), key=key)
    told["qrs_count"] = start.metadata.qrs_count
    if told["ventricular_rate"] != start.metadata.ventricular_rate:
        told["qrs_count"] = None if told["ventricular_rate"] is None else float(round(told["ventricular_rate"] / 6))
    return PatientMetadata(
        **told,
        origins={
            name: start.metadata.origin(name) if value == getattr(start.metadata, name) else Origin.TYPED
            for name, value in told.items()
            if value is not None
        },
    )


def sex(value: Sex) -> str:
    """The sex in the page's language."""
    return say("what_if.male" if value is Sex.MALE else "what_if.female")


def amount(unit: str, value: float | None) -> str:
    """A value with its unit, or that it is unknown."""
    return say("what_if.unknown") if value is None else f"{value:.0f} {unit}"


def spoil(slot: str) -> Disturbance:
    """What Lead I suffers, on sliders."""

    def key(name: str, none: object) -> str:
        return keep(f"{name} {slot}", none)

    decibels = st.select_slider(
        say("what_if.noise"), SNR_DB, key=key("noise", None),
        format_func=lambda db: say("what_if.none") if db is None else say("what_if.snr", db=db),
    )  # fmt: skip
    drift = st.slider(say("what_if.wander"), 0.0, 2.0, step=0.1, format="%.1f mV", key=key("wander", 0.0))
    mains = st.slider(say("what_if.mains"), 0.0, 0.5, step=0.05, format="%.2f mV", key=key("mains", 0.0))
    gain = st.select_slider(say("what_if.gain"), GAINS, format_func=lambda by: f"× {by:g}", key=key("gain", 1.0))
    reversed_arms = st.toggle(say("what_if.arms"), key=key("arms", False))
    return Disturbance(decibels, drift, mains, gain=gain, reversed_arms=reversed_arms)


def made(
    recording: Recording, metadata: PatientMetadata, earlier: EarlierEcg | None, examination: Examination
) -> Analysis:
    """The estimate from ``recording``, told ``metadata``."""
    return analyse(
        recording, metadata, cached.model(DEFAULT_MODEL), earlier=earlier, measure_lead_i=False,
        examination=examination, passes=PASSES, seed=SEED,
    )  # fmt: skip


def guards(before: Analysis, after: Analysis, *, spoilt: bool) -> None:
    """Whether the doubt rose, whether the check of the signal noticed, and which leads were left behind."""
    then, now = values.doubts(before), values.doubts(after)
    promised = after.reconstruction.coverage
    came = words.outcome(then, now, promised)
    show, icon = {
        words.Outcome.ROSE: (st.success, ":material/trending_up:"),
        words.Outcome.STEADY: (st.info, ":material/trending_flat:"),
        words.Outcome.LAGGED: (st.error, ":material/report:"),
        words.Outcome.COVERED: (st.warning, ":material/trending_down:"),
        words.Outcome.UNKNOWN_ROSE: (st.info, ":material/help:"),
        words.Outcome.UNKNOWN_FELL: (st.warning, ":material/trending_down:"),
    }[came]
    lines = [words.said(then, now, promised)]
    behind = words.left_behind(then, now, promised)
    if behind:
        lines.append(say("what_if.left_behind", leads=", ".join(behind)))
    if spoilt:
        reasons = words.noticed(before.examination.quality, after.examination.quality)
        lines.append(say("what_if.noticed", reasons=" ".join(reasons)) if reasons else say("what_if.not_noticed"))
    show("  \n".join(lines), icon=icon, title=say(f"what_if_title.{came}"))


def figures(before: Analysis, after: Analysis) -> None:
    """The tracing, and below it error beside doubt."""
    sheet(leads_moved(before, after, palette()), key="moved", alt=say("what_if.alt"))
    then, now = values.doubts(before), values.doubts(after)
    beside = st.grid(2, min_column_width=440, gap="medium")
    with beside.cell():
        st.subheader(say("what_if.by_lead"))
        st.caption(say("what_if.by_lead_about"))
        table = words.doubt_by_lead(then, now, values.shifts(before, after), after.reconstruction.coverage)
        narrow = dict.fromkeys(table.columns, st.column_config.Column(width="small"))
        number_table(table, {say("what_if.moved"): "%.3f"}, alt=say("what_if.by_lead"), columns=narrow)
    with beside.cell():
        st.subheader(say("what_if.honesty"))
        if after.reference is None:
            st.info(say("what_if.no_reference"), icon=":material/help:")
            return
        st.caption(say("what_if.honesty_about"))
        st.plotly_chart(
            error_and_doubt(then, now, palette()), theme=None, config=QUIET, width="content", key="error and doubt",
            alt=say("what_if.honesty_alt"),
        )  # fmt: skip


def changed(start: Start, how: Disturbance, told: PatientMetadata) -> Sequence[str]:
    """What differs from the unchanged recording."""
    fields = [name for name in (*STEPS, "sex") if getattr(told, name) != getattr(start.metadata, name)]
    return [*fields, *([] if how == CLEAN else ["lead I"])]


with st.sidebar:
    with explained():
        start = choose()
    st.subheader(say("what_if.lead_one_suffers"))
    how = spoil(start.slot)
    st.subheader(say("what_if.network_is_told"))
    told = tell(start)
    st.button(say("what_if.reset"), icon=":material/undo:", width="stretch", on_click=forget, args=(start.slot,))
for key in [str(key) for key in st.session_state if str(key).startswith("what if ")]:
    held()[key] = st.session_state[key]

st.subheader(say("what_if.heading"))
before = start.before
differs = changed(start, how, told)
after = before
if differs:
    with explained():
        spoilt = disturb(start.recording, how, seed=SEED)
        examination = before.examination if how == CLEAN else examine(spoilt)
    if examination.quality.verdict is Verdict.STOP:
        reasons = " ".join(
            in_language(one.reason) for one in examination.quality.findings if one.verdict is Verdict.STOP
        )
        st.success(reasons, icon=":material/block:", title=say("what_if.refused"))
        st.plotly_chart(lead_one(examination, View(), palette()), theme=None, config=CONFIG, alt=say("what_if.spoilt"))
        st.caption(say("forms.research_only"))
        st.stop()
    with explained():
        after = made(spoilt, told, start.earlier, examination)
    guards(before, after, spoilt=how != CLEAN)
else:
    st.info(say("what_if.nothing_changed"), icon=":material/tune:")
figures(before, after)
st.caption(say("what_if.provenance", model=after.card.name, passes=PASSES, seed=SEED))
st.caption(say("forms.research_only"))
