"""SMS through an outside gateway: handed over once, whatever becomes of the answer."""

import argparse
import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest

from mts_tui import serve, sms_settings
from mts_tui.backend import sms as carrying
from mts_tui.backend.connectors import exolve
from mts_tui.backend.connectors.exolve import Exolve, ExolveSettings, from_environment
from mts_tui.backend.connectors.sms_gateway import GatewayFailed, Report
from mts_tui.backend.contract.errors import MessageRefused
from mts_tui.backend.contract.messages import Messages, MmsOrder, SmsOrder
from mts_tui.backend.dispatch import Dispatcher
from mts_tui.backend.sms import LEASE, PAUSES, SOUGHT_FOR, carry_one
from mts_tui.config import Places
from mts_tui.credentials import Result, Secret, State, Vault
from tests.pictures_made import picture

from .desk import NOW, Clock, Window, at_once, rows
from .exolve_double import KEY, SENDER, ExolveDouble
from .messages import FAR_FRIEND, FRIEND, look, sms, states, thread
from .offers import live
from .paydesk import MAIN, balance, refusal

sqlite_only = pytest.mark.parametrize("engine", ["sqlite"])
"""What the connector does is the same over every store."""


@pytest.fixture
def double() -> Iterator[ExolveDouble]:
    made = ExolveDouble()
    made.start()
    yield made
    made.stop()


@pytest.fixture
def gateway(double: ExolveDouble, monkeypatch: pytest.MonkeyPatch) -> Exolve:
    for name in ("HTTP_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(exolve, "ANSWER_SECONDS", 0.3)
    return Exolve(ExolveSettings(sender=SENDER, key=KEY, address=double.address))


@pytest.fixture
def office(anna: Window) -> Window:
    """Anna, where a gateway is switched on."""
    anna.dispatcher = Dispatcher(anna.store, gateway=SENDER)
    return anna


def carry(window: Window, gateway: Exolve) -> int:
    """Do all that is due now."""
    done = 0
    while carry_one(window.store, gateway):
        done += 1
        assert done < 50
    return done


def wait(clock: Clock, pause: timedelta) -> None:
    clock.move(seconds=pause.total_seconds())


def test_a_message_goes_out_and_its_state_comes_back(
    office: Window, gateway: Exolve, double: ExolveDouble, clock: Clock
):
    sent = sms(office, FRIEND, FAR_FRIEND, text="Привет {€}")
    assert states(office, sent) == ["queued", "queued"]
    assert carry(office, gateway) == 2
    assert [(one["number"], one["receiver"], one["text"]) for one in double.messages] == [
        ("79585550199", "79561234567", "Привет {€}"),
        ("79585550199", "79721234567", "Привет {€}"),
    ]
    assert states(office, sent) == ["sent", "sent"]
    assert carry(office, gateway) == 0
    clock.move(seconds=10)
    carry(office, gateway)
    assert states(office, sent) == ["sent", "sent"]
    double.delivery = "DELIVERY_STATUS_DELIVERED"
    clock.move(seconds=30)
    carry(office, gateway)
    assert states(office, sent) == ["delivered", "delivered"]
    clock.move(hours=5)
    asked = len(double.asked)
    assert carry(office, gateway) == 0
    assert len(double.asked) == asked
    assert len(double.messages) == 2
    office.sign_in()
    assert thread(office, FRIEND)[0].state == "delivered"


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (1, Report("sent")),
        ("3", Report("delivered")),
        ("DELIVERY_STATUS_TRANSMITTED", Report("sent")),
        ("A_WORD_OF_NEXT_YEAR", Report("sent")),
        (4, Report("failed", "Сеть получателя не приняла SMS.")),
        ("DELIVERY_STATUS_PROHIBITED", Report("failed", exolve._FAILED["6"])),
        ("delivery_status_retries_exceeded", Report("failed", exolve._FAILED["5"])),
    ],
)
def test_states_by_number_and_by_name(
    gateway: Exolve, double: ExolveDouble, told: int | str, expected: Report
):
    message_id = gateway.send(FRIEND, "Привет")
    double.delivery = told
    assert gateway.state(message_id) == expected
    double.listed = False
    assert gateway.state(message_id) == Report("sent")


def test_a_planned_one_waits_for_its_moment(
    office: Window, gateway: Exolve, double: ExolveDouble, clock: Clock
):
    planned = sms(office, FRIEND, at=NOW + timedelta(hours=1))
    assert carry(office, gateway) == 0
    live(office, clock, hours=1)
    assert carry(office, gateway) == 1
    assert states(office, planned) == ["sent"]


