"""«Импорт»: a detalization from a file, from the first look to its history, and without a sign-in."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.widgets import Input, Static

from mts_tui import config, files
from mts_tui.backend.contract.errors import Unavailable
from mts_tui.backend.contract.imports import Imports
from mts_tui.backend.contract.numbers import Numbers
from mts_tui.imports.source import Cancelled
from mts_tui.screens import import_file
from mts_tui.screens.import_file import ImportDialog
from mts_tui.screens.import_parts import UnreadDialog
from mts_tui.screens.imported_files import FilesDialog
from mts_tui.screens.welcome import WelcomeScreen
from tests.backend.desk import ANNA
from tests.imports import samples

from .pages import Cabinet, Person, SignIn, settle, text_of
from .world import NORMAL, SMALL, World

SIZES = pytest.mark.parametrize("size", [SMALL, NORMAL], ids=["80x24", "120x40"])
SHOWN = "+7 985 370-99-11"


class Importing(Person):
    """The dialog."""

    @property
    def is_open(self) -> bool:
        return isinstance(self.screen, ImportDialog)

    @property
    def message(self) -> str:
        return str(self.screen.query_one("#import-message", Static).content)

    @property
    def summary(self) -> str:
        return text_of(self.screen.query_one("#import-summary")).replace("\u00a0", " ")

    @property
    def result(self) -> str:
        return text_of(self.screen.query_one("#import-result")).replace("\u00a0", " ")

    @property
    def path(self) -> str:
        return self.screen.query_one("#import-file", Input).value

    async def open(self) -> None:
        await Cabinet(self.pilot).open("numbers")
        await self.do("import_number")
        assert self.is_open

    async def read(self, path: Path | str) -> None:
        await self.fill("#import-file", str(path))
        await self.press("enter")


@pytest.fixture
def keep(tmp_path: Path) -> Callable[[str, bytes], Path]:
    """Writes a file to be imported."""

    def write(name: str, content: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


Keep = Callable[[str, bytes], Path]


@SIZES
async def test_a_file_is_looked_at_then_kept(home: World, keep: Keep, size: tuple[int, int]):
    path = keep("Деталь 2016.html", samples.page(samples.EVERY_CODE).encode("cp1251"))
    async with home.run(size) as pilot:
        dialog, cabinet = Importing(pilot), Cabinet(pilot)
        await dialog.open()
        await dialog.read(path)
        assert home.answer(Imports.imported, "anna-moscow").items == []
        assert "Деталь 2016.html" in dialog.summary
        assert f"Номер {SHOWN}" in " ".join(dialog.summary.split())
        assert "14 марта 2016 г." in dialog.summary
        assert "163,52 ₽ ✓ итог сходится" in " ".join(dialog.summary.split())
        assert dialog.focus == "import"
        await dialog.press("enter")
        assert "Добавлено 28 строк" in " ".join(dialog.result.split())
        await dialog.press("enter")
        assert cabinet.page == "account"
        assert "импорт" in cabinet.top
        assert "—" in cabinet.top
        assert "Март 2016: −163,52 ₽" in cabinet.month.replace("\u00a0", " ")
        assert any("Переадресованный звонок" in row for row in cabinet.rows)
        await cabinet.open("numbers")
        assert any(SHOWN in row and "импорт" in row and "—" in row for row in cabinet.rows)


@SIZES
async def test_where_the_rows_go_is_told_before_the_file_is_named(
    home: World, size: tuple[int, int]
):
    async with home.run(size) as pilot:
        dialog = Importing(pilot)
        await dialog.open()
        told = str(dialog.screen.query_one("#import-path .hint", Static).content)
        assert told.endswith("Файл останется на этом компьютере.")
    profile = config.Profile(server="https://cabinet.example:8443", phone=ANNA)
    home.change(profiles={"demo": profile})
    async with home.run(size) as pilot:
        dialog = Importing(pilot)
        await dialog.open()
        told = str(dialog.screen.query_one("#import-path .hint", Static).content)
        assert "Сам файл останется здесь, а его строки" in told
        assert "уйдут на сервер cabinet.example:8443" in told
        assert dialog.screen.query_one("#read").region.bottom <= size[1]


@SIZES
async def test_a_budget_of_a_number_from_a_file(home: World, keep: Keep, size: tuple[int, int]):
    path = keep("деталь.html", samples.page(samples.EVERY_CODE).encode("cp1251"))
    async with home.run(size) as pilot:
        dialog, cabinet = Importing(pilot), Cabinet(pilot)
        await dialog.open()
        await dialog.read(path)
        await dialog.press("enter", "enter", "b")
        told = text_of(dialog.screen.query_one("#budget-state")).replace("\u00a0", " ")
        assert told == "В последнем месяце из файлов потрачено 163,52 ₽"
        assert not dialog.screen.query_one("#budget-hard").display
        await dialog.type("200")
        await dialog.press("enter")
        assert "81 % из 200,00 ₽" in cabinet.month.replace("\u00a0", " ")


@pytest.mark.parametrize(
    "dropped",
    [
        "{}", "'{}'", '"{}"', "{escaped}", "file://{quoted}", "  {}\n",
    ],
)  # fmt: skip
async def test_a_file_is_dropped_on_the_terminal(home: World, keep: Keep, dropped: str):
    path = keep("мой файл.csv", samples.table(samples.EVERY_CODE).encode())
    text = dropped.format(
        path, escaped=str(path).replace(" ", "\\ "), quoted=str(path).replace(" ", "%20")
    )
    async with home.run(SMALL) as pilot:
        dialog = Importing(pilot)
        await dialog.open()
        await dialog.fill("#import-file", "что-то было")
        await dialog.paste(text)
        assert dialog.path == str(path)
        await dialog.press("enter")
        assert SHOWN in dialog.summary


async def test_a_file_is_dropped_on_the_cabinet(home: World, keep: Keep):
    path = keep("мой файл.csv", samples.table(samples.EVERY_CODE).encode())
    async with home.run(SMALL) as pilot:
        dialog = Importing(pilot)
        for other in ("/нет/такого", "привет", str(path.parent), f"{path}\n{path}", "/" * 5000):
            await dialog.paste(other)
            assert not isinstance(dialog.screen, ImportDialog)
        await dialog.paste(f"'{path}'")
        assert SHOWN in dialog.summary


async def test_a_home_that_is_not_there(home: World):
    async with home.run(SMALL) as pilot:
        dialog = Importing(pilot)
        await dialog.open()
        await dialog.fill("#import-file", "~никто/detail.csv")
        await dialog.press("enter")
        assert "нет" in dialog.words


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("bomb.xlsx", samples.bomb(100), "похоже на ловушку"),
        ("laughs.xml", samples.LAUGHS.encode(), "сущности XML"),
        ("elsewhere.xml", samples.ELSEWHERE.encode(), "сущности XML"),
        ("photo.html", b"\x89PNG\r\n\x1a\n" + bytes(999), "Это не детализация"),
        ("empty.csv", b"", "Файл пустой"),
        ("letter.txt", "Привет, это письмо.".encode(), "нет таблицы детализации"),
        ("cut.xlsx", samples.xlsx(samples.EVERY_CODE)[:900], "повреждён"),
    ],
)
async def test_a_hostile_file_is_a_sentence(
    home: World, keep: Keep, name: str, content: bytes, said: str
):
    path = keep(name, content)
    async with home.run(SMALL) as pilot:
        dialog = Importing(pilot)
        await dialog.open()
        await dialog.read(path)
        assert said in dialog.message
        assert dialog.path == str(path)
        assert dialog.focus == "import-file"
        await dialog.press("escape")
        assert Cabinet(pilot).is_open


async def test_paths_that_lead_nowhere(home: World, tmp_path: Path):
    async with home.run(SMALL) as pilot:
        dialog = Importing(pilot)
        await dialog.open()
        await dialog.press("enter")
        assert dialog.message == "Введите путь к файлу."
        await dialog.read(tmp_path / "нет такого")
        assert dialog.message == files.not_read(FileNotFoundError())
        await dialog.read(tmp_path)
        assert dialog.message == files.not_read(IsADirectoryError())


@SIZES
async def test_rows_that_cannot_be_read_are_told(home: World, keep: Keep, size: tuple[int, int]):
    path = keep("damaged.csv", samples.DAMAGED.encode())
    async with home.run(size) as pilot:
        dialog = Importing(pilot)
        await dialog.open()
        await dialog.read(path)
        assert "Не удалось прочитать: 9 строк" in dialog.summary
        assert "строка 4: Такой даты нет в календаре." in dialog.summary
        await dialog.click("#unread")
        assert isinstance(dialog.screen, UnreadDialog)
        assert "В строке меньше ячеек" in dialog.seen
        await dialog.press("escape")
        await dialog.click("#import")
        assert "Пропущено 9 строк" in " ".join(dialog.result.split())


async def test_the_number_is_asked_for_where_the_file_is_silent(home: World, keep: Keep):
    path = keep("silent.csv", samples.table(samples.EVERY_CODE, own="", gmt=False).encode())
    async with home.run(SMALL) as pilot:
        dialog = Importing(pilot)
        await dialog.open()
        await dialog.read(path)
        assert dialog.focus == "import-phone"
        await dialog.press("enter")
        assert "Введите номер телефона" in dialog.message
        await dialog.type("9853701234")
        await dialog.press("enter")
        assert "обслуживает здешний оператор" in dialog.message
        await dialog.fill("#import-phone", "9853709911")
        await dialog.press("enter")
        assert "Добавлено 28 строк" in " ".join(dialog.result.split())
        numbers = {one.phone for one in home.answer(Numbers.linked).items}
        assert samples.OWN in numbers


async def test_one_of_several_numbers_is_chosen(home: World, keep: Keep):
    content = samples.xlsx_modern(
        {samples.OWN: samples.EVERY_CODE, samples.OTHER: samples.EVERY_CODE[:5]}
    )
    path = keep("modern.xlsx", content)
    async with home.run(NORMAL) as pilot:
        dialog = Importing(pilot)
        await dialog.open()
        await dialog.read(path)
        assert SHOWN in dialog.summary
        dialog.screen.query_one("#import-numbers").focus()
        await dialog.press("down")
        assert "+7 985 370-99-22" in dialog.summary
        await dialog.press("enter")
        assert "Добавлено 5 строк" in " ".join(dialog.result.split())


async def test_the_tariff_may_be_told(home: World, keep: Keep):
    path = keep("detail.csv", samples.table(samples.EVERY_CODE).encode())
    async with home.run(NORMAL) as pilot:
        dialog = Importing(pilot)
        await dialog.open()
        await dialog.read(path)
        await dialog.fill("#import-tariff", "нет такого")
        await dialog.press("enter")
        assert "Уточните название тарифа" in dialog.message
        await dialog.fill("#import-tariff", "посекунд")
        await dialog.press("enter")
        assert "Добавлено" in dialog.result
        tariffs = {one.phone: one.tariff for one in home.answer(Numbers.linked).items}
        assert tariffs[samples.OWN] == "Посекундный"


async def test_the_same_file_again(home: World, keep: Keep):
    path = keep("detail.csv", samples.table(samples.EVERY_CODE).encode())
    async with home.run(SMALL) as pilot:
        dialog = Importing(pilot)
        for _ in range(2):
            await dialog.open()
            await dialog.read(path)
            await dialog.press("enter")
            result = dialog.result
            await dialog.press("enter")
        assert "Этот файл уже импортирован 22 ноября 2026 г." in result


async def test_a_read_is_left_off(home: World, keep: Keep, monkeypatch: pytest.MonkeyPatch):
    reading = threading.Event()

    def slow(_path: Path, going: import_file.Going) -> None:
        going.rows, going.share = 4200, 0.42
        reading.set()
        going.stopped.wait(10)
        raise Cancelled

    monkeypatch.setattr(import_file, "_looked", slow)
    async with home.run(SMALL) as pilot:
        dialog = Importing(pilot)
        await dialog.open()
        await dialog.fill("#import-file", "/tmp/big.csv")
        pilot.app.screen.read()
        while not reading.is_set():
            await pilot.pause(0.01)
        dialog.screen._look_at_progress()
        await pilot.pause(0)
        assert "Читаем… 42 % · 4 200 строк" in dialog.words.replace("\u00a0", " ")
        await pilot.press("escape")
        await settle(pilot)
        assert dialog.message == "Остановлено, ничего не сохранено."
        assert dialog.is_open


async def test_an_operator_that_fails_leaves_nothing(home: World, keep: Keep):
    path = keep("detail.csv", samples.table(samples.EVERY_CODE).encode())
    async with home.run(SMALL) as pilot:
        assert home.backend is not None
        dialog = Importing(pilot)
        await dialog.open()
        await dialog.read(path)
        home.backend.refuse["end"] = Unavailable()
        await dialog.press("enter")
        assert "не отвечает" in dialog.message
        assert samples.OWN not in {one.phone for one in home.answer(Numbers.linked).items}
        del home.backend.refuse["end"]
        await dialog.press("enter")
        assert "Добавлено 28 строк" in " ".join(dialog.result.split())


async def test_a_file_that_changes_meanwhile_is_not_taken(home: World, keep: Keep):
    path = keep("detail.csv", samples.table(samples.EVERY_CODE).encode())
    async with home.run(SMALL) as pilot:
        dialog = Importing(pilot)
        await dialog.open()
        await dialog.read(path)
        path.write_bytes(samples.table(samples.EVERY_CODE[:3]).encode())
        await dialog.press("enter")
        assert dialog.message == import_file.CHANGED


async def imported(home: World, pilot: object, keep: Keep) -> Cabinet:
    """The cabinet, open at an imported number."""
    path = keep("detail.csv", samples.table(samples.EVERY_CODE).encode())
    dialog = Importing(pilot)
    await dialog.open()
    await dialog.read(path)
    await dialog.press("enter", "enter")
    return Cabinet(pilot)


async def test_what_needs_an_operator_says_why(home: World, keep: Keep):
    async with home.run(SMALL) as pilot:
        cabinet = await imported(home, pilot, keep)
        for keys in (("3",), ("5",), ("g",), ("f12",)):
            cabinet.app.clear_notifications()
            await cabinet.press(*keys)
            assert cabinet.page == "account", keys
            assert any("нет оператора" in toast for toast in cabinet.toasts), keys
        for page in ("archive", "statements"):
            await cabinet.open(page)
            assert cabinet.page == page
        # From a page of another number.
        await cabinet.open("numbers")
        await cabinet.press("home", "enter")
        await cabinet.open("payments")
        assert cabinet.page == "payments"
        while "импорт" not in cabinet.top:
            await cabinet.press("f4")
        assert cabinet.page == "account"


async def test_a_row_is_taken_apart(home: World, keep: Keep):
    async with home.run(NORMAL) as pilot:
        cabinet = await imported(home, pilot, keep)
        await cabinet.press("end", "enter")
        assert "строка импортированного документа" in cabinet.words
        assert "Тариф того времени не указан" in cabinet.words


@SIZES
async def test_a_file_goes_and_the_number_with_it(home: World, keep: Keep, size: tuple[int, int]):
    async with home.run(size) as pilot:
        cabinet = await imported(home, pilot, keep)
        await cabinet.open("numbers")
        await cabinet.press("end", "x")
        assert isinstance(cabinet.screen, FilesDialog)
        assert "detail.csv" in cabinet.seen
        await cabinet.press("enter")
        assert "прочитаны все строки" in cabinet.words
        await cabinet.click("#drop-file")
        assert "Это последний файл" in cabinet.words
        await cabinet.press("enter")
        assert cabinet.is_open
        assert not any(SHOWN in row for row in cabinet.rows)
        assert "импорт" not in cabinet.top


async def test_it_is_found_in_the_palette(home: World):
    async with home.run(NORMAL) as pilot:
        cabinet = Cabinet(pilot)
        commands = {one.title for one in cabinet.app.get_system_commands(cabinet.screen)}
        assert "Импорт детализации" in commands


# ------------------------------------------------------------------ nobody signs in


async def begin_own(pilot: object, path: Path) -> Cabinet:
    dialog = Importing(pilot)
    await dialog.read(path)
    await dialog.press("enter")
    assert "Добавлено 28 строк" in " ".join(dialog.result.split())
    await dialog.press("enter")
    return Cabinet(pilot)


@SIZES
async def test_ones_own_files_need_no_sign_in(world: World, keep: Keep, size: tuple[int, int]):
    path = keep("detail.csv", samples.table(samples.EVERY_CODE).encode())
    async with world.run(size) as pilot:
        await SignIn(pilot).press("f4")
        cabinet = await begin_own(pilot, path)
        assert cabinet.is_open
        assert SHOWN in cabinet.top
        cabinet.app.clear_notifications()
        await cabinet.do("open_password")
        assert any("нет оператора" in toast for toast in cabinet.toasts)
        assert not cabinet.app.check_action("toggle_handset", ())
        await cabinet.do("open_sign_out")
        assert SignIn(pilot).is_open
        assert SHOWN not in SignIn(pilot).number
        await SignIn(pilot).press("f4")
        assert Cabinet(pilot).is_open
    # The next start opens it by itself.
    world.settings = world.settings.__class__(theme="mts-dark", own_files=True)
    async with world.run(size) as pilot:
        assert Cabinet(pilot).is_open
        assert SHOWN in Cabinet(pilot).top


async def test_a_file_given_on_the_command_line(world: World, keep: Keep):
    path = keep("detail.csv", samples.table(samples.EVERY_CODE).encode())
    async with world.run(SMALL, world.app(import_file=str(path))) as pilot:
        dialog = Importing(pilot)
        assert SHOWN in dialog.summary
        await dialog.press("escape")
        assert SignIn(pilot).is_open


async def test_a_file_given_after_a_sign_in(home: World, keep: Keep):
    path = keep("detail.csv", samples.table(samples.EVERY_CODE).encode())
    async with home.run(SMALL, home.app(import_file=str(path))) as pilot:
        dialog = Importing(pilot)
        assert SHOWN in dialog.summary
        await dialog.press("escape")
        assert Cabinet(pilot).is_open


async def test_an_own_import_that_fails_leaves_the_sign_in(world: World, keep: Keep):
    path = keep("detail.csv", samples.table(samples.EVERY_CODE).encode())
    async with world.run(SMALL) as pilot:
        await SignIn(pilot).press("f4")
        assert world.backend is not None
        world.backend.refuse["add"] = Unavailable()
        dialog = Importing(pilot)
        await dialog.read(path)
        await dialog.press("enter")
        assert "не отвечает" in dialog.message
        assert not dialog.app.signed_in
        await dialog.press("escape")
        assert SignIn(pilot).is_open
        await SignIn(pilot).press("f4")
        assert Importing(pilot).is_open


async def test_the_first_run_offers_a_file(world: World, keep: Keep):
    path = keep("detail.csv", samples.table(samples.EVERY_CODE).encode())
    app = world.app()
    app._choose = lambda _server, _profile: app._make_backend
    async with world.run(SMALL, app) as pilot:
        assert isinstance(pilot.app.screen, WelcomeScreen)
        await Person(pilot).click("#from-file")
        assert (await begin_own(pilot, path)).is_open


async def test_the_last_own_file_leads_back_to_the_sign_in(world: World, keep: Keep):
    path = keep("detail.csv", samples.table(samples.EVERY_CODE).encode())
    async with world.run(SMALL) as pilot:
        await SignIn(pilot).press("f4")
        cabinet = await begin_own(pilot, path)
        await cabinet.open("numbers")
        await cabinet.press("x")
        await cabinet.click("#drop-file")
        await cabinet.press("enter")
        assert SignIn(pilot).is_open
