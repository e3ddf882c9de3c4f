"""«Автоплатёж» by the keyboard alone: rules are made, changed, paused, removed, and looked at."""

from datetime import timedelta
from typing import Any

import pytest
from textual.widgets import Button, Static

from mts_tui.backend.background import pass_time
from mts_tui.backend.contract.autopay import Autopay, AutopayOrder, AutopayRule
from mts_tui.backend.contract.errors import Unavailable
from mts_tui.backend.contract.model import Money
from mts_tui.backend.contract.undo import Undo
from mts_tui.backend.operator import bank
from mts_tui.backend.store import Transaction
from mts_tui.screens.autopay import AutopayScreen, RuleDialog
from mts_tui.screens.autopay_rule import RuleForm
from mts_tui.widgets.choice import Choice
from mts_tui.widgets.rows import Rows
from tests.backend.desk import LONG_PASSWORD
from tests.backend.quiet import MIR, plain

from .pages import Cabinet, Person, ProofDialog, settle, text_of, until
from .world import LARGE, NORMAL, SMALL, World

MAIN = "anna-moscow"


class AutopayPages(Person):
    """The list, a rule, and its form."""

    @property
    def list_is_open(self) -> bool:
        return isinstance(self.screen, AutopayScreen)

    @property
    def rule_is_open(self) -> bool:
        return isinstance(self.screen, RuleDialog)

    @property
    def form_is_open(self) -> bool:
        return isinstance(self.screen, RuleForm)

    def table(self, which: str) -> list[str]:
        rows = self.screen.query_one(f"#autopay-{which}", Rows)
        return [plain(rows.text_of(index)) for index in range(rows.row_count)]

    @property
    def rules(self) -> list[str]:
        return self.table("rules")

    @property
    def runs(self) -> list[str]:
        return self.table("runs")

    @property
    def message(self) -> str:
        """What the list says under the history."""
        return plain(text_of(self.screen.query_one("#autopay-message")))

    @property
    def problem(self) -> str:
        """What the form or the rule complains about."""
        return plain(str(self.screen.query_one("#rule-message", Static).content))

    @property
    def summary(self) -> str:
        return plain(text_of(self.screen.query_one("#rule-summary")))

    @property
    def preview(self) -> str:
        return plain(text_of(self.screen.query_one("#rule-preview")))

    @property
    def state(self) -> str:
        return plain(text_of(self.screen.query_one("#rule-state")))

    @property
    def button(self) -> str:
        return str(self.screen.query_one("#go-on", Button).label)

    async def open(self) -> None:
        self.answers: list[bool | None] = []
        self.app.push_screen(AutopayScreen(MAIN), self.answers.append)
        await settle(self.pilot)

    async def walk_to(self, where: str) -> None:
        """Tab to a widget."""
        for _ in range(20):
            if self.focus == where:
                return
            await self.press("tab")
        raise AssertionError(f"{where} cannot be reached by Tab")

    async def give(self, field: str, text: str) -> None:
        await self.walk_to(field)
        await self.type(text)


def keep_card(world: World, behaviour: str = "pays") -> None:
    with world.store.write() as tx:
        tx.payments.keep_card(
            account_id=MAIN, id=behaviour, brand="МИР", last4="0004", month=12, year=2039,
            bank=behaviour, added_at=tx.now_ms,
        )  # fmt: skip


def rules(world: World) -> list[AutopayRule]:
    return world.answer(Autopay.rules, MAIN).items


def make(world: World, **more: Any) -> AutopayRule:
    wanted = {"kind": "week", "weekday": 1, "card": "pays", **more}
    amount = Money(amount_minor=300_00, currency="RUB")
    return world.answer(Autopay.create, MAIN, AutopayOrder(amount=amount, **wanted))


