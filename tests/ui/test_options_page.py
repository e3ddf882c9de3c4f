"""«Услуги» by the keyboard alone: the list, marks, one preview, one confirmation, undo."""

import asyncio
from datetime import timedelta

import pytest

from mts_tui.backend.contract.errors import Unavailable
from mts_tui.backend.contract.options import Basket, Options
from tests.backend.desk import change
from tests.backend.paydesk import give

from .options_pages import MAIN, OptionsPages, blocked, option, rich
from .pages import settle, until
from .world import LARGE, NORMAL, SMALL, World

SIZES = pytest.mark.parametrize("size", [SMALL, NORMAL, LARGE], ids=["80x24", "120x40", "200x60"])


def switch(home: World, *on: str, off: tuple[str, ...] = ()) -> None:
    home.answer(Options.change, MAIN, Basket(on=list(on), off=list(off)))


# ------------------------------------------------------------------ the list


@SIZES
async def test_options_stand_in_sections_with_price_and_state(home: World, size: tuple[int, int]):
    async with home.run(size) as pilot:
        pages = OptionsPages(pilot)
        await pages.open()
        offered = home.answer(Options.offered, MAIN).items
        assert pages.titles == [one.title for one in offered]
        headings = [line[1] for line in pages.lines if not line[0]]
        assert headings == list(dict.fromkeys(one.category for one in offered))
        assert "Подключено: 3 из 63 · ▲ на пробе: 1" in pages.text("#options-state")
        await pages.go_to("Пакет 100 SMS")
        assert pages.row[3:] == ["120,00 ₽", "в месяц", ""]
        assert "Пакет 100 SMS" in pages.seen
        assert "*111*0100#" in pages.detail
        assert "100 SMS каждый месяц; плата целиком 1-го числа." in pages.detail
        await pages.go_to("Ребёнок под присмотром")
        assert pages.row[0].strip() == "●"
        assert pages.row[5].startswith("▲ проба до ")
        assert "потом 50,00 ₽ в месяц. За три дня напомним по SMS." in pages.detail
        assert "За три дня напомним по SMS." in " ".join(pages.words.replace("│", " ").split())


async def test_the_cursor_passes_over_headings(home: World):
    async with home.run() as pilot:
        pages = OptionsPages(pilot)
        await pages.open()
        assert pages.table.cursor == 1
        assert "Интернет" in pages.seen, "the heading of the first row is seen"
        seen = []
        for _ in range(12):
            seen.append(pages.row[1])
            await pages.press("down")
        assert seen == pages.titles[:12]
        await pages.press("home")
        assert pages.row[1] == pages.titles[0]
        await pages.press("up", "up")
        assert pages.row[1] == pages.titles[0]
        await pages.press("right")
        assert pages.row[1] == "Область"
        await pages.press("left", "left")
        assert pages.row[1] == pages.titles[0]
        await pages.press("end", "right")
        assert pages.row[1] == pages.titles[-1]
        await pages.press("pageup", "pageup")
        assert pages.row[0]


async def test_search_as_one_types_and_only_mine(home: World):
    async with home.run() as pilot:
        pages = OptionsPages(pilot)
        await pages.open()
        await pages.do("find_option")
        await pages.type("*111*0")
        assert pages.titles == [f"Пакет {count} SMS" for count in (100, 300, 500, 1000)]
        await pages.press("escape")
        assert pages.here == "list"
        assert len(pages.titles) == 63
        await pages.do("find_option")
        await pages.type("ЧЁРНЫЙ")
        assert "Чёрный список" in pages.titles
        await pages.type(" лебедь")
        assert pages.titles == []
        assert "Такой услуги нет" in pages.seen
        await pages.press("enter", "space", "enter", "escape")
        assert len(pages.titles) == 63
        await pages.press("escape")
        assert pages.here != "list"


async def test_only_mine_are_those_that_are_on_or_marked(home: World):
    async with home.run() as pilot:
        pages = OptionsPages(pilot)
        await pages.open()
        await pages.mark("Пакет 100 SMS")
        await pages.do("only_mine")
        assert "Пакет 100 SMS" in pages.titles
        assert len(pages.titles) == 4
        await pages.do("mark_option")
        await pages.do("only_mine")
        await pages.do("only_mine")
        assert "Пакет 100 SMS" not in pages.titles
        assert "Показаны только они" in pages.text("#options-state")


