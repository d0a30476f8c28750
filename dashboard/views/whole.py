"""All of a long recording, of which the page shows a part: gone through with its progress and a way to stop."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import streamlit as st

from dashboard import cached
from dashboard.figures import words
from dashboard.figures.minutes import minutes_figure
from dashboard.orders import Order
from dashboard.session import Case, given
from dashboard.texts import say
from dashboard.views.appearance import palette
from ecg_core.records import PatientMetadata, Recording
from ecg_core.stretches import Minute, analyse_stretches
from ecg_core.vocabulary import Origin, Verdict

__all__ = ["whole"]

SLOT = "whole"
BEGUN = "whole begun"
"""In the session, with the key of its files, while a recording is gone through: found later, it was stopped."""
PASSES = 10
"""Enough for the mean doubt of a minute; fifty would take five times as long."""


@dataclass(frozen=True, eq=False)
class Whole:
    """What was found of all of a ``recording``, for the model called ``model``."""

    recording: Recording = field(repr=False)
    model: str
    minutes: tuple[Minute, ...]


def whole(case: Case, order: Order | None) -> None:
    """The minutes of all of the recording, or the button that has them looked at; nothing where all of it is shown.

    To be called last, when the page stands, and in no part of it that runs by itself: a click in such a part would wait
    until all is done, and the button to stop with it.
    """
    if case.part.is_all:
        return
    stopped = st.session_state.pop(BEGUN, None) == given().key
    with st.expander(say("whole.title", whole=words.hours(case.part.whole)), icon=":material/timeline:"):
        known = st.session_state.get(SLOT)
        if not isinstance(known, Whole) or known.recording is not case.read:
            st.session_state.pop(SLOT, None)
            known = None
            place = st.empty()
            with place.container():
                asked = st.button(say("whole.look"), disabled=order is None, help=say("whole.look_help"))
                st.caption(say("whole.about", passes=PASSES))
                if stopped and not asked:
                    st.info(say("whole.stopped"), icon=":material/stop_circle:")
                if asked and order is not None:
                    known = st.session_state[SLOT] = _look(case, order)
            if known is not None:
                place.empty()
        if known is not None:
            _show(case, known)


def _look(case: Case, order: Order) -> Whole:
    """Go through all of the recording; a click on the page, as on the button to stop, ends it and keeps nothing."""
    label = say("whole.working", model=order.model)
    st.session_state[BEGUN] = given().key
    row = st.container(horizontal=True, vertical_alignment="center")
    bar = row.progress(0.0, label)

    def tell(share: float) -> None:
        bar.progress(min(share, 1.0), label)

    row.button(say("whole.stop"), icon=":material/stop_circle:", key="stop whole")
    stretches = analyse_stretches(
        case.read, _without_measured(order.metadata), model=cached.model(order.model), earlier=order.earlier,
        passes=PASSES, seed=order.seed, progress=tell,
    )  # fmt: skip
    minutes = tuple(minute for stretch in stretches for minute in stretch.minutes)
    del st.session_state[BEGUN]
    return Whole(case.read, order.model, minutes)


def _without_measured(metadata: PatientMetadata) -> PatientMetadata:
    """What was not measured on the part that is shown: each stretch is measured anew."""
    kept = [name for name in metadata.known() if metadata.origin(name) is not Origin.LEAD_I]
    return PatientMetadata(
        **{name: getattr(metadata, name) for name in kept}, origins={name: metadata.origin(name) for name in kept}
    )


def _show(case: Case, known: Whole) -> None:
    st.plotly_chart(
        minutes_figure(known.minutes, (case.part.start, case.part.end), case.part.whole, palette()),
        theme=None,
        key=f"minutes {case.number}",
        alt=say("whole.alt"),
    )
    st.caption(say("whole.caption", model=known.model, passes=PASSES) + " " + _counted(known.minutes))


def _counted(minutes: Sequence[Minute]) -> str:
    counts = {verdict: sum(minute.verdict is verdict for minute in minutes) for verdict in Verdict}
    doubts = [(minute.half_width_mv, minute.start) for minute in minutes if minute.half_width_mv is not None]
    if not doubts:
        return say("whole.none")
    most, where = max(doubts)
    return say(
        "whole.counted", minutes=len(minutes), review=counts[Verdict.REVIEW], stop=counts[Verdict.STOP],
        most=f"{most:.2f}", where=words.hours(where),
    )  # fmt: skip