@sqlite_only
def test_what_the_gateway_cannot_do_is_refused(office: Window):
    terms = office.ask(Messages.terms, MAIN)
    assert (terms.sender, terms.sender_name) == (SENDER, "")
    order = SmsOrder(to=["+447700900123"], text="Hello")
    assert "только на мобильные номера России" in refusal(
        office, MessageRefused, Messages.send, MAIN, order
    )
    mms = MmsOrder(to=[FRIEND], picture=picture())
    assert "MMS он не передаёт" in refusal(office, MessageRefused, Messages.send_mms, MAIN, mms)
    office.dispatcher = Dispatcher(office.store, gateway="MyShop")
    assert office.ask(Messages.terms, MAIN).sender_name == "MyShop"


# ------------------------------------------------------------------ never twice


@pytest.mark.parametrize("how", ["lost", "slow", 502])
def test_a_lost_answer_is_looked_for_and_nothing_is_sent_again(
    office: Window, gateway: Exolve, double: ExolveDouble, clock: Clock, how: int | str
):
    double.answers = [(how, {})]
    sent = sms(office, FRIEND)
    carry(office, gateway)
    assert states(office, sent) == ["queued"]
    clock.move(seconds=10)
    carry(office, gateway)
    assert states(office, sent) == ["sent"]
    assert double.asked == ["SendSMS", "GetList"]
    assert len(double.messages) == 1


def test_what_is_not_found_has_failed_and_is_never_sent_again(
    office: Window, gateway: Exolve, double: ExolveDouble, clock: Clock
):
    double.answers = [(503, {})]
    sent = sms(office, FAR_FRIEND)
    had = balance(office)
    for _ in range(30):
        carry(office, gateway)
        clock.move(minutes=3)
    assert timedelta(minutes=90) > SOUGHT_FOR
    assert double.asked.count("SendSMS") == 1
    office.sign_in()
    (one,) = look(office, sent).recipients
    assert (one.state, "неизвестно, ушло ли" in one.reason) == ("failed", True)
    assert balance(office) == had


def test_a_sender_that_died_in_between_sends_nothing_twice(
    office: Window, gateway: Exolve, double: ExolveDouble, clock: Clock, monkeypatch
):
    """The gateway took the message; the process ended before it wrote that down."""
    sent = sms(office, FRIEND)

    class Killed(BaseException):
        pass

    def killed(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(carrying, "_report", killed)
        with pytest.raises(Killed):
            carry_one(office.store, gateway)
    assert len(double.messages) == 1
    assert carry(office, gateway) == 0, "the lease still holds"
    wait(clock, LEASE)
    carry(office, gateway)
    assert states(office, sent) == ["sent"]
    assert len(double.messages) == 1


def test_the_same_text_twice_is_two_messages(
    office: Window, gateway: Exolve, double: ExolveDouble, clock: Clock
):
    double.answers = [("lost", {}), ("lost", {})]
    both = [sms(office, FRIEND), sms(office, FRIEND)]
    carry(office, gateway)
    clock.move(seconds=10)
    carry(office, gateway)
    assert [states(office, one) for one in both] == [["sent"], ["sent"]]
    with office.store.read() as tx:
        ids = {row["gateway_id"] for row in rows(tx, "SELECT gateway_id FROM sending_recipients")}
    assert ids == {one["message_id"] for one in double.messages}
    assert len(ids) == 2


def test_two_senders_share_the_messages(
    office: Window, gateway: Exolve, double: ExolveDouble, stores
):
    sms(office, *[f"+7956000{number:04}" for number in range(10)])
    other = stores.again(office.store)

    def run(store) -> int:
        done = 0
        while carry_one(store, gateway):
            done += 1
        return done

    done = at_once(lambda: run(office.store), lambda: run(other))
    assert sum(done) == 10
    assert len({one["receiver"] for one in double.messages}) == len(double.messages) == 10


# ------------------------------------------------------------------ refusals


def test_too_many_requests_wait_as_long_as_the_gateway_asks(
    office: Window, gateway: Exolve, double: ExolveDouble, clock: Clock
):
    double.answers = [(429, {"Retry-After": "90"})]
    sent = sms(office, FRIEND)
    carry(office, gateway)
    assert states(office, sent) == ["queued"]
    clock.move(seconds=89)
    assert carry(office, gateway) == 0
    clock.move(seconds=1)
    carry(office, gateway)
    assert states(office, sent) == ["sent"]
    assert len(double.messages) == 1


def test_a_refusal_is_final_and_the_money_comes_back(
    office: Window, gateway: Exolve, double: ExolveDouble
):
    had = balance(office)
    double.answers = [(400, {})]
    sent = sms(office, FAR_FRIEND, FRIEND)
    assert had - balance(office) == 3_80
    carry(office, gateway)
    assert states(office, sent) == ["failed", "sent"]
    assert "не принял сообщение" in look(office, sent).recipients[0].reason
    assert balance(office) == had


def test_a_gateway_that_is_not_there_is_given_up_after_growing_pauses(office: Window, clock: Clock):
    had = balance(office)
    dead = ExolveDouble()  # Never started.
    dead._server.server_close()
    gateway = Exolve(ExolveSettings(sender=SENDER, key=KEY, address=dead.address))
    sent = sms(office, FAR_FRIEND)
    for pause in (*PAUSES, None):
        assert carry(office, gateway) == 1
        assert carry(office, gateway) == 0
        if pause is not None:
            wait(clock, pause)
    office.sign_in()
    assert states(office, sent) == ["failed"]
    assert "долго не отвечал" in look(office, sent).recipients[0].reason
    assert balance(office) == had


@sqlite_only
def test_a_wrong_key_is_told_without_itself(
    office: Window, double: ExolveDouble, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    settings = ExolveSettings(sender=SENDER, key="wrong-canary-77", address=double.address)
    gateway = Exolve(settings)
    with pytest.raises(GatewayFailed) as failed:
        gateway.send(FRIEND, "Привет")
    assert failed.value.outcome == "again"
    sms(office, FRIEND)
    carry(office, gateway)
    told = caplog.text + repr(settings) + repr(gateway) + str(failed.value)
    assert "wrong-canary-77" not in told
    assert "Привет" not in told
    assert "9561234567" not in caplog.text


# ------------------------------------------------------------------ settings


def test_it_is_off_unless_switched_on():
    assert from_environment({}) is None
    assert from_environment({"MTS_TUI_EXOLVE_KEY": KEY}) is None
    made = from_environment({"MTS_TUI_EXOLVE_KEY": KEY, "MTS_TUI_EXOLVE_SENDER": SENDER})
    assert made == ExolveSettings(sender=SENDER, key=KEY)
    assert made.address == "https://api.exolve.ru"


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"SENDER": SENDER}, "нужен ключ"),
        ({"SENDER": "+74950001234", "KEY": KEY}, "мобильный номер"),
        ({"SENDER": "Магазин", "KEY": KEY}, "латинских букв"),
        ({"SENDER": SENDER, "KEY": "a b"}, "пробелы"),
        ({"SENDER": SENDER, "KEY": KEY, "ADDRESS": "http://api.exolve.ru"}, "https://"),
        ({"SENDER": SENDER, "KEY": KEY, "ADDRESS": "ftp://127.0.0.1"}, "https://"),
    ],
)
def test_settings_that_cannot_be_right(environment: dict[str, str], told: str):
    named = {f"MTS_TUI_EXOLVE_{name}": value for name, value in environment.items()}
    with pytest.raises(ValueError, match=told) as error:
        from_environment(named)
    assert KEY not in str(error.value)


