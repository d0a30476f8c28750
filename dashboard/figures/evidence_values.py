"""What an evaluation found, as the series, curves and tables that a page shows; nothing is computed anew.

``found`` and ``scores`` are parts of one model's evaluation, as `ecg_core.models.checkpoint.load_evaluations` gives
it. What was not evaluated is absent there, and then here.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from dashboard.figures.evidence import Curves, Dot, Dots
from dashboard.figures.evidence_names import (
    MEASURES,
    TOLD,
    called,
    column,
    evaluated,
    in_order,
    kind_name,
    of,
    of_thousand,
    who,
)  # fmt: skip
from dashboard.numbers import in_figures, thousands
from dashboard.texts import say
from ecg_core.uncertainty.calibration import SHOWN
from ecg_core.vocabulary import ESTIMATED, Wave

__all__ = [
    "CELL_COVERAGE",
    "SHOWN",
    "auroc_series",
    "band_table",
    "cell_rows",
    "change_table",
    "coverage_rows",
    "doubt_table",
    "earlier_series",
    "group_panels",
    "lead_series",
    "model_series",
    "refusal_curves",
    "reliability_curves",
    "rhythm_series",
    "sparsification_curves",
    "spoilt_table",
    "spread_ratios",
    "st_table",
    "transfer_table",
]

Scores = Mapping[str, Any]
CELL_COVERAGE = 0.9
"""What was promised to every cell of lead, wave and superclass."""
ENOUGH = 100
"""Records; a cell of coverage with fewer is said to be of few."""


def lead_series(tiers: Mapping[str, Scores], measure: str = "r") -> Dots:
    """Mean score of each lead, in standard order, by tier."""
    return {
        evaluated(tier): {lead.value: _dot(tiers[tier]["point"]["by_lead"][lead.value], measure) for lead in ESTIMATED}
        for tier in in_order(tiers)
    }


def _dot(scores: Scores, measure: str) -> Dot:
    return Dot(scores[measure], *scores.get(f"{measure}_interval_95", (None, None)))


def _mean_dot(point: Scores) -> Dot:
    return Dot(point["r_mean"], *point.get("r_interval_95", (None, None)))


def model_series(evaluations: Mapping[str, Scores]) -> Dots:
    """Mean r of each model by tier."""
    tiers = [tier for tier in TOLD if any(tier in one["tiers"] for one in evaluations.values())]
    return {
        evaluated(tier): {
            name: _mean_dot(one["tiers"][tier]["point"])
            for name, one in evaluations.items()
            if tier in one["tiers"]
        }
        for tier in tiers
    }  # fmt: skip


def earlier_series(found: Scores) -> Dots:
    """Mean r by what was told of the records that have an earlier one: all, and by whether the diagnosis changed."""
    everyone = say("evidence.all_records", count=thousands(found["records"]))
    groups = {
        f"{evaluated(name)} ({thousands(group['records'])})": group
        for name, group in found.get("by_change", {}).items()
    }  # fmt: skip
    series = {
        evaluated(tier): {everyone: _mean_dot(scores["point"])}
        | {name: Dot(group[tier]["r"]) for name, group in groups.items()}
        for tier, scores in found["tiers"].items()
    }
    if "pasted_r_mean" in found:
        series[say("evidence.pasted")] = {everyone: Dot(found["pasted_r_mean"])}
    return series


def change_table(found: Scores) -> pd.DataFrame:
    """Score, coverage and spread where the diagnostic superclass changed since the earlier ECG and where not."""
    rows = [
        (
            evaluated(name),
            group["records"],
            evaluated(tier),
            one["r"],
            one["rmse_mv"],
            100 * one["coverage_90"],
            one["spread_mv"],
        )
        for name, group in found["by_change"].items()
        for tier, one in group.items()
        if tier != "records"
    ]
    columns = ("since", "records", "told", "r", "rmse", "in_band", "spread")
    return pd.DataFrame(rows, columns=list(map(column, columns)))


def auroc_series(found: Mapping[str, Mapping[str, float]]) -> Dots:
    """How well a classifier tells each superclass from the real leads, the reconstructed ones, and Lead I."""
    return {
        evaluated(reader): {called(name): Dot(value) for name, value in one.items()} for reader, one in found.items()
    }


def rhythm_series(name: str, found: Scores) -> Dots:
    """Mean r of each rhythm in another data set beside the same rhythm of PTB-XL."""
    rhythms = sorted(found["by_rhythm"].items(), key=lambda item: item[1]["r"])
    here = {f"{who(rhythm)} ({thousands(one['records'])})": one for rhythm, one in rhythms}
    series = {name: {label: Dot(one["r"]) for label, one in here.items()}}
    there = {label: Dot(one["r_ptb_xl"]) for label, one in here.items() if one.get("r_ptb_xl") is not None}
    return series | ({say("evidence.same_rhythm"): there} if there else {})


def transfer_table(found: Mapping[str, Scores]) -> pd.DataFrame:
    """The other data sets: how near, and what share the band held before and after it was recalibrated there."""
    rows = []
    for name, one in found.items():
        again = one.get("recalibrated")
        rows.append(
            (
                name,
                one["point"]["records"],
                one["point"]["r_mean"],
                one["point"]["rmse_mv"],
                100 * one["coverage_90"],
                None if again is None else 100 * again["before"],
                None if again is None else 100 * again["after"],
            )
        )
    columns = [column(name) for name in ("data", "pieces", "r", "rmse", "in_band", "before", "after")]
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[4:], float))


def spoilt_table(found: Sequence[Scores]) -> pd.DataFrame:
    """How near the estimate stays, and what the band holds, where Lead I is spoilt; as recorded first."""
    rows = [
        (
            say(f"evidence_spoilt.{one['by'] or 'not'}", strength=in_figures(f"{one['strength'] or 0:g}")),
            one["records"],
            one["r"],
            one["rmse_mv"],
            100 * one["coverage_90"],
            one["spread_mv"],
        )
        for one in found
    ]
    return pd.DataFrame(
        rows, columns=[column(name) for name in ("lead_i", "records", "r", "rmse", "in_band", "spread")]
    )


def group_panels(groups: Mapping[str, Mapping[str, float]]) -> Dots:
    """Mean r and RMSE of each group, the worst r first, with how many records it has."""
    worst_first = sorted(groups.items(), key=lambda item: item[1]["r"])
    labels = {f"{who(name)} ({thousands(one['records'])})": one for name, one in worst_first}
    return {
        say("evidence.mean_r"): {label: Dot(one["r"]) for label, one in labels.items()},
        say("evidence.rmse_axis"): {label: Dot(one["rmse_mv"]) for label, one in labels.items()},
    }


def reliability_curves(doubt: Scores) -> Curves:
    """What each kind of spread claims after calibration, and the error that was found."""
    return {
        kind_name(kind): tuple(doubt["kinds"][kind]["reliability_mv"])
        for kind in (SHOWN, "dropout")
        if "reliability_mv" in doubt["kinds"].get(kind, {})
    }


def refusal_curves(doubt: Scores) -> Curves:
    """Mean RMSE of the records that are left when the most doubtful are refused, by what orders them."""
    curves = {}
    for kind, found in doubt["kinds"].items():
        left = found["rmse_left_mv"]
        curves[kind_name(kind)] = ([0.0, *map(float, left)], [doubt["mean_rmse_mv"], *left.values()])
    return curves


def sparsification_curves(doubt: Scores) -> Curves:
    """RMSE of the samples that are left when a share of them is refused, by what orders them."""
    curves = {}
    for kind, found in doubt["kinds"].items():
        left = found.get("sparsification_mv")
        if left is not None:
            curves[kind_name(kind)] = (np.linspace(0, 0.95, len(left)).tolist(), left)
    return curves


def coverage_rows(doubt: Scores, level: str) -> dict[str, dict[str, float]]:
    """Share inside the band by wave and lead at one level such as ``0.90``."""
    cells = doubt["kinds"][SHOWN]["coverage"][level]["by_lead_and_wave"]
    return {evaluated(wave.value): {lead.value: cells[lead.value][wave.value] for lead in ESTIMATED} for wave in Wave}


def band_table(doubt: Scores) -> pd.DataFrame:
    """At each level what the band held, how many records the simultaneous one held whole, and how wide it is."""
    rows = [
        (100 * float(level), 100 * one["overall"], 100 * one["whole_records"], one["mean_width_mv"])
        for level, one in doubt["kinds"].get(SHOWN, {}).get("coverage", {}).items()
    ]
    return pd.DataFrame(rows, columns=[column(name) for name in ("promised", "held", "whole", "width")])


def cell_rows(doubt: Scores) -> dict[str, dict[str, float]]:
    """Share inside the 90 % band by superclass, wave and lead; a superclass of few records says so."""
    return {
        _cell(name, evaluated(wave.value), few=group["records"] < ENOUGH): {
            lead.value: group["coverage"][lead.value][wave.value] for lead in ESTIMATED
        }
        for name, group in doubt["cells_90"].items()
        if group["records"]
        for wave in Wave
    }


def _cell(name: str, wave: str, *, few: bool) -> str:
    return say("evidence.few", name=name, wave=wave) if few else f"{name} {wave}"


def doubt_table(doubt: Scores) -> pd.DataFrame:
    """Each kind of spread and its rivals: how well it orders, and how well it is sized; empty where it has no size."""
    rows = [
        (
            kind_name(kind),
            found["rank_correlation_with_rmse"],
            found["ause_record"],
            found["ause_sample"],
            found["auroc_bad"],
            found.get("ence", {}).get("calibrated"),
            found.get("crps_mv", {}).get("calibrated"),
        )
        for kind, found in doubt["kinds"].items()
    ]
    measures = list(map(column, MEASURES))
    return pd.DataFrame(rows, columns=[column("ordered_by"), *measures]).astype(dict.fromkeys(measures, float))


def spread_ratios(honesty: Scores) -> Dots:
    """By lead, how much R and T amplitudes vary between people in the estimate, as a share of how much they do."""
    return {
        say("evidence.amplitude", wave=wave): {
            lead.value: Dot(honesty[key][lead.value]["spread_ratio"]) for lead in ESTIMATED
        }
        for wave, key in (("R", "r_by_lead"), ("T", "t_by_lead"))
    }


def st_table(honesty: Scores) -> pd.DataFrame:
    """ST elevation made up and missed, by lead, in natural frequencies."""
    rows = [
        (
            lead,
            of_thousand(one["made_up"], one["without"]),
            of(one["made_up_flagged"], one["made_up"]),
            of_thousand(one["missed"], one["true"]),
            of(one["missed_flagged"], one["missed"]),
            of_thousand(one["flagged"], one["true"] + one["without"]),
        )
        for lead, one in honesty["st_elevation"].items()
    ]
    columns = ("lead", "made_up", "made_up_flagged", "missed", "missed_flagged", "flagged")
    return pd.DataFrame(rows, columns=list(map(column, columns)))
