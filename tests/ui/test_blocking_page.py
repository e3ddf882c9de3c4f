"""«Блокировка» and «Аппарат утрачен» by the keyboard alone."""

import pytest
from textual.widgets import Static

from mts_tui.backend.contract.account import Account
from mts_tui.backend.contract.blocking import Blocking, BlockState
from mts_tui.backend.contract.errors import Unavailable
from mts_tui.backend.contract.numbers import Numbers
from mts_tui.screens.blocking import BlockDialog, LostDialog
from tests.backend.desk import ANNA, ANNA_SECOND
from tests.backend.quiet import plain

from .pages import Cabinet, Person, Phone, ProofDialog, SignIn, settle, text_of, until
from .world import NORMAL, SMALL, World

MAIN, SECOND = "anna-moscow", "anna-petersburg"
SIZES = pytest.mark.parametrize("size", [SMALL, NORMAL], ids=["80x24", "120x40"])


class Page(Person):
    """The page and its dialogs."""

    def _text(self, name: str) -> str:
        return " ".join(plain(text_of(self.screen.query_one(name))).split())

    @property
    def state(self) -> str:
        return self._text("#block-state")

    @property
    def terms(self) -> str:
        return self._text("#block-terms")

    @property
    def told(self) -> str:
        return self._text("#block-message")

    @property
    def asks_block(self) -> bool:
        return isinstance(self.screen, BlockDialog)

    @property
    def asks_lost(self) -> bool:
        return isinstance(self.screen, LostDialog)

    @property
    def title(self) -> str:
        return plain(str(self.screen.query_one("#state-title", Static).content))

    @property
    def preview(self) -> str:
        return self._text("#state-preview")

    @property
    def message(self) -> str:
        return str(self.screen.query_one("#state-message", Static).content)


def state(world: World, account: str = MAIN) -> BlockState:
    return world.answer(Blocking.state, account)


@SIZES
async def test_block_and_unblock(home: World, size: tuple[int, int]):
    async with home.run(size) as pilot:
        cabinet, page = Cabinet(pilot), Page(pilot)
        await cabinet.press("5")
        assert cabinet.page == "blocking"
        assert page.state == "● +7 985 370-12-34 работает"
        assert page.terms.startswith("14 дней бесплатно, потом 1,00 ₽ в день.")
        assert "6 декабря, 21:34" in page.terms
        for words in ("не работает", "звонки на 0890 и 112", "пополнение счёта"):
            assert words in cabinet.seen
        await cabinet.press("enter")
        assert page.asks_block
        assert page.title == "Заблокировать +7 985 370-12-34?"
        assert page.preview == "Номер: работает → заблокирован"
        assert not state(home).blocked
        await cabinet.press("enter")
        assert state(home).blocked
        assert page.state.startswith("■ +7 985 370-12-34 заблокирован с 22 ноября, 21:34")
        assert "Номер заблокирован" in cabinet.toasts[-1]
        await cabinet.press("enter")
        assert page.preview == "Номер: заблокирован → работает"
        await cabinet.press("enter")
        assert not state(home).blocked
        assert page.state == "● +7 985 370-12-34 работает"


@SIZES
async def test_one_key_from_anywhere(home: World, size: tuple[int, int]):
    """F12 works on every page, over a dialog and while somebody types."""
    async with home.run(size) as pilot:
        cabinet, page = Cabinet(pilot), Page(pilot)
        for before in ((), ("6", "slash"), ("2", "b"), ("f1",)):
            await cabinet.press(*before)
            under = cabinet.screen
            await cabinet.press("f12")
            assert page.asks_block
            await cabinet.press("f12")
            await cabinet.press("escape")
            assert cabinet.screen is under
            if before == ("6", "slash") or not cabinet.is_open:
                await cabinet.press("escape")
        await cabinet.press("f12", "enter")
        assert state(home).blocked


async def test_nobody_blocks_before_sign_in(world: World):
    async with world.run() as pilot:
        page = Page(pilot)
        await page.press("f12")
        assert not page.asks_block


async def test_an_old_proof_is_asked_for_anew(home: World):
    async with home.run() as pilot:
        home.pass_time(6 * 60)
        page, proof = Page(pilot), ProofDialog(pilot)
        await page.press("f12", "enter")
        assert proof.is_open
        await proof.press("escape")
        assert page.asks_block
        assert not state(home).blocked
        page.screen.query_one("#agree").remove_class("-active")  # The button is up again.
        await page.press("enter")
        await proof.prove("синий трамвай у моря")
        assert state(home).blocked


