"""Whatever is typed, pasted, stored by others or broken below: a sentence, and the program lives."""

import re
from collections.abc import Sequence

import pytest
from textual.pilot import Pilot

from mts_tui.backend.contract.errors import (
    CabinetError,
    StoreDamaged,
    StoreFull,
    StoreLocked,
    Unavailable,
)
from mts_tui.backend.store.ledger import Entry, post
from mts_tui.backend.store.transaction import to_ms
from tests.backend.desk import ANNA, ANNA_CITY, LONG_PASSWORD

from .pages import Cabinet, Help, NewPassword, Person, Phone, SignIn, settle
from .world import NORMAL, SMALL, World

MEGABYTES = 2 * 1024 * 1024
MARKUP = ("[/foo]", "[red]x[/red]", "[@click=app.quit]жми[/]", "[", "\\[b]", "[[b]]")
ESCAPES = ("\x1b[31mкрасный\x1b[0m", "\x1b]0;чужой заголовок\x07", "\x9b2J", "стро\rка", "\x07\x08")
STORE_ERRORS = (StoreLocked(path="operator.db"), StoreFull(path="operator.db"))


# ------------------------------------------------------------------ the number


NOT_NUMBERS = {
    "": "Введите номер",
    "anna@mts.ru": "В номере есть буквы.",
    "позвоните мне": "В номере есть буквы.",
    "985370": "не хватает 4 цифр",
    "+7985370123": "не хватает 1 цифры",
    "12": "Введите номер целиком",
    "+798537012345": "лишняя цифра",
    "+447911123456": "Номера этой страны не обслуживаются.",
    "+12025550123": "Номера этой страны не обслуживаются.",
    ANNA_CITY: "Это городской номер",
    "😀😀😀": "лишние знаки",
    "٠١٢٣٤٥٦٧٨٩": "е",
    "[/foo]": "буквы",
}


async def test_numbers_that_are_none(world: World) -> None:
    async with world.run() as pilot:
        way = SignIn(pilot)
        for typed, told in NOT_NUMBERS.items():
            await way.fill("#phone", "")
            if typed:
                await way.paste(typed)
            for ask in ("f3", "enter"):
                way.say_nothing()
                await way.press(ask)
                assert told in way.message.replace("\N{NO-BREAK SPACE}", " "), typed
            assert way.is_open
        assert "request_code" not in world.backend.asked


async def test_numbers_in_any_writing(world: World) -> None:
    async with world.run() as pilot:
        way = SignIn(pilot)
        for typed in (
            "8 (985) 370-12-34",
            "+7 985 370 12 34",
            "тел.: 8-985-370-12-34",
            "７９８５３７０１２３４",
            "\u202e+79853701234",
        ):
            await way.fill("#phone", "")
            await way.paste(typed)
            assert way.number == "+7 985 370-12-34", typed
        await way.request_code()
        assert "придёт SMS" in way.message


