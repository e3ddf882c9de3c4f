"""A file as it was given: what it is by its content, never by its name; limits of what is read.

Text is UTF-8, UTF-16 or, where it is neither, Windows-1251. A ZIP that holds a single document, as
the operator mails them, is read as that document.
"""

import codecs
import hashlib
import io
import stat
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from mts_tui import files
from mts_tui.backend.contract.imports import ImportFormat

MEGABYTE = 1024 * 1024
MOST_BYTES = 64 * MEGABYTE
MOST_UNPACKED = 512 * MEGABYTE
"""Of everything that an archive holds."""
MOST_RATIO = 200
"""A sheet of a detalization packs thirty times; what packs so much better is a trap."""
RATIO_MATTERS = 8 * MEGABYTE
"""Less than this is unpacked whatever its ratio."""
_CHUNK = MEGABYTE
_HEAD = 64 * 1024
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BIFF = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00", b"\x09\x08")
"""How a workbook begins that has no container around it."""
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MANY = 0.3
"""A text in UTF-16 has a zero in so large a share of its odd or even bytes."""
_CONTROLS = bytes(byte for byte in range(32) if byte not in b"\t\n\r\x0b\x0c")

TOO_LARGE = (
    f"Файл больше {MOST_BYTES // MEGABYTE} МБ: столько детализация не занимает. Закажите её за "
    "меньший период."
)
TRAP = (
    "Внутри этого файла упаковано больше, чем можно распаковать: это похоже на ловушку, и он не "
    "прочитан. Закажите детализацию заново."
)
NOT_ONE = (
    "Это не детализация: подходят HTML, XLSX, XLS, XML и CSV, какими их присылает оператор. "
    "Выберите другой файл."
)
DAMAGED = "Файл повреждён или скачан не до конца. Скачайте его ещё раз."
EMPTY = "Файл пустой. Выберите другой."


class FileRefused(Exception):
    """A file cannot be read; the text is a whole Russian sentence."""


class Cancelled(Exception):
    """The person does not want it any more."""


class Source(Struct, frozen=True):
    """A file that may be read.

    Attributes:
        path: Where it lies.
        format: What it is.
        encoding: Of its text; empty where it has none.
        digest: SHA-256 of the file.
        size: Bytes of what is read.
        content: What was taken out of an archive; None for the file itself.
    """

    path: Path
    format: ImportFormat
    encoding: str
    digest: str
    size: int
    content: bytes | None = None

    def open(self) -> BinaryIO:
        """The bytes, from their beginning; raises OSError."""
        return self.path.open("rb") if self.content is None else io.BytesIO(self.content)

    def open_text(self) -> io.TextIOWrapper:
        """The text; what has no meaning in its encoding is replaced."""
        return io.TextIOWrapper(self.open(), self.encoding, errors="replace", newline="")


def look_at(path: Path, cancelled: Callable[[], bool] = lambda: False) -> Source:
    """Find out what a file is.

    Args:
        path: Which; `~` is the person's home.
        cancelled: Whether to leave off; asked now and then.

    Raises:
        FileRefused: It cannot be read here, with a sentence.
        Cancelled: It was left off.
    """
    path = files.at_home(path)
    try:
        if path.is_dir():
            raise IsADirectoryError(path)
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # A device or a pipe might never end.
            raise FileRefused("Это не файл, а устройство. Выберите файл с детализацией.")
        if status.st_size > MOST_BYTES:
            raise FileRefused(TOO_LARGE)
        with path.open("rb") as file:
            head = file.read(_HEAD)
            if not head:
                raise FileRefused(EMPTY)
            digest = _digest(head, file, cancelled)
        if head.startswith(_ZIP):
            return _archive(path, digest, cancelled)
        if head.startswith((_OLE, *_BIFF)):
            return Source(path, "xls", "", digest, status.st_size)
        with path.open("rb") as file:
            encoding = _encoding(head, file, cancelled)
    except OSError as error:
        raise FileRefused(files.not_read(error)) from error
    return Source(path, _format(head, encoding), encoding, digest, status.st_size)


