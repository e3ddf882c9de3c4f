"""Sign-in through a service: linked in the settings, then a way in of the sign-in screen."""

import pytest

from mts_tui.backend.contract.errors import IdentityRefused
from mts_tui.backend.contract.identities import Identities
from mts_tui.widgets.qr import Qr

from .pages import Cabinet, ProofDialog, SignIn
from .settings import Settings
from .world import NORMAL, SMALL, World

SIZES = pytest.mark.parametrize("size", [SMALL, NORMAL], ids=["80x24", "120x40"])


@SIZES
async def test_from_the_link_to_the_way_in_and_its_end(home: World, size: tuple[int, int]) -> None:
    async with home.run(size) as pilot:
        page = Settings(pilot)
        await page.at("s")
        assert "Пока ничего не привязано" in page.words
        await page.press("enter")
        assert page.screen.query(Qr), "there is room for the code"
        assert "https://id.mts-tui.example/device" in page.words
        assert "Осталось 10:00" in page.text("#flow-state")
        await page.press("enter")
        assert "Провайдер и люди выдуманы" in page.words
        await page.press("enter")
        assert "Привязано: Демо-ID, Вера Придуманная." in page.words
        await page.press("escape")
        assert any("привязано: 1" in row for row in page.rows)
        await page.press("0")
        way = SignIn(pilot)
        assert "Сервисы" in way.footer
        await way.press("f5")
        await page.agree()
        assert Cabinet(pilot).is_open
        home.pass_time(60)
        await page.at("s")
        await page.press("tab", "enter")
        assert "Отвязать «Вера Придуманная»?" in page.message("#identities-message")
        await page.press("enter")
        assert ProofDialog(pilot).is_open, "a provider is no proof"
        await page.type("синий трамвай у моря")  # Where typing begins.
        await page.press("enter")
        assert page.message("#identities-message").startswith("Отвязано")
        assert home.answer(Identities.linked).items == []


async def test_nobody_comes_in_by_what_is_not_linked(world: World) -> None:
    async with world.run(SMALL) as pilot:
        page = Settings(pilot)
        await page.press("f5")
        await page.agree()
        assert "не привязан ни к одному номеру" in page.text("#flow-state")
        await page.press("enter")
        assert SignIn(pilot).is_open


async def test_refused_at_the_provider(home: World) -> None:
    async with home.run(SMALL) as pilot:
        page = Settings(pilot)
        await page.at("s", "enter", "enter", "tab", "tab", "enter")
        assert "У провайдера вход отклонили" in page.words


async def test_the_time_runs_out(home: World) -> None:
    async with home.run(SMALL) as pilot:
        page = Settings(pilot)
        await page.at("s", "enter")
        home.pass_time(61)
        await page.second()
        assert "Осталось 08:59" in page.text("#flow-state")
        home.pass_time(9 * 60)
        await page.second()
        assert "Время на вход у провайдера вышло" in page.text("#flow-state")


async def test_it_is_asked_by_itself(home: World) -> None:
    async with home.run(SMALL) as pilot:
        page = Settings(pilot)
        await page.at("s", "enter")
        assert home.backend is not None
        asked = home.backend.asked.count("progress")
        await page.second()
        assert home.backend.asked.count("progress") == asked
        home.pass_time(3)
        await page.second()
        assert home.backend.asked.count("progress") == asked + 1


async def test_a_provider_that_is_silent(home: World) -> None:
    home.refuse["begin"] = IdentityRefused(reason="Провайдер входа сейчас не отвечает.")
    async with home.run(SMALL) as pilot:
        page = Settings(pilot)
        await page.at("s", "enter")
        assert "Провайдер входа сейчас не отвечает." in page.words
        await page.press("enter")
        assert "Вход через сервисы" in page.words


async def test_linking_wants_a_proof_where_the_last_is_old(home: World) -> None:
    async with home.run(SMALL) as pilot:
        page = Settings(pilot)
        home.pass_time(6 * 60)
        await page.at("s", "enter")
        assert ProofDialog(pilot).is_open
        await page.press("escape")
        assert "Вход через сервисы" in page.words
