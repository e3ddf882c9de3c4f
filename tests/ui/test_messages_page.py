"""«Отправка SMS/MMS» by the keyboard alone."""

import asyncio
from pathlib import Path

import pytest
from textual.widgets import Input, TextArea

from mts_tui.backend.contract.errors import NotEnoughMoney, NotSentYet, Offline
from mts_tui.backend.contract.messages import Messages, Sending, SmsOrder, Thread
from mts_tui.drafts import Drafts
from mts_tui.screens.cabinet import CabinetScreen
from mts_tui.screens.contacts import ContactForm, ContactsDialog
from mts_tui.screens.message_picture import PictureDialog, ScaleDialog
from mts_tui.screens.messages import MessagesPage
from mts_tui.screens.new_message import KEPT_AFTER, NewMessageDialog
from mts_tui.screens.sendings import SendingDialog, SendingsDialog
from mts_tui.screens.templates import TemplatesDialog
from mts_tui.screens.thread import ThreadDialog
from mts_tui.widgets.picture import PictureView
from tests.backend.desk import ANNA, MISHA
from tests.backend.messages import FAR_FRIEND, FRIEND, NOBODY
from tests.backend.paydesk import set_balance
from tests.backend.quiet import plain
from tests.pictures_made import bomb, photo, picture

from .messages_scenes import fill, live
from .pages import Cabinet, Person, Phone, settle, text_of, tick
from .world import NORMAL, SMALL, World

MAIN = "anna-moscow"
SIZES = pytest.mark.parametrize("size", [SMALL, NORMAL], ids=["80x24", "120x40"])


class Page(Cabinet):
    """The page and its dialogs."""

    async def begin(self) -> None:
        await self.open("messages")

    @property
    def threads(self) -> list[str]:
        return [" ".join(row.split()) for row in self.rows]

    @property
    def terms(self) -> str:
        return plain(text_of(self.screen.query_one("#messages-terms")))

    @property
    def counter(self) -> str:
        return plain(str(self.screen.query_one("#counter").content))

    @property
    def price(self) -> str:
        return " ".join(plain(text_of(self.screen.query_one("#message-price"))).split())

    @property
    def error(self) -> str:
        return plain(text_of(self.screen.query_one("#new-message-error")))

    @property
    def button(self) -> str:
        return str(self.screen.query_one("#send").label)

    @property
    def to(self) -> Input:
        return self.screen.query_one("#to", Input)

    @property
    def text(self) -> TextArea:
        return self.screen.query_one("#text", TextArea)

    async def write(self, to: str, text: str, when: str = "") -> None:
        """Fill in the form of a new SMS."""
        await self.press("plus")
        await self.type(to)
        await self.press("tab")
        await self.paste(text)
        if when:
            await self.press("tab")
            await self.type(when)

    async def send(self) -> None:
        """Ask for the price, and agree."""
        await self.press("f8")
        assert self.price, self.error
        await self.press("enter")


def sendings(world: World) -> list[Sending]:
    return world.answer(Messages.sendings, MAIN).items


def thread(world: World, peer: str, account: str = MAIN) -> Thread:
    return world.answer(Messages.threads, account, peer).items[0]


# ------------------------------------------------------------------ reading


@SIZES
async def test_threads_unread_and_read(home: World, size: tuple[int, int]):
    async with home.run(size) as pilot:
        page = Page(pilot)
        fill(home)
        await page.begin()
        assert page.page == "messages"
        assert page.threads[0].startswith("●2 Катя Ёлкина [b]И собака[/b]")
        assert "можно отправить ещё 45 сообщений" in page.terms
        if size == NORMAL:
            assert "Ура, ждём! А дети?" in page.seen
        await page.press("enter")
        assert isinstance(page.screen, ThreadDialog)
        assert "Ура, ждём! А дети?" in page.seen
        assert "✓ доставлено" in page.seen
        assert thread(home, FRIEND).unread == 0
        await page.press("escape")
        assert page.threads[0].startswith("Катя Ёлкина")


