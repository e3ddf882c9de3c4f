"""«Архив операций»: found while typing, to both ends of a long list, explained, taken along."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.widgets import Input, Static

from mts_tui import files
from mts_tui.backend.contract.archive import Archive
from mts_tui.backend.contract.errors import StoreLocked, Unavailable
from mts_tui.backend.store.ledger import Entry, post
from mts_tui.backend.store.transaction import to_ms
from mts_tui.days import read_date
from mts_tui.screens import feed as feeds
from mts_tui.screens import feed_list
from mts_tui.screens.archive import ArchivePage, Search, Summary
from mts_tui.screens.archive_filters import Filters, PeriodDialog
from mts_tui.screens.export import Exporting
from mts_tui.screens.kinds import KindsDialog
from mts_tui.screens.operation import OperationDialog, OperationView
from mts_tui.screens.writing import FileDialog
from mts_tui.widgets.choice import Choice
from mts_tui.widgets.rows import Cell, Rows
from tests.backend.desk import ANNA, NOW, number

from .pages import Cabinet, settle, text_of, until
from .world import LARGE, NORMAL, SMALL, World

ANNA_MOSCOW = "anna-moscow"
TODAY = NOW.date()


class ArchiveOf(Cabinet):
    """The page of the archive."""

    @property
    def page_of(self) -> ArchivePage:
        return self.screen.query_one(ArchivePage)

    @property
    def here(self) -> list[str]:
        """Ids of the operations that are held."""
        feed = self.page_of._list.feed
        assert feed is not None
        return [one.id for one in feed.items]

    @property
    def summary(self) -> str:
        return text_of(self.screen.query_one(Summary)).replace("\xa0", " ")

    @property
    def under_cursor(self) -> str:
        one = self.page_of._list.current
        assert one is not None
        return one.id

    @property
    def detail(self) -> str:
        return text_of(self.screen.query_one(OperationView)).replace("\xa0", " ")

    async def search(self, text: str) -> None:
        await self.press("slash")
        await self.type(text)


def put(home: World, *titles: str, peer: str = "", amount: int = 0) -> None:
    with home.store.write() as tx:
        at = to_ms(NOW)
        entries = [
            Entry(at=at, kind="correction", title=title, peer=peer, amount=amount, contra="costs:x")
            for title in titles
        ]
        post(tx, ANNA_MOSCOW, entries)


async def opened(pilot: Any) -> ArchiveOf:
    page = ArchiveOf(pilot)
    await page.open("archive")
    return page


def total(home: World) -> int:
    with home.store.read() as tx:
        return number(tx, "SELECT operation_seq FROM accounts WHERE id = ?", ANNA_MOSCOW)


# ------------------------------------------------------------------ search


@pytest.mark.parametrize("size", [SMALL, NORMAL, LARGE], ids=["80x24", "120x40", "200x60"])
async def test_search_finds_as_one_types(home: World, size: tuple[int, int]):
    async with home.run(size) as pilot:
        page = await opened(pilot)
        assert "Все операции за всё время" in page.summary
        await page.search("ИСХ звонок 985")
        shown = page.page_of._list.feed
        assert shown is not None
        assert all(one.title == "Исходящий звонок" for one in shown.items)
        assert all("985" in one.peer for one in shown.items)
        answer = home.answer(Archive.totals, ANNA_MOSCOW, None, None, "", "исх звонок 985")
        assert f"{answer.count:,}".replace(",", " ") in page.summary
        assert page.table.row_count == answer.count
        await page.press("enter")
        assert page.focus == "archive-rows"
        await page.press("x")
        assert page.screen.query_one(Search).value == ""
        assert page.table.row_count == total(home)


async def test_typing_asks_for_the_last_text_and_the_list_stays_meanwhile(home: World):
    async with home.run() as pilot:
        page = await opened(pilot)
        before = page.here
        assert home.backend is not None
        home.backend.gate = asyncio.Event()
        home.backend.asked.clear()
        await page.pilot.press("slash", *"комп")
        await pilot.pause(0)
        assert page.here == before
        assert page.screen.query_one(Search).value == "комп"
        gate, home.backend.gate = home.backend.gate, None
        gate.set()
        await settle(pilot)
        assert home.backend.asked.count("operations") <= 3
        found = page.page_of._list.feed
        assert found is not None
        assert {one.kind for one in found.items} == {"compensation"}


async def test_a_slow_search_says_so(home: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(feed_list, "SLOW_SECONDS", 3600)
    async with home.run() as pilot:
        page = await opened(pilot)
        assert home.backend is not None
        home.backend.gate = gate = asyncio.Event()
        await page.pilot.press("slash", "s", "m", "s")
        assert "ищем" not in page.summary
        page.page_of._list._say_slow()
        await until(pilot, lambda: "ищем" in page.summary)
        home.backend.gate = None
        gate.set()
        await settle(pilot)
        assert "ищем" not in page.summary


async def test_nothing_found_says_how_to_go_on(home: World):
    async with home.run() as pilot:
        page = await opened(pilot)
        await page.search("нет такого")
        assert "Ничего не нашлось" in page.words
        assert "0 операций" in page.summary
        await page.press("end", "home", "down", "enter")
        assert isinstance(page.screen.query_one(Rows), Rows)
        await page.press("slash", "escape")
        assert page.table.row_count == total(home)
        assert page.focus == "archive-rows"


async def test_others_text_is_harmless(home: World):
    async with home.run(NORMAL) as pilot:
        page = await opened(pilot)
        put(home, "[/b]\x1b[31mкрасный[bold]", peer="[@click=app.quit]x[/]\u202e\x07")
        await settle(pilot)
        await page.search("[/b]")
        assert page.table.row_count == 1
        assert "[/b][31mкрасный[bold]" in page.seen
        assert "[@click=app.quit]x[/]" in page.detail
        await page.press("enter", "enter")
        assert isinstance(page.screen, OperationDialog)
        assert "\x1b" not in page.seen
        await page.press("c")
        assert "\x1b" not in page.app.clipboard
        assert "\u202e" not in page.app.clipboard
        await page.press("escape", "escape")


# ------------------------------------------------------------------ filters


async def test_period_kinds_and_sum_narrow_the_list_together(home: World):
    async with home.run(NORMAL) as pilot:
        page = await opened(pilot)
        await page.press("d", "down", "enter")
        month = home.answer(
            Archive.totals, ANNA_MOSCOW, NOW.replace(day=1, hour=0, minute=0) - timedelta(hours=3)
        )
        assert page.table.row_count == month.count
        assert "Ноябрь 2026" in page.summary
        await page.press("t", "space", "enter")
        assert "Ноябрь 2026 · звонки" in page.summary
        await page.press("s")
        await page.fill("#least", "5")
        await page.press("enter")
        assert "от 5,00 ₽" in page.summary
        found = page.page_of._list.feed
        assert found is not None
        assert found.items
        assert all(
            one.kind == "call" and one.amount.amount_minor <= -5_00 and one.at.month == 11
            for one in found.items
        )
        await page.press("x")
        assert "Все операции за всё время" in page.summary
        assert page.table.row_count == total(home)


async def test_own_dates(home: World):
    async with home.run() as pilot:
        page = await opened(pilot)
        await page.press("d", *["down"] * 5, "enter")
        await page.type("1.11")
        await page.press("enter")
        await page.type("31.02.2026")
        await page.press("enter")
        message = page.screen.query_one("#period-message", Static)
        assert "Такой даты нет" in str(message.content)
        await page.fill("#last", "31.10.2026")
        await page.press("enter")
        assert "раньше первого" in str(message.content)
        await page.fill("#last", "2.11.2026")
        await page.press("enter")
        assert "с 01.11.2026 по 02.11.2026" in page.summary
        found = page.page_of._list.feed
        assert found is not None
        assert {(one.at + timedelta(hours=3)).day for one in found.items} == {1, 2}
        await page.press("d")
        assert page.screen.query_one(Choice).chosen == 5
        await page.fill("#first", "")
        await page.fill("#last", "")
        await page.press("enter")
        assert "хотя бы одну дату" in str(page.screen.query_one("#period-message", Static).content)
        await page.press("escape")
        assert "с 01.11.2026" in page.summary


@pytest.mark.parametrize(
    ("typed", "day"),
    [("22.11.2026", (2026, 11, 22)), ("1.2.25", (2025, 2, 1)), ("22.11", (2026, 11, 22)),
     ("23.11", (2025, 11, 23)), (" 05/06 ", (2026, 6, 5)), ("29-02-2024", (2024, 2, 29)),
     ("2026-11-05", (2026, 11, 5)), ("01112026", (2026, 11, 1)), ("Вчера", (2026, 11, 21)),
     ("22 ноября", (2026, 11, 22)), ("3 мая 2025 г.", (2025, 5, 3)), ("5 дек.", (2025, 12, 5)),
     ("", None)],
)  # fmt: skip
def test_dates_are_read_as_people_write_them(typed: str, day: tuple[int, int, int] | None):
    found = read_date(typed, TODAY)
    assert (None if found is None else (found.year, found.month, found.day)) == day


@pytest.mark.parametrize(
    "typed",
    ["31.02", "0.1.2026", "завтра", "5 мамонта", "22", "1.13.2026", "29.02.2025", "1.1.123", "١.١"],
)
def test_what_is_no_date_is_refused(typed: str):
    with pytest.raises(ValueError, match="Такой даты нет"):
        read_date(typed, TODAY)


def test_periods_are_whole_days_of_the_accounts_zone():
    from zoneinfo import ZoneInfo

    now = NOW.replace(month=3, day=30).astimezone(ZoneInfo("Asia/Tomsk"))
    asked = Filters(period="last_month").asked(now)
    assert asked["since"].isoformat() == "2026-01-31T17:00:00+00:00"
    assert asked["until"].isoformat() == "2026-02-28T17:00:00+00:00"
    quarter = Filters(period="quarter").days(now.date())
    assert quarter[0] is not None
    assert quarter[0].isoformat() == "2025-12-31"
    assert Filters(period="quarter").days(now.date().replace(month=5, day=31))[
        0
    ] == now.date().replace(month=2, day=28)
    assert Filters().asked(now)["since"] is None


async def test_kinds_can_be_ticked_off_again(home: World):
    async with home.run() as pilot:
        page = await opened(pilot)
        await page.press("t")
        assert isinstance(page.screen, KindsDialog)
        await page.press("space", "tab", "space", "enter")
        assert "звонки, SMS" in page.summary
        await page.press("t", "space", "enter")
        assert "Отбор: SMS" in page.summary
        await page.press("d")
        assert isinstance(page.screen, PeriodDialog)
        await page.press("escape")
        assert "Отбор: SMS" in page.summary


# ------------------------------------------------------------------ the long list


async def test_end_and_home_reach_the_ends_and_hold_a_stretch_only(home: World):
    async with home.run() as pilot:
        page = await opened(pilot)
        count = total(home)
        assert count > 5 * feeds.KEPT
        newest = page.under_cursor
        await page.press("end")
        assert page.table.cursor == count - 1
        assert page.under_cursor == "1"
        assert len(page.here) <= feeds.KEPT
        for _ in range(80):
            await page.press("pageup")
        assert page.under_cursor == str(count - page.table.cursor)
        assert len(page.here) <= feeds.KEPT
        await page.press("home")
        assert (page.table.cursor, page.under_cursor) == (0, newest)
        assert page.here[0] == newest


async def test_every_operation_can_be_walked_to_in_its_order(
    home: World, monkeypatch: pytest.MonkeyPatch
):
    """Down through all pages and up again: none is missed, none is seen twice."""
    monkeypatch.setattr(feeds, "KEPT", 200)
    monkeypatch.setattr(feeds, "PAGE", 50)
    async with home.run() as pilot:
        page = await opened(pilot)
        await page.search("исходящее sms")
        await page.press("enter")
        count = page.table.row_count
        assert count > 300
        seen = [page.under_cursor]
        for _ in range(count - 1):
            page.table.action_move(1)
            if page.table.cursor == len(seen) - 1 or page.table.cursor % 20 == 0:
                await settle(pilot)
                page.table.cursor = len(seen)
            seen.append(page.under_cursor)
            assert len(page.here) <= 200
        assert len(set(seen)) == count
        assert [int(one) for one in seen] == sorted(map(int, seen), reverse=True)
        await page.press("home")
        assert page.under_cursor == seen[0]


async def test_what_happens_meanwhile_moves_nothing_that_is_looked_at(home: World):
    async with home.run() as pilot:
        page = await opened(pilot)
        await page.press(*["down"] * 3)
        looked_at, line = page.under_cursor, page.table.cursor - page.table.scroll_offset.y
        put(home, "Новое", "Ещё новее")
        await settle(pilot)
        assert page.under_cursor == looked_at
        assert page.table.cursor - page.table.scroll_offset.y == line
        assert page.table.row_count == total(home)
        await page.press("end")
        put(home, "Совсем новое")
        await settle(pilot)
        assert page.under_cursor == "1"
        assert page.table.cursor == total(home) - 1
        await page.press("home")
        assert "Совсем новое" in page.seen


async def test_at_the_top_what_is_new_is_seen_at_once(home: World):
    async with home.run() as pilot:
        page = await opened(pilot)
        put(home, "Свежее")
        await settle(pilot)
        assert page.table.cursor == 0
        assert "Свежее" in page.seen
        await page.search("звонок")
        before = page.here
        put(home, "Другое")
        await settle(pilot)
        assert page.here == before


async def test_another_number_has_its_own_history(home: World):
    async with home.run() as pilot:
        page = await opened(pilot)
        await page.search("sms")
        await page.press("enter", "f4")
        found = page.page_of._list.feed
        assert found is not None
        assert page.page_of._list.shown is not None
        assert page.page_of._list.shown[0] == "anna-petersburg"
        assert all("SMS" in one.title for one in found.items)


# ------------------------------------------------------------------ the operation


async def test_the_operation_beside_follows_the_cursor(home: World):
    async with home.run(NORMAL) as pilot:
        page = await opened(pilot)
        for _ in range(4):
            await page.press("down")
            told = home.answer(Archive.operation, ANNA_MOSCOW, page.under_cursor)
            assert told.explanation.replace("\xa0", " ") in page.detail
            for step in told.steps:
                assert step.value.replace("\xa0", " ") in page.detail


async def test_enter_explains_and_leads_to_what_belongs_to_it(home: World):
    async with home.run() as pilot:
        page = await opened(pilot)
        await page.search("компенсация")
        await page.press("enter", "enter")
        assert isinstance(page.screen, OperationDialog)
        assert "вернул комиссию" in page.words
        assert "Связано с этим" in page.words
        await page.press("enter")
        assert "Система быстрых платежей" in page.words
        assert page.screen.query_one("#operation-buttons").display
        await page.press("c")
        assert "Регистрация платежа" in page.app.clipboard
        assert "Система быстрых платежей" in page.app.clipboard
        await page.press("escape", "escape")
        assert page.page == "archive"


async def test_a_row_is_copied(home: World):
    async with home.run() as pilot:
        page = await opened(pilot)
        await page.press("down", "c")
        one = page.page_of._list.current
        assert one is not None
        assert one.title in page.app.clipboard
        assert "\t" in page.app.clipboard


# ------------------------------------------------------------------ failures


async def test_what_fails_is_explained_and_can_be_asked_again(home: World):
    async with home.run() as pilot:
        assert home.backend is not None
        home.backend.refuse["operations"] = StoreLocked(path="x")
        page = await opened(pilot)
        assert "F5" in page.words
        assert page.toasts
        home.backend.refuse.clear()
        await page.press("f5")
        assert page.table.row_count == total(home)
        home.backend.refuse["operations"] = Unavailable()
        await page.press("end")
        assert page.table.row_count == total(home)
        home.backend.refuse.clear()
        await page.press("end")
        assert page.under_cursor == "1"


async def test_rows_that_come_out_of_sight_are_not_drawn(
    home: World, monkeypatch: pytest.MonkeyPatch
):
    async with home.run() as pilot:
        page = await opened(pilot)
        drawn: list[int] = []
        draw = Rows.render_line

        def seen(rows: Rows, y: int) -> Any:
            drawn.append(y)
            return draw(rows, y)

        monkeypatch.setattr(Rows, "render_line", seen)
        rows = page.table
        rows.show(rows.row_count, rows._draw, keep=True, here=rows._here)
        await settle(pilot)
        assert drawn == []
        before = rows._draw
        other = (Cell("другое"),) * len(rows.columns)
        rows.show(
            rows.row_count,
            lambda index: other if index == 3 else before(index),
            keep=True,
            here=rows._here,
        )
        await settle(pilot)
        assert drawn == [3]


# ------------------------------------------------------------------ export


@pytest.fixture
def downloads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "downloads"
    folder.mkdir()
    monkeypatch.setattr(files, "folder_for_downloads", lambda: folder)
    return folder


def written(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def test_the_selection_is_taken_along(home: World, downloads: Path):
    async with home.run() as pilot:
        page = await opened(pilot)
        await page.search("комп")
        await page.press("enter", "e")
        assert isinstance(page.screen, FileDialog)
        await page.press("down", "down", "enter", "enter")
        path = downloads / f"operations-{ANNA[1:]}.json"
        found = json.loads(path.read_text("utf-8"))
        assert len(found) == page.table.row_count
        assert {one["kind"] for one in found} == {"compensation"}
        assert written(downloads) == [path]
        assert any(str(path) in toast for toast in page.toasts)
        content = path.read_bytes()
        await page.press("x", "e", "down", "down", "enter", "enter")
        assert "Такой файл уже есть" in page.words
        assert path.read_bytes() == content
        await page.press("enter")
        assert len(json.loads(path.read_text("utf-8"))) == total(home)


@pytest.mark.parametrize("way", ["cancelled", "refused", "signed out"])
async def test_a_cancelled_export_leaves_nothing(home: World, downloads: Path, way: str):
    async with home.run() as pilot:
        page = await opened(pilot)
        await page.press("e", "enter")
        assert home.backend is not None
        home.backend.gate = gate = asyncio.Event()
        await page.pilot.press("enter")
        await until(pilot, lambda: written(downloads))
        await until(pilot, lambda: page.screen.query(Exporting))
        assert "Выгружаем" in page.words
        await page.pilot.press("down", "down")
        assert page.table.cursor == 2
        if way == "refused":
            home.backend.refuse["operations"] = Unavailable()
        elif way == "cancelled":
            await page.pilot.press("e")
            assert "Отменяем…" in page.words
        else:
            page.app.post_message(events.Key("0", "0"))  # Whose answer waits behind the gate, too.
        home.backend.gate = None
        gate.set()
        await settle(pilot)
        assert written(downloads) == []
        assert not page.app.screen.query(Exporting)
        if way == "refused":
            assert any("файла нет" in toast for toast in page.toasts)
            home.backend.refuse.clear()
            await page.press("e", "enter", "enter")
            assert len(written(downloads)) == 1
        elif way == "cancelled":
            assert page.page == "archive"
            assert any("отменена" in toast for toast in page.toasts)


async def test_an_export_goes_on_while_one_looks_elsewhere(home: World, downloads: Path):
    async with home.run() as pilot:
        page = await opened(pilot)
        await page.press("e", "enter")
        assert home.backend is not None
        home.backend.gate = gate = asyncio.Event()
        await page.pilot.press("enter")
        await until(pilot, lambda: page.screen.query(Exporting))
        await page.pilot.press("2")
        home.backend.gate = None
        gate.set()
        await settle(pilot)
        assert page.page == "account"
        assert len(written(downloads)) == 1
        assert any("в файле" in toast for toast in page.toasts)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Введите путь"),
        ("/nowhere/at/all.csv", "Такой папки нет"),
        ("/dev/null/x.csv", "Такой папки нет"),
        ("\0.csv", "имени"),
    ],
)
async def test_a_place_that_cannot_be_is_refused_with_a_sentence(
    home: World, downloads: Path, typed: str, sentence: str
):
    async with home.run() as pilot:
        page = await opened(pilot)
        await page.press("e")
        page.screen.query_one("#path", Input).value = typed
        page.screen.query_one("#path", Input).focus()
        await page.press("enter")
        assert sentence in page.words
        assert page.screen.query_one("#path", Input).value == typed
        assert written(downloads) == []


async def test_the_program_that_ends_meanwhile_leaves_nothing(home: World, downloads: Path):
    async with home.run() as pilot:
        page = await opened(pilot)
        await page.press("e", "enter")
        assert home.backend is not None
        home.backend.gate = asyncio.Event()
        await page.pilot.press("enter")
        await until(pilot, lambda: written(downloads))
        home.backend.gate.set()
    assert written(downloads) == []
