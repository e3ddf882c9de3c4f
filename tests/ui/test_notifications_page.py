"""«Уведомления» by the keyboard alone; the badge; the bell and the desktop, by choice."""

from datetime import datetime, timedelta

import pytest
from textual.screen import Screen

from mts_tui.backend.contract.archive import Archive
from mts_tui.backend.contract.demo import ClockMove
from mts_tui.backend.contract.notifications import Notification, Notifications, ReadNotifications
from mts_tui.backend.contract.promos import Promos
from mts_tui.backend.contract.statements import StatementOrder, Statements
from mts_tui.backend.contract.support import ChatOrder, Support
from mts_tui.backend.services.notifications import notify
from mts_tui.backend.store import Transaction
from mts_tui.screens.autopay import AutopayScreen
from mts_tui.screens.notifications import AGE_SECONDS, NotificationsPage
from mts_tui.screens.operation import OperationDialog
from mts_tui.screens.recent import RecentScreen
from mts_tui.widgets.menu import Menu
from mts_tui.widgets.rows import Rows
from mts_tui.widgets.sections import Sections
from tests.backend.desk import ANNA
from tests.backend.quiet import plain

from .pages import Cabinet, settle, text_of, tick
from .world import NORMAL, SMALL, World

MAIN = "anna-moscow"
SIZES = pytest.mark.parametrize("size", [SMALL, NORMAL], ids=["80x24", "120x40"])


class Page(Cabinet):
    """The page."""

    async def begin(self) -> None:
        await self.open("notifications")

    @property
    def lines(self) -> list[str]:
        """Days and notifications, as they stand."""
        return [" ".join(plain(line).split()) for line in self.rows]

    @property
    def summary(self) -> str:
        return plain(text_of(self.screen.query_one("#notices-summary")))

    @property
    def text(self) -> str:
        return plain(text_of(self.screen.query_one("#notice-text")))

    @property
    def badge(self) -> int:
        return self.screen.query_one(Menu).badges.get("notifications", 0)


def write(world: World, title: str, kind: str = "payment", **more: str) -> None:
    world.clock.move(seconds=1)
    world.store.change(lambda tx: notify(tx, MAIN, kind, title, f"{title}: подробно.", **more))


def kept(world: World) -> list[Notification]:
    return world.answer(Notifications.kept, MAIN).items


@SIZES
async def test_they_stand_by_day_and_the_new_ones_are_marked_in_words(
    home: World, size: tuple[int, int]
) -> None:
    async with home.run(size) as pilot:
        page = Page(pilot)
        write(home, "Платёж вчера")
        home.pass_time(timedelta(hours=10).total_seconds())
        home.window().sign_in(ANNA)  # Another program; this one's session has ended.
    async with home.run(size) as pilot:
        page = Page(pilot)
        write(home, "Платёж сегодня")
        await page.begin()
        days = [line for line in page.lines if line in {"22 ноября", "23 ноября"}]
        assert days == ["23 ноября", "22 ноября"]
        assert page.lines[1].startswith("● новое 07:34 Платёж сегодня")
        assert page.text == "Платёж сегодня: подробно."
        assert page.summary.startswith("● ")
        assert page.focus == "notices"


@SIZES
async def test_one_is_marked_and_then_all(home: World, size: tuple[int, int]) -> None:
    async with home.run(size) as pilot:
        page = Page(pilot)
        for title in ("Один", "Два", "Три"):
            write(home, title)
        await page.begin()
        had = page.badge
        assert had == sum(not one.read for one in kept(home))
        await page.press("down", "space")
        assert [one.read for one in kept(home)[:3]] == [False, True, False]
        assert page.badge == had - 1
        row = page.screen.query_one(Sections).row
        assert "Два" in page.lines[row + 1]
        assert "новое" not in page.lines[row + 1]
        await page.press("m")
        assert all(one.read for one in kept(home))
        assert page.badge == 0
        assert page.summary.startswith("Всё прочитано")


