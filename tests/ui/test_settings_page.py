"""«Настройки»: every part by its key; what is set holds at once and stands in the file."""

import json
import time
import zipfile
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from textual.widgets import Input

from mts_tui import config, formatting
from mts_tui.actions import ACTIONS, BY_ID, conflicts, troubles
from mts_tui.backend.contract import endpoints
from mts_tui.backend.contract.access import Access
from mts_tui.backend.contract.errors import StoreLocked
from mts_tui.keyboard import in_both_layouts
from mts_tui.own_data import CATALOGUES, INDEX, RETOLD, TITLES
from mts_tui.screens.settings import SCREENS, WAYS
from tests.backend.desk import ANNA

from .pages import Cabinet, settle, until
from .settings import Settings
from .world import NORMAL, SMALL, World

SIZES = pytest.mark.parametrize("size", [SMALL, NORMAL], ids=["80x24", "120x40"])


def zips(folder: Path) -> list[Path]:
    """Archives and what was begun of one."""
    return [*folder.glob("*.zip*"), *folder.glob(".*zip*")]


def written(world: World) -> config.Settings:
    return config.load(world.places, {})[0]


@SIZES
async def test_every_part_is_listed_with_its_state(home: World, size: tuple[int, int]) -> None:
    async with home.run(size) as pilot:
        page = Settings(pilot)
        await page.at()
        rows = [row.split("\t") for row in page.rows]
        assert [title for _key, title, *_rest in rows] == [way.title for way in WAYS]
        for _key, title, state, _what in rows:
            assert state, title
            assert " ".join(state.split()) in page.words


@pytest.mark.parametrize("layout", [0, 1], ids=["latin", "russian"])
@pytest.mark.parametrize("way", SCREENS)
async def test_a_part_by_its_key_and_back_by_esc(home: World, way: str, layout: int) -> None:
    async with home.run(SMALL) as pilot:
        page = Settings(pilot)
        await page.at(in_both_layouts(BY_ID[way].keys).split(",")[layout])
        assert not page.is_open
        assert page.screen.query_one("#dialog").region.bottom <= 23
        await page.press("escape")
        assert Cabinet(pilot).page == "settings"


async def test_the_profile_says_what_the_end_of_a_cabinet_takes(home: World) -> None:
    async with home.run(SMALL) as pilot:
        page = Settings(pilot)
        await page.at("p")
        assert "+7 985 370-12-34" in page.words
        assert "придите в офис оператора с паспортом" in page.words


async def test_looks_are_put_on_at_once_and_kept(home: World) -> None:
    async with home.run(SMALL) as pilot:
        page = Settings(pilot)
        await page.at("v", "down")
        assert page.app.theme == "mts-light"
        assert written(home).theme == "mts-light"
        await page.press("tab", "down", "down")
        assert written(home).plain_signs is True
        # What lies below the dialog is drawn when Textual finds the time.
        await until(pilot, lambda: "300,30 руб." in page.seen.replace("\N{NO-BREAK SPACE}", " "))
        await page.press("up", "up", "escape")
        assert written(home).plain_signs == "auto"


async def test_numbers_and_days_are_put_on_at_once_and_kept(home: World) -> None:
    async with home.run(SMALL) as pilot:
        page = Settings(pilot)
        await page.at("v", "tab", "tab", "down")
        assert written(home).formats == "iso"
        assert "300.30 ₽" in page.words
        await page.press("escape")
        await page.open("account")
        assert "11-22 20:32" in page.words
    home.settings = written(home)
    async with home.run(SMALL) as pilot:
        page = Settings(pilot)
        assert "300.30 ₽" in page.words
        await page.at("v", "tab", "tab", "up")
        assert written(home).formats == "ru"
        assert "300,30 ₽" in page.words
        await page.press("escape")
        await page.open("account")
        assert "22 нояб. 20:32" in page.words


