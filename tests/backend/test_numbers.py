"""«Мои номера»: who is in a cabinet, and adding the number that waits."""

import pytest

from mts_tui.backend.contract.access import Access, CodeOrder
from mts_tui.backend.contract.account import Account
from mts_tui.backend.contract.demo import Demo, Dial
from mts_tui.backend.contract.errors import (
    AlreadyLinked,
    CabinetError,
    InvalidRequest,
    NotFound,
    NumberClosed,
    WrongCode,
)
from mts_tui.backend.contract.numbers import LinkOrder, Numbers

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
    other_than,
)


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
