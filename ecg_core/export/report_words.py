"""The words of the printed report, from one file a language. Findings and notes of the engine stay English in both."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from ecg_core.export.notice import EARLIER_WARNING, RESEARCH_ONLY

__all__ = ["WORDS"]

_FOLDER = Path(__file__).parent / "words"
_ENGLISH_ALREADY = {"notice": RESEARCH_ONLY, "earlier_warning": EARLIER_WARNING}


def _words(code: str) -> Mapping[str, str]:
    said: dict[str, str] = tomllib.loads((_FOLDER / f"{code}.toml").read_text(encoding="utf-8"))
    return MappingProxyType(_ENGLISH_ALREADY | said)


WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType({code: _words(code) for code in ("en", "de")})
"""By ISO 639-1 code; every language has the same words."""
