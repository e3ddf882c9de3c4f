"""The way in and out: number, code, password, idle lock, keyring, and every refusal on it."""

import asyncio

import pytest
from textual import events

from mts_tui import formatting
from mts_tui.backend.contract.access import Access
from mts_tui.backend.contract.account import Account
from mts_tui.credentials import State
from tests.backend.desk import (
    ANNA,
    ANNA_SECOND,
    LONG_PASSWORD,
    SHORT_PASSWORD,
    STRANGER,
    other_than,
)

from .pages import Cabinet, NewPassword, Person, Phone, SignIn, settle, until
from .world import NORMAL, SMALL, World

MINUTE = 60
IDLE_SENTENCE = "Вы не нажимали клавиш 20 мин, и кабинет закрылся сам. Войдите снова."
WARNING = "Через минуту кабинет закроется сам. Нажмите любую клавишу, чтобы остаться."


def nothing_left_of_the_account(person: Person) -> bool:
    """No widget of the cabinet lives on, and no figure or name of it is seen."""
    words = person.words
    told = ("₽", "Smart Nonstop", "Основной", "балл", "Минуты", "Входящ", "Исходящ")
    return len(person.app.screen_stack) == 2 and not any(word in words for word in told)


# ------------------------------------------------------------------ the way


@pytest.mark.parametrize("size", [SMALL, NORMAL], ids=["80x24", "120x40"])
async def test_the_way(world: World, size: tuple[int, int]) -> None:
    async with world.run(size) as pilot:
        way, phone, cabinet = SignIn(pilot), Phone(pilot), Cabinet(pilot)

        await way.type("9853701234")
        assert way.number == "+7 985 370-12-34"
        assert way.region == "Москва и Московская область"

        await way.press("f3")
        assert "на +7 985 370-12-34 придёт SMS с номера 3339" in way.message
        assert way.focus == "secret"

        await way.press("f2")
        code = phone.code
        await way.press("f2")
        assert not phone.is_open
        await way.type_secret(code)

        offer = NewPassword(pilot)
        assert offer.offered
        await offer.type(LONG_PASSWORD)
        await offer.press("enter")
        await offer.type(LONG_PASSWORD)
        await offer.press("enter")
        assert "Постоянный пароль установлен." in offer.toasts

        overview = world.answer(Account.overview, "anna-moscow")
        balance = formatting.money(overview.number.balance.amount_minor)
        assert cabinet.page == "account"
        assert cabinet.balance == balance.replace(formatting.NBSP, " ")
        assert balance in cabinet.top

        world.pass_time(18 * MINUTE)
        await cabinet.idle_look()
        assert WARNING not in cabinet.toasts
        world.pass_time(MINUTE)
        await cabinet.idle_look()
        await cabinet.idle_look()
        assert cabinet.toasts.count(WARNING) == 1
        world.pass_time(MINUTE)
        await cabinet.idle_look()
        assert way.is_open
        assert way.message == IDLE_SENTENCE
        assert way.number == "+7 985 370-12-34"
        assert nothing_left_of_the_account(way)

        await way.press("f6")
        assert cabinet.page == "account"
        assert cabinet.balance == balance.replace(formatting.NBSP, " ")


# ------------------------------------------------------------------ codes


async def test_enter_in_the_number_goes_to_the_secret(world: World) -> None:
    async with world.run() as pilot:
        way = SignIn(pilot)
        assert way.focus == "phone"
        await way.type("9853701234")
        await way.press("enter")
        assert way.focus == "secret"
        assert not way.message.startswith("В номере")


async def test_the_demo_says_which_number_to_try(world: World) -> None:
    async with world.run() as pilot:
        assert "Попробуйте номер +7 985 370-12-34" in SignIn(pilot).message


async def test_a_strangers_number_gets_the_same_answers(world: World) -> None:
    async with world.run() as pilot:
        way = SignIn(pilot)
        answers = []
        for number in (ANNA, STRANGER):
            await way.type_number(number)
            await way.request_code()
            first = way.message.replace(way.number, "НОМЕР")
            await way.type_secret("000000")
            answers.append((first, way.message))
        assert answers[0] == answers[1]


async def test_code_is_asked_for_too_often(world: World) -> None:
    async with world.run() as pilot:
        way = SignIn(pilot)
        await way.type_number("9853701234")
        await way.request_code()
        world.pass_time(20)
        await way.request_code()
        assert f"Новый код можно получить через {formatting.duration(40)}." in way.message
        world.pass_time(40)
        await way.request_code()
        assert "придёт SMS" in way.message


