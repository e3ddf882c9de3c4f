"""«Роуминг» by the keyboard alone."""

import pytest

from mts_tui.backend.contract.errors import Unavailable

from .melodies import RoamingPages
from .pages import until
from .world import LARGE, NORMAL, SMALL, World


@pytest.mark.parametrize("size", [SMALL, NORMAL, LARGE], ids=["80x24", "120x40", "200x60"])
async def test_a_country_and_its_prices(home: World, size: tuple[int, int]):
    async with home.run(size) as pilot:
        pages = RoamingPages(pilot)
        await pages.open()
        assert len(pages.countries) == 249
        await pages.type("турц")
        assert pages.countries == ["Турция"]
        await pages.press("enter")
        assert pages.terms_are_open
        assert "Входящий звонок 65,00 ₽ за минуту" in " ".join(pages.terms.split())
        assert "Окупается от 4 минут разговора в день" in pages.terms
        assert "*111*4444#" in pages.terms
        await pages.press("escape")
        assert not pages.terms_are_open


async def test_what_fits_several_is_chosen_in_the_list(home: World):
    async with home.run() as pilot:
        pages = RoamingPages(pilot)
        await pages.open()
        await pages.type("корея")
        assert set(pages.countries) == {"Северная Корея", "Южная Корея"}
        await pages.press("enter")
        assert pages.focus == "countries"
        await pages.press("enter")
        assert pages.terms_are_open


async def test_the_long_page_scrolls_by_keys(home: World):
    async with home.run(SMALL) as pilot:
        pages = RoamingPages(pilot)
        await pages.open()
        await pages.type("латвия")
        await pages.press("enter")
        assert "100 SMS в поездках по миру" not in pages.seen
        await pages.press("end")
        await until(pilot, lambda: "100 SMS в поездках по миру" in pages.seen)


async def test_nothing_found_and_no_answer(home: World):
    async with home.run() as pilot:
        pages = RoamingPages(pilot)
        await pages.open()
        await pages.type("лукоморье")
        assert pages.countries == []
        assert "Такой страны нет" in pages.seen
        await pages.press("enter")  # Nothing to open.
        home.backend.refuse["terms"] = Unavailable()
        await pages.fill("#country", "турция")
        await pages.press("enter")
        assert "Кабинет сейчас не отвечает" in pages.words
