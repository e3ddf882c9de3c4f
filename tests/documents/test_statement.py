"""A statement on paper and in files: every row, the columns of the real document, the totals."""

import csv
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import msgspec
import openpyxl
import pytest
from pypdf import PdfReader

from mts_tui.backend.contract.model import Money
from mts_tui.backend.contract.statements import (
    StatementFormat,
    StatementKindTotal,
    StatementRow,
    StatementTotals,
)
from mts_tui.documents import statement_file
from mts_tui.documents.statement import HEADINGS, MARK, Paper, file_name, number, volume
from mts_tui.documents.statement_file import Aside, Begin, in_this_process, write_statement
from tests.programs import need

from .test_receipt import words

AT = datetime(2026, 11, 20, 21, 0, 5, tzinfo=UTC)
FORMATS: tuple[StatementFormat, ...] = ("html", "pdf", "csv", "xlsx", "json")
BEGIN = pytest.mark.parametrize("begin", [in_this_process, Aside], ids=["here", "aside"])
LARGEST_MIB = 250


def rub(minor: int) -> Money:
    return Money(amount_minor=minor, currency="RUB")


def a_row(place: int = 0, **values: object) -> StatementRow:
    members = {
        "operation": str(place),
        "at": AT + timedelta(minutes=place),
        "kind": "call_out",
        "direction": "out",
        "peer": "+79165550101",
        "zone": "Домашний",
        "peer_zone": "МТС; Свердловская область",
        "service": "Телеф.",
        "units": 187,
        "unit": "second",
        "cost": rub(1_200),
    }
    return StatementRow(**{**members, **values})


ROWS = (
    a_row(0),
    a_row(1, kind="call_in", direction="in", peer="+79125550202", peer_zone="", units=4_000),
    a_row(2, kind="call_missed", direction="missed", service="Пропущ.", units=0, cost=rub(0)),
    a_row(3, kind="sms_out", service="sms o", unit="piece", units=1, cost=rub(0)),
    a_row(4, kind="data", direction="none", peer="internet.mts.ru", peer_zone="187266301",
          service="HSDPA (3G)", unit="byte", units=10_485_760, cost=rub(0)),
    a_row(5, kind="periodic", direction="none", peer="Плата за тариф, ёлки",
          zone="", peer_zone="", service="MTS numbers", unit="none", units=0, cost=rub(50_000)),
    a_row(6, kind="periodic", direction="none", peer="Услуга отменена", zone="", peer_zone="",
          service="MTS numbers", unit="none", units=0, cost=rub(-1_234_56)),
)  # fmt: skip
CELLS = (
    ("21.11.2026", "00:00:05", "+03:00", "79165550101", "Домашний", "МТС; Свердловская область",
     "Телеф.", "3:07", 1_200),
    ("21.11.2026", "00:01:05", "+03:00", "<--79125550202", "Домашний", "", "Телеф.", "66:40", 1_200),
    ("21.11.2026", "00:02:05", "+03:00", "<--79165550101", "Домашний",
     "МТС; Свердловская область", "Пропущ.", "0:00", 0),
    ("21.11.2026", "00:03:05", "+03:00", "79165550101", "Домашний", "МТС; Свердловская область",
     "sms o", "1", 0),
    ("21.11.2026", "00:04:05", "+03:00", "internet.mts.ru", "Домашний", "187266301",
     "HSDPA (3G)", "10240Kb", 0),
    ("21.11.2026", "00:05:05", "+03:00", "Плата за тариф, ёлки", "", "",
     "MTS numbers", "", 50_000),
    ("21.11.2026", "00:06:05", "+03:00", "Услуга отменена", "", "", "MTS numbers", "", -1_234_56),
)  # fmt: skip