async def test_what_cannot_be_had_says_why(home: World):
    async with home.run() as pilot:
        pages = OptionsPages(pilot)
        await pages.open()
        await pages.mark("Безлимитные звонки")
        assert pages.row[0].strip() == "✗"
        assert "Услуга в архиве: подключить её больше нельзя." in pages.detail
        assert "Услуга в архиве" in pages.message
        await pages.press("enter")
        assert pages.here == "list"
        assert home.backend.asked.count("change") == 0


async def test_a_blocked_number_says_so_beside_every_option(home: World):
    async with home.run() as pilot:
        blocked(home)
        pages = OptionsPages(pilot)
        await pages.open()
        await pages.mark("Пакет 100 SMS")
        assert "Разблокируйте" in pages.detail
        assert "Разблокируйте" in pages.message
        assert pages.row[0].strip() == "✗"


async def test_a_suspended_one_and_a_one_off_are_told(home: World):
    async with home.run() as pilot:
        rich(home)
        switch(home, "turbo-500")
        pages = OptionsPages(pilot)
        await pages.open()
        await pages.go_to("Турбо-кнопка 500 МБ")
        assert pages.row[5].startswith("до 22 дек")
        assert ("Можно заказать ещё" in pages.detail) == option(home, "turbo-500").repeatable
        with home.store.write() as tx:
            change(tx, "UPDATE account_options SET suspended = 1 WHERE id = 'child-care'")
        await pages.press("escape")
        await pages.open()
        await pages.go_to("Ребёнок под присмотром")
        assert pages.row[5] == "▲ ждёт денег"
        assert "Пополните счёт" in pages.detail
        assert "▲ ждут денег: 1" in pages.text("#options-state")


# ------------------------------------------------------------------ a basket


@SIZES
async def test_several_are_changed_by_one_confirmation_and_taken_back(
    home: World, size: tuple[int, int]
):
    async with home.run(size) as pilot:
        rich(home)
        pages = OptionsPages(pilot)
        await pages.open()
        await pages.mark("Пакет 300 SMS", "МТС Premium", "Вам звонили!")
        assert "подключить 2, отключить 1" in pages.message
        await pages.press("enter")
        assert pages.here == "change"
        assert home.backend.asked.count("change") == 0
        assert "+ Подключится «Пакет 300 SMS»: 210,00 ₽ в месяц" in pages.changes
        assert "▲ Бесплатно до 22 декабря, потом эта плата" in pages.changes
        assert "− Отключится «Вам звонили!»" in pages.changes
        assert "Сейчас спишется: 210,00 ₽" in pages.changes
        assert "Услуги за 30 дней: 50,00 ₽ → 559,00 ₽" in pages.changes
        assert "Баланс: 5 000,00 ₽ → 4 790,00 ₽" in pages.changes
        await pages.press("enter")
        assert pages.here == "list"
        assert home.backend.asked.count("change") == 1
        assert "Подключено: «Пакет 300 SMS», «МТС Premium»." in pages.message
        assert "Списано 210,00 ₽. Вернуть можно 10 минут: Г." in pages.message
        assert option(home, "premium").state == "on"
        await pages.do("undo_options")
        assert pages.here == "undo"
        await pages.press("enter")
        assert pages.here == "list"
        assert option(home, "premium").state == "off"
        assert option(home, "missed-calls").state == "on"
        await pages.press("escape")
        assert pages.answers == [True]


async def test_enter_alone_is_for_the_option_under_the_cursor(home: World):
    async with home.run() as pilot:
        rich(home)
        pages = OptionsPages(pilot)
        await pages.open()
        await pages.go_to("Вам звонили!")
        await pages.press("enter")
        assert "Отключится «Вам звонили!»" in pages.changes
        await pages.press("escape")
        assert pages.here == "list"
        assert option(home, "missed-calls").state == "on"
        assert "отключить 1" in pages.message, "the mark stays"


