"""The table of errors in `docs/api.md`, made from the contract: `python -m tools.errors_table`."""

import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

from mts_tui.backend.contract.errors import CabinetError, MethodNotAllowed
from mts_tui.backend.openapi import document

PAGE = Path(__file__).parents[1] / "docs" / "api.md"
BEGIN = "<!-- errors: python -m tools.errors_table -->\n"
END = "<!-- end of errors -->\n"
UNEXPECTED = "Something broke inside; the log knows what, under the `correlation_id`."

Kind = type[CabinetError]


def table() -> str:
    """One row for each code that a server of the API may answer."""
    problem = document()["components"]["schemas"]["Problem"]["properties"]
    told = {*problem["code"]["enum"], MethodNotAllowed.code}  # No operation answers that.
    kinds = sorted(
        (kind for kind in _family(CabinetError) if kind.code in told),
        key=lambda kind: (kind.status, kind.code),
    )
    rows = [
        f"| {kind.status} | `{kind.code}` | {_members(kind, set(problem))} | {_meaning(kind)} |"
        for kind in kinds
    ]
    return "\n".join(["| Status | Code | Members | Meaning |", "|---|---|---|---|", *rows, ""])


def written(page: str) -> str:
    """The page with the table as it should be.

    Raises:
        ValueError: The place of the table is not marked.
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{PAGE.name} does not say where the table is")
    return before + BEGIN + "\n" + table() + "\n" + END + after


def _family(kind: Kind) -> Iterator[Kind]:
    yield kind
    for child in kind.__subclasses__():
        yield from _family(child)


def _members(kind: Kind, known: set[str]) -> str:
    """What its problem document has beyond what every one has."""
    told = [name for _, name, _, _ in Formatter().parse(kind.sentence) if name]
    told += [name for name in re.findall(r"`(\w+)`", kind.__doc__ or "") if name in known]
    return ", ".join(f"`{name}`" for name in dict.fromkeys(told))


def _meaning(kind: Kind) -> str:
    if kind is CabinetError:
        return UNEXPECTED
    return " ".join(inspect.cleandoc(kind.__doc__ or "").split("\n\n")[0].split())


def main() -> int:
    """Write the page anew."""
    PAGE.write_text(written(PAGE.read_text("utf-8")), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
