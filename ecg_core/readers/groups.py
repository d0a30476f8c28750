"""Which of many files belong together: a WFDB header and its signal files; every other file is a recording itself."""

from collections import Counter
from collections.abc import Iterable
from pathlib import PurePath

from ecg_core.readers.text import decode
from ecg_core.readers.wfdb_header import is_header

__all__ = ["recordings_in"]

SIGNALS = (".dat", ".mat")


def recordings_in(files: Iterable[tuple[str, bytes]]) -> list[dict[str, bytes]]:
    """Part ``files`` (name, content) into what `ecg_core.read` takes, in the order in which each set begins.

    A file belongs to the header of the same name but for the ending, if it is named in it or ends in ``.dat`` or
    ``.mat``. A name that comes twice is of another recording.

    >>> header = b"a 1 500 10\\na.dat 16 1000/mV 16 0 0 0 0 I\\n"
    >>> [list(one) for one in recordings_in([("a.dat", b"12"), ("b.csv", b"1"), ("a.hea", header), ("a.csv", b"2")])]
    [['a.dat', 'a.hea'], ['b.csv'], ['a.csv']]
    """
    seen: Counter[str] = Counter()
    given = []
    for name, content in files:
        given.append((name, content, (PurePath(name).stem, seen[name])))
        seen[name] += 1
    headers = {key: (decode(content) or "").split() for _, content, key in given if is_header(content)}
    sets: dict[tuple[object, ...], dict[str, bytes]] = {}
    for position, (name, content, key) in enumerate(given):
        named = headers.get(key)
        belongs = named is not None and (
            is_header(content) or name in named or PurePath(name).suffix.lower() in SIGNALS
        )
        sets.setdefault(key if belongs else (position,), {})[name] = content
    return list(sets.values())
