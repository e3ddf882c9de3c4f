"""`mts-tui serve`: the server's processes."""

import argparse
import json
import logging
import os
import socket
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import config
from .backend.connectors import mail
from .backend.contract.errors import Unavailable

if TYPE_CHECKING:
    from .backend.store import Store

DATA_FILE = "server.db"
DATABASE = "MTS_TUI_DATABASE"
"""Where the database is, for whoever does not want its password in `ps` and in the history."""
SETTINGS = "MTS_TUI_SERVE"
"""How a process that serves learns what the command line said."""
DRAIN_SECONDS = 10
NOTHING_INSTALLED = "Для сервера нужны ещё пакеты. Установите их: pip install 'mts-tui[server]'"


def main(places: config.Places, options: argparse.Namespace) -> int:
    """Serve until told to stop; the exit code."""
    try:
        import uvicorn

        from .backend import server as _server
    except ImportError:
        print(NOTHING_INSTALLED, file=sys.stderr)  # noqa: T201
        return 3
    del _server
    settings = {
        "database": database(places, options, os.environ),
        "demo": options.demo,
        "proxied": options.proxied,
    }
    store = _store(settings["database"])
    try:
        mail.from_environment(os.environ)
        _begin(store, demo=options.demo)()
    except (Unavailable, ValueError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 3
    store.close()
    # The environment and not the command line: a database's password must not stand in `ps`.
    os.environ[SETTINGS] = json.dumps(settings)
    scheme = "https" if options.tls_cert else "http"
    print(  # noqa: T201
        f"Сервер кабинета слушает {scheme}://{options.host}:{options.port}. Остановить: Ctrl+C.",
        file=sys.stderr,
    )
    shared = _shared_socket(options.host, options.port) if options.workers > 1 else None
    uvicorn.run(
        "mts_tui.serve:application",
        factory=True,
        fd=shared.fileno() if shared is not None else None,
        host=options.host,
        port=options.port,
        workers=options.workers,
        ssl_certfile=options.tls_cert,
        ssl_keyfile=options.tls_key,
        timeout_graceful_shutdown=DRAIN_SECONDS,
        access_log=False,
        log_level="warning",
        server_header=False,
    )
    return 0


def _shared_socket(host: str, port: int) -> socket.socket:
    """Where several processes listen; their connections send each piece at once.

    The kernel hands the option down to connections. asyncio sets it only on those of a socket that
    it has made itself; without it, each answer waits 40 ms for the other side's acknowledgement.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    shared = socket.create_server((host, port), family=family)
    shared.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return shared


def database(
    places: config.Places, options: argparse.Namespace, environment: Mapping[str, str]
) -> str:
    """Where the data is: as the command line says, else the environment, else a file of ours."""
    return str(
        options.database or environment.get(DATABASE, "").strip() or places.data_dir / DATA_FILE
    )


def application() -> Any:
    """The ASGI application of one process, as `main` described it in the environment."""
    from .backend.server import Server

    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    settings = json.loads(os.environ[SETTINGS])
    store = _store(settings["database"])
    posting = mail.from_environment(os.environ)
    end = _begin(store, demo=settings["demo"], posting=posting)
    app = Server(store, demo=settings["demo"], trust_proxy=settings["proxied"], mail=posting).app()
    app.on_shutdown.append(end)
    return app


def _store(database: str) -> "Store":
    if database.startswith(("postgresql://", "postgres://")):
        from .backend.store.postgres import PostgresStore

        return PostgresStore(database)
    from .backend.store import SqliteStore

    return SqliteStore(Path(database.removeprefix("sqlite:///")))


def _begin(
    store: "Store", *, demo: bool, posting: mail.MailSettings | None = None
) -> Callable[[], None]:
    """Open the store and let time pass in it; with `demo`, its people live there.

    Args:
        store: The operator's.
        demo: Whether it is the demo.
        posting: Who sends letters; None where nobody does.

    Returns:
        What ends it.
    """
    jobs = []
    if posting is not None:
        from .backend.mail import send_one

        jobs.append(partial(send_one, store, posting))
    if not demo:
        from .backend.background import Background, due_job

        store.open()
        background = Background("background", [due_job(store), *jobs])
        background.begin()
        return background.end
    from .backend.operator.life import Life

    life = Life(store, seed=2026, live=False, tell=lambda _events: None, jobs=jobs)
    life.begin()
    return life.end
