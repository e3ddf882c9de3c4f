"""«На полном доверии» and «Обещанный платёж» by the keyboard alone."""

import pytest
from textual.widgets import Button, Static

from mts_tui import formatting
from mts_tui.backend.contract.account import Account
from mts_tui.backend.contract.errors import Unavailable
from mts_tui.backend.contract.model import Money
from mts_tui.backend.contract.trust import PromiseOrder, PromiseTerms, Trust, TrustTerms
from mts_tui.backend.contract.undo import Undo
from mts_tui.screens.trust import PromiseDialog, TrustDialog
from mts_tui.widgets.choice import Choice
from tests.backend.quiet import plain

from .pages import Cabinet, Person, settle, text_of
from .world import SMALL, World

MAIN = "anna-moscow"


class Terms(Person):
    """One of the two dialogs."""

    @property
    def is_open(self) -> bool:
        return isinstance(self.screen, TrustDialog | PromiseDialog)

    @property
    def state(self) -> str:
        return plain(text_of(self.screen.query_one("#terms-state")))

    @property
    def conditions(self) -> str:
        return plain(text_of(self.screen.query_one("#terms-conditions")))

    @property
    def preview(self) -> str:
        return plain(text_of(self.screen.query_one("#terms-preview")))

    @property
    def message(self) -> str:
        return plain(str(self.screen.query_one("#terms-message", Static).content))

    @property
    def button(self) -> str:
        found = self.screen.query_one("#agree", Button)
        return plain(str(found.label)) if found.display else ""

    @property
    def offers(self) -> list[str]:
        return plain(text_of(self.screen.query_one(Choice))).splitlines()

    async def open_trust(self) -> None:
        await self.open(TrustDialog(MAIN))

    async def open_promise(self) -> None:
        await self.open(PromiseDialog(MAIN))

    async def open(self, dialog: TrustDialog | PromiseDialog) -> None:
        self.answers: list[bool | None] = []
        self.app.push_screen(dialog, self.answers.append)
        await settle(self.pilot)


def have(world: World) -> int:
    return world.answer(Account.overview, MAIN).number.balance.amount_minor


def trust(world: World) -> TrustTerms:
    return world.answer(Trust.terms, MAIN)


def promise(world: World) -> PromiseTerms:
    return world.answer(Trust.promise_terms, MAIN)


async def test_trust_shows_conditions_and_what_would_change_and_enter_does_it(home: World):
    async with home.run() as pilot:
        dialog = Terms(pilot)
        await dialog.open_trust()
        assert (
            dialog.state == "Выключено. С этой услугой можно быть на связи до −300,00 ₽, бесплатно."
        )
        assert dialog.conditions.count("✓") == 6
        assert "✗" not in dialog.conditions
        assert "Можно потратить: " in dialog.preview
        assert (dialog.button, dialog.focus) == ("Подключить", "agree")
        await dialog.press("enter")
        assert not dialog.is_open
        assert dialog.answers == [True]
        assert dialog.toasts == [
            "«На полном доверии» подключено. Отменить можно 10 минут: Г в кабинете."
        ]
        assert trust(home).state.on
        await dialog.open_trust()
        assert dialog.state == "Включено: можно быть на связи до −300,00 ₽, бесплатно."
        assert dialog.conditions.startswith("✓ Баланс не ниже нуля")
        assert dialog.button == "Отключить"
        await dialog.press("enter")
        assert not trust(home).state.on


async def test_what_is_not_met_is_marked_and_nothing_can_be_pressed(home: World):
    async with home.run() as pilot:
        home.answer(Trust.promise, MAIN, _order(50_00))
        dialog = Terms(pilot)
        await dialog.open_trust()
        assert dialog.conditions.count("✗") == 1
        assert "✗ Нет обещанного платежа Обещанный платёж 50,00 ₽ действует до" in " ".join(
            dialog.conditions.split()
        )
        assert (dialog.button, dialog.focus, dialog.preview) == ("", "leave", "")
        await dialog.press("enter")
        assert dialog.answers == [None]


def _order(amount: int) -> PromiseOrder:
    return PromiseOrder(amount=Money(amount_minor=amount, currency="RUB"))


