"""«GOOD'OK» by the keyboard alone: found, heard, bought, ruled, given, uploaded, taken back."""

import os
from pathlib import Path

import pytest

from mts_tui.backend.contract.errors import StoreLocked
from mts_tui.backend.contract.ringback import Gift, Ringback
from mts_tui.screens.melody import MOVE_EVERY
from mts_tui.screens.ringback import RingbackDialog
from tests.backend import sounds
from tests.backend.desk import ANNA, MISHA
from tests.backend.paydesk import give

from .melodies import MAIN, MelodyPages
from .pages import settle, tick, until
from .world import NORMAL, SMALL, World

SIZES = pytest.mark.parametrize("size", [SMALL, NORMAL], ids=["80x24", "120x40"])
PRICE = "75,00 ₽ сейчас и каждые 30 дней, пока не отключите. Следующее списание: 22 декабря 2026 г."


@pytest.fixture(autouse=True)
def players(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder for players; there are none yet, whatever this machine has."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}")
    monkeypatch.delenv("SSH_CONNECTION", raising=False)
    return folder


@SIZES
async def test_a_melody_is_found_and_bought(home: World, size: tuple[int, int]):
    async with home.run(size) as pilot:
        give(home.store, 900_00)
        pages = MelodyPages(pilot)
        await pages.open()
        assert "Звонящие слышат обычные гудки" in pages.state
        await pages.choose("поезд")
        assert pages.here == "melody"
        assert PRICE in pages.text("#melody-terms")
        assert "Придёт SMS: Мелодия «Поезд на юг» подключена" in pages.text("#melody-terms")
        assert "GOOD'OK «Поезд на юг» −75,00 ₽" in " ".join(pages.text("#terms-preview").split())
        assert not home.answer(Ringback.state, MAIN).on  # Nothing but looked at.
        assert pages.button("buy") == "Купить за 75,00 ₽"
        await pages.push("buy")
        assert "Подключена, следующее списание 22 декабря" in pages.text("#melody-terms")
        assert (pages.button("buy"), pages.focus) == ("", "rule")
        await pages.press("escape", "escape")
        assert pages.here == "service"
        assert pages.melodies == ["♪\tПоезд на юг\tспишется 22 дек.\t75,00 ₽"]
        assert pages.rules == ["Все\tПоезд на юг"]
        assert "75,00 ₽ за 30 дней" in pages.state
        await pages.press("escape")
        assert pages.answers == [True]


@SIZES
async def test_a_friends_melody_is_copied(home: World, size: tuple[int, int]):
    async with home.run(size) as pilot:
        give(home.store, 900_00)
        pages = MelodyPages(pilot)
        friend = home.window()
        friend.sign_in(MISHA)
        give(home.store, 500_00, "misha-moscow")
        await pages.open()
        await pages.do("melody_catalogue")
        await pages.type("8 985 370-56-78")
        assert pages.table("melody-catalogue") == []
        assert "Скопировать нечего" in pages.words
        friend.ask(Ringback.buy, "misha-moscow", "10021002")
        await pages.fill("#sought", "+79853705678")
        assert [one.split("\t")[1] for one in pages.table("melody-catalogue")] == ["Поезд на юг"]
        await pages.press("enter")
        await pages.push("buy")
        await pages.press("escape")
        assert pages.table("melody-catalogue")[0].startswith("♪")
        await pages.fill("#sought", "поезд")
        assert len(pages.table("melody-catalogue")) == 1


async def test_two_enters_buy_once(home: World):
    async with home.run() as pilot:
        give(home.store, 900_00)
        pages = MelodyPages(pilot)
        await pages.open()
        await pages.choose("поезд")
        pages.screen.query_one("#buy").focus()
        for _ in range(2):
            pages.screen.query_one("#buy").press()
        await pages.press("f6")
        assert home.backend.asked.count("buy") == 1


async def test_without_money_the_sentence_stands_in_the_form(home: World):
    async with home.run() as pilot:
        give(home.store, -290_00)
        pages = MelodyPages(pilot)
        await pages.open()
        await pages.choose("поезд")
        assert "не хватает денег" in pages.text("#melody-message")
        assert pages.button("buy") == ""


