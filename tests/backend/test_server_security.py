"""Two people at one server: nobody reaches what is the other's, whatever the operation."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from mts_tui.backend import openapi, wire
from mts_tui.backend.contract import Endpoint, endpoints
from mts_tui.backend.contract.access import Access
from mts_tui.backend.contract.demo import Demo, ProviderVisit
from mts_tui.backend.contract.endpoint import Parameter
from mts_tui.backend.contract.errors import StoreFull
from mts_tui.backend.contract.identities import FlowAnswer, FlowOrder, Identities
from mts_tui.backend.contract.numbers import Numbers
from mts_tui.backend.contract.undo import Undo
from mts_tui.backend.services import undo
from mts_tui.backend.services.access import authenticate
from mts_tui.backend.store import Store
from mts_tui.backend.store.transaction import new_key

from .conftest import Files
from .desk import ANNA, MISHA, STRANGER, UNLINKED, Clock, Window
from .network import Running, open_gate, running

ALL = list(endpoints())
OWNED = [one for one in ALL if any(part.place == "path" for part in one.parameters)]
EVERY = pytest.mark.parametrize("endpoint", ALL, ids=[one.id for one in ALL])
EXAMPLES = openapi.document()["paths"]
PLACEHOLDERS = {"account": "nobody", "session": "nobody", "entry": "nobody", "phone": UNLINKED}


@pytest.fixture(scope="module")
def shared_store(tmp_path_factory: pytest.TempPathFactory, settled_file: Path) -> Iterator[Store]:
    files = Files(Clock(), tmp_path_factory.mktemp("security"), settled_file)
    yield files.settled()
    files.close()


@pytest.fixture(scope="module")
def serving(shared_store: Store) -> Iterator[Running]:
    with running(shared_store, gate=open_gate()) as server:
        yield server


@pytest.fixture(scope="module")
def http(serving: Running) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=serving.url, trust_env=False) as client:
        yield client


@pytest.fixture(scope="module")
def owner(shared_store: Store) -> Window:
    window = Window(shared_store)
    window.sign_in(ANNA, device="a" * 64)
    return window


@pytest.fixture(scope="module")
def other(shared_store: Store) -> Window:
    window = Window(shared_store)
    window.sign_in(MISHA, device="b" * 64)
    return window


def body_of(endpoint: Endpoint) -> dict[str, Any] | None:
    """A good body, as the document shows it."""
    content = EXAMPLES[endpoint.path][endpoint.method.lower()].get("requestBody")
    if content is None:
        return None
    examples = content["content"]["application/json"]["examples"]
    return next(iter(examples.values()))["value"]


def value_of(endpoint: Endpoint, part: Parameter) -> Any:
    """A good value of a parameter: nobody's id, its default, or as the document shows it."""
    if part.name in PLACEHOLDERS or not part.required:
        return PLACEHOLDERS.get(part.name, part.default)
    shown = EXAMPLES[endpoint.path][endpoint.method.lower()]["parameters"]
    return next(one["example"] for one in shown if one.get("name") == part.name)


def ask(
    http: httpx.Client, endpoint: Endpoint, token: str | None = None, **values: str
) -> httpx.Response:
    """Send an operation with good arguments but for those given."""
    arguments = {
        part.name: values.get(part.name) or value_of(endpoint, part)
        for part in endpoint.parameters
        if part.place != "body"
    }
    headers = {"traceparent": b""}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}".strip().encode()
    if endpoint.changes:
        headers[wire.KEY_HEADER] = new_key().encode()
    return http.request(
        endpoint.method,
        wire.path_of(endpoint, arguments),
        params=wire.query_of(endpoint, arguments),
        json=body_of(endpoint),
        headers=headers,
    )


