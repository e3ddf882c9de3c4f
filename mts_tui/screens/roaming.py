"""«Роуминг»: a country is found, then what works there, for which price, what makes it cheaper."""

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Input, Static

from mts_tui import formatting
from mts_tui.backend.contract.errors import CabinetError
from mts_tui.backend.contract.roaming import RoamingCountry, RoamingHelp, RoamingTerms
from mts_tui.widgets.alive import alive
from mts_tui.widgets.dialog import Dialog
from mts_tui.widgets.field import Field
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.rows import Cell, Column, Rows
from mts_tui.widgets.text import Part, TextBlock

COLUMNS = (Column(0), Column(20))
NOTHING = "Такой страны нет. Попробуйте начало названия или код из двух букв: TR."
LONGEST = 60
WAITING = "Узнаём цены…"


class RoamingDialog(Dialog[bool]):
    """Choose a country; always answers None.

    Args:
        account: Whose prices.
    """

    def __init__(self, account: str) -> None:
        super().__init__()
        self._account = account
        self._found: list[RoamingCountry] = []

    def compose(self) -> ComposeResult:
        """A field to search in, and the countries."""
        with Vertical(id="dialog"):
            yield Static("Роуминг", classes="title", markup=False)
            yield Field("Страна", hint="Турция, Казахстан, TR…", longest=LONGEST, id="country")
            yield Rows(COLUMNS, NOTHING, id="countries")
        yield KeyBar()

    def on_mount(self) -> None:
        """Show all there are."""
        self.load("")

    @on(Input.Changed, "#country")
    def _typed(self, changed: Input.Changed) -> None:
        self.load(changed.value)

    @work(exclusive=True, group="load")
    async def load(self, text: str) -> None:
        """Ask for the countries with a text."""
        rows = self.query_one(Rows)
        try:
            answer = await self.app.cabinet.roaming.countries(self._account, text.strip())
        except CabinetError as error:
            if alive(self):
                rows.show(0, lambda _index: (), keep=False)
                rows.say(str(error))
            return
        if alive(self):
            self._found = answer.items
            rows.show(len(self._found), lambda index: _country_row(self._found[index]), keep=False)

    @on(Input.Submitted, "#country")
    def _to_list(self) -> None:
        """One country that fits is the one that is meant."""
        if len(self._found) == 1:
            self._open(self._found[0])
        elif self._found:
            self.query_one(Rows).focus()

    @on(Rows.Chosen, "#countries")
    def _chosen(self, chosen: Rows.Chosen) -> None:
        self._open(self._found[chosen.index])

    def _open(self, country: RoamingCountry) -> None:
        self.app.push_screen(RoamingTermsDialog(self._account, country))


class RoamingTermsDialog(Dialog[None]):
    """What awaits in a country.

    Args:
        account: Whose prices.
        country: Where.
    """

    def __init__(self, account: str, country: RoamingCountry) -> None:
        super().__init__()
        self._account = account
        self._country = country

    def compose(self) -> ComposeResult:
        """The country, what works, prices, options; it scrolls."""
        title = formatting.clean(self._country.title, LONGEST)
        with VerticalScroll(id="dialog", classes="wide-dialog"):
            yield Static(title, classes="title", markup=False)
            yield TextBlock(WAITING, id="roaming-text")
        yield KeyBar()

    def on_mount(self) -> None:
        """Ask."""
        self.query_one("#dialog").focus()
        self.load()

    @work(exclusive=True, group="load")
    async def load(self) -> None:
        """Ask the operator and show the answer."""
        block = self.query_one("#roaming-text", TextBlock)
        try:
            terms = await self.app.cabinet.roaming.terms(self._account, self._country.code)
        except CabinetError as error:
            if alive(self):
                block.show((str(error), "bad"))
            return
        if alive(self):
            block.show(*_told(terms))


def _country_row(country: RoamingCountry) -> tuple[Cell, ...]:
    return (
        Cell(formatting.clean(country.title, LONGEST)),
        Cell(formatting.clean(country.zone, LONGEST), "muted"),
    )


def _told(terms: RoamingTerms) -> list[Part]:
    if not terms.works:
        return [(formatting.clean(terms.country.zone), "warn"), "\n", formatting.clean(terms.note)]
    parts: list[Part] = [(formatting.clean(terms.country.zone), "muted"), "\n"]
    parts += [("✓ ", "good"), " · ".join(map(formatting.clean, terms.works)), "\n\n"]
    longest = max((len(price.title) for price in terms.prices), default=0)
    for price in terms.prices:
        sum_ = formatting.money(price.price.amount_minor, price.price.currency)
        parts += [f"{formatting.clean(price.title):<{longest}}  ", (f"{sum_:>10}", "strong")]
        parts += [(f" за {_ACCUSATIVE.get(price.unit, formatting.clean(price.unit))}", "muted")]
        parts.append("\n")
    parts += [(f"\n{formatting.clean(terms.note)}\n", "muted")]
    if terms.help:
        parts += ["\n", ("Что поможет заплатить меньше", "strong"), "\n"]
        for one in terms.help:
            parts += _option(one)
    return parts[:-1]


_ACCUSATIVE = {"минута": "минуту", "секунда": "секунду"}


def _option(one: RoamingHelp) -> list[Part]:
    price = formatting.money(one.price.amount_minor, one.price.currency)
    code = f"  {formatting.clean(one.code)}" if one.code else ""
    return [
        (f"{formatting.clean(one.title)}: ", "strong"), f"{price} {formatting.clean(one.unit)}",
        (code, "key"), "\n", f"  {formatting.clean(one.description)}. ",
        (formatting.clean(one.pays_from), "good"), "\n",
    ]  # fmt: skip
