"""The API's document says what the contract declares: nothing less, nothing by hand."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import NoneType
from typing import Annotated, Any

import msgspec
import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from mts_tui.backend import contract, openapi, wire
from mts_tui.backend.contract import Area, Endpoint, endpoints
from mts_tui.backend.contract.endpoint import command, query
from mts_tui.backend.contract.errors import (
    CabinetError,
    KeyReused,
    NotJson,
    TooLarge,
    TooManyRequests,
    Unavailable,
)
from mts_tui.backend.contract.model import AccountId, Limit, Model, Page, Request
from mts_tui.backend.openapi import ROUTES, document, status_of
from mts_tui.backend.operator.people import LINES

from .desk import ANNA, ANNA_BELARUS, ANNA_CITY, ANNA_SECOND, MISHA, UNLINKED, Window, number

ROOT = Path(__file__).parents[2]
FROZEN = ROOT / "docs" / "openapi.json"
DOCUMENT = document()
ALL = list(endpoints())
EVERY = pytest.mark.parametrize("endpoint", ALL, ids=lambda endpoint: endpoint.id)
METHODS = {"get", "post", "put", "patch", "delete"}


def resolved(part: dict[str, Any], within: dict[str, Any] = DOCUMENT) -> dict[str, Any]:
    while "$ref" in part:
        found = within
        for step in part["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        part = found
    return part


def operations(within: dict[str, Any] = DOCUMENT) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in within["paths"].items():
        for method in METHODS & set(methods):
            yield method.upper(), path, methods[method]


def entry(endpoint: Endpoint) -> dict[str, Any]:
    return DOCUMENT["paths"][endpoint.path][endpoint.method.lower()]


def codes_of(entry: dict[str, Any], status: int) -> set[str]:
    response = resolved(entry["responses"][str(status)])
    media = response["content"][wire.PROBLEM_TYPE]
    assert resolved(media["schema"]) is DOCUMENT["components"]["schemas"]["Problem"]
    return set(media["examples"])


def check(schema: dict[str, Any], value: object, where: str) -> None:
    """Whether a value fits a schema of the document, formats included."""
    validator = Draft202012Validator(
        {**schema, "components": DOCUMENT["components"]},
        format_checker=Draft202012Validator.FORMAT_CHECKER,
    )
    flaws = [f"{flaw.json_path}: {flaw.message}" for flaw in validator.iter_errors(value)]
    assert not flaws, where


def parts(node: Any, place: str = "#") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object of the document, but not those inside examples."""
    if isinstance(node, dict):
        yield place, node
        for name, child in node.items():
            if name not in {"example", "examples", "value", "default"} or place.endswith(
                ("/properties", "/components")
            ):
                yield from parts(child, f"{place}/{name}")
    elif isinstance(node, list):
        for number, child in enumerate(node):
            yield from parts(child, f"{place}/{number}")


def test_the_frozen_copy_is_what_the_contract_says():
    """Does it differ on purpose? `python -m mts_tui.backend.openapi > docs/openapi.json`."""
    assert FROZEN.read_text("utf-8") == openapi.text()


