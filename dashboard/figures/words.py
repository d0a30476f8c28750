"""What the figure shows, in words and tables: for readers who cannot see it, and for those who want the numbers."""

from collections.abc import Mapping
from typing import Protocol

import numpy as np
import pandas as pd

from dashboard.engine_words import in_language, listed
from dashboard.numbers import decimal
from dashboard.texts import say
from dashboard.theme import Layout
from ecg_core.corrections import by_hand
from ecg_core.records import METADATA_RANGES, EarlierEcg, PatientMetadata, Recording
from ecg_core.results import Analysis, Segments
from ecg_core.uncertainty.calibration import WITH_EARLIER
from ecg_core.vocabulary import ESTIMATED, LEADS, MEASURED, FloatArray, Lead, Origin

__all__ = [
    "FIELDS",
    "age_in_words",
    "clock",
    "doubt_table",
    "earlier_ecg",
    "earlier_in_words",
    "field_name",
    "hours",
    "in_words",
    "layout_name",
    "member_name",
    "metadata_table",
    "moved_table",
    "notice_in_two_lines",
    "origin_name",
    "promise",
    "reading_in_words",
    "score_table",
    "units",
    "wave_table",
]

FIELDS = ("age_years", "sex", "ventricular_rate", "qrs_ms", "qrs_count", "r_axis_deg", "t_axis_deg")
"""The patient's metadata in the order of the page."""


def field_name(field: str) -> str:
    """What a field of the patient's metadata is called on the page.

    >>> field_name("qrs_ms")
    'QRS duration'
    """
    return say(f"words.field_{field}")


def origin_name(origin: Origin) -> str:
    """Where a value of the metadata came from, in the language of the page; `Origin`'s own words in English.

    >>> origin_name(Origin.LEAD_I) == Origin.LEAD_I
    True
    """
    return say(f"words.origin_{origin.name.lower()}")


_SHORT_UNITS = {"QRS complexes in ten seconds": "in 10 s", "degrees": "°"}
_TRANSLATED = {"years": "words.years", "beats per minute": "term.bpm"}


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
    return say(_TRANSLATED[unit]) if unit in _TRANSLATED else _SHORT_UNITS.get(unit, unit)


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
    leads = (
        say("words.all_twelve")
        if set(recording.leads) == set(LEADS)
        else say("words.leads", leads=", ".join(recording.leads))
    )
    source, length = in_language(recording.source), clock(round(recording.duration, 1))
    return f"{source} · {recording.sampling_rate:g} Hz · {length} · {leads}"


def layout_name(layout: Layout) -> str:
    """What a layout of the leads is called on the page.

    >>> layout_name(Layout.GRID)
    '3×4 + rhythm'
    """
    return say("words.layout_grid") if layout is Layout.GRID else layout.value


def member_name(choice: str) -> str:
    """One of the recordings that a file holds, as `ecg_core.read` offers it to be chosen, in the language of the page.

    >>> member_name("2 · WFDB · 12 channels · 10 s")
    '2 · WFDB · 12 channels · 10 s'
    """
    return listed(choice.split(" · "), " · ")


def promise(analysis: Analysis) -> str:
    """What the band means, at the level it was calibrated to."""
    return say("words.promise", coverage=f"{analysis.reconstruction.coverage:.0%}")


def earlier_in_words(analysis: Analysis) -> str:
    """What of an earlier ECG the estimate rests on, such as ``with an earlier ECG of 2.2 years``; empty without one."""
    if analysis.earlier is None:
        return ""
    read = "words.with_earlier" if WITH_EARLIER in analysis.card.calibrations else "words.with_axes"
    return say(read, age=age_in_words(analysis.earlier))


def age_in_words(ecg: EarlierEcg) -> str:
    """How old an earlier ECG is, as `EarlierEcg.age` says it."""
    days = ecg.days_before
    if days is None:
        return say("words.age_unknown")
    if days < 60:
        return say("words.age_day") if round(days) == 1 else say("words.age_days", count=f"{days:.0f}")
    if days < 700:
        return say("words.age_months", count=f"{days / 30.4:.0f}")
    return say("words.age_years", count=decimal(days / 365.25, 1))


def earlier_ecg(ecg: EarlierEcg, age_origin: str) -> str:
    """What an earlier ECG tells, each value with its origin."""
    axes = [f"{field_name(name)} {getattr(ecg.axes, name):.0f}°" for name in ecg.axes.known()]
    told = say("words.earlier_axes", axes=f" {say('words.and')} ".join(axes)) if axes else ""
    age = age_in_words(ecg) if ecg.days_before is None else f"{age_in_words(ecg)} ({in_language(age_origin)})"
    return say("words.earlier_tells", age=age, axes=told)