async def test_code_of_five_minutes_ago_is_refused(world: World) -> None:
    async with world.run() as pilot:
        way = SignIn(pilot)
        await way.type_number("9853701234")
        await way.request_code()
        code = await Phone(pilot).read_code()
        world.pass_time(5 * MINUTE)
        await way.type_secret(code)
        assert way.message == "Код не подошёл. Осталось попыток: 2. Можно запросить новый код."
        assert way.focus == "secret"
        assert not way.secret.value


async def test_code_may_be_pasted_with_spaces(world: World) -> None:
    async with world.run() as pilot:
        way = SignIn(pilot)
        await way.type_number("9853701234")
        await way.request_code()
        code = await Phone(pilot).read_code()
        way.secret.focus()
        await way.paste(f" {code[:3]} {code[3:]}\n")
        await way.press("enter")
        assert NewPassword(pilot).offered


async def test_code_without_asking_here(world: World) -> None:
    """*111*25# on the phone is a way of its own: the screen was not told of that code."""
    async with world.run() as pilot:
        way, phone = SignIn(pilot), Phone(pilot)
        await way.type_number("9853701234")
        await phone.open()
        await phone.dial("*111*25#")
        code = phone.code
        await phone.close()
        await way.type_secret(code)
        assert NewPassword(pilot).offered


async def test_three_wrong_codes_close_the_number_for_ten_minutes(world: World) -> None:
    async with world.run() as pilot:
        way = SignIn(pilot)
        await way.type_number("9853701234")
        await way.request_code()
        code = await Phone(pilot).read_code()
        for left in (2, 1):
            await way.type_secret(other_than(code))
            assert f"Осталось попыток: {left}." in way.message
        await way.type_secret(other_than(code))
        assert "Откроется через 10:00." in way.message
        assert "Открытые сеансы работают" in way.message
        assert not way.buttons_work

        world.pass_time(1)
        await way.tick()
        assert "Откроется через 09:59." in way.message
        await way.type_secret(code)
        assert "Откроется через 09:59." in way.message, "the right code does not open it"
        world.pass_time(9 * MINUTE + 58)
        await way.tick()
        assert "Откроется через 00:01." in way.message
        assert not way.buttons_work
        world.pass_time(1)
        await way.tick()
        assert way.message.startswith("Номер снова открыт.")
        assert way.buttons_work

        await way.by_code()
        assert NewPassword(pilot).offered


async def test_another_number_is_not_closed(world: World) -> None:
    async with world.run() as pilot:
        way = SignIn(pilot)
        await way.type_number("9853701234")
        for _ in range(3):
            await way.type_secret("000000")
        assert not way.buttons_work
        await way.type_number(ANNA_SECOND)
        assert way.buttons_work
        await way.by_code(ANNA_SECOND)
        assert NewPassword(pilot).offered


async def test_leaving_a_closed_number_does_not_say_that_it_is_open(world: World) -> None:
    async with world.run() as pilot:
        way = SignIn(pilot)
        await way.type_number("9853701234")
        for _ in range(3):
            await way.type_secret("000000")
        await way.type_number(ANNA_SECOND)
        assert not way.message.startswith("Номер снова открыт.")


async def test_the_owner_is_told_of_wrong_tries(world: World) -> None:
    async with world.run() as pilot:
        way = SignIn(pilot)
        await way.type_number("9853701234")
        for _ in range(3):
            await way.type_secret("000000")
        phone = Phone(pilot)
        await phone.open()
        assert "три раза неверно ввели код" in phone.messages


# ------------------------------------------------------------------ permanent password


async def test_offer_may_be_skipped_and_nothing_is_stored(world: World) -> None:
    async with world.run() as pilot:
        await SignIn(pilot).by_code()
        await NewPassword(pilot).skip()
        assert Cabinet(pilot).is_open
        assert not world.vault.kept
        assert not pilot.app.settings.phone
        assert not world.places.settings_file.exists()


async def test_the_offers_button_skips_too(world: World) -> None:
    async with world.run() as pilot:
        await SignIn(pilot).by_code()
        await NewPassword(pilot).click("#skip")
        assert Cabinet(pilot).is_open


async def test_offer_without_remembering_stores_nothing(world: World) -> None:
    async with world.run() as pilot:
        await SignIn(pilot).by_code()
        offer = NewPassword(pilot)
        offer.remember.focus()
        await offer.press("space")
        assert not offer.remember.value
        await offer.type_twice(LONG_PASSWORD)
        assert Cabinet(pilot).is_open
        assert not world.vault.kept
        assert not pilot.app.settings.phone


