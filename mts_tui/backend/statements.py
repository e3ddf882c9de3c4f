"""Makes the documents of the statements that were ordered, page by page.

A statement is taken under a lease, which is renewed as long as the work goes on, and each take has
a number. So any number of processes on one store share the orders and never make one twice; where
a process dies, its lease ends and another begins that document anew. What is made lies in a file of
its own until it is whole, and is told of in the transaction that makes the statement ready.
"""

import logging
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from mts_tui import formatting
from mts_tui.documents.statement import MARK, Paper
from mts_tui.documents.statement_file import Aside, Begin, write_statement

from .contract.errors import MailRefused
from .contract.statements import PART_BYTES, StatementRow
from .services import letters
from .services.notifications import notify
from .services.statement_rows import Chosen, Period, period_of, totals_of
from .services.statements import KEPT, MAIL_BYTES, STATEMENT, drop_document, too_large
from .store import Store, Transaction
from .store.transaction import Row, from_ms, to_ms

PAGE = 100
"""Rows that are read at once."""
LEASE = timedelta(minutes=1)
"""Renewed twice a second; longer than any stretch of the work without a word."""
TOLD_SECONDS = 0.4
"""Between two times that one is told how far it is."""
MOST_TAKES = 5
"""A document that was begun so often and never finished is given up."""
PARTS_AT_ONCE = 4
"""Parts of a document in one transaction: others wait for the store meanwhile."""
FORGOTTEN_AT_ONCE = 20
_BROKE = (
    "Документ не составлен: работа прерывалась несколько раз. Закажите детализацию ещё раз; если "
    "не выйдет, то за меньший период."
)
_NO_PLACE = (
    "Документ не составлен: оператору не хватило места на диске или доступа к нему. Закажите "
    "детализацию позже."
)
_GONE = (
    "Детализация хранится три дня, и за это время письмо отправить не удалось. Закажите её ещё раз."
)

log = logging.getLogger(__name__)


class _Over(Exception):
    """The statement was cancelled, or another process has it."""


class _Ended(Exception):
    """This process ends."""


def make_one(store: Store, ended: Callable[[], bool] = lambda: False, begin: Begin = Aside) -> bool:
    """Take a statement that waits, and make its document.

    Args:
        store: Where statements wait.
        ended: Whether this process ends; what it has in hand is left to others at once.
        begin: Who writes the document.

    Returns:
        Whether there was one.
    """
    if not store.look(_is_due):
        return False
    row = store.change(_take)
    if row is None:  # Another process was quicker.
        return False
    if row["takes"] > MOST_TAKES:
        store.change(partial(_fail, row=row, reason=_BROKE))
        return True
    try:
        _Making(store, row, ended).make(begin)
    except _Over:
        pass
    except _Ended:
        store.change(partial(_lay_down, row=row))
    except OSError as error:
        if ended():  # Whoever ends this process may have ended the one that wrote, too.
            store.change(partial(_lay_down, row=row))
        else:
            log.warning("a statement was not written: %s", error.strerror)
            store.change(partial(_fail, row=row, reason=_NO_PLACE))
    return True


def forget_expired(store: Store) -> bool:
    """Delete statements whose time is over, with their documents; whether there were any."""
    return store.look(_is_expired) and store.change(_forget)


