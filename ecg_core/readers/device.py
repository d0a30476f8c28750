"""Files as electrocardiographs write them: DICOM, GE MUSE, Philips Sierra, HL7 aECG, SCP-ECG, ISHNE, Mortara, Kardia.

Decoded by ecgdatakit, which takes paths: each file gets a neutral name in a private folder that goes at once. What its
parsers only warn of is refused here (a wrong checksum), as is a recording shorter than it says; Sierra's calibration
pulse is cut off, limb leads that are not stored follow from I and II, and nothing personal leaves this module.
"""

import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any

import numpy as np

from ecg_core.errors import UnreadableFile
from ecg_core.limb_leads import derive
from ecg_core.limits import LARGEST_TEXT, MOST_ELEMENTS
from ecg_core.readers import scp
from ecg_core.readers.channels import Channel, RawFile, StoredChannel
from ecg_core.readers.device_header import patient_of, removed_from
from ecg_core.readers.dicom_removed import removed_from_dicom
from ecg_core.readers.leads import parse_lead
from ecg_core.vocabulary import DERIVED, FloatArray, Lead, Removed

__all__ = ["NAME", "claims", "load"]

NAME = "device file"

_HEAD = 4096
_DEFLATED = b"1.2.840.10008.1.2.1.99"
"""DICOM's compressed transfer syntax, which may unfold to any size."""
_TAGS = (
    (re.compile(r"<restingecgdata\b"), "sierra_xml"),
    (re.compile(r"<RestingECG[\s>]|<MuseInfo", re.IGNORECASE), "ge_muse_xml"),
    (re.compile(r"<(?:[A-Za-z_][\w.-]*:)?AnnotatedECG\b"), "hl7_aecg"),
    (re.compile(r"<ECG[\s>/]"), "mortara_el250"),
)
_KARDIA = re.compile(r'"(?:recordedAt|algorithmDetermination|patientID|amplitudeResolution|data12L)"')
_NAMES = {
    "dicom_waveform": "DICOM",
    "sierra_xml": "Philips Sierra XML",
    "ge_muse_xml": "GE MUSE XML",
    "hl7_aecg": "HL7 aECG",
    "mortara_el250": "Mortara ELI XML",
    "scp_ecg": "SCP-ECG",
    "ishne_holter": "ISHNE",
    "alivecor_kardia": "Kardia JSON",
}
_TEXTS = frozenset(("sierra_xml", "ge_muse_xml", "hl7_aecg", "mortara_el250", "alivecor_kardia"))
_LENGTHS = (
    re.compile(r"(?P<found>\d+) (?P<what>samples|bytes|leads), (?P<promised>\d+) expected"),
    re.compile(r"(?P<found>\d+) (?P<what>samples|bytes|leads), expected (?P<promised>\d+)"),
    re.compile(r"Total (?P<promised>\d+) but (?P<found>\d+) (?P<what>samples|bytes)"),
    re.compile(r"DURATION=(?P<promised>\d+) but DATA holds (?P<found>\d+) (?P<what>samples)"),
    re.compile(r"declares (?P<promised>\d+) (?P<what>bytes) but the file has (?P<found>\d+)"),
)
"""How the decoder words a length that is not the promised one; the rest of its sentences may quote the file."""
_CUT_SHORT = re.compile(r"no element found|unclosed token|No tag to read|Unterminated string|EOFError")
_FURTHER = re.compile(r"only the first is read|are not loaded|waveform ignored")
"""How the decoder says that there is more in the file than it gave."""
_OFFSET = "FirstSampleBaseline"
"""MUSE's counts that some writers add to a lead and others take from it; the decoder names it where it is not zero."""
_FAULT = -32768
"""ISHNE's integer for a lead that was off."""
_CALIBRATION_SECONDS = 0.2
_WARNINGS = Lock()
"""Python collects warnings for a whole process: one file at a time."""


def claims(files: Mapping[str, bytes]) -> bool:
    """Whether the one file of ``files`` begins as one of these formats does."""
    return len(files) == 1 and _format(next(iter(files.values()))) is not None