async def test_a_sum_is_promised_by_arrows_and_enter(home: World):
    async with home.run() as pilot:
        dialog = Terms(pilot)
        await dialog.open_promise()
        assert dialog.state.startswith("На 3 дня, до 800,00 ₽: на связь за 30 дней потрачено ")
        assert [" ".join(line.split()) for line in dialog.offers] == [
            "(•) 50,00 ₽ комиссия 7,00 ₽",
            "( ) 100,00 ₽ комиссия 10,00 ₽",
            "( ) 200,00 ₽ комиссия 25,00 ₽",
            "( ) 400,00 ₽ комиссия 25,00 ₽",
            "( ) 800,00 ₽ комиссия 50,00 ₽",
        ]
        assert dialog.button == "Получить 50,00 ₽"
        await dialog.press("down", "down")
        assert dialog.button == "Получить 200,00 ₽"
        assert dialog.offers[2].startswith("(•)")
        assert f"→ {_roubles(have(home) + 200_00)}" in dialog.preview
        await dialog.press("enter")
        assert dialog.answers == [True]
        assert plain(dialog.toasts[-1]) == (
            "Обещанный платёж 200,00 ₽ получен. Отменить можно 10 минут: Г в кабинете."
        )
        active = promise(home).active
        assert active is not None
        assert (active.amount.amount_minor, active.fee.amount_minor) == (200_00, 25_00)
        await dialog.open_promise()
        assert dialog.state == (
            "Действует: 200,00 ₽ до 25 ноября 2026 г., 21:34. Тогда же спишется комиссия "
            "25,00 ₽. Пополните счёт к этому времени."
        )
        assert dialog.button == ""
        assert not dialog.screen.query_one(Choice).display


def _roubles(minor: int) -> str:
    return plain(formatting.money(minor))


@pytest.mark.parametrize("way", ["tab", "enter"])
async def test_the_button_and_the_list_do_the_same(home: World, way: str):
    async with home.run() as pilot:
        dialog = Terms(pilot)
        await dialog.open_promise()
        await dialog.press(*(["tab"] if way == "tab" else []), "enter")
        assert dialog.answers == [True]
        assert promise(home).active is not None


async def test_it_can_be_undone(home: World):
    async with home.run() as pilot:
        dialog = Terms(pilot)
        await dialog.open_promise()
        await dialog.press("enter")
        entry = home.answer(Undo.pending).items[0]
        home.answer(Undo.take_back, entry.id)
        await settle(pilot)
        assert promise(home).active is None


async def test_a_lost_answer_does_not_promise_twice(home: World):
    async with home.run() as pilot:
        dialog = Terms(pilot)
        await dialog.open_promise()
        assert home.backend is not None
        home.backend.refuse["promise"] = Unavailable()
        await dialog.press("enter")
        assert dialog.message == str(Unavailable())
        del home.backend.refuse["promise"]
        await dialog.press("enter")
        assert promise(home).active is not None
        assert dialog.answers == [True]


@pytest.mark.parametrize("what", ["trust", "promise"])
async def test_an_operator_that_does_not_answer_is_told(home: World, what: str):
    async with home.run() as pilot:
        dialog = Terms(pilot)
        assert home.backend is not None
        home.backend.refuse |= {"terms": Unavailable(), "promise_terms": Unavailable()}
        await (dialog.open_trust() if what == "trust" else dialog.open_promise())
        assert dialog.message == str(Unavailable())
        assert dialog.button == ""
        await dialog.press("escape")
        assert Cabinet(pilot).is_open


@pytest.mark.parametrize("what", ["trust", "promise"])
async def test_all_of_it_is_seen_in_a_small_terminal(home: World, what: str):
    async with home.run(SMALL) as pilot:
        dialog = Terms(pilot)
        await (dialog.open_trust() if what == "trust" else dialog.open_promise())
        seen = dialog.words
        assert dialog.button.split()[0] in seen
        assert {"trust": "На полном доверии", "promise": "Обещанный платёж"}[what] in seen
        assert "Можно потратить" in seen
