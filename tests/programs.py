"""Programs that some tests need: without them a test skips, or fails where nothing may be skipped."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NoReturn

import pytest

TOOLS = Path(__file__).parents[1] / "tools"


def missing(reason: str) -> NoReturn:
    """Skip a test for want of a tool, or fail where nothing may be skipped."""
    if os.environ.get("MTS_TUI_NO_SKIP") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


def need(program: str) -> str:
    """The path of a program."""
    return shutil.which(program) or missing(f"{program} is not installed")


def node_tool(name: str) -> Path:
    """A folder with a tool's packages, as its lock file has them; made once, whoever comes first.

    Args:
        name: Of a folder in `tools`; the environment may say where the packages are kept.
    """
    need("node")
    kept = os.environ.get(f"MTS_TUI_{name.upper()}")
    cache = Path(kept) if kept else Path(sys.prefix) / name
    lock = (TOOLS / name / "package-lock.json").read_bytes()
    folder = cache / hashlib.sha256(lock).hexdigest()[:12]
    if folder.exists():
        return folder
    cache.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=cache) as made:
        making = Path(made) / name
        making.mkdir()
        for file in ("package.json", "package-lock.json"):
            shutil.copy(TOOLS / name / file, making)
        run = subprocess.run(
            [need("npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            cwd=making,
            capture_output=True,
            text=True,
            check=False,
        )
        if run.returncode:
            missing(f"npm ci: {run.stderr.strip()[-500:]}")
        try:
            making.rename(folder)
        except OSError:  # Another worker was quicker.
            assert folder.exists()
    return folder