async def test_offer_with_remembering_stores_password_and_number(world: World) -> None:
    async with world.run() as pilot:
        await SignIn(pilot).by_code()
        await NewPassword(pilot).type_twice(LONG_PASSWORD)
        (secret,) = world.vault.kept.values()
        assert secret.password == LONG_PASSWORD
        assert pilot.app.settings.phone == ANNA
        written = world.places.settings_file.read_text()
        assert ANNA in written
        assert LONG_PASSWORD not in written


async def test_password_is_remembered_only_where_asked_for(home: World) -> None:
    home.vault.kept.clear()
    home.change(phone="")
    async with home.run() as pilot:
        way = SignIn(pilot)
        await way.type_number("9853701234")
        await way.type_secret(LONG_PASSWORD)
        assert Cabinet(pilot).is_open
        assert not home.vault.kept


async def test_password_is_remembered_where_asked_for(home: World) -> None:
    home.vault.kept.clear()
    home.change(phone="")
    async with home.run() as pilot:
        way = SignIn(pilot)
        await way.type_number("9853701234")
        await way.keep_password()
        await way.type_secret(LONG_PASSWORD)
        assert Cabinet(pilot).is_open
        assert [secret.password for secret in home.vault.kept.values()] == [LONG_PASSWORD]
        assert pilot.app.settings.phone == ANNA


async def test_forgotten_password(home: World) -> None:
    home.vault.kept.clear()
    async with home.run() as pilot:
        way = SignIn(pilot)
        await way.type_secret("не тот пароль совсем")
        assert way.message == (
            "Пароль не подошёл. Осталось попыток: 2. Если забыли его, войдите по коду из SMS."
        )
        await way.by_code()
        assert Cabinet(pilot).is_open


async def test_short_password_on_a_new_device_asks_for_a_code(world: World) -> None:
    async with world.run() as pilot:
        window = world.window()
        window.sign_in()
        window.ask(Access.set_password, new_password(SHORT_PASSWORD))
        way, phone = SignIn(pilot), Phone(pilot)
        world.pass_time(MINUTE)
        await way.type_number("9853701234")
        await way.type_secret(SHORT_PASSWORD)
        assert way.message == (
            "Пароль верный. На новом устройстве нужен ещё код: мы отправили его в SMS."
        )
        assert way.focus == "secret"
        await way.type_secret(await phone.read_code())
        assert Cabinet(pilot).is_open, "the password is set: nothing is offered"


def new_password(password: str) -> object:
    from mts_tui.backend.contract.access import NewPassword as Order

    return Order(password=password)


async def test_old_password_is_a_reminder(home: World) -> None:
    home.clock.move(days=200)
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        assert cabinet.is_open
        assert any("Паролю больше полугода" in toast for toast in cabinet.toasts)


# ------------------------------------------------------------------ the keyring


async def test_remembered_number_signs_in_by_itself(home: World) -> None:
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        assert cabinet.is_open
        assert cabinet.page == "account"
        assert cabinet.balance == "300,30 ₽"
        assert cabinet.focus == "history"


async def test_remembered_password_that_is_wrong_now(home: World) -> None:
    home.remember("пароль, который был раньше")
    async with home.run() as pilot:
        way = SignIn(pilot)
        assert way.is_open
        assert way.message.startswith("Пароль не подошёл.")
        assert way.number == "+7 985 370-12-34"
        assert way.focus == "secret"
        await way.by_code()
        assert Cabinet(pilot).is_open


@pytest.mark.parametrize(
    "state", [State.NO_KEYRING, State.LOCKED, State.REFUSED, State.BROKEN, State.NOTHING]
)
async def test_keyring_that_does_not_help(home: World, state: State) -> None:
    if state is State.NOTHING:
        home.vault.kept.clear()
    else:
        home.vault.state = state
    async with home.run() as pilot:
        way = SignIn(pilot)
        assert way.is_open
        assert way.message == state.value
        await way.press("f6")
        assert way.message == state.value
        await way.by_code()
        assert Cabinet(pilot).is_open