def notice_in_two_lines() -> str:
    """What a figure says below itself: what it is, and in the next line what not to do with it."""
    sentences = say("forms.research_only").split(". ")
    return ". ".join(sentences[:3]) + ".<br>" + ". ".join(sentences[3:])


def in_words(analysis: Analysis) -> str:
    """The tracing as a paragraph."""
    reconstruction, segments = analysis.reconstruction, analysis.examination.segments
    widths = _half_widths(analysis)
    least, most = min(widths, key=widths.__getitem__), max(widths, key=widths.__getitem__)
    found = say("words.found", qrs=len(segments.qrs), t=len(segments.t))
    if segments.corrections:
        found = f"{found} {say('marks.in_words', count=len(segments.corrections))}"
    length = clock(round(analysis.recording.duration, 1))
    by = f"{analysis.card.name} {earlier_in_words(analysis)}".rstrip()
    return say(
        "words.tracing", length=length, count=len(ESTIMATED), by=by, passes=reconstruction.passes,
        promise=promise(analysis), least=least, least_mv=f"{widths[least]:.2f}", most=most,
        most_mv=f"{widths[most]:.2f}", found=in_language(segments.not_delineated or "") or found,
    )  # fmt: skip


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
            say("words.lead"): [str(lead) for lead in LEADS],
            say("words.provenance"): [say(f"words.{reconstruction.provenance(lead)}") for lead in LEADS],
            say("words.band"): [widths.get(lead, np.nan) for lead in LEADS],
            say("words.total_sd"): [_mean(reconstruction.total_sd, lead) for lead in LEADS],
            say("words.dropout_sd"): [_mean(reconstruction.epistemic_sd, lead) for lead in LEADS],
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
            say("words.lead"): [str(lead) for lead in compared],
            f"r{name}": [scores[lead].r for lead in compared],
            f"RMSE mV{name}": [scores[lead].rmse_mv for lead in compared],
            f"{say('words.in_band')}{name}": [100 * scores[lead].coverage for lead in compared],
        }
    )


def moved_table(one: Analysis, other: Analysis) -> pd.DataFrame:
    """How far each estimated lead lies from the same lead in another analysis of the same recording, mV."""
    difference = np.abs(one.reconstruction.mean - other.reconstruction.mean)
    rows = [one.reconstruction.row(lead) for lead in ESTIMATED]
    return pd.DataFrame(
        {
            say("words.lead"): [str(lead) for lead in ESTIMATED],
            say("words.mean"): difference[rows].mean(axis=1),
            say("words.most"): difference[rows].max(axis=1),
        }
    )


def wave_table(segments: Segments) -> pd.DataFrame:
    """Every QRS complex and T wave on Lead I in order of time: onset and offset in s, duration in ms.

    Those that were corrected by hand have a star.
    """
    waves = np.concatenate([segments.qrs, segments.t])
    names = np.repeat(np.array(["QRS", "T"], dtype=object), [len(segments.qrs), len(segments.t)])
    corrected = {(mark.wave, mark.onset, mark.offset) for mark in by_hand(segments)}
    names += ["*" * ((name, *bounds) in corrected) for name, bounds in zip(names, waves.tolist(), strict=True)]
    order = np.argsort(waves[:, 0], kind="stable")
    seconds = waves[order] / segments.sampling_rate
    return pd.DataFrame(
        {
            say("words.wave"): names[order],
            say("words.onset"): seconds[:, 0],
            say("words.offset"): seconds[:, 1],
            say("words.duration"): 1000 * (seconds[:, 1] - seconds[:, 0]),
        }
    )


def metadata_table(metadata: PatientMetadata, earlier: EarlierEcg | None = None, age_origin: str = "") -> pd.DataFrame:
    """What the network was told of the patient, and where each value came from; last, the age of an earlier ECG."""
    known = metadata.known()
    ecg = (
        (say("words.none"), "–")
        if earlier is None
        else (age_in_words(earlier), say("words.uploaded", origin=in_language(age_origin)))
    )
    return pd.DataFrame(
        {
            say("words.field"): [*map(field_name, FIELDS), say("words.earlier")],
            say("words.value"): [
                *(_value(metadata, name) if name in known else say("forms.unknown") for name in FIELDS),
                ecg[0],
            ],
            say("words.origin"): [
                *(origin_name(metadata.origin(name)) if name in known else "–" for name in FIELDS),
                ecg[1],
            ],
        }
    )


def _value(metadata: PatientMetadata, name: str) -> str:
    value = getattr(metadata, name)
    return say(f"words.{value}") if name == "sex" else f"{value:g} {units(name)}".replace(" °", "°").strip()
