"""The page's words, from one file a language in ``strings/``: `say` gives a text in the language of this session."""

import tomllib
from collections.abc import Mapping
from contextvars import ContextVar
from functools import cache
from pathlib import Path

__all__ = ["LANGUAGES", "language", "say", "speak", "strings"]

LANGUAGES: Mapping[str, str] = {"en": "English", "de": "Deutsch"}
"""Each language by its ISO 639-1 code, called as its speakers call it; the first is spoken unless told otherwise."""
_spoken: ContextVar[str] = ContextVar("language", default="en")
"""Each run of a page has a thread of its own, and with it a language of its own."""


def speak(code: str) -> None:
    """Speak the language ``code``, one of `LANGUAGES`, from here on in this thread."""
    if code not in LANGUAGES:
        raise KeyError(code)
    _spoken.set(code)


def language() -> str:
    """The code of the language that is spoken."""
    return _spoken.get()


@cache
def strings(code: str) -> Mapping[str, str]:
    """All texts of a language: ``section.name`` → text, in which ``{name}`` stands for a value."""
    content = tomllib.loads((Path(__file__).parent / "strings" / f"{code}.toml").read_text(encoding="utf-8"))
    return {f"{section}.{name}": text for section, texts in content.items() for name, text in texts.items()}


def say(key: str, **values: object) -> str:
    """The text ``key``, which is ``section.name``, with its ``values`` filled in.

    >>> say("pages.review")
    'Review'
    """
    return strings(language())[key].format(**values)
