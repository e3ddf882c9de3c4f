"""What the backend's tests share: a clock that is moved by hand, and a window to the operator."""

import re
import sqlite3
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from mts_tui.backend.contract.access import Access, CodeOrder, SignedIn, SignIn
from mts_tui.backend.contract.demo import Demo
from mts_tui.backend.dispatch import Dispatcher
from mts_tui.backend.operator.demo_id import DemoId
from mts_tui.backend.store import Store, Transaction
from mts_tui.backend.store.transaction import new_key

NOW = datetime(2026, 11, 22, 18, 34, tzinfo=UTC)
"""21:34 in Moscow, a Sunday."""

ANNA = "+79853701234"
ANNA_SECOND = "+79810531122"
ANNA_BELARUS = "+375330000001"
ANNA_CITY = "+74950001234"
UNLINKED = "+79853709900"
MISHA = "+79853705678"
STRANGER = "+79853709999"
"""A number that is nobody's."""

LONG_PASSWORD = "синий трамвай у моря"
SHORT_PASSWORD = "крабовидка7"


class Clock:
    """The operator's clock in tests: it stands until it is moved."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move(self, **parts: float) -> None:
        self.now += timedelta(**parts)


class Window:
    """A program at the operator's window: its own session, straight to the services."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.dispatcher = Dispatcher(store, providers=[DemoId(store)])
        self.token: str | None = None

    def ask(
        self, operation: Callable[..., Any], /, *args: Any, key: str = "", **kwargs: Any
    ) -> Any:
        endpoint = operation.endpoint
        return self.dispatcher.answer(
            endpoint, endpoint.bind(args, kwargs), token=self.token, key=key or new_key()
        )

    def sms(self, phone: str) -> list[str]:
        """Texts that came to a phone, the newest first."""
        page = self.ask(Demo.messages, phone)
        return [message.text for message in page.items if not message.outgoing]

    def sms_code(self, phone: str) -> str:
        """The newest one-time code in a virtual phone."""
        for text in self.sms(phone):
            found = re.match(r"(\d{6}) — код", text)
            if found:
                return found[1]
        raise AssertionError(f"no code came to {phone}")

    def order_code(self, phone: str) -> str:
        self.ask(Access.request_code, CodeOrder(phone=phone))
        return self.sms_code(phone)

    def sign_in(self, phone: str = ANNA, **secrets: str) -> SignedIn:
        """Sign in, with a fresh code unless told otherwise; the window keeps the session."""
        if not {"code", "password"} & set(secrets):
            secrets["code"] = self.order_code(phone)
        signed = self.ask(Access.sign_in, SignIn(phone=phone, **secrets))
        self.token = signed.token
        return signed


def rows(tx: Transaction, statement: str, *values: object) -> list[dict[str, Any]]:
    """What a statement of a test's own finds; `?` stand for values."""
    cursor = _run(tx, statement, values)
    return [dict(row) for row in cursor] if cursor.description else []


def change(tx: Transaction, statement: str, *values: object) -> int:
    """How many rows a statement of a test's own has changed."""
    return _run(tx, statement, values).rowcount


def number(tx: Transaction, statement: str, *values: object) -> int:
    """The one value that a statement of a test's own finds."""
    ((value,),) = (row.values() for row in rows(tx, statement, *values))
    return value


def _run(tx: Transaction, statement: str, values: tuple[object, ...]) -> Any:
    if not isinstance(tx._connection, sqlite3.Connection):
        statement = statement.replace("?", "%s")
    return tx._connection.execute(statement, values)


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """What functions answer or raise, each in a thread, all begun together."""
    start = threading.Barrier(len(works))
    outcomes: list[Any] = [None] * len(works)

    def run(place: int, work: Callable[[], Any]) -> None:
        start.wait()
        try:
            outcomes[place] = work()
        except BaseException as error:  # noqa: BLE001 - an outcome like any other
            outcomes[place] = error

    threads = [threading.Thread(target=run, args=(place, work)) for place, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def other_than(code: str) -> str:
    """A well-formed code that is not this one."""
    return f"{(int(code) + 1) % 10**6:06}"