def test_the_key_may_lie_in_the_keyring(monkeypatch: pytest.MonkeyPatch):
    for name in ("SENDER", "KEY", "ADDRESS"):
        monkeypatch.delenv(f"MTS_TUI_EXOLVE_{name}", raising=False)
    kept = Result(State.OK, Secret(password=KEY))
    monkeypatch.setattr(
        Vault, "read", lambda _vault, account: kept if account == "exolve:key" else None
    )
    assert sms_settings.gateway("") is None
    assert sms_settings.gateway("MyShop") == ExolveSettings(sender="MyShop", key=KEY)
    monkeypatch.setattr(Vault, "read", lambda *_: Result(State.NO_KEYRING))
    with pytest.raises(ValueError, match="нужен ключ"):
        sms_settings.gateway("MyShop")


def test_a_demo_for_everybody_sends_nothing(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("MTS_TUI_EXOLVE_KEY", KEY)
    options = argparse.Namespace(
        keep_exolve_key=False, exolve=SENDER, demo=True, host="0.0.0.0",  # noqa: S104
        database=str(tmp_path / "a.db"), proxied=False, keep_provider_secret="", providers="",
    )  # fmt: skip
    assert serve.main(Places.find(str(tmp_path)), options) == 3
    assert "В демо войти может любой" in capsys.readouterr().err
    with pytest.raises(ValueError, match="войти может любой"):
        sms_settings.gateway(SENDER, demo=True, host="::")
    assert sms_settings.gateway(SENDER, demo=True) is not None


def test_the_key_is_asked_for_and_kept(monkeypatch: pytest.MonkeyPatch, capsys):
    kept: list[tuple[str, Secret]] = []

    def write(_vault: Vault, account: str, secret: Secret) -> Result:
        kept.append((account, secret))
        return Result(State.OK)

    monkeypatch.setattr(Vault, "write", write)
    monkeypatch.setattr(
        "sys.stdin",
        type("Typed", (), {"isatty": lambda _: False, "readline": lambda _: f"{KEY}\n"})(),
    )
    assert sms_settings.keep_key() == 0
    assert kept == [("exolve:key", Secret(password=KEY))]
    assert KEY not in "".join(capsys.readouterr())
