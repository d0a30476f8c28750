"""The text header of a WFDB record, parsed strictly. Source: https://physionet.org/physiotools/wag/header-5.htm."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from ecg_core.errors import UnreadableFile
from ecg_core.readers.text import decode

__all__ = [
    "GAP",
    "Header",
    "Master",
    "SignalLine",
    "comments",
    "is_header",
    "is_master",
    "parse_header",
    "parse_master",
    "signal_files",
]

GAP = "~"
"""The name of a segment without signals."""

_LONGEST_HEADER, _LONGEST_LINE = 1 << 20, 1000
_RECORD = re.compile(
    r"[^\s/]+(?P<segments>/\d+)?[ \t]+(?P<signals>\d{1,4})"
    r"(?:[ \t]+(?P<rate>\d{1,9}(?:\.\d*)?(?:[eE][+-]?\d{1,2})?)(?:/\S*)?"
    r"(?:[ \t]+(?P<samples>\d{1,15})(?:[ \t]+(?P<when>[\d:./\-A-Za-z \t]+))?)?)?[ \t]*"
)
_SEGMENT = re.compile(r"(?P<name>[^\s/\\]+)[ \t]+(?P<samples>\d{1,12})[ \t]*")
_SIGNAL = re.compile(
    r"(?P<file>[^\s/\\]+)[ \t]+(?P<format>\d{1,3})(?:x(?P<frame>\d{1,4}))?(?::0+)?(?:\+(?P<offset>\d{1,9}))?"
    r"(?:[ \t]+(?P<gain>-?\d+\.?\d*(?:[eE][+-]?\d{1,2})?)(?:\((?P<baseline>-?\d{1,10})\))?(?:/(?P<unit>\S+))?"
    r"(?:[ \t]+(?P<resolution>\d{1,3})(?:[ \t]+(?P<zero>-?\d{1,10})(?:[ \t]+(?P<first>-?\d{1,10})"
    r"(?:[ \t]+(?P<checksum>-?\d{1,10})(?:[ \t]+\d+(?:[ \t]+(?P<name>.+))?)?)?)?)?)?)?[ \t]*"
)


@dataclass(frozen=True)
class SignalLine:
    """One signal: where and how it is stored; ``gain`` in integers a ``unit``, None where the header has none."""

    file_name: str
    format: str
    samples_a_frame: int
    byte_offset: int
    gain: float | None
    baseline: int
    unit: str
    first: int | None
    checksum: int | None
    name: str


@dataclass(frozen=True)
class Master:
    """A record of ``segments``, each a record's name and its length in frames at ``sampling_rate`` Hz."""

    sampling_rate: float
    samples: int | None
    started_at: datetime | None
    segments: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Header:
    """A record: ``sampling_rate`` of its frames in Hz, ``samples`` in frames (None: to the end), and its signals."""

    sampling_rate: float
    samples: int | None
    started_at: datetime | None
    signals: tuple[SignalLine, ...]


def is_header(data: bytes) -> bool:
    """Whether ``data`` begins as a WFDB header does: a record line, then a signal line or a segment.

    >>> is_header(b"A0001 1 500 5000\\nA0001.mat 16+24 1000/mV 16 0 28 -1716 0 I\\n")
    True
    >>> is_header(b"0.1 0.2\\n0.1 0.3\\n")
    False
    """
    if len(data) > _LONGEST_HEADER:
        return False
    text = decode(data)
    lines = list(_lines(text or ""))[:2]
    if len(lines) < 2 or max(map(len, lines)) > _LONGEST_LINE or not _RECORD.fullmatch(lines[0]):
        return False
    return "/" in lines[0].split()[0] or (_SIGNAL.fullmatch(lines[1]) is not None and not _is_number(lines[1]))


def is_master(data: bytes) -> bool:
    """Whether ``data`` is the header of a record of several segments.

    >>> is_master(b"r/1 1 500 5000\\nr_1 5000\\n"), is_master(b"r 1 500\\nr.dat 16\\n")
    (True, False)
    """
    return is_header(data) and "/" in next(_lines(decode(data) or "")).split()[0]


