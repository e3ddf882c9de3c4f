"""«Оплата» as a person sees it, and what happens at the operator meanwhile."""

import re

from textual.widgets import Button, Digits, Input, Static

from mts_tui.backend.contract.account import Account
from mts_tui.backend.contract.payments import Payment, Payments
from mts_tui.backend.services.billing import Book
from mts_tui.screens.paying import PayingScreen
from mts_tui.screens.payment_steps import CodeStep, DoubtStep, OutcomeStep, PreviewStep, Step
from mts_tui.screens.qr import CodeScreen
from mts_tui.screens.receipt import ReceiptScreen
from mts_tui.screens.recent import RecentScreen
from mts_tui.screens.top_up import CardStep
from mts_tui.widgets.choice import Choice

from .pages import Cabinet, Person, Phone, text_of
from .world import World

ACCOUNT = "anna-moscow"
CARD, TERM, CVV = "2200000000000004", "1229", "123"
NO_MONEY, BLOCKED = "4000000000009995", "4000000000000002"
MISHA = "9853705678"


def balance(home: World, account: str = ACCOUNT) -> int:
    minor: int = home.answer(Account.overview, account).number.balance.amount_minor
    return minor


def payments(home: World) -> list[Payment]:
    """The account's payments, the newest first."""
    items: list[Payment] = home.answer(Payments.recent, ACCOUNT).items
    return items


def let_pass(home: World, seconds: float) -> None:
    """Time passes, and what fell due for the account happens."""
    home.pass_time(seconds)
    with home.store.write() as tx:
        book = Book(tx, ACCOUNT)
        book.pass_time(tx.now_ms)
        book.write()


class Paying(Person):
    """A payment on its way."""

    @property
    def is_open(self) -> bool:
        return isinstance(self.screen, PayingScreen)

    @property
    def step(self) -> str:
        """Which step is seen: `order`, `card`, `preview`, `code`, `doubt`, `outcome`, `code-qr`."""
        if isinstance(self.screen, CodeScreen):
            return "qr"
        found = self.screen.query(Step)
        kinds = {CardStep: "card", PreviewStep: "preview", CodeStep: "code", DoubtStep: "doubt",
                 OutcomeStep: "outcome"}  # fmt: skip
        return kinds.get(type(found.first()), "order") if found else ""

    @property
    def message(self) -> str:
        return str(self.screen.query_one(".message", Static).content)

    @property
    def costs(self) -> str:
        return text_of(self.screen.query_one(Choice)).replace("\N{NO-BREAK SPACE}", " ")

    @property
    def outcome(self) -> str:
        return text_of(self.screen.query_one("#outcome")).replace("\N{NO-BREAK SPACE}", " ")

    @property
    def big(self) -> str:
        return self.screen.query_one("#outcome-sum", Digits).value

    def field(self, name: str) -> Input:
        return self.screen.query_one(f"#{name}", Input)

    async def open(self, key: str = "g") -> None:
        """Begin from «Оплата» by a way's key."""
        cabinet = Cabinet(self.pilot)
        if cabinet.page != "payments":
            await cabinet.open("payments")
        await self.press(key)

    async def order(self, amount: str, *, means: int = 0) -> None:
        """The form of a top-up, by the keyboard alone."""
        await self.fill("#amount", amount)
        await self.press("enter", *["down"] * means, "enter")

    async def give_card(self, number: str = CARD, term: str = TERM, cvv: str = CVV) -> None:
        for field, text in (("number", number), ("term", term), ("cvv", cvv)):
            await self.fill(f"#card-{field}", text)
        await self.press("enter")

    @property
    def code(self) -> str:
        """The newest code that came as a toast."""
        codes = [text[:6] for text in self.toasts if re.match(r"\d{6} — код", text)]
        assert codes, "no code came"
        return codes[-1]

    async def confirm(self, code: str = "") -> None:
        await self.fill("#payment-code", code or self.code)
        await self.press("enter")

    async def read_code(self) -> str:
        """Take the phone over the form, read the code, put the phone away."""
        return await Phone(self.pilot).read_code()

    async def button(self, name: str) -> None:
        """Go to a button by Tab and press it."""
        button = self.screen.query_one(f"#{name}", Button)
        for _ in range(20):
            if self.app.focused is button:
                break
            await self.press("tab")
        assert self.app.focused is button, "no way there by the keyboard"
        await self.press("enter")

    @property
    def receipt_is_open(self) -> bool:
        return isinstance(self.screen, ReceiptScreen)

    @property
    def recent_is_open(self) -> bool:
        return isinstance(self.screen, RecentScreen)
