"""«Поддержка» by the keyboard alone: the chat, a lost line, a kill, files, calls, the help."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from textual.widgets import Input

from mts_tui.backend.background import pass_time
from mts_tui.backend.contract.errors import NotSentYet, Offline
from mts_tui.backend.contract.support import CallBack, ChatOrder, Support, Ticket
from mts_tui.drafts import Drafts
from mts_tui.screens.adviser import AdviserDialog, VideoCodeScreen
from mts_tui.screens.call_back import CallBackDialog
from mts_tui.screens.handbook import HandbookDialog, PageDialog
from mts_tui.screens.help import HelpDialog
from mts_tui.screens.support import KEPT_AFTER, SupportPage
from mts_tui.screens.support_dialogs import ChatFileDialog, CloseDialog, safe_name
from mts_tui.widgets.menu import Menu
from tests.backend.desk import ANNA
from tests.backend.quiet import plain

from .pages import Cabinet, settle, text_of, tick
from .world import NORMAL, SMALL, World

MAIN = "anna-moscow"
SIZES = pytest.mark.parametrize("size", [SMALL, NORMAL], ids=["80x24", "120x40"])


class Page(Cabinet):
    """The page and its dialogs."""

    async def begin(self) -> None:
        await self.open("support")

    @property
    def chat(self) -> str:
        return plain(text_of(self.screen.query_one("#support-messages")))

    @property
    def ticket(self) -> str:
        return plain(text_of(self.screen.query_one("#support-ticket")))

    @property
    def error(self) -> str:
        return plain(text_of(self.screen.query_one("#support-error")))

    @property
    def line(self) -> Input:
        return self.screen.query_one("#say", Input)

    async def say(self, text: str) -> None:
        self.line.focus()
        await self.type(text)
        await self.press("enter")


def tickets(world: World) -> list[Ticket]:
    return world.answer(Support.tickets, MAIN).items


def said(world: World, ticket: Ticket) -> list[str]:
    """What the person has said, the oldest first."""
    found = world.answer(Support.messages, MAIN, ticket.id).items[::-1]
    return [one.text for one in found if one.author == "subscriber"]


def live(world: World, **parts: float) -> None:
    """Time passes, less than a session lasts, and what is due happens."""
    world.pass_time(timedelta(**parts).total_seconds())
    world.store.change(lambda tx: pass_time(tx, MAIN))


def drafts_of(world: World) -> Drafts:
    return Drafts(world.places.state_dir / "drafts", "demo", MAIN)


# ------------------------------------------------------------------ the chat


@SIZES
async def test_a_question_is_answered_from_the_help(home: World, size: tuple[int, int]) -> None:
    async with home.run(size) as pilot:
        page = Page(pilot)
        await page.begin()
        assert "помощник сразу ответит" in page.chat
        await page.press("enter")
        assert page.focus == "say"
        await page.say("Сколько стоит блокировка?")
        assert page.ticket.startswith("МТС-2611-0001")
        assert "14 суток бесплатно" in page.chat
        assert "«Блокировка»" in page.chat
        assert page.line.value == ""
        assert page.focus == "say"
        await page.press("escape")
        assert page.focus == "support-chat"
        (ticket,) = tickets(home)
        assert (ticket.unread, said(home, ticket)) == (0, ["Сколько стоит блокировка?"])


@SIZES
async def test_an_agent_answers_while_one_looks(home: World, size: tuple[int, int]) -> None:
    async with home.run(size) as pilot:
        page = Page(pilot)
        await page.begin()
        await page.press("p")
        assert "Сначала напишите вопрос" in page.error
        await page.say("Сколько стоит блокировка?")
        await page.press("escape", "p")
        assert "ждёт специалиста" in page.ticket
        live(home, minutes=3)
        await settle(pilot)
        assert "специалист ответил" in page.ticket
        assert "выдуманный специалист" in page.chat
        assert tickets(home)[0].unread == 0


async def test_what_others_write_is_shown_as_it_is(home: World) -> None:
    async with home.run(NORMAL) as pilot:
        page = Page(pilot)
        await page.begin()
        await page.say("Вот [b]разметка[/b] и [@click=app.quit]выход[/]")
        assert "[b]разметка[/b] и [@click=app.quit]выход[/]" in page.chat


async def test_a_line_that_is_lost_loses_and_repeats_nothing(home: World) -> None:
    """The answer to a message does not come; the person presses Enter again."""
    async with home.run(SMALL) as pilot:
        page = Page(pilot)
        await page.begin()
        await page.say("оператор")
        assert home.backend is not None
        home.backend.gate = asyncio.Event()
        lost = home.backend.call

        async def lose(endpoint, arguments, key):  # The message arrives, its answer does not.
            home.backend.gate = None
            await lost(endpoint, arguments, key)
            raise Offline(server="сервер")

        home.backend.call = lose
        page.line.focus()
        await page.type("Алло?")
        await page.press("enter")
        assert "связи" in page.error
        assert page.line.value == "Алло?"
        assert drafts_of(home).find(f"support:{tickets(home)[0].id}").text == "Алло?"
        home.backend.call = lost
        await page.press("enter")
        assert page.error == ""
        assert page.line.value == ""
        (ticket,) = tickets(home)
        assert said(home, ticket) == ["оператор", "Алло?"]
        assert page.chat.count("Алло?") == 1


async def test_who_is_killed_says_it_once_all_the_same(home: World) -> None:
    """The message arrived, the program was killed before its answer; the draft has its key."""
    async with home.run(SMALL) as pilot:
        page = Page(pilot)
        await page.begin()
        await page.say("оператор")
        (ticket,) = tickets(home)
        assert home.backend is not None
        call = home.backend.call

        async def die(endpoint, arguments, key):
            await call(endpoint, arguments, key)
            raise Offline(server="сервер")

        home.backend.call = die
        page.line.focus()
        await page.type("Потерял SIM-карту")
        await page.press("enter")
        assert drafts_of(home).find(f"support:{ticket.id}").key
    async with home.run(NORMAL) as pilot:
        page = Page(pilot)
        await page.begin()
        assert page.line.value == "Потерял SIM-карту"
        page.line.focus()
        await page.press("enter")
        assert said(home, tickets(home)[0]) == ["оператор", "Потерял SIM-карту"]
        assert drafts_of(home).find(f"support:{ticket.id}").is_empty
        await page.say("Потерял SIM-карту")  # On purpose, another time.
        assert len(said(home, tickets(home)[0])) == 3


@pytest.mark.parametrize("arrived", [True, False])
@pytest.mark.parametrize("first", [True, False], ids=["a new ticket", "a ticket"])
async def test_a_file_is_neither_lost_nor_repeated_by_a_kill(
    home: World, tmp_path: Path, *, arrived: bool, first: bool
) -> None:
    path = tmp_path / "журнал.txt"
    path.write_text("строка", encoding="utf-8")
    async with home.run(SMALL) as pilot:
        page = Page(pilot)
        await page.begin()
        if not first:
            await page.say("оператор")
        assert home.backend is not None
        call = home.backend.call

        async def die(endpoint, arguments, key):
            if endpoint.name in {"open", "say"}:
                if arrived:
                    await call(endpoint, arguments, key)
                raise Offline(server="сервер")
            return await call(endpoint, arguments, key)

        home.backend.call = die
        page.line.focus()
        await page.type("Вот журнал")
        await page.press("escape", "e")
        await page.paste(str(path))
        await page.press("enter")
    async with home.run(SMALL) as pilot:
        page = Page(pilot)
        await page.begin()
        assert page.chat.count("Файл: журнал.txt") == arrived
        if arrived and first:
            await page.press("plus")
        assert page.line.value == ("" if arrived else "Вот журнал")
        assert ("«журнал.txt» не ушёл" in page.error) is not arrived


async def test_a_message_that_waits_is_shown_and_sent_by_itself(home: World) -> None:
    home.refuse = {"say": NotSentYet(server="сервер")}
    async with home.run(SMALL) as pilot:
        page = Page(pilot)
        await page.begin()
        await page.say("оператор")
        await page.say("Я в тоннеле")
        assert "Ждёт связи" in page.chat
        assert "Я в тоннеле" in page.chat
        assert page.line.value == ""


async def test_the_unsent_is_kept_after_half_a_second_and_through_a_kill(home: World) -> None:
    async with home.run(SMALL) as pilot:
        page = Page(pilot)
        await page.begin()
        page.line.focus()
        await page.type("Начал писать")
        with suppress(AssertionError):  # On a busy machine the half second is over.
            await tick(pilot, page.screen.query_one(SupportPage), KEPT_AFTER)
        await settle(pilot)
        assert drafts_of(home).find("support:new").text == "Начал писать"
    async with home.run(SMALL) as pilot:
        page = Page(pilot)
        await page.begin()
        assert page.line.value == "Начал писать"
        await page.open("account")
        await page.begin()
        assert page.line.value == "Начал писать"


async def test_each_ticket_has_its_own_draft(home: World) -> None:
    async with home.run(NORMAL) as pilot:
        page = Page(pilot)
        await page.begin()
        await page.say("оператор")
        page.line.focus()
        await page.type("К первому")
        await page.press("escape", "plus")
        assert page.line.value == ""
        assert page.ticket == "Новый вопрос"
        await page.say("Сколько стоит блокировка?")
        assert page.ticket.startswith("МТС-2611-0002")
        await page.press("escape", "d", "down", "enter")
        assert page.ticket.startswith("МТС-2611-0001")
        assert page.line.value == "К первому"


# ------------------------------------------------------------------ files


@SIZES
async def test_a_file_goes_along_and_is_read_and_saved(
    home: World, size: tuple[int, int], tmp_path: Path
) -> None:
    path = tmp_path / "журнал.txt"
    path.write_text("первая\n\x1b[31mкрасная [b]x[/b]\n", encoding="utf-8")
    async with home.run(size) as pilot:
        page = Page(pilot)
        await page.begin()
        await page.press("s")
        assert "файлов нет" in page.error
        await page.press("e")
        await page.paste(str(path))
        await page.press("enter")
        assert "Файл: журнал.txt" in page.chat
        await page.press("s", "enter")
        dialog = page.screen
        assert isinstance(dialog, ChatFileDialog)
        shown = text_of(dialog.query_one("#file-text"))
        assert "\x1b" not in shown
        assert "красная [b]x[/b]" in shown
        dialog.query_one("#save-file").focus()
        await page.press("enter")
        target = tmp_path / "копия.txt"
        page.screen.query_one("#path", Input).value = str(target)
        await page.press("enter")
        assert target.read_bytes() == path.read_bytes()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xfe\x00", "не текстовый"),
        (b"a\0b", "не текстовый"),
        (b"a" * 65_537, "больше 64 КБ"),
        (None, "нет"),
    ],
)
async def test_what_is_no_small_text_is_refused(
    home: World, tmp_path: Path, content: bytes | None, words: str
) -> None:
    path = tmp_path / "a.bin"
    if content is not None:
        path.write_bytes(content)
    async with home.run(SMALL) as pilot:
        page = Page(pilot)
        await page.begin()
        await page.press("e")
        await page.paste(str(path))
        await page.press("enter")
        assert words in str(page.screen.query_one("#attach-message").content)
        assert tickets(home) == []


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"), ("C:\\Windows\\a.txt", "a.txt"), (".bashrc", "bashrc"),
        ("\x1b]0;x\x07", "]0;x"), ("..", "файл.txt"), ("а.txt", "а.txt"),
    ],
)  # fmt: skip
def test_a_name_from_others_leads_nowhere(name: str, safe: str) -> None:
    assert safe_name(name) == safe


# ------------------------------------------------------------------ the end, calls, videos


async def test_a_matter_is_settled_and_rated(home: World) -> None:
    async with home.run(SMALL) as pilot:
        page = Page(pilot)
        await page.begin()
        await page.say("Сколько стоит блокировка?")
        await page.press("escape", "x")
        assert isinstance(page.screen, CloseDialog)
        await page.press("up", "up", "up", "up", "enter")
        (ticket,) = tickets(home)
        assert (ticket.state, ticket.stars) == ("closed", 4)
        assert "закрыто" in page.ticket
        await page.say("Новое дело")
        assert [one.number for one in tickets(home)] == ["МТС-2611-0002", "МТС-2611-0001"]


@SIZES
async def test_a_call_is_ordered_and_given_up(
    home: World, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Now(datetime):
        @classmethod
        def now(cls, tz=None):
            return home.clock.now.astimezone(tz)

    monkeypatch.setattr("mts_tui.screens.call_back.datetime", Now)
    async with home.run(size) as pilot:
        page = Page(pilot)
        await page.begin()
        await page.press("h")
        assert isinstance(page.screen, CallBackDialog)
        await page.type("завтра 3:00")
        await page.press("enter")
        assert "с 9:00 до 21:00" in str(page.screen.query_one("#call-message").content)
        await page.fill("#call-when", "завтра 10:00")
        await page.press("enter")
        assert [one.state for one in world_calls(home)] == ["planned"]
        assert world_calls(home)[0].since == datetime(2026, 11, 23, 7, tzinfo=UTC)
        page.screen.query_one("#calls").focus()
        await page.press("delete")
        assert [one.state for one in world_calls(home)] == ["planned"]
        await page.press("delete")
        assert [one.state for one in world_calls(home)] == ["cancelled"]


def world_calls(world: World) -> list[CallBack]:
    return world.answer(Support.call_backs, MAIN).items


@SIZES
async def test_the_adviser_answers_opens_the_browser_and_shows_a_code(
    home: World, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    async with home.run(size) as pilot:
        page = Page(pilot)
        monkeypatch.setattr(page.app, "open_url", opened.append)
        await page.begin()
        await page.press("v")
        assert isinstance(page.screen, AdviserDialog)
        await page.press("down", "enter")
        assert "Разобрать списание" in text_of(page.screen.query_one("#advice"))
        await page.press("enter")
        assert opened == ["https://video.mts-tui.example/why_less"]
        await page.press("tab", "enter")
        assert isinstance(page.screen, VideoCodeScreen)
        assert "не помещается" not in page.words
        await page.press("escape", "tab", "enter")
        assert isinstance(page.screen, PageDialog)


# ------------------------------------------------------------------ the help


@SIZES
async def test_the_question_mark_explains_the_screen_and_leads_to_the_whole_help(
    home: World, size: tuple[int, int]
) -> None:
    async with home.run(size) as pilot:
        page = Page(pilot)
        await page.begin()
        await page.press("question_mark")
        assert isinstance(page.screen, HelpDialog)
        assert "Позвать специалиста" in text_of(page.screen.query_one("#help-page"))
        assert "Передать вопрос специалисту." in " ".join(
            text_of(page.screen.query_one("#help-lines")).split()
        )
        await page.press("slash", "slash")
        assert isinstance(page.screen, HandbookDialog)
        await page.type("КОМИССИЯ ОБЕЩАННОГО ПЛАТЕЖА")
        await page.press("enter", "enter")
        assert isinstance(page.screen, PageDialog)
        assert "499,99 ₽ — 25 ₽" in plain(text_of(page.screen.query_one("#page-text")))


async def test_the_help_of_a_dialog_is_its_own(home: World) -> None:
    async with home.run(SMALL) as pilot:
        page = Page(pilot)
        await page.press("u", "f1")
        assert "Многое можно отменить" in text_of(page.screen.query_one("#help-page"))


async def test_the_question_mark_works_in_a_dialog_and_in_a_field_it_is_typed(
    home: World,
) -> None:
    async with home.run(SMALL) as pilot:
        page = Page(pilot)
        await page.begin()
        await page.press("d", "question_mark")
        assert isinstance(page.screen, HelpDialog)
        assert "Позвать специалиста" in text_of(page.screen.query_one("#help-page"))
        assert "К строке ниже." in text_of(page.screen.query_one("#help-lines"))
        await page.press("escape", "escape", "enter", "question_mark")
        assert page.line.value == "?"
        await page.press("f1")
        assert isinstance(page.screen, HelpDialog)


async def test_what_has_no_page_is_explained_by_what_it_stands_over(
    home: World, tmp_path: Path
) -> None:
    async with home.run(SMALL) as pilot:
        page = Page(pilot)
        await page.open("archive")
        await page.press("e", "f1")
        assert "Отобранное выгружается" in text_of(page.screen.query_one("#help-page"))


async def test_the_help_in_the_phone_is_about_its_codes(world: World) -> None:
    """On the sign-in screen, too; beside the phone the screen's own page is back."""
    async with world.run(NORMAL) as pilot:
        page = Page(pilot)
        await page.press("f1")
        assert "получите код по SMS" in text_of(page.screen.query_one("#help-page"))
        await page.press("escape", "f2", "f1")
        assert "*100#" in text_of(page.screen.query_one("#help-page"))


