"""Numbers as the language of the page writes them."""

import re

from dashboard.texts import language

__all__ = ["decimal", "in_figures", "thousands"]


def decimal(value: float, digits: int = 0) -> str:
    """A number with so many digits behind the point.

    >>> decimal(1.25, 2)
    '1.25'
    """
    return in_figures(f"{value:.{digits}f}")


def thousands(count: float) -> str:
    """A count with its thousands set apart.

    >>> thousands(2185)
    '2,185'
    """
    written = f"{count:,.0f}"
    return written.replace(",", ".") if language() == "de" else written


def in_figures(text: str) -> str:
    """The decimal numbers in a text."""
    return re.sub(r"(?<=\d)\.(?=\d)", ",", text) if language() == "de" else text
