"""The ECG that Apple Health exports: a heading of names and values, then one value in µV a line.

The heading's names are translated in other locales and its values keep their layout, so the lines are known by
their values: the rate is a number and one word, the unit a unit of voltage, and the lead's name holds a lead.
Source of the layout: ``electrocardiograms/ecg_*.csv`` in Apple Health's export.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime

import numpy as np

from ecg_core.errors import UnreadableFile
from ecg_core.readers.channels import Channel, RawFile
from ecg_core.readers.leads import lead_inside
from ecg_core.readers.text import HEAD_BYTES, decode, millivolts_per, number
from ecg_core.vocabulary import Removed

__all__ = ["NAME", "claims", "load"]

NAME = "Apple Watch CSV"

_HEADING_LINES = 40
_FEWEST_ENTRIES = 4
_RATE = re.compile(r"(\d{2,5}(?:[.,]\d+)?)\s*[^\W\d_]+\.?")
_STARTED = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2} [+-]\d{4}")
_REMOVED = (Removed.NAME, Removed.BIRTH, Removed.INTERPRETATION)
"""What the heading of every export holds, whatever its language."""
_WATCH = re.compile(r"Watch\d{1,2},\d{1,2}")


def claims(files: Mapping[str, bytes]) -> bool:
    """Whether the one file of ``files`` has the heading of an Apple export, in any language."""
    if len(files) != 1:
        return False
    text = decode(next(iter(files.values())), HEAD_BYTES)
    if text is None:
        return False
    entries, _ = _split(text)
    return len(entries) >= _FEWEST_ENTRIES and _rate(entries) is not None and _unit(entries) is not None


def load(files: Mapping[str, bytes]) -> RawFile:
    """The strip in ``files``; name and date of birth are dropped.

    Raises `UnreadableFile` where the values are not one number a line.
    """
    text = decode(next(iter(files.values()))) or ""
    entries, lines = _split(text)
    numbers = [number(line) for line in lines]
    values = np.array([np.nan if value is None else value for value in numbers], dtype=np.float64)
    if np.isnan(values).sum() > 0.05 * max(values.size, 1):
        raise UnreadableFile(
            "Found the heading of an Apple Watch ECG, but its lines are not one number each; export the ECG again."
        )
    lead = lead_inside(entries[_unit_line(entries) - 1]) if _unit_line(entries) else None
    channel = Channel(values, 1, lead.value if lead else "", _unit(entries), _rate(entries))
    watches = [value for value in entries if _WATCH.fullmatch(value)]
    notes = tuple(f"Recorded with {watch}." for watch in watches[:1])
    return RawFile((channel,), NAME, _started(entries), notes, _REMOVED)


def _split(text: str) -> tuple[list[str], list[str]]:
    """The values of the heading's entries, and the lines after it."""
    lines = [line.strip() for line in text.splitlines()]
    entries: list[str] = []
    for place, line in enumerate(lines[:_HEADING_LINES]):
        bare = line.strip(",;\t ")
        if bare and number(bare) is not None:
            return entries, [rest.strip(",;\t ") for rest in lines[place:] if rest.strip(",;\t ")]
        if line:
            entries.append(_value(line))
    return entries, []


def _value(line: str) -> str:
    """What follows the first separator of a heading's line, without quotes."""
    _, *rest = re.split(r"[,;\t]", line, maxsplit=1)
    return "".join(rest).strip().rstrip(",;\t").strip().strip('"').strip()


def _rate(entries: list[str]) -> float | None:
    """The last entry that is a number and a word: what people typed comes first."""
    for value in reversed(entries):
        match = _RATE.fullmatch(value)
        if match:
            return number(match.group(1))
    return None


def _unit_line(entries: list[str]) -> int:
    return next((place for place, value in enumerate(entries) if millivolts_per(value) is not None), 0)


def _unit(entries: list[str]) -> str | None:
    return entries[_unit_line(entries)] if _unit_line(entries) else None


def _started(entries: list[str]) -> datetime | None:
    for value in entries:
        if _STARTED.fullmatch(value):
            with suppress(ValueError):
                return datetime.strptime(value, "%Y-%m-%d %H:%M:%S %z")
    return None
