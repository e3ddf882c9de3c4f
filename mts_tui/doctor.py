"""`mts-tui doctor`: what works on this computer, and what to do about the rest.

Asking changes nothing: no folder, file or database comes into being. Each check runs in a daemon
thread and is given up after a while, so that a network folder that hangs does not hang the answer.
"""

import locale
import os
import platform
import queue
import re
import shutil
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from enum import Enum
from functools import partial
from pathlib import Path

import msgspec

from . import __version__, config, formatting, proxies

PATIENCE, KEYRING_PATIENCE = 10.0, 5.0  # Seconds for one check, and for the keyring.
COLUMNS, ROWS = 80, 24
SPACE = 50 * 1024 * 1024
RELEASE_YEAR = 2026
ZONES = ("Europe/Moscow", "Europe/Minsk")


class Mark(Enum):
    """How it is; the value is the sign before the line."""

    WORKS = "✓"
    LIMITED = "▲"
    BROKEN = "✗"


_ASCII = {Mark.WORKS: "+", Mark.LIMITED: "!", Mark.BROKEN: "x"}


class Found(msgspec.Struct, frozen=True):
    """What one check found.

    Args:
        mark: How it is.
        what: What was looked at, and what it is here.
        advice: What to do where it does not work in full.
    """

    mark: Mark
    what: str
    advice: str = ""


def main(places: config.Places) -> int:
    """Look at everything and print it.

    Args:
        places: Where the program's files are, or would be.

    Returns:
        0 when nothing is broken, 1 otherwise. What is only limited is not broken.
    """
    code = 0
    for check in checks(places):
        found = _in_time(check)
        if found.mark is Mark.BROKEN:
            code = 1
        _say(found)
    return code


def checks(places: config.Places) -> list[Callable[[], Found]]:
    """Every check, in the order of the answer."""
    return [
        program,
        terminal,
        colours,
        encoding,
        keyring,
        partial(proxy, places),
        partial(folder, "настроек", places.config_dir),
        partial(folder, "данных", places.data_dir),
        partial(folder, "журналов", places.state_dir),
        partial(folder, "кэша", places.cache_dir),
        partial(settings, places),
        partial(database, places),
        clock,
        zones,
    ]


def program() -> Found:
    """The versions."""
    system = f"{platform.system()} {platform.machine()}"
    return Found(Mark.WORKS, f"mts-tui {__version__}, Python {platform.python_version()}, {system}")


def terminal() -> Found:
    """Whether there is one, what it is and whether it is big enough."""
    kind = os.environ.get("TERM", "")
    size = _terminal_size()
    mark, parts, advice = Mark.WORKS, [f"Терминал: {kind or platform.system()}"], ""
    if size is None:
        mark, parts = Mark.LIMITED, ["Терминал: проверка запущена не в нём"]
        advice = "Кабинету нужен терминал: запускайте в его окне, по SSH: ssh -t СЕРВЕР mts-tui."
    elif os.name == "posix" and kind in {"", "dumb"}:
        mark, parts = Mark.BROKEN, [f"Терминал: не покажет экраны, TERM={kind or 'не задан'}"]
        advice = "Откройте другой терминал или задайте TERM: TERM=xterm-256color mts-tui."
    elif size.columns:  # Some lines, a serial one for instance, do not tell.
        parts.append(f"{size.columns}×{size.lines}")
        if size.columns < COLUMNS or size.lines < ROWS:
            mark, advice = Mark.LIMITED, f"Увеличьте окно хотя бы до {COLUMNS}×{ROWS} знаков."
    around = {"TMUX": "tmux", "STY": "screen", "SSH_CONNECTION": "SSH"}
    parts += [name for variable, name in around.items() if os.environ.get(variable)]
    return Found(mark, ", ".join(parts), advice)


def _terminal_size() -> os.terminal_size | None:
    # The cabinet reads from 0 and draws on 2; the output may go to a file meanwhile.
    for descriptor in (2, 0, 1):
        with suppress(OSError):
            return os.get_terminal_size(descriptor)
    return None


def colours() -> Found:
    """How many there are, as the cabinet will understand the terminal."""
    if os.environ.get("NO_COLOR"):
        return Found(Mark.WORKS, "Цвета: выключены переменной NO_COLOR, всё понятно и без них")
    from rich.console import Console

    system = Console(force_terminal=True).color_system
    if system in {"truecolor", "256"}:
        return Found(Mark.WORKS, f"Цвета: {'16 млн' if system == 'truecolor' else '256'}")
    advice = "Если терминал умеет больше: TERM=xterm-256color mts-tui."
    if system is None:
        return Found(Mark.LIMITED, "Цвета: нет", f"Всё понятно и без них. {advice}")
    theme = "Оформление для них: MTS_TUI_THEME=mts-ansi mts-tui, или F9 в кабинете."
    return Found(Mark.LIMITED, "Цвета: 16", f"{theme} {advice}")


