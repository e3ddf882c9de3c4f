"""«Блокировка»: the 14 free days to the second, what stops, what goes on, what it costs later."""

from datetime import timedelta

import pytest

from mts_tui.backend.background import pass_time
from mts_tui.backend.contract.account import Account
from mts_tui.backend.contract.archive import Archive
from mts_tui.backend.contract.blocking import Blocking
from mts_tui.backend.contract.demo import Demo, Dial, ShortMessage
from mts_tui.backend.contract.errors import BlockingRefused, PaymentRefused, StepUpRequired
from mts_tui.backend.contract.model import Money
from mts_tui.backend.contract.transfers import TransferOrder, Transfers
from mts_tui.backend.operator.rating import Usage
from mts_tui.backend.services.billing import Book
from mts_tui.backend.store.ledger import Entry
from mts_tui.backend.store.transaction import from_ms, to_ms

from .desk import ANNA, ANNA_SECOND, MISHA, Clock, Window, rows

MAIN = "anna-moscow"
BLOCK = "Добровольная блокировка"
CALL = Usage("call", "out", "+79561234567", "home", "other", 65)


def preview(window: Window, operation: object, *args: object):
    endpoint = operation.endpoint.preview
    return window.dispatcher.answer(endpoint, endpoint.bind(args, {}), token=window.token, key="")


def have(window: Window, account: str = MAIN) -> int:
    return window.ask(Account.overview, account).number.balance.amount_minor


def live(window: Window, account: str = MAIN) -> None:
    """What is due happens, without the demo's own life."""
    with window.store.write() as tx:
        pass_time(tx, account)


def pay_in(window: Window, amount: int, account: str = MAIN) -> None:
    with window.store.write() as tx:
        book = Book(tx, account)
        book.move(Entry(at=tx.now_ms, kind="top_up", title="x", amount=amount, contra="bank:card"))
        book.write()


def stay(window: Window, clock: Clock, **parts: float) -> None:
    """Time passes; the session stays open."""
    clock.move(**parts)
    live(window)
    clock.move(seconds=0)
    window.sign_in()


def days_charged(window: Window, account: str = MAIN) -> list[int]:
    with window.store.read() as tx:
        return [
            row["at"]
            for row in rows(
                tx,
                "SELECT at FROM operations WHERE account_id = ? AND rule = 'block.day' ORDER BY seq",
                account,
            )
        ]


def fees(window: Window, account: str = MAIN) -> list[tuple[int, int]]:
    with window.store.read() as tx:
        return [
            (row["at"], row["amount"])
            for row in rows(
                tx,
                "SELECT at, amount FROM operations WHERE account_id = ? AND kind = 'fee' ORDER BY seq",
                account,
            )
        ]


def use(window: Window, usage: Usage = CALL, account: str = MAIN) -> bool:
    with window.store.write() as tx:
        book = Book(tx, account)
        charge = book.use(usage, tx.now_ms)
        book.write()
        return charge is not None


def test_the_terms_are_told_before(anna: Window, clock: Clock):
    state = anna.ask(Blocking.state, MAIN)
    assert (state.blocked, state.since, state.free_days) == (False, None, 14)
    assert state.price == Money(amount_minor=1_00, currency="RUB")
    assert state.paid_from == clock.now + timedelta(days=14)
    assert state.stops
    assert state.works
    assert (state.refusal, state.lost) == ("", False)
    assert anna.ask(Blocking.state, "anna-belarus").price.currency == "BYN"


def test_a_preview_changes_nothing(anna: Window):
    told = preview(anna, Blocking.block, MAIN)
    (change,) = told.changes
    assert (change.before.state, change.after.state) == ("active", "blocked")
    assert change.before.balance == change.after.balance
    assert "Номер заблокирован" in told.messages[0]
    assert anna.ask(Blocking.state, MAIN).blocked is False
    assert "заблокирован" not in anna.sms(ANNA)[0]


def test_a_block_is_told_and_kept(anna: Window, clock: Clock):
    state = anna.ask(Blocking.block, MAIN)
    assert (state.blocked, state.since) == (True, clock.now)
    assert anna.ask(Account.overview, MAIN).number.state == "blocked"
    assert "14 дней бесплатно" in anna.sms(ANNA)[0]
    again = anna.ask(Blocking.block, MAIN)
    assert again == state  # Nothing begins anew.
    assert len([text for text in anna.sms(ANNA) if "заблокирован" in text]) == 1
    assert anna.ask(Blocking.unblock, MAIN).blocked is False
    assert "снова работает" in anna.sms(ANNA)[0]
    assert anna.ask(Blocking.unblock, MAIN).blocked is False
    assert anna.ask(Account.overview, MAIN).number.state == "active"


def test_a_proof_that_is_old_does_not_block(anna: Window, clock: Clock):
    clock.move(minutes=6)
    for operation in (Blocking.block, Blocking.unblock):
        with pytest.raises(StepUpRequired):
            anna.ask(operation, MAIN)
    assert preview(anna, Blocking.block, MAIN).changes


