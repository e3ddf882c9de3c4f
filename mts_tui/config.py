"""Where the program keeps its files, and the settings a person may write by hand.

Nothing is created or read at import. `Places.find` only names the folders, `load` only reads; a
broken settings file never stops the start, it is told in a sentence.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from . import proxies

APP_NAME = "mts-tui"
SETTINGS_FILE = "settings.toml"
INSIDE = "demo"
"""The profile of the operator inside."""
DEFAULT = "default"
"""The profile that opens without a name, once a person has chosen a server."""

Theme = Literal["mts-dark", "mts-light", "mts-ansi", "auto"]
Formats = Literal["ru", "iso"]
IdleMinutes = Annotated[int, msgspec.Meta(ge=1, le=20)]
Phone = Annotated[str, msgspec.Meta(pattern=r"^(\+[1-9][0-9]{6,14})?\Z")]
# No user part in the address: a password there would lie in a plain file.
Server = Annotated[str, msgspec.Meta(pattern=rf"^(https?://{proxies.PLACE}(/[^\s\x00-\x1f]*)?)?\Z")]
Proxy = Annotated[str, msgspec.Meta(pattern=proxies.ADDRESS)]
Key = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
# The keyring account is `profile:phone`, hence no colon.
ProfileName = Annotated[str, msgspec.Meta(pattern=r"^[^\x00-\x1f\x7f:]{1,40}\Z")]


Host = Annotated[str, msgspec.Meta(pattern=r"^[^\s/@\x00-\x1f]{0,253}\Z")]
Sender = Annotated[str, msgspec.Meta(pattern=r"^([^@\s<>\x00-\x1f]+@[^@\s<>\x00-\x1f]+)?\Z")]
Login = Annotated[str, msgspec.Meta(pattern=r"^[\x21-\x7e]{0,200}\Z")]
Port = Annotated[int, msgspec.Meta(ge=0, le=65_535)]
_TIME = "([01][0-9]|2[0-3]):[0-5][0-9]"
QuietHours = Annotated[str, msgspec.Meta(pattern=rf"^({_TIME}-{_TIME})?\Z")]


class PlaceError(Exception):
    """A folder or file of the program cannot be used; the text is a Russian sentence."""


class Places(msgspec.Struct, frozen=True):
    """The four folders of the program; none of them needs to exist yet.

    Args:
        config_dir: The settings file.
        data_dir: The local database.
        state_dir: Logs and the outbox.
        cache_dir: What may be deleted at any time.
    """

    config_dir: Path
    data_dir: Path
    state_dir: Path
    cache_dir: Path

    @classmethod
    def find(cls, at: str | Path | None = None, env: Mapping[str, str] | None = None) -> "Places":
        """Name the folders, creating nothing.

        Args:
            at: One folder for everything (`--at DIR`); wins over `MTS_TUI_AT`.
            env: The environment to look `MTS_TUI_AT` up in, the process's own by default.

        Raises:
            PlaceError: The home folder is unknown.
        """
        at = at or (os.environ if env is None else env).get("MTS_TUI_AT")
        try:
            if at:
                # Absolute at once: the current folder may change while the program runs.
                base = Path(at).expanduser().absolute()
                return cls(*(base / part for part in ("config", "data", "state", "cache")))
            from platformdirs import PlatformDirs

            system = PlatformDirs(APP_NAME, appauthor=False)
            return cls(
                system.user_config_path,
                system.user_data_path,
                system.user_state_path,
                system.user_cache_path,
            )
        except (RuntimeError, OSError, ValueError):
            raise PlaceError(
                "Домашняя папка не найдена, и непонятно, где хранить файлы. "
                "Укажите папку сами: mts-tui --at ПАПКА."
            ) from None

    @property
    def settings_file(self) -> Path:
        """The path of the settings file, which may not exist."""
        return self.config_dir / SETTINGS_FILE

    def ensure(self) -> None:
        """Create what is missing and close all four folders to other users.

        Raises:
            PlaceError: A folder cannot be created or written to.
        """
        for folder in (self.config_dir, self.data_dir, self.state_dir, self.cache_dir):
            try:
                _create_private(folder)
                if not os.access(folder, os.W_OK | os.X_OK):
                    raise PermissionError
            except (OSError, ValueError):
                raise PlaceError(
                    f"В папку {_printable(str(folder))} нельзя писать. "
                    "Разрешите запись в неё или укажите другую: mts-tui --at ПАПКА."
                ) from None
            if os.name == "posix" and folder.stat().st_mode & 0o077:
                with suppress(OSError):
                    folder.chmod(0o700)


class Profile(msgspec.Struct, frozen=True):
    """Where one name on the command line leads.

    Args:
        server: The address of the operator; empty means the demo operator inside the program.
        phone: The number to sign in with, in E.164.
        proxy: The proxy on the way there, without a password; empty means the system's own.
    """

    server: Server = ""
    phone: Phone = ""
    proxy: Proxy = ""


class Mail(msgspec.Struct, frozen=True):
    """Who sends the documents of the operator inside. The password is in the OS keyring.

    Args:
        host: The mail server; empty for nobody.
        sender: The address that letters come from.
        security: `starttls`, `tls` from the first byte, or `none`.
        port: 0 for the usual one.
        user: The name there; empty for no login.
    """

    host: Host = ""
    sender: Sender = ""
    security: Literal["starttls", "tls", "none"] = "starttls"
    port: Port = 0
    user: Login = ""


class Settings(msgspec.Struct, frozen=True):
    """Everything a person may set; every value has a working default.

    Args:
        theme: The colours; `auto` follows the terminal.
        idle_minutes: Minutes without a key press before the screen locks.
        phone: The remembered number, in E.164.
        own_files: Open the cabinet of one's own files at the start; see `screens.import_file`.
        letters_to: The e-mail address that documents were last sent to.
        bell: Whether the terminal rings when a notification comes.
        desktop_notices: By which sequence the terminal shows notifications on the desktop.
        quiet_hours: When neither happens: `22:00-08:00`, by this machine's clock; empty for never.
        plain_signs: Write `руб.` for `₽`; `auto` decides by the terminal.
        formats: How days and numbers are written on the screen, see `formatting.use_iso`.
        keys: A key, or several with commas, for an action id.
        profiles: Operators and numbers by name.
        mail: Who sends documents.
    """

    theme: Theme = "auto"
    idle_minutes: IdleMinutes = 20
    phone: Phone = ""
    own_files: bool = False
    letters_to: Sender = ""
    bell: bool = False
    desktop_notices: Literal["off", "osc9", "osc777"] = "off"
    quiet_hours: QuietHours = ""
    plain_signs: Literal["auto"] | bool = "auto"
    formats: Formats = "ru"
    keys: dict[Key, Key] = {}
    profiles: dict[ProfileName, Profile] = {}
    mail: Mail = Mail()


_ALLOWED = {
    "theme": "mts-dark, mts-light, mts-ansi или auto",
    "idle_minutes": "целое число от 1 до 20",
    "phone": "номер вида +79853701234 или пустая строка",
    "own_files": "true или false",
    "letters_to": "адрес почты вида anna@example.com или пустая строка",
    "bell": "true или false",
    "desktop_notices": '"off", "osc9" или "osc777"',
    "quiet_hours": "время вида 22:00-08:00 или пустая строка",
    "plain_signs": '"auto", true или false',
    "formats": '"ru" или "iso"',
    "keys": 'раздел [keys] со строками вида действие = "клавиша"',
    "profiles": "разделы вида [profiles.имя], в имени до 40 знаков и нет двоеточия",
    "mail": 'раздел [mail] со строками host, sender, security ("starttls", "tls" или "none"), '
    "port и user",
    "server": "адрес вида https://example.ru без имени и пароля или пустая строка",
    "proxy": "адрес вида http://прокси:3128 или http://имя@прокси:3128, или пустая строка",
}


def load(places: Places, env: Mapping[str, str]) -> tuple[Settings, list[str]]:
    """Read the settings; what is wrong falls back to its default and is told.

    Args:
        places: Where the file is.
        env: `MTS_TUI_THEME` and `MTS_TUI_IDLE_MINUTES` win over the file.

    Returns:
        The settings, and a Russian sentence for each thing that was wrong.
    """
    file = _File(places.settings_file)
    settings = file.settings()
    for name, variable, kind in (
        ("theme", "MTS_TUI_THEME", Theme),
        ("idle_minutes", "MTS_TUI_IDLE_MINUTES", IdleMinutes),
    ):
        if given := env.get(variable):
            try:
                value = msgspec.convert(given, kind, strict=False)
            except msgspec.ValidationError:
                file.notes.append(
                    f"Переменная {variable}: {_shown(given)} не подходит. Можно: {_ALLOWED[name]}."
                )
            else:
                settings = msgspec.structs.replace(settings, **{name: value})
    return settings, file.notes


def change(places: Places, **values: Any) -> tuple[Settings, list[str]]:
    """Set some values in the file, leaving the rest as it is there now.

    The file is read again without the environment: an override for one run must not become
    permanent, and an edit made by hand meanwhile must stay.

    Args:
        places: Where the file is.
        values: Fields of `Settings`.

    Returns:
        What the file says now, and the sentences of `save`.

    Raises:
        PlaceError: The file cannot be written; the old one is untouched.
        ValueError: A value is outside what `Settings` allows.
    """
    settings = msgspec.structs.replace(load(places, {})[0], **values)
    return settings, save(places, settings)


def keep_profile(places: Places, name: str, **values: str) -> tuple[Settings, list[str]]:
    """Set some values of a profile, which is made where it is new; see `change`."""
    settings = load(places, {})[0]
    profile = msgspec.structs.replace(settings.profiles.get(name, Profile()), **values)
    return change(places, profiles={**settings.profiles, name: profile})


def save(places: Places, settings: Settings) -> list[str]:
    """Write the whole file at once: a crash leaves the old one or the new one.

    Keys this version does not know are kept, and so are a person's own comments; a file with
    mistakes is copied aside first.

    Args:
        places: Where the file is.
        settings: What to write; not the outcome of `load` with an environment, see `change`.

    Returns:
        Russian sentences about what else was done.

    Raises:
        PlaceError: The file cannot be written; the old one is untouched.
        ValueError: A value is outside what `Settings` allows.
    """
    msgspec.convert(msgspec.to_builtins(settings), Settings)
    # The settings may be kept elsewhere with a link here: the link stays.
    target = Path(os.path.realpath(places.settings_file))
    file = _File(target)
    file.settings()
    content = file.with_comments(_written(settings, file.unknown)).encode()
    notes = []
    try:
        _create_private(target.parent)
        if file.damaged:
            aside = target.with_name(f"{target.name}.bak")
            _replace(aside, proxies.without_password(target.read_bytes()))
            notes.append(f"Прежний файл настроек с ошибками сохранён: {_printable(str(aside))}.")
        _replace(target, content)
    except OSError:
        raise PlaceError(
            f"Файл {_printable(str(target))} не записан, настройки действуют до выхода. "
            "Проверьте место на диске и права на папку."
        ) from None
    return notes


class _File:
    """One reading of the settings file.

    Args:
        path: The file; a missing one is an empty one.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.notes: list[str] = []
        self.unknown: dict[tuple[str, ...], Any] = {}
        self.damaged = False
        self._text = ""
        self._lines: dict[tuple[str, ...], int] | None = None

    def settings(self) -> Settings:
        """Take every value that fits; note the others."""
        return Settings(**self._fitting(Settings, self._parsed(), ()))

    def with_comments(self, text: str) -> str:
        """A new text of the file with the comments that a person has written into this one."""
        from .comments import kept

        return kept(self._text, text)

    def _parsed(self) -> dict[str, Any]:
        raw = b""
        try:
            raw = self.path.read_bytes()
            self._text = raw.decode("utf-8-sig")  # Windows editors put a mark in front.
            import tomllib

            return tomllib.loads(self._text)
        except FileNotFoundError:
            return {}
        except OSError:
            self.damaged = True
            self._note((), "не читается. Проверьте права; пока действуют обычные настройки.")
            return {}
        except UnicodeDecodeError as error:
            line = raw[: error.start].count(b"\n") + 1
        except (ValueError, RecursionError) as error:
            import re

            found = re.search(r"at line (\d+)", str(error))
            line = int(found[1]) if found else self._text.count("\n") + 1
            self._text = ""
        self.damaged = True
        self._note(
            (),
            "запись не по правилам TOML. Проверьте кавычки, скобки и знак «=»; "
            "пока действуют обычные настройки.",
            line,
        )
        return {}

    def _fitting(
        self, kind: type[Settings | Profile | Mail], data: dict[str, Any], above: tuple[str, ...]
    ) -> dict[str, Any]:
        fields = {field.name: field for field in msgspec.structs.fields(kind)}
        values: dict[str, Any] = {}
        for name, raw in data.items():
            path = (*above, name)
            if name not in fields:
                self.unknown[path] = raw
                self._note(path, f"ключ {_name(path)} неизвестен и ничего не меняет.")
            elif name == "keys" and isinstance(raw, dict):
                values[name] = {
                    action: key
                    for action, key in raw.items()
                    if self._fits(Key, action, (*path, action), key)
                    and self._fits(Key, key, (*path, action), key)
                }
            elif name == "profiles" and isinstance(raw, dict):
                values[name] = {
                    title: Profile(**self._fitting(Profile, table, (*path, title)))
                    for title, table in raw.items()
                    if self._fits(ProfileName, title, (*path, title), table)
                    and self._fits(dict, table, (*path, title), table)
                }
            elif name == "mail" and isinstance(raw, dict):
                values[name] = Mail(**self._fitting(Mail, raw, path))
            elif self._fits(fields[name].type, raw, path, raw):
                values[name] = raw
        return values

    def _fits(self, kind: Any, value: Any, path: tuple[str, ...], shown: Any) -> bool:
        try:
            msgspec.convert(value, kind)
        except msgspec.ValidationError:
            self.damaged = True
            told = f"{_name(path)} = {_shown(shown)} не подходит, действует обычное значение. "
            if kind == Proxy and isinstance(value, str):
                told += proxies.flaw(value)
            else:
                told += f"Можно: {_ALLOWED[path[-1] if path[2:] else path[0]]}."
            self._note(path, told)
            return False
        return True

    def _note(self, path: tuple[str, ...], what: str, line: int | None = None) -> None:
        line = line or (self._line(path) if path else None)
        place = f", строка {line}" if line else ""
        self.notes.append(f"Файл {_printable(str(self.path))}{place}: {what}")

    def _line(self, path: tuple[str, ...]) -> int | None:
        """Find the line by parsing ever longer beginnings: exact for any way of writing a key."""
        if self._lines is None:
            import tomllib

            self._lines = {}
            lines = self._text.split("\n")
            for count in range(1, min(len(lines), 300) + 1):  # Grows with the square.
                with suppress(ValueError, RecursionError):
                    for found in _paths(tomllib.loads("\n".join(lines[:count]))):
                        self._lines.setdefault(found, count)
        return self._lines.get(path)


