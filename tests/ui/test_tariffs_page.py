"""«Тариф» and «Все тарифы» by the keyboard alone: found, compared, changed, planned, taken back."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from mts_tui.backend.contract.blocking import Blocking
from mts_tui.backend.contract.errors import Offline, StoreLocked
from mts_tui.backend.contract.options import Basket, Options
from mts_tui.backend.contract.tariffs import ChangeOrder, Tariffs
from mts_tui.screens.tariff_change import read_day
from tests.backend.desk import NOW, change, rows
from tests.backend.paydesk import give
from tests.backend.quiet import plain

from .pages import Cabinet, Help, Phone, settle
from .tariffs import MAIN, TariffPages, balance, changes, current, let_pass, stay
from .test_bad_input import through_sizes
from .world import NORMAL, SMALL, World

SIZES = pytest.mark.parametrize("size", [SMALL, NORMAL], ids=["80x24", "120x40"])
DAY = 24 * 3600
DECEMBER = datetime(2026, 11, 30, 21, 0, tzinfo=UTC)
"""Midnight in Moscow, on the day of the next fee."""


# ------------------------------------------------------------------ the list


@SIZES
async def test_the_list_and_what_it_says_of_each(home: World, size: tuple[int, int]) -> None:
    async with home.run(size) as pilot:
        pages = TariffPages(pilot)
        await pages.open("d")
        assert "показано 24 из 27" in pages.text("#tariffs-title")
        found = {row.split("\t")[1]: row.split("\t") for row in pages.rows}
        assert found["Smart mini"][2:7] == ["300,00 ₽", "250", "250", "2 ГБ", "✓ доступен"]
        assert found["Smart"][6] == "▲ не сейчас"
        assert found["Smart Nonstop"][6] == "● ваш"
        assert found["МТС Junior"][6] == "✗ не для вас"
        assert found["Супер МТС"][2:5] == ["без платы", "20/день", "нет"]
        await pages.choose("Smart")
        await settle(pilot)
        assert "не хватает 149,70 ₽" in pages.text("#tariff-detail")
        assert "запланировать" in pages.text("#tariff-detail")
        for title in list(found)[:10]:
            assert title in pages.seen


FOUND = {
    "w": ("Супер МТС", 4),
    "ww": ("Smart mini", 8),
    "v": ("Smart mini", 21),
    "vvvv": ("Smart Top", 2),
    "bbbb": ("Smart Безлимитище", 4),
    "bb": ("Smart Nonstop", 15),
    "r": ("Smart mini", 18),
    "f": ("Smart mini", 27),
    "ff": ("Посекундный", 3),
    "vb": ("Smart Nonstop", 17),
}
"""What is typed: the first tariff that is left, and how many."""


async def test_a_key_for_each_filter(home: World) -> None:
    async with home.run(SMALL) as pilot:
        pages = TariffPages(pilot)
        await pages.open("d")
        for keys, (first, count) in FOUND.items():
            await pages.press(*keys)
            assert (pages.titles[0], len(pages.titles)) == (first, count), keys
            assert f"показано {count} из 27" in pages.text("#tariffs-title")
            await pages.press("x")
            assert len(pages.titles) == 24


async def test_every_filter_comes_round(home: World) -> None:
    async with home.run(SMALL) as pilot:
        pages = TariffPages(pilot)
        await pages.open("d")
        before = pages.text("#tariff-filters")
        for key, choices in (("w", 6), ("v", 5), ("b", 5), ("r", 7), ("f", 3)):
            seen = set()
            for _ in range(choices):
                seen.add(pages.text("#tariff-filters"))
                await pages.press(key)
            assert len(seen) == choices
            assert pages.text("#tariff-filters") == before


async def test_the_filters_speak_the_currency_of_the_account(home: World) -> None:
    async with home.run(SMALL) as pilot:
        pages = TariffPages(pilot)
        await pages.open()
        await pages.press("f4", "f4", "d", "w", "w")
        assert "до 15 BYN" in pages.text("#tariff-filters")
        assert pages.titles == ["Гостевой", "Умный бизнес 2"]


async def test_search_as_one_types(home: World) -> None:
    async with home.run(SMALL) as pilot:
        pages = TariffPages(pilot)
        await pages.open("d")
        await pages.press("slash")
        await pages.type("СЕМЬ 10 гб")
        assert pages.titles == ["Smart для своих"]
        await pages.press("enter")
        assert pages.focus == "tariff-list"
        await pages.press("slash")
        await pages.type("[/foo] 😀")
        assert pages.titles == []
        assert "Таких тарифов нет. Снимите отбор" in pages.seen
        await pages.press("escape")
        assert len(pages.titles) == 24
        assert pages.here == "list"


async def test_the_list_follows_the_balance_and_keeps_its_place(home: World) -> None:
    async with home.run(SMALL) as pilot:
        pages = TariffPages(pilot)
        await pages.open("d")
        await pages.choose("Ultra")
        give(home.store, 5_000_00)
        await settle(pilot)
        assert "✓ доступен" in pages.rows[pages.titles.index("Ultra")]
        await pages.press("enter")
        assert "Ultra 2 700,00 ₽ в месяц" in pages.text("#tariff-text")


async def test_the_list_does_not_come(home: World) -> None:
    async with home.run(SMALL) as pilot:
        pages = TariffPages(pilot)
        home.backend.refuse["offered"] = StoreLocked(path="operator.db")
        await pages.open("d")
        assert "Список не загрузился" in pages.seen
        await pages.press("enter", "space", "c", "w")  # Nothing to work with.
        assert pages.here == "list"
        home.backend.refuse.clear()
        await pages.press("f5", "x")
        assert len(pages.titles) == 24


async def test_a_big_list_is_as_quick(home: World) -> None:
    """Only what is seen is drawn: the widget never makes a widget of a row."""
    async with home.run(SMALL) as pilot:
        pages = TariffPages(pilot)
        await pages.open("d")
        assert len(pages.screen.query("*")) < 20


# ------------------------------------------------------------------ side by side


@SIZES
async def test_marked_tariffs_stand_beside_ones_own(home: World, size: tuple[int, int]) -> None:
    async with home.run(size) as pilot:
        pages = TariffPages(pilot)
        await pages.open("d")
        for tariff in ("Smart mini", "Ultra", "Супер МТС"):
            await pages.choose(tariff)
            await pages.press("space")
        assert "отмечено 3" in pages.text("#tariffs-title")
        await pages.press("c")
        assert pages.here == "comparison"
        heads = next(line for line in pages.seen.splitlines() if "Smart mini" in line)
        assert heads.index("Smart Nonstop") < heads.index("Smart mini")
        fee = next(row for row in pages.rows if "\tПлата\t" in row).split("\t")
        assert fee[0] == "≠"
        assert fee[2:4] == ["  500,00 ₽", "↓ 300,00 ₽"]
        if size == SMALL:
            assert "ещё 2 →" in pages.text("#compare-title")
            await pages.press("right", "right", "right")
            assert "Супер МТС" in pages.seen
            assert "Smart Nonstop" in pages.seen, "one's own stays"
            assert "← ещё 2" in pages.text("#compare-title")
            await pages.press("left")
            assert "Ultra" in pages.seen
        else:
            assert fee[4:] == ["↑ 2 700,00 ₽", "↓ без платы"]
        await pages.press("escape")
        assert pages.here == "list"
        assert "отмечено 3" in pages.text("#tariffs-title")


async def test_beside_the_phone_fewer_columns_are_whole(home: World) -> None:
    async with home.run(SMALL) as pilot:
        pages = TariffPages(pilot)
        await pages.open("d")
        for tariff in ("Smart mini", "Smart"):
            await pages.choose(tariff)
            await pages.press("space")
        assert "не хватает 149,70 ₽" in pages.text("#tariff-detail")
        await Phone(pilot).open()
        left = "\n".join(line[:40] for line in pages.seen.splitlines())
        assert "…" not in left
        assert "Пополните счёт и повторите." in " ".join(plain(left).split())
        await Phone(pilot).close()
        await pages.press("c")
        fee = next(row for row in pages.rows if "\tПлата\t" in row)
        assert fee.endswith("  500,00 ₽\t↓ 300,00 ₽\t↓ 450,00 ₽")
        await Phone(pilot).open()
        fee = next(row for row in pages.rows if "\tПлата\t" in row)
        assert fee.endswith("\tПлата\t↓ 300,00 ₽")
        assert "…" not in "\n".join(line[:40] for line in pages.seen.splitlines())
        await Phone(pilot).close()
        assert "Smart Nonstop" in pages.seen


async def test_only_what_differs(home: World) -> None:
    async with home.run(SMALL) as pilot:
        pages = TariffPages(pilot)
        await pages.open("d")
        await pages.choose("Мой Smart")
        await pages.press("c")
        whole = len(pages.rows)
        assert "\tЗвонки в СНГ" in "".join(pages.rows)
        await pages.press("o")
        labels = [row.split("\t")[1] for row in pages.rows]
        assert labels[:2] == ["Плата", "Интернет в пакете"]
        assert len(labels) < whole
        assert all(row.startswith("≠") for row in pages.rows if row.split("\t")[2])
        await pages.press("o")
        assert len(pages.rows) == whole


async def test_nothing_of_the_table_is_cut_off(home: World) -> None:
    async with home.run(SMALL) as pilot:
        pages = TariffPages(pilot)
        await pages.open("d")
        await pages.press("f")
        for tariff in ("Smart Безлимитище", "Всегда Налегке", "МТС Коннект-4", "Посекундный"):
            await pages.choose(tariff)
            await pages.press("space")
        await pages.press("c")
        for _ in range(5):
            assert "…" not in pages.seen
            await pages.press("end")
            assert "…" not in pages.seen
            await pages.press("right")


async def test_what_can_be_marked(home: World) -> None:
    async with home.run(SMALL) as pilot:
        pages = TariffPages(pilot)
        await pages.open("d")
        await pages.choose("Smart Nonstop")
        await pages.press("space")
        assert "Ваш тариф и так стоит в сравнении" in pages.toasts[-1]
        await pages.press("c")
        assert pages.here == "list"
        assert "Отметьте пробелом" in pages.toasts[-1]
        await pages.press("down", *["space", "down"] * 5)
        assert "не больше четырёх" in pages.toasts[-1]
        assert "отмечено 4" in pages.text("#tariffs-title")
        await pages.press("up", "up", "space")
        assert "отмечено 3" in pages.text("#tariffs-title")


# ------------------------------------------------------------------ one's own tariff


@SIZES
async def test_ones_own_tariff_in_full(home: World, size: tuple[int, int]) -> None:
    async with home.run(size) as pilot:
        pages = TariffPages(pilot)
        await pages.open("t")
        told = pages.text("#tariff-text")
        for words in (
            "Smart Nonstop 500,00 ₽ в месяц",
            "Следующая плата 1 декабря, через 9 дней",
            "Подключён 1 ноября 2024 г.",
            "Сменить сейчас бесплатно",
            "Минуты 400 каждый месяц",
            "Звонки на другие мобильные, дома 2,00 ₽ за минуту",
            "Смен ещё не было.",
        ):
            assert words in told
        assert "Смен ещё не было." not in pages.seen or size == NORMAL
        await pages.press("pagedown", "pagedown")
        assert "Смен ещё не было." in pages.seen
        assert pages.button("cancel-change") == ""


async def test_what_was_with_its_state_and_reason(home: World) -> None:
    async with home.run(NORMAL) as pilot:
        pages = TariffPages(pilot)
        give(home.store, 1_000_00)
        home.answer(Tariffs.change, MAIN, ChangeOrder(tariff="smart"))
        home.pass_time(60)
        give(home.store, 50_00)
        home.answer(Tariffs.change, MAIN, ChangeOrder(tariff="ultra", at=NOW + timedelta(days=1)))
        let_pass(home, 2 * DAY)
        await pages.open("t")
        told = pages.text("#tariff-text")
        assert "Smart → Ultra ✗ не вышла" in told
        assert "не хватает" in told.partition("✗ не вышла")[2]
        assert "Smart Nonstop → Smart ✓ выполнена Списано: первая плата 450,00 ₽." in told
        assert "Сгорело: " in told
        assert "снова бесплатно с 22 декабря" in told


async def test_a_plan_is_told_and_given_up(home: World) -> None:
    async with home.run(SMALL) as pilot:
        pages = TariffPages(pilot)
        home.answer(Tariffs.change, MAIN, ChangeOrder(tariff="ultra", at=DECEMBER))
        await pages.open("t")
        told = pages.text("#tariff-text")
        assert "▲ 1 декабря, 00:00 сменится на «Ultra»." in told
        assert "на счёте должно быть 2 700,00 ₽" in told
        await pages.push("cancel-change")
        assert "остаётся ваш тариф" in pages.toasts[-1]
        assert [one.state for one in changes(home)] == ["cancelled"]
        assert "сменится" not in pages.text("#tariff-text")
        assert pages.button("cancel-change") == ""
        assert pages.focus == "to-list"
        await pages.press("escape")
        assert "▲" not in pages.text("#services-tariff")


async def test_the_clock_goes_over_the_plan_while_it_is_looked_at(home: World) -> None:
    async with home.run(SMALL) as pilot:
        give(home.store, 3_000_00)
        pages = TariffPages(pilot)
        home.answer(Tariffs.change, MAIN, ChangeOrder(tariff="ultra", at=DECEMBER))
        await pages.open("t")
        stay(home, 9 * DAY)
        await pages.push("cancel-change")  # Nobody has told the screen yet.
        assert "уже не ждёт своего срока" in pages.text("#tariff-message")
        let_pass(home, 0)
        await settle(pilot)
        assert pages.text("#tariff-text").startswith("Ultra 2 700,00 ₽ в месяц")
        assert pages.button("cancel-change") == ""
        assert current(home) == "ultra"


async def test_ones_own_tariff_does_not_come(home: World) -> None:
    async with home.run(SMALL) as pilot:
        pages = TariffPages(pilot)
        home.backend.refuse["changes"] = StoreLocked(path="operator.db")
        await pages.open("t")
        assert str(StoreLocked(path="operator.db")) in pages.text("#tariff-message")
        assert "не загрузился" in pages.text("#tariff-text")
        await pages.press("tab", "pagedown", "escape")
        assert Cabinet(pilot).is_open


# ------------------------------------------------------------------ a change


@SIZES
async def test_change_now_and_take_it_back(home: World, size: tuple[int, int]) -> None:
    async with home.run(size) as pilot:
        pages = TariffPages(pilot)
        before = balance(home)
        await pages.open_change("Smart mini")
        assert pages.here == "change"
        told = "Сейчас спишется 300,00 ₽ (первая плата 300,00 ₽, сама смена бесплатна)."
        assert pages.cost == told
        table = pages.text("#change-table")
        assert "Плата 500,00 ₽ в месяц 300,00 ₽ в месяц" in table
        assert "Минуты 400 250" in table
        assert "Баланс 300,30 ₽ 0,30 ₽" in table
        assert table.startswith("Было: Smart Nonstop Стало: Smart mini")
        assert "▲ Сгорит остаток: " in pages.text("#change-lost")
        assert pages.cost in pages.words.replace("\N{NO-BREAK SPACE}", " ")
        assert current(home) == "smart-nonstop", "only looked at"
        await pages.press("enter")
        assert pages.focus == "agree"
        await pages.press("enter")
        assert current(home) == "smart-mini"
        assert balance(home) == before - 300_00
        assert "Ваш тариф теперь «Smart mini». Отменить можно 10 минут: U" in pages.toasts[-1]
        assert Cabinet(pilot).page == "services"
        assert "Smart mini" in pages.text("#services-tariff")
        await pages.press("u", "enter")
        assert (current(home), balance(home)) == ("smart-nonstop", before)
        assert "Smart Nonstop" in pages.text("#services-tariff")


async def test_dropped_options_and_a_fee_are_told(home: World) -> None:
    async with home.run(SMALL) as pilot:
        give(home.store, 3_000_00)
        home.answer(Tariffs.change, MAIN, ChangeOrder(tariff="smart"))
        home.answer(Options.change, MAIN, Basket(on=["sms-100"]))
        home.pass_time(60)
        pages = TariffPages(pilot)
        await pages.open_change("Smart Безлимитище")
        assert "Сейчас спишется 720,00 ₽ (первая плата 570,00 ₽, смена 150,00 ₽)." in pages.cost
        assert "▲ Отключатся услуги: «Пакет 100 SMS»." in pages.text("#change-lost")


async def test_double_enter_is_one_change(home: World) -> None:
    async with home.run(SMALL) as pilot:
        pages = TariffPages(pilot)
        await pages.open_change("Smart mini")
        await pages.press("enter")
        home.backend.gate = asyncio.Event()
        await pilot.press("enter", "enter", "enter")
        home.backend.gate.set()
        await settle(pilot)
        assert [one.state for one in changes(home)] == ["done"]
        assert balance(home) == 30


async def test_the_answer_is_lost_and_asked_for_again(home: World) -> None:
    """The change is heard of all the same; it is paid once."""
    async with home.run(SMALL) as pilot:
        pages = TariffPages(pilot)
        await pages.open_change("Smart mini")
        answers = home.backend.call

        async def lose(endpoint, arguments, key):
            answer = await answers(endpoint, arguments, key)
            if endpoint.name == "change":
                home.backend.call = answers
                raise Offline(server="cabinet.example")
            return answer

        await pages.press("enter")
        home.backend.call = lose
        await pages.press("enter")
        assert "Нет связи с сервером" in pages.message
        assert pages.cost == "Этот тариф у вас уже подключён."
        assert pages.button("agree") == ""
        await pages.press("escape")
        assert "Это ваш тариф." in pages.text("#tariff-text")
        assert [one.state for one in changes(home)] == ["done"]
        assert balance(home) == 30


@pytest.mark.parametrize(
    ("balance_now", "possible"), [(300_00, True), (299_99, False)], ids=["enough", "a kopeck less"]
)
async def test_one_kopeck(home: World, balance_now: int, *, possible: bool) -> None:
    async with home.run(SMALL) as pilot:
        give(home.store, balance_now - balance(home))
        pages = TariffPages(pilot)
        await pages.open_change("Smart mini")
        if possible:
            await pages.press("enter", "enter")
            assert current(home) == "smart-mini"
            assert balance(home) == 0
            return
        assert "не хватает 0,01 ₽. Пополните счёт и повторите." in pages.cost
        assert (pages.button("agree"), pages.button("top-up")) == ("", "Пополнить счёт")
        await pages.press("enter", "enter")
        assert "Пополнить" in pages.seen
        give(home.store, 1)
        await settle(pilot)
        await pages.press("escape")
        assert pages.here == "change"
        assert pages.cost.startswith("Сейчас спишется 300,00 ₽")
        assert pages.button("agree") == "Сменить"


async def test_what_cannot_be_changed_to_says_why(home: World) -> None:
    async with home.run(SMALL) as pilot:
        pages = TariffPages(pilot)
        await pages.open("d")
        await pages.press("f")
        for tariff, why in (
            ("Посекундный", "Тариф в архиве"),
            ("МТС Junior", "для номера ребёнка"),
            ("Городской номер", "для городских номеров"),
        ):
            await pages.choose(tariff)
            await pages.press("enter")
            assert pages.here == "offer"
            assert why in pages.text("#tariff-text")
            assert pages.button("change") == ""
            assert pages.focus == "leave"
            await pages.press("escape")
        await pages.choose("Smart Nonstop")
        await pages.press("enter")
        assert pages.here == "own"


async def test_somebody_changed_it_meanwhile(home: World) -> None:
    """The same tariff a second time, from a form that was open: a sentence, no money."""
    async with home.run(SMALL) as pilot:
        pages = TariffPages(pilot)
        give(home.store, 1_000_00)
        await pages.open_change("Smart mini")
        home.answer(Tariffs.change, MAIN, ChangeOrder(tariff="smart-mini"))
        await settle(pilot)
        assert "уже подключён" in pages.cost
        assert pages.button("agree") == ""
        assert len(changes(home)) == 1


async def test_a_blocked_number_keeps_its_tariff(home: World) -> None:
    async with home.run(SMALL) as pilot:
        pages = TariffPages(pilot)
        await pages.open_change("Smart mini")
        home.answer(Blocking.block, MAIN)
        await settle(pilot)
        assert "заблокирован" in pages.cost
        assert pages.button("agree") == ""
        assert pages.button("top-up") == ""
        await pages.press("enter", "escape")
        assert "заблокирован" in pages.text("#tariff-text")
        assert current(home) == "smart-nonstop"


async def test_blocked_behind_the_back_of_the_form(home: World) -> None:
    async with home.run(SMALL) as pilot:
        pages = TariffPages(pilot)
        await pages.open_change("Smart mini")
        await pages.press("enter")
        with home.store.write() as tx:
            change(tx, "UPDATE accounts SET state = 'blocked' WHERE id = ?", MAIN)
        await pages.press("enter")
        assert "заблокирован" in pages.message
        assert pages.here == "change"
        assert changes(home) == []


Step = Callable[[TariffPages], Awaitable[None]]


@pytest.mark.parametrize("error", [Offline(server="x.example"), StoreLocked(path="operator.db")])
@pytest.mark.parametrize("lost", ["overview", "current", "preview_change", "change"])
async def test_the_network_is_gone_at_each_step(
    home: World, lost: str, error: Offline | StoreLocked
) -> None:
    async with home.run(SMALL) as pilot:
        pages = TariffPages(pilot)
        await pages.open("d")
        await pages.choose("Smart mini")
        await pages.press("enter")
        if lost == "change":
            await pages.press("enter", "enter")
        home.backend.refuse[lost] = error
        await pages.press("enter")
        where = pages.message if lost == "change" else pages.cost
        assert where == str(error).replace("\N{NO-BREAK SPACE}", " ")
        assert pages.here == "change"
        home.backend.refuse.clear()
        if lost != "change":
            await pages.press("enter")
            assert pages.cost.startswith("Сейчас спишется 300,00 ₽")
            await pages.press("enter")
        await pages.push("agree")
        assert current(home) == "smart-mini"
        assert len(changes(home)) == 1


# ------------------------------------------------------------------ a change at a moment


async def test_before_the_next_fee(home: World) -> None:
    async with home.run(SMALL) as pilot:
        pages = TariffPages(pilot)
        await pages.open_change("Smart")
        assert "не хватает" in pages.cost
        await pages.press("down")
        assert pages.cost.startswith("Спишется 450,00 ₽ 1 декабря, 00:00")
        assert "за прежний тариф" not in pages.text("#change-lost")
        assert pages.button("agree") == "Запланировать"
        await pages.press("enter", "enter")
        (planned,) = changes(home)
        assert (planned.state, planned.at) == ("planned", DECEMBER)
        assert "Тариф сменится на «Smart» 1 декабря. Передумать: «Тариф»." in pages.toasts[-1]
        assert "▲ 1 декабря тариф сменится на «Smart»" in pages.text("#services-tariff")
        give(home.store, 1_000_00)
        let_pass(home, 9 * DAY)
        assert current(home) == "smart"
        with home.store.read() as tx:
            paid = rows(
                tx, "SELECT rule FROM operations WHERE account_id = ? AND at >= ? AND kind = 'fee'",
                MAIN, int(DECEMBER.timestamp() * 1000),
            )  # fmt: skip
        assert len(paid) == 1, "the old tariff's fee is not taken any more"


NO_DAYS = {
    "вчера": "Напишите день",
    "31.02.2027": "Он должен быть в календаре",
    "22.11.2026": "Этот день уже идёт",
    "01.11.2026": "уже прошёл",
    "22.11.2027": "ближайших 60 дней",
    "22.01.2027": "ближайших 60 дней",
    "[/foo].12.2026": "Напишите день",
    "٠٥.١٢.٢٠٢٦": "Напишите день",
    "": "Напишите день",
}


async def test_days_that_are_none(home: World) -> None:
    async with home.run(SMALL) as pilot:
        pages = TariffPages(pilot)
        await pages.open_change("Smart mini")
        await pages.press("down", "down", "enter")
        for typed, why in NO_DAYS.items():
            await pages.fill("#day", typed)
            await pages.press("enter")
            assert why in pages.cost, typed
            assert pages.button("agree") == ""
            assert pages.here == "change"
        assert changes(home) == []


async def test_another_day_as_one_types(home: World) -> None:
    async with home.run(SMALL) as pilot:
        pages = TariffPages(pilot)
        await pages.open_change("Smart mini")
        await pages.press("down", "down", "enter")
        await pages.type("5.12")
        assert pages.cost.startswith("Спишется 300,00 ₽ 5 декабря, 00:00")
        lost = pages.text("#change-lost")
        assert "▲ Раньше, 1 декабря, спишется плата за прежний тариф." in lost
        await pages.press("pagedown")
        assert "Что останется в пакетах к этому дню, сгорит." in pages.words
        await pages.press("enter")
        assert pages.focus == "agree"
        await pages.press("enter")
        assert changes(home)[0].at == datetime(2026, 12, 4, 21, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("5.12", date(2026, 12, 5)),
        ("05.12.2026", date(2026, 12, 5)),
        ("5/12/26", date(2026, 12, 5)),
        ("22.11", date(2026, 11, 22)),
        ("21.11", date(2027, 11, 21)),
        ("1.1.", date(2027, 1, 1)),
        ("2026-12-05", date(2026, 12, 5)),
    ],
)
def test_days_are_read(typed: str, day: date) -> None:
    assert read_day(typed, date(2026, 11, 22)) == day


async def test_the_clock_goes_over_the_day_while_the_form_is_open(home: World) -> None:
    async with home.run(SMALL) as pilot:
        give(home.store, 3_000_00)
        pages = TariffPages(pilot)
        await pages.open_change("Smart mini")
        await pages.press("down", "enter")
        stay(home, 9 * DAY)
        await pages.press("enter")
        assert "ближайших 60 дней" in pages.message
        assert changes(home) == []
        assert pages.here == "change"
        await pages.press("shift+tab", "up", "enter", "enter")
        assert current(home) == "smart-mini"


async def test_one_plan_at_a_time(home: World) -> None:
    async with home.run(SMALL) as pilot:
        home.answer(Tariffs.change, MAIN, ChangeOrder(tariff="ultra", at=DECEMBER))
        pages = TariffPages(pilot)
        await pages.open_change("Smart mini")
        assert "запланирована другая смена" in pages.cost
        await pages.press("down")
        assert "уже запланирована" in pages.cost
        assert pages.button("agree") == ""


# ------------------------------------------------------------------ sizes, texts from others


async def test_sizes(home: World) -> None:
    async with home.run() as pilot:
        pages = TariffPages(pilot)
        await pages.open()
        await through_sizes(pilot)
        await pages.press("d")
        await through_sizes(pilot)
        await pages.press("space", "c")
        await through_sizes(pilot)
        await Phone(pilot).open()
        await through_sizes(pilot)
        await Phone(pilot).close()
        await pages.press("f1")
        assert Help(pilot).is_open
        await pages.press("escape", "escape", "enter")
        await through_sizes(pilot)
        await pages.press("enter")
        await through_sizes(pilot)


async def test_titles_from_others_are_only_text(home: World) -> None:
    async with home.run(NORMAL) as pilot:
        bad = "[/foo] \x1b[31mТариф"
        with home.store.write() as tx:
            change(
                tx, "UPDATE tariffs SET title = ?, body = replace(body, 'Smart mini', '[b]мини')",
                bad,
            )  # fmt: skip
        pages = TariffPages(pilot)
        await pages.open("d")
        assert "[b]мини" in pages.seen
        await pages.press("space", "c")
        assert "[b]мини" in pages.seen
        await pages.press("escape", "home", "enter", "enter")
        assert "«[b]мини»" in pages.seen
        assert "\x1b" not in pages.seen
