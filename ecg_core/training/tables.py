"""``checkpoints/README.md``: the evaluations of all released models as tables, written by the command alone."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ecg_core.models.checkpoint import DEFAULT_MODEL, load_evaluations
from ecg_core.training.targets import Target, targets
from ecg_core.vocabulary import ESTIMATED

__all__ = ["targets_table", "write_tables"]

START, END = "<!-- written by ecg-core evaluate --release -->", "<!-- end of what is written -->"


def write_tables(folder: Path) -> None:
    """Write the tables between the marks of ``folder/README.md``; what stands outside them stays.

    Raises `ValueError` where the marks are missing.
    """
    page = folder / "README.md"
    text = page.read_text(encoding="utf-8")
    before, _, rest = text.partition(START)
    _, found, after = rest.partition(END)
    if not found:
        raise ValueError(f"{page} has no place for the tables")
    page.write_text(f"{before}{START}\n\n{_tables(load_evaluations(folder))}\n{END}{after}", encoding="utf-8")


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in lines) + "\n"


def targets_table(found: Sequence[Target]) -> str:
    """The targets, each marked reached or not reached."""
    words = {True: "reached", False: "**not reached**", None: "not measured"}
    rows = [(row.measure, row.target, row.found, words[row.reached]) for row in found]
    return _table(("measure", "target", "found", ""), rows)


def _tables(evaluations: Mapping[str, Mapping[str, Any]]) -> str:
    if DEFAULT_MODEL not in evaluations:
        return "Nothing has been evaluated yet."
    own = evaluations[DEFAULT_MODEL]
    parts = [
        f"### Targets of `{DEFAULT_MODEL}`\n\n"
        f"{own['data']}, {own['passes']} passes, 0.5–40 Hz, 100 Hz, mean of 11 leads.\n\n"
        + targets_table(targets(evaluations, DEFAULT_MODEL)),
        "### Models and tiers\n\n" + _models(evaluations),
        "### By lead\n\n" + _leads(own),
        "### The doubt of `dual-branch`, told nothing\n\n" + _doubt(own),
    ]
    for key, title, build in (
        ("earlier", "With an earlier ECG", _earlier),
        ("diagnoses", "What a classifier of diagnoses can still tell (AUROC)", _diagnoses),
        ("spoilt", "Where Lead I alone was spoilt, told nothing", _spoilt),
        ("transfer", "Other data, nothing retrained, told nothing", _transfer),
    ):
        if key in own:
            parts.append(f"### {title}\n\n{build(own[key])}")
    parts.append("### How far amplitudes lean to the average, told nothing\n\n" + _honesty(own))
    return "\n".join(parts)


def _models(evaluations: Mapping[str, Mapping[str, Any]]) -> str:
    rows = []
    for name, one in evaluations.items():
        for tier, scores in one["tiers"].items():
            point, shown = scores["point"], scores["doubt"]["kinds"]["both"]
            low, high = point["r_interval_95"]
            rows.append((
                f"`{name}`", tier, f"{point['r_mean']:.4f}", f"{low:.3f} to {high:.3f}",
                f"{point['r_5th_percentile']:.3f}",
                f"{point['rmse_mv']:.4f}", f"{100 * shown['coverage']['0.90']['overall']:.1f} %",
                f"{shown['coverage']['0.90']['mean_width_mv']:.3f}", f"{shown['crps_mv']['calibrated']:.4f}",
            ))  # fmt: skip
    head = ("model", "tier", "r", "95 %", "5th pct", "RMSE mV", "in the 90 % band", "its width mV", "CRPS mV")
    return _table(head, rows)


def _leads(own: Mapping[str, Any]) -> str:
    rows = [
        (tier, *(f"{scores['point']['by_lead'][lead.value]['r']:.3f}" for lead in ESTIMATED))
        for tier, scores in own["tiers"].items()
    ]
    return _table(("r, tier", *(lead.value for lead in ESTIMATED)), rows)


def _doubt(own: Mapping[str, Any]) -> str:
    if "none" not in own["tiers"]:
        return "Not measured.\n"
    rows = []
    for kind, found in own["tiers"]["none"]["doubt"]["kinds"].items():
        crps = found.get("crps_mv", {})
        ence = found.get("ence", {})
        rows.append((
            kind, *(_number(found[name]) for name in ("ause_sample", "ause_record", "rank_correlation_with_rmse")),
            _number(found["auroc_bad"]), _number(found["paper_r"]),
            *(_number(ence.get(state)) for state in ("raw", "calibrated")),
            *(_number(crps.get(state), 4) for state in ("raw", "calibrated")),
        ))  # fmt: skip
    head = (
        "spread", "AUSE, samples", "AUSE, records", "rank correlation", "AUROC, r < 0.5", "the paper's R",
        "ENCE raw", "ENCE calibrated", "CRPS raw mV", "CRPS calibrated mV",
    )  # fmt: skip
    return _table(head, rows)


def _number(value: float | None, digits: int = 3) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


def _earlier(found: Mapping[str, Any]) -> str:
    rows = []
    for name, group in found["by_change"].items():
        for tier, one in group.items():
            if tier != "records":
                rows.append((
                    f"{name} ({group['records']})", tier, f"{one['r']:.4f}", f"{one['rmse_mv']:.4f}",
                    f"{100 * one['coverage_90']:.1f} %", f"{one['spread_mv']:.4f}",
                ))  # fmt: skip
    overall = ", ".join(f"{tier} {one['point']['r_mean']:.4f}" for tier, one in found["tiers"].items())
    head = ("between the two ECGs (records)", "tier", "r", "RMSE mV", "in the 90 % band", "spread mV")
    said = f"{found['data']}: {found['records']} records of {found['patients']} patients. r: {overall}"
    return f"{said}; the earlier beat pasted {found['pasted_r_mean']:.4f}.\n\n" + _table(head, rows)


def _diagnoses(found: Mapping[str, Mapping[str, float]]) -> str:
    names = list(next(iter(found.values())))
    return _table(
        ("read by the classifier", *names),
        [(f"{kind}", *(f"{one[name]:.3f}" for name in names)) for kind, one in found.items()],
    )


def _transfer(found: Mapping[str, Mapping[str, Any]]) -> str:
    rows = []
    for name, one in found.items():
        point = one["point"]
        rows.append(
            (
                name,
                "all",
                str(point["records"]),
                f"{point['r_mean']:.3f}",
                f"{point['rmse_mv']:.3f}",
                f"{100 * one['coverage_90']:.1f} %",
            )
        )
        for rhythm, group in one["by_rhythm"].items():
            rows.append(
                (
                    name,
                    rhythm,
                    str(group["records"]),
                    f"{group['r']:.3f}",
                    f"{group['rmse_mv']:.3f}",
                    f"r {_number(group['r_ptb_xl'])} on PTB-XL",
                )
            )
    return _table(("data", "rhythm", "pieces of 10 s", "r", "RMSE mV", "in the 90 % band"), rows)


def _spoilt(found: Sequence[Mapping[str, Any]]) -> str:
    said = {"low_pass_hz": "without what is above {:g} Hz", "snr_db": "muscle noise, {:g} dB below it"}
    rows = [
        (
            said[one["by"]].format(one["strength"]) if one["by"] else "as recorded",
            str(one["records"]),
            f"{one['r']:.3f}",
            f"{one['rmse_mv']:.3f}",
            f"{100 * one['coverage_90']:.1f} %",
            f"{one['spread_mv']:.3f}",
        )
        for one in found
    ]
    return _table(("Lead I", "records", "r", "RMSE mV", "in the 90 % band", "spread mV"), rows)


def _honesty(own: Mapping[str, Any]) -> str:
    if "none" not in own["tiers"]:
        return "Not measured.\n"
    found = own["tiers"]["none"]["honesty"]
    rows = []
    for wave, key in (("R", "r_by_lead"), ("T", "t_by_lead")):
        for measure, name in (
            ("spread, estimated over true", "spread_ratio"),
            ("slope of truth on estimate", "slope_of_truth_on_estimate"),
            ("R² of error on truth", "r2_of_error_on_truth"),
        ):
            rows.append((f"{wave}: {measure}", *(f"{found[key][lead.value][name]:.2f}" for lead in ESTIMATED)))
    tie, qrs, qt = found["tie_of_r_in_i_and_v3"], found["qrs_ms"], found["qt_ms_in_ii"]
    st = "; ".join(
        f"{lead}: {one['made_up']} of {one['without']} made up ({one['made_up_flagged']} flagged), "
        f"{one['missed']} of {one['true']} missed ({one['missed_flagged']} flagged), {one['flagged']} flagged of all"
        for lead, one in found["st_elevation"].items()
    )
    return (
        _table(("amplitude", *(lead.value for lead in ESTIMATED)), rows)
        + f"\nThe tie between R in I and in V3: true {tie['true']:.2f}, estimated {tie['estimated']:.2f}. "
        f"QRS duration over twelve leads, estimated less true: {qrs['bias']:.0f} ms "
        f"({qrs['low']:.0f} to {qrs['high']:.0f}); "
        f"QT in II: {qt['bias']:.0f} ms ({qt['low']:.0f} to {qt['high']:.0f}). "
        f"ST of 0.1 mV or more, {st}; flagged: the 90 % band holds 0.1 mV.\n"
    )
