"""Columns of numbers in a text file: CSV, TSV and the like, as spreadsheets, scripts and rdsamp write them."""

import re
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

import numpy as np
import pandas as pd

from ecg_core.errors import UnreadableFile
from ecg_core.readers.channels import Channel, RawFile
from ecg_core.readers.column_names import ColumnName, parse_heading, said_rate
from ecg_core.readers.leads import parse_lead
from ecg_core.readers.text import HEAD_BYTES, as_utf8, decode, millivolts_per, number
from ecg_core.readers.time_column import clock_seconds, is_counter_name, is_time_name, looks_like_time, rate_of
from ecg_core.vocabulary import FloatArray

__all__ = ["NAME", "claims", "load"]

NAME = "delimited text"

_HEAD_LINES = 200
_ROWS_AT_ONCE = 1_000_000
"""So many rows are split into fields together: a day of them takes a gigabyte."""
_LONGEST_HEADING = 60
_MOST_COLUMNS = 1000
_MISSING = frozenset(("", "-", "nan", "na", "n/a", "null", "none", "inf", "-inf"))
_TIME_LIKE = re.compile(r"\[?\d[\d:./\-TZ+]*\]?")
_AMBIGUOUS = (
    "The commas in the text may separate columns or be decimal commas; write decimal points, or separate the columns "
    "by semicolons."
)


def claims(files: Mapping[str, bytes]) -> bool:
    """Whether the one file of ``files`` is text with rows of numbers."""
    if len(files) != 1:
        return False
    text = decode(next(iter(files.values())), HEAD_BYTES)
    if text is None:
        return False
    lines = _first_lines(text)
    return _heading_length(lines) < len(lines)


def load(files: Mapping[str, bytes]) -> RawFile:
    """The columns in ``files``, less a time column, which gives the rate, and less counters and text.

    Raises `UnreadableFile` where rows cannot be told into columns, or the time column is uneven.
    """
    data = as_utf8(next(iter(files.values())))
    lines = _first_lines(decode(data, HEAD_BYTES) or "")
    above = lines[: _heading_length(lines)]
    separator, decimal = _separators(above, lines[len(above) :])
    table = _table(data, len(above), separator, decimal)
    columns = parse_heading(above, separator, table.shape[1])
    timed, rate, notes = _timing(table, columns)
    channels = []
    for place, entry in enumerate(columns):
        if place == timed or is_counter_name(entry.name):
            continue
        values = _numbers(table.iloc[:, place])
        if np.isfinite(values).any():
            channels.append(Channel(values, place + 1, entry.name, entry.unit, rate or said_rate(above)))
    if not channels:
        raise UnreadableFile("Found text without a column of numbers; expected one column for each lead.")
    return RawFile(tuple(channels), NAME, None, notes)


def _first_lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()][:_HEAD_LINES]


def _is_row(line: str) -> bool:
    """Whether a line is a row of numbers, perhaps behind a time: most of its fields, one of them a number."""
    fields = [part.strip().strip("'\"") for part in re.split(r"[;\t,|]|\s+", line.strip())]
    filled = [part for part in fields if part]
    numbers = sum(number(part) is not None for part in filled)
    others = sum(
        number(part) is None and (part.casefold() in _MISSING or _TIME_LIKE.fullmatch(part) is not None)
        for part in filled
    )
    return numbers > 0 and numbers + others > 0.5 * len(filled)


def _heading_length(lines: Sequence[str]) -> int:
    """How many lines come before the first of two rows of numbers in a row."""
    for place in range(min(len(lines) - 1, _LONGEST_HEADING)):
        if _is_row(lines[place]) and _is_row(lines[place + 1]):
            return place
    return len(lines)


