"""A melody: how it sounds and looks, what it costs, who hears it, and to give it to somebody."""

from typing import ClassVar
from zoneinfo import ZoneInfo

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Input, Static

from mts_tui import formatting, phones
from mts_tui.actions import bindings
from mts_tui.amounts import sum_of
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.preview import Preview
from mts_tui.backend.contract.ringback import Gift, Melody, Sample
from mts_tui.player import Player
from mts_tui.widgets.alive import alive
from mts_tui.widgets.attempt import Attempt
from mts_tui.widgets.dialog import ChangingDialog, Dialog
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.once import once
from mts_tui.widgets.phone_field import PhoneField
from mts_tui.widgets.preview import PreviewBlock
from mts_tui.widgets.relabel import relabel
from mts_tui.widgets.text import Part, TextBlock
from mts_tui.widgets.waveform import Waveform

from .melody_rule import MelodyRuleDialog

LONGEST = 60
BOX = "00000000"
MOVE_EVERY = 0.25
"""Seconds between two places of the mark."""


class MelodyDialog(ChangingDialog):
    """One melody; answers True where something was changed.

    Args:
        account: Whose.
        melody: Which.
        zone: In which days are counted.
    """

    BINDINGS: ClassVar[list[BindingType]] = list(bindings("melody"))

    def __init__(self, account: str, melody: Melody, zone: ZoneInfo) -> None:
        super().__init__()
        self._account = account
        self._melody = melody
        self._zone = zone
        self._sample: Sample | None = None
        self._player = Player()
        self._since: float | None = None
        self._attempt = Attempt()

    def compose(self) -> ComposeResult:
        """Name, picture, terms, what can be done."""
        one = self._melody
        with VerticalScroll(id="dialog", classes="wide-dialog", can_focus=False):
            yield Static(title_of(one.title), classes="title", markup=False)
            yield TextBlock(id="melody-about")
            yield Waveform(id="melody-wave")
            yield Static("", id="melody-sound", classes="hint", markup=False)
            yield TextBlock(id="melody-terms")
            yield PreviewBlock(id="terms-preview")
            yield Static("", id="melody-message", classes="error", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Слушать", variant="primary", id="play")
                yield Button("", id="buy")
                yield Button("Кому играть", id="rule")
                yield Button("Подарить", id="gift")
        yield KeyBar()

    def on_mount(self) -> None:
        """Show what is known; ask for the rest."""
        self.query_one("#buy").display = False
        self.query_one("#gift").display = self._melody.source == "catalogue" and not self._is_box
        self._show()
        self.query_one("#play").focus()
        self.set_interval(MOVE_EVERY, self._move)
        self.load()

    def on_unmount(self) -> None:
        """The sound ends with the dialog."""
        self._player.stop()

    @property
    def _is_box(self) -> bool:
        return self._melody.code == BOX

    def _show(self) -> None:
        one = self._melody
        about: list[Part] = [f"{formatting.clean(one.performer, LONGEST) or 'Ваша мелодия'} · "]
        about += [length_of(one.seconds), " · ", (sum_of(one.price), "strong"), " за 30 дней"]
        self.query_one("#melody-about", TextBlock).show(*about)
        self.query_one("#rule").display = one.owned

    @work(exclusive=True, group="load")
    async def load(self) -> None:
        """Ask how it sounds; where it is not owned, what buying it would change."""
        ringback = self.app.cabinet.ringback
        try:
            self._sample = await ringback.sample(self._account, self._melody.id)
        except CabinetError as error:
            self._say(str(error))
            return
        if not alive(self):
            return
        self.query_one(Waveform).show_wave(self._sample.wave, self._sample.seconds)
        await self._offer()

    async def _offer(self) -> None:
        """Say what it costs and when; offer to buy it where that is possible."""
        cabinet, terms = self.app.cabinet, self.query_one("#melody-terms", TextBlock)
        buy, block = self.query_one("#buy", Button), self.query_one(PreviewBlock)
        buy.display = False
        if self._melody.next_at is not None:
            block.clear()
            day = formatting.date_long(self._melody.next_at.astimezone(self._zone))
            terms.show(("Подключена", "good"), f", следующее списание {day}")
            return
        try:
            preview = await cabinet.preview(cabinet.ringback.buy, self._account, self._melody.id)
        except CabinetError as error:
            self._say(str(error))
            return
        if alive(self):
            terms.show(*_price(preview, self._zone))
            block.show_preview(preview)
            relabel(buy, f"Купить за {sum_of(self._melody.price)}")
            buy.display = True

    # ------------------------------------------------------------------ the sound

    @on(Button.Pressed, "#play")
    def action_play(self) -> None:
        """Begin to play; where it plays, stop."""
        if self._sample is None:
            return
        if self._since is not None:
            self._stop()
            return
        trouble = self._player.start(self._sample.content)
        self._since = self.app.monotonic()
        self.query_one("#melody-sound", Static).update(trouble)
        relabel(self.query_one("#play", Button), "Стоп")
        self._move()

    def _move(self) -> None:
        """Move the mark to where the sound is."""
        if self._since is None or self._sample is None:
            return
        at = self.app.monotonic() - self._since
        if at >= self._sample.seconds:
            self._stop()
            return
        if trouble := self._player.trouble():
            self.query_one("#melody-sound", Static).update(trouble)
        self.query_one(Waveform).move_to(at)

    def _stop(self) -> None:
        self._player.stop()
        self._since = None
        self.query_one(Waveform).move_to(None)
        self.query_one("#melody-sound", Static).update("")
        relabel(self.query_one("#play", Button), "Слушать")

    # ------------------------------------------------------------------ what can be done

    @on(Button.Pressed, "#buy")
    @work
    @once("buy")
    async def buy(self) -> None:
        """Buy it; its price and the next charge are on the screen."""
        keyed = self.app.cabinet.keyed(self._attempt.key(self._melody)).ringback
        try:
            self._melody = await keyed.buy(self._account, self._melody.id)
        except CabinetError as error:
            self._say(str(error))
            return
        self._changed = True
        if alive(self):
            self._say("")
            self._show()
            await self._offer()
            self.query_one("#rule").focus()

    @on(Button.Pressed, "#rule")
    def _rule(self) -> None:
        self._stop()
        self.app.push_screen(MelodyRuleDialog(self._account, self._melody), self._ruled)

    def _ruled(self, made: bool | None) -> None:  # noqa: FBT001 - as Textual calls it
        self._changed = self._changed or bool(made)

    @on(Button.Pressed, "#gift")
    def _gift(self) -> None:
        self._stop()
        self.app.push_screen(MelodyGiftDialog(self._account, self._melody, self._zone))

    def _say(self, text: str) -> None:
        if alive(self):
            self.query_one("#melody-message", Static).update(text)


class MelodyGiftDialog(Dialog[bool]):
    """For whom, what it costs, and then giving it; answers True where it was given.

    Args:
        account: Who pays.
        melody: What is given.
        zone: In which days are counted.
    """

    def __init__(self, account: str, melody: Melody, zone: ZoneInfo) -> None:
        super().__init__()
        self._account = account
        self._melody = melody
        self._zone = zone
        self._shown: Gift | None = None
        self._attempt = Attempt()

    def compose(self) -> ComposeResult:
        """A number, the price, two buttons."""
        with Vertical(id="dialog"):
            yield Static(f"Подарить {title_of(self._melody.title)}", classes="title", markup=False)
            yield TextBlock(
                "30 дней платите вы, дальше мелодия отключится сама. Получателю придёт SMS; если "
                "за три дня он не примет подарок, деньги вернутся.",
                id="gift-terms",
            )
            yield PhoneField(id="gift-to")
            yield PreviewBlock(id="terms-preview")
            yield Static("", id="gift-message", classes="error", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Дальше", variant="primary", id="give")
                yield Button("Отмена", id="leave")
        yield KeyBar()

    @on(Input.Changed)
    def _typed(self) -> None:
        self._shown = None
        self.query_one(PreviewBlock).clear()
        relabel(self.query_one("#give", Button), "Дальше")

    @on(Button.Pressed, "#give")
    @on(Input.Submitted)
    @work
    @once("give")
    async def give(self) -> None:
        """Show what it costs; once that is seen, give it."""
        try:
            gift = Gift(melody=self._melody.id, to=self.query_one(PhoneField).number)
        except phones.PhoneError as error:
            self._say(str(error))
            return
        cabinet = self.app.cabinet
        self._say("")
        try:
            if gift != self._shown:
                preview = await cabinet.preview(cabinet.ringback.give, self._account, gift)
                if alive(self):
                    self._shown = gift
                    self.query_one(PreviewBlock).show_preview(preview)
                    relabel(self.query_one("#give", Button), "Подарить")
                    self.query_one("#give").focus()
                return
            given = await cabinet.keyed(self._attempt.key(gift)).ringback.give(self._account, gift)
        except CabinetError as error:
            self._say(str(error))
            return
        ends = formatting.date_day(given.expires_at.astimezone(self._zone))
        self.app.say(
            f"Подарок отправлен на {phones.display(given.to)}. Он ждёт до {ends}, потом деньги "
            "вернутся."
        )
        self.dismiss(result=True)

    def _say(self, text: str) -> None:
        if alive(self):
            self.query_one("#gift-message", Static).update(text)


def _price(preview: Preview[Melody], zone: ZoneInfo) -> list[Part]:
    """What it costs now and later, and what will be told by SMS."""
    one = preview.answer
    parts: list[Part] = [(sum_of(one.price), "strong"), " сейчас и каждые 30 дней, пока не "]
    parts.append("отключите. ")
    if one.next_at is not None:
        day = formatting.date_long(one.next_at.astimezone(zone))
        parts += ["Следующее списание: ", (day, "strong")]
    for text in preview.messages:
        parts += ["\n", (f"Придёт SMS: {formatting.clean(text)}", "muted")]
    return parts


def title_of(title: str) -> str:
    """A melody's name in quotes."""
    return f"«{formatting.clean(title, LONGEST)}»"


def length_of(seconds: int) -> str:
    """How long a melody is: `0:32`."""
    return f"{seconds // 60}:{seconds % 60:02}"
