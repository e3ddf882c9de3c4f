"""Who takes part in «МТС Бонус»: joining, by the cabinet or the phone, and whom it rewards."""

from datetime import timedelta
from typing import Final

from mts_tui import formatting, phones
from mts_tui.backend.contract.errors import BonusRefused
from mts_tui.backend.store.transaction import Row, Transaction, to_ms

from . import points, promotions
from .billing import Book

FRIEND: Final = 50
"""Points for a friend who joins (facts 1.10)."""
INVITED_FOR = timedelta(days=60)
"""How long an invitation holds (P)."""
NOT_HERE = "«МТС Бонус» есть только у мобильных номеров МТС в России."
IMPORTED = "Этот номер импортирован из файла: оператора за ним нет, и баллы ему не начисляются."
JOIN_FIRST = "Сначала вступите в «МТС Бонус»: это бесплатно."


def refusal(account: Row) -> str:
    """Why a number cannot take part, as a sentence; empty where it can."""
    if account["imported"]:
        return IMPORTED
    if account["country"] != "RU" or account["kind"] != "mobile":
        return NOT_HERE
    return ""


def require_member(account: Row) -> None:
    """Let an account through that takes part.

    Raises:
        BonusRefused: It does not, or cannot.
    """
    reason = refusal(account) or ("" if account["bonus_since"] is not None else JOIN_FIRST)
    if reason:
        raise BonusRefused(reason=reason)


def enrol(tx: Transaction, account_id: str) -> None:
    """Let an account take part from now on; whoever invited it first gets points.

    Raises:
        BonusRefused: It cannot.
    """
    row = tx.accounts.by_id(id=account_id)
    reason = refusal(row)
    if reason:
        raise BonusRefused(reason=reason)
    invited = tx.bonus.inviter(phone=row["phone"], since=to_ms(tx.now - INVITED_FOR))
    ids = {account_id} if invited is None else {account_id, invited["account_id"]}
    books = {one: Book(tx, one) for one in sorted(ids)}
    for book in books.values():
        book.pass_time(tx.now_ms)
    if books[account_id].bonus_since is None:
        tx.bonus.enrol(id=account_id, at=tx.now_ms)
        books[account_id].notice(
            "Вы в «МТС Бонус»",
            "Вы участвуете в «МТС Бонус»: 1 балл за каждые 5 ₽ на связь, 10 баллов — это 3 ₽.",
            kind="bonus",
            sms=True,
        )
        tx.emit(account_id, "account")
        if invited is not None:
            _reward(books[invited["account_id"]], invited["id"], row["phone"])
    for book in books.values():
        book.write()


def _reward(book: Book, invitation: str, friend: str) -> None:
    """Give points to whoever invited a friend."""
    tx = book.tx
    tx.bonus.friend_joined(account_id=book.id, id=invitation, at=tx.now_ms, points=FRIEND)
    title = f"Друг вступил: {phones.display(friend)}"
    points.come(book, tx.now_ms, "friend", title, FRIEND, "bonus:friend")
    promotions.friend_joined(book, FRIEND)
    book.notice(
        "Друг вступил в «МТС Бонус»",
        f"{phones.display(friend)} теперь в «МТС Бонус»: вам начислено {points.in_words(FRIEND)}.",
        kind="bonus",
        sms=True,
    )


def told(account: Row) -> str:
    """What the phone answers when it asks for its points."""
    if reason := refusal(account):
        return reason
    if account["bonus_since"] is None:
        return "Вы ещё не участвуете в «МТС Бонус». Вступить: *111*455*1#"
    worth = formatting.money(points.worth(account["points"]).amount_minor)
    return f"{formatting.points(account['points'])}, это {worth}."
