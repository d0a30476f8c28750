"""Small made-up evaluations with the keys that `ecg-core evaluate --release` writes."""

import numpy as np

from ecg_core.vocabulary import ESTIMATED, Wave

RECORDS = 40
LEVELS = ("0.50", "0.80", "0.90", "0.95")
GROUPS = {
    "superclass": ("NORM", "MI", "STTC", "CD", "HYP"),
    "rhythm": ("SR", "AFIB", "PACE"),
    "sex": ("male", "female"),
    "age": ("50-59", "60-69"),
}


def per_lead(random, make) -> dict:
    return {lead.value: make(random) for lead in ESTIMATED}


def lead_scores(random) -> dict:
    return {"r": random.uniform(0.5, 0.9), "rmse_mv": random.uniform(0.05, 0.2), "r2_median": 0.5}


def shares(random, middle: float) -> dict:
    return {wave.value: round(random.uniform(middle - 0.03, middle + 0.03), 4) for wave in Wave}


def point(random, mean: float) -> dict:
    groups = {
        kind: {
            name: {"records": 30 + index, "r": mean - 0.05 * index, "rmse_mv": 0.1 + 0.01 * index}
            for index, name in enumerate(names)
        }
        for kind, names in GROUPS.items()
    }
    return {
        "records": RECORDS, "patients": 38, "r_mean": mean, "r_interval_95": [mean - 0.01, mean + 0.01],
        "r_median": mean, "r_5th_percentile": 0.51, "rmse_mv": 0.1034, "rmse_mv_interval_95": [0.10, 0.107],
        "r2_median": 0.5, "by_lead": per_lead(random, lead_scores), "by_wave": {}, "by_group": groups,
    }  # fmt: skip


def order(random) -> dict:
    return {
        "ause_sample": random.uniform(0.2, 0.4), "ause_record": random.uniform(0.2, 0.4),
        "rank_correlation_with_rmse": random.uniform(0.3, 0.7), "auroc_bad": random.uniform(0.6, 0.9), "paper_r": 0.4,
        "rmse_left_mv": {"0.1": 0.095, "0.2": 0.089, "0.3": 0.084},
    }  # fmt: skip


def spread(random) -> dict:
    claimed = np.geomspace(0.01, 0.3, 20)
    return order(random) | {
        "ence": {"raw": 0.2, "calibrated": random.uniform(0.03, 0.08)},
        "crps_mv": {"raw": 0.06, "calibrated": random.uniform(0.04, 0.05)},
        "reliability_mv": [claimed.tolist(), (claimed * 1.1).tolist()],
        "sparsification_mv": np.linspace(0.14, 0.03, 20).tolist(),
        "coverage": {
            level: {
                "overall": float(level) - 0.004,
                "mean_width_mv": 0.3 * float(level), "whole_records": float(level) - 0.02,
                "by_lead_and_wave": per_lead(random, lambda random, level=level: shares(random, float(level))),
            }
            for level in LEVELS
        },
    }  # fmt: skip


def doubt(random) -> dict:
    cells = {
        name: {"records": 100 if name != "HYP" else 20, "coverage": per_lead(random, lambda one: shares(one, 0.9))}
        for name in GROUPS["superclass"]
    }
    cells["MI"]["coverage"]["V2"]["QRS"] = 0.8123
    kinds = {kind: spread(random) for kind in ("both", "dropout", "expected", "constant")}
    kinds |= {kind: order(random) for kind in ("size of the prediction", "slope of the prediction", "QRS mask")}
    return {"kinds": kinds, "cells_90": cells, "mean_rmse_mv": 0.1034, "bad_records": 4}


def honesty(random) -> dict:
    def lean(random):
        return {
            "spread_ratio": random.uniform(0.4, 0.9), "slope_of_truth_on_estimate": 0.9, "r2_of_error_on_truth": 0.6,
        }  # fmt: skip

    def st(random):
        return {
            "true": 8, "without": 32, "made_up": 2, "made_up_flagged": 1, "missed": 6,
            "missed_flagged": 5, "flagged": 20,
        }  # fmt: skip

    return {
        "records": RECORDS, "r_by_lead": per_lead(random, lean), "t_by_lead": per_lead(random, lean),
        "tie_of_r_in_i_and_v3": {"true": 0.041, "estimated": 0.412},
        "st_elevation": {lead: st(random) for lead in ("V1", "V2", "V3", "V4")},
        "qrs_ms": {"bias": -4.2, "low": -30.0, "high": 21.0, "n": 40},
        "qt_ms_in_ii": {"bias": 3.0, "low": -40.0, "high": 46.0, "n": 10},
    }  # fmt: skip