async def test_a_button_is_as_wide_as_what_it_says(home: World):
    """With its border in the terminal's own colours, where there is no room to spare."""
    home.change(theme="mts-ansi", phone=ANNA)
    async with home.run() as pilot:
        give(home.store, 900_00)
        pages = MelodyPages(pilot)
        await pages.open()
        await pages.push("switch")
        await until(pilot, lambda: pages.focus == "agree")
        await pages.press("enter")
        assert " Отключить " in pages.seen


async def test_a_service_is_switched_on_after_its_price(home: World):
    async with home.run() as pilot:
        give(home.store, 900_00)
        pages = MelodyPages(pilot)
        await pages.open()
        await pages.push("switch")
        assert pages.here == "switch"
        assert "49,90 ₽ сейчас и дальше каждые 30 дней" in pages.text("#switch-on-terms")
        await pages.press("escape")
        assert not home.answer(Ringback.state, MAIN).on
        await pages.push("switch")
        await until(pilot, lambda: pages.focus == "agree")
        await pages.press("enter")
        assert "49,90 ₽ за 30 дней" in pages.state
        assert pages.melodies[0].startswith("♪\tМузыкальная шкатулка")
        await pages.push("switch")
        assert "больше ничего не спишется" in pages.message
        assert not home.answer(Ringback.state, MAIN).on


@SIZES
async def test_rules_and_what_a_caller_hears(home: World, size: tuple[int, int]):
    async with home.run(size) as pilot:
        give(home.store, 900_00)
        pages = MelodyPages(pilot)
        await pages.open()
        await pages.choose("поезд")
        await pages.push("buy")
        await pages.push("rule")
        await pages.press("down", "down", "down")
        await pages.push("add")
        assert "Отметьте дни" in pages.text("#rule-message")
        pages.screen.query_one("#day-5").focus()
        await pages.press("space")
        await pages.fill("#rule-from", "25")
        await pages.press("enter")
        assert "от 0 до 23" in pages.text("#rule-message")
        await pages.fill("#rule-from", "22")
        await pages.fill("#rule-to", "7:00")
        await pages.press("enter")
        assert pages.here == "melody"
        await pages.push("rule")
        await pages.press("down", "down")
        await pages.fill("#rule-group", "Семья")
        await pages.fill("#rule-callers", "985 370-56-78, +7 985 370 99 00")
        await pages.press("enter", "escape", "escape")
        assert set(pages.rules) == {
            "Все\tПоезд на юг",
            "пт с 22:00 до 7:00\tПоезд на юг",
            "Группа «Семья», 2 номера\tПоезд на юг",
        }
        await pages.do("who_hears")
        await pages.type("9853705678")
        await pages.press("enter")
        assert "для группы «Семья»" in pages.text("#heard-answer")
        await pages.fill("#heard-at", "28.11.2026 06:59")
        await pages.press("enter")
        assert "Правила по времени важнее" in pages.text("#heard-answer")
        await pages.fill("#heard-at", "2026-11-23 06:59")
        await pages.press("enter")
        assert "Правила по времени важнее" not in pages.text("#heard-answer")
        assert pages.text("#heard-message") == ""
        await pages.fill("#heard-at", "завтра")
        await pages.press("enter")
        assert "22.11.2026 21:34" in pages.text("#heard-message")


async def test_a_rule_and_a_melody_are_removed_by_two_presses(home: World):
    async with home.run() as pilot:
        give(home.store, 900_00)
        pages = MelodyPages(pilot)
        await pages.open()
        await pages.choose("поезд")
        await pages.push("buy")
        await pages.press("escape", "escape")
        pages.screen.query_one("#ringback-rules").focus()
        await pages.press("delete")
        assert "Нажмите Delete ещё раз" in pages.message
        assert len(pages.rules) == 1
        await pages.press("delete")
        assert pages.rules == []
        pages.screen.query_one("#ringback-melodies").focus()
        await pages.press("delete")
        assert "не возвращается" in pages.message
        await pages.press("delete")
        assert pages.melodies == []
        assert "Г в кабинете" in pages.message


