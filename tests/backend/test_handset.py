"""The virtual phone: what the network answers to codes, short numbers and SMS."""

import re

import pytest

from mts_tui.backend.background import pass_time
from mts_tui.backend.contract.demo import Demo, Dial, PhoneMessage, Reply, ShortMessage, Vouching
from mts_tui.backend.contract.errors import InvalidRequest, NotFound
from mts_tui.backend.operator import handset
from mts_tui.backend.store.ledger import Entry, post

from .desk import (
    ANNA,
    ANNA_BELARUS,
    ANNA_CITY,
    ANNA_SECOND,
    MISHA,
    STRANGER,
    UNLINKED,
    Clock,
    Window,
)
from .paydesk import set_balance

PHONES = [ANNA, ANNA_SECOND, ANNA_BELARUS, MISHA, UNLINKED]
SENT = "Сообщение отправлено."


@pytest.fixture
def engine() -> str:
    return "sqlite"


def dial(window: Window, code: str, menu: str = "", phone: str = ANNA) -> Reply:
    return window.ask(Demo.dial, phone, Dial(code=code, menu=menu))


def text(window: Window, code: str, phone: str = ANNA) -> str:
    reply = dial(window, code, phone=phone)
    assert reply.menu == ""
    return reply.text.replace("\N{NO-BREAK SPACE}", " ")


def send(window: Window, to: str, what: str, phone: str = ANNA) -> str:
    return window.ask(Demo.send, phone, ShortMessage(to=to, text=what)).text


def messages(window: Window, phone: str = ANNA) -> list[PhoneMessage]:
    return window.ask(Demo.messages, phone).items


def money(window: Window) -> str:
    with window.store.read() as tx:
        kopecks = tx.accounts.by_phone(phone=ANNA)["balance"]
    return f"{kopecks // 100},{kopecks % 100:02} ₽"


def test_balance(window: Window):
    assert text(window, "*100#") == f"Баланс: {money(window)}. Остатки пакетов: *100*1#"


def test_balance_in_latin_letters(window: Window):
    answer = text(window, "#100#")
    amount = money(window).replace("₽", "rub.")
    assert answer == f"Balans: {amount}. Ostatki paketov: *100*1#"


@pytest.mark.parametrize("phone", PHONES)
@pytest.mark.parametrize("code", sorted(code for code in handset._CODES if code[0] == "*"))
def test_every_code_has_an_answer_and_one_in_plain_latin(window: Window, code: str, phone: str):
    answer = dial(window, code, phone=phone)
    assert answer.text
    assert answer.text != handset.UNKNOWN
    assert re.search(r"[\x00-\x08\x0b-\x1f]", answer.text) is None
    assert re.search("[А-Яа-яё]", answer.text) or code == "*#06#"
    latin = dial(window, f"#{code[1:]}", phone=phone)
    if code != "*#06#":
        assert latin.text.isascii(), latin.text
        assert latin.menu == answer.menu


def test_packages(window: Window):
    lines = text(window, "*100*1#").splitlines()
    assert [line.split(":")[0] for line in lines] == ["Минуты", "Интернет", "SMS"]
    assert all(line.endswith(" до 01.12.2026") for line in lines)
    assert re.match(r"Минуты: \d+ минут[аы]? до", lines[0])
    assert text(window, "*100*2#") == text(window, "*100*3#") == lines[2]
    assert text(window, "*111*217#") == lines[1]
    assert text(window, "*100*1#", UNLINKED) == "У вас нет действующих пакетов."
    assert "Интернет: безлимит" in text(window, "*100*1#", ANNA_BELARUS)


@pytest.mark.parametrize("code", ["*111*25#", "1115"])
def test_a_code_by_sms(window: Window, code: str):
    assert text(window, code) == "Пароль отправлен вам в SMS."
    assert window.sign_in(code=window.sms_code(ANNA))
    assert "Новый можно получить через 1 мин" in text(window, code)


def test_trust_by_codes(window: Window):
    assert "не подключена" in text(window, "*132#")
    assert text(window, "*111*32#") == "Заявка принята. Результат придёт в SMS."
    assert "подключена" in window.sms(ANNA)[0]
    assert text(window, "*132#") == "Ваш лимит: −300,00 ₽"
    assert "Доступно с лимитом" in text(window, "*100#")
    assert text(window, "*111*2118#").startswith("Заявка принята")
    assert "не подключена" in text(window, "*132#")


