"""From the channels of a file to a Recording in mV: answers, units, and what is refused, for every format alike."""

import math
from collections.abc import Mapping

import numpy as np

from ecg_core.errors import AnswerNeeded, Question, RecordingRefused
from ecg_core.limits import HIGHEST_HZ, LONGEST_SECONDS, LOWEST_HZ, MOST_BESIDE, MOST_CHANNELS, SHORTEST_SECONDS
from ecg_core.readers.channels import Channel, RawFile
from ecg_core.readers.leads import choose_leads
from ecg_core.readers.text import millivolts_per, same_unit
from ecg_core.records import Recording
from ecg_core.vocabulary import FloatArray, Lead

__all__ = ["accept"]

MOST_MISSING = 0.05
LARGEST_MV, SMALLEST_MV = 50.0, 0.02
RATE_TOLERANCE = 0.005
ABSURD = 1e12
"""No unit makes a sample this large: taken as missing."""


def accept(raw: RawFile, sampling_rate: float | None, unit: str | None, lead: str | None) -> Recording:
    """The Recording that ``raw`` holds, with the user's answers where the file is silent.

    Lead I has to be usable; other leads that are not (flat, mostly missing, of another rate) are left out with a
    note, and so are all others of a recording that holds more than `MOST_BESIDE` samples. Up to 5 % of missing samples
    are bridged by straight lines, also with a note.

    Raises `AnswerNeeded` for a rate, unit or lead that neither file nor user gave; `RecordingRefused` for a
    recording that is too short or long, of too many channels, flat, mostly missing, of an impossible size, or that
    contradicts an answer.
    """
    if len(raw.channels) > MOST_CHANNELS:
        raise RecordingRefused(
            f"Found {len(raw.channels)} channels; at most {MOST_CHANNELS} are read: save the ECG alone."
        )
    chosen = choose_leads(raw.channels, lead)
    rate = _rate(chosen[Lead.I], sampling_rate)
    _check_length(chosen[Lead.I].samples, rate)
    notes, named = list(raw.notes), len(chosen)
    if len(chosen) > 1 and len(chosen) * chosen[Lead.I].samples > MOST_BESIDE:
        notes.append(f"Left out: {len(chosen) - 1} other lead(s); of a recording this long Lead I alone is kept.")
        chosen = {Lead.I: chosen[Lead.I]}
    scales = {
        known: _scale(channel, unit) for known, channel in chosen.items() if known is Lead.I or _is_voltage(channel)
    }
    rows: dict[Lead, FloatArray] = {}
    for known, scale in scales.items():
        channel = chosen[known]
        if known is not Lead.I and not _beside(channel, chosen[Lead.I]):
            continue
        try:
            rows[known], bridged = _usable(channel.copied(), scale, known)
        except RecordingRefused:
            if known is Lead.I:
                raise
            continue
        notes.extend(bridged)
    notes.extend(_left_out(len(raw.channels) - named, chosen, rows))
    notes.extend(_inconsistent(rows))
    signals = np.stack(list(rows.values())) if len(rows) > 1 else rows[Lead.I][None]
    return Recording(signals, tuple(rows), rate, raw.source, raw.started_at, tuple(notes), raw.removed)


def _is_voltage(channel: Channel) -> bool:
    return channel.unit is None or millivolts_per(channel.unit) is not None


def _beside(channel: Channel, lead_i: Channel) -> bool:
    """Whether a channel was sampled together with Lead I."""
    return channel.sampling_rate == lead_i.sampling_rate and channel.samples == lead_i.samples


def _rate(channel: Channel, answer: float | None) -> float:
    found = channel.sampling_rate
    if found is not None and answer is not None and not math.isclose(found, answer, rel_tol=RATE_TOLERANCE):
        raise RecordingRefused(
            f"The file says {found:g} Hz and the answer {answer:g} Hz; leave the rate out, or correct the file."
        )
    rate = answer if found is None else found
    if rate is None:
        raise AnswerNeeded("The file does not say its sampling rate; give it in Hz.", Question.RATE)
    if not LOWEST_HZ <= rate <= HIGHEST_HZ:
        raise RecordingRefused(f"Found a sampling rate of {rate:g} Hz; expected {LOWEST_HZ:g} to {HIGHEST_HZ:g} Hz.")
    return float(rate)


