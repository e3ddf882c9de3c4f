"""`mts-tui serve`: where it takes the database's address from."""

import argparse
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mts_tui import cli, serve
from mts_tui.config import Places

INSIDE = "postgresql://mts:geheim@one/cabinet"


@pytest.mark.parametrize(
    ("said", "environment", "expected"),
    [
        ("", {}, "data/server.db"),
        ("", {"MTS_TUI_DATABASE": INSIDE}, INSIDE),
        ("", {"MTS_TUI_DATABASE": f" {INSIDE}\n"}, INSIDE),
        ("", {"MTS_TUI_DATABASE": "  "}, "data/server.db"),
        ("other.db", {"MTS_TUI_DATABASE": INSIDE}, "other.db"),
    ],
)
def test_the_command_line_wins_over_the_environment(
    said: str, environment: dict[str, str], expected: str, tmp_path: Path
):
    options = argparse.Namespace(database=said)
    found = serve.database(Places.find(str(tmp_path)), options, environment)
    assert found.removeprefix(f"{tmp_path}/") == expected


def test_the_help_names_the_variable(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        cli.main(["serve", "--help"])
    told = " ".join(capsys.readouterr().out.split())
    assert "адрес с паролем лучше задать переменной MTS_TUI_DATABASE" in told


def test_a_database_that_is_not_there_is_told_without_its_password(tmp_path: Path):
    address = f"postgresql://mts:geheim@/cabinet?host={tmp_path}"
    run = subprocess.run(
        [sys.executable, "-m", "mts_tui", "serve", "--at", str(tmp_path / "at"), "--port", "1"],
        env={**os.environ, "MTS_TUI_DATABASE": address},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout) == (3, "")
    assert run.stderr.startswith("База данных не отвечает:")
    assert "geheim" not in run.stderr
