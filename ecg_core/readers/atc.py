"""AliveCor's ATC: blocks of an identifier, a length, data and a sum of their bytes, little endian.

Source: AliveCor's description of the format. ``fmt `` holds format, rate, resolution in nV, flags; ``ecg `` to ``ecg6``
hold 16-bit samples of leads I, II, III, aVR, aVL, aVF; ``info`` begins with the date and holds identifiers.
"""

import struct
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime

import numpy as np

from ecg_core.errors import UnreadableFile
from ecg_core.readers.channels import Channel, RawFile
from ecg_core.vocabulary import LEADS, FloatArray, Removed

__all__ = ["NAME", "claims", "load"]

NAME = "AliveCor ATC"

_FIRST_BLOCK = 12
_LEADS = dict(zip((b"ecg ", b"ecg2", b"ecg3", b"ecg4", b"ecg5", b"ecg6"), LEADS[:6], strict=True))


def claims(files: Mapping[str, bytes]) -> bool:
    """Whether the one file of ``files`` begins as ATC does."""
    return len(files) == 1 and next(iter(files.values())).startswith(b"ALIVE")


def load(files: Mapping[str, bytes]) -> RawFile:
    """The leads in ``files``, in nV; of the block with identifiers only the date is read.

    Raises `UnreadableFile` where a block is cut short or its checksum is wrong.
    """
    blocks = _blocks(next(iter(files.values())))
    form = blocks.get(b"fmt ", b"")
    if len(form) < 6:
        raise UnreadableFile("The ATC file does not say its sampling rate; export the recording again.")
    _, rate, nanovolts = struct.unpack_from("<BHH", form)
    if rate == 0 or nanovolts == 0:
        raise UnreadableFile("The ATC file states a rate or a resolution of zero; export the recording again.")
    channels = tuple(
        Channel(_samples(blocks[name]) * nanovolts, place, lead.value, "nV", float(rate))
        for place, (name, lead) in enumerate(_LEADS.items(), 1)
        if name in blocks
    )
    if not channels:
        raise UnreadableFile("The ATC file holds no ECG; export the recording again.")
    removed = (Removed.IDENTIFIER, Removed.SERIAL, Removed.TEXT) if b"info" in blocks else ()
    return RawFile(channels, NAME, _started(blocks.get(b"info", b"")), removed=removed)


def _started(info: bytes) -> datetime | None:
    """The date that the block of identifiers begins with, in 32 bytes."""
    with suppress(ValueError):
        return datetime.fromisoformat(info[:32].split(b"\x00")[0].decode("latin-1"))
    return None


def _samples(data: bytes) -> FloatArray:
    return np.frombuffer(data[: len(data) // 2 * 2], "<i2").astype(np.float64)


def _blocks(data: bytes) -> dict[bytes, bytes]:
    """The first block of each identifier, once its length and checksum are right."""
    found: dict[bytes, bytes] = {}
    at = _FIRST_BLOCK
    while at < len(data):
        if at + 8 > len(data):
            raise UnreadableFile("The ATC file ends inside a block: it was cut short; export the recording again.")
        length = struct.unpack_from("<I", data, at + 4)[0]
        end = at + 8 + length
        if end + 4 > len(data):
            raise UnreadableFile(
                f"A block of the ATC file promises {length} bytes and {max(len(data) - at - 12, 0)} were found: it was "
                "cut short; export the recording again."
            )
        if struct.unpack_from("<I", data, end)[0] != sum(data[at:end]) % 2**32:
            raise UnreadableFile("A checksum in the ATC file is wrong: it is damaged; export the recording again.")
        found.setdefault(data[at : at + 4], data[at + 8 : end])
        at = end + 4
    return found
