"""«Акции» by the keyboard alone."""

import pytest

from mts_tui.backend.contract.autopay import Autopay
from mts_tui.backend.contract.errors import Unavailable
from mts_tui.backend.contract.promos import Promos
from mts_tui.screens.promo import PromoDialog, SurveyDialog
from tests.backend.desk import change
from tests.backend.quiet import plain

from .bonus_pages import MAIN, SECOND, BonusPages, promo, state
from .options_pages import blocked, rich
from .pages import Phone
from .test_autopay_page import keep_card, live, make
from .world import NORMAL, SMALL, World

SIZES = pytest.mark.parametrize("size", [SMALL, NORMAL], ids=["80x24", "120x40"])


@SIZES
async def test_terms_are_read_under_the_list(home: World, size: tuple[int, int]):
    async with home.run(size) as pilot:
        pages = BonusPages(pilot)
        await pages.open("promos")
        assert len(pages.lines("#promo-list")) == 5
        detail = pages.text("#promo-detail")
        assert "Сначала включите автоплатёж" in detail
        assert "За 3 дня до возвращения обычной цены придёт SMS." in detail
        assert "Где: Вся Россия. Присоединиться можно до 31 декабря 2026 г." in detail
        assert "Не действует вместе с: «МТС Junior»." in detail
        assert pages.lines("#promo-list")[0].endswith("сейчас нельзя")
        await pages.press("down", "c")
        assert "Присоединиться можно с 1 августа по 31 декабря." in pages.app.clipboard


@pytest.mark.parametrize("key", ["e", "у", "enter"])
async def test_a_promotion_is_opened_by_each_key(home: World, key: str):
    async with home.run() as pilot:
        pages = BonusPages(pilot)
        await pages.open("promos")
        await pages.press(key)
        assert isinstance(pages.screen, PromoDialog)
        assert pages.focus == "leave", "it cannot be joined"
        await pages.press("escape")
        assert pages.is_open


@SIZES
async def test_one_joins_after_a_look_leaves_and_comes_back(home: World, size: tuple[int, int]):
    async with home.run(size) as pilot:
        pages = BonusPages(pilot)
        await pages.promo("Собери свой безлимит")
        assert pages.text("#promo-after") == (
            "Если участвовать: Держите на счёте плату к 1 декабря: 500,00 ₽."
        )
        assert promo(home, "unlimited").state == "offered"
        await pages.enter_twice()
        assert promo(home, "unlimited").state == "joined"
        assert pages.is_open
        assert plain(pages.toasts[-1]).startswith("Вы участвуете: «Собери свой безлимит».")
        assert plain(pages.lines("#promo-list")[0]).endswith("осталось 2 из 2 плат")
        await pages.promo("Собери свой безлимит")
        assert pages.text("#promo-after").startswith("Акция даётся один раз")
        await pages.press("up", "shift+tab", "enter")
        assert promo(home, "unlimited").state == "ended"
        assert "Вернуться можно 10 минут" in plain(pages.toasts[-1])
        await pages.do("undo")
        await pages.press("enter")
        assert promo(home, "unlimited").state == "joined"


async def test_the_tenth_that_comes_back_month_by_month(home: World):
    async with home.run() as pilot:
        pages = BonusPages(pilot)
        rich(home, 20_000_00)
        keep_card(home)
        rule = make(home)
        await pages.promo("Автоплатёж и 10 %")
        assert pages.text("#promo-after") == (
            "Если участвовать: Вместе с платой 1 декабря на счёт вернётся 50,00 ₽. "
            "▲ Обычная цена вернётся 22 мая."
        )
        await pages.press("enter")
        for left in (5, 4, 3):
            live(home, days=30.5)
            await pages.press("f5")
            assert plain(pages.lines("#promo-list")[0]).endswith(f"осталось {left} из 6 месяцев")
        assert "Принесла 150,00 ₽." in pages.text("#promo-detail")
        ends = promo(home, "autopay-10").ends_at
        live(home, seconds=(ends - home.clock.now).total_seconds() - 3 * 86_400 + 60)
        sms = home.window().sms("+79853701234")
        assert any("закончится скидка по акции" in text for text in sms), "before the price returns"
        home.answer(Autopay.pause, MAIN, rule.id)
        await pages.press("f5")
        assert "Автоплатёж выключен. Включите его до" in pages.text("#promo-detail")


