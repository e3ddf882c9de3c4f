"""«Пополнить счёт»: by card, by СБП; what is wrong is said in place, and money moves once."""

import asyncio
import gc

import pytest
from textual.widgets import Input

from mts_tui.backend.contract.errors import Offline, StoreLocked
from mts_tui.backend.contract.payments import Card, Payments
from mts_tui.screens.payments import PaymentsPage
from mts_tui.screens.top_up import TopUpScreen
from tests.backend.desk import other_than

from . import test_autopay_page
from .pages import Cabinet, Help, Phone, settle, until
from .paying import ACCOUNT, BLOCKED, CARD, NO_MONEY, Paying, balance, let_pass, payments
from .world import NORMAL, SMALL, World


def cards(home: World) -> list[Card]:
    kept: list[Card] = home.answer(Payments.cards, ACCOUNT).items
    return kept


SIZES = pytest.mark.parametrize("size", [SMALL, NORMAL], ids=["80x24", "120x40"])


@SIZES
async def test_by_card_with_the_code_from_the_phone(home: World, size: tuple[int, int]) -> None:
    async with home.run(size) as pilot:
        pay, before = Paying(pilot), balance(home)
        await Cabinet(pilot).press("п")  # From «Счет», in the Russian layout.
        assert (pay.step, pay.focus) == ("order", "amount")
        await pay.type("300")
        assert "+3,00 ₽ (1 %) = 303,00 ₽" in pay.costs
        assert "+1,20 ₽ (0,4 %) = 301,20 ₽, вернём на счёт" in pay.costs
        await pay.press("enter", "enter")
        assert pay.step == "card"
        assert "спишется 303,00 ₽" in pay.words.replace("\N{NO-BREAK SPACE}", " ")
        await pay.type("22")
        assert pay.field("card-number").border_subtitle == ""
        await pay.type("00")
        assert pay.field("card-number").border_subtitle == "МИР"
        await pay.type("000000000004")
        assert pay.field("card-number").value == "2200 0000 0000 0004"
        await pay.press("enter")
        await pay.type("1229")
        assert pay.field("card-term").value == "12/29"
        await pay.press("enter")
        await pay.type("123")
        assert "123" not in pay.seen
        await pay.press("enter")
        assert pay.step == "code"
        assert balance(home) == before
        code = await pay.read_code()
        assert pay.focus == "payment-code"
        await pay.type(code)
        await pay.press("enter")
        assert pay.step == "outcome"
        assert balance(home) == before + 300_00
        assert "Зачислено" in pay.seen
        assert pay.big == "300,00 ₽"
        assert f"На счёте теперь {(before + 300_00) / 100:.2f}".replace(".", ",") in pay.outcome
        await pay.button("receipt")
        assert pay.receipt_is_open
        assert "НЕФИСКАЛЬНЫЙ, ДЕМО" in pay.seen
        await pay.press("escape", "escape")
        assert Cabinet(pilot).is_open


@SIZES
async def test_by_sbp_the_screen_turns_by_itself(home: World, size: tuple[int, int]) -> None:
    async with home.run(size) as pilot:
        pay, before = Paying(pilot), balance(home)
        await pay.open()
        await pay.order("300", means=1)
        assert pay.step == "qr"
        assert "Ждём банк" in pay.seen
        assert "ещё 15:00" in pay.seen
        assert "301,20" in pay.seen
        await pay.press("с")  # «Скопировать», C in the other layout.
        assert pay.app.clipboard == payments(home)[0].link
        let_pass(home, 6)
        await settle(pilot)
        assert pay.step == "outcome"
        assert balance(home) == before + 300_00
        assert pay.big == "300,00 ₽"
        assert "Комиссию 1,20 ₽ оператор вернёт" in pay.outcome


