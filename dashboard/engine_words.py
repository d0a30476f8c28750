"""What the engine says, in the language of the page.

The engine speaks English, on the command line as well. Each of its sentences that the page shows stands in the strings
as it is said, with ``{name}`` for what changes: what it finds in a signal in the table ``engine``, why it refuses in
``refusal``, what a reader assumed in ``note``, the short words inside these in ``term``. The page finds it there and
says the same in its own language. One that does not stand there is shown as it is.
"""

import re
from collections.abc import Iterable
from functools import cache

from dashboard.numbers import in_figures
from dashboard.texts import say, strings

__all__ = ["ENGINE", "in_language", "listed"]

ENGINE = ("engine", "refusal", "note", "term")
"""The tables of the strings that hold what the engine says while a page is in use."""
FIELD = re.compile(r"(\{\w+\})")
BETWEEN = r"(?<=[.!?]) (?=[A-Z])"
"""The space between two sentences, which is never inside a field."""
NUMBERS = re.compile(r"[-−+]?\d+(\.\d+)?(e[-+]\d+)?(, [-−+]?\d+(\.\d+)?)*")


@cache
def _patterns(tables: tuple[str, ...]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Each sentence's key, and what it looks like with anything in its fields; the most particular first."""
    said = [one for one in strings("en").items() if one[0].startswith(tuple(f"{table}." for table in tables))]
    said.sort(key=lambda one: -len(FIELD.sub("", one[1])))
    return tuple((key, re.compile(_pattern(text), re.DOTALL)) for key, text in said)


def _pattern(text: str) -> str:
    """The text as a pattern, in which each field takes as little as it can."""
    parts = FIELD.split(text)
    return "".join(
        rf"(?P<{part[1:-1]}>(?:(?!{BETWEEN}).)+?)" if FIELD.fullmatch(part) else re.escape(part) for part in parts
    )


def in_language(said: str, tables: tuple[str, ...] = ENGINE) -> str:
    """What the engine says, in the language of the page; what is said inside it as well.

    It is looked for in these ``tables`` of the strings, as a whole and then sentence by sentence.

    >>> in_language("3 beats were found; at least 4 are expected.")
    '3 beats were found; at least 4 are expected.'
    """
    if NUMBERS.fullmatch(said):
        return in_figures(said)
    for key, pattern in _patterns(tables):
        found = pattern.fullmatch(said)
        if found is not None:
            return say(key, **{name: in_language(value, tables) for name, value in found.groupdict().items()})
    sentences = re.split(BETWEEN, said)
    return said if len(sentences) == 1 else " ".join(in_language(one, tables) for one in sentences)


def listed(said: Iterable[str], separator: str = ", ") -> str:
    """Several of them, each in the language of the page."""
    return separator.join(in_language(one) for one in said)