async def test_answers_that_come_before_the_page_stands_wait_for_it(home: World):
    async with home.run(NORMAL) as pilot:
        page = Page(pilot)
        fill(home)
        screen = page.screen
        assert isinstance(screen, CabinetScreen)
        opened = screen.query_one("#page").mount(MessagesPage())
        screen.reload()
        for one in screen.query(MessagesPage):
            assert not one.is_mounted
            assert one not in screen._pages()
        await opened
        await settle(pilot)
        assert "Катя Ёлкина" in page.seen


@SIZES
async def test_found_as_one_types(home: World, size: tuple[int, int]):
    async with home.run(size) as pilot:
        page = Page(pilot)
        fill(home)
        await page.begin()
        await page.press("slash")
        await page.type("лЮДа")
        assert len(page.threads) == 1
        await page.press("escape")
        assert len(page.threads) > 4
        await page.press("slash")
        await page.type("нет такого")
        assert "Ничего не нашлось" in page.seen


@SIZES
async def test_a_short_name_takes_no_answer(home: World, size: tuple[int, int]):
    async with home.run(size) as pilot:
        page = Page(pilot)
        await page.begin()
        await page.press("enter", "r")
        assert "ответить на него нельзя" in page.words
        assert isinstance(page.screen, ThreadDialog)
        assert "••••••" in page.seen or "MTS" in page.seen


@SIZES
async def test_an_answer_is_seen_at_once(home: World, size: tuple[int, int]):
    async with home.run(size) as pilot:
        page = Page(pilot)
        fill(home)
        await page.begin()
        await page.press("enter")
        with home.store.write() as tx:
            tx.message(MAIN, FRIEND, "Мы уже на станции")
        await settle(pilot)
        assert "Мы уже на станции" in page.seen
        assert thread(home, FRIEND).unread == 0
        await page.press("r")
        assert isinstance(page.screen, NewMessageDialog)
        assert page.to.value == "+7 956 123-45-67"
        assert page.focus == "text"
        await page.type("Идём")
        await page.send()
        assert isinstance(page.screen, SendingDialog)
        await page.press("escape")
        assert isinstance(page.screen, ThreadDialog)
        assert "Идём" in page.seen


# ------------------------------------------------------------------ a new SMS


@SIZES
async def test_an_sms_from_the_first_key_to_each_state(home: World, size: tuple[int, int]):
    async with home.run(size) as pilot:
        page = Page(pilot)
        await page.begin()
        await page.write("8 956 123-45-67, +7 972 123 45 67, 89031234567", "я" * 71)
        assert page.counter == "2 SMS × 3 получателя, кириллица, осталось 63 знака"
        assert page.button == "Узнать цену"
        await page.press("f8")
        assert page.price.startswith("Цена: 7,60 ₽, ещё 4 из пакета останется")
        assert sendings(home) == []
        assert page.button == "Отправить"
        await page.press("enter")
        assert isinstance(page.screen, SendingDialog)
        (sent,) = sendings(home)
        assert [one.phone for one in sent.recipients] == [FRIEND, FAR_FRIEND, NOBODY]
        assert "отправляется" in page.seen
        live(home, seconds=10)
        await settle(pilot)
        assert page.seen.count("✓") == 2
        await page.press("down", "down")
        assert "Номер не обслуживается" in page.words
        await page.press("escape")
        assert len(page.threads) >= 3


@SIZES
async def test_a_second_enter_sends_nothing_more(home: World, size: tuple[int, int]):
    async with home.run(size) as pilot:
        page = Page(pilot)
        await page.begin()
        await page.write("89561234567", "Привет")
        await page.press("f8")
        assert home.backend is not None
        home.backend.gate = asyncio.Event()
        for _ in range(3):
            page.app.post_message(_key("f8"))
        for _ in range(30):
            await pilot.pause(0.01)
        home.backend.gate.set()
        await settle(pilot)
        assert len(sendings(home)) == 1