def load(files: Mapping[str, bytes]) -> RawFile:
    """The rhythm leads of the one file, in mV, with what it states about the patient.

    Raises `UnreadableFile` where it cannot be decoded, is shorter than it says, fails its checksum or holds no rhythm.
    """
    data = next(iter(files.values()))
    source = _format(data) or ""
    notes: list[str] = []
    if source == "scp_ecg":
        data, notes = scp.mend(data)
    record, further = _decode(data, source)
    if further:
        notes.append("The file holds more than one rhythm recording: the first was read.")
    _check_length(record, source)
    leads, apart = _simultaneous(record.leads)
    notes += apart
    if any(_OFFSET in lead.annotations for lead in leads):
        notes.append(
            "The file states a baseline for its first sample; it was not applied, since makers differ on what it "
            "means: the filter removes it."
        )
    channels = [_channel(lead, place, record) for place, lead in enumerate(leads, 1)]
    if source == "sierra_xml":
        channels, cut = _without_calibration(channels)
        notes += cut
    channels, completed = _completed(channels)
    started = record.recording.date
    return RawFile(
        tuple(channels),
        _NAMES[source],
        started if isinstance(started, datetime) else None,
        (*notes, *completed),
        _removed(record, data, source),
        patient_of(record),
    )


def _removed(record: Any, data: bytes, source: str) -> tuple[Removed, ...]:
    """What personal things the file holds: as the decoder has them and, in DICOM, by its confidentiality profile."""
    if source != "dicom_waveform":
        return removed_from(record)
    with _WARNINGS, warnings.catch_warnings(action="ignore"):
        found = {*removed_from(record), *removed_from_dicom(data)}
    return tuple(kind for kind in Removed if kind in found)


def _format(data: bytes) -> str | None:
    """The decoder's name of the format, by the file's first bytes."""
    if data[128:132] == b"DICM":
        return "dicom_waveform"
    if data.startswith(b"ISHNE1.0"):
        return "ishne_holter"
    if scp.is_scp(data):
        return "scp_ecg"
    head = data[:_HEAD]
    encoding = "utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    text = head.decode(encoding, errors="ignore").lstrip()
    if text.startswith("<"):
        return next((source for tag, source in _TAGS if tag.search(text)), None)
    return "alivecor_kardia" if text.startswith("{") and len(set(_KARDIA.findall(text))) > 1 else None


def _decode(data: bytes, source: str) -> tuple[Any, bool]:
    """The decoder's record, and whether the file holds more than that.

    Raises `UnreadableFile` for whatever the decoder refuses, and for a wrong checksum.
    """
    from ecgdatakit.exceptions import ChecksumWarning, ECGDataKitError
    from ecgdatakit.parsing.parser import FileParser

    _check_bombs(data, source)
    try:
        with TemporaryDirectory(prefix="ecg-") as folder, _WARNINGS, warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            path = Path(folder, "recording")
            path.write_bytes(data)
            record = FileParser.parse(path)
    except (ECGDataKitError, ValueError, ArithmeticError, LookupError, TypeError) as error:
        raise UnreadableFile(_why(str(error), _NAMES[source], len(data))) from None
    if any(issubclass(one.category, ChecksumWarning) for one in told):
        raise UnreadableFile(
            f"A checksum in the {_NAMES[source]} file is wrong: it is damaged; copy it again from its source."
        )
    if record.source_format != source or not record.leads or min(lead.sampling_rate for lead in record.leads) <= 0:
        raise UnreadableFile(
            f"The {_NAMES[source]} file holds no rhythm recording with a sampling rate; expected an ECG."
        )
    return record, any(_FURTHER.search(str(one.message)) for one in told)


def _check_bombs(data: bytes, source: str) -> None:
    """Refuse what would unfold to far more than its size."""
    if source in _TEXTS and len(data) > LARGEST_TEXT:
        raise UnreadableFile(
            f"The {_NAMES[source]} file has {len(data) >> 20} MB; at most {LARGEST_TEXT >> 20} MB of text are read."
        )
    if source in _TEXTS and data.count(b"<") > MOST_ELEMENTS:
        raise UnreadableFile(f"The {_NAMES[source]} file has far more elements than an ECG; it is not read.")
    if source == "dicom_waveform" and _DEFLATED in data[:_HEAD]:
        raise UnreadableFile("The DICOM file is deflated as a whole, which is not read; save it uncompressed.")


def _why(message: str, name: str, size: int) -> str:
    """A sentence on what is wrong, of the decoder's numbers alone: its words may quote what the file says."""
    for pattern in _LENGTHS:
        match = pattern.search(message)
        if match:
            return (
                f"The {name} file promises {match['promised']} {match['what']} and {match['found']} were found: it was "
                "cut short or altered; copy it again from its source."
            )
    if "entity declarations" in message:
        return f"The {name} file declares entities of its own, which no ECG needs; it is not read."
    if _CUT_SHORT.search(message):
        return f"The {name} file breaks off after {size} bytes: it was cut short; copy it again from its source."
    return (
        f"The {name} file ({size} bytes) is damaged, or of a kind that is not read: it could not be decoded; export it "
        "again."
    )