def _check_length(samples: int, rate: float) -> None:
    seconds = samples / rate
    if samples == 0:
        raise RecordingRefused("The recording is empty: it holds no samples; upload one of at least 5 s.")
    if seconds < SHORTEST_SECONDS:
        raise RecordingRefused(
            f"The recording lasts {math.floor(100 * seconds) / 100:g} s; at least {SHORTEST_SECONDS:g} s are needed."
        )
    if seconds > LONGEST_SECONDS:
        raise RecordingRefused(
            f"The recording lasts {seconds / 3600:.1f} hours; at most 24 are read: cut it into days first."
        )


def _scale(channel: Channel, answer: str | None) -> float:
    """How many mV one unit of the channel's values is."""
    if answer is not None and millivolts_per(answer) is None:
        raise RecordingRefused("The unit given is no unit of voltage; expected mV or uV.")
    if channel.unit is None:
        if answer is None:
            raise AnswerNeeded(
                "The file does not say the unit of its values; say whether it is mV or uV.", Question.UNIT, ("mV", "uV")
            )
        return millivolts_per(answer) or 1.0
    scale = millivolts_per(channel.unit)
    if scale is None:
        raise RecordingRefused("Lead I is in a unit that is no voltage; expected mV or µV.")
    if answer is not None and not same_unit(channel.unit, answer):
        raise RecordingRefused(
            f"The file gives its values in {_spelled(scale)} and the answer says {_spelled(millivolts_per(answer))}; "
            "leave the unit out, or correct the file."
        )
    return scale


def _spelled(scale: float | None) -> str:
    return {1e-6: "nV", 1e-3: "µV", 1.0: "mV", 1e3: "V"}.get(scale or 0.0, "another unit")


def _usable(signal: FloatArray, scale: float, lead: Lead) -> tuple[FloatArray, tuple[str, ...]]:
    """The ``signal``, itself changed, in mV without gaps, and words on what was bridged; raises `RecordingRefused`."""
    missing = ~((signal < ABSURD) & (signal > -ABSURD))
    signal[missing] = np.nan
    share = float(missing.mean())
    if share > MOST_MISSING:
        raise RecordingRefused(
            f"{share:.0%} of Lead {lead} is missing; at most {MOST_MISSING:.0%} may be: record again with good contact."
        )
    notes: tuple[str, ...] = ()
    if share > 0:
        present = np.flatnonzero(~missing)
        signal[missing] = np.interp(np.flatnonzero(missing), present, signal[present])
        notes = (f"{share:.2%} of Lead {lead} was missing and was bridged by straight lines.",)
    _check_size(signal, scale, lead)
    signal *= scale
    return signal, notes


def _check_size(signal: FloatArray, scale: float, lead: Lead) -> None:
    low, high = float(signal.min()), float(signal.max())
    if low == high:
        raise RecordingRefused(f"Lead {lead} is flat throughout; check that the electrodes were connected.")
    middle = float(np.median(signal))
    peak = max(high - middle, middle - low) * scale
    if not SMALLEST_MV <= peak <= LARGEST_MV:
        raise RecordingRefused(
            f"Lead {lead} reaches {peak:.3g} mV from its middle; expected {SMALLEST_MV:g} to {LARGEST_MV:g} mV: "
            "the unit is probably wrong."
        )


def _left_out(strangers: int, chosen: Mapping[Lead, Channel], rows: Mapping[Lead, FloatArray]) -> tuple[str, ...]:
    """Words on the channels that did not become leads, without their names: a name may be anything."""
    notes = []
    unusable = [lead for lead in chosen if lead not in rows]
    if unusable:
        notes.append(f"Left out as unusable (flat, missing, out of range or of another rate): {', '.join(unusable)}.")
    if strangers:
        notes.append(f"Left out: {strangers} channel(s) that are not a standard lead, or repeat one.")
    return tuple(notes)


def _inconsistent(rows: Mapping[Lead, FloatArray]) -> tuple[str, ...]:
    """A warning where I + III is not II, which one gain for each lead brings about."""
    if not {Lead.I, Lead.II, Lead.III} <= set(rows):
        return ()
    one, two, three = (rows[lead] - np.median(rows[lead]) for lead in (Lead.I, Lead.II, Lead.III))
    if np.std(one + three - two) <= 0.3 * max(np.std(one), np.std(two), np.std(three)):
        return ()
    return ("Lead II is not the sum of Leads I and III: the gains of the leads in the file may be wrong.",)
