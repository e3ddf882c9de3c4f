"""A new SMS or MMS: whom, what, when; the price is told before anything is sent.

The button asks for the price first and sends with its second press; whatever is changed in between
asks for the price anew. What was typed is kept as a draft (see `drafts`) until it is sent; with its
first try the draft has the key of the command, and after a kill the form asks by that whether the
message went, and says so.
"""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar
from uuid import uuid4
from zoneinfo import ZoneInfo

from msgspec import structs
from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Button, Input, Static, TextArea

from mts_tui import files, formatting, moments, phones, pictures, sms_text
from mts_tui.actions import bindings
from mts_tui.amounts import sum_of
from mts_tui.backend.contract.errors import CabinetError, NotFound, NotSentYet
from mts_tui.backend.contract.messages import LONGEST, MMS_BYTES, MmsOrder, Sending, SmsOrder, Terms
from mts_tui.drafts import Draft, Drafts, digest
from mts_tui.widgets.alive import alive
from mts_tui.widgets.dialog import Dialog
from mts_tui.widgets.field import Field
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.once import once
from mts_tui.widgets.recipients_field import RecipientsField
from mts_tui.widgets.relabel import relabel
from mts_tui.widgets.text import Paragraph, Part
from mts_tui.widgets.text_field import TextField

from .contacts import ContactsDialog
from .message_picture import LARGEST_FILE, PictureDialog, ScaleDialog
from .message_words import counted, gone_before, price
from .templates import TemplatesDialog

if TYPE_CHECKING:
    from textual.timer import Timer

    from mts_tui.backend.contract.preview import Preview

KEPT_AFTER = 0.5
"""Seconds after the last key until a draft is written."""
LONGEST_PATH = 1000
UNFINISHED = "Это черновик: вы не закончили его в прошлый раз."
MAYBE_GONE = "Это черновик: вы отправляли его в прошлый раз. Узнаём, ушёл ли он…"
NOT_GONE = "Это черновик: в прошлый раз он не ушёл, его можно отправить."
STAND_IN = (
    b"GIF87a\x01\x00\x01\x00\x80\x01\x00\x00\x00\x00ccc,\x00\x00\x00\x00\x01\x00\x01\x00"
    b"\x00\x02\x02D\x01\x00;"
)
"""One pixel: the price of an MMS does not depend on its picture, so that need not travel twice."""
Order = SmsOrder | MmsOrder


