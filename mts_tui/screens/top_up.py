"""«Пополнить счёт»: one's own number or another's, by card or by СБП."""

import asyncio
from collections.abc import Callable
from datetime import date
from typing import ClassVar, NamedTuple, TypeVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Button, Input, Static

from mts_tui import amounts, cards, formatting
from mts_tui.actions import bindings
from mts_tui.amounts import sum_of
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.numbers import Number
from mts_tui.backend.contract.payments import (
    Card,
    CardDetails,
    MeansTerms,
    Payment,
    TopUpOrder,
    TopUpTerms,
)
from mts_tui.widgets.amount_field import AmountField, QuickAmounts
from mts_tui.widgets.card_field import CardField, CardPart, CvvField, TermField
from mts_tui.widgets.check import Check
from mts_tui.widgets.choice import Choice
from mts_tui.widgets.number_field import NumberField
from mts_tui.widgets.once import once
from mts_tui.widgets.text import Part, TextBlock

from .forget_card import ForgetCardDialog
from .paying import PayingScreen
from .payment_steps import Step, paid_parts
from .qr import QrScreen

T = TypeVar("T")
DEMO_CARDS = "Это демо: подойдёт карта 2200 0000 0000 0004, любой будущий срок и любой CVV."
MEANS = {"card": "Банковская карта", "sbp": "СБП, по QR-коду"}


class Known(NamedTuple):
    """What the form needs to know: limits and costs, kept cards, the cabinet's numbers."""

    terms: TopUpTerms
    cards: list[Card]
    numbers: list[Number]

    @property
    def ways(self) -> list[tuple[MeansTerms, Card | None]]:
        """Every way to pay: kept cards first, for they ask least."""
        by_means = {one.means: one for one in self.terms.means}
        kept = [(by_means["card"], card) for card in self.cards if "card" in by_means]
        return [*kept, *((one, None) for one in self.terms.means)]


class Means(Choice):
    """Ways to pay; a kept card among them can be forgotten."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings("means"))

    class Forget(Message):
        """The chosen way is a kept card, and it is to be forgotten."""

    kept: reactive[int] = reactive(0)
    """How many of the first lines are kept cards."""

    def watch_chosen(self) -> None:
        """The footer offers what can be done with this way."""
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only a kept card can be forgotten."""
        del parameters
        return action != "forget_card" or self.chosen < self.kept

    def action_forget_card(self) -> None:
        """Ask for it."""
        self.post_message(self.Forget())


class OrderStep(Step):
    """For whom, how much, by which means; what it costs, before anything is paid."""

    class Ordered(Message):
        """The form is filled in."""

        def __init__(self, order: TopUpOrder) -> None:
            super().__init__()
            self.order = order

    class Forget(Message):
        """A kept card is to be forgotten."""

        def __init__(self, card: Card) -> None:
            super().__init__()
            self.card = card

    def __init__(self, known: Known, to: str, order: TopUpOrder | None) -> None:
        super().__init__()
        self._known = known
        self._to = to
        self._before = order

    def compose(self) -> ComposeResult:
        """Number, sum, means."""
        before = self._before
        amount = AmountField(
            currency=self._known.terms.currency,
            amount=before.amount.amount_minor if before else 0,
            id="amount",
        )
        yield NumberField(before.to if before else self._to, self._known.numbers, id="to")
        yield amount
        yield QuickAmounts(amount)
        yield Means(id="means")
        yield self.message()
        with Horizontal(classes="buttons"):
            yield Button("Дальше", variant="primary", id="order")
            yield Button("Закрыть", id="finish")

    def on_mount(self) -> None:
        """Show the costs, and choose what was chosen before."""
        self._number_changed()
        if self._before is not None:
            asked = (self._before.means, self._before.card)
            ways = [(way.means, card.id if card else None) for way, card in self._known.ways]
            if asked in ways:
                self.query_one(Choice).chosen = ways.index(asked)

    def take_focus(self) -> None:
        """The first field that is not filled in; the means where all are."""
        field = "#means" if self._before else "#amount" if self._to else "#to"
        self.query_one(field).focus()

    @on(Input.Changed, "#to")
    def _number_changed(self) -> None:
        """Sums are in the money of the number that gets them."""
        terms, amount = self._known.terms, self.query_one("#amount", AmountField)
        currency = self.query_one(NumberField).currency or terms.currency
        if amount.currency != currency:
            amount.currency = currency
        if currency == terms.currency:
            amount.limit(terms.least, terms.most)
        self._show_costs()

    @on(Input.Changed, "#amount")
    def _show_costs(self) -> None:
        """Commission and total of every way, for the sum that is typed."""
        field, means = self.query_one("#amount", AmountField), self.query_one(Means)
        means.kept = len(self._known.cards)
        means.offer(
            [cost_line(way, card, field.amount, field.currency) for way, card in self._known.ways]
        )

    def know(self, known: Known) -> None:
        """Other ways to pay than before."""
        self._known = known
        self._show_costs()
        self.query_one(Means).refresh_bindings()

    @on(Means.Forget)
    def _forget(self) -> None:
        _terms, card = self._known.ways[self.query_one(Means).chosen]
        if card is not None:
            self.post_message(self.Forget(card))

    @on(Input.Submitted, "#to")
    def _to_amount(self) -> None:
        self.query_one("#amount").focus()

    @on(Input.Submitted, "#amount")
    def _to_means(self) -> None:
        problem = self.query_one("#amount", AmountField).problem
        self.say(problem)
        if not problem:
            self.query_one(Choice).focus()

    @on(Choice.Submitted)
    @on(Button.Pressed, "#order")
    def _order(self) -> None:
        to = self.typed_number()
        money = self.typed_amount() if to is not None else None
        if to is None or money is None:
            return
        terms, card = self._known.ways[self.query_one(Choice).chosen]
        order = TopUpOrder(
            to=to,
            amount=money,
            means=terms.means,
            card=card.id if card else None,
        )
        self.say("Спрашиваем оператора…", bad=False)
        self.post_message(self.Ordered(order))