@pytest.mark.parametrize("state", [State.NO_KEYRING, State.LOCKED, State.REFUSED, State.BROKEN])
async def test_keyring_that_does_not_store(world: World, state: State) -> None:
    world.vault.state = state
    async with world.run() as pilot:
        await SignIn(pilot).by_code()
        await NewPassword(pilot).type_twice(LONG_PASSWORD)
        cabinet = Cabinet(pilot)
        assert cabinet.is_open
        assert state.value in cabinet.toasts
        assert not pilot.app.settings.phone


async def test_without_a_remembered_number_the_keyring_is_not_asked(world: World) -> None:
    async with world.run() as pilot:
        way = SignIn(pilot)
        assert "F6" not in way.footer
        assert "F8" not in way.footer
        await way.type_number("9853701234")
        await way.press("f6")
        assert "хранилище" not in way.message.casefold()


async def test_forget(home: World) -> None:
    async with home.run() as pilot:
        cabinet, way = Cabinet(pilot), SignIn(pilot)
        await cabinet.open("sign_out")
        await way.do("forget")
        assert "Пароль и номер удалены с этого компьютера." in way.toasts
        assert not home.vault.kept
        assert not pilot.app.settings.phone
        assert 'phone = ""' in home.places.settings_file.read_text()
        await way.press("f6")
        assert way.is_open


async def test_settings_that_cannot_be_written(world: World) -> None:
    world.places.config_dir.write_text("a file where the folder should be")
    async with world.run() as pilot:
        await SignIn(pilot).by_code()
        await NewPassword(pilot).type_twice(LONG_PASSWORD)
        cabinet = Cabinet(pilot)
        assert cabinet.is_open
        assert any("не записан" in toast for toast in cabinet.toasts)


async def test_forget_where_settings_cannot_be_written(home: World) -> None:
    async with home.run() as pilot:
        cabinet, way = Cabinet(pilot), SignIn(pilot)
        await cabinet.open("sign_out")
        home.places.settings_file.unlink()
        home.places.config_dir.rmdir()
        home.places.config_dir.write_text("a file where the folder should be")
        await way.do("forget")
        assert any("не записан" in toast for toast in way.toasts)


# ------------------------------------------------------------------ the operator's line


async def test_sign_in_by_the_line(world: World) -> None:
    async with world.run() as pilot:
        way, phone = SignIn(pilot), Phone(pilot)
        assert "F7" not in way.footer
        await phone.open()
        assert "вход по сети выключен" in phone.head
        await phone.press("ctrl+t")
        assert "сеть подтверждает номер" in phone.head
        await phone.close()
        assert "F7 Вход по сети" in way.footer
        await way.press("f7")
        assert NewPassword(pilot).offered
        await NewPassword(pilot).skip()
        assert Cabinet(pilot).balance == "300,30 ₽"


async def test_the_line_may_stop_vouching(world: World) -> None:
    async with world.run() as pilot:
        way, phone = SignIn(pilot), Phone(pilot)
        await phone.open()
        await phone.press("ctrl+t", "ctrl+t")
        assert "вход по сети выключен" in phone.head
        await phone.close()
        assert "F7" not in way.footer
        await way.press("f7")
        assert way.is_open


# ------------------------------------------------------------------ the way out


async def test_sign_out(home: World) -> None:
    async with home.run() as pilot:
        await Cabinet(pilot).press("0")
        way = SignIn(pilot)
        assert way.is_open
        assert way.message == "Вы вышли из кабинета."
        assert nothing_left_of_the_account(way)
        assert home.backend.token is None


async def test_lock(home: World) -> None:
    async with home.run() as pilot:
        await Cabinet(pilot).press("ctrl+l")
        way = SignIn(pilot)
        assert way.message == "Кабинет закрыт. Чтобы вернуться, войдите снова."
        assert nothing_left_of_the_account(way)


async def test_lock_in_the_russian_layout_of_a_modern_terminal(home: World) -> None:
    async with home.run() as pilot:
        await Cabinet(pilot).press("ctrl+д")
        assert SignIn(pilot).is_open


async def test_session_ended_from_another_window(home: World) -> None:
    async with home.run() as pilot:
        window = home.window()
        window.sign_in()
        mine = next(
            one for one in window.ask(Access.sessions).items if one.device_name == "проба, терминал"
        )
        window.ask(Access.end_session, mine.id)
        way = SignIn(pilot)
        await until(pilot, lambda: way.is_open)
        await settle(pilot)
        assert way.message == "Сеанс завершён. Войдите в кабинет снова."
        assert nothing_left_of_the_account(way)


