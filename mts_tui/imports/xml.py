"""XML as rows: a workbook's cells, or elements whose attributes or children are named like columns.

Entities are not for such files: one that declares its own is refused, nothing is ever fetched.
"""

from collections import deque
from collections.abc import Callable, Iterable
from functools import lru_cache
from operator import itemgetter
from xml.parsers import expat

from .columns import NAMES, TAGS, Column
from .raw import LONGEST_CELL, LONGEST_ROW, Broken, Progress, Raw, Rows, Sheet
from .source import DAMAGED, FileRefused, Source

_CHUNK = 64 * 1024
_DEEPEST = 200
_LEAST = 4
"""So many columns make an element a row."""
ENTITIES = (
    "В файле объявлены сущности XML: в детализации их не бывает, а навредить ими можно. Файл не "
    "прочитан."
)
CUT_OFF = "Дальше файл повреждён или обрывается, и остальное не прочитано."
_ABSENT = ""
"""No attribute is called so: it stands for a column that a row has not."""
_KINDS = 256
"""Elements and attributes of a file have few names."""
_CELL, _ROW, _SHEET = "cell", "row", "worksheet"
_OWN = frozenset({"ds", "resource", "msisdn", "subscriber", "сетевой_ресурс", "сетевойресурс"})
"""Elements that tell whose the rows within are, by an attribute or by their text."""


class _Target:
    """Takes what the parser finds; whole rows wait in `rows`."""

    def __init__(self, parser: expat.XMLParserType) -> None:
        self.rows: deque[Raw] = deque()
        self._parser = parser
        self._path: list[str] = []
        self._text: list[str] = []
        self._length = 0
        self._children: list[dict[Column, str]] = []
        self._cells: list[str] = []
        self._headed = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = _name(tag)
        if len(self._path) >= _DEEPEST:
            raise FileRefused(DAMAGED)
        self._path.append(name)
        self._children.append({})
        self._text.clear()
        self._length = 0
        if name == _ROW:
            self._cells = []
        elif name == _SHEET:
            self._headed = False
            self._tell(Sheet(_attribute(attributes, "name")))
        elif name == _CELL:
            self._skip_to(_attribute(attributes, "index"))
        elif name in _OWN:
            number = next((text for text in attributes.values() if text.strip("+").isdigit()), "")
            if number:
                self._tell(["Сетевой ресурс", number])
        else:
            pick = _picker(tuple(attributes))
            if pick is not None:
                attributes[_ABSENT] = ""
                self._tell_row(pick(attributes))

    def end(self, tag: str) -> None:
        name = _name(tag)
        self._path.pop()
        children = self._children.pop()
        if name == "data" and self._path and self._path[-1] == _CELL:
            return
        text = self._take()
        if name == _CELL:
            if len(self._cells) < LONGEST_ROW:
                self._cells.append(text)
        elif name == _ROW and self._cells:
            self._tell(self._cells)
            self._cells = []
        elif len(children) >= _LEAST:
            self._tell_row(children.get(column, "") for column in NAMES)
        elif name in _OWN:
            self._tell(["Сетевой ресурс", text])
        elif self._children and (column := TAGS.get(name)):
            self._children[-1].setdefault(column, text)

    def data(self, text: str) -> None:
        if self._length < LONGEST_CELL:
            self._text.append(text)
            self._length += len(text)

    def _take(self) -> str:
        text = " ".join("".join(self._text).split())[:LONGEST_CELL]
        self._text.clear()
        self._length = 0
        return text

    def _skip_to(self, index: str) -> None:
        """A workbook leaves empty cells out and says where the next one stands."""
        if index.isascii() and index.isdigit() and len(index) <= 3:  # noqa: PLR2004 - digits
            self._cells += [""] * (min(int(index), LONGEST_ROW) - 1 - len(self._cells))

    def _tell_row(self, texts: Iterable[str]) -> None:
        if not self._headed:
            self._tell([*NAMES.values()])
            self._headed = True
        self._tell([*map(" ".join, map(str.split, texts))])

    def _tell(self, cells: list[str] | Sheet) -> None:
        self.rows.append((self._parser.CurrentLineNumber, cells))


def rows(source: Source, progress: Progress) -> Rows:
    """The rows of an XML file."""
    parser = expat.ParserCreate(namespace_separator=" ")
    target = _Target(parser)
    parser.buffer_text = True
    parser.StartElementHandler = target.start
    parser.EndElementHandler = target.end
    parser.CharacterDataHandler = target.data
    parser.EntityDeclHandler = _refuse_entity
    parser.ExternalEntityRefHandler = _refuse_entity
    read = 0
    with source.open_text() as file:
        try:
            while chunk := file.read(_CHUNK):
                parser.Parse(chunk, False)  # noqa: FBT003 - as expat takes it
                read += len(chunk)
                progress(min(1.0, read / source.size))
                while target.rows:
                    yield target.rows.popleft()
            parser.Parse("", True)  # noqa: FBT003
        except expat.ExpatError:
            target.rows.append((parser.ErrorLineNumber, Broken("", CUT_OFF)))
    while target.rows:
        yield target.rows.popleft()


def _refuse_entity(*_declared: object) -> int:
    raise FileRefused(ENTITIES)


@lru_cache(_KINDS)
def _picker(names: tuple[str, ...]) -> Callable[[dict[str, str]], tuple[str, ...]] | None:
    """What takes a row's cells out of attributes of such names; None where they make no row."""
    named = {column: name for name in names if (column := TAGS.get(_name(name)))}
    if len(named) < _LEAST:
        return None
    return itemgetter(*(named.get(column, _ABSENT) for column in NAMES))


@lru_cache(_KINDS)
def _name(tag: str) -> str:
    """Without its namespace, in any case."""
    return tag.rpartition(" ")[2].rpartition(":")[2].lower()


def _attribute(attributes: dict[str, str], name: str) -> str:
    return next((text for key, text in attributes.items() if _name(key) == name), "")