def live(world: World, **parts: float) -> None:
    """Let time pass; the session goes on as if somebody had been there."""
    by = timedelta(**parts)
    world.clock.now += by

    def work(tx: Transaction) -> None:
        tx.access.carry_sessions(by=by // timedelta(milliseconds=1))
        pass_time(tx, MAIN)

    world.store.change(work)


async def test_without_a_kept_card_it_is_told_how_to_get_one(home: World):
    async with home.run() as pilot:
        pages = AutopayPages(pilot)
        await pages.open()
        assert "Правил пока нет. «Новое правило»" in pages.seen
        assert "отметьте «Запомнить карту»" in pages.message
        await pages.press("plus")
        assert pages.list_is_open
        await pages.press("escape")
        assert pages.answers == [False]


async def test_a_rule_by_threshold_is_made_by_the_keyboard(home: World):
    async with home.run() as pilot:
        keep_card(home)
        pages = AutopayPages(pilot)
        await pages.open()
        await pages.press("plus")
        assert (pages.form_is_open, pages.focus) == (True, "rule-kind")
        await pages.give("rule-threshold", "100")
        await pages.give("rule-amount", "300")
        await pages.give("rule-day-limit", "1 000")
        await pages.press("enter")
        assert pages.summary == (
            f"Когда на счёте меньше 100,00 ₽: 300,00 ₽ с карты {MIR}, без комиссии. "
            "Порог ниже абонентской платы, 500,00 ₽: в день списания пакеты могут не подключиться. "
            "Сегодня автоплатёж может сработать ещё 3 раза."
        )
        assert (pages.preview, pages.button, pages.focus) == ("", "Создать", "go-on")
        assert rules(home) == []
        await pages.press("enter")
        assert pages.list_is_open
        assert pages.toasts == ["Автоплатёж создан."]
        assert pages.rules == ["●\tКогда на счёте меньше 100,00 ₽\t300,00 ₽\tследит за счётом"]
        (rule,) = rules(home)
        assert rule.day_limit == Money(amount_minor=1000_00, currency="RUB")
        await pages.press("escape")
        assert pages.answers == [True]


@pytest.mark.parametrize(("threshold", "warnings"), [("499,99", 1), ("500", 0)])
async def test_a_threshold_below_the_fee_is_warned_of(home: World, threshold: str, warnings: int):
    async with home.run() as pilot:
        keep_card(home)
        pages = AutopayPages(pilot)
        await pages.open()
        await pages.press("plus")
        await pages.give("rule-threshold", threshold)
        await pages.give("rule-amount", "300")
        await pages.press("enter")
        assert pages.summary.count("Порог ниже абонентской платы, 500,00 ₽") == warnings
        assert pages.button == "Создать", "a warning forbids nothing"


async def test_where_it_runs_at_once_the_form_says_so_before(home: World):
    async with home.run() as pilot:
        keep_card(home)
        pages = AutopayPages(pilot)
        await pages.open()
        await pages.press("plus")
        await pages.give("rule-threshold", "9999")
        await pages.give("rule-amount", "300")
        await pages.press("enter")
        assert "На счёте уже меньше, счёт пополнится сразу." in pages.summary
        assert f"Автоплатёж: {MIR} +300,00 ₽" in " ".join(pages.preview.split())
        assert "Баланс: " in pages.preview
        await pages.press("enter")
        assert len(pages.runs) == 1
        assert "✓ выполнен" in pages.runs[0]
        assert "Сегодня ещё можно 2 раза из 3." in pages.words


async def test_a_weekly_and_a_monthly_rule(home: World):
    async with home.run() as pilot:
        keep_card(home)
        pages = AutopayPages(pilot)
        await pages.open()
        await pages.press("plus", "down")
        assert not pages.screen.query_one("#rule-threshold").display
        await pages.walk_to("rule-weekday")
        await pages.press("down", "down")
        await pages.give("rule-amount", "500,50")
        await pages.press("enter")
        assert pages.summary.startswith("По средам: 500,50 ₽ с карты")
        assert "Первый раз 25 нояб. 10:00." in pages.summary
        await pages.press("enter")
        home.clock.move(seconds=1)
        await pages.press("plus", "down", "down")
        await pages.give("rule-day", "31")
        await pages.give("rule-amount", "50")
        await pages.press("enter")
        assert "Первый раз 30 нояб. 10:00. В коротком месяце — в последний день." in pages.summary
        await pages.press("enter")
        assert [one.split("\t")[1] for one in pages.rules] == [
            "По средам",
            "Каждый месяц 31-го числа",
        ]


@pytest.mark.parametrize(
    ("threshold", "amount", "problem", "field"),
    [
        ("", "300", "Если на счёте меньше: Введите сумму", "rule-threshold"),
        ("100", "", "Пополнить на: Введите сумму", "rule-amount"),
        ("100", "49", "Пополнить на: ", "rule-amount"),
        ("29", "300", "Если на счёте меньше: ", "rule-threshold"),
        ("сто", "300", "Если на счёте меньше: ", "rule-threshold"),
    ],
)
async def test_what_does_not_do_is_told_and_what_was_typed_stays(
    home: World, threshold: str, amount: str, problem: str, field: str
):
    async with home.run() as pilot:
        keep_card(home)
        pages = AutopayPages(pilot)
        await pages.open()
        await pages.press("plus")
        await pages.give("rule-threshold", threshold)
        await pages.give("rule-amount", amount)
        await pages.press("enter")
        assert pages.problem.startswith(problem)
        assert pages.focus == field
        assert rules(home) == []
        typed = pages.screen.query_one("#rule-amount")
        assert typed.value == amount
        await pages.press("escape")
        assert pages.list_is_open


@pytest.mark.parametrize("day", ["", "0", "32", "первого"])
async def test_days_that_there_are_not(home: World, day: str):
    async with home.run() as pilot:
        keep_card(home)
        pages = AutopayPages(pilot)
        await pages.open()
        await pages.press("plus", "down", "down")
        await pages.give("rule-amount", "300")
        await pages.fill("#rule-day", day)
        await pages.press("enter")
        assert (pages.problem, pages.focus) == ("Укажите число месяца, от 1 до 31.", "rule-day")


async def test_what_the_operator_refuses_is_told_in_the_form(home: World):
    async with home.run() as pilot:
        keep_card(home)
        pages = AutopayPages(pilot)
        await pages.open()
        await pages.press("plus")
        await pages.give("rule-threshold", "100")
        await pages.give("rule-amount", "300")
        await pages.give("rule-month-limit", "299")
        await pages.press("enter")
        assert pages.problem.startswith("Предел за месяц меньше самого платежа")
        await pages.fill("#rule-month-limit", "300")
        await pages.press("enter", "enter")
        assert len(rules(home)) == 1


async def test_a_change_of_the_form_takes_the_summary_away(home: World):
    async with home.run() as pilot:
        keep_card(home)
        pages = AutopayPages(pilot)
        await pages.open()
        await pages.press("plus")
        await pages.give("rule-threshold", "100")
        await pages.give("rule-amount", "300")
        await pages.press("enter")
        assert pages.button == "Создать"
        await pages.fill("#rule-amount", "400")
        assert (pages.button, pages.summary) == ("Дальше", "")
        await pages.press("enter")
        assert rules(home) == []
        assert ": 400,00 ₽ с карты" in pages.summary


async def test_who_was_not_proved_lately_is_asked_and_the_form_waits(home: World):
    async with home.run() as pilot:
        keep_card(home)
        home.pass_time(6 * 60)
        pages, proof = AutopayPages(pilot), ProofDialog(pilot)
        await pages.open()
        await pages.press("plus")
        await pages.give("rule-threshold", "100")
        await pages.give("rule-amount", "300")
        await pages.press("enter", "enter")
        assert proof.is_open
        await proof.press("escape")
        assert (pages.form_is_open, rules(home)) == (True, [])
        button = pages.screen.query_one("#go-on")
        await until(pilot, lambda: not button.has_class("-active"))  # It takes a press at a time.
        await pages.press("enter")
        await proof.prove(LONG_PASSWORD)
        assert pages.list_is_open
        assert len(rules(home)) == 1


async def test_two_enters_make_one_rule(home: World):
    async with home.run() as pilot:
        keep_card(home)
        pages = AutopayPages(pilot)
        await pages.open()
        await pages.press("plus")
        await pages.give("rule-threshold", "100")
        await pages.give("rule-amount", "300")
        await pages.press("enter")
        await pages.type("\r\r")
        await pages.press("enter")
        assert len(rules(home)) == 1


async def test_a_rule_is_looked_at_and_changed(home: World):
    async with home.run() as pilot:
        keep_card(home)
        make(home, day_limit=Money(amount_minor=500_00, currency="RUB"))
        pages = AutopayPages(pilot)
        await pages.open()
        assert pages.rules == ["●\tПо понедельникам\t300,00 ₽\t23 нояб. 10:00"]
        await pages.press("enter")
        assert pages.rule_is_open
        assert pages.state.splitlines() == [
            "● следующий раз 23 нояб. 10:00",
            f"300,00 ₽ с карты {MIR}, до 12/39, без комиссии",
            "Сегодня 0,00 ₽ из 500,00 ₽",
            "В этом месяце 0,00 ₽",
            "Ещё ни разу не срабатывал.",
        ]
        await pages.press("enter")
        assert pages.form_is_open
        assert pages.screen.query_one("#rule-kind", Choice).chosen == 1
        assert pages.screen.query_one("#rule-day-limit").value == "500"
        await pages.fill("#rule-amount", "350")
        await pages.press("enter")
        assert pages.button == "Сохранить"
        await pages.press("enter")
        assert pages.list_is_open
        assert pages.rules[0].split("\t")[2] == "350,00 ₽"
        assert "Отменить можно 10 минут: Г в кабинете." in pages.toasts[-1]


async def test_a_rule_is_paused_and_resumed(home: World):
    async with home.run() as pilot:
        keep_card(home)
        make(home)
        pages = AutopayPages(pilot)
        await pages.open()
        await pages.press("enter", "tab", "enter")
        assert pages.rules == ["○\tПо понедельникам\t300,00 ₽\tприостановлен"]
        assert "приостановлен: он ничего не спишет" in pages.toasts[-1]
        home.pass_time(6 * 60)
        await pages.press("enter", "tab", "enter")
        assert ProofDialog(pilot).is_open
        await ProofDialog(pilot).prove(LONG_PASSWORD)
        assert pages.rules[0].startswith("●")


async def test_a_rule_is_removed_and_comes_back(home: World):
    async with home.run() as pilot:
        keep_card(home)
        make(home)
        pages = AutopayPages(pilot)
        await pages.open()
        await pages.press("enter", "tab", "tab", "enter")
        assert pages.rules == []
        assert pages.toasts == [
            "Автоплатёж удалён, история осталась. Отменить можно 10 минут: Г в кабинете."
        ]
        entry = home.answer(Undo.pending).items[0]
        home.answer(Undo.take_back, entry.id)
        await settle(pilot)
        assert len(pages.rules) == 1  # The open list heard of it.


async def test_the_history_tells_why(home: World):
    async with home.run() as pilot:
        keep_card(home, "no_money")
        make(home, card="no_money")
        pages = AutopayPages(pilot)
        await pages.open()
        live(home, days=1)
        await settle(pilot)
        assert "✗ повтор 24 нояб. 17:00" in pages.runs[0]
        assert pages.rules[0].split("\t")[3] == "повтор 24 нояб. 17:00"
        await pages.press("tab", "enter")
        assert pages.message == (
            f"23 нояб. 17:00 не прошёл, 300,00 ₽ с карты {MIR}. "
            f"{bank.refusal('no_money', 'unattended')} Повторим 24 нояб. 17:00."
        )
        live(home, days=1)
        await settle(pilot)
        assert pages.rules[0].split("\t")[3] == "приостановлен"


async def test_a_long_history_comes_page_by_page(home: World):
    async with home.run() as pilot:
        keep_card(home)
        make(home)
        live(home, days=7 * 120)
        pages = AutopayPages(pilot)
        await pages.open()
        assert len(pages.runs) >= 50
        await pages.press("tab", "end", "end", "end")
        assert len(pages.runs) == 120
        assert "23 нояб." in pages.runs[-1]


async def test_an_operator_that_does_not_answer_is_told(home: World):
    async with home.run() as pilot:
        pages = AutopayPages(pilot)
        assert home.backend is not None
        home.backend.refuse["rules"] = Unavailable()
        await pages.open()
        assert pages.message == str(Unavailable())
        assert "Правила не загрузились." in pages.seen
        await pages.press("plus")
        assert pages.list_is_open
        await pages.press("escape")
        assert Cabinet(pilot).is_open


@pytest.mark.parametrize("size", [SMALL, NORMAL, LARGE])
async def test_everything_can_be_reached_in_every_size(home: World, size: tuple[int, int]):
    async with home.run(size) as pilot:
        keep_card(home)
        pages = AutopayPages(pilot)
        await pages.open()
        await pages.press("plus")
        assert "Новый автоплатёж" in pages.words
        for field in ("rule-threshold", "rule-amount", "rule-card", "rule-month-limit", "go-on"):
            await pages.walk_to(field)
            focused = pages.app.focused
            assert focused is not None
            assert pages.screen.find_widget(focused).visible_region.area > 0
