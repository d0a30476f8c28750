"""Every sentence with which the engine refuses something, read from its source.

A value that is only known when the sentence is said is `VALUE` here. Followed are texts, f-strings, sums, alternatives,
constants, names that are assigned in the same function, and calls of the engine's functions that return such texts.
Not seen are the words that a value brings along: units of the metadata, names of leads and files, findings about a
signal, what a decoder or torch says.
"""

import ast
import inspect
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from itertools import product
from types import FunctionType, ModuleType

from dashboard.engine_words import FIELD
from dashboard.texts import strings
from dashboard.views import batch
from ecg_core.errors import EcgError

VALUE = "7.5"
COMMAND_LINE = ("ecg_core.commands", "ecg_core.training")
"""What no page calls."""
SENTENCE = re.compile(r"[A-Z7].*[a-z]{3} [a-z]{2}.*[.]", re.DOTALL)
WORD = re.compile(r"[^\W\d_]{2,}")


def spoken(code: str) -> set[str]:
    """The words of a language that the page has."""
    return {word for text in strings(code).values() for word in WORD.findall(FIELD.sub("", text))}


ENGLISH = spoken("en") - spoken("de")


def english_in(text: str) -> set[str]:
    return ENGLISH & set(WORD.findall(text))


def modules() -> list[ModuleType]:
    """All of the engine that a page may call, and the page's own refusals."""
    names = [found.name for found in pkgutil.walk_packages(import_module("ecg_core").__path__, "ecg_core.")]
    return [*(import_module(name) for name in names if not name.startswith(COMMAND_LINE)), batch]


def refusals(module: ModuleType) -> list[str]:
    """The sentences of every `EcgError` that is made in ``module``."""
    tree = ast.parse(inspect.getsource(module))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return [
        said
        for function in functions
        for call in _own(function)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and _is_error(module, call.func.id)
        for said in Source(module, function).texts(call.args[0])
    ]


def notes(module: ModuleType) -> list[str]:
    """The other sentences in a reader's ``module``, which are what it notes; none of other modules."""
    if not module.__name__.startswith("ecg_core.readers."):
        return []
    tree = ast.parse(inspect.getsource(module))
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    refused = refusals(module)
    return [
        said
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        for node in _own(function)
        if isinstance(node, ast.JoinedStr | ast.Constant) and id(node) not in docs
        for said in Source(module, function).texts(node)
        if SENTENCE.fullmatch(said) and not any(said in other for other in refused)
    ]


def _own(function: ast.FunctionDef) -> Iterator[ast.AST]:
    """The nodes of a function without those of functions inside it."""
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop(0)
        yield node
        waiting += [child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.FunctionDef)]


def _is_error(module: ModuleType, name: str) -> bool:
    found = getattr(module, name, None)
    return isinstance(found, type) and issubclass(found, EcgError)


@dataclass(frozen=True)
class Source:
    """Where a text is put together."""

    module: ModuleType
    function: ast.FunctionDef

    def texts(self, node: ast.expr) -> list[str]:
        """Everything that ``node`` can be, `VALUE` where that is not known before."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return [node.value]
        if isinstance(node, ast.JoinedStr):
            return ["".join(parts) for parts in product(*map(self.texts, node.values))]
        if isinstance(node, ast.FormattedValue):
            share = node.format_spec is not None and ast.unparse(node.format_spec).rstrip("'\"").endswith("%")
            return [said + "%" * share for said in self.texts(node.value)]
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            sums = [one + other for one, other in product(self.texts(node.left), self.texts(node.right))]
            return [VALUE if one == 2 * VALUE else one for one in sums]
        if isinstance(node, ast.IfExp):
            return [*self.texts(node.body), *self.texts(node.orelse)]
        if isinstance(node, ast.Name):
            return self._named(node.id)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            return self._returned(getattr(self.module, node.func.id, None))
        return [VALUE]

    def _named(self, name: str) -> list[str]:
        """What is assigned to a name in the function, or what it is in the module."""
        assigned = [
            node.value
            for node in _own(self.function)
            if isinstance(node, ast.Assign) and any(isinstance(to, ast.Name) and to.id == name for to in node.targets)
        ]
        if assigned:
            return [said for value in assigned for said in self.texts(value)]
        known = getattr(self.module, name, None)
        return [known if isinstance(known, str) else VALUE]

    def _returned(self, function: object) -> list[str]:
        if not isinstance(function, FunctionType) or not function.__module__.startswith("ecg_core."):
            return [VALUE]
        module = inspect.getmodule(function)
        (tree,) = ast.parse(inspect.getsource(function)).body
        assert module is not None
        assert isinstance(tree, ast.FunctionDef)
        returned = [node.value for node in _own(tree) if isinstance(node, ast.Return) and node.value is not None]
        return [said for value in returned for said in Source(module, tree).texts(value)]
