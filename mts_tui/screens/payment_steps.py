"""The steps that every kind of payment shares: the code, the preview, the doubt, the outcome."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Button, Digits, Input, Static

from mts_tui import formatting, phones
from mts_tui.amounts import sum_of
from mts_tui.app import MtsApp
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.model import Money
from mts_tui.backend.contract.payments import Payment
from mts_tui.backend.contract.preview import Preview
from mts_tui.widgets.alive import alive
from mts_tui.widgets.amount_field import AmountField
from mts_tui.widgets.field import Field, code_of
from mts_tui.widgets.number_field import NumberField
from mts_tui.widgets.preview import PreviewBlock
from mts_tui.widgets.text import Part, TextBlock

ENDED = frozenset({"done", "declined", "cancelled", "expired"})
DONE = {"top_up": "Зачислено", "transfer": "Переведено", "purchase": "Оплачено"}
LATER = "Продолжить можно и позже: «Оплата», «Квитанции и платежи»."


def receiver(payment: Payment) -> str:
    """Who gets a payment: a number with its name, or a provider with the account there."""
    to = phones.display(formatting.clean(payment.to, 40))
    title = formatting.clean(payment.title, 60)
    return f"{title}, {to}" if title and title != to else to


class Step(Vertical):
    """A step of a payment: a form with a place for a sentence."""

    app: MtsApp

    def message(self) -> Static:
        """Where a sentence goes; a part of what `compose` yields."""
        return Static("", classes="message", markup=False)

    def say(self, text: str, *, bad: bool = True) -> None:
        """Show a sentence in the form."""
        if alive(self):
            place = self.query_one(".message", Static)
            place.set_class(bad, "error")
            place.set_class(not bad, "hint")
            place.update(text)
            place.scroll_visible(animate=False)

    @on(Input.Changed)
    def _mended(self, changed: Input.Changed) -> None:
        """What was wrong is being mended; a field that was emptied for another try is not that."""
        place = self.query_one(".message", Static)
        if changed.value and place.has_class("error"):
            self.say("")

    def typed_number(self) -> str | None:
        """The number of the form, E.164; None where there is none, which is said."""
        field = self.query_one(NumberField)
        try:
            return field.number
        except phones.PhoneError as error:
            self.say(str(error))
            field.focus()
            return None

    def typed_amount(self) -> Money | None:
        """The sum of the form; None where there is none, which is said."""
        field = self.query_one("#amount", AmountField)
        if field.amount is None:
            self.say(field.problem)
            field.focus()
            return None
        return Money(amount_minor=field.amount, currency=field.currency)

    def take_focus(self) -> None:
        """Put the focus where a person would begin."""
        for widget in self.query("Input, Choice, Button").results():
            if widget.focusable:
                widget.focus()
                return


class CodeStep(Step):
    """3-D Secure, or the operator's own code: six digits from an SMS.

    Args:
        payment: What is paid.
        seconds: How long the code is good.
    """

    class Given(Message):
        """A code was typed."""

        def __init__(self, code: str) -> None:
            super().__init__()
            self.code = code

    def __init__(self, payment: Payment, seconds: float) -> None:
        super().__init__()
        self._payment = payment
        self._until = self.app.monotonic() + seconds

    def compose(self) -> ComposeResult:
        """What is paid, the code, the countdown."""
        yield TextBlock(id="paid")
        yield Field("Код из SMS", id="payment-code", longest=20)
        yield Static("", id="code-left", classes="hint", markup=False)
        yield self.message()
        with Horizontal(classes="buttons"):
            yield Button("Подтвердить", variant="primary", id="confirm")
            yield Button("Отменить платёж", id="cancel-payment")

    def on_mount(self) -> None:
        """Say what is paid; count down."""
        self.query_one("#paid", TextBlock).show(*paid_parts(self._payment))
        self._tick()
        self.set_interval(1, self._tick)

    def _tick(self) -> None:
        left = self._until - self.app.monotonic()
        text = (
            f"Код действует ещё {formatting.countdown(left)}. Новый не присылают: "
            "отмените платёж и начните заново."
        )
        if left <= 0:
            text = "Время кода вышло, деньги не списаны. Отмените платёж и начните заново."
        self.query_one("#code-left", Static).update(text)

    @on(Button.Pressed, "#confirm")
    @on(Input.Submitted, "#payment-code")
    def _confirm(self) -> None:
        field = self.query_one("#payment-code", Input)
        code, field.value = code_of(field.value), ""
        field.focus()
        if code is None:
            self.say("В коде шесть цифр. Он пришёл в SMS.")
        else:
            self.post_message(self.Given(code))


class PreviewStep(Step):
    """What will change, before the code is asked for.

    Args:
        preview: What the operator rehearsed.
    """

    class Agreed(Message):
        """Go on."""

    class Change(Message):
        """Back to the form."""

    def __init__(self, preview: Preview[Payment]) -> None:
        super().__init__()
        self._preview = preview

    def compose(self) -> ComposeResult:
        """What is going to be done, and what it changes."""
        yield TextBlock(id="paid")
        yield Static("Что изменится", classes="title", markup=False)
        yield PreviewBlock(id="preview")
        yield Static(
            "Деньги уйдут после кода: он придёт в SMS и действует пять минут.",
            classes="hint",
            markup=False,
        )
        yield self.message()
        with Horizontal(classes="buttons"):
            yield Button("Получить код", variant="primary", id="agree")
            yield Button("Изменить", id="change")

    def on_mount(self) -> None:
        """Show the changes."""
        self.query_one("#paid", TextBlock).show(*paid_parts(self._preview.answer))
        self.query_one(PreviewBlock).show_preview(self._preview)

    @on(Button.Pressed, "#agree")
    def _agreed(self) -> None:
        self.post_message(self.Agreed())

    @on(Button.Pressed, "#change")
    def _changed(self) -> None:
        self.post_message(self.Change())


class DoubtStep(Step):
    """The answer was lost: nobody knows yet how far the payment got."""

    class GoOn(Message):
        """Ask how far the payment got."""

    def __init__(self, error: CabinetError) -> None:
        super().__init__()
        self._error = error

    def compose(self) -> ComposeResult:
        """What happened and what to do."""
        yield Static(
            "Ответ не пришёл, и пока неизвестно, дошёл ли запрос. Второй раз деньги не спишутся: "
            f"сначала спросим, что с платежом. {LATER}",
            markup=False,
        )
        yield self.message()
        with Horizontal(classes="buttons"):
            yield Button("Продолжить", variant="primary", id="go-on")

    def on_mount(self) -> None:
        """Say what went wrong."""
        self.say(str(self._error))

    @on(Button.Pressed, "#go-on")
    def _go_on(self) -> None:
        self.post_message(self.GoOn())


class OutcomeStep(Step):
    """The end of a payment, good or bad.

    Args:
        payment: What has ended.
        notes: Further lines: the new balance, a compensation.
        again: What the button for another try says; empty for none.
    """

    class Again(Message):
        """Another try."""

    class Receipt(Message):
        """The receipt, please."""

    def __init__(self, payment: Payment, notes: list[str], again: str) -> None:
        super().__init__()
        self._payment = payment
        self._notes = notes
        self._again = again

    def compose(self) -> ComposeResult:
        """The sum in big figures, or the reason; what can be done next."""
        payment = self._payment
        if payment.state == "done":
            amount = sum_of(payment.amount)
            yield Static(DONE[payment.kind], classes="good", markup=False)
            yield Digits(amount.replace(formatting.NBSP, " "), id="outcome-sum")
        yield TextBlock(id="outcome")
        yield self.message()
        with Horizontal(classes="buttons"):
            if payment.state != "done" and self._again:
                yield Button(self._again, variant="primary", id="again")
            yield Button("Готово" if payment.state == "done" else "Закрыть", id="finish",
                         variant="primary" if payment.state == "done" else "default")  # fmt: skip
            if payment.operation is not None:
                yield Button("Квитанция", id="receipt")

    def on_mount(self) -> None:
        """Say how it ended."""
        payment = self._payment
        parts: list[Part] = []
        if payment.state == "done":
            parts = [receiver(payment), "\n"]
            if payment.commission:
                parts.append((f"Списано {sum_of(payment.total)}", "muted"))
                parts.append((f", комиссия {sum_of(payment.commission)}\n", "muted"))
            for note in self._notes:
                parts += [note, "\n"]
        else:
            parts = [(f"{receiver(payment)}, {sum_of(payment.amount)}\n", "muted")]
            parts += [(_ended(payment), "bad"), "\n"]
        self.query_one("#outcome", TextBlock).show(*parts[:-1])

    @on(Button.Pressed, "#again")
    def _begin_again(self) -> None:
        self.post_message(self.Again())

    @on(Button.Pressed, "#receipt")
    def _show_receipt(self) -> None:
        self.post_message(self.Receipt())


def paid_parts(payment: Payment) -> list[Part]:
    """What is paid, for whom, by which means: a line or two."""
    parts: list[Part] = [receiver(payment), ": ", (sum_of(payment.amount), "strong"), "\n"]
    will = "Спишется "
    if payment.commission:
        will = f"Комиссия {sum_of(payment.commission)}, спишется "
    parts += [(will, "muted"), (sum_of(payment.total), "strong")]
    if payment.means:
        parts.append((f" · {formatting.clean(payment.means, 40)}", "muted"))
    return parts


def _ended(payment: Payment) -> str:
    if payment.reason:
        return formatting.clean(payment.reason)
    if payment.state == "cancelled":
        return "Платёж отменён, деньги не списаны."
    return "Время платежа вышло, деньги не списаны."