def _key(name: str) -> object:
    from textual import events

    return events.Key(name, None)


@SIZES
async def test_a_change_asks_for_the_price_anew(home: World, size: tuple[int, int]):
    async with home.run(size) as pilot:
        page = Page(pilot)
        await page.begin()
        await page.write("89561234567", "Привет")
        await page.press("f8")
        assert page.price == "Цена: из пакета"
        page.text.focus()
        await page.type("!")
        assert (page.price, page.button) == ("", "Узнать цену")
        assert page.counter == "1 SMS, кириллица, осталось 63 знака"
        await page.send()
        assert sendings(home)[0].text.endswith("!")


@SIZES
async def test_a_later_one_is_planned_and_given_up(home: World, size: tuple[int, int]):
    async with home.run(size) as pilot:
        page = Page(pilot)
        await page.begin()
        await page.write("89721234567", "С добрым утром", "завтра 9:00")
        await page.press("enter")
        assert "3,80 ₽" in page.price
        assert "Уйдёт 23 ноября в 09:00, деньги спишутся тогда же." in page.price
        assert page.button == "Назначить"
        await page.press("enter")
        (planned,) = sendings(home)
        assert planned.recipients[0].state == "scheduled"
        assert "Назначено на 23 нояб. 09:00" in page.words
        await page.press("escape", "d")
        assert isinstance(page.screen, SendingsDialog)
        assert "◷" in page.seen
        await page.press("enter", "x")
        assert sendings(home)[0].recipients[0].state == "cancelled"
        assert "отменена" in page.toasts[-1]


BAD = (
    ("", "Привет", "", "Укажите, кому отправить"),
    ("89561234567", "", "", "Напишите текст"),
    ("89561234567", " \n", "", "Напишите текст"),
    ("89853701234", "Привет", "", "с которого вы отправляете"),
    (", ".join(f"8956000{number:04}" for number in range(11)), "Привет", "", "не больше 10"),
    ("112", "Привет", "", "«112»: Короткие номера"),
    ("84951234567", "Привет", "", "городской номер"),
    ("Сосед", "Привет", "", "Такого контакта и такой группы нет"),
    ("89561234567", "Привет", "20:00", "уже прошло"),
    ("89561234567", "Привет", "когда-нибудь", "непонятно"),
    ("+881612345678", "Привет", "", "спутниковый или платный"),
)


@SIZES
async def test_bad_input_is_told_and_stays(home: World, size: tuple[int, int]):
    async with home.run(size) as pilot:
        page = Page(pilot)
        await page.begin()
        for to, text, when, told in BAD:
            await page.write("", "")
            page.to.value, page.text.text = to, text
            page.screen.query_one("#when", Input).value = when
            await settle(pilot)
            await page.press("f8")
            assert told in page.error, (to, text, when)
            assert (page.to.value, page.text.text) == (to, text)
            page.to.value, page.text.text = "", ""
            page.screen.query_one("#when", Input).value = ""
            await settle(pilot)
            await page.press("escape")
        assert sendings(home) == []


@SIZES
async def test_a_thousand_and_one_characters_do_not_fit(home: World, size: tuple[int, int]):
    async with home.run(size) as pilot:
        page = Page(pilot)
        await page.begin()
        await page.write("89561234567", "я" * 1001)
        assert len(page.text.text) == 1000
        assert page.counter.startswith("15 SMS, кириллица")
        await page.type("!")
        assert len(page.text.text) == 1000
        await page.press("backspace")
        await page.type("\x1b[31m")
        assert len(page.text.text) <= 1000


