"""«Детализация»: ordered step by step, watched, read, saved, printed, gone after three days."""

import asyncio
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Static

from mts_tui import files
from mts_tui.backend.contract.errors import NotSentYet, Offline, Unavailable
from mts_tui.backend.contract.statements import Statement, StatementRow, Statements
from mts_tui.backend.statements import forget_expired
from mts_tui.backend.store.ledger import Entry, post
from mts_tui.backend.store.transaction import to_ms
from mts_tui.screens import feed
from mts_tui.screens.kinds import KindsDialog
from mts_tui.screens.mail import MailDialog
from mts_tui.screens.operation import OperationDialog
from mts_tui.screens.statement import GONE, Body, Progress, StatementScreen
from mts_tui.screens.statement_order import OrderDialog
from mts_tui.screens.statement_period import DateRefused, own, preset
from mts_tui.screens.statement_rows import COLUMNS
from mts_tui.screens.statement_save import Printing, Saving
from mts_tui.screens.statement_view import RowDialog, TotalsDialog, TotalsView
from mts_tui.screens.statement_words import ALL_KINDS, CALLS_AND_SMS, left, progress
from mts_tui.screens.statements import DeleteDialog, StatementsPage
from mts_tui.screens.writing import FileDialog
from mts_tui.widgets.headings import Headings
from tests.backend.desk import NOW, change, number

from .pages import Cabinet, settle, text_of, until
from .statements_scenes import MAIN, half_made, make, order
from .world import NORMAL, SMALL, World

TODAY = NOW.date()
SIZES = pytest.mark.parametrize("size", [SMALL, NORMAL], ids=["80x24", "120x40"])


class Reader(Cabinet):
    """The page, and a statement that is open."""

    @property
    def dialog_message(self) -> str:
        return str(self.screen.query_one("#order-message", Static).content).replace("\xa0", " ")

    @property
    def order_sentence(self) -> str:
        return text_of(self.screen.query_one("#order-sentence")).replace("\xa0", " ")

    @property
    def detail(self) -> str:
        return text_of(self.screen.query_one("#statement-detail")).replace("\xa0", " ")

    @property
    def summary(self) -> str:
        return text_of(self.screen.query_one("#statement-summary")).replace("\xa0", " ")

    @property
    def headings(self) -> str:
        """The titles of the columns, as they are seen above the list."""
        line = self.screen.query_one(Headings).region.y
        return self.seen.splitlines()[line]

    @property
    def totals(self) -> str:
        return text_of(self.screen.query_one(TotalsView)).replace("\xa0", " ")

    @property
    def reading(self) -> StatementScreen:
        assert isinstance(self.screen, StatementScreen)
        return self.screen

    @property
    def current(self) -> StatementRow:
        row = self.reading._list.current
        assert row is not None
        return row

    @property
    def here(self) -> list[StatementRow]:
        """The rows that are held."""
        found = self.reading._list.feed
        assert found is not None
        return found.items


async def opened(pilot: Pilot[None]) -> Reader:
    page = Reader(pilot)
    await page.open("statements")
    return page


async def reading(home: World, pilot: Pilot[None], **values: Any) -> Reader:
    """One that is ready, open."""
    order(home, **values)
    make(home)
    page = await opened(pilot)
    await page.press("enter")
    assert isinstance(page.screen, StatementScreen)
    return page


def ordered(home: World) -> list[Statement]:
    found: list[Statement] = home.answer(Statements.ordered, MAIN).items
    return found


def all_rows(home: World, kinds: str = "", text: str = "") -> list[StatementRow]:
    one, found, place = ordered(home)[0], [], None
    while True:
        page = home.answer(Statements.rows, MAIN, one.id, 200, place, kinds, text)
        found += page.items
        place = page.next_cursor
        if place is None:
            return found


@pytest.fixture
def downloads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "downloads"
    folder.mkdir()
    monkeypatch.setattr(files, "folder_for_downloads", lambda: folder)
    return folder


# ------------------------------------------------------------------ the order