def signal_files(text: str) -> tuple[str, ...]:
    """The names of the files that a header's lines begin with; of a master's, the headers of its segments."""
    first, *lines = list(_lines(text))
    master = "/" in first.split()[0]
    return tuple(dict.fromkeys(line.split()[0] + (".hea" if master else "") for line in lines))


def _is_number(line: str) -> bool:
    """Whether a line begins with a number, as a table of values does and no file name should."""
    return re.fullmatch(r"[-+]?\d+([.,]\d+)?", line.split(maxsplit=1)[0]) is not None


def _lines(text: str) -> Iterator[str]:
    return (line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#"))


def comments(text: str) -> tuple[str, ...]:
    """The comment lines of a header, without their marks."""
    return tuple(line.strip().lstrip("#").strip() for line in text.splitlines() if line.lstrip().startswith("#"))


def parse_header(text: str) -> Header:
    """The header that ``text`` spells; raises `UnreadableFile` for what WFDB does not allow, segments and skew."""
    lines = list(_lines(text))
    record = _RECORD.fullmatch(lines[0]) if lines else None
    if record is None or max(map(len, lines)) > _LONGEST_LINE:
        raise UnreadableFile("The first line of the WFDB header is damaged; copy the .hea file again.")
    if record["segments"]:
        raise UnreadableFile("The WFDB record is made of segments; add the .hea and .dat of every segment.")
    count = int(record["signals"])
    if not 1 <= count <= len(lines) - 1:
        raise UnreadableFile(
            f"The WFDB header claims {count} signals and describes {len(lines) - 1}; copy the .hea file again."
        )
    rate = float(record["rate"]) if record["rate"] else 250.0
    if not 0 < rate < 1e7:
        raise UnreadableFile("The WFDB header has no usable sampling rate; copy the .hea file again.")
    samples = int(record["samples"]) if record["samples"] and int(record["samples"]) else None
    signals = tuple(_signal_line(line) for line in lines[1 : count + 1])
    return Header(rate, samples, _when(record["when"] or ""), signals)


def parse_master(text: str) -> Master:
    """The master header that ``text`` spells; raises `UnreadableFile` for what WFDB does not allow."""
    lines = list(_lines(text))
    record = _RECORD.fullmatch(lines[0]) if lines else None
    segments = [_SEGMENT.fullmatch(line) for line in lines[1:]]
    count = int(record["segments"].lstrip("/")) if record and record["segments"] else 0
    if record is None or not 0 < count <= len(segments) or None in segments[:count]:
        raise UnreadableFile("The header of the WFDB record's segments is damaged; copy the .hea file again.")
    rate = float(record["rate"]) if record["rate"] else 250.0
    if not 0 < rate < 1e7:
        raise UnreadableFile("The WFDB header has no usable sampling rate; copy the .hea file again.")
    parts = tuple((match["name"], int(match["samples"])) for match in segments[:count] if match)
    return Master(rate, int(record["samples"] or 0) or None, _when(record["when"] or ""), parts)


def _signal_line(line: str) -> SignalLine:
    match = _SIGNAL.fullmatch(line)
    if match is None or match["frame"] == "0":
        raise UnreadableFile(
            "A signal line of the WFDB header is damaged, or has a skew, which is not read; copy the .hea file again."
        )
    gain = float(match["gain"]) if match["gain"] else 0.0
    baseline = match["baseline"] or match["zero"] or "0"
    return SignalLine(
        match["file"],
        match["format"],
        int(match["frame"] or 1),
        int(match["offset"] or 0),
        gain or None,
        int(baseline),
        match["unit"] or "mV",
        int(match["first"]) if match["first"] else None,
        int(match["checksum"]) if match["checksum"] else None,
        (match["name"] or "").strip(),
    )


def _when(text: str) -> datetime | None:
    """Base time and date in the forms that are in use; anything else is taken as unknown."""
    for form in ("%H:%M:%S %d/%m/%Y", "%H:%M:%S.%f %d/%m/%Y", "%d-%b-%Y %H:%M:%S"):
        with suppress(ValueError):
            return datetime.strptime(" ".join(text.split()), form)
    return None
