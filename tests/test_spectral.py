"""The API's document before Spectral, with the rules for OpenAPI and those of OWASP."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
RULES = ROOT / "tools" / "spectral"
DOCUMENT = ROOT / "docs" / "openapi.json"
CACHE = Path(os.environ.get("MTS_TUI_SPECTRAL") or Path(sys.prefix) / "spectral")

pytestmark = pytest.mark.timeout(600)


def stop(reason: str) -> None:
    """Skip, or fail where nothing may be skipped."""
    (pytest.fail if os.environ.get("MTS_TUI_NO_SKIP") == "1" else pytest.skip)(reason)


@pytest.fixture(scope="module")
def installed() -> Path:
    """A folder with Spectral, as the lock file has it; made once, whoever comes first."""
    missing = [name for name in ("node", "npm") if not shutil.which(name)]
    if missing:
        stop(f"not installed: {', '.join(missing)}")
    lock = (RULES / "package-lock.json").read_bytes()
    folder = CACHE / hashlib.sha256(lock).hexdigest()[:12]
    if folder.exists():
        return folder
    CACHE.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=CACHE) as name:
        making = Path(name) / "spectral"
        making.mkdir()
        for file in ("package.json", "package-lock.json"):
            shutil.copy(RULES / file, making)
        run = subprocess.run(
            ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            cwd=making,
            capture_output=True,
            text=True,
            check=False,
        )
        if run.returncode:
            stop(f"npm ci: {run.stderr.strip()[-500:]}")
        try:
            making.rename(folder)
        except OSError:  # Another worker was quicker.
            assert folder.exists()
    return folder


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
