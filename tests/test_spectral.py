"""The API's document before Spectral, with the rules for OpenAPI and those of OWASP."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from .programs import TOOLS, node_tool

ROOT = Path(__file__).parents[1]
RULES = TOOLS / "spectral"
DOCUMENT = ROOT / "docs" / "openapi.json"

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def installed() -> Path:
    """A folder with Spectral."""
    return node_tool("spectral")


@pytest.fixture
def desk(installed: Path) -> Iterator[Path]:
    """A folder where Spectral finds its rules and the document under its name."""
    with TemporaryDirectory(dir=installed) as name:
        shutil.copy(RULES / ".spectral.yaml", name)
        shutil.copy(DOCUMENT, name)
        yield Path(name)


def found(desk: Path) -> list[str]:
    """What Spectral has to say, hints included."""
    run = subprocess.run(
        [
            desk.parent / "node_modules" / ".bin" / "spectral",
            *("lint", DOCUMENT.name, "--ruleset", ".spectral.yaml"),
            *("--format", "json", "--fail-severity", "hint"),
        ],
        cwd=desk,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode in {0, 1}, run.stderr
    results = json.loads(run.stdout[: run.stdout.rindex("]") + 1])
    assert bool(results) is bool(run.returncode), run.stderr
    return [f"{one['code']} {'/'.join(map(str, one['path']))}: {one['message']}" for one in results]


def test_spectral_finds_nothing(desk: Path):
    assert found(desk) == []


def test_spectral_would_find_something(desk: Path):
    """What is narrowed or switched off in the rules leaves the rest as sharp as it was."""
    spoilt: dict[str, Any] = json.loads(DOCUMENT.read_text("utf-8"))
    del spoilt["paths"]["/numbers"]["get"]["responses"]["401"]
    del spoilt["paths"]["/numbers"]["get"]["responses"]["429"]
    del spoilt["components"]["schemas"]["Session"]["properties"]["device_name"]["maxLength"]
    spoilt["servers"].append({**spoilt["servers"][1], "url": "http://mts-tui.example:{port}/v1"})
    (desk / DOCUMENT.name).write_text(json.dumps(spoilt), "utf-8")
    rules = {line.split()[0] for line in found(desk)}
    assert rules == {
        "owasp:api4:2023-rate-limit-responses-429",
        "owasp:api4:2023-string-limit",
        "owasp:api8:2023-define-error-responses-401",
        "owasp:api8:2023-no-server-http",
    }