def test_it_is_written_by_one_command_whatever_the_locale():
    run = subprocess.run(
        [sys.executable, "-m", "mts_tui.backend.openapi"],
        env={"PYTHONIOENCODING": "ascii", "PYTHONHASHSEED": "77"},
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    assert run.stdout.decode() == openapi.text()


def test_it_is_openapi_3_1():
    assert DOCUMENT["openapi"] == "3.1.0"
    assert [str(flaw) for flaw in OpenAPIV31SpecValidator(DOCUMENT).iter_errors()] == []


def test_every_endpoint_is_there_exactly_once_and_nothing_else():
    told = [(method, path, one["operationId"]) for method, path, one in operations()]
    declared = [(one.method, one.path, one.id) for one in ALL]
    beside = [("GET", route.path, route.id) for route in ROUTES]
    assert sorted(told) == sorted(declared + beside)
    assert len({operation_id for _, _, operation_id in told}) == len(told)


@EVERY
def test_no_endpoint_is_written_by_hand(endpoint: Endpoint):
    for source in (ROOT / "mts_tui" / "backend" / "openapi").glob("*.py"):
        text = source.read_text("utf-8")
        assert f'"{endpoint.path}"' not in text
        assert f'"{endpoint.id}"' not in text


@EVERY
def test_an_operation_is_told_as_it_is_declared(endpoint: Endpoint):
    told = entry(endpoint)
    assert told["tags"] == [endpoint.area]
    assert endpoint.documentation.strip().startswith(told["summary"])
    assert told["description"].startswith(told["summary"])
    assert told["security"] == ([{}] if endpoint.public else [{"session": []}])
    body = [one for one in endpoint.parameters if one.place == "body"]
    assert ("requestBody" in told) is bool(body)
    parameters = [resolved(one) for one in told["parameters"]]
    assert {(one["name"], one["in"], one["required"]) for one in parameters} == {
        *((one.name, one.place, one.required) for one in endpoint.parameters if one not in body),
        ("traceparent", "header", False),
        ("Idempotency-Key", "header", True)
        if endpoint.changes
        else ("If-None-Match", "header", False),
    }
    for one in parameters:
        assert len(one["description"]) > 10, one["name"]
        assert "example" in one
    for one in endpoint.parameters:
        if one.place == "query" and one.default is not None:
            shown = next(part for part in parameters if part["name"] == one.name)
            assert shown["schema"]["default"] == one.default


@EVERY
def test_every_error_that_an_operation_may_raise_is_told(endpoint: Endpoint):
    told = entry(endpoint)
    keyed = {KeyReused} if endpoint.changes and not endpoint.answer_is_secret else set()
    bodied = any(one.place == "body" for one in endpoint.parameters)
    expected = {*endpoint.errors, *keyed, CabinetError, TooManyRequests, Unavailable}
    expected |= {TooLarge, NotJson} if bodied else set()
    statuses = {int(status) for status in told["responses"]} - {status_of(endpoint), 304}
    assert statuses == {kind.status for kind in expected}
    for status in statuses:
        codes = {kind.code for kind in expected if kind.status == status}
        assert codes_of(told, status) == codes


@EVERY
def test_a_success_is_told(endpoint: Endpoint):
    successes = [status for status in entry(endpoint)["responses"] if status.startswith("2")]
    assert successes == [str(status_of(endpoint))]
    response = entry(endpoint)["responses"][successes[0]]
    assert ("content" in response) is (endpoint.result is not NoneType)
    assert (successes[0] == "204") is (endpoint.result is NoneType)


def test_what_is_added_to_a_list_is_created():
    created = {endpoint.id for endpoint in ALL if status_of(endpoint) == 201}
    assert created >= {"access.sign_in", "access.sign_in_by_line", "numbers.link", "demo.send"}
    assert not created & {"access.keep_alive", "access.confirm", "demo.dial", "demo.advance"}
    assert {endpoint.method for endpoint in ALL if status_of(endpoint) == 201} == {"POST"}


def test_every_response_has_its_headers():
    for _method, path, one in operations():
        for status, response in one["responses"].items():
            headers = resolved(response)["headers"]
            assert "Cache-Control" in headers
            probe = path.startswith("/health/")
            assert ("RateLimit" in headers) is (status < "500" and not probe), (path, status)
            assert ("RateLimit-Policy" in headers) is ("RateLimit" in headers)
            if status == "429" or (status == "503" and not probe):
                assert "Retry-After" in headers, (path, status)


def test_every_example_fits_its_schema():
    seen = 0
    for place, part in parts(DOCUMENT):
        if "schema" in part and ("example" in part or "examples" in part):
            named = part.get("examples", {})
            values = [part["example"]] if "example" in part else []
            values += [resolved(one)["value"] for one in named.values()]
            for value in values:
                check(part["schema"], value, place)
                seen += 1
        if isinstance(part.get("examples"), list):
            for value in part["examples"]:
                check(part, value, place)
                seen += 1
        if "default" in part and "type" in part:
            check(part, part["default"], place)
    assert seen > 100


def test_what_can_have_an_example_has_one():
    for place, part in parts(DOCUMENT):
        probe = "/health/" in place and place.endswith(wire.PROBLEM_TYPE)
        if "schema" in part and "const" not in part["schema"] and not probe:
            assert "example" in part or part.get("examples"), place


def test_an_example_of_an_error_is_what_a_server_writes():
    for code, part in DOCUMENT["components"]["examples"].items():
        value = part["value"]
        assert value["code"] == code
        assert re.search("[а-я]{3}", value["detail"])
        assert "{" not in value["detail"]
        back = wire.error_of(json.dumps(value).encode())
        assert back is not None
        assert (back.code, str(back)) == (code, value["detail"])
        assert back.correlation_id == value["correlation_id"]


def test_codes_are_those_that_are_told():
    told = set(DOCUMENT["components"]["examples"])
    assert set(DOCUMENT["components"]["schemas"]["Problem"]["properties"]["code"]["enum"]) == told
    assert told >= {kind.code for endpoint in ALL for kind in endpoint.errors}


def test_requests_are_closed_and_answers_open():
    asked = {kind.__name__ for kind in Request.__subclasses__()}  # And the parts of what is asked.
    for name, schema in DOCUMENT["components"]["schemas"].items():
        assert schema["additionalProperties"] is (name not in asked), name
        assert schema["description"], name


def test_nobody_is_in_it_but_the_demos_people():
    text = openapi.text()
    phones = set(re.findall(r"\+\d{7,}|\b[78]\d{10}\b", text))
    assert phones <= {line.phone for line in LINES}
    assert set(re.findall(r"[\w.]+@[\w.]+", text)) <= {"anna@example.com"}
    assert re.search(r"/(home|work|root|tmp|Users)/", text) is None
    hosts = set(re.findall(r"https?://([\w.{}-]+)", text))
    assert hosts <= {"{host}", "127.0.0.1", "mts-tui.example"}


@pytest.mark.parametrize("phone", [ANNA, ANNA_SECOND, ANNA_BELARUS, ANNA_CITY, UNLINKED])
def test_what_the_operator_answers_keeps_its_promises(anna: Window, phone: str):
    """Limits of answers are not checked where they are made or read: they are checked here."""
    account = next(line.id for line in LINES if line.phone == phone)
    with anna.store.read() as tx:
        paid = "SELECT MAX(seq) FROM operations WHERE account_id = ? AND kind = 'top_up'"
        operation_id = str(number(tx, paid, account))
    values = {"account": account, "phone": phone, "operation": operation_id, "to": MISHA}
    asked = 0
    for endpoint in ALL:
        if endpoint.changes or endpoint.rehearses is not None:
            continue
        needed = {one.name for one in endpoint.parameters if one.required}
        if needed - values.keys():
            continue  # Asks for something that is not there yet.
        given = {name: values[name] for name in needed}
        if (phone == UNLINKED and "account" in given) or (phone == ANNA_CITY and "phone" in given):
            continue  # Not of the cabinet; not a number with a phone.
        if endpoint.id == "transfers.terms" and not account.endswith("-moscow"):
            continue  # Roubles of the same region only.
        given |= {"limit": 200} if "limit" in endpoint.argument_names else {}
        operation = getattr(contract.area(endpoint.area), endpoint.name)
        answer = anna.ask(operation, **given)
        media = entry(endpoint)["responses"]["200"]["content"]["application/json"]
        check(media["schema"], msgspec.to_builtins(answer), endpoint.id)
        asked += 1
    assert asked > (4 if phone == UNLINKED else 15)


@pytest.mark.parametrize(
    "phone", ["+7985370123\N{ARABIC-INDIC DIGIT FOUR}", "+79853701234\n", "+79853701234 ", "7"]
)
def test_a_pattern_means_the_same_to_everybody(phone: str):
    """Python's `\\d` takes any script's digits, and its `$` a final newline."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(phone, contract.access.Phone)
    schema = DOCUMENT["components"]["schemas"]["CodeOrder"]["properties"]["phone"]
    assert schema["pattern"] == r"^\+[1-9][0-9]{6,14}$"


# A new area, as somebody would add it.


class JamOrder(Request):
    """How much to cook."""

    jars: Annotated[int, msgspec.Meta(ge=1, le=9)]


class Jar(Model):
    """What was cooked."""

    account: AccountId
    jars: Annotated[int, msgspec.Meta(ge=0, le=2**40)]
    """How many there are now."""


class OutOfSugar(CabinetError):
    """There is no sugar. More comes in `seconds`."""

    code = "OUT_OF_SUGAR"
    status = 409
    sentence = "Сахар кончился, хватило на {left} банки. Зайдите позже."


class Jam(Area):
    """A kitchen."""

    @query("/accounts/{account}/jam", errors=(OutOfSugar,))
    async def jars(self, account: AccountId, limit: Limit = 3) -> Page[Jar]:
        """What was cooked so far.

        The oldest first.
        """

    @command("POST", "/accounts/{account}/jam", public=True, errors=(OutOfSugar,))
    async def cook(self, account: AccountId, order: JamOrder) -> Jar:
        """Cook some."""


def test_a_new_area_is_told_without_a_word_more(monkeypatch: pytest.MonkeyPatch):
    known = contract.area
    monkeypatch.setattr(contract, "area", lambda word: Jam if word == "jam" else known(word))
    monkeypatch.setattr(contract, "AREAS", (*contract.AREAS, "jam"))
    made = document()
    assert OpenAPIV31SpecValidator(made).is_valid()
    path = made["paths"]["/accounts/{account}/jam"]
    assert path["get"]["operationId"] == "jam.jars"
    assert path["get"]["summary"] == "What was cooked so far."
    assert path["get"]["description"].endswith("\n\nThe oldest first.")
    assert path["post"]["security"] == [{}]
    got, posted = set(path["get"]["responses"]), set(path["post"]["responses"])
    assert got == {"200", "304", "400", "401", "409", "429", "500", "503"}
    assert posted == {"201", "400", "409", "413", "415", "422", "429", "500", "503"}
    assert path["post"]["responses"]["201"]["content"]["application/json"]["example"] == {
        "account": "anna-moscow",
        "jars": 0,
    }
    schemas = made["components"]["schemas"]
    assert schemas["Jar"]["properties"]["jars"] == {
        "type": "integer",
        "format": "int64",
        "minimum": 0,
        "maximum": 2**40,
        "description": "How many there are now.",
    }
    assert schemas["JarPage"]["properties"]["items"]["maxItems"] == 200
    assert schemas["JamOrder"]["properties"]["jars"]["format"] == "int32"
    refusal = resolved(path["post"]["responses"]["409"], made)
    assert "Retry-After" in refusal["headers"]
    told = made["components"]["examples"]["OUT_OF_SUGAR"]["value"]
    assert (told["left"], told["seconds"]) == (2, 60)
    assert {"name": "jam", "description": "A kitchen."} in made["tags"]
