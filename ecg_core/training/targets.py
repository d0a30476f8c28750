"""What this project set out to reach, and whether the evaluations of the models say that it did."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from ecg_core.metrics import paired_interval
from ecg_core.vocabulary import ESTIMATED, Wave

__all__ = ["Target", "compare_models", "targets"]

Evaluations = Mapping[str, Mapping[str, Any]]
"""What `ecg_core.training.report` found of each model, by name."""
RAW_BEST_PUBLISHED = 0.748


class Target(NamedTuple):
    """One line of the table: ``reached`` is None where it was not measured."""

    measure: str
    target: str
    found: str
    reached: bool | None


def compare_models(one: Mapping[str, Any], other: Mapping[str, Any], tier: str) -> tuple[float, float, float] | None:
    """Difference in mean correlation over the same records and its 95 % interval; None where one was not scored."""
    pair = [evaluation.get("tiers", {}).get(tier, {}).get("per_record") for evaluation in (one, other)]
    if pair[0] is None or pair[1] is None or pair[0]["ecg_id"] != pair[1]["ecg_id"]:
        return None
    a, b = (np.array(scores["r"]) for scores in pair)
    return paired_interval(a, b, np.array(pair[0]["patient_id"]))


def targets(evaluations: Evaluations, name: str) -> list[Target]:
    """Every target with what was found for the model ``name``, beside the rivals where they were scored."""
    own = evaluations[name]
    rows = [*_correlation(own), *_earlier(own), *_rivals(evaluations, name), *_raw(own), *_doubt(own), *_transfer(own)]
    return [row if isinstance(row, Target) else Target(*row) for row in rows]


def _between(value: float, low: float, high: float) -> bool:
    return low <= value <= high


def _interval(values: tuple[float, float, float] | list[float]) -> str:
    return f"{values[0]:+.3f} ({values[1]:+.3f} to {values[2]:+.3f})"


def _correlation(own: Mapping[str, Any]) -> Iterator[Target]:
    tiers = own["tiers"]
    if "none" in tiers:
        point = tiers["none"]["point"]
        r, low, error = point["r_mean"], point["r_5th_percentile"], point["rmse_mv"]
        yield Target("r, tier none", "≥ 0.795", f"{r:.4f}", r >= 0.795)
        yield Target("r of records, 5th percentile, tier none", "≥ 0.54", f"{low:.3f}", low >= 0.54)
        yield Target("RMSE, tier none", "≤ 0.102 mV", f"{error:.4f} mV", error <= 0.102)
    if "paper" in tiers:
        r = tiers["paper"]["point"]["r_mean"]
        yield Target("r, tier paper", "≥ 0.87", f"{r:.4f}", r >= 0.87)
    if "paper" in own.get("compared_with_none", {}):
        more = own["compared_with_none"]["paper"]
        better = sum(interval[1] > 0 for interval in more["r_by_lead"].values())
        yield Target("leads better with paper than none, interval above 0", "11 of 11", f"{better} of 11", better == 11)
        for wave in (Wave.QRS, Wave.T):
            gain = more[f"r_in_{wave}"]
            yield Target(f"r within {wave}, paper less none", "interval above 0", _interval(gain), gain[1] > 0)


def _earlier(own: Mapping[str, Any]) -> Iterator[Target]:
    if "earlier" not in own:
        return
    found = own["earlier"]
    prior, paper = (found["tiers"][tier]["point"]["r_mean"] for tier in ("prior", "paper"))
    share, beyond, pasted = found["share_of_the_way_by_axes"], found["r_prior_less_paper"], found["r_prior_less_pasted"]
    yield Target("earlier axes alone: share of the way from none to paper", "≥ 0.75", f"{share:.2f}", share >= 0.75)
    yield Target(f"r with the earlier beats, {found['records']} records", "≥ 0.87", f"{prior:.4f}", prior >= 0.87)
    yield Target(f"… less tier paper ({paper:.4f})", "above 0", _interval(beyond), beyond[0] > 0)
    yield Target("… less pasting the earlier beat", "≥ 0.05", _interval(pasted), pasted[0] >= 0.05)
    if len(found["by_change"]) < 2:
        return
    same, other = (found["by_change"][f"superclass {word}"]["prior"] for word in ("unchanged", "changed"))
    covered, wider = other["coverage_90"], other["spread_mv"] > same["spread_mv"]
    yield Target("90 % band where the superclass changed", "≥ 86 %", f"{100 * covered:.1f} %", covered >= 0.86)
    said = f"{other['spread_mv']:.4f} against {same['spread_mv']:.4f} mV"
    yield Target("mean spread where the superclass changed", "higher than where not", said, wider)


def _rivals(evaluations: Evaluations, name: str) -> Iterator[Target]:
    for rival, tier, least in (
        ("nakanishi", "none", 0.03), ("nakanishi-metadata", "paper", 0.03),
        ("unet", "none", 0.0), ("unet-metadata", "paper", 0.0),
    ):  # fmt: skip
        wanted = "≥ 0.03, interval above 0" if least else "interval above 0"
        measure = f"r less that of {rival}, tier {tier}"
        more = None if rival not in evaluations else compare_models(evaluations[name], evaluations[rival], tier)
        if more is None:
            yield Target(measure, wanted, "not measured", None)
        else:
            yield Target(measure, wanted, _interval(more), more[0] >= least and more[1] > 0)


def _raw(own: Mapping[str, Any]) -> Iterator[Target]:
    if "raw_targets" in own:
        r = own["raw_targets"]["r_mean"]
        yield Target(
            f"r on raw targets, tier none (best published {RAW_BEST_PUBLISHED})", "≥ 0.75", f"{r:.4f}", r >= 0.75
        )


def _doubt(own: Mapping[str, Any]) -> Iterator[Target]:
    for tier in ("none", "paper"):
        if tier not in own["tiers"]:
            continue
        doubt = own["tiers"][tier]["doubt"]
        shown = doubt["kinds"]["both"]
        band = shown["coverage"]["0.90"]
        overall, whole = band["overall"], band["whole_records"]
        cells = [
            share
            for group in doubt["cells_90"].values()
            if group["records"] >= 100
            for lead in ESTIMATED
            for share in group["coverage"][lead.value].values()
        ]
        outside = sum(not _between(share, 0.85, 0.95) for share in cells)
        said = f"{len(cells) - outside} of {len(cells)}"
        if cells:
            said += f", {100 * min(cells):.1f} to {100 * max(cells):.1f} %"
        yield Target(f"90 % band, tier {tier}", "88–92 %", f"{100 * overall:.1f} %", _between(overall, 0.88, 0.92))
        all_in = outside == 0 if cells else None
        yield Target(f"lead × wave × superclass cells, tier {tier}", "all 85–95 %", said, all_in)
        yield Target(
            f"simultaneous 90 % band, tier {tier}",
            "88–92 % of records",
            f"{100 * whole:.1f} %",
            _between(whole, 0.88, 0.92),
        )
        if tier == "none":
            yield from _quality_of_doubt(doubt, shown)


def _quality_of_doubt(doubt: Mapping[str, Any], shown: Mapping[str, Any]) -> Iterator[Target]:
    crps = shown["crps_mv"]["calibrated"]
    for kind, said, state, least in (
        ("dropout", "raw dropout", "raw", 0.10),
        ("constant", "a constant", "calibrated", 0.05),
    ):
        under = 1 - crps / doubt["kinds"][kind]["crps_mv"][state]
        yield Target(f"CRPS under that of {said}", f"≥ {100 * least:.0f} %", f"{100 * under:.1f} %", under >= least)
    rank, ence = shown["rank_correlation_with_rmse"], shown["ence"]["calibrated"]
    cut = 1 - shown["rmse_left_mv"]["0.2"] / doubt["mean_rmse_mv"]
    yield Target("rank correlation of spread and RMSE over records", "≥ 0.6", f"{rank:.3f}", rank >= 0.6)
    yield Target("RMSE cut by refusing the most doubtful 20 %", "≥ 15 %", f"{100 * cut:.1f} %", cut >= 0.15)
    yield Target("ENCE after calibration", "≤ 0.05", f"{ence:.3f}", ence <= 0.05)


def _transfer(own: Mapping[str, Any]) -> Iterator[Target]:
    for name, found in own.get("transfer", {}).items():
        if name == "LUDB":
            r, before = found["point"]["r_mean"], found["coverage_90"]
            yield Target("r on LUDB, odd ids, tier none", "≥ 0.775", f"{r:.4f}", r >= 0.775)
            yield Target("90 % band on LUDB", "≥ 85 %", f"{100 * before:.1f} %", before >= 0.85)
            after = found["recalibrated"]["after"]
            said = f"{100 * after:.1f} %"
            yield Target("… recalibrated on its other half", "88–92 %", said, _between(after, 0.88, 0.92))
        ratios = found["r_amplitude_ratio_own_rate_to_100_hz"]
        worst = max(ratios.values(), key=lambda ratio: abs(ratio - 1))
        said = f"at most {100 * abs(worst - 1):.1f} %"
        yield Target(f"{name}: R amplitude, own rate against 100 Hz", "within 6 %", said, abs(worst - 1) <= 0.06)
