"""The virtual phone: SMS come, codes are dialled, short numbers answer."""

import asyncio

import pytest
from textual.widgets import Input

from mts_tui import formatting
from mts_tui.backend.contract.account import Account
from mts_tui.backend.operator.handset import NOT_DELIVERED, SENT, UNKNOWN
from mts_tui.widgets.handset import Handset

from .pages import Cabinet, NewPassword, Phone, SignIn, settle
from .world import LARGE, NORMAL, SMALL, World


@pytest.mark.parametrize("size", [SMALL, NORMAL, LARGE], ids=["80x24", "120x40", "200x60"])
async def test_opens_and_closes(home: World, size: tuple[int, int]) -> None:
    async with home.run(size) as pilot:
        cabinet, phone = Cabinet(pilot), Phone(pilot)
        for key, again in (("f2", "f2"), ("n", "escape"), ("т", "escape")):
            await phone.press(key)
            assert phone.is_open
            assert phone.focus == "handset-input"
            assert "+7 985 370-12-34" in phone.head
            assert "Москва и Московская область" in phone.head
            assert "Набрать" in phone.seen
            await phone.press(again)
            assert not phone.is_open
            assert cabinet.focus == "history"


CODES = {
    "*100#": "Баланс: 300,30 ₽. Остатки пакетов: *100*1#",
    "#100#": "Balans: 300,30 rub.",
    "*100*1#": "Минуты: 214 минут до",
    "*111*59#": "Ваш тариф: Smart Nonstop.",
    "*111*455*0#": "659 баллов, это 197,70 ₽.",
    "*#06#": "IMEI",
    "*132#": "Услуга «На полном доверии» не подключена.",
    "* 100 #": "Баланс",
    "*999#": UNKNOWN,
    "привет": UNKNOWN,
    "[/foo]": UNKNOWN,
    "🙂": UNKNOWN,
}


async def test_codes(home: World) -> None:
    async with home.run() as pilot:
        phone = Phone(pilot)
        await phone.open()
        for code, told in CODES.items():
            await phone.dial(code)
            assert phone.reply.replace(formatting.NBSP, " ").startswith(told), code
            assert " ".join(told.split()[:2]) in phone.words
            assert not phone.screen.query_one("#handset-input", Input).value


@pytest.mark.parametrize("size", [SMALL, NORMAL], ids=["80x24", "120x40"])
async def test_an_answer_that_wraps_is_seen_to_its_end(home: World, size: tuple[int, int]) -> None:
    async with home.run(size) as pilot:
        phone = Phone(pilot)
        await phone.open()
        await phone.dial("*111*28#")
        assert "каждые 30 дней" in phone.reply
        assert "1 Подключить" in phone.seen


async def test_menu_of_111(home: World) -> None:
    async with home.run() as pilot:
        phone = Phone(pilot)
        await phone.open()
        await phone.dial("111")
        assert "3 Пароль по SMS" in phone.reply
        await phone.dial("3")
        assert phone.reply == "Пароль отправлен вам в SMS."
        assert phone.code in phone.words
        await phone.dial("1")
        assert phone.reply == UNKNOWN, "the menu is over"
        await phone.dial("111")
        await phone.dial("9")
        assert phone.reply.startswith("Такого пункта нет.")


async def test_password_by_sms_to_3339(home: World) -> None:
    async with home.run() as pilot:
        phone = Phone(pilot)
        await phone.open()
        await phone.dial("3339 пароль")
        assert phone.reply == "Сообщение отправлено."
        assert "Вы → 3339" in phone.messages
        assert len(phone.code) == 6
        await phone.dial("3339 Пароль")
        assert "Пароль вам уже отправлен." in phone.messages
        await phone.dial("3339 что-то")
        assert "Команда не распознана." in phone.messages
        await phone.dial("3338 привет")
        assert phone.reply == NOT_DELIVERED
        await phone.dial("89561234567 привет")
        assert phone.reply == SENT
        assert "Вы → +79561234567" in phone.messages


async def test_trust_by_code_is_seen_on_the_page(home: World) -> None:
    async with home.run(NORMAL) as pilot:
        cabinet, phone = Cabinet(pilot), Phone(pilot)
        await phone.open()
        await phone.dial("*111*32#")
        assert home.answer(Account.overview, "anna-moscow").trust_limit is not None
        await phone.close()
        assert "на полном доверии" in cabinet.beside


async def test_too_much_text(home: World) -> None:
    async with home.run() as pilot:
        phone = Phone(pilot)
        await phone.open()
        phone.screen.query_one("#handset-input").focus()
        await phone.paste("*" * 500)
        await phone.press("enter")
        assert phone.reply
        assert phone.is_open
        await phone.paste("111 " + "ю" * 1050)
        await phone.press("enter")
        assert phone.reply


async def test_empty_dialling_does_nothing(home: World) -> None:
    async with home.run() as pilot:
        phone = Phone(pilot)
        await phone.open()
        before = phone.reply
        await phone.dial("   ")
        assert phone.reply == before
        assert "dial" not in home.backend.asked


