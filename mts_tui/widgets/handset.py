"""The phone of a number: SMS come here, codes are dialled, short numbers answer."""

import re
from typing import ClassVar
from zoneinfo import ZoneInfo

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widget import Widget
from textual.widgets import Input

from mts_tui import formatting, phones
from mts_tui.actions import bindings
from mts_tui.app import Happened, MtsApp
from mts_tui.backend.contract.demo import Dial, ShortMessage, Sim, Vouching
from mts_tui.backend.contract.errors import CabinetError

from .alive import alive
from .field import Field
from .text import Paragraph, Part, TextBlock

SHOWN = 20
HINT = "*100# · *100*1# · *111*25# · 111\n«3339 пароль» отправит SMS на 3339"


class Handset(Vertical):
    """The panel, on the right of any screen."""

    app: MtsApp
    BINDINGS: ClassVar[list[BindingType]] = list(bindings("handset"))

    def __init__(self, focus_before: Widget | None = None) -> None:
        super().__init__(id="handset")
        self.focus_before = focus_before
        """Where typing goes on when the phone is put away."""
        self._sims: list[Sim] = []
        self._menu = ""

    def compose(self) -> ComposeResult:
        """Head, messages, the network's last answer, what to dial."""
        yield TextBlock(id="handset-head")
        with VerticalScroll(id="handset-messages", can_focus=False):
            yield Paragraph(id="handset-sms")
        yield Paragraph(id="handset-reply")
        yield Field("Набрать", hint="*100#", longest=1100, id="handset-input")

    def on_mount(self) -> None:
        """Show the phone of the number that is worked with."""
        self.query_one("#handset-reply", Paragraph).show((HINT, "muted"))
        self.load()
        self.query_one(Input).focus()

    @property
    def sim(self) -> Sim | None:
        """The number whose phone this is."""
        for sim in self._sims:
            if sim.phone == self.app.handset_phone:
                return sim
        return self._sims[0] if self._sims else None

    @work(exclusive=True, group="handset")
    async def load(self) -> None:
        """Ask for the phones and for the messages of this one."""
        try:
            self._sims = (await self.app.cabinet.demo.sims()).items
            sim = self.sim
            if sim is None:
                return
            self.app.handset_phone = sim.phone
            messages = (await self.app.cabinet.demo.messages(sim.phone)).items
        except CabinetError as error:
            self._reply(str(error))
            return
        vouched = "сеть подтверждает номер" if sim.vouched else "вход по сети выключен"
        if not alive(self):
            return
        self.query_one("#handset-head", TextBlock).show(
            (" Телефон ", "brand"), " ", (phones.display(sim.phone), "strong"),
            "\n ", (f"{sim.title}\n {vouched}", "muted"),
        )  # fmt: skip
        parts: list[Part] = []
        for message in reversed(messages[:SHOWN]):
            local = message.at.astimezone(ZoneInfo(sim.zone))
            head = f"Вы → {message.peer}" if message.outgoing else message.peer
            parts += [
                (f"{formatting.clean(head, 24)}  {formatting.moment(local)}\n", "muted"),
                formatting.clean(message.text, 600, keep_lines=True),
                "\n\n",
            ]
        if not parts:
            parts = [("Здесь появятся SMS. Код для входа тоже придёт сюда.", "muted")]
        self.query_one("#handset-sms", Paragraph).show(*parts)
        self.query_one("#handset-messages").anchor()

    def on_happened(self, happened: Happened) -> None:
        """Something came: an SMS, perhaps."""
        if happened.event.kind == "message":
            self.load()

    @on(Input.Submitted, "#handset-input")
    @work(exclusive=True, group="dial")
    async def dial(self, submitted: Input.Submitted) -> None:
        """Dial, answer a menu, or send an SMS."""
        submitted.stop()
        text = submitted.value.strip()
        sim = self.sim
        if not text or sim is None:
            return
        submitted.input.value = ""
        demo = self.app.cabinet.demo
        sms = re.match(r"(\+?\d{3,15})\s+(\S.*)$", text, re.DOTALL)
        try:
            if sms and not self._menu:
                order = ShortMessage(to=sms[1], text=sms[2])
                reply = await demo.send(sim.phone, order)
            else:
                reply = await demo.dial(sim.phone, Dial(code=text, menu=self._menu))
        except CabinetError as error:
            self._menu = ""
            self._reply(str(error))
            return
        self._menu = reply.menu
        self._reply(reply.text)
        self.load()

    def _reply(self, text: str) -> None:
        if alive(self):
            self.query_one("#handset-reply", Paragraph).show(
                formatting.clean(text, 600, keep_lines=True)
            )

    def action_next_sim(self) -> None:
        """Take the phone of another number."""
        known = [sim.phone for sim in self._sims]
        if known:
            place = known.index(self.app.handset_phone) if self.app.handset_phone in known else -1
            self.app.handset_phone = known[(place + 1) % len(known)]
            self._menu = ""
            self.load()

    @work(exclusive=True, group="dial")
    async def action_vouch(self) -> None:
        """Let the network vouch for this line, or not."""
        sim = self.sim
        if sim is not None:
            try:
                await self.app.cabinet.demo.vouch(sim.phone, Vouching(on=not sim.vouched))
            except CabinetError as error:
                self._reply(str(error))
            self.load()

    def action_scroll_messages(self, direction: int) -> None:
        """Show older or newer SMS."""
        messages = self.query_one("#handset-messages")
        messages.scroll_relative(y=direction * messages.size.height, animate=False)
