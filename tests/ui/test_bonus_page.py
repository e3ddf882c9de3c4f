"""«МТС Бонус» by the keyboard alone."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from mts_tui.backend.contract.bonus import Bonus
from mts_tui.backend.contract.errors import Unavailable
from mts_tui.screens.bonus import WAYS
from tests.backend.desk import ANNA_BELARUS, ANNA_SECOND, LONG_PASSWORD, MISHA, STRANGER, change
from tests.backend.quiet import plain

from .bonus_pages import MAIN, SECOND, BonusPages, have, state
from .pages import Phone, ProofDialog
from .test_autopay_page import live
from .world import NORMAL, SMALL, World

SIZES = pytest.mark.parametrize("size", [SMALL, NORMAL], ids=["80x24", "120x40"])
MOSCOW = ZoneInfo("Europe/Moscow")


def balance(world: World, account: str = MAIN) -> int:
    """Kopecks on an account."""
    with world.store.read() as tx:
        return int(tx.accounts.by_id(id=account)["balance"])


def orders(world: World) -> list[str]:
    """What was ordered beside the tickets that the demo had."""
    found = world.answer(Bonus.orders, MAIN).items
    return sorted(one.title for one in found if not one.code.startswith("ДЕМО-КИНО"))


# ------------------------------------------------------------------ the page


@SIZES
async def test_points_roubles_what_comes_and_what_burns(home: World, size: tuple[int, int]):
    async with home.run(size) as pilot:
        pages = BonusPages(pilot)
        await pages.open("bonus")
        assert "659 баллов ≈ 197,70 ₽" in pages.words
        assert "20 декабря придут баллы за связь: 106 баллов ≈ 31,80 ₽ уже есть." in pages.words
        assert "▲ 21 июня сгорят 78 баллов ≈ 23,40 ₽" in pages.words
        assert "За связь: октябрь +105 ≈ 31,50 ₽" in pages.words
        assert "Билет в кинотеатр «Прогресс» −900 ≈ −270,00 ₽" in pages.words
        await pages.press("tab", "enter")
        assert "1 балл за каждые 5 ₽ на связь" in pages.words
        assert "После этого: 659 баллов ≈ 197,70 ₽" in pages.words
        assert "Срок: до 21 ноября 2027 г." in pages.words
        await pages.press("escape")
        await pages.do("burning_points")
        assert len(pages.lines("#burning-list")) == len(state(home).burning) == 6
        assert pages.lines("#burning-list")[0] == "21 июня 2027 г.\t78 баллов\t≈ 23,40 ₽"


@pytest.mark.parametrize(("way", "key"), [("rewards", "д"), ("exchange_points", "у"),
    ("give_points", "в"), ("invite_friend", "а"), ("discounts", "р"), ("reward_orders", "ч"),
    ("burning_points", "и")])  # fmt: skip
async def test_each_way_by_its_key_in_both_layouts_and_by_enter(home: World, way: str, key: str):
    async with home.run() as pilot:
        pages = BonusPages(pilot)
        await pages.way(way)
        opened = type(pages.screen)
        assert not pages.is_open
        await pages.press("escape", key)
        assert type(pages.screen) is opened
        await pages.press("escape", "home", *["down"] * [name for name, _ in WAYS].index(way))
        await pages.press("enter")
        assert type(pages.screen) is opened
        await pages.press("escape")
        assert pages.is_open


async def test_all_of_the_history_is_read_page_by_page(home: World):
    async with home.run() as pilot:
        pages = BonusPages(pilot)
        for count in range(60):
            have(home, count + 1)
        whole = home.answer(Bonus.entries, MAIN, 200).items
        await pages.open("bonus")
        assert len(pages.lines("#points-history")) == 60 < len(whole)
        await pages.press("tab", "end", "end", "end")
        assert [line.split("\t")[1] for line in pages.lines("#points-history")] == [
            plain(one.title) for one in whole
        ]


async def test_points_come_by_themselves_on_the_20th(home: World):
    async with home.run() as pilot:
        pages = BonusPages(pilot)
        await pages.open("bonus")
        day = datetime(2026, 12, 20, 23, tzinfo=MOSCOW)
        live(home, seconds=(day - home.clock.now).total_seconds())
        await pages.press("f5")
        assert pages.lines("#points-history")[0].startswith("20 дек.\tЗа связь: ноябрь\t+")
        assert "20 января придут баллы" in pages.words
        assert state(home).points > 659


async def test_burnt_points_are_told_before_and_after(home: World):
    async with home.run() as pilot:
        pages = BonusPages(pilot)
        have(home, 100, days=8)
        await pages.open("bonus")
        assert "сгорят 100 баллов ≈ 30,00 ₽" in pages.words
        live(home, hours=25)
        with home.store.read() as tx:
            texts = [row["text"] for row in tx.notifications.kept(
                account_id=MAIN, now=tx.now_ms, count=20)]  # fmt: skip
        assert any("100 баллов ≈ 30,00 ₽ сгорят" in plain(text) for text in texts)
        live(home, days=7, hours=1)
        await pages.press("f5")
        assert "Сгорели через 12 месяцев\t−100" in pages.lines("#points-history")[0]
        await pages.press("tab", "home", "enter")
        assert "эти потратить не успели" in pages.words


async def test_no_answer_and_another_try(home: World):
    home.refuse["state"] = Unavailable()
    async with home.run() as pilot:
        pages = BonusPages(pilot)
        await pages.open("bonus")
        assert "Баллы не загрузились. F5 — попробовать ещё раз." in pages.words
        home.backend.refuse.clear()
        await pages.press("f5")
        assert "659 баллов ≈ 197,70 ₽" in pages.words


async def test_beside_the_phone(home: World):
    async with home.run(SMALL) as pilot:
        pages, phone = BonusPages(pilot), Phone(pilot)
        await pages.open("bonus")
        await phone.open()
        await phone.dial("*111*455*0#")
        assert "659 баллов, это 197,70 ₽" in " ".join(phone.reply.split())
        left = " ".join(" ".join(line[:40] for line in pages.seen.splitlines()).split())
        assert "659 баллов ≈ 197,70 ₽" in left
        assert "Обменять на рубли" in left


# ------------------------------------------------------------------ who takes part


async def test_a_number_joins_and_its_points_begin(home: World):
    async with home.run() as pilot:
        pages = BonusPages(pilot)
        await pages.press("f4")
        await pages.open("bonus")
        assert "Этот номер пока не участвует" in pages.words
        await pages.do("rewards")
        assert pages.toasts[-1].startswith("Сначала вступите в «МТС Бонус»")
        await pages.enter_twice()
        assert state(home, SECOND).member
        assert "0 баллов ≈ 0,00 ₽" in pages.words
        assert "Баллов ещё не было. Первые придут 20-го числа" in pages.words
        await pages.do("join_bonus")
        assert pages.toasts[-1] == "Вы уже участвуете в «МТС Бонус»."
        assert sum("Вы участвуете" in text for text in home.window().sms(ANNA_SECOND)) == 1


async def test_a_number_of_another_country_says_why_not(home: World):
    async with home.run() as pilot:
        pages = BonusPages(pilot)
        await pages.press("f4", "f4")
        await pages.open("bonus")
        told = "«МТС Бонус» есть только у мобильных номеров МТС в России."
        assert told in pages.words
        for way, _told in WAYS:
            await pages.do(way)
            assert pages.is_open
            assert pages.toasts[-1] == told


# ------------------------------------------------------------------ rewards


@SIZES
async def test_a_basket_from_the_catalogue_to_the_code(home: World, size: tuple[int, int]):
    async with home.run(size) as pilot:
        pages = BonusPages(pilot)
        have(home, 3000)
        before = balance(home)
        await pages.way("rewards")
        await pages.go_to("#rewards-list", "Интернет 1 ГБ")
        assert "340 баллов ≈ 102,00 ₽, за деньги 150,00 ₽: по 0,44 ₽ за балл, ▲ выгодно." in (
            pages.text("#reward-detail")
        )
        await pages.go_to("#rewards-list", "Домашний радист")
        assert "▼ невыгодно" in pages.text("#reward-detail")
        await pages.go_to("#rewards-list", "30 ₽ на счёт")
        await pages.press("space", "enter", "space", "delete")
        await pages.go_to("#rewards-list", "Книжный двор")
        await pages.press("plus")
        assert "В корзине 1 900 баллов ≈ 570,00 ₽." in pages.words
        await pages.press("f8")
        assert "Спишется 1 900 баллов ≈ 570,00 ₽ Останется 1 100 баллов ≈ 330,00 ₽" in (
            pages.text("#order-rewards")
        )
        assert "300,30 ₽ → 360,30 ₽" in pages.text("#terms-preview")
        assert (balance(home), state(home).points) == (before, 3000), "only looked at"
        await pages.enter_twice()
        assert (balance(home), state(home).points) == (before + 60_00, 1100)
        assert orders(home) == [*["30 ₽ на счёт"] * 2, "Сертификат «Книжный двор» на 500 ₽"]
        (code,) = [one.code for one in home.answer(Bonus.orders, MAIN).items[:3] if one.code]
        assert code not in pages.seen
        assert "код ••••-••••" in pages.text("#order-rewards")
        await pages.press("tab", "enter")
        assert code in pages.seen
        await pages.press("c", "escape")
        assert pages.app.clipboard == code
        assert "Есть 1 100 баллов ≈ 330,00 ₽." in pages.words, "the basket is empty again"
        await pages.press("escape")
        assert "1 100 баллов ≈ 330,00 ₽" in pages.words
        await pages.do("reward_orders")
        assert code not in pages.seen
        await pages.go_to("#codes-list", "Книжный двор")
        await pages.press("enter")
        assert code in pages.text("#code-detail")


async def test_a_code_is_copied_without_being_shown(home: World):
    async with home.run() as pilot:
        pages = BonusPages(pilot)
        await pages.way("reward_orders")
        assert "ДЕМО-КИНО" not in pages.seen
        await pages.press("с")
        assert pages.app.clipboard == "ДЕМО-КИНО-0002"
        assert "ДЕМО-КИНО" not in pages.text("#code-detail")
        await pages.press("enter")
        assert pages.text("#code-detail").startswith("Билет в кинотеатр «Прогресс»: 900 баллов ≈")
        assert "Код ДЕМО-КИНО-0002" in pages.text("#code-detail")
        assert "ДЕМО-КИНО-0001" not in pages.seen, "the other one stays hidden"


async def test_what_cannot_be_put_into_the_basket(home: World):
    async with home.run() as pilot:
        pages = BonusPages(pilot)
        have(home, 1100)
        await pages.way("rewards")
        await pages.press("f8")
        assert "Корзина пуста" in pages.text("#rewards-message")
        await pages.go_to("#rewards-list", "Интернет 5 ГБ")
        await pages.press("space")
        assert "Не хватает: 100 баллов ≈ 30,00 ₽." in pages.text("#reward-detail")
        await pages.go_to("#rewards-list", "GOOD'OK")
        await pages.press("space")
        assert "Сначала подключите GOOD'OK" in pages.text("#reward-detail")
        assert "сейчас не взять" in pages.text("#rewards-message")
        await pages.go_to("#rewards-list", "30 ₽ на счёт")
        await pages.press(*["space"] * 11)
        assert pages.text("#rewards-message") == "Больше 10 за один раз не заказать."
        await pages.go_to("#rewards-list", "60 минут")
        await pages.press("space")
        assert "осталось 100 баллов ≈ 30,00 ₽" in pages.text("#rewards-message")
        await pages.press("escape")
        assert state(home).points == 1100


async def test_points_that_went_meanwhile_are_told_and_nothing_is_ordered(home: World):
    async with home.run() as pilot:
        pages = BonusPages(pilot)
        await pages.way("rewards")
        await pages.press("space", "f8")
        have(home, 50)
        await pages.press("enter")
        assert "Нужно 100 баллов ≈ 30,00 ₽, а есть 50 баллов" in pages.text("#order-message")
        assert orders(home) == []


async def test_a_blocked_number_gets_money_but_no_packages(home: World):
    async with home.run() as pilot:
        pages = BonusPages(pilot)
        with home.store.write() as tx:
            change(tx, "UPDATE accounts SET state = 'blocked' WHERE id = ?", MAIN)
        await pages.way("rewards")
        await pages.go_to("#rewards-list", "60 минут")
        await pages.press("space")
        assert "заблокирован" in pages.text("#reward-detail")
        await pages.go_to("#rewards-list", "30 ₽ на счёт")
        await pages.press("space", "f8", "enter")
        assert orders(home) == ["30 ₽ на счёт"]


async def test_discounts_and_their_codes(home: World):
    async with home.run() as pilot:
        pages = BonusPages(pilot)
        await pages.way("discounts")
        assert "Скажите кассиру код." in pages.text("#code-detail")
        await pages.press("enter")
        assert pages.app.clipboard == "ДЕМО-КНИГИ-15"
        await pages.press("down", "enter")
        assert "В будни до полудня. Москва и Московская область" in pages.text("#code-detail")
        assert pages.toasts[-1] == "Здесь кода нет, копировать нечего."


# ------------------------------------------------------------------ money for points


@SIZES
async def test_points_become_roubles_and_come_back(home: World, size: tuple[int, int]):
    async with home.run(size) as pilot:
        pages = BonusPages(pilot)
        before = balance(home)
        await pages.way("exchange_points")
        await pages.press("up", "up")
        assert "300 баллов ≈ 90,00 ₽; останется 359 баллов ≈ 107,70 ₽." in (
            pages.text("#points-sentence")
        )
        assert "+90,00 ₽" in pages.text("#terms-preview")
        assert balance(home) == before
        await pages.enter_twice()
        assert (balance(home), state(home).points) == (before + 90_00, 359)
        assert plain(pages.toasts[-1]).startswith("90,00 ₽ на счёте. Отменить можно 10 минут")
        assert "359 баллов ≈ 107,70 ₽" in pages.words
        await pages.do("undo")
        await pages.press("enter")
        assert (balance(home), state(home).points) == (before, 659)
        assert "Обмен отменён +300" in pages.words


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "Введите, сколько баллов: только цифры."),
        ("сто", "Введите, сколько баллов: только цифры."),
        ("0", "Введите, сколько баллов: только цифры."),
        ("-100", "Введите, сколько баллов: только цифры."),
        ("1,5", "Введите, сколько баллов: только цифры."),
        ("١٠٠", "Введите, сколько баллов: только цифры."),
        ("150", "Баллы меняют сотнями: 100, 200, 300 и так далее."),
        ("700", "Баллов не хватает: есть 659 баллов ≈ 197,70 ₽, а нужно 700."),
        ("999999999999", "Запрос составлен неверно"),
    ],
)
async def test_what_is_not_exchanged(home: World, typed: str, told: str):
    async with home.run() as pilot:
        pages = BonusPages(pilot)
        await pages.way("exchange_points")
        await pages.fill("#points-count", typed)
        await pages.press("enter")
        assert pages.text("#points-message").startswith(told)
        assert state(home).points == 659
        await pages.press("escape")
        assert pages.is_open


# ------------------------------------------------------------------ gifts and friends


@SIZES
async def test_a_gift_asks_who_is_there_and_comes(home: World, size: tuple[int, int]):
    async with home.run(size) as pilot:
        pages, proof = BonusPages(pilot), ProofDialog(pilot)
        had = state_of_child(home)
        home.pass_time(6 * 60)
        await pages.way("give_points")
        await pages.type(MISHA.removeprefix("+7"))
        await pages.press("enter")
        await pages.type("120")
        assert "120 баллов ≈ 36,00 ₽; останется 539 баллов" in pages.text("#points-sentence")
        await pages.press("enter")
        assert proof.is_open
        assert "120 баллов ≈ 36,00 ₽ для" in pages.words
        await pages.press("escape")
        assert state(home).points == 659, "nobody proved anything"
        await pages.press("enter")
        await proof.prove(LONG_PASSWORD)
        assert state(home).points == 539
        assert state_of_child(home) == had + 120
        assert plain(pages.toasts[-1]).startswith("Подарено: 120 баллов ≈ 36,00 ₽ для")
        assert "539 баллов ≈ 161,70 ₽" in pages.words


def state_of_child(world: World) -> int:
    """Points of the number that gets gifts here."""
    with world.store.read() as tx:
        return int(tx.accounts.by_phone(phone=MISHA)["points"])


@pytest.mark.parametrize(
    ("to", "count", "told"),
    [
        ("", "10", "номер"),
        ("985", "10", "номер"),
        (ANNA_BELARUS, "10", "Подарить баллы можно только мобильному номеру МТС в России."),
        ("+79853701234", "10", "Это ваш же номер."),
        (STRANGER, "10", "Этому номеру баллы не подарить: он не участвует в «МТС Бонус»."),
        (MISHA, "9", "Подарить можно не меньше 10 баллов."),
        (MISHA, "", "Введите, сколько баллов: только цифры."),
        (MISHA, "660", "Баллов не хватает: есть 659 баллов ≈ 197,70 ₽, а нужно 660."),
        (MISHA, "3001", "За день можно подарить не больше 3 000 баллов ≈ 900,00 ₽"),
    ],
)
async def test_what_is_not_given(home: World, to: str, count: str, told: str):
    async with home.run() as pilot:
        pages = BonusPages(pilot)
        await pages.way("give_points")
        await pages.fill("#gift-to", to)
        await pages.fill("#points-count", count)
        await pages.press("enter")
        assert told in pages.text("#points-message")
        assert state(home).points == 659
        assert pages.screen.query_one("#points-count").value == count, "what was typed stays"


async def test_a_gift_is_given_once_however_often_it_is_pressed(home: World):
    async with home.run() as pilot:
        pages = BonusPages(pilot)
        await pages.way("give_points")
        await pages.fill("#gift-to", MISHA)
        await pages.fill("#points-count", "100")
        await pages.enter_twice()
        assert state(home).points == 559


@SIZES
async def test_a_friend_is_invited_and_brings_points(home: World, size: tuple[int, int]):
    async with home.run(size) as pilot:
        pages, phone = BonusPages(pilot), Phone(pilot)
        await pages.way("invite_friend")
        assert "50 баллов ≈ 15,00 ₽" in pages.text(".hint")
        await pages.fill("#friend", ANNA_SECOND)
        await pages.enter_twice()
        (line,) = pages.lines("#invited")
        assert "ждём, SMS" in line
        await pages.fill("#friend", ANNA_SECOND)
        await pages.press("enter")
        assert "Этот номер вы уже приглашали" in pages.text("#invite-message")
        await pages.press("escape")
        await phone.open()
        await phone.press("ctrl+n")
        await phone.dial("*111*455*1#")
        await phone.close()
        assert state(home).points == 709
        await pages.do("invite_friend")
        (line,) = pages.lines("#invited")
        assert "в программе с" in line
        assert line.endswith("+50 ≈ 15,00 ₽")


@pytest.mark.parametrize("typed", ["", "сто", "+375291234567", "+79853701234"])
async def test_who_cannot_be_invited(home: World, typed: str):
    async with home.run() as pilot:
        pages = BonusPages(pilot)
        await pages.way("invite_friend")
        await pages.fill("#friend", typed)
        await pages.press("enter")
        assert pages.text("#invite-message").endswith(".")
        assert home.answer(Bonus.invitations, MAIN).items == []
