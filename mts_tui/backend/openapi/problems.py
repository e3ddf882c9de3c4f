"""Errors as problem documents: their schema, an example of each, the responses that carry them."""

import inspect
import re
from string import Formatter
from typing import Annotated, Any

import msgspec

from mts_tui.backend import wire
from mts_tui.backend.contract.errors import CabinetError, Detail
from mts_tui.backend.contract.model import Model, Text

from .schemas import Schema

CORRELATION = "4bf92f3577b34da6a3ce929d0e0e4736"

ErrorKind = type[CabinetError]


class Flaw(Model):
    """A part of the request that is wrong."""

    pointer: Annotated[
        str,
        msgspec.Meta(
            extra_json_schema={"format": "json-pointer", "maxLength": 200}, examples=["/phone"]
        ),
    ]
    """JSON pointer into the body (RFC 6901); empty where it is not the body."""
    detail: Text
    """What is wrong with it."""


class Problem(Model):
    """Why a request was refused (RFC 9457), with the values of its sentence as further members."""

    type: Annotated[str, msgspec.Meta(extra_json_schema={"format": "uri", "maxLength": 200})]
    """Names the error for programs that know RFC 9457; it leads nowhere."""
    title: Text
    """What the error means, for developers."""
    status: Annotated[int, msgspec.Meta(extra_json_schema={"minimum": 400, "maximum": 599})]
    """The answer's HTTP status."""
    code: str
    """The error's stable name. Newer servers may know more."""
    detail: Text
    """What happened and what to do: a Russian sentence for people."""
    correlation_id: Annotated[
        str, msgspec.Meta(extra_json_schema={"pattern": "^[0-9a-f]{32}$", "maxLength": 32})
    ]
    """The trace id: what the operator's log calls this request."""
    errors: Annotated[list[Flaw], msgspec.Meta(extra_json_schema={"maxItems": 100})] = (
        msgspec.field(default_factory=list)
    )
    """Each flaw of the request, where it did not fit the operation's form."""


_DETAILS: dict[str, tuple[Detail, Schema]] = {
    "left": (
        2,
        {
            "type": "integer",
            "format": "int32",
            "minimum": 0,
            "maximum": 100,
            "description": "How many tries are left.",
        },
    ),
    "seconds": (
        60,
        {
            "type": "integer",
            "format": "int32",
            "minimum": 0,
            "maximum": 86_400,
            "description": "How long to wait; the same as in `Retry-After`.",
        },
    ),
    "reason": (
        "поле «/phone» заполнено не по форме.",
        {
            "type": "string",
            "format": "text",
            "maxLength": 4000,
            "description": "What exactly is wrong: a part of the sentence.",
        },
    ),
}
"""What errors tell besides their sentence: an example and a schema of each value."""

_SAID: dict[str, dict[str, Detail]] = {
    "INVALID_REQUEST": {"pointer": "/phone"},
    "NUMBER_CLOSED": {"seconds": 600},
    "TRUST_REFUSED": {
        "reason": "Для подключения баланс должен быть больше нуля. Пополните счёт и повторите."
    },
    "UNAVAILABLE": {"seconds": 5},
    "WEAK_PASSWORD": {"reason": "Пароль слишком короткий: нужно не меньше 8 знаков."},
}
"""Values of one error's example that are not those of every error."""


def sample(kind: ErrorKind) -> CabinetError:
    """An error with a value for each place of its sentence, and each that its docstring names.

    Raises:
        KeyError: A value is told that nothing is known of here: add it to the table of details.
    """
    told = [name for _, name, _, _ in Formatter().parse(kind.sentence) if name]
    told += [name for name in re.findall(r"`(\w+)`", kind.__doc__ or "") if name in _DETAILS]
    return kind(**{**{name: _DETAILS[name][0] for name in told}, **_SAID.get(kind.code, {})})


def example(kind: ErrorKind) -> dict[str, Any]:
    """An example of an error's problem document: what a server writes."""
    document = msgspec.json.decode(wire.problem_of(sample(kind), CORRELATION))
    return {"summary": _meaning(kind), "value": document}


def complete(schema: Schema, kinds: list[ErrorKind]) -> None:
    """Give the schema of `Problem` its codes and the members that come from details."""
    code: Schema = schema["properties"]["code"]
    code["enum"] = sorted({kind.code for kind in kinds})
    for name, (value, more) in _DETAILS.items():
        schema["properties"][name] = {**more, "examples": [value]}


def headers_of(status: int, *more: str) -> Schema:
    """The headers of a response; limits of the rate are told unless the server itself failed."""
    limits = ["RateLimit", "RateLimit-Policy"] if status < 500 else []  # noqa: PLR2004
    names = sorted({"Cache-Control", "traceparent", *limits, *more})
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def response_name(kinds: tuple[ErrorKind, ...]) -> str:
    """The name under which the response for some errors of one status stands."""
    return "Or".join("Unexpected" if kind is CabinetError else kind.__name__ for kind in kinds)


def response(kinds: tuple[ErrorKind, ...]) -> Schema:
    """The response for some errors of one status."""
    told = "\n".join(f"- `{kind.code}`: {_meaning(kind)}" for kind in kinds)
    status = kinds[0].status
    wait = ["Retry-After"] if any(map(_waits, kinds)) else []
    return {
        "description": told,
        "headers": headers_of(status, *wait),
        "content": {
            wire.PROBLEM_TYPE: {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "examples": {
                    kind.code: {"$ref": f"#/components/examples/{kind.code}"} for kind in kinds
                },
            }
        },
    }


def _waits(kind: ErrorKind) -> bool:
    return "seconds" in sample(kind).details


def _meaning(kind: ErrorKind) -> str:
    return " ".join(inspect.cleandoc(kind.__doc__ or "").split("\n\n")[0].split())
