"""A payment from its form to its end, one step at a time: what every kind of payment shares.

A step is a widget of its own and is gone with all that was typed into it as soon as the next one
comes. Commands without a secret carry one key for each content of the form, so that a second Enter
or a repetition after a lost answer is the same payment. A card or a code is wiped as it is sent;
where the answer was lost, the payment itself is asked how far it got before anything is repeated.
"""

import asyncio
from datetime import UTC, datetime
from typing import ClassVar
from uuid import uuid4

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Button, Static

from mts_tui.actions import bindings
from mts_tui.amounts import sum_of
from mts_tui.app import Happened
from mts_tui.backend.contract import Cabinet
from mts_tui.backend.contract.errors import (
    CabinetError,
    NotSentYet,
    NotSignedIn,
    PaymentDeclined,
    PaymentOver,
    Unavailable,
    WrongCode,
)
from mts_tui.backend.contract.payments import Payment, PaymentCode
from mts_tui.backend.contract.preview import Preview
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.once import once

from .base import AppScreen
from .payment_steps import ENDED, LATER, CodeStep, DoubtStep, OutcomeStep, PreviewStep, Step


class PayingScreen(AppScreen[bool]):
    """A payment. Answers True where money has moved.

    Args:
        account: Whose payment it is.
        payment: An unfinished payment to go on with.
    """

    BINDINGS: ClassVar[list[BindingType]] = list(bindings("paying"))
    TITLE_TEXT: ClassVar[str]

    def __init__(self, account: str, payment: Payment | None = None) -> None:
        super().__init__()
        self.account = account
        self.payment = payment
        self._content: object = None
        self._key = ""
        self._showing = asyncio.Lock()

    @property
    def action_places(self) -> tuple[str, ...]:
        """See `AppScreen`."""
        return ("paying",)

    def compose(self) -> ComposeResult:
        """A panel for the step of now, and the keys."""
        with VerticalScroll(id="paying", can_focus=False):
            yield Static(self.TITLE_TEXT, classes="title", markup=False)
            yield Vertical(id="step")
        yield KeyBar()

    def on_mount(self) -> None:
        """Begin, or go on."""
        self._start()

    @work(group="step")
    @once("step")
    async def _start(self) -> None:
        if self.payment is not None:
            await self.look_up()
            return
        try:
            step = await self.first_step()
        except CabinetError as error:
            self.app.explain(error)
            self.dismiss(result=False)
        else:
            await self.show_step(step)

    # ------------------------------------------------------------------ for the kinds of payments

    async def first_step(self) -> Step:
        """The form that begins it; raises CabinetError where what it needs is not known."""
        raise NotImplementedError

    async def step_of(self, payment: Payment) -> Step | None:
        """The step of a payment that is not at its end; None where another screen shows it."""
        return CodeStep(payment, await self.seconds_left(payment))

    async def notes(self, payment: Payment) -> list[str]:
        """Further lines for a payment that is done: what is on the account now."""
        del payment
        try:
            overview = await self.app.cabinet.account.overview(self.account)
        except CabinetError:
            return []
        return [f"На счёте теперь {sum_of(overview.number.balance)}"]

    def again_text(self, payment: Payment) -> str:
        """What the button for another try says."""
        del payment
        return "Начать заново"

    async def begin_again(self) -> None:
        """Another try, with what was typed."""
        self.payment = None
        try:
            step = await self.first_step()
        except CabinetError as error:
            self.say(str(error))
        else:
            await self.show_step(step)

    # ------------------------------------------------------------------ steps

    @property
    def step(self) -> Step | None:
        """The step of now."""
        steps = self.query(Step)
        return steps.first() if steps else None

    async def show_step(self, step: Step) -> None:
        """Show a step in place of the one before."""
        async with self._showing:
            if not self.is_attached:
                return
            host = self.query_one("#step")
            with self.app.batch_update():
                await host.remove_children()
                await host.mount(step)
            step.take_focus()

    def say(self, text: str, *, bad: bool = True) -> None:
        """Show a sentence in the step of now."""
        if self.is_attached and self.step is not None:
            self.step.say(text, bad=bad)

    async def go_on(self, payment: Payment) -> None:
        """Show where a payment is."""
        self.payment = payment
        if payment.state not in ENDED:
            step = await self.step_of(payment)
            if step is not None:
                await self.show_step(step)
            return
        notes = await self.notes(payment) if payment.state == "done" else []
        await self.show_step(OutcomeStep(payment, notes, self.again_text(payment)))

    async def look_up(self) -> None:
        """Ask how far the payment got, and show it."""
        assert self.payment is not None
        try:
            payment = await self.app.cabinet.payments.payment(self.account, self.payment.id)
        except CabinetError as error:
            await self.show_step(DoubtStep(error))
        else:
            await self.go_on(payment)

    async def seconds_left(self, payment: Payment) -> float:
        """How long a payment waits, by the operator's clock."""
        if payment.expires_at is None:
            return 0.0
        return (payment.expires_at - await self.operator_now()).total_seconds()

    async def operator_now(self) -> datetime:
        """The operator's time; this machine's where it cannot be asked for."""
        try:
            return (await self.app.cabinet.account.overview(self.account)).as_of
        except CabinetError:
            return datetime.now(UTC)

    # ------------------------------------------------------------------ commands

    def keyed(self, content: object) -> Cabinet:
        """The cabinet with the key of a form's content: the same content, the same key."""
        if content != self._content:
            self._content, self._key = content, str(uuid4())
        return self.app.cabinet.keyed(self._key)

    def answered(self, error: CabinetError | None = None) -> None:
        """The operator gave a definite answer: the same content again is a new command."""
        if not isinstance(error, Unavailable):
            self._content = None

    async def failed(self, error: CabinetError) -> None:
        """Show what went wrong with a step of a payment that has begun."""
        if isinstance(error, NotSignedIn):
            self.app.explain(error)
        elif isinstance(error, PaymentDeclined | PaymentOver):
            await self.look_up()
        elif isinstance(error, Unavailable):
            await self.show_step(DoubtStep(error))
        elif isinstance(error, WrongCode):  # A payment has one code: there is none to ask for.
            self.say(f"Код не подошёл. Осталось попыток: {error.details['left']}.")
        else:
            self.say(str(error))

    def refused(self, error: CabinetError) -> None:
        """Show in the form why a payment did not begin."""
        self.answered(error)
        if isinstance(error, NotSignedIn):
            self.app.explain(error)
        else:
            self.say(f"{error} {LATER}" if isinstance(error, NotSentYet) else str(error))

    @on(CodeStep.Given)
    @work(group="step")
    @once("step")
    async def _confirm(self, given: CodeStep.Given) -> None:
        assert self.payment is not None
        self.app.clear_notifications()  # The toast with the code lies over what comes.
        self.say("Проверяем код…", bad=False)
        try:
            payment = await self.app.cabinet.payments.confirm(
                self.account, self.payment.id, PaymentCode(code=given.code)
            )
        except CabinetError as error:
            await self.failed(error)
        else:
            await self.go_on(payment)

    @on(DoubtStep.GoOn)
    @work(group="step")
    @once("step")
    async def _go_on(self) -> None:
        await self.look_up()

    @on(OutcomeStep.Again)
    @work(group="step")
    @once("step")
    async def _again(self) -> None:
        await self.begin_again()

    @on(OutcomeStep.Receipt)
    def _receipt(self) -> None:
        from .receipt import ReceiptScreen

        if self.payment is not None and self.payment.operation is not None:
            self.app.push_screen(ReceiptScreen(self.account, self.payment.operation))

    @on(Button.Pressed, "#finish")
    @on(Button.Pressed, "#cancel-payment")
    def action_close(self) -> None:
        """Close; a payment that waits for a card or a code is given up."""
        if self.payment is None or self.payment.state in ENDED or self.query(DoubtStep):
            self.dismiss(self.payment is not None and self.payment.state == "done")
        else:
            self._give_up()

    @work(group="give-up")
    @once("give-up")
    async def _give_up(self) -> None:
        assert self.payment is not None
        try:
            await self.app.cabinet.payments.cancel(self.account, self.payment.id)
        except PaymentOver:
            await self.look_up()
            return
        except NotSignedIn as error:
            self.app.explain(error)
            return
        except CabinetError as error:
            self.app.say(
                f"Отменить платёж не получилось. {error} Без кода деньги не спишутся, и он "
                "закончится сам.",
                severity="warning",
            )
        else:
            self.app.say("Платёж отменён, деньги не списаны.")
        if self.app.screen is self:
            self.dismiss(result=False)

    def on_happened(self, happened: Happened) -> None:
        """The phone shows what came; a payment in doubt is looked up once there is a way."""
        event = happened.event
        for handset in self.query("Handset"):
            handset.post_message(Happened(event))
        if event.kind == "connection" and self.app.offline_since is None and self.query(DoubtStep):
            self._go_on()


class OrderedScreen(PayingScreen):
    """A payment from the account: form, preview, code."""

    async def rehearse(self) -> Preview[Payment]:
        """What the payment would change; raises what the command itself would."""
        raise NotImplementedError

    async def begin(self) -> Payment:
        """Begin the payment: the code is sent."""
        raise NotImplementedError

    @work(group="step")
    @once("step")
    async def show_preview(self) -> None:
        """Show what would change; why it is not possible stands in the form."""
        try:
            preview = await self.rehearse()
        except CabinetError as error:
            self.refused(error)
        else:
            await self.show_step(PreviewStep(preview))

    @on(PreviewStep.Change)
    @work(group="step")
    @once("step")
    async def _change(self) -> None:
        await self.begin_again()

    @on(PreviewStep.Agreed)
    @work(group="step")
    @once("step")
    async def _agreed(self) -> None:
        self.say("Просим код…", bad=False)
        try:
            payment = await self.begin()
        except CabinetError as error:
            self.refused(error)
            return
        self.answered()
        await self.go_on(payment)
