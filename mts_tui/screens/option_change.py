"""What a basket of options would change: shown once, then confirmed once."""

from collections.abc import Mapping, Sequence

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Button, Static

from mts_tui import formatting
from mts_tui.amounts import sum_of
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.options import Basket, BasketResult, Option
from mts_tui.backend.contract.preview import Preview
from mts_tui.widgets.alive import alive
from mts_tui.widgets.attempt import Attempt
from mts_tui.widgets.dialog import Dialog
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.once import once
from mts_tui.widgets.preview import PreviewBlock
from mts_tui.widgets.text import Part, TextBlock

from .option_marks import name_of
from .option_words import Words, price


class OptionChangeDialog(Dialog[BasketResult]):
    """The preview and the confirmation; answers what was done, None where nothing was.

    Args:
        account: Whose.
        basket: What to switch on and off.
        preview: What it would change.
        known: The options of the list, by id.
        words: How they are told of.
    """

    def __init__(
        self,
        account: str,
        basket: Basket,
        preview: Preview[BasketResult],
        known: Mapping[str, Option],
        words: Words,
    ) -> None:
        super().__init__()
        self._account = account
        self._basket = basket
        self._preview = preview
        self._known = known
        self._words = words
        self._attempt = Attempt()

    def compose(self) -> ComposeResult:
        """What comes and goes, what it costs, two buttons."""
        with VerticalScroll(id="dialog", classes="wide-dialog", can_focus=False):
            yield Static("Что изменится", classes="title", markup=False)
            yield TextBlock(id="option-changes")
            yield PreviewBlock(id="terms-preview")
            yield Static("", id="change-message", classes="error", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Подтвердить", variant="primary", id="agree")
                yield Button("Назад", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """Show the preview."""
        self.query_one("#option-changes", TextBlock).show(*self._told())
        self.query_one(PreviewBlock).show_preview(self._preview)
        self.query_one("#agree").focus()

    def _told(self) -> list[Part]:
        answer = self._preview.answer
        parts: list[Part] = []
        for one in self._of(self._basket.on):
            parts += [("+ ", "good"), ("Подключится ", "muted"), name_of(one)]
            parts += [f": {price(one)}"]
            if one.trial_days:
                parts += [". ", (f"▲ Бесплатно до {self._words.trial_end(one)}", "warn")]
                parts.append(", потом эта плата; за три дня напомним по SMS")
            if not one.removable:
                parts += [". ", ("▲ Отключить её потом можно только в офисе, с паспортом", "warn")]
            parts.append("\n")
        off = self._of(self._basket.off)
        for one in off:
            parts += [f"{formatting.MINUS} ", ("Отключится ", "muted"), name_of(one), "\n"]
        named = [one.title for one in off]
        for title in answer.off:
            if title not in named:
                parts += [("▲ ", "warn"), ("Сама отключится ", "muted")]
                parts += [f"«{formatting.clean(title)}»{self._because(title)}", "\n"]
        parts += [("\nСейчас спишется: ", "muted"), (sum_of(answer.charged), "strong")]
        parts += [("\nУслуги за 30 дней: ", "muted"), f"{sum_of(answer.monthly_before)} → "]
        parts.append((sum_of(answer.monthly_after), "strong"))
        if any(one.period == "use" for one in self._of(self._basket.on)):
            parts.append((" и плата за дни, когда пользуетесь", "muted"))
        return parts

    def _of(self, ids: Sequence[str]) -> list[Option]:
        return [self._known[one] for one in ids]

    def _because(self, title: str) -> str:
        """Why an option goes that nobody named."""
        gone = next((one for one in self._known.values() if one.title == title), None)
        if gone is None:
            return ""
        for one in self._of(self._basket.on):
            if gone.id in one.conflicts:
                return f": её место займёт {name_of(one)}, остаток пакетов пропадёт"
        for other in gone.requires:
            if other in self._known:
                return f": она не работает без {name_of(self._known[other])}"
        return ""

    @on(Button.Pressed, "#agree")
    @work(group="save")
    @once("agree")
    async def agree(self) -> None:
        """Change them; a refusal is told here, and can be tried again."""
        keyed = self.app.cabinet.keyed(self._attempt.key(self._basket))
        try:
            result = await keyed.options.change(self._account, self._basket)
        except CabinetError as error:
            if alive(self):
                message = self.query_one("#change-message", Static)
                message.update(str(error))
                message.scroll_visible(animate=False)
            return
        self.dismiss(result)


def done(result: BasketResult) -> str:
    """What became of a basket: whole sentences."""
    told = [
        f"{what}: {', '.join(f'«{formatting.clean(title)}»' for title in titles)}."
        for what, titles in (("Подключено", result.on), ("Отключено", result.off))
        if titles
    ]
    if result.charged.amount_minor:
        told.append(f"Списано {sum_of(result.charged)}.")
    return " ".join(told)
