"""WFDB records of several segments: a master header that names the records that follow each other.

Source: https://physionet.org/physiotools/wag/header-5.htm. In a record of variable layout the first segment has no
samples and names the signals; a segment that lacks one of them, and a gap ("~"), is missing there.
"""

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

import numpy as np

from ecg_core.errors import UnreadableFile
from ecg_core.readers import wfdb
from ecg_core.readers.channels import Channel, RawFile
from ecg_core.readers.text import decode
from ecg_core.readers.wfdb_header import GAP, Master, comments, is_header, is_master, parse_header, parse_master
from ecg_core.vocabulary import FloatArray, Removed

__all__ = ["NAME", "claims", "load"]

NAME = "WFDB of segments"


def claims(files: Mapping[str, bytes]) -> bool:
    """Whether one of ``files`` is a master header."""
    return any(is_master(data) for data in files.values())


def load(files: Mapping[str, bytes]) -> RawFile:
    """The signals of the segments in ``files``, one after the other, missing where a segment lacks them.

    Raises `UnreadableFile` where a segment is missing or of another length than promised, or most of it is gaps.
    """
    texts = {name: decode(data) or "" for name, data in files.items() if is_header(data)}
    masters = [name for name in texts if is_master(files[name])]
    if len(masters) > 1:
        raise UnreadableFile(f"Found {len(masters)} WFDB records of segments; give one at a time.")
    master = parse_master(texts[masters[0]])
    _check_lengths(master)
    named = {PurePosixPath(name).stem: text for name, text in texts.items() if name != masters[0]}
    signals = {name: data for name, data in files.items() if name not in texts}
    parts = [
        (frames, () if name == GAP else _segment(name, frames, named, signals)) for name, frames in master.segments
    ]
    removed = (Removed.TEXT,) if any(comments(text) for text in texts.values()) else ()
    return RawFile(tuple(_joined(master, parts)), wfdb.NAME, master.started_at, removed=removed)


def _check_lengths(master: Master) -> None:
    frames = sum(length for _, length in master.segments)
    gaps = sum(length for name, length in master.segments if name == GAP)
    if master.samples is not None and frames != master.samples:
        raise UnreadableFile(
            f"The WFDB record promises {master.samples} samples and its segments hold {frames}; copy it again."
        )
    if gaps > frames // 2:
        raise UnreadableFile("Most of the WFDB record is gaps between its segments; give one of its segments.")


def _segment(name: str, frames: int, texts: Mapping[str, str], signals: Mapping[str, bytes]) -> tuple[Channel, ...]:
    """The channels of one segment; those of a layout, which has no samples, are empty."""
    if name not in texts:
        raise UnreadableFile("A segment of the WFDB record is missing; add the .hea and .dat of every segment.")
    header = parse_header(texts[name])
    if frames == 0:
        rate = header.sampling_rate
        return tuple(
            Channel(np.empty(0), place, line.name, line.unit, rate * line.samples_a_frame)
            for place, line in enumerate(header.signals, 1)
        )
    if header.samples not in (None, frames):
        raise UnreadableFile(
            f"The WFDB record promises a segment of {frames} samples and it has {header.samples}; copy it again."
        )
    return wfdb.channels_of(header, signals)


def _joined(master: Master, parts: Sequence[tuple[int, Sequence[Channel]]]) -> list[Channel]:
    """One channel for each of the first segment's, from the channels of that name in all of them."""
    first = next((channels for _, channels in parts if channels), ())
    joined = []
    for model in first:
        pieces = [_piece(master, model, frames, channels) for frames, channels in parts]
        joined.append(Channel(np.concatenate(pieces), model.number, model.name, model.unit, model.sampling_rate))
    return joined


def _piece(master: Master, model: Channel, frames: int, channels: Sequence[Channel]) -> FloatArray:
    same = [channel for channel in channels if channel.name == model.name]
    if len(same) > 1:
        same = [channel for channel in same if channel.number == model.number]
    if not same:
        return np.full(round(frames * (model.sampling_rate or 0) / master.sampling_rate), np.nan)
    if (same[0].sampling_rate, same[0].unit) != (model.sampling_rate, model.unit):
        raise UnreadableFile("The segments of the WFDB record differ in rate or unit; give one of them.")
    return same[0].values
