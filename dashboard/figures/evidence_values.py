"""What an evaluation found, as the series, curves and tables that a page shows; nothing is computed anew.

``found`` and ``scores`` are parts of one model's evaluation, as `ecg_core.models.checkpoint.load_evaluations` gives
it. What was not evaluated is absent there, and then here.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from dashboard.figures.evidence import Curves, Dot, Dots
from ecg_core.uncertainty.calibration import SHOWN
from ecg_core.vocabulary import ESTIMATED, Wave

__all__ = [
    "CELL_COVERAGE",
    "DOUBT_COLUMNS",
    "GROUP_KINDS",
    "GROUP_NAMES",
    "KINDS",
    "PASTED",
    "SHOWN",
    "TOLD",
    "auroc_series",
    "band_table",
    "cell_rows",
    "change_table",
    "coverage_rows",
    "doubt_table",
    "earlier_series",
    "group_panels",
    "in_order",
    "lead_series",
    "model_series",
    "of_thousand",
    "refusal_curves",
    "reliability_curves",
    "rhythm_series",
    "sparsification_curves",
    "spread_ratios",
    "st_table",
    "told",
    "transfer_table",
    "who",
]

Scores = Mapping[str, Any]
GROUP_KINDS: Mapping[str, str] = {"superclass": "diagnosis", "rhythm": "rhythm", "sex": "sex", "age": "age in years"}
"""What records are grouped by, as it is called on the page."""
TOLD: Mapping[str, str] = {
    "none": "nothing",
    "wearable": "age and sex, rate and QRS of Lead I",
    "prior-axes": "age and sex, rate and QRS of Lead I, and the axes of an earlier ECG",
    "prior": "age and sex, rate and QRS of Lead I, and the axes and beats of an earlier ECG",
    "paper": "the paper's five: rate, QRS duration and count, R and T axis, all of the same twelve leads",
    "all": "the paper's five, age and sex",
}
"""What the network is told in each metadata tier."""
PASTED = "the earlier beat alone, pasted"
KINDS: Mapping[str, str] = {
    SHOWN: "the doubt shown",
    "dropout": "dropout passes alone",
    "expected": "the network's own guess alone",
    "constant": "one constant per lead and wave",
    "size of the prediction": "size of the estimate",
    "slope of the prediction": "slope of the estimate",
    "QRS mask": "in QRS or not",
}
"""What could stand for the doubt, as it is called on the page."""
GROUP_NAMES: Mapping[str, str] = {
    "NORM": "normal ECG", "MI": "infarction", "STTC": "ST/T change", "CD": "conduction disturbance",
    "HYP": "hypertrophy", "PACE": "paced", "AFIB": "atrial fibrillation", "AFLT": "atrial flutter",
    "SVTAC": "supraventricular tachycardia", "SVARR": "supraventricular arrhythmia", "STACH": "sinus tachycardia",
    "SBRAD": "sinus bradycardia", "SARRH": "sinus arrhythmia", "SR": "sinus rhythm",
}  # fmt: skip
"""PTB-XL's abbreviations of superclasses and rhythms in words."""
DOUBT_COLUMNS = ("Rank correlation", "AUSE records", "AUSE samples", "AUROC r < 0.5", "ENCE", "CRPS mV")
CELL_COVERAGE = 0.9
"""What was promised to every cell of lead, wave and superclass."""
ENOUGH = 100
"""Records; a cell of coverage with fewer is said to be of few."""


def lead_series(tiers: Mapping[str, Scores], measure: str = "r") -> Dots:
    """Mean score of each lead, in standard order, by tier."""
    return {
        tier: {lead.value: _dot(tiers[tier]["point"]["by_lead"][lead.value], measure) for lead in ESTIMATED}
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
        tier: {
            name: _mean_dot(one["tiers"][tier]["point"])
            for name, one in evaluations.items()
            if tier in one["tiers"]
        }
        for tier in tiers
    }  # fmt: skip


