"""The patient's metadata: how it is measured on twelve leads, and how a network is told."""

import math
from dataclasses import fields, replace

import numpy as np

from ecg_core.limb_leads import axis_degrees, derive
from ecg_core.records import METADATA_RANGES, PatientMetadata, Recording
from ecg_core.results import Measurements, Segments
from ecg_core.signals.beats import BEAT_RATE, BEFORE, global_qrs, median_beat
from ecg_core.signals.intervals import measure
from ecg_core.vocabulary import FloatArray, Lead, Origin, Sex

__all__ = ["FEATURES", "FIELDS", "MEASURED_ON_LEAD_I", "encode", "from_measurements", "measure_twelve_leads", "merge"]

FIELDS = tuple(entry.name for entry in fields(PatientMetadata) if entry.name != "origins")
"""The fields of `PatientMetadata`, in the order of their flags in `FEATURES`."""
MEASURED_ON_LEAD_I = ("ventricular_rate", "qrs_ms", "qrs_count")
"""Those that Lead I itself gives, and that may change from one part of a recording to the next."""

SCALES = {
    "age_years": (60.0, 17.0),
    "ventricular_rate": (75.0, 20.0),
    "qrs_ms": (95.0, 20.0),
    "qrs_count": (12.0, 3.5),
}
_AXES = ("r_axis_deg", "t_axis_deg")
FEATURES = (
    "age_years", "sex", "ventricular_rate", "qrs_ms", "qrs_count",
    "r_axis_cos", "r_axis_sin", "t_axis_cos", "t_axis_sin",
    *(f"{name}_known" for name in FIELDS), "axes_earlier",
)  # fmt: skip
"""What each element of an encoded metadata vector means."""


def encode(metadata: PatientMetadata) -> FloatArray:
    """Encode metadata for a network as ``(feature,)`` float32, elements as named in `FEATURES`.

    Numbers are centred and scaled to about one, an axis is its cosine and sine (so that -180° and 180° are the same),
    sex is ±1. An unknown field is 0 with its flag 0; a known one has its flag 1. ``axes_earlier`` is 1 where the R axis
    is known from an earlier ECG, and so may have changed since.

    >>> vector = encode(PatientMetadata(r_axis_deg=90))
    >>> {name: round(float(value), 3) for name, value in zip(FEATURES, vector) if abs(value) > 1e-6}
    {'r_axis_sin': 1.0, 'r_axis_deg_known': 1.0}
    """
    values = dict.fromkeys(FEATURES, 0.0)
    for name, (centre, scale) in SCALES.items():
        value = getattr(metadata, name)
        values[name] = 0.0 if value is None else (value - centre) / scale
    values["sex"] = {None: 0.0, Sex.MALE: -1.0, Sex.FEMALE: 1.0}[metadata.sex]
    for name in _AXES:
        angle = getattr(metadata, name)
        if angle is not None:
            stem = name.removesuffix("_deg")
            values[f"{stem}_cos"], values[f"{stem}_sin"] = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    for name in metadata.known():
        values[f"{name}_known"] = 1.0
    if metadata.r_axis_deg is not None and metadata.origin("r_axis_deg") is Origin.EARLIER:
        values["axes_earlier"] = 1.0
    return np.array([values[name] for name in FEATURES], np.float32)


def _within(name: str, value: float | None) -> float | None:
    """``value``, or None (unknown) where it is outside what the field allows."""
    low, high, _ = METADATA_RANGES[name]
    return value if value is not None and low <= value <= high else None


def from_measurements(measured: Measurements, origin: Origin = Origin.LEAD_I) -> PatientMetadata:
    """Rate, QRS duration and QRS count as measured on Lead I; what could not be measured stays unknown.

    >>> from_measurements(Measurements(72.0, 12, 12.0, 94.0, 12)).known()
    ('ventricular_rate', 'qrs_ms', 'qrs_count')
    """
    return PatientMetadata(
        ventricular_rate=_within("ventricular_rate", measured.ventricular_rate),
        qrs_ms=_within("qrs_ms", measured.qrs_ms),
        qrs_count=_within("qrs_count", measured.qrs_count_10s),
        origins=dict.fromkeys(("ventricular_rate", "qrs_ms", "qrs_count"), origin),
    )


