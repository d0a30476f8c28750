"""Arguments that several commands take."""

import argparse
from collections.abc import Callable
from pathlib import Path

__all__ = ["new_folder", "whole_number"]


def whole_number(low: int, high: int) -> Callable[[str], int]:
    """A parser of whole numbers from ``low`` to ``high``.

    >>> whole_number(2, 1000)("16")
    16
    """

    def whole(text: str) -> int:
        number = int(text)
        if not low <= number <= high:
            raise argparse.ArgumentTypeError(f"found {number}; expected {low} to {high}")
        return number

    return whole


def new_folder(text: str) -> Path:
    """The path of a folder to write to, which need not exist yet.

    >>> new_folder("build/not-there-yet").name
    'not-there-yet'
    """
    path = Path(text)
    if path.exists() and not path.is_dir():
        raise argparse.ArgumentTypeError(f"found a file at {path}; expected a folder: name another")
    return path
