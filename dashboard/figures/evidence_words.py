"""What a model is and what was found of it, in sentences; every number is read from its card or its evaluation.

``own`` is always the evaluation of one model, as `ecg_core.models.checkpoint.load_evaluations` gives it, ``scores``
one tier of it. What was not evaluated is absent there, and then here.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from dashboard.figures.evidence import TOLERANCE, Curves, Dots, outside
from dashboard.figures.evidence_values import TOLD, of_thousand, told, who
from ecg_core.results import ModelCard
from ecg_core.training.targets import Target
from ecg_core.uncertainty.calibration import SHOWN

__all__ = [
    "CITATION",
    "band",
    "card_table",
    "counted",
    "durations",
    "limits",
    "marked",
    "provenance",
    "provenance_of_earlier",
    "raw_in_words",
    "spoken",
    "spoken_curves",
    "target_table",
    "target_verdicts",
    "tie",
    "what_is_told",
]

Scores = Mapping[str, Any]
CITATION = (
    "The method follows Nakanishi, Hirata, Kubota: Deep Learning-Based Multi-Lead ECG Reconstruction from Lead I with "
    "Metadata Integration and Uncertainty Estimation. Sensors 2026, 26, 212, doi 10.3390/s26010212."
)
VERDICTS: Mapping[bool | None, str] = {True: "✓ reached", False: "✗ **not reached**", None: "– not measured"}
BAD_R = 0.5


def provenance(own: Scores, scores: Scores) -> str:
    """Where the numbers come from, such as ``PTB-XL, fold 9, 2,185 records, looked at once``."""
    point = scores["point"]
    once = ", looked at once" if own["data"].startswith("PTB-XL, fold ") else ""
    return f"{own['data']}, {point['records']:,} records{once}, {own['passes']} passes"


def card_table(card: ModelCard) -> pd.DataFrame:
    """What the model is and what it was trained on, as far as its card says it."""
    training, preparation = card.training, card.preparation
    rows = {"Network": card.architecture}
    if "parameters" in training:
        rows["Parameters"] = f"{training['parameters']:,}"
    if "epochs_done" in training:
        chosen = training.get("selected_epochs", [training["selected_epoch"]] if "selected_epoch" in training else [])
        kept = f", kept: {' and '.join(map(str, chosen))}" if chosen else ""
        rows["Epochs"] = f"{training['epochs_done']}{kept}"
    rows["Data"] = card.data
    rows |= {
        f"Folds to {use.replace('_', ' ')}": _listed(folds)
        for use, folds in training.get("folds", {}).items()
    }  # fmt: skip
    rows["Signals"] = f"{preparation.low_hz:g}–{preparation.high_hz:g} Hz at {preparation.sampling_rate:g} Hz"
    for state, one in card.calibrations.items():
        rows[f"Band {state}"] = f"from {one.records:,} records: {one.fitted_on}"
    rows |= {"Licence": card.licence, "Weights (SHA-256)": f"{card.weights_sha256[:12]} …"}
    return pd.DataFrame({"": list(rows), "From its card": list(rows.values())})


def _listed(folds: Sequence[int]) -> str:
    """``1–7`` for a run of folds, else each of them."""
    run = len(folds) > 2 and list(folds) == list(range(folds[0], folds[-1] + 1))
    return f"{folds[0]}–{folds[-1]}" if run else ", ".join(map(str, folds))


def target_table(found: Iterable[Target]) -> pd.DataFrame:
    """Every target with what was found and the verdict in words."""
    rows = [(one.measure.replace("|", "∣"), one.target, one.found, VERDICTS[one.reached]) for one in found]
    return pd.DataFrame(rows, columns=["Measure", "Target", "Found", "Verdict"])


def target_verdicts(found: Sequence[Target]) -> str:
    """How many targets were reached, such as ``Of 3 targets 2 reached, 1 not reached, 0 not measured``."""
    verdicts = [one.reached for one in found]
    counts = ((True, "reached"), (False, "not reached"), (None, "not measured"))
    return f"Of {len(found)} targets " + ", ".join(f"{verdicts.count(verdict)} {word}" for verdict, word in counts)


def spoken(series: Dots, digits: int = 2) -> str:
    """The lowest and the highest dot of each series: the figure for those who do not see it."""
    said = []
    for name, one in series.items():
        low, high = (pick(one, key=lambda category: one[category].value) for pick in (min, max))
        said.append(f"{name}: {low} {one[low].value:.{digits}f} to {high} {one[high].value:.{digits}f}")
    return "; ".join(said) + "."


def spoken_curves(of: Curves) -> str:
    """Where each curve starts and ends."""
    return "; ".join(f"{name}: {ys[0]:.3f} to {ys[-1]:.3f}" for name, (_, ys) in of.items()) + "."


def marked(rows: Mapping[str, Mapping[str, float]], promised: float) -> str:
    """Which cells of a table of coverage are outside of what was promised.

    >>> marked({"QRS": {"II": 0.84, "V1": 0.9}}, 0.9)
    '1 of 2 cells outside 85 to 95 %: QRS II 84.0 %.'
    """
    cells = {f"{row} {column}": share for row, one in rows.items() for column, share in one.items()}
    wrong = [f"{name} {100 * share:.1f} %" for name, share in cells.items() if outside(share, promised)]
    low, high = 100 * (promised - TOLERANCE), 100 * (promised + TOLERANCE)
    said = f"{len(wrong)} of {len(cells)} cells outside {low:.0f} to {high:.0f} %"
    return f"{said}: {', '.join(wrong)}." if wrong else f"{said}."


def durations(honesty: Scores) -> str:
    """How far durations read on estimated leads differ from those on the true ones."""
    return " ".join(
        f"{name}, estimated less true: {one['bias']:+.0f} ms (95 % between {one['low']:+.0f} and {one['high']:+.0f})."
        for key, name in (("qrs_ms", "QRS duration over twelve leads"), ("qt_ms_in_ii", "QT in II"))
        if (one := honesty.get(key)) is not None
    )


def what_is_told(tiers: Iterable[str]) -> str:
    """What each of these tiers means, in order."""
    said = "; ".join(f"**{tier}**: {what}" for tier, what in TOLD.items() if tier in set(tiers))
    return f"The network is told, {said}."


def provenance_of_earlier(found: Scores) -> str:
    """Where the comparison with and without an earlier ECG comes from."""
    return f"{found['data']}: {found['records']:,} records of {found['patients']:,} patients."


def band(levels: Mapping[str, Scores], level: str) -> str:
    """What share the band of one level held over all, how wide it is, and how many records it held whole."""
    found, promised = levels[level], f"{100 * float(level):.0f} %"
    return (
        f"Per cent of true values inside the {promised} band. Over all {100 * found['overall']:.1f} % at a mean width "
        f"of {found['mean_width_mv']:.3f} mV; the simultaneous band held all of {100 * found['whole_records']:.1f} % "
        "of records."
    )


def counted(cells: Mapping[str, Scores]) -> str:
    """How many records each superclass has."""
    return "Records: " + ", ".join(f"{who(name)} {one['records']:,}" for name, one in cells.items()) + "."


def tie(honesty: Scores) -> str:
    """How far R in V3 follows R in I, in truth and in the estimate."""
    found = honesty["tie_of_r_in_i_and_v3"]
    return (
        f"R in V3 goes with R in I by a correlation of {found['true']:.2f} in truth and of {found['estimated']:.2f} in "
        "the estimate."
    )


def raw_in_words(found: Scores) -> str:
    """Agreement with the leads as they were recorded, before any filter."""
    low, high = found["r_interval_95"]
    return f"Against raw leads, told nothing: mean r {found['r_mean']:.3f} (95 % from {low:.3f} to {high:.3f})."


def limits(own: Scores, tier: str) -> list[str]:
    """What the numbers of one tier mean for whoever looks at a tracing."""
    scores = own["tiers"][tier]
    found = [*_of_agreement(scores, tier)]
    if "honesty" in scores:
        found += _of_amplitudes(scores["honesty"])
    return [*found, *_of_doubt(scores["doubt"]), *_of_the_rest(own)]


def _of_agreement(scores: Scores, tier: str) -> Iterator[str]:
    point = scores["point"]
    if "per_record" in scores:
        bad = (np.array(scores["per_record"]["r"]) < BAD_R).mean()
        yield (
            f"Of 1,000 test ECGs, told {told(tier)}, {1000 * bad:.0f} had a mean correlation below {BAD_R} with the "
            "true leads."
        )
    by_lead = {lead: one["r"] for lead, one in point["by_lead"].items()}
    least, most = min(by_lead, key=by_lead.__getitem__), max(by_lead, key=by_lead.__getitem__)
    yield (
        f"{least} is the worst lead (mean r {by_lead[least]:.2f}), {most} the best ({by_lead[most]:.2f}). The mean of "
        f"all is {point['r_mean']:.3f}, the mean error {point['rmse_mv']:.3f} mV."
    )
    groups = [group for kind in ("superclass", "rhythm") for group in point.get("by_group", {}).get(kind, {}).items()]
    if groups:
        name, one = min(groups, key=lambda group: group[1]["r"])
        yield f"Served worst: {who(name)}, mean r {one['r']:.2f} on {one['records']:,} records."


def _of_amplitudes(honesty: Scores) -> Iterator[str]:
    lead, one = min(honesty["r_by_lead"].items(), key=lambda item: item[1]["spread_ratio"])
    yield (
        f"Amplitudes lean to the average: R waves of {lead} differ between people by {one['spread_ratio']:.2f} of what "
        f"they truly do. {tie(honesty)}"
    )
    judged = {lead: one for lead, one in honesty["st_elevation"].items() if one["true"]}
    if judged:
        lead, one = max(judged.items(), key=lambda item: item[1]["missed"] / item[1]["true"])
        other, two = max(
            honesty["st_elevation"].items(), key=lambda item: item[1]["made_up"] / max(item[1]["without"], 1)
        )
        yield (
            f"ST elevation of 0.1 mV or more cannot be read here. In {lead} it was missed in "
            f"{of_thousand(one['missed'], one['true'])} ECGs that had it; in {other} it was made up in "
            f"{of_thousand(two['made_up'], two['without'])} that had none."
        )


def _of_doubt(doubt: Scores) -> Iterator[str]:
    found = doubt["kinds"].get(SHOWN, {}).get("coverage", {}).get("0.90")
    if found is not None:
        yield (
            f"The 90 % band held {100 * found['overall']:.1f} % of true values and is {found['mean_width_mv']:.2f} mV "
            "wide on average. That is kept over many ECGs, not promised for each of them."
        )


def _of_the_rest(own: Scores) -> Iterator[str]:
    change = own.get("earlier", {}).get("by_change", {})
    if {"superclass changed", "superclass unchanged"} <= set(change):
        changed, same = (change[f"superclass {word}"] for word in ("changed", "unchanged"))
        yield (
            f"With an earlier ECG mean r is {same['prior']['r']:.2f} where the diagnosis stayed, and "
            f"{changed['prior']['r']:.2f} where it changed ({changed['records']:,} records): an old pattern can hide a "
            "new change."
        )
    if own.get("transfer"):
        name, one = min(own["transfer"].items(), key=lambda item: item[1]["coverage_90"])
        yield (
            f"On other devices and patients the band may not hold: on {name} the 90 % band held "
            f"{100 * one['coverage_90']:.1f} % of true values, mean r {one['point']['r_mean']:.2f} "
            f"({one['point']['records']:,} pieces of ten seconds)."
        )
    if "diagnoses" in own:
        real, made, one = (
            own["diagnoses"][name]["macro"] for name in ("real twelve", "reconstructed twelve", "real Lead I")
        )
        yield (
            f"Classifiers told diagnoses apart with an AUROC of {real:.3f} on twelve real leads, {made:.3f} on "
            f"reconstructed ones and {one:.3f} on Lead I alone: no reconstruction can add what Lead I does not hold."
        )