def cost_line(
    terms: MeansTerms, card: Card | None, amount: int | None, currency: str
) -> list[Part]:
    """A way to pay and what it costs."""
    name = formatting.clean(card.label, 24) if card else MEANS[terms.means]
    parts: list[Part] = [f"{name:<18}"]
    rate = formatting.percent(terms.commission_permille / 10)
    if not terms.commission_permille:
        parts.append(("без комиссии", "muted"))
    elif amount is None:
        parts.append((f"комиссия {rate}", "muted"))
    else:
        fee = amounts.commission(amount, terms.commission_permille)
        parts += [
            (f"+{formatting.money(fee, currency)} ({rate}) = ", "muted"),
            (formatting.money(amount + fee, currency), "strong"),
        ]
    if terms.compensated:
        parts.append((", вернём на счёт", "good"))
    return parts


class CardStep(Step):
    """The card. Everything typed is wiped as it is sent."""

    class Given(Message):
        """The card was typed."""

        def __init__(self, card: CardDetails) -> None:
            super().__init__()
            self.card = card

    def __init__(self, payment: Payment, today: date) -> None:
        super().__init__()
        self._payment = payment
        self._today = today

    def compose(self) -> ComposeResult:
        """Number, term, code; the choice to keep the card."""
        yield TextBlock(id="paid")
        yield CardField(id="card-number")
        with Horizontal(classes="fields"):
            yield TermField(id="card-term")
            yield CvvField(id="card-cvv")
        yield Check("Запомнить карту", id="keep-card")
        if self.app.has_demo:
            yield Static(DEMO_CARDS, classes="hint", markup=False)
        yield self.message()
        with Horizontal(classes="buttons"):
            yield Button(f"Оплатить {sum_of(self._payment.total)}", variant="primary", id="pay")
            yield Button("Отменить платёж", id="cancel-payment")

    def on_mount(self) -> None:
        """Say what is paid."""
        self.query_one("#paid", TextBlock).show(*paid_parts(self._payment))

    @on(Input.Submitted, "#card-number")
    def _to_term(self) -> None:
        if self._checked("number", cards.parse) is not None:
            self.query_one("#card-term").focus()

    @on(Input.Submitted, "#card-term")
    def _to_cvv(self) -> None:
        if self._checked("term", self._parse_term) is not None:
            self.query_one("#card-cvv").focus()

    @on(Input.Submitted, "#card-cvv")
    @on(Button.Pressed, "#pay")
    def _pay(self) -> None:
        digits = self._checked("number", cards.parse)
        term = self._checked("term", self._parse_term) if digits is not None else None
        code = self._checked("cvv", cards.parse_cvv) if term is not None else None
        if digits is None or term is None or code is None:
            return
        for part in self.query(CardPart).results():
            part.take()
        self.say("Спрашиваем банк…", bad=False)
        month, year = term
        keep = self.query_one("#keep-card", Check).value
        self.post_message(
            self.Given(CardDetails(number=digits, month=month, year=year, cvv=code, keep=keep))
        )

    def _parse_term(self, text: str) -> tuple[int, int]:
        return cards.parse_term(text, self._today)

    def _checked(self, name: str, parse: Callable[[str], T]) -> T | None:
        """A part of the card; None where it is not right yet, which is said."""
        part = self.query_one(f"#card-{name}", CardPart)
        try:
            return parse(part.value)
        except cards.CardError as error:
            self.say(str(error))
            part.focus()
            return None


