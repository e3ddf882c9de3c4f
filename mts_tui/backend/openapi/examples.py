"""Examples that fit their schemas, with the demo's people and numbers only.

A type's own `examples` come first, then what is written here for a member's name, then anything
that fits.
"""

from typing import Any

import msgspec

from .schemas import REF, Schema, without_null

NOW = "2026-11-22T18:34:00Z"
_ID = "019c8f3e-5a40-7c31-9d52-6f1b0a7e4c28"
_TOKEN = "5d3f0c6a" * 8

_MEMBERS: dict[str, Any] = {
    "Bucket.ends_at": "2026-11-30T21:00:00Z",
    "Bucket.granted": 24_000,
    "Bucket.starts_at": "2026-10-31T21:00:00Z",
    "Bucket.unit": "second",
    "Bucket.used": 8_760,
    "ClockMove.seconds": 86_400,
    "CodeSent.expires_at": "2026-11-22T18:39:00Z",
    "CodeSent.resend_at": "2026-11-22T18:35:00Z",
    "CodeSent.sender": "3339",
    "Dial.code": "*100#",
    "LinkOrder.name": "Для объявлений",
    "LinkOrder.phone": "+79853709900",
    "NextFee.amount": {"amount_minor": 50_000, "currency": "RUB"},
    "NextFee.at": "2026-11-30T21:00:00Z",
    "Number.kind": "mobile",
    "Number.login": True,
    "Number.name": "Основной",
    "Number.role": "own",
    "Number.tariff": "Smart Nonstop",
    "Overview.available": {"amount_minor": 76_083, "currency": "RUB"},
    "Overview.trust_limit": {"amount_minor": 30_000, "currency": "RUB"},
    "PasswordState.changed_at": "2026-10-05T09:12:00Z",
    "PasswordState.is_set": True,
    "PhoneMessage.peer": "MTS",
    "PhoneMessage.text": "Ваш номер добавлен в «Мои номера» кабинета «МТС-Помощник».",
    "Points.amount": 1240,
    "Points.worth": {"amount_minor": 37_200, "currency": "RUB"},
    "Position.accuracy_m": 45,
    "Position.latitude": 55.7877,
    "Position.longitude": 37.6822,
    "Position.place": "Русаковская улица",
    "Reply.text": "Баланс: 460,83 ₽. Остатки пакетов: *100*1#",
    "Session.current": True,
    "Session.idle_until": "2026-11-22T18:54:00Z",
    "ShortMessage.text": "Буду через десять минут",
    "ShortMessage.to": "111",
    "Spending.kind": "fee",
    "Spending.spent": {"amount_minor": 50_000, "currency": "RUB"},
    "Transaction.amount": {"amount_minor": -50_000, "currency": "RUB"},
    "Transaction.bucket": None,
    "Transaction.direction": "none",
    "Transaction.id": "48151",
    "Transaction.kind": "fee",
    "Transaction.peer": "",
    "Transaction.title": "Ежемесячная плата Smart Nonstop",
    "Transaction.units": 0,
    "TransactionPage.next_cursor": "48150",
    "Zone.latitude": 55.7985,
    "Zone.longitude": 37.7235,
    "Zone.name": "Школа",
    "Zone.radius_m": 300,
    "ZoneOrder.latitude": 55.7985,
    "ZoneOrder.longitude": 37.7235,
    "ZoneOrder.name": "Школа",
    "ZoneOrder.radius_m": 300,
}
_NAMES: dict[str, Any] = {
    "account": "anna-moscow",
    "amount_minor": 46_083,
    "code": "483920",
    "cursor": "48151",
    "device": _TOKEN,
    "device_name": "Ноутбук",
    "limit": 50,
    "owner": "Анна Ветрова",
    "password": "три слова и ещё одно",
    "region": "Москва и область",
    "title": "Москва и область",
    "token": _TOKEN,
}
_KINDS = {str: "string", int: "integer"}
_CHOICES: dict[str, dict[str, tuple[str, ...]]] = {
    "SignIn": {"by_code": ("code",), "by_password": ("password", "device", "device_name")},
    "Confirmation": {"by_code": ("code",), "by_password": ("password",)},
}
"""Bodies that take one thing or another: the optional members that each example gives."""


class Examples:
    """Makes examples from named schemas."""

    def __init__(self, named: dict[str, Schema]) -> None:
        self._named = named

    def of_body(self, name: str) -> dict[str, Any]:
        """Named examples of a request's body, in the form of a media type's `examples`."""
        choices = _CHOICES.get(name, {"plain": ()})
        return {
            title: {"value": self._object(name, also, everything=False)}
            for title, also in choices.items()
        }

    def of_answer(self, name: str) -> Any:
        """An answer with every member."""
        return self._object(name, (), everything=True)

    def line(self, name: str) -> str:
        """An answer as JSON on one line."""
        return msgspec.json.encode(self.of_answer(name)).decode()

    def of(self, schema: Schema, member: str = "", owner: str = "") -> Any:
        """A value that fits a schema; `member` of `owner` is what it is called."""
        place = f"{owner}.{member}"
        if place in _MEMBERS:
            return _MEMBERS[place]
        if "$ref" in schema:
            return self.of_answer(schema["$ref"].removeprefix(REF))
        if "anyOf" in schema:
            found = _known(without_null(schema), member)
            return found[0] if found else schema.get("default", self.of(without_null(schema)))
        found = _known(schema, member)
        return found[0] if found else self._plain(schema)

    def _plain(self, schema: Schema) -> Any:
        kind = schema["type"]
        if kind == "array":
            return [self.of(schema["items"])]
        default = schema.get("default")
        if kind == "string":
            made = {"date-time": NOW, "opaque": _ID}
            return made.get(schema.get("format", ""), default or "Текст")
        if default is not None:
            return default
        return {"object": {}, "boolean": False}.get(kind, schema.get("minimum", 0))

    def _object(self, name: str, also: tuple[str, ...], *, everything: bool) -> dict[str, Any]:
        schema = self._named[name]
        return {
            member: self.of(part, member, name)
            for member, part in schema["properties"].items()
            if everything or member in schema["required"] or member in also
        }


def _known(schema: Schema, member: str) -> list[Any]:
    """Values known to fit: the type's own, the one of that name, the words to choose from."""
    named = _NAMES.get(member)
    fits = named is not None and schema.get("type") == _KINDS[type(named)]
    return [*schema.get("examples", []), *([named] if fits else []), *schema.get("enum", [])]
