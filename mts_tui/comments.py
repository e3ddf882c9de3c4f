"""A person's own comments in the settings file: they outlive its being written anew.

The program writes the file as a whole, with comments of its own. What a person has written above a
line or beside it is put back there; where the line is gone, at the end.
"""

import re
import tomllib
from collections.abc import Iterator
from typing import Any, NamedTuple

FORMER = frozenset(
    {'# Простые знаки вместо рамок и значков: true, false или "auto" (по терминалу).'}
)
"""What the program itself has written before, and does not any more."""
_TOKEN = re.compile(
    r"""
      \"{3} (?: \\. | [^\\] )*? \"{3,5} | '{3} .*? '{3,5}  # strings of many lines
    | " (?: \\. | [^"\\\n] )* " | ' [^'\n]* '           # strings of one
    | (?P<comment> \# [^\n]* ) | (?P<open> [\[{] ) | (?P<close> [\]}] ) | (?P<end> \n )
    | [^"'\#\[\]{}\n]+
    """,
    re.DOTALL | re.VERBOSE,
)
Path = tuple[str, ...]


class _Statement(NamedTuple):
    """A header or a key with its value.

    Attributes:
        path: Where it leads; empty for the end of the file.
        last: The number of its last line, from 0.
        first: Of its first line.
        above: Comments on lines before it, or inside it.
        beside: The comment on its last line; empty for none.
    """

    path: Path
    first: int
    last: int
    above: list[str]
    beside: str


def kept(old: str, new: str) -> str:
    """The new text with the comments of the old one that are a person's own.

    Args:
        old: TOML that parses.
        new: TOML as the program writes it: each value in one line.
    """
    lines = new.split("\n")
    there = {one.path: one for one in _statements(new)}
    programs = {line for line in lines if line.startswith("#")} | FORMER
    above: dict[Path, list[str]] = {}
    beside: dict[Path, str] = {}
    for one in _statements(old):
        own = [comment for comment in one.above if comment not in programs]
        place = one.path
        while place and place not in there:
            place = place[:-1]
        if one.beside and place == one.path:
            beside[place] = one.beside
        elif one.beside:
            own.append(one.beside)
        above.setdefault(place, []).extend(own)
    for path, comment in beside.items():
        lines[there[path].last] += f"  {comment}"
    end = above.pop((), [])
    for path in sorted(above, key=lambda path: there[path].first, reverse=True):
        first = there[path].first
        lines[first:first] = above[path]
    return "\n".join(lines) + ("\n" + "\n".join(end) + "\n" if end else "")


def _statements(text: str) -> Iterator[_Statement]:
    """The statements of a text, and a last one that is its end."""
    header: Path = ()
    above: list[str] = []
    beside, written = "", ""
    depth = line = first = 0
    for token in _TOKEN.finditer(text if text.endswith("\n") else f"{text}\n"):
        kind, piece = token.lastgroup, token[0]
        if kind == "comment":
            comment = piece.rstrip()
            if depth or not written.strip():
                above.append(comment)
            else:
                beside = comment
            continue
        depth += (kind == "open") - (kind == "close")
        if kind == "end" and not depth:
            if written.strip():
                path, is_header = _path(written)
                header = path if is_header else header
                yield _Statement(path if is_header else header + path, first, line, above, beside)
                above, beside = [], ""
            written, first = "", line + 1
        else:
            written += piece
        line += piece.count("\n")
    yield _Statement((), line, line, above, "")


def _path(written: str) -> tuple[Path, bool]:
    """Where a statement leads, and whether it is a header."""
    written = written.strip()
    is_header = written.startswith("[")
    path: list[str] = []
    found: Any = tomllib.loads(written if is_header else f"{written[: _equals(written)]} = 0")
    while isinstance(found, dict) and found:
        name, found = next(iter(found.items()))
        path.append(name)
        if isinstance(found, list):
            found = found[0]
    return tuple(path), is_header


def _equals(written: str) -> int:
    """Where the key ends: the first sign of equality outside of quotes."""
    for token in re.finditer(r'"(?:\\.|[^"\\])*"|\'[^\']*\'|=|[^"\'=]+', written):
        if token[0] == "=":
            return token.start()
    return len(written)
