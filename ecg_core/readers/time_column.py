"""The time column of a text file: which one it is, and the sampling rate that it gives."""

import re
from collections.abc import Sequence
from datetime import datetime

import numpy as np

from ecg_core.errors import UnreadableFile
from ecg_core.vocabulary import FloatArray

__all__ = ["clock_seconds", "is_counter_name", "is_time_name", "is_time_unit", "looks_like_time", "rate_of"]

_TIME = re.compile(
    r"(elapsed|relative)?[\s_]*(time|timestamp|date|datetime|zeit|tiempo|temps|tempo|tijd|tid|czas|время|t)s?"
)
_COUNTER = re.compile(r"#|n|no\.?|index|idx|samples?|sample[\s_]*(number|no\.?|index|#)|unnamed.*|row|nr\.?")
_SECONDS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds", "sek"), 1.0),
    **dict.fromkeys(("ms", "msec", "millisecond", "milliseconds"), 1e-3),
    **dict.fromkeys(("us", "µs", "μs", "microseconds"), 1e-6),
    **dict.fromkeys(("ns", "nanoseconds"), 1e-9),
    **dict.fromkeys(("min", "minutes"), 60.0),
}
_CLOCK = re.compile(
    r"\[?(?:(?P<date>\d{4}-\d{2}-\d{2}|\d{2}/\d{2}/\d{4})[T ]+)?"
    r"(?:(?P<h>\d{1,3}):)?(?P<m>\d{1,2}):(?P<s>\d{1,2}(?:[.,]\d{1,9})?)"
    r"(?:\s*(?:Z|[+-]\d{2}:?\d{2}))?(?:\s+\d{2}/\d{2}/\d{4})?\]?"
)
_UNEVEN = 0.5
"""How far a step may be from the mean step, in steps: rounding is below this, a lost sample is not."""
_DAY = 86400.0


def is_time_name(name: str, unit: str | None) -> bool:
    """Whether a column's name or unit says that it is time.

    >>> is_time_name("time", None), is_time_name("", "ms"), is_time_name("I", "mV")
    (True, True, False)
    """
    return _TIME.fullmatch(name.strip().casefold()) is not None or (unit or "").casefold() in _SECONDS


def is_time_unit(unit: str) -> bool:
    """Whether ``unit`` is a unit of time."""
    return unit.casefold() in _SECONDS


def is_counter_name(name: str) -> bool:
    """Whether a column's name says that it counts samples."""
    return _COUNTER.fullmatch(name.strip().casefold()) is not None


def looks_like_time(values: FloatArray) -> bool:
    """Whether a column without a name rises steadily from row to row, as no ECG does."""
    if values.size < 20 or not np.isfinite(values).all() or np.abs(values).max() > 1e20:
        return False
    steps = np.diff(values)
    return bool(steps.min() > 0 and steps.max() < 3 * steps.min())


def clock_seconds(texts: Sequence[str]) -> FloatArray | None:
    """Seconds since the first of clock times or ISO dates with times, or None where they are something else.

    >>> clock_seconds(["23:59:59.998", "00:00:00.000", "00:00:00.002"])
    array([0.   , 0.002, 0.004])
    """
    seconds = np.empty(len(texts))
    for place, text in enumerate(texts):
        match = _CLOCK.fullmatch(text.strip().strip("'\"").strip())
        if match is None:
            return None
        clock = int(match["h"] or 0) * 3600 + int(match["m"]) * 60 + float(match["s"].replace(",", "."))
        day = _day(match["date"])
        if day is None:
            return None
        seconds[place] = clock + day * _DAY
    steps = np.diff(seconds, prepend=seconds[:1])
    seconds += _DAY * np.cumsum(steps < -_DAY / 2)
    return np.round(seconds - seconds[0], 9) if len(texts) else None


def _day(date: str | None) -> int | None:
    if date is None:
        return 0
    try:
        return datetime.strptime(date, "%Y-%m-%d" if "-" in date else "%d/%m/%Y").toordinal() - 730000
    except ValueError:
        return None


def rate_of(times: FloatArray, unit: str | None) -> float:
    """Sampling rate in Hz of a time column ``(sample,)`` in ``unit``; where that is unknown, the step tells it.

    A step below 0.1 is seconds, below 100 milliseconds, below 100,000 microseconds: each unit then stands for
    the rates from 10 Hz to 10 kHz. Raises `UnreadableFile` for a column with gaps, repeats or steps back.

    >>> rate_of(np.arange(1000) * 2.0, None), rate_of(np.round(np.arange(3000) / 300, 3), "s")
    (500.0, 300.0)
    """
    if times.size < 2:
        raise UnreadableFile("Found fewer than two rows with a time; expected an ECG of at least 5 s.")
    with np.errstate(over="ignore", invalid="ignore"):
        steps = np.diff(times)
        mean = float(times[-1] - times[0]) / (times.size - 1)
        worst = float(np.abs(steps - mean).max())
    if not (np.isfinite(worst) and mean > 1e-12 and worst <= _UNEVEN * mean):
        raise UnreadableFile(
            "The time column is uneven: it has gaps, repeats or steps back; expected one time for each sample: "
            "remove the column and give the sampling rate, or cut out an even stretch."
        )
    scale = _SECONDS.get((unit or "").casefold()) or 1e-3 ** max(0, np.ceil(np.log10(mean * 10) / 3))
    rate = 1.0 / (mean * scale)
    rounding = rate * worst / (mean * times.size)
    return float(round(rate)) if abs(rate - round(rate)) <= max(rounding, 1e-6 * rate) else float(rate)