@pytest.mark.parametrize(
    ("kind", "place", "opened"),
    [
        ("numbers", None, "numbers"), ("account", None, "account"), ("fee", None, "account"),
        ("budget", None, "account"), ("payment", "archive", "archive"), ("trust", None, "payments"),
        ("services", None, "services"), ("account", "blocking", "blocking"),
        ("message", None, "messages"), ("statement", None, "statements"), ("bonus", None, "bonus"),
        ("promo", None, "promos"), ("family", None, "family"), ("support", None, "support"),
        ("access", None, "settings"), ("access", "", "notifications"),
    ],
)  # fmt: skip
async def test_enter_opens_what_it_speaks_of(
    home: World, kind: str, place: str | None, opened: str
) -> None:
    async with home.run() as pilot:
        page = Page(pilot)
        write(home, "Важное", kind, **({} if place is None else {"place": place}))
        await page.begin()
        await page.press("enter")
        assert page.page == opened
        assert kept(home)[0].read


@pytest.mark.parametrize(
    ("kind", "opened"), [("payment", RecentScreen), ("autopay", AutopayScreen)]
)
async def test_a_way_of_payment_is_opened_itself(
    home: World, kind: str, opened: type[Screen[None]]
) -> None:
    async with home.run() as pilot:
        page = Page(pilot)
        write(home, "Платёж не прошёл", kind)
        await page.begin()
        await page.press("enter")
        assert isinstance(page.screen, opened)


async def test_the_very_ticket_is_opened(home: World) -> None:
    async with home.run() as pilot:
        page = Page(pilot)
        first = home.answer(Support.open, MAIN, ChatOrder(text="Первое дело"))
        home.clock.move(seconds=1)
        home.answer(Support.open, MAIN, ChatOrder(text="Второе дело"))
        write(home, "Ответ поддержки", "support", subject=first.id)
        await page.begin()
        await page.press("enter")
        ticket = plain(text_of(page.screen.query_one("#support-ticket")))
        assert ticket.startswith(first.number)


async def test_the_very_statement_and_promotion_are_opened(home: World) -> None:
    async with home.run(NORMAL) as pilot:
        page = Page(pilot)
        offered = home.answer(Promos.offered, MAIN).items
        now = home.clock.now
        order = StatementOrder(since=now - timedelta(days=2), until=now, kinds=["call_out"])
        one = home.answer(Statements.order, MAIN, order)
        home.clock.move(seconds=1)
        home.answer(Statements.order, MAIN, order)
        write(home, "Акция", "promo", subject=offered[2].id)
        await page.begin()
        await page.press("enter")
        assert page.screen.query_one("#promo-list", Rows).cursor == 2
        await page.begin()
        await page.press("down", "down", "enter")  # The first of the two orders.
        assert page.page == "statements"
        listed = home.answer(Statements.ordered, MAIN).items
        assert listed[page.screen.query_one("#statement-list", Rows).cursor].id == one.id


async def test_an_operation_is_explained_at_once(home: World) -> None:
    async with home.run() as pilot:
        page = Page(pilot)
        operation = home.answer(Archive.operations, MAIN).items[3]
        write(home, "Счёт пополнен", place="archive", subject=operation.id)
        await page.begin()
        await page.press("enter")
        assert isinstance(page.screen, OperationDialog)
        assert page.screen._one.id == operation.id
        await page.press("escape")
        assert page.page == "archive"


async def test_three_days_are_seen_to_pass(home: World) -> None:
    """The operator's clock goes on while the page is open; nobody tells it anything."""
    async with home.run() as pilot:
        page = Page(pilot)
        write(home, "Старое")
        await page.begin()
        (old,) = [one for one in kept(home) if one.title == "Старое"]
        shown = page.screen.query_one(NotificationsPage)
        shown._ahead += old.expires_at - home.clock.now - timedelta(minutes=1)
        await tick(pilot, shown, AGE_SECONDS)
        assert any("Старое" in line for line in page.lines)
        shown._ahead += timedelta(minutes=2)
        await tick(pilot, shown, AGE_SECONDS)
        assert not any("Старое" in line for line in page.lines)