@SIZES
async def test_no_money_and_too_many_today(home: World, size: tuple[int, int]):
    async with home.run(size) as pilot:
        page = Page(pilot)
        ten = [f"+7956000{number:04}" for number in range(10)]
        for _ in range(5):
            home.answer(Messages.send, MAIN, SmsOrder(to=ten, text="Раз"))
        set_balance(home.window(), 0)
        await page.begin()
        assert "На сегодня сообщений не осталось" in page.terms
        await page.write("89561234567", "Привет")
        await page.press("f8")
        assert "На сегодня сообщений не осталось" in page.error
        await page.press("escape", "plus")
        page.screen.query_one("#when", Input).value = "завтра 9:00"
        page.to.value = "89721234567"
        await settle(pilot)
        await page.press("f8")
        assert "3,80 ₽" in page.price, "it is paid for tomorrow"
        page.screen.query_one("#when", Input).value = ""
        home.clock.move(hours=5)
        await settle(pilot)
        assert page.price == ""


@SIZES
async def test_without_money_it_is_refused_in_words(home: World, size: tuple[int, int]):
    async with home.run(size) as pilot:
        page = Page(pilot)
        set_balance(home.window(), 0)
        await page.begin()
        await page.write("89721234567", "Привет")
        await page.press("f8")
        assert "не хватает денег" in page.error
        assert page.text.text == "Привет"


@SIZES
@pytest.mark.parametrize("operation", ["preview_send", "send"])
async def test_a_network_that_is_gone_keeps_what_was_typed(
    home: World, operation: str, size: tuple[int, int]
):
    async with home.run(size) as pilot:
        page = Page(pilot)
        await page.begin()
        await page.write("89561234567", "Привет")
        assert home.backend is not None
        home.backend.refuse = {operation: Offline(server="cabinet.example")}
        await page.press("f8", "f8")
        assert "Нет связи с сервером" in page.error
        assert page.text.text == "Привет"
        home.backend.refuse = {}
        await page.press("f8")
        if operation == "preview_send":
            await page.press("f8")
        assert len(sendings(home)) == 1


@SIZES
async def test_what_waits_in_the_outbox_is_told(home: World, size: tuple[int, int]):
    async with home.run(size) as pilot:
        page = Page(pilot)
        await page.begin()
        await page.write("89561234567", "Привет")
        await page.press("f8")
        assert home.backend is not None
        home.backend.refuse = {"send": NotSentYet(server="cabinet.example")}
        await page.press("f8")
        assert "повторять его не нужно" in page.error


async def test_own_numbers_by_a_key(home: World):
    async with home.run(SMALL) as pilot:
        page = Page(pilot)
        await page.begin()
        await page.press("plus", "f4", "f4")
        assert page.to.value.startswith("+7 981 053-11-22, ")
        assert "2 получателя" in page.words


# ------------------------------------------------------------------ drafts


@SIZES
async def test_esc_keeps_a_draft(home: World, size: tuple[int, int]):
    async with home.run(size) as pilot:
        page = Page(pilot)
        await page.begin()
        await page.write("89561234567", "Приезж", "завтра 9:00")
        await page.press("escape")
        assert "Черновик сохранён" in page.toasts[-1]
        await page.press("plus")
        assert (page.to.value, page.text.text) == ("89561234567", "Приезж")
        assert "Это черновик" in page.error
        page.text.focus()
        await page.type("ай")
        await page.send()
        await page.press("escape", "plus")
        assert (page.to.value, page.text.text) == ("", "")
        await page.press("escape")
        assert sendings(home)[0].text == "Приезжай"


async def kill(
    page: Page, world: World, monkeypatch: pytest.MonkeyPatch, *, arrives: bool, answered: bool
) -> None:
    """Send what stands in the form, and be killed meanwhile or right after the answer."""
    assert world.backend is not None
    call = world.backend.call

    async def die(endpoint, arguments, key):
        if endpoint.name not in {"send", "send_mms"}:
            return await call(endpoint, arguments, key)
        answer = await call(endpoint, arguments, key) if arrives else None
        if answered:
            return answer
        raise Offline(server="сервер")

    monkeypatch.setattr(world.backend, "call", die)
    with monkeypatch.context() as patched:
        patched.setattr(Drafts, "drop", lambda *_: None)
        await page.send()


TWO = f"{MISHA}, 89561234567"