async def test_a_gift_is_given_and_accepted(home: World):
    async with home.run() as pilot:
        give(home.store, 900_00)
        pages = MelodyPages(pilot)
        await pages.open()
        await pages.choose("поезд")
        await pages.push("gift")
        await pages.type("123")
        await pages.press("enter")
        assert pages.text("#gift-message")
        await pages.fill("#gift-to", "9853705678")
        await pages.press("enter")
        assert "−75,00 ₽" in pages.text("#terms-preview")
        assert home.answer(Ringback.state, MAIN).melodies == []
        await pages.press("enter")
        assert pages.here == "melody"
        assert "Подарок отправлен на +7 985 370-56-78" in pages.toasts[-1].replace("\u00a0", " ")
        window = home.window()
        window.sign_in(MISHA)
        assert len(window.ask(Ringback.state, "misha-moscow").gifts) == 1


async def test_a_gift_waits_on_the_page(home: World):
    async with home.run() as pilot:
        window = home.window()
        window.sign_in(MISHA)
        give(home.store, 500_00, "misha-moscow")
        for melody in ("10021004", "10021005"):
            window.ask(Ringback.give, "misha-moscow", Gift(melody=melody, to=ANNA))
            home.clock.move(seconds=1)
        pages = MelodyPages(pilot)
        await pages.open()
        assert "дарит вам «Осень в Твери»" in pages.state
        await pages.push("accept")
        assert pages.melodies == ["♪\tОсень в Твери\tдо 22 дек.\tподарок"]
        assert "дарит вам «Дождь по карнизу»" in pages.state
        await pages.push("decline")
        assert pages.button("accept") == pages.button("decline") == ""
        assert len(pages.melodies) == 1


# ------------------------------------------------------------------ one's own file


async def upload(pages: MelodyPages, path: Path | str, title: str = "") -> None:
    await pages.do("own_melody")
    await pages.fill("#path", str(path))
    await pages.press("enter")
    await pages.type(title)
    await pages.press("enter")


@pytest.mark.parametrize("make", [sounds.wav, sounds.ogg, sounds.mp3], ids=["wav", "ogg", "mp3"])
async def test_a_file_becomes_a_melody(home: World, tmp_path: Path, make: object):
    path = tmp_path / "мой [bold]кот.dat"
    path.write_bytes(make())
    async with home.run() as pilot:
        give(home.store, 900_00)
        pages = MelodyPages(pilot)
        await pages.open()
        await upload(pages, path)
        assert pages.here == "melody"
        assert "мой [bold]кот" in pages.seen
        assert pages.button("buy") == "Купить за 50,00 ₽"
        assert pages.button("gift") == ""
        await pages.push("buy")
        await pages.press("escape")
        assert "мой [bold]кот" in pages.melodies[0]


def huge(path: Path) -> None:
    """Three hundred megabytes that take no room."""
    with path.open("wb") as file:
        file.truncate(300 * 1024 * 1024)


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (huge, "Файл больше 5 МБ"),
        (lambda path: path.write_bytes(b"MZ" + bytes(9000)), "Это не звук"),
        (lambda path: path.touch(), "Файл пуст"),
        (lambda path: path.write_bytes(sounds.wav()[:9000]), "обрывается"),
        (lambda path: path.write_bytes(sounds.wav(61)), "длиннее 60 секунд"),
        (lambda path: path.mkdir(), "Это папка"),
        (os.mkfifo, "это не файл"),
        (lambda path: None, "Такого файла нет"),
    ],
    ids=["300-mb", "exe", "empty", "cut", "long", "folder", "pipe", "missing"],
)
async def test_a_bad_file_gets_a_sentence(home: World, tmp_path: Path, make: object, told: str):
    path = tmp_path / "melody.mp3"
    make(path)
    async with home.run() as pilot:
        pages = MelodyPages(pilot)
        await pages.open()
        await upload(pages, path, "Кот")
        assert pages.here == "upload"
        assert told in pages.text("#upload-message")
        assert pages.screen.query_one("#path").value == str(path)  # What was typed stays.
        await pages.press("escape")
        assert pages.melodies == []


