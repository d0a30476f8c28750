"""The parts of a page: each shows one value."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from dashboard import cached, forms
from dashboard.figures import words
from dashboard.figures.axes import CONFIG
from dashboard.figures.document import as_html
from dashboard.figures.lead_one import lead_one
from dashboard.figures.paper import WIDEST_PX, View
from dashboard.figures.tracing import tracing
from dashboard.session import Case, Intake, Order, Part, Result, fragment
from dashboard.texts import say
from dashboard.theme import DARK, LIGHT, Palette
from dashboard.views import downloads
from ecg_core import analyse, compare
from ecg_core.export.notice import RESEARCH_ONLY
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

LEAST_PAGE = 860
"""Width in pixels below which the tracing scrolls sideways rather than shrink."""
VERDICTS: Mapping[Verdict, tuple[str, str, str]] = {
    Verdict.PASS: ("Signal good", "green", ":material/check_circle:"),
    Verdict.REVIEW: ("Signal doubtful", "orange", ":material/warning:"),
    Verdict.STOP: ("Signal unusable", "red", ":material/block:"),
}


def palette() -> Palette:
    """The colours that go with the page's appearance."""
    return DARK if st.context.theme.type == "dark" else LIGHT


def invitation(formats: str) -> None:
    """What to do when there is nothing yet."""
    st.header("Twelve leads from Lead I")
    st.info(f"Drop a recording that holds Lead I on the left. {formats}", icon=":material/upload_file:")
    st.caption(RESEARCH_ONLY)


def refusal(files: Intake) -> None:
    """Why the files have not become a recording."""
    st.header("Twelve leads from Lead I")
    if files.problem is not None:
        st.error(files.problem, icon=":material/block:", title="This cannot be used")
    else:
        st.info(f"{files.question} Answer on the left.", icon=":material/help:", title="One thing is not in the file")
    st.caption(RESEARCH_ONLY)


def heading(case: Case) -> None:
    """What was read, and what Lead I itself says."""
    assert case.examination is not None
    measured = case.examination.measurements
    notes = (f"Filtered out: {', '.join(case.examination.removed)}.", *case.read.notes)
    over = "the whole recording" if case.part.is_all else "this part of the recording"
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        with st.container(width="stretch", gap=None):
            st.subheader(case.title)
            st.caption(words.reading_in_words(case.read))
            if not case.part.is_all:
                start, whole = words.hours(case.part.start), words.hours(case.part.whole)
                st.markdown(f"**{_from_to(case.part)} of {whole}** :small[· times count from {start}]")
            st.caption(" ".join(notes))
        for label, value, unit in (
            ("Rate on Lead I", measured.ventricular_rate, "bpm"),
            ("QRS count on Lead I", measured.qrs_count, ""),
            ("Mean QRS on Lead I", measured.qrs_ms, "ms"),
        ):
            shown = "–" if value is None else f"{value:.0f} {unit}".strip()
            st.metric(label, shown, width="content", help=f"Measured on Lead I alone, over {over}")
        word, colour, icon = VERDICTS[case.examination.quality.verdict]
        st.badge(word, icon=icon, color=colour)  # type: ignore[arg-type]
    if case.examination.segments.not_delineated is not None:
        st.warning(case.examination.segments.not_delineated, title="QRS and T were not marked")


def _from_to(part: Part) -> str:
    return f"{words.hours(part.start)} to {words.hours(part.end)}"


def findings(quality: Quality) -> None:
    """Each finding about the signal with what to try."""
    for finding in quality.findings:
        show = st.error if finding.verdict is Verdict.STOP else st.warning
        if finding.verdict is not Verdict.PASS:
            show(finding.advice, title=finding.reason, icon=VERDICTS[finding.verdict][2])


def reconstruct(case: Case, order: Order) -> Result:
    """What comes of ``order``: kept from before, or made by the engine with its progress on the page."""
    known = case.kept(order)
    if known is not None:
        return case.keep(known)
    engine = cached.model(order.model)
    place = st.empty()
    label = f"Reconstructing by {order.model}, {order.passes} dropout passes"
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
        fields = ", ".join(words.FIELD_NAMES[name] for name in missed)
        st.warning(say("review.outside_training", model=analysis.card.name, fields=fields), icon=":material/warning:")


def lead_i_alone(case: Case) -> None:
    """The measured lead, before any network."""
    assert case.examination is not None
    st.plotly_chart(
        lead_one(case.examination, View(), palette()),
        theme=None,
        config=CONFIG,
        key=f"lead I {case.number}",
        alt="The first ten seconds of measured Lead I on ECG paper",
    )
    if case.examination.quality.verdict is not Verdict.STOP:
        st.markdown("Say on the left what you know of the patient, then press **Reconstruct**.")


