"""«Смена пароля»: strength, refusals, the proof that it is you, other sessions."""

import asyncio

import pytest

from mts_tui.backend.contract.access import Access
from mts_tui.backend.contract.errors import NotSignedIn
from tests.backend.desk import LONG_PASSWORD, other_than

from .pages import Cabinet, NewPassword, Phone, ProofDialog, SignIn, settle, until
from .world import World

NEW = "зелёный чайник на крыше"
MINUTE = 60


async def test_strength_while_typing(home: World) -> None:
    async with home.run() as pilot:
        form = NewPassword(pilot)
        await Cabinet(pilot).open("password")
        assert form.strength.startswith("От 8 знаков")
        for typed, told in (
            ("ы", "угадают сразу"),
            ("qwerty", "угадают сразу"),
            ("qз8Щ!", "слабый"),
            ("крабовидка7", "хороший"),
            (NEW, "отличный"),
        ):
            await form.fill("#new", typed)
            assert told in form.strength, typed
            assert "█" in form.strength
            assert told in form.words
        await form.fill("#new", "")
        assert form.strength.startswith("От 8 знаков")


async def test_the_page_says_since_when_the_password_is_there(home: World) -> None:
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        await cabinet.open("password")
        assert "Пароль установлен 22 ноября 2026 г." in cabinet.words
        assert "После смены остальные сеансы завершатся." in cabinet.words


async def test_the_date_ends_with_one_full_stop(home: World) -> None:
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        await cabinet.open("password")
        assert ".." not in cabinet.words


async def test_the_page_says_that_an_old_password_should_be_changed(home: World) -> None:
    home.clock.move(days=200)
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        await cabinet.open("password")
        assert "Прошло больше полугода, его стоит сменить." in cabinet.words


async def test_the_page_without_a_password(world: World) -> None:
    async with world.run() as pilot:
        cabinet = Cabinet(pilot)
        await SignIn(pilot).by_code()
        await NewPassword(pilot).skip()
        await cabinet.open("password")
        assert "Постоянный пароль не установлен: вы входите по коду из SMS." in cabinet.words


REFUSALS = {
    "кот": "Пароль слишком короткий: нужно не меньше 8 знаков.",
    "п" * 129: "Пароль слишком длинный: можно не больше 128 знаков.",
    "мой 9853701234": "В пароле есть ваш номер телефона. Придумайте другой.",
    "аааааааааа": "В пароле почти одни и те же знаки. Добавьте разных.",
    "пароль12": "Такой пароль угадают одним из первых. Добавьте к нему ещё пару слов.",
    "basketball": "Это один из самых частых паролей.",
    LONG_PASSWORD: "Этот пароль уже был у вас недавно. Придумайте новый.",
}


async def test_refusals_are_sentences(home: World) -> None:
    async with home.run() as pilot:
        form = NewPassword(pilot)
        await Cabinet(pilot).open("password")
        for typed, told in REFUSALS.items():
            await form.type_twice(typed)
            assert form.message.startswith(told)
            assert told.split(".")[0] in form.words
            assert form.focus == "new"


async def test_two_different_passwords(home: World) -> None:
    async with home.run() as pilot:
        form = NewPassword(pilot)
        await Cabinet(pilot).open("password")
        await form.type_twice(NEW, again=NEW + "!")
        assert form.message == "Пароли не совпали. Введите их ещё раз."
        assert form.focus == "again"
        assert not form.screen.query_one("#again").value
        await form.type(NEW)
        await form.press("enter")
        assert "Пароль изменён, остальные сеансы завершены." in form.toasts


async def test_nothing_typed(home: World) -> None:
    async with home.run() as pilot:
        form = NewPassword(pilot)
        await Cabinet(pilot).open("password")
        await form.type_twice("")
        assert "заполнено не по форме" not in form.message
        assert form.message


async def test_enter_in_the_first_field_goes_to_the_second(home: World) -> None:
    async with home.run() as pilot:
        form = NewPassword(pilot)
        await Cabinet(pilot).open("password")
        await form.type(NEW)
        await form.press("enter")
        assert form.focus == "again"
        assert not form.message


async def test_change(home: World) -> None:
    async with home.run() as pilot:
        cabinet, form, way = Cabinet(pilot), NewPassword(pilot), SignIn(pilot)
        await cabinet.open("password")
        await form.type_twice(NEW)
        assert "Пароль изменён, остальные сеансы завершены." in form.toasts
        assert cabinet.page == "account"
        assert [secret.password for secret in home.vault.kept.values()] == [NEW]
        await cabinet.open("sign_out")
        await way.press("f6")
        assert cabinet.is_open, "the keyring has the new password"
        await cabinet.open("sign_out")
        await way.type_secret(LONG_PASSWORD)
        assert way.message.startswith("Пароль не подошёл.")