def problem(response: httpx.Response, status: int) -> dict[str, Any]:
    """The problem document, which is whole."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == wire.PROBLEM_TYPE
    assert response.headers["cache-control"] == "no-store"
    document = response.json()
    assert document["status"] == status
    assert document["correlation_id"] == response.headers["traceparent"].split("-")[1]
    return document


def ids_of(window: Window) -> dict[str, list[str]]:
    numbers = window.ask(Numbers.linked).items
    return {
        "account": [one.account for one in numbers],
        "session": [one.id for one in window.ask(Access.sessions).items],
        "entry": [one.id for one in window.ask(Undo.pending).items],
        "device": [one.id for one in window.ask(Access.devices).items],
        "identity": [one.id for one in window.ask(Identities.linked).items],
    }


def do_something(window: Window, person: str) -> None:
    """Leave something behind: what can be taken back, and a linked account of a provider."""
    flow = window.ask(Identities.begin, FlowOrder(provider="demo"))
    window.ask(Demo.visit_provider, ProviderVisit(code=flow.user_code, person=person, agree=True))
    window.ask(Identities.progress, FlowAnswer(id=flow.id))
    with window.store.write() as tx:
        caller = authenticate(tx, window.token)
        undo.offer(tx, caller, caller.account_id, "Что-то сделано", "trust.undo_switch_on")


def test_what_is_owned_is_swapped_in_every_operation(
    http: httpx.Client, owner: Window, other: Window
):
    """Generated: an operation whose path begins with what nobody thought of fails here."""
    do_something(owner, "vera")
    do_something(other, "pavel")
    mine, theirs = ids_of(owner), ids_of(other)
    asked = 0
    for one, ids, foreign in ((other, mine, theirs), (owner, theirs, mine)):
        for endpoint in OWNED:
            if endpoint.public:
                assert endpoint.area == "demo", endpoint
                continue
            # What the path begins with is somebody's; whatever comes then is found below it.
            name = next(part.name for part in endpoint.parameters if part.place == "path")
            assert ids[name], f"there is no {name} to swap"
            for value in set(ids[name]) - set(foreign[name]):
                document = problem(ask(http, endpoint, one.token, **{name: value}), 404)
                assert document["code"] == "NOT_FOUND"
                stranger = ask(http, endpoint, one.token, **{name: new_key()}).json()
                assert {**document, "correlation_id": ""} == {**stranger, "correlation_id": ""}
                asked += 1
    assert asked >= 10
    assert ids_of(owner) == mine  # Nothing has happened to either.
    assert ids_of(other) == theirs


@EVERY
@pytest.mark.parametrize("token", [None, "0" * 64, "", "ж", "x" * 5000])
def test_without_a_session_only_what_is_public_works(
    http: httpx.Client, endpoint: Endpoint, token: str | None
):
    if endpoint.public:
        return
    document = problem(ask(http, endpoint, token), 401)
    assert document["code"] == "NOT_SIGNED_IN"
    assert ask(http, endpoint, token).status_code == 401


@EVERY
def test_who_has_no_session_is_not_told_what_else_is_wrong(http: httpx.Client, endpoint: Endpoint):
    if endpoint.public:
        return
    path = wire.path_of(endpoint, {part.name: "x" for part in endpoint.parameters})
    for sent in ({"params": {"unknown": "1"}}, {"content": b"{"}, {"content": b"x" * 100}):
        problem(http.request(endpoint.method, path, **sent), 401)


def test_an_ended_session_opens_nothing(http: httpx.Client, shared_store: Store):
    window = Window(shared_store)
    window.sign_in(UNLINKED)
    window.ask(Access.sign_out)
    for endpoint in ALL:
        if not endpoint.public:
            problem(ask(http, endpoint, window.token), 401)


def test_events_are_of_the_own_cabinet_only(http: httpx.Client, other: Window, owner: Window):
    assert problem(http.get("/v1/events"), 401)["code"] == "NOT_SIGNED_IN"
    mine = set(ids_of(other)["account"])
    foreign = set(ids_of(owner)["account"]) - mine
    assert foreign
    headers = {"Authorization": f"Bearer {other.token}", "Last-Event-ID": "0" + ".0" * 5}
    with http.stream("GET", "/v1/events", headers=headers) as stream:
        assert stream.status_code == 200
        first = next(stream.iter_lines())
    assert first  # Whatever it is, it comes from a place of the own accounts.


def masked(response: httpx.Response) -> tuple[int, dict[str, str], str]:
    headers = {
        name: text
        for name, text in response.headers.items()
        if name not in {"date", "traceparent", "content-length"}
    }
    return response.status_code, headers, re.sub(r"[0-9a-f]{32}", "", response.text)


@pytest.mark.parametrize("secret", [{"code": "000000"}, {"password": "не тот пароль"}])
def test_a_stranger_is_answered_like_a_subscriber(stores: Any, engine: str, secret: dict[str, str]):
    with (
        running(stores.settled()) as server,
        httpx.Client(base_url=server.url, trust_env=False) as http,
    ):

        def post(path: str, **body: str) -> httpx.Response:
            return http.post(path, json=body, headers={wire.KEY_HEADER: new_key()})

        for _ in range(4):
            answers = [
                masked(post("/v1/access/sessions", phone=phone, **secret))
                for phone in (ANNA, STRANGER)
            ]
            assert answers[0] == answers[1]
        for _ in range(2):
            answers = [
                masked(post("/v1/access/codes", phone=phone))
                for phone in (UNLINKED, "+79853709998")
            ]
            assert answers[0] == answers[1]
        assert answers[0][0] == 429
        assert int(answers[0][1]["retry-after"]) == 60
        assert answers[0][1]["ratelimit-policy"] == '"codes";q=5;w=600'
        assert answers[0][1]["ratelimit"] == '"codes";r=0;t=60'


# ---------------------------------------------------------------------- bad requests


KEY = "019c8f3e-5a40-7c31-9d52-6f1b0a7e4c28"
CODES = "/v1/access/codes"


@pytest.mark.parametrize(
    ("request_", "status", "code"),
    [
        (("POST", CODES, {}, b'{"phone": "+7"}'), 400, "INVALID_REQUEST"),
        (("POST", CODES, {wire.KEY_HEADER: "x"}, None), 400, "INVALID_REQUEST"),
        (("POST", CODES, {wire.KEY_HEADER: KEY + "0"}, None), 400, "INVALID_REQUEST"),
        (("POST", CODES, {wire.KEY_HEADER: KEY[:-1] + "g"}, None), 400, "INVALID_REQUEST"),
        (("POST", CODES, {}, b""), 400, "INVALID_REQUEST"),
        (("POST", CODES, {}, b"{"), 400, "INVALID_REQUEST"),
        (("POST", CODES, {}, b'{"phone": "\\ud800"}'), 400, "INVALID_REQUEST"),
        (("POST", CODES, {}, b'{"phone": "\xed\xa0\x80"}'), 400, "INVALID_REQUEST"),
        (("POST", CODES, {}, b"[" * 60_000), 400, "INVALID_REQUEST"),
        (("POST", CODES, {}, b'{"phone": "+79853701234", "x": 1}'), 400, "INVALID_REQUEST"),
        (("POST", CODES, {"content-type": "text/plain"}, None), 415, "NOT_JSON"),
        (("POST", CODES, {"content-type": ""}, None), 415, "NOT_JSON"),
        (("POST", CODES, {}, b" " * 70_000), 413, "REQUEST_TOO_LARGE"),
        (("PATCH", CODES, {}, None), 405, "METHOD_NOT_ALLOWED"),
        (("TRACE", "/v1/meta", {}, b""), 405, "METHOD_NOT_ALLOWED"),
        (("GET", "/v1/meta?x=1", {}, b""), 400, "INVALID_REQUEST"),
        (("GET", "/v1/events?x=1", {}, b""), 401, "NOT_SIGNED_IN"),
        (("GET", "/v1/demo/sims?%ff=%ff", {}, b""), 400, "INVALID_REQUEST"),
        (("GET", "/v1/demo/sims?a=1&a=2", {}, b""), 400, "INVALID_REQUEST"),
        (("GET", "/v1/demo/sims/%00/messages", {}, b""), 400, "INVALID_REQUEST"),
        (("GET", "/v1/demo/sims/%ED%A0%80/messages", {}, b""), 400, "INVALID_REQUEST"),
        (("GET", "/v1/demo/sims/%2B79853709999/messages", {}, b""), 404, "NOT_FOUND"),
        (("GET", "/v1/nothing", {}, b""), 404, "NOT_FOUND"),
        (("GET", "/v1/%00", {}, b""), 404, "NOT_FOUND"),
        (("GET", "/", {}, b""), 404, "NOT_FOUND"),
        (("GET", "/v1/demo/sims", {}, b"{}"), 400, "INVALID_REQUEST"),
        (("DELETE", "/v1/access/sessions/current", {}, b"{}"), 401, "NOT_SIGNED_IN"),
    ],
)
def test_a_bad_request_is_told_as_a_problem(
    http: httpx.Client,
    request_: tuple[str, str, dict[str, str], bytes | None],
    status: int,
    code: str,
):
    method, path, headers, body = request_
    response = http.request(
        method,
        path,
        headers={wire.KEY_HEADER: KEY, "content-type": "application/json"} | headers,
        content=b'{"phone": "+79853701234"}' if body is None else body,
    )
    document = problem(response, status)
    assert document["code"] == code
    if status == 405:
        assert "allow" in response.headers
    if code == "INVALID_REQUEST":
        assert all(set(flaw) == {"pointer", "detail"} for flaw in document["errors"])
        assert document["errors"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/v1/events?x=1", b""),
        ("DELETE", "/v1/access/sessions/current", b"{}"),
        ("GET", "/v1/numbers?x=1&x=2", b""),
    ],
)
def test_with_a_session_a_bad_request_is_told_as_such(
    http: httpx.Client, owner: Window, method: str, path: str, body: bytes
):
    headers = {"Authorization": f"Bearer {owner.token}", wire.KEY_HEADER: KEY}
    headers["content-type"] = "application/json"
    assert problem(http.request(method, path, headers=headers, content=body), 400)["errors"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [({"phone": "8"}, "/phone"), ({}, "/phone"), ({"phone": 1}, "/phone"), ([], "")],
)
def test_a_flaw_has_its_pointer(http: httpx.Client, body: Any, pointer: str):
    response = http.post(CODES, json=body, headers={wire.KEY_HEADER: KEY})
    assert [one["pointer"] for one in problem(response, 400)["errors"]] == [pointer]


def test_an_answer_that_is_known_is_not_sent_again(http: httpx.Client, owner: Window):
    account = ids_of(owner)["account"][0]
    path = f"/v1/accounts/{account}/operations"
    headers = {"Authorization": f"Bearer {owner.token}"}
    first = http.get(path, headers=headers)
    tag = first.headers["etag"]
    assert re.fullmatch(r'"[0-9a-f]{32}"', tag)
    for told in (tag, f'"x", {tag}', f"W/{tag}", "*"):
        again = http.get(path, headers=headers | {"If-None-Match": told})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert http.get(path, headers=headers | {"If-None-Match": '"x"'}).status_code == 200
    assert http.get(path, headers={"If-None-Match": "*"}).status_code == 401


def test_the_trace_goes_through(http: httpx.Client):
    given = "4bf92f3577b34da6a3ce929d0e0e4736"
    for path in ("/v1/meta", "/v1/demo/sims", "/v1/nothing", "/health/live", "/health/ready"):
        answer = http.get(path, headers={"traceparent": f"00-{given}-00f067aa0ba902b7-01"})
        assert answer.headers["traceparent"].split("-")[1] == given
        for bad in ("", "x", "00-0-0-0", f"00-{'0' * 32}-{'0' * 16}-01", f"00-{'Z' * 32}-a-01"):
            answer = http.get(path, headers={"traceparent": bad})
            assert re.fullmatch(
                r"00-(?!0{32})[0-9a-f]{32}-[0-9a-f]{16}-01", answer.headers["traceparent"]
            )


def test_what_ails_the_store_stays_inside(
    http: httpx.Client, shared_store: Store, monkeypatch: pytest.MonkeyPatch
):
    def full(*_: Any) -> None:
        raise StoreFull(path="/secret/operator.db")

    monkeypatch.setattr(shared_store, "look", full)
    response = http.get("/v1/demo/sims")
    assert problem(response, 503)["code"] == "UNAVAILABLE"
    assert "secret" not in response.text
    assert response.headers["retry-after"] == "1"


def test_an_unexpected_error_says_nothing_of_itself(
    http: httpx.Client, shared_store: Store, monkeypatch: pytest.MonkeyPatch, caplog: Any
):
    def broken(*_: Any) -> None:
        raise ValueError("canary-secret")

    monkeypatch.setattr(shared_store, "look", broken)
    response = http.get("/v1/demo/sims")
    assert problem(response, 500)["code"] == "UNEXPECTED"
    assert "canary" not in response.text + caplog.text


@pytest.mark.parametrize("last", ["x", "9" * 5000, "-1", "1.2.3", "²", "0" * 18])
def test_any_last_event_is_answered(http: httpx.Client, other: Window, last: str):
    headers = {"Authorization": f"Bearer {other.token}", "Last-Event-ID": last.encode()}
    with http.stream("GET", "/v1/events", headers=headers) as stream:
        assert stream.status_code == 200
        assert "traceparent" in stream.headers
        assert next(stream.iter_lines())
