"""The parts of the Model page: each shows one side of what was found of a model."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from dashboard.figures import evidence as drawn
from dashboard.figures import evidence_names as names
from dashboard.figures import evidence_values as values
from dashboard.figures import evidence_words as words
from dashboard.numbers import thousands
from dashboard.session import fragment
from dashboard.texts import say
from dashboard.views.appearance import palette
from dashboard.views.tables import number_table
from ecg_core.results import ModelCard
from ecg_core.training.targets import Target

__all__ = [
    "all_targets", "diagnoses", "for_whom", "how_honest", "how_near", "how_sure", "in_plain_words", "on_other_data",
    "what_it_is", "where_spoilt", "with_earlier",
]  # fmt: skip

HALF = 440
"""Width in pixels below which two figures stand one below the other."""
Found = Mapping[str, Any]


def _figure(shown: go.Figure, name: str, says: str, alt: str) -> None:
    """A figure, what it says, and the same in numbers for those who do not see it."""
    st.plotly_chart(shown, theme=None, config=drawn.QUIET, key=f"figure {name}", alt=f"{name}. {alt}")
    if says:
        st.caption(says)


def _kinds() -> tuple[str, ...]:
    return tuple(map(names.kind_name, names.KINDS))


def _numbers(table: pd.DataFrame, alt: str, digits: Mapping[str, str]) -> None:
    """A table of numbers, each column, by its name, written as ``digits`` says."""
    number_table(table, {names.column(name): form for name, form in digits.items()}, alt=alt)


def what_it_is(card: ModelCard) -> None:
    """The card itself."""
    st.subheader(say("evidence.what_it_is"))
    alt = say("evidence.card_alt", model=card.name)
    st.table(words.card_table(card), hide_index=True, border="horizontal", alt=alt)


def in_plain_words(own: Found | None, tier: str, source: str) -> None:
    """The limits, from the numbers where there are any."""
    st.subheader(say("evidence.limits"))
    st.warning(say("forms.research_only"), icon=":material/front_hand:")
    if own is not None:
        st.markdown("\n".join(f"- {sentence}" for sentence in words.limits(own, tier)))
        st.caption(say("evidence.computed_from", source=source))


def all_targets(found: list[Target], set_for: str, own: Found) -> None:
    """Every target with its verdict."""
    st.header(say("evidence.targets"), divider="gray")
    if own["model"] != set_for:
        st.caption(say("evidence.targets_set_for", model=set_for))
        return
    st.markdown(f"{words.target_verdicts(found)}.")
    st.table(words.target_table(found), hide_index=True, border="horizontal", alt=say("evidence.targets_alt"))


def how_near(own: Found, evaluations: Mapping[str, Found], source: str) -> None:
    """Agreement with the true leads, by lead and tier, and beside the other models."""
    st.header(say("evidence.how_near"), divider="gray")
    beside = st.grid(2, min_column_width=HALF, gap="medium")
    for name, measure, key, digits in (
        (say("evidence.r_by_lead"), say("evidence.mean_r"), "r", 2),
        (say("evidence.rmse_by_lead"), say("evidence.mean_rmse"), "rmse_mv", 3),
    ):
        series = values.lead_series(own["tiers"], key)
        with beside.cell():
            st.subheader(name)
            _figure(
                drawn.dots(series, measure, palette(), styles=names.tier_names()),
                name,
                say("evidence.by_lead_about", source=source),
                words.spoken(series, digits),
            )
    st.subheader(say("evidence.beside"))
    by_model = values.model_series(evaluations)
    _figure(
        drawn.dots(by_model, say("evidence.mean_r_eleven"), palette(), flat=True, styles=names.tier_names()),
        say("evidence.beside"),
        say("evidence.beside_about", source=source),
        words.spoken(by_model, 3),
    )
    if "raw_targets" in own:
        st.caption(f"{words.raw_in_words(own['raw_targets'])} {source}")
    st.caption(words.what_is_told({tier for one in evaluations.values() for tier in one["tiers"]}))


def how_sure(doubt: Found, source: str) -> None:
    """Whether the doubt keeps its word."""
    st.header(say("evidence.doubt"), divider="gray")
    _coverage(doubt, source)
    _coverage_by_diagnosis(doubt, source)
    beside = st.grid(2, min_column_width=HALF, gap="medium")
    claims = values.reliability_curves(doubt)
    if claims:
        with beside.cell():
            st.subheader(say("evidence.claimed"))
            _figure(
                drawn.reliability(claims, palette(), styles=_kinds()),
                say("evidence.claimed"),
                say("evidence.claimed_about", source=source),
                words.spoken_curves(claims),
            )
    for name, says, x, y, of in (
        (
            say("evidence.refusing"),
            say("evidence.refusing_about", source=source),
            say("evidence.refused_ecgs"),
            say("evidence.rmse_of_rest"),
            values.refusal_curves(doubt),
        ),
        (
            say("evidence.moments"),
            say("evidence.moments_about", source=source),
            say("evidence.refused_samples"),
            say("evidence.sample_rmse"),
            values.sparsification_curves(doubt),
        ),
    ):
        if of:
            with beside.cell():
                st.subheader(name)
                shown = drawn.curves(of, x, y, palette(), styles=_kinds())
                _figure(shown, name, says, words.spoken_curves(of))
    with beside.cell():
        st.subheader(say("evidence.every_level"))
        shares = dict.fromkeys(("promised", "held", "whole"), "%.1f%%")
        _numbers(values.band_table(doubt), say("evidence.every_level"), shares | {"width": "%.3f"})
        st.caption(say("evidence.every_level_about", source=source))
    st.subheader(say("evidence.in_numbers"))
    digits = dict.fromkeys(names.MEASURES, "%.3f") | {"crps": "%.4f"}
    _numbers(values.doubt_table(doubt), say("evidence.in_numbers_alt"), digits)
    st.caption(say("evidence.in_numbers_about", source=source))


@fragment
def _coverage(doubt: Found, source: str) -> None:
    """Coverage by lead and wave at a level of choice."""
    found = doubt["kinds"].get(values.SHOWN, {}).get("coverage", {})
    if not found:
        return
    with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
        st.subheader(say("evidence.inside"), width="content")
        level = st.segmented_control(
            say("evidence.promised"), list(found), required=True,
            default="0.90" if "0.90" in found else next(iter(found)),
            format_func=lambda level: f"{100 * float(level):.0f} %", key="promised",
        )  # fmt: skip
    rows = values.coverage_rows(doubt, level)
    _figure(
        drawn.coverage_map(rows, float(level), palette()),
        say("evidence.by_lead_and_wave"),
        say("evidence.signs", band=words.band(found, level), source=source),
        words.marked(rows, float(level)),
    )


def _coverage_by_diagnosis(doubt: Found, source: str) -> None:
    cells = values.cell_rows(doubt)
    if not cells:
        return
    st.subheader(say("evidence.same_by_diagnosis"))
    _figure(
        drawn.coverage_map(cells, values.CELL_COVERAGE, palette()),
        say("evidence.by_diagnosis"),
        say("evidence.by_diagnosis_about", counted=words.counted(doubt["cells_90"]), source=source),
        words.marked(cells, values.CELL_COVERAGE),
    )


def how_honest(honesty: Found, source: str) -> None:
    """What becomes of amplitudes, ST and durations."""
    st.header(say("evidence.amplitudes"), divider="gray")
    beside = st.grid(2, min_column_width=HALF, gap="medium")
    ratios = values.spread_ratios(honesty)
    with beside.cell():
        st.subheader(say("evidence.leaning"))
        _figure(
            drawn.dots(ratios, say("evidence.leaning_axis"), palette(), mark=1.0),
            say("evidence.leaning"),
            say("evidence.leaning_about", tie=words.tie(honesty), source=source),
            words.spoken(ratios),
        )
    with beside.cell():
        st.subheader(say("evidence.st"))
        st.table(values.st_table(honesty), hide_index=True, border="horizontal", alt=say("evidence.st_alt"))
        st.caption(say("evidence.st_about", source=source))
        st.markdown(words.durations(honesty))


def for_whom(groups: Mapping[str, Mapping[str, Mapping[str, float]]], source: str) -> None:
    """Who is served worse than others."""
    if not any(groups.values()):
        return
    st.header(say("evidence.for_whom"), divider="gray")
    st.caption(say("evidence.for_whom_about", source=source))
    beside = st.grid(2, min_column_width=HALF, gap="medium")
    for kind, found in groups.items():
        if found:
            with beside.cell():
                name = say(f"evidence_grouped.{kind}")
                st.subheader(name)
                by_measure = values.group_panels(found)
                _figure(drawn.panels(by_measure, palette()), name, "", words.spoken(by_measure, 3))


def with_earlier(found: Found) -> None:
    """What an earlier ECG of the patient gives, and what it can hide."""
    st.header(say("evidence.earlier"), divider="gray")
    series = values.earlier_series(found)
    _figure(
        drawn.dots(
            series,
            say("evidence.mean_r_eleven"),
            palette(),
            flat=True,
            styles=(*names.tier_names(), say("evidence.pasted")),
        ),
        say("evidence.earlier"),
        say("evidence.earlier_about", source=words.provenance_of_earlier(found)),
        words.spoken(series, 3),
    )
    if "by_change" in found:
        digits = {"r": "%.3f", "rmse": "%.4f", "in_band": "%.1f%%", "spread": "%.4f"}
        _numbers(values.change_table(found), say("evidence.change_alt"), digits)
    st.caption(words.what_is_told(found["tiers"]))


def diagnoses(found: Mapping[str, Mapping[str, float]], source: str) -> None:
    """What a classifier can still tell from the reconstruction."""
    st.header(say("evidence.classifier"), divider="gray")
    series = values.auroc_series(found)
    _figure(
        drawn.dots(series, "AUROC", palette()),
        say("evidence.classifier"),
        say("evidence.classifier_about", source=source),
        words.spoken(series, 3),
    )


def where_spoilt(found: Sequence[Found], source: str) -> None:
    """What a Lead I that reaches the network worse than the heart made it costs."""
    st.header(say("evidence.spoilt"), divider="gray")
    digits = {"r": "%.3f", "rmse": "%.3f", "in_band": "%.1f%%", "spread": "%.3f"}
    _numbers(values.spoilt_table(found), say("evidence.spoilt_alt"), digits)
    st.caption(say("evidence.spoilt_about", source=source))


def on_other_data(found: Mapping[str, Found], chosen_on: Mapping[str, int]) -> None:
    """Recordings from elsewhere, nothing retrained; of ``chosen_on`` so many had a say in choosing the model."""
    st.header(say("evidence.other_data"), divider="gray")
    shares = ("in_band", "before", "after")
    digits = {"r": "%.3f", "rmse": "%.3f"} | dict.fromkeys(shares, "%.1f%%")
    _numbers(values.transfer_table(found), say("evidence.other_data_alt"), digits)
    st.caption(say("evidence.other_data_about"))
    for name, records in chosen_on.items():
        st.caption(say("evidence.also_chosen_on", data=name, records=thousands(records)))
    beside = st.grid(2, min_column_width=HALF, gap="medium")
    for name, one in found.items():
        series = values.rhythm_series(name, one)
        with beside.cell():
            title = say("evidence.by_rhythm", data=name)
            st.subheader(title)
            shown = drawn.dots(series, say("evidence.mean_r"), palette(), flat=True)
            _figure(shown, title, say("evidence.by_rhythm_about"), words.spoken(series))
