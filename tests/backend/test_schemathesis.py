"""The running server before Schemathesis, by the frozen document."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import Files
from .desk import Clock
from .network import running

ROOT = Path(__file__).parents[2]
EXAMPLES = os.environ.get("MTS_TUI_SCHEMATHESIS_EXAMPLES", "5")
SEED = os.environ.get("MTS_TUI_SCHEMATHESIS_SEED", "2026")


@pytest.mark.timeout(1800)
def test_the_server_keeps_what_its_document_promises(tmp_path: Path, settled_file: Path):
    files = Files(Clock(), tmp_path, settled_file)
    store = files.settled()
    with running(store) as server:
        run = subprocess.run(
            [
                *(sys.executable, "-m", "schemathesis.cli", "run", str(ROOT / "docs/openapi.json")),
                *("--url", f"{server.url}/v1", "--phases", "examples,coverage,fuzzing,stateful"),
                *("--checks", "all", "--seed", SEED, "--max-examples", EXAMPLES, "--workers", "1"),
                *("--generation-database", "none", "--request-timeout", "10", "--no-color"),
                *("--exclude-path-regex", "^/(events|health/)", "--suppress-health-check", "all"),
            ],
            cwd=ROOT,
            env={
                **{name: text for name, text in os.environ.items() if "proxy" not in name.lower()},
                "MTS_TUI_TEST_STORE": str(store.path),
                "SCHEMATHESIS_HOOKS": "tests.backend.schemathesis_hooks",
                "PYTHONPATH": str(ROOT),
            },
            capture_output=True,
            text=True,
            check=False,
        )
    files.close()
    assert run.returncode == 0, run.stdout[-20_000:] + run.stderr[-2000:]
