"""A receipt: on screen as on paper, as a file, by e-mail, as a QR code."""

from collections.abc import Awaitable
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content

from mts_tui import formatting
from mts_tui.actions import bindings
from mts_tui.app import Happened
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.receipts import Mail, MailOrder, Receipt
from mts_tui.widgets.alive import alive
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.once import once
from mts_tui.widgets.text import Part, TextBlock

from .base import AppScreen
from .mail import MailDialog, told_of

LOOK_SECONDS = 2


class Paper(TextBlock):
    """The receipt, as wide as it is shown."""

    receipt: Receipt | None = None

    def put(self, receipt: Receipt) -> None:
        """Show a receipt."""
        self.receipt = receipt
        self.refresh(layout=True)

    def render(self) -> Content:
        """Texts at the left, sums at the right edge."""
        if self.receipt is None:
            return self._content
        from mts_tui.documents.receipt import lines

        width = max(20, self.size.width)
        parts: list[Part] = []
        for line in lines(self.receipt):
            match line.kind:
                case "mark":
                    parts += [(line.text.center(width), "brand"), "\n\n"]
                case "title":
                    parts += [(line.text.center(width), "strong"), "\n"]
                case "rule":
                    parts += [("─" * width, "track"), "\n"]
                case _:
                    look = {"total": "strong", "small": "muted"}.get(line.kind, "")
                    for text in _laid(line.text, line.right, width):
                        parts += [(text, look) if look else text, "\n"]
        return self.assemble(*parts[:-1])


def _laid(text: str, right: str, width: int) -> list[str]:
    """A text in lines of a width, with another at the right edge of the last."""
    from textwrap import wrap

    lines = wrap(text, width - (len(right) + 1 if right else 0)) or [""]
    return [*lines[:-1], lines[-1] + " " * (width - len(lines[-1]) - len(right)) + right]


class ReceiptScreen(AppScreen[None]):
    """A receipt.

    Args:
        account: Whose.
        operation: The operation it is of.
    """

    BINDINGS: ClassVar[list[BindingType]] = list(bindings("receipt"))

    def __init__(self, account: str, operation: str) -> None:
        super().__init__()
        self._account = account
        self._operation = operation
        self._receipt: Receipt | None = None
        self._mail: Mail | None = None

    @property
    def action_places(self) -> tuple[str, ...]:
        """See `AppScreen`."""
        return ("receipt",)

    def compose(self) -> ComposeResult:
        """The paper, and what became of the letter."""
        with VerticalScroll(id="receipt-paper"):
            yield Paper("Загружаем квитанцию…", id="paper")
            yield TextBlock(id="receipt-state")
        yield KeyBar()

    def on_mount(self) -> None:
        """Ask for the receipt."""
        self.query_one("#receipt-paper").focus()
        self.load()
        self.set_interval(LOOK_SECONDS, self._look)

    @work(exclusive=True, group="receipt")
    async def load(self) -> None:
        """Ask for the receipt and show it."""
        try:
            receipt = await self.app.cabinet.receipts.receipt(self._account, self._operation)
        except CabinetError as error:
            self.app.explain(error)
            self.dismiss(None)
            return
        if alive(self):
            self._receipt = receipt
            self.query_one(Paper).put(receipt)

    # ------------------------------------------------------------------ file, code, text

    def action_save(self, kind: str) -> None:
        """Save it as a file."""
        receipt = self._receipt
        if receipt is None:
            return
        from mts_tui.documents.receipt import file_name

        from .save import SaveDialog

        def make() -> bytes:
            if kind == "pdf":
                from mts_tui.documents.receipt_pdf import receipt_pdf

                return receipt_pdf(receipt)
            from mts_tui.documents.receipt_html import receipt_html

            return receipt_html(receipt)

        title = f"Сохранить квитанцию: {kind.upper()}"
        self.app.push_screen(SaveDialog(title, file_name(receipt, kind), make), self._saved)

    def _saved(self, path: Path | None) -> None:
        """Let the place be seen as long as the receipt is."""
        if path is not None:
            self._tell(("✓ Сохранено: ", "good"), formatting.clean(str(path)))

    def action_code(self) -> None:
        """Show the QR code."""
        from .qr import ReceiptQrScreen

        if self._receipt is not None and self._receipt.qr:
            self.app.push_screen(ReceiptQrScreen(self._receipt))

    def action_copy(self) -> None:
        """Copy the text."""
        if self._receipt is not None:
            from mts_tui.documents.receipt import plain

            self.app.copy(plain(self._receipt))

    # ------------------------------------------------------------------ e-mail

    def action_mail(self) -> None:
        """Ask for an address."""
        if self._receipt is not None:

            def send(order: MailOrder, key: str) -> Awaitable[Mail]:
                receipts = self.app.cabinet.keyed(key).receipts
                return receipts.send(self._account, self._operation, order)

            self.app.push_screen(MailDialog("Послать квитанцию по почте", send), self._show_mail)

    def _show_mail(self, mail: Mail | None) -> None:
        if mail is None or not alive(self):
            return
        self._mail = mail
        self._tell(told_of(mail))

    def _tell(self, *parts: Part) -> None:
        """Say under the receipt what became of its copy, and let it be seen."""
        state = self.query_one("#receipt-state", TextBlock)
        state.show(*parts)
        self.call_after_refresh(state.scroll_visible, animate=False)

    @work(group="mail")
    @once("mail")
    async def _look(self) -> None:
        """Whether the letter has gone."""
        if self._mail is None or self._mail.state != "queued":
            return
        try:
            mail = await self.app.cabinet.receipts.mail(self._account, self._mail.id)
        except CabinetError:
            return  # The next look is near.
        self._show_mail(mail)

    def on_happened(self, happened: Happened) -> None:
        """The letter may have gone."""
        for handset in self.query("Handset"):
            handset.post_message(Happened(happened.event))
        if happened.event.account == self._account:
            self._look()

    def action_close(self) -> None:
        """Close."""
        self.dismiss(None)
