"""What was estimated here is never read as recorded: of an export of this project, Lead I alone is kept."""

from collections.abc import Mapping
from dataclasses import replace

from ecg_core.errors import RecordingRefused
from ecg_core.records import Recording
from ecg_core.vocabulary import ESTIMATED_MARK, Lead

__all__ = ["LEFT_OUT", "is_estimate", "keep_measured"]

_MARKS = tuple(ESTIMATED_MARK.encode(encoding) for encoding in ("ascii", "utf-16-le", "utf-16-be"))
LEFT_OUT = (
    "The file says that eleven of its leads were estimated from Lead I, not recorded: they were left out. "
    "Its Lead I is measured, and was filtered before."
)
"""The note of a recording that was read from an export."""


def is_estimate(files: Mapping[str, bytes]) -> bool:
    """Whether a file bears the mark of an export of this project (`ecg_core.vocabulary.ESTIMATED_MARK`).

    >>> is_estimate({"a.csv": b"# ESTIMATED-FROM-LEAD-I-BY-ECG-CORE"}), is_estimate({"a.csv": b"I,II"})
    (True, False)
    """
    return any(mark in data for data in files.values() for mark in _MARKS)


def keep_measured(recording: Recording, files: Mapping[str, bytes], lead: str | None) -> Recording:
    """The ``recording`` as read from ``files``: with Lead I alone, and a note, where they are an export.

    Raises `RecordingRefused` where ``lead``, the user's answer, could make an estimated lead Lead I.
    """
    if not is_estimate(files):
        return recording
    if lead is not None:
        raise RecordingRefused(
            "The file says that eleven of its leads were estimated from Lead I, and its Lead I is named; leave the "
            "answer for Lead I out."
        )
    return replace(recording.only(Lead.I), notes=(*recording.notes, LEFT_OUT))