@SIZES
@pytest.mark.parametrize("when", ["", "завтра 9:00"], ids=["now", "planned"])
@pytest.mark.parametrize("to", ["89561234567", TWO], ids=["one", "several"])
@pytest.mark.parametrize("answered", [True, False], ids=["answered", "unanswered"])
async def test_who_is_killed_does_not_send_it_twice(
    home: World,
    monkeypatch: pytest.MonkeyPatch,
    size: tuple[int, int],
    *,
    answered: bool,
    to: str,
    when: str,
):
    async with home.run(size) as pilot:
        page = Page(pilot)
        await page.begin()
        await page.write(to, "Приезжай", when)
        await kill(page, home, monkeypatch, arrives=True, answered=answered)
        (sent,) = sendings(home)
    async with home.run(size) as pilot:
        page = Page(pilot)
        await page.begin()
        await page.press("plus")
        assert ("Уже назначено на " if when else "Уже отправлено 2") in page.error
        assert "Второй раз это сообщение не уйдёт" in page.error
        assert (page.to.value, page.text.text) == ("", "")
        await page.press("f8")
        assert "Укажите, кому" in page.error
        await page.press("escape", "plus")
        assert page.error == ""
        assert sendings(home) == [sent]
        await page.press("escape")
        await page.write(to, "Приезжай", when)  # On purpose, another time.
        await page.send()
        assert len(sendings(home)) == 2


@SIZES
@pytest.mark.parametrize("to", ["89561234567", TWO], ids=["one", "several"])
async def test_what_did_not_go_can_be_sent_after_a_kill(
    home: World, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], to: str
):
    async with home.run(size) as pilot:
        page = Page(pilot)
        await page.begin()
        await page.write(to, "Приезжай")
        await kill(page, home, monkeypatch, arrives=False, answered=False)
    async with home.run(size) as pilot:
        page = Page(pilot)
        await page.begin()
        await page.press("plus")
        assert "не ушёл, его можно отправить" in page.error
        assert (page.to.value, page.text.text) == (to, "Приезжай")
        await page.send()
        assert len(sendings(home)) == 1
        await page.press("escape", "plus")
        assert (page.to.value, page.text.text, page.error) == ("", "", "")


async def test_a_late_arrival_and_a_second_try_are_one(
    home: World, monkeypatch: pytest.MonkeyPatch
):
    """The form has just been told that it did not go when it arrives after all."""
    keys = []
    async with home.run(SMALL) as pilot:
        page = Page(pilot)
        await page.begin()
        await page.write(TWO, "Приезжай")
        await kill(page, home, monkeypatch, arrives=False, answered=False)
    async with home.run(SMALL) as pilot:
        page = Page(pilot)
        await page.begin()
        await page.press("plus")
        assert "его можно отправить" in page.error
        draft = Drafts(home.places.state_dir / "drafts", page.app.profile, MAIN).find("sms")
        keys.append(draft.key)
        window = home.window()
        assert home.backend is not None
        window.token = home.backend.token
        order = SmsOrder(to=[MISHA, FRIEND], text="Приезжай")
        window.ask(Messages.send, MAIN, order, key=draft.key)
        await page.send()
        assert isinstance(page.screen, SendingDialog)
        assert [one.id for one in sendings(home)] == keys


async def test_while_nobody_knows_whether_it_went_nothing_is_sent(
    home: World, monkeypatch: pytest.MonkeyPatch
):
    async with home.run(SMALL) as pilot:
        page = Page(pilot)
        await page.begin()
        await page.write(TWO, "Приезжай")
        await kill(page, home, monkeypatch, arrives=True, answered=False)
    home.refuse = {"sending": Offline(server="сервер")}
    async with home.run(SMALL) as pilot:
        page = Page(pilot)
        await page.begin()
        await page.press("plus")
        assert page.text.text == "Приезжай"
        await page.press("f8", "f8")
        assert "связи" in page.error
        assert home.backend is not None
        home.backend.refuse = {}
        await page.press("f8")
        assert "Уже отправлено" in page.error
        assert len(sendings(home)) == 1