async def test_session_ended_while_the_help_is_open(home: World) -> None:
    async with home.run() as pilot:
        await Cabinet(pilot).press("f1")
        window = home.window()
        window.sign_in()
        for one in window.ask(Access.sessions).items:
            if not one.current:
                window.ask(Access.end_session, one.id)
        way = SignIn(pilot)
        await until(pilot, lambda: way.is_open, patience=2)
        await settle(pilot)
        assert nothing_left_of_the_account(way)


async def test_session_too_old_is_told_at_the_next_question(home: World) -> None:
    async with home.run() as pilot:
        home.clock.move(minutes=21)  # The machine slept: its own clock did not go on.
        cabinet = Cabinet(pilot)
        await cabinet.do("refresh")
        way = SignIn(pilot)
        assert way.is_open
        assert way.message == "Сеанс завершён. Войдите в кабинет снова."


async def test_lost_session_of_two_answers_shows_one_screen(home: World) -> None:
    """Page and top bar both hear that the session is over."""
    async with home.run() as pilot:
        home.clock.move(minutes=21)
        await Cabinet(pilot).do("refresh")
        assert len(pilot.app.screen_stack) == 2


async def test_idle_lock_over_a_dialog(world: World) -> None:
    async with world.run() as pilot:
        await SignIn(pilot).by_code()
        offer = NewPassword(pilot)
        assert offer.offered
        await offer.type(LONG_PASSWORD)
        world.pass_time(20 * MINUTE)
        await offer.idle_look()
        way = SignIn(pilot)
        assert way.message == IDLE_SENTENCE
        assert nothing_left_of_the_account(way)


async def test_a_key_resets_the_idle_time(home: World) -> None:
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        for _ in range(4):
            home.pass_time(15 * MINUTE)
            await cabinet.idle_look()
            assert cabinet.is_open
            await cabinet.press("down")
            home.seconds += 1
            await cabinet.idle_look()
        await cabinet.do("refresh")
        assert cabinet.is_open, "the operator has been told that somebody is there"


async def test_warning_comes_again_after_a_key(home: World) -> None:
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        home.pass_time(19 * MINUTE)
        await cabinet.idle_look()
        await cabinet.press("down")
        home.pass_time(19 * MINUTE)
        await cabinet.idle_look()
        assert cabinet.toasts.count(WARNING) == 2


async def test_idle_time_is_a_setting(home: World) -> None:
    home.change(phone=ANNA, idle_minutes=5)
    async with home.run() as pilot:
        home.pass_time(5 * MINUTE)
        await Cabinet(pilot).idle_look()
        assert SignIn(pilot).message.startswith("Вы не нажимали клавиш 5 мин")


async def test_the_sign_in_screen_is_not_locked(world: World) -> None:
    async with world.run() as pilot:
        world.pass_time(60 * MINUTE)
        before = SignIn(pilot).message
        await SignIn(pilot).idle_look()
        assert SignIn(pilot).message == before


async def test_quit_ends_the_session(home: World) -> None:
    async with home.run() as pilot:
        window = home.window()
        window.token = home.backend.token
        assert window.ask(Access.sessions).items
        await pilot.press("ctrl+q")
        assert home.backend.token is None
    assert pilot.app.return_code == 0


# ------------------------------------------------------------------ impatience


async def test_enter_twice_signs_in_once(world: World) -> None:
    async with world.run() as pilot:
        way = SignIn(pilot)
        await way.type_number("9853701234")
        await way.request_code()
        code = await Phone(pilot).read_code()
        await way.fill("#secret", code)
        await twice(world, way, "enter")
        assert NewPassword(pilot).offered


async def test_asking_for_a_code_twice_asks_once(world: World) -> None:
    async with world.run() as pilot:
        way = SignIn(pilot)
        await way.type_number("9853701234")
        await twice(world, way, "f3")
        assert "придёт SMS" in way.message


async def twice(world: World, person: Person, key: str) -> None:
    """Press a key again before the operator's answer to the first has come."""
    world.backend.gate = asyncio.Event()
    for _ in range(2):
        person.app.post_message(events.Key(key, None))
        await person.pilot.pause()
    world.backend.gate.set()
    await settle(person.pilot)


async def test_focus_returns_from_the_phone(world: World) -> None:
    async with world.run() as pilot:
        way = SignIn(pilot)
        await way.type_number("9853701234")
        await way.request_code()
        await way.press("f2")
        await way.press("f2")
        assert way.focus == "secret"
        await way.press("f2")
        await way.press("escape")
        assert way.focus == "secret"
