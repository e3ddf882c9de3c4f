"""Every action by its key in both layouts, and what tells about keys: footer, help, palette."""

from typing import Any

import pytest
from textual.command import CommandList, CommandPalette

from mts_tui.actions import ACTIONS, BY_ID, MENU, Action
from mts_tui.app import MtsApp
from mts_tui.keyboard import in_both_layouts, latin_chord, shown
from mts_tui.screens.budget import BudgetDialog
from mts_tui.screens.writing import FileDialog
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.menu import Menu
from tests.backend.desk import ANNA

from .pages import Cabinet, Help, Person, Phone, SignIn, settle, until
from .world import LARGE, NORMAL, SMALL, World

RUSSIAN_CHORDS = {"ctrl+p": "ctrl+з", "ctrl+q": "ctrl+й", "ctrl+c": "ctrl+с", "ctrl+l": "ctrl+д"}


def ways(action: Action) -> list[str]:
    """Every key of an action on every keyboard."""
    keys = in_both_layouts(action.keys).split(",")
    return keys + [RUSSIAN_CHORDS[key] for key in keys if key.startswith("ctrl+")]


def of(*places: str) -> list[Action]:
    return [action for action in ACTIONS if action.place in places and action.keys]


# ------------------------------------------------------------------ the table


def test_ids_are_unique_and_every_action_is_explained() -> None:
    assert len(BY_ID) == len(ACTIONS)
    for action in ACTIONS:
        assert action.help.endswith("."), action.id
        assert action.help[0].isupper(), action.id
        assert len(action.help.split()) > 1, action.id
        assert action.label, action.id


@pytest.mark.parametrize("place", ["cabinet", "sign_in"])
def test_no_two_actions_of_a_place_share_a_key(place: str) -> None:
    keys = [key for action in of("app", place) for key in ways(action)]
    assert len(keys) == len(set(keys))


def test_menu_keys_are_the_actions_keys() -> None:
    for item in MENU:
        assert BY_ID[f"open_{item.id}"].keys == item.key


def test_list_keys_are_no_actions_keys() -> None:
    from mts_tui.widgets.rows import Rows

    taken = {key for binding in Rows.BINDINGS for key in binding.key.split(",")}
    assert not taken & {key for action in of("app", "cabinet") for key in ways(action)}