def _paths(data: dict[str, Any], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, value in data.items():
        yield (*above, name)
        if isinstance(value, dict):
            yield from _paths(value, (*above, name))


def _written(settings: Settings, unknown: Mapping[tuple[str, ...], Any]) -> str:
    """Write the file's text: plain values first, for TOML gives what follows a header to it."""

    def kept(*above: str) -> Iterator[str]:
        for path, value in unknown.items():
            if path[:-1] == above:
                yield f"{_key(path[-1])} = {_toml(value)}"

    lines = [
        "# Настройки mts-tui. Файл можно править руками: ошибка в нём не помешает запуску.",
        "",
        f"# Оформление: {_ALLOWED['theme']} (по терминалу).",
        f"theme = {_toml(settings.theme)}",
        "",
        "# Через сколько минут без нажатий закрыть экран: от 1 до 20.",
        f"idle_minutes = {settings.idle_minutes}",
        "",
        "# Номер для входа в виде +79853701234. Пусто: спрашивать.",
        f"phone = {_toml(settings.phone)}",
        "",
        "# Открывать при запуске кабинет со своими детализациями из файлов, без входа.",
        f"own_files = {_toml(settings.own_files)}",
        "",
        "# Адрес почты, на который документы отправлялись в последний раз.",
        f"letters_to = {_toml(settings.letters_to)}",
        "",
        "# Звонок терминала при новом уведомлении.",
        f"bell = {_toml(settings.bell)}",
        "",
        '# Уведомления на рабочем столе: "off" (нет), "osc9" или "osc777", как умеет терминал.',
        f"desktop_notices = {_toml(settings.desktop_notices)}",
        "",
        "# Тихие часы, когда нет ни того, ни другого: 22:00-08:00. Пусто: всегда можно.",
        f"quiet_hours = {_toml(settings.quiet_hours)}",
        "",
        '# Писать «руб.» и «грн» вместо ₽ и ₴: true, false или "auto" (по терминалу).',
        f"plain_signs = {_toml(settings.plain_signs)}",
        "",
        '# Даты и числа на экране: "ru" (22.11.2026, 1 234,56) или "iso" (2026-11-22, 1 234.56).',
        f"formats = {_toml(settings.formats)}",
    ]
    if others := list(kept()):
        lines += ["", "# Этих значений mts-tui не знает, но хранит.", *others]
    if settings.mail != Mail() or any(path[:1] == ("mail",) for path in unknown):
        lines += [
            "",
            "# Почта, которой демонстрация отправляет документы. Пароль сохранит и проверит",
            "# команда «mts-tui mail».",
            "[mail]",
            *(
                f"{name} = {_toml(value)}"
                for name, value in msgspec.structs.asdict(settings.mail).items()
            ),
            *kept("mail"),
        ]
    lines += ["", '# Свои клавиши: действие = "клавиша", несколько — через запятую.', "[keys]"]
    lines += [f"{_key(action)} = {_toml(key)}" for action, key in settings.keys.items()]
    lines += [
        "",
        "# Профили: mts-tui --profile ИМЯ. server — адрес оператора, пусто — демонстрация",
        "# внутри программы; phone — номер для входа; proxy — прокси-сервер, а без него — как в",
        "# системе. Пароли здесь не хранятся.",
    ]
    for name, profile in settings.profiles.items():
        lines += [
            f"[profiles.{_key(name)}]",
            f"server = {_toml(profile.server)}",
            f"phone = {_toml(profile.phone)}",
            *([f"proxy = {_toml(profile.proxy)}"] if profile.proxy else []),
            *kept("profiles", name),
            "",
        ]
    return "\n".join(lines).rstrip("\n") + "\n"


def _toml(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return _quoted(value)
        case int() | float():
            return repr(value)
        case list():
            return f"[{', '.join(map(_toml, value))}]"
        case dict():
            return f"{{{', '.join(f'{_key(k)} = {_toml(v)}' for k, v in value.items())}}}"
    return str(value.isoformat())


def _quoted(text: str) -> str:
    # A JSON string is a TOML string, but for DEL.
    return msgspec.json.encode(text).decode().replace("\x7f", "\\u007F")


def _key(name: str) -> str:
    bare = name.isascii() and name.replace("-", "").replace("_", "").isalnum()
    return name if bare else _quoted(name)


def _printable(text: str) -> str:
    """Take out what could steer a terminal."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)


def _shown(value: Any) -> str:
    text = proxies.without_password(_printable(_toml(value)))
    return text if len(text) <= 40 else f"{text[:39]}…"  # noqa: PLR2004


def _name(path: tuple[str, ...]) -> str:
    return _printable(".".join(map(_key, path)))[:80]


def _create_private(folder: Path) -> None:
    # `mkdir(parents=True)` would give the parents the default mode.
    if not folder.is_dir():
        _create_private(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def _replace(target: Path, content: bytes) -> None:
    import tempfile

    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")  # Mode 0600.
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    if os.name == "posix":  # The new name itself is safe only with its folder.
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