async def test_formats_by_hand_are_put_on_without_a_new_start(home: World) -> None:
    async with home.run(SMALL) as pilot:
        page = Settings(pilot)
        await page.at("f")
        home.places.settings_file.write_text('formats = "iso"\n', "utf-8")
        await page.click("#apply")
        assert "300.30 ₽" in page.words


async def test_idle_minutes(home: World) -> None:
    async with home.run(SMALL) as pilot:
        page = Settings(pilot)
        for wrong in ("0", "21", "x", ""):
            await page.at("t")
            await page.fill("#minutes", wrong)
            await page.press("enter")
            assert page.message("#idle-message") == "Нужно целое число от 1 до 20."
            await page.press("escape")
        await page.at("t")
        await page.fill("#minutes", "5")
        await page.press("enter")
        assert written(home).idle_minutes == page.app.settings.idle_minutes == 5
        home.seconds += 5 * 60
        await page.idle_look()
        assert "Вы не нажимали клавиш 5 мин" in page.words


async def test_what_cannot_be_written_holds_until_the_end(
    home: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*_arguments: object, **_values: object) -> None:
        raise config.PlaceError("Файл не записан.")

    async with home.run(SMALL) as pilot:
        page = Settings(pilot)
        monkeypatch.setattr(config, "change", refuses)
        await page.at("t")
        await page.fill("#minutes", "7")
        await page.press("enter")
        assert page.app.settings.idle_minutes == 7
        assert "Файл не записан." in page.toasts


async def test_a_key_of_ones_own(home: World) -> None:
    async with home.run(SMALL) as pilot:
        page = Settings(pilot)
        await page.at("l")
        names = [row.split("\t")[0] for row in page.rows]
        there = ["down"] * names.index("Заблокировать номер")
        await page.press(*there, "enter", "f9")
        assert page.message("#keys-message").startswith("F9 занята: «Тема»")
        assert written(home).keys == {}
        await page.press("enter", "escape", "enter", "f1")
        assert "F1 всегда делает своё" in page.words
        await page.press("k")
        assert "занята" in page.message("#keys-message")
        await page.press("enter", "f10")
        assert written(home).keys == {"block_number": "f10"}
        await page.press("escape", "f10")
        assert "Заблокировать" in page.words, "it works at once"
        await page.press("escape", "f12")
        assert Cabinet(pilot).is_open, "the key before does nothing any more"
        await page.press("l", *there, "delete")
        assert written(home).keys == {}
        await page.press("escape", "f12")
        assert "Заблокировать" in page.words


async def test_a_key_for_an_action_without_one(home: World) -> None:
    async with home.run(SMALL) as pilot:
        page = Settings(pilot)
        await page.at("l")
        names = [row.split("\t")[0] for row in page.rows]
        await page.press(*["down"] * names.index("Часы: +1 день"), "enter", "f11", "escape")
        await page.press("f11")
        assert any("У оператора теперь 23 ноября" in told for told in page.toasts)


def test_no_two_actions_of_one_place_have_a_key() -> None:
    for action in ACTIONS:
        for key in filter(None, action.keys.split(",")):
            same = [one.id for one in conflicts(action, key, {}) if one.place == action.place]
            assert same == [], (action.id, key)


def test_keys_written_by_hand_are_looked_at_too() -> None:
    assert troubles({"block_number": "f10", "budget": "f11"}) == []
    assert troubles({"nothing": "f10"}) == [
        "Раздел [keys]: действия «nothing» нет, его клавиша не действует."
    ]
    (told,) = troubles({"block_number": "f9"})
    assert "«f9» для «Заблокировать номер» занята и действием «Тема»" in told


async def test_a_clash_of_keys_is_told_at_the_start_and_in_the_settings(home: World) -> None:
    home.change(phone=ANNA, keys={"block_number": "f9"})
    async with home.run(SMALL) as pilot:
        page = Settings(pilot)
        assert any("занята и действием «Тема»" in told for told in page.toasts)
        await page.at()
        assert "замечаний: 1" in page.words
        await page.press("f")
        assert "занята и действием «Тема»" in page.text("#file-text")