def encoding() -> Found:
    """Whether Russian letters and the signs of the screens come through."""
    system = locale.getencoding()
    streams = [getattr(stream, "encoding", None) or system for stream in (sys.stdout, sys.stderr)]
    foreign = [name for name in (*streams, system) if not _is_utf8(name)]
    if not foreign:
        return Found(Mark.WORKS, "Кодировка: UTF-8")
    # The program writes UTF-8 in the locale C, and the terminal may well understand it.
    mark = Mark.LIMITED if all(map(_is_utf8, streams)) else Mark.BROKEN
    advice = "Включите UTF-8: LANG=ru_RU.UTF-8 mts-tui или LC_ALL=C.UTF-8 mts-tui."
    return Found(mark, f"Кодировка: {foreign[0]}, а нужна UTF-8", advice)


def _is_utf8(name: str) -> bool:
    return name.lower().replace("_", "-") in {"utf-8", "utf8"}


def keyring() -> Found:
    """Whether the system would keep the password. The cabinet works without it."""
    from .credentials import State, Vault

    probe = Vault(timeout=KEYRING_PATIENCE).probe()
    what = f"Хранилище паролей: {probe.backend or 'нет'}"
    if probe.state is State.OK:
        return Found(Mark.WORKS, what)
    cause = f" ({probe.cause})" if probe.cause else ""
    return Found(Mark.LIMITED, what + cause, probe.state.value)


def folder(name: str, path: Path) -> Found:
    """Whether the program may write there, and nobody else may read."""
    what, instead = f"Папка {name}: {path}", "или укажите другую: mts-tui --at ПАПКА."
    there = path
    while not os.access(there, os.F_OK) and there != there.parent:
        there = there.parent
    if not os.access(there, os.W_OK | os.X_OK) or not there.is_dir():
        return Found(Mark.BROKEN, f"{what}, писать нельзя", f"Разрешите запись в неё {instead}")
    free = shutil.disk_usage(there).free
    if free < SPACE:
        return Found(
            Mark.LIMITED if free else Mark.BROKEN,
            f"{what}, свободно {formatting.traffic(free)}",
            f"Освободите хотя бы {formatting.traffic(SPACE)} {instead}",
        )
    if there != path:
        return Found(Mark.WORKS, f"{what}, появится при запуске")
    if os.name == "posix" and path.stat().st_mode & 0o077:
        advice = f"Свою папку программа закроет сама при запуске; чужую закройте {instead}"
        return Found(Mark.LIMITED, f"{what}, открыта другим пользователям", advice)
    return Found(Mark.WORKS, what)


def proxy(places: config.Places) -> Found:
    """Which proxy is on the way to each server, and whether it answers."""
    profiles = config.load(places, os.environ)[0].profiles.items()
    found = []
    for name, profile in profiles:
        if not profile.server:
            continue
        try:
            way = proxies.to(profile.server, profile.proxy)
        except ValueError as error:
            found.append(Found(Mark.BROKEN, f"профиль «{name}»: не годится", str(error)))
            continue
        if way is not None:
            found.append(_way(way, profile.server, name))
    if not found:
        return Found(Mark.WORKS, "Прокси-сервер: не используется")
    mark = max((one.mark for one in found), key=list(Mark).index)
    what = "; ".join(one.what for one in found)
    return Found(mark, f"Прокси-сервер: {what}", "\n".join(one.advice for one in found).strip())


def _way(way: proxies.Proxy, server: str, profile: str) -> Found:
    """What a proxy says to somebody who wants to go to a server."""
    what = f"{way.place} ({'из системы' if way.of_system else 'из настроек'}, профиль «{profile}»)"
    try:
        status = proxies.knock(way, server)
    except OSError:
        advice = "Проверьте его адрес и подключение к сети; без него до сервера не дойти."
        return Found(Mark.BROKEN, f"{what} не отвечает", advice)
    if status == proxies.ASKS_PASSWORD and way.password is None:
        advice = "Программа спросит их сама и может сохранить в хранилище паролей системы."
        return Found(Mark.WORKS, f"{what} отвечает, просит имя и пароль", advice)
    if status == proxies.ASKS_PASSWORD:
        advice = "Исправьте их в настройках системы; пока программа будет спрашивать их сама."
        return Found(Mark.LIMITED, f"{what} не принимает имя и пароль из системы", advice)
    if status >= proxies.REFUSES:
        advice = "Попросите того, кто его ведёт, или проверьте адрес сервера кабинета."
        return Found(Mark.BROKEN, f"{what} не пропускает к серверу, ответ {status}", advice)
    return Found(Mark.WORKS, f"{what} отвечает")


