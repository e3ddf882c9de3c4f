"""«Тарифы и услуги»: the tariff first, then everything behind it, reached by its key."""

import pytest

from mts_tui.actions import BY_ID
from mts_tui.backend.contract.errors import StoreLocked
from mts_tui.backend.contract.forwarding import Forwarding, ForwardingOrder
from mts_tui.backend.contract.tariffs import ChangeOrder, Tariffs
from mts_tui.keyboard import in_both_layouts
from mts_tui.screens.services import SCREENS, WAYS
from tests.backend.desk import ANNA_SECOND, NOW
from tests.backend.paydesk import give

from .pages import Cabinet, Phone, settle
from .tariffs import MAIN, TariffPages
from .world import LARGE, NORMAL, SMALL, World

HEADINGS = {
    "tariff": "Ваш тариф",
    "tariffs": "Все тарифы",
    "fitting": "Подбор тарифа",
    "options": "Услуги",
    "forwarding": "Переадресация с",
    "roaming": "Страна",
    "ringback": "GOOD'OK",
}


@pytest.mark.parametrize("size", [SMALL, NORMAL, LARGE], ids=["80x24", "120x40", "200x60"])
async def test_the_tariff_comes_first_and_every_line_has_a_state(
    home: World, size: tuple[int, int]
) -> None:
    async with home.run(size) as pilot:
        pages = TariffPages(pilot)
        await pages.open()
        told = pages.text("#services-tariff")
        assert told.startswith(
            "Smart Nonstop 500,00 ₽ в месяц Следующая плата 1 декабря, через 9 дней."
        )
        assert "До неё осталось:" in told
        assert "минут" in told
        rows = [row.split("\t") for row in pages.rows]
        assert [title for _key, title, _state, _what in rows] == [way.title for way in WAYS]
        for _key, title, state, what in rows:
            assert state, title
            for text in (title, state, what):
                assert text in pages.words.replace("\N{NO-BREAK SPACE}", " "), "nothing is cut off"


@pytest.mark.parametrize("layout", [0, 1], ids=["latin", "russian"])
@pytest.mark.parametrize("way", HEADINGS)
async def test_a_line_by_its_key_and_back_by_esc(home: World, way: str, layout: int) -> None:
    async with home.run(SMALL) as pilot:
        pages = TariffPages(pilot)
        await pages.open(in_both_layouts(BY_ID[way].keys).split(",")[layout])
        assert HEADINGS[way] in pages.seen
        assert not Cabinet(pilot).is_open
        await pages.press("escape")
        assert Cabinet(pilot).page == "services"


async def test_every_line_by_enter(home: World) -> None:
    async with home.run(SMALL) as pilot:
        pages = TariffPages(pilot)
        await pages.open()
        for place, way in enumerate(WAYS):
            await pages.press("home", *["down"] * place, "enter")
            assert type(pages.screen).__name__ == SCREENS[way.id][1]
            await pages.press("escape")


def test_every_line_has_a_screen_and_a_key_of_its_own() -> None:
    assert {way.id for way in WAYS} == SCREENS.keys()
    assert {action.id for action in BY_ID.values() if action.place == "services"} == SCREENS.keys()
    keys = [
        key
        for action in BY_ID.values()
        if action.place in {"app", "cabinet", "services", "list"} and action.keys
        for key in in_both_layouts(action.keys).split(",")
    ]
    assert len(keys) == len(set(keys))


async def test_states_change_by_themselves(home: World) -> None:
    async with home.run(SMALL) as pilot:
        pages = TariffPages(pilot)
        await pages.open()
        home.answer(Forwarding.set, MAIN, "busy", ForwardingOrder(target=ANNA_SECOND))
        give(home.store, 3_000_00)
        later = NOW.replace(day=30)
        home.answer(Tariffs.change, MAIN, ChangeOrder(tariff="ultra", at=later))
        await settle(pilot)
        states = {row.split("\t")[1]: row.split("\t")[2] for row in pages.rows}
        assert states["Переадресация"] == "● 1 правило"
        assert states["Тариф"] == "▲ смена 30 нояб."
        assert "▲ 30 ноября тариф сменится на «Ultra»." in pages.text("#services-tariff")


async def test_another_number_has_its_own(home: World) -> None:
    async with home.run(SMALL) as pilot:
        pages = TariffPages(pilot)
        await pages.open()
        await pages.press("f4", "f4")
        told = pages.text("#services-tariff")
        assert told.startswith("Безлимитище 2.0 23,40 BYN в месяц, по дням")
        assert "через" not in told
        assert "завтра" in told


@pytest.mark.parametrize("lost", ["rules", "state", "offered"])
async def test_one_state_that_is_not_known_leaves_the_others(home: World, lost: str) -> None:
    home.refuse[lost] = StoreLocked(path="operator.db")
    async with home.run(SMALL) as pilot:
        pages = TariffPages(pilot)
        await pages.open()
        states = [row.split("\t")[2] for row in pages.rows]
        assert "не удалось узнать" in states
        assert any(state != "не удалось узнать" for state in states)
        assert "Smart Nonstop" in pages.text("#services-tariff")


async def test_no_answer_at_all_and_another_try(home: World) -> None:
    home.refuse["current"] = StoreLocked(path="operator.db")
    async with home.run(SMALL) as pilot:
        pages = TariffPages(pilot)
        await pages.open()
        assert str(home.refuse["current"]) in pages.toasts
        assert "F5 — ещё раз" in pages.text("#services-tariff")
        home.backend.refuse.clear()
        await pages.press("f5")
        assert "Smart Nonstop" in pages.text("#services-tariff")


async def test_nothing_is_cut_off_beside_the_phone(home: World) -> None:
    async with home.run(SMALL) as pilot:
        pages = TariffPages(pilot)
        await pages.open()
        await Phone(pilot).open()
        assert "…" not in "\n".join(line[:40] for line in pages.seen.splitlines()[2:])
        assert "доступно 5 из 27" in pages.seen.replace("\N{NO-BREAK SPACE}", " ")


async def test_letters_follow_the_layout_and_the_row_is_copied(home: World) -> None:
    async with home.run(SMALL) as pilot:
        pages = TariffPages(pilot)
        await pages.open()
        assert pages.rows[0].startswith("Е\tТариф")
        await pages.press("k")
        assert pages.rows[0].startswith("T\tТариф")
        await pages.press("c")
        assert "Тариф" in pilot.app.clipboard
