"""Measure: `python -m benchmarks [--runs N] [--quick] [--json FILE] [--only NAME,…] …`.

What each measures stands in the module that defines it.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path

# Importing enters them into the registry.
from benchmarks import archive, imports, rating, services, startup, statements  # noqa: F401
from benchmarks.registry import BENCHMARKS, Options
from benchmarks.server import client, events, overload, rates, strangers  # noqa: F401


def _names(text: str) -> frozenset[str]:
    return frozenset(part.strip() for part in text.split(",") if part.strip())


def main() -> int:
    """Run the benchmarks that were asked for.

    Returns:
        0, or 1 if one of them had nothing to measure. A missed target is a figure, no failure.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--runs", type=int, default=9, help="rounds that count (default 9)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every run here")
    parser.add_argument(
        "--only", type=_names, default=frozenset(), help=f"of: {', '.join(BENCHMARKS)}"
    )
    parser.add_argument(
        "--programs", type=_names, default=frozenset(), help="names in the tables; default all"
    )
    parser.add_argument(
        "--quick", action="store_true", help="a rough look at the server: short loads, few people"
    )
    arguments = parser.parse_args()
    if unknown := arguments.only - BENCHMARKS.keys():
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    options = Options(runs=arguments.runs, programs=arguments.programs, quick=arguments.quick)
    # Preparations start programs too, and slow imports are no property of the project.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

    machine = {
        "python": platform.python_version(),
        "textual": version("textual"),
        "cores": os.cpu_count(),
        "runs": options.runs,
    }
    print(", ".join(f"{key} {value}" for key, value in machine.items()), flush=True)
    outcomes = {
        name: function(options)
        for name, function in BENCHMARKS.items()
        if not arguments.only or name in arguments.only
    }
    for name, outcome in outcomes.items():
        print(f"\n## {name}\n\n{outcome.markdown}", flush=True)
    if arguments.json:
        found = {name: outcome.figures for name, outcome in outcomes.items()}
        arguments.json.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"machine": machine, **found}, indent=1, ensure_ascii=False)
        arguments.json.write_text(text + "\n", encoding="utf-8")
    return 0 if all(outcome.measured for outcome in outcomes.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
