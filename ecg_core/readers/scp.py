"""SCP-ECG (EN 1064, ISO 11073-91064): its checksums, and two habits of writers that the decoder does not take.

Some writers count the first sample as 0 where the standard says 1. Others promise more samples a lead than the 65,535
bytes hold that Section 6 can state for a lead: what is stored is read, and said to be less.
"""

import struct
from binascii import crc_hqx

from ecg_core.errors import UnreadableFile

__all__ = ["is_scp", "mend"]

_LEADS, _RHYTHM, _HUFFMAN = 3, 6, 2
_HEADER, _POINTER, _DEFINITION = 16, 10, 9
_FULL = 65534
"""Most bytes of whole samples that the size field of a lead can state."""


def is_scp(data: bytes) -> bool:
    """Whether ``data`` begins with the pointers of an SCP-ECG record."""
    if len(data) < 32:
        return False
    section, length = struct.unpack_from("<HI", data, 8)
    first, _, index = struct.unpack_from("<HII", data, 22)
    return bool(section == 0 and length >= 26 and (length - _HEADER) % _POINTER == 0 and first == 0 and index == 7)


def mend(data: bytes) -> tuple[bytes, list[str]]:
    """``data`` as the decoder wants it, and words on what of it is not there.

    Raises `UnreadableFile` where a length or a checksum is not what the record says.
    """
    promised = struct.unpack_from("<I", data, 2)[0]
    if promised > len(data):
        raise UnreadableFile(
            f"The SCP-ECG file promises {promised} bytes and {len(data)} were found: it was cut short; copy it again "
            "from its source."
        )
    data = data[:promised]
    sections = _sections(data)
    _check_sums(data, sections)
    if _LEADS not in sections or _RHYTHM not in sections:
        return data, []
    return _mended(data, sections)


def _sections(data: bytes) -> dict[int, tuple[int, int]]:
    """Start and end of each section in the record."""
    pointers = (struct.unpack_from("<I", data, 10)[0] - _HEADER) // _POINTER
    if 22 + _POINTER * pointers > len(data):
        raise UnreadableFile("The SCP-ECG file is damaged: its pointers lie outside it; copy it again from its source.")
    found = {}
    for place in range(pointers):
        section, length, index = struct.unpack_from("<HII", data, 22 + _POINTER * place)
        if length:
            if index < 1 or index - 1 + length > len(data) or length < _HEADER:
                raise UnreadableFile(
                    "The SCP-ECG file is damaged: a section of it lies outside it; copy it again from its source."
                )
            found[section] = (index - 1, index - 1 + length)
    return found


def _check_sums(data: bytes, sections: dict[int, tuple[int, int]]) -> None:
    spans = [(0, len(data)), *(span for section, span in sections.items() if section <= 11)]
    for start, end in spans:
        if struct.unpack_from("<H", data, start)[0] != crc_hqx(data[start + 2 : end], 0xFFFF):
            raise UnreadableFile(
                "A checksum in the SCP-ECG file is wrong: it is damaged; copy it again from its source."
            )


def _mended(data: bytes, sections: dict[int, tuple[int, int]]) -> tuple[bytes, list[str]]:
    (start, end), (rhythm, rhythm_end) = sections[_LEADS], sections[_RHYTHM]
    leads = data[start + _HEADER] if end > start + _HEADER else 0
    if start + _HEADER + 2 + _DEFINITION * leads > end or rhythm + _HEADER + 6 + 2 * leads > rhythm_end:
        return data, []
    sizes = struct.unpack_from(f"<{leads}H", data, rhythm + _HEADER + 6)
    mended, notes = bytearray(data), []
    for place in range(leads):
        at = start + _HEADER + 2 + _DEFINITION * place
        first, last = struct.unpack_from("<II", data, at)
        if first == 0:
            first = 1
        if _HUFFMAN not in sections and sizes[place] == _FULL and last - first + 1 > _FULL // 2:
            notes = [
                f"The file promises {last - first + 1} samples a lead and can hold no more than {_FULL // 2}: those "
                "were read."
            ]
            last = first + _FULL // 2 - 1
        struct.pack_into("<II", mended, at, first, last)
    for begin, finish in ((start, end), (0, len(mended))):
        struct.pack_into("<H", mended, begin, crc_hqx(bytes(mended[begin + 2 : finish]), 0xFFFF))
    return bytes(mended), notes