@SIZES
async def test_from_nothing_to_an_order(home: World, size: tuple[int, int]) -> None:
    async with home.run(size) as pilot:
        page = await opened(pilot)
        assert "Детализаций нет" in page.words
        assert "заказать за неделю" in page.words
        await page.press("plus")
        assert "16–22 ноября 2026 г." in page.words
        await page.press("down", "enter", "enter", "tab", "enter")
        assert "4 из 4" in page.words
        told = "23 октября — 22 ноября 2026 г. (31 день), все виды, документ PDF"
        assert told in page.order_sentence
        await page.press("enter")
        assert page.page == "statements"
        (one,) = ordered(home)
        assert (one.format, one.delivery, tuple(one.kinds)) == ("pdf", "cabinet", ALL_KINDS)
        assert one.since.isoformat() == "2026-10-22T21:00:00+00:00"
        assert one.until == NOW
        assert "ждёт очереди" in page.words
        assert any("заказана" in toast for toast in page.toasts)


async def test_two_presses_are_one_order(home: World) -> None:
    async with home.run() as pilot:
        page = await opened(pilot)
        await page.press("plus", "enter", "enter", "tab", "enter")
        assert home.backend is not None
        home.backend.gate = gate = asyncio.Event()
        await pilot.press("enter", "enter")
        await until(pilot, lambda: "Заказываем" in page.words)
        await pilot.press("enter")
        home.backend.gate = None
        gate.set()
        await settle(pilot)
        assert len(ordered(home)) == 1


@pytest.mark.parametrize(
    ("first", "last", "sentence", "field"),
    [
        ("", "", "Напишите первый день", "first"),
        ("31.02", "", "Такой даты нет", "first"),
        ("1 ноября", "скоро", "Такой даты нет", "last"),
        ("20.11", "1.11", "раньше первого", "last"),
        ("22.11.2025", "22.11.2026", "", ""),
        ("21.11.2025", "22.11.2026", "не больше чем за год", "first"),
        ("1.12.2026", "", "ещё не наступил", "first"),
    ],
)
async def test_own_dates(home: World, first: str, last: str, sentence: str, field: str) -> None:
    async with home.run() as pilot:
        page = await opened(pilot)
        await page.press("plus", *["down"] * 4, "enter")
        await page.type(first)
        await page.press("enter")
        await page.type(last)
        await page.press("enter")
        if not sentence:
            assert "2 из 4" in page.words
            return
        assert sentence in page.dialog_message
        assert page.focus == field
        assert page.screen.query_one("#first", Input).value == first
        await page.fill("#first", "позавчера")
        await page.fill("#last", "вчера")
        await page.press("enter", "enter", "tab", "enter")
        assert "20–21 ноября 2026 г. (2 дня)" in page.words


async def test_kinds_and_a_way_back(home: World) -> None:
    async with home.run() as pilot:
        page = await opened(pilot)
        await page.press("plus", "enter", "down", "enter")
        assert "3 из 4" in page.words
        await page.click("#back")
        await page.press("down", "enter")
        for _ in ALL_KINDS:
            await page.press("space", "tab")
        await page.click("#next")
        assert "хотя бы один вид" in page.dialog_message
        page.screen.query_one("#kind-data").focus()
        await page.press("space")
        await page.click("#next")
        await page.press("tab", *["down"] * 2, "enter")
        assert "интернет, документ CSV" in page.words
        await page.click("#back")
        await page.click("#back")
        await page.press("up", "enter")
        page.screen.query_one("#format").focus()
        await page.press("enter", "enter")
        assert tuple(ordered(home)[0].kinds) == CALLS_AND_SMS
        assert ordered(home)[0].format == "csv"


async def test_boxes_are_ticked_by_space_and_left_by_enter(home: World) -> None:
    async with home.run() as pilot:
        page = await opened(pilot)
        await page.press("plus", "enter", "down", "down", "enter")
        assert page.focus == "kind-call_out"
        await page.press("space", "up", "down", "right", "space", "left", "left", "space")
        assert page.focus == "kind-call_in"
        await page.press("enter")
        assert "3 из 4" in page.words
        await page.press("tab", "enter")
        left_out = {"call_out", "call_in", "sms_out"}
        assert "пропущенные звонки, входящие SMS, MMS" in page.order_sentence
        await page.press("enter")
        assert set(ordered(home)[0].kinds) == set(ALL_KINDS) - left_out


