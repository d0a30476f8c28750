"""What a change of the input did, in words: whether the doubt rose, and where it should have risen but did not."""

from collections.abc import Mapping
from enum import StrEnum

import pandas as pd

from dashboard.engine_words import in_language
from dashboard.figures.evidence import TOLERANCE
from dashboard.figures.what_if_values import LEAST_RISE, Doubt, Shift, follows, overall
from dashboard.texts import say
from ecg_core.results import Quality
from ecg_core.vocabulary import ESTIMATED, Lead, Verdict

__all__ = ["Outcome", "doubt_by_lead", "left_behind", "noticed", "outcome", "said"]

Doubts = Mapping[Lead, Doubt]


class Outcome(StrEnum):
    """What came of the doubt."""

    ROSE = "rose"
    """The error grew, and the doubt with it."""
    LAGGED = "lagged"
    """The error grew beyond the doubt, which did not keep up or even fell."""
    COVERED = "covered"
    """The doubt did not keep up or even fell, but the error that grew is still within it."""
    STEADY = "steady"
    """The error did not grow."""
    UNKNOWN_ROSE = "unknown_rose"
    """Nothing is known of the error; the doubt rose, or stayed."""
    UNKNOWN_FELL = "unknown_fell"
    """Nothing is known of the error; the doubt fell."""


def outcome(before: Doubts, after: Doubts, promised: float) -> Outcome:
    """What came of the doubt over all leads; ``promised`` is the coverage of the band.

    >>> sure, wrong = {Lead.II: Doubt(0.10, 0.10, 0.9)}, {Lead.II: Doubt(0.08, 0.30, 0.4)}
    >>> outcome(sure, wrong, 0.9).value
    'lagged'
    """
    then, now = overall(before), overall(after)
    kept = follows(then, now, promised)
    if kept is None:
        return Outcome.UNKNOWN_ROSE if now.expected >= then.expected else Outcome.UNKNOWN_FELL
    assert then.error is not None
    assert now.error is not None
    if not kept:
        return Outcome.LAGGED if _too_sure(now, promised) else Outcome.COVERED
    return Outcome.STEADY if now.error < (1 + LEAST_RISE) * then.error else Outcome.ROSE


def _too_sure(one: Doubt, promised: float) -> bool:
    """Whether an estimate is more wrong than it says, or its band holds too little."""
    assert one.error is not None
    assert one.inside is not None
    return one.error > (1 + LEAST_RISE) * one.expected or one.inside < promised - TOLERANCE


def said(before: Doubts, after: Doubts, promised: float) -> str:
    """The outcome in one paragraph, with its figures."""
    then, now = overall(before), overall(after)
    values: dict[str, object] = {
        "doubt": _change(then.expected, now.expected),
        "expected": f"{now.expected:.3f}",
        "expected_before": f"{then.expected:.3f}",
        "promised": f"{promised:.0%}",
    }
    if then.error is not None and now.error is not None and then.inside is not None and now.inside is not None:
        values |= {
            "change": _change(then.error, now.error),
            "error": f"{now.error:.3f}",
            "error_before": f"{then.error:.3f}",
            "inside": f"{now.inside:.0%}",
            "inside_before": f"{then.inside:.0%}",
        }
    return say(f"what_if_outcome.{outcome(before, after, promised)}", **values)


def _change(before: float, after: float) -> str:
    """A change as a signed share.

    >>> _change(0.2, 0.1), _change(0.2, 0.25)
    ('−50%', '+25%')
    """
    return f"{after / before - 1:+.0%}".replace("-", "−")


def left_behind(before: Doubts, after: Doubts, promised: float) -> tuple[Lead, ...]:
    """The leads whose doubt should have risen but did not, or not by enough, and which are now surer than right."""
    behind = (lead for lead in after if follows(before[lead], after[lead], promised) is False)
    return tuple(lead for lead in behind if _too_sure(after[lead], promised))


def noticed(before: Quality, after: Quality) -> tuple[str, ...]:
    """What the check of the signal finds of the changed Lead I that it did not find of the unchanged one: its reasons.

    It is the other guard beside the doubt: an input that it warns of need not be doubted by the network to be caught.
    """
    known = {one.name for one in before.findings if one.verdict is not Verdict.PASS}
    return tuple(
        in_language(one.reason) for one in after.findings if one.verdict is not Verdict.PASS and one.name not in known
    )


def doubt_by_lead(before: Doubts, after: Doubts, moved: Mapping[Lead, Shift], promised: float) -> pd.DataFrame:
    """For each estimated lead how far it moved, what it expects to be wrong by and what it is, before and after, mV."""
    verdicts = {True: "✓", False: "✗", None: "–"}
    return pd.DataFrame(
        {
            say("what_if.lead"): [str(lead) for lead in ESTIMATED],
            say("what_if.moved"): [moved[lead].mean for lead in ESTIMATED],
            say("what_if.expected"): [_way(before[lead].expected, after[lead].expected) for lead in ESTIMATED],
            say("what_if.error"): [_way(before[lead].error, after[lead].error) for lead in ESTIMATED],
            say("what_if.follows"): [verdicts[follows(before[lead], after[lead], promised)] for lead in ESTIMATED],
        }
    )


def _way(before: float | None, after: float | None) -> str:
    return "–" if before is None or after is None else f"{before:.3f} → {after:.3f}"