async def test_a_clock_that_is_moved_takes_them_and_the_badge_along(home: World) -> None:
    async with home.run() as pilot:
        page = Page(pilot)
        all_of_them = ReadNotifications(ids=[one.id for one in kept(home)])
        home.answer(Notifications.mark_read, MAIN, all_of_them)
        write(home, "Старое")
        await page.begin()
        assert page.badge == 1
        await page.app.cabinet.demo.advance(ClockMove(seconds=3 * 86_400))
        await settle(pilot)
        assert not any("Старое" in line for line in page.lines)
        assert page.badge == sum(not one.read for one in kept(home))


async def test_news_of_one_moment_are_told_once_and_a_pile_in_one_sentence(
    home: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.change(phone=ANNA, bell=True, desktop_notices="osc9")
    async with home.run() as pilot:
        page = Page(pilot)
        told: list[str] = []
        monkeypatch.setattr(page.app, "tell_terminal", told.append)

        def several(tx: Transaction, count: int) -> None:
            for number in range(count):
                notify(tx, MAIN, "fee", f"Плата {number}", "Подробно.")

        home.clock.move(seconds=1)
        home.store.change(lambda tx: several(tx, 2))
        await settle(pilot)
        assert ["Плата 0" in one for one in told].count(True) == 1
        assert len(told) == 2
        home.clock.move(seconds=1)
        home.store.change(lambda tx: several(tx, 9))
        await settle(pilot)
        assert len(told) == 3
        assert "9 уведомлений" in plain(told[-1])


async def test_a_narrow_menu_marks_what_is_new_beyond_its_edge(home: World) -> None:
    async with home.run(SMALL) as pilot:
        page = Page(pilot)
        menu = page.screen.query_one(Menu)
        before = text_of(menu)
        write(home, "Платёж")
        await settle(pilot)
        after = text_of(menu)
        assert after.endswith("●›")
        assert len(after) == len(before)
        await page.begin()
        await page.press("m")
        await page.open("account")
        assert text_of(menu).endswith(" ›")


@SIZES
async def test_what_comes_meanwhile_is_there_and_the_cursor_stays(
    home: World, size: tuple[int, int]
) -> None:
    async with home.run(size) as pilot:
        page = Page(pilot)
        write(home, "Первое")
        write(home, "Второе")
        await page.begin()
        await page.press("down")
        assert page.text.startswith("Первое")
        had = page.badge
        write(home, "[b]Третье[/b]")
        await settle(pilot)
        assert "[b]Третье[/b]" in page.lines[1]
        assert page.text.startswith("Первое")
        assert page.badge == had + 1


@pytest.mark.parametrize(
    ("settings", "hour", "sequences", "bells"),
    [
        ({}, 12, 0, 0),
        ({"bell": True}, 12, 0, 1),
        ({"desktop_notices": "osc9"}, 12, 1, 0),
        ({"bell": True, "desktop_notices": "osc777"}, 12, 1, 1),
        ({"bell": True, "desktop_notices": "osc9", "quiet_hours": "22:00-08:00"}, 12, 1, 1),
        ({"bell": True, "desktop_notices": "osc9", "quiet_hours": "22:00-08:00"}, 23, 0, 0),
    ],
)
async def test_the_bell_and_the_desktop_are_a_choice(
    home: World,
    monkeypatch: pytest.MonkeyPatch,
    settings: dict[str, object],
    hour: int,
    sequences: int,
    bells: int,
) -> None:
    local = datetime(2026, 11, 23, hour).astimezone()
    home.clock.now = local.astimezone(home.clock.now.tzinfo)
    home.change(phone=ANNA, **settings)
    async with home.run() as pilot:
        page = Page(pilot)
        told: list[str] = []
        rung: list[int] = []
        monkeypatch.setattr(page.app, "tell_terminal", told.append)
        monkeypatch.setattr(page.app, "bell", lambda: rung.append(1))
        write(home, "Баланс\x07 пополнен")
        await settle(pilot)
        shown = [one for one in told if one]
        assert (len(shown), len(rung)) == (sequences, bells)
        assert all("Баланс пополнен" in one for one in shown)
        await page.begin()
        await page.press("m")  # Reading is no news.
        assert len([one for one in told if one]) == sequences