async def test_a_silent_bank_can_be_left_and_come_back_to(home: World) -> None:
    async with home.run(SMALL) as pilot:
        pay = Paying(pilot)
        await pay.open()
        await pay.order("300,13", means=1)  # The demo's bank never answers this.
        await pay.press("escape")
        assert Cabinet(pilot).is_open
        assert "Квитанции и платежи" in pay.toasts[-1]
        assert "не завершено" in pay.seen
        await pay.press("x")
        assert pay.recent_is_open
        assert "ждёт банк" in pay.seen
        await pay.press("enter")
        assert pay.step == "qr"
        await pay.press("x")
        assert pay.step == "outcome"
        assert "Платёж отменён" in pay.outcome
        assert payments(home)[0].state == "cancelled"


async def test_a_declined_card_and_another_one(home: World) -> None:
    async with home.run(SMALL) as pilot:
        pay, before = Paying(pilot), balance(home)
        await pay.open()
        await pay.order("300")
        await pay.give_card(BLOCKED)
        assert pay.step == "outcome"
        assert "карта заблокирована" in pay.outcome
        assert balance(home) == before
        await pay.press("enter")  # «Попробовать снова»
        assert (pay.step, pay.focus) == ("order", "means")
        assert pay.field("amount").value == "300"
        await pay.press("enter")
        await pay.give_card(NO_MONEY)
        await pay.confirm()
        assert "не хватает денег" in pay.outcome
        await pay.press("enter", "enter")
        await pay.give_card()
        await pay.confirm()
        assert pay.big == "300,00 ₽"
        assert balance(home) == before + 300_00


async def test_a_kept_card_asks_for_the_code_only(home: World) -> None:
    async with home.run(SMALL) as pilot:
        pay, before = Paying(pilot), balance(home)
        await pay.open()
        await pay.order("100")
        pay.screen.query_one("#keep-card").focus()
        await pay.press("space")
        await pay.give_card()
        await pay.confirm()
        await pay.press("escape")
        await pay.open()
        await pay.type("200")
        assert "МИР •••• 0004" in pay.costs
        await pay.press("enter", "enter")
        assert pay.step == "code"
        await pay.confirm()
        assert balance(home) == before + 300_00


@SIZES
async def test_a_kept_card_is_deleted_once_that_is_meant(
    home: World, size: tuple[int, int]
) -> None:
    async with home.run(size) as pilot:
        pay = Paying(pilot)
        test_autopay_page.keep_card(home)
        test_autopay_page.keep_card(home, "no_money")
        await pay.open()
        await pay.type("200")
        await pay.press("enter")
        assert "Удалить карту" in pay.footer
        assert pay.costs.count("МИР") == 2
        await pay.press("delete", "enter")
        assert len(cards(home)) == 2, "a careless Enter deletes nothing"
        await pay.press("delete")
        assert "Удалить карту?" in pay.words
        await pay.button("forget-card")
        assert len(cards(home)) == 1
        assert pay.costs.count("МИР") == 1
        assert pay.field("amount").value == "200", "what was typed stays"
        await pay.press("down")
        assert "Удалить карту" not in pay.footer, "the other ways are no kept cards"
        await pay.press("delete")
        assert pay.step == "order"
        await pay.press("up", "enter")
        assert pay.step == "code", "the form goes on with the card that is left"


async def test_a_card_that_autopay_needs_is_not_deleted(home: World) -> None:
    async with home.run(NORMAL) as pilot:
        pay = Paying(pilot)
        test_autopay_page.keep_card(home)
        test_autopay_page.make(home)
        await pay.open()
        await pay.type("200")
        await pay.press("enter", "delete")
        await pay.button("forget-card")
        assert "платит автоплатёж" in pay.words
        await pay.press("escape")
        assert "МИР" in pay.costs
        assert len(cards(home)) == 1


@pytest.mark.parametrize(
    ("amount", "sentence"),
    [
        ("", "Введите сумму"),
        ("0", "больше нуля"),
        ("-1", "больше нуля"),
        ("0,001", "не больше двух цифр"),
        ("1e9", "цифрами"),
        ("сто", "цифрами"),
        ("NaN", "цифрами"),
        ("9,99", "Слишком мало"),
        ("15 000,01", "Слишком много"),
        ("[b]1[/b]", "цифрами"),
    ],
)
async def test_a_bad_amount_is_said_in_place(home: World, amount: str, sentence: str) -> None:
    async with home.run(SMALL) as pilot:
        pay = Paying(pilot)
        await pay.open()
        await pay.fill("#amount", amount)
        await pay.press("enter")
        assert sentence in pay.message
        assert sentence.split(maxsplit=1)[0] in pay.seen
        assert (pay.focus, pay.field("amount").value) == ("amount", amount)
        await pay.button("order")
        assert (pay.step, sentence in pay.message) == ("order", True)
        assert "top_up" not in home.backend.asked


