"""Sentences of the engine in the language of the page.

The engine speaks English, on the command line as well. Each of its sentences that the page shows stands in the table
``engine`` of the strings as it is said, with ``{name}`` for its numbers; the page finds it there and says the same in
its own language. One that does not stand there is shown as it is.
"""

import re
from collections.abc import Iterable
from functools import cache

from dashboard.figures.numbers import in_figures
from dashboard.texts import say, strings

__all__ = ["in_language", "listed"]

FIELD = re.compile(r"\{(\w+)\}")


@cache
def _patterns(table: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Each sentence's key, and what it looks like with any numbers; the longest first."""
    said = sorted(
        (one for one in strings("en").items() if one[0].startswith(f"{table}.")), key=lambda one: -len(one[1])
    )
    return tuple((key, re.compile(FIELD.sub(r"(?P<\1>.+)", _escaped(text)))) for key, text in said)


def _escaped(text: str) -> str:
    """The text as a pattern, its fields left as they are."""
    return "".join(part if FIELD.fullmatch(part) else re.escape(part) for part in re.split(r"(\{\w+\})", text))


def in_language(sentence: str, table: str = "engine") -> str:
    """What the engine says, in the language of the page; what is said inside it as well.

    It is looked for in ``table`` of the strings.

    >>> in_language("3 beats were found; at least 4 are expected.")
    '3 beats were found; at least 4 are expected.'
    """
    for key, pattern in _patterns(table):
        found = pattern.fullmatch(sentence)
        if found is not None:
            return say(key, **{name: in_language(value, table) for name, value in found.groupdict().items()})
    return _number(sentence)


def _number(value: str) -> str:
    """A decimal number as the language writes it, anything else as it is."""
    return in_figures(value) if re.fullmatch(r"[-−+]?\d+\.\d+", value) else value


def listed(sentences: Iterable[str], separator: str = ", ") -> str:
    """Several of them, each in the language of the page."""
    return separator.join(in_language(one) for one in sentences)
