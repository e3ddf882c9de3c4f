"""«Подбор тарифа» by the keyboard alone: counting, stopping, the order, the arithmetic, the way."""

import asyncio
from datetime import timedelta

import pytest

from mts_tui import formatting
from mts_tui.backend.contract.errors import Unavailable
from mts_tui.backend.contract.tariffs import Tariffs
from mts_tui.backend.store.transaction import to_ms
from tests.backend.desk import change

from .options_pages import MAIN, FittingPages, blocked
from .pages import settle, until
from .world import LARGE, NORMAL, SMALL, World

SIZES = pytest.mark.parametrize("size", [SMALL, NORMAL, LARGE], ids=["80x24", "120x40", "200x60"])


def catalogue(home: World) -> list[str]:
    """Titles of the tariffs that can be had, in the catalogue's order."""
    return [one.title for one in home.answer(Tariffs.offered, MAIN).items if one.fits]


def fits(home: World) -> dict[str, tuple[int, int]]:
    """What each tariff would have cost, and what was paid, by title."""
    found = {}
    for one in home.answer(Tariffs.offered, MAIN).items:
        if one.fits:
            fit = home.answer(Tariffs.fit, MAIN, one.id)
            found[one.title] = (fit.total.amount_minor, fit.actual.amount_minor)
    return found


class Held:
    """Lets the operator answer questions of the fitting one by one."""

    def __init__(self, home: World) -> None:
        self._call = home.backend.call
        self._tickets = asyncio.Semaphore(0)
        self.at_once = self.most = 0
        self.months: list[int] = []
        home.backend.call = self.call

    async def call(self, endpoint, arguments, key):
        if endpoint.name != "fit":
            return await self._call(endpoint, arguments, key)
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        self.months.append(arguments["months"])
        await self._tickets.acquire()
        try:
            return await self._call(endpoint, arguments, key)
        finally:
            self.at_once -= 1

    def let(self, count: int) -> None:
        for _ in range(count):
            self._tickets.release()


async def opened(pages: FittingPages, count: int) -> None:
    """Open it and wait until so many have come."""
    from mts_tui.screens.fitting import FittingDialog

    pages.app.push_screen(FittingDialog(MAIN), pages.answers.append)
    await come(pages, count)


async def come(pages: FittingPages, count: int) -> None:
    await until(pages.pilot, lambda: pages.here == "list" and len(pages.screen._fits) == count)
    await pages.pilot.pause()


@SIZES
async def test_all_are_counted_and_the_cheapest_stands_first(home: World, size: tuple[int, int]):
    async with home.run(size) as pilot:
        pages = FittingPages(pilot)
        await pages.open()
        told = fits(home)
        places = {title: place for place, title in enumerate(catalogue(home))}
        ranked = sorted(told, key=lambda title: (told[title][0], places[title]))
        assert pages.titles == ranked
        assert pages.progress == f"✓ Посчитаны все тарифы, {len(told)}. Сначала выгодные."
        (paid,) = {paid for _total, paid in told.values()}
        plain = formatting.money(paid).replace("\N{NO-BREAK SPACE}", " ")
        assert f"Сейчас: Smart Nonstop, заплачено {plain} за 3 месяца" in pages.text("#fitting-now")
        for line, title in zip(pages.lines, ranked, strict=True):
            saved = paid - told[title][0]
            money = formatting.money(abs(saved)).replace("\N{NO-BREAK SPACE}", " ")
            assert line[4] == f"{'дешевле' if saved > 0 else 'дороже'} на {money}"
        assert [line[0] for line in pages.lines if line[0]] == ["●"]
        assert f"{ranked[0]}. За 3 месяца вышло бы" in pages.text("#fitting-detail")
        await pages.press("end")
        assert "больше, чем вы заплатили" in pages.text("#fitting-detail")
        assert ranked[-1] in pages.seen


async def test_only_open_tariffs_for_such_a_number(home: World):
    """Neither archived ones nor those of families, children and city phones; money is no matter."""
    async with home.run() as pilot:
        blocked(home)
        with home.store.write() as tx:
            change(tx, "UPDATE accounts SET balance = 0 WHERE id = ?", MAIN)
        pages = FittingPages(pilot)
        await pages.open()
        assert "Ultra" in pages.titles
        assert not {"Посекундный", "МТС Junior", "Наш Smart", "Городской номер"} & {*pages.titles}


async def test_while_it_is_counted_each_keeps_its_place(home: World):
    async with home.run() as pilot:
        held = Held(home)
        pages = FittingPages(pilot)
        await opened(pages, 0)
        held.let(3)
        await come(pages, 3)
        assert pages.titles == catalogue(home)
        assert [bool(line[2]) for line in pages.lines] == [True] * 3 + [False] * 15
        assert pages.lines[3][4] == "считаем…"
        assert "3 из 18, Smart Безлимитище. Esc — остановить." in pages.progress
        await pages.pilot.press("down", "down", "down")
        assert pages.table.cursor == 3
        held.let(14)
        await come(pages, 17)
        assert pages.titles == catalogue(home)
        held.let(1)
        await settle(pilot)
        assert pages.titles != catalogue(home)
        assert pages.titles[pages.table.cursor] == "Smart Безлимитище", "the cursor goes with it"
        assert held.most == 1


