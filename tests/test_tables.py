"""Tables of operations: what a spreadsheet and a program read is what the operator told."""

import csv
import json
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import msgspec
import pytest

from mts_tui.backend.contract.archive import Operation
from mts_tui.backend.contract.model import Money
from mts_tui.documents import forms, tables
from mts_tui.documents.tables import HEADINGS, Table

MOSCOW = ZoneInfo("Europe/Moscow")
AT = datetime(2026, 11, 21, 21, 0, 5, tzinfo=UTC)
FORMULAS = (
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", " =1", "=cmd|'/c calc'!A0", "|x", "%x",
    "＝1+1", "+7", "-5", '=HYPERLINK("http://x","y")', "+7 985 370-12-34=1", "+1 2/3",
)  # fmt: skip


def an_operation(number: int = 1, **values: object) -> Operation:
    members = {
        "id": str(number),
        "at": AT - timedelta(minutes=number),
        "kind": "call",
        "direction": "out",
        "title": "Исходящий звонок",
        "peer": "+79853701234",
        "units": 65,
        "amount": Money(amount_minor=-6_05, currency="RUB"),
        "balance": Money(amount_minor=-1_234_50, currency="RUB"),
        "bucket": None,
    }
    return Operation(**{**members, **values})


def write(path: Path, *operations: Operation) -> Path:
    table = Table(path, MOSCOW)
    for one in operations:
        table.add([one])
    table.finish()
    table.put()
    return path


def cells_of(path: Path, sheet: int = 1) -> list[list[str]]:
    """The cells of a sheet: text as it is, numbers as they are written; formulas are refused."""
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    with zipfile.ZipFile(path) as book:
        assert book.testzip() is None
        tree = ET.fromstring(book.read(f"xl/worksheets/sheet{sheet}.xml"))  # noqa: S314
    assert not list(tree.iter(f"{space}f"))
    return [
        ["".join(part.text or "" for part in cell.iter() if part.text) for cell in row]
        for row in tree.iter(f"{space}row")
    ]


def test_csv_is_what_a_russian_excel_opens(tmp_path: Path):
    path = write(tmp_path / "t.csv", an_operation(title='Кино «Ёлки»; "2"\nчасть'))
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in content
    head, row = csv.reader(content.decode("utf-8-sig").splitlines(), delimiter=";")
    assert tuple(head) == HEADINGS
    assert row == [
        "21.11.2026", "23:59:05", "звонок", "исходящее", 'Кино «Ёлки»; "2" часть',
        "+7 985 370-12-34", "65", "с", "-6,05", "RUB", "-1234,50",
    ]  # fmt: skip


@pytest.mark.parametrize("text", FORMULAS)
@pytest.mark.parametrize("field", ["title", "peer"])
def test_a_formula_stays_text(tmp_path: Path, text: str, field: str):
    one = an_operation(**{field: text})
    path = write(tmp_path / "t.csv", one)
    rows = list(csv.reader(path.read_text("utf-8-sig").splitlines(), delimiter=";"))
    cell = rows[1][HEADINGS.index("Операция" if field == "title" else "Номер или получатель")]
    assert not cell.lstrip().startswith(("=", "+", "-", "@", "|", "%", "＝"))
    assert cell.startswith("'")
    found = cells_of(write(tmp_path / "t.xlsx", one))
    assert any(text.strip() in cell for cell in found[1])


@pytest.mark.parametrize("peer", ["+79853701234", "+375330000001", "+37410123456", "0890", ""])
def test_a_phone_number_is_no_formula(tmp_path: Path, peer: str):
    path = write(tmp_path / "t.csv", an_operation(peer=peer))
    assert "'" not in path.read_text("utf-8-sig")


def test_json_is_the_contracts_own_form(tmp_path: Path):
    operations = [an_operation(number, peer="[/b]\x1b") for number in range(3)]
    path = write(tmp_path / "t.json", *operations)
    assert msgspec.json.decode(path.read_bytes(), type=list[Operation]) == operations
    assert json.loads(path.read_text("utf-8"))[0]["amount"]["amount_minor"] == -6_05
    assert json.loads(write(tmp_path / "none.json").read_text("utf-8")) == []


def test_xlsx_has_dates_and_sums_as_numbers(tmp_path: Path):
    head, row = cells_of(
        write(
            tmp_path / "t.xlsx",
            an_operation(),
        )
    )
    assert tuple(head) == HEADINGS
    assert row[4:6] == ["Исходящий звонок", "+7 985 370-12-34"]
    assert float(row[8]) == -6.05
    assert float(row[0]) == 46347  # 21 November 2026, as Excel counts days.
    assert float(row[1]) == pytest.approx((23 * 3600 + 59 * 60 + 5) / 86400)


def test_a_balance_that_nobody_knows_is_left_empty(tmp_path: Path):
    """A number without an operator has none; a balance of nothing is one."""
    none = Money(amount_minor=0, currency="RUB")
    for balance, in_csv, in_xlsx in ((None, "", []), (none, "0,00", ["0"])):
        one = an_operation(balance=balance)
        rows = write(tmp_path / "t.csv", one).read_text("utf-8-sig").splitlines()
        assert rows[1].split(";")[-1] == in_csv
        assert cells_of(write(tmp_path / "t.xlsx", one))[1][10:] == in_xlsx
        (tmp_path / "t.csv").unlink()
        (tmp_path / "t.xlsx").unlink()


def test_rows_beyond_a_sheet_go_to_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(forms, "SHEET_ROWS", 4)
    path = write(tmp_path / "t.xlsx", *(an_operation(number) for number in range(7)))
    assert [len(cells_of(path, sheet)) for sheet in (1, 2, 3)] == [4, 4, 2]


@pytest.mark.parametrize("suffix", list(tables.FORMS))
@pytest.mark.parametrize("rows", [0, 3])
def test_what_is_abandoned_leaves_nothing(tmp_path: Path, suffix: str, rows: int):
    table = Table(tmp_path / f"t{suffix}", MOSCOW)
    table.add([an_operation(number) for number in range(rows)])
    assert not (tmp_path / f"t{suffix}").exists()
    table.abandon()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", list(tables.FORMS))
def test_what_is_finished_and_then_abandoned_leaves_nothing(tmp_path: Path, suffix: str):
    table = Table(tmp_path / f"t{suffix}", MOSCOW)
    table.finish()
    table.abandon()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", list(tables.FORMS))
def test_a_file_of_somebodys_is_not_replaced_unasked(tmp_path: Path, suffix: str):
    path = tmp_path / f"t{suffix}"
    path.write_text("mine")
    with pytest.raises(FileExistsError):
        Table(path, MOSCOW)
    assert path.read_text() == "mine"
    table = Table(path, MOSCOW, replace=True)
    table.finish()
    assert path.read_text() == "mine"
    table.put()
    assert path.read_bytes() != b"mine"
    assert list(tmp_path.iterdir()) == [path]


def test_every_kind_has_its_words():
    for kind in tables.KINDS:
        assert tables.KINDS[kind]
    assert set(tables.KINDS) == set(msgspec.inspect.type_info(Operation).fields[2].type.values)
