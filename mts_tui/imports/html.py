"""HTML as rows: each row of any table, and the text between tables as rows of one cell.

libxml2 reads it as a stream; no tree is built, so memory does not grow with the file.
"""

from collections import deque
from collections.abc import Mapping
from typing import Any

from .raw import LONGEST_CELL, LONGEST_ROW, Progress, Raw, Rows
from .source import DAMAGED, FileRefused, Source

_CHUNK = 64 * 1024
_DEEPEST = 50
"""Tables within tables."""
_CELLS = frozenset({"td", "th"})
_SILENT = frozenset({"script", "style", "title"})
_BLOCKS = frozenset(
    {"p", "div", "br", "li", "h1", "h2", "h3", "h4", "h5", "h6", "table", "hr", "pre"}
)


class _Target:
    """Takes what the parser finds; whole rows wait in `rows`."""

    def __init__(self) -> None:
        self.rows: deque[Raw] = deque()
        self._count = 0
        self._open: list[list[str]] = []
        """Rows that are not at their end, the innermost last."""
        self._text: list[str] = []
        self._length = 0
        self._silent = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag in _CELLS and self._open:
            self._text.clear()
            self._length = 0
            if attributes:
                self._pad(attributes)
        elif tag == "tr":
            self._between()
            if len(self._open) >= _DEEPEST:
                raise FileRefused(DAMAGED)
            self._open.append([])
        elif tag in _BLOCKS:
            if tag == "br" and self._open:
                self.data(" ")
            elif tag == "table" or not self._open:
                self._between()
        elif tag in _SILENT:
            self._silent += 1

    def end(self, tag: str) -> None:
        if tag in _CELLS and self._open:
            cells = self._open[-1]
            if len(cells) < LONGEST_ROW:
                cells.append("".join(self._text))
                self._text.clear()
                self._length = 0
        elif tag == "tr" and self._open:
            self._tell_row(self._open.pop())
        elif tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in _BLOCKS and not self._open:
            self._between()

    def data(self, data: str) -> None:
        if not self._silent and self._length < LONGEST_CELL:
            self._text.append(data)
            self._length += len(data)

    def comment(self, text: str) -> None:
        """What is commented out is not there."""

    def pi(self, target: str, data: str | None = None) -> None:
        """Nor is what is meant for other programs."""

    def close(self) -> None:
        """What was cut off in the middle is told as far as it goes."""
        while self._open:
            self.end("td")
            self._tell_row(self._open.pop())
        self._between()

    def _take(self) -> str:
        if not self._text:
            return ""
        text = _tidy("".join(self._text))
        self._text.clear()
        self._length = 0
        return text

    def _pad(self, attributes: Mapping[str, str]) -> None:
        """A cell over several columns stands in the last of them."""
        span = attributes.get("colspan", "1").strip()
        if span.isascii() and span.isdigit() and len(span) <= 3:  # noqa: PLR2004 - digits
            cells = self._open[-1]
            cells += [""] * (min(int(span), LONGEST_ROW) - 1)
            del cells[LONGEST_ROW:]

    def _between(self) -> None:
        text = self._take()
        if text:
            self._tell([text])

    def _tell_row(self, cells: list[str]) -> None:
        self._tell([_tidy(cell) for cell in cells])

    def _tell(self, cells: list[str]) -> None:
        self._count += 1
        self.rows.append((self._count, cells))


def _tidy(text: str) -> str:
    """A text as a page shows it."""
    return " ".join(text.split())[:LONGEST_CELL]


def rows(source: Source, progress: Progress) -> Rows:
    """The rows of an HTML file."""
    from lxml import etree

    target = _Target()
    parser: Any = etree.HTMLParser(target=target, encoding="utf-8", no_network=True)
    read = 0
    with source.open_text() as file:
        try:
            while chunk := file.read(_CHUNK):
                # As UTF-8 whatever it was: what the page says of its encoding may be wrong.
                parser.feed(chunk.encode("utf-8", "replace"))
                read += len(chunk)
                progress(min(1.0, read / source.size))
                yield from _taken(target.rows)
            parser.close()
        except etree.LxmlError as error:
            raise FileRefused(DAMAGED) from error
    yield from _taken(target.rows)


def _taken(rows: deque[Raw]) -> Rows:
    while rows:
        yield rows.popleft()
