"""What a format's reader hands over: the channels of a file as they are written in it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ecg_core.records import PatientMetadata
from ecg_core.vocabulary import FloatArray, Removed

__all__ = ["Channel", "Format", "RawFile"]


@dataclass(frozen=True, eq=False)
class Channel:
    """One column or signal of a file.

    ``values (sample,)`` in ``unit``, NaN where a sample is missing; ``name`` as written, empty where the file
    has none; ``number`` counts the columns or signals of the file from 1; ``unit`` and ``sampling_rate`` in Hz
    are None where the file does not say them.
    """

    values: FloatArray
    number: int
    name: str = ""
    unit: str | None = None
    sampling_rate: float | None = None


@dataclass(frozen=True, eq=False)
class RawFile:
    """The channels of a file, and the format's name.

    Also when recording began, what the reader assumed (``notes``), what personal things it left out (``removed``), and
    what the file states about the patient, where the format's reader learns that on the way.
    """

    channels: tuple[Channel, ...]
    source: str
    started_at: datetime | None = None
    notes: tuple[str, ...] = ()
    removed: tuple[Removed, ...] = ()
    patient: PatientMetadata = field(default_factory=PatientMetadata)


@dataclass(frozen=True)
class Format:
    """A line of the sniffing table.

    ``claims`` judges by content whether files (name to bytes) are of this format; ``load`` gives their channels, or
    raises `ecg_core.errors.UnreadableFile`.
    """

    name: str
    claims: Callable[[Mapping[str, bytes]], bool]
    load: Callable[[Mapping[str, bytes]], RawFile]