async def test_notices(home: World) -> None:
    async with home.run(SMALL) as pilot:
        page = Settings(pilot)
        await page.at("e", "space", "tab", "down")
        await page.fill("#quiet", "25:00-08:00")
        await page.press("enter")
        assert "22:00-08:00" in page.message("#notices-message")
        await page.fill("#quiet", "22:00-08:00")
        await page.press("enter")
        kept = written(home)
        assert (kept.bell, kept.desktop_notices, kept.quiet_hours) == (True, "osc9", "22:00-08:00")


async def test_a_session_of_another_machine_is_ended(home: World) -> None:
    async with home.run(SMALL) as pilot:
        home.clock.move(minutes=1)
        other = home.window()
        other.sign_in(device="c" * 64, device_name="Чужой ноутбук", code=other.order_code(ANNA))
        page = Settings(pilot)
        await page.at("d")
        assert "Чужой ноутбук" in page.words
        await page.press("delete")
        assert "Нажмите Del ещё раз" in page.message("#devices-message")
        await page.press("delete")
        names = [one.device_name for one in home.answer(Access.sessions).items]
        assert "Чужой ноутбук" not in names
        assert "Чужой ноутбук" in page.words, "it is trusted still"
        await page.press("end", "up")
        for _ in range(2):
            if "Чужой" not in page.rows[page.screen.query_one("#device-list").cursor]:
                await page.press("down")
        await page.press("delete", "delete")
        assert [one.name for one in home.answer(Access.devices).items] == ["проба, терминал"] or (
            "Чужой ноутбук" not in [one.name for one in home.answer(Access.devices).items]
        )