def earlier_series(found: Scores) -> Dots:
    """Mean r by what was told of the records that have an earlier one: all, and by whether the diagnosis changed."""
    series = {
        tier: {f"all ({found['records']:,})": _mean_dot(scores["point"])} for tier, scores in found["tiers"].items()
    }
    for name, group in found.get("by_change", {}).items():
        for tier, one in series.items():
            one[f"{name} ({group['records']:,})"] = Dot(group[tier]["r"])
    if "pasted_r_mean" in found:
        series[PASTED] = {f"all ({found['records']:,})": Dot(found["pasted_r_mean"])}
    return series


def change_table(found: Scores) -> pd.DataFrame:
    """Score, coverage and spread where the diagnostic superclass changed since the earlier ECG and where not."""
    rows = [
        (name, group["records"], tier, one["r"], one["rmse_mv"], 100 * one["coverage_90"], one["spread_mv"])
        for name, group in found["by_change"].items()
        for tier, one in group.items()
        if tier != "records"
    ]
    columns = ["Since the earlier ECG", "Records", "Told", "r", "RMSE mV", "In the 90 % band", "Spread mV"]
    return pd.DataFrame(rows, columns=columns)


def auroc_series(found: Mapping[str, Mapping[str, float]]) -> Dots:
    """How well a classifier tells each superclass from the real leads, the reconstructed ones, and Lead I."""
    return {
        reader: {GROUP_NAMES.get(name, "mean of all" if name == "macro" else name): Dot(v) for name, v in one.items()}
        for reader, one in found.items()
    }


def rhythm_series(name: str, found: Scores) -> Dots:
    """Mean r of each rhythm in another data set beside the same rhythm of PTB-XL."""
    rhythms = sorted(found["by_rhythm"].items(), key=lambda item: item[1]["r"])
    here = {f"{who(rhythm)} ({one['records']:,})": one for rhythm, one in rhythms}
    series = {name: {label: Dot(one["r"]) for label, one in here.items()}}
    there = {label: Dot(one["r_ptb_xl"]) for label, one in here.items() if one.get("r_ptb_xl") is not None}
    return series | ({"the same rhythm in PTB-XL": there} if there else {})


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
    columns = [
        "Data", "Pieces of 10 s", "r", "RMSE mV", "In the 90 % band", "One half, before", "The same, recalibrated",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[4:], float))


def in_order(tiers: Iterable[str]) -> list[str]:
    """Tiers from the least told to the most.

    >>> in_order(["paper", "none"])
    ['none', 'paper']
    """
    return sorted(tiers, key=list(TOLD).index)


def told(tier: str) -> str:
    """What the network is told in a tier.

    >>> told("none")
    'nothing'
    """
    return TOLD[tier]


def who(name: str) -> str:
    """A group in words, with its abbreviation.

    >>> who("AFIB"), who("male")
    ('atrial fibrillation AFIB', 'male')
    """
    return f"{GROUP_NAMES[name]} {name}" if name in GROUP_NAMES else name


def group_panels(groups: Mapping[str, Mapping[str, float]]) -> Dots:
    """Mean r and RMSE of each group, the worst r first, with how many records it has."""
    worst_first = sorted(groups.items(), key=lambda item: item[1]["r"])
    labels = {f"{who(name)} ({one['records']:,})": one for name, one in worst_first}
    return {
        "mean r": {label: Dot(one["r"]) for label, one in labels.items()},
        "RMSE, mV": {label: Dot(one["rmse_mv"]) for label, one in labels.items()},
    }


def reliability_curves(doubt: Scores) -> Curves:
    """What each kind of spread claims after calibration, and the error that was found."""
    return {
        KINDS[kind]: tuple(doubt["kinds"][kind]["reliability_mv"])
        for kind in (SHOWN, "dropout")
        if "reliability_mv" in doubt["kinds"].get(kind, {})
    }


def refusal_curves(doubt: Scores) -> Curves:
    """Mean RMSE of the records that are left when the most doubtful are refused, by what orders them."""
    curves = {}
    for kind, found in doubt["kinds"].items():
        left = found["rmse_left_mv"]
        curves[KINDS.get(kind, kind)] = ([0.0, *map(float, left)], [doubt["mean_rmse_mv"], *left.values()])
    return curves


