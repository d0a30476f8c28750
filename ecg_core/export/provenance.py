"""What every export says of itself: that eleven leads are estimated, by what, and how far they can be trusted."""

import hashlib
from importlib.metadata import version

import numpy as np

from ecg_core.corrections import log, marked_by
from ecg_core.export.notice import EARLIER_WARNING, RESEARCH_ONLY
from ecg_core.results import Analysis
from ecg_core.vocabulary import ESTIMATED_MARK, MEASURED, FloatArray, Lead

__all__ = ["analysed", "channel_origin", "half_width", "model_name", "month", "provenance", "short_hash"]


def short_hash(analysis: Analysis) -> str:
    """Eight hexadecimal digits of the SHA-256 of Lead I as recorded: names a recording without its file's name."""
    return hashlib.sha256(np.ascontiguousarray(analysis.recording[Lead.I], np.float64).tobytes()).hexdigest()[:8]


def analysed(analysis: Analysis) -> dict[str, object]:
    """What tells one analysis from another, in the columns of a table of many: recording, model, what it was told."""
    result, card, told = analysis.reconstruction, analysis.card, analysis.metadata
    return {
        "recording": short_hash(analysis),
        "model": card.name,
        "weights_sha256": card.weights_sha256,
        "passes": result.passes,
        "seed": result.seed,
        "told": "; ".join(f"{field} {getattr(told, field)} ({told.origin(field)})" for field in told.known()),
    }


def month(analysis: Analysis) -> str | None:
    """Year and month in which the recording began (``2026-03``), None where the file did not say it."""
    started = analysis.recording.started_at
    return None if started is None else f"{started.year:04d}-{started.month:02d}"


def model_name(analysis: Analysis) -> str:
    """The model's name and the start of its weights' hash (``dual-branch 1a2b3c4d``)."""
    return f"{analysis.card.name} {analysis.card.weights_sha256[:8]}"


def channel_origin(analysis: Analysis, lead: Lead) -> str:
    """In at most 64 characters, where the samples of ``lead`` come from."""
    if lead in MEASURED:
        band = analysis.card.preparation
        return f"Measured, then filtered {band.low_hz:g} to {band.high_hz:g} Hz"
    return f"Estimated from Lead I, not recorded: {model_name(analysis)}"[:64]


def half_width(analysis: Analysis) -> FloatArray:
    """Half the width of the calibrated band, ``(12, sample)`` in mV: it lies so far above and below the estimate."""
    return (analysis.reconstruction.high - analysis.reconstruction.low) / 2


def provenance(analysis: Analysis) -> tuple[str, ...]:
    """Lines that stand in every export, each one sentence or more in plain ASCII."""
    result, card, band = analysis.reconstruction, analysis.card, analysis.card.preparation
    segments = analysis.examination.segments
    lines = [
        f"{ESTIMATED_MARK}: Lead I is measured, the other eleven leads are estimated, not recorded.",
        RESEARCH_ONLY,
        f"Model {card.name}, weights SHA-256 {card.weights_sha256}, {result.passes} passes, "
        f"seed {result.seed}, ecg-core {version('ecg-core')}.",
        f"{100 * result.coverage:g} % of true values are expected inside the band around each estimate, on average "
        "over patients like those of its calibration.",
        f"All leads are band-passed, {band.low_hz:g} to {band.high_hz:g} Hz. QRS and T are marked on measured Lead I "
        f"(by {marked_by(segments)}).",
        f"Recording {short_hash(analysis)}, made in {month(analysis) or 'an unknown month'}.",
    ]
    if segments.corrections:
        lines.append(
            "Marks corrected by hand: what is measured on Lead I follows them; the estimate and its band were made "
            "with the marks of neurokit2, and so was what the network was told of Lead I."
        )
    if analysis.earlier is not None:
        lines.append(f"An earlier ECG of the patient was used, of {analysis.earlier.age}. {EARLIER_WARNING}")
    if analysis.change is not None and analysis.change.unusual:
        lines.append(f"Lead I has changed since the earlier ECG: {'; '.join(analysis.change.unusual)}.")
    return (*lines, *log(segments))
