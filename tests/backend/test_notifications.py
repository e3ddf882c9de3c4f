"""Notifications: kept three days to the millisecond, read, and what they speak of."""

from datetime import timedelta

import pytest

from mts_tui.backend.contract.errors import NotFound
from mts_tui.backend.contract.events import Event
from mts_tui.backend.contract.notifications import Notification, Notifications, ReadNotifications
from mts_tui.backend.contract.trust import Trust
from mts_tui.backend.services.billing import Book
from mts_tui.backend.services.notifications import PLACES, NoticeKind, notify
from mts_tui.backend.store import Store

from .desk import MISHA, Clock, Window, at_once
from .paydesk import MAIN

MILLISECOND = timedelta(milliseconds=1)


def kept(window: Window, account: str = MAIN) -> list[Notification]:
    return window.ask(Notifications.kept, account).items


def unread(window: Window) -> int:
    return window.ask(Notifications.inbox, MAIN).unread


def write(store: Store, title: str, kind: NoticeKind = "fee", **more: str) -> None:
    store.change(lambda tx: notify(tx, MAIN, kind, title, f"{title}.", **more))


def events(store: Store) -> list[Event]:
    with store.read() as tx:
        return [row["kind"] for row in tx.common.events_after(account_id=MAIN, seq=0, count=1000)]


def test_one_is_gone_from_its_very_millisecond_on(anna: Window, clock: Clock):
    clock.move(minutes=1)
    write(anna.store, "Плата")
    new = kept(anna)[0]
    assert new.expires_at - new.at == timedelta(days=3)
    clock.now = new.expires_at - MILLISECOND
    anna.sign_in()
    assert new.id in {one.id for one in kept(anna)}
    others = unread(anna) - 1
    clock.now = new.expires_at
    assert new.id not in {one.id for one in kept(anna)}
    assert unread(anna) == others


def test_the_newest_comes_first_and_what_is_read_stays(anna: Window, clock: Clock):
    had = unread(anna)
    for title in ("Один", "Два", "Три"):
        clock.move(seconds=1)
        write(anna.store, title)
    first, second, third, *_ = kept(anna)
    assert [first.title, second.title, third.title] == ["Три", "Два", "Один"]
    assert unread(anna) == had + 3
    order = ReadNotifications(ids=[first.id, third.id, "нет такого"])
    assert anna.ask(Notifications.mark_read, MAIN, order).unread == had + 1
    assert [one.read for one in kept(anna)[:3]] == [True, False, True]
    assert anna.ask(Notifications.mark_read, MAIN, order).unread == had + 1


def test_reading_is_told_once_to_the_other_screens(anna: Window, clock: Clock):
    clock.move(seconds=1)
    write(anna.store, "Новость")
    order = ReadNotifications(ids=[kept(anna)[0].id])
    told = events(anna.store).count("notice")
    anna.ask(Notifications.mark_read, MAIN, order)
    anna.ask(Notifications.mark_read, MAIN, order)
    assert events(anna.store).count("notice") == told + 1


@pytest.mark.parametrize("kind", PLACES)
def test_every_kind_speaks_of_a_page(anna: Window, clock: Clock, kind: NoticeKind):
    clock.move(seconds=1)
    write(anna.store, "О чём это", kind)
    clock.move(seconds=1)
    write(anna.store, "Об этом", kind, place="archive", subject="42")
    told, general = kept(anna)[:2]
    assert (told.kind, told.place, told.subject) == (kind, "archive", "42")
    assert (general.place, general.subject) == (PLACES[kind], "")


def test_a_book_tells_where_its_notices_lead(anna: Window, clock: Clock):
    clock.move(seconds=1)

    def work(tx):
        book = Book(tx, MAIN)
        book.notice("Мелодия", "Играет.", kind="account", place="services", subject="7", sms=False)
        book.write()

    anna.store.change(work)
    assert (kept(anna)[0].place, kept(anna)[0].subject) == ("services", "7")


def test_what_services_write_can_be_read(anna: Window, clock: Clock):
    clock.move(seconds=1)
    anna.ask(Trust.switch_on, MAIN)
    newest = kept(anna)[0]
    assert (newest.kind, newest.place, newest.read) == ("trust", "payments", False)
    assert "−300" in newest.text


def test_nobody_reads_or_marks_those_of_others(anna: Window, clock: Clock, open_window):
    clock.move(seconds=1)
    write(anna.store, "Только мне")
    misha = open_window()
    misha.sign_in(MISHA)
    order = ReadNotifications(ids=[kept(anna)[0].id])
    for operation, arguments in (
        (Notifications.kept, ()), (Notifications.inbox, ()), (Notifications.mark_read, (order,)),
    ):  # fmt: skip
        with pytest.raises(NotFound):
            misha.ask(operation, MAIN, *arguments)
    assert kept(anna)[0].read is False
    assert misha.ask(Notifications.mark_read, "misha-moscow", order)
    assert kept(anna)[0].read is False


def test_many_are_written_at_once_and_none_is_lost(anna: Window):
    had = unread(anna)
    outcomes = at_once(*[lambda n=n: write(anna.store, f"Новость {n}") for n in range(6)])
    assert outcomes == [None] * 6
    assert unread(anna) == had + 6