async def test_change_without_remembering(home: World) -> None:
    async with home.run() as pilot:
        form = NewPassword(pilot)
        await Cabinet(pilot).open("password")
        form.remember.focus()
        await form.press("space")
        await form.type_twice(NEW)
        assert Cabinet(pilot).page == "account"
        assert [secret.password for secret in home.vault.kept.values()] == [LONG_PASSWORD]


@pytest.mark.parametrize("way_out", ["click", "menu"])
async def test_leaving_changes_nothing(home: World, way_out: str) -> None:
    async with home.run() as pilot:
        cabinet, form = Cabinet(pilot), NewPassword(pilot)
        await cabinet.open("password")
        await form.type(NEW)
        if way_out == "click":
            await form.click("#skip")
        else:
            await cabinet.open("account")
        assert cabinet.page == "account"
        assert "set_password" not in home.backend.asked


async def test_escape_leaves(home: World) -> None:
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        await cabinet.open("password")
        await cabinet.press("escape")
        assert cabinet.page == "account"


async def test_passwords_are_not_seen(home: World) -> None:
    async with home.run() as pilot:
        form = NewPassword(pilot)
        await Cabinet(pilot).open("password")
        await form.type_twice(NEW, again=NEW[:-1])
        await form.type(NEW)
        assert "чайник" not in form.seen


async def test_passwords_are_not_copied(home: World) -> None:
    async with home.run() as pilot:
        form = NewPassword(pilot)
        await Cabinet(pilot).open("password")
        await form.type(NEW)
        form.screen.query_one("#new").focus()
        await form.press("home", "shift+end", "ctrl+c")
        assert "чайник" not in pilot.app.clipboard


async def test_other_sessions_end(home: World) -> None:
    async with home.run() as pilot:
        window = home.window()
        window.sign_in()
        await Cabinet(pilot).open("password")
        await NewPassword(pilot).type_twice(NEW)
        with pytest.raises(NotSignedIn):
            window.ask(Access.password)
        await Cabinet(pilot).do("refresh")
        assert Cabinet(pilot).is_open


async def test_change_in_another_window_ends_this_session(home: World) -> None:
    async with home.run() as pilot:
        from mts_tui.backend.contract.access import NewPassword as Order

        window = home.window()
        window.sign_in()
        window.ask(Access.set_password, Order(password=NEW))
        way = SignIn(pilot)
        await until(pilot, lambda: way.is_open)
        await settle(pilot)
        assert way.message == "Сеанс завершён. Войдите в кабинет снова."
        await way.press("f6")
        assert way.message.startswith("Пароль не подошёл.")


# ------------------------------------------------------------------ the proof


async def asked_for_proof(home: World, cabinet: Cabinet) -> ProofDialog:
    """Six minutes after the last proof, a new password is typed."""
    dialog, form = ProofDialog(cabinet.pilot), NewPassword(cabinet.pilot)
    home.pass_time(6 * MINUTE)
    await cabinet.open("password")
    await form.type_twice(NEW)
    assert dialog.is_open
    assert "Подтвердите, что это вы" in dialog.words
    return dialog


async def test_proof_by_password(home: World) -> None:
    async with home.run() as pilot:
        dialog = await asked_for_proof(home, Cabinet(pilot))
        await dialog.prove(LONG_PASSWORD)
        assert "Пароль изменён, остальные сеансы завершены." in dialog.toasts
        assert Cabinet(pilot).page == "account"


async def test_proof_by_code(home: World) -> None:
    async with home.run() as pilot:
        dialog = await asked_for_proof(home, Cabinet(pilot))
        await dialog.send_code()
        assert dialog.message == "Код отправлен в SMS с номера 3339."
        assert dialog.focus == "proof"
        code = home.window().sms_code("+79853701234")
        assert any(toast.startswith(code) for toast in dialog.toasts), "the code can be read"
        await dialog.prove(code)
        assert "Пароль изменён, остальные сеансы завершены." in dialog.toasts


