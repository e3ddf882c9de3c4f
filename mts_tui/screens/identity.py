"""A sign-in at an identity provider: which one, then its code and QR code, or the browser."""

import asyncio
import contextlib
from typing import Generic, NamedTuple, TypeVar

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Static

from mts_tui import formatting
from mts_tui.app import MtsApp
from mts_tui.backend.contract.access import SignedIn
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.identities import (
    EntryAnswer,
    Flow,
    FlowAnswer,
    FlowOrder,
    FlowState,
    FlowWay,
    Identity,
    SignInProvider,
)
from mts_tui.loopback import Brought, Listener, browser_at_hand, open_browser
from mts_tui.session import device_name
from mts_tui.widgets.alive import alive
from mts_tui.widgets.choice import Choice
from mts_tui.widgets.dialog import Dialog
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.once import once
from mts_tui.widgets.proved import proved
from mts_tui.widgets.qr import Qr, size_of
from mts_tui.widgets.text import Paragraph

T = TypeVar("T")
DEMO = "demo"
"""The provider that the demo plays."""
AROUND_QR = 4
"""Lines of the dialog that are not the code's: its border and the keys."""
WIDE_ENOUGH = 34
"""Cells for the words beside the code."""
DENIED = "Вход отменён. Начните заново, если передумали."
INVENTED = "Адрес выдуман: страница «Демо-ID» открывается кнопкой."
PROOF = "Привязанный аккаунт открывает кабинет. Введите пароль или получите код в SMS."


class Chosen(NamedTuple):
    """A provider, and how to sign in there."""

    provider: SignInProvider
    way: FlowWay


def ways_of(app: MtsApp, providers: list[SignInProvider]) -> list[Chosen]:
    """The ways that are open here: the browser's only where one opens before the person."""
    here = browser_at_hand(app.environment)
    return [Chosen(one, way) for one in providers for way in one.ways if way == "device" or here]


class Asked(NamedTuple, Generic[T]):
    """How far a sign-in is; `answer` once it is done."""

    state: FlowState
    interval: int
    reason: str
    answer: T | None