async def test_it_stops_and_goes_on_where_it_was(home: World):
    async with home.run() as pilot:
        held = Held(home)
        pages = FittingPages(pilot)
        await opened(pages, 0)
        held.let(2)
        await come(pages, 2)
        await pilot.press("escape")
        await pilot.pause()
        assert pages.here == "list"
        assert pages.progress == "▲ Остановлено. Посчитано 2 из 18. F5 — досчитать."
        assert [bool(line[2]) for line in pages.lines] == [True] * 2 + [False] * 16
        held.let(30)
        await settle(pilot)
        assert len(pages.screen._fits) == 2, "what nobody waits for any more is not shown"
        await pages.press("f5")
        assert "Посчитаны все" in pages.progress
        assert len(held.months) == 19, "the one that was stopped is asked for again"
        assert held.most == 1
        await pages.press("escape")
        assert pages.answers == [False]


@pytest.mark.parametrize("when", ["offered", "fit"])
async def test_the_network_goes_and_comes_back(home: World, when: str):
    async with home.run() as pilot:
        home.backend.refuse[when] = Unavailable()
        pages = FittingPages(pilot)
        await pages.open()
        assert "Кабинет сейчас не отвечает" in pages.progress
        assert "F5 — досчитать" in pages.progress
        await pages.press("enter", "down", "enter")
        assert pages.here == "list"
        home.backend.refuse.clear()
        await pages.press("f5")
        assert "Посчитаны все" in pages.progress


async def test_other_months_begin_anew(home: World):
    async with home.run() as pilot:
        pages = FittingPages(pilot)
        await pages.open()
        await pages.press("right")
        assert "◂ 4 месяца ▸" in pages.text("#fitting-months")
        assert "за 4 месяца" in pages.text("#fitting-now")
        assert {len(one.months) for one in pages.screen._fits.values()} == {4}
        await pilot.press(*["left"] * 5)
        await settle(pilot)
        assert "◂ 1 месяц ▸" in pages.text("#fitting-months")
        await pilot.press(*["right"] * 15)
        await settle(pilot)
        assert "◂ 12 месяцев ▸" in pages.text("#fitting-months")
        assert len(pages.screen._fits) == 18


async def test_months_pressed_quickly_do_not_pile_up(home: World):
    async with home.run() as pilot:
        held = Held(home)
        pages = FittingPages(pilot)
        await opened(pages, 0)
        await pilot.press(*["right"] * 9)
        held.let(40)
        await settle(pilot)
        assert "Посчитаны все" in pages.progress
        assert held.most == 1
        assert held.months == [3] + [12] * 18


async def test_a_new_number_has_nothing_to_count_by(home: World):
    async with home.run() as pilot:
        with home.store.write() as tx:
            opened_at = to_ms(home.clock.now - timedelta(days=40))
            change(tx, "UPDATE accounts SET opened_at = ? WHERE id = ?", opened_at, MAIN)
        pages = FittingPages(pilot)
        await pages.open()
        assert "по полным месяцам, а такого у номера ещё нет" in pages.progress


async def test_a_young_number_is_counted_by_what_there_is(home: World):
    async with home.run() as pilot:
        with home.store.write() as tx:
            opened_at = to_ms(home.clock.now - timedelta(days=55))
            change(tx, "UPDATE accounts SET opened_at = ? WHERE id = ?", opened_at, MAIN)
        pages = FittingPages(pilot)
        await pages.open()
        assert "Полных у номера пока 1, по ним и считаем." in pages.text("#fitting-months")
        assert "за 1 месяц" in pages.text("#fitting-now")


# ------------------------------------------------------------------ one tariff


@SIZES
async def test_the_arithmetic_is_open(home: World, size: tuple[int, int]):
    async with home.run(size) as pilot:
        pages = FittingPages(pilot)
        await pages.open()
        await pages.press("end", "enter")
        assert pages.here == "tariff"
        fit = pages.screen._fit
        assert f"«{fit.tariff.title}»" in pages.seen
        table = pages.text("#fit-months")
        for month in fit.months:
            for part in [*month.parts, month]:
                bare = formatting.money(part.cost.amount_minor)[:-2]
                assert bare.replace("\N{NO-BREAK SPACE}", " ") in table
        rest = pages.text("#fit-around")
        for title in fit.options:
            assert f"«{title}»" in rest
        for sentence in fit.lost:
            assert sentence.replace("\N{NO-BREAK SPACE}", " ") in rest
        assert "1 630 записей" in rest
        assert "взяты дни, когда они окупились бы" in rest
        await pages.press("end")
        await until(pilot, lambda: "нигде не посчитаны" in pages.words.replace("│ ", ""))
        await pages.press("escape", "escape")
        assert pages.answers == [False]


async def test_from_there_one_goes_to_the_tariff(home: World):
    async with home.run() as pilot:
        pages = FittingPages(pilot)
        await pages.open()
        await pages.press("down", "enter")
        pages.screen.query_one("#change").focus()
        await pages.press("enter")
        assert pages.here == "TariffChangeDialog"
        pages.screen.dismiss(result=True)
        await settle(pilot)
        assert pages.answers == [True]


async def test_ones_own_tariff_is_not_changed_to(home: World):
    async with home.run() as pilot:
        pages = FittingPages(pilot)
        await pages.open()
        assert pages.lines[0][:2] == ["●", "Smart Nonstop"]
        await pages.press("enter")
        assert not pages.screen.query("#change")
        assert not pages.screen.query("#fit-refusal")


async def test_why_one_cannot_change_now_is_said(home: World):
    async with home.run() as pilot:
        with home.store.write() as tx:
            change(tx, "UPDATE accounts SET balance = 0 WHERE id = ?", MAIN)
        pages = FittingPages(pilot)
        await pages.open()
        await pages.press("down", "enter")
        assert "не хватает" in pages.words