async def test_wrong_proof(home: World) -> None:
    async with home.run() as pilot:
        dialog = await asked_for_proof(home, Cabinet(pilot))
        await dialog.prove("не тот пароль")
        assert dialog.message.startswith("Пароль не подошёл. Осталось попыток: 2.")
        await dialog.prove("")
        assert dialog.message == "Введите пароль или код из SMS."
        await dialog.prove(LONG_PASSWORD)
        assert Cabinet(pilot).page == "account"


async def test_three_wrong_proofs(home: World) -> None:
    async with home.run() as pilot:
        dialog = await asked_for_proof(home, Cabinet(pilot))
        await dialog.send_code()
        code = home.window().sms_code("+79853701234")
        for _ in range(3):
            await dialog.prove(other_than(code))
        assert "закрыт на 10 минут" in dialog.message
        assert dialog.is_open
        await dialog.press("escape")
        assert Cabinet(pilot).page == "password"
        assert Cabinet(pilot).is_open, "the session goes on"


async def test_proof_may_be_left(home: World) -> None:
    async with home.run() as pilot:
        dialog = await asked_for_proof(home, Cabinet(pilot))
        await dialog.press("escape")
        assert Cabinet(pilot).page == "password"
        assert home.backend.asked.count("set_password") == 1
        form = NewPassword(pilot)
        form.screen.query_one("#again").focus()
        await form.press("enter")
        assert dialog.is_open
        await dialog.prove(LONG_PASSWORD)
        assert Cabinet(pilot).page == "account"


async def test_proof_without_a_password_asks_for_a_code(world: World) -> None:
    async with world.run() as pilot:
        way, phone, dialog = SignIn(pilot), Phone(pilot), ProofDialog(pilot)
        await phone.open()
        await phone.press("ctrl+t")
        await phone.close()
        await way.press("f7")
        await NewPassword(pilot).type_twice(NEW)
        assert dialog.is_open, "the line alone proves nobody"
        assert dialog.screen.query_one("#proof").border_title == "Код из SMS"
        await dialog.send_code()
        await dialog.prove(world.window().sms_code("+79853701234"))
        assert Cabinet(pilot).page == "account"
        assert "Постоянный пароль установлен." in dialog.toasts


async def test_proof_by_a_code_of_the_phones_own(home: World) -> None:
    async with home.run() as pilot:
        phone, dialog = Phone(pilot), ProofDialog(pilot)
        home.pass_time(6 * MINUTE)
        await phone.open()
        await phone.dial("*111*25#")
        await phone.close()
        await Cabinet(pilot).open("password")
        await NewPassword(pilot).type_twice(NEW)
        assert dialog.is_open
        await dialog.prove(home.window().sms_code("+79853701234"))
        assert not dialog.is_open


async def test_proof_by_a_code_with_spaces(home: World) -> None:
    async with home.run() as pilot:
        dialog = await asked_for_proof(home, Cabinet(pilot))
        await dialog.send_code()
        code = home.window().sms_code("+79853701234")
        await dialog.prove(f"{code[:3]} {code[3:]}")
        assert not dialog.is_open


async def test_proof_by_a_password_with_blanks_around(home: World) -> None:
    async with home.run() as pilot:
        cabinet, form = Cabinet(pilot), NewPassword(pilot)
        await cabinet.open("password")
        await form.type_twice(" пробелы вокруг него ")
        home.pass_time(6 * MINUTE)
        await cabinet.open("password")
        await form.type_twice(NEW)
        dialog = ProofDialog(pilot)
        await dialog.prove(" пробелы вокруг него ")
        assert not dialog.is_open


async def test_proofs_code_with_the_phone_open(home: World) -> None:
    async with home.run() as pilot:
        phone = Phone(pilot)
        home.pass_time(6 * MINUTE)
        await Cabinet(pilot).open("password")
        await phone.open()
        await NewPassword(pilot).type_twice(NEW)
        dialog = ProofDialog(pilot)
        assert dialog.is_open
        await dialog.send_code()
        code = home.window().sms_code("+79853701234")
        below = pilot.app.screen_stack[-2]
        seen = str(below.query_one("#handset-sms").render())
        assert code in seen or any(toast.startswith(code) for toast in dialog.toasts)


async def test_enter_twice_changes_once(home: World) -> None:
    async with home.run() as pilot:
        cabinet, form = Cabinet(pilot), NewPassword(pilot)
        await cabinet.open("password")
        await form.fill("#new", NEW)
        await form.fill("#again", NEW)
        home.backend.gate = asyncio.Event()
        await pilot.press("enter")
        await pilot.press("enter")
        home.backend.gate.set()
        await settle(pilot)
        assert cabinet.page == "account"
