"""Rows that are understood many at a time are what they are one by one, whatever stands in them."""

import csv
import io
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mts_tui.imports import document
from mts_tui.imports.document import Document, Row, Total
from mts_tui.imports.source import FileRefused

from . import samples
from .samples import EVERY_CODE, HEADINGS, MODERN, OTHER, Printed

NAMES = Printed._fields[:9]
SOUND = st.sampled_from([list(row.cells) for row in EVERY_CODE])
CELL = st.one_of(
    st.sampled_from(
        ["", " ", "14.03.2016", "2016-03-14", "14.03.2016 09:12:44", "2016-03-14T09:12:44",
         "31.02.2016", "14.03.16", "09:12:44", "9:12", "09:12:44.5", "24:00:00", "091244.5",
         "T9:12:44", "09:12:4Z", "+03:00", "-14:00", "+15:00", "<--79565550101", "sms:SHOP",
         "Телеф.", "4G", "MTS numbers", "1", "3:07", "3:60", "10240Kb", "1,5 Mb", "12 мин", "12.0000",
         "-3,5", "1.00001", "=1+1", '="7"', "'14.03.2016", "a;b", 'a"b', "a\nb", "\u200b", "²",
         "Итого", "* сноска", "x" * 201]
    ),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12),
)  # fmt: skip


@st.composite
def changed(draw: st.DrawFn) -> list[str]:
    """A sound row, some cells of it other ones, one more or one less."""
    row = list(draw(SOUND))
    for _ in range(draw(st.integers(0, 2))):
        row[draw(st.integers(0, len(row) - 1))] = draw(CELL)
    return draw(st.sampled_from([row, [*row, ""], [*row, "more"], row[:-1]]))


OTHERS = st.one_of(
    st.lists(CELL, max_size=12),
    st.sampled_from(
        [list(HEADINGS[0]), list(MODERN), ["Сетевой ресурс", OTHER], ["Итого", "12.0000"], []]
    ),
    SOUND.map(lambda row: [f"{row[0]} {row[1]}", "", *row[2:]]),
    SOUND.map(lambda row: [*row[:2], "", *row[3:]]),
)
TABLE = st.lists(st.one_of(SOUND, SOUND, SOUND, changed(), OTHERS), max_size=60)


def told(path: Path) -> tuple[list[Row | Total], bool, str]:
    """All rows, whether some are dated by the zone, and why it ended."""
    read = Document(path)
    found: list[Row | Total] = []
    reason = ""
    try:
        found.extend(read.read())
    except FileRefused as error:
        reason = str(error)
    return found, read.dated_by_zone, reason


def alike(content: bytes) -> None:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        path = Path(folder) / "file"
        path.write_bytes(content)
        many = told(path)
        patch.setattr(document, "AT_ONCE", 1)
        patch.setattr(document._Reading, "_together", _not_together)
        assert many == told(path)


def _not_together(*_arguments: object) -> None:
    raise ValueError


def written(rows: list[list[str]], delimiter: str) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows([HEADINGS[0], *rows])
    return text.getvalue().encode("utf-8", "replace")


@given(TABLE, st.sampled_from(";\t"))
@settings(max_examples=150, deadline=None)
def test_a_table_of_texts(rows: list[list[str]], delimiter: str):
    alike(written(rows, delimiter))


@given(TABLE, st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=40))
@settings(max_examples=100, deadline=None)
def test_a_table_as_it_happens_to_be_written(rows: list[list[str]], rest: str):
    lines = (";".join(row) for row in [HEADINGS[0], *rows])
    alike(("\r\n".join(lines) + rest).encode("utf-8", "replace"))


@given(st.lists(st.one_of(SOUND, changed()).map(lambda row: [*row, *[""] * 3][:9]), max_size=40))
@settings(max_examples=60, deadline=None)
def test_pages_and_elements(rows: list[list[str]]):
    printed = [EVERY_CODE[0]._replace(**dict(zip(NAMES, row, strict=True))) for row in rows]
    alike(samples.page(printed, total=False).encode())
    alike(samples.xml(printed).encode())
    alike(samples.xml_of_elements(printed).encode())


def test_what_stands_before_a_refusal_is_told(tmp_path: Path):
    path = tmp_path / "file"
    page = samples.page(list(samples.many(1_000))) + "<table><tr><td>" * 60
    path.write_bytes(page.encode())
    rows, _dated, reason = told(path)
    assert "повреждён" in reason
    assert len(rows) > 100
    alike(page.encode())