def paper(count: int = len(ROWS), **values: object) -> Paper:
    kinds = [
        StatementKindTotal("periodic", 2, 0, rub(-73_456)),
        StatementKindTotal("call_out", 1, 187, rub(1_200)),
        StatementKindTotal("data", 1, 10_485_760, rub(0)),
    ]
    members = {
        "mark": MARK,
        "phone": "+79853701234",
        "owner": "Анна Ветрова",
        "tariff": "Smart Nonstop",
        "zone": "Europe/Moscow",
        "currency": "RUB",
        "since": datetime(2026, 10, 31, 21, tzinfo=UTC),
        "until": datetime(2026, 11, 22, 18, 34, tzinfo=UTC),
        "made_at": datetime(2026, 11, 22, 18, 34, tzinfo=UTC),
        "kinds": ["call_out", "data"],
        "totals": StatementTotals(count, rub(-71_056), kinds, []),
    }
    return Paper(**{**members, **values})


def write(
    path: Path,
    rows: Sequence[StatementRow] = ROWS,
    begin: Begin = in_this_process,
    **values: object,
) -> bytes:
    kind = path.suffix.removeprefix(".")
    pages = (rows[at : at + 200] for at in range(0, len(rows), 200))
    write_statement(path, kind, paper(len(rows), **values), pages, lambda _: None, begin=begin)
    return path.read_bytes()


EXPECTED = (
    MARK, "Детализация", "Сетевой ресурс", "79853701234", "Анна Ветрова", "Smart Nonstop",
    "1–22 ноября 2026 г.", "Исходящие звонки, Интернет", "22 ноября 2026 г., 21:34",
    "Всего", "Периодические услуги", "3:07", "10 МБ",
)  # fmt: skip


# -------------------------------------------------------------------------------- PDF


def pdf_text(path: Path, *options: str) -> str:
    asked = [need("pdftotext"), "-layout", *options, path, "-"]
    return subprocess.run(asked, capture_output=True, check=True, text=True).stdout


@BEGIN
def test_pdf_has_every_row_and_total(tmp_path: Path, begin: Begin):
    content = write(tmp_path / "s.pdf", begin=begin)
    (page,) = PdfReader(BytesIO(content)).pages
    assert [round(float(side) / 72 * 25.4) for side in page.mediabox[2:]] == [297, 210]
    shown = words(pdf_text(tmp_path / "s.pdf"))
    for part in (*EXPECTED, "−734,56", "−710,56", "Страница 1 из 1"):
        assert part in shown
    for cells in CELLS:
        *texts, _minor = cells
        assert words(" ".join(filter(None, texts))) in shown
    assert "−1 234,56" in shown
    assert words(page.extract_text()).startswith(MARK)


def test_pdf_repeats_its_heading_and_knows_how_many_pages(tmp_path: Path):
    rows = [a_row(place, peer=f"+7916{place:07}") for place in range(400)]
    reader = PdfReader(BytesIO(write(tmp_path / "s.pdf", rows)))
    count = len(reader.pages)
    assert count > 5
    texts = [words(pdf_text(tmp_path / "s.pdf", "-f", str(at), "-l", str(at)))
             for at in range(1, count + 1)]  # fmt: skip
    for place, text in enumerate(texts, 1):
        assert f"Страница {place} из {count}" in text
        assert text.count("Зона направления вызова") == 1
        assert ("Итого" in text) is (place == count)
    whole = " ".join(texts)
    found = re.findall(r"7916\d{7}", whole)
    assert found == [f"7916{place:07}" for place in range(400)]


@pytest.mark.parametrize("count", range(24, 36, 3))
def test_pdf_totals_stand_on_one_page(tmp_path: Path, count: int):
    rows = [a_row(place) for place in range(count)]
    reader = PdfReader(BytesIO(write(tmp_path / "s.pdf", rows)))
    with_totals = [words(page.extract_text()) for page in reader.pages][-1]
    for part in ("Итого", "Исходящие звонки", "Интернет", "Всего", "* Разница"):
        assert part in with_totals


def test_pdf_sums_end_at_one_edge(tmp_path: Path):
    write(tmp_path / "s.pdf")
    asked = [need("pdftotext"), "-bbox", tmp_path / "s.pdf", "-"]
    boxes = subprocess.run(asked, capture_output=True, check=True, text=True).stdout
    found = re.findall(r'xMax="([\d.]+)" yMax="[\d.]+">[−\d\s]*,\d\d</word>', boxes)
    ends = [float(end) for end in found]
    of_rows = [end for end in ends if end > max(ends) - 1]
    assert len(of_rows) == len(ROWS)
    assert max(of_rows) - min(of_rows) < 0.1


