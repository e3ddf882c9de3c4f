"""«Мои номера»: who is in a cabinet, and adding the number that waits."""

import pytest
from aiosql.queries import Queries

from mts_tui.backend.contract.access import Access, CodeOrder
from mts_tui.backend.contract.account import Account
from mts_tui.backend.contract.demo import Demo, Dial
from mts_tui.backend.contract.errors import (
    AlreadyLinked,
    CabinetError,
    InvalidRequest,
    NotFound,
    NumberClosed,
    NumbersRefused,
    UndoRefused,
    WrongCode,
)
from mts_tui.backend.contract.numbers import LinkOrder, NumberChange, NumberPlace, Numbers
from mts_tui.backend.contract.undo import Undo

from .desk import (
    ANNA,
    ANNA_BELARUS,
    ANNA_CITY,
    ANNA_SECOND,
    MISHA,
    STRANGER,
    UNLINKED,
    Clock,
    Window,
    at_once,
    other_than,
    rows,
)
from .quiet import plain
from .test_ledger import new_account

MAIN = "anna-moscow"


def refused(kind: type[CabinetError], window: Window, *args: object) -> dict:
    with pytest.raises(CabinetError) as caught:
        window.ask(*args)
    assert type(caught.value) is kind
    return caught.value.details


def test_a_cabinet_lists_its_numbers_in_order(anna: Window):
    page = anna.ask(Numbers.linked)
    assert page.next_cursor is None
    told = [(one.phone, one.kind, one.role, one.country, one.login) for one in page.items]
    assert told == [
        (ANNA, "mobile", "own", "RU", True),
        (ANNA_SECOND, "mobile", "own", "RU", False),
        (ANNA_BELARUS, "mobile", "own", "BY", False),
        (MISHA, "mobile", "child", "RU", False),
        (ANNA_CITY, "city", "own", "RU", False),
    ]
    child = page.items[3]
    assert (child.name, child.owner) == ("Миша", "Миша Ветров")
    assert page.items[2].balance.currency == "BYN"
    assert page.items[2].zone == "Europe/Minsk"
    assert page.items[0].tariff == "Smart Nonstop"


def test_the_login_is_the_number_that_signed_in(window: Window):
    window.sign_in(ANNA_SECOND)
    assert [one.phone for one in window.ask(Numbers.linked).items if one.login] == [ANNA_SECOND]


def test_a_child_sees_itself_only(window: Window):
    window.sign_in(MISHA)
    assert [(one.phone, one.role) for one in window.ask(Numbers.linked).items] == [(MISHA, "own")]


def test_the_waiting_number_is_added_by_its_code(anna: Window):
    refused(NotFound, anna, Account.overview, "anna-new")
    reply = anna.ask(Demo.dial, UNLINKED, Dial(code="*111*828*1#"))
    assert "Код для добавления номера" in reply.text
    order = LinkOrder(phone=UNLINKED, code=anna.sms_code(UNLINKED), name="Новый")
    added = anna.ask(Numbers.link, order)
    assert (added.phone, added.name, added.role, added.login) == (UNLINKED, "Новый", "own", False)
    assert anna.ask(Numbers.linked).items[-1] == added
    assert anna.ask(Account.overview, "anna-new").number == added
    assert "добавлен в «Мои номера»" in anna.sms(UNLINKED)[0]
    sims = {sim.phone: sim.linked for sim in anna.ask(Demo.sims).items}
    assert sims[UNLINKED] is True


def test_the_code_may_come_from_the_cabinet_too(anna: Window):
    code = anna.order_code(UNLINKED)
    assert anna.ask(Numbers.link, LinkOrder(phone=UNLINKED, code=code)).name == ""


def test_a_code_adds_a_number_once(window: Window, clock: Clock):
    window.sign_in(MISHA)
    code = window.order_code(UNLINKED)
    order = LinkOrder(phone=UNLINKED, code=code)
    window.ask(Numbers.link, order)
    refused(WrongCode, window, Numbers.link, order)
    clock.move(minutes=1)
    again = LinkOrder(phone=UNLINKED, code=window.order_code(UNLINKED))
    refused(AlreadyLinked, window, Numbers.link, again)
    window.sign_in()
    assert window.ask(Numbers.link, again).phone == UNLINKED  # Not spent by the refusal.