def merge(metadata: PatientMetadata, other: PatientMetadata) -> PatientMetadata:
    """``metadata`` with what it leaves unknown taken from ``other``, each value with its origin.

    >>> merge(PatientMetadata(age_years=50), PatientMetadata(age_years=60, qrs_ms=90)).age_years
    50
    """
    missing = [name for name in other.known() if getattr(metadata, name) is None]
    values = {name: getattr(other, name) for name in missing}
    origins = {**metadata.origins, **{name: other.origin(name) for name in missing}}
    return replace(metadata, **values, origins=origins)


ST_SECONDS = 0.06
"""The T area is taken from this long after the end of QRS, so that it is T and not the J point."""


def measure_twelve_leads(
    recording: Recording, segments: Segments, origin: Origin = Origin.TWELVE_LEADS
) -> PatientMetadata:
    """Measure rate, QRS duration, QRS count and both axes on a filtered twelve-lead recording.

    ``segments`` are the waves of its Lead I (`ecg_core.signals.waves.find_waves`). Rate: mean over the R-R intervals;
    QRS count: R peaks for ten seconds; QRS duration: earliest onset to latest offset over all leads of the median
    beat (`global_qrs`); R axis and T axis: from the net areas, above less below the level just before QRS, in Leads I
    and aVF of the median beat (`axis_degrees`), over QRS and from `ST_SECONDS` after it to the median T end. What
    cannot be measured stays unknown. The net area, and not the tallest deflection, gives the direction of the mean
    vector. Raises `LeadMissing` where Lead I or II is not in the recording.
    """
    limb = recording.only(Lead.I, Lead.II).signals
    known = from_measurements(measure(segments, limb.shape[1]), origin)
    beat = median_beat(recording.signals, segments.r_peaks, recording.sampling_rate)
    bounds = None if beat is None else global_qrs(beat)
    if beat is None or bounds is None:
        return replace(known, qrs_ms=None)
    onset, offset = bounds
    i, ii = (beat[recording.leads.index(lead)] for lead in (Lead.I, Lead.II))
    avf = derive(Lead.AVF, i, ii)
    t_end = _t_end(segments, recording.sampling_rate)
    t_from = offset + round(ST_SECONDS * BEAT_RATE)
    return replace(
        known,
        qrs_ms=_within("qrs_ms", 1000 * (offset - onset) / BEAT_RATE),
        r_axis_deg=_axis(i, avf, onset, onset, offset),
        t_axis_deg=None if t_end is None else _axis(i, avf, onset, t_from, t_end),
        origins=dict.fromkeys(FIELDS, origin),
    )


def _t_end(segments: Segments, sampling_rate: float) -> int | None:
    """Median T end as a sample of the median beat."""
    if not len(segments.t) or not len(segments.r_peaks):
        return None
    before = np.searchsorted(segments.r_peaks, segments.t[:, 1]) - 1
    after_r = segments.t[before >= 0, 1] - segments.r_peaks[before[before >= 0]]
    return round((BEFORE + float(np.median(after_r)) / sampling_rate) * BEAT_RATE) if len(after_r) else None


LEAST_NET_AREA = 0.001
"""mV·s; below it in both leads an axis would be noise."""


def _axis(i: FloatArray, avf: FloatArray, level_at: int, start: int, end: int) -> float | None:
    """The axis of the net areas between two samples of a median beat; unknown where there is hardly any area."""
    if end <= start:
        return None
    level = slice(max(level_at - 10, 0), level_at)
    net_i, net_avf = (float((lead[start:end] - lead[level].mean()).sum() / BEAT_RATE) for lead in (i, avf))
    return axis_degrees(net_i, net_avf) if math.hypot(net_i, net_avf) >= LEAST_NET_AREA else None