async def test_code_that_comes_while_the_phone_is_away_is_a_toast(home: World) -> None:
    async with home.run() as pilot:
        cabinet, phone = Cabinet(pilot), Phone(pilot)
        code = home.window().order_code("+79853701234")
        await settle(pilot)
        assert [toast[:6] for toast in cabinet.toasts] == [code]
        await phone.open()
        assert phone.code == code


async def test_code_that_comes_while_the_phone_is_there_is_no_toast(home: World) -> None:
    async with home.run() as pilot:
        phone = Phone(pilot)
        await phone.open()
        code = home.window().order_code("+79853701234")
        await settle(pilot)
        assert phone.code == code
        assert not phone.toasts


async def test_anothers_code_is_no_toast(home: World) -> None:
    async with home.run() as pilot:
        home.window().order_code("+79810531122")
        await settle(pilot)
        assert not Cabinet(pilot).toasts


async def test_signing_in_with_the_phone_open(world: World) -> None:
    """The SMS about the sign-in comes while the phone goes with its screen."""
    async with world.run() as pilot:
        way, phone = SignIn(pilot), Phone(pilot)
        await way.type_number("9853701234")
        await way.request_code()
        await phone.open()
        await way.type_secret(phone.code)
        assert NewPassword(pilot).offered


async def test_answer_that_comes_while_the_phone_goes(home: World) -> None:
    """A widget's children go before its workers are cancelled; an answer may come in between."""
    async with home.run() as pilot:
        phone = Phone(pilot)
        await phone.open()
        home.backend.gate = asyncio.Event()
        with home.store.write() as tx:
            tx.message("anna-moscow", "MTS", "привет")
        await pilot.pause()
        await phone.screen.query_one(Handset).remove_children()
        home.backend.gate.set()
        await settle(pilot)
        assert pilot.app._exception is None


async def test_toasts_after_signing_in_with_the_phone_open(world: World) -> None:
    async with world.run() as pilot:
        way, phone = SignIn(pilot), Phone(pilot)
        await way.type_number("9853701234")
        await way.request_code()
        await phone.open()
        await way.type_secret(phone.code)
        await NewPassword(pilot).skip()
        world.pass_time(61)
        code = world.window().order_code("+79853701234")
        await settle(pilot)
        assert phone.is_open or any(toast.startswith(code) for toast in way.toasts)


async def test_opening_the_phone_takes_its_toast_away(world: World) -> None:
    async with world.run() as pilot:
        way = SignIn(pilot)
        await way.type_number("9853701234")
        await way.request_code()
        assert way.toasts
        await Phone(pilot).open()
        assert not way.toasts


async def test_other_sims(home: World) -> None:
    async with home.run() as pilot:
        phone = Phone(pilot)
        await phone.open()
        met = [phone.head.split("\n")[0].removeprefix(" Телефон ").strip()]
        for _ in range(6):
            await phone.press("ctrl+n")
            met.append(phone.head.split("\n")[0].removeprefix(" Телефон ").strip())
        assert met[0] == met[-1] == "+7 985 370-12-34"
        assert len(set(met)) == 6
        await phone.press("ctrl+n")
        await phone.dial("*100#")
        assert "134,61" in phone.reply


async def test_other_sim_in_the_russian_layout(home: World) -> None:
    async with home.run() as pilot:
        phone = Phone(pilot)
        await phone.open()
        await phone.press("ctrl+т")
        assert "+7 981 053-11-22" in phone.head


async def test_phone_follows_the_number_that_is_worked_with(home: World) -> None:
    async with home.run() as pilot:
        phone = Phone(pilot)
        await phone.press("f4")
        await phone.open()
        assert "+7 981 053-11-22" in phone.head


async def test_open_phone_follows_too(home: World) -> None:
    async with home.run() as pilot:
        phone = Phone(pilot)
        await phone.open()
        await phone.press("f4")
        assert "+7 981 053-11-22" in phone.head


async def test_phone_of_the_number_that_is_typed(world: World) -> None:
    async with world.run() as pilot:
        way, phone = SignIn(pilot), Phone(pilot)
        await way.type_number("+7 981 053-11-22")
        await phone.open()
        assert "+7 981 053-11-22" in phone.head


async def test_newest_message_is_in_sight(home: World) -> None:
    async with home.run() as pilot:
        phone = Phone(pilot)
        with home.store.write() as tx:
            for place in range(30):
                tx.message("anna-moscow", "MTS", f"сообщение {place}")
        await phone.open()
        assert "сообщение 29" in phone.words
        with home.store.write() as tx:
            tx.message("anna-moscow", "MTS", "самое новое")
        await settle(pilot)
        assert "самое новое" in phone.words


async def test_older_messages_by_keys(home: World) -> None:
    async with home.run() as pilot:
        phone = Phone(pilot)
        with home.store.write() as tx:
            for place in range(15):
                tx.message("anna-moscow", "MTS", f"сообщение номер {place:02}")
        await phone.open()
        assert "сообщение номер 00" not in phone.words
        await phone.press("pageup", "pageup", "pageup")
        assert "сообщение номер 00" in phone.words
