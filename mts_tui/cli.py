"""The command line: the app by default, and what answers without it."""

import argparse
import gc
import io
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from . import __version__, config, proxies

if TYPE_CHECKING:
    from .backend.connectors.mail import MailSettings
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
    if options.command == "mail":
        from .mail import main as mail

        return mail(places)
    places.ensure()
    try:
        if options.command == "serve":
            from .serve import main as serve

            return serve(places, options)
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
    parser.set_defaults(
        at=None, fresh=False, still=False, profile="", server="", proxy="", command=""
    )
    parser.add_argument("-h", "--help", action="help", help="показать эту справку")
    parser.add_argument(
        "--version", action="version", version=f"mts-tui {__version__}", help="показать версию"
    )
    _for_all(parser)
    _for_cabinet(parser)
    commands = parser.add_subparsers(dest="command", metavar="КОМАНДА", title="команды")
    demo = _command(commands, "demo", "кабинет с оператором внутри")
    _for_cabinet(demo)
    importing = _command(commands, "import", "посмотреть свою детализацию из файла")
    importing.add_argument(
        "file",
        nargs="?",
        default="",
        metavar="ФАЙЛ",
        help="HTML, XLSX, XLS, XML, CSV или ZIP с ним",
    )
    _for_cabinet(importing)
    _command(commands, "doctor", "что здесь работает: хранилище паролей, терминал, файлы, часы")
    _command(commands, "mail", "пароль почты: проверить и сохранить в хранилище паролей системы")
    serve = _command(commands, "serve", "сервер кабинета по HTTP")
    serve.add_argument("--host", default="127.0.0.1", metavar="АДРЕС", help="где слушать")
    serve.add_argument("--port", type=int, default=8080, metavar="ПОРТ", help="на каком порту")
    serve.add_argument(
        "--database",
        default="",
        metavar="URL",
        help="postgresql://… или файл SQLite; адрес с паролем лучше задать переменной "
        "MTS_TUI_DATABASE, её не видно в списке процессов",
    )
    serve.add_argument("--workers", type=int, default=1, metavar="N", help="сколько процессов")
    serve.add_argument(
        "--exolve",
        default="",
        metavar="ОТПРАВИТЕЛЬ",
        help="отправлять SMS через МТС Exolve от этого номера или имени; как включить — "
        "docs/exolve.md",
    )
    serve.add_argument(
        "--keep-exolve-key",
        action="store_true",
        help="спросить ключ Exolve, сохранить его в хранилище паролей системы и выйти",
    )
    serve.add_argument(
        "--providers",
        default="",
        metavar="ФАЙЛ",
        help="TOML с провайдерами входа (OpenID Connect); как описать — docs/identities.md",
    )
    serve.add_argument(
        "--keep-provider-secret",
        default="",
        metavar="ИМЯ",
        help="спросить секрет провайдера входа, сохранить его в хранилище паролей системы и выйти",
    )
    serve.add_argument("--tls-cert", default=None, metavar="ФАЙЛ", help="сертификат TLS")
    serve.add_argument("--tls-key", default=None, metavar="ФАЙЛ", help="ключ TLS")
    serve.add_argument(
        "--proxied", action="store_true", help="сервер за прокси: верить X-Forwarded-For"
    )
    serve.add_argument(
        "--demo", action="store_true", help="населить пустую базу людьми демо и дать их телефоны"
    )
    return parser


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, text: str
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=text, description=text, add_help=False)
    parser.add_argument("-h", "--help", action="help", help="показать эту справку")
    _for_all(parser)
    return parser


def _for_all(parser: argparse.ArgumentParser) -> None:
    # Not given, an option keeps what was said before the command.
    missing = argparse.SUPPRESS
    parser.add_argument(
        "--at", metavar="ПАПКА", default=missing, help="держать все файлы программы в этой папке"
    )


def _for_cabinet(parser: argparse.ArgumentParser) -> None:
    missing = argparse.SUPPRESS
    parser.add_argument(
        "--fresh", action="store_true", default=missing, help="отложить данные демо, начать заново"
    )
    parser.add_argument(
        "--still", action="store_true", default=missing, help="без новых звонков и трафика"
    )
    parser.add_argument(
        "--profile", metavar="ИМЯ", default=missing, help="профиль из файла настроек"
    )
    parser.add_argument(
        "--server", metavar="АДРЕС", default=missing, help="адрес сервера, https://…"
    )
    parser.add_argument(
        "--proxy", metavar="АДРЕС", default=missing, help="прокси-сервер на этот раз, http://…"
    )


