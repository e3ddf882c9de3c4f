"""«Оплата»: every way with its state, reached by its key in either layout."""

import asyncio

import pytest

from mts_tui.actions import BY_ID
from mts_tui.backend.contract.errors import StoreLocked
from mts_tui.backend.contract.transfers import SavedOrder, Transfers
from mts_tui.backend.contract.trust import PromiseOrder, Trust
from mts_tui.keyboard import in_both_layouts
from mts_tui.screens.operation import OperationDialog
from mts_tui.screens.payments import SCREENS, WAYS
from mts_tui.widgets.rows import Rows

from .pages import Cabinet, settle, text_of, until
from .paying import ACCOUNT, Paying, let_pass
from .world import NORMAL, SMALL, World

TITLES = {
    "top_up": "Пополнить счёт",
    "top_up_other": "Пополнить другой номер",
    "transfer": "Перевести деньги",
    "purchase": "Оплатить услуги",
    "recent": "Квитанции и платежи",
}


@pytest.mark.parametrize("size", [SMALL, NORMAL], ids=["80x24", "120x40"])
async def test_the_ways_stand_in_their_order_with_states(
    home: World, size: tuple[int, int]
) -> None:
    async with home.run(size) as pilot:
        cabinet = Cabinet(pilot)
        await cabinet.open("payments")
        rows = [row.replace("\N{NO-BREAK SPACE}", " ").split("\t") for row in cabinet.rows]
        assert [title for _key, title, _state in rows] == [
            "Пополнить счёт", "Пополнить другой номер", "Автоплатёж", "Перевести деньги",
            "Оплатить услуги", "Обещанный платёж", "На полном доверии", "Квитанции и платежи",
        ]  # fmt: skip
        assert all(state for _key, _title, state in rows)
        assert "На счёте 300,30" in cabinet.words.replace("\N{NO-BREAK SPACE}", " ")
        for _key, title, _state in rows:
            assert title in cabinet.seen


@pytest.mark.parametrize("layout", [0, 1], ids=["latin", "russian"])
@pytest.mark.parametrize("way", TITLES)
async def test_a_way_by_its_key_and_back_by_esc(home: World, way: str, layout: int) -> None:
    async with home.run(SMALL) as pilot:
        pay = Paying(pilot)
        await Cabinet(pilot).open("payments")
        key = in_both_layouts(BY_ID[way].keys.split(",")[0]).split(",")[layout]
        await pay.press(key)
        assert TITLES[way] in pay.seen
        assert not Cabinet(pilot).is_open
        await pay.press("escape")
        assert Cabinet(pilot).page == "payments"


async def test_a_way_by_enter(home: World) -> None:
    async with home.run(SMALL) as pilot:
        pay = Paying(pilot)
        await Cabinet(pilot).open("payments")
        await pay.press("end", "enter")
        assert pay.recent_is_open
        assert "Платежей пока нет" in pay.seen


async def test_letters_follow_the_layout(home: World) -> None:
    async with home.run(SMALL) as pilot:
        cabinet = Cabinet(pilot)
        await cabinet.open("payments")
        assert [row[0] for row in cabinet.rows] == list("ПДАРУЕВЧ")
        await cabinet.press("m")
        assert [row[0] for row in cabinet.rows] == list("GLFHETDX")
        assert "G Пополнить счёт" in cabinet.words


async def test_states_change_by_themselves(home: World) -> None:
    async with home.run(NORMAL) as pilot:
        cabinet = Cabinet(pilot)
        await cabinet.open("payments")
        home.answer(Trust.promise, ACCOUNT, PromiseOrder(amount=_rub(50_00)))
        await settle(pilot)
        assert any(
            "вернуть 57,00" in row.replace("\N{NO-BREAK SPACE}", " ") for row in cabinet.rows
        )
        home.answer(
            Transfers.save,
            ACCOUNT,
            SavedOrder(
                name="Дом", provider=_provider(home), number=_number(home), amount=_rub(100_00)
            ),
        )
        await cabinet.press("f5")
        assert any(
            "1 сохранённый" in row.replace("\N{NO-BREAK SPACE}", " ") for row in cabinet.rows
        )


async def test_one_state_that_is_not_known_leaves_the_others(home: World) -> None:
    home.refuse["rules"] = StoreLocked(path="operator.db")
    async with home.run(SMALL) as pilot:
        cabinet = Cabinet(pilot)
        await cabinet.open("payments")
        assert "не удалось узнать" in cabinet.rows[2]
        assert "выключено" in cabinet.rows[6]


def list_of(cabinet: Cabinet, name: str) -> list[str]:
    rows = cabinet.screen.query_one(f"#payments-{name}", Rows)
    return [
        rows.text_of(index).replace("\N{NO-BREAK SPACE}", " ") for index in range(rows.row_count)
    ]


