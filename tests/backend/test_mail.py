"""Letters: through a real SMTP server, taken once, tried again, given up in words."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from mts_tui import cli, serve
from mts_tui.backend import mail as mailing
from mts_tui.backend.connectors import mail as smtp
from mts_tui.backend.connectors.mail import MailFailed, MailSettings
from mts_tui.backend.contract import Cabinet
from mts_tui.backend.contract.access import CodeOrder, SignIn
from mts_tui.backend.contract.receipts import Mail, MailOrder, Receipts
from mts_tui.backend.contract.statements import Statement, StatementOrder, Statements
from mts_tui.backend.dispatch import Dispatcher
from mts_tui.backend.embedded import Embedded
from mts_tui.backend.mail import LEASE, PAUSES, send_one
from mts_tui.backend.statements import make_one
from mts_tui.backend.store import SqliteStore, Store
from mts_tui.backend.store.transaction import from_ms
from mts_tui.documents import receipt_pdf
from mts_tui.documents.statement_file import in_this_process

from .desk import ANNA, NOW, Clock, Window, at_once, rows
from .mailserver import BUSY, HOST, LARGEST, PASSWORD, UNKNOWN, USER, MailServer
from .paydesk import MAIN, pay

SENDER = "robot@mts-tui.example"
Trust = Callable[[MailServer], MailServer]
sqlite_only = pytest.mark.parametrize("engine", ["sqlite"])
"""What the connector does is the same over every store."""
pytestmark = pytest.mark.filterwarnings("ignore:Session.login_data:DeprecationWarning")


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch) -> Trust:
    """Lets the program trust a server's certificate, as the system's administrator would."""

    def trust(server: MailServer) -> MailServer:
        monkeypatch.setenv("SSL_CERT_FILE", str(server.authority))
        return server

    return trust


@pytest.fixture
def postman(tmp_path: Path) -> Iterator[MailServer]:
    server = MailServer(tmp_path)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def office(anna: Window) -> Window:
    """Anna, where mail is set up."""
    anna.dispatcher = Dispatcher(anna.store, mails=True)
    return anna


def settings(server: MailServer, **more: object) -> MailSettings:
    known = {
        "host": HOST,
        "port": server.port,
        "sender": SENDER,
        "user": USER,
        "password": PASSWORD,
    }
    return MailSettings(**{**known, **more})


def post(window: Window, to: str = "anna@example.com") -> Mail:
    done = pay(window, 10_00)
    return window.ask(Receipts.send, MAIN, done.operation, MailOrder(to=to))


def look(window: Window, letter: Mail) -> Mail:
    if window.token is None:
        window.sign_in()
    return window.ask(Receipts.mail, MAIN, letter.id)


def stored(store: Store) -> dict[str, object]:
    with store.read() as tx:
        (row,) = rows(tx, "SELECT * FROM mails")
    return row


def test_a_letter_arrives_with_its_document(office: Window, postman: MailServer, trusted: Trust):
    trusted(postman)
    assert send_one(office.store, settings(postman)) is False
    queued = post(office)
    assert send_one(office.store, settings(postman)) is True
    assert send_one(office.store, settings(postman)) is False
    assert look(office, queued).state == "sent"
    (letter,) = postman.mailbox.letters
    (envelope,) = postman.mailbox.envelopes
    assert (envelope.mail_from, envelope.rcpt_tos) == (SENDER, ["anna@example.com"])
    assert letter["Subject"].startswith("Чек № ")
    assert letter["To"] == "anna@example.com"
    assert SENDER in letter["From"]
    assert letter["Message-ID"] == f"<{queued.id}@mts-tui.example>"
    text = letter.get_body(("plain",)).get_content()
    assert "НЕФИСКАЛЬНЫЙ, ДЕМО" in text
    (attached,) = letter.iter_attachments()
    assert attached.get_content_type() == "application/pdf"
    assert attached.get_filename().endswith(".pdf")
    assert attached.get_content().startswith(b"%PDF")


@sqlite_only
@pytest.mark.parametrize("security", ["tls", "none"])
def test_tls_from_the_first_byte_and_a_server_of_this_machine(
    office: Window,
    tmp_path: Path,
    trusted: Trust,
    security: str,
):
    server = trusted(MailServer(tmp_path, security))
    server.start()
    queued = post(office)
    send_one(office.store, settings(server, security=security, user=""))
    server.stop()
    assert look(office, queued).state == "sent"


def test_a_sent_letter_is_not_sent_again(
    office: Window, clock: Clock, postman: MailServer, trusted: Trust
):
    trusted(postman)
    post(office)
    at_once(*(lambda: send_one(office.store, settings(postman)) for _ in range(6)))
    clock.move(days=2)
    assert send_one(office.store, settings(postman)) is False
    assert len(postman.mailbox.letters) == 1


def test_a_letter_in_hand_is_nobody_elses(
    office: Window,
    clock: Clock,
    postman: MailServer,
    trusted: Trust,
    monkeypatch: pytest.MonkeyPatch,
):
    """Another sender comes while the first talks to the server, which takes long."""
    trusted(postman)
    queued = post(office)
    seen = []

    def slow(one: MailSettings, letter: object, to: str) -> None:
        clock.move(seconds=LEASE.total_seconds() - 1)
        seen.append(send_one(office.store, one))
        smtp.deliver(one, letter, to)

    monkeypatch.setattr(mailing, "deliver", slow)
    assert send_one(office.store, settings(postman)) is True
    assert seen == [False]
    assert len(postman.mailbox.letters) == 1
    office.sign_in()
    assert look(office, queued).state == "sent"


def test_who_comes_back_after_the_lease_changes_nothing(
    office: Window, clock: Clock, monkeypatch: pytest.MonkeyPatch
):
    """A sender that was thought dead fails late: the letter was sent by another one meanwhile."""
    queued = post(office)
    some = MailSettings(host=HOST, sender=SENDER, security="none")

    def dying(*_: object) -> None:
        clock.move(seconds=LEASE.total_seconds())
        monkeypatch.setattr(mailing, "deliver", lambda *_: None)
        assert send_one(office.store, some) is True
        raise MailFailed("Поздно.", again=False)

    monkeypatch.setattr(mailing, "deliver", dying)
    send_one(office.store, some)
    assert look(office, queued).state == "sent"


def test_a_refused_address_is_told(office: Window, postman: MailServer, trusted: Trust):
    trusted(postman)
    queued = post(office, UNKNOWN)
    send_one(office.store, settings(postman))
    over = look(office, queued)
    assert over.state == "failed"
    assert "не принял этот адрес" in over.reason
    assert stored(office.store)["next_at"] is None


def test_a_server_that_is_busy_is_tried_again(
    office: Window, clock: Clock, postman: MailServer, trusted: Trust
):
    trusted(postman)
    postman.mailbox.busy = True
    queued = post(office, BUSY)
    assert send_one(office.store, settings(postman)) is True
    waits = look(office, queued)
    assert (waits.state, "пока не принимает" in waits.reason) == ("queued", True)
    assert send_one(office.store, settings(postman)) is False
    postman.mailbox.busy = False
    clock.move(seconds=PAUSES[0].total_seconds())
    assert send_one(office.store, settings(postman)) is True
    sent = look(office, queued)
    assert (sent.state, sent.reason) == ("sent", "")


def test_a_dead_server_is_given_up_after_growing_pauses(
    office: Window, clock: Clock, tmp_path: Path
):
    dead = MailServer(tmp_path)  # Never started.
    queued = post(office)
    waited = []
    for pause in (*PAUSES, None):
        assert send_one(office.store, settings(dead)) is True
        assert send_one(office.store, settings(dead)) is False
        if pause is not None:
            due = from_ms(stored(office.store)["next_at"])
            waited.append(due - clock.now)
            waits = look(office, queued)
            assert (waits.state, "не отвечает" in waits.reason) == ("queued", True)
            clock.move(seconds=pause.total_seconds())
            office.sign_in()
    assert waited == list(PAUSES) == sorted(PAUSES)
    over = look(office, queued)
    assert over.state == "failed"
    assert "Почтовый сервер не отвечает" in over.reason


def test_a_letter_that_is_too_large_is_told(
    office: Window,
    postman: MailServer,
    trusted: Trust,
    monkeypatch: pytest.MonkeyPatch,
):
    trusted(postman)
    monkeypatch.setattr(receipt_pdf, "receipt_pdf", lambda _receipt: b"%PDF" + b"\0" * LARGEST)
    queued = post(office)
    send_one(office.store, settings(postman))
    over = look(office, queued)
    assert over.state == "failed"
    assert "слишком велико" in over.reason


@sqlite_only
def test_a_certificate_that_nobody_trusts_stops_a_letter(office: Window, postman: MailServer):
    queued = post(office)
    send_one(office.store, settings(postman))
    assert postman.mailbox.letters == []
    assert look(office, queued).state == "queued"
    letter = mailing.EmailMessage()
    with pytest.raises(MailFailed, match="Сертификату почтового сервера нельзя верить"):
        smtp.deliver(settings(postman), letter, "anna@example.com")


@sqlite_only
def test_a_wrong_password_is_told_and_never_shown(
    office: Window,
    postman: MailServer,
    trusted: Trust,
    caplog: pytest.LogCaptureFixture,
):
    trusted(postman)
    wrong = settings(postman, password="canary-wrong-9")
    post(office)
    send_one(office.store, wrong)
    with pytest.raises(MailFailed, match="имя и пароль отправителя"):
        smtp.deliver(wrong, mailing.EmailMessage(), "anna@example.com")
    assert "canary" not in caplog.text + repr(wrong)
    assert postman.mailbox.letters == []


@sqlite_only
def test_an_address_the_server_cannot_write_is_told(office: Window, tmp_path: Path):
    server = MailServer(tmp_path, "none")
    server.start()
    queued = post(office, "анна@пример.рф")
    send_one(office.store, settings(server, security="none", user=""))
    server.stop()
    assert look(office, queued).state == "failed"
    assert server.mailbox.letters == []


# -------------------------------------------------------------------------------- statements


MEDIA = {
    "html": "text/html",
    "pdf": "application/pdf",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}


def order(window: Window, kind: str = "pdf", to: str = "anna@example.com") -> Statement:
    """A statement by e-mail; its document is made."""
    ordered = StatementOrder(
        since=NOW - timedelta(days=1), until=NOW, kinds=["call_out", "call_in"], format=kind,
        delivery="email", to=to,
    )  # fmt: skip
    one = window.ask(Statements.order, MAIN, ordered)
    assert make_one(window.store, begin=in_this_process) is True
    return one


def letter_of(window: Window, one: Statement) -> Mail:
    if window.token is None:
        window.sign_in()
    found = window.ask(Statements.statement, MAIN, one.id).mail
    assert found is not None
    return found


@pytest.mark.parametrize("kind", list(MEDIA))
def test_a_statement_arrives_as_it_is_in_the_cabinet(
    office: Window, postman: MailServer, trusted: Trust, kind: str
):
    trusted(postman)
    one = order(office, kind)
    assert send_one(office.store, settings(postman)) is True
    assert letter_of(office, one).state == "sent"
    (letter,) = postman.mailbox.letters
    assert letter["Subject"] == "Детализация номера +79853701234, 21–22 ноября 2026\xa0г."
    assert "ДЕМО" in letter.get_body(("plain",)).get_content()
    (attached,) = letter.iter_attachments()
    assert attached.get_content_type() == MEDIA[kind]
    assert attached.get_filename() == f"statement-79853701234-2026-11-21-2026-11-22.{kind}"
    content = attached.get_payload(decode=True)
    assert content == office.ask(Statements.part, MAIN, one.id, 0).content


def test_a_statement_to_a_refused_address_stays_in_the_cabinet(
    office: Window, postman: MailServer, trusted: Trust
):
    trusted(postman)
    one = order(office, to=UNKNOWN)
    send_one(office.store, settings(postman))
    over = letter_of(office, one)
    assert (over.state, "не принял этот адрес" in over.reason) == ("failed", True)
    assert office.ask(Statements.part, MAIN, one.id, 0).content


def test_a_statement_by_a_dead_server_is_given_up_in_words(
    office: Window, clock: Clock, tmp_path: Path
):
    dead = MailServer(tmp_path)  # Never started.
    one = order(office)
    for pause in PAUSES:
        assert send_one(office.store, settings(dead)) is True
        clock.move(seconds=pause.total_seconds())
    assert send_one(office.store, settings(dead)) is True
    office.sign_in()
    over = letter_of(office, one)
    assert (over.state, "не отвечает" in over.reason) == ("failed", True)


def test_a_statement_too_large_for_the_server_is_told(
    office: Window, postman: MailServer, trusted: Trust
):
    trusted(postman)
    long = StatementOrder(
        since=NOW - timedelta(days=300), until=NOW, kinds=["call_out", "call_in", "data"],
        format="html", delivery="email", to="anna@example.com",
    )  # fmt: skip
    one = office.ask(Statements.order, MAIN, long)
    make_one(office.store, begin=in_this_process)
    assert office.ask(Statements.statement, MAIN, one.id).size > LARGEST
    send_one(office.store, settings(postman))
    over = letter_of(office, one)
    assert (over.state, "слишком велико" in over.reason) == ("failed", True)


def test_a_letter_on_its_way_when_its_statement_goes_was_sent(
    office: Window, monkeypatch: pytest.MonkeyPatch
):
    one = order(office)
    some = MailSettings(host=HOST, sender=SENDER, security="none")
    said: list[str] = []

    def slow(*_: object) -> None:
        office.ask(Statements.cancel, MAIN, one.id)
        said.append("taken")

    monkeypatch.setattr(mailing, "deliver", slow)
    assert send_one(office.store, some) is True
    assert said == ["taken"]
    assert stored(office.store)["state"] == "sent"


@sqlite_only
def test_the_password_comes_when_it_is_needed(office: Window, postman: MailServer, trusted: Trust):
    trusted(postman)
    bare = settings(postman, password="")
    asked: list[MailSettings] = []

    def unlock(known: MailSettings) -> MailSettings:
        asked.append(known)
        if len(asked) == 1:
            raise MailFailed("Хранилище паролей закрыто.", again=True)
        return settings(postman)

    assert send_one(office.store, bare, unlock) is False
    assert asked == []
    queued = post(office)
    assert send_one(office.store, bare, unlock) is True
    assert look(office, queued).state == "queued"
    office.store.clock.move(seconds=PAUSES[0].total_seconds())
    assert send_one(office.store, bare, unlock) is True
    assert look(office, queued).state == "sent"


async def test_the_operator_inside_sends_letters_by_itself(
    demo_file: Path, clock: Clock, postman: MailServer, trusted: Trust
):
    trusted(postman)
    backend = Embedded(SqliteStore(demo_file, clock, Random(4)), live=False, mail=settings(postman))
    await backend.open()
    try:
        cabinet = Cabinet(backend)
        await cabinet.access.request_code(CodeOrder(phone=ANNA))
        code = (await cabinet.demo.messages(ANNA)).items[0].text[:6]
        signed = await cabinet.access.sign_in(SignIn(phone=ANNA, code=code))
        backend.token = signed.token
        paid = (await cabinet.archive.operations(MAIN, kinds="top_up", limit=1)).items[0]
        queued = await cabinet.receipts.send(MAIN, paid.id, MailOrder(to="anna@example.com"))
        assert await asyncio.to_thread(postman.mailbox.came.wait, 30)
    finally:
        await backend.close()
    (letter,) = postman.mailbox.letters
    assert queued.id in letter["Message-ID"]


@pytest.mark.parametrize("host", ["mail.example", ""])
def test_a_server_says_what_is_wrong_with_its_mail(
    host: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("MTS_TUI_MAIL_HOST", host)
    monkeypatch.setenv(serve.SETTINGS, "")  # Which serving sets: it is put back.
    monkeypatch.setattr("uvicorn.run", lambda *_, **__: None)
    code = cli.main(["serve", "--at", str(tmp_path), "--port", "1"])
    told = capsys.readouterr().err
    assert (code == 0) is not bool(host)
    assert ("адрес отправителя" in told) is bool(host)


# -------------------------------------------------------------------------------- settings


def test_settings_come_from_the_environment():
    assert smtp.from_environment({}) is None
    assert smtp.from_environment({"MTS_TUI_MAIL_USER": "x"}) is None
    given = {
        "MTS_TUI_MAIL_HOST": "mail.example",
        "MTS_TUI_MAIL_SENDER": SENDER,
        "MTS_TUI_MAIL_SECURITY": "tls",
        "MTS_TUI_MAIL_PORT": "4650",
        "MTS_TUI_MAIL_USER": USER,
        "MTS_TUI_MAIL_PASSWORD": PASSWORD,
    }
    found = smtp.from_environment(given)
    assert found == MailSettings(
        host="mail.example", sender=SENDER, security="tls", port=4650, user=USER, password=PASSWORD
    )
    assert PASSWORD not in repr(found)


@pytest.mark.parametrize(
    ("name", "value"),
    [("SENDER", "nobody"), ("SENDER", ""), ("SECURITY", "ssl3"), ("PORT", "почта"),
     ("SECURITY", "none"), ("PASSWORD", "пароль")],
)  # fmt: skip
def test_settings_that_cannot_be_right_are_refused(name: str, value: str):
    given = {
        "MTS_TUI_MAIL_HOST": "mail.example",
        "MTS_TUI_MAIL_SENDER": SENDER,
        "MTS_TUI_MAIL_USER": USER,
        "MTS_TUI_MAIL_PASSWORD": "secret-word",
        f"MTS_TUI_MAIL_{name}": value,
    }
    with pytest.raises(ValueError, match=r"[а-я]") as caught:
        smtp.from_environment(given)
    assert "secret-word" not in str(caught.value)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1"])
def test_a_password_goes_in_the_clear_to_this_machine_only(host: str):
    assert MailSettings(host=host, sender=SENDER, security="none", user=USER).user == USER
    with pytest.raises(ValueError, match="открытым"):
        MailSettings(host="mail.example", sender=SENDER, security="none", user=USER)
