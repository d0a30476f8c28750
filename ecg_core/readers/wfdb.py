"""WFDB records: a text header and the signal files that it names, decoded by the wfdb package.

The header is parsed and checked here, because the package asks for whatever memory a header claims and takes a
missing gain for 200 per mV. It then gets a header with neutral names and a gain of one, in a folder of its own.
Source: https://physionet.org/physiotools/wag/header-5.htm and signal-5.htm.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from ecg_core.errors import UnreadableFile
from ecg_core.readers.channels import Channel, RawFile, StoredChannel
from ecg_core.readers.text import decode
from ecg_core.readers.wfdb_header import Header, SignalLine, comments, is_header, parse_header
from ecg_core.vocabulary import FloatArray, IntArray, Removed

__all__ = ["NAME", "channels_of", "claims", "load"]

NAME = "WFDB"

_BYTES_A_SAMPLE = {"8": 1.0, "16": 2.0, "24": 3.0, "32": 4.0, "61": 2.0, "80": 1.0, "160": 2.0, "212": 1.5}
_BYTES_A_SAMPLE |= {"310": 4 / 3, "311": 4 / 3}


def claims(files: Mapping[str, bytes]) -> bool:
    """Whether ``files`` hold a WFDB header, or a signal file that wants one."""
    return any(is_header(data) for data in files.values()) or all(_wants_header(*entry) for entry in files.items())


def load(files: Mapping[str, bytes]) -> RawFile:
    """The signals of the record in ``files``; its comments are left out, except age and sex.

    Raises `UnreadableFile` where one of the pair is missing, the header claims more than the signal file holds, or
    the checksums do not fit.
    """
    headers = [name for name, data in files.items() if is_header(data)]
    if not headers:
        raise UnreadableFile(
            "Found a WFDB signal file without its header; add the .hea file of the same name."
            if len(files) == 1
            else "Found WFDB signal files without a header; add the .hea file of the same name."
        )
    if len(headers) > 1:
        raise UnreadableFile(f"Found {len(headers)} WFDB headers; give one record (.hea with .dat or .mat) at a time.")
    text = decode(files[headers[0]]) or ""
    header = parse_header(text)
    others = {name: data for name, data in files.items() if name != headers[0]}
    removed = (Removed.TEXT,) if comments(text) else ()
    return RawFile(channels_of(header, others), NAME, header.started_at, removed=removed)


def channels_of(header: Header, others: Mapping[str, bytes]) -> tuple[Channel, ...]:
    """The signals that a ``header`` describes, from the signal files among ``others``."""
    parts = [_read_part(header, name, others) for name in dict.fromkeys(line.file_name for line in header.signals)]
    return tuple(sorted((channel for part in parts for channel in part), key=lambda channel: channel.number))


def _wants_header(name: str, data: bytes) -> bool:
    """Whether a file is a signal file: MATLAB's first bytes, or a .dat, which has no bytes of its own to know it by."""
    matlab = data.startswith(b"MATLAB 5.0") or (len(data) > 24 and data[20:24] == b"val\x00")
    return matlab or (name.lower().endswith(".dat") and decode(data, 4096) is None)


def _read_part(header: Header, file_name: str, others: Mapping[str, bytes]) -> list[Channel]:
    """The channels that one signal file holds."""
    data = _signal_file(header, file_name, others)
    lines = [(place, line) for place, line in enumerate(header.signals, 1) if line.file_name == file_name]
    samples = _check_size(header, [line for _, line in lines], data)
    digital = _decode(header.sampling_rate, [line for _, line in lines], samples, data)
    _check_sums([line for _, line in lines], digital)
    return [_channel(header, place, line, row) for (place, line), row in zip(lines, digital, strict=True)]


def _signal_file(header: Header, file_name: str, others: Mapping[str, bytes]) -> bytes:
    wanted = [data for name, data in others.items() if Path(name).name.lower() == file_name.lower()]
    needed = {line.file_name for line in header.signals}
    if not wanted and len(needed) == 1 and len(others) == 1:
        wanted = list(others.values())
    if not wanted:
        suffix = Path(file_name).suffix or ".dat"
        kind = suffix if suffix in (".dat", ".mat") else "signal"
        raise UnreadableFile(f"Found a WFDB header without its signal file; add the {kind} file of the same name.")
    return wanted[0]