async def test_below_the_ways_what_falls_due_and_the_last_payments(home: World) -> None:
    async with home.run(NORMAL) as pilot:
        cabinet = Cabinet(pilot)
        await cabinet.open("payments")
        home.answer(Trust.promise, ACCOUNT, PromiseOrder(amount=_rub(50_00)))
        await settle(pilot)
        ahead = list_of(cabinet, "ahead")
        assert sum("Гороскоп на день" in row for row in ahead) == 1, (
            "each charge once, its next one"
        )
        assert any("обещанн" in row.lower() and "−7,00 ₽" in row for row in ahead)
        assert any("Плата за Smart Nonstop" in row for row in ahead), "the fee matters most"
        assert sum("▲" in row for row in ahead) >= 1, "what there is no money for is told"
        assert [row.split("\t")[0] for row in ahead] == sorted(
            (row.split("\t")[0] for row in ahead),
            key=lambda day: (day.split()[1] != "нояб.", int(day.split()[0])),
        )
        assert "Обещанный платёж 50,00 ₽" in list_of(cabinet, "last")[0]
        assert (
            "14 нояб. 18:40\tРегистрация платежа: Банковская карта" in list_of(cabinet, "last")[1]
        )
        await cabinet.press("tab", "down", "enter")
        assert isinstance(cabinet.screen, OperationDialog)
        assert "Регистрация платежа: Банковская карта" in cabinet.words
        await cabinet.press("escape")
        assert cabinet.focus == "payments-last"


async def test_nothing_moves_when_the_rest_comes(home: World) -> None:
    async with home.run(SMALL) as pilot:
        cabinet = Cabinet(pilot)
        assert home.backend is not None
        home.backend.gate = gate = asyncio.Event()
        await pilot.press("3")
        await until(pilot, lambda: cabinet.screen.query("#payments-last"))
        await pilot.pause(0)
        before = {one.id: one.region for one in cabinet.screen.query("#payments Rows")}
        home.backend.gate = None
        gate.set()
        await settle(pilot)
        assert {one.id: one.region for one in cabinet.screen.query("#payments Rows")} == before
        assert "Регистрация платежа" in cabinet.seen


async def test_beside_the_phone_of_a_small_screen_there_are_only_the_ways(home: World) -> None:
    async with home.run(SMALL) as pilot:
        cabinet = Cabinet(pilot)
        await cabinet.open("payments")
        assert "Последние платежи" in cabinet.seen
        await cabinet.press("f2")
        assert "Последние платежи" not in cabinet.seen
        await cabinet.press("f2", "tab", "tab")
        assert "Последние платежи" in cabinet.seen


async def test_what_did_not_come_is_said_where_it_would_stand(home: World) -> None:
    home.refuse["charges"] = StoreLocked(path="operator.db")
    home.refuse["operations"] = StoreLocked(path="operator.db")
    async with home.run(NORMAL) as pilot:
        cabinet = Cabinet(pilot)
        await cabinet.open("payments")
        assert cabinet.seen.count("Не загрузилось. F5") == 2
        assert home.backend is not None
        home.backend.refuse.clear()
        await cabinet.press("f5")
        assert list_of(cabinet, "last")
        assert list_of(cabinet, "ahead")


async def test_recent_payments(home: World) -> None:
    async with home.run(SMALL) as pilot:
        pay = Paying(pilot)
        await pay.open()
        await pay.order("100")
        await pay.give_card()
        await pay.confirm()
        await pay.press("escape")
        home.pass_time(60)
        await pay.open()
        await pay.order("144,44", means=1)  # The bank declines this amount.
        let_pass(home, 6)
        await settle(pilot)
        assert "отклонил платёж" in pay.outcome
        await pay.press("escape", "x")
        assert pay.recent_is_open
        rows = Cabinet(pilot).rows
        assert [row.split("\t")[-1] for row in rows] == ["✗ отклонён", "✓ выполнен"]
        detail = text_of(pay.screen.query_one("#recent-detail"))
        assert "не хватает денег" in detail, "why, for the row under the cursor"
        await pay.press("enter")
        assert "квитанции у него нет" in pay.toasts[-1]
        await pay.press("down", "enter")
        assert pay.receipt_is_open
        await pay.press("escape")
        assert pay.recent_is_open


def test_every_way_has_a_screen_and_a_key() -> None:
    assert {way.id for way in WAYS} == SCREENS.keys()
    keys = [key for way in WAYS for key in in_both_layouts(BY_ID[way.id].keys).split(",")]
    assert len(keys) == len(set(keys))


def _rub(minor: int) -> object:
    from mts_tui.backend.contract.model import Money

    return Money(amount_minor=minor, currency="RUB")


def _provider(home: World) -> str:
    return home.answer(Transfers.providers, "").items[0].id


def _number(home: World) -> str:
    return home.answer(Transfers.providers, "").items[0].example
