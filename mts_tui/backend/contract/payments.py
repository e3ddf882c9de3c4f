"""«Оплата»: money onto an account, by bank card or by СБП."""

from typing import Annotated, Literal

from msgspec import Meta

from .endpoint import Area, command, query
from .errors import (
    BudgetReached,
    NotEnoughMoney,
    NotFound,
    PaymentDeclined,
    PaymentOver,
    PaymentRefused,
    WrongCode,
)
from .model import (
    AccountId,
    Count,
    Currency,
    Cursor,
    Id,
    Label,
    Limit,
    Model,
    Moment,
    Money,
    Page,
    Phone,
    Request,
    Secret,
    Text,
)

Means = Literal["card", "sbp"]
PaymentKind = Literal["top_up", "transfer", "purchase"]
PaymentState = Literal[
    "created", "code_sent", "waiting", "done", "declined", "cancelled", "expired"
]
"""`created`: waits for the card. `code_sent`: waits for the code by SMS. `waiting`: waits for the
bank's application (СБП). The others are ends."""


class MeansTerms(Model):
    """What a way of paying costs."""

    means: Means
    commission_permille: Count
    """Thousandths of the amount, on top of it."""
    compensated: bool
    """Whether the operator gives the commission back to the account."""


class TopUpTerms(Model):
    """Within which limits an account is topped up."""

    currency: Currency
    least: Money
    most: Money
    means: Annotated[list[MeansTerms], Meta(extra_json_schema={"maxItems": 10})]


class Card(Model):
    """A bank card that is kept for the next time: no more of it than people see."""

    id: Id
    label: Label
    """Brand and the last four digits: `МИР •••• 0004`."""
    expires: Label
    """`12/29`."""


class TopUpOrder(Request):
    """An amount for a number, one's own or another's."""

    to: Phone
    amount: Money
    means: Means
    card: Id | None = None
    """A kept card: nothing more is asked but the code."""


class CardDetails(Request):
    """A bank card, as it is typed. Never kept."""

    number: Secret
    month: Annotated[int, Meta(ge=1, le=12)]
    year: Annotated[int, Meta(ge=2000, le=2099)]
    cvv: Secret
    keep: bool = False
    """Keep the card for the next time and for autopay."""


class PaymentCode(Request):
    """The code that confirms a payment."""

    code: Secret


class Payment(Model):
    """A payment on its way or at its end."""

    id: Id
    kind: PaymentKind
    at: Moment
    state: PaymentState
    to: Label
    """The number, or the account with a provider; others' text."""
    title: Label
    """Who gets it: a name for people."""
    amount: Money
    commission: Money
    total: Money
    """What is taken: amount and commission."""
    means: Label
    """`МИР •••• 0004`, `СБП`, `Счёт телефона`; empty while it is not known."""
    reason: Text
    """Why it was declined: a whole sentence; empty otherwise."""
    link: Label
    """СБП: what the bank's application opens, also as a QR code; empty otherwise."""
    bill: Text
    """ГОСТ Р 56042-2014: the content of the QR code for banks; empty otherwise."""
    expires_at: Moment | None
    """Until when it waits; None at an end."""
    operation: Id | None
    """The entry in the history of the account that paid or received, once it is done."""


class Payments(Area):
    """Top-ups."""

    @query("/accounts/{account}/top-ups/terms", errors=(NotFound,))
    async def terms(self, account: AccountId) -> TopUpTerms:
        """Limits and commissions."""

    @query("/accounts/{account}/payments", errors=(NotFound,))
    async def recent(
        self, account: AccountId, limit: Limit = 20, cursor: Cursor | None = None
    ) -> Page[Payment]:
        """The account's payments of every kind, the newest first; unfinished ones too."""

    @query("/accounts/{account}/payments/{payment}", errors=(NotFound,))
    async def payment(self, account: AccountId, payment: Id) -> Payment:
        """One payment."""

    @command("DELETE", "/accounts/{account}/payments/{payment}", errors=(NotFound, PaymentOver))
    async def cancel(self, account: AccountId, payment: Id) -> Payment:
        """Give up a payment that is not done."""

    @command("POST", "/accounts/{account}/top-ups", errors=(NotFound, PaymentRefused))
    async def top_up(self, account: AccountId, order: TopUpOrder) -> Payment:
        """Begin a top-up: tells the commission and what comes next. No money moves yet.

        By card it goes on with `give_card` (a kept card: with `confirm`); by СБП in the bank's
        application.
        """

    @command(
        "POST",
        "/accounts/{account}/payments/{payment}/card",
        errors=(NotFound, PaymentOver, PaymentRefused, PaymentDeclined),
    )
    async def give_card(self, account: AccountId, payment: Id, card: CardDetails) -> Payment:
        """Hand the card to the bank, which sends a code by SMS (3-D Secure).

        A card that is typed wrong is refused, and the payment waits for another try; one that the
        bank declines ends it.
        """

    @command(
        "POST",
        "/accounts/{account}/payments/{payment}/code",
        errors=(
            NotFound,
            PaymentOver,
            PaymentRefused,
            PaymentDeclined,
            WrongCode,
            NotEnoughMoney,
            BudgetReached,
        ),
    )
    async def confirm(self, account: AccountId, payment: Id, proof: PaymentCode) -> Payment:
        """Confirm a payment of any kind by its code: the money moves now.

        The third wrong code ends it, and so does whatever forbids it by now: limits, the balance,
        a budget, a receiver that takes no payments.
        """

    @query("/accounts/{account}/cards", errors=(NotFound,))
    async def cards(self, account: AccountId) -> Page[Card]:
        """Kept cards."""

    @command("DELETE", "/accounts/{account}/cards/{card}", errors=(NotFound, PaymentRefused))
    async def forget_card(self, account: AccountId, card: Id) -> None:
        """Forget a card. Refused while an autopay rule needs it."""
