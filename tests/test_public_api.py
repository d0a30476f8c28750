"""The public names: what `ecg_core.__all__` lists is what exists, is documented, and is what README and code use."""

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import ecg_core

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PYTHON_BLOCKS = re.findall(r"^```python\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)
PUBLIC = tuple(ecg_core.__all__)


def names_taken_from_the_package(code: str) -> Iterator[str]:
    """Every ``X`` of ``from ecg_core import X`` and of ``ecg_core.X`` in ``code``."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.ImportFrom) and node.module == "ecg_core":
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "ecg_core":
            yield node.attr


def test_names_are_listed_once_and_in_order() -> None:
    assert sorted(set(PUBLIC), key=str.lower) == sorted(PUBLIC, key=str.lower)


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_name_exists_and_says_what_it_is(name: str) -> None:
    value = getattr(ecg_core, name)
    if inspect.isroutine(value) or inspect.isclass(value):
        assert value.__doc__
        assert value.__doc__.strip()


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_name_is_in_the_readme_or_the_package_docstring(name: str) -> None:
    quoted = re.findall(r"`+(\w+)", README + (ecg_core.__doc__ or ""))
    assert name in {*quoted, *re.findall(r"\w+", "\n".join(PYTHON_BLOCKS))}


def test_nothing_else_is_public() -> None:
    bound = {name for name, value in vars(ecg_core).items() if not isinstance(value, ModuleType)}
    assert {name for name in bound if not name.startswith("_")} == set(PUBLIC) - {"__version__"}


def test_the_readme_uses_public_names_only() -> None:
    used = {name for block in PYTHON_BLOCKS for name in names_taken_from_the_package(block)}
    assert used
    assert used <= set(PUBLIC)


@pytest.mark.parametrize("folder", ["dashboard", "tests", "ecg_core"])
def test_the_code_uses_public_names_only(folder: str) -> None:
    for path in (ROOT / folder).rglob("*.py"):
        used = {
            name
            for name in names_taken_from_the_package(path.read_text(encoding="utf-8"))
            if not (ROOT / "ecg_core" / name).is_dir() and not (ROOT / "ecg_core" / f"{name}.py").is_file()
        }
        assert used <= set(PUBLIC) | {"__all__", "__doc__"}, path
