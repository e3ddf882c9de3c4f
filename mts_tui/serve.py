"""`mts-tui serve`: the server's processes."""

import argparse
import gc
import json
import logging
import os
import socket
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import config, provider_settings, sms_settings
from .backend.connectors import mail
from .backend.contract.errors import Unavailable

if TYPE_CHECKING:
    from .backend.background import Background
    from .backend.operator.life import Life
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
    if options.keep_exolve_key:
        return sms_settings.keep_key()
    if options.keep_provider_secret:
        return provider_settings.keep_secret(options.keep_provider_secret)
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
        "exolve": options.exolve,
        "providers": options.providers,
    }
    store = _store(settings["database"])
    try:
        mail.from_environment(os.environ)
        sms_settings.gateway(options.exolve, demo=options.demo, host=options.host)
        provider_settings.providers(options.providers, os.environ)
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
        proxy_headers=False,  # `Server` knows whether there is a proxy in front.
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
    _log_only_words()
    settings = json.loads(os.environ[SETTINGS])
    store = _store(settings["database"])
    posting = mail.from_environment(os.environ)
    end = _begin(store, demo=settings["demo"], posting=posting)
    gateway = sms_settings.gateway(settings["exolve"])
    app = Server(
        store,
        demo=settings["demo"],
        trust_proxy=settings["proxied"],
        mail=posting,
        sms_sender=gateway.sender if gateway is not None else "",
        providers=provider_settings.providers(settings["providers"], os.environ),
    ).app()
    if gateway is not None:
        app.on_shutdown.append(sms_settings.messenger(store, gateway).end)
    app.on_shutdown.append(end)
    gc.freeze()  # What a start makes stays to the end; the collector need not look at it again.
    return app


def _log_only_words() -> None:
    """Let a record not find out where it comes from: the format names none of that.

    As the logging HOWTO, "Optimization", says; half of what a line costs.
    """
    logging._srcfile = None  # noqa: SLF001
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False


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
    from .backend.office import Office

    living, office = _living(store, demo=demo), Office(store, posting)
    living.begin()
    office.begin()

    def end() -> None:
        office.end()
        living.end()

    return end


def _living(store: "Store", *, demo: bool) -> "Background | Life":
    """What lets time pass in a store."""
    if demo:
        from .backend.operator.life import Life as Living

        return Living(store, seed=2026, live=False, tell=lambda _events: None)
    from .backend.background import Background as Passing
    from .backend.background import Forgetting, due_job

    store.open()
    return Passing("background", [due_job(store), Forgetting(store)])
