"""Social sign-in against a real identity provider: the protocols, and what is not believed."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc.errors import JoseError
from msgspec.structs import replace

from mts_tui.backend.connectors.oidc import Oidc, OidcSettings, _Token
from mts_tui.backend.connectors.providers import ProviderFailed, Tickets
from mts_tui.backend.contract.errors import IdentityRefused, NotFound
from mts_tui.backend.contract.identities import (
    EntryAnswer,
    EntryProgress,
    Flow,
    FlowAnswer,
    FlowOrder,
    FlowProgress,
    Identities,
)
from mts_tui.backend.dispatch import Dispatcher
from mts_tui.backend.store import Store
from mts_tui.provider_settings import providers
from tests.ui.world import FakeVault

from .desk import ANNA, Clock, Window, change, rows
from .idp import CALLBACK, Browser, Provider, brought, running

pytestmark = pytest.mark.timeout(300)
TICKETS = Tickets("s" * 64, "n" * 64, "v" * 64)
DEVICE = FlowOrder(provider="corp")
LOOPBACK = FlowOrder(provider="corp", loopback=CALLBACK)


@pytest.fixture(params=["sqlite"])
def engine(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    with running(tmp_path_factory.mktemp("idp")) as provider:
        yield provider


@pytest.fixture
def provider(process: Provider) -> Provider:
    process.claims = {
        "anna": {"name": "Анна В.", "email": "anna@example.com"},
        "work": {"name": "Анна, работа", "email": "a.v@work.example"},
    }
    process.set()
    return process


@pytest.fixture
def browser() -> Iterator[Browser]:
    made = Browser()
    yield made
    made.close()


@pytest.fixture
def another() -> Iterator[Browser]:
    """A browser in which nobody has signed in."""
    made = Browser()
    yield made
    made.close()


@pytest.fixture
def oidc(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> Oidc:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    return Oidc(provider.settings())


@pytest.fixture
def anna(demo: Store, oidc: Oidc) -> Window:
    made = Window(demo)
    made.dispatcher = Dispatcher(demo, providers=[oidc])
    made.sign_in()
    return made


@pytest.fixture
def guest(demo: Store, oidc: Oidc) -> Window:
    made = Window(demo)
    made.dispatcher = Dispatcher(demo, providers=[oidc])
    return made


def link(anna: Window, browser: Browser, login: str = "anna") -> FlowProgress:
    flow: Flow = anna.ask(Identities.begin, DEVICE)
    browser.agree(flow.address_with_code, login)
    return anna.ask(Identities.progress, FlowAnswer(id=flow.id))


def enter(guest: Window, browser: Browser, login: str = "anna") -> EntryProgress:
    flow: Flow = guest.ask(Identities.begin_entry, DEVICE)
    browser.agree(flow.address_with_code, login)
    return guest.ask(Identities.entry, EntryAnswer(id=flow.id))


def test_an_account_is_linked_and_opens_a_session(anna: Window, guest: Window, browser: Browser):
    flow: Flow = anna.ask(Identities.begin, DEVICE)
    assert flow.user_code in flow.address_with_code
    waiting: FlowProgress = anna.ask(Identities.progress, FlowAnswer(id=flow.id))
    assert (waiting.state, waiting.interval_seconds, waiting.identity) == ("pending", 5, None)
    browser.agree(flow.address_with_code, "anna")
    assert anna.ask(Identities.progress, FlowAnswer(id=flow.id)).state == "pending"  # Too soon.
    anna.store.clock.move(seconds=5)
    done: FlowProgress = anna.ask(Identities.progress, FlowAnswer(id=flow.id))
    assert done.state == "done"
    assert done.identity is not None
    assert (done.identity.title, done.identity.name) == ("Вход сотрудника", "Анна В.")
    entered = enter(guest, browser)
    assert entered.signed_in is not None
    assert (entered.signed_in.session.phone, entered.signed_in.session.way) == (ANNA, "identity")


def test_the_same_person_with_another_email(
    anna: Window, guest: Window, browser: Browser, provider: Provider
):
    link(anna, browser)
    provider.claims["anna"] = {"name": "Анна Ветрова", "email": "new@example.com"}
    provider.set()
    assert enter(guest, browser).signed_in is not None
    (known,) = anna.ask(Identities.linked).items
    assert (known.name, known.used_at is not None) == ("Анна Ветрова", True)


def test_an_email_of_somebody_elses_opens_nothing(
    anna: Window, guest: Window, browser: Browser, another: Browser, provider: Provider
):
    link(anna, browser)
    provider.claims["thief"] = provider.claims["anna"]
    provider.set()
    entered = enter(guest, another, "thief")
    assert (entered.state, entered.signed_in) == ("failed", None)
    assert "не привязан" in entered.reason


def test_two_accounts_and_an_unlinked_one(
    anna: Window, guest: Window, browser: Browser, another: Browser
):
    first = link(anna, browser)
    second = link(anna, another, "work")
    assert [one.name for one in anna.ask(Identities.linked).items] == ["Анна В.", "Анна, работа"]
    assert first.identity is not None
    assert second.identity is not None
    anna.ask(Identities.unlink, first.identity.id)
    assert enter(guest, browser).signed_in is None
    assert enter(guest, another, "work").signed_in is not None


def test_denied(anna: Window, browser: Browser):
    flow: Flow = anna.ask(Identities.begin, DEVICE)
    browser.refuse_device(flow.address_with_code)
    denied: FlowProgress = anna.ask(Identities.progress, FlowAnswer(id=flow.id))
    assert (denied.state, denied.identity) == ("denied", None)
    assert anna.ask(Identities.progress, FlowAnswer(id=flow.id)).state == "denied"


def test_expired_there(anna: Window, provider: Provider):
    flow: Flow = anna.ask(Identities.begin, DEVICE)
    provider.set(ahead=601)
    assert anna.ask(Identities.progress, FlowAnswer(id=flow.id)).state == "expired"


def test_slow_down(anna: Window, provider: Provider, clock: Clock):
    flow: Flow = anna.ask(Identities.begin, DEVICE)
    provider.set(slow=True)
    slower: FlowProgress = anna.ask(Identities.progress, FlowAnswer(id=flow.id))
    assert (slower.state, slower.interval_seconds) == ("pending", 10)
    clock.move(seconds=10)
    assert anna.ask(Identities.progress, FlowAnswer(id=flow.id)).interval_seconds == 15


def test_a_provider_that_is_gone_is_asked_again(anna: Window, browser: Browser, clock: Clock):
    flow: Flow = anna.ask(Identities.begin, DEVICE)
    (oidc,) = anna.dispatcher._providers
    oidc._transport = httpx.MockTransport(lambda _request: httpx.Response(503))
    silent: FlowProgress = anna.ask(Identities.progress, FlowAnswer(id=flow.id))
    assert (silent.state, silent.interval_seconds) == ("pending", 10)
    assert "не отвечает" in silent.reason
    oidc._known = None
    with pytest.raises(IdentityRefused, match="не отвечает"):
        anna.ask(Identities.begin, DEVICE)
    oidc._transport = None


# ---------------------------------------------------------------------- by the browser


def test_the_browser_brings_a_code(anna: Window, browser: Browser):
    flow: Flow = anna.ask(Identities.begin, LOOPBACK)
    asked = brought(flow.address)
    assert (asked["code_challenge_method"], asked["redirect_uri"]) == ("S256", CALLBACK)
    assert flow.user_code == ""
    back = brought(browser.agree(flow.address, "anna"))
    answer = FlowAnswer(id=flow.id, code=back["code"], state=back["state"], issuer=back["iss"])
    assert anna.ask(Identities.progress, FlowAnswer(id=flow.id)).state == "pending"
    done: FlowProgress = anna.ask(Identities.progress, answer)
    assert (done.state, done.identity is not None) == ("done", True)
    assert anna.ask(Identities.progress, answer).identity == done.identity


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "0" * 64},
        {"state": None},
        {"issuer": "https://other.example"},
        {"issuer": ""},
        {"code": "of somebody else"},
    ],
    ids=str,
)
def test_what_the_browser_may_not_bring(anna: Window, browser: Browser, wrong: dict[str, Any]):
    flow: Flow = anna.ask(Identities.begin, LOOPBACK)
    back = brought(browser.agree(flow.address, "anna"))
    answer = FlowAnswer(id=flow.id, code=back["code"], state=back["state"], issuer=back["iss"])
    refused: FlowProgress = anna.ask(Identities.progress, replace(answer, **wrong))
    assert (refused.state, refused.identity) == ("failed", None)
    assert anna.ask(Identities.progress, answer).state == "failed", "there is no second try"
    assert anna.ask(Identities.linked).items == []


@pytest.mark.parametrize(
    "changed",
    ["UPDATE identity_flows SET verifier = 'x'", "UPDATE identity_flows SET nonce = 'x'"],
    ids=["verifier", "nonce"],
)
def test_another_verifier_or_nonce(anna: Window, browser: Browser, changed: str):
    flow: Flow = anna.ask(Identities.begin, LOOPBACK)
    back = brought(browser.agree(flow.address, "anna"))
    with anna.store.write() as tx:
        assert change(tx, changed) == 1
    answer = FlowAnswer(id=flow.id, code=back["code"], state=back["state"], issuer=back["iss"])
    assert anna.ask(Identities.progress, answer).state == "failed"


def test_a_code_is_redeemed_once(oidc: Oidc, browser: Browser):
    started = oidc.begin(TICKETS, CALLBACK)
    back = brought(browser.agree(started.address, "anna"))
    first = oidc.redeem(back["code"], CALLBACK, TICKETS, back["iss"])
    again = oidc.redeem(back["code"], CALLBACK, TICKETS, back["iss"])
    assert (first.outcome, again.outcome, again.person) == ("known", "failed", None)


# ---------------------------------------------------------------------- what is believed


@pytest.mark.parametrize(
    ("after", "outcome"), [(0, "known"), (59, "known"), (3600 + 120, "failed"), (-3600, "failed")]
)
def test_the_token_holds_for_its_time(
    provider: Provider, browser: Browser, after: int, outcome: str
):
    oidc = Oidc(provider.settings(), clock=lambda: time.time() + after)
    started = oidc.begin(TICKETS, "")
    browser.agree(started.address_with_code, "anna")
    assert oidc.poll(started.device_code, TICKETS.nonce).outcome == outcome


def test_a_token_of_another_client_or_question_is_not_believed(
    oidc: Oidc, provider: Provider, browser: Browser
):
    other = Oidc(provider.settings(client_id="public", secret=""))
    back = brought(browser.agree(other.begin(TICKETS, CALLBACK).address, "anna"))
    known = other._discovered()
    form = {
        "grant_type": "authorization_code",
        "code": back["code"],
        "redirect_uri": CALLBACK,
        "code_verifier": TICKETS.verifier,
    }
    token = other._asked(known, known.token_endpoint, form, _Token).id_token
    assert other._person(token, TICKETS.nonce, nonce_may_be_missing=False).subject == "anna"
    with pytest.raises(JoseError):
        oidc._person(token, TICKETS.nonce, nonce_may_be_missing=False)
    with pytest.raises(JoseError):
        other._person(token, "another", nonce_may_be_missing=True)
    head, body, signature = token.split(".")
    unsigned = "eyJhbGciOiJub25lIn0"  # {"alg":"none"}
    for forged in (f"{head}.{body}.{signature[:-8]}AAAAAAAA", f"{unsigned}.{body}.", "no token"):
        with pytest.raises((JoseError, ValueError)):
            other._person(forged, TICKETS.nonce, nonce_may_be_missing=False)


def test_nothing_of_a_provider_is_kept(
    anna: Window, browser: Browser, caplog: pytest.LogCaptureFixture
):
    caplog.set_level("DEBUG", "mts_tui")
    link(anna, browser)
    with anna.store.read() as tx:
        (flow,) = rows(tx, "SELECT * FROM identity_flows")
        kept = repr(rows(tx, "SELECT * FROM identities"))
        answers = repr(rows(tx, "SELECT answer FROM idempotency"))
    secrets = ("device_code", "verifier", "nonce", "state")
    assert [flow[name] for name in secrets] == [""] * 4
    assert "eyJ" not in kept + answers + caplog.text
    assert "anna@example.com" not in kept


def test_somebody_elses_flow_is_not_found(anna: Window, guest: Window):
    flow: Flow = anna.ask(Identities.begin, DEVICE)
    with pytest.raises(NotFound):
        guest.ask(Identities.entry, EntryAnswer(id=flow.id))
    guest.sign_in("+79853705678")
    with pytest.raises(NotFound):
        guest.ask(Identities.progress, FlowAnswer(id=flow.id))


@pytest.mark.parametrize(
    "wrong",
    [
        {"issuer": "http://id.example"},
        {"issuer": "https://user@id.example"},
        {"client_id": ""},
        {"scope": "profile"},
        {"ways": ()},
    ],
    ids=str,
)
def test_settings_that_cannot_be_right(wrong: dict[str, Any]):
    right = {"id": "corp", "title": "Вход", "issuer": "https://id.example", "client_id": "c"}
    OidcSettings(**right)
    with pytest.raises(ValueError, match="«corp»"):
        OidcSettings(**{**right, **wrong})


@pytest.mark.parametrize(
    "spoilt",
    [
        {"issuer": "https://other.example"},
        {"token_endpoint": "http://id.example/token"},
        {"jwks_uri": 7},
    ],
    ids=str,
)
def test_a_provider_that_lies_about_itself(spoilt: dict[str, Any]):
    told = {
        "issuer": "https://id.example",
        "token_endpoint": "https://id.example/token",
        "jwks_uri": "https://id.example/keys",
        "device_authorization_endpoint": "https://id.example/device",
    }
    transport = httpx.MockTransport(lambda _request: httpx.Response(200, json={**told, **spoilt}))
    settings = OidcSettings(id="corp", title="В", issuer="https://id.example", client_id="c")
    with pytest.raises(ProviderFailed):
        Oidc(settings, transport=transport).begin(TICKETS, "")


def test_the_file_of_providers(tmp_path: Path):
    file = tmp_path / "providers.toml"
    file.write_text('[corp]\ntitle = "Вход"\nissuer = "https://id.example"\nclient_id = "c"\n')
    environment = {"MTS_TUI_PROVIDERS": str(file), "MTS_TUI_PROVIDER_CORP_SECRET": "канарейка"}
    (made,) = providers("", environment)
    assert (made.id, made.title, made.ways) == ("corp", "Вход", ("device", "loopback"))
    assert made._settings.secret == "канарейка"
    assert "канарейка" not in repr(made._settings)
    assert providers("", {}) == []
    for bad in ("[demo]\n", "[corp]\ntitle = 1\n", "not toml", '[corp]\nsecret = "x"\n'):
        file.write_text(bad)
        with pytest.raises(ValueError, match=r"\.$"):
            providers(str(file), {}, FakeVault())