def _separators(heading: Sequence[str], rows: Sequence[str]) -> tuple[str, str]:
    """What separates columns (a space stands for any white space), and the decimal mark."""
    joined = "\n".join(rows)
    for separator in (";", "\t", "|"):
        if separator in joined:
            comma = re.search(rf"(?:^|[{separator}\"])\s*[-+−]?\d+,\d+", joined, re.MULTILINE) is not None
            return separator, "," if comma else "."
    if "," not in joined:
        return " ", "."
    if re.search(r'"\s*[-+−]?\d+,\d+\s*"', joined):
        return ",", ","
    if re.search(r"\d\.\d", joined):
        return ",", "."
    spaced = [row.split() for row in rows]
    if min(map(len, spaced)) > 1 and all(re.fullmatch(r"[-+−]?\d+(,\d+)?", field) for row in spaced for field in row):
        return " ", ","
    return _commas_alone(heading, [row.split(",") for row in rows])


def _commas_alone(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[str, str]:
    """The same for rows of digits and commas: what each comma means, if anything tells it."""
    width = max(map(len, rows))
    if heading and len(heading[-1].rstrip(",").split(",")) == width:
        return ",", "."
    padded = any(re.fullmatch(r"[-+−]?0\d+", field.strip()) for row in rows for field in row)
    if width > 2 and not heading and not padded:
        return ",", "."
    if width == 2 and any(row[-1].lstrip().startswith(("-", "−")) for row in rows):
        return ",", "."
    if width == 2 and (padded or len(heading) == 1):
        return " ", ","
    raise UnreadableFile(_AMBIGUOUS)


def _table(data: bytes, heading: int, separator: str, decimal: str) -> pd.DataFrame:
    """The rows after the heading; raises `UnreadableFile` where they are not equally wide."""
    lines = BytesIO(data)
    while heading:
        heading -= bool(lines.readline().strip())
    try:
        parts = pd.read_csv(
            lines,
            sep=r"\s+" if separator == " " else separator,
            decimal=decimal,
            header=None,
            index_col=False,
            skipinitialspace=True,
            na_values=["-"],
            low_memory=False,
            chunksize=_ROWS_AT_ONCE,
        )
        table = pd.concat(parts, ignore_index=True)
    except (pd.errors.ParserError, pd.errors.EmptyDataError):
        raise UnreadableFile(
            "The rows of the text differ in their number of columns; expected one column for each lead throughout."
        ) from None
    if table.shape[1] > _MOST_COLUMNS:
        raise UnreadableFile(
            f"Found {table.shape[1]} columns of numbers; expected one column for each lead: transpose the table."
        )
    return table


def _numbers(column: "pd.Series[Any]") -> FloatArray:
    """A column as numbers, NaN where a field is none."""
    if pd.api.types.is_numeric_dtype(column):
        return column.to_numpy(dtype=np.float64)
    spelled = (number(str(field)) for field in column)
    return np.array([np.nan if value is None else value for value in spelled], dtype=np.float64)


def _timing(table: pd.DataFrame, columns: Sequence[ColumnName]) -> tuple[int | None, float | None, tuple[str, ...]]:
    """Which column is time or a counter, the rate it gives, and words on what was assumed."""
    named = [place for place, entry in enumerate(columns) if is_time_name(entry.name, entry.unit)]
    first = parse_lead(columns[0].name) is None and millivolts_per(columns[0].unit or "") is None
    place = named[0] if named else 0
    if not named and (table.shape[1] < 2 or not first):
        return None, None, ()
    times = _numbers(table.iloc[:, place])
    unit = columns[place].unit
    if not np.isfinite(times).any():
        clock = clock_seconds([str(field) for field in table.iloc[:, place]])
        if clock is not None:
            return place, rate_of(clock, "s"), ()
        if named:
            raise UnreadableFile(
                "The time column cannot be read; expected seconds, milliseconds or clock times: remove it and give the "
                "sampling rate."
            )
        return None, None, ()
    if not named and not looks_like_time(times):
        return None, None, ()
    if unit is None and times.size > 1 and bool((np.diff(times) == 1.0).all()):
        return place, None, ("A column that counts by one was taken as a counter, not as time.",)
    rate = rate_of(times, unit)
    return place, rate, () if unit else (f"The time column has no unit; its step was taken to mean {rate:g} Hz.",)
