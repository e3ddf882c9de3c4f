"""Support: the assistant answers from the help, agents later; tickets, files, calls back."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from mts_tui import handbook
from mts_tui.backend.contract.blocking import Blocking
from mts_tui.backend.contract.errors import CabinetError, NotFound, SupportRefused
from mts_tui.backend.contract.notifications import Notifications
from mts_tui.backend.contract.support import (
    ATTACHMENT_BYTES,
    Attachment,
    CallBack,
    CallBackOrder,
    ChatMessage,
    ChatOrder,
    Rating,
    Support,
    Ticket,
)
from mts_tui.backend.services import support
from mts_tui.backend.services.support_life import AGENTS
from mts_tui.backend.store import Store

from .desk import ANNA, MISHA, NOW, Clock, Window, at_once, rows
from .offers import live
from .paydesk import MAIN, refusal

SOME = "квантовая физика лошадей"
"""Nothing in the help has a word of it."""
A_CALL = NOW.replace(hour=10) + timedelta(days=1)
"""13:00 in Moscow, tomorrow."""


def ask(window: Window, text: str = "Сколько стоит блокировка?", **more: object) -> Ticket:
    return window.ask(Support.open, MAIN, ChatOrder(text=text, **more))


def say(window: Window, ticket: Ticket, text: str, key: str = "") -> ChatMessage:
    return window.ask(Support.say, MAIN, ticket.id, ChatOrder(text=text), key=key)


def chat(window: Window, ticket: Ticket) -> list[ChatMessage]:
    """The oldest first."""
    return window.ask(Support.messages, MAIN, ticket.id).items[::-1]


def look(window: Window, ticket: Ticket) -> Ticket:
    return window.ask(Support.ticket, MAIN, ticket.id)


def authors(window: Window, ticket: Ticket) -> list[str]:
    return [one.author for one in chat(window, ticket)]


def order_call(window: Window, since: datetime = A_CALL, **more: str) -> CallBack:
    return window.ask(Support.order_call, MAIN, CallBackOrder(phone=ANNA, since=since, **more))


def calls(window: Window) -> list[str]:
    return [one.state for one in window.ask(Support.call_backs, MAIN).items]


# ------------------------------------------------------------------ the assistant


@pytest.mark.parametrize(
    ("question", "title", "words"),
    [
        ("Сколько стоит блокировка?", "Блокировка", "14 суток бесплатно"),
        ("за что СПИСАЛИ деньги", "Почему уменьшился баланс", "Разобрать списание"),
        ("украли телефон!!!", "Утерян телефон", "Аппарат утрачен"),
        ("обещанный платеж комиссия", "Доверие или обещанный платёж", "25 ₽"),
        ("ОбещАнный платЁж комиссия", "Доверие или обещанный платёж", "25 ₽"),
        ("Не приходит СМС с кодом", "SMS не доставлено", "через минуту"),
    ],
)
def test_the_assistant_answers_from_the_help_and_names_the_page(
    anna: Window, question: str, title: str, words: str
):
    ticket = ask(anna, question)
    asked, answered = chat(anna, ticket)
    assert (asked.author, asked.text, asked.id) == ("subscriber", question, 1)
    assert (answered.author, answered.page, answered.id) == ("assistant", title, 2)
    assert words in answered.text
    assert f"«{title}»" in answered.text
    assert "[[" not in answered.text
    assert handbook.by_title(title) is not None
    assert (ticket.state, ticket.unread, ticket.title) == ("open", 1, question)


@pytest.mark.parametrize("question", ["Позовите оператора", "нужен СПЕЦИАЛИСТ", SOME])
def test_an_agent_is_called_when_asked_for_or_when_the_help_has_nothing(
    anna: Window, clock: Clock, question: str
):
    ticket = ask(anna, question)
    assert ticket.state == "with_agent"
    assert authors(anna, ticket) == ["subscriber", "system"]
    live(anna, clock, minutes=3)
    *_, answered = chat(anna, ticket)
    assert (answered.author, answered.name in AGENTS) == ("agent", True)
    assert "демонстрация" in answered.text
    assert ticket.number in answered.text
    assert look(anna, ticket).state == "answered"
    newest = anna.ask(Notifications.kept, MAIN).items[0]
    assert (newest.kind, newest.place, newest.subject) == ("support", "support", ticket.id)


def test_small_talk_is_no_question(anna: Window):
    ticket = ask(anna, "Здравствуйте!")
    assert look(anna, ticket).state == "open"
    say(anna, ticket, "Спасибо")
    hello, thanks = (one.text for one in chat(anna, ticket) if one.author == "assistant")
    assert "Здравствуйте!" in hello
    assert "Пожалуйста!" in thanks


def test_another_operator_is_not_an_agent(anna: Window):
    ticket = ask(anna, "Можно перевести деньги на номер другого оператора?")
    assert authors(anna, ticket) == ["subscriber", "assistant"]


def test_who_goes_on_after_an_agent_gets_an_agent(anna: Window, clock: Clock):
    ticket = ask(anna, "оператор")
    say(anna, ticket, "Сколько стоит блокировка?")
    say(anna, ticket, "Ответьте, пожалуйста")
    assert authors(anna, ticket) == ["subscriber", "system", "subscriber", "subscriber"]
    live(anna, clock, minutes=3)
    assert authors(anna, ticket)[-1] == "agent"
    say(anna, ticket, "А ещё вопрос")
    assert look(anna, ticket).state == "with_agent"
    live(anna, clock, minutes=3)
    assert authors(anna, ticket).count("agent") == 2
    live(anna, clock, days=2)
    assert authors(anna, ticket).count("agent") == 2
    assert [one.id for one in chat(anna, ticket)] == list(range(1, 8))


def test_handing_over_twice_is_once(anna: Window, clock: Clock):
    ticket = ask(anna)
    for _ in range(2):
        assert anna.ask(Support.hand_over, MAIN, ticket.id).state == "with_agent"
    live(anna, clock, minutes=3)
    assert authors(anna, ticket) == ["subscriber", "assistant", "system", "agent"]


# ------------------------------------------------------------------ nothing lost, nothing twice


def test_the_same_message_sent_again_is_said_once(anna: Window):
    ticket = ask(anna)
    first, again = (say(anna, ticket, "Спасибо", key="k1") for _ in range(2))
    assert first == again
    assert authors(anna, ticket) == ["subscriber", "assistant", "subscriber", "assistant"]
    order = ChatOrder(text="Позовите оператора")
    opened = {anna.ask(Support.open, MAIN, order, key="k2").id for _ in range(3)}
    assert len(opened) == 1


def test_messages_said_at_once_are_all_there_one_after_the_other(
    anna: Window, open_window: Callable[[], Window]
):
    ticket = ask(anna, "оператор")
    windows = [open_window() for _ in range(5)]
    for one in windows:
        one.token = anna.token
    outcomes = at_once(
        *[lambda one=one, n=n: say(one, ticket, f"Строка {n}") for n, one in enumerate(windows)]
    )
    assert not [one for one in outcomes if isinstance(one, BaseException)]
    said = chat(anna, ticket)
    assert [one.id for one in said] == list(range(1, 8))
    assert {one.text for one in said[2:]} == {f"Строка {n}" for n in range(5)}


def test_an_answer_falls_due_once_whoever_lives_the_account(anna: Window, clock: Clock):
    ticket = ask(anna, "оператор")
    clock.move(minutes=3)
    from mts_tui.backend.background import pass_time

    at_once(*[lambda: anna.store.change(lambda tx: pass_time(tx, MAIN)) for _ in range(4)])
    assert authors(anna, ticket).count("agent") == 1


# ------------------------------------------------------------------ tickets


def test_tickets_are_counted_by_month_and_the_latest_news_come_first(anna: Window, clock: Clock):
    first = ask(anna)
    clock.move(seconds=1)
    second = ask(anna, "оператор")
    assert (first.number, second.number) == ("МТС-2611-0001", "МТС-2611-0002")
    clock.move(seconds=1)
    say(anna, first, "Спасибо")
    assert [one.id for one in anna.ask(Support.tickets, MAIN).items] == [first.id, second.id]
    clock.move(days=10)
    anna.sign_in()
    assert ask(anna).number == "МТС-2612-0001"


def test_a_chat_comes_in_pages(anna: Window):
    ticket = ask(anna, "оператор")
    for number in range(6):
        say(anna, ticket, f"{number}")
    found, cursor = [], None
    while True:
        page = anna.ask(Support.messages, MAIN, ticket.id, 3, cursor)
        found += [one.id for one in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert found == list(range(8, 0, -1))
    for strange in ("x", "", "9" * 30, "²"):
        assert anna.ask(Support.messages, MAIN, ticket.id, 1, strange).items[0].id == 8


def test_what_was_read_is_not_new_on_any_device(anna: Window):
    ticket = ask(anna)
    assert look(anna, ticket).unread == 1
    assert anna.ask(Support.mark_read, MAIN, ticket.id).unread == 0
    say(anna, ticket, "Спасибо")
    assert look(anna, ticket).unread == 1


def test_a_closed_ticket_is_rated_and_takes_no_more(anna: Window, clock: Clock):
    ticket = ask(anna, "оператор")
    closed = anna.ask(Support.close, MAIN, ticket.id, Rating(stars=5, text=" Спасибо "))
    assert (closed.state, closed.stars, closed.unread) == ("closed", 5, 0)
    assert "закрыто" in refusal(
        anna, SupportRefused, Support.say, MAIN, ticket.id, ChatOrder(text="Ещё")
    )
    assert "закрыто" in refusal(anna, SupportRefused, Support.hand_over, MAIN, ticket.id)
    live(anna, clock, minutes=3)
    assert "agent" not in authors(anna, ticket)
    again = anna.ask(Support.close, MAIN, ticket.id, Rating(stars=4))
    assert (again.state, again.stars) == ("closed", 4)
    assert authors(anna, ticket).count("system") == 2


def test_too_many_open_questions_are_refused(anna: Window):
    tickets = [ask(anna) for _ in range(support.MOST_OPEN)]
    asked = (Support.open, MAIN, ChatOrder(text="Ещё один"))
    assert "Закройте" in refusal(anna, SupportRefused, *asked)
    anna.ask(Support.close, MAIN, tickets[0].id, Rating())
    anna.ask(*asked)


def test_the_chat_is_ones_own(anna: Window, open_window: Callable[[], Window]):
    ticket = ask(anna, attachment=Attachment(name="a.txt", text="тайна"))
    call = order_call(anna)
    misha = open_window()
    misha.sign_in(MISHA)
    order = ChatOrder(text="Привет")
    for account in (MAIN, "misha-moscow"):
        for operation, *arguments in (
            (Support.ticket, ticket.id), (Support.messages, ticket.id),
            (Support.say, ticket.id, order), (Support.attachment, ticket.id, 1),
            (Support.hand_over, ticket.id), (Support.mark_read, ticket.id),
            (Support.close, ticket.id, Rating()), (Support.cancel_call, call.id),
        ):  # fmt: skip
            with pytest.raises(NotFound):
                misha.ask(operation, account, *arguments)
    assert misha.ask(Support.tickets, "misha-moscow").items == []
    assert len(chat(anna, ticket)) == 2


# ------------------------------------------------------------------ files


def test_a_file_goes_with_a_message_and_comes_back_as_it_was(anna: Window):
    text = "строка\r\n\t\x1b[31mкрасная\x1b[0m [b]разметка[/b]"
    ticket = ask(anna, attachment=Attachment(name="журнал.txt", text=text))
    first, *_ = chat(anna, ticket)
    assert (first.attachment, first.attachment_size) == ("журнал.txt", len(text.encode()))
    assert anna.ask(Support.attachment, MAIN, ticket.id, 1).text == text
    assert ticket.state == "with_agent"
    for number in (2, 99, 2**53):
        with pytest.raises(NotFound):
            anna.ask(Support.attachment, MAIN, ticket.id, number)


def test_a_file_may_have_64_kilobytes_whatever_its_letters(anna: Window):
    fits = Attachment(name="a.txt", text="я" * (ATTACHMENT_BYTES // 2))
    ask(anna, attachment=fits)
    large = Attachment(name="a.txt", text="я" * (ATTACHMENT_BYTES // 2 + 1))
    order = ChatOrder(text="Вот", attachment=large)
    assert "64 КБ" in refusal(anna, SupportRefused, Support.open, MAIN, order)


@pytest.mark.parametrize("text", [" ", "\n\t"])
def test_nothing_is_not_said(anna: Window, text: str):
    assert "пустое" in refusal(anna, SupportRefused, Support.open, MAIN, ChatOrder(text=text))


# ------------------------------------------------------------------ calls back


def test_a_call_comes_within_its_hour(anna: Window, clock: Clock):
    call = order_call(anna, topic=" Списание ")
    assert (call.state, call.topic) == ("planned", "Списание")
    assert call.until - call.since == timedelta(hours=1)
    live(anna, clock, seconds=(call.since - clock.now).total_seconds())
    assert calls(anna) == ["planned"]
    live(anna, clock, hours=1)
    assert calls(anna) == ["called"]
    newest = anna.ask(Notifications.kept, MAIN).items
    assert "Звонок поддержки" in [one.title for one in newest]


def test_a_call_that_was_given_up_does_not_come(anna: Window, clock: Clock):
    call = order_call(anna)
    assert anna.ask(Support.cancel_call, MAIN, call.id).state == "cancelled"
    live(anna, clock, days=2)
    assert calls(anna) == ["cancelled"]
    assert "больше не ждут" in refusal(anna, SupportRefused, Support.cancel_call, MAIN, call.id)


def test_a_blocked_number_is_not_reached(anna: Window, clock: Clock):
    order_call(anna)
    anna.ask(Blocking.block, MAIN)
    live(anna, clock, days=2)
    assert calls(anna) == ["missed"]


@pytest.mark.parametrize(
    ("since", "words"),
    [
        (NOW - timedelta(minutes=2), "уже прошло"),
        (A_CALL + timedelta(days=7), "7 дней"),
        (A_CALL.replace(hour=5, minute=59), "с 9:00 до 21:00"),
        (A_CALL.replace(hour=17, minute=1), "с 9:00 до 21:00"),
    ],
)
def test_support_calls_in_its_hours_only(anna: Window, since: datetime, words: str):
    order = CallBackOrder(phone=ANNA, since=since)
    assert words in refusal(anna, SupportRefused, Support.order_call, MAIN, order)


@pytest.mark.parametrize("hour", [6, 17])
def test_the_first_and_the_last_hour_are_open(anna: Window, hour: int):
    assert order_call(anna, A_CALL.replace(hour=hour, minute=0)).state == "planned"


def test_three_calls_wait_at_most(anna: Window):
    first, *_ = [order_call(anna) for _ in range(support.MOST_CALLS)]
    order = CallBackOrder(phone=ANNA, since=A_CALL)
    assert "3 звонка" in refusal(anna, SupportRefused, Support.order_call, MAIN, order)
    anna.ask(Support.cancel_call, MAIN, first.id)
    order_call(anna)


def test_a_power_cut_leaves_all_of_a_message_or_nothing(anna: Window, monkeypatch):
    def cut(*_args: object, **_more: object) -> None:
        raise CabinetError

    monkeypatch.setattr("mts_tui.backend.services.support_life.answer", cut)
    with pytest.raises(CabinetError):
        ask(anna)
    assert anna.ask(Support.tickets, MAIN).items == []
    assert number_of(anna.store) == 0


def number_of(store: Store) -> int:
    with store.read() as tx:
        return len(rows(tx, "SELECT seq FROM chat_messages"))
