"""What an evaluation names and counts, as the page calls and writes it: tiers, groups, kinds of doubt, columns."""

from collections.abc import Iterable

from dashboard.engine_words import in_language
from dashboard.numbers import thousands
from dashboard.texts import say
from ecg_core.uncertainty.calibration import SHOWN

__all__ = [
    "GROUPS",
    "KINDS",
    "MEASURES",
    "TOLD",
    "called",
    "column",
    "evaluated",
    "in_order",
    "kind_name",
    "of",
    "of_thousand",
    "tier_names",
    "told",
    "who",
]

TOLD = ("none", "wearable", "prior-axes", "prior", "paper", "all")
"""The metadata tiers, from the least told to the most."""
KINDS = (
    SHOWN, "dropout", "expected", "constant", "size of the prediction", "slope of the prediction", "QRS mask",
)  # fmt: skip
"""What could stand for the doubt."""
GROUPS = (
    "NORM", "MI", "STTC", "CD", "HYP", "PACE", "AFIB", "AFLT", "SVTAC", "SVARR", "STACH", "SBRAD", "SARRH", "SR",
)  # fmt: skip
"""PTB-XL's abbreviations of superclasses and rhythms that have a name of their own on the page."""
MEASURES = ("rank", "ause_records", "ause_samples", "auroc", "ence", "crps")
"""What tells how good a doubt is, by the names of its columns."""


def evaluated(words: str) -> str:
    """What a card, an evaluation or a target says, in the language of the page; as it is where it is a name.

    >>> evaluated("PTB-XL, fold 9")
    'PTB-XL, fold 9'
    """
    return in_language(words, ("evaluated",))


def column(name: str) -> str:
    """The heading of a column."""
    return say(f"evidence_columns.{name}")


def kind_name(kind: str) -> str:
    """What could stand for the doubt, as it is called on the page."""
    return say(f"evidence_kinds.{kind}") if kind in KINDS else kind


def tier_names() -> tuple[str, ...]:
    """Every metadata tier, as it is called on the page."""
    return tuple(map(evaluated, TOLD))


def in_order(tiers: Iterable[str]) -> list[str]:
    """Tiers from the least told to the most.

    >>> in_order(["paper", "none"])
    ['none', 'paper']
    """
    return sorted(tiers, key=TOLD.index)


def told(tier: str) -> str:
    """What the network is told in a tier.

    >>> told("none")
    'nothing'
    """
    return say(f"evidence_told.{tier}")


def who(name: str) -> str:
    """A group in words, with its abbreviation.

    >>> who("AFIB"), who("male")
    ('atrial fibrillation AFIB', 'male')
    """
    return f"{called(name)} {name}" if name in GROUPS else evaluated(name)


def called(group: str) -> str:
    """A group in words; ``macro`` is the mean of all."""
    if group == "macro":
        return say("evidence.mean_of_all")
    return say(f"evidence_groups.{group}") if group in GROUPS else evaluated(group)


def of_thousand(part: int, whole: int) -> str:
    """A natural frequency with the counts behind it.

    >>> of_thousand(3, 60), of_thousand(0, 0)
    ('50 of 1,000 (3 of 60)', 'none to judge by')
    """
    if not whole:
        return say("evidence.none_to_judge")
    share = f"{1000 * part / whole:.0f}"
    return say("evidence.of_thousand", share=share, part=thousands(part), whole=thousands(whole))


def of(part: int, whole: int) -> str:
    """So many of so many.

    >>> of(1, 2)
    '1 of 2'
    """
    return say("evidence.of", part=thousands(part), whole=thousands(whole))
