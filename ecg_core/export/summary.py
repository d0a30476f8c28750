"""JSON: what was read, found, told to the network and found again, with its origins."""

import json
from importlib.metadata import version
from typing import Any

from ecg_core.answers import answers
from ecg_core.corrections import BOUNDS, in_words, marked_by
from ecg_core.export.notice import EARLIER_WARNING, RESEARCH_ONLY
from ecg_core.export.provenance import channel_origin, month, provenance, short_hash
from ecg_core.pipeline import compare
from ecg_core.results import Analysis, Answer, Correction, Mark, Segments
from ecg_core.uncertainty.calibration import calibration_for
from ecg_core.vocabulary import LEADS, MEASURED

__all__ = ["to_json"]

PACKAGES = ("ecg-core", "torch", "numpy", "scipy", "neurokit2", "wfdb")


def to_json(analysis: Analysis, *, leads: bool = False) -> str:
    """Return the summary of an analysis; times are in seconds from the start of the recording.

    With ``leads`` it holds each lead as well: whether it was measured, and mean, spreads and band in mV.
    """
    content = _summary(analysis) | (_leads(analysis) if leads else {})
    return json.dumps(content, indent=None if leads else 1, ensure_ascii=False) + "\n"


def _leads(analysis: Analysis) -> dict[str, Any]:
    result = analysis.reconstruction
    return {
        "leads": {
            lead.value: {"provenance": result.provenance(lead).value, "origin": channel_origin(analysis, lead)}
            | {
                f"{name}_mv": getattr(result, name)[row].astype(float).round(5).tolist()
                for name in ("mean", "epistemic_sd", "total_sd", "low", "high")
                if name == "mean" or lead not in MEASURED
            }
            for row, lead in enumerate(LEADS)
        }
    }


def _summary(analysis: Analysis) -> dict[str, Any]:
    recording, examination, result = analysis.recording, analysis.examination, analysis.reconstruction
    return {
        "notice": RESEARCH_ONLY,
        "provenance": list(provenance(analysis)),
        "recording": {
            "short_hash": short_hash(analysis),
            "format": recording.source,
            "leads": [lead.value for lead in recording.leads],
            "sampling_rate_hz": recording.sampling_rate,
            "duration_s": recording.duration,
            "month": month(analysis),
            "notes": list(recording.notes),
            "left_out": list(recording.removed),
            "removed_by_filter": list(examination.removed),
        },
        "quality": {
            "verdict": examination.quality.verdict.value,
            "findings": [
                {"name": one.name, "verdict": one.verdict.value, "reason": one.reason, "advice": one.advice}
                for one in examination.quality.findings
            ],
        },
        "metadata": {
            name: {"value": getattr(analysis.metadata, name), "origin": analysis.metadata.origin(name).value}
            for name in analysis.metadata.known()
        },
        "earlier_ecg": _earlier(analysis),
        "measured_on_lead_i": {
            "marked_by": marked_by(examination.segments),
            "ventricular_rate_bpm": examination.measurements.ventricular_rate,
            "qrs_count": examination.measurements.qrs_count,
            "qrs_duration_ms": examination.measurements.qrs_ms,
            "t_count": examination.measurements.t_count,
        },
        "answers": {one.question: _answer(one) for one in answers(analysis)},
        "segments": _segments(examination.segments),
        "model": {
            "name": analysis.card.name,
            "weights_sha256": analysis.card.weights_sha256,
            "passes": result.passes,
            "seed": result.seed,
            "band_coverage": result.coverage,
            "calibrated_on": calibration_for(
                analysis.card, analysis.metadata, earlier_beat=analysis.earlier is not None
            ).fitted_on,
        },
        "against_recorded_leads": {
            lead.value: {"r": score.r, "rmse_mv": score.rmse_mv, "coverage": score.coverage}
            for lead, score in compare(analysis).items()
        },
        "versions": {name: version(name) for name in PACKAGES},
    }


def _answer(one: Answer) -> dict[str, Any]:
    """Its basis and what there is of it; a withheld answer has its reason and no value."""
    said = {name: getattr(one, name) for name in ("value", "low", "high", "unit", "why", "cause")}
    return {"basis": one.basis.value} | {name: value for name, value in said.items() if value not in (None, "")}


def _earlier(analysis: Analysis) -> dict[str, Any] | None:
    if analysis.earlier is None:
        return None
    change = analysis.change
    return {
        "warning": EARLIER_WARNING,
        "days_before": analysis.earlier.days_before,
        "lead_i_correlation": None if change is None else change.correlation,
        "lead_i_qrs_swing_mv_now_then": None if change is None else list(change.qrs_swing_mv),
        "unusual": [] if change is None else list(change.unusual),
    }


def _segments(segments: Segments) -> dict[str, Any]:
    rate = segments.sampling_rate
    return {
        "r_peaks_s": (segments.r_peaks / rate).round(4).tolist(),
        "qrs_s": (segments.qrs / rate).round(4).tolist(),
        "t_s": (segments.t / rate).round(4).tolist(),
        "not_delineated": segments.not_delineated,
        "marked_by": marked_by(segments),
        "corrected_by_hand": [_correction(one, rate) for one in segments.corrections],
    }


def _correction(correction: Correction, rate: float) -> dict[str, Any]:
    return {
        "in_words": in_words(correction, rate),
        "before": _mark(correction.before, rate),
        "after": _mark(correction.after, rate),
    }


def _mark(mark: Mark | None, rate: float) -> dict[str, Any] | None:
    if mark is None:
        return None
    return {"wave": mark.wave.value} | {f"{bound}_s": round(getattr(mark, bound) / rate, 4) for bound in BOUNDS}