async def test_what_the_operator_says_stays_in_the_dialog(home: World):
    async with home.run() as pilot:
        page = Page(pilot)
        await page.press("f12")
        home.backend.refuse["block"] = Unavailable()
        await page.press("enter")
        assert "Кабинет сейчас не отвечает" in page.message
        assert page.asks_block
        home.backend.refuse.clear()
        page.screen.query_one("#agree").remove_class("-active")  # The button is up again.
        await page.press("enter")
        assert state(home).blocked


async def test_a_city_number_says_why_not(home: World):
    async with home.run() as pilot:
        cabinet, page = Cabinet(pilot), Page(pilot)
        await cabinet.press("f4", "f4", "f4", "f4", "5")
        assert "нет SIM-карты" in page.terms
        await cabinet.press("b")
        assert "нет SIM-карты" in page.told
        assert not page.asks_block


async def test_the_phones_own_code_is_seen_at_once(home: World):
    async with home.run(NORMAL) as pilot:
        cabinet, page, phone = Cabinet(pilot), Page(pilot), Phone(pilot)
        await cabinet.press("5")
        await phone.open()
        await phone.dial("*111*157#")
        assert "1 Да" in phone.reply
        await phone.dial("1")
        assert "заблокирован" in page.state
        await phone.dial("0890")
        await phone.dial("1")
        assert "работает" in page.state


async def test_it_fits_beside_the_phone(home: World):
    async with home.run() as pilot:
        cabinet, page = Cabinet(pilot), Page(pilot)
        await cabinet.press("5", "f2")
        assert "работает" in page.state
        assert "Заблокировать номер" in cabinet.seen


# ------------------------------------------------------------------ «Аппарат утрачен»


@SIZES
async def test_ones_own_login_says_what_to_do(home: World, size: tuple[int, int]):
    async with home.run(size) as pilot:
        cabinet, page = Cabinet(pilot), Page(pilot)
        await cabinet.press("5", "l")
        assert not page.asks_lost
        assert "Войдите с другим своим номером" in page.told
        await cabinet.press("f4", "f4", "f4")
        assert "на другого человека" not in page.told
        await cabinet.press("l")
        assert "на другого человека" in page.told


@SIZES
async def test_a_lost_phone_and_its_return(home: World, size: tuple[int, int]):
    async with home.run(size) as pilot:
        cabinet, page = Cabinet(pilot), Page(pilot)
        await cabinet.press("f4", "5", "l")
        assert page.asks_lost
        assert page.title == "Аппарат утрачен: +7 981 053-11-22"
        assert "войти с ним не сможет никто" in cabinet.words
        await cabinet.press("shift+tab", "space", "tab", "enter")
        assert (state(home, SECOND).lost, state(home, SECOND).blocked) == (True, True)
        assert "Аппарат утрачен 22 ноября, 21:34" in page.state
        assert "номер заблокирован" in cabinet.toasts[-1]
        await cabinet.press("1")
        assert "■" in cabinet.rows[1]
        assert "аппарат утрачен" in cabinet.rows[1]
        await cabinet.press("2")
        assert "■ Аппарат утрачен" in cabinet.beside
        await cabinet.press("5", "l")
        assert page.title == "Аппарат найден: +7 981 053-11-22"
        await cabinet.press("enter")
        assert state(home, SECOND).lost is False
        assert "утрачен" not in page.state
        await cabinet.press("2")
        assert "■ Номер заблокирован" in cabinet.beside


async def test_whoever_has_it_is_out_at_once(home: World):
    """Another window reports the number that this terminal works with."""
    async with home.run() as pilot:
        cabinet, way = Cabinet(pilot), SignIn(pilot)
        assert cabinet.is_open
        window = home.window()
        window.sign_in(ANNA_SECOND)
        window.ask(Blocking.report_lost, MAIN)
        await until(pilot, lambda: way.is_open)  # Not a key is pressed here.
        await settle(pilot)
        await way.type_number(ANNA)
        await way.request_code()
        assert "Войдите с другим своим номером или позвоните на 0890" in way.message
        await way.type_secret("синий трамвай у моря")
        assert way.is_open
        assert "0890" in way.message
        window.ask(Blocking.report_found, MAIN)
        await way.type_secret("синий трамвай у моря")
        assert cabinet.is_open
        assert home.answer(Numbers.linked).items[0].lost is False
        assert home.answer(Account.overview, MAIN).number.lost is False