async def test_other_words_take_another_key(home: World, monkeypatch: pytest.MonkeyPatch):
    async with home.run(SMALL) as pilot:
        page = Page(pilot)
        await page.begin()
        await page.write("89561234567", "Приезжай")
        await kill(page, home, monkeypatch, arrives=True, answered=False)
        drafts = Drafts(home.places.state_dir / "drafts", page.app.profile, MAIN)
        assert drafts.find("sms").key
        page.text.focus()
        await page.type("!")
        await tick(pilot, page.screen, KEPT_AFTER)
        assert (drafts.find("sms").text, drafts.find("sms").key) == ("Приезжай!", "")
        monkeypatch.undo()
        await page.send()
        assert [one.text for one in sendings(home)].count("Приезжай!") == 1
        assert len({one.id for one in sendings(home)}) == 2


async def test_a_killed_picture_goes_once(home: World, monkeypatch: pytest.MonkeyPatch):
    path = file(home, picture("PNG", (64, 48)))
    async with home.run(SMALL) as pilot:
        page = Page(pilot)
        await page.begin()
        await open_mms(page, path)
        await kill(page, home, monkeypatch, arrives=True, answered=False)
    async with home.run(SMALL) as pilot:
        page = Page(pilot)
        await page.begin()
        await page.press("m")
        assert "Уже отправлено" in page.error
        assert page.screen.query_one("#picture", Input).value == ""
        assert len(sendings(home)) == 1


async def test_a_killed_answer_in_a_thread_goes_once(home: World, monkeypatch: pytest.MonkeyPatch):
    async with home.run(SMALL) as pilot:
        page = Page(pilot)
        fill(home)
        before = len(sendings(home))
        await page.begin()
        await page.press("enter", "enter")
        await page.paste("И кошка")
        await kill(page, home, monkeypatch, arrives=True, answered=True)
    async with home.run(SMALL) as pilot:
        page = Page(pilot)
        await page.begin()
        await page.press("enter", "enter")
        assert "Уже отправлено" in page.error
        assert page.to.value == "+7 956 123-45-67"
        assert page.text.text == ""
        assert len(sendings(home)) == before + 1


async def test_what_the_outbox_has_is_no_draft(home: World):
    async with home.run(SMALL) as pilot:
        page = Page(pilot)
        await page.begin()
        await page.write("89561234567", "Привет")
        await page.press("f8")
        assert home.backend is not None
        home.backend.refuse = {"send": NotSentYet(server="cabinet.example")}
        await page.press("f8")
        assert "повторять его не нужно" in page.error
        await page.press("escape", "plus")
        assert page.text.text == ""


async def test_a_crash_keeps_a_draft(home: World):
    async with home.run(SMALL) as pilot:
        page = Page(pilot)
        await page.begin()
        await page.write("89561234567", "Начало")
        await tick(pilot, page.screen, KEPT_AFTER)
        kept = Drafts(home.places.state_dir / "drafts", page.app.profile, MAIN).find("sms")
        assert (kept.to, kept.text) == ("89561234567", "Начало")


@pytest.mark.parametrize("before", ["", "Начало"], ids=["new", "draft"])
@pytest.mark.parametrize("killed", [True, False])
async def test_a_draft_goes_back_to_what_it_was(home: World, before: str, *, killed: bool):
    """What was kept in between does not come back."""
    async with home.run(SMALL) as pilot:
        page = Page(pilot)
        await page.begin()
        await page.write("", before)
        await page.press("escape", "plus")
        drafts = Drafts(home.places.state_dir / "drafts", page.app.profile, MAIN)
        page.text.text = "Начало и конец"
        await settle(pilot)
        await tick(pilot, page.screen, KEPT_AFTER)
        begun = set(page.screen._timers)
        assert drafts.find("sms").text == "Начало и конец"
        page.text.text = before
        await settle(pilot)
        if killed:
            assert set(page.screen._timers) - begun  # The one that was is over.
            await tick(pilot, page.screen, KEPT_AFTER)
        else:
            await page.press("escape")
        assert drafts.find("sms").text == before


