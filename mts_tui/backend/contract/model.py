"""What every area's models are made of: money, moments, phones, pages, secrets."""

from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar, dataclass_transform, get_args, get_type_hints

import msgspec
from msgspec import Meta

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(msgspec.field,))
class Model(msgspec.Struct, frozen=True):
    """What the operator answers. A client ignores members it does not know."""


@dataclass_transform(frozen_default=True, field_specifiers=(msgspec.field,))
class Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is asked for: the body of a command. An unknown member is refused."""


# Limits of what is asked are checked. Limits of what only the operator answers stand in the schema
# (`extra_json_schema`): they are its promise, and a client that knows an older promise still reads.
# `format: text` marks free text of people, `format: opaque` what only the operator can read.

Phone = Annotated[
    str, Meta(pattern=r"\A\+[1-9][0-9]{6,14}\Z", max_length=16, examples=["+79853701234"])
]
"""A phone number, E.164 with `+`."""

Id = Annotated[str, Meta(min_length=1, max_length=64)]
"""Opaque id of a thing."""

AccountId = Annotated[str, Meta(min_length=1, max_length=64)]
"""Opaque id of an account (one phone number's account with the operator)."""

Currency = Annotated[str, Meta(pattern=r"\A[A-Z]{3}\Z", max_length=3, examples=["RUB"])]
"""ISO 4217 code."""

Label = Annotated[str, Meta(extra_json_schema={"format": "text", "maxLength": 200})]
"""A name or a title."""

Text = Annotated[str, Meta(extra_json_schema={"format": "text", "maxLength": 4000})]
"""Free text; may be of several lines."""

Sought = Annotated[str, Meta(max_length=100, extra_json_schema={"format": "text"})]
"""What is looked for: a part of a title or a name, in any case, ё as е; a phone number however it
is written. Empty for everything."""

Zone = Annotated[
    str,
    Meta(
        extra_json_schema={"pattern": "^[A-Za-z0-9_+/-]+$", "maxLength": 64},
        examples=["Europe/Moscow"],
    ),
]
"""IANA time zone."""

Count = Annotated[int, Meta(extra_json_schema={"minimum": 0, "maximum": 2**53})]
"""How many."""

Moment = Annotated[datetime, Meta(tz=True)]
"""A moment in UTC; RFC 3339 on the wire."""

Secret = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=1024,
        extra={"secret": True},
        extra_json_schema={"format": "password"},
    ),
]
"""A password, code or token: never logged, never kept in an idempotency record or an outbox."""

Limit = Annotated[int, Meta(ge=1, le=200)]
"""How many items a page may hold."""

Cursor = Annotated[str, Meta(max_length=200, extra_json_schema={"format": "opaque"})]
"""Opaque place in a list, as the page before gave it."""


class Money(Model, gc=False):
    """An amount in minor units of its currency (kopecks for RUB). Never a float.

    Nothing in it can lead back to it, so the garbage collector need not know of it: a long history
    would keep that at work, and everything else waiting.
    """

    amount_minor: Annotated[int, Meta(ge=-(2**53), le=2**53)]
    currency: Currency

    def __bool__(self) -> bool:
        return self.amount_minor != 0


class Page(Model, Generic[T]):
    """A part of a list, and where the next part begins (None at the end)."""

    items: Annotated[list[T], Meta(extra_json_schema={"maxItems": 200})]
    next_cursor: Cursor | None = None


def has_secret(kind: Any) -> bool:
    """Whether a type is, or contains, a `Secret`."""
    if any(isinstance(part, Meta) and (part.extra or {}).get("secret") for part in get_args(kind)):
        return True
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return any(has_secret(hint) for hint in get_type_hints(kind, include_extras=True).values())
    return any(has_secret(part) for part in get_args(kind) if part is not kind)


def secret_fields(kind: type[msgspec.Struct]) -> frozenset[str]:
    """Names of a struct's own members that are secrets."""
    hints = get_type_hints(kind, include_extras=True)
    return frozenset(name for name, hint in hints.items() if has_secret(hint))