class NewMessageDialog(Dialog[Sending]):
    """The form; answers what was sent.

    Args:
        account: Who sends.
        to: Whom, where that is known: a number.
        picture: Whether it is an MMS.
    """

    BINDINGS: ClassVar[list[BindingType]] = list(bindings("new_message"))
    action_places = ("new_message", "recipients")

    def __init__(self, account: str, *, to: str = "", picture: bool = False) -> None:
        super().__init__()
        self._account = account
        self._to = phones.display(to)
        self._mms = picture
        self._draft_key = to or ("mms" if picture else "sms")
        self._drafts: Drafts | None = None
        self._terms: Terms | None = None
        self._zone = ZoneInfo("UTC")
        self._now = datetime.now(UTC)
        self._priced: Order | None = None
        self._content = b""
        self._sent = False
        self._tried = Draft()
        """What was tried last, with its key."""
        self._unsure = False
        """Whether it was tried before the form was opened, and may have gone."""
        self._keeping: Timer | None = None
        self._typed_before = Draft()
        self._gone: Draft | None = None
        """What the outbox has: it stands in the fields and is no draft."""
        self._given_up: Draft | None = None
        """What could not be kept, and is left unkept by closing once more."""

    def compose(self) -> ComposeResult:
        """Fields, a counter, the price, buttons."""
        with VerticalScroll(id="dialog", can_focus=False, classes="message-dialog"):
            yield Static("Новое MMS" if self._mms else "Новое SMS", classes="title", markup=False)
            yield RecipientsField(self._to, id="to")
            if self._mms:
                yield Field("Картинка", hint="~/Фото/кот.jpg", longest=LONGEST_PATH, id="picture")
            yield TextField("Текст", longest=LONGEST, id="text")
            yield Static("", id="counter", classes="hint", markup=False)
            if not self._mms:
                hint = f"сейчас, или {moments.EXAMPLES}"
                yield Field("Когда", hint=hint, longest=40, id="when")
            yield Paragraph(id="message-price")
            yield Paragraph(id="new-message-error")
            with Horizontal(classes="buttons"):
                yield Button("Узнать цену", variant="primary", id="send")
                yield Button("Контакты", id="pick-contacts")
                if self._mms:
                    yield Button("Посмотреть", id="look")
                else:
                    yield Button("Шаблоны", id="pick-template")
        yield KeyBar()

    def on_mount(self) -> None:
        """Bring back what was begun, and ask who may be written to."""
        self._drafts = Drafts(self.app.places.state_dir / "drafts", self.app.profile, self._account)
        self._restore(self._drafts.find(self._draft_key))
        self.query_one("#text" if self._to else "#to").focus()
        self._count()
        self.load()

    @work(exclusive=True, group="load")
    async def load(self) -> None:
        """Ask what the form has to know; where that fails, sending asks again."""
        try:
            await self._ask()
        except CabinetError as error:
            self._say(str(error))

    async def _ask(self) -> bool:
        """Ask what can be sent, the own numbers, the contacts, and whether the draft went before.

        Returns:
            True where the draft has gone: there is nothing to send any more.
        """
        cabinet = self.app.cabinet
        overview = await cabinet.account.overview(self._account)
        terms = await cabinet.messages.terms(self._account)
        numbers = (await cabinet.numbers.linked()).items
        contacts = (await cabinet.messages.contacts(self._account)).items
        if not alive(self):
            return False
        self._terms, self._zone = terms, ZoneInfo(overview.number.zone)
        self._now = overview.as_of.astimezone(self._zone)
        self.query_one(RecipientsField).know(numbers, contacts, overview.number.phone)
        self._count()
        if terms.refusal:
            self._say(formatting.clean(terms.refusal))
        return self._unsure and await self._went_before()

    async def _went_before(self) -> bool:
        """Whether the draft was sent when it was tried; told either way."""
        try:
            sent = await self.app.cabinet.messages.sending(self._account, self._tried.key)
        except NotFound:
            self._unsure = False
            self._say(NOT_GONE, bad=False)
            return False
        await self._drop_draft()
        if not alive(self):
            return False
        self._unsure = False
        if self._typed == self._tried:
            self._typed_before = Draft()
            self.query_one(RecipientsField).value = self._to
            self.query_one(TextField).text = ""
            self.query_one("#picture" if self._mms else "#when", Input).value = ""
        self._say(gone_before(sent, self._zone), bad=False)
        return True

    # ------------------------------------------------------------------ drafts

    def _restore(self, draft: Draft) -> None:
        """Put a draft into the fields."""
        if draft.is_empty:
            return
        if draft.to:
            self.query_one(RecipientsField).value = draft.to
        self.query_one(TextField).text = draft.text
        self.query_one(TextField).move_cursor(self.query_one(TextField).document.end)
        if self._mms:
            self.query_one("#picture", Input).value = draft.picture
        else:
            self.query_one("#when", Input).value = draft.when
        self._unsure = bool(draft.key)
        self._tried = draft if self._unsure else Draft()
        self._typed_before = self._typed
        self._say(MAYBE_GONE if self._unsure else UNFINISHED, bad=False)

    @property
    def _typed(self) -> Draft:
        """What stands in the fields, with the key where just that was tried.

        The number that is answered needs no keeping.
        """
        to = self.query_one("#to", Input).value
        typed = Draft(
            to="" if to == self._to else to,
            text=self.query_one(TextField).text,
            when="" if self._mms else self.query_one("#when", Input).value,
            picture=self.query_one("#picture", Input).value if self._mms else "",
        )
        return self._tried if typed == structs.replace(self._tried, key="", order="") else typed

    @property
    def _draft(self) -> Draft:
        """What is to be kept."""
        return Draft() if self._typed == self._gone else self._typed

    def _keep_soon(self) -> None:
        if self._keeping is not None:
            self._keeping.stop()
        self._keeping = self.set_timer(KEPT_AFTER, self._keep)

    @work(group="draft")
    async def _keep(self) -> None:
        """Write the draft, away from the keyboard."""
        if alive(self) and self._drafts is not None and not self._sent:
            try:
                await self._drafts.keep_aside(self._draft_key, self._draft)
            except OSError as error:
                self._say(f"Черновик не сохраняется: {error.strerror or 'диск не принял его'}.")

    async def _drop_draft(self) -> None:
        """The message is on its way: nothing of it is kept."""
        if self._keeping is not None:
            self._keeping.stop()
        if self._drafts is not None:
            await asyncio.to_thread(self._drafts.drop, self._draft_key)

    def action_close(self) -> None:
        """Close; what was typed stays as a draft."""
        draft = self._draft
        if self._drafts is not None and not self._sent and draft != self._given_up:
            try:  # Unchanged, too: another one may have been kept in between.
                self._drafts.keep(self._draft_key, draft)
            except OSError as error:
                self._say(
                    f"Черновик не сохранён: {error.strerror or 'диск не принял его'}. Esc ещё раз "
                    "— закрыть без него."
                )
                self._given_up = draft
                return
            if draft != self._typed_before and not draft.is_empty:
                self.app.say("Черновик сохранён на этом компьютере.")
        super().action_close()

    # ------------------------------------------------------------------ what is typed

    @on(TextArea.Changed, "#text")
    @on(Input.Changed)
    def _edited(self) -> None:
        """The price is that of something else now."""
        self._priced = None
        self.query_one("#message-price", Paragraph).show()
        relabel(self.query_one("#send", Button), "Узнать цену")
        self._count()
        changed = self._typed != self._typed_before
        if changed:
            self._say("")
        if changed or self._keeping is not None:  # What is as before again is kept, too.
            self._keep_soon()

    def _count(self) -> None:
        text = self.query_one(TextField).text
        told = counted(text, len(self.query_one(RecipientsField).take().phones))
        if self._mms:
            rest = formatting.count(LONGEST - len(text), "знак", "знака", "знаков")
            told = f"Текст можно не писать; осталось {rest}"
        self.query_one("#counter", Static).update(told)

    @on(Input.Submitted)
    def _next_field(self, submitted: Input.Submitted) -> None:
        if submitted.input.id == "when":
            self.query_one("#send").focus()
            self.action_send_message()
        else:
            self.screen.focus_next()

    @on(Button.Pressed, "#pick-contacts")
    def _pick_contacts(self) -> None:
        self.app.push_screen(ContactsDialog(self._account, pick=True), self._picked)

    def _picked(self, names: list[str] | None) -> None:
        if names and alive(self):
            self.query_one(RecipientsField).add(names)
            self.load()  # New contacts may have been made.

    @on(Button.Pressed, "#pick-template")
    def _pick_template(self) -> None:
        self.app.push_screen(TemplatesDialog(self._account, pick=True), self._filled)

    def _filled(self, text: str | None) -> None:
        if text is not None and alive(self):
            field = self.query_one(TextField)
            field.insert(text)
            field.focus()

    # ------------------------------------------------------------------ sending

    @on(Button.Pressed, "#send")
    def _pressed(self) -> None:
        self.action_send_message()

    @work(group="save")
    @once("save")
    async def action_send_message(self) -> None:
        """Ask for the price; where it is told already, send."""
        try:
            if (self._terms is None or self._unsure) and await self._ask():
                return
            order = await self._order()
            if order is None or not alive(self):
                return
            if order == self._priced:
                await self._send(order)
            else:
                await self._ask_price(order)
        except CabinetError as error:
            self._say(str(error))

    async def _ask_price(self, order: Order) -> None:
        messages, cabinet = self.app.cabinet.messages, self.app.cabinet
        preview: Preview[Sending]
        if isinstance(order, MmsOrder):
            small = MmsOrder(to=order.to, picture=STAND_IN, text=order.text)
            preview = await cabinet.preview(messages.send_mms, self._account, small)
        else:
            preview = await cabinet.preview(messages.send, self._account, order)
        if not alive(self):
            return
        self._priced = order
        told: list[Part] = [("Цена: ", "muted"), (price(preview.answer), "strong")]
        told += [
            (f"   останется {sum_of(change.after.balance)}", "muted")
            for change in preview.changes
            if change.before.balance != change.after.balance
        ]
        if isinstance(order, SmsOrder) and order.at is not None:
            local = order.at.astimezone(self._zone)
            when = f"{formatting.date_day(local)} в {formatting.clock(local)}"
            told.append(f"\nУйдёт {when}, деньги спишутся тогда же.")
        self.query_one("#message-price", Paragraph).show(*told)
        later = isinstance(order, SmsOrder) and order.at is not None
        relabel(self.query_one("#send", Button), "Назначить" if later else "Отправить")
        self._say("")
        self.query_one("#send").focus()

    async def _send(self, order: Order) -> None:
        messages = self.app.cabinet.keyed(await self._key_of(order)).messages
        try:
            if isinstance(order, MmsOrder):
                sent = await messages.send_mms(self._account, order)
            else:
                sent = await messages.send(self._account, order)
        except NotSentYet:  # The outbox has it now.
            await self._drop_draft()
            if alive(self):
                self._typed_before = self._gone = self._typed
            raise
        self._sent = True
        await self._drop_draft()
        self.dismiss(sent)

    async def _key_of(self, order: Order) -> str:
        """The key of a command, kept with the draft: who is killed meanwhile has it."""
        asked = digest(order)
        key = self._tried.key if asked == self._tried.order else str(uuid4())
        self._tried = structs.replace(self._typed, key=key, order=asked)
        if self._drafts is not None:
            with suppress(OSError):  # A full disk keeps nobody from sending.
                await self._drafts.keep_aside(self._draft_key, self._tried)
        return key

    async def _order(self) -> Order | None:
        """What stands in the form; None where that cannot be sent, which is told."""
        field = self.query_one(RecipientsField)
        found = field.take()
        if found.wrong or not found.phones:
            self._say("\n".join(found.wrong) or "Укажите, кому отправить: номер, имя или группу.")
            field.focus()
            return None
        text = sms_text.sendable(self.query_one(TextField).text)
        if self._mms:
            return await self._mms_order(found.phones, text)
        if not text:
            self._say("Напишите текст сообщения.")
            self.query_one(TextField).focus()
            return None
        try:
            at = moments.read(self.query_one("#when", Input).value, self._now)
        except ValueError as error:
            self._say(str(error))
            self.query_one("#when").focus()
            return None
        return SmsOrder(to=found.phones, text=text, at=at and at.astimezone(UTC))

    async def _mms_order(self, to: list[str], text: str) -> MmsOrder | None:
        content = await self._read_picture()
        if content is None or not alive(self):
            return None
        if len(content) > MMS_BYTES:
            self.app.push_screen(ScaleDialog(content), self._scaled)
            return None
        return MmsOrder(to=to, picture=content, text=text)

    # ------------------------------------------------------------------ the picture

    async def _read_picture(self) -> bytes | None:
        """The picture's bytes, made smaller where that was agreed; None where there is none."""
        if self._content:
            return self._content
        field = self.query_one("#picture", Input)
        typed = field.value.strip().strip("'\"")
        if not typed:
            self._say("Укажите файл картинки: JPEG, PNG или GIF.")
            field.focus()
            return None
        try:
            return await asyncio.to_thread(_picture_at, Path(typed))
        except OSError as error:
            self._say(files.not_read(error))
        except pictures.PictureError as error:
            self._say(str(error))
        except ValueError:  # A null byte, say.
            self._say("Такого имени у файла быть не может.")
        if alive(self):
            field.focus()
        return None

    def _scaled(self, content: bytes | None) -> None:
        """The smaller picture goes instead, if that was agreed."""
        if content is not None and alive(self):
            self._content = content
            self.action_send_message()

    @on(Input.Changed, "#picture")
    def _other_picture(self) -> None:
        self._content = b""

    @on(Button.Pressed, "#look")
    @work(group="picture")
    @once("picture")
    async def look(self) -> None:
        """Show the picture."""
        content = await self._read_picture()
        if content is not None and alive(self):
            self._say("")
            self.app.push_screen(PictureDialog(content))

    def _say(self, text: str, *, bad: bool = True) -> None:
        if alive(self):
            parts: list[Part] = [(text, "bad" if bad else "muted")] if text else []
            self.query_one("#new-message-error", Paragraph).show(*parts)


def _picture_at(path: Path) -> bytes:
    """The content of a file that is a picture; raises what reading and looking at it does."""
    content = files.read_small(path, LARGEST_FILE)
    if content is None:
        most = LARGEST_FILE // 2**20
        raise pictures.PictureError(f"Файл больше {most} МБ. Выберите картинку поменьше.")
    pictures.look_at(content)
    return content
