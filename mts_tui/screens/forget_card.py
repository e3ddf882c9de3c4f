"""«Удалить карту»: a kept card is forgotten, once that is meant."""

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Button, Static

from mts_tui import formatting
from mts_tui.backend.contract.errors import CabinetError, NotFound
from mts_tui.backend.contract.payments import Card
from mts_tui.widgets.alive import alive
from mts_tui.widgets.attempt import Attempt
from mts_tui.widgets.dialog import Dialog
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.once import once


class ForgetCardDialog(Dialog[bool]):
    """Ask, forget, answer True; the operator's refusal stands in the dialog.

    Args:
        account: Whose card.
        card: Which.
    """

    def __init__(self, account: str, card: Card) -> None:
        super().__init__()
        self._account = account
        self._card = card
        self._attempt = Attempt()

    def compose(self) -> ComposeResult:
        """A question and two buttons."""
        label = formatting.clean(self._card.label, 40)
        with VerticalScroll(id="dialog", can_focus=False):
            yield Static("Удалить карту?", classes="title", markup=False)
            yield Static(
                f"{label}, до {self._card.expires}. Чтобы платить ею снова, придётся ввести её "
                "заново.",
                classes="hint",
                markup=False,
            )
            yield Static("", id="forget-message", classes="error", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Удалить", variant="primary", id="forget-card")
                yield Button("Отмена", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """A careless Enter changes nothing."""
        self.query_one("#leave").focus()

    @on(Button.Pressed, "#forget-card")
    @work(group="forget-card")
    @once("forget-card")
    async def forget(self) -> None:
        """Forget it."""
        cabinet = self.app.cabinet.keyed(self._attempt.key(self._card.id))
        try:
            await cabinet.payments.forget_card(self._account, self._card.id)
        except NotFound:
            pass  # It was forgotten elsewhere: that is what was wanted.
        except CabinetError as error:
            if alive(self):
                self.query_one("#forget-message", Static).update(str(error))
            return
        self.app.say("Карта удалена.")
        if alive(self):
            self.dismiss(result=True)