def _check_size(header: Header, lines: Sequence[SignalLine], data: bytes) -> int:
    """Frames to read, once what the header claims fits the signal file."""
    formats = {(line.format, line.byte_offset) for line in lines}
    known = lines[0].format in _BYTES_A_SAMPLE
    if len(formats) > 1 or not known:
        raise UnreadableFile(
            f"The WFDB signals are in format {lines[0].format}; expected one of {', '.join(_BYTES_A_SAMPLE)}: "
            "convert the record with xform."
        )
    a_frame = _BYTES_A_SAMPLE[lines[0].format] * sum(line.samples_a_frame for line in lines)
    held = int((len(data) - lines[0].byte_offset) / a_frame + 1e-9)
    claimed = held if header.samples is None else header.samples
    if claimed > held or claimed < 1:
        raise UnreadableFile(
            f"The WFDB header claims {claimed} samples a signal and the signal file holds {max(held, 0)}; "
            "it was cut short, or belongs to another record: copy both again."
        )
    return claimed


def _decode(rate: float, lines: Sequence[SignalLine], samples: int, data: bytes) -> list[IntArray]:
    """The integers of each signal, as the wfdb package decodes them; those of 16 bits stand there as they are."""
    from wfdb import rdrecord

    stored, data = lines[0].format, data[lines[0].byte_offset :]
    if stored in ("16", "61"):
        return _sixteen_bits(
            lines, samples, np.frombuffer(data[: len(data) // 2 * 2], "<i2" if stored == "16" else ">i2")
        )
    neutral = [f"record {len(lines)} {rate:.10g} {samples}"]
    for line in lines:
        neutral.append(f"record.dat {stored}x{line.samples_a_frame} 1(0)/mV 16 0 {line.first or 0} 0 0 signal")
    with TemporaryDirectory(prefix="ecg-") as folder:
        Path(folder, "record.hea").write_text("\n".join(neutral) + "\n", encoding="ascii")
        Path(folder, "record.dat").write_bytes(data)
        record = rdrecord(str(Path(folder, "record")), physical=False, smooth_frames=False)
    return [np.asarray(row) for row in record.e_d_signal]


def _sixteen_bits(lines: Sequence[SignalLine], samples: int, integers: IntArray) -> list[IntArray]:
    """The integers of each signal where a frame is so many of each after the other (formats 16 and 61)."""
    widths = [line.samples_a_frame for line in lines]
    frames = integers[: samples * sum(widths)].reshape(samples, sum(widths))
    return [columns.reshape(-1) for columns in np.split(frames, np.cumsum(widths)[:-1], axis=1)]


def _check_sums(lines: Sequence[SignalLine], digital: Sequence[IntArray]) -> None:
    """Refuse signals whose 16-bit sums are not the header's; zero throughout means that none were computed."""
    if not any(line.checksum for line in lines):
        return
    for line, row in zip(lines, digital, strict=True):
        if line.checksum is not None and int(row.sum(dtype=np.int64)) % 65536 != line.checksum % 65536:
            raise UnreadableFile(
                "The WFDB signal file does not fit its header (a checksum differs): it is damaged or belongs to "
                "another record; copy both again."
            )


def _channel(header: Header, number: int, line: SignalLine, row: IntArray) -> Channel:
    def scale(stored: IntArray) -> FloatArray:
        values = stored.astype(np.float64)
        values -= line.baseline
        values[stored == _missing(line.format)] = np.nan
        if line.gain is not None:
            values /= line.gain
        return values

    rate = header.sampling_rate * line.samples_a_frame
    unit = None if line.gain is None else line.unit
    return StoredChannel(row, scale, number=number, name=line.name, unit=unit, sampling_rate=rate)


def _missing(sample_format: str) -> int:
    """The integer that marks a missing sample: the lowest that the format holds."""
    bits = {"8": None, "80": 8, "212": 12, "310": 10, "311": 10, "24": 24, "32": 32}.get(sample_format, 16)
    return -(2**40) if bits is None else -(2 ** (bits - 1))
