"""What can be believed of a result: answers or why they are withheld, sources of doubt, individuality, checks."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from dashboard import cached
from dashboard.engine_words import in_language
from dashboard.figures import belief_words as words
from dashboard.numbers import decimal
from dashboard.orders import Result
from dashboard.session import fragment
from dashboard.texts import say
from dashboard.views.beats import whom
from ecg_core.answers import answers
from ecg_core.belief import (
    AVERAGE_PATIENT,
    MOST_MISFIT_MV,
    average_shares,
    distance_from_training,
    largest_misfit,
    sources_of_doubt,
)
from ecg_core.models.checkpoint import load_evaluations
from ecg_core.models.population import LEAST_PATIENTS, Group, group_for, load_population, model_of
from ecg_core.results import Analysis
from ecg_core.signals.noise import noise_mv
from ecg_core.uncertainty.calibration import WITH_EARLIER, WITHOUT_AXES, level_of, state_of
from ecg_core.uncertainty.familiarity import UNFAMILIAR, load_familiarity
from ecg_core.vocabulary import LEADS, Wave

__all__ = ["belief"]


@fragment
def belief(result: Result) -> None:
    """One of four panes, chosen on top; only that one is worked out."""
    st.subheader(say("belief.title"))
    panes: Mapping[str, Callable[[Result], None]] = {
        "answers": _answers, "doubt": _doubt, "individual": _individual, "checks": _checks,
    }  # fmt: skip
    chosen = st.segmented_control(
        say("belief.pane"), list(panes), default="answers", required=True, key="belief pane",
        format_func=lambda name: say(f"belief.{name}"), label_visibility="collapsed",
    )  # fmt: skip
    panes[chosen or "answers"](result)


def _state(analysis: Analysis) -> str:
    return state_of(analysis.metadata, earlier_beat=analysis.earlier is not None)


def _answers(result: Result) -> None:
    said = result.once("answers", partial(answers, result.analysis))
    columns = st.grid(2, min_column_width=420, gap="medium")
    for name, table in (("from_lead_i", words.lead_i_answers(said)), ("from_others", words.other_answers(said))):
        with columns.cell():
            st.markdown(f"**{say(f'answers.{name}')}**")
            st.table(table, hide_index=True, border="horizontal", alt=say(f"answers.{name}"))
    if result.analysis.examination.segments.corrections:
        st.caption(say("marks.answers"))
    st.caption(say("answers.withheld_note"))


def _doubt(result: Result) -> None:
    analysis = result.analysis
    doubts = result.once("doubt", lambda: sources_of_doubt(analysis, cached.model(analysis.card.name)))
    occurring = [wave for wave in Wave if any(wave in waves for waves in doubts.values())]
    wave = st.segmented_control(
        say("belief.wave"), occurring, default=occurring[0], required=True, key="belief wave",
        format_func=lambda one: say(f"belief.wave_{one.name.lower()}"), label_visibility="collapsed",
    )  # fmt: skip
    wave = wave or occurring[0]
    evaluation = load_evaluations().get(analysis.card.name)
    scores = words.evaluated(evaluation, _state(analysis))
    table = words.doubt_table(doubts, wave, level_of(analysis.reconstruction.coverage), scores)
    _familiarity(result)
    _bars(table, table.columns[1:5], "%.3f", float(table.iloc[:, 1:5].to_numpy().max()), say("belief.doubt"))
    st.markdown(_doubt_words(analysis, table, wave))
    if evaluation is None or scores is None or say("belief.held") not in table:
        st.caption(say("belief.held_unknown", model=analysis.card.name))
        return
    worst = table.loc[table[say("belief.held")] == table[say("belief.held")].min()].iloc[0]
    st.caption(
        say(
            "belief.held_words", least=worst[say("belief.held")], lead=worst[say("belief.lead")],
            promised=round(1000 * analysis.reconstruction.coverage), records=scores["point"]["records"],
            data=evaluation["data"], model=analysis.card.name,
        )
    )  # fmt: skip


def _familiarity(result: Result) -> None:
    """Whether Lead I looks like what the model learnt from, and what that is worth."""
    card = result.analysis.card
    known = load_familiarity(card)
    if known is None:
        st.caption(say("belief.familiarity_unknown", model=card.name))
        return
    examination = result.analysis.examination
    distance = result.once("distance", lambda: distance_from_training(examination, cached.model(card.name), known))
    farther = decimal(1000 * known.farther_share(distance))
    if known.is_unfamiliar(distance):
        far, ratio = round(1000 * (1 - UNFAMILIAR)), decimal(known.error_ratio, 1)
        st.warning(
            say("belief.unfamiliar", model=card.name, told_by=known.told_by, farther=farther, far=far, ratio=ratio),
            title=say("belief.unfamiliar_title"), icon=":material/warning:",
        )  # fmt: skip
    else:
        st.markdown(say("belief.familiar", model=card.name, told_by=known.told_by, farther=farther))
    st.caption(say("belief.caught", **{name: round(1000 * share) for name, share in known.caught.items()}))


def _doubt_words(analysis: Analysis, table: pd.DataFrame, wave: Wave) -> str:
    variance = np.square(table.iloc[:, 1:4].to_numpy(dtype=float))
    noise, passes, unseen = 100 * (variance / variance.sum(axis=1, keepdims=True)).mean(axis=0)
    level = noise_mv(analysis.examination.lead_i, analysis.examination.segments)
    return say(
        "belief.doubt_words", wave=say(f"belief.wave_{wave.name.lower()}"), noise=decimal(level, 3),
        noise_share=decimal(noise), passes_share=decimal(passes), unseen_share=decimal(unseen),
    )  # fmt: skip


def _individual(result: Result) -> None:
    analysis = result.analysis
    everybody = cached.model(AVERAGE_PATIENT)
    groups = load_population(everybody.card)
    group = group_for(groups, analysis.metadata)
    average = everybody if group is None else model_of(group, everybody)
    shares = result.once("average", partial(average_shares, analysis, average))
    evaluations, state = load_evaluations(), _state(analysis)
    scores = words.evaluated(evaluations.get(analysis.card.name), state)
    # The average beat reads no metadata: its scores hold for any, but not for the fewer records with an earlier ECG.
    others = None if state == WITH_EARLIER else words.evaluated(evaluations.get(AVERAGE_PATIENT), WITHOUT_AXES)
    table = words.average_table(shares, scores, others)
    st.markdown(_whose(groups, group))
    _bars(table, table.columns[1:3], "%.0f", 100.0, say("belief.individual"))
    most, least = max(shares, key=shares.__getitem__), min(shares, key=shares.__getitem__)
    st.markdown(
        say(
            "belief.average_words", most=most, least=least,
            most_share=decimal(100 * shares[most]), least_share=decimal(100 * shares[least]),
        )
    )  # fmt: skip


def _whose(groups: Sequence[Group], group: Group | None) -> str:
    """Whose average the average patient is; without a ``group`` of the patient's sex and age it is everybody's."""
    if group is not None:
        return say("belief.average_of", whom=whom(group))
    return say("belief.average_too_few", least=LEAST_PATIENTS) if groups else say("belief.average_unmeasured")


def _bars(table: pd.DataFrame, columns: pd.Index, form: str, most: float, alt: str) -> None:
    """A table whose ``columns`` are drawn as bars up to ``most``."""
    bars = {name: st.column_config.ProgressColumn(format=form, min_value=0.0, max_value=most) for name in columns}
    rest = {name: st.column_config.NumberColumn(format="%.0f") for name in table.columns[1:] if name not in bars}
    st.dataframe(table, hide_index=True, height="content", column_config=bars | rest, alt=alt)


def _checks(result: Result) -> None:
    analysis = result.analysis
    st.markdown(f"**{say('belief.einthoven')}**")
    estimated = largest_misfit(dict(zip(LEADS, analysis.reconstruction.mean, strict=True)))
    assert estimated is not None
    st.markdown(say("belief.estimated_fit", misfit=decimal(1000 * estimated[1], 3)))
    recorded = largest_misfit(analysis.recording)
    if recorded is None:
        st.markdown(say("belief.no_recorded_fit"))
    else:
        lead, misfit = recorded
        fits = misfit <= MOST_MISFIT_MV
        show = st.markdown if fits else st.warning
        key = "belief.recorded_fit" if fits else "belief.recorded_misfit"
        show(say(key, lead=lead, misfit=decimal(1000 * misfit), limit=decimal(1000 * MOST_MISFIT_MV)))
    st.markdown(f"**{say('belief.polarity')}**")
    reversed_ = [one for one in analysis.examination.quality.findings if one.name == "reversed"]
    for finding in reversed_:
        st.warning(in_language(finding.advice), title=in_language(finding.reason), icon=":material/warning:")
    if not reversed_:
        st.markdown(say("belief.not_reversed"))
