"""The form of a recipe: what it must hold before anything is made from it, since a recipe may have been edited."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from typing import Any

from ecg_core.corrections import BOUNDS
from ecg_core.errors import UnreadableFile
from ecg_core.export.summary import PACKAGES
from ecg_core.records import PatientMetadata
from ecg_core.vocabulary import Origin, Sex, Wave

__all__ = ["RECIPE", "parse"]

RECIPE = "ecg-core recipe 2"
"""What a recipe calls itself, with the version of its form."""
FIRST = "ecg-core recipe 1"
"""The form before it, which knew no corrections."""

Form = Callable[[Any], bool] | Mapping[str, "Form"] | list["Form"]
"""What a value must be: a test of it, an object with at least these names, or a list of such values."""


def _text(value: object) -> bool:
    return isinstance(value, str)


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _positive(value: object) -> bool:
    return _whole(value) and value != 0


def _or_none(form: Form) -> Callable[[Any], bool]:
    return lambda value: value is None or not list(_misfits(value, form, ""))


def _part(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(map(_number, value))


def _metadata(value: object) -> bool:
    """Of known fields alone, each with a value of its kind and a known origin."""
    names = {field.name for field in fields(PatientMetadata)} - {"origins"}
    return (
        isinstance(value, dict)
        and value.keys() <= names
        and all(
            isinstance(one, dict)
            and one.get("origin") in tuple(Origin)
            and (one.get("value") in tuple(Sex) if name == "sex" else _number(one.get("value")))
            for name, one in value.items()
        )
    )


def _wave(value: object) -> bool:
    return value in tuple(Wave)


MARK: Form = {"wave": _wave, **dict.fromkeys(BOUNDS, _whole)}
FORM: dict[str, Form] = {
    "files_sha256": [_text],
    "read_as": {
        "sampling_rate": _or_none(_number), "unit": _or_none(_text), "lead": _or_none(_text), "member": _or_none(_text),
    },
    "part_s": _or_none(_part),
    "metadata": _metadata,
    "earlier_ecg": _or_none({"beats_sha256": _text, "days_before": _or_none(_number)}),
    "model": {"name": _text, "weights_sha256": _text, "calibrated_on": _text},
    "passes": _positive,
    "seed": _whole,
    "coverage": _number,
    "result_sha256": _text,
    "threads": _positive,
    "versions": dict.fromkeys(PACKAGES, _text),
}  # fmt: skip
SINCE_CORRECTIONS: dict[str, Form] = {
    "corrections": [{"before": _or_none(MARK), "after": _or_none(MARK)}],
    "marks_sha256": _text,
}


def _misfits(value: object, form: Form, name: str) -> Iterator[str]:
    """The names of what is not as it must be, outermost first."""
    if isinstance(form, list):
        if not isinstance(value, list):
            yield name
            return
        for one in value:
            yield from _misfits(one, form[0], name)
    elif isinstance(form, Mapping):
        if not isinstance(value, dict):
            yield name
            return
        for key, inner in form.items():
            inside = f"{name}.{key}".removeprefix(".")
            if key not in value:
                yield inside
            else:
                yield from _misfits(value[key], inner, inside)
    elif not form(value):
        yield name


def parse(recipe: str) -> dict[str, Any]:
    """Read a recipe. Raises `UnreadableFile` where it is none, or where something in it is not what was written.

    >>> parse("{}")
    Traceback (most recent call last):
    ecg_core.errors.UnreadableFile: Found no recipe; expected a file that ecg-core wrote with --format recipe...
    """
    try:
        told = json.loads(recipe)
    except json.JSONDecodeError:
        told = None
    if not isinstance(told, dict) or told.get("recipe") not in (FIRST, RECIPE):
        raise UnreadableFile(
            f"Found no recipe; expected a file that ecg-core wrote with --format recipe ({RECIPE}): check the path."
        )
    wanted = FORM | (SINCE_CORRECTIONS if told["recipe"] == RECIPE else {})
    wrong = next(_misfits(told, wanted, ""), None)
    if wrong is not None:
        raise UnreadableFile(
            f"Found a recipe whose {wrong} is not what ecg-core writes there; expected it unchanged: take it from the "
            "file as it was written."
        )
    return dict(told)