def _digest(head: bytes, file: BinaryIO, cancelled: Callable[[], bool]) -> str:
    found, read = hashlib.sha256(head), len(head)
    while chunk := file.read(_CHUNK):
        if cancelled():
            raise Cancelled
        read += len(chunk)
        if read > MOST_BYTES:  # It grows while it is read.
            raise FileRefused(TOO_LARGE)
        found.update(chunk)
    return found.hexdigest()


def _encoding(head: bytes, file: BinaryIO, cancelled: Callable[[], bool]) -> str:
    """What a text is written in: its mark tells, or its zeros, or whether it is sound UTF-8."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    half = max(1, len(head) // 2)
    odd, even = head[1::2].count(0), head[::2].count(0)
    if odd / half > _MANY and odd > 2 * even:
        return "utf-16-le"
    if even / half > _MANY and even > 2 * odd:
        return "utf-16-be"
    if len(head.translate(None, _CONTROLS)) != len(head):
        raise FileRefused(NOT_ONE)
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while chunk := file.read(_CHUNK):
            if cancelled():
                raise Cancelled
            decoder.decode(chunk)
    except UnicodeDecodeError:
        return "cp1251"
    return "utf-8"  # A last letter that was cut in two does not make it another encoding.


def _format(head: bytes, encoding: str) -> ImportFormat:
    text = head.decode(encoding, "replace").lstrip("\ufeff \t\r\n").lower()
    if not text:
        raise FileRefused(EMPTY)
    if not text.startswith("<"):
        return "csv"
    looks_like_page = any(
        tag in text for tag in ("<html", "<!doctype html", "<table", "<body", "<head")
    )
    workbook = "urn:schemas-microsoft-com:office:spreadsheet" in text and "<workbook" in text
    return "html" if looks_like_page and not workbook else "xml"


def _archive(path: Path, digest: str, cancelled: Callable[[], bool]) -> Source:
    """A workbook, or the one document that a ZIP holds."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = [one for one in archive.infolist() if not one.is_dir()]
            _refuse_trap(members)
            names = {one.filename for one in members}
            if any(one.flag_bits & 1 for one in members):
                raise FileRefused("Файл закрыт паролем. Снимите пароль и откройте его снова.")
            if "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names):
                return Source(path, "xlsx", "", digest, path.stat().st_size)
            if len(members) != 1:
                raise FileRefused(
                    "В архиве не один файл. Распакуйте его и выберите файл с детализацией."
                    if members
                    else EMPTY
                )
            return _packed(path, archive.read(members[0]), digest, cancelled)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError) as error:
        raise FileRefused(DAMAGED) from error


def _refuse_trap(members: list[zipfile.ZipInfo]) -> None:
    """A member never gives more than it says: what they all say is what must be bounded."""
    unpacked = sum(one.file_size for one in members)
    packed = sum(one.compress_size for one in members)
    bomb = unpacked > RATIO_MATTERS and unpacked > packed * MOST_RATIO
    if bomb or unpacked > MOST_UNPACKED:
        raise FileRefused(TRAP)


def _packed(path: Path, content: bytes, digest: str, cancelled: Callable[[], bool]) -> Source:
    if len(content) > MOST_BYTES:
        raise FileRefused(TOO_LARGE)
    if not content:
        raise FileRefused(EMPTY)
    head = content[:_HEAD]
    if head.startswith(_ZIP):
        raise FileRefused("В архиве лежит ещё один. Распакуйте его и откройте то, что внутри.")
    if head.startswith((_OLE, *_BIFF)):
        return Source(path, "xls", "", digest, len(content), content)
    encoding = _encoding(head, io.BytesIO(content), cancelled)
    return Source(path, _format(head, encoding), encoding, digest, len(content), content)
