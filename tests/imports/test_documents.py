"""Every kind of detalization is read alike; whatever a file contains, reading it ends with a sentence."""

import random
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from mts_tui.imports.document import Document, Row, Total
from mts_tui.imports.paths import path_of
from mts_tui.imports.source import Cancelled, FileRefused
from mts_tui.imports.summary import Summary, sum_up

from . import samples
from .samples import EVERY_CODE, OTHER, OWN

FORMATS = samples.every_format(EVERY_CODE)


def read(folder: Path, content: bytes) -> list[Row | Total]:
    path = folder / "file.dat"  # The name says nothing.
    path.write_bytes(content)
    return list(Document(path).read())


def summary(folder: Path, content: bytes) -> Summary:
    return sum_up(read(folder, content))[0]


def refusal(folder: Path, content: bytes) -> str:
    with pytest.raises(FileRefused) as refused:
        read(folder, content)
    return str(refused.value)


@pytest.mark.parametrize("name", FORMATS)
def test_every_kind_heading_and_encoding_tells_the_same(tmp_path: Path, name: str):
    rows = [row for row in read(tmp_path, FORMATS[name]) if isinstance(row, Row)]
    assert [row.unread for row in rows] == [None] * len(EVERY_CODE)
    assert {row.number for row in rows} == {OWN}
    records = [row.record for row in rows if row.record is not None]
    assert [(one.kind, one.direction, one.units) for one in records] == [
        (row.kind, row.direction, row.meant) for row in EVERY_CODE
    ]
    assert [one.cost for one in records] == [int(row.cost.replace(".", "")) for row in EVERY_CODE]
    assert [one.service for one in records] == [row.service for row in EVERY_CODE]
    assert [one.zone for one in records] == [row.zone for row in EVERY_CODE]
    first = records[0]
    assert first.at.isoformat() == "2016-03-14T06:12:44+00:00"
    assert (first.peer, first.peer_zone) == ("+79565550101", "Билайн; Свердловская область")
    assert records[5].peer == "SHOP-DEMO"


def test_a_workbook_of_today_tells_its_numbers_apart(tmp_path: Path):
    content = samples.xlsx_modern({OWN: EVERY_CODE, OTHER: EVERY_CODE[:5]})
    found = sum_up(read(tmp_path, content))
    assert [(one.number, one.count) for one in found] == [(OWN, 28), (OTHER, 5)]
    assert found[0].cost == samples.rubles(EVERY_CODE)
    assert found[0].kinds["call"].units == sum(r.meant for r in EVERY_CODE if r.kind == "call")
    traffic = sum(row.meant for row in EVERY_CODE if row.kind == "data")
    assert abs(found[0].kinds["data"].units - traffic) < 10  # Six decimals of a megabyte.


def test_the_total_of_the_document_is_told(tmp_path: Path):
    found = summary(tmp_path, samples.page(EVERY_CODE).encode())
    assert found.printed == found.cost == samples.rubles(EVERY_CODE)


def test_without_an_offset_times_are_the_numbers_own(tmp_path: Path):
    urals = samples.table(EVERY_CODE[:1], own="+79820600000", gmt=False).encode()
    path = tmp_path / "file"
    path.write_bytes(urals)
    document = Document(path)
    ((row,), dated) = (list(document.read()), document.dated_by_zone)
    assert dated
    assert row.record.at.isoformat() == "2016-03-14T04:12:44+00:00"


def test_a_file_may_not_say_whose_it_is(tmp_path: Path):
    assert summary(tmp_path, samples.table(EVERY_CODE, own="").encode()).number == ""


def test_each_damaged_row_is_told_with_its_line_and_reason(tmp_path: Path):
    found = summary(tmp_path, samples.DAMAGED.encode("cp1251"))
    assert (found.count, found.unread_count) == (2, samples.UNREADABLE)
    assert [row.line for row in found.unread] == list(range(4, 13))
    for row in found.unread:
        assert row.reason[0].isupper()
        assert row.reason.endswith(".")
    assert found.unread[0].text.startswith("31.02.2016 · 09:12:44")


