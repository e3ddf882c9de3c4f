"""«Перевести деньги» and «Оплатить услуги»: terms, what changes, the code, and refusals in place."""

import pytest

from mts_tui.backend.contract.account import Account
from mts_tui.backend.contract.transfers import Transfers

from .pages import Cabinet, settle
from .paying import ACCOUNT, MISHA, Paying, balance, payments
from .test_account_page import put
from .world import NORMAL, SMALL, World

SIZES = pytest.mark.parametrize("size", [SMALL, NORMAL], ids=["80x24", "120x40"])


def seen(pay: Paying) -> str:
    return pay.words.replace("\N{NO-BREAK SPACE}", " ")


@SIZES
async def test_transfer(home: World, size: tuple[int, int]) -> None:
    async with home.run(size) as pilot:
        put(home, 500_00)
        pay, before = Paying(pilot), balance(home)
        await pay.open("р")
        await pay.type(MISHA)
        assert "от 1,00 ₽ до 300,00 ₽" in seen(pay)
        assert "Комиссия 7,00 ₽. На счёте должно остаться 90,00 ₽" in seen(pay)
        await pay.press("enter")
        await pay.type("100")
        await pay.press("enter")
        assert pay.step == "preview"
        assert f"{before / 100:.2f} ₽ → {(before - 107_00) / 100:.2f} ₽".replace(".", ",") in seen(
            pay
        )
        assert balance(home) == before
        await pay.press("enter")
        assert pay.step == "code"
        await pay.confirm()
        assert pay.step == "outcome"
        assert "Переведено" in pay.seen
        assert balance(home) == before - 107_00
        await pay.button("receipt")
        assert pay.receipt_is_open


async def test_transfer_back_to_the_form_keeps_what_was_typed(home: World) -> None:
    async with home.run(SMALL) as pilot:
        put(home, 500_00)
        pay = Paying(pilot)
        await pay.open("h")
        await pay.type(MISHA)
        await pay.press("enter")
        await pay.type("100")
        await pay.press("enter")
        await pay.button("change")
        assert pay.step == "order"
        assert pay.field("amount").value == "100"
        assert MISHA[-4:-2] in pay.field("to").value
        assert payments(home) == []


@pytest.mark.parametrize(
    ("to", "amount", "sentence"),
    [
        ("9853705678", "300,01", "Слишком много"),
        ("9853705678", "0,99", "Слишком мало"),
        ("9853705678", "сто", "цифрами"),
        ("9853705678", "290", "остаться"),
        ("9853701234", "100", "того же счёта"),
        ("9810531122", "100", "из другого"),
        ("+375330000001", "100", "России"),
        ("123", "100", "."),
    ],
    ids=["much", "little", "words", "remain", "self", "region", "abroad", "no-number"],
)
async def test_transfer_is_refused_in_place(
    home: World, to: str, amount: str, sentence: str
) -> None:
    async with home.run(SMALL) as pilot:
        pay, before = Paying(pilot), balance(home)
        await pay.open("h")
        await pay.type(to)
        await pay.press("enter")
        await pay.type(amount)
        await pay.press("enter")
        assert pay.step == "order"
        assert sentence in pay.message
        assert pay.field("amount").value == amount
        assert balance(home) == before


async def test_a_number_that_cannot_be_paid_is_not_asked_for_again(home: World) -> None:
    async with home.run(SMALL) as pilot:
        pay = Paying(pilot)
        await pay.open("р")
        assert "Введите номер" in pay.words
        await pay.type("9810531122")
        assert "внутри одного региона" in seen(pay)
        assert "Введите номер" not in pay.words


async def test_two_enters_are_one_transfer(home: World) -> None:
    async with home.run(SMALL) as pilot:
        put(home, 500_00)
        pay = Paying(pilot)
        await pay.open("h")
        await pay.type(MISHA)
        await pay.press("enter")
        await pay.type("100")
        await pay.press("enter")
        for _ in range(2):
            pay.app.simulate_key("enter")
        await settle(pilot)
        assert pay.step == "code"
        assert len(payments(home)) == 1


async def test_esc_at_the_code_cancels_the_transfer(home: World) -> None:
    async with home.run(SMALL) as pilot:
        put(home, 500_00)
        pay, before = Paying(pilot), balance(home)
        await pay.open("h")
        await pay.type(MISHA)
        await pay.press("enter")
        await pay.type("100")
        await pay.press("enter", "enter", "escape")
        assert Cabinet(pilot).is_open
        assert payments(home)[0].state == "cancelled"
        assert balance(home) == before


