"""«Оплатить услуги»: from the account to providers, found by name or kept from the last time."""

import re
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, Input

from mts_tui import formatting
from mts_tui.actions import bindings
from mts_tui.amounts import sum_of
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.payments import Payment
from mts_tui.backend.contract.preview import Preview
from mts_tui.backend.contract.transfers import Provider, PurchaseOrder, SavedOrder, SavedPayment
from mts_tui.widgets.alive import alive
from mts_tui.widgets.amount_field import AmountField
from mts_tui.widgets.check import Check
from mts_tui.widgets.field import Field
from mts_tui.widgets.keys import can_undo
from mts_tui.widgets.once import once
from mts_tui.widgets.rows import Cell, Column, Rows
from mts_tui.widgets.text import TextBlock

from .paying import OrderedScreen
from .payment_steps import Step

COLUMNS = (Column(1), Column(0), Column(24, right=True))
LONGEST_NUMBER = 40
NOTHING = "Никого не нашлось. Попробуйте другое слово, например «интернет»."


class PickStep(Step):
    """Whom to pay: kept payments first, then providers by category.

    Args:
        account: Whose money it is.
    """

    BINDINGS: ClassVar[list[BindingType]] = list(bindings("providers"))

    class Picked(Message):
        """A provider, with what is filled in already."""

        def __init__(self, provider: Provider, saved: SavedPayment | None) -> None:
            super().__init__()
            self.provider = provider
            self.saved = saved

    def __init__(self, account: str) -> None:
        super().__init__()
        self._account = account
        self._saved: list[SavedPayment] = []
        self._providers: list[Provider] = []

    def compose(self) -> ComposeResult:
        """Search and list."""
        yield Field("Найти", hint="связь, интернет, транспорт…", longest=100, id="sought")
        yield Rows(COLUMNS, NOTHING, id="providers")
        yield self.message()

    def on_mount(self) -> None:
        """Show all there are."""
        self.load("")

    @on(Input.Changed, "#sought")
    def _search(self, changed: Input.Changed) -> None:
        self.load(changed.value)

    @work(exclusive=True, group="providers")
    async def load(self, text: str) -> None:
        """Ask for kept payments and providers."""
        transfers = self.app.cabinet.transfers
        try:
            saved = (await transfers.saved(self._account)).items
            found = (await transfers.providers(text.strip())).items
        except CabinetError as error:
            self.say(str(error))
            return
        if not alive(self):
            return
        sought = formatting.fold(text.strip())
        self._saved = [
            one for one in saved if sought in formatting.fold(f"{one.name} {one.provider.title}")
        ]
        self._providers = sorted(found, key=lambda one: formatting.sort_key(one.category))
        count = len(self._saved) + len(self._providers)
        self.query_one(Rows).show(count, self._row, keep=False)

    def _row(self, index: int) -> tuple[Cell, ...]:
        if index < len(self._saved):
            saved = self._saved[index]
            name = formatting.clean(saved.name or saved.provider.title, 40)
            return (
                Cell("★", "warn"),
                Cell(f"{name} · {formatting.clean(saved.number, 40)}", "strong"),
                Cell(sum_of(saved.amount)),
            )
        one = self._providers[index - len(self._saved)]
        return (
            Cell(" "),
            Cell(formatting.clean(one.title, 60)),
            Cell(formatting.clean(one.category, 24), "muted"),
        )

    @on(Input.Submitted, "#sought")
    def _to_list(self) -> None:
        rows = self.query_one(Rows)
        if rows.row_count == 1:
            self._pick(0)
        elif rows.row_count:
            rows.focus()

    @on(Rows.Chosen)
    def _chosen(self, chosen: Rows.Chosen) -> None:
        self._pick(chosen.index)

    def _pick(self, index: int) -> None:
        if index < len(self._saved):
            saved = self._saved[index]
            self.post_message(self.Picked(saved.provider, saved))
        else:
            self.post_message(self.Picked(self._providers[index - len(self._saved)], None))

    @work(group="forget")
    @once("forget")
    async def action_forget_saved(self) -> None:
        """Forget the kept payment under the cursor."""
        rows = self.query_one(Rows)
        if not (rows.has_focus and rows.cursor < len(self._saved)):
            self.say("Удалить можно только сохранённый платёж: он отмечен звёздочкой.")
            return
        try:
            await self.app.cabinet.transfers.forget(self._account, self._saved[rows.cursor].id)
        except CabinetError as error:
            self.say(str(error))
            return
        self.say(f"Платёж удалён из сохранённых. {can_undo(self.app, 'Вернуть')}", bad=False)
        self.load(self.query_one("#sought", Input).value)


