"""Hide and reveal: the other leads of a twelve-lead ECG are hidden, estimated from Lead I, and shown on a click."""

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st

from dashboard import cached
from dashboard.figures import words
from dashboard.figures.agreement import Dot, bland_altman, overlay
from dashboard.figures.evidence import QUIET
from dashboard.figures.paper import View, window_seconds
from dashboard.figures.tracing import tracing
from dashboard.session import fragment
from dashboard.texts import say
from dashboard.theme import Layout
from dashboard.views import batch, panels
from dashboard.views.appearance import leading, palette
from dashboard.views.batch import Item, Setting
from dashboard.views.sheet import sheet
from dashboard.views.tables import number_table
from ecg_core.export.lead_errors import to_csv
from ecg_core.lead_errors import LeadError, agreement_of_r
from ecg_core.results import Analysis
from ecg_core.vocabulary import ESTIMATED, Lead


@fragment
def _drawn(item: Item, analysis: Analysis) -> None:
    """The tracing and, once revealed, one lead against its recorded one."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        layout = st.segmented_control(
            say("reveal.layout"), list(Layout), default=Layout.GRID, required=True, key="reveal layout",
            format_func=words.layout_name,
        )  # fmt: skip
        rest = analysis.recording.duration - window_seconds(View().speed)
        start = 0.0
        if rest > 0.05:
            start = float(
                st.slider(say("reveal.from"), 0.0, round(rest, 1), 0.0, 0.5, key=f"reveal from {item.number}")
            )
    view = View(layout=Layout(layout or Layout.GRID), start=start)
    seen = analysis if item.revealed else replace(analysis, reference=None)
    sheet(tracing(seen, view, palette()), key=f"reveal {item.number}", alt=say("reveal.tracing_alt"))
    st.caption(words.in_words(seen))
    if not item.revealed:
        return
    leads = [lead for lead in ESTIMATED if analysis.reference is not None and lead in analysis.reference]
    lead = st.segmented_control(say("reveal.lead"), leads, default=leads[-1], required=True, key="reveal lead")
    lead = Lead(lead or leads[-1])
    sheet(overlay(analysis, lead, view, palette()), key="overlay", alt=say("reveal.overlay_alt", lead=lead))


COLUMNS = {
    "r": "%.2f",
    "rmse": "%.3f",
    "inside": "%.0f%%",
    "recorded_r": "%.2f",
    "r_error": "%+.2f",
    "s_error": "%+.2f",
    "st_error": "%+.2f",
    "qrs_error": "%+.0f",
    "qt_error": "%+.0f",
}


def _table(analysis: Analysis, errors: dict[Lead, LeadError]) -> None:
    rows = [
        {
            "lead": str(lead),
            "r": error.score.r,
            "rmse": error.score.rmse_mv,
            "inside": 100 * error.score.coverage,
            "recorded_r": error.recorded_r_mv,
            "r_error": error.r_mv,
            "s_error": error.s_mv,
            "st_error": error.st_mv,
            "qrs_error": error.qrs_ms,
            "qt_error": error.qt_ms,
        }
        for lead, error in errors.items()
    ]
    st.subheader(say("reveal.table"))
    number_table(
        pd.DataFrame(rows).astype(dict.fromkeys(COLUMNS, float)),
        COLUMNS,
        alt=say("reveal.table"),
        columns={"lead": st.column_config.TextColumn(say("reveal_columns.lead"), pinned=True)}
        | {
            name: st.column_config.NumberColumn(say(f"reveal_columns.{name}"), help=say(f"reveal_help.{name}"))
            for name in COLUMNS
        },
    )
    st.caption(say("reveal.table_from", model=analysis.card.name, promised=f"{analysis.reconstruction.coverage:.0%}"))


def _session(revealed: Sequence[Item], by: Setting) -> None:
    """Agreement of the R amplitude over all revealed cases, and everything as CSV."""
    errors = {item.number: item.measured_errors(by) for item in revealed}
    agreement = agreement_of_r(errors.values())
    st.header(say("reveal.session", count=len(revealed)), divider="gray")
    if not agreement:
        st.info(say("reveal.no_beats"))
        return
    beside = st.grid(2, min_column_width=380, gap="medium")
    with beside.cell():
        leads = list(agreement)
        chosen = st.selectbox(say("reveal.lead"), leads, index=len(leads) - 1, key="agreement lead")
        dots = [
            Dot(item.title, error.recorded_r_mv, error.recorded_r_mv + error.r_mv)
            for item in revealed
            if (error := errors[item.number].get(chosen)) is not None
            and error.recorded_r_mv is not None
            and error.r_mv is not None
        ]
        st.plotly_chart(
            bland_altman(dots, agreement[chosen], say("reveal.r_of", lead=chosen), palette()),
            theme=None, config=QUIET, key="bland-altman", alt=say("reveal.bland_alt", lead=chosen),
        )  # fmt: skip
    with beside.cell():
        st.markdown(say("reveal.limits"))
        names = [say(f"reveal_limits.{name}") for name in ("lead", "bias", "low", "high", "n")]
        rows = [(str(lead), *values) for lead, values in agreement.items()]
        table = pd.DataFrame(rows, columns=names)
        number_table(table, dict.fromkeys(names[1:4], "%+.2f"), alt=say("reveal.limits_alt"))
    if len(revealed) < 20:
        st.caption(say("reveal.few", count=len(revealed)))
    made = [(item.title, item.made[by], errors[item.number]) for item in revealed]
    st.download_button(
        say("reveal.csv", count=len(revealed)), lambda: to_csv(made), "lead_errors.csv", "text/csv",
        on_click="ignore", icon=":material/download:", help=say("reveal.csv_help"),
    )  # fmt: skip


def _reveal(which: Sequence[Item]) -> None:
    for item in which:
        item.revealed = True


with st.sidebar:
    batch.take(say("batch.recordings"))
    st.subheader(say("batch.how"))
    by = batch.setting()

known = batch.items()
fit = [item for item in known if item.has_truth]
if not fit:
    st.header(say("reveal.title"))
    st.markdown(say("reveal.invitation"))
batch.offer([sample for sample in cached.samples() if sample.leads == 12])
for item in known:
    if item.refusal is not None:
        st.error(item.problem or "", title=item.title, icon=":material/block:")
    elif not item.has_truth:
        st.info(say("reveal.no_truth"), title=item.title, icon=":material/info:")
if not fit:
    st.caption(say("forms.research_only"))
    st.stop()

mark = say("reveal.hidden")
titles = {item.number: item.title if item.revealed else f"{item.title} · {mark}" for item in fit}
with st.container(horizontal=True, vertical_alignment="bottom"):
    number = st.selectbox(say("reveal.case"), list(titles), index=len(titles) - 1, format_func=titles.__getitem__)
    this = next(item for item in fit if item.number == number)
    if this.revealed:
        st.button(
            say("reveal.hide"), on_click=setattr, args=(this, "revealed", False), icon=":material/visibility_off:"
        )
    else:
        st.button(on_click=_reveal, args=([this],), **leading(say("reveal.reveal"), ":material/visibility:"))
    hidden = [item for item in fit if not item.revealed]
    if len(hidden) > 1:
        st.button(say("reveal.reveal_all", count=len(hidden)), on_click=_reveal, args=(hidden,))

analysis = batch.estimate(this, by)
if analysis is None:
    st.error(this.problem or "", title=this.title, icon=":material/block:")
    st.caption(say("forms.research_only"))
    st.stop()
st.caption(
    f"{words.reading_in_words(analysis.recording)} · "
    + say("reveal.estimated_by", model=by.model, passes=by.passes, told=batch.told_in_words(analysis.metadata))
)
panels.findings(analysis.examination.quality)
panels.outside_training(analysis)
if not this.revealed:
    st.info(
        say("reveal.now_hidden", count=len(this.recording.leads) - 1 if this.recording else 0),
        icon=":material/visibility_off:",
    )
_drawn(this, analysis)
if this.revealed:
    _table(analysis, dict(this.measured_errors(by)))
revealed = [item for item in fit if item.revealed and item.refusal is None]
more = batch.progress(revealed, by) if len(revealed) > 1 else False
ready = [item for item in revealed if by in item.made]
if ready:
    _session(ready, by)
st.caption(say("forms.research_only"))
if more:
    st.rerun()
