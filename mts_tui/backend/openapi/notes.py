"""Docstrings of members and named types: Python keeps them in the source only."""

import ast
import inspect
import sys
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from textwrap import dedent
from types import ModuleType
from typing import Any

import msgspec

from mts_tui.backend.contract import model


def of_members(kind: type) -> dict[str, str]:
    """What each member of a struct is: its own docstring, or that of its named type."""
    notes: dict[str, str] = {}
    for parent in reversed(kind.__mro__):
        if parent is msgspec.Struct or not issubclass(parent, msgspec.Struct):
            continue
        body = _parsed(parent).body[0]
        assert isinstance(body, ast.ClassDef)
        named = _of_types(sys.modules[parent.__module__])
        for member, after in pairwise([*body.body, ast.Pass()]):
            if isinstance(member, ast.AnnAssign) and isinstance(member.target, ast.Name):
                note = _docstring(after) or _by_annotation(member.annotation, named)
                if note:
                    notes[member.target.id] = note
    return notes


def of_arguments(function: Callable[..., Any]) -> dict[str, str]:
    """What each argument of a declared operation is: the docstring of its named type."""
    body = _parsed(function).body[0]
    assert isinstance(body, ast.AsyncFunctionDef)
    named = _of_types(sys.modules[function.__module__])
    found = {
        argument.arg: _by_annotation(argument.annotation, named)
        for argument in body.args.args
        if argument.annotation is not None
    }
    return {name: note for name, note in found.items() if note}


def _parsed(thing: type | Callable[..., Any]) -> ast.Module:
    return ast.parse(dedent(inspect.getsource(thing)))


@cache
def _of_types(module: ModuleType) -> dict[str, str]:
    notes = {} if module is model else dict(_of_types(model))
    body = ast.parse(inspect.getsource(module)).body
    for statement, after in pairwise([*body, ast.Pass()]):
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            note = _docstring(after)
            if note:
                notes[statement.targets[0].id] = note
    return notes


def _by_annotation(annotation: ast.expr, named: dict[str, str]) -> str:
    names = (part.id for part in ast.walk(annotation) if isinstance(part, ast.Name))
    return next((named[name] for name in names if name in named), "")


def _docstring(statement: ast.stmt) -> str:
    match statement:
        case ast.Expr(value=ast.Constant(value=str(note))):
            return inspect.cleandoc(note)
    return ""