async def test_a_lost_answer_is_asked_for_again_with_the_same_key(home: World, tmp_path: Path):
    path = tmp_path / "кот.wav"
    path.write_bytes(sounds.wav())
    async with home.run() as pilot:
        pages = MelodyPages(pilot)
        await pages.open()
        home.backend.refuse["upload"] = StoreLocked(path="x")
        await upload(pages, path)
        assert "занят другой программой" in pages.text("#upload-message")
        del home.backend.refuse["upload"]
        await pages.press("enter")
        assert pages.here == "melody"
        assert len(home.answer(Ringback.state, MAIN).melodies) == 1


# ------------------------------------------------------------------ the sound


def player(folder: Path, name: str, does: str) -> Path:
    """A player; what it was called with is in the file that is answered."""
    said = folder / "said"
    program = folder / name
    program.write_text(f'#!/bin/sh\necho "$$ $*" > {said}\n{does}\n')
    program.chmod(0o755)
    return said


def is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


async def waited_for(pilot: object, said: Path) -> tuple[int, Path]:
    """The player's process and the file it plays."""
    found: list[str] = []

    def has_begun() -> bool:
        found[:] = said.read_text().split() if said.exists() else []
        return bool(found)

    await until(pilot, has_begun)
    return int(found[0]), Path(found[-1])


async def test_the_sound_ends_with_the_dialog(home: World, players: Path):
    said = player(players, "aplay", "exec /bin/sleep 60")
    async with home.run() as pilot:
        pages = MelodyPages(pilot)
        await pages.open()
        await pages.choose("поезд")
        await pages.press("f6")
        assert pages.button("play") == "Стоп"
        process, file = await waited_for(pilot, said)
        assert file.read_bytes().startswith(b"RIFF")
        assert pages.text("#melody-sound") == ""
        await pages.press("escape")
        assert not is_running(process)
        assert not file.exists()


async def test_where_there_is_no_player_the_mark_moves(home: World):
    async with home.run() as pilot:
        pages = MelodyPages(pilot)
        await pages.open()
        await pages.choose("поезд")
        assert "▲" not in pages.wave
        await pages.press("f6")
        assert "Проигрывателя здесь не нашлось" in pages.text("#melody-sound")
        home.seconds += 3
        await tick(pilot, pages.screen, MOVE_EVERY)
        before = pages.wave.splitlines()[-1]
        assert "▲ 00:03 / 00:12" in before
        home.seconds += 3
        await tick(pilot, pages.screen, MOVE_EVERY)
        assert pages.wave.splitlines()[-1].index("▲") > before.index("▲")
        home.seconds += 7
        await tick(pilot, pages.screen, MOVE_EVERY)
        assert ("▲" in pages.wave, pages.button("play")) == (False, "Слушать")


async def test_a_player_that_fails_is_told_and_the_mark_goes_on(home: World, players: Path):
    said = player(players, "paplay", "exit 1")
    async with home.run() as pilot:
        pages = MelodyPages(pilot)
        await pages.open()
        await pages.choose("поезд")
        await pages.press("f6")
        await waited_for(pilot, said)
        pages.screen._player._process.wait()
        home.seconds += 1
        await tick(pilot, pages.screen, MOVE_EVERY)
        assert "paplay не смог" in pages.text("#melody-sound")
        assert "▲" in pages.wave


async def test_over_ssh_nothing_is_played_elsewhere(
    home: World, players: Path, monkeypatch: pytest.MonkeyPatch
):
    said = player(players, "aplay", "exit 0")
    monkeypatch.setenv("SSH_CONNECTION", "10.0.0.1 22 10.0.0.2 22")
    async with home.run() as pilot:
        pages = MelodyPages(pilot)
        await pages.open()
        await pages.choose("поезд")
        await pages.press("f6")
        assert "на другом компьютере" in pages.text("#melody-sound")
        assert not said.exists()


async def test_a_city_number_is_told_why(home: World):
    async with home.run() as pilot:
        pages = MelodyPages(pilot)
        pages.app.push_screen(RingbackDialog("anna-city"))
        await settle(pilot)
        await pages.press("l")
        assert pages.here == "service"
        assert "только для мобильных номеров России" in pages.state
        assert "только для мобильных номеров России" in pages.message
