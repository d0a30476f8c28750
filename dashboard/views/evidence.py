"""The parts of the Model page: each shows one side of what was found of a model."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from dashboard.figures import evidence as drawn
from dashboard.figures import evidence_values as values
from dashboard.figures import evidence_words as words
from dashboard.session import fragment
from dashboard.texts import say
from dashboard.views.appearance import palette
from ecg_core.results import ModelCard
from ecg_core.training.targets import Target

__all__ = [
    "all_targets", "diagnoses", "for_whom", "how_honest", "how_near", "how_sure", "in_plain_words", "on_other_data",
    "what_it_is", "with_earlier",
]  # fmt: skip

HALF = 440
"""Width in pixels below which two figures stand one below the other."""
TIERS, KINDS = tuple(values.TOLD), tuple(values.KINDS.values())
Found = Mapping[str, Any]


def _figure(shown: go.Figure, name: str, says: str, alt: str) -> None:
    """A figure, what it says, and the same in numbers for those who do not see it."""
    st.plotly_chart(shown, theme=None, config=drawn.QUIET, key=f"figure {name}", alt=f"{name}. {alt}")
    if says:
        st.caption(says)


def _numbers(table: pd.DataFrame, alt: str, digits: Mapping[str, str]) -> None:
    """A table of numbers, each column written as ``digits`` says."""
    formats = {column: st.column_config.NumberColumn(format=form) for column, form in digits.items()}
    st.dataframe(table, hide_index=True, height="content", column_config=formats, alt=alt, placeholder="–")


def what_it_is(card: ModelCard) -> None:
    """The card itself."""
    st.subheader("What it is")
    st.table(words.card_table(card), hide_index=True, border="horizontal", alt=f"What the card of {card.name} says")


def in_plain_words(own: Found | None, tier: str, source: str) -> None:
    """The limits, from the numbers where there are any."""
    st.subheader("Limits, in plain words")
    st.warning(say("forms.research_only"), icon=":material/front_hand:")
    if own is not None:
        st.markdown("\n".join(f"- {sentence}" for sentence in words.limits(own, tier)))
        st.caption(f"Computed from: {source}")


def all_targets(found: list[Target], set_for: str, own: Found) -> None:
    """Every target with its verdict."""
    st.header("Targets", divider="gray")
    if own["model"] != set_for:
        st.caption(f"The targets were set for {set_for}; choose it above to see them.")
        return
    st.markdown(f"{words.target_verdicts(found)}.")
    st.table(words.target_table(found), hide_index=True, border="horizontal", alt="Targets and what was found")


def how_near(own: Found, evaluations: Mapping[str, Found], source: str) -> None:
    """Agreement with the true leads, by lead and tier, and beside the other models."""
    st.header("How near it comes", divider="gray")
    beside = st.grid(2, min_column_width=HALF, gap="medium")
    for name, measure, key, digits in (
        ("Correlation by lead", "mean r", "r", 2),
        ("Error by lead", "mean RMSE, mV", "rmse_mv", 3),
    ):
        series = values.lead_series(own["tiers"], key)
        with beside.cell():
            st.subheader(name)
            _figure(
                drawn.dots(series, measure, palette(), styles=TIERS),
                name,
                f"Mean over records against the true lead, by what the network is told. {source}",
                words.spoken(series, digits),
            )
    st.subheader("Beside the other models")
    by_model = values.model_series(evaluations)
    _figure(
        drawn.dots(by_model, "mean r over eleven leads", palette(), flat=True, styles=TIERS),
        "Beside the other models",
        f"Mean r with its 95 % interval over patients; a rival is scored in its own tier alone. {source}",
        words.spoken(by_model, 3),
    )
    if "raw_targets" in own:
        st.caption(f"{words.raw_in_words(own['raw_targets'])} {source}")
    st.caption(words.what_is_told({tier for one in evaluations.values() for tier in one["tiers"]}))


def how_sure(doubt: Found, source: str) -> None:
    """Whether the doubt keeps its word."""
    st.header("Whether its doubt keeps its word", divider="gray")
    _coverage(doubt, source)
    _coverage_by_diagnosis(doubt, source)
    beside = st.grid(2, min_column_width=HALF, gap="medium")
    claims = values.reliability_curves(doubt)
    if claims:
        with beside.cell():
            st.subheader("Claimed and found")
            _figure(
                drawn.reliability(claims, palette(), styles=KINDS),
                "Claimed and found",
                "Samples in twenty groups of rising spread, after calibration. On the dotted line the error is as "
                f"large as was claimed; above it, larger. {source}",
                words.spoken_curves(claims),
            )
    for name, says, x, y, of in (
        (
            "Refusing doubtful ECGs",
            "The steeper, the better the doubt finds the bad ones. Size, slope and QRS are no doubts at all: what is "
            "to be beaten.",
            "share of ECGs refused",
            "mean RMSE of the rest, mV",
            values.refusal_curves(doubt),
        ),
        (
            "Refusing doubtful moments",
            "The same for single samples within the tracings.",
            "share of samples refused",
            "RMSE of the rest, mV",
            values.sparsification_curves(doubt),
        ),
    ):
        if of:
            with beside.cell():
                st.subheader(name)
                shown = drawn.curves(of, x, y, palette(), styles=KINDS)
                _figure(shown, name, f"{says} {source}", words.spoken_curves(of))
    with beside.cell():
        st.subheader("The band at every level")
        shares = dict.fromkeys(("Promised", "Held", "Records held whole"), "%.1f%%")
        _numbers(values.band_table(doubt), "The band at every level", shares | {"Mean width mV": "%.3f"})
        st.caption(
            "Held: share of all true values inside the band. Records held whole: by the simultaneous band, which is "
            f"made to hold every sample of all leads in that share of records. {source}"
        )
    st.subheader("In numbers")
    digits = dict.fromkeys(values.DOUBT_COLUMNS, "%.3f") | {"CRPS mV": "%.4f"}
    _numbers(values.doubt_table(doubt), "Each kind of doubt and its rivals in numbers", digits)
    st.caption(
        "Rank correlation with the RMSE of a record and AUROC of a record with r < 0.5: higher is better. AUSE, ENCE "
        f"and CRPS, calibrated: lower is better. {source}"
    )


@fragment
def _coverage(doubt: Found, source: str) -> None:
    """Coverage by lead and wave at a level of choice."""
    found = doubt["kinds"].get(values.SHOWN, {}).get("coverage", {})
    if not found:
        return
    with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
        st.subheader("Share of true values inside the band", width="content")
        level = st.segmented_control(
            "Promised", list(found), default="0.90" if "0.90" in found else next(iter(found)), required=True,
            format_func=lambda level: f"{100 * float(level):.0f} %", key="promised",
        )  # fmt: skip
    rows = values.coverage_rows(doubt, level)
    _figure(
        drawn.coverage_map(rows, float(level), palette()),
        "Coverage by lead and wave",
        f"{words.band(found, level)} ▼ orange: more than five too few, ▲ blue: more than five too many. {source}",
        words.marked(rows, float(level)),
    )


def _coverage_by_diagnosis(doubt: Found, source: str) -> None:
    cells = values.cell_rows(doubt)
    if not cells:
        return
    st.subheader("The same by diagnosis")
    _figure(
        drawn.coverage_map(cells, values.CELL_COVERAGE, palette()),
        "Coverage by diagnosis",
        "Per cent of true values inside the 90 % band. ▼ orange: more than five too few, ▲ blue: more than five too "
        f"many. {words.counted(doubt['cells_90'])} {source}",
        words.marked(cells, values.CELL_COVERAGE),
    )


def how_honest(honesty: Found, source: str) -> None:
    """What becomes of amplitudes, ST and durations."""
    st.header("What becomes of amplitudes", divider="gray")
    beside = st.grid(2, min_column_width=HALF, gap="medium")
    ratios = values.spread_ratios(honesty)
    with beside.cell():
        st.subheader("Leaning to the average")
        _figure(
            drawn.dots(ratios, "spread, estimated over true", palette(), mark=1.0),
            "Leaning to the average",
            "How much amplitudes differ between people in the estimate, as a share of how much they do; 1 is honest, "
            f"below it the estimate leans to the average. {words.tie(honesty)} {source}",
            words.spoken(ratios),
        )
    with beside.cell():
        st.subheader("ST elevation of 0.1 mV or more")
        st.table(values.st_table(honesty), hide_index=True, border="horizontal", alt="ST elevation made up and missed")
        st.caption(f"Flagged: the 90 % band at that moment holds 0.1 mV. A flag on most ECGs says little. {source}")
        st.markdown(words.durations(honesty))


def for_whom(groups: Mapping[str, Mapping[str, Mapping[str, float]]], source: str) -> None:
    """Who is served worse than others."""
    if not any(groups.values()):
        return
    st.header("Who is served worse", divider="gray")
    st.caption(f"The worst mean r first, with the number of records; groups of fewer than 30 are left out. {source}")
    beside = st.grid(2, min_column_width=HALF, gap="medium")
    for kind, found in groups.items():
        if found:
            with beside.cell():
                name = f"By {values.GROUP_KINDS.get(kind, kind)}"
                st.subheader(name)
                by_measure = values.group_panels(found)
                _figure(drawn.panels(by_measure, palette()), name, "", words.spoken(by_measure, 3))


def with_earlier(found: Found) -> None:
    """What an earlier ECG of the patient gives, and what it can hide."""
    st.header("With an earlier ECG", divider="gray")
    series = values.earlier_series(found)
    _figure(
        drawn.dots(series, "mean r over eleven leads", palette(), flat=True, styles=(*TIERS, values.PASTED)),
        "With an earlier ECG",
        "The same records, each told more from tier to tier; apart where the diagnostic superclass changed between "
        f"the two ECGs. Intervals: 95 %. {words.provenance_of_earlier(found)}",
        words.spoken(series, 3),
    )
    if "by_change" in found:
        digits = {"r": "%.3f", "RMSE mV": "%.4f", "In the 90 % band": "%.1f%%", "Spread mV": "%.4f"}
        _numbers(values.change_table(found), "Changed and unchanged diagnoses in numbers", digits)
    st.caption(words.what_is_told(found["tiers"]))


def diagnoses(found: Mapping[str, Mapping[str, float]], source: str) -> None:
    """What a classifier can still tell from the reconstruction."""
    st.header("What a classifier can still tell", divider="gray")
    series = values.auroc_series(found)
    _figure(
        drawn.dots(series, "AUROC", palette()),
        "What a classifier can still tell",
        f"Classifiers trained on real leads: one reads twelve, real or reconstructed, one reads Lead I. {source}",
        words.spoken(series, 3),
    )


def on_other_data(found: Mapping[str, Found]) -> None:
    """Recordings from elsewhere, nothing retrained."""
    st.header("On other data, nothing retrained", divider="gray")
    shares = ("In the 90 % band", "One half, before", "The same, recalibrated")
    digits = {"r": "%.3f", "RMSE mV": "%.3f"} | dict.fromkeys(shares, "%.1f%%")
    _numbers(values.transfer_table(found), "Scores on other data sets", digits)
    st.caption(
        "Told nothing. The last two columns: the share inside the 90 % band on one half of the recordings, before and "
        "after `ecg-core calibrate` saw the other half."
    )
    beside = st.grid(2, min_column_width=HALF, gap="medium")
    for name, one in found.items():
        series = values.rhythm_series(name, one)
        with beside.cell():
            st.subheader(f"{name} by rhythm")
            shown = drawn.dots(series, "mean r", palette(), flat=True)
            _figure(shown, f"{name} by rhythm", "Pieces of ten seconds in brackets.", words.spoken(series))
