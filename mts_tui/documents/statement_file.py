"""A statement in a file, written page by page by this process or by one of its own.

Making the rows of a year keeps an interpreter at work for a long while, and the threads of one
process take turns: whoever draws a screen or answers others has a process of its own do it
(`Aside`). It gets the statement first and then pages through a pipe, each after its length; an
empty one means that these were all. It answers once, at its end: with an empty list, or with the
number and the text of what the system refused.
"""

import errno
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import BinaryIO

import msgspec

from mts_tui.backend.contract.statements import StatementFormat, StatementRow

from .forms import Form, Whole
from .statement import Paper

LENGTH = 4
"""Bytes before each page."""
STEP_BACK = 5
"""How much nicer the other process is than this one."""
BROKEN_OFF = "запись прервана"
TOLD_SECONDS = 0.4
"""How often one hears of a file that is being finished."""

Begin = Callable[[StatementFormat, Path, Paper], Form[StatementRow]]
"""Begins a file that is there and empty."""


def in_this_process(kind: StatementFormat, path: Path, paper: Paper) -> Form[StatementRow]:
    """Begin a file that this process writes."""
    match kind:
        case "html":
            from .statement_html import StatementHtml

            return StatementHtml(path, paper)
        case "pdf":
            from .statement_pdf import StatementPdf

            return StatementPdf(path, paper)
    from . import statement_sheets as sheets

    forms: dict[str, Callable[[Path, Paper], Form[StatementRow]]] = {
        "csv": sheets.StatementCsv,
        "xlsx": sheets.StatementXlsx,
        "json": sheets.StatementJson,
    }
    return forms[kind](path, paper)


def write_statement(
    path: Path,
    kind: StatementFormat,
    paper: Paper,
    pages: Iterable[Sequence[StatementRow]],
    told: Callable[[int], None],
    *,
    replace: bool = False,
    begin: Begin = in_this_process,
) -> None:
    """Write a statement: the file is there as a whole, or not at all.

    Args:
        path: Where.
        kind: In which format.
        paper: All of it but its rows.
        pages: Its rows. Whatever is raised there, or in `told`, leaves no file.
        told: Called with the number of rows that are written, after each page and while the file
            is finished.
        replace: Whether a file that is there may be replaced.
        begin: Who writes.

    Raises:
        FileExistsError: There is one.
        OSError: It could not be written.
    """
    file: Whole[StatementRow] = Whole(path, lambda part: begin(kind, part, paper), replace=replace)
    done, whole = 0, False
    try:
        for page in pages:
            file.add(page)
            done += len(page)
            told(done)
        _finish(file, partial(told, done))
        file.put()
        whole = True
    finally:
        if not whole:
            file.abandon()


def _finish(file: Whole[StatementRow], told: Callable[[], None]) -> None:
    """Make a file whole; what `told` raises meanwhile ends that."""
    with ThreadPoolExecutor(1) as helper:
        ending = helper.submit(file.finish)
        try:
            while not wait([ending], TOLD_SECONDS).done:
                told()
        except BaseException:
            if isinstance(file.form, Aside):  # The others cannot be let go of while they work.
                file.form.abandon()
            raise
        ending.result()


class Aside:
    """See `forms.Form`: written by a process of its own.

    Args:
        kind: In which format.
        path: The file, there and empty.
        paper: All of the statement but its rows.
    """

    def __init__(self, kind: StatementFormat, path: Path, paper: Paper) -> None:
        # The child looks where this program was found, not in the folder one happens to be in.
        places = os.pathsep.join(filter(None, sys.path))
        self._encode = msgspec.msgpack.Encoder().encode
        self._child = subprocess.Popen(  # noqa: S603 - our own program
            (sys.executable, "-P", "-m", __name__, kind, str(path)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": places},
        )
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._to, self._from = self._child.stdin, self._child.stdout
        self._send(self._encode(paper))

    def add(self, rows: Sequence[StatementRow]) -> None:
        """See `forms.Form`; waits while the child is behind."""
        if rows:
            self._send(self._encode(rows))

    def close(self) -> None:
        """See `forms.Form`."""
        self._send(b"")
        self._hear()
        self.abandon()  # It has ended by now.

    def abandon(self) -> None:
        """See `forms.Form`; at once, whatever the child and other threads are at."""
        self._child.kill()
        self._child.wait()
        with suppress(OSError):  # What was not sent yet has nobody to go to.
            self._to.close()
        self._from.close()

    def _send(self, page: bytes) -> None:
        try:
            self._to.write(len(page).to_bytes(LENGTH, "big") + page)
            self._to.flush()
        except (OSError, ValueError):  # The child has ended, or was abandoned meanwhile.
            self._hear()
            raise OSError(errno.EIO, BROKEN_OFF) from None

    def _hear(self) -> None:
        """Wait for the child's answer; raises OSError where it says so, or never came."""
        answer = b""
        with suppress(ValueError):  # Abandoned meanwhile.
            answer = self._from.read()
        refused = msgspec.json.decode(answer) if answer else (errno.EIO, BROKEN_OFF)
        if refused:
            raise OSError(*refused)


def fill(kind: StatementFormat, path: Path, sent: BinaryIO) -> None:
    """Write what `Aside` sends; where that breaks off, the file goes.

    Args:
        kind: See `Aside`.
        path: See `Aside`.
        sent: The statement and its pages.

    Raises:
        OSError: Something could not be written.
    """
    paper = msgspec.msgpack.decode(_page(sent) or b"", type=Paper)
    form = in_this_process(kind, path, paper)
    decode = msgspec.msgpack.Decoder(list[StatementRow]).decode
    for page in iter(partial(_page, sent), None):
        if not page:
            form.close()
            return
        form.add(decode(page))
    form.abandon()  # The program that wanted the file is gone.
    path.unlink(missing_ok=True)


def _page(sent: BinaryIO) -> bytes | None:
    """The next page; None where they broke off."""
    head = sent.read(LENGTH)
    if len(head) < LENGTH:
        return None
    length = int.from_bytes(head, "big")
    page = sent.read(length)
    return page if len(page) == length else None


def main() -> None:
    """Be the other process."""
    kind, path = sys.argv[1:]
    if hasattr(os, "nice"):
        os.nice(STEP_BACK)
    refused: tuple[object, ...] = ()
    try:
        fill(msgspec.convert(kind, StatementFormat), Path(path), sys.stdin.buffer)
    except OSError as error:
        refused = (error.errno or errno.EIO, error.strerror or "")
    sys.stdout.buffer.write(msgspec.json.encode(refused))


if __name__ == "__main__":
    main()
