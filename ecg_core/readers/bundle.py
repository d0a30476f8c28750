"""Several files, or an archive of them: what is in it, and which files make up the one recording.

Nothing is written to disk: names in an archive are only compared, and those that lead outside it are refused.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import PurePosixPath

from ecg_core.errors import UnreadableFile
from ecg_core.limits import MOST_BYTES, MOST_FILES
from ecg_core.readers.formats import FORMATS
from ecg_core.readers.members import choose
from ecg_core.readers.text import decode
from ecg_core.readers.wfdb_header import is_header, signal_files

__all__ = ["all_recordings", "check_size", "one_recording"]

_ZIP = b"PK\x03\x04"


def check_size(files: Mapping[str, bytes]) -> None:
    """Refuse files that are more, or larger, than those of a recording; raises `UnreadableFile`.

    >>> check_size({str(number): b"" for number in range(1001)})
    Traceback (most recent call last):
    ecg_core.errors.UnreadableFile: Found 1001 files of 0 MB; at most 1000 files of 512 MB are read...
    """
    size = sum(len(data) for data in files.values())
    if len(files) > MOST_FILES or size > MOST_BYTES:
        raise UnreadableFile(
            f"Found {len(files)} files of {size >> 20} MB; at most {MOST_FILES} files of {MOST_BYTES >> 20} MB are "
            "read: give those of one recording, a day or less of it."
        )


def one_recording(files: Mapping[str, bytes], member: str | None = None) -> Mapping[str, bytes]:
    """The ``files`` of one recording among them, as in `all_recordings`.

    Raises `AnswerNeeded` where there are several and ``member`` does not say which (`ecg_core.readers.members`).
    """
    return choose(all_recordings(files), member)


def all_recordings(files: Mapping[str, bytes]) -> list[Mapping[str, bytes]]:
    """The ``files`` of each recording, ZIP archives opened; those that no format claims are left out.

    Files that hold no recording are given back as they are. Raises `UnreadableFile` for an archive that is damaged,
    locked, too large, or holds names that lead outside it.
    """
    held: dict[str, bytes] = {}
    for name, data in files.items():
        held |= _unpacked(data) if data.startswith(_ZIP) else {name: data}
    held = {name: data for name, data in held.items() if data}
    headers = [name for name, data in held.items() if is_header(data)]
    if len(held) < 2 or (len(held) == 2 and len(headers) == 1):
        return [held]
    found: list[Mapping[str, bytes]] = list(_records(held, headers))
    taken = {name for record in found for name in record}
    found += [{name: data} for name, data in held.items() if name not in taken and _is_recording(name, data)]
    return found or [held]


def _is_recording(name: str, data: bytes) -> bool:
    return any(reader.claims({name: data}) for reader in FORMATS)


def _records(held: Mapping[str, bytes], headers: list[str]) -> list[dict[str, bytes]]:
    """The WFDB records: each header with the files that it names, from the folder that it is in."""
    named = {name: _named(held, name) for name in headers}
    parts = {part for name, own in named.items() for part in own if part in headers and part != name}
    records = []
    for name in headers:
        if name not in parts:
            own = [name, *named[name]]
            own += [signal for part in named[name] if part in headers for signal in named[part]]
            records.append({part: held[part] for part in dict.fromkeys(own)})
    return records


def _named(held: Mapping[str, bytes], header: str) -> list[str]:
    wanted = {name.lower() for name in signal_files(decode(held[header]) or "")}
    folder = PurePosixPath(header).parent
    return [
        name
        for name in held
        if PurePosixPath(name).parent == folder and PurePosixPath(name).name.lower() in wanted and name != header
    ]


def _unpacked(data: bytes) -> dict[str, bytes]:
    """What a ZIP archive holds; one that is a file of its own kind (a spreadsheet, NumPy's) stays whole."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            names = [entry.filename for entry in entries]
            if "[Content_Types].xml" in names or (names and all(name.endswith(".npy") for name in names)):
                return {"archive": data}
            _check(entries)
            return {entry.filename: archive.read(entry) for entry in entries if not _of_the_system(entry.filename)}
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, struct.error, ValueError) as error:
        if isinstance(error, UnreadableFile):
            raise
        raise UnreadableFile(
            "The ZIP archive is damaged, or packed in a way that is not read; pack the recording again."
        ) from None


def _check(entries: list[zipfile.ZipInfo]) -> None:
    size = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_FILES or size > MOST_BYTES:
        raise UnreadableFile(
            f"The ZIP archive holds {len(entries)} files of {size >> 20} MB; at most {MOST_FILES} files of "
            f"{MOST_BYTES >> 20} MB are read: pack the recording alone."
        )
    if any(entry.flag_bits & 1 for entry in entries):
        raise UnreadableFile("The ZIP archive is locked with a password; pack the recording without one.")
    for entry in entries:
        path = PurePosixPath(entry.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in entry.filename.split("/")[0]:
            raise UnreadableFile(
                "The ZIP archive holds a name that leads outside it, as no recording does; it is not read."
            )


def _of_the_system(name: str) -> bool:
    """Whether an entry is what an operating system adds, or hidden."""
    return any(part == "__MACOSX" or part.startswith(".") for part in PurePosixPath(name).parts)
