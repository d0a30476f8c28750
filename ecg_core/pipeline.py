"""The whole flow on one screen: a recording and metadata in, twelve leads with their doubt out."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ecg_core.errors import LeadMissing, RecordingRefused
from ecg_core.limb_leads import derive
from ecg_core.metadata import encode, from_measurements, measure_twelve_leads, merge
from ecg_core.metrics import covered, pearson_r, rmse
from ecg_core.models.checkpoint import Model, load_model
from ecg_core.readers.estimated import LEFT_OUT
from ecg_core.records import EarlierEcg, PatientMetadata, Preparation, Recording
from ecg_core.results import Analysis, Examination, LeadIChange, Reconstruction, Segments
from ecg_core.signals.beats import earlier_input, median_beat
from ecg_core.signals.changes import compare_beats
from ecg_core.signals.filters import band_pass, resample
from ecg_core.signals.intervals import measure
from ecg_core.signals.quality import assess
from ecg_core.signals.waves import find_waves, label_waves
from ecg_core.signals.windows import cut, fade_weights, window_starts
from ecg_core.uncertainty.calibration import band, calibration_for
from ecg_core.uncertainty.mc_dropout import Moments, sample
from ecg_core.vocabulary import DERIVED, ESTIMATED, LEADS, PREDICTED, FloatArray, Lead, Origin, Verdict

__all__ = [
    "LeadScore",
    "analyse",
    "compare",
    "examine",
    "known_from_lead_i",
    "predict",
    "read_earlier",
    "reconstruct",
]

Progress = Callable[[float], None]
WINDOWS_AT_ONCE = 4
"""So many windows of a recording are encoded together."""


def examine(recording: Recording, preparation: Preparation | None = None) -> Examination:
    """Filter Lead I and say what it shows by itself: quality, waves, rate, QRS count and duration.

    Raises `LeadMissing` where the recording has no Lead I.
    """
    raw, rate = recording[Lead.I], recording.sampling_rate
    filtered, removed = band_pass(raw[None], rate, preparation or Preparation())
    segments = find_waves(filtered[0], rate)
    quality = assess(raw, rate, segments)
    return Examination(filtered[0], rate, quality, segments, measure(segments, len(raw)), removed)


def known_from_lead_i(examination: Examination) -> PatientMetadata:
    """Rate, QRS duration and QRS count as Lead I itself gives them."""
    return from_measurements(examination.measurements)


def read_earlier(recording: Recording, *, days_before: float | None = None) -> EarlierEcg:
    """What an earlier twelve-lead ECG of the same patient tells: its median beats and its R and T axis.

    Its rate says nothing of now. ``days_before``: how many days before the new recording it was made, where that is
    known. Raises `LeadMissing` where one of I, II and V1-V6 is missing, `RecordingRefused` where it shows no beats.
    """
    preparation = Preparation()
    leads = (Lead.I, *PREDICTED)
    if not set(leads) <= set(recording.leads):
        raise LeadMissing(
            f"The earlier ECG holds {', '.join(recording.leads)}; Leads I, II and V1 to V6 are needed: choose a "
            f"twelve-lead recording, or go on without.{' ' + LEFT_OUT if LEFT_OUT in recording.notes else ''}"
        )
    needed = recording.only(*leads)
    filtered, _ = band_pass(needed.signals, recording.sampling_rate, preparation)
    rate = preparation.sampling_rate
    earlier = Recording(resample(filtered, recording.sampling_rate, rate), needed.leads, rate, recording.source)
    segments = find_waves(earlier[Lead.I], rate)
    measured = measure_twelve_leads(earlier, segments, Origin.EARLIER)
    beat = median_beat(earlier.signals, segments.r_peaks, rate, rate)
    if beat is None:
        raise RecordingRefused(
            "Found no whole beat in the earlier ECG; expected a readable twelve-lead recording: choose another, or go "
            "on without."
        )
    axes = PatientMetadata(
        r_axis_deg=measured.r_axis_deg, t_axis_deg=measured.t_axis_deg, origins=dict(measured.origins)
    )
    return EarlierEcg(beat, rate, axes, days_before)


def analyse(
    recording: Recording,
    metadata: PatientMetadata | None = None,
    model: Model | None = None,
    *,
    earlier: EarlierEcg | None = None,
    measure_lead_i: bool = True,
    examination: Examination | None = None,
    passes: int = 50,
    seed: int = 0,
    coverage: float = 0.9,
    progress: Progress | None = None,
) -> Analysis:
    """Reconstruct the twelve leads of a recording from its Lead I, and an earlier ECG of the patient if there is one.

    Other leads in the recording never reach the network; they become the reference. ``metadata`` is what is known of
    the patient; the axes that it leaves unknown are those of ``earlier`` (`read_earlier`), and with ``measure_lead_i``
    the rate, QRS duration and QRS count that it leaves unknown are measured on Lead I. ``coverage`` of the
    band is one of the levels the model is calibrated for. ``examination`` saves examining
    the same recording twice. ``progress`` is called with the share done. Raises `RecordingRefused` where the quality
    of Lead I forbids it.

    >>> from pathlib import Path
    >>> from ecg_core import read
    >>> folder = Path("sample_data")
    >>> recording = read({path.name: path.read_bytes() for path in sorted(folder.glob("A0001.*"))})
    >>> analyse(recording, passes=4).reconstruction.mean.shape == (12, recording.signals.shape[1])
    True
    """
    model = load_model() if model is None else model
    examination = examination or examine(recording, model.card.preparation)
    if examination.quality.verdict is Verdict.STOP:
        found = [finding for finding in examination.quality.findings if finding.verdict is Verdict.STOP]
        raise RecordingRefused(
            "Lead I cannot be used: " + " ".join(f"{one.name}. {one.reason} {one.advice}" for one in found)
        )
    metadata = metadata or PatientMetadata()
    if earlier is not None:
        metadata = merge(metadata, earlier.axes)
    if measure_lead_i:
        metadata = merge(metadata, known_from_lead_i(examination))
    reconstruction = reconstruct(
        examination.lead_i, examination.segments, metadata, model, earlier=earlier,
        passes=passes, seed=seed, coverage=coverage, progress=progress,
    )  # fmt: skip
    change = None if earlier is None else _change(examination, earlier)
    reference = _reference(recording, model)
    used = earlier if model.card.reads_metadata else None
    return Analysis(recording, metadata, examination, reconstruction, model.card, reference, used, change)


def _change(examination: Examination, earlier: EarlierEcg) -> LeadIChange | None:
    """How Lead I differs from that of the earlier ECG; None where it shows no whole beat."""
    now = median_beat(
        examination.lead_i[None], examination.segments.r_peaks, examination.sampling_rate, earlier.sampling_rate
    )
    return None if now is None else compare_beats(now[0], earlier.beat[0], earlier.sampling_rate)


def _reference(recording: Recording, model: Model) -> Recording | None:
    others = tuple(lead for lead in recording.leads if lead is not Lead.I)
    if not others:
        return None
    filtered, _ = band_pass(recording.only(*others).signals, recording.sampling_rate, model.card.preparation)
    return Recording(filtered, others, recording.sampling_rate, recording.source)


def reconstruct(
    lead_i: FloatArray,
    segments: Segments,
    metadata: PatientMetadata,
    model: Model,
    *,
    earlier: EarlierEcg | None = None,
    passes: int = 50,
    seed: int = 0,
    coverage: float = 0.9,
    within: tuple[int, int] | None = None,
    progress: Progress | None = None,
) -> Reconstruction:
    """Run the network over filtered Lead I ``(sample,)`` at the rate of ``segments``, window by window, and calibrate.

    Windows are joined by a cross-fade of their moments at the network's rate and brought back to the recording's own:
    II and V1-V6 by a polyphase filter, the other limb leads from II and the measured Lead I, so that their laws hold
    exactly; spreads are interpolated. ``within``: the first sample and that after the last of what is reconstructed,
    where it is not all; what lies before and after is looked at as far as it matters.
    """
    rate, samples = segments.sampling_rate, len(lead_i)
    slow_rate = model.card.preparation.sampling_rate
    slow_lead_i = resample(lead_i, rate, slow_rate)
    laid = None
    if earlier is not None:
        peaks = np.round(segments.r_peaks * slow_rate / rate).astype(np.int64)
        beat = resample(earlier.beat, earlier.sampling_rate, slow_rate)
        laid = earlier_input(beat, peaks, len(slow_lead_i), slow_rate)
    first, last = _windows_around(within, len(slow_lead_i), rate, model) if within else (0, len(slow_lead_i))
    told = None if laid is None else laid[:, first:last]
    slow = predict(slow_lead_i[first:last], metadata, model, told, passes=passes, seed=seed, progress=progress)
    slow = Moments(*(np.pad(part, [(0, 0), (first, len(slow_lead_i) - last)]) for part in slow.arrays))
    mean = np.empty((len(LEADS), samples), np.float32)
    mean[LEADS.index(Lead.I)] = lead_i
    rows = [LEADS.index(lead) for lead in PREDICTED]
    mean[rows] = resample(slow.mean[rows], slow_rate, rate, samples)
    for lead in DERIVED:
        mean[LEADS.index(lead)] = derive(lead, mean[LEADS.index(Lead.I)], mean[LEADS.index(Lead.II)])
    epistemic, total = (_interpolate(sd, slow_rate, rate, samples) for sd in (slow.epistemic_sd, slow.total_sd))
    calibration = calibration_for(model.card, metadata, earlier_beat=earlier is not None)
    low, high = band(mean, total, label_waves(segments, samples), calibration, coverage)
    mean, epistemic, total, low, high = (
        part[:, slice(*within or (None,))] for part in (mean, epistemic, total, low, high)
    )
    return Reconstruction(mean, epistemic, total, low, high, coverage, rate, passes, seed)


def _windows_around(within: tuple[int, int], samples: int, rate: float, model: Model) -> tuple[int, int]:
    """From where to where, of ``samples`` at the network's rate, windows have to be looked at for what is ``within``.

    The window before, whose end is faded into the first; and so much after as the last is faded over.
    """
    preparation = model.card.preparation
    overlap = preparation.overlap_seconds
    first, last = (place / rate for place in within)
    begins, ends = first - (preparation.window_seconds - overlap), last + overlap
    slow_rate = preparation.sampling_rate
    return max(round(begins * slow_rate), 0), min(round(ends * slow_rate), samples)


def _interpolate(sd: FloatArray, from_hz: float, to_hz: float, samples: int) -> FloatArray:
    """Spreads ``(12, sample)`` at another rate; linear, so that none turns negative."""
    times, slow_times = np.arange(samples) / to_hz, np.arange(sd.shape[1]) / from_hz
    interpolated = np.empty((len(sd), samples), np.float32)
    for row, values in enumerate(sd):
        interpolated[row] = np.interp(times, slow_times, values)
    return interpolated


def predict(
    lead_i: FloatArray,
    metadata: PatientMetadata,
    model: Model,
    earlier: FloatArray | None = None,
    *,
    passes: int,
    seed: int,
    progress: Progress | None = None,
) -> Moments:
    """Moments of a whole prepared recording at the network's rate, each ``(12, sample)``, its windows cross-faded.

    ``lead_i (sample,)``; ``earlier`` as from `ecg_core.signals.beats.earlier_input`.
    """
    preparation, features = model.card.preparation, encode(metadata)
    length, overlap = (
        round(seconds * preparation.sampling_rate)
        for seconds in (preparation.window_seconds, preparation.overlap_seconds)
    )
    starts = window_starts(len(lead_i), length, overlap)
    joined = [np.zeros((len(LEADS), len(lead_i)), np.float32) for _ in range(3)]
    weights = fade_weights(len(lead_i), starts, length, overlap)
    windows = [window.signal for window in cut(lead_i, preparation)]
    for first in range(0, len(starts), WINDOWS_AT_ONCE):
        some = slice(first, first + WINDOWS_AT_ONCE)
        told = (
            None
            if earlier is None
            else np.stack([earlier[:, start : start + len(windows[0])] for start in starts[some]])
        )
        found = sample(model.network, np.stack(windows[some]), features, told, passes=passes, seed=seed)
        for index, moments in enumerate(found, start=first):
            start, weight = starts[index], weights[index]
            for whole, part in zip(joined, moments.arrays, strict=True):
                whole[:, start : start + len(weight)] += weight * part
            if progress is not None:
                progress((index + 1) / len(starts))
    return Moments(*joined)


@dataclass(frozen=True)
class LeadScore:
    """How an estimated lead compares with the recorded one: Pearson r, RMSE in mV, share of samples inside the band."""

    r: float
    rmse_mv: float
    coverage: float


def compare(analysis: Analysis) -> dict[Lead, LeadScore]:
    """Score each estimated lead that the file also held, over the whole recording; empty where it held none."""
    scores = {}
    for lead in ESTIMATED:
        if analysis.reference is None or lead not in analysis.reference:
            continue
        row, result, truth = LEADS.index(lead), analysis.reconstruction, analysis.reference[lead]
        scores[lead] = LeadScore(
            float(pearson_r(result.mean[row], truth)),
            float(rmse(result.mean[row], truth)),
            float(covered(result.low[row], result.high[row], truth).mean()),
        )
    return scores
