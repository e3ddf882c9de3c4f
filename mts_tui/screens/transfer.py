"""«Перевести деньги»: from the account to another number."""

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Button, Input

from mts_tui import formatting, phones
from mts_tui.amounts import sum_of
from mts_tui.backend.contract.errors import CabinetError, Unavailable
from mts_tui.backend.contract.numbers import Number
from mts_tui.backend.contract.payments import Payment
from mts_tui.backend.contract.preview import Preview
from mts_tui.backend.contract.transfers import TransferOrder, TransferTerms
from mts_tui.widgets.alive import alive
from mts_tui.widgets.amount_field import AmountField, QuickAmounts
from mts_tui.widgets.number_field import NumberField
from mts_tui.widgets.text import Part, TextBlock

from .paying import OrderedScreen
from .payment_steps import Step

QUICK = (50_00, 100_00, 200_00, 300_00)


class OrderStep(Step):
    """To whom and how much, with the terms for that number.

    Args:
        account: Whose money it is.
        numbers: The cabinet's numbers but the one that pays.
        order: What was filled in before.
    """

    class Ordered(Message):
        """The form is filled in."""

        def __init__(self, order: TransferOrder) -> None:
            super().__init__()
            self.order = order

    def __init__(self, account: str, numbers: list[Number], order: TransferOrder | None) -> None:
        super().__init__()
        self._account = account
        self._numbers = numbers
        self._before = order

    def compose(self) -> ComposeResult:
        """Number, sum, terms."""
        before = self._before
        yield NumberField(before.to if before else "", self._numbers, id="to")
        amount = AmountField(
            amount=before.amount.amount_minor if before else 0, quick=QUICK, id="amount"
        )
        yield amount
        yield QuickAmounts(amount)
        yield TextBlock(id="terms")
        yield self.message()
        with Horizontal(classes="buttons"):
            yield Button("Дальше", variant="primary", id="order")
            yield Button("Закрыть", id="finish")

    def on_mount(self) -> None:
        """Show the terms."""
        self._number_changed()

    @on(Input.Changed, "#to")
    def _number_changed(self) -> None:
        """Terms depend on the number."""
        self.say("")
        try:
            number = self.query_one(NumberField).number
        except phones.PhoneError:
            number = ""
        terms = self.query_one("#terms", TextBlock)
        if number:
            terms.show()
            self._ask_terms(number)
        else:
            terms.show(
                ("Введите номер: покажем, сколько можно перевести и сколько это стоит.", "muted")
            )

    @work(exclusive=True, group="terms")
    async def _ask_terms(self, number: str) -> None:
        try:
            terms = await self.app.cabinet.transfers.terms(self._account, number)
        except CabinetError as error:
            self.say(str(error))
            if alive(self) and not isinstance(error, Unavailable):
                self.query_one(NumberField).focus()
            return
        if not alive(self):
            return
        amount = self.query_one("#amount", AmountField)
        amount.currency = terms.most.currency
        amount.limit(terms.least, terms.most)
        self.query_one("#terms", TextBlock).show(*terms_parts(terms))

    @on(Input.Submitted, "#to")
    def _to_amount(self) -> None:
        self.query_one("#amount").focus()

    @on(Input.Submitted, "#amount")
    @on(Button.Pressed, "#order")
    def _order(self) -> None:
        to = self.typed_number()
        money = self.typed_amount() if to is not None else None
        if to is None or money is None:
            return
        self.say("Считаем, что изменится…", bad=False)
        self.post_message(self.Ordered(TransferOrder(to=to, amount=money)))


def terms_parts(terms: TransferTerms) -> list[Part]:
    """How much may go to a number, what it costs, what must stay."""
    if terms.most.amount_minor < terms.least.amount_minor:
        return [("Предел переводов пока исчерпан. Попробуйте завтра.", "bad")]
    whose = "На номер своего оператора" if terms.own_network else "На номер другого оператора"
    parts: list[Part] = [f"{whose}: от {sum_of(terms.least)} до {sum_of(terms.most)}.\n"]
    costs = []
    if terms.fee:
        costs.append(sum_of(terms.fee))
    if terms.fee_permille:
        costs.append(formatting.percent(terms.fee_permille / 10))
    cost = f"Комиссия {' и '.join(costs)}." if costs else "Без комиссии."
    parts.append((f"{cost} На счёте должно остаться {sum_of(terms.remain)}.", "muted"))
    return parts


class TransferScreen(OrderedScreen):
    """A transfer."""

    TITLE_TEXT = "Перевести деньги"

    def __init__(self, account: str, payment: Payment | None = None) -> None:
        super().__init__(account, payment)
        self._order: TransferOrder | None = None
        self._numbers: list[Number] | None = None

    async def first_step(self) -> Step:
        """The form, as it was filled in before."""
        if self._numbers is None:
            numbers = (await self.app.cabinet.numbers.linked()).items
            self._numbers = [one for one in numbers if one.account != self.account]
        return OrderStep(self.account, self._numbers, self._order)

    async def rehearse(self) -> Preview[Payment]:
        """See `OrderedScreen`."""
        assert self._order is not None
        cabinet = self.app.cabinet
        return await cabinet.preview(cabinet.transfers.transfer, self.account, self._order)

    async def begin(self) -> Payment:
        """See `OrderedScreen`."""
        assert self._order is not None
        return await self.keyed(self._order).transfers.transfer(self.account, self._order)

    @on(OrderStep.Ordered)
    def _ordered(self, ordered: OrderStep.Ordered) -> None:
        self._order = ordered.order
        self.show_preview()
