"""What the figure shows, in words and tables: for readers who cannot see it, and for those who want the numbers."""

from collections.abc import Mapping
from typing import Protocol

import numpy as np
import pandas as pd

from ecg_core.records import METADATA_RANGES, EarlierEcg, PatientMetadata, Recording
from ecg_core.results import Analysis, Segments
from ecg_core.uncertainty.calibration import WITH_EARLIER
from ecg_core.vocabulary import ESTIMATED, LEADS, MEASURED, FloatArray, Lead

__all__ = [
    "FIELD_NAMES",
    "clock",
    "doubt_table",
    "earlier_ecg",
    "earlier_in_words",
    "hours",
    "in_words",
    "metadata_table",
    "moved_table",
    "promise",
    "reading_in_words",
    "score_table",
    "units",
    "wave_table",
]

FIELD_NAMES: Mapping[str, str] = {
    "age_years": "Age",
    "sex": "Sex",
    "ventricular_rate": "Ventricular rate",
    "qrs_ms": "QRS duration",
    "qrs_count": "QRS count",
    "r_axis_deg": "R axis",
    "t_axis_deg": "T axis",
}
"""The patient's metadata as they are called on the page, in order."""

_SHORT_UNITS = {"beats per minute": "bpm", "QRS complexes in ten seconds": "in 10 s", "degrees": "°"}


class Score(Protocol):
    """How an estimate compares with the recorded lead."""

    @property
    def r(self) -> float:
        """Pearson's correlation."""

    @property
    def rmse_mv(self) -> float:
        """Root mean square error, mV."""

    @property
    def coverage(self) -> float:
        """Share of samples inside the band."""


def units(name: str) -> str:
    """The unit of a metadata field in short, empty where it has none.

    >>> units("ventricular_rate"), units("sex")
    ('bpm', '')
    """
    unit = METADATA_RANGES[name][2] if name in METADATA_RANGES else ""
    return _SHORT_UNITS.get(unit, unit)


def clock(seconds: float) -> str:
    """A time within a recording.

    >>> clock(7.5), clock(3725)
    ('7.5 s', '1:02:05')
    """
    if seconds < 60:
        return f"{seconds:g} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def hours(seconds: float) -> str:
    """A time within a recording that may last a day.

    >>> hours(600), hours(86400)
    ('0:10:00', '24:00:00')
    """
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"


def reading_in_words(recording: Recording) -> str:
    """What was read: source, rate, length and leads."""
    leads = "all twelve leads" if set(recording.leads) == set(LEADS) else f"Lead {', '.join(recording.leads)}"
    return f"{recording.source} · {recording.sampling_rate:g} Hz · {clock(round(recording.duration, 1))} · {leads}"


def promise(analysis: Analysis) -> str:
    """What the band means, at the level it was calibrated to."""
    return f"{analysis.reconstruction.coverage:.0%} of true values lie inside the band"


def earlier_in_words(analysis: Analysis) -> str:
    """What of an earlier ECG the estimate rests on, such as ``with an earlier ECG of 2.2 years``; empty without one."""
    if analysis.earlier is None:
        return ""
    read = "" if WITH_EARLIER in analysis.card.calibrations else "the axes of "
    return f"with {read}an earlier ECG of {analysis.earlier.age}"


def earlier_ecg(ecg: EarlierEcg, age_origin: str) -> str:
    """What an earlier ECG tells, each value with its origin."""
    axes = " and ".join(f"{FIELD_NAMES[name]} {getattr(ecg.axes, name):.0f}°" for name in ecg.axes.known())
    measured = f", {axes} measured on it" if axes else ""
    return f"Of {ecg.age} ({age_origin}): its median beat{measured}".replace("age (unknown)", "age")


def in_words(analysis: Analysis) -> str:
    """The tracing as a paragraph."""
    reconstruction, segments = analysis.reconstruction, analysis.examination.segments
    widths = _half_widths(analysis)
    least, most = min(widths, key=widths.__getitem__), max(widths, key=widths.__getitem__)
    found = f"On Lead I {len(segments.qrs)} QRS complexes and {len(segments.t)} T waves were found."
    length = clock(round(analysis.recording.duration, 1))
    by = f"{analysis.card.name} {earlier_in_words(analysis)}".rstrip()
    return (
        f"A twelve-lead tracing of {length}: Lead I as measured, {len(ESTIMATED)} leads estimated by "
        f"{by} from {reconstruction.passes} dropout passes. {promise(analysis)}; its half-width is "
        f"{widths[least]:.2f} mV on average in {least}, the surest lead, and {widths[most]:.2f} mV in {most}, the "
        f"least sure. {segments.not_delineated or found}"
    )


