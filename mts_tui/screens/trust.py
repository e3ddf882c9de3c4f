"""«На полном доверии» and «Обещанный платёж»: conditions, what would change, one key to agree."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Button, Static

from mts_tui import formatting
from mts_tui.amounts import sum_of
from mts_tui.backend.contract import Cabinet
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.trust import (
    Condition,
    PromiseOffer,
    PromiseOrder,
    PromiseTerms,
    TrustTerms,
)
from mts_tui.widgets.alive import alive
from mts_tui.widgets.attempt import Attempt
from mts_tui.widgets.choice import Choice
from mts_tui.widgets.dialog import Dialog
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.keys import can_undo
from mts_tui.widgets.once import once
from mts_tui.widgets.preview import PreviewBlock
from mts_tui.widgets.relabel import relabel
from mts_tui.widgets.text import Paragraph, Part

WAITING = "Узнаём условия…"


class Conditions(Paragraph):
    """Conditions, each with what was found."""

    def show_all(self, conditions: Sequence[Condition]) -> None:
        """Show them, a line or a few for each."""
        parts: list[Part] = []
        for one in conditions:
            mark, look = ("✓", "good") if one.met else ("✗", "bad")
            parts += [(f"{mark} ", look), (formatting.clean(one.title), "strong"), "  "]
            parts += [(formatting.clean(one.explanation), "muted" if one.met else ""), "\n"]
        self.show(*parts[:-1])


class TermsDialog(Dialog[bool]):
    """What both dialogs share: terms, conditions, a preview, a button, a place for a sentence.

    Args:
        account: Whose.
    """

    heading = ""

    def __init__(self, account: str) -> None:
        super().__init__()
        self.account = account
        self._attempt = Attempt()

    def compose(self) -> ComposeResult:
        """The answer first, then why, then the buttons."""
        with VerticalScroll(id="dialog", classes="wide-dialog", can_focus=False):
            yield Static(self.heading, classes="title", markup=False)
            yield Paragraph(WAITING, id="terms-state")
            yield from self.middle()
            yield Conditions(id="terms-conditions")
            yield PreviewBlock(id="terms-preview")
            yield Static("", id="terms-message", classes="error", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("", variant="primary", id="agree")
                yield Button("Закрыть", id="leave")
        yield KeyBar()

    def middle(self) -> ComposeResult:
        """What stands between the state and the conditions."""
        return ()

    def on_mount(self) -> None:
        """Ask."""
        self.query_one("#agree").display = False
        self.query_one("#leave").focus()
        self.load()

    def load(self) -> object:
        """Ask the operator and show the answer."""

    @property
    def keyed(self) -> Cabinet:
        """The cabinet, its next command keyed by what is asked for."""
        return self.app.cabinet.keyed(self._attempt.key(self.content))

    @property
    def content(self) -> object:
        """What would be asked for now."""
        return None

    def offer(self, label: str) -> None:
        """Let the person agree."""
        button = self.query_one("#agree", Button)
        if not button.display:
            button.display = True
            if self.query_one("#leave").has_focus:
                button.focus()
        relabel(button, label)

    def say(self, text: str) -> None:
        """Show a sentence in the dialog."""
        if alive(self):
            message = self.query_one("#terms-message", Static)
            message.update(text)
            message.scroll_visible(animate=False)


class TrustDialog(TermsDialog):
    """«На полном доверии»: on or off; answers True where it was switched."""

    heading = "На полном доверии"

    def __init__(self, account: str) -> None:
        super().__init__(account)
        self._terms: TrustTerms | None = None

    @property
    def content(self) -> object:
        """See `TermsDialog`."""
        return self._terms is not None and self._terms.state.on

    @work(exclusive=True, group="load")
    async def load(self) -> None:
        """Ask for the terms; where all are met, for what would change."""
        cabinet = self.app.cabinet
        try:
            self._terms = terms = await cabinet.trust.terms(self.account)
            preview = None
            if all(one.met for one in terms.conditions):
                switch = cabinet.trust.switch_off if terms.state.on else cabinet.trust.switch_on
                preview = await cabinet.preview(switch, self.account)
        except CabinetError as error:
            self.say(str(error))
            return
        if not alive(self):
            return
        state, limit = (
            terms.state,
            formatting.money(-terms.offered.amount_minor, terms.offered.currency),
        )
        if state.on:
            self.query_one("#terms-state", Paragraph).show(
                ("Включено: ", "good"), "можно быть на связи до ", (limit, "strong"), ", бесплатно."
            )
        elif terms.offered:
            self.query_one("#terms-state", Paragraph).show(
                "Выключено. С этой услугой можно быть на связи до ", (limit, "strong"),
                ", бесплатно."
            )  # fmt: skip
        else:
            self.query_one("#terms-state", Paragraph).show("Выключено.")
        self.query_one(Conditions).show_all(terms.conditions)
        if preview is not None:
            self.query_one(PreviewBlock).show_preview(preview)
            self.offer("Отключить" if state.on else "Подключить")

    @on(Button.Pressed, "#agree")
    @work
    @once("agree")
    async def switch(self) -> None:
        """Switch it on or off."""
        trust, on = self.keyed.trust, self.content
        try:
            await (trust.switch_off(self.account) if on else trust.switch_on(self.account))
        except CabinetError as error:
            self.say(str(error))
            return
        what = "отключено" if on else "подключено"
        self.app.say(f"«На полном доверии» {what}. {can_undo(self.app)}")
        self.dismiss(result=True)


class PromiseDialog(TermsDialog):
    """«Обещанный платёж»: how much and for which fee; answers True where it was given."""

    heading = "Обещанный платёж"

    def __init__(self, account: str) -> None:
        super().__init__(account)
        self._offers: list[PromiseOffer] = []

    def middle(self) -> ComposeResult:
        """The sums."""
        yield Choice(id="promise-offers")

    @property
    def content(self) -> PromiseOrder:
        """See `TermsDialog`."""
        chosen = self.query_one("#promise-offers", Choice).chosen
        return PromiseOrder(amount=self._offers[chosen].amount)

    @work(exclusive=True, group="load")
    async def load(self) -> None:
        """Ask for the terms."""
        cabinet = self.app.cabinet
        try:
            terms = await cabinet.trust.promise_terms(self.account)
            zone = ZoneInfo((await cabinet.account.overview(self.account)).number.zone)
        except CabinetError as error:
            self.say(str(error))
            return
        if not alive(self):
            return
        self.query_one("#terms-state", Paragraph).show(*_promise_state(terms, zone))
        self.query_one(Conditions).show_all(terms.conditions)
        offers = self.query_one("#promise-offers", Choice)
        ready = all(one.met for one in terms.conditions)
        offers.display = ready
        if ready:
            self._offers = terms.offers
            offers.offer([_offer(one) for one in terms.offers])
            offers.focus()
            self.preview()

    @on(Choice.Changed)
    @work(exclusive=True, group="preview")
    async def preview(self) -> None:
        """Show what the chosen sum would change."""
        cabinet, order = self.app.cabinet, self.content
        self.say("")
        try:
            preview = await cabinet.preview(cabinet.trust.promise, self.account, order)
        except CabinetError as error:
            self.say(str(error))
            return
        if alive(self):
            self.query_one(PreviewBlock).show_preview(preview)
            self.offer(f"Получить {sum_of(order.amount)}")

    @on(Button.Pressed, "#agree")
    @on(Choice.Submitted)
    @work
    @once("agree")
    async def promise(self) -> None:
        """Take the chosen sum."""
        if not self._offers or not self.query_one("#agree").display:
            return
        order = self.content
        try:
            given = await self.keyed.trust.promise(self.account, order)
        except CabinetError as error:
            self.say(str(error))
            return
        self.app.say(f"Обещанный платёж {sum_of(given.amount)} получен. {can_undo(self.app)}")
        self.dismiss(result=True)


def _promise_state(terms: PromiseTerms, zone: ZoneInfo) -> list[Part]:
    if terms.active is not None:
        given = terms.active
        until = given.due_at.astimezone(zone)
        parts: list[Part] = [("Действует: ", "good"), (sum_of(given.amount), "strong")]
        parts.append(f" до {formatting.date_long(until)}, {formatting.clock(until)}. ")
        if given.fee:
            parts.append(f"Тогда же спишется комиссия {sum_of(given.fee)}. ")
        return [*parts, "Пополните счёт к этому времени."]
    if not terms.most:
        return ["Для этого номера недоступен."]
    days = formatting.count(terms.days, "день", "дня", "дней")
    return [
        f"На {days}, до ", (sum_of(terms.most), "strong"),
        f": на связь за 30 дней потрачено {sum_of(terms.spent)}. Вернётся сам вместе с комиссией.",
    ]  # fmt: skip


def _offer(offer: PromiseOffer) -> list[Part]:
    fee = f"комиссия {sum_of(offer.fee)}" if offer.fee else "без комиссии"
    return [(f"{sum_of(offer.amount):>9}", "strong"), "  ", (fee, "muted")]
