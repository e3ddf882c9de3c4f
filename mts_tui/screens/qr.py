"""A QR code on the whole screen: of a payment by СБП, or of a receipt."""

from contextlib import suppress
from typing import ClassVar, Generic, TypeVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Horizontal, Vertical
from textual.geometry import Size
from textual.widgets import Static

from mts_tui import formatting
from mts_tui.actions import bindings
from mts_tui.app import Happened
from mts_tui.backend.contract.errors import CabinetError, NotSignedIn, PaymentOver
from mts_tui.backend.contract.payments import Payment
from mts_tui.backend.contract.receipts import Receipt
from mts_tui.widgets.alive import alive
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.once import once
from mts_tui.widgets.qr import Qr, size_of
from mts_tui.widgets.text import Part, TextBlock

from .base import AppScreen

T = TypeVar("T")

LOOK_SECONDS = 5
"""How often the payment is looked at besides every event of its account."""
BILL_HEAD = "ST00012|"
SHORT_HEAD = "ST00011|"


def bill_codes(bill: str) -> list[str | bytes]:
    """The forms of a bill (ГОСТ Р 56042-2014), the preferred first: UTF-8, then CP1251.

    A Russian letter takes one byte in CP1251 and two in UTF-8, so that the code gets smaller.
    """
    forms: list[str | bytes] = [bill]
    if bill.startswith(BILL_HEAD):
        with suppress(UnicodeEncodeError):
            forms.append((SHORT_HEAD + bill.removeprefix(BILL_HEAD)).encode("cp1251"))
    return forms