async def test_a_draft_that_cannot_be_kept_is_told(home: World, monkeypatch: pytest.MonkeyPatch):
    def full(*_: object) -> None:
        raise OSError(28, "на диске нет места")

    async with home.run(SMALL) as pilot:
        page = Page(pilot)
        await page.begin()
        monkeypatch.setattr(Drafts, "keep", full)
        await page.write("89561234567", "Начало")
        await page.press("escape")
        assert "Черновик не сохранён: на диске нет места" in page.error
        await page.press("escape")
        assert page.is_open


# ------------------------------------------------------------------ contacts, templates


@SIZES
async def test_contacts_are_kept_picked_and_forgotten(home: World, size: tuple[int, int]):
    async with home.run(size) as pilot:
        page = Page(pilot)
        await page.begin()
        await page.press("b", "plus")
        assert isinstance(page.screen, ContactForm)
        await page.press("enter", "enter", "enter")
        assert "Напишите имя" in page.words
        await page.type("Катя")
        await page.press("tab")
        await page.type("112")
        await page.press("tab")
        await page.type("семья, дача")
        await page.press("enter")
        assert "Короткие номера" in page.words
        await page.fill("#contact-phone", "89561234567")
        await page.press("enter", "enter")
        assert isinstance(page.screen, ContactsDialog)
        assert "Катя +7 956 123-45-67 семья, дача" in page.words
        await page.press("escape")
        await page.write("дача", "Привет")
        assert "Катя" in page.words
        await page.send()
        await page.press("escape", "b", "delete")
        assert "Нажмите Delete ещё раз" in page.words
        await page.press("delete")
        assert home.answer(Messages.contacts, MAIN).items == []
        await page.press("escape", "u", "enter")
        assert len(home.answer(Messages.contacts, MAIN).items) == 1


@SIZES
async def test_several_contacts_are_picked(home: World, size: tuple[int, int]):
    async with home.run(size) as pilot:
        page = Page(pilot)
        fill(home)
        await page.begin()
        await page.press("plus")
        await page.click("#pick-contacts")
        await page.press("enter", "down", "enter", "tab", "enter")
        assert page.to.value == "+7 956 123-45-67, +7 956 222-22-22"


@SIZES
async def test_a_template_goes_into_the_text(home: World, size: tuple[int, int]):
    async with home.run(size) as pilot:
        page = Page(pilot)
        await page.begin()
        await page.press("t", "plus")
        await page.type("Опаздываю")
        await page.press("enter")
        await page.type("Буду через час")
        await page.press("tab", "enter")
        assert isinstance(page.screen, TemplatesDialog)
        await page.press("escape")
        await page.write("89561234567", "Катя! ")
        await page.click("#pick-template")
        await page.press("enter")
        assert page.text.text == "Катя! Буду через час"
        await page.press("escape", "t", "delete", "delete")
        assert home.answer(Messages.templates, MAIN).items == []


# ------------------------------------------------------------------ MMS


def file(world: World, content: bytes, name: str = "кот.jpg") -> Path:
    path = world.places.data_dir / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


async def open_mms(page: Page, path: Path | str) -> None:
    await page.press("m")
    await page.type("89561234567")
    page.screen.query_one("#picture", Input).value = str(path)
    await settle(page.pilot)


@SIZES
async def test_a_picture_is_priced_seen_and_sent(home: World, size: tuple[int, int]):
    async with home.run(size) as pilot:
        page = Page(pilot)
        await page.begin()
        await open_mms(page, file(home, picture("PNG", (64, 48))))
        await page.click("#look")
        assert isinstance(page.screen, PictureDialog)
        assert "PNG, 64 × 48" in plain(page.words)
        assert page.screen.query_one(PictureView).size.height > 5
        assert "▀▀▀▀" in page.seen
        await page.press("escape", "f8")
        assert page.price.startswith("Цена: 6,50 ₽")
        await page.press("enter")
        (sent,) = sendings(home)
        assert (sent.kind, sent.picture) == ("mms", True)
        await page.click("#show-picture")
        assert isinstance(page.screen, PictureDialog)


