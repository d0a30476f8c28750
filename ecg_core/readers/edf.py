"""EDF, EDF+ and their 24-bit sister BDF, decoded by edfio once their header has been checked against the file's size.

Source: Kemp et al. 1992 and 2003, https://www.edfplus.info/specs/; BDF: https://www.biosemi.com/faq/file_format.htm.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from fractions import Fraction
from io import BytesIO
from typing import Any

import edfio
import numpy as np

from ecg_core.errors import UnreadableFile
from ecg_core.readers.channels import Channel, RawFile, StoredChannel
from ecg_core.readers.text import number
from ecg_core.vocabulary import FloatArray, IntArray, Removed

__all__ = ["NAME", "claims", "load"]

NAME = "EDF"

_BDF = b"\xffBIOSEMI"
_FIXED, _PER_SIGNAL = 256, 256
_BEFORE_COUNTS = 216
"""Bytes a signal takes in the header before its samples a record: label to prefiltering."""


def claims(files: Mapping[str, bytes]) -> bool:
    """Whether the one file of ``files`` begins as EDF or BDF does."""
    return len(files) == 1 and next(iter(files.values())).startswith((b"0       ", _BDF))


def load(files: Mapping[str, bytes]) -> RawFile:
    """The signals in ``files`` without the annotations; patient and recording fields are dropped.

    Raises `UnreadableFile` where the header is damaged, claims more or less than the file holds, or says that the
    recording was interrupted.
    """
    data = next(iter(files.values()))
    records = _check_size(data)
    name = "BDF" if data.startswith(_BDF) else NAME
    if data[192:197] in (b"EDF+D", b"BDF+D"):
        raise UnreadableFile(
            f"The {name} file holds a recording with interruptions ({name}+D); expected none: cut out a stretch."
        )
    try:
        counted = data[:236] + f"{records:<8}".encode("ascii") + data[244:]
        reader = edfio.read_bdf if name == "BDF" else edfio.read_edf
        edf = reader(BytesIO(counted), header_encoding="latin-1")
        channels = tuple(_channel(signal, place) for place, signal in enumerate(edf.signals, 1))
    except (ValueError, ZeroDivisionError, OverflowError, IndexError):
        raise UnreadableFile(
            "The EDF header is damaged: it could not be decoded; copy the file again from its source."
        ) from None
    if not channels:
        raise UnreadableFile("The EDF file holds annotations and no signal; expected an ECG.")
    plus = data[192:196] in (b"EDF+", b"BDF+")
    removed = _removed(data, plus, _annotated(edf))
    return RawFile(channels, f"{name}+" if plus else name, _started(data), removed=removed)


def _integer(field: bytes) -> int:
    """A whole number of the header."""
    text = field.decode("latin-1").strip()
    if not text.isascii() or not text.lstrip("-").isdigit():
        raise UnreadableFile("The EDF header is damaged: a count in it is not a whole number; copy the file again.")
    return int(text)


def _check_size(data: bytes) -> int:
    """The number of data records, once the header's claims fit the file's size."""
    if len(data) < _FIXED:
        raise UnreadableFile(f"The EDF file ends after {len(data)} bytes, inside its header; copy the file again.")
    signals, header = _integer(data[252:256]), _integer(data[184:192])
    if signals < 1 or header != _FIXED + _PER_SIGNAL * signals or len(data) < header:
        raise UnreadableFile("The EDF header is damaged: its length does not fit its signals; copy the file again.")
    start = _FIXED + _BEFORE_COUNTS * signals
    counts = [_integer(data[start + 8 * place : start + 8 * place + 8]) for place in range(signals)]
    if min(counts) < 1:
        raise UnreadableFile("The EDF header is damaged: a signal has no samples in a record; copy the file again.")
    records, bytes_a_record = _integer(data[236:244]), (3 if data.startswith(_BDF) else 2) * sum(counts)
    held = Fraction(len(data) - header, bytes_a_record)
    if records != held and not (records == -1 and held.denominator == 1):
        raise UnreadableFile(
            f"The EDF header claims {records} data records and the file holds {float(held):.9g}; "
            "it was cut short or altered: copy the file again."
        )
    duration = number(data[244:252].decode("latin-1"))
    if duration is None or not 0 < duration < 1e6:
        raise UnreadableFile("The EDF header is damaged: its records have no length in seconds; copy the file again.")
    return int(held)


def _annotated(edf: Any) -> bool:
    """Whether there are annotations with a text; damaged ones are taken for such."""
    try:
        return any(note.text for note in edf.annotations)
    except (ValueError, IndexError, OverflowError, ZeroDivisionError):
        return True


def _removed(data: bytes, plus: bool, annotated: bool) -> tuple[Removed, ...]:
    """What the header's two personal fields hold; plain EDF gives them no form, so that anything may be in them.

    Text of annotations is left out as well.
    """
    patient, recording = (field.decode("latin-1").split() for field in (data[8:88], data[88:168]))
    if not plus:
        return (Removed.NAME, Removed.TEXT) if patient or recording else ()
    places = (
        (Removed.IDENTIFIER, patient[:1]),
        (Removed.BIRTH, patient[2:3]),
        (Removed.NAME, patient[3:4]),
        (Removed.STAFF, recording[3:4]),
        (Removed.SERIAL, recording[4:5]),
        (Removed.TEXT, patient[4:] + recording[2:3] + recording[5:]),
    )
    return tuple(
        kind for kind, words in places if any(word != "X" for word in words) or (kind is Removed.TEXT and annotated)
    )


def _channel(signal: Any, place: int) -> Channel:
    """A signal in its physical unit; where the header has no scale, its integers and no unit, so that it is asked."""
    steps = signal.digital_max - signal.digital_min
    span = signal.physical_max - signal.physical_min
    rate = float(signal.sampling_frequency)
    if steps == 0 or span == 0:
        return Channel(np.asarray(signal.digital, dtype=np.float64), place, signal.label, None, rate)
    low, least = signal.physical_min, signal.digital_min

    def scale(digital: IntArray) -> FloatArray:
        values = digital.astype(np.float64)
        values -= least
        values *= span / steps
        values += low
        return values

    unit = signal.physical_dimension.strip() or None
    return StoredChannel(signal.digital, scale, number=place, name=signal.label, unit=unit, sampling_rate=rate)


def _started(data: bytes) -> datetime | None:
    """When recording began, unless the EDF+ header says that the date was removed."""
    if data[88:99] == b"Startdate X":
        return None
    with suppress(ValueError):
        return datetime.strptime(data[168:184].decode("latin-1"), "%d.%m.%y%H.%M.%S")
    return None