async def test_the_address_is_wanted_refused_and_remembered(home: World) -> None:
    async with home.run() as pilot:
        page = await opened(pilot)
        await page.press("plus", "enter", "enter", "down", "enter")
        await page.type("анна")
        await page.press("enter", "enter")
        assert "Это не адрес" in page.dialog_message
        assert page.focus == "address"
        await page.fill("#address", "anna@example.com")
        await page.press("enter", "enter")
        assert "придёт на anna@example.com" in page.words
        await page.press("enter")
        assert "Почта здесь не настроена" in page.dialog_message
        assert home.backend is not None
        home.backend._dispatcher._mails = True
        await page.press("enter")
        assert ordered(home)[0].to == "anna@example.com"
        assert "Будет отправлена на anna@example.com" in page.detail
        await page.press("plus")
        assert page.screen.query_one("#address", Input).value == "anna@example.com"


@pytest.mark.parametrize("error", [Offline(server="x"), NotSentYet(server="x"), Unavailable()])
async def test_no_way_to_the_operator(home: World, error: Any) -> None:
    async with home.run() as pilot:
        page = await opened(pilot)
        assert home.backend is not None
        home.backend.refuse["overview"] = error
        await page.press("plus")
        assert str(error) in page.dialog_message
        await page.press("enter")
        assert "1 из 4" in page.words
        home.backend.refuse.clear()
        await page.press("enter")
        assert "16–22 ноября" in page.words
        home.backend.refuse["order"] = error
        await page.press("enter", "enter", "tab", "enter", "enter")
        assert isinstance(page.screen, OrderDialog)
        assert str(error) in page.dialog_message
        home.backend.refuse.clear()
        await page.press("enter")
        assert len(ordered(home)) == 1


async def test_esc_orders_nothing(home: World) -> None:
    async with home.run() as pilot:
        page = await opened(pilot)
        await page.press("plus", "enter", "enter", "tab", "enter", "escape")
        assert page.is_open
        assert ordered(home) == []


# ------------------------------------------------------------------ the list


@SIZES
async def test_it_is_seen_getting_on_and_the_cursor_stays(
    home: World, size: tuple[int, int]
) -> None:
    async with home.run(size) as pilot:
        first = order(home)
        home.clock.move(seconds=1)
        second = order(home, kinds=["data"])
        page = await opened(pilot)
        await page.press("down")
        half_made(home, first, 50, 200)
        await settle(pilot)
        assert "██▌░" not in page.seen
        assert "25 %" in page.seen.replace("\xa0", " ")
        assert "50 из 200 записей" in page.detail
        home.clock.move(seconds=1)
        newest = order(home, kinds=["mms"])
        await settle(pilot)
        assert page.screen.query_one(StatementsPage)._current.id == first.id
        assert page.table.cursor == 2
        make(home)
        await settle(pilot)
        assert page.seen.count("✓ готова") == 2
        home.answer(Statements.cancel, MAIN, newest.id)
        home.answer(Statements.cancel, MAIN, second.id)
        await settle(pilot)
        assert page.table.row_count == 1
        assert page.table.cursor == 0


async def test_a_slow_answer_is_not_asked_for_in_vain(home: World) -> None:
    """However often it gets on: what is asked is shown, and then the newest."""
    async with home.run() as pilot:
        one = order(home)
        page = await opened(pilot)
        assert home.backend is not None
        home.backend.asked.clear()
        home.backend.gate = gate = asyncio.Event()
        for done in range(1, 9):
            half_made(home, one, done * 10, 100)
            await pilot.pause(0.01)
        home.backend.gate = None
        gate.set()
        await settle(pilot)
        assert "80 %" in page.seen.replace("\xa0", " ")
        assert home.backend.asked.count("ordered") <= 3


async def test_what_is_not_ready_says_so(home: World) -> None:
    async with home.run() as pilot:
        one = order(home)
        page = await opened(pilot)
        await page.press("enter")
        assert any("ещё готовится" in toast for toast in page.toasts)
        await page.press("delete")
        assert isinstance(page.screen, DeleteDialog)
        assert page.focus == "leave"
        await page.press("enter")
        assert ordered(home)[0].state == "queued"
        await page.press("delete")
        await page.click("#delete")
        assert ordered(home)[0].state == "cancelled"
        assert "отменена" in page.words
        await page.press("enter")
        assert any("отменён" in toast for toast in page.toasts)
        assert [it.id for it in ordered(home)] == [one.id]