def test_wrong_codes_close_the_number_to_strangers(anna: Window):
    code = anna.order_code(UNLINKED)
    wrong = LinkOrder(phone=UNLINKED, code=other_than(code))
    assert refused(WrongCode, anna, Numbers.link, wrong) == {"left": 2}
    assert refused(WrongCode, anna, Numbers.link, wrong) == {"left": 1}
    assert refused(NumberClosed, anna, Numbers.link, wrong) == {"seconds": 600}
    refused(NumberClosed, anna, Numbers.link, LinkOrder(phone=UNLINKED, code=code))
    refused(NumberClosed, anna, Access.request_code, CodeOrder(phone=UNLINKED))
    assert "три раза неверно" in anna.sms(UNLINKED)[0]


@pytest.mark.parametrize("phone", [STRANGER, ANNA_CITY, "+375330000099", "+12025550123"])
def test_a_number_that_gets_no_code_looks_like_any_other(anna: Window, phone: str):
    assert refused(WrongCode, anna, Numbers.link, LinkOrder(phone=phone, code="1")) == {"left": 2}


@pytest.mark.parametrize(
    "order",
    [
        LinkOrder(phone="985", code="1"),
        LinkOrder(phone=UNLINKED, code=""),
        LinkOrder(phone=UNLINKED, code="1", name="и" * 41),
    ],
)
def test_an_order_out_of_form_is_refused(anna: Window, order: LinkOrder):
    assert "reason" in refused(InvalidRequest, anna, Numbers.link, order)


# ------------------------------------------------------------------ names, order, taking out


@pytest.mark.parametrize(
    "name",
    ["Работа", "", "[bold]Дача[/]", "\x1b[31mкрасный", "a\u202eb", "'; DROP TABLE accounts;--",
     "😀 дом", "{name} %s", "и" * 40],
)  # fmt: skip
def test_a_name_is_kept_as_it_was_typed(anna: Window, name: str):
    changed = anna.ask(Numbers.rename, "anna-petersburg", NumberChange(name=name))
    assert changed.name == name
    assert anna.ask(Numbers.linked).items[1] == changed
    assert len(anna.ask(Numbers.linked).items) == 5


def test_blanks_around_a_name_go(anna: Window):
    assert anna.ask(Numbers.rename, MAIN, NumberChange(name="  Дом \t")).name == "Дом"


@pytest.mark.parametrize("name", ["и" * 41, "a\0b"])
def test_a_name_out_of_form_is_refused(anna: Window, name: str):
    refused(InvalidRequest, anna, Numbers.rename, MAIN, NumberChange(name=name))


def test_a_name_is_the_cabinets_own(window: Window, anna: Window):
    anna.ask(Numbers.rename, "misha-moscow", NumberChange(name="Сын"))
    window.sign_in(MISHA)
    assert window.ask(Numbers.linked).items[0].name == "Мой"
    refused(NotFound, window, Numbers.rename, MAIN, NumberChange(name="x"))


def names(window: Window) -> list[str]:
    return [one.account for one in window.ask(Numbers.linked).items]


def test_numbers_are_put_in_order(anna: Window):
    first = names(anna)
    moved = anna.ask(Numbers.move, first[3], NumberPlace(place=1))
    expected = [first[3], *first[:3], first[4]]
    assert [one.account for one in moved.items] == names(anna) == expected
    anna.ask(Numbers.move, first[3], NumberPlace(place=200))
    assert names(anna) == [*first[:3], first[4], first[3]]
    anna.ask(Numbers.move, first[3], NumberPlace(place=4))
    assert names(anna) == first
    anna.ask(Numbers.move, first[0], NumberPlace(place=1))
    assert names(anna) == first
    for place in (0, -1, 201):
        refused(InvalidRequest, anna, Numbers.move, first[0], NumberPlace(place=place))
    refused(NotFound, anna, Numbers.move, "anna-new", NumberPlace(place=1))


