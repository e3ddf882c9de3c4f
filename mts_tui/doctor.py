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

from . import __version__, config, formatting

PATIENCE = 10.0
"""Seconds for one check."""
KEYRING_PATIENCE = 5.0
COLUMNS, ROWS = 80, 24
SPACE = 50 * 1024 * 1024
RELEASE_YEAR = 2026
ZONES = ("Europe/Moscow", "Europe/Minsk")


class Mark(Enum):
    """How it is; the value is the sign before the line."""

    WORKS = "✓"
    LIMITED = "▲"
    BROKEN = "✗"


_PLAIN = {Mark.WORKS: "+", Mark.LIMITED: "!", Mark.BROKEN: "x"}


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
    broken = False
    for check in checks(places):
        found = _in_time(check)
        broken |= found.mark is Mark.BROKEN
        if not _say(found):
            break
    return int(broken)


def checks(places: config.Places) -> list[Callable[[], Found]]:
    """Every check, in the order of the answer."""
    folders = {
        "Папка настроек": places.config_dir,
        "Папка данных": places.data_dir,
        "Папка журналов": places.state_dir,
        "Папка кэша": places.cache_dir,
    }
    return [
        program,
        terminal,
        colours,
        encoding,
        keyring,
        *(partial(folder, name, path) for name, path in folders.items()),
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
    where = [
        name
        for name, variable in (("tmux", "TMUX"), ("screen", "STY"), ("SSH", "SSH_CONNECTION"))
        if os.environ.get(variable)
    ]
    kind = os.environ.get("TERM", "")
    size = _terminal_size()
    if size is None:
        return Found(
            Mark.LIMITED,
            ", ".join(["Терминал: проверка запущена не в терминале", *where]),
            "Кабинету нужен терминал: запускайте в его окне, по SSH — «ssh -t СЕРВЕР mts-tui».",
        )
    if os.name == "posix" and kind in {"", "dumb"}:
        return Found(
            Mark.BROKEN,
            ", ".join([f"Терминал: TERM={kind or 'не задан'}, экраны он не показывает", *where]),
            "Откройте другой терминал или задайте TERM: TERM=xterm-256color mts-tui.",
        )
    columns, rows = size
    what = ", ".join([f"Терминал: {kind or platform.system()}, {columns}×{rows}", *where])
    if columns < COLUMNS or rows < ROWS:
        return Found(
            Mark.LIMITED, f"{what}, мало", f"Увеличьте окно хотя бы до {COLUMNS}×{ROWS} знаков."
        )
    return Found(Mark.WORKS, what)


def _terminal_size() -> tuple[int, int] | None:
    # The cabinet reads the first and draws on the second; the output may go to a file meanwhile.
    for descriptor in (2, 0, 1):
        with suppress(OSError, ValueError):
            return os.get_terminal_size(descriptor)
    return None


def colours() -> Found:
    """How many the terminal says it has, as the cabinet will understand it."""
    from rich.console import Console

    if os.environ.get("NO_COLOR"):
        return Found(Mark.WORKS, "Цвета: выключены переменной NO_COLOR, всё понятно и без них")
    match Console(force_terminal=True).color_system:
        case "truecolor":
            return Found(Mark.WORKS, "Цвета: 16 млн")
        case "256":
            return Found(Mark.WORKS, "Цвета: 256")
        case None:
            return Found(
                Mark.LIMITED,
                "Цвета: нет",
                "Всё понятно и без них. Если терминал цветной: TERM=xterm-256color mts-tui.",
            )
    return Found(
        Mark.LIMITED,
        "Цвета: 16",
        "Оформление «16 цветов»: MTS_TUI_THEME=mts-ansi mts-tui, или F9 в кабинете. "
        "Если терминал умеет больше: TERM=xterm-256color mts-tui.",
    )


def encoding() -> Found:
    """Whether Russian letters and the signs of the screens come through."""
    system = locale.getencoding()
    # The cabinet draws on the second stream.
    streams = {getattr(stream, "encoding", system) for stream in (sys.stdout, sys.stderr)}
    foreign = sorted(name for name in streams if not _is_utf8(name))
    advice = "Включите UTF-8: LANG=ru_RU.UTF-8 mts-tui, или LANG=C.UTF-8, если первой нет."
    if foreign:
        return Found(Mark.BROKEN, f"Кодировка: {', '.join(foreign)}, а нужна UTF-8", advice)
    if not _is_utf8(system):
        return Found(Mark.LIMITED, f"Кодировка: пишем в UTF-8, но система называет {system}", advice)
    return Found(Mark.WORKS, "Кодировка: UTF-8")


def _is_utf8(name: str) -> bool:
    return name.lower().replace("-", "").replace("_", "") == "utf8"


def keyring() -> Found:
    """Whether the system would keep the password. The cabinet works without it."""
    from .credentials import State, Vault

    probe = Vault(timeout=KEYRING_PATIENCE).probe()
    what = f"Хранилище паролей: {probe.backend or 'нет'}"
    if probe.state is State.OK:
        return Found(Mark.WORKS, what)
    cause = f" ({probe.cause})" if probe.cause else ""
    return Found(Mark.LIMITED, f"{what}{cause}", probe.state.value)


def folder(name: str, path: Path) -> Found:
    """Whether the program may write there, and nobody else may read."""
    what = f"{name}: {path}"
    elsewhere = "или укажите другую: mts-tui --at ПАПКА."
    there = path
    while not there.exists() and there != there.parent:
        there = there.parent
    if not there.is_dir():
        return Found(Mark.BROKEN, f"{what}, на пути лежит файл", f"Уберите его {elsewhere}")
    if not os.access(there, os.W_OK | os.X_OK):
        return Found(Mark.BROKEN, f"{what}, писать нельзя", f"Разрешите запись {elsewhere}")
    free = shutil.disk_usage(there).free
    if free < SPACE:
        return Found(
            Mark.LIMITED if free else Mark.BROKEN,
            f"{what}, свободно {formatting.traffic(free)}",
            f"Освободите хотя бы {formatting.traffic(SPACE)} {elsewhere}",
        )
    if there != path:
        return Found(Mark.WORKS, f"{what}, появится при запуске")
    if os.name == "posix" and path.stat().st_mode & 0o077:
        if path.stat().st_uid == os.getuid():
            advice = "При запуске программа закроет папку сама."
        else:
            advice = f"Папка не ваша: возьмите её себе {elsewhere}"
        return Found(Mark.LIMITED, f"{what}, открыта другим пользователям", advice)
    return Found(Mark.WORKS, what)


def settings(places: config.Places) -> Found:
    """What of the settings file is not understood."""
    _, notes = config.load(places, os.environ)
    if notes:
        return Found(
            Mark.LIMITED, "Настройки: понятно не всё, остальное действует", "\n".join(notes)
        )
    is_there = places.settings_file.exists()
    return Found(Mark.WORKS, "Настройки: в порядке" if is_there else "Настройки: обычные")


def database(places: config.Places) -> Found:
    """Whether the demo's data are sound."""
    from .backend.contract.errors import Unavailable
    from .backend.store import SqliteStore
    from .backend.store.migrations import LATEST
    from .cli import DATA_FILE

    path = places.data_dir / DATA_FILE
    what = f"Данные демо: {path}"
    try:
        # Where the folder itself is closed to us, its own line has said it.
        if not path.exists():
            return Found(Mark.WORKS, "Данные демо: их ещё нет, появятся при первом запуске")
        what += f", {formatting.traffic(path.stat().st_size)}"
        version, faults = SqliteStore(path).look()
    except OSError:
        return Found(Mark.BROKEN, f"{what}, не читается", "Разрешите чтение файла и его папки.")
    except Unavailable as error:
        return Found(Mark.BROKEN, what, str(error))
    if faults:
        return Found(
            Mark.BROKEN,
            f"{what}, повреждений: {len(faults)}",
            "Файл оставлен как есть. Начать заново, отложив его рядом: mts-tui demo --fresh.",
        )
    what += f", схема {version}, повреждений нет"
    if not os.access(path, os.W_OK):
        return Found(Mark.BROKEN, f"{what}, писать нельзя", "Разрешите запись в этот файл.")
    return Found(Mark.WORKS, what if version == LATEST else f"{what}, обновится при запуске")


def clock() -> Found:
    """Whether this computer knows what time it is."""
    now = datetime.now().astimezone()
    what = f"Часы: {formatting.date_long(now)}, {formatting.clock(now)}"
    if now.year < RELEASE_YEAR:
        return Found(
            Mark.BROKEN, f"{what}, это прошлое", "Поставьте верное время: сроки считаются по нему."
        )
    zone = f"UTC{now:%z}"
    if not _zone_is_known():
        return Found(
            Mark.LIMITED,
            f"{what}, часовой пояс неизвестен, считаем {zone}",
            "Задайте пояс в настройках системы или так: TZ=Europe/Moscow mts-tui.",
        )
    return Found(Mark.WORKS, f"{what}, {zone}")


def _zone_is_known() -> bool:
    if os.name != "posix":
        return True
    name = os.environ.get("TZ")
    if name is None:
        return Path("/etc/localtime").exists()
    # A name, a file, or a rule such as MSK-3.
    name = name.removeprefix(":")
    rule = re.match(r"(<[+\-\w]+>|[A-Za-z]{3,})[+-]?\d", name)
    return name == "" or rule is not None or Path(name).is_file() or _has_zone(name)


def zones() -> Found:
    """Whether the time zones of the accounts are there."""
    missing = [name for name in ZONES if not _has_zone(name)]
    if missing:
        return Found(
            Mark.BROKEN,
            f"Часовые пояса: нет {', '.join(missing)}",
            "Поставьте пакет tzdata: pip install tzdata, или пакет tzdata вашей системы.",
        )
    return Found(Mark.WORKS, "Часовые пояса: есть")


def _has_zone(name: str) -> bool:
    from zoneinfo import ZoneInfo

    with suppress(OSError, ValueError, LookupError):
        return ZoneInfo(name).key == name
    return False


def _in_time(check: Callable[[], Found]) -> Found:
    """Run a check, whatever becomes of it."""
    name = getattr(check, "func", check).__name__
    answers: queue.SimpleQueue[Found] = queue.SimpleQueue()

    def run() -> None:
        try:
            answers.put(check())
        except Exception as error:  # noqa: BLE001 - the other checks are to be heard
            kind = type(error).__name__
            answers.put(
                Found(
                    Mark.LIMITED,
                    f"Проверка {name} не удалась: {kind}",
                    "Это ошибка самой проверки; кабинет может работать. Сообщите о ней.",
                )
            )

    threading.Thread(target=run, name=name, daemon=True).start()
    try:
        return answers.get(timeout=PATIENCE)
    except queue.Empty:
        return Found(
            Mark.LIMITED,
            f"Проверка {name} не закончилась за {PATIENCE:.0f} с",
            "Похоже, диск или сеть не отвечают. Повторите позже.",
        )


def _say(found: Found) -> bool:
    """Print what was found; False when nobody reads it any more."""
    stream = sys.stdout
    if stream is None:
        return True
    name = stream.encoding or "ascii"
    mark = found.mark.value
    try:
        mark.encode(name)
    except (UnicodeError, LookupError):
        mark = _PLAIN[found.mark]
    lines = [f"{mark} {found.what}"] + [f"  {line}" for line in found.advice.splitlines()]
    text = "".join(f"{formatting.clean(line)}\n" for line in lines)
    try:
        stream.write(text.encode(name, "replace").decode(name))
        stream.flush()
    except (OSError, ValueError):
        # A closed pipe, a full disk. Python would complain once more at its exit.
        sys.stdout = None  # type: ignore[assignment]
        return False
    return True