def test_a_refusal_is_told_in_words(window: Window):
    assert "только для мобильных номеров России" in text(window, "*111*32#", ANNA_BELARUS)


def test_linking_codes(window: Window):
    assert "уже добавлен" in text(window, "*111*828*1#")
    assert "Код для добавления номера отправлен" in text(window, "*111*828*1#", UNLINKED)
    assert len(window.sms_code(UNLINKED)) == 6
    assert "уже отправлен" in text(window, "*111*828*1#", UNLINKED)


def test_tariff_points_imei(window: Window):
    assert text(window, "*111*59#").startswith("Ваш тариф: Smart Nonstop. 400 минут")
    with window.store.read() as tx:
        points = tx.accounts.by_phone(phone=ANNA)["points"]
    told = text(window, "*111*455*0#")
    rest = f"{points * 30 // 100:,}".replace(",", " ")
    assert re.sub(r"\D", "", told.split(" балл")[0]) == str(points)
    assert f"это {rest},{points * 30 % 100:02} ₽." in told
    assert text(window, "*#06#") == f"IMEI {handset.IMEI}"


def test_the_imei_is_well_formed():
    digits = [int(digit) for digit in handset.IMEI]
    doubled = [
        digit if place % 2 == 0 else sum(divmod(digit * 2, 10))
        for place, digit in enumerate(digits)
    ]
    assert len(digits) == 15
    assert sum(doubled) % 10 == 0


def test_the_last_paid(window: Window):
    with window.store.write() as tx:
        entry = Entry(at=tx.now_ms, kind="option", title="Проба", amount=-12_34, contra="test")
        post(tx, "anna-moscow", [entry])
    lines = text(window, "*152#").splitlines()
    assert len(lines) == 5
    assert lines[0] == "22.11 21:34 Проба −12,34 ₽"


@pytest.mark.parametrize("code", ["*111#", "111", "* 111 #", "(111)"])
def test_the_menu(window: Window, code: str):
    greeting = dial(window, code)
    assert greeting.menu == "111"
    assert "985 370-12-34" in greeting.text.replace("\N{NO-BREAK SPACE}", " ")
    assert dial(window, "1", greeting.menu).text == dial(window, "*100#").text
    assert dial(window, "2", greeting.menu).text == dial(window, "*100*1#").text
    assert dial(window, "4", greeting.menu).text == dial(window, "*111*59#").text
    assert dial(window, "3", greeting.menu).text == "Пароль отправлен вам в SMS."
    assert dial(window, "1", greeting.menu).menu == ""


@pytest.mark.parametrize(("choice", "menu"), [("5", "111"), ("*100#", "111"), ("1", "nowhere")])
def test_a_menu_has_no_other_choices(window: Window, choice: str, menu: str):
    reply = dial(window, choice, menu)
    assert reply.text == "Такого пункта нет. Наберите *111# ещё раз."
    assert reply.menu == ""


HOSTILE = [
    "\x1b[2J\x1b]0;x\x07",
    "[red]текст[/red]",
    "\u202e*001*",
    "9" * 182,
    "🔥",
    "' OR 1",
]


@pytest.mark.parametrize(
    "code", ["*999#", "#", "##", "*#", "#111", "100", "113", "*100", "*100#*100#", " ", *HOSTILE]
)
def test_an_unknown_code_is_answered_as_a_phone_does(window: Window, code: str):
    before = window.ask(Demo.messages, ANNA)
    assert text(window, code) == "Неполадки подключения или неверный код MMI."
    assert window.ask(Demo.messages, ANNA) == before


@pytest.mark.parametrize("word", ["Пароль", "пароль", "ПАРОЛЬ", "  Пароль \n", "пАрОлЬ"])
def test_the_word_for_a_code(window: Window, word: str):
    assert send(window, "3339", word) == SENT
    assert window.sign_in(code=window.sms_code(ANNA))


def test_the_word_sent_twice_says_when(window: Window):
    send(window, "3339", "Пароль")
    send(window, "3339", "Пароль")
    assert "уже отправлен" in window.sms(ANNA)[0]