@SIZES
async def test_the_questions_one_after_another(home: World, size: tuple[int, int]):
    async with home.run(size) as pilot:
        pages = BonusPages(pilot)
        before = state(home).points
        await pages.promo("Анкета")
        await pages.press("enter", "down", "enter", "enter")
        assert "вопрос 3 из 4" in pages.words
        await pages.press("escape")
        assert promo(home, "survey").state == "offered", "half of the answers are none"
        await pages.press("enter", "down", "enter", "enter", "down", "down", "enter")
        assert isinstance(pages.screen, SurveyDialog)
        await pages.enter_twice()
        assert state(home).points == before + 150
        assert plain(pages.toasts[-1]) == "Спасибо! Начислено 150 баллов ≈ 45,00 ₽."
        assert pages.is_open
        await pages.go_to("#promo-list", "Анкета")
        assert "Принесла 150 баллов ≈ 45,00 ₽." in pages.text("#promo-detail")
        assert pages.lines("#promo-list")[-1].endswith("пройдена")


async def test_what_stands_against_taking_part_is_told(home: World):
    async with home.run() as pilot:
        pages = BonusPages(pilot)
        await pages.press("f4")
        await pages.promo("Собери свой безлимит")
        assert "Акция только для номеров региона «Москва и Московская область»" in (
            pages.text("#promo-terms")
        )
        assert not pages.screen.query("#join")
        await pages.press("escape")
        await pages.promo("Приведи друга")
        assert "Сначала вступите в «МТС Бонус»: это бесплатно." in pages.text("#promo-terms")
        await pages.press("escape")
        home.answer(Promos.join, SECOND, "junior-40")
        await pages.press("f5")
        await pages.go_to("#promo-list", "Автоплатёж и 10 %")
        assert "Вместе с акцией «МТС Junior» эта не действует." in pages.text("#promo-detail")
        await pages.press("f4")
        assert "Акции действуют для мобильных номеров МТС в России." in pages.text("#promo-detail")


async def test_a_number_that_was_blocked_meanwhile_joins_nothing(home: World):
    async with home.run() as pilot:
        pages = BonusPages(pilot)
        await pages.promo("Собери свой безлимит")
        blocked(home)
        await pages.press("enter")
        assert "Номер заблокирован." in pages.text("#promo-message")
        assert promo(home, "unlimited").state == "offered"


async def test_a_season_that_is_over_says_when_the_next_one_begins(home: World):
    async with home.run() as pilot:
        pages = BonusPages(pilot)
        live(home, days=45)
        await pages.open("promos")
        await pages.go_to("#promo-list", "МТС Junior")
        assert "Акция закончилась. Следующая начнётся 1 августа." in pages.text("#promo-detail")


async def test_an_imported_number_has_no_promotions(home: World):
    async with home.run() as pilot:
        pages = BonusPages(pilot)
        with home.store.write() as tx:
            change(tx, "UPDATE accounts SET imported = 1 WHERE id = ?", SECOND)
        await pages.press("f4")
        await pages.open("promos")
        assert "Этот номер импортирован из файла" in pages.words


async def test_no_answer_and_another_try(home: World):
    home.refuse["offered"] = Unavailable()
    async with home.run() as pilot:
        pages = BonusPages(pilot)
        await pages.open("promos")
        assert "Акции не загрузились. F5 — попробовать ещё раз." in pages.words
        home.backend.refuse.clear()
        await pages.press("f5")
        assert len(pages.lines("#promo-list")) == 5


async def test_beside_the_phone(home: World):
    async with home.run(SMALL) as pilot:
        pages = BonusPages(pilot)
        await pages.open("promos")
        await Phone(pilot).open()
        left = " ".join(" ".join(line[:40] for line in pages.seen.splitlines()).split())
        for told in ("Автоплатёж и 10 %", "Собери свой безлимит", "Сначала включите автоплатёж"):
            assert told in left