# ------------------------------------------------------------------ every key


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What keys call; nothing of it is done."""
    calls: list[str] = []

    async def note(_app: MtsApp, action: Any, *_arguments: Any, **_options: Any) -> bool:
        calls.append(str(action).rpartition(".")[2])
        return True

    monkeypatch.setattr(MtsApp, "run_action", note)
    return calls


async def expect(person: Person, called: list[str], action: Action, key: str) -> None:
    called.clear()
    await person.press(key)
    assert called == [(action.call or action.id).rpartition(".")[2]], f"{action.id}: {key}"


@pytest.mark.parametrize("page", ["account", "numbers"])
async def test_keys_of_the_cabinet(home: World, called: list[str], page: str) -> None:
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        pilot.app.screen.open_page(page)
        await settle(pilot)
        for action in of("app", "cabinet"):
            for key in ways(action) if action.id != "interrupt" else ():
                await expect(cabinet, called, action, key)


async def test_keys_of_the_cabinet_from_its_menu(home: World, called: list[str]) -> None:
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        pilot.app.screen.query_one(Menu).focus()
        for action in of("app", "cabinet"):
            for key in ways(action) if action.id != "interrupt" else ():
                await expect(cabinet, called, action, key)


async def test_keys_of_the_sign_in_screen_while_somebody_types(
    world: World, called: list[str]
) -> None:
    async with world.run() as pilot:
        way = SignIn(pilot)
        for field in ("#phone", "#secret"):
            way.screen.query_one(field).focus()
            for action in of("sign_in"):
                for key in ways(action):
                    await expect(way, called, action, key)
            for name in ("help", "command_palette", "quit", "toggle_handset", "next_theme"):
                await expect(way, called, BY_ID[name], BY_ID[name].keys.split(",")[0])


async def test_letters_and_digits_go_into_fields(home: World) -> None:
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        await cabinet.open("password")
        await cabinet.type("nqrc19?тйкс")
        assert cabinet.screen.query_one("#new").value == "nqrc19?тйкс"
        assert cabinet.page == "password"


async def test_chords_of_the_russian_layout(home: World) -> None:
    assert latin_chord("ctrl+й") == "ctrl+q"
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        await cabinet.press("ctrl+з")
        assert isinstance(cabinet.screen, CommandPalette)
        await cabinet.press("escape")
        await pilot.press("ctrl+й")
    assert pilot.app.return_code == 0
    assert home.backend.token is None


async def test_editing_chords_of_the_russian_layout(world: World) -> None:
    """Ctrl+У is Ctrl+E and so on, inside fields as well."""
    async with world.run() as pilot:
        way = SignIn(pilot)
        await way.fill("#secret", "пароль")
        await way.press("ctrl+ф", "ctrl+л")  # Ctrl+A, Ctrl+K.
        assert not way.secret.value


@pytest.mark.parametrize("key", ["q", "й"])
async def test_letter_that_quits(home: World, key: str) -> None:
    async with home.run() as pilot:
        await pilot.press(key)
    assert pilot.app.return_code == 0


async def test_ctrl_c_says_how_to_leave(home: World) -> None:
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        await cabinet.press("ctrl+c")
        assert "Чтобы закрыть программу, нажмите Ctrl+Q." in cabinet.toasts
        assert cabinet.is_open


# ------------------------------------------------------------------ the footer


async def test_footer_speaks_the_layout_of_the_keyboard(home: World) -> None:
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        assert "Й Выйти" in cabinet.footer
        await cabinet.press("k")
        assert "Q Выйти" in cabinet.footer
        assert "Q Выйти" in cabinet.seen
        await cabinet.press("л")
        assert "Й Выйти" in cabinet.footer


async def test_the_menu_beside_a_dialog_speaks_the_layout_of_the_keyboard(home: World) -> None:
    async with home.run(NORMAL) as pilot:
        cabinet = Cabinet(pilot)
        await cabinet.press("k", "ctrl+p")
        assert not cabinet.is_open
        await cabinet.press("ч", "escape")
        assert cabinet.is_open
        assert "Ф Акции" in cabinet.seen


async def test_footer_of_the_next_screen_knows_the_layout(world: World) -> None:
    async with world.run() as pilot:
        way = SignIn(pilot)
        await way.fill("#secret", "abc")
        await way.by_code()
        await way.press("escape")
        assert "Q Выйти" in Cabinet(pilot).footer


@pytest.mark.parametrize("size", [SMALL, NORMAL, LARGE], ids=["80", "120", "200"])
async def test_footer_offers_what_it_should(home: World, size: tuple[int, int]) -> None:
    async with home.run(size) as pilot:
        cabinet = Cabinet(pilot)
        for action in of("app", "cabinet", "account"):
            text = f"{shown(action.keys.split(',')[0], 'ru')} {action.label}"
            fits = size != SMALL or action.id != "toggle_handset"
            assert (text in cabinet.footer) == (action.in_footer and fits), action.id


async def test_footer_of_the_sign_in_screen(home: World) -> None:
    async with home.run() as pilot:
        await Cabinet(pilot).open("sign_out")
        footer = SignIn(pilot).footer
        for text in ("F3 Код по SMS", "F5 Сервисы", "F6 Из хранилища", "F1 Помощь", "F2 Телефон"):
            assert text in footer


async def test_footer_can_be_clicked(home: World) -> None:
    async with home.run(NORMAL) as pilot:
        cabinet = Cabinet(pilot)
        await cabinet.click("KeyBar", offset=(cabinet.footer.index("Бюджет"), 0))
        assert isinstance(cabinet.screen, BudgetDialog)
        await cabinet.press("escape")
        await cabinet.click("KeyBar", offset=(cabinet.footer.index("Помощь"), 0))
        assert Help(pilot).is_open
        await cabinet.press("escape")
        await cabinet.click("KeyBar", offset=(cabinet.footer.index("F2"), 0))
        assert Phone(pilot).is_open


# ------------------------------------------------------------------ help


async def test_help_lists_every_key_of_the_cabinet(home: World) -> None:
    async with home.run(LARGE) as pilot:
        await lists(Help(pilot), of("app", "cabinet"), of("sign_in"))


async def test_help_lists_every_key_of_the_sign_in_screen(world: World) -> None:
    async with world.run(NORMAL) as pilot:
        await lists(Help(pilot), of("app", "sign_in"), of("cabinet"))


async def lists(dialog: Help, actions: list[Action], others: list[Action]) -> None:
    await dialog.press("f1")
    assert dialog.is_open
    words = " ".join(dialog.lines.split())
    for action in actions:
        names = " / ".join(shown(key, "ru") for key in action.keys.split(","))
        assert f"{names} {action.help}" in words
    assert not any(action.help in words for action in others)
    await dialog.press("f1")
    assert dialog.is_open, "F1 again does not open a second one"
    await dialog.press("escape")
    assert not dialog.is_open


async def test_help_in_the_latin_layout(home: World) -> None:
    async with home.run() as pilot:
        dialog = Help(pilot)
        await dialog.press("k", "f1")
        assert "F5 / R " in dialog.lines
        assert "Q " in dialog.lines


async def test_question_mark_is_help(home: World) -> None:
    async with home.run() as pilot:
        await Cabinet(pilot).press("question_mark")
        assert Help(pilot).is_open


async def test_help_scrolls_by_keys_in_a_small_terminal(home: World) -> None:
    async with home.run() as pilot:
        dialog = Help(pilot)
        await dialog.press("f1")
        assert "Закрыть программу; сеанс завершится." not in dialog.words
        await dialog.press("end")
        await until(pilot, lambda: "Буквы работают в обеих раскладках" in dialog.words)


async def test_help_lines_fit_in_a_small_terminal(home: World) -> None:
    async with home.run() as pilot:
        dialog = Help(pilot)
        await dialog.press("f1")
        room = dialog.screen.query_one("#help-lines").size.width
        assert max(map(len, dialog.lines.splitlines())) <= room


async def test_palette_has_no_two_lines_of_one_name(home: World) -> None:
    async with home.run(LARGE) as pilot:
        names = [line.split("\n")[0] for line in await commands(Cabinet(pilot))]
        assert len(names) == len(set(names))


async def test_help_knows_the_keys_of_the_phone(home: World) -> None:
    async with home.run(NORMAL) as pilot:
        await Phone(pilot).open()
        dialog = Help(pilot)
        await dialog.press("f1")
        assert "Ctrl+N" in dialog.lines
        assert "Ctrl+T" in dialog.lines


# ------------------------------------------------------------------ palette


async def commands(person: Person) -> list[str]:
    """Open the palette; the lines that it offers at once."""
    await person.press("ctrl+p")
    assert isinstance(person.screen, CommandPalette)
    listed = person.screen.query_one(CommandList)
    await until(person.pilot, lambda: listed.option_count)
    await settle(person.pilot)
    return [str(listed.get_option_at_index(place).prompt) for place in range(listed.option_count)]


async def test_palette_lists_every_action_of_the_cabinet(home: World) -> None:
    async with home.run(LARGE) as pilot:
        offered = await commands(Cabinet(pilot))
        here = {
            (action.label, action.help[:20])
            for action in ACTIONS
            if action.place in {"app", "cabinet", "account"}
            and action.id not in {"command_palette", "proxy_password"}
        }
        for action in ACTIONS:
            said = action.label, action.help[:20]
            listed = any(line.startswith(said[0]) and said[1] in line for line in offered)
            assert listed == (said in here), action.id


async def test_palette_that_finds_nothing_says_so(home: World) -> None:
    async with home.run(SMALL) as pilot:
        cabinet = Cabinet(pilot)
        await cabinet.press("ctrl+p")
        await cabinet.type("жираф")
        await until(pilot, lambda: "Такого действия здесь нет" in cabinet.words)
        await cabinet.press("down", "enter")
        await until(pilot, lambda: not isinstance(cabinet.screen, CommandPalette))
        assert cabinet.page == "account"


async def choose(person: Person, text: str) -> None:
    """Take the command of the palette that a text finds."""
    await person.press("ctrl+p")
    await person.type(text)
    listed = person.screen.query_one(CommandList)
    await until(person.pilot, lambda: listed.option_count)
    await settle(person.pilot)
    await person.press("down", "enter")
    await until(person.pilot, lambda: not isinstance(person.screen, CommandPalette))
    await settle(person.pilot)


@pytest.mark.parametrize("focus", ["page", "menu"])
async def test_palette_does_what_the_page_offers(home: World, focus: str) -> None:
    """Not only what the screen itself does; wherever the focus is."""
    async with home.run(NORMAL) as pilot:
        cabinet = Cabinet(pilot)
        if focus == "menu":
            cabinet.screen.query_one(Menu).focus()
        await choose(cabinet, "Бюджет")
        assert isinstance(cabinet.screen, BudgetDialog)
        await cabinet.press("escape")
        await choose(cabinet, "Архив операций")
        assert cabinet.page == "archive"
        await choose(cabinet, "Выгрузить")
        assert isinstance(cabinet.screen, FileDialog)


async def test_palette_lists_every_action_of_the_sign_in_screen(world: World) -> None:
    async with world.run(LARGE) as pilot:
        offered = "\n".join(await commands(SignIn(pilot)))
        assert BY_ID["request_code"].help in offered
        assert BY_ID["clock_month"].help in offered
        assert BY_ID["lock"].help not in offered


async def test_palette_does_not_offer_what_is_not_there(world: World) -> None:
    async with world.run(LARGE) as pilot:
        offered = "\n".join(await commands(SignIn(pilot)))
        assert BY_ID["use_line"].help not in offered
        assert BY_ID["forget"].help not in offered


@pytest.mark.parametrize(
    ("typed", "there"), [("мои ном", "numbers"), ("смена", "password"), ("НОМЕРА", "numbers")]
)
async def test_palette_runs_an_action(home: World, typed: str, there: str) -> None:
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        await commands(cabinet)
        await cabinet.type(typed)
        listed = cabinet.screen.query_one(CommandList)
        await until(pilot, lambda: listed.option_count == 1)
        await cabinet.press("enter")
        await until(pilot, lambda: cabinet.is_open)
        await settle(pilot)
        assert cabinet.page == there


async def test_palette_closes_by_escape(home: World) -> None:
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        await commands(cabinet)
        await cabinet.press("ctrl+p", "escape")
        assert cabinet.is_open
        assert cabinet.focus == "history"


# ------------------------------------------------------------------ the person's own keys


@pytest.mark.parametrize("key", ["p", "з"])
async def test_own_key_works_in_both_layouts(home: World, key: str) -> None:
    home.change(phone=ANNA, keys={"open_numbers": "p"})
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        await cabinet.press(key)
        assert cabinet.page == "numbers"


async def test_own_key_replaces_the_tables(home: World) -> None:
    home.change(phone=ANNA, keys={"open_numbers": "f10", "lock": "f11,ctrl+x"})
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        await cabinet.press("1", "ctrl+l")
        assert cabinet.page == "account"
        await cabinet.press("f10")
        assert cabinet.page == "numbers"
        await cabinet.press("f1")
        words = " ".join(Help(pilot).lines.split())
        assert "F10 Все номера" in words
        assert "F11 / Ctrl+X Закрыть кабинет" in words
        await cabinet.press("escape", "ctrl+ч")
        assert SignIn(pilot).is_open


async def test_own_key_is_in_the_footer(home: World) -> None:
    home.change(phone=ANNA, keys={"leave": "z", "budget": "f11"})
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        assert "Я Выйти" in cabinet.footer
        assert "F11 Бюджет" in cabinet.footer
        await cabinet.press("k")
        assert "Z Выйти" in cabinet.footer


async def test_own_key_for_an_action_without_one(home: World) -> None:
    home.change(phone=ANNA, keys={"clock_day": "f10"})
    async with home.run() as pilot:
        await Cabinet(pilot).press("f10")
        assert "advance" in home.backend.asked


async def test_own_keys_with_blanks(home: World) -> None:
    home.change(phone=ANNA, keys={"open_numbers": "f10, f11"})
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        await cabinet.press("f11")
        assert cabinet.page == "numbers"


@pytest.mark.parametrize(
    "keys", [{"open_numbers": ",,"}, {"no_such": "x"}, {"lock": "эта клавиша"}]
)
async def test_own_keys_that_make_no_sense(home: World, keys: dict[str, str]) -> None:
    home.change(phone=ANNA, keys=keys)
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        await cabinet.press("f1", "escape", "ctrl+p", "escape")
        assert cabinet.is_open


# ------------------------------------------------------------------ menu, focus


@pytest.mark.parametrize("size", [SMALL, NORMAL], ids=["strip", "column"])
async def test_menu_by_digits(home: World, size: tuple[int, int]) -> None:
    async with home.run(size) as pilot:
        cabinet = Cabinet(pilot)
        for key, page in (("1", "numbers"), ("2", "account"), ("1", "numbers")):
            await cabinet.press(key)
            assert cabinet.page == page
            assert cabinet.screen.query_one("#page").query(f"#{page}")
        await cabinet.press("0")
        assert SignIn(pilot).is_open


@pytest.mark.parametrize("keys", [("down", "up"), ("right", "left")])
async def test_menu_by_arrows(home: World, keys: tuple[str, str]) -> None:
    async with home.run(NORMAL) as pilot:
        cabinet = Cabinet(pilot)
        forth, back = keys
        await cabinet.press("shift+tab")
        assert cabinet.focus == "Menu"
        await cabinet.press(back, "enter")
        assert cabinet.page == "numbers"
        await cabinet.press("shift+tab", forth, forth, "enter")
        assert cabinet.page == "payments"


@pytest.mark.parametrize("last", [False, True], ids=["first letter", "last letter"])
async def test_menu_column_by_mouse(home: World, *, last: bool) -> None:
    async with home.run(NORMAL) as pilot:
        cabinet = Cabinet(pilot)
        for item in MENU:
            lines = [line[:24] for line in cabinet.seen.splitlines()]
            y = next(y for y, line in enumerate(lines) if item.title in line)
            x = lines[y].index(item.title) + last * (len(item.title) - 1)
            await pilot.click(offset=(x, y))
            await settle(pilot)
            assert SignIn(pilot).is_open if item.id == "sign_out" else cabinet.page == item.id


@pytest.mark.parametrize("last", [False, True], ids=["digit", "last letter"])
async def test_menu_strip_by_mouse(home: World, *, last: bool) -> None:
    """A mark at the edge shows the lines for which there was no room."""

    async def click(text: str, *, at_end: bool = False) -> None:
        line = cabinet.seen.splitlines()[1]
        await pilot.click(offset=(line.index(text) + at_end * (len(text) - 1), 1))
        await settle(pilot)

    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        for item in MENU:
            text = f"{shown(item.key, KeyBar.layout_name)} {item.short}"
            page = cabinet.page
            if text not in cabinet.seen.splitlines()[1]:
                await click("›")
                assert cabinet.page == page
            await click(text, at_end=last)
            assert SignIn(pilot).is_open if item.id == "sign_out" else cabinet.page == item.id


async def test_menu_strip_goes_back_by_its_mark(home: World) -> None:
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        before = cabinet.seen.splitlines()[1]
        assert "›" in before
        await pilot.click(offset=(before.index("›"), 1))
        await settle(pilot)
        after = cabinet.seen.splitlines()[1]
        assert after != before
        await pilot.click(offset=(after.index("‹"), 1))
        await settle(pilot)
        assert cabinet.seen.splitlines()[1] == before
        assert cabinet.page == "account"


async def test_tab_order_of_the_sign_in_screen(world: World) -> None:
    async with world.run() as pilot:
        way = SignIn(pilot)
        order = [way.focus]
        for _ in range(7):
            await way.press("tab")
            order.append(way.focus)
        buttons = ["enter", "code", "through", "from-file"]
        assert order == ["phone", "secret", "keep", *buttons, "phone"]
        await way.press("down")
        assert way.focus == "secret"
        await way.press("up")
        assert way.focus == "phone"


async def test_tab_order_of_the_cabinet(home: World) -> None:
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        order = [cabinet.focus]
        for _ in range(2):
            await cabinet.press("tab")
            order.append(cabinet.focus)
        assert order == ["history", "Menu", "history"]


async def test_tab_order_of_the_password_page(home: World) -> None:
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        await cabinet.open("password")
        order = [cabinet.focus]
        for _ in range(5):
            await cabinet.press("tab")
            order.append(cabinet.focus)
        assert order == ["new", "again", "remember", "save", "skip", "Menu"]


async def test_theme_key_goes_round_and_is_kept(home: World) -> None:
    async with home.run() as pilot:
        cabinet = Cabinet(pilot)
        for theme in ("mts-light", "mts-ansi", "mts-dark"):
            await cabinet.press("f9")
            assert pilot.app.theme == theme
            assert f'theme = "{theme}"' in home.places.settings_file.read_text()