async def test_a_session_is_told_by_the_clock_of_the_number(
    home: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who works over SSH has the server's clock around."""
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        async with home.run(SMALL) as pilot:
            other = home.window()
            other.sign_in(device="c" * 64, device_name="Чужой ноутбук", code=other.order_code(ANNA))
            page = Settings(pilot)
            await page.at("d")
            there = home.clock().astimezone(ZoneInfo("Europe/Moscow"))
            assert formatting.clock(there) in next(row for row in page.rows if "Чужой" in row)
    finally:
        monkeypatch.delenv("TZ")
        time.tzset()


async def test_ones_own_session_is_not_ended_here(home: World) -> None:
    async with home.run(SMALL) as pilot:
        page = Settings(pilot)
        await page.at("d", "delete")
        assert "«Выход»" in page.message("#devices-message")


async def test_a_broken_file_is_told_with_its_line_and_the_environment_too(home: World) -> None:
    async with home.run(SMALL) as pilot:
        page = Settings(pilot)
        home.places.settings_file.write_text('theme = "mts-dark"\nidle_minutes = 99\n')
        page.app.environment |= {"MTS_TUI_IDLE_MINUTES": "9", "HTTPS_PROXY": "http://a:канарейка@p"}
        await page.at()
        assert "замечаний: 1" in page.words
        await page.press("f")
        told = page.text("#file-text")
        assert "строка 2: idle_minutes = 99 не подходит" in told
        assert "MTS_TUI_IDLE_MINUTES = 9" in told
        assert "HTTPS_PROXY" in told
        assert "канарейка" not in told
        assert "канарейка" not in page.words


async def test_an_edit_by_hand_is_put_on_without_a_new_start(home: World) -> None:
    async with home.run(SMALL) as pilot:
        page = Settings(pilot)
        await page.at("f")
        home.places.settings_file.write_text(
            '# мое\ntheme = "mts-light"\nidle_minutes = 3\nplain_signs = true\n'
            '[keys]\nblock_number = "f10"\n',
            "utf-8",
        )
        await page.click("#apply")
        assert page.app.theme == "mts-light"
        assert page.app.settings.idle_minutes == 3
        assert "300,30 руб." in page.seen.replace("\N{NO-BREAK SPACE}", " ")
        assert "Настройки из файла применены." in page.toasts
        await page.press("escape", "f10")
        assert "Заблокировать" in page.words
        await page.press("escape", "v", "up")
        assert "# мое" in home.places.settings_file.read_text("utf-8")


async def test_a_persons_own_keys_of_the_file_stay(home: World) -> None:
    async with home.run(SMALL) as pilot:
        page = Settings(pilot)
        file = home.places.settings_file
        file.write_text('my_own = "мое"\n' + file.read_text("utf-8"), "utf-8")
        await page.at("v", "down")
        assert 'my_own = "мое"' in file.read_text("utf-8")


@pytest.mark.parametrize("way", ["button", "enter"])
async def test_mail_is_tried_before_it_is_kept(
    home: World, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    tried = []
    monkeypatch.setattr("mts_tui.screens.settings_mail.knock", tried.append)
    async with home.run(SMALL) as pilot:
        page = Settings(pilot)
        await page.at("m")
        await page.fill("#host", "smtp.example")
        await page.fill("#sender", "robot@example.com")
        await page.fill("#user", "robot")
        await page.fill("#password", "canary")
        await (page.click("#save") if way == "button" else page.press("enter"))
        assert [(one.host, one.password) for one in tried] == [("smtp.example", "canary")]
        assert written(home).mail.host == "smtp.example"
        assert "canary" not in home.places.settings_file.read_text("utf-8")
        assert home.vault.kept["mail robot@smtp.example"].password == "canary"


# ---------------------------------------------------------------------- one's own data


async def test_own_data_is_one_file_with_all_that_there_is(home: World, tmp_path: Path) -> None:
    path = tmp_path / "мои.zip"
    async with home.run(SMALL) as pilot:
        page = Settings(pilot)
        await page.at("i")
        await page.fill("#path", str(path))
        await page.collect()
        assert any("Ваши данные" in told for told in page.toasts)
    with zipfile.ZipFile(path) as file:
        assert file.testzip() is None
        names = file.namelist()
        index = file.read(INDEX).decode()
        operations = json.loads(file.read(f"{ANNA}/archive.operations.json"))
        talks = json.loads(file.read(f"{ANNA}/messages.thread.json"))
        everything = b"".join(file.read(name) for name in names)
    assert len(operations) > 400, "every page of the list"
    assert all(talks.values()), "what was said in each"
    for one in endpoints():
        own = not one.changes and one.rehearses is None and not one.public
        if own and one.area != "demo" and one.id not in CATALOGUES | RETOLD:
            assert f"  {one.id}.json — " in index, one.id
            told = f"{one.id}.json" in {name.partition("/")[2] for name in names}
            assert told or f"{one.id}.json — {TITLES[one.area]}: пусто" in index
    assert home.backend is not None
    assert home.backend.token is None or home.backend.token.encode() not in everything


async def test_own_data_can_be_left_off(home: World, tmp_path: Path) -> None:
    path = tmp_path / "мои.zip"
    async with home.run(SMALL) as pilot:
        page = Settings(pilot)
        await page.at("i")
        await page.fill("#path", str(path))
        dialog = page.screen
        dialog.collect()
        await pilot.pause(0)
        dialog.action_close()
        await settle(pilot)
        assert "Отменено, файла нет." in page.toasts
    assert not zips(tmp_path)


async def test_own_data_is_whole_or_not_at_all(home: World, tmp_path: Path) -> None:
    path = tmp_path / "мои.zip"
    async with home.run(SMALL) as pilot:
        page = Settings(pilot)
        await page.at("i")
        await page.fill("#path", str(path))
        assert home.backend is not None
        home.backend.refuse["overview"] = StoreLocked(path="x")
        await page.press("enter")
        assert page.message("#own-data-message").startswith("Не собрано.")
        assert not path.exists()
        assert not zips(tmp_path)
        home.backend.refuse.clear()
        path.write_text("чужое")
        page.screen.query_one("#path", Input).focus()
        await page.press("enter")
        assert path.read_text() == "чужое"
        await page.collect()
    assert zipfile.is_zipfile(path)