def test_pdf_breaks_what_is_long(tmp_path: Path):
    long = "Очень длинное описание услуги " * 6
    write(tmp_path / "s.pdf", [a_row(0, peer=long, peer_zone="ы" * 190)])
    shown = words(pdf_text(tmp_path / "s.pdf", "-raw"))
    assert shown.count("Очень") == 6
    assert shown.count("ы") >= 190


# -------------------------------------------------------------------------------- HTML


def table_of(html: str) -> list[list[str]]:
    body = html.split("<tbody>")[1].split("</tbody>", maxsplit=1)[0]
    rows = [row.split("<td") for row in body.split("<tr>")[1:]]
    return [[cell.partition(">")[2].strip() for cell in row[1:]] for row in rows]


@BEGIN
def test_html_has_everything_and_loads_nothing(tmp_path: Path, begin: Begin):
    html = write(tmp_path / "s.html", begin=begin).decode()
    shown = words(re.sub(r"<style>.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL))
    for part in EXPECTED:
        assert part in shown
    assert not re.findall(r"(?:src|href)=|url\(|@import|<script", html)
    found = [[*row[:3], row[3].replace("&lt;", "<"), *row[4:8]] for row in table_of(html)]
    assert found == [list(cells[:8]) for cells in CELLS]
    assert [row[8] for row in table_of(html)][-2:] == ["500,00", "−1\N{NO-BREAK SPACE}234,56"]


def test_html_keeps_others_text_text(tmp_path: Path):
    hostile = a_row(0, peer="<script>alert(1)</script>\x1b[31m", peer_zone='"><img src=x>')
    html = write(tmp_path / "s.html", [hostile], owner="</dd><b>&copy;").decode()
    assert "<script" not in html
    assert "<img" not in html
    assert "\x1b" not in html
    assert "&lt;script&gt;" in html
    assert "&amp;copy;" in html


def browse(tmp_path: Path, *options: str) -> None:
    done = subprocess.run(
        [need("chromium"), "--headless", "--no-sandbox", "--disable-gpu",
         f"--user-data-dir={tmp_path / 'profile'}", *options, (tmp_path / "s.html").as_uri()],
        check=True, capture_output=True, timeout=100,
    )  # fmt: skip
    assert done.returncode == 0


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_html_in_a_browser(tmp_path: Path, *, dark: bool):
    from PIL import Image

    write(tmp_path / "s.html")
    options = ["--force-dark-mode", "--blink-settings=preferredColorScheme=0"] if dark else []
    browse(tmp_path, f"--screenshot={tmp_path / 's.png'}", "--window-size=1200,800", *options)
    image = Image.open(tmp_path / "s.png").convert("RGB")
    assert (sum(image.getpixel((2, 2))) < 300) is dark


def test_html_prints_landscape_with_the_heading_on_every_page(tmp_path: Path):
    write(tmp_path / "s.html", [a_row(place) for place in range(120)])
    browse(tmp_path, "--no-pdf-header-footer", f"--print-to-pdf={tmp_path / 's.pdf'}")
    reader = PdfReader(tmp_path / "s.pdf")
    assert float(reader.pages[0].mediabox.width) > float(reader.pages[0].mediabox.height)
    assert len(reader.pages) > 2
    for page in list(reader.pages)[:-1]:
        assert "Номер" in page.extract_text()


# -------------------------------------------------------------------------------- sheets


@BEGIN
def test_csv_is_the_document_in_lines(tmp_path: Path, begin: Begin):
    content = write(tmp_path / "s.csv", begin=begin)
    assert content.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(content.decode("utf-8-sig").splitlines(), delimiter=";"))
    assert lines[0] == [MARK]
    assert ["Сетевой ресурс", "79853701234"] in lines
    place = lines.index([*HEADINGS, "Стоимость руб."])
    assert lines[place - 1] == []
    found = lines[place + 1 : place + 1 + len(ROWS)]
    assert [row[:8] for row in found] == [list(cells[:8]) for cells in CELLS]
    assert [row[8] for row in found] == [
        "12,00", "12,00", "0,00", "0,00", "0,00", "500,00", "-1234,56",
    ]  # fmt: skip
    assert ["Всего", "7", "", "-710,56"] in lines


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "-1+1", "\t=cmd|'/c calc'!A0"])
def test_a_formula_stays_text(tmp_path: Path, text: str):
    rows = [a_row(0, peer=text, zone=text, peer_zone=text, service=text)]
    content = write(tmp_path / "s.csv", rows, owner=text).decode("utf-8-sig")
    found = csv.reader(content.splitlines(), delimiter=";")
    for cell in (cell for line in found for cell in line):
        ours = re.fullmatch(r"-\d+,\d\d|\+03:00", cell)
        assert ours or not re.match(r"\s*[=+@|%-]", cell), cell
    write(tmp_path / "s.xlsx", rows, owner=text)
    book = openpyxl.load_workbook(tmp_path / "s.xlsx")
    assert all(cell.data_type != "f" for sheet in book for row in sheet for cell in row)


