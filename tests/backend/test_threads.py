"""Threads, contacts and templates."""

import pytest

from mts_tui.backend.contract.access import Access, CodeOrder
from mts_tui.backend.contract.demo import Demo, ShortMessage
from mts_tui.backend.contract.errors import InvalidRequest, MessageRefused, NotFound, UndoRefused
from mts_tui.backend.contract.messages import (
    ContactOrder,
    Messages,
    ReadMark,
    Template,
    TemplateOrder,
    Thread,
)
from mts_tui.backend.contract.undo import Undo

from .desk import ANNA, ANNA_CITY, Clock, Window
from .messages import FRIEND, contact, sms, thread
from .offers import take_back
from .paydesk import MAIN, SECOND, refusal


def threads(window: Window, text: str = "", account: str = MAIN) -> list[Thread]:
    return window.ask(Messages.threads, account, text).items


def peers(window: Window, text: str = "") -> list[str]:
    return [one.peer for one in threads(window, text)]


def receive(window: Window, text: str, peer: str = FRIEND, account: str = MAIN) -> None:
    with window.store.write() as tx:
        tx.message(account, peer, text)


# ------------------------------------------------------------------ threads


def test_each_other_side_has_a_thread(anna: Window, clock: Clock):
    contact(anna, "Катя", FRIEND)
    sms(anna, FRIEND, text="Ты где?")
    receive(anna, "В пути")
    receive(anna, "Баланс 10 ₽", "MTS")
    friend = next(one for one in threads(anna) if one.peer == FRIEND)
    assert (friend.name, friend.last, friend.outgoing) == ("Катя", "В пути", False)
    assert (friend.unread, friend.can_answer) == (1, True)
    assert peers(anna)[:2] == ["MTS", FRIEND]
    assert not next(one for one in threads(anna) if one.peer == "MTS").can_answer
    found = thread(anna, FRIEND)
    assert [(one.text, one.outgoing) for one in found] == [("В пути", False), ("Ты где?", True)]
    assert thread(anna, "никто") == []


def test_marks_of_what_was_read(anna: Window):
    for text in ("Раз", "Два"):
        receive(anna, text)
    assert threads(anna, FRIEND)[0].unread == 2
    anna.ask(Messages.mark_read, MAIN, ReadMark(peer=FRIEND))
    assert threads(anna, FRIEND)[0].unread == 0
    receive(anna, "Три")
    assert threads(anna, FRIEND)[0].unread == 1
    anna.ask(Messages.mark_read, MAIN, ReadMark(peer="никто"))


def test_found_by_name_number_and_words(anna: Window):
    contact(anna, "Алёна Ёлкина", FRIEND)
    receive(anna, "Купи ёлку")
    receive(anna, "[b]Скидка[/b]", "SHOP")
    for text in ("алена", "ЁЛКИНА", "елку", "956 123", "8 (956) 123-45", "+7956"):
        assert peers(anna, text) == [FRIEND], text
    assert peers(anna, "скидка") == ["SHOP"]
    assert peers(anna, "shop") == ["SHOP"]
    assert peers(anna, "нет такого") == []


def test_pages_of_a_thread(anna: Window):
    for number in range(5):
        receive(anna, f"{number}")
    first = anna.ask(Messages.thread, MAIN, FRIEND, 2)
    second = anna.ask(Messages.thread, MAIN, FRIEND, 2, first.next_cursor)
    last = anna.ask(Messages.thread, MAIN, FRIEND, 2, second.next_cursor)
    told = [one.text for page in (first, second, last) for one in page.items]
    assert told == ["4", "3", "2", "1", "0"]
    assert last.next_cursor is None
    assert anna.ask(Messages.thread, MAIN, FRIEND, 2, "мусор") == first


def test_codes_are_hidden(anna: Window, clock: Clock):
    """Whoever found an open cabinet could confirm anything with them."""
    clock.move(minutes=2)
    anna.ask(Access.request_code, CodeOrder(phone=ANNA))
    code = anna.sms_code(ANNA)
    for one in threads(anna):
        for message in thread(anna, one.peer):
            assert code not in message.text
        assert code not in one.last
    assert peers(anna, code) == []
    assert any("•••••• — код для входа" in one.text for one in thread(anna, "3339"))


def test_the_phones_own_messages_are_there(anna: Window):
    anna.ask(Demo.send, ANNA, ShortMessage(to="111", text="2118"))
    found = thread(anna, "111")
    assert [(one.outgoing, one.state) for one in found] == [(False, "delivered"), (True, "sent")]


# ------------------------------------------------------------------ contacts


def contacts(window: Window, text: str = "") -> list[str]:
    return [one.name for one in window.ask(Messages.contacts, MAIN, text).items]


