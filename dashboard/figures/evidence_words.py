"""What a model is and what was found of it, in sentences; every number is read from its card or its evaluation.

``own`` is always the evaluation of one model, as `ecg_core.models.checkpoint.load_evaluations` gives it, ``scores``
one tier of it. What was not evaluated is absent there, and then here.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from dashboard.figures.evidence import TOLERANCE, Curves, Dots, outside
from dashboard.figures.evidence_names import TOLD, column, evaluated, of_thousand, told, who
from dashboard.numbers import decimal, in_figures, thousands
from dashboard.texts import say
from ecg_core.results import ModelCard
from ecg_core.training.targets import Target
from ecg_core.uncertainty.calibration import SHOWN

__all__ = [
    "band",
    "card_table",
    "citation",
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
PAPER = (
    "Deep Learning-Based Multi-Lead ECG Reconstruction from Lead I with Metadata Integration and Uncertainty Estimation"
)
VERDICTS: Mapping[bool | None, str] = {True: "reached", False: "not_reached", None: "not_measured"}
BAD_R = 0.5


def provenance(own: Scores, scores: Scores) -> str:
    """Where the numbers come from, such as ``PTB-XL, fold 9, 2,185 records, held out``."""
    key = "provenance_held_out" if own["data"] == "PTB-XL, fold 9" else "provenance"
    return say(
        f"evidence_words.{key}",
        data=evaluated(own["data"]), records=thousands(scores["point"]["records"]), passes=own["passes"],
    )  # fmt: skip


def citation() -> str:
    """The paper that the method follows."""
    return say("evidence_words.citation", title=PAPER)


def card_table(card: ModelCard) -> pd.DataFrame:
    """What the model is and what it was trained on, as far as its card says it."""
    training, preparation = card.training, card.preparation
    rows = {say("evidence_words.network"): card.architecture}
    if "parameters" in training:
        rows[say("evidence_words.parameters")] = thousands(training["parameters"])
    if "epochs_done" in training:
        chosen = training.get("selected_epochs", [training["selected_epoch"]] if "selected_epoch" in training else [])
        rows[say("evidence_words.epochs")] = _epochs(training["epochs_done"], chosen)
    if stages := training.get("stages"):
        rows[say("evidence_words.stages")] = say(
            "evidence_words.stages_of",
            **{
                name.removeprefix("pair."): _each([len(one["history"]) for one in stages if one["network"] == name])
                for name in ("pair.with_earlier", "second_told", "second")
            },
            first=len(stages[0]["history"]),
        )
    rows[say("evidence_words.data")] = evaluated(card.data)
    rows |= {
        say("evidence_words.folds_to", use=evaluated(use.replace("_", " "))): _listed(folds)
        for use, folds in training.get("folds", {}).items()
    }
    low, high, rate = (
        in_figures(f"{hz:g}") for hz in (preparation.low_hz, preparation.high_hz, preparation.sampling_rate)
    )
    rows[say("evidence_words.signals")] = say("evidence_words.signal_band", low=low, high=high, rate=rate)
    for state, one in card.calibrations.items():
        fitted = say("evidence_words.fitted", records=thousands(one.records), data=evaluated(one.fitted_on))
        rows[say("evidence_words.band_of", state=evaluated(state))] = fitted
    rows[say("evidence_words.licence")] = card.licence
    rows[say("evidence_words.weights")] = f"{card.weights_sha256[:12]} …"
    return pd.DataFrame({"": list(rows), column("from_card"): list(rows.values())})


def _epochs(done: int, chosen: Sequence[int]) -> str:
    if not chosen:
        return str(done)
    return say("evidence_words.kept", done=done, chosen=_each(chosen))


def _each(numbers: Sequence[int]) -> str:
    """``50, 46 and 56``."""
    *others, last = map(str, numbers)
    return say("evidence_words.and").join([", ".join(others), last] if others else [last])


def _listed(folds: Sequence[int]) -> str:
    """``1–7`` for a run of folds, else each of them."""
    run = len(folds) > 2 and list(folds) == list(range(folds[0], folds[-1] + 1))
    return f"{folds[0]}–{folds[-1]}" if run else ", ".join(map(str, folds))


def target_table(found: Iterable[Target]) -> pd.DataFrame:
    """Every target with what was found and the verdict in words."""
    rows = [
        (
            *(in_figures(evaluated(said)) for said in (one.measure.replace("|", "∣"), one.target, one.found)),
            say(f"evidence_words.{VERDICTS[one.reached]}"),
        )
        for one in found
    ]
    return pd.DataFrame(rows, columns=[column(name) for name in ("measure", "target", "found", "verdict")])


def target_verdicts(found: Sequence[Target]) -> str:
    """How many targets were reached, such as ``Of 3 targets 2 reached, 1 not reached, 0 not measured``."""
    verdicts = [one.reached for one in found]
    return say(
        "evidence_words.verdicts",
        count=len(found), reached=verdicts.count(True), missed=verdicts.count(False), unknown=verdicts.count(None),
    )  # fmt: skip


def spoken(series: Dots, digits: int = 2) -> str:
    """The lowest and the highest dot of each series: the figure for those who do not see it."""
    said = []
    for name, one in series.items():
        low, high = (pick(one, key=lambda category: one[category].value) for pick in (min, max))
        ends = (f"{category} {decimal(one[category].value, digits)}" for category in (low, high))
        said.append(_spoken(name, *ends))
    return "; ".join(said) + "."


def spoken_curves(of: Curves) -> str:
    """Where each curve starts and ends."""
    return "; ".join(_spoken(name, decimal(ys[0], 3), decimal(ys[-1], 3)) for name, (_, ys) in of.items()) + "."


def _spoken(name: str, low: str, high: str) -> str:
    return say("evidence_words.spoken", name=name, low=low, high=high)


def marked(rows: Mapping[str, Mapping[str, float]], promised: float) -> str:
    """Which cells of a table of coverage are outside of what was promised.

    >>> marked({"QRS": {"II": 0.84, "V1": 0.9}}, 0.9)
    '1 of 2 cells outside 85 to 95 %: QRS II 84.0 %.'
    """
    cells = {f"{row} {column}": share for row, one in rows.items() for column, share in one.items()}
    wrong = [f"{name} {decimal(100 * share, 1)} %" for name, share in cells.items() if outside(share, promised)]
    low, high = (f"{100 * share:.0f}" for share in (promised - TOLERANCE, promised + TOLERANCE))
    said = say("evidence_words.marked", wrong=len(wrong), cells=len(cells), low=low, high=high)
    return f"{said}: {', '.join(wrong)}." if wrong else f"{said}."


def durations(honesty: Scores) -> str:
    """How far durations read on estimated leads differ from those on the true ones."""
    return " ".join(
        say(
            "evidence_words.duration",
            name=say(name), **{end: f"{one[end]:+.0f}" for end in ("bias", "low", "high")},
        )
        for key, name in (("qrs_ms", "evidence_words.qrs"), ("qt_ms_in_ii", "evidence_words.qt"))
        if (one := honesty.get(key)) is not None
    )  # fmt: skip


def what_is_told(tiers: Iterable[str]) -> str:
    """What each of these tiers means, in order."""
    said = "; ".join(f"**{evaluated(tier)}**: {told(tier)}" for tier in TOLD if tier in set(tiers))
    return say("evidence_words.told", tiers=said)


def provenance_of_earlier(found: Scores) -> str:
    """Where the comparison with and without an earlier ECG comes from."""
    return say(
        "evidence_words.of_earlier",
        data=evaluated(found["data"]), records=thousands(found["records"]), patients=thousands(found["patients"]),
    )  # fmt: skip


def band(levels: Mapping[str, Scores], level: str) -> str:
    """What share the band of one level held over all, how wide it is, and how many records it held whole."""
    found = levels[level]
    return say(
        "evidence_words.band",
        promised=f"{100 * float(level):.0f}", overall=decimal(100 * found["overall"], 1),
        width=decimal(found["mean_width_mv"], 3), whole=decimal(100 * found["whole_records"], 1),
    )  # fmt: skip


def counted(cells: Mapping[str, Scores]) -> str:
    """How many records each superclass has."""
    counts = ", ".join(f"{who(name)} {thousands(one['records'])}" for name, one in cells.items())
    return say("evidence_words.counted", counts=counts)


def tie(honesty: Scores) -> str:
    """How far R in V3 follows R in I, in truth and in the estimate."""
    found = honesty["tie_of_r_in_i_and_v3"]
    return say("evidence_words.tie", true=decimal(found["true"], 2), estimated=decimal(found["estimated"], 2))


def raw_in_words(found: Scores) -> str:
    """Agreement with the leads as they were recorded, before any filter."""
    r, low, high = (decimal(value, 3) for value in (found["r_mean"], *found["r_interval_95"]))
    return say("evidence_words.raw", r=r, low=low, high=high)


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
        yield say(
            "evidence_words.bad", told=told(tier), bad=f"{1000 * bad:.0f}", limit=decimal(BAD_R, 1),
        )  # fmt: skip
    by_lead = {lead: one["r"] for lead, one in point["by_lead"].items()}
    least, most = min(by_lead, key=by_lead.__getitem__), max(by_lead, key=by_lead.__getitem__)
    yield say(
        "evidence_words.agreement",
        least=least, lowest=decimal(by_lead[least], 2), most=most, highest=decimal(by_lead[most], 2),
        r=decimal(point["r_mean"], 3), error=decimal(point["rmse_mv"], 3),
    )  # fmt: skip
    groups = [group for kind in ("superclass", "rhythm") for group in point.get("by_group", {}).get(kind, {}).items()]
    if groups:
        name, one = min(groups, key=lambda group: group[1]["r"])
        yield say(
            "evidence_words.worst", who=who(name), r=decimal(one["r"], 2), records=thousands(one["records"])
        )  # fmt: skip


def _of_amplitudes(honesty: Scores) -> Iterator[str]:
    lead, one = min(honesty["r_by_lead"].items(), key=lambda item: item[1]["spread_ratio"])
    yield say("evidence_words.leaning", lead=lead, ratio=decimal(one["spread_ratio"], 2), tie=tie(honesty))
    judged = {lead: one for lead, one in honesty["st_elevation"].items() if one["true"]}
    if judged:
        lead, one = max(judged.items(), key=lambda item: item[1]["missed"] / item[1]["true"])
        other, two = max(
            honesty["st_elevation"].items(), key=lambda item: item[1]["made_up"] / max(item[1]["without"], 1)
        )
        yield say(
            "evidence_words.st",
            lead=lead, missed=of_thousand(one["missed"], one["true"]),
            other=other, made_up=of_thousand(two["made_up"], two["without"]),
        )  # fmt: skip


def _of_doubt(doubt: Scores) -> Iterator[str]:
    found = doubt["kinds"].get(SHOWN, {}).get("coverage", {}).get("0.90")
    if found is not None:
        overall, width = decimal(100 * found["overall"], 1), decimal(found["mean_width_mv"], 2)
        yield say("evidence_words.held", overall=overall, width=width)


def _of_the_rest(own: Scores) -> Iterator[str]:
    change = own.get("earlier", {}).get("by_change", {})
    if {"superclass changed", "superclass unchanged"} <= set(change):
        changed, same = (change[f"superclass {word}"] for word in ("changed", "unchanged"))
        yield say(
            "evidence_words.changed",
            same=decimal(same["prior"]["r"], 2), changed=decimal(changed["prior"]["r"], 2),
            records=thousands(changed["records"]),
        )  # fmt: skip
    if own.get("transfer"):
        name, one = min(own["transfer"].items(), key=lambda item: item[1]["coverage_90"])
        yield say(
            "evidence_words.elsewhere",
            data=name, share=decimal(100 * one["coverage_90"], 1), r=decimal(one["point"]["r_mean"], 2),
            records=thousands(one["point"]["records"]),
        )  # fmt: skip
    if "diagnoses" in own:
        real, made, one = (
            decimal(own["diagnoses"][name]["macro"], 3)
            for name in ("real twelve", "reconstructed twelve", "real Lead I")
        )
        yield say("evidence_words.classifiers", real=real, made=made, one=one)
