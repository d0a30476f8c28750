"""The evidence for a model: every tier on held-out folds, the earlier ECG, raw targets, diagnoses, a spoilt Lead I,
other data sets."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ecg_core.limb_leads import twelve
from ecg_core.metrics import auroc, bootstrap_interval, paired_interval, pearson_r
from ecg_core.models.checkpoint import Model
from ecg_core.pipeline import reconstruct
from ecg_core.records import PatientMetadata, Preparation
from ecg_core.results import Segments
from ecg_core.signals.beats import BEAT_RATE, lay
from ecg_core.signals.filters import band_pass, resample
from ecg_core.signals.waves import find_waves
from ecg_core.training.cases import PRIOR_TIERS, ROWS, cases, rows_of
from ecg_core.training.data import Records, load_folds
from ecg_core.training.earlier import beat_of, earlier_rows
from ecg_core.training.evaluate import Evaluation, compare_tiers, evaluate
from ecg_core.training.folders import load_folder, load_folder_pairs, raw_targets
from ecg_core.training.labels import SUPERCLASSES, class_matrix
from ecg_core.training.release import SELECT_FOLD, TRAIN_FOLDS
from ecg_core.training.rivals import RIVALS, tier_for
from ecg_core.training.spoilt import spoilt
from ecg_core.training.superclasses import classifier_leads, predict_classes, train_classifier
from ecg_core.uncertainty.calibration import (
    WITHOUT_AXES,
    Residuals,
    calibration_in,
    fit_calibration,
    half_widths,
)
from ecg_core.vocabulary import LEADS, PREDICTED, BoolArray, FloatArray, Lead

__all__ = ["EARLIER_TIERS", "per_record", "report", "transfer"]

EARLIER_TIERS = ("none", "prior-axes", "prior", "paper")
"""What the network is told of the records that have an earlier one, for the comparison on exactly these."""


def report(
    model: Model,
    data: Path,
    folds: Sequence[int],
    tiers: Sequence[str],
    *,
    passes: int,
    transfer_to: Sequence[Path] = (),
    classes: bool = True,
) -> dict[str, Any]:
    """Score a model on folds of PTB-XL; a rival is scored in its own tier alone.

    Gives what is written to ``evaluation.json``. ``classes``: also train the classifiers of diagnoses on folds 1-7 and
    ask what the reconstruction keeps. ``transfer_to``: folders for `transfer`.
    """
    preparation = model.card.preparation
    records = load_folds(data, folds, Preparation())
    rival = model.card.name in RIVALS
    chosen = [tier_for(model.card.name)] if rival else [tier for tier in tiers if tier not in PRIOR_TIERS]
    result: dict[str, Any] = {
        "model": model.card.name,
        "weights_sha256": model.card.weights_sha256,
        "data": f"PTB-XL, fold {', '.join(map(str, folds))}",
        "targets_hz": [preparation.low_hz, preparation.high_hz],
        "passes": passes,
        "tiers": {},
    }
    runs: dict[str, Evaluation] = {}
    for tier in chosen:
        runs[tier] = evaluate(model, records, tier, passes=passes, keep_leads=tier == "none")
        result["tiers"][tier] = runs[tier].result(records) | {"per_record": per_record(runs[tier], records)}
    patients = records.table["patient_id"].to_numpy()
    if "none" in runs:
        result["compared_with_none"] = {
            tier: compare_tiers(run.point, runs["none"].point, patients) for tier, run in runs.items() if tier != "none"
        }
        leads = runs["none"].leads
        if leads is not None and not rival:
            result["raw_targets"] = _on_raw_targets(model, data, records, leads)
            if classes:
                result["diagnoses"] = _diagnoses(data, records, leads)
        if not rival:
            result["spoilt"] = spoilt(model, records, runs["none"], passes=passes)
    for folder in transfer_to if not rival else ():
        same = result["tiers"].get("none", {}).get("point", {}).get("by_group", {}).get("rhythm")
        found = transfer(model, folder, passes=passes, same_rhythm=same)
        result.setdefault("transfer", {})[found["data"]] = found
    if not rival and set(tiers) & set(PRIOR_TIERS):
        both = sorted({SELECT_FOLD, *folds})
        result["earlier"] = _with_and_without_earlier(model, load_folds(data, both, Preparation()), passes)
        result["earlier"]["data"] = f"PTB-XL, folds {', '.join(map(str, both))}, records with an earlier one"
    return result


def per_record(run: Evaluation, records: Records) -> dict[str, list[float]]:
    """What pairs this run with another: the mean correlation, RMSE and spread of each record."""
    own = records.table.iloc[run.point.rows]
    return {
        "ecg_id": own["ecg_id"].astype(int).tolist(),
        "patient_id": own["patient_id"].astype(int).tolist(),
        "r": run.point.r.mean(axis=1).round(4).tolist(),
        "rmse_mv": run.point.rmse.mean(axis=1).round(4).tolist(),
        "spread_mv": run.doubt.spread_of_record.round(4).tolist(),
    }


def _on_raw_targets(model: Model, data: Path, records: Records, leads: FloatArray) -> dict[str, Any]:
    """Correlation with the unfiltered leads; what the filter took from Lead I is given back as far as it is shared."""
    gain = np.array([model.card.training["wander_gain"][lead.value] for lead in PREDICTED], np.float32)
    predicted = [LEADS.index(lead) for lead in PREDICTED]
    r, filtered_only = np.empty((2, len(records), len(ROWS)))
    for row, raw in enumerate(raw_targets(data, records)):
        estimate, truth = leads[row].astype(np.float32), twelve(raw[0], raw[1:])[ROWS]
        removed = raw[0] - records.leads(slice(row, row + 1))[0, 0]
        removed -= removed.mean()
        whole = twelve(raw[0], estimate[predicted] + gain[:, None] * removed)
        r[row], filtered_only[row] = pearson_r(whole[ROWS], truth), pearson_r(estimate[ROWS], truth)
    patients = records.table["patient_id"].to_numpy()
    return {
        "r_mean": float(r.mean()),
        "r_interval_95": bootstrap_interval(r.mean(axis=1), patients),
        "r_mean_without_wander": float(filtered_only.mean()),
        "r_by_lead": {LEADS[row].value: float(r[:, i].mean()) for i, row in enumerate(ROWS)},
    }


def _diagnoses(data: Path, records: Records, leads: FloatArray) -> dict[str, Any]:
    """AUROC of superclasses by classifiers trained on real leads: real twelve, reconstructed twelve, Lead I alone."""
    train = load_folds(data, TRAIN_FOLDS, Preparation())
    labels, wanted = (class_matrix(_classes(one)) for one in (train, records))
    of_twelve, of_one = (train_classifier(train, labels, count) for count in (12, 1))
    everything = slice(None)
    told = {
        "real twelve": predict_classes(of_twelve, classifier_leads(records, everything, 12)),
        "reconstructed twelve": predict_classes(of_twelve, leads.astype(np.float32)),
        "real Lead I": predict_classes(of_one, classifier_leads(records, everything, 1)),
    }
    result: dict[str, Any] = {}
    for name, scores in told.items():
        by_class = {group: auroc(scores[:, i], wanted[:, i] > 0) for i, group in enumerate(SUPERCLASSES)}
        result[name] = {"macro": float(np.mean(list(by_class.values()))), **by_class}
    return result


def _classes(records: Records) -> list[list[str]]:
    return [[name for name in row.split(";") if name] for row in records.table["superclasses"].fillna("")]


def _with_and_without_earlier(model: Model, records: Records, passes: int) -> dict[str, Any]:
    """The tiers of `EARLIER_TIERS` on the records that have an earlier one; apart where the diagnosis changed."""
    rows, before = rows_of(records, "prior"), earlier_rows(records.table)
    rows = [row for row in rows if beat_of(records, before[row]) is not None]
    patients = records.table["patient_id"].to_numpy()
    runs = {tier: evaluate(model, records, tier, passes=passes, rows=rows) for tier in EARLIER_TIERS}
    classes = records.table["superclasses"].fillna("")
    changed = np.array([classes[row] != classes[before[row]] for row in rows])
    own = patients[rows]
    pasted = _pasted_r(records, rows, before)
    r = {tier: run.point.r.mean(axis=1) for tier, run in runs.items()}
    return {
        "records": len(rows),
        "patients": len(np.unique(own)),
        "tiers": {tier: run.result(records) for tier, run in runs.items()},
        "pasted_r_mean": float(pasted.mean()),
        "r_prior_less_pasted": paired_interval(r["prior"], pasted, own),
        "r_prior_less_paper": paired_interval(r["prior"], r["paper"], own),
        "r_prior_less_none": paired_interval(r["prior"], r["none"], own),
        "share_of_the_way_by_axes": float((r["prior-axes"] - r["none"]).mean() / (r["paper"] - r["none"]).mean()),
        "by_change": {
            name: {
                "records": int(chosen.sum()),
                **{tier: run.over(chosen) for tier, run in runs.items()},
            }
            for name, chosen in (("superclass unchanged", ~changed), ("superclass changed", changed))
            if chosen.any()
        },
    }


def _pasted_r(records: Records, rows: list[int], before: dict[int, int]) -> FloatArray:
    """Mean correlation of the earlier beat alone, laid at the R peaks, ``(record,)``."""
    values = []
    for row in rows:
        beat = beat_of(records, before[row])
        if beat is None:
            raise ValueError("rows without an earlier beat are left out before")
        laid = lay(beat, records.r_peaks(row), records.signals.shape[2], 100.0)
        lead_i = records.leads(slice(row, row + 1))[0, 0]
        values.append(pearson_r(twelve(lead_i, laid[1:])[ROWS], records.twelve(row)[ROWS]).mean())
    return np.array(values)


def transfer(
    model: Model, folder: Path, *, passes: int, same_rhythm: Mapping[str, Mapping[str, float]] | None = None
) -> dict[str, Any]:
    """Score a model, told nothing, on LUDB or a folder of WFDB records, nothing retrained.

    The band before and after recalibration on every second recording, both judged on the others; and how R amplitudes
    of Lead II and V1-V6 from the recording's own rate compare with those from its 100 Hz copy. ``same_rhythm`` holds
    the scores by rhythm on PTB-XL, to stand beside.
    """
    records = load_folder(folder, model.card.preparation)
    run = evaluate(model, records, "none", passes=passes)
    patients = np.unique(records.table["patient_id"])
    to_fit = records.table["patient_id"].isin(patients[::2]).to_numpy()
    result = run.result(records)
    result |= {
        "left_out": dict(records.left_out),
        "data": ", ".join(sorted(records.table["dataset"].unique())),
        "by_rhythm": _by_rhythm(run, records, same_rhythm or {}),
        "recordings": len(patients),
        "coverage_90": float(run.doubt.records_inside.mean()),
    }
    if len(patients) >= 20:
        result["recalibrated"] = _recalibrated(model, records, to_fit, passes)
    result["r_amplitude_ratio_own_rate_to_100_hz"] = _rate_ratio(model, folder, passes)
    return result


def _by_rhythm(
    run: Evaluation, records: Records, same_rhythm: Mapping[str, Mapping[str, float]]
) -> dict[str, dict[str, float | None]]:
    """Scores of each rhythm beside those of the same rhythm on PTB-XL."""
    rhythms = records.table["rhythm"].iloc[run.point.rows].to_numpy()
    r, errors = run.point.r.mean(axis=1), run.point.rmse.mean(axis=1)
    return {
        str(name): {
            "records": int((rhythms == name).sum()),
            "r": float(r[rhythms == name].mean()),
            "rmse_mv": float(errors[rhythms == name].mean()),
            "r_ptb_xl": same_rhythm.get(str(name), {}).get("r"),
        }
        for name in sorted(set(rhythms))
    }


def _recalibrated(model: Model, records: Records, to_fit: BoolArray, passes: int) -> dict[str, Any]:
    """Coverage of the 90 % band on half of the recordings, before and after the other half recalibrated it."""
    kept = list(cases(model, records, "none", passes=passes))
    fitted = fit_calibration(
        (
            Residuals(case.moments.mean - case.truth, case.moments.total_sd, case.waves)
            for case in kept
            if to_fit[case.row]
        ),
        "half of the recordings",
    )
    shares = []
    for case in kept:
        if to_fit[case.row]:
            continue
        error = np.abs(case.moments.mean - case.truth)[ROWS]
        shares.append(
            [
                float((error <= half_widths(case.moments.total_sd, case.waves, one, 0.9)[ROWS]).mean())
                for one in (calibration_in(model.card, WITHOUT_AXES), fitted)
            ]
        )
    before, after = np.mean(shares, axis=0)
    return {"fitted_on": int(to_fit.sum()), "judged_on": len(shares), "before": float(before), "after": float(after)}


def _rate_ratio(model: Model, folder: Path, passes: int) -> dict[str, float]:
    """Median over recordings of R amplitude at the recording's own rate over that from its 100 Hz copy, by lead."""
    ratios: dict[Lead, list[float]] = {lead: [] for lead in PREDICTED}
    slow_rate = model.card.preparation.sampling_rate
    for recording, _ in load_folder_pairs(folder, model.card.preparation):
        rate = recording.sampling_rate
        lead_i = band_pass(recording[Lead.I][None], rate, model.card.preparation)[0][0]
        slow = resample(lead_i, rate, slow_rate)
        segments, slow_segments = find_waves(lead_i, rate), find_waves(slow, slow_rate)
        if not len(segments.r_peaks) or not len(slow_segments.r_peaks):
            continue
        fast_mean, slow_mean = (
            reconstruct(signal, waves, PatientMetadata(), model, passes=passes).mean
            for signal, waves in ((lead_i, segments), (slow, slow_segments))
        )
        for lead in PREDICTED:
            row = LEADS.index(lead)
            fast_r, slow_r = (
                r_mv(mean[row], waves) for mean, waves in ((fast_mean, segments), (slow_mean, slow_segments))
            )
            if slow_r > 0.1:
                ratios[lead].append(fast_r / slow_r)
    return {lead.value: float(np.median(values)) for lead, values in ratios.items() if values}


def r_mv(lead: FloatArray, segments: Segments) -> float:
    """Median over beats of the highest value within 60 ms of the R peak of Lead I.

    Read at `BEAT_RATE`, as amplitudes are everywhere: between samples of 10 ms the top of an R wave is missed.
    """
    fine, peaks = resample(lead, segments.sampling_rate, BEAT_RATE), segments.r_peaks / segments.sampling_rate
    reach = round(0.06 * BEAT_RATE)
    return float(
        np.median(
            [fine[max(peak - reach, 0) : peak + reach + 1].max() for peak in np.rint(peaks * BEAT_RATE).astype(int)]
        )
    )