def _app(places: config.Places, options: argparse.Namespace) -> int:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return _missing(
            "Кабинету нужен терминал: запустите mts-tui в окне терминала, без перенаправления "
            "ввода и вывода."
        )
    environment = dict(os.environ)
    if environment.get("TERM", "dumb") == "dumb":
        return _missing(
            "Этот терминал не умеет показывать экраны (TERM=dumb). Откройте другой терминал или "
            "задайте TERM, например: TERM=xterm-256color mts-tui"
        )
    settings, broken = config.load(places, environment)
    profile = _profile(options, settings)
    known = settings.profiles.get(profile)
    if options.profile and known is None and not options.server:
        names = ", ".join(settings.profiles) or "пока ни одного"
        return _missing(
            f"Профиля «{profile}» нет. Есть: {names}. Новый создаст "
            f"«mts-tui --profile {profile} --server https://…»."
        )
    if options.proxy and (fault := proxies.flaw(options.proxy)):
        return _missing(fault)
    notes = []
    if options.fresh:
        notes += set_aside(places.data_dir / DATA_FILE)
    server = options.server or (known.server if known else "")
    if options.server:
        try:
            settings, more = config.keep_profile(places, profile, server=options.server)
        except ValueError:
            return _missing(
                f"Адрес сервера «{options.server}» не подходит. Нужен https://имя или "
                "http:// для этого же компьютера."
            )
        notes += more
    gc.disable()  # Nothing that a start makes is garbage; the app turns it on once it stands.
    from .app import MtsApp
    from .formatting import use_plain_signs

    plain = settings.plain_signs
    use_plain_signs(environment.get("TERM") == "linux" if plain == "auto" else bool(plain))
    first_run = not (options.command or options.profile or options.server or known) and not (
        places.settings_file.exists() or (places.data_dir / DATA_FILE).exists()
    )

    mail, unfit = _mail(environment, settings)
    notes += unfit

    def backend(address: str, name: str) -> "Callable[[], Backend]":
        kept = settings.profiles.get(name)
        proxy = options.proxy or (kept.proxy if kept else "")
        return _backend(places, address, name, proxy, live=not options.still, mail=mail)

    app = MtsApp(
        backend(server, profile),
        places,
        settings,
        notes=notes + broken,
        profile=profile,
        choose=backend if first_run else None,
        environment=environment,
        import_file=_file_to_import(options),
    )
    app.run()
    return app.return_code or 0


def _file_to_import(options: argparse.Namespace) -> str | None:
    """The file of «import», whole: the current folder may change while the program runs."""
    if options.command != "import":
        return None
    from .files import at_home

    return str(at_home(Path(options.file)).absolute()) if options.file else ""


def _profile(options: argparse.Namespace, settings: config.Settings) -> str:
    if options.profile:
        return str(options.profile)
    if options.server:  # A server without a name is known by its host.
        return (urlsplit(options.server).netloc or "server").replace(":", "-")[:40]
    if not options.command and config.DEFAULT in settings.profiles:
        return config.DEFAULT
    return config.INSIDE


def _mail(
    environment: Mapping[str, str], settings: config.Settings
) -> tuple["MailSettings | None", list[str]]:
    """Who sends the operator's letters, and a sentence where the settings cannot be right.

    The environment wins over the file.
    """
    given = "MTS_TUI_MAIL_HOST" in environment
    if not given and not settings.mail.host:  # Then not even its library is loaded.
        return None, []
    from .backend.connectors.mail import from_environment
    from .mail import settings_of

    try:
        return (from_environment(environment) if given else settings_of(settings.mail)), []
    except ValueError as error:
        return None, [f"{error} Пока документы по почте не отправляются."]


def _backend(
    places: config.Places,
    server: str,
    profile: str,
    proxy: str,
    *,
    live: bool,
    mail: "MailSettings | None",
) -> Callable[[], "Backend"]:
    def make() -> "Backend":
        if server:
            from .backend.remote import Remote

            return Remote(server, places.state_dir / "outbox" / profile, proxy=proxy)
        from .backend.embedded import Embedded

        unlock = None
        if mail is not None:
            from .credentials import Vault
            from .mail import unlock_by

            unlock = unlock_by(Vault())
        return Embedded.at(places.data_dir, live=live, mail=mail, unlock=unlock)

    return make


def _missing(sentence: str) -> int:
    print(sentence, file=sys.stderr)  # noqa: T201
    return 3


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