def test_contacts_by_name_and_group(anna: Window):
    contact(anna, "Яна", "+79561111111", "Семья", "Семья", " ")
    contact(anna, " Ёж\n колючий ", "+79562222222", "Дача")
    made = contact(anna, "[b]Федя[/b]", FRIEND)
    assert contacts(anna) == ["[b]Федя[/b]", "Ёж колючий", "Яна"]
    assert contacts(anna, "семья") == ["Яна"]
    assert contacts(anna, "еж") == ["Ёж колючий"]
    assert contacts(anna, "8 956 222") == ["Ёж колючий"]
    assert anna.ask(Messages.contacts, MAIN, "яна").items[0].groups == ["Семья"]
    changed = contact(anna, "Фёдор", FRIEND, "Работа")
    assert changed.id == made.id
    assert contacts(anna) == ["Ёж колючий", "Фёдор", "Яна"]
    assert anna.ask(Messages.contacts, SECOND).items == []
    assert sms(anna, FRIEND).recipients[0].name == "Фёдор"


def test_a_contact_is_forgotten_and_comes_back(anna: Window, clock: Clock):
    one = contact(anna, "Катя", FRIEND, "Семья")
    anna.ask(Messages.drop_contact, MAIN, one.id)
    assert contacts(anna) == []
    with pytest.raises(NotFound):
        anna.ask(Messages.drop_contact, MAIN, one.id)
    take_back(anna)
    assert anna.ask(Messages.contacts, MAIN).items == [one]
    anna.ask(Messages.drop_contact, MAIN, one.id)
    contact(anna, "Другая Катя", FRIEND)
    (undo,) = anna.ask(Undo.pending).items
    assert "сохранили снова" in refusal(anna, UndoRefused, Undo.take_back, undo.id)


def test_what_is_no_contact(anna: Window):
    for name in (" ", "\u200b"):
        order = ContactOrder(name=name, phone=FRIEND)
        assert "Напишите имя" in refusal(anna, MessageRefused, Messages.keep_contact, MAIN, order)
    order = ContactOrder(name="Дом", phone=ANNA_CITY)
    assert "городской" in refusal(anna, MessageRefused, Messages.keep_contact, MAIN, order)
    for wrong in (("", FRIEND), ("я" * 61, FRIEND), ("Катя", "112")):
        with pytest.raises(InvalidRequest):
            contact(anna, *wrong)


def test_two_hundred_contacts_are_enough(anna: Window):
    made = [contact(anna, f"Имя {number}", f"+7956{number:07}") for number in range(200)]
    order = ContactOrder(name="Катя", phone=FRIEND)
    assert "Контактов уже 200" in refusal(anna, MessageRefused, Messages.keep_contact, MAIN, order)
    contact(anna, "Другое имя", made[0].phone)
    assert len(contacts(anna)) == 200
    anna.ask(Messages.drop_contact, MAIN, made[0].id)
    contact(anna, "Катя", FRIEND)
    (undo,) = anna.ask(Undo.pending).items
    assert "Контактов уже 200" in refusal(anna, UndoRefused, Undo.take_back, undo.id)


# ------------------------------------------------------------------ templates


def template(window: Window, title: str, text: str = "Текст") -> Template:
    return window.ask(Messages.keep_template, MAIN, TemplateOrder(title=title, text=text))


def titles(window: Window) -> list[str]:
    return [one.title for one in window.ask(Messages.templates, MAIN).items]


def test_templates(anna: Window):
    made = template(anna, "Опаздываю", "Буду через 15 минут")
    template(anna, "Ёлка")
    template(anna, "Адрес")
    assert titles(anna) == ["Адрес", "Ёлка", "Опаздываю"]
    changed = template(anna, "опаздываю", "Буду через час\r\nили два")
    assert (changed.id, changed.text) == (made.id, "Буду через час\nили два")
    anna.ask(Messages.drop_template, MAIN, made.id)
    assert titles(anna) == ["Адрес", "Ёлка"]
    take_back(anna)
    assert anna.ask(Messages.templates, MAIN).items[-1] == changed
    anna.ask(Messages.drop_template, MAIN, made.id)
    template(anna, "Опаздываю")
    (undo,) = anna.ask(Undo.pending).items
    assert "сохранили снова" in refusal(anna, UndoRefused, Undo.take_back, undo.id)
    with pytest.raises(NotFound):
        anna.ask(Messages.drop_template, MAIN, "нет такого")


def test_what_is_no_template(anna: Window):
    for title, text in ((" ", "Текст"), ("Имя", " \n ")):
        order = TemplateOrder(title=title, text=text)
        told = refusal(anna, MessageRefused, Messages.keep_template, MAIN, order)
        assert "Заполните оба поля" in told
    for number in range(100):
        template(anna, f"Шаблон {number}")
    order = TemplateOrder(title="Лишний", text="Текст")
    assert "Шаблонов уже 100" in refusal(anna, MessageRefused, Messages.keep_template, MAIN, order)


def test_the_newest_two_hundred_are_told(anna: Window):
    with anna.store.write() as tx:
        for number in range(900):
            tx.message(MAIN, f"+7956{number % 300:07}", f"Сообщение {number}")
    found = threads(anna)
    assert len(found) == 200
    assert found[0].last == "Сообщение 899"
    assert peers(anna, "сообщение 417") == ["+79560000117"]