async def test_delete(home: World) -> None:
    async with home.run() as pilot:
        order(home)
        make(home)
        page = await opened(pilot)
        await page.press("delete")
        assert home.backend is not None
        home.backend.refuse["cancel"] = Unavailable()
        await page.click("#delete")
        assert "не отвечает" in page.words
        home.backend.refuse.clear()
        await page.click("#delete")
        assert ordered(home) == []
        assert "Детализаций нет" in page.words


async def test_three_days_and_it_is_gone(home: World) -> None:
    async with home.run() as pilot:
        page = await reading(home, pilot)
        await page.press("escape")
        assert "ещё 3 дня" in page.words
        home.clock.move(minutes=19)
        order(home, kinds=["mms"])
        await page.press("f5")
        assert "ещё 3 дня" in page.words
        home.seconds += 60
        await page.press("end", "enter")
        assert isinstance(page.screen, StatementScreen)
        with home.store.write() as tx:
            tx.access.carry_sessions(by=3 * 86_400_000)
        home.clock.move(days=3)
        forget_expired(home.store)
        await settle(pilot)
        assert GONE in page.toasts
        assert page.page == "statements"
        assert "✓" not in page.seen


async def test_what_fails_is_explained_and_can_be_asked_again(home: World) -> None:
    async with home.run() as pilot:
        order(home)
        assert home.backend is not None
        home.backend.refuse["ordered"] = Unavailable()
        page = await opened(pilot)
        assert "F5" in page.words
        home.backend.refuse.clear()
        await page.press("f5")
        assert "ждёт очереди" in page.words


async def test_another_number_has_its_own(home: World) -> None:
    async with home.run() as pilot:
        order(home)
        page = await opened(pilot)
        await page.press("f4")
        assert "Детализаций нет" in page.words
        await page.press("plus")
        assert page.screen.query_one("#period")
        await page.press("enter", "enter", "tab", "enter")
        assert "+7 981 053-11-22" in page.words


# ------------------------------------------------------------------ reading


@pytest.mark.parametrize(
    ("size", "titles"),
    [
        (SMALL, ("Дата", "Время", "Номер", "Услуга", "Длит./Объем", "Стоимость")),
        ((200, 60), tuple(column.title for column in COLUMNS)),
    ],
)
async def test_the_columns_of_the_document(
    home: World, size: tuple[int, int], titles: tuple[str, ...]
) -> None:
    async with home.run(size) as pilot:
        page = await reading(home, pilot)
        for title in titles:
            assert title[:20] in page.headings
        shown = [one.operation for one in page.here]
        assert shown == [one.operation for one in all_rows(home)[: len(shown)]]
        assert page.table.row_count == ordered(home)[0].rows


async def test_to_both_ends_and_a_stretch_only(
    home: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "KEPT", 150)
    monkeypatch.setattr(feed, "PAGE", 50)
    async with home.run() as pilot:
        page = await reading(home, pilot)
        rows = all_rows(home)
        await page.press("end")
        assert page.current == rows[-1]
        assert len(page.here) <= 150
        for _ in range(8):
            await page.press("pageup")
        assert page.current == rows[page.table.cursor]
        assert len(page.here) <= 150
        await page.press("home")
        assert page.current == rows[0]


@SIZES
async def test_search_and_kinds_narrow_it(home: World, size: tuple[int, int]) -> None:
    async with home.run(size) as pilot:
        page = await reading(home, pilot)
        count = page.table.row_count
        await page.press("slash")
        await page.type("мтс 985")
        found = all_rows(home, text="мтс 985")
        assert [row.operation for row in page.here] == [
            row.operation for row in found[: len(page.here)]
        ]
        assert f"{len(found)} запис" in page.summary
        await page.press("enter", "t")
        assert isinstance(page.screen, KindsDialog)
        await page.press("space", "enter")
        assert "исходящие звонки" in page.summary
        assert {row.kind for row in page.here} == {"call_out"}
        await page.press("slash")
        await page.type(" нет такого")
        assert "Ничего не нашлось" in page.words
        await page.press("enter", "x")
        assert page.table.row_count == count