async def test_what_goes_by_itself_is_told_with_its_reason(home: World):
    async with home.run() as pilot:
        rich(home)
        switch(home, "sms-100", "forwarding", "voicemail")
        pages = OptionsPages(pilot)
        await pages.open()
        await pages.go_to("Пакет 300 SMS")
        assert "Вместо неё отключится «Пакет 100 SMS»: остаток её пакетов пропадёт." in pages.detail
        await pages.go_to("Переадресация вызова")
        assert "Без неё не работает «Голосовая почта»: отключится и она." in pages.detail
        await pages.mark("Пакет 300 SMS", "Переадресация вызова")
        await pages.press("enter")
        assert "Сама отключится «Пакет 100 SMS»: её место займёт «Пакет 300 SMS»" in pages.changes
        assert "Сама отключится «Голосовая почта»: она не работает без «Переад" in pages.changes


async def test_of_one_group_one_is_marked(home: World):
    async with home.run() as pilot:
        pages = OptionsPages(pilot)
        await pages.open()
        await pages.mark("Пакет 100 SMS", "Пакет 300 SMS")
        assert (
            pages.message == "Отметка с «Пакет 100 SMS» снята: вместе с «Пакет 300 SMS» она не "
            "действует."
        )
        await pages.go_to("Пакет 100 SMS")
        assert pages.row[0].strip() == "○"


async def test_what_an_option_lacks_is_said_before(home: World):
    async with home.run() as pilot:
        rich(home)
        pages = OptionsPages(pilot)
        await pages.open()
        await pages.mark("Голосовая почта")
        assert "Ей нужна «Переадресация вызова»: отметьте и её." in pages.detail
        await pages.press("enter")
        assert pages.here == "list"
        assert "сначала подключите «Переадресация вызова»" in pages.message
        await pages.mark("Переадресация вызова")
        await pages.go_to("Голосовая почта")
        assert "Ей нужна" not in pages.detail
        await pages.press("enter")
        assert pages.here == "change"


async def test_what_is_needed_is_not_taken_away_by_the_same_basket(home: World):
    async with home.run() as pilot:
        rich(home)
        switch(home, "forwarding")
        pages = OptionsPages(pilot)
        await pages.open()
        await pages.mark("Переадресация вызова", "Голосовая почта")
        assert "Ей нужна «Переадресация вызова», а её вы отключаете." in pages.detail
        await pages.press("enter")
        assert "Оставьте обе или уберите обе." in pages.message
        assert pages.here == "list"
        assert option(home, "forwarding").state == "on"


async def test_what_only_the_office_takes_away(home: World):
    async with home.run() as pilot:
        pages = OptionsPages(pilot)
        await pages.open()
        await pages.go_to("Запрет контента")
        await pages.press("enter")
        assert "▲ Отключить её потом можно только в офисе, с паспортом" in pages.changes
        await pages.press("enter")
        await pages.mark("Запрет контента")
        assert "только в офисе" in pages.message
        assert pages.row[0].strip() == "●"


async def test_marks_are_not_lost_by_one_escape(home: World):
    async with home.run() as pilot:
        pages = OptionsPages(pilot)
        await pages.open()
        await pages.mark("Пакет 100 SMS")
        await pages.press("escape")
        assert pages.here == "list"
        assert "Esc — закрыть без этого" in pages.message
        await pages.press("escape")
        assert pages.answers == [False]
        assert option(home, "sms-100").state == "off"


# ------------------------------------------------------------------ what goes wrong


async def test_without_money_the_sentence_stands_under_the_list(home: World):
    async with home.run() as pilot:
        give(home.store, -300_00)
        pages = OptionsPages(pilot)
        await pages.open()
        await pages.go_to("Пакет 100 SMS")
        await pages.press("enter")
        assert pages.here == "list"
        assert "не хватает 119,70 ₽. Пополните счёт и повторите." in pages.message
        assert pages.screen.query_one("#options-message").has_class("error")
        await pages.press("space")
        assert not pages.screen.query_one("#options-message").has_class("error")


async def test_two_enters_ask_once_and_change_once(home: World):
    async with home.run() as pilot:
        rich(home)
        pages = OptionsPages(pilot)
        await pages.open()
        await pages.mark("Пакет 100 SMS")
        home.backend.gate = asyncio.Event()
        for _ in range(3):
            pages.table.action_choose()
        await pilot.pause()
        home.backend.gate.set()
        await settle(pilot)
        assert pages.here == "change"
        assert option(home, "sms-100").state == "off", "nobody has confirmed it"
        for _ in range(2):
            pages.screen.query_one("#agree").press()
        await settle(pilot)
        assert home.backend.asked.count("change") == 1
        assert pages.here == "list"