def test_trust_by_sms(window: Window):
    assert send(window, "111", "2118") == SENT
    assert window.sms(ANNA)[0] == "Заявка принята. Результат придёт в SMS."
    assert text(window, "*132#").startswith("Ваш лимит")
    assert send(window, " 111 ", "21180") == SENT
    assert "не подключена" in text(window, "*132#")


@pytest.mark.parametrize(
    ("to", "word"), [("3339", "Parol"), ("111", "пароль"), ("3339", "Пароль!")]
)
def test_a_word_that_is_no_command(window: Window, to: str, word: str):
    assert send(window, to, word) == SENT
    answer, asked = messages(window)
    assert (answer.peer, answer.outgoing) == (to, False)
    assert "не распознана" in answer.text
    assert (asked.peer, asked.outgoing, asked.text) == (to, True, word)


def test_an_sms_to_a_number_arrives(window: Window, clock: Clock):
    assert send(window, MISHA.replace("+7", "8"), "привет") == SENT
    assert [(one.peer, one.outgoing) for one in messages(window)] == [(MISHA, True)]
    clock.move(seconds=10)
    with window.store.write() as tx:
        pass_time(tx, "anna-moscow")
    assert [(one.peer, one.text) for one in messages(window, MISHA)] == [(ANNA, "привет")]


def test_an_sms_that_cannot_go_is_told(window: Window):
    assert send(window, "777", "привет") == handset.NOT_DELIVERED
    assert "с которого вы отправляете" in send(window, ANNA, "привет")
    assert "городской" in send(window, ANNA_CITY, "привет")
    set_balance(window, 0)
    assert "не хватает денег" in send(window, "+79721234567", "привет")
    with window.store.read() as tx:
        assert {row["peer"] for row in tx.sms.threads(account_id="anna-moscow")} == {"777"}


@pytest.mark.parametrize("hostile", ["\x1b[31mx", "a\u202eb", "\x9b2J", "\x07", "\u200b"])
def test_hostile_text_is_kept_without_its_sting(window: Window, hostile: str):
    send(window, hostile[:20], hostile)
    send(window, "3339", hostile)
    for message in messages(window):
        for part in (message.text, message.peer):
            assert re.search("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e]", part) is None


def test_messages_are_the_newest_fifty(window: Window):
    for number in range(60):
        send(window, "111", f"{number}")
    found = messages(window)
    assert len(found) == 50
    ids = [message.id for message in found]
    assert ids == list(range(ids[0], ids[0] - 50, -1))
    assert found[1].text == "59"


@pytest.mark.parametrize("phone", [STRANGER, "+74950009999"])
def test_a_phone_that_the_demo_does_not_have_is_not_found(window: Window, phone: str):
    for operation, *order in (
        (Demo.messages,),
        (Demo.dial, Dial(code="*100#")),
        (Demo.send, ShortMessage(to="111", text="2118")),
    ):
        with pytest.raises(NotFound):
            window.ask(operation, phone, *order)


@pytest.mark.parametrize(
    "order", [Dial(code=""), Dial(code="1" * 183), Dial(code="1", menu="x" * 41)]
)
def test_what_no_phone_can_dial_is_refused(window: Window, order: Dial):
    with pytest.raises(InvalidRequest):
        window.ask(Demo.dial, ANNA, order)


def test_a_city_phone_is_only_called(window: Window):
    for operation, order in (
        (Demo.dial, Dial(code="*100#")),
        (Demo.send, ShortMessage(to="111", text="2118")),
    ):
        assert "городской телефон" in window.ask(operation, ANNA_CITY, order).text
    with pytest.raises(NotFound):
        window.ask(Demo.vouch, ANNA_CITY, Vouching(on=True))
    assert messages(window, ANNA_CITY) == []


def test_the_demo_shows_its_phones(window: Window):
    sims = window.ask(Demo.sims).items
    assert [sim.phone for sim in sims] == [*PHONES[:4], ANNA_CITY, UNLINKED]
    assert [sim.linked for sim in sims] == [True] * 5 + [False]
    assert {sim.owner for sim in sims} == {"Анна Ветрова", "Миша Ветров"}
    assert not any(sim.vouched for sim in sims)
