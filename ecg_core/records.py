"""What comes in: a recording, the patient's metadata, and how a signal is prepared."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from types import MappingProxyType

import numpy as np

from ecg_core.errors import LeadMissing, MetadataOutOfRange, RecordingRefused
from ecg_core.vocabulary import FloatArray, Lead, Origin, Removed, Sex

__all__ = [
    "METADATA_RANGES",
    "EarlierEcg",
    "PatientMetadata",
    "Preparation",
    "Recording",
    "Window",
    "days_between",
    "frozen",
]


def frozen(array: FloatArray) -> FloatArray:
    """Return a read-only view of ``array``."""
    view = array.view()
    view.flags.writeable = False
    return view


@dataclass(frozen=True, eq=False)
class Recording:
    """Some leads of an ECG in mV, recorded at the same time.

    ``signals (lead, sample)`` in mV, finite; ``leads`` names its rows; ``sampling_rate`` in Hz; ``source``
    is the format it was read from; ``notes`` say what the reader assumed, and ``removed`` what personal things it left
    out. Names, dates of birth and file names are never part of it. ``started_at`` is whole, so that the age of an
    earlier ECG is known in days; screens and exports give its month alone.

    >>> strip = Recording(np.zeros((1, 5000)), (Lead.I,), 500.0, "generated")
    >>> strip.duration, strip[Lead.I].shape
    (10.0, (5000,))
    """

    signals: FloatArray
    leads: tuple[Lead, ...]
    sampling_rate: float
    source: str
    started_at: datetime | None = None
    notes: tuple[str, ...] = ()
    removed: tuple[Removed, ...] = ()

    def __post_init__(self) -> None:
        signals = np.asarray(self.signals)
        if signals.ndim != 2 or signals.shape[0] != len(self.leads) or not len(self.leads):
            raise RecordingRefused(
                f"Found signals of shape {signals.shape} for {len(self.leads)} leads; expected one row for each lead."
            )
        if len(set(self.leads)) != len(self.leads):
            raise RecordingRefused(
                f"Found a lead more than once in {', '.join(self.leads)}; expected each at most once."
            )
        if not (math.isfinite(self.sampling_rate) and self.sampling_rate > 0):
            raise RecordingRefused(f"Found a sampling rate of {self.sampling_rate} Hz; expected a positive number.")
        if not np.isfinite(signals).all():
            raise RecordingRefused("Found samples that are not numbers; expected mV throughout.")
        object.__setattr__(self, "signals", frozen(signals))

    def __getitem__(self, lead: Lead) -> FloatArray:
        if lead not in self.leads:
            raise LeadMissing(f"The recording holds {', '.join(self.leads)}; Lead {lead} is needed.")
        row: FloatArray = self.signals[self.leads.index(lead)]
        return row

    def __contains__(self, lead: object) -> bool:
        return lead in self.leads

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return float(self.signals.shape[1] / self.sampling_rate)

    def only(self, *leads: Lead) -> "Recording":
        """The same recording with these leads alone, in this order."""
        rows = np.stack([self[lead] for lead in leads])
        return replace(self, signals=rows, leads=leads)

    def between(self, start: float, end: float) -> "Recording":
        """The part from ``start`` to ``end``, in seconds from the beginning; times in it begin at zero again.

        >>> Recording(np.zeros((1, 5000)), (Lead.I,), 500.0, "generated").between(2, 8).duration
        6.0
        """
        first, last = round(start * self.sampling_rate), round(end * self.sampling_rate)
        started = None if self.started_at is None else self.started_at + timedelta(seconds=start)
        return replace(self, signals=self.signals[:, first:last], started_at=started)


def days_between(earlier: Recording, recording: Recording) -> float | None:
    """Days from one recording to a later one, None where a file does not say when it was made.

    >>> then, now = (Recording(np.zeros((1, 9)), (Lead.I,), 500.0, "", datetime(2026, 1, day)) for day in (1, 8))
    >>> days_between(then, now)
    7.0
    """
    if earlier.started_at is None or recording.started_at is None:
        return None
    now, then = recording.started_at, earlier.started_at
    if (now.tzinfo is None) != (then.tzinfo is None):  # one file names no time zone: taken for that of the other
        now, then = now.replace(tzinfo=None), then.replace(tzinfo=None)
    return (now - then).total_seconds() / 86400


METADATA_RANGES: Mapping[str, tuple[float, float, str]] = MappingProxyType(
    {
        "age_years": (0.0, 120.0, "years"),
        "ventricular_rate": (20.0, 300.0, "beats per minute"),
        "qrs_ms": (40.0, 300.0, "ms"),
        "qrs_count": (1.0, 60.0, "QRS complexes in ten seconds"),
        "r_axis_deg": (-180.0, 180.0, "degrees"),
        "t_axis_deg": (-180.0, 180.0, "degrees"),
    }
)
"""Lowest and highest value that is accepted for each field, and its unit."""


@dataclass(frozen=True, eq=False)
class PatientMetadata:
    """What is known of the patient and of this ECG; ``None`` is unknown, which is not zero.

    ``age_years``; ``sex``; ``ventricular_rate`` in beats per minute; ``qrs_ms``: QRS duration in ms;
    ``qrs_count``: QRS complexes in ten seconds; ``r_axis_deg`` and ``t_axis_deg``: frontal axes of QRS and T
    in degrees, -180 to 180. ``origins`` says where each known value came from (typed, if it says nothing).
    Raises `MetadataOutOfRange` for a value outside `METADATA_RANGES`.

    >>> patient = PatientMetadata(age_years=63, sex=Sex.FEMALE)
    >>> patient.known(), patient.origin("age_years").value
    (('age_years', 'sex'), 'typed by the user')
    """

    age_years: float | None = None
    sex: Sex | None = None
    ventricular_rate: float | None = None
    qrs_ms: float | None = None
    qrs_count: float | None = None
    r_axis_deg: float | None = None
    t_axis_deg: float | None = None
    origins: Mapping[str, Origin] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, (low, high, unit) in METADATA_RANGES.items():
            value = getattr(self, name)
            if value is not None and not (low <= value <= high):
                raise MetadataOutOfRange(
                    f"Found {name} = {value:g}; expected {low:g} to {high:g} {unit}, or leave it unknown."
                )
        object.__setattr__(self, "origins", MappingProxyType(dict(self.origins)))

    def known(self) -> tuple[str, ...]:
        """Names of the fields that have a value."""
        names = (entry.name for entry in fields(self) if entry.name != "origins")
        return tuple(name for name in names if getattr(self, name) is not None)

    def origin(self, name: str) -> Origin:
        """Where the value of field ``name`` came from."""
        return self.origins.get(name, Origin.TYPED)


@dataclass(frozen=True, eq=False)
class EarlierEcg:
    """What an earlier twelve-lead ECG of the same patient tells.

    ``beat (8, sample)``: its median beat in mV at ``sampling_rate``, R at `ecg_core.signals.beats.BEFORE` seconds,
    leads I, II, V1-V6; ``axes``: its R and T axis; ``days_before``: its age when the new recording was made, None where
    nobody said.

    >>> EarlierEcg(np.zeros((8, 80)), 100.0, PatientMetadata(r_axis_deg=60), days_before=800).age
    '2.2 years'
    """

    beat: FloatArray
    sampling_rate: float
    axes: PatientMetadata
    days_before: float | None = None

    def __post_init__(self) -> None:
        beat = np.asarray(self.beat, np.float32)
        if beat.ndim != 2 or beat.shape[0] != 8 or not np.isfinite(beat).all() or not self.sampling_rate > 0:
            raise RecordingRefused(
                f"Found an earlier beat of shape {beat.shape} at {self.sampling_rate:g} Hz; expected eight leads of "
                "finite mV at a positive rate."
            )
        if self.days_before is not None and not 0 <= self.days_before <= 120 * 366:
            raise MetadataOutOfRange(
                f"Found an earlier ECG {self.days_before:g} days before this one; expected 0 days or more, and an age "
                "that a patient can reach: check the dates, or leave its age unknown."
            )
        object.__setattr__(self, "beat", frozen(beat))

    @property
    def age(self) -> str:
        """Its age in words."""
        if self.days_before is None:
            return "unknown age"
        if self.days_before < 60:
            return "1 day" if round(self.days_before) == 1 else f"{self.days_before:.0f} days"
        return (
            f"{self.days_before / 30.4:.0f} months"
            if self.days_before < 700
            else f"{self.days_before / 365.25:.1f} years"
        )


@dataclass(frozen=True)
class Preparation:
    """The preprocessing of a signal as a value: kept in the model card, used in training and in use.

    Zero-phase band-pass from ``low_hz`` to ``high_hz``; a notch at whichever of ``mains_hz`` is found in the
    signal, none where neither is; ``sampling_rate`` in Hz of the network's input; windows of ``window_seconds`` that
    overlap by ``overlap_seconds``. The signal stays in mV.
    """

    low_hz: float = 0.5
    high_hz: float = 40.0
    mains_hz: tuple[float, ...] = (50.0, 60.0)
    sampling_rate: float = 100.0
    window_seconds: float = 10.0
    overlap_seconds: float = 2.0


@dataclass(frozen=True, eq=False)
class Window:
    """A stretch of prepared Lead I: ``signal (sample,)`` in mV, ``start`` in seconds, ``sampling_rate`` in Hz."""

    signal: FloatArray
    start: float
    sampling_rate: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "signal", frozen(np.asarray(self.signal)))