async def test_a_ticket_opened_elsewhere_is_followed_until_one_writes(home: World) -> None:
    async with home.run(SMALL) as pilot:
        page = Page(pilot)
        await page.begin()
        home.answer(Support.open, MAIN, ChatOrder(text="Из другого окна"))
        await settle(pilot)
        assert "Из другого окна" in page.chat
        await page.press("plus")
        await page.type("Пишу своё")
        home.answer(Support.open, MAIN, ChatOrder(text="Ещё из другого окна"))
        await settle(pilot)
        assert page.line.value == "Пишу своё"
        assert page.ticket == "Новый вопрос"


async def test_news_of_another_ticket_stay_news(
    home: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is marked as read is told of at once, and the page is asked for anew in the middle."""
    async with home.run(SMALL) as pilot:
        for text in ("Позовите оператора, пожалуйста", "Сколько стоит блокировка?"):
            ticket = home.answer(Support.open, MAIN, ChatOrder(text=text))
            home.answer(Support.say, MAIN, ticket.id, ChatOrder(text="Позовите оператора"))
        home.pass_time(timedelta(minutes=3).total_seconds())
        home.store.change(lambda tx: pass_time(tx, MAIN))
        assert [one.unread > 0 for one in tickets(home)] == [True, True]
        page, support = Page(pilot), pilot.app.cabinet.support
        mark_read = support.mark_read

        async def marked(account: str, ticket: str) -> Ticket:
            answer = await mark_read(account, ticket)
            if not asked:
                asked.append(ticket)
                page.screen.query_one(SupportPage).load()
                await asyncio.sleep(0)
            return answer

        asked: list[str] = []
        monkeypatch.setattr(support, "mark_read", marked)
        await page.begin()
        assert asked
        assert [one.id for one in tickets(home) if not one.unread] == asked
        shown = next(one for one in tickets(home) if one.id in asked)
        assert shown.number in page.ticket


async def test_the_help_names_the_keys_of_now(home: World) -> None:
    home.change(keys={"call_agent": "f10"}, phone=ANNA)
    async with home.run(SMALL) as pilot:
        page = Page(pilot)
        await page.begin()
        await page.press("f1")
        assert "Попросите его (F10)" in text_of(page.screen.query_one("#help-page"))


# ------------------------------------------------------------------ the badge


@pytest.mark.parametrize("size", [SMALL, NORMAL])
async def test_a_new_answer_is_seen_in_the_menu_and_nothing_jumps(
    home: World, size: tuple[int, int]
) -> None:
    async with home.run(size) as pilot:
        page = Page(pilot)
        await page.open("support")
        await page.open("account")
        menu = page.screen.query_one(Menu)
        menu.focus()
        before = text_of(menu)
        home.answer(Support.open, MAIN, ChatOrder(text="Сколько стоит блокировка?"))
        await settle(pilot)
        assert menu.badges["support"] == 1
        after = text_of(menu)
        assert len(after) == len(before)
        (ticket,) = tickets(home)
        home.answer(Support.mark_read, MAIN, ticket.id)
        await settle(pilot)
        assert menu.badges["support"] == 0


async def test_another_number_has_its_own_chat(home: World) -> None:
    async with home.run(SMALL) as pilot:
        page = Page(pilot)
        await page.begin()
        await page.say("оператор")
        await page.press("escape", "f4")
        assert page.ticket == "Новый вопрос"
        assert "оператор" not in page.chat


async def test_many_messages_are_read_back(home: World) -> None:
    async with home.run(SMALL) as pilot:
        page = Page(pilot)
        ticket = home.answer(Support.open, MAIN, ChatOrder(text="оператор"))
        for number in range(60):
            home.answer(Support.say, MAIN, ticket.id, ChatOrder(text=f"строка {number}"))
        await page.begin()
        assert "строка 59" in page.chat
        assert "строка 3\n" not in page.chat
        await page.press("b")
        assert "строка 3\n" in page.chat
        assert page.chat.count("строка 59") == 1