class ProviderDialog(Dialog[Chosen]):
    """Asks for a provider and a way.

    Args:
        title: What it is for.
        ways: What there is to choose from.
    """

    def __init__(self, title: str, ways: list[Chosen]) -> None:
        super().__init__()
        self._heading = title
        self._ways = ways

    def compose(self) -> ComposeResult:
        """The ways and two buttons."""
        with VerticalScroll(id="dialog", can_focus=False):
            yield Static(self._heading, classes="title", markup=False)
            yield Choice(id="ways")
            with Horizontal(classes="buttons"):
                yield Button("Продолжить", variant="primary", id="go")
                yield Button("Отмена", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """Offer what there is."""
        how = {"device": "по коду, в телефоне или где угодно", "loopback": "в браузере здесь"}
        self.query_one(Choice).offer(
            [
                [(formatting.clean(one.provider.title, 40), "strong"), f" — {how[one.way]}"]
                for one in self._ways
            ]
        )
        self.query_one(Choice).focus()

    @on(Choice.Submitted)
    @on(Button.Pressed, "#go")
    def _go(self) -> None:
        self.dismiss(self._ways[self.query_one(Choice).chosen] if self._ways else None)


class FlowDialog(Dialog[T], Generic[T]):
    """Shows where to go, and waits until the person has signed in there.

    Args:
        chosen: Where and how.
    """

    def __init__(self, chosen: Chosen) -> None:
        super().__init__()
        self._chosen = chosen
        self._title = formatting.clean(chosen.provider.title, 40)
        self._flow: Flow | None = None
        self._ends_at = self._ask_at = 0.0
        self._over = False

    def compose(self) -> ComposeResult:
        """The QR code's place, words, buttons."""
        with Horizontal(id="dialog", classes="flow-dialog"):
            yield Vertical(id="flow-code")
            with VerticalScroll(id="flow-words", can_focus=False):
                yield Static(f"Вход через {self._title}", classes="title", markup=False)
                yield Paragraph("Спрашиваем провайдера…", id="flow-text")
                yield Paragraph(id="flow-state")
                with Vertical(classes="flow-buttons"):
                    yield Button("Страница «Демо-ID»", variant="primary", id="demo-page")
                    yield Button("Проверить сейчас", id="check")
                    yield Button("Отмена", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """Begin."""
        self.query_one("#demo-page").display = False
        self.query_one("#check").display = False
        self.query_one("#leave").focus()
        self.set_interval(1, self.tick)
        if self._chosen.way == "loopback":
            self.go_by_browser()
        else:
            self.begin()

    # ------------------------------------------------------------------ what subclasses do

    async def _begin(self, order: FlowOrder) -> Flow | None:
        """Begin at the operator; None where the person gave up."""
        raise NotImplementedError

    async def _ask(self, flow: Flow, brought: Brought | None) -> Asked[T]:
        """Ask the operator how far it is."""
        raise NotImplementedError

    # ------------------------------------------------------------------ the device grant

    @work(group="save")
    @once("begin")
    async def begin(self) -> None:
        """Get a code from the provider, and show it."""
        try:
            flow = await self._begin(FlowOrder(provider=self._chosen.provider.id))
        except CabinetError as error:
            self._end(str(error))
            return
        if flow is None or not alive(self):
            self.dismiss(None)
            return
        self._took(flow)
        place = formatting.clean(flow.address, 200)
        here = self._chosen.provider.id == DEMO and self.app.has_demo
        self.query_one("#flow-text", Paragraph).show(
            "Откройте с телефона или любого компьютера\n", (place, "strong"),
            "\nи введите код\n", (flow.user_code, "strong"),
            "\n", INVENTED if here else "Код введёте только вы: никому его не сообщайте.",
        )  # fmt: skip
        link = flow.address_with_code or flow.address
        size = size_of(link)
        fits = (
            size.height + AROUND_QR <= self.size.height
            and size.width + WIDE_ENOUGH + 8 <= self.size.width
        )
        if fits:
            await self.query_one("#flow-code").mount(Qr(link))
        page = self.query_one("#demo-page", Button)
        page.display = here
        self.query_one("#check").display = True
        (page if page.display else self.query_one("#check")).focus()

    def _took(self, flow: Flow) -> None:
        self._flow = flow
        now = self.app.monotonic()
        self._ends_at, self._ask_at = now + flow.lives_seconds, now + flow.interval_seconds
        self.tick()

    def tick(self) -> None:
        """Count down; ask when it is time."""
        if self._flow is None or self._over:
            return
        now = self.app.monotonic()
        left = max(0.0, self._ends_at - now)
        self._say(f"Ждём вас у провайдера. Осталось {formatting.countdown(left)}")
        if self._chosen.way == "device" and now >= self._ask_at:
            self.ask()

    @on(Button.Pressed, "#check")
    def _check(self) -> None:
        self.ask()

    @work(group="ask")
    @once("ask")
    async def ask(self, brought: Brought | None = None) -> None:
        """Ask whether the person has signed in; finish where they have."""
        if self._flow is None or self._over:
            return
        try:
            asked = await self._ask(self._flow, brought)
        except CabinetError as error:
            self._end(str(error))
            return
        if not alive(self):
            return
        self._ask_at = self.app.monotonic() + max(1, asked.interval)
        if asked.answer is not None:
            self.dismiss(asked.answer)
        elif asked.state != "pending":
            self._end(asked.reason or DENIED)
        elif asked.reason:
            self._say(asked.reason, "warn")

    # ------------------------------------------------------------------ the browser

    @work(group="save")
    @once("begin")
    async def go_by_browser(self) -> None:
        """Open the browser, and wait for what it brings."""
        try:
            async with Listener() as listener:
                order = FlowOrder(provider=self._chosen.provider.id, loopback=listener.redirect)
                flow = await self._begin(order)
                if flow is None or not alive(self):
                    self.dismiss(None)
                    return
                self._took(flow)
                opened = await asyncio.to_thread(open_browser, flow.address)
                words = "Мы открыли браузер: войдите там и вернитесь сюда."
                if not opened:
                    words = f"Браузер не открылся. Откройте ссылку сами:\n{flow.address}"
                self.query_one("#flow-text", Paragraph).show(formatting.clean(words, 2000))
                brought = None
                with contextlib.suppress(TimeoutError):
                    waiting = listener.answer(flow.address)
                    brought = await asyncio.wait_for(waiting, flow.lives_seconds)
        except CabinetError as error:
            self._end(str(error))
            return
        except OSError:
            self._end("На этом компьютере не открылся порт для браузера. Войдите по коду.")
            return
        if brought is not None and brought.code:
            self.ask(brought)
        else:
            self._end(DENIED if brought is not None else "Время на вход вышло. Начните заново.")

    # ------------------------------------------------------------------ the demo's page

    @on(Button.Pressed, "#demo-page")
    def _demo_page(self) -> None:
        from .demo_id import DemoIdDialog

        if self._flow is not None:
            self.app.push_screen(DemoIdDialog(self._flow.user_code), self._visited)

    def _visited(self, done: object) -> None:
        if done:
            self.ask()

    def _end(self, reason: str) -> None:
        if alive(self):
            self._over = True
            self._say(formatting.clean(reason), "bad")
            self.query_one("#check").display = self.query_one("#demo-page").display = False
            leave = self.query_one("#leave", Button)
            leave.label = "Закрыть"
            leave.focus()

    def _say(self, text: str, look: str = "muted") -> None:
        if alive(self):
            self.query_one("#flow-state", Paragraph).show((text, look))


class LinkDialog(FlowDialog[Identity]):
    """Links an account of a provider to the cabinet; answers it."""

    async def _begin(self, order: FlowOrder) -> Flow | None:
        begin = self.app.cabinet.identities.begin
        return await proved(self.app, PROOF, lambda: begin(order))

    async def _ask(self, flow: Flow, brought: Brought | None) -> Asked[Identity]:
        answer = FlowAnswer(id=flow.id)
        if brought is not None:
            answer = FlowAnswer(
                id=flow.id, code=brought.code, state=brought.state, issuer=brought.issuer
            )
        told = await self.app.cabinet.identities.progress(answer)
        return Asked(told.state, told.interval_seconds, told.reason, told.identity)


class EntryDialog(FlowDialog[SignedIn]):
    """Signs in by an account of a provider; answers the session."""

    async def _begin(self, order: FlowOrder) -> Flow | None:
        return await self.app.cabinet.identities.begin_entry(order)

    async def _ask(self, flow: Flow, brought: Brought | None) -> Asked[SignedIn]:
        answer = EntryAnswer(id=flow.id, device=self.app.device, device_name=device_name())
        if brought is not None:
            answer = EntryAnswer(
                id=flow.id,
                code=brought.code,
                state=brought.state,
                issuer=brought.issuer,
                device=self.app.device,
                device_name=device_name(),
            )
        told = await self.app.cabinet.identities.entry(answer)
        return Asked(told.state, told.interval_seconds, told.reason, told.signed_in)