def settings(places: config.Places) -> Found:
    """What of the settings is not understood."""
    _, notes = config.load(places, os.environ)
    if notes:
        return Found(Mark.LIMITED, "Настройки: понятно не всё", "\n".join(notes))
    return Found(Mark.WORKS, "Настройки: читаются")


def database(places: config.Places) -> Found:
    """Whether the demo's data are sound."""
    from .backend.contract.errors import Unavailable
    from .backend.store import SqliteStore
    from .backend.store.migrations import LATEST
    from .cli import DATA_FILE

    path = places.data_dir / DATA_FILE
    what = f"Данные демо: {path}"
    if not os.access(path, os.F_OK):
        return Found(Mark.WORKS, "Данные демо: ещё нет, появятся при первом запуске")
    if not os.access(path, os.R_OK | os.W_OK):
        return Found(Mark.BROKEN, f"{what}, нет прав", "Разрешите чтение и запись этого файла.")
    what += f", {formatting.traffic(path.stat().st_size)}"
    try:
        version, faults = SqliteStore(path).inspect()
    except Unavailable as error:
        return Found(Mark.BROKEN, what, str(error))
    if faults:
        advice = "Файл оставлен как есть. Отложить его и начать заново: mts-tui demo --fresh."
        return Found(Mark.BROKEN, f"{what}, повреждений: {len(faults)}", advice)
    what += f", схема {version}, повреждений нет"
    return Found(Mark.WORKS, what if version == LATEST else f"{what}, обновится при запуске")


def clock() -> Found:
    """Whether this computer knows what time it is, and where."""
    now = datetime.now().astimezone()
    what = f"Часы: {formatting.date_long(now)}, {formatting.clock(now)}, UTC{now:%z}"
    if now.year < RELEASE_YEAR:
        advice = "Поставьте верное время: по нему считаются все сроки."
        return Found(Mark.BROKEN, f"{what}, это прошлое", advice)
    if os.name == "posix" and not _zone_is_known(os.environ.get("TZ")):
        advice = "Задайте пояс в настройках системы или так: TZ=Europe/Moscow mts-tui."
        return Found(Mark.LIMITED, f"{what}, часовой пояс не задан", advice)
    return Found(Mark.WORKS, what)


def _zone_is_known(name: str | None) -> bool:
    if name is None:
        return Path("/etc/localtime").exists()
    name = name.removeprefix(":")  # Then a name, a file, or a rule such as MSK-3.
    rule = re.match(r"(<[-+\w]+>|[A-Za-z]{3,})[-+]?\d", name)
    file = Path(name)
    return not name or bool(rule) or _has_zone(name) or (file.is_absolute() and file.is_file())


def zones() -> Found:
    """Whether the time zones of the accounts are there."""
    missing = [name for name in ZONES if not _has_zone(name)]
    if missing:
        advice = "Поставьте пакет tzdata: средствами системы или pip install tzdata."
        return Found(Mark.BROKEN, f"Часовые пояса: нет {', '.join(missing)}", advice)
    return Found(Mark.WORKS, "Часовые пояса: есть")


def _has_zone(name: str) -> bool:
    from zoneinfo import ZoneInfo

    with suppress(OSError, ValueError, LookupError):
        return ZoneInfo(name).key == name
    return False


def _in_time(check: Callable[[], Found]) -> Found:
    name = getattr(check, "func", check).__name__
    answers: queue.SimpleQueue[Found] = queue.SimpleQueue()

    def run() -> None:
        try:
            answers.put(check())
        except Exception as error:  # noqa: BLE001 - the other checks are to be heard
            what = f"Проверка {name} не удалась: {type(error).__name__}"
            answers.put(Found(Mark.LIMITED, what, "Ошибка в самой проверке: сообщите о ней."))

    threading.Thread(target=run, daemon=True).start()
    try:
        return answers.get(timeout=PATIENCE)
    except queue.Empty:
        what = f"Проверка {name} не закончилась за {PATIENCE:.0f} с"
        return Found(Mark.LIMITED, what, "Диск или сеть не отвечают: повторите позже.")


def _say(found: Found) -> None:
    """Print what was found, in whatever encoding, to whoever still reads."""
    name = getattr(sys.stdout, "encoding", None) or "ascii"
    mark = found.mark.value
    if mark.encode(name, "replace") == b"?":
        mark = _ASCII[found.mark]
    lines = [f"{mark} {found.what}", *(f"  {line}" for line in found.advice.splitlines())]
    text = "\n".join(map(formatting.clean, lines))
    try:
        print(text.encode(name, "replace").decode(name), flush=True)  # noqa: T201
    except OSError:  # A closed pipe, a full disk: Python would say it again at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