@pytest.mark.parametrize(
    ("number", "term", "cvv", "sentence", "field"),
    [
        ("2200000000000005", "1229", "123", "опечатка", "card-number"),
        ("", "1229", "123", "Введите номер карты", "card-number"),
        (CARD, "1329", "123", "Месяца 13", "card-term"),
        (CARD, "1025", "123", "истёк", "card-term"),
        (CARD, "1229", "12", "три цифры", "card-cvv"),
    ],
)
async def test_a_bad_card_is_said_in_place(
    home: World, number: str, term: str, cvv: str, sentence: str, field: str
) -> None:
    async with home.run(SMALL) as pilot:
        pay = Paying(pilot)
        await pay.open()
        await pay.order("300")
        await pay.give_card(number, term, cvv)
        assert sentence in pay.message
        assert (pay.step, pay.focus) == ("card", field)
        assert "give_card" not in home.backend.asked


async def test_what_was_wrong_is_said_until_it_is_mended(home: World) -> None:
    async with home.run(SMALL) as pilot:
        pay = Paying(pilot)
        await pay.open()
        await pay.order("100")
        await pay.give_card(term="1025")
        assert "истёк" in pay.message
        await pay.fill("#card-term", "1229")
        assert pay.message == ""
        await pay.give_card()
        await pay.confirm(other_than(pay.code))
        assert "Код не подошёл" in pay.message, "the field was emptied, nothing is mended yet"
        assert "новый код" not in pay.message, "a payment has one"


async def test_enter_leads_on_only_from_a_part_of_the_card_that_is_right(home: World) -> None:
    async with home.run(SMALL) as pilot:
        pay = Paying(pilot)
        await pay.open()
        await pay.order("100")
        await pay.type("2200000000000005")
        await pay.press("enter")
        assert "опечатка" in pay.message
        assert pay.focus == "card-number"
        await pay.fill("#card-number", CARD)
        await pay.press("enter")
        assert pay.focus == "card-term"


async def test_a_real_card_is_refused_and_nothing_of_it_is_left(home: World) -> None:
    async with home.run(SMALL) as pilot:
        pay = Paying(pilot)
        await pay.open()
        await pay.order("300")
        await pay.give_card("4242424242424242")
        assert "настоящую карту сюда вводить нельзя" in pay.message
        assert [one.value for one in pay.screen.query(Input)] == ["", "", ""]


async def test_the_card_is_nowhere_after_it_was_sent(home: World) -> None:
    async with home.run(SMALL) as pilot:
        pay = Paying(pilot)
        await pay.open()
        await pay.order("300")
        assert home.backend is not None
        home.backend.gate = asyncio.Event()
        for field, text in (("number", CARD), ("term", "1229"), ("cvv", "987")):
            await pay.fill(f"#card-{field}", text)
        pay.app.simulate_key("enter")
        await until(pilot, lambda: "give_card" in home.backend.asked)
        assert [one.value for one in pay.screen.query(Input)] == ["", "", ""]
        home.backend.gate.set()
        await settle(pilot)
        assert pay.step == "code"
        gc.collect()
        kept = [one for one in gc.get_objects() if isinstance(one, Input)]
        assert not any(CARD in "".join(one.value.split()) for one in kept)
        assert not any(one.value == "987" for one in kept)
        assert pay.app.clipboard == ""


async def test_a_card_is_never_on_the_clipboard(home: World) -> None:
    async with home.run(SMALL) as pilot:
        pay = Paying(pilot)
        await pay.open()
        await pay.order("300")
        await pay.type(CARD)
        await pay.press("shift+home", "ctrl+c", "ctrl+x")
        assert pay.app.clipboard == ""
        assert pay.field("card-number").value == ""


