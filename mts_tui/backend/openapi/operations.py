"""Operations of the document: one for each endpoint, and the few routes beside the contract."""

import inspect
from collections.abc import Iterable
from functools import cache
from types import NoneType
from typing import Any, get_origin

from mts_tui.backend import wire
from mts_tui.backend.contract import Endpoint, endpoints
from mts_tui.backend.contract.endpoint import Parameter
from mts_tui.backend.contract.errors import (
    CabinetError,
    InvalidRequest,
    KeyReused,
    NotJson,
    TooLarge,
    TooManyRequests,
    Unavailable,
)
from mts_tui.backend.contract.model import Page

from . import notes
from .examples import Examples
from .problems import ErrorKind, headers_of, response_name
from .routes import Route
from .schemas import Schema, schema_name, schemas_of, without_null

ANY_MAY_FAIL: tuple[ErrorKind, ...] = (TooManyRequests, CabinetError, Unavailable)
"""What any operation may answer, whatever it declares."""
JSON = "application/json"
OPEN: list[Schema] = [{}]
"""The security requirement of an operation that needs no session."""
SESSION: list[Schema] = [{"session": []}]

ErrorGroups = dict[str, tuple[ErrorKind, ...]]


@cache
def status_of(endpoint: Endpoint) -> int:
    """The HTTP status of an operation's success.

    204 where there is no answer. 201 for a POST to a list (a path whose GET answers a page) or to
    a named way into it (`/access/sessions/line`): something was added. 200 for everything else.
    """
    if endpoint.result is NoneType:
        return 204
    lists = {one.path for one in endpoints() if get_origin(one.result) is Page}
    above = endpoint.path.rpartition("/")[0]
    return 201 if endpoint.method == "POST" and lists & {endpoint.path, above} else 200


def errors_of(endpoint: Endpoint) -> ErrorGroups:
    """All that an operation may answer instead, grouped by status."""
    keyed = (KeyReused,) if endpoint.changes and not endpoint.answer_is_secret else ()
    bodied = (TooLarge, NotJson) if any(one.place == "body" for one in endpoint.parameters) else ()
    return _grouped((*endpoint.errors, *keyed, *bodied, *ANY_MAY_FAIL))


def errors_of_route(route: Route) -> ErrorGroups:
    """The same for a route outside the contract."""
    if route.bare:
        return _grouped((*route.errors, CabinetError))
    return _grouped((InvalidRequest, *route.errors, *ANY_MAY_FAIL))


def operation(endpoint: Endpoint, examples: Examples) -> Schema:
    """The document's entry for a declared operation."""
    body = next((one for one in endpoint.parameters if one.place == "body"), None)
    status = status_of(endpoint)
    tag = [] if endpoint.changes else ["ETag"]
    success: Schema = {"description": _success(status), "headers": headers_of(status, *tag)}
    if endpoint.result is not NoneType:
        success["content"] = {JSON: _media(endpoint.result, examples)}
    told = inspect.cleandoc(endpoint.documentation)
    if endpoint.answer_is_secret:
        told += "\n\nThe answer carries a secret and is not kept for a repeat of the same key."
    return {
        "tags": [endpoint.area],
        "summary": told.splitlines()[0],
        "description": told,
        "operationId": endpoint.id,
        "parameters": [
            *(_parameter(endpoint, one, examples) for one in endpoint.parameters if one != body),
            _shared("IdempotencyKey" if endpoint.changes else "IfNoneMatch"),
            _shared("Traceparent"),
        ],
        **({"requestBody": _body(body, examples)} if body is not None else {}),
        "responses": {
            str(status): success,
            **({} if endpoint.changes else {"304": _same()}),
            **_refusals(errors_of(endpoint)),
        },
        "security": OPEN if endpoint.public else SESSION,
    }


def route_operation(route: Route, examples: Examples) -> Schema:
    """The document's entry for a route outside the contract."""
    media = {JSON: _media(route.result, examples)}
    if route.stream:
        media = {"text/event-stream": _stream(route, examples)}
    refusals = _refusals(errors_of_route(route))
    if route.bare and "503" in refusals:  # A probe that finds something says what.
        content = media[JSON] | {"example": {"state": "unavailable", "details": {}}}
        refusals["503"] = {
            "description": "Not now: what was found, or that the process is about to end.",
            "headers": headers_of(503),
            "content": {
                JSON: content,
                wire.PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}},
            },
        }
    return {
        "tags": ["service"],
        "summary": route.summary,
        "description": route.description,
        "operationId": route.id,
        "parameters": [
            *([_shared("LastEventId")] if route.stream else []),
            *([] if route.bare else [_shared("Traceparent")]),
        ],
        "responses": {
            "200": {
                "description": _success(200),
                "headers": headers_of(500 if route.bare else 200),
                "content": media,
            },
            **refusals,
        },
        "security": OPEN if route.public else SESSION,
    }


def _grouped(kinds: Iterable[ErrorKind]) -> ErrorGroups:
    groups: ErrorGroups = {}
    for kind in kinds:
        groups[str(kind.status)] = (*groups.get(str(kind.status), ()), kind)
    return dict(sorted(groups.items()))


def _refusals(groups: ErrorGroups) -> Schema:
    return {
        status: {"$ref": f"#/components/responses/{response_name(kinds)}"}
        for status, kinds in groups.items()
    }


def _success(status: int) -> str:
    return {200: "Done.", 201: "Done; something was added.", 204: "Done; there is no answer."}[
        status
    ]


def _same() -> Schema:
    return {"$ref": "#/components/responses/NotModified"}


def _shared(name: str) -> Schema:
    return {"$ref": f"#/components/parameters/{name}"}


def _media(kind: Any, examples: Examples) -> Schema:
    (schema,), _ = schemas_of([kind])
    return {"schema": schema, "example": examples.of_answer(schema_name(kind))}


def _body(parameter: Parameter, examples: Examples) -> Schema:
    (schema,), _ = schemas_of([parameter.type])
    named = examples.of_body(schema_name(parameter.type))
    return {"required": True, "content": {JSON: {"schema": schema, "examples": named}}}


def _parameter(endpoint: Endpoint, parameter: Parameter, examples: Examples) -> Schema:
    (schema,), _ = schemas_of([parameter.type])
    schema = without_null(schema)
    if parameter.default is not None:
        schema["default"] = parameter.default
    return {
        "name": parameter.name,
        "in": parameter.place,
        "required": parameter.required,
        "description": notes.of_arguments(endpoint.function).get(parameter.name, ""),
        "schema": schema,
        "example": examples.of(schema, parameter.name),
    }


def _stream(route: Route, examples: Examples) -> Schema:
    (event,), _ = schemas_of([route.result])
    data = examples.line(schema_name(route.result))
    return {
        "schema": {
            "description": "The `data` of each `event: event`.",
            "contentMediaType": JSON,
            "contentSchema": event,
        },
        "example": f"id: 5d41402abc4b.17.4.0\nevent: event\ndata: {data}\n\n: beat\n\n",
    }