def test_a_city_number_has_nothing_to_block(anna: Window):
    with pytest.raises(BlockingRefused, match="нет SIM-карты"):
        anna.ask(Blocking.block, "anna-city")
    assert "SIM" in anna.ask(Blocking.state, "anna-city").refusal


@pytest.mark.parametrize(
    ("later", "days"),
    [
        (timedelta(days=14, seconds=-1), 0),
        (timedelta(days=14), 1),
        (timedelta(days=15, seconds=-1), 1),
        (timedelta(days=15), 2),
        (timedelta(days=45), 32),
        (timedelta(days=101, seconds=-1), 87),
    ],
)
def test_fourteen_days_are_free_to_the_second(
    anna: Window, clock: Clock, later: timedelta, days: int
):
    began = clock.now
    anna.ask(Blocking.block, MAIN)
    pay_in(anna, 100_00)
    before = have(anna)
    clock.move(seconds=later.total_seconds())
    live(anna)
    expected = [to_ms(began + timedelta(days=14 + day)) for day in range(days)]
    assert days_charged(anna) == expected
    anna.sign_in()
    assert have(anna) == before - days * 1_00
    assert anna.ask(Blocking.state, MAIN).spent.amount_minor == days * 1_00
    assert fees(anna)[-1][0] < to_ms(began)


def test_a_day_costs_the_same_however_often_it_is_looked_after(anna: Window, clock: Clock):
    anna.ask(Blocking.block, MAIN)
    for _ in range(40):
        clock.move(hours=12)
        live(anna)
        live(anna)
    assert len(days_charged(anna)) == 7


def test_no_money_no_debt(anna: Window, clock: Clock):
    """The days that cannot be paid are neither taken nor owed."""
    anna.ask(Blocking.block, MAIN)
    with anna.store.write() as tx:
        book = Book(tx, MAIN)
        book.move(
            Entry(
                at=tx.now_ms, kind="purchase", title="x", amount=2_50 - book.balance, contra="p:x"
            )
        )
        book.write()
    clock.move(days=30)
    live(anna)
    assert len(days_charged(anna)) == 2
    anna.sign_in()
    assert have(anna) == 50
    pay_in(anna, 10_00)
    clock.move(days=3)
    live(anna)
    assert len(days_charged(anna)) == 5


def test_within_the_paid_month_nothing_is_lost_or_paid(anna: Window, clock: Clock):
    before = anna.ask(Account.overview, MAIN)
    anna.ask(Blocking.block, MAIN)
    assert anna.ask(Account.overview, MAIN).next_fee is None
    clock.move(hours=10)
    live(anna)
    anna.sign_in()
    anna.ask(Blocking.unblock, MAIN)
    after = anna.ask(Account.overview, MAIN)
    assert after.next_fee == before.next_fee
    assert after.number.balance == before.number.balance
    assert [one.used for one in after.buckets] == [one.used for one in before.buckets]


@pytest.mark.parametrize("days", [40, 75, 100])
def test_the_fee_that_fell_due_is_taken_at_the_unblocking(anna: Window, clock: Clock, days: int):
    """Over the ends of months: no fee meanwhile, one now, and the next a month from now."""
    pay_in(anna, 2_000_00)
    known = len(fees(anna))
    anna.ask(Blocking.block, MAIN)
    clock.move(days=days)
    live(anna)
    assert len(fees(anna)) == known
    anna.sign_in()
    told = preview(anna, Blocking.unblock, MAIN)
    assert [one.kind for one in told.changes[0].operations] == ["option", "fee"]
    anna.ask(Blocking.unblock, MAIN)
    assert fees(anna)[known:] == [(to_ms(clock.now), -500_00)]
    view = anna.ask(Account.overview, MAIN)
    assert all(one.used == 0 for one in view.buckets)
    ahead = view.next_fee.at - clock.now
    assert timedelta(days=27) < ahead < timedelta(days=32)


def test_without_money_for_the_fee_the_packages_wait(anna: Window, clock: Clock):
    anna.ask(Blocking.block, MAIN)
    with anna.store.write() as tx:
        book = Book(tx, MAIN)
        book.move(
            Entry(
                at=tx.now_ms, kind="purchase", title="x", amount=5_00 - book.balance, contra="p:x"
            )
        )
        book.write()
    clock.move(days=60)
    live(anna)
    anna.sign_in()
    anna.ask(Blocking.unblock, MAIN)
    view = anna.ask(Account.overview, MAIN)
    assert (view.suspended, view.number.state) == (True, "no_money")
    pay_in(anna, 1_000_00)
    assert anna.ask(Account.overview, MAIN).suspended is False


def test_a_top_up_while_blocked_buys_no_month(anna: Window, clock: Clock):
    """The packages wait already, and the number is blocked: the money stays on the account."""
    with anna.store.write() as tx:
        book = Book(tx, MAIN)
        book.suspended = True
        book.block()
        book.write()
    known, before = len(fees(anna)), have(anna)
    pay_in(anna, 1_000_00)
    assert (len(fees(anna)), have(anna)) == (known, before + 1_000_00)
    anna.ask(Blocking.unblock, MAIN)
    assert len(fees(anna)) == known + 1