class CodeScreen(AppScreen[T], Generic[T]):
    """A code on the left, what it is on the right."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings("code"))

    @property
    def action_places(self) -> tuple[str, ...]:
        """See `AppScreen`."""
        return ("code",)

    def compose(self) -> ComposeResult:
        """Code, words, keys."""
        with Horizontal(id="qr-body"):
            yield Container(id="qr-code")
            with Vertical(id="qr-text"):
                yield Static("", id="qr-title", classes="title", markup=False)
                yield TextBlock(id="qr-words")
        yield KeyBar()

    def title_text(self) -> str:
        """What the code is."""
        raise NotImplementedError

    def forms(self) -> list[str | bytes]:
        """Contents of the code, the preferred first: the first that fits is shown."""
        raise NotImplementedError

    def words(self) -> list[Part]:
        """What stands beside the code."""
        raise NotImplementedError

    def smaller(self) -> str:
        """Where else to look while there is no room for the code; empty for nowhere."""
        return ""

    def on_resize(self) -> None:
        """Another size may have room for another code."""
        self.call_after_refresh(self.show_code)

    @work(group="code", exclusive=True)
    async def show_code(self) -> None:
        """Show the first form of the code that fits, or say how much room it needs."""
        forms = self.forms()
        sizes = [size_of(form) for form in forms]
        room = self.size.height - 1  # The keys.
        fitting = [
            form
            for form, size in zip(forms, sizes, strict=True)
            if size.height <= room and size.width <= self.size.width
        ]
        host = self.query_one("#qr-code")
        with self.app.batch_update():
            await host.remove_children()
            if fitting:
                await host.mount(Qr(fitting[0]))
            else:
                least = min(sizes, key=lambda size: size.height)
                await host.mount(Static(self._no_room(least), markup=False))
        self.query_one("#qr-title", Static).update(self.title_text())
        self.show_words()

    def _no_room(self, least: Size) -> str:
        return (
            f"Код здесь не помещается: ему нужно окно {least.width}×{least.height + 1}, а это "
            f"{self.size.width}×{self.size.height}.\n\nУвеличьте окно или уменьшите шрифт, и код "
            f"появится сам.\n\n{self.smaller()}"
        )

    def show_words(self) -> None:
        """Show the words of now."""
        if alive(self):
            self.query_one("#qr-words", TextBlock).show(*self.words())

    def on_happened(self, happened: Happened) -> None:
        """The phone shows what came."""
        for handset in self.query("Handset"):
            handset.post_message(Happened(happened.event))

    def action_close(self) -> None:
        """Close."""
        self.dismiss(None)


class QrScreen(CodeScreen[Payment]):
    """Waits for the bank. Answers the payment at its end, or None where it is left waiting.

    Args:
        account: Whose payment it is.
        payment: It waits for the bank's application.
    """

    BINDINGS: ClassVar[list[BindingType]] = list(bindings("qr"))

    def __init__(self, account: str, payment: Payment) -> None:
        super().__init__()
        self._account = account
        self._payment = payment
        self._until: float | None = None
        self._bill_shown = False

    @property
    def action_places(self) -> tuple[str, ...]:
        """See `AppScreen`."""
        return ("code", "qr")

    def on_mount(self) -> None:
        """Count down; look at the payment now and then."""
        self.set_interval(1, self.show_words)
        self.set_interval(LOOK_SECONDS, self._look)
        self._count_down()

    @work(group="countdown")
    async def _count_down(self) -> None:
        if self._payment.expires_at is None:
            return
        try:
            now = (await self.app.cabinet.account.overview(self._account)).as_of
        except CabinetError:
            return  # The code is good all the same.
        left = (self._payment.expires_at - now).total_seconds()
        self._until = self.app.monotonic() + left
        self.show_words()

    # ------------------------------------------------------------------ showing

    def title_text(self) -> str:
        """See `CodeScreen`."""
        return "Счёт для банков" if self._bill_shown else "Оплата через СБП"

    def forms(self) -> list[str | bytes]:
        """See `CodeScreen`."""
        return bill_codes(self._payment.bill) if self._bill_shown else [self._payment.link]

    def smaller(self) -> str:
        """See `CodeScreen`."""
        return "Код СБП меньше, он на той же клавише." if self._bill_shown else ""

    def words(self) -> list[Part]:
        """See `CodeScreen`."""
        payment = self._payment
        total, fee = payment.total, payment.commission
        parts: list[Part] = [(formatting.money(total.amount_minor, total.currency), "strong"), "\n"]
        if fee:
            text = formatting.money(fee.amount_minor, fee.currency)
            parts.append((f"вместе с комиссией {text}\n", "muted"))
        parts += [f"{formatting.clean(payment.title, 60)}\n\n"]
        if self._bill_shown:
            parts.append("Счёт по ГОСТ Р 56042: в приложении банка «Оплатить по QR».\n\n")
        else:
            parts.append("Наведите камеру телефона или откройте ссылку в приложении банка.\n\n")
        parts += [("Ждём банк…", "warn")]
        if self._until is not None:
            left = max(0.0, self._until - self.app.monotonic())
            parts.append((f" ещё {formatting.countdown(left)}", "muted"))
        if not self._bill_shown:
            parts.append((f"\n\n{formatting.clean(payment.link)}", "muted"))
        return parts

    # ------------------------------------------------------------------ what happens

    def on_happened(self, happened: Happened) -> None:
        """The bank may have answered."""
        super().on_happened(happened)
        if happened.event.kind in {"account", "connection"}:
            self._look()

    @work(group="look")
    @once("look")
    async def _look(self) -> None:
        try:
            payment = await self.app.cabinet.payments.payment(self._account, self._payment.id)
        except NotSignedIn as error:
            self.app.explain(error)
        except CabinetError:
            return  # The next look is near.
        else:
            self._came(payment)

    def _came(self, payment: Payment) -> None:
        self._payment = payment
        if payment.state != "waiting" and self.app.screen is self:
            self.dismiss(payment)

    # ------------------------------------------------------------------ actions

    def action_copy_link(self) -> None:
        """Copy the link of СБП."""
        self.app.copy(self._payment.link)

    def action_switch_code(self) -> None:
        """Show the bill for banks in place of the link, or back."""
        self._bill_shown = not self._bill_shown and bool(self._payment.bill)
        self.show_code()

    @work(group="cancel")
    @once("cancel")
    async def action_cancel_payment(self) -> None:
        """Give the payment up."""
        try:
            payment = await self.app.cabinet.payments.cancel(self._account, self._payment.id)
        except PaymentOver:
            self._look()
        except CabinetError as error:
            self.app.explain(error)
        else:
            self._came(payment)

    def action_close(self) -> None:
        """Leave; the payment goes on waiting."""
        self.app.say(
            "Платёж ещё ждёт банк. Вернуться к коду можно из списка «Квитанции и платежи»."
        )
        self.dismiss(None)


class ReceiptQrScreen(CodeScreen[None]):
    """The code of a receipt.

    Args:
        receipt: The receipt.
    """

    def __init__(self, receipt: Receipt) -> None:
        super().__init__()
        self._receipt = receipt

    def title_text(self) -> str:
        """See `CodeScreen`."""
        return f"Код чека {formatting.clean(self._receipt.number, 40)}"

    def forms(self) -> list[str | bytes]:
        """See `CodeScreen`."""
        return [self._receipt.qr]

    def words(self) -> list[Part]:
        """See `CodeScreen`."""
        return [
            (f"{formatting.clean(self._receipt.mark, 60)}\n\n", "bad"),
            (formatting.clean(self._receipt.qr), "muted"),
        ]
