"""«Что услышит звонящий»: a number and a moment are tried against the rules."""

from datetime import datetime

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Input, Static

from mts_tui import formatting, phones
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.ringback import Heard
from mts_tui.widgets.alive import alive
from mts_tui.widgets.dialog import Dialog
from mts_tui.widgets.field import Field
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.once import once
from mts_tui.widgets.phone_field import PhoneField
from mts_tui.widgets.text import Part, TextBlock

FORMAT, YEAR_FIRST = "%d.%m.%Y %H:%M", "%Y-%m-%d %H:%M"
"""Both are read, whichever is set."""
WRONG = "Так время не пишут: нужно число.месяц.год часы:минуты, например {example}."
LONGEST = 60


class HeardDialog(Dialog[None]):
    """Who calls, when, and what they hear.

    Args:
        account: Who is called.
        now: The operator's time in the account's zone.
    """

    def __init__(self, account: str, now: datetime) -> None:
        super().__init__()
        self._account = account
        self._now = now

    def compose(self) -> ComposeResult:
        """Two fields, the answer, two buttons."""
        with Vertical(id="dialog"):
            yield Static("Что услышит звонящий", classes="title", markup=False)
            yield PhoneField(id="heard-phone")
            now = f"{formatting.date_numeric(self._now)} {formatting.clock(self._now)}"
            yield Field("Когда", now, longest=20, id="heard-at")
            yield TextBlock(id="heard-answer")
            yield Static("", id="heard-message", classes="error", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Узнать", variant="primary", id="ask")
                yield Button("Закрыть", id="leave")
        yield KeyBar()

    @on(Button.Pressed, "#ask")
    @on(Input.Submitted)
    @work
    @once("ask")
    async def ask(self) -> None:
        """Ask the operator."""
        typed = self.query_one("#heard-at", Input).value.strip()
        try:
            phone = self.query_one(PhoneField).number
            form = YEAR_FIRST if typed[4:5] == "-" else FORMAT
            at = datetime.strptime(typed, form).replace(tzinfo=self._now.tzinfo)
        except phones.PhoneError as error:
            self._say(str(error))
            return
        except ValueError:
            self._say(WRONG.format(example=f"{self._now:{FORMAT}}"))
            return
        try:
            heard = await self.app.cabinet.ringback.heard(self._account, phone, at)
        except CabinetError as error:
            self._say(str(error))
            return
        if alive(self):
            self._say("")
            self.query_one("#heard-answer", TextBlock).show(*_told(heard))

    def _say(self, text: str) -> None:
        if alive(self):
            self.query_one("#heard-message", Static).update(text)
            if text:
                self.query_one("#heard-answer", TextBlock).show()


def _told(heard: Heard) -> list[Part]:
    if not heard.melodies:
        return [("Обычные гудки", "strong"), f"\n{formatting.clean(heard.explanation)}"]
    titles = [f"«{formatting.clean(one.title, LONGEST)}»" for one in heard.melodies]
    return [
        ("♪ ", "good"), (" или ".join(titles), "strong"),
        f"\n{formatting.clean(heard.explanation)}",
    ]  # fmt: skip