async def test_an_answer_that_is_lost_is_asked_for_again_with_the_same_key(home: World):
    async with home.run() as pilot:
        rich(home)
        pages = OptionsPages(pilot)
        await pages.open()
        await pages.mark("Пакет 100 SMS")
        await pages.press("enter")
        keys = []
        call = home.backend.call

        async def lossy(endpoint, arguments, key):
            answer = await call(endpoint, arguments, key)
            if endpoint.name == "change":
                keys.append(key)
                if len(keys) == 1:
                    raise Unavailable
            return answer

        home.backend.call = lossy
        await pages.press("enter")
        assert pages.here == "change"
        assert "не отвечает" in pages.refusal
        await pages.press("enter")
        assert pages.here == "list"
        assert len(keys) == 2
        assert len(set(keys)) == 1
        with home.store.read() as tx:
            assert tx.accounts.by_id(id=MAIN)["balance"] == 5_000_00 - 120_00


@pytest.mark.parametrize("step", ["offered", "preview", "change"])
async def test_the_network_goes_at_each_step(home: World, step: str):
    async with home.run() as pilot:
        rich(home)
        pages = OptionsPages(pilot)
        if step == "offered":
            home.backend.refuse["offered"] = Unavailable()
            await pages.open()
            assert "Кабинет сейчас не отвечает" in pages.words
            await pages.press("enter", "space", "m", "slash", "escape", "escape")
            return
        await pages.open()
        await pages.mark("Пакет 100 SMS")
        name = "change" if step == "change" else Options.change.endpoint.preview.name
        if step == "preview":
            home.backend.refuse[name] = Unavailable()
            await pages.press("enter")
            assert pages.here == "list"
            assert "не отвечает" in pages.message
            assert pages.row[0] == "[+]", "what was marked stays"
            home.backend.refuse.clear()
        await pages.press("enter")
        home.backend.refuse["change"] = Unavailable()
        await pages.press("enter")
        assert pages.here == "change"
        assert "не отвечает" in pages.refusal
        home.backend.refuse.clear()
        await pages.press("enter")
        assert option(home, "sms-100").state == "on"


async def test_what_changed_meanwhile_refuses_at_the_confirmation(home: World):
    async with home.run() as pilot:
        rich(home)
        pages = OptionsPages(pilot)
        await pages.open()
        await pages.mark("Пакет 100 SMS")
        await pages.press("enter")
        switch(home, "sms-100")
        await pages.press("enter")
        assert "уже подключена" in pages.refusal
        await pages.press("escape")
        assert pages.here == "list"
        assert pages.row[0].strip() == "●", "the list is as it is now, the mark is gone"


async def test_a_trial_that_was_had_is_not_promised_again(home: World):
    async with home.run() as pilot:
        rich(home)
        pages = OptionsPages(pilot)
        await pages.open()
        await pages.go_to("KION")
        assert pages.row[5] == "▲ проба 30 дней"
        assert "Первые 30 дней бесплатно, потом 199,00 ₽ в месяц." in pages.detail
        switch(home, "kion")
        switch(home, off=("kion",))
        await pages.press("escape")
        await pages.open()
        await pages.go_to("KION")
        assert pages.row[5].startswith("ещё до 22 дек")
        assert "подключить снова можно бесплатно" in pages.detail
        with home.store.write() as tx:
            past = tx.now_ms - int(timedelta(days=1).total_seconds() * 1000)
            change(tx, "UPDATE account_options SET paid_until = ? WHERE id = 'kion'", past)
        await pages.press("escape")
        await pages.open()
        await pages.go_to("KION")
        assert pages.row[5] == ""
        await pages.press("enter")
        assert "Бесплатно до" not in pages.changes
        assert "Сейчас спишется: 199,00 ₽" in pages.changes


async def test_the_row_is_there_with_the_mouse_too(home: World):
    async with home.run(NORMAL) as pilot:
        rich(home)
        pages = OptionsPages(pilot)
        await pages.open()
        await pages.click("#option-list", offset=(6, 3))
        await pages.click("#option-list", offset=(6, 3))
        await until(pilot, lambda: pages.here == "change")