def _half_widths(analysis: Analysis) -> dict[Lead, float]:
    """Mean half-width of the band for each estimated lead, mV."""
    reconstruction = analysis.reconstruction
    widths = (reconstruction.high - reconstruction.low).mean(axis=1) / 2
    return {lead: float(widths[reconstruction.row(lead)]) for lead in ESTIMATED}


def doubt_table(analysis: Analysis) -> pd.DataFrame:
    """For each lead its provenance, the mean half-width of its band and both spreads, mV."""
    reconstruction = analysis.reconstruction
    widths = _half_widths(analysis)
    return pd.DataFrame(
        {
            "Lead": [str(lead) for lead in LEADS],
            "Provenance": [str(reconstruction.provenance(lead)) for lead in LEADS],
            "Band ± mV": [widths.get(lead, np.nan) for lead in LEADS],
            "Total sd mV": [_mean(reconstruction.total_sd, lead) for lead in LEADS],
            "Dropout sd mV": [_mean(reconstruction.epistemic_sd, lead) for lead in LEADS],
        }
    )


def _mean(spread: FloatArray, lead: Lead) -> float:
    return float("nan") if lead in MEASURED else float(spread[LEADS.index(lead)].mean())


def score_table(scores: Mapping[Lead, Score], by: str = "") -> pd.DataFrame:
    """How each estimated lead compares with the one that the file held; ``by`` which model goes into the headings."""
    compared = [lead for lead in LEADS if lead in scores and lead not in MEASURED]
    name = f" {by}" if by else ""
    return pd.DataFrame(
        {
            "Lead": [str(lead) for lead in compared],
            f"r{name}": [scores[lead].r for lead in compared],
            f"RMSE mV{name}": [scores[lead].rmse_mv for lead in compared],
            f"In band{name}": [100 * scores[lead].coverage for lead in compared],
        }
    )


def moved_table(one: Analysis, other: Analysis) -> pd.DataFrame:
    """How far each estimated lead lies from the same lead in another analysis of the same recording, mV."""
    difference = np.abs(one.reconstruction.mean - other.reconstruction.mean)
    rows = [one.reconstruction.row(lead) for lead in ESTIMATED]
    return pd.DataFrame(
        {
            "Lead": [str(lead) for lead in ESTIMATED],
            "Mean mV": difference[rows].mean(axis=1),
            "Most mV": difference[rows].max(axis=1),
        }
    )


def wave_table(segments: Segments) -> pd.DataFrame:
    """Every QRS complex and T wave on Lead I in order of time: onset and offset in s, duration in ms."""
    waves = np.concatenate([segments.qrs, segments.t])
    names = np.repeat(["QRS", "T"], [len(segments.qrs), len(segments.t)])
    order = np.argsort(waves[:, 0], kind="stable")
    seconds = waves[order] / segments.sampling_rate
    return pd.DataFrame(
        {
            "Wave": names[order],
            "Onset s": seconds[:, 0],
            "Offset s": seconds[:, 1],
            "Duration ms": 1000 * (seconds[:, 1] - seconds[:, 0]),
        }
    )


def metadata_table(metadata: PatientMetadata, earlier: EarlierEcg | None = None, age_origin: str = "") -> pd.DataFrame:
    """What the network was told of the patient, and where each value came from; last, the age of an earlier ECG."""
    known = metadata.known()
    ecg = ("none", "–") if earlier is None else (earlier.age, f"uploaded, age {age_origin}")
    return pd.DataFrame(
        {
            "Field": [*FIELD_NAMES.values(), "Earlier ECG"],
            "Value": [*(_value(metadata, name) if name in known else "unknown" for name in FIELD_NAMES), ecg[0]],
            "Origin": [*(str(metadata.origin(name)) if name in known else "–" for name in FIELD_NAMES), ecg[1]],
        }
    )


def _value(metadata: PatientMetadata, name: str) -> str:
    value = getattr(metadata, name)
    return str(value) if name == "sex" else f"{value:g} {units(name)}".replace(" °", "°").strip()