def test_two_moves_at_once_lose_no_number(stores, demo):
    one, two = Window(demo), Window(stores.again(demo))
    one.sign_in(ANNA)
    two.token = one.token
    before = names(one)
    outcomes = at_once(
        lambda: one.ask(Numbers.move, before[4], NumberPlace(place=1)),
        lambda: two.ask(Numbers.move, before[0], NumberPlace(place=5)),
    )
    assert not [one for one in outcomes if isinstance(one, Exception)]
    assert sorted(names(one)) == sorted(before)
    with demo.read() as tx:
        places = rows(
            tx,
            "SELECT position FROM linked_numbers WHERE subscriber_id = ? ORDER BY position",
            "anna",
        )
    assert [row["position"] for row in places] == [1, 2, 3, 4, 5]


def test_a_number_is_taken_out_and_put_back(anna: Window, clock: Clock):
    before = anna.ask(Numbers.linked).items
    anna.ask(Numbers.unlink, "anna-belarus")
    assert names(anna) == [one.account for one in before if one.account != "anna-belarus"]
    refused(NotFound, anna, Account.overview, "anna-belarus")
    refused(NotFound, anna, Numbers.unlink, "anna-belarus")
    entry = anna.ask(Undo.pending).items[0]
    assert plain(entry.title) == "Номер +375 33 000-00-01 убран из кабинета"
    anna.ask(Undo.take_back, entry.id)
    assert anna.ask(Numbers.linked).items == before


def test_what_was_added_again_is_not_put_back(anna: Window, clock: Clock):
    anna.ask(Numbers.unlink, "anna-petersburg")
    entry = anna.ask(Undo.pending).items[0]
    anna.ask(Numbers.link, LinkOrder(phone=ANNA_SECOND, code=anna.order_code(ANNA_SECOND)))
    refused(UndoRefused, anna, Undo.take_back, entry.id)
    assert names(anna)[-1] == "anna-petersburg"


def test_the_login_stays(anna: Window):
    details = refused(NumbersRefused, anna, Numbers.unlink, MAIN)
    assert "вы вошли" in details["reason"]
    assert MAIN in names(anna)


def test_another_session_that_looks_at_it_is_told(anna: Window, open_window):
    other = open_window()
    other.sign_in(ANNA_SECOND)
    assert other.ask(Account.overview, "anna-belarus").number.account == "anna-belarus"
    anna.ask(Numbers.unlink, "anna-belarus")
    refused(NotFound, other, Account.overview, "anna-belarus")
    assert "anna-belarus" not in names(other)
    with anna.store.read() as tx:
        last = rows(tx, "SELECT kind FROM events WHERE account_id = ? ORDER BY seq DESC", MAIN)[0]
    assert last["kind"] == "numbers"


# ------------------------------------------------------------------ city numbers, many numbers


def test_a_city_number_is_added_by_a_call(anna: Window):
    anna.ask(Numbers.unlink, "anna-city")
    code = anna.order_code(ANNA_CITY)
    assert not [text for text in anna.sms(ANNA) if code in text]
    added = anna.ask(Numbers.link, LinkOrder(phone=ANNA_CITY, code=code, name="Дом"))
    assert (added.kind, added.name) == ("city", "Дом")
    assert names(anna)[-1] == "anna-city"


def crowd(window: Window, count: int) -> None:
    """So many more numbers in Anna's cabinet."""
    with window.store.write() as tx:
        for _ in range(count):
            account = new_account(tx, 10_00)
            tx.accounts.link(subscriber_id="anna", account_id=account, name="", role="own")


def test_two_hundred_at_most(anna: Window):
    crowd(anna, 195)
    code = anna.order_code(UNLINKED)
    details = refused(NumbersRefused, anna, Numbers.link, LinkOrder(phone=UNLINKED, code=code))
    assert "200 номеров" in details["reason"]
    assert len(names(anna)) == 200
    anna.ask(Numbers.unlink, names(anna)[-1])
    anna.ask(Numbers.link, LinkOrder(phone=UNLINKED, code=code))  # Not spent by the refusal.


@pytest.mark.parametrize("operation", [Numbers.linked, Access.sessions])
def test_two_hundred_are_asked_for_at_once(anna: Window, operation, monkeypatch):
    """As many statements as for three: none for each number."""

    def statements() -> int:
        asked: list[object] = []
        original = Queries._params

        def noted(*values: object) -> object:
            asked.append(values)
            return original(*values)

        with monkeypatch.context() as patched:
            patched.setattr(Queries, "_params", noted)
            anna.ask(operation)
        assert asked
        return len(asked)

    few = statements()
    crowd(anna, 195)
    assert statements() == few
