"""The beat view: the median beat of each lead, with what it can be compared with."""

import streamlit as st

from dashboard import cached
from dashboard.figures.beats import Compared, beat_figure, beats_of, median_of
from dashboard.numbers import thousands
from dashboard.orders import Result
from dashboard.session import Case, fragment
from dashboard.texts import say
from dashboard.views.appearance import palette
from dashboard.views.sheet import sheet
from ecg_core.models.checkpoint import Model
from ecg_core.models.population import (
    ALL_AGES,
    LEAST_PATIENTS,
    MEAN_BEAT,
    Group,
    group_for,
    load_population,
    model_of,
)
from ecg_core.pipeline import reconstruct
from ecg_core.vocabulary import FloatArray, Sex

__all__ = ["beat_view", "whom"]

OF_ALL_AGES = {None: "beats.all_both", Sex.MALE: "beats.all_male", Sex.FEMALE: "beats.all_female"}
AGED = {None: "beats.aged_both", Sex.MALE: "beats.aged_male", Sex.FEMALE: "beats.aged_female"}


@fragment
def beat_view(case: Case, result: Result) -> None:
    """A switch and, behind it, the beat of each lead."""
    if not st.toggle(say("beats.switch"), key="beat view", help=say("beats.switch_help")):
        return
    analysis = result.analysis
    beats = beats_of(analysis)
    if beats is None:
        st.info(say("beats.none"), icon=":material/info:")
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        count = st.select_slider(
            say("beats.count"), (0, 5, 10, 20), value=0, key="beat passes", width=260, help=say("beats.count_help")
        )
    compared, about = _compared(result)
    own = cached.model(result.order.model)
    passes = [_beat(result, own, result.order.seed + turn) for turn in range(int(count))]
    alt = say("beats.alt", count=beats.count)
    sheet(
        beat_figure(beats, palette(), compared=compared, passes=passes),
        key=f"beats {case.number}",
        alt=alt if compared is None else say("beats.alt_compared", alt=alt, name=compared.name),
    )
    st.caption(" ".join((say("beats.about"), about)))


def _compared(result: Result) -> tuple[Compared | None, str]:
    """The mean beat of others of the patient's sex and age, as far as they are known, and what is said of it."""
    everybody = cached.model(MEAN_BEAT)
    groups = load_population(everybody.card)
    group = group_for(groups, result.analysis.metadata)
    if group is None:
        return None, say("beats.too_few", least=LEAST_PATIENTS) if groups else say("beats.unmeasured")
    if group.ages == ALL_AGES and group.sex is None and result.order.model == MEAN_BEAT:
        return None, say("beats.itself", whom=whom(group))
    beat = _beat(result, model_of(group, everybody), 0)
    return Compared(beat, say("beats.mean_of", whom=whom(group))), say("beats.compared_about", whom=whom(group))


def whom(group: Group) -> str:
    """The patients of a group in words, with their number."""
    patients = thousands(group.patients)
    if group.ages == ALL_AGES:
        return say(OF_ALL_AGES[group.sex], patients=patients)
    low, _, high = group.ages.partition("-")
    ages = say("beats.between", low=low, high=high) if high else say("beats.from", low=low.removesuffix("+"))
    return say(AGED[group.sex], patients=patients, ages=ages)


def _beat(result: Result, model: Model, seed: int) -> FloatArray:
    """The median beat of a single pass of ``model``, told what the result was told."""
    analysis = result.analysis
    pass_ = reconstruct(
        analysis.examination.lead_i, analysis.examination.segments, analysis.metadata, model,
        earlier=analysis.earlier if model.card.reads_metadata else None, passes=1, seed=seed,
    )  # fmt: skip
    beat = median_of(analysis, pass_.mean)
    assert beat is not None  # Lead I shows whole beats, or there would be no beat view
    return beat
