"""The command line: the app by default, and what answers without it."""

import argparse
import io
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from . import __version__, config

if TYPE_CHECKING:
    from .backend.contract import Backend

DATA_FILE = "operator.db"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; the exit code.

    0: all went well. 1: the program broke. 2: the command line is wrong. 3: something outside is
    missing, and a sentence said what. 130: Ctrl+C, before the cabinet was there.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):  # Not every encoding has our letters.
        sys.stdout.reconfigure(errors="replace")
    options = _parser().parse_args(arguments)
    try:
        return _run(config.Places.find(options.at), options)
    except config.PlaceError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 3
    except KeyboardInterrupt:
        return 130


def _run(places: config.Places, options: argparse.Namespace) -> int:
    if options.command == "doctor":
        from .doctor import main as doctor

        return doctor(places)
    places.ensure()
    try:
        return _app(places, options)
    except Exception as error:  # noqa: BLE001 - no trace reaches a person
        from .crash import report

        print(report(places.state_dir, error), file=sys.stderr)  # noqa: T201
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mts-tui",
        description="МТС-Помощник в терминале. Без команды открывает кабинет.",
        epilog="Первый запуск: «mts-tui demo». Что работает на этом компьютере: «mts-tui doctor».",
        add_help=False,
    )
    parser.add_argument("-h", "--help", action="help", help="показать эту справку")
    parser.add_argument(
        "--version", action="version", version=f"mts-tui {__version__}", help="показать версию"
    )
    parser.add_argument("--at", metavar="ПАПКА", help="держать все файлы программы в этой папке")
    demo = parser.add_argument_group("демо")
    demo.add_argument(
        "--fresh", action="store_true", help="отложить данные демо рядом и начать заново"
    )
    demo.add_argument(
        "--still", action="store_true", help="без новых звонков и трафика, пока открыт кабинет"
    )
    parser.add_argument(
        "command",
        nargs="?",
        choices=["demo", "doctor"],
        default="demo",
        metavar="КОМАНДА",
        help="demo: кабинет с оператором внутри; doctor: что здесь работает",
    )
    return parser


def _app(places: config.Places, options: argparse.Namespace) -> int:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        print(  # noqa: T201
            "Кабинету нужен терминал: запустите mts-tui в окне терминала, без перенаправления "
            "ввода и вывода.",
            file=sys.stderr,
        )
        return 3
    environment = dict(os.environ)
    if environment.get("TERM", "dumb") == "dumb":
        print(  # noqa: T201
            "Этот терминал не умеет показывать экраны (TERM=dumb). Откройте другой терминал или "
            "задайте TERM, например: TERM=xterm-256color mts-tui",
            file=sys.stderr,
        )
        return 3
    notes = []
    if options.fresh:
        notes += set_aside(places.data_dir / DATA_FILE)
    from .app import MtsApp
    from .formatting import use_plain_signs

    settings, broken = config.load(places, environment)
    plain = settings.plain_signs
    use_plain_signs(environment.get("TERM") == "linux" if plain == "auto" else bool(plain))
    app = MtsApp(
        _backend(places, live=not options.still),
        places,
        settings,
        notes=notes + broken,
        environment=environment,
    )
    app.run()
    return app.return_code or 0


def _backend(places: config.Places, *, live: bool) -> Callable[[], "Backend"]:
    def make() -> "Backend":
        from .backend.embedded import Embedded

        return Embedded.at(places.data_dir, live=live)

    return make


def set_aside(path: Path) -> list[str]:
    """Rename the demo's file, so that the next start begins anew and nothing is lost.

    Returns:
        A sentence about where the file is now; nothing where there was none.
    """
    if not path.exists():
        return []
    number = 1
    while (kept := path.with_name(f"{path.stem}-{number}{path.suffix}")).exists():
        number += 1
    path.rename(kept)
    for ending in ("-wal", "-shm"):
        beside = path.with_name(path.name + ending)
        if beside.exists():
            beside.rename(kept.with_name(kept.name + ending))
    return [f"Прежние данные демо отложены: {kept}"]