class OrderStep(Step):
    """The account with the provider, and the sum.

    Args:
        provider: Who is paid.
        number: The account with it, as far as it is known.
        amount: The sum in minor units, as far as it is known.
        keep: Whether the payment is to be kept; None where it is kept already.
    """

    class Ordered(Message):
        """The form is filled in."""

        def __init__(self, order: PurchaseOrder, *, keep: bool) -> None:
            super().__init__()
            self.order = order
            self.keep = keep

    class Other(Message):
        """Another provider."""

    def __init__(self, provider: Provider, number: str, amount: int, keep: bool | None) -> None:  # noqa: FBT001
        super().__init__()
        self._provider = provider
        self._number = number
        self._amount = amount
        self._keep = keep

    def compose(self) -> ComposeResult:
        """Number, sum, the choice to keep both."""
        one = self._provider
        field = Field(
            formatting.clean(one.asks, 40) or "Номер",
            self._number,
            hint=formatting.clean(one.example, 40),
            longest=LONGEST_NUMBER,
            id="number",
        )
        field.border_title = Content(formatting.clean(one.asks, 40) or "Номер")
        field.border_subtitle = Content(f"например {formatting.clean(one.example, 40)}")
        yield TextBlock(id="terms")
        yield field
        yield AmountField(currency=one.least.currency, amount=self._amount, id="amount")
        if self._keep is not None:
            yield Check("Сохранить для следующего раза", value=self._keep, id="keep")
        yield self.message()
        with Horizontal(classes="buttons"):
            yield Button("Дальше", variant="primary", id="order")
            yield Button("Другой получатель", id="other")

    def on_mount(self) -> None:
        """Show the terms."""
        one = self._provider
        fee = "без комиссии"
        if one.fee_permille:
            fee = f"комиссия {formatting.percent(one.fee_permille / 10)}"
        self.query_one("#terms", TextBlock).show(
            (formatting.clean(one.title, 60), "strong"),
            (f" · {formatting.clean(one.category, 40)}\n", "muted"),
            (f"От {sum_of(one.least)} до {sum_of(one.most)}, {fee}.", "muted"),
        )
        self.query_one("#amount", AmountField).limit(one.least, one.most)

    def take_focus(self) -> None:
        """The first field that is not filled in."""
        self.query_one("#amount" if self._number else "#number").focus()

    @on(Button.Pressed, "#other")
    def _other(self) -> None:
        self.post_message(self.Other())

    @on(Input.Submitted, "#number")
    def _to_amount(self) -> None:
        if self._number_good():
            self.query_one("#amount").focus()

    def _number_good(self) -> bool:
        field, one = self.query_one("#number", Input), self._provider
        text = field.value.strip()
        asks, example = formatting.clean(one.asks, 40), formatting.clean(one.example, 40)
        if not text:
            self.say(f"Заполните «{asks}», например {example}.")
        elif not fits(one.pattern, text):
            self.say(f"«{asks}» так не выглядит. Например, {example}. Проверьте цифры.")
        else:
            self.say("")
            return True
        field.focus()
        return False

    @on(Input.Submitted, "#amount")
    @on(Button.Pressed, "#order")
    def _order(self) -> None:
        money = self.typed_amount() if self._number_good() else None
        if money is None:
            return
        order = PurchaseOrder(
            provider=self._provider.id,
            number=self.query_one("#number", Input).value.strip(),
            amount=money,
        )
        self.say("Считаем, что изменится…", bad=False)
        checks = self.query("#keep").results(Check)
        self.post_message(self.Ordered(order, keep=any(check.value for check in checks)))


def fits(pattern: str, text: str) -> bool:
    """Whether an account number is of its form; a pattern that is none lets the operator judge."""
    try:
        return re.fullmatch(pattern, text) is not None
    except re.error:
        return True


class PurchaseScreen(OrderedScreen):
    """A payment to a provider."""

    TITLE_TEXT = "Оплатить услуги"

    def __init__(self, account: str, payment: Payment | None = None) -> None:
        super().__init__(account, payment)
        self._provider: Provider | None = None
        self._saved: SavedPayment | None = None
        self._order: PurchaseOrder | None = None
        self._keep = False

    async def first_step(self) -> Step:
        """The list; the form, once there was one."""
        if self._provider is None:
            return PickStep(self.account)
        number, amount = "", 0
        if self._order is not None:
            number, amount = self._order.number, self._order.amount.amount_minor
        elif self._saved is not None:
            number, amount = self._saved.number, self._saved.amount.amount_minor
        return OrderStep(
            self._provider, number, amount, None if self._saved is not None else self._keep
        )

    async def rehearse(self) -> Preview[Payment]:
        """See `OrderedScreen`."""
        assert self._order is not None
        cabinet = self.app.cabinet
        return await cabinet.preview(cabinet.transfers.purchase, self.account, self._order)

    async def begin(self) -> Payment:
        """See `OrderedScreen`."""
        assert self._order is not None
        return await self.keyed(self._order).transfers.purchase(self.account, self._order)

    async def notes(self, payment: Payment) -> list[str]:
        """What is on the account now; the payment is kept where that was asked for."""
        return [*await super().notes(payment), *await self._kept()]

    async def _kept(self) -> list[str]:
        if not self._keep or self._provider is None or self._order is None:
            return []
        self._keep = False
        order = SavedOrder(
            name=formatting.clean(self._provider.title, 40),
            provider=self._order.provider,
            number=self._order.number,
            amount=self._order.amount,
        )
        try:
            await self.app.cabinet.transfers.save(self.account, order)
        except CabinetError as error:
            return [f"Сохранить платёж не получилось. {error}"]
        return ["Платёж сохранён: в следующий раз он будет первым в списке."]

    @on(PickStep.Picked)
    @work(group="step")
    @once("step")
    async def _picked(self, picked: PickStep.Picked) -> None:
        self._provider, self._saved, self._order = picked.provider, picked.saved, None
        await self.show_step(await self.first_step())

    @on(OrderStep.Other)
    @work(group="step")
    @once("step")
    async def _other(self) -> None:
        self._provider = self._saved = self._order = None
        await self.show_step(await self.first_step())

    @on(OrderStep.Ordered)
    def _ordered(self, ordered: OrderStep.Ordered) -> None:
        self._order, self._keep = ordered.order, ordered.keep
        self.show_preview()