@BEGIN
def test_xlsx_has_a_summary_and_a_sheet_of_the_number(tmp_path: Path, begin: Begin):
    write(tmp_path / "s.xlsx", begin=begin)
    book = openpyxl.load_workbook(tmp_path / "s.xlsx", data_only=True)
    assert book.sheetnames == ["Общая сводка", "79853701234"]
    summary = [[cell for cell in row if cell is not None] for row in book["Общая сводка"].values]
    assert summary[0] == [MARK]
    assert ["Сетевой ресурс", "79853701234"] in summary
    assert ["Интернет", 1, "10\N{NO-BREAK SPACE}МБ", 0] in summary
    assert ["Всего", 7, -710.56] in summary
    head, *rows = book["79853701234"].values
    assert head == (*HEADINGS, "Стоимость руб.")
    first = rows[0]
    assert first[0] == datetime(2026, 11, 21)  # noqa: DTZ001 - a sheet knows no zones
    assert first[1].isoformat() == "00:00:05"
    assert [list(row[2:8]) for row in rows] == [
        [text or None for text in cells[2:8]] for cells in CELLS
    ]
    assert [row[8] for row in rows] == [12, 12, 0, 0, 0, 500, -1234.56]


@BEGIN
def test_json_has_all_of_it(tmp_path: Path, begin: Begin):
    found = json.loads(write(tmp_path / "s.json", begin=begin))
    assert msgspec.convert(found["rows"], list[StatementRow]) == list(ROWS)
    del found["rows"]
    assert msgspec.convert(found, Paper) == paper()
    assert found["mark"] == MARK


# -------------------------------------------------------------------------------- the writing


def broken(tell: threading.Event | None = None) -> Iterator[Sequence[StatementRow]]:
    yield ROWS
    if tell is not None:
        tell.set()
    raise InterruptedError("cancelled")


@BEGIN
@pytest.mark.parametrize("kind", FORMATS)
def test_what_is_cancelled_leaves_nothing(tmp_path: Path, kind: StatementFormat, begin: Begin):
    with pytest.raises(InterruptedError):
        write_statement(tmp_path / "s", kind, paper(), broken(), lambda _: None, begin=begin)
    assert list(tmp_path.iterdir()) == []


