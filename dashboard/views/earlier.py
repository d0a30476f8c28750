"""The earlier twelve-lead ECG on the page: taken in, how Lead I has changed since, and what it moved."""

import streamlit as st

from dashboard import forms
from dashboard.engine_words import in_language, listed
from dashboard.figures import words
from dashboard.orders import Result
from dashboard.session import Case, Earlier
from dashboard.texts import say
from dashboard.views import panels
from ecg_core import read
from ecg_core.records import days_between

__all__ = ["change", "moved", "take"]

BOTH_FILES = "read from both files"


def take(case: Case) -> None:
    """Take an earlier ECG in the sidebar, ask what its files leave unsaid, and how old it is."""
    slot = f"earlier {case.patient}"
    files = forms.upload(slot, say("earlier.upload"), say("earlier.advice"), read)
    if files is not None:
        forms.ask(slot, files, read)
        if files.problem is not None:
            st.error(in_language(files.problem))
    one = case.take_earlier(None if files is None else files.recording)
    if one is None:
        return
    if one.problem is not None:
        st.error(in_language(one.problem))
    else:
        _take_age(case, one, slot)


def _take_age(case: Case, one: Earlier, slot: str) -> None:
    days = days_between(one.recording, case.recording)
    problem = None if days is None else one.take_age(days, BOTH_FILES)
    if days is not None and problem is None:
        _say(one)
        return
    if problem is None:
        st.caption(say("earlier.how_long"))
    else:
        st.error(in_language(problem))
    answer = forms.age(slot, must_say=problem is not None)
    if answer is None:
        one.ecg = None
        return
    problem = one.take_age(*answer)
    if problem is None:
        _say(one)
    else:
        st.error(in_language(problem))


def _say(one: Earlier) -> None:
    """What there is to tell the network."""
    if one.ecg is not None:
        st.caption(f"{words.earlier_ecg(one.ecg, one.age_origin)}.")


def change(result: Result) -> None:
    """Whether Lead I has changed since the earlier ECG that was used, and what to do then."""
    unusual = () if result.analysis.change is None else result.analysis.change.unusual
    if unusual:
        said = say("earlier.changed", unusual=listed(unusual, "; "), what_to_do=say("earlier.what_to_do"))
        st.error(f":small[{said}]", icon=":material/difference:")


def moved(case: Case, result: Result) -> None:
    """How far each lead lies from the same lead without the earlier ECG, or with it."""
    st.subheader(say("earlier.moved"))
    other = case.counterpart(result)
    if other is None:
        st.caption(say("earlier.switch_once"))
        return
    st.caption(say("earlier.distance"))
    panels.distances(result, other, say("earlier.moved_alt"))
