"""What a format's reader hands over: the channels of a file as they are written in it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np

from ecg_core.records import PatientMetadata
from ecg_core.vocabulary import FloatArray, IntArray, Removed

__all__ = ["Channel", "Format", "RawFile", "StoredChannel"]


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

    @property
    def samples(self) -> int:
        """How many there are."""
        return self.values.size

    def copied(self) -> FloatArray:
        """The values, to be changed at will."""
        return np.array(self.values, dtype=np.float64)


class StoredChannel(Channel):
    """A channel whose ``values`` are worked out of ``stored``, the file's integers or a lead, when asked for.

    A day of one lead takes four times the memory as numbers, and most leads of a file are never asked for.
    """

    stored: Any
    scale: Callable[[Any], FloatArray]

    def __init__(
        self,
        stored: IntArray | FloatArray,
        scale: Callable[[Any], FloatArray],
        *,
        number: int,
        name: str,
        unit: str | None,
        sampling_rate: float | None,
    ) -> None:
        own = {"stored": stored, "scale": scale, "number": number, "name": name}
        for field_name, value in {**own, "unit": unit, "sampling_rate": sampling_rate}.items():
            object.__setattr__(self, field_name, value)  # it is frozen

    @property
    def values(self) -> FloatArray:
        """The values in the channel's unit."""
        return self.scale(self.stored)

    @property
    def samples(self) -> int:
        """How many there are."""
        return int(self.stored.size)

    def copied(self) -> FloatArray:
        """The values, to be changed at will."""
        return self.values


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
