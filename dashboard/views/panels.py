"""The parts of a page: each shows one value."""

from collections.abc import Callable, Mapping
from functools import partial

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from dashboard import cached, forms
from dashboard.engine_words import in_language, listed
from dashboard.figures import words
from dashboard.figures.axes import CONFIG, MEASURING
from dashboard.figures.document import as_html
from dashboard.figures.lead_one import lead_one
from dashboard.figures.paper import View
from dashboard.figures.tracing import tracing
from dashboard.orders import Order, Result
from dashboard.session import Case, Intake, Part, fragment
from dashboard.texts import language, say, speak
from dashboard.theme import LIGHT, Palette
from dashboard.views import calipers, downloads, timeline
from dashboard.views.appearance import palette
from dashboard.views.sheet import sheet
from dashboard.views.tables import number_table
from ecg_core import analyse, compare
from ecg_core.errors import Question
from ecg_core.results import Analysis, Quality
from ecg_core.vocabulary import Verdict

__all__ = [
    "distances",
    "findings",
    "heading",
    "invitation",
    "lead_i_alone",
    "numbers",
    "outside_training",
    "reconstruct",
    "refusal",
    "twelve_leads",
    "two_models",
]

VERDICTS: Mapping[Verdict, tuple[str, str, str]] = {
    Verdict.PASS: ("panels.pass", "green", ":material/check_circle:"),
    Verdict.REVIEW: ("panels.review", "orange", ":material/warning:"),
    Verdict.STOP: ("panels.stop", "red", ":material/block:"),
}


def invitation(formats: str) -> None:
    """What to do when there is nothing yet."""
    st.header(say("panels.title"))
    st.info(say("panels.drop", formats=formats), icon=":material/upload_file:")
    st.caption(say("forms.research_only"))


def refusal(files: Intake) -> None:
    """Why the files have not become a recording."""
    st.header(say("panels.title"))
    if files.problem is not None:
        st.error(in_language(files.problem), icon=":material/block:", title=say("panels.unusable"))
    else:
        several = files.question is not None and files.question.question is Question.RECORDING
        title = say("panels.several") if several else say("panels.one_thing")
        question = in_language(str(files.question))
        st.info(say("panels.answer_left", question=question), icon=":material/help:", title=title)
    st.caption(say("forms.research_only"))


def heading(case: Case) -> None:
    """What was read, and what Lead I itself says."""
    seen = case.seen
    assert seen is not None
    measured, segments = seen.measurements, seen.segments
    notes = (say("panels.filtered", removed=listed(seen.removed)), *map(in_language, case.read.notes))
    over = say("panels.over_all") if case.part.is_all else say("panels.over_part")
    if segments.corrections:
        over = f"{over} {say('marks.measured_again')}"
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        with st.container(width="stretch", gap=None):
            st.subheader(case.title)
            st.caption(words.reading_in_words(case.read))
            if not case.part.is_all:
                start, whole = words.hours(case.part.start), words.hours(case.part.whole)
                st.markdown(say("panels.part", span=_from_to(case.part), whole=whole, start=start))
            st.caption(" ".join(notes))
        for label, value, unit in (
            (say("panels.rate"), measured.ventricular_rate, say("term.bpm")),
            (say("panels.qrs_count"), measured.qrs_count, ""),
            (say("panels.qrs"), measured.qrs_ms, "ms"),
        ):
            shown = "–" if value is None else f"{value:.0f} {unit}".strip()
            st.metric(label, shown, width="content", help=over)
        word, colour, icon = VERDICTS[seen.quality.verdict]
        with st.container(width="content", gap=None):
            st.badge(say(word), icon=icon, color=colour)  # type: ignore[arg-type]
            if segments.corrections:
                st.badge(say("marks.badge"), icon=":material/edit:", color="violet")
    if segments.not_delineated is not None:
        st.warning(in_language(segments.not_delineated), title=say("panels.not_marked"))


def _from_to(part: Part) -> str:
    return say("panels.span", start=words.hours(part.start), end=words.hours(part.end))


def findings(quality: Quality) -> None:
    """Each finding about the signal with what to try."""
    for finding in quality.findings:
        show = st.error if finding.verdict is Verdict.STOP else st.warning
        if finding.verdict is not Verdict.PASS:
            show(in_language(finding.advice), title=in_language(finding.reason), icon=VERDICTS[finding.verdict][2])


def reconstruct(case: Case, order: Order) -> Result:
    """What comes of ``order``: kept from before, or made by the engine with its progress on the page."""
    known = case.kept(order)
    if known is not None:
        return case.keep(known)
    engine = cached.model(order.model)
    place = st.empty()
    label = say("panels.working", model=order.model, passes=order.passes)
    bar = place.progress(0.0, label)

    def show(share: float) -> None:
        bar.progress(min(share, 1.0), label)

    analysis = analyse(
        case.recording,
        order.metadata,
        engine,
        earlier=order.earlier,
        measure_lead_i=False,
        examination=case.examination,
        passes=order.passes,
        seed=order.seed,
        progress=show,
    )
    place.empty()
    return case.keep(Result(order, analysis, compare(analysis)))


