"""Correcting the marks of QRS and T by hand: chosen, moved, removed and added by mouse or keyboard, listed, undone."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import cast

import pandas as pd
import streamlit as st

from dashboard.engine_words import in_language
from dashboard.figures import words
from dashboard.figures.marks import (
    ENLARGED,
    WHOLE,
    chosen_in_words,
    log_words,
    marks_strip,
    measured_again,
    near,
    strip_start,
)
from dashboard.figures.paper import window_seconds
from dashboard.orders import Result
from dashboard.session import Case, fragment, verdict_on
from dashboard.texts import say
from dashboard.views import downloads
from dashboard.views.appearance import palette
from dashboard.views.sheet import sheet
from ecg_core.answers import answers
from ecg_core.corrections import BOUNDS, log, marks, peak_between, revise, with_correction
from ecg_core.results import Answer, Examination, Mark
from ecg_core.vocabulary import Origin, Wave

__all__ = ["corrected", "panel"]

STEPS = (-5, -1, 1, 5)
"""Samples that a press moves."""
UNCHANGED = ("doubt by second", "quality by piece")
"""What has been worked out of a result that no correction changes."""
CHANGED = "marks changed"
"""In the session for as long as the rest of the page does not know of a correction."""


def corrected(case: Case, result: Result) -> Result:
    """``result`` with the marks as the user has corrected them; what was measured on them is measured again."""
    st.session_state.pop(CHANGED, None)
    if case.seen is None or not case.corrections.now:
        return result
    known = result.worked_out.get("corrected")
    if known is None or known[0] != case.corrections.now:
        analysis = replace(result.analysis, examination=case.seen)
        same = {name: made for name, made in result.worked_out.items() if name in UNCHANGED}
        known = case.corrections.now, Result(result.order, analysis, result.scores, same)
        result.worked_out["corrected"] = known
    return cast("Result", known[1])


@fragment
def panel(case: Case, found: Result, shown: Result) -> None:
    """A switch and, behind it, the strip and all that can be done; ``found`` and ``shown`` as for `corrected`."""
    if st.session_state.pop(CHANGED, False):
        st.rerun()
    if not st.toggle(say("marks.switch"), key="correct marks", help=say("marks.switch_help")):
        if case.corrections.now:
            st.caption(say("marks.kept", count=len(case.corrections.now)))
        return
    examination = case.seen
    assert examination is not None
    mark = _chosen(case, examination)
    _strip(case, examination, mark)
    _choose(case, examination, mark)
    _move(case, examination, mark)
    _typed(case, examination, mark)
    problem = st.session_state.get(_key(case, "problem"))
    if problem:
        st.warning(in_language(problem), icon=":material/edit_off:")
    _outcome(case, found, shown)


def _key(case: Case, name: str) -> str:
    return f"mark {name} {case.number}"


def _chosen(case: Case, examination: Examination) -> Mark | None:
    """The mark that the buttons are about: the first one to begin with, and another one where it is gone."""
    every, known = marks(examination), st.session_state.get(_key(case, "chosen"))
    if known not in every:
        at = 0.0 if known is None else known.peak / examination.sampling_rate
        nearest = near(every, at, examination.sampling_rate)
        known = None if nearest is None else nearest[0]
        _choose_mark(case, examination, known)
    for bound in BOUNDS if known is not None else ():
        # while the switch is off Streamlit forgets what the fields held
        st.session_state.setdefault(_key(case, bound), getattr(known, bound) / examination.sampling_rate)
    return known


def _choose_mark(case: Case, examination: Examination, mark: Mark | None) -> None:
    """Let ``mark`` be the chosen one, its times in the fields and itself on the strip."""
    rate, duration = examination.sampling_rate, len(examination.lead_i) / examination.sampling_rate
    st.session_state[_key(case, "chosen")] = mark
    before = st.session_state.get(_key(case, "start"), 0.0)
    st.session_state[_key(case, "start")] = strip_start(mark, before, rate, duration)
    for bound in BOUNDS if mark is not None else ():
        st.session_state[_key(case, bound)] = getattr(mark, bound) / rate


def _commit(case: Case, before: Mark | None, after: Mark | None) -> None:
    """Correct one mark, unless that cannot be; ``before`` and ``after`` as in `with_correction`."""
    assert case.examination is not None
    corrections = with_correction(case.corrections.now, before, after)
    seen, problem = verdict_on(partial(revise, case.examination, corrections))
    st.session_state[_key(case, "problem")] = problem
    if seen is not None:
        case.corrections.change(corrections)
        st.session_state[CHANGED] = True
        if after is not None:
            _choose_mark(case, seen, after)


def _strip(case: Case, examination: Examination, mark: Mark | None) -> None:
    st.caption(say("marks.how"))
    start, mouse = st.session_state.get(_key(case, "start"), 0.0), st.session_state.get(_key(case, "mouse"), "choose")
    end = start + window_seconds(ENLARGED.speed)
    chart = f"marks {case.number}"
    sheet(
        marks_strip(examination, mark, start, palette(), drawing=mouse != "choose"),
        key=chart,
        on_select=partial(_take, case, examination, mark, chart),
        selection_mode=("points", "box"),
        alt=say("marks.alt", start=f"{start:g}", end=f"{end:g}", chosen=chosen_in_words(examination, mark)),
    )


def _take(case: Case, examination: Examination, mark: Mark | None, chart: str) -> None:
    """What the mouse has done on the strip: a box is a wave, a click chooses."""
    selection = st.session_state[chart]["selection"]
    rate = examination.sampling_rate
    if selection["box"]:
        onset, offset = (round(edge * rate) for edge in sorted(selection["box"][-1]["x"]))
        mouse = st.session_state.get(_key(case, "mouse"))
        wave = {"box_qrs": Wave.QRS, "box_t": Wave.T}.get(mouse or "", mark.wave if mark else Wave.QRS)
        drawn = Mark(wave, onset, peak_between(examination, onset, offset), offset)
        _commit(case, mark if mouse == "box_move" else None, drawn)
    elif selection["points"]:
        _choose_near(case, examination, float(selection["points"][-1]["x"]))


def _choose_near(case: Case, examination: Examination, at: float) -> None:
    nearest = near(marks(examination), at, examination.sampling_rate)
    if nearest is not None:
        _choose_mark(case, examination, nearest[0])
        st.session_state[_key(case, "bound")] = nearest[1]


def _choose(case: Case, examination: Examination, mark: Mark | None) -> None:
    """Choosing a mark, and what a box means."""
    every = marks(examination)
    place = every.index(mark) if mark is not None else 0
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="small")
    for name, other, icon in (("earlier", place - 1, "chevron_left"), ("later", place + 1, "chevron_right")):
        row.button(
            say(f"marks.{name}"), icon=f":material/{icon}:", key=f"mark {name}",
            disabled=not 0 <= other < len(every), on_click=_step_to, args=(case, examination, other),
        )  # fmt: skip
    row.number_input(
        say("marks.near"), min_value=0.0, value=None, step=1.0, format="%.3f", placeholder="–",
        key=_key(case, "near"), width=150, on_change=partial(_go, case, examination),
    )  # fmt: skip
    row.segmented_control(
        say("marks.mouse"), ("choose", "box_move", "box_qrs", "box_t"), default="choose", required=True,
        key=_key(case, "mouse"), format_func=lambda name: say(f"marks.{name}"),
    )  # fmt: skip
    st.markdown(f":material/edit: {chosen_in_words(examination, mark)}")


def _step_to(case: Case, examination: Examination, place: int) -> None:
    _choose_mark(case, examination, marks(examination)[place])


def _go(case: Case, examination: Examination) -> None:
    at = st.session_state[_key(case, "near")]
    if at is not None:
        _choose_near(case, examination, at)


def _move(case: Case, examination: Examination, mark: Mark | None) -> None:
    """Steps of some samples, and removal."""
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="small")
    bound = row.segmented_control(
        say("marks.bound"), (WHOLE, *BOUNDS), default=WHOLE, required=True, key=_key(case, "bound"),
        format_func=lambda name: say(f"marks.{name}"),
    )  # fmt: skip
    for samples in STEPS:
        ms = 1000 * samples / examination.sampling_rate
        row.button(
            say("marks.step", samples=_signed(samples), ms=_signed(round(ms, 1))), key=f"mark step {samples}",
            disabled=mark is None, on_click=_step, args=(case, mark, bound or WHOLE, samples),
        )  # fmt: skip
    row.button(
        say("marks.remove"), icon=":material/delete:", key="remove mark", disabled=mark is None,
        on_click=_commit, args=(case, mark, None),
    )  # fmt: skip


def _signed(value: float) -> str:
    return f"{value:+g}".replace("-", "−")


def _step(case: Case, mark: Mark, bound: str, samples: int) -> None:
    moving = BOUNDS if bound == WHOLE else (bound,)
    _commit(case, mark, replace(mark, **{name: getattr(mark, name) + samples for name in moving}))


def _undo(case: Case) -> None:
    case.corrections.undo()
    _changed(case)


def _undo_all(case: Case) -> None:
    case.corrections.change(())
    _changed(case)


def _changed(case: Case) -> None:
    st.session_state[_key(case, "problem")] = None
    st.session_state[CHANGED] = True


def _typed(case: Case, examination: Examination, mark: Mark | None) -> None:
    """The same with times: the chosen mark is moved there, or a new one is added."""
    rate = examination.sampling_rate
    with st.form(f"type a mark {case.number}", border=False):
        row = st.container(horizontal=True, vertical_alignment="bottom", gap="small")
        for bound in BOUNDS:
            row.number_input(
                say(f"marks.{bound}_s"), min_value=0.0, value=None, step=1 / rate, placeholder="–",
                format="%.3f" if rate <= 1000 else "%.4f", key=_key(case, bound), width=140,
            )  # fmt: skip
        for name, wave in (("move", None), ("add_qrs", Wave.QRS), ("add_t", Wave.T)):
            row.form_submit_button(
                say(f"marks.{name}"), key=f"mark {name}", disabled=wave is None and mark is None,
                on_click=_take_typed, args=(case, examination, mark, wave),
            )  # fmt: skip


def _take_typed(case: Case, examination: Examination, mark: Mark | None, wave: Wave | None) -> None:
    """Move ``mark``, or where a ``wave`` is told add one."""
    times = [st.session_state[_key(case, bound)] for bound in BOUNDS]
    if None in times or (wave is None and mark is None):
        return
    onset, peak, offset = (round(time * examination.sampling_rate) for time in times)
    if wave is not None:
        _commit(case, None, Mark(wave, onset, peak, offset))
    elif mark is not None:
        _commit(case, mark, Mark(mark.wave, onset, peak, offset))


def _outcome(case: Case, found: Result, shown: Result) -> None:
    """The log and its undoing, what is measured again, and what is not."""
    segments = shown.analysis.examination.segments
    said = log(segments, log_words())
    columns = st.grid(2, min_column_width=420, gap="medium")
    with columns.cell():
        row = st.container(horizontal=True, gap="small")
        row.button(
            say("marks.undo"), icon=":material/undo:", key="undo mark", disabled=not case.corrections.before,
            on_click=_undo, args=(case,),
        )  # fmt: skip
        row.button(
            say("marks.undo_all"), icon=":material/history:", key="undo all marks", disabled=not case.corrections.now,
            on_click=_undo_all, args=(case,),
        )  # fmt: skip
        if said:
            st.table(
                pd.DataFrame({say("marks.log"): said}), hide_index=True, border="horizontal", alt=say("marks.log_alt")
            )
        else:
            st.caption(say("marks.log_none"))
        downloads.annotations(shown.analysis, case.part)
    with columns.cell():
        if said:
            table = measured_again(_answers(found), _answers(shown))
            st.table(table, hide_index=True, border="horizontal", alt=say("marks.again_alt"))
            st.caption(_not_computed_again(found))


def _answers(result: Result) -> Sequence[Answer]:
    return result.once("answers", partial(answers, result.analysis))


def _not_computed_again(found: Result) -> str:
    """What the estimate rests on, which no correction changes."""
    metadata = found.analysis.metadata
    values = ", ".join(
        f"{words.field_name(name)} {getattr(metadata, name):.0f} {words.units(name)}".strip()
        for name in metadata.known()
        if metadata.origin(name) is Origin.LEAD_I
    )
    told = say("marks.told", values=values) if values else say("marks.told_nothing")
    earlier = f" {say('marks.outcome_earlier')}" if found.analysis.earlier is not None else ""
    return say("marks.outcome", told=told) + earlier
