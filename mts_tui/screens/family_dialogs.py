"""«Попросить согласие»: whose number, and what to call the child."""

from collections.abc import Sequence

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Button, Input, Static

from mts_tui import phones
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.family import Child, ChildOrder
from mts_tui.backend.contract.numbers import Number
from mts_tui.widgets.alive import alive
from mts_tui.widgets.attempt import Attempt
from mts_tui.widgets.dialog import ChangingDialog
from mts_tui.widgets.field import Field
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.number_field import NumberField
from mts_tui.widgets.once import once
from mts_tui.widgets.proved import proved

from .family_words import LONGEST

HINT = (
    "На номер придёт SMS с текстом согласия. Ребёнок отвечает ДА или НЕТ на 3322 и может отозвать "
    "согласие в любой момент. Имя увидите только вы."
)
PROOF = "Спросить, где человек, можно только вам самим. Введите пароль или получите код в SMS."


class AskChildDialog(ChangingDialog):
    """Asks a number for consent; answers True where it was asked.

    Args:
        account: Who asks.
        numbers: The numbers of the cabinet.
    """

    action_places = ("number_field",)

    def __init__(self, account: str, numbers: Sequence[Number]) -> None:
        super().__init__()
        self._account = account
        self._numbers = [one for one in numbers if one.account != account]
        self._attempt = Attempt()

    def compose(self) -> ComposeResult:
        """Number, name, two buttons."""
        with VerticalScroll(id="dialog", can_focus=False):
            yield Static("Попросить согласие", classes="title", markup=False)
            yield Static(HINT, classes="hint", markup=False)
            yield NumberField("", self._numbers, id="child-phone")
            yield Field("Как называть", longest=LONGEST, id="child-name")
            yield Static("", id="ask-message", classes="error", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Спросить", variant="primary", id="ask")
                yield Button("Отмена", id="leave")
        yield KeyBar()

    @on(Input.Submitted, "#child-phone")
    def _next(self) -> None:
        self.query_one("#child-name").focus()

    @on(Input.Submitted, "#child-name")
    @on(Button.Pressed, "#ask")
    @work(group="save")
    @once("ask")
    async def ask(self) -> None:
        """Put the question."""
        try:
            phone = self.query_one(NumberField).number
        except phones.PhoneError as error:
            self._refuse(str(error), "#child-phone")
            return
        name = self.query_one("#child-name", Input).value.strip()
        if not name:
            self._refuse("Напишите, как называть ребёнка.", "#child-name")
            return
        order = ChildOrder(phone=phone, name=name)
        family = self.app.cabinet.keyed(self._attempt.key(order)).family

        async def put() -> Child:
            return await family.ask(self._account, order)

        try:
            child = await proved(self.app, PROOF, put)
        except CabinetError as error:
            self._refuse(str(error), "#child-phone")
            return
        if child is not None and alive(self):
            self.app.say(
                "Вопрос отправлен. Как только номер ответит ДА, здесь будет видно, где он."
            )
            self.dismiss(result=True)

    def _refuse(self, text: str, field: str) -> None:
        if alive(self):
            self.query_one("#ask-message", Static).update(text)
            self.query_one(field).focus()