@SIZES
async def test_a_large_picture_is_made_smaller_only_with_consent(
    home: World, size: tuple[int, int]
):
    async with home.run(size) as pilot:
        page = Page(pilot)
        await page.begin()
        await open_mms(page, file(home, photo()))
        await page.press("f8")
        assert isinstance(page.screen, ScaleDialog)
        assert "не больше 976 КБ" in plain(page.words)
        await page.press("escape")
        assert sendings(home) == []
        assert page.price == ""
        await page.press("f8", "enter")
        assert page.price.startswith("Цена: 6,50 ₽")
        await page.press("enter")
        kept = home.answer(Messages.picture, MAIN, sendings(home)[0].id)
        assert len(kept.content) <= 976 * 1024


@SIZES
async def test_what_is_no_picture_is_told(home: World, size: tuple[int, int]):
    async with home.run(size) as pilot:
        page = Page(pilot)
        await page.begin()
        for content, told in (
            (b"MZ\x90\0" * 100, "не картинка"),
            (b"", "не картинка"),
            (picture("JPEG", (64, 64))[:300], "повреждена"),
            (bomb(), "мегапикселей"),
        ):
            await open_mms(page, file(home, content))
            await page.press("f8")
            assert told in page.error
            page.screen.query_one("#picture", Input).value = ""
            page.to.value = ""
            await settle(pilot)
            await page.press("escape")
        for path, told in (
            ("/нет/такого", "Такого файла нет"),
            ("/", "Это папка"),
            ("~никто/кот.jpg", "Такого файла нет"),
            ("", "Укажите файл"),
        ):
            await open_mms(page, path)
            await page.press("f8")
            assert told in page.error
            page.screen.query_one("#picture", Input).value = ""
            page.to.value = ""
            await settle(pilot)
            await page.press("escape")


# ------------------------------------------------------------------ the phone beside


@SIZES
async def test_it_arrives_in_the_phone_of_another_number(home: World, size: tuple[int, int]):
    async with home.run(size) as pilot:
        page, phone = Page(pilot), Phone(pilot)
        await page.begin()
        await page.write(MISHA, "Обед на плите")
        await page.send()
        await page.press("escape")
        await phone.open()
        page.app.handset_phone = MISHA
        live(home, seconds=10)
        await settle(pilot)
        await phone.close()
        await phone.open()
        assert "Обед на плите" in phone.messages
        assert phone.messages.count(ANNA) >= 1
        assert page.screen.query(MessagesPage)


async def test_another_number_has_other_threads(home: World):
    async with home.run(NORMAL) as pilot:
        page = Page(pilot)
        fill(home)
        await page.begin()
        assert "Катя Ёлкина" in page.seen
        await page.press("f4")
        assert "Катя Ёлкина" not in page.seen


async def test_a_refusal_after_the_price_is_told(home: World):
    async with home.run(SMALL) as pilot:
        page = Page(pilot)
        await page.begin()
        await page.write("89721234567", "Привет")
        await page.press("f8")
        assert home.backend is not None
        home.backend.refuse = {"send": NotEnoughMoney()}
        await page.press("f8")
        assert "не хватает денег" in page.error
        assert isinstance(page.screen, NewMessageDialog)


async def test_a_planned_one_fails_with_a_notice(home: World):
    async with home.run(NORMAL) as pilot:
        page = Page(pilot)
        await page.begin()
        await page.write("89721234567", "Потом", "21:45")
        await page.press("f8", "f8")
        set_balance(home.window(), 0)
        live(home, minutes=12)
        await settle(pilot)
        assert "не доставлено" in Person(pilot).words