@pytest.mark.parametrize("field", ["#phone", "#secret"])
@pytest.mark.parametrize(
    "text", ["7" * MEGABYTES, "буква " * (MEGABYTES // 6), "\n" * MEGABYTES], ids=["7", "б", "n"]
)
async def test_two_megabytes_pasted(world: World, field: str, text: str) -> None:
    async with world.run() as pilot:
        way = SignIn(pilot)
        way.screen.query_one(field).focus()
        await way.paste(text)
        assert len(way.number) <= 100
        assert len(way.secret.value) <= 256
        await way.press("f3")
        assert way.message
        assert way.is_open


async def test_too_long_a_paste_is_told(world: World) -> None:
    async with world.run() as pilot:
        way = SignIn(pilot)
        await way.type_number(ANNA)
        way.secret.focus()
        before = way.message
        await way.paste("п" * 1000)
        assert way.secret.value or way.message != before


async def test_garbage_typed_into_every_field(world: World) -> None:
    async with world.run() as pilot:
        way = SignIn(pilot)
        for text in (*MARKUP, "😀", "\u202e", "ё\u0301", "\u200b", "a" * 300):
            way.screen.query_one("#phone").focus()
            await way.paste(text)
            way.secret.focus()
            await way.paste(text)
            await way.press("enter")
            assert way.is_open


# ------------------------------------------------------------------ the secret


@pytest.mark.parametrize("typed", ["", "   ", "\u2003"])
async def test_empty_secret(world: World, typed: str) -> None:
    async with world.run() as pilot:
        way = SignIn(pilot)
        await way.type_number(ANNA)
        await way.type_secret(typed)
        assert way.message.startswith("Введите код из SMS или постоянный пароль.")
        assert way.focus == "secret"
        assert "sign_in" not in world.backend.asked


async def test_code_in_fullwidth_digits(world: World) -> None:
    async with world.run() as pilot:
        way = SignIn(pilot)
        await way.type_number(ANNA)
        await way.request_code()
        code = await Phone(pilot).read_code()
        await way.type_secret(code.translate({ord("0") + i: ord("０") + i for i in range(10)}))
        assert NewPassword(pilot).offered


async def test_code_in_arabic_digits_is_a_wrong_code(world: World) -> None:
    async with world.run() as pilot:
        way = SignIn(pilot)
        await way.type_number(ANNA)
        await way.request_code()
        code = await Phone(pilot).read_code()
        await way.type_secret(code.translate({ord("0") + i: 0x660 + i for i in range(10)}))
        assert way.is_open
        assert way.message.startswith("Код не подошёл.")
        await way.type_secret(code)
        assert NewPassword(pilot).offered


@pytest.mark.parametrize("secret", ["[/foo]", "😀" * 20, "\ud7ff", "a\tb"])
async def test_strange_password_is_only_wrong(world: World, secret: str) -> None:
    async with world.run() as pilot:
        way = SignIn(pilot)
        await way.type_number(ANNA)
        way.secret.focus()
        await way.paste(secret)
        await way.press("enter")
        assert way.message.startswith("Пароль не подошёл.")


async def test_strange_password_may_be_set(world: World) -> None:
    password = "[/foo] 😀 пароль «ёлка»"
    async with world.run() as pilot:
        await SignIn(pilot).by_code()
        await NewPassword(pilot).type_twice(password)
        cabinet, way = Cabinet(pilot), SignIn(pilot)
        assert cabinet.is_open
        await cabinet.open("sign_out")
        await way.type_secret(password)
        assert cabinet.is_open


# ------------------------------------------------------------------ texts from others


def from_others(text: str) -> str:
    """How a hostile text may be shown: what a terminal obeys is gone, the rest is there."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", text).split())


async def test_names_of_a_number(home: World) -> None:
    async with home.run(NORMAL) as pilot:
        cabinet = Cabinet(pilot)
        for text in (*MARKUP, *ESCAPES):
            write(home, "UPDATE linked_numbers SET name = ?", text)
            await cabinet.do("refresh")
            await cabinet.open("numbers")
            assert shown_harmless(cabinet, text)
            assert shown_harmless(cabinet, text, cabinet.top)


async def test_texts_of_sms(home: World) -> None:
    async with home.run(NORMAL) as pilot:
        phone = Phone(pilot)
        await phone.open()
        for text in (*MARKUP, *ESCAPES):
            with home.store.write() as tx:
                tx.message("anna-moscow", text[:20], text)
            await settle(pilot)
            assert shown_harmless(phone, text)
            assert shown_harmless(phone, text, phone.messages)


@pytest.mark.parametrize(
    "texts",
    [
        MARKUP,
        pytest.param(ESCAPES),
    ],
    ids=["markup", "escapes"],
)
async def test_texts_of_codes(home: World, texts: tuple[str, ...]) -> None:
    """The toast of an SMS that looks like a code."""
    async with home.run(NORMAL) as pilot:
        cabinet = Cabinet(pilot)
        for text in texts:
            with home.store.write() as tx:
                tx.message("anna-moscow", text[:20], f"123456 {text}")
            await settle(pilot)
            assert len(cabinet.toasts) == 1
            assert shown_harmless(cabinet, text)
            pilot.app.clear_notifications()


async def test_titles_and_peers_of_operations(home: World) -> None:
    async with home.run(NORMAL) as pilot:
        cabinet = Cabinet(pilot)
        for text in (*MARKUP, *ESCAPES):
            with home.store.write() as tx:
                entry = Entry(at=0, kind="correction", title=text, amount=100, contra="x")
                entry.at, entry.peer, entry.rule = to_ms(tx.now), text, text
                post(tx, "anna-moscow", [entry])
            await settle(pilot)
            assert shown_harmless(cabinet, text, cabinet.rows[0])
            assert shown_harmless(cabinet, text)
            await cabinet.press("home", "c")
            assert "\x1b" not in pilot.app.clipboard


async def test_tariff_and_region_of_a_number(home: World) -> None:
    async with home.run(NORMAL) as pilot:
        write(home, "UPDATE accounts SET region = ?", "[/foo] край")
        write(home, "UPDATE tariffs SET title = ?, body = replace(body, title, ?)", "[b]Т", "[b]Т")
        cabinet = Cabinet(pilot)
        await cabinet.do("refresh")
        await cabinet.open("numbers")
        assert "[/foo] край" in cabinet.seen


WIDE = [pytest.param(name) for name in ("日本語の名前です", "😀😀😀😀😀😀")]


@pytest.mark.parametrize("name", [*WIDE, "ё́ё́ё́ё́", "Ё" * 40])
async def test_wide_names_keep_columns_and_the_top_bar_straight(home: World, name: str) -> None:
    async with home.run(NORMAL) as pilot:
        cabinet = Cabinet(pilot)
        write(home, "UPDATE linked_numbers SET name = ?", name)
        await cabinet.do("refresh")
        assert cabinet.seen.splitlines()[0].rstrip().endswith("● на связи")


def write(world: World, sql: str, *values: str) -> None:
    """Put something into the operator's store behind everybody's back."""
    with world.store.write() as tx:
        tx._connection.execute(sql, values)


def shown_harmless(person: Person, text: str, where: str | None = None) -> bool:
    seen = person.seen if where is None else where
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", seen)
    wanted = "".join(from_others(text).split())[:10]
    return wanted in "".join(re.sub(r"[│▌▏─]", "", seen).split())


# ------------------------------------------------------------------ sizes

SIZES = [(20, 5), (1, 1), (79, 23), (200, 60), (150, 12), (80, 24)]


async def through_sizes(pilot: Pilot[None], sizes: Sequence[tuple[int, int]] = SIZES) -> None:
    for size in sizes:
        await pilot.resize_terminal(*size)
        await settle(pilot)
        assert pilot.app.is_running
        assert pilot.app._exception is None


async def test_sizes_of_the_sign_in_screen(world: World) -> None:
    async with world.run() as pilot:
        await through_sizes(pilot)
        await Phone(pilot).open()
        await through_sizes(pilot, SIZES[::3])
        await Phone(pilot).close()
        await SignIn(pilot).by_code()
        assert NewPassword(pilot).offered
        await through_sizes(pilot, SIZES[::3])


@pytest.mark.parametrize("page", ["account", "numbers", "password"])
async def test_sizes_of_the_cabinet(home: World, page: str) -> None:
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        await cabinet.open(page)
        await through_sizes(pilot)
        await cabinet.do("toggle_handset")
        await through_sizes(pilot, SIZES[::3])
        await cabinet.press("escape", "f1")
        assert Help(pilot).is_open
        await through_sizes(pilot, SIZES[::3])


@pytest.mark.parametrize("size", [(20, 5), (10, 3)])
async def test_start_in_a_tiny_terminal(home: World, size: tuple[int, int]) -> None:
    async with home.run(size) as pilot:
        cabinet = Cabinet(pilot)
        assert cabinet.is_open
        for keys in ("1", "down", "enter", "f2", "f2", "w", "f1", "escape", "ctrl+l"):
            await cabinet.press(keys)
        assert SignIn(pilot).is_open


@pytest.mark.parametrize("size", [SMALL, NORMAL, (60, 20)])
async def test_the_whole_form_can_be_reached(world: World, size: tuple[int, int]) -> None:
    """Whatever has the focus is seen, in a small terminal as well."""
    async with world.run(size) as pilot:
        way = SignIn(pilot)
        for _ in range(5):
            await way.press("tab")
            focused = pilot.app.focused
            assert focused is not None
            assert way.screen.region.contains_region(focused.region), way.focus


# ------------------------------------------------------------------ errors below


@pytest.mark.parametrize("error", STORE_ERRORS, ids=lambda one: one.code)
@pytest.mark.parametrize("operation", ["overview", "operations", "linked"])
async def test_store_error_on_the_account_page(
    home: World, operation: str, error: CabinetError
) -> None:
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        before = cabinet.seen
        home.backend.refuse[operation] = error
        await cabinet.do("refresh")
        assert str(error) in cabinet.toasts
        home.backend.refuse.clear()
        pilot.app.clear_notifications()
        await cabinet.do("refresh")
        assert cabinet.seen == before


@pytest.mark.parametrize("error", STORE_ERRORS, ids=lambda one: one.code)
async def test_store_error_while_signing_in(world: World, error: CabinetError) -> None:
    async with world.run() as pilot:
        way = SignIn(pilot)
        await way.type_number(ANNA)
        world.backend.refuse["request_code"] = error
        await way.request_code()
        assert way.message == str(error)
        world.backend.refuse["sign_in"] = error
        await way.type_secret("123456")
        assert way.message == str(error)
        world.backend.refuse.clear()
        await way.by_code()
        assert NewPassword(pilot).offered


@pytest.mark.parametrize("error", STORE_ERRORS, ids=lambda one: one.code)
async def test_store_error_while_setting_a_password(world: World, error: CabinetError) -> None:
    async with world.run() as pilot:
        await SignIn(pilot).by_code()
        form = NewPassword(pilot)
        world.backend.refuse["set_password"] = error
        await form.type_twice(LONG_PASSWORD)
        assert form.message == str(error)
        world.backend.refuse.clear()
        await form.type_twice(LONG_PASSWORD)
        assert Cabinet(pilot).is_open


@pytest.mark.parametrize("operation", ["sims", "messages", "dial"])
async def test_store_error_in_the_phone(home: World, operation: str) -> None:
    error = STORE_ERRORS[0]
    async with home.run() as pilot:
        phone = Phone(pilot)
        await phone.open()
        home.backend.refuse[operation] = error
        await phone.dial("*100#")
        assert phone.reply == str(error)
        home.backend.refuse.clear()
        await phone.dial("*100#")
        assert phone.reply.startswith("Баланс")


async def test_store_error_while_vouching(home: World) -> None:
    async with home.run() as pilot:
        phone = Phone(pilot)
        await phone.open()
        home.backend.refuse["vouch"] = STORE_ERRORS[0]
        await phone.press("ctrl+t")
        assert phone.reply == str(STORE_ERRORS[0])


@pytest.mark.parametrize("operation", ["line", "sims"])
async def test_store_error_at_the_sign_in_screens_start(world: World, operation: str) -> None:
    world.refuse[operation] = STORE_ERRORS[0]
    async with world.run() as pilot:
        assert SignIn(pilot).is_open


async def test_store_error_while_signing_out(home: World) -> None:
    async with home.run() as pilot:
        home.backend.refuse["sign_out"] = STORE_ERRORS[0]
        await Cabinet(pilot).open("sign_out")
        assert SignIn(pilot).is_open
        assert home.backend.token is None


async def test_store_error_while_signing_in_by_itself(home: World) -> None:
    home.refuse["sign_in"] = STORE_ERRORS[0]
    async with home.run() as pilot:
        way = SignIn(pilot)
        assert way.message == str(STORE_ERRORS[0])
        home.backend.refuse.clear()
        await way.press("f6")
        assert Cabinet(pilot).is_open


async def test_store_error_when_the_cabinet_opens(home: World) -> None:
    home.refuse["overview"] = home.refuse["linked"] = STORE_ERRORS[0]
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        assert str(STORE_ERRORS[0]) in cabinet.toasts
        home.backend.refuse.clear()
        await cabinet.do("refresh")
        assert cabinet.balance == "300,30 ₽"


async def test_page_says_that_it_could_not_load(home: World) -> None:
    home.refuse["overview"] = STORE_ERRORS[0]
    async with home.run() as pilot:
        assert "Загружаем" not in Cabinet(pilot).seen


async def test_store_error_on_the_password_page(home: World) -> None:
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        home.backend.refuse["password"] = STORE_ERRORS[1]
        await cabinet.open("password")
        assert str(STORE_ERRORS[1]) in cabinet.toasts


async def test_store_error_while_the_clock_moves(home: World) -> None:
    async with home.run() as pilot:
        home.backend.refuse["advance"] = STORE_ERRORS[1]
        await pilot.app.run_action("clock_day")
        await settle(pilot)
        assert str(STORE_ERRORS[1]) in Cabinet(pilot).toasts


async def test_store_error_while_saying_that_somebody_is_there(home: World) -> None:
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        home.backend.refuse["keep_alive"] = STORE_ERRORS[1]
        home.pass_time(120)
        await cabinet.press("down")
        home.seconds += 1
        await cabinet.idle_look()
        assert str(STORE_ERRORS[1]) in cabinet.toasts
        assert cabinet.is_open


@pytest.mark.parametrize("error", [StoreDamaged(path="operator.db"), Unavailable()])
async def test_backend_that_does_not_open(world: World, error: CabinetError) -> None:
    app = world.app()

    def fail() -> None:
        raise error

    app._make_backend = fail
    async with world.run(app=app) as pilot:
        person = Person(pilot)
        assert " ".join(str(error).split())[:60] in person.words
        assert "Ctrl+Q закроет программу." in person.words
        for key in ("f2", "f1", "escape", "f9", "ctrl+p", "escape", "n", "f5"):
            await person.press(key)
        assert app.is_running
        await pilot.press("ctrl+q")
    assert app.return_code == 0


async def test_broken_settings_are_told(world: World) -> None:
    note = "Файл settings.toml, строка 1: ключ theme = [/foo] не подходит."
    async with world.run(app=world.app(notes=[note])) as pilot:
        assert note in SignIn(pilot).toasts
        assert "[/foo]" in SignIn(pilot).seen