@fragment
def twelve_leads(case: Case, result: Result, rival: Result | None) -> None:
    """The tracing, whose layers are switched in it, and what can be taken away of it."""
    analysis, compared = result.analysis, None if rival is None else rival.analysis
    view = forms.paper(case)
    paper = st.container(width=WIDEST_PX).grid(1, min_column_width=LEAST_PAGE, wrap=False)
    paper.plotly_chart(
        tracing(analysis, view, palette(), compared=compared),
        theme=None,
        config=CONFIG,
        key=f"tracing {case.number}",
        alt="Twelve-lead tracing: Lead I measured, eleven leads estimated; described in words below",
    )
    st.caption(f"In words: {words.in_words(analysis)}")
    downloads.take_away(analysis, case.part, lambda: as_html(tracing(analysis, view, LIGHT, compared=compared)))


def numbers(result: Result) -> None:
    """The tables beside the tracing."""
    analysis, scores = result.analysis, result.scores
    tables = st.grid(3, min_column_width=290, gap="medium")
    with tables.cell():
        st.subheader("Told to the network")
        told = words.metadata_table(analysis.metadata, analysis.earlier, result.order.age_origin)
        st.table(told, hide_index=True, border="horizontal", alt="Metadata used")
        reconstruction = analysis.reconstruction
        st.caption(f"Model {analysis.card.name} · {reconstruction.passes} passes · seed {reconstruction.seed}")
    with tables.cell():
        if scores:
            st.subheader("Against the recorded leads")
            _scores(words.score_table(scores))
        else:
            st.subheader("Doubt by lead")
            _doubt(analysis)
    with tables.cell():
        segments = analysis.examination.segments
        st.subheader(f"{len(segments.qrs)} QRS, {len(segments.t)} T")
        st.caption(segments.not_delineated or "Found on measured Lead I")
        decimals = {"Onset s": "%.2f", "Offset s": "%.2f", "Duration ms": "%.0f"}
        st.dataframe(
            words.wave_table(segments),
            hide_index=True,
            height=390,
            column_config={name: st.column_config.NumberColumn(format=form) for name, form in decimals.items()},
            alt="QRS complexes and T waves with their times",
        )
    if scores:
        with st.expander("Doubt by lead"):
            _doubt(analysis)


def two_models(result: Result, rival: Result) -> None:
    """The model shown and another one: against the recorded leads where there are any, else against each other."""
    one, other = result.analysis.card.name, rival.analysis.card.name
    st.subheader(f"{one} and {other}")
    if result.scores:
        st.caption("Each against the recorded leads")
        _scores(words.score_table(result.scores, one).merge(words.score_table(rival.scores, other), on="Lead"))
        return
    st.caption("Distance between their estimates, over all of the time; the file holds no leads to judge them by")
    distances(result, rival, f"How far {one} and {other} lie apart in each lead, in mV")


def distances(result: Result, other: Result, alt: str) -> None:
    """How far two results lie apart in each lead."""
    millivolts = st.column_config.NumberColumn(format="%.3f")
    st.dataframe(
        words.moved_table(result.analysis, other.analysis),
        hide_index=True,
        height="content",
        column_config={"Mean mV": millivolts, "Most mV": millivolts},
        alt=alt,
    )


FORMATS = {"r": "%.2f", "RMSE mV": "%.3f", "In band": "%.0f%%"}
HELP = {"r": "Pearson's correlation", "In band": "Share of samples in the band"}


def _scores(scores: pd.DataFrame) -> None:
    st.dataframe(
        scores,
        hide_index=True,
        height="content",
        column_config={
            column: st.column_config.NumberColumn(format=form, help=HELP.get(kind))
            for kind, form in FORMATS.items()
            for column in scores.columns
            if column.startswith(kind)
        },
        alt="Agreement of each estimated lead with the recorded one",
    )


def _doubt(analysis: Analysis) -> None:
    st.caption(f"{words.promise(analysis)}. Means over all of the time.")
    millivolts = ("Band ± mV", "Total sd mV", "Dropout sd mV")
    st.dataframe(
        words.doubt_table(analysis),
        hide_index=True,
        height="content",
        column_config={name: st.column_config.NumberColumn(format="%.3f") for name in millivolts},
        alt="Doubt of each lead in mV",
    )