def outside_training(analysis: Analysis) -> None:
    """A warning where the model was always told something that is unknown here."""
    missed = analysis.card.misses(analysis.metadata)
    if missed:
        fields = ", ".join(words.field_name(name) for name in missed)
        st.warning(say("review.outside_training", model=analysis.card.name, fields=fields), icon=":material/warning:")


def lead_i_alone(case: Case) -> None:
    """The measured lead, before any network."""
    assert case.examination is not None
    st.plotly_chart(
        lead_one(case.examination, View(), palette()),
        theme=None,
        config=CONFIG,
        key=f"lead I {case.number}",
        alt=say("panels.lead_i_alt"),
    )
    if case.examination.quality.verdict is not Verdict.STOP:
        st.markdown(say("panels.say_and_press"))


@fragment
def twelve_leads(case: Case, result: Result, rival: Result | None) -> None:
    """The tracing, whose layers are switched in it, and what can be taken away of it."""
    analysis, compared = result.analysis, None if rival is None else rival.analysis
    view = forms.paper(case)
    timeline.strip(case, result, view)
    calipers.remeasure(case, analysis)
    draw = partial(
        tracing, analysis, view, compared=compared, calipers=case.calipers.now, marched=calipers.marched(case)
    )
    chart = f"tracing {case.number}"
    sheet(
        draw(palette()),
        config=MEASURING if view.measuring else CONFIG,
        key=chart,
        on_select=calipers.drawn(case, analysis, view, compared, chart=chart, nothing=say("calipers.nothing")),
        selection_mode="box",
        alt=say("panels.tracing_alt"),
    )
    if view.measuring or case.calipers.now:
        calipers.panel(case, analysis, view)
    st.caption(say("panels.in_words", words=words.in_words(analysis)))
    downloads.take_away(analysis, case.part, view, case.calipers.now, partial(_document, draw, language()))


def _document(draw: Callable[[Palette], go.Figure], code: str) -> str:
    """The tracing as a file, in the language of the page that it was on."""
    speak(code)
    return as_html(draw(LIGHT))


def numbers(result: Result) -> None:
    """The tables beside the tracing."""
    analysis, scores = result.analysis, result.scores
    tables = st.grid(3, min_column_width=290, gap="medium")
    with tables.cell():
        st.subheader(say("panels.told"))
        told = words.metadata_table(analysis.metadata, analysis.earlier, result.order.age_origin)
        st.table(told, hide_index=True, border="horizontal", alt=say("panels.told_alt"))
        reconstruction = analysis.reconstruction
        st.caption(
            say("panels.made_by", model=analysis.card.name, passes=reconstruction.passes, seed=reconstruction.seed)
        )
    with tables.cell():
        if scores:
            st.subheader(say("panels.against"))
            _scores(words.score_table(scores))
        else:
            st.subheader(say("panels.doubt"))
            _doubt(analysis)
    with tables.cell():
        segments = analysis.examination.segments
        st.subheader(say("panels.found", qrs=len(segments.qrs), t=len(segments.t)))
        st.caption(in_language(segments.not_delineated or "") or say("panels.found_on"))
        if segments.corrections:
            st.caption(say("marks.starred"))
        decimals = {say("words.onset"): "%.2f", say("words.offset"): "%.2f", say("words.duration"): "%.0f"}
        number_table(words.wave_table(segments), decimals, alt=say("panels.waves_alt"), height=390)
    if scores:
        with st.expander(say("panels.doubt")):
            _doubt(analysis)


def two_models(result: Result, rival: Result) -> None:
    """The model shown and another one: against the recorded leads where there are any, else against each other."""
    one, other = result.analysis.card.name, rival.analysis.card.name
    st.subheader(say("panels.two", one=one, other=other))
    if result.scores:
        st.caption(say("panels.each_against"))
        _scores(
            words.score_table(result.scores, one).merge(words.score_table(rival.scores, other), on=say("words.lead"))
        )
        return
    st.caption(say("panels.apart"))
    distances(result, rival, say("panels.apart_alt", one=one, other=other))


def distances(result: Result, other: Result, alt: str) -> None:
    """How far two results lie apart in each lead."""
    millivolts = dict.fromkeys((say("words.mean"), say("words.most")), "%.3f")
    number_table(words.moved_table(result.analysis, other.analysis), millivolts, alt=alt)


def _scores(scores: pd.DataFrame) -> None:
    in_band = say("words.in_band")
    forms = {"r": "%.2f", "RMSE mV": "%.3f", in_band: "%.0f%%"}
    helps = {"r": say("panels.r_help"), in_band: say("panels.in_band_help")}
    kinds = {column: kind for column in scores.columns for kind in forms if column.startswith(kind)}
    number_table(
        scores,
        {column: forms[kind] for column, kind in kinds.items()},
        alt=say("panels.scores_alt"),
        columns={column: st.column_config.NumberColumn(help=helps.get(kind)) for column, kind in kinds.items()},
    )


def _doubt(analysis: Analysis) -> None:
    st.caption(say("panels.doubt_caption", promise=words.promise(analysis)))
    millivolts = {say(f"words.{name}"): "%.3f" for name in ("band", "total_sd", "dropout_sd")}
    number_table(words.doubt_table(analysis), millivolts, alt=say("panels.doubt_alt"))
