"""Several recordings in one archive, folder or upload: what they are called on the page, and which one is meant."""

import re
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from ecg_core.errors import AnswerNeeded, Question, UnreadableFile
from ecg_core.readers.channels import RawFile
from ecg_core.readers.formats import FORMATS

__all__ = ["choose"]

Files = Mapping[str, bytes]
MOST_DESCRIBED = 20
"""So many recordings are looked into in order to describe them; of more, only format and size are told."""


def choose(found: Sequence[Files], member: str | None) -> Files:
    """The one of the recordings ``found`` that is meant: the only one, or that which ``member`` names.

    ``member`` is its number in the order of the files' names, from 1, one of the choices offered, or the name of a
    file of its own. The choices hold no name, since a file may be called after its patient.

    Raises `AnswerNeeded` where there are several and none is named, or the name fits none or more than one.

    >>> strips = [{"b.csv": b"I (mV)\\n0.1\\n0.2"}, {"a.csv": b"I (mV)\\n0.1\\n0.2\\n0.3"}]
    >>> choose(strips, "1") is choose(strips, "a.csv") is strips[1]
    True
    """
    ordered = sorted(found, key=lambda one: _natural(min(one, default="")))
    if member is None and len(ordered) == 1:
        return ordered[0]
    if member is None:
        count = sum(len(one) for one in ordered)
        message = f"Found {count} files that hold {len(ordered)} recordings; expected one: say which."
        raise AnswerNeeded(message, Question.RECORDING, _labels(ordered))
    fitting = _fitting(ordered, member)
    if len(fitting) != 1:
        message = (
            f"The answer fits {len(fitting)} of {len(ordered)} recordings; expected a number or a file's own name."
        )
        raise AnswerNeeded(message, Question.RECORDING, _labels(ordered))
    return fitting[0]


def _fitting(ordered: Sequence[Files], member: str) -> list[Files]:
    number = re.fullmatch(r"(\d{1,4})( · .*)?", member.strip())
    if number and 1 <= int(number[1]) <= len(ordered):
        return [ordered[int(number[1]) - 1]]
    return [one for one in ordered if any(member in (name, PurePosixPath(name).name) for name in one)]


def _natural(name: str) -> list[tuple[int, str]]:
    """A key that puts 2 before 10."""
    return [(int(part[:18]), "") if part.isdecimal() else (0, part.casefold()) for part in re.findall(r"\d+|\D+", name)]


def _labels(ordered: Sequence[Files]) -> tuple[str, ...]:
    looked_into = len(ordered) <= MOST_DESCRIBED
    return tuple(" · ".join((str(place), *_words(one, looked_into))) for place, one in enumerate(ordered, 1))


def _words(files: Files, looked_into: bool) -> list[str]:
    """What tells a recording from others and says nothing of whose it is."""
    reader = next((reader for reader in FORMATS if reader.claims(files)), None)
    size = f"{-(-sum(map(len, files.values())) // 1024)} kB"
    if reader is None or not looked_into:
        return [size] if reader is None else [reader.name, size]
    try:
        return _described(reader.load(files))
    except UnreadableFile:
        return [reader.name, size, "damaged"]


def _described(raw: RawFile) -> list[str]:
    told = [raw.source, f"{len(raw.channels)} channel{'s' * (len(raw.channels) > 1)}"]
    first = raw.channels[0]
    if first.sampling_rate:
        told.append(f"{first.values.size / first.sampling_rate:.0f} s")
    return [*told, f"{raw.started_at:%Y-%m}"] if raw.started_at else told
