"""QRS and T marks of Lead I corrected by hand: moved, removed and added, and what is measured anew from them.

The estimate of the other leads does not change by it. The network was told what the marks as they were found gave
(rate, QRS duration and count), an earlier ECG was laid at those R peaks, and the band is as wide as those waves say.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from ecg_core.errors import EcgError
from ecg_core.results import Correction, Examination, Mark, Segments
from ecg_core.signals.intervals import measure
from ecg_core.vocabulary import IntArray, Wave

__all__ = [
    "BOUNDS",
    "WORDS",
    "by_hand",
    "in_words",
    "log",
    "marked_by",
    "marks",
    "peak_between",
    "revise",
    "with_correction",
]

BOUNDS = ("onset", "peak", "offset")
WORDS: Mapping[str, str] = MappingProxyType(
    {
        "point": ".",
        "onset": "onset",
        "peak": "peak",
        "offset": "offset",
        "mark_moved": "{wave} at {at} s moved: {bounds}.",
        "mark_bound": "{bound} from {before} to {after} s",
        "mark_removed": "{wave} at {at} s removed: it lay from {onset} to {offset} s.",
        "mark_added": "{wave} at {at} s added: from {onset} to {offset} s.",
    }
)
"""What `in_words` says, in English."""


def marks(examination: Examination) -> tuple[Mark, ...]:
    """Every QRS complex and T wave in the order of time.

    The peak of a T wave is where Lead I is farthest from zero in it, unless it was put elsewhere by hand.
    """
    segments, by_bounds = examination.segments, {}
    for one in by_hand(examination.segments):
        by_bounds[one.wave, one.onset, one.offset] = one
    found = [
        Mark(Wave.QRS, onset, peak, offset)
        for peak, (onset, offset) in zip(segments.r_peaks.tolist(), segments.qrs.tolist(), strict=True)
    ]
    for onset, offset in segments.t.tolist():
        known = by_bounds.get((Wave.T, onset, offset))
        found.append(known or Mark(Wave.T, onset, peak_between(examination, onset, offset), offset))
    return tuple(sorted(found, key=_when))


def _when(mark: Mark) -> tuple[int, int]:
    return mark.onset, mark.offset


def peak_between(examination: Examination, onset: int, offset: int) -> int:
    """The sample in ``[onset, offset)``, cut to the recording, at which Lead I is farthest from zero."""
    first, last = max(onset, 0), min(offset, len(examination.lead_i))
    if first >= last:
        return onset
    return first + int(np.abs(examination.lead_i[first:last]).argmax())


def by_hand(segments: Segments) -> tuple[Mark, ...]:
    """The marks that were moved or added by hand."""
    return tuple(one.after for one in segments.corrections if one.after is not None)


def marked_by(segments: Segments) -> str:
    """Who set the marks, such as ``"neurokit2, 2 corrected by hand"``."""
    count = len(segments.corrections)
    return f"neurokit2, {count} corrected by hand" if count else "neurokit2"


def with_correction(
    corrections: Sequence[Correction], before: Mark | None, after: Mark | None
) -> tuple[Correction, ...]:
    """``corrections`` and one more: what lies at ``before`` now (None: nothing) lies at ``after`` (None: nowhere).

    A mark that is moved again, or removed, is still one correction, of what was found; moved back to there it is none.

    >>> found, moved = Mark(Wave.QRS, 40, 50, 60), Mark(Wave.QRS, 42, 50, 60)
    >>> once = with_correction((), found, moved)
    >>> with_correction(once, moved, None) == (Correction(found, None),), with_correction(once, moved, found)
    (True, ())
    """
    if before is not None:
        for index, one in enumerate(corrections):
            if one.after == before:
                merged = Correction(one.before, after)
                kept = () if merged.before == merged.after else (merged,)
                return (*corrections[:index], *kept, *corrections[index + 1 :])
    if before is None and Correction(after, None) in corrections:
        return tuple(one for one in corrections if one != Correction(after, None))
    return (*corrections, *(() if before == after else (Correction(before, after),)))


def revise(examination: Examination, corrections: Sequence[Correction]) -> Examination:
    """``examination``, as it was found, with its marks corrected, and rate, count and durations measured from these.

    Quality stays as it was judged. Raises `EcgError` where a mark that is to be moved or removed is not among those
    found, and where one would lie outside the recording, over another one, or not have its peak between its ends.

    >>> from pathlib import Path
    >>> from ecg_core import examine, read
    >>> found = examine(read({path.name: path.read_bytes() for path in Path("sample_data").glob("A0002.*")}))
    >>> first = marks(found)[0]
    >>> without = revise(found, with_correction((), first, None))
    >>> found.measurements.qrs_count - without.measurements.qrs_count
    1
    """
    if not corrections:
        return examination
    segments = examination.segments
    gone = {one.before for one in corrections if one.before is not None}
    found = marks(examination)
    for missing in gone.difference(found):
        raise EcgError(
            f"Found no {_named(missing, segments.sampling_rate)}; expected one to move or remove: choose a mark that "
            "is there."
        )
    new = [one.after for one in corrections if one.after is not None]
    kept = sorted([*(one for one in found if one not in gone), *new], key=_when)
    for mark in new:
        _check(mark, kept, len(examination.lead_i), segments.sampling_rate)
    qrs, t = ([one for one in kept if one.wave is wave] for wave in (Wave.QRS, Wave.T))
    why = segments.not_delineated if not kept and segments.not_delineated else None
    revised = Segments(
        _samples(qrs, "peak"), _samples(qrs, "onset", "offset"), _samples(t, "onset", "offset"),
        segments.sampling_rate, why, tuple(corrections),
    )  # fmt: skip
    return replace(examination, segments=revised, measurements=measure(revised, len(examination.lead_i)))


def _samples(found: Sequence[Mark], *bounds: str) -> IntArray:
    return np.array([[getattr(mark, bound) for bound in bounds] for mark in found], np.int64)


def _named(mark: Mark, rate: float) -> str:
    return f"{mark.wave} from {mark.onset / rate:.3f} to {mark.offset / rate:.3f} s"


def _check(mark: Mark, every: Sequence[Mark], samples: int, rate: float) -> None:
    """Refuse a mark that cannot be."""
    if not mark.onset <= mark.peak < mark.offset:
        onset, peak, offset = (f"{getattr(mark, bound) / rate:.3f} s" for bound in BOUNDS)
        raise EcgError(
            f"Found a {mark.wave} with onset {onset}, peak {peak}, offset {offset}; expected the onset first, then the "
            "peak, then the offset: choose other times."
        )
    if mark.onset < 0 or mark.offset > samples:
        raise EcgError(
            f"Found a {_named(mark, rate)}; expected it inside the recording, from 0 to {samples / rate:.3f} s: choose "
            "other times."
        )
    for other in every:
        if other is not mark and mark.onset < other.offset and other.onset < mark.offset:
            raise EcgError(
                f"Found a {_named(mark, rate)} over the {_named(other, rate)}; expected no two marks at one time: "
                "choose other times, or move or remove that one first."
            )


def in_words(correction: Correction, rate: float, words: Mapping[str, str] = WORDS) -> str:
    """One correction as a sentence, its times in s; ``words`` are like `WORDS` in another language.

    >>> in_words(Correction(Mark(Wave.QRS, 40, 50, 60), Mark(Wave.QRS, 42, 50, 60)), 100.0)
    'QRS at 0.500 s moved: onset from 0.400 to 0.420 s.'
    """
    before, after = correction.before, correction.after
    mark = before or after
    if mark is None:
        raise ValueError("a correction of nothing to nothing")
    said = {"wave": mark.wave.value, "at": _seconds(mark.peak, rate, words)}
    if before is None or after is None:
        kind = "mark_added" if before is None else "mark_removed"
        return words[kind].format(**said, **{bound: _seconds(getattr(mark, bound), rate, words) for bound in BOUNDS})
    return words["mark_moved"].format(**said, bounds=", ".join(_bounds(before, after, rate, words)))


def _bounds(before: Mark, after: Mark, rate: float, words: Mapping[str, str]) -> Iterator[str]:
    """What has moved, from where to where."""
    for bound in BOUNDS:
        one, other = getattr(before, bound), getattr(after, bound)
        if one != other:
            name = f"R {words[bound]}" if before.wave is Wave.QRS and bound == "peak" else words[bound]
            yield words["mark_bound"].format(
                bound=name, before=_seconds(one, rate, words), after=_seconds(other, rate, words)
            )


def _seconds(sample: int, rate: float, words: Mapping[str, str]) -> str:
    return f"{sample / rate:.3f}".replace(".", words["point"])


def log(segments: Segments, words: Mapping[str, str] = WORDS) -> tuple[str, ...]:
    """Every correction as a sentence, in the order of time."""
    ordered = sorted(segments.corrections, key=lambda one: _when(one.before or one.after or Mark(Wave.QRS, 0, 0, 0)))
    return tuple(in_words(one, segments.sampling_rate, words) for one in ordered)