def _check_length(record: Any, source: str) -> None:
    """ISHNE says how many samples a lead has; some recorders count those of all leads together."""
    if source != "ishne_holter":
        return
    promised, held = int(record.raw_metadata["ecg_size"]), int(record.raw_metadata["samples_per_lead"])
    if promised not in (held, held * len(record.leads)):
        raise UnreadableFile(
            f"The ISHNE file promises {promised} samples a lead and {held} were found: it was cut short or altered; "
            "copy it again from its source."
        )


def _simultaneous(leads: Sequence[Any]) -> tuple[list[Any], list[str]]:
    """The leads that begin when Lead I does (or the first): SCP-ECG may store leads one after another."""
    first = next((lead for lead in leads if parse_lead(str(lead.label)) is Lead.I), leads[0])
    together = [lead for lead in leads if _start(lead) == _start(first)]
    others = len(leads) - len(together)
    return together, [f"Left out: {others} leads that were recorded at another time than Lead I."] if others else []


def _start(lead: Any) -> str:
    return str(lead.annotations.get("start_sample", "1"))


def _channel(lead: Any, place: int, record: Any) -> Channel:
    """A lead in mV; one whose scale the file does not state is in counts, which is no voltage."""
    values: FloatArray = np.require(lead.samples, np.float64, "W")  # the record is read for this alone
    if record.source_format == "ishne_holter" and not lead.is_raw:
        values[values < (_FAULT + 0.5) * lead.resolution / 1000] = np.nan
    unit = "counts" if lead.is_raw else str(lead.units)
    return Channel(values, place, str(lead.label), unit, _rate(lead, record))


def _rate(lead: Any, record: Any) -> float:
    """The rate as the file has it: the decoder's is rounded to whole Hz."""
    said = record.raw_metadata
    groups = said.get("multiplex_groups", ())
    exact = [said.get("rhythm_time", {}).get("sampling_rate_exact")] + [
        group["sampling_frequency"] for group in groups if group["samples"] == lead.samples.size
    ]
    near = [rate for rate in exact if rate is not None and round(rate) == lead.sampling_rate]
    whole = not near or abs(near[0] - lead.sampling_rate) < 1e-6 * lead.sampling_rate
    return float(lead.sampling_rate if whole else near[0])


def _all(channels: Sequence[Channel], keep: Callable[[FloatArray], FloatArray]) -> list[Channel]:
    return [
        Channel(keep(channel.values), channel.number, channel.name, channel.unit, channel.sampling_rate)
        for channel in channels
    ]


def _without_calibration(channels: list[Channel]) -> tuple[list[Channel], list[str]]:
    """Without the tail in which all leads are the same, as a calibration pulse is and no heart."""
    lengths = {channel.values.size for channel in channels}
    rate = channels[0].sampling_rate
    if len(channels) < 3 or len(lengths) > 1 or not rate:
        return channels, []
    differ = np.flatnonzero(np.ptp(np.stack([channel.values for channel in channels]), axis=0))
    end = int(differ[-1]) + 1 if differ.size else 0
    tail = (lengths.pop() - end) / rate
    if tail < _CALIBRATION_SECONDS:
        return channels, []
    return _all(channels, lambda values: values[:end]), [f"The calibration pulse, the last {tail:.2f} s, was cut off."]


def _completed(channels: list[Channel]) -> tuple[list[Channel], list[str]]:
    """With III, aVR, aVL and aVF from I and II where the file stores none of the four, as most carts do."""
    named = {parse_lead(channel.name): channel for channel in reversed(channels)}
    i, ii = named.get(Lead.I), named.get(Lead.II)
    if i is None or ii is None or any(lead in named for lead in DERIVED) or i.unit != ii.unit:
        return channels, []
    if i.values.size != ii.values.size or i.sampling_rate != ii.sampling_rate:
        return channels, []
    added = [
        StoredChannel(
            i.values, partial(derive, lead, lead_ii=ii.values), number=len(channels) + place, name=lead.value,
            unit=i.unit, sampling_rate=i.sampling_rate,
        )
        for place, lead in enumerate(DERIVED, 1)
    ]  # fmt: skip
    note = "Leads III, aVR, aVL and aVF were computed from the stored I and II (Einthoven, Goldberger)."
    return [*channels, *added], [note]