class _Making:
    """One statement, being made.

    Args:
        store: The store.
        row: The statement, taken.
        ended: See `make_one`.
    """

    def __init__(self, store: Store, row: Row, ended: Callable[[], bool]) -> None:
        self._store = store
        self._row = row
        self._ended = ended
        self._told_at = 0.0
        self._period, self._chosen, self._paper = store.look(self._begin)

    def make(self, begin: Begin) -> None:
        """Write the document, and put it into the store."""
        with TemporaryDirectory(prefix="mts-tui-") as folder:
            path = Path(folder) / "statement"
            self._tell(0)
            write_statement(
                path, self._row["format"], self._paper, self._pages(), self._tell, begin=begin
            )
            size = path.stat().st_size
            self._store.change(self._clear)
            for first, parts in _parts(path):
                self._store.change(partial(self._add, first=first, parts=parts))
        self._store.change(partial(self._ready, size=size))

    def _begin(self, tx: Transaction) -> tuple[Period, Chosen, Paper]:
        row = self._row
        account = tx.statements.head(account_id=row["account_id"])
        period = period_of(tx, account, row)
        chosen = period.groups.matching(row["kinds"], "")
        return (
            period,
            chosen,
            Paper(
                mark=MARK,
                phone=account["phone"],
                owner=account["owner"],
                tariff=account["tariff"],
                zone=account["zone"],
                currency=account["currency"],
                since=from_ms(row["since"]),
                until=from_ms(row["until"]),
                made_at=tx.now,
                kinds=row["kinds"].split(","),
                totals=totals_of(chosen.groups, account["currency"]),
            ),
        )

    def _pages(self) -> Iterator[Sequence[StatementRow]]:
        place: int | None = None
        begun = time.monotonic()
        while page := self._store.look(partial(self._page, place=place)):
            # As long as it took, others have the interpreter: who draws a screen, who answers.
            time.sleep(time.monotonic() - begun)
            yield page
            place = int(page[-1].operation)
            begun = time.monotonic()

    def _page(self, tx: Transaction, place: int | None) -> Sequence[StatementRow]:
        self._check(tx)
        return self._period.rows(tx, self._chosen, place, PAGE, newest=False)

    def _check(self, tx: Transaction) -> None:
        """See that the work goes on."""
        if self._ended():
            raise _Ended
        row = self._row
        if (
            tx.statements.in_hand(account_id=row["account_id"], id=row["id"], takes=row["takes"])
            is None
        ):
            raise _Over

    def _tell(self, done: int) -> None:
        """Renew the lease and tell how far it is, where that was not done just now."""
        now = time.monotonic()
        if now - self._told_at < TOLD_SECONDS:
            return
        if self._ended():
            raise _Ended
        self._told_at = now
        self._store.change(partial(self._go_on, done=done))

    def _go_on(self, tx: Transaction, done: int) -> None:
        row = self._row
        tx.ledger.hold(id=row["account_id"])  # Before the statement, as every command does.
        going_on = tx.statements.go_on(
            account_id=row["account_id"],
            id=row["id"],
            takes=row["takes"],
            done=done,
            row_count=self._paper.totals.count,
            until=to_ms(tx.now + LEASE),
        )
        if going_on is None:
            raise _Over
        tx.emit(row["account_id"], "statement")

    def _clear(self, tx: Transaction) -> None:
        """Delete what another process may have left."""
        tx.ledger.hold(id=self._row["account_id"])
        self._check(tx)
        tx.statements.drop_parts(account_id=self._row["account_id"], id=self._row["id"])

    def _add(self, tx: Transaction, first: int, parts: Sequence[str]) -> None:
        row = self._row
        tx.ledger.hold(id=row["account_id"])
        self._check(tx)
        tx.statements.add_part(
            [
                {
                    "account_id": row["account_id"],
                    "statement_id": row["id"],
                    "number": number,
                    "content": content,
                }
                for number, content in enumerate(parts, first)
            ]
        )

    def _ready(self, tx: Transaction, size: int) -> None:
        row, totals = self._row, self._paper.totals
        account_id = row["account_id"]
        tx.ledger.hold(id=account_id)
        ready = tx.statements.make_ready(
            account_id=account_id,
            id=row["id"],
            takes=row["takes"],
            done=totals.count,
            total=totals.cost.amount_minor,
            size=size,
            ready_at=tx.now_ms,
            expires_at=to_ms(tx.now + KEPT),
        )
        if ready is None:
            raise _Over
        if row["delivery"] == "email":
            _post(tx, row, size)
        zone = self._period.zone
        until = (tx.now + KEPT).astimezone(zone)
        days = formatting.period(
            self._paper.since.astimezone(zone), self._paper.until.astimezone(zone)
        )
        notify(
            tx,
            account_id,
            "statement",
            "Детализация готова",
            f"Готова детализация: {days} Она хранится в кабинете до "
            f"{formatting.date_day(until)}, {formatting.clock(until)}.",
            subject=row["id"],
        )
        tx.emit(account_id, "statement")


def _post(tx: Transaction, row: Row, size: int) -> None:
    """Send the document to the address of the order, or say why it stays in the cabinet."""
    letter = {
        "account_id": row["account_id"],
        "to": row["recipient"],
        "document": STATEMENT,
        "reference": row["id"],
    }
    if size > MAIL_BYTES:
        posted = letters.fail(tx, **letter, reason=f"{too_large(size)} Он остался в кабинете.")
    else:
        try:
            posted = letters.post(tx, **letter, instead="возьмите детализацию в кабинете")
        except MailRefused as error:
            posted = letters.fail(tx, **letter, reason=str(error))
    tx.statements.set_mail(account_id=row["account_id"], id=row["id"], mail_id=posted.id)


def _parts(path: Path) -> Iterator[tuple[int, list[str]]]:
    """A document in parts, as the store keeps them: some at once, with the first one's number."""
    first, parts = 0, []
    with path.open("rb") as file:
        while content := file.read(PART_BYTES):
            parts.append(b64encode(content).decode())
            if len(parts) == PARTS_AT_ONCE:
                yield first, parts
                first, parts = first + len(parts), []
    if parts:
        yield first, parts


def _is_due(tx: Transaction) -> bool:
    first = tx.statements.first_waiting()
    return first is not None and first <= tx.now_ms


def _take(tx: Transaction) -> Row | None:
    return tx.statements.take(now=tx.now_ms, until=to_ms(tx.now + LEASE))


def _lay_down(tx: Transaction, row: Row) -> None:
    tx.statements.lay_down(account_id=row["account_id"], id=row["id"], takes=row["takes"])


def _fail(tx: Transaction, row: Row, reason: str) -> None:
    account_id = row["account_id"]
    tx.ledger.hold(id=account_id)
    if tx.statements.in_hand(account_id=account_id, id=row["id"], takes=row["takes"]) is None:
        return
    tx.statements.end(
        account_id=account_id,
        id=row["id"],
        state="failed",
        reason=reason,
        expires_at=to_ms(tx.now + KEPT),
    )
    tx.statements.drop_parts(account_id=account_id, id=row["id"])
    notify(tx, account_id, "statement", "Детализация не составлена", reason, subject=row["id"])
    tx.emit(account_id, "statement")


def _is_expired(tx: Transaction) -> bool:
    first = tx.statements.first_expiring()
    return first is not None and first <= tx.now_ms


def _forget(tx: Transaction) -> bool:
    found = list(tx.statements.expired(now=tx.now_ms, count=FORGOTTEN_AT_ONCE))
    for row in sorted(found, key=_account_of):  # Everybody locks so.
        tx.ledger.hold(id=row["account_id"])
        drop_document(tx, row["account_id"], row["id"], _GONE)
        tx.statements.forget(account_id=row["account_id"], id=row["id"])
        tx.emit(row["account_id"], "statement")
    return bool(found)


def _account_of(row: Row) -> str:
    account_id: str = row["account_id"]
    return account_id
