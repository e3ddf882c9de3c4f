"""`mts-tui serve`: the server's processes."""

import argparse
import json
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import config
from .backend.contract.errors import Unavailable

if TYPE_CHECKING:
    from .backend.store import Store

DATA_FILE = "server.db"
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
        "database": options.database or str(places.data_dir / DATA_FILE),
        "demo": options.demo,
        "proxied": options.proxied,
    }
    store = _store(settings["database"])
    try:
        _begin(store, demo=options.demo)()
    except Unavailable as error:
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
    uvicorn.run(
        "mts_tui.serve:application",
        factory=True,
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


def application() -> Any:
    """The ASGI application of one process, as `main` described it in the environment."""
    from .backend.server import Server

    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    settings = json.loads(os.environ[SETTINGS])
    store = _store(settings["database"])
    end = _begin(store, demo=settings["demo"])
    app = Server(store, demo=settings["demo"], trust_proxy=settings["proxied"]).app()
    app.on_shutdown.append(end)
    return app


def _store(database: str) -> "Store":
    if database.startswith(("postgresql://", "postgres://")):
        from .backend.store.postgres import PostgresStore

        return PostgresStore(database)
    from .backend.store import SqliteStore

    return SqliteStore(Path(database.removeprefix("sqlite:///")))


def _begin(store: "Store", *, demo: bool) -> Callable[[], None]:
    """Open the store; with `demo`, bring its people in and let them live.

    Returns:
        What ends their life.
    """
    if not demo:
        store.open()
        return lambda: None
    from .backend.operator.life import Life

    life = Life(store, seed=2026, live=False, tell=lambda _events: None)
    life.begin()
    return life.end