# ------------------------------------------------------------------ purchases


@SIZES
async def test_purchase_is_found_paid_and_kept(home: World, size: tuple[int, int]) -> None:
    async with home.run(size) as pilot:
        put(home, 500_00)
        pay, before = Paying(pilot), balance(home)
        provider = next(
            one for one in home.answer(Transfers.providers, "").items if not one.fee_permille
        )
        await pay.open("у")
        await pay.type(provider.title[:12].upper())
        await pay.press("enter")
        if pay.screen.query("Rows"):
            await pay.press("enter")
        assert provider.example in pay.seen
        await pay.type(provider.example)
        await pay.press("enter")
        await pay.type("100")
        pay.screen.query_one("#keep").focus()
        await pay.press("space")
        await pay.button("order")
        assert pay.step == "preview"
        assert "→" in pay.seen
        await pay.press("enter")
        await pay.confirm()
        assert "Оплачено" in pay.seen
        assert "Платёж сохранён" in pay.outcome
        assert balance(home) == before - 100_00
        await pay.press("escape")
        await pay.open("e")
        rows = Cabinet(pilot).rows
        assert rows[0].startswith("★")
        assert "100,00" in rows[0]
        await pay.press("enter", "enter")
        assert pay.field("number").value == provider.example
        assert pay.field("amount").value == "100"
        assert not pay.screen.query("#keep")
        await pay.press("enter", "enter")
        await pay.confirm()
        assert balance(home) == before - 200_00


async def test_a_kept_payment_is_forgotten(home: World) -> None:
    async with home.run(SMALL) as pilot:
        pay = Paying(pilot)
        one = home.answer(Transfers.providers, "").items[0]
        from mts_tui.backend.contract.model import Money
        from mts_tui.backend.contract.transfers import SavedOrder

        amount = Money(amount_minor=100_00, currency="RUB")
        order = SavedOrder(name="[b]Дом", provider=one.id, number=one.example, amount=amount)
        home.answer(Transfers.save, ACCOUNT, order)
        await pay.open("e")
        assert "[b]Дом" in pay.seen
        await pay.press("enter", "delete")
        assert not Cabinet(pilot).rows[0].startswith("★")
        assert "удалён из сохранённых" in pay.message
        await pay.press("delete")
        assert "отмечен звёздочкой" in pay.message


async def test_down_leads_from_the_search_into_the_list(home: World) -> None:
    async with home.run(SMALL) as pilot:
        pay = Paying(pilot)
        await pay.open("e")
        assert pay.focus == "sought"
        await pay.press("down")
        assert pay.focus == "providers"


async def test_a_number_that_does_not_fit_is_said_in_place(home: World) -> None:
    async with home.run(SMALL) as pilot:
        pay = Paying(pilot)
        one = next(
            one for one in home.answer(Transfers.providers, "").items if one.example.isdigit()
        )
        await pay.open("e")
        await pay.type(one.title)
        await pay.press("enter")
        await pay.press("enter")
        assert "Заполните" in pay.message
        await pay.type("не номер")
        await pay.press("enter")
        assert one.example in pay.message
        assert pay.focus == "number"
        await pay.fill("#number", one.example)
        await pay.press("enter")
        await pay.type("100000")
        await pay.press("enter")
        assert "Слишком много" in pay.message


async def test_not_enough_money_is_said_in_the_form(home: World) -> None:
    async with home.run(SMALL) as pilot:
        pay = Paying(pilot)
        one = home.answer(Transfers.providers, "").items[0]
        amount = home.answer(Account.overview, ACCOUNT).available.amount_minor // 100 + 1
        await pay.open("e")
        await pay.type(one.title)
        await pay.press("enter")
        await pay.type(one.example)
        await pay.press("enter")
        await pay.type(str(amount))
        await pay.press("enter")
        assert pay.step == "order"
        assert "хватает" in pay.message or "остаться" in pay.message


async def test_nobody_is_found(home: World) -> None:
    async with home.run(SMALL) as pilot:
        pay = Paying(pilot)
        await pay.open("e")
        await pay.type("ъъъ")
        assert "Никого не нашлось" in pay.seen
        await pay.press("enter")
        assert pay.focus == "sought"