async def test_totals_beside_or_over_the_list(home: World) -> None:
    async with home.run(NORMAL) as pilot:
        page = await reading(home, pilot)
        told = home.answer(Statements.totals, MAIN, ordered(home)[0].id)
        assert f"{told.kinds[0].count} запис" in page.totals
        assert "По номерам" in page.totals
        assert page.reading.query_one(Body).wanted
        await page.press("i")
        assert not page.reading.query_one("#statement-pane").display
        assert "Зона вызова" in page.seen
        await page.press("i", "t", "tab", "space", "enter")
        assert "Входящие звонки" in page.totals
        assert "Интернет" not in page.totals
        await pilot.resize_terminal(*SMALL)
        await settle(pilot)
        await page.press("i")
        assert isinstance(page.screen, TotalsDialog)
        assert "Входящие звонки" in page.words
        await page.press("escape")


async def test_a_row_in_full_copied_and_explained(home: World) -> None:
    async with home.run() as pilot:
        page = await reading(home, pilot)
        await page.press("end")
        row = page.current
        await page.press("c")
        assert page.app.clipboard.split("\t")[3] in {row.peer.lstrip("+"), f"<--{row.peer[1:]}"}
        await page.press("enter")
        assert isinstance(page.screen, RowDialog)
        assert "Зона направления вызова" in page.words
        assert home.backend is not None
        home.backend.refuse["operation"] = Unavailable()
        await page.press("enter")
        assert "не отвечает" in page.words
        home.backend.refuse.clear()
        await page.press("enter")
        assert isinstance(page.screen, OperationDialog)
        assert page.screen._one.id == row.operation
        await page.press("escape", "escape")
        assert page.current == row


async def test_others_text_is_harmless(home: World) -> None:
    async with home.run(NORMAL) as pilot:
        with home.store.write() as tx:
            nasty = "[/b]\x1b[31m\u202eклик[@click=app.quit]"
            entry = Entry(
                at=to_ms(NOW), kind="subscription", title=nasty, amount=-1, contra="costs:x"
            )
            post(tx, MAIN, [entry])
        home.clock.move(seconds=1)
        page = await reading(home, pilot, until=NOW + timedelta(hours=1))
        await page.press("end")
        assert "[/b][31mклик" in page.seen
        await page.press("c", "enter")
        for text in (page.app.clipboard, page.seen):
            assert "\x1b" not in text
            assert "\u202e" not in text


async def test_the_phone_stands_beside(home: World) -> None:
    async with home.run() as pilot:
        page = await reading(home, pilot)
        await page.press("f2")
        for title in ("Дата", "Номер", "Стоимость"):
            assert title in page.headings
        await page.press("f2", "down")
        assert page.table.cursor == 1


# ------------------------------------------------------------------ files