class TopUpScreen(PayingScreen):
    """A top-up.

    Args:
        account: Whose payment it is.
        payment: An unfinished one to go on with.
    """

    TITLE_TEXT = "Пополнить счёт"
    BEGINS_WITH_OWN: ClassVar[bool] = True
    """Whether the form begins with the account's own number."""

    def __init__(self, account: str, payment: Payment | None = None) -> None:
        super().__init__(account, payment)
        self._order: TopUpOrder | None = None
        self._known: Known | None = None

    async def first_step(self) -> Step:
        """The form, as it was filled in before."""
        if self._known is None:
            cabinet = self.app.cabinet
            terms, kept, numbers = await asyncio.gather(
                cabinet.payments.terms(self.account),
                cabinet.payments.cards(self.account),
                cabinet.numbers.linked(),
            )
            self._known = Known(terms, kept.items, numbers.items)
        own = (one.phone for one in self._known.numbers if one.account == self.account)
        return OrderStep(self._known, next(own, "") if self.BEGINS_WITH_OWN else "", self._order)

    async def step_of(self, payment: Payment) -> Step | None:
        """The card's form, the code's, or the QR code on a screen of its own."""
        if payment.state == "waiting":
            self.app.clear_notifications()
            self.app.push_screen(QrScreen(self.account, payment), self._seen_code)
            return None
        if payment.state == "created":
            return CardStep(payment, (await self.operator_now()).date())
        return await super().step_of(payment)

    def _seen_code(self, payment: Payment | None) -> None:
        """The QR code was paid or given up; None where the person left it waiting."""
        if payment is None:
            self.dismiss(result=False)
        else:
            self._ended(payment)

    @work(group="step")
    async def _ended(self, payment: Payment) -> None:
        await self.go_on(payment)

    async def notes(self, payment: Payment) -> list[str]:
        """What is on the account now, and the commission that comes back."""
        notes = await super().notes(payment)
        if self._known is None or self._order is None:
            return notes
        means = self._order.means
        if any(way.compensated for way in self._known.terms.means if way.means == means):
            notes.append(f"Комиссию {sum_of(payment.commission)} оператор вернёт на счёт")
        return notes

    def again_text(self, payment: Payment) -> str:
        """What was declined is mended in the form: the sum is not typed anew."""
        return "Попробовать снова" if payment.state == "declined" else "Начать заново"

    async def begin_again(self) -> None:
        """The form as it was, with the choice of a card."""
        if self._order is None and self.payment is not None:
            self._order = TopUpOrder(to=self.payment.to, amount=self.payment.amount, means="card")
        await super().begin_again()

    @on(OrderStep.Ordered)
    @work(group="step")
    @once("step")
    async def _ordered(self, ordered: OrderStep.Ordered) -> None:
        self._order = ordered.order
        try:
            payment = await self.keyed(ordered.order).payments.top_up(self.account, ordered.order)
        except CabinetError as error:
            self.refused(error)
            return
        self.answered()
        await self.go_on(payment)

    @on(OrderStep.Forget)
    def _forget_card(self, asked: OrderStep.Forget) -> None:
        """Ask whether that is meant; the form stays as it is, without the card."""

        def forgotten(result: bool | None) -> None:  # noqa: FBT001 - as Textual calls it
            known, step = self._known, self.step
            if result and known is not None and isinstance(step, OrderStep):
                self._known = known._replace(cards=[c for c in known.cards if c != asked.card])
                step.know(self._known)

        self.app.push_screen(ForgetCardDialog(self.account, asked.card), forgotten)

    @on(CardStep.Given)
    @work(group="step")
    @once("step")
    async def _card_given(self, given: CardStep.Given) -> None:
        assert self.payment is not None
        try:
            payment = await self.app.cabinet.payments.give_card(
                self.account, self.payment.id, given.card
            )
        except CabinetError as error:
            await self.failed(error)
        else:
            await self.go_on(payment)


class OtherNumberScreen(TopUpScreen):
    """A top-up of another number: the form asks which."""

    TITLE_TEXT = "Пополнить другой номер"
    BEGINS_WITH_OWN = False