async def test_two_enters_are_one_payment(home: World) -> None:
    async with home.run(SMALL) as pilot:
        pay, before = Paying(pilot), balance(home)
        await pay.open()
        await pay.type("300")
        await pay.press("enter")
        for _ in range(2):
            pay.app.simulate_key("enter")
        await settle(pilot)
        assert home.backend.asked.count("top_up") == 1
        await pay.give_card()
        code = pay.code
        await pay.type(code)
        for _ in range(2):
            pay.app.simulate_key("enter")
        await settle(pilot)
        assert pay.step == "outcome"
        assert len(payments(home)) == 1
        assert balance(home) == before + 300_00


async def test_a_repeated_order_after_a_lost_answer_is_one_payment(home: World) -> None:
    async with home.run(SMALL) as pilot:
        pay = Paying(pilot)
        await pay.open()
        await pay.type("300")
        lost = StoreLocked(path="operator.db")
        real, answered = home.backend.call, []

        async def loses_the_first_answer(endpoint, arguments, key):
            answer = await real(endpoint, arguments, key)
            if endpoint.name == "top_up" and not answered:
                answered.append(key)
                raise lost
            return answer

        home.backend.call = loses_the_first_answer
        await pay.press("enter", "enter")
        assert str(lost) in pay.message
        assert pay.field("amount").value == "300"
        await pay.press("enter")
        assert pay.step == "card"
        assert len(payments(home)) == 1


@pytest.mark.parametrize("arrived", [False, True], ids=["not-arrived", "arrived"])
async def test_a_lost_answer_to_the_code(home: World, *, arrived: bool) -> None:
    async with home.run(SMALL) as pilot:
        pay, before = Paying(pilot), balance(home)
        await pay.open()
        await pay.order("300")
        await pay.give_card()
        code, real = pay.code, home.backend.call

        async def loses(endpoint, arguments, key):
            if endpoint.name == "confirm":
                if arrived:
                    await real(endpoint, arguments, key)
                home.backend.call = real
                raise Offline(server="mts.example")
            return await real(endpoint, arguments, key)

        home.backend.call = loses
        await pay.confirm(code)
        assert pay.step == "doubt"
        assert "Нет связи" in pay.message
        assert "Второй раз деньги" in pay.words
        await pay.press("enter")  # «Продолжить»
        if not arrived:
            assert pay.step == "code"
            await pay.confirm(code)
        assert pay.step == "outcome"
        assert balance(home) == before + 300_00


async def test_esc_in_3d_secure_cancels_at_the_operator(home: World) -> None:
    async with home.run(SMALL) as pilot:
        pay, before = Paying(pilot), balance(home)
        await pay.open()
        await pay.order("300")
        await pay.give_card()
        await pay.press("escape")
        assert Cabinet(pilot).is_open
        assert pay.toasts[-1] == "Платёж отменён, деньги не списаны."
        assert payments(home)[0].state == "cancelled"
        assert balance(home) == before


async def test_esc_while_there_is_no_way_to_the_operator(home: World) -> None:
    async with home.run(SMALL) as pilot:
        pay = Paying(pilot)
        await pay.open()
        await pay.order("300")
        await pay.give_card()
        home.backend.refuse["cancel"] = Offline(server="mts.example")
        await pay.press("escape")
        assert Cabinet(pilot).is_open
        assert "Отменить платёж не получилось" in pay.toasts[-1]
        await pay.press("x")
        assert "ждёт код" in pay.seen
        await pay.press("enter")
        assert pay.step == "code"


async def test_wrong_codes(home: World) -> None:
    async with home.run(SMALL) as pilot:
        pay, before = Paying(pilot), balance(home)
        await pay.open()
        await pay.order("300")
        await pay.give_card()
        code = pay.code
        await pay.confirm("12")
        assert "шесть цифр" in pay.message
        await pay.confirm(other_than(code))
        assert "Осталось попыток: 2" in pay.message
        assert pay.field("payment-code").value == ""
        await pay.confirm(other_than(code))
        await pay.confirm(other_than(code))
        assert pay.step == "outcome"
        assert "трижды введён неверно" in pay.outcome
        assert balance(home) == before


