"""Calipers: drawn by the mouse or typed, listed, named, marched out, removed and undone."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import streamlit as st

from dashboard.engine_words import in_language
from dashboard.figures.calipers import LEAST_MARCHED, caliper_table, spanned
from dashboard.figures.paper import View, lay_out
from dashboard.session import Case, verdict_on
from dashboard.texts import say
from dashboard.views.tables import number_table
from ecg_core.calipers import place_caliper
from ecg_core.results import Analysis, Caliper
from ecg_core.vocabulary import LEADS, Lead, Provenance

__all__ = ["drawn", "marched", "panel", "remeasure"]

LONGEST_NAME = 20


def remeasure(case: Case, analysis: Analysis) -> None:
    """Let the calipers say what they measure on the analysis that is shown, which may be another than before."""
    case.calipers.now = tuple(
        place_caliper(analysis, one.lead, one.start, one.end, one.name) for one in case.calipers.now
    )


def drawn(
    case: Case, analysis: Analysis, view: View, compared: Analysis | None, *, chart: str, nothing: str
) -> Callable[[], None]:
    """What to do when a box is drawn on ``chart``: measure what it spans, or note that it spans ``nothing``."""

    def take() -> None:
        boxes = st.session_state[chart]["selection"]["box"]
        if not boxes:
            return
        times, heights = ((min(boxes[-1][axis]), max(boxes[-1][axis])) for axis in ("x", "y"))
        found = spanned(analysis, lay_out(analysis, view, compared), view, times, heights)
        st.session_state[_problem_key(case)] = nothing if found is None else None
        if found is not None:
            _add(case, place_caliper(analysis, *found))

    return take


def _problem_key(case: Case) -> str:
    return f"caliper problem {case.number}"


def _add(case: Case, caliper: Caliper) -> None:
    """Keep a caliper under its name, or under the first letter or number that is free."""
    taken = {one.name for one in case.calipers.now}
    letters = (*"ABCDEFGHIJKLMNOPQRSTUVWXYZ", *map(str, range(1, 1 + len(taken))))
    name = caliper.name if caliper.name and caliper.name not in taken else next(n for n in letters if n not in taken)
    case.calipers.change((*case.calipers.now, replace(caliper, name=name)))
    st.session_state[_chosen_key(case)] = name


def _chosen_key(case: Case) -> str:
    return f"caliper {case.number}"


def _chosen(case: Case) -> Caliper | None:
    """The caliper that the buttons are about."""
    name = st.session_state.get(_chosen_key(case))
    return next(
        (one for one in case.calipers.now if one.name == name), case.calipers.now[-1] if case.calipers.now else None
    )


def marched(case: Case) -> str | None:
    """The name of the caliper that is marched out, if any is."""
    chosen = _chosen(case)
    if chosen is None or not st.session_state.get(f"march {case.number}") or not _can_march(chosen):
        return None
    return chosen.name


def _can_march(caliper: Caliper) -> bool:
    return caliper.end - caliper.start >= LEAST_MARCHED


def panel(case: Case, analysis: Analysis, view: View) -> None:
    """The list of calipers, and what can be done with them by mouse or keyboard."""
    problem = st.session_state.get(_problem_key(case))
    if problem:
        st.warning(in_language(problem), icon=":material/straighten:")
    if case.calipers.now:
        _list(case, view)
        _edit(case)
    else:
        st.caption(say("calipers.none"))
        if case.calipers.before:
            st.button(say("calipers.undo"), icon=":material/undo:", key="undo caliper", on_click=case.calipers.undo)
    _typed(case, analysis)


def _list(case: Case, view: View) -> None:
    forms = {say("calipers.start"): "%.3f", say("calipers.ms"): "%.0f"}
    number_table(caliper_table(case.calipers.now, view.order), forms, alt=say("calipers.list"))
    st.caption(say("calipers.about"))


def _edit(case: Case) -> None:
    names = [one.name for one in case.calipers.now]
    if st.session_state.get(_chosen_key(case)) not in names:
        st.session_state[_chosen_key(case)] = names[-1]
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="small")
    name = row.selectbox(say("calipers.chosen"), names, key=_chosen_key(case), width=150)
    caliper = next(one for one in case.calipers.now if one.name == name)
    key = f"caliper name {case.number} {name} {len(case.calipers.before)}"
    row.text_input(
        say("calipers.rename"),
        name,
        max_chars=LONGEST_NAME,
        key=key,
        width=190,
        on_change=partial(_rename, case, caliper, key),
    )
    row.toggle(
        say("calipers.march"),
        key=f"march {case.number}",
        disabled=not _can_march(caliper),
        help=say("calipers.march_help"),
    )
    row.button(
        say("calipers.remove"),
        icon=":material/delete:",
        key="remove caliper",
        on_click=lambda: case.calipers.change(tuple(one for one in case.calipers.now if one.name != name)),
    )
    row.button(
        say("calipers.undo"),
        icon=":material/undo:",
        key="undo caliper",
        disabled=not case.calipers.before,
        on_click=case.calipers.undo,
    )


def _rename(case: Case, caliper: Caliper, key: str) -> None:
    """Give a caliper another name, unless that is empty or taken."""
    name = str(st.session_state[key]).strip()
    if name and name not in {one.name for one in case.calipers.now}:
        renamed = {caliper.name: replace(caliper, name=name)}
        case.calipers.change(tuple(renamed.get(one.name, one) for one in case.calipers.now))
        st.session_state[_chosen_key(case)] = name


def _typed(case: Case, analysis: Analysis) -> None:
    """The same by keyboard: lead, start and end."""
    with st.form(f"type a caliper {case.number}", border=False):
        row = st.container(horizontal=True, vertical_alignment="bottom", gap="small")
        row.selectbox(
            say("calipers.lead"),
            LEADS,
            key=f"caliper lead {case.number}",
            format_func=partial(_lead_in_words, analysis),
            width=190,
        )
        for side in ("start", "end"):
            row.number_input(
                say(f"calipers.{side}"),
                min_value=0.0,
                value=None,
                step=0.01,
                format="%.3f",
                placeholder="–",
                key=f"caliper {side} {case.number}",
                width=150,
            )
        row.form_submit_button(
            say("calipers.measure"), icon=":material/straighten:", on_click=partial(_take_typed, case, analysis)
        )


def _take_typed(case: Case, analysis: Analysis) -> None:
    lead, start, end = (st.session_state[f"caliper {part} {case.number}"] for part in ("lead", "start", "end"))
    if start is None or end is None:
        return
    caliper, problem = verdict_on(partial(place_caliper, analysis, Lead(lead), start, end))
    st.session_state[_problem_key(case)] = problem
    if caliper is not None:
        _add(case, caliper)


def _lead_in_words(analysis: Analysis, lead: Lead) -> str:
    measured = analysis.reconstruction.provenance(lead) is Provenance.MEASURED
    return f"{lead} {say('calipers.measured' if measured else 'calipers.estimated')}"