def sparsification_curves(doubt: Scores) -> Curves:
    """RMSE of the samples that are left when a share of them is refused, by what orders them."""
    curves = {}
    for kind, found in doubt["kinds"].items():
        left = found.get("sparsification_mv")
        if left is not None:
            curves[KINDS.get(kind, kind)] = (np.linspace(0, 0.95, len(left)).tolist(), left)
    return curves


def coverage_rows(doubt: Scores, level: str) -> dict[str, dict[str, float]]:
    """Share inside the band by wave and lead at one level such as ``0.90``."""
    cells = doubt["kinds"][SHOWN]["coverage"][level]["by_lead_and_wave"]
    return {wave.value: {lead.value: cells[lead.value][wave.value] for lead in ESTIMATED} for wave in Wave}


def band_table(doubt: Scores) -> pd.DataFrame:
    """At each level what the band held, how many records the simultaneous one held whole, and how wide it is."""
    rows = [
        (100 * float(level), 100 * one["overall"], 100 * one["whole_records"], one["mean_width_mv"])
        for level, one in doubt["kinds"].get(SHOWN, {}).get("coverage", {}).items()
    ]
    return pd.DataFrame(rows, columns=["Promised", "Held", "Records held whole", "Mean width mV"])


def cell_rows(doubt: Scores) -> dict[str, dict[str, float]]:
    """Share inside the 90 % band by superclass, wave and lead; a superclass of few records says so."""
    return {
        f"{name}{'' if group['records'] >= ENOUGH else ' (few)'} {wave.value}": {
            lead.value: group["coverage"][lead.value][wave.value] for lead in ESTIMATED
        }
        for name, group in doubt["cells_90"].items()
        if group["records"]
        for wave in Wave
    }


def doubt_table(doubt: Scores) -> pd.DataFrame:
    """Each kind of spread and its rivals: how well it orders, and how well it is sized; empty where it has no size."""
    rows = [
        (
            KINDS.get(kind, kind),
            found["rank_correlation_with_rmse"],
            found["ause_record"],
            found["ause_sample"],
            found["auroc_bad"],
            found.get("ence", {}).get("calibrated"),
            found.get("crps_mv", {}).get("calibrated"),
        )
        for kind, found in doubt["kinds"].items()
    ]
    columns = ["Ordered by", *DOUBT_COLUMNS]
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(DOUBT_COLUMNS, float))


def spread_ratios(honesty: Scores) -> Dots:
    """By lead, how much R and T amplitudes vary between people in the estimate, as a share of how much they do."""
    return {
        f"{wave} amplitude": {lead.value: Dot(honesty[key][lead.value]["spread_ratio"]) for lead in ESTIMATED}
        for wave, key in (("R", "r_by_lead"), ("T", "t_by_lead"))
    }


def of_thousand(part: int, whole: int) -> str:
    """A natural frequency with the counts behind it.

    >>> of_thousand(3, 60), of_thousand(0, 0)
    ('50 of 1,000 (3 of 60)', 'none to judge by')
    """
    return f"{1000 * part / whole:.0f} of 1,000 ({part:,} of {whole:,})" if whole else "none to judge by"


def st_table(honesty: Scores) -> pd.DataFrame:
    """ST elevation made up and missed, by lead, in natural frequencies."""
    rows = [
        (
            lead,
            of_thousand(one["made_up"], one["without"]),
            f"{one['made_up_flagged']:,} of {one['made_up']:,}",
            of_thousand(one["missed"], one["true"]),
            f"{one['missed_flagged']:,} of {one['missed']:,}",
            of_thousand(one["flagged"], one["true"] + one["without"]),
        )
        for lead, one in honesty["st_elevation"].items()
    ]
    columns = [
        "Lead",
        "Made up, of ECGs without",
        "… flagged",
        "Missed, of ECGs with",
        "… flagged too",
        "Flagged, of all",
    ]
    return pd.DataFrame(rows, columns=columns)
