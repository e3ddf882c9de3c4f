"""Files that a person keeps: whole or not at all, and nobody's file is replaced unasked."""

import errno
import os
import stat
import tempfile
from pathlib import Path


def folder_for_downloads() -> Path:
    """Where a person looks for what was saved: Downloads, else Documents, else home."""
    import platformdirs

    for place in (platformdirs.user_downloads_path(), platformdirs.user_documents_path()):
        if place.is_dir():
            return place
    return Path.home()


def write_whole(path: Path, content: bytes, *, replace: bool = False) -> None:
    """Write a file so that it is there as a whole, or not at all.

    Args:
        path: Where; `~` is the person's home.
        content: All of it.
        replace: Whether a file that is there already may be replaced.

    Raises:
        FileExistsError: There is one, and it may not.
        OSError: It could not be written; nothing is left behind.
    """
    path = at_home(path)
    part = part_of(path, replace=replace)
    try:
        part.write_bytes(content)
        put(part, path, replace=replace)
    finally:
        part.unlink(missing_ok=True)


def part_of(path: Path, *, replace: bool = False) -> Path:
    """A new file beside the one that is to be written: to be filled, and then `put` or deleted.

    Raises:
        FileExistsError: There is a file, and it may not be replaced.
        OSError: Nothing can be written there.
    """
    if path.is_dir():
        raise IsADirectoryError(path)
    if not replace and path.exists():
        raise FileExistsError(path)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.")
    os.close(descriptor)
    return Path(name)


def put(part: Path, path: Path, *, replace: bool = False) -> None:
    """Give a filled part its name, once it is on the disk.

    Raises:
        FileExistsError: Somebody took the name meanwhile, and may not be replaced.
        OSError: It could not be written.
    """
    with part.open("rb+") as file:
        os.fsync(file.fileno())
    if replace or not _linked(part, path):
        part.replace(path)
    else:
        part.unlink()


def at_home(path: Path) -> Path:
    """A path with `~` put in full; that of a person who is not here stays as it was typed."""
    try:
        return path.expanduser()
    except RuntimeError:
        return path


def read_small(path: Path, most: int) -> bytes | None:
    """A file's content; None where it is longer than it may be, and then it is not read.

    Args:
        path: Which; only a file itself is read, no device or pipe, which might never end.
        most: Bytes it may have.

    Raises:
        OSError: It could not be read, or is no file.
    """
    path = at_home(path)
    if path.is_dir():
        raise IsADirectoryError(path)
    if not stat.S_ISREG(path.stat().st_mode):
        raise OSError(errno.EINVAL, "это не файл")
    with path.open("rb") as file:
        content = file.read(most + 1) if path.stat().st_size <= most else None
    return None if content is None or len(content) > most else content


def not_read(error: OSError) -> str:
    """Why a file could not be read, and what to do: a whole sentence."""
    if isinstance(error, IsADirectoryError):
        return "Это папка. Допишите имя файла."
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return "Такого файла нет. Проверьте путь."
    if isinstance(error, PermissionError):
        return "Этот файл нельзя читать. Выберите другой."
    return f"Файл не прочитан: {error.strerror or 'диск не отдал его'}. Выберите другой."


def _linked(part: Path, path: Path) -> bool:
    """Give a file its name unless somebody took it meanwhile; False where links are not known."""
    try:
        os.link(part, path)
    except FileExistsError:
        raise
    except OSError:  # FAT, some network folders.
        return False
    return True


def refusal(error: OSError) -> str:
    """Why a file could not be written, and what to do: a whole sentence."""
    if isinstance(error, FileExistsError):
        return "Такой файл уже есть. Нажмите Enter ещё раз, чтобы заменить его, или смените имя."
    if isinstance(error, IsADirectoryError):
        return "Это папка. Допишите имя файла."
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return "Такой папки нет. Проверьте путь."
    if isinstance(error, PermissionError):
        return "Сюда нельзя писать. Выберите другую папку."
    return f"Файл не записан: {error.strerror or 'диск не принял его'}. Выберите другое место."