def test_formulas_are_texts(tmp_path: Path):
    rows = read(tmp_path, samples.FORMULAS.encode())
    peers = [row.record.peer for row in rows if isinstance(row, Row) and row.record]
    assert peers == ["+79565550101", "+79565550101"]
    assert rows[0].record.peer_zone == "=cmd|'/c calc'!A1"
    assert rows[1].record.peer_zone == "@SUM(A1)"
    assert rows[2].unread.reason.startswith("Стоимость не читается")
    book = samples.xlsx([EVERY_CODE[0]._replace(peer_zone="=1+1", cost="=1+1")])
    ((row,),) = (read(tmp_path, book),)
    assert "Стоимость" in row.unread.reason


NO_DOCUMENT: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "пустой"),
    "spaces": (lambda: b" \n\t\n", "пустой"),
    "bomb": (lambda: samples.bomb(100), "ловушку"),
    "laughs": (samples.LAUGHS.encode, "сущности"),
    "elsewhere": (samples.ELSEWHERE.encode, "сущности"),
    "program": (lambda: b"MZ" + bytes(500), "не детализация"),
    "pdf": (lambda: b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", "нет таблицы"),
    "too-large": (lambda: b"a;" * 40_000_000, "больше 64 МБ"),
    "one-row": (lambda: b"a;" * 3_000_000, "нет таблицы"),
    "deep-tables": (lambda: b"<table><tr><td>" * 5000, "повреждён"),
    "deep-blocks": (lambda: b"<html>" + b"<div>" * 200_000, "нет таблицы"),
    "broken-xls": (lambda: samples.xls(EVERY_CODE)[:3000], "повреждён"),
    "nested-zip": (lambda: samples.zipped("a.zip", samples.zipped("b.csv", b"x")), "ещё один"),
    "broken-xml": (samples.xml(EVERY_CODE)[:80].encode, "повреждён"),
}


@pytest.mark.parametrize("name", NO_DOCUMENT)
def test_a_file_that_is_none_is_a_sentence(tmp_path: Path, name: str):
    content, said = NO_DOCUMENT[name]
    assert said in refusal(tmp_path, content())


def test_no_device_and_no_folder(tmp_path: Path):
    for path in (tmp_path, Path("/dev/zero"), tmp_path / "nothing"):
        with pytest.raises(FileRefused):
            Document(path)


def test_a_file_that_breaks_off_tells_what_came_before(tmp_path: Path):
    for name in ("html-0", "csv-0", "xml"):
        content = FORMATS[name]
        found = summary(tmp_path, content[: len(content) * 2 // 3])
        assert 5 < found.count < len(EVERY_CODE), name


@pytest.mark.parametrize("name", FORMATS)
def test_no_damage_leads_to_a_trace(tmp_path: Path, name: str):
    rng = random.Random(name)
    for turn in range(30):
        content = bytearray(FORMATS[name])
        if turn % 3:
            for _ in range(rng.randrange(1, 40)):
                content[rng.randrange(len(content))] = rng.randrange(256)
        else:
            del content[rng.randrange(len(content)) :]
        with suppress(FileRefused):
            sum_up(read(tmp_path, bytes(content)))


def test_memory_does_not_grow_with_the_file(tmp_path: Path):
    peaks = []
    for count in (2_000, 20_000):
        for kind in (samples.table, samples.page, samples.xml):
            path = tmp_path / "file"
            path.write_bytes(kind(list(samples.many(count))).encode())
            tracemalloc.start()
            assert sum_up(Document(path).read())[0].count == count
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    for few, many in zip(peaks[:3], peaks[3:], strict=True):
        assert many < few + 25_000_000  # What is remembered of values has an end.


def test_it_can_be_left_off(tmp_path: Path):
    path = tmp_path / "file"
    path.write_bytes(samples.table(list(samples.many(3000))).encode())
    looks = iter(range(10**6))
    with pytest.raises(Cancelled):
        list(Document(path, lambda: next(looks) > 2).read())


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("/tmp/a b.csv", "/tmp/a b.csv"),
        ("'/tmp/a b.csv'", "/tmp/a b.csv"),
        ('"/tmp/a b.csv" ', "/tmp/a b.csv"),
        (r"/tmp/a\ b\(1\).csv", "/tmp/a b(1).csv"),
        ("file:///tmp/a%20b.csv", "/tmp/a b.csv"),
        (r"'/tmp/it'\''s.csv'", "/tmp/it's.csv"),
    ],
)
def test_a_path_however_it_came(typed: str, meant: str):
    assert path_of(typed) == Path(meant)


def test_a_path_of_windows():
    assert str(path_of(r"C:\Users\a b\d.csv", windows=True)) == r"C:\Users\a b\d.csv"
    assert path_of("  ") is None