async def test_the_code_counts_down_and_expires(home: World) -> None:
    async with home.run(SMALL) as pilot:
        pay = Paying(pilot)
        await pay.open()
        await pay.order("300")
        await pay.give_card()
        code = pay.code
        home.pass_time(299)
        pay.screen.query_one("CodeStep")._tick()
        await settle(pilot)
        assert "ещё 00:01" in pay.seen
        home.pass_time(2)
        pay.screen.query_one("CodeStep")._tick()
        await settle(pilot)
        assert "Время кода вышло" in pay.seen
        await pay.confirm(code)
        assert "Время платежа вышло" in pay.outcome


async def test_another_number_and_own_ones(home: World) -> None:
    async with home.run(SMALL) as pilot:
        pay = Paying(pilot)
        await pay.open("д")
        assert (pay.focus, pay.field("to").value) == ("to", "")
        await pay.type("123")
        await pay.press("enter")
        await pay.fill("#amount", "300")
        await pay.button("order")
        assert pay.focus == "to"
        assert pay.message.endswith(".")
        await pay.press("f4")
        first = pay.field("to").value
        await pay.press("f4")
        assert pay.field("to").value != first
        await pay.fill("#to", "9810531122")
        assert str(pay.field("to").border_subtitle) == "Для объявлений"
        await pay.press("enter")
        await pay.order("300")
        await pay.give_card()
        await pay.confirm()
        assert pay.big == "300,00 ₽"
        assert not pay.screen.query("#receipt"), "the entry is in another account"


async def test_a_number_of_another_country_changes_the_currency(home: World) -> None:
    async with home.run(SMALL) as pilot:
        pay = Paying(pilot)
        await pay.open("l")
        await pay.type("+375330000001")
        await pay.press("enter")
        await pay.type("20")
        assert "BYN" in pay.costs
        assert str(pay.field("amount").border_subtitle) == "BYN"
        await pay.press("enter", "down", "enter")
        assert "СБП работает только в рублях" in pay.message


async def test_quick_amounts(home: World) -> None:
    async with home.run(SMALL) as pilot:
        pay = Paying(pilot)
        await pay.open()
        seen = []
        for key in ("up", "up", "up", "up", "up", "down"):
            await pay.press(key)
            seen.append(pay.field("amount").value)
        assert seen == ["100", "300", "500", "1 000", "1 000", "500"]
        await pay.click("QuickAmounts", offset=(7, 0))
        assert pay.field("amount").value == "300"


async def test_the_phone_opens_over_the_form(home: World) -> None:
    async with home.run(SMALL) as pilot:
        pay, phone = Paying(pilot), Phone(pilot)
        await pay.open()
        await pay.order("300")
        await pay.give_card()
        await phone.open()
        assert phone.code
        assert "Код из SMS" in pay.seen, "the form is still there beside the phone"
        await pay.press("escape")
        assert pay.step == "code", "Esc put the phone away, not the payment"


async def test_a_form_that_cannot_be_filled_says_why(home: World) -> None:
    async with home.run(SMALL) as pilot:
        pay = Paying(pilot)
        home.backend.refuse["cards"] = StoreLocked(path="operator.db")
        await pay.open()
        assert Cabinet(pilot).is_open
        assert "занят другой программой" in pay.toasts[-1]


async def test_help_and_palette_know_the_ways(home: World) -> None:
    async with home.run(NORMAL) as pilot:
        pay = Paying(pilot)
        await Cabinet(pilot).open("payments")
        commands = {one.title: one for one in pay.app.get_system_commands(pay.screen)}
        assert {"Пополнить", "Перевести деньги", "Автоплатёж"} <= commands.keys()
        await commands["Пополнить"].callback()
        await settle(pilot)
        assert isinstance(pay.screen, TopUpScreen)
        await pay.press("escape", "f1")
        assert "Перевести деньги со счёта" in Help(pilot).lines
        assert pay.app.screen_stack[-2].query(PaymentsPage)
