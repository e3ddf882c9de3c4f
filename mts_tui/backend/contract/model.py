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


Phone = Annotated[str, Meta(pattern=r"^\+[1-9]\d{6,14}$", examples=["+79853701234"])]
"""A phone number, E.164 with `+`."""

AccountId = Annotated[str, Meta(min_length=1, max_length=64)]
"""Opaque id of an account (one phone number's account with the operator)."""

Currency = Annotated[str, Meta(pattern=r"^[A-Z]{3}$", examples=["RUB"])]
"""ISO 4217 code."""

Moment = Annotated[datetime, Meta(tz=True)]
"""A moment in UTC; RFC 3339 on the wire."""

Secret = Annotated[str, Meta(min_length=1, max_length=1024, extra={"secret": True})]
"""A password, code or token: never logged, never kept in an idempotency record or an outbox."""

Limit = Annotated[int, Meta(ge=1, le=200)]
"""How many items a page may hold."""

Cursor = Annotated[str, Meta(max_length=200)]
"""Opaque place in a list, as the page before gave it."""


class Money(Model):
    """An amount in minor units of its currency (kopecks for RUB). Never a float."""

    amount_minor: Annotated[int, Meta(ge=-(2**53), le=2**53)]
    currency: Currency

    def __bool__(self) -> bool:
        return self.amount_minor != 0


class Page(Model, Generic[T]):
    """A part of a list, and where the next part begins (None at the end)."""

    items: list[T]
    next_cursor: str | None = None


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