def scores(random, tier: str, mean: float) -> dict:
    r = np.linspace(0.3, 0.98, RECORDS).round(4).tolist()
    own = {"ecg_id": list(range(RECORDS)), "patient_id": list(range(RECORDS)), "r": r, "rmse_mv": r, "spread_mv": r}
    return {
        "tier": tier, "point": point(random, mean), "doubt": doubt(random), "honesty": honesty(random),
        "largest_limb_lead_violation_mv": 1e-7, "per_record": own,
    }  # fmt: skip


def earlier(random) -> dict:
    told = {"none": 0.75, "prior-axes": 0.80, "prior": 0.861, "paper": 0.84}

    def group(records, less):
        return {"records": records} | {
            tier: {"r": r - less, "rmse_mv": 0.09, "coverage_90": 0.9 - less, "spread_mv": 0.08 + less / 10}
            for tier, r in told.items()
        }

    return {
        "records": 542, "patients": 480, "tiers": {tier: scores(random, tier, r) for tier, r in told.items()},
        "pasted_r_mean": 0.783, "r_prior_less_pasted": [0.078, 0.07, 0.09], "r_prior_less_paper": [0.021, 0.01, 0.03],
        "r_prior_less_none": [0.111, 0.1, 0.12], "share_of_the_way_by_axes": 0.56,
        "by_change": {"superclass unchanged": group(400, 0.0), "superclass changed": group(142, 0.03)},
        "data": "PTB-XL, folds 8, 9, records with an earlier one",
    }  # fmt: skip


def transfer(random) -> dict:
    return {
        "data": "LUDB", "point": point(random, 0.771), "coverage_90": 0.861, "recordings": 100,
        "by_rhythm": {
            "SR": {"records": 300, "r": 0.79, "rmse_mv": 0.1, "r_ptb_xl": 0.8},
            "AFIB": {"records": 40, "r": 0.7, "rmse_mv": 0.12, "r_ptb_xl": None},
        },
        "recalibrated": {"fitted_on": 170, "judged_on": 170, "before": 0.858, "after": 0.897},
        "r_amplitude_ratio_own_rate_to_100_hz": {"II": 1.01, "V3": 0.98},
    }  # fmt: skip


def evaluation(name: str, weights_sha256: str, tiers: dict[str, float], *, whole: bool = True) -> dict:
    """Of a model in these tiers, each with its mean r; ``whole``: with everything that only the main model has."""
    random = np.random.default_rng(len(name))
    result = {
        "model": name, "weights_sha256": weights_sha256, "data": "PTB-XL, fold 9", "targets_hz": [0.5, 40.0],
        "passes": 30, "tiers": {tier: scores(random, tier, r) for tier, r in tiers.items()},
    }  # fmt: skip
    if whole:
        up = [0.05, 0.04, 0.06]
        result["compared_with_none"] = {
            tier: {"r": up, "rmse_mv": up, "r_by_lead": per_lead(random, lambda _: up), "r_in_QRS": up, "r_in_T": up}
            for tier in tiers if tier != "none"
        }  # fmt: skip
        result["earlier"] = earlier(random)
        result["transfer"] = {"LUDB": transfer(random)}
        result["spoilt"] = [
            {
                "by": by,
                "strength": strength,
                "records": 274,
                "r": r,
                "rmse_mv": 0.1,
                "coverage_90": 0.9,
                "spread_mv": 0.08,
            }
            for by, strength, r in ((None, None, 0.79), ("low_pass_hz", 12.0, 0.61), ("snr_db", 10.0, 0.75))
        ]
        result["diagnoses"] = {
            reader: {"macro": mean, **dict.fromkeys(GROUPS["superclass"], mean)}
            for reader, mean in (("real twelve", 0.931), ("reconstructed twelve", 0.822), ("real Lead I", 0.835))
        }
    return result