@BEGIN
@pytest.mark.parametrize("kind", ["pdf", "xlsx"])
def test_cancelled_while_it_is_finished_it_leaves_nothing(
    tmp_path: Path, kind: StatementFormat, begin: Begin, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(statement_file, "TOLD_SECONDS", 0.0)
    rows = [a_row(place) for place in range(3_000)]
    ends = threading.Event()

    def told(_done: int) -> None:
        if ends.is_set():
            raise InterruptedError

    def pages() -> Iterator[Sequence[StatementRow]]:
        yield rows
        ends.set()

    with pytest.raises(InterruptedError):
        write_statement(tmp_path / "s", kind, paper(), pages(), told, begin=begin)
    assert list(tmp_path.iterdir()) == []


def test_one_hears_of_it_twice_a_second(tmp_path: Path):
    heard: list[tuple[int, float]] = []
    rows = [a_row(place) for place in range(200)]
    write_statement(
        tmp_path / "s.pdf",
        "pdf",
        paper(4_000),
        (rows for _ in range(20)),
        lambda done: heard.append((done, time.monotonic())),
        begin=Aside,
    )
    counts = [done for done, _at in heard]
    assert counts == sorted(counts)
    assert set(counts) == {200 * page for page in range(1, 21)}


def test_a_child_that_is_killed_is_told(tmp_path: Path):
    def pages() -> Iterator[Sequence[StatementRow]]:
        yield ROWS
        children = Path(f"/proc/self/task/{threading.get_native_id()}/children").read_text()
        os.kill(int(children.split()[-1]), signal.SIGKILL)
        while True:
            yield ROWS

    with pytest.raises(OSError, match="запись прервана"):
        write_statement(tmp_path / "s", "pdf", paper(), pages(), lambda _: None, begin=Aside)
    assert list(tmp_path.iterdir()) == []


def test_a_child_whose_program_is_gone_takes_its_file_along(tmp_path: Path):
    path = tmp_path / "part"
    path.touch()
    form = Aside("xlsx", path, paper())
    form.add(ROWS)
    form._to.close()
    form._child.wait(20)
    form._from.close()
    assert list(tmp_path.iterdir()) == []


def test_somebodys_file_is_not_replaced_unasked(tmp_path: Path):
    path = tmp_path / "s.csv"
    path.write_text("mine")
    with pytest.raises(FileExistsError):
        write(path)
    assert path.read_text() == "mine"
    write_statement(path, "csv", paper(), [ROWS], lambda _: None, replace=True)
    assert path.read_text("utf-8-sig").startswith(MARK)


MANY = """
import re, sys
from pathlib import Path
from mts_tui.documents.statement_file import write_statement
from tests.documents.test_statement import a_row, paper

pages = ([a_row(place, peer=f"+7916{place:07}") for place in range(at, at + 200)]
         for at in range(0, 50_000, 200))
write_statement(Path(sys.argv[1]), sys.argv[2], paper(50_000), pages, lambda _: None)
# `ru_maxrss` would begin with what the tests hold: a child inherits it.
print(int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024)
"""


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", FORMATS)
def test_a_year_of_a_busy_number_takes_little_memory(tmp_path: Path, kind: StatementFormat):
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", MANY, tmp_path / f"s.{kind}", kind],
        cwd=root, check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert int(done.stdout) < LARGEST_MIB
    content = (tmp_path / f"s.{kind}").read_bytes()
    if kind == "xlsx":
        book = openpyxl.load_workbook(BytesIO(content), read_only=True)
        assert book["79853701234"].max_row == 50_001
    elif kind == "pdf":
        reader = PdfReader(BytesIO(content))
        assert f"из\n{len(reader.pages)}" in reader.pages[-1].extract_text().replace(" \n", "\n")
    else:
        assert content.count(b"79160049999") == 1


# -------------------------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("unit", "units", "told"),
    [("second", 0, "0:00"), ("second", 59, "0:59"), ("second", 3_661, "61:01"),
     ("byte", 1, "1Kb"), ("byte", 1024, "1Kb"), ("byte", 1025, "2Kb"), ("piece", 3, "3"),
     ("none", 7, "")],
)  # fmt: skip
def test_volumes_are_written_as_the_document_does(unit: str, units: int, told: str):
    assert volume(unit, units) == told


def test_who_called_has_an_arrow():
    assert number(a_row(direction="in")) == "<--79165550101"
    assert number(a_row(direction="out")) == "79165550101"
    assert number(a_row(direction="in", peer="")) == ""


def test_the_name_of_the_file_tells_what_is_in_it():
    one = paper()
    assert (
        file_name(one.phone, one.since + timedelta(hours=3), one.until, "pdf")
        == "statement-79853701234-2026-11-01-2026-11-22.pdf"
    )


def test_where_a_real_operator_answers_there_is_no_mark(tmp_path: Path):
    assert 'class="mark"' not in write(tmp_path / "s.html", mark="").decode()
    assert MARK not in write(tmp_path / "s.csv", mark="").decode("utf-8-sig")
    write(tmp_path / "s.pdf", mark="")
    assert words(pdf_text(tmp_path / "s.pdf")).startswith("Детализация")
    write(tmp_path / "s.xlsx", mark="")
