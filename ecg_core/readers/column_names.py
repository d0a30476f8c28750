"""What the lines above a table say: the columns' names and units, and perhaps the sampling rate."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ecg_core.readers.text import millivolts_per, number
from ecg_core.readers.time_column import is_time_unit

__all__ = ["ColumnName", "parse_heading", "parse_name", "said_rate"]

_LONGEST_LINE = 4000
_BRACKETED = re.compile(r"([^()\[\]]*)[(\[]([^()\[\]]*)[)\]]")
_TRAILING = re.compile(r"(.*[^\s_,])[\s_,]+([^\s_,]+)")
_RATE = re.compile(r"(?:\bsampl\w*[\s_]*(?:rate|freq\w*)|\bfs)[^\d\n]{0,20}(\d{1,6}(?:[.,]\d{1,9})?)", re.IGNORECASE)
_UNIT = re.compile(r"\bunits?\b[\s:=,;\"']{1,5}(\w{1,12})", re.IGNORECASE)
_NOT_VOLTAGE = frozenset(("mmhg", "%", "bpm", "g", "m/s2", "m/s^2", "°c", "ohm", "cmh2o", "l/min", "deg"))


@dataclass(frozen=True)
class ColumnName:
    """A column's name, empty where it has none, and its unit as written, None where it has none."""

    name: str
    unit: str | None = None


def parse_name(written: str) -> ColumnName:
    """A column's name and unit.

    >>> parse_name("I (mV)"), parse_name("V1_uV"), parse_name("mV")
    (ColumnName(name='I', unit='mV'), ColumnName(name='V1', unit='uV'), ColumnName(name='', unit='mV'))
    """
    plain = written.strip().strip("'\"").strip()
    if _is_unit(plain):
        return ColumnName("", plain)
    match = _BRACKETED.fullmatch(plain) or _TRAILING.fullmatch(plain)
    if match and _is_unit(match[2].strip()):
        return ColumnName(match[1].strip(" _,"), match[2].strip())
    return ColumnName(plain)


def _is_unit(text: str) -> bool:
    known = millivolts_per(text) is not None or is_time_unit(text)
    return (known or text.casefold() in _NOT_VOLTAGE) and text.casefold() != "v"


def parse_heading(above: Sequence[str], separator: str, width: int) -> tuple[ColumnName, ...]:
    """Names and units of ``width`` columns from the lines ``above`` them: a row of names, perhaps one of units.

    >>> parse_heading(["time;I", "s;mV"], ";", 2)
    (ColumnName(name='time', unit='s'), ColumnName(name='I', unit='mV'))
    """
    rows = [row for row in (_fields(line, separator, width) for line in above[-2:]) if row]
    units: Sequence[str | None] = (None,) * width
    if len(rows) == 2 and all(not field or _is_unit(field) or "hh:mm" in field for field in rows[-1]):
        units = [field if _is_unit(field) else None for field in rows.pop()]
    names = [parse_name(field) for field in rows[-1]] if rows else [ColumnName("")] * width
    said = next((match[1] for line in above if (match := _UNIT.search(line[:_LONGEST_LINE]))), None)
    said = said if said and millivolts_per(said) is not None and not _own_units(names, units) else None
    return tuple(ColumnName(entry.name, entry.unit or unit or said) for entry, unit in zip(names, units, strict=True))


def _own_units(names: Sequence[ColumnName], units: Sequence[str | None]) -> bool:
    """Whether any column states its own unit of voltage."""
    return any(millivolts_per(unit or "") is not None for unit in (*units, *(entry.unit for entry in names)))


def _fields(line: str, separator: str, width: int) -> list[str]:
    """The fields of a heading's line, none where they are not as many as the columns."""
    plain = line[:_LONGEST_LINE].strip().lstrip("#%").strip()
    if width == 1:
        return [plain.strip(",;\t'\"").strip()]
    together = re.sub(r"[ \t]+([(\[])", r"\1", plain)
    written = together.split() if separator == " " else plain.split(separator)
    parts = [part.strip().strip("'\"").strip() for part in written]
    return parts if len(parts) == width else []


def said_rate(above: Sequence[str]) -> float | None:
    """The sampling rate in Hz that a line above the table states, or None.

    >>> said_rate(["# sampling rate: 500 Hz", "I,II"]), said_rate(["filter 0.5-40 Hz"])
    (500.0, None)
    """
    for line in above:
        match = _RATE.search(line[:_LONGEST_LINE])
        if match:
            return number(match[1])
    return None