def test_daily_fees_stop_too(anna: Window, clock: Clock):
    """Belarus takes its fee by days (facts 3)."""
    anna.ask(Blocking.block, "anna-belarus")
    known = len(fees(anna, "anna-belarus"))
    clock.move(days=10)
    live(anna, "anna-belarus")
    assert len(fees(anna, "anna-belarus")) == known
    anna.sign_in()
    anna.ask(Blocking.unblock, "anna-belarus")
    assert len(fees(anna, "anna-belarus")) == known + 1


def test_nothing_comes_or_goes_and_subscriptions_wait(anna: Window, clock: Clock):
    anna.ask(Blocking.block, MAIN)
    assert not use(anna)
    assert not use(anna, Usage("call", "in", "+79561234567", "home", "other", 65))
    clock.move(days=12)
    live(anna)
    anna.sign_in()
    operations = anna.ask(Archive.operations, MAIN).items
    assert not [one for one in operations if one.at > clock.now - timedelta(days=12)]
    anna.ask(Blocking.unblock, MAIN)
    assert use(anna)


def test_the_demos_people_leave_a_blocked_phone_alone(anna: Window, clock: Clock):
    from mts_tui.backend.operator.life import everybody_lives

    anna.ask(Blocking.block, MAIN)
    began = to_ms(clock.now)
    clock.move(days=20)
    with anna.store.write() as tx:
        everybody_lives(tx, tx.now)
    with anna.store.read() as tx:
        found = rows(tx, "SELECT rule FROM operations WHERE account_id = ? AND at > ?", MAIN, began)
    assert {row["rule"] for row in found} == {"block.day"}


def test_transfers_are_refused_and_charges_tell_of_the_block(anna: Window, clock: Clock):
    anna.ask(Blocking.block, MAIN)
    order = TransferOrder(to=MISHA, amount=Money(amount_minor=10_00, currency="RUB"))
    with pytest.raises(PaymentRefused, match="заблокирован"):
        anna.ask(Transfers.transfer, MAIN, order)
    planned = anna.ask(Account.charges, MAIN).items
    assert {one.title for one in planned if one.kind != "promise"} == {BLOCK}
    assert planned[0].at == clock.now + timedelta(days=14)
    assert len(planned) == 18


def test_a_paid_day_is_explained(anna: Window, clock: Clock):
    anna.ask(Blocking.block, MAIN)
    clock.move(days=14)
    live(anna)
    anna.sign_in()
    newest = anna.ask(Archive.operations, MAIN).items[0]
    assert (newest.title, newest.amount.amount_minor) == (BLOCK, -1_00)
    told = anna.ask(Archive.operation, MAIN, newest.id)
    assert "первые 14 дней бесплатны" in told.explanation


# ------------------------------------------------------------------ by the phone itself


def dial(window: Window, code: str, menu: str = "", phone: str = ANNA):
    return window.ask(Demo.dial, phone, Dial(code=code, menu=menu))


@pytest.mark.parametrize("code", ["*111*157#", "1116"])
def test_the_phone_blocks_itself(anna: Window, code: str):
    reply = dial(anna, code)
    assert "14 дней бесплатно, потом 1,00" in reply.text
    assert dial(anna, "2", reply.menu).text == "Ничего не изменилось."
    assert anna.ask(Blocking.state, MAIN).blocked is False
    assert "Заявка принята" in dial(anna, "1", reply.menu).text
    assert anna.ask(Blocking.state, MAIN).blocked is True
    assert "Номер заблокирован" in anna.sms(ANNA)[0]


def test_a_blocked_phone_reaches_0890_only(anna: Window):
    anna.ask(Blocking.block, MAIN)
    for code in ("*100#", "111", "*111*157#", "**21*89561234567#"):
        assert "Работают только 0890 и 112" in dial(anna, code).text
    sent = anna.ask(Demo.send, ANNA, ShortMessage(to="3339", text="Пароль"))
    assert "0890" in sent.text
    menu = dial(anna, "0890")
    assert "1 Разблокировать номер" in menu.text
    assert "салон" in dial(anna, "2", menu.menu).text
    assert dial(anna, "7", menu.menu).text == "До свидания."
    dial(anna, "1", menu.menu)
    assert anna.ask(Blocking.state, MAIN).blocked is False
    assert "Баланс" in dial(anna, "*100#").text
    assert "1 Заблокировать номер" in dial(anna, "0890").text


def test_a_blocked_owner_still_gets_in(anna: Window, clock: Clock):
    anna.ask(Blocking.block, MAIN)
    clock.move(minutes=2)
    anna.sign_in()
    assert anna.ask(Blocking.state, MAIN).blocked is True


def test_others_numbers_are_not_blocked(window: Window):
    window.sign_in(MISHA)
    from mts_tui.backend.contract.errors import NotFound

    for account in (MAIN, "anna-new"):
        with pytest.raises(NotFound):
            window.ask(Blocking.block, account)
    window.sign_in(ANNA_SECOND)
    window.ask(Blocking.block, MAIN)
    assert from_ms(to_ms(window.ask(Blocking.state, MAIN).since)) is not None