def written(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def saved(page: Reader, pilot: Pilot[None], toast: str = "в файле") -> None:
    await until(pilot, lambda: any(toast in one for one in page.toasts), 20)
    await settle(pilot)


async def test_the_document_that_was_ordered_is_downloaded(home: World, downloads: Path) -> None:
    async with home.run() as pilot:
        page = await reading(home, pilot, format="html")
        home.backend.asked.clear()
        await page.press("e")
        assert isinstance(page.screen, FileDialog)
        await page.press("enter", "enter")
        await saved(page, pilot)
        (path,) = written(downloads)
        assert path.name == "statement-79853701234-2026-10-23-2026-11-22.html"
        one, content, place, last = ordered(home)[0], b"", 0, False
        while not last:
            part = home.answer(Statements.part, MAIN, one.id, place)
            content, place, last = content + part.content, place + 1, part.last
        assert path.read_bytes() == content
        assert "part" in home.backend.asked
        assert "rows" not in home.backend.asked


@pytest.mark.parametrize("kind", ["pdf", "csv", "xlsx", "json", "html"])
async def test_any_format_is_made_of_the_rows(home: World, downloads: Path, kind: str) -> None:
    async with home.run() as pilot:
        page = await reading(home, pilot, format="json" if kind != "json" else "csv")
        await page.press("e")
        forms = list(page.screen._forms)
        choice = page.screen.query_one("#form")
        choice.focus()
        choice.chosen = 0
        await page.press(*["down"] * forms.index(f".{kind}"), "enter")
        page.screen.query_one("#path", Input).value = str(downloads / f"mine.{kind}")
        await page.press("enter")
        await saved(page, pilot)
        content = (downloads / f"mine.{kind}").read_bytes()
        begins = {"pdf": b"%PDF", "xlsx": b"PK", "html": b"<!DOCTYPE", "json": b"{"}
        assert content.startswith(begins.get(kind, b"\xef\xbb\xbf"))
        if kind == "json":
            assert len(json.loads(content)["rows"]) == ordered(home)[0].rows
        assert written(downloads) == [downloads / f"mine.{kind}"]


async def test_no_file_is_replaced_unasked(home: World, downloads: Path) -> None:
    async with home.run() as pilot:
        page = await reading(home, pilot)
        path = downloads / "statement-79853701234-2026-10-23-2026-11-22.json"
        path.write_text("моё")
        await page.press("e", "enter", "enter")
        assert "Такой файл уже есть" in page.words
        assert path.read_text() == "моё"
        await page.press("enter")
        await saved(page, pilot)
        assert path.read_text() != "моё"


@pytest.mark.parametrize("way", ["cancelled", "refused", "signed out"])
async def test_saving_that_is_left_off_leaves_nothing(
    home: World, downloads: Path, way: str
) -> None:
    async with home.run() as pilot:
        page = await reading(home, pilot)
        cabinet = page.reading.cabinet_screen
        await page.press("e", "up", "enter")
        assert home.backend is not None
        home.backend.gate = gate = asyncio.Event()
        await pilot.press("enter")
        await until(pilot, lambda: cabinet.query(Saving))
        page.reading.query_one(Progress).look()
        await until(pilot, lambda: "Сохраняем детализацию" in page.words)
        assert "в детализации — отменить" in page.words
        await pilot.press("down", "down")
        assert page.table.cursor == 2
        if way == "cancelled":
            await pilot.press("e")
        elif way == "refused":
            home.backend.refuse["rows"] = Unavailable()
        else:
            page.app.run_worker(page.app.sign_out())
        home.backend.gate = None
        gate.set()
        await settle(pilot)
        assert written(downloads) == []
        assert not cabinet.is_attached or not cabinet.query(Saving)
        told = {"cancelled": "отменено", "refused": "файла нет", "signed out": "вышли"}[way]
        assert any(told in toast for toast in page.toasts) or told in page.words


async def test_saving_goes_on_when_one_leaves(home: World, downloads: Path) -> None:
    async with home.run() as pilot:
        page = await reading(home, pilot)
        await page.press("e", "enter")
        assert home.backend is not None
        home.backend.gate = gate = asyncio.Event()
        await pilot.press("enter")
        await until(pilot, lambda: page.app.screen_stack[1].query(Saving))
        await pilot.press("escape")
        await until(pilot, lambda: page.is_open)
        assert "Сохраняем детализацию" in page.words
        await pilot.press("6")
        home.backend.gate = None
        gate.set()
        await saved(page, pilot)
        assert len(written(downloads)) == 1
        await page.press("e")
        assert isinstance(page.screen, FileDialog)


# ------------------------------------------------------------------ paper and letters


@pytest.fixture
def lp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A printer: what it was given lies in the folder."""
    folder = tmp_path / "printer"
    folder.mkdir()
    command = folder / "lp"
    command.write_text(
        f'#!/bin/sh\nif [ -e "{folder}/broken" ]; then echo "no default destination" >&2; exit 1; fi\n'
        f'echo "$2" > "{folder}/title"; cp "$4" "{folder}/paper"\n'
    )
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return folder


@pytest.mark.parametrize("ordered_as", ["pdf", "csv"])
async def test_print(home: World, lp: Path, ordered_as: str) -> None:
    async with home.run() as pilot:
        page = await reading(home, pilot, format=ordered_as)
        await page.press("p")
        await saved(page, pilot, "отправлена на печать")
        assert (lp / "paper").read_bytes().startswith(b"%PDF")
        assert (lp / "title").read_text().startswith("statement-79853701234-")
        assert not page.app.screen_stack[1].query(Printing)


async def test_a_printer_that_refuses_is_quoted(home: World, lp: Path) -> None:
    (lp / "broken").touch()
    async with home.run() as pilot:
        page = await reading(home, pilot, format="pdf")
        await page.press("p")
        await saved(page, pilot, "«no default destination»")
        assert not (lp / "paper").exists()


async def test_no_printer_here(home: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    async with home.run() as pilot:
        page = await reading(home, pilot)
        await page.press("p")
        assert any("нет команды печати lp" in toast for toast in page.toasts)


async def test_by_mail_later(home: World) -> None:
    async with home.run() as pilot:
        page = await reading(home, pilot)
        await page.press("m")
        assert isinstance(page.screen, MailDialog)
        await page.type("anna@example.com")
        await page.press("enter")
        assert "Почта здесь не настроена" in page.words
        assert home.backend is not None
        home.backend._dispatcher._mails = True
        await page.press("enter")
        assert "Письмо на anna@example.com в очереди" in page.words
        with home.store.read() as tx:
            assert number(tx, "SELECT count(*) FROM mails") == 1
        with home.store.write() as tx:
            change(tx, "UPDATE mails SET reason = 'Сервер не отвечает.'")
            tx.emit(MAIN, "statement")
        await settle(pilot)
        assert "ещё раз сами. Сервер не отвечает." in page.words
        await page.press("escape")
        assert "попробуем ещё раз сами" in page.detail


# ------------------------------------------------------------------ words and days


@pytest.mark.parametrize(
    ("rest", "words"),
    [
        (timedelta(hours=72), "3 дня"),
        (timedelta(hours=71, seconds=1), "3 дня"),
        (timedelta(hours=71), "2 дня 23 ч"),
        (timedelta(hours=24), "1 день"),
        (timedelta(hours=23), "23 ч"),
        (timedelta(hours=1), "1 ч"),
        (timedelta(minutes=59, seconds=30), "60 мин"),
        (timedelta(seconds=5), "1 мин"),
        (timedelta(seconds=-5), "1 мин"),
    ],
)
def test_how_long_it_is_kept(rest: timedelta, words: str) -> None:
    one = _statement(expires_at=NOW + rest)
    assert left(one, NOW).replace("\xa0", " ") == words


async def test_the_list_beside_the_phone_tells_all_it_can(home: World) -> None:
    async with home.run() as pilot:
        order(home)
        make(home)
        half_made(home, order(home), 41, 100)
        page = await opened(pilot)
        await page.press("f2")
        seen = page.seen.replace("\xa0", " ")
        assert "✓ 3 дня" in seen
        assert "готовится 41 %" in seen
        await page.press("f2")
        seen = page.seen.replace("\xa0", " ")
        assert "✓ готова · ещё 3 дня" in seen
        assert "░ 41 %" in seen


def test_progress_reads_without_colour() -> None:
    assert progress(_statement(rows=0)) == "…"
    assert progress(_statement(rows=10, done=4)).replace("\xa0", " ") == "████░░░░░░ 40 %"
    assert progress(_statement(rows=1000, done=999)).startswith("█████████░")


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("week", date(2026, 11, 16), TODAY),
        ("month", date(2026, 10, 23), TODAY),
        ("last_month", date(2026, 10, 1), date(2026, 10, 31)),
        ("year", date(2025, 11, 23), TODAY),
    ],
)
def test_periods(name: str, first: date, last: date) -> None:
    assert preset(name, TODAY) == (first, last)


def test_a_last_day_ahead_is_today() -> None:
    assert own("1.11.2026", "30.11.2026", TODAY) == (date(2026, 11, 1), TODAY)
    assert own("1.11.2026", "", TODAY).last == TODAY
    with pytest.raises(DateRefused) as refused:
        own("1.11.2026", "31.10.2026", TODAY)
    assert refused.value.field == "last"


def _statement(**values: Any) -> Statement:
    from mts_tui.backend.contract.model import Money

    members = {
        "id": "1", "ordered_at": NOW, "since": NOW, "until": NOW, "zone": "Europe/Moscow",
        "kinds": ["data"], "format": "pdf", "delivery": "cabinet", "to": "", "state": "ready",
        "done": 0, "rows": 0, "total": Money(amount_minor=0, currency="RUB"), "size": 0,
        "ready_at": NOW, "expires_at": None, "mail": None, "reason": "",
    }  # fmt: skip
    return Statement(**{**members, **values})
