"""How a declared operation looks on the wire: the same module reads what it writes.

The server makes arguments of a request and a problem document of an error; the client does the
reverse. Neither names a path, a parameter or an error code of its own.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from typing import Any, get_args
from urllib.parse import quote

import msgspec

from .contract import endpoints
from .contract.endpoint import Endpoint, Parameter
from .contract.errors import CabinetError, Detail, InvalidRequest, from_code

BASE = "/v1"
PROBLEM_TYPE = "application/problem+json"
KEY_HEADER = "Idempotency-Key"
_TYPES = "https://mts-tui.example/problems/"
_KEY = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_TOLD_AT_MOST = 40
_INTEGER = re.compile(r"-?[0-9]{1,18}")
"""Signs of a name that the sender made up."""


def is_key(text: str) -> bool:
    """Whether a text is an idempotency key: a UUID, as RFC 9562 writes it."""
    return _KEY.fullmatch(text) is not None


def checked(endpoint: Endpoint, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments as the other side would read them: each backend refuses the same ones.

    Raises:
        InvalidRequest: One of them is not of its form.
    """
    return {
        parameter.name: _checked(parameter, arguments[parameter.name])
        for parameter in endpoint.parameters
    }


def _checked(parameter: Parameter, value: Any) -> Any:
    try:
        text = msgspec.json.encode(value)
        checked = msgspec.json.decode(text, type=parameter.type)
    except (msgspec.ValidationError, UnicodeEncodeError, OverflowError) as error:
        raise _flaw(parameter, str(error)) from None
    if b"\\u0000" in text:  # Rare: what is written like it may still be something else.
        for place in _with_nul(msgspec.json.decode(text), ()):
            raise _nul(parameter, place)
    return checked


def _with_nul(value: Any, place: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Where in a JSON document a text has the character 0, on which the engines differ."""
    if isinstance(value, str):
        if "\0" in value:
            yield place
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from _with_nul(one, (*place, str(number)))
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from _with_nul(one, (*place, name))


def _nul(parameter: Parameter, place: tuple[str, ...]) -> InvalidRequest:
    name = ".".join(place) or parameter.name
    reason = f"в поле «{name}» есть знак с кодом 0. Уберите его и повторите."
    if parameter.place != "body":
        return InvalidRequest(reason=reason)
    return InvalidRequest(reason=reason, pointer="".join(f"/{step}" for step in place))


def path_of(endpoint: Endpoint, arguments: Mapping[str, Any]) -> str:
    """The request's path below the server's address: it leads to this operation and no other."""
    path = endpoint.path
    for parameter in endpoint.parameters:
        if parameter.place == "path":
            place = f"{{{parameter.name}}}"
            before = endpoint.path.partition(place)[0]
            path = path.replace(place, _segment(str(arguments[parameter.name]), before))
    return f"{BASE}{path}"


def _segment(value: str, before: str) -> str:
    """A value as one segment of a path.

    A server decodes a path before it looks for the route, and would take some values for another
    one: `..`, what has a slash, nothing at all, the name of another operation. No id is like that;
    they are encoded twice, and the right operation finds nothing of that name.
    """
    if value and "/" not in value and value not in {".", ".."} | _named(before):
        return quote(value, safe="")
    hidden = "".join(f"%{byte:02X}" for byte in value.encode()) or "%"
    return quote(hidden, safe="")


@cache
def _named(before: str) -> frozenset[str]:
    """Segments that operations have by name where another one has a parameter."""
    paths = (endpoint.path for endpoint in endpoints() if endpoint.path.startswith(before))
    return frozenset(path.removeprefix(before).partition("/")[0] for path in paths)


def query_of(endpoint: Endpoint, arguments: Mapping[str, Any]) -> dict[str, str]:
    """The query string's members; what has its default is left out."""
    return {
        parameter.name: str(arguments[parameter.name])
        for parameter in endpoint.parameters
        if parameter.place == "query" and arguments[parameter.name] != parameter.default
    }


def body_of(endpoint: Endpoint, arguments: Mapping[str, Any]) -> bytes | None:
    """The request's body, JSON, or None where there is none."""
    for parameter in endpoint.parameters:
        if parameter.place == "body":
            return msgspec.json.encode(arguments[parameter.name])
    return None


def arguments_of(
    endpoint: Endpoint, path: Mapping[str, str], query: Mapping[str, str], body: bytes
) -> dict[str, Any]:
    """The operation's arguments from a request.

    Raises:
        InvalidRequest: Something is missing, unknown, or not of its form; `pointer` says where.
    """
    places = {parameter.name for parameter in endpoint.parameters if parameter.place == "query"}
    for name in query:
        if name not in places:
            raise unknown_query(name)
    if body and not any(parameter.place == "body" for parameter in endpoint.parameters):
        raise InvalidRequest(reason="у этого запроса нет тела.")
    found: dict[str, Any] = {}
    for parameter in endpoint.parameters:
        if parameter.place == "body":
            found[parameter.name] = _body(parameter, body)
        elif parameter.place == "path":
            found[parameter.name] = _text(parameter, path[parameter.name])
        elif parameter.name in query:
            found[parameter.name] = _text(parameter, query[parameter.name])
        elif parameter.required:
            raise InvalidRequest(reason=f"нет параметра «{parameter.name}».")
        else:
            found[parameter.name] = parameter.default
    return found


def _body(parameter: Parameter, body: bytes) -> Any:
    try:
        return msgspec.json.decode(body, type=parameter.type)
    except msgspec.ValidationError as error:
        if "got `float`" in str(error):
            with suppress(msgspec.ValidationError):
                return msgspec.convert(_whole(msgspec.json.decode(body)), parameter.type)
        raise _flaw(parameter, str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise InvalidRequest(reason="это не JSON.") from None


def _whole(value: Any) -> Any:
    """A JSON document whose `3.0` is 3: the same number, and JSON Schema calls it an integer."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_whole(one) for one in value]
    if isinstance(value, dict):
        return {name: _whole(one) for name, one in value.items()}
    return value


def _text(parameter: Parameter, text: str) -> Any:
    """A value of the query string: a whole number where one is meant, else the text itself."""
    meant: Any = int(text) if _is_number(parameter.type) and _INTEGER.fullmatch(text) else text
    try:
        return msgspec.convert(meant, parameter.type)
    except msgspec.ValidationError as error:
        raise _flaw(parameter, str(error)) from None


@cache
def _is_number(kind: Any) -> bool:
    kinds = [kind, *get_args(kind)]
    return int in kinds or any(int in get_args(one) for one in kinds)


def unknown_query(name: str) -> InvalidRequest:
    """The refusal of a query's member that is not known."""
    return InvalidRequest(reason=f"параметр «{name[:_TOLD_AT_MOST]}» не известен.")


def _flaw(parameter: Parameter, message: str) -> InvalidRequest:
    """The refusal of a value, by what msgspec says of it: "Expected `str` - at `$.a[0].b`"."""
    said, _, place = message.partition(" - at `$")
    steps = [step for step in re.split(r"[.\[\]]+", place.rstrip("`")) if step]
    missing = re.search(r"missing required field `(.*)`", said)
    unknown = re.search(r"unknown field `(.*)`", said, re.DOTALL)
    if parameter.place != "body":
        return InvalidRequest(reason=f"поле «{parameter.name}» заполнено не по форме.")
    if missing is not None:
        steps.append(missing[1])
        reason = f"нет поля «{'.'.join(steps)}»."
    elif unknown is not None:
        reason = f"поле «{unknown[1][:_TOLD_AT_MOST]}» не известно."
    else:
        reason = f"поле «{'.'.join(steps) or parameter.name}» заполнено не по форме."
    pointer = "".join(f"/{step}" for step in steps)
    return InvalidRequest(reason=reason, **({"pointer": pointer} if pointer else {}))


def problem_of(error: CabinetError, correlation_id: str) -> bytes:
    """The problem document of an error, JSON."""
    document: dict[str, Any] = {
        **error.details,
        "type": _TYPES + error.code.lower().replace("_", "-"),
        "title": (type(error).__doc__ or "").strip().splitlines()[0],
        "status": error.status,
        "code": error.code,
        "detail": str(error),
        "correlation_id": correlation_id,
    }
    if isinstance(error, InvalidRequest):
        pointer = document.pop("pointer", "") or ""
        document["errors"] = [{"pointer": pointer, "detail": str(error)}]
    return msgspec.json.encode(document)


_OWN_MEMBERS = frozenset(
    {"type", "title", "status", "code", "detail", "correlation_id", "errors", "self"}
)


def error_of(body: bytes) -> CabinetError | None:
    """The error of a problem document, or None where the body is no such document."""
    try:
        document = msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    code = document.get("code")
    if not isinstance(code, str):
        return None
    details: dict[str, Detail] = {
        name: value
        for name, value in document.items()
        if name not in _OWN_MEMBERS and isinstance(value, str | int | None)
    }
    flaws = document.get("errors")
    if isinstance(flaws, list) and flaws and isinstance(flaws[0], dict):
        pointer = flaws[0].get("pointer")
        if isinstance(pointer, str) and pointer:
            details["pointer"] = pointer
    error = from_code(code, details)
    if error.code != code and isinstance(document.get("detail"), str):
        error.args = (document["detail"],)  # A newer operator's error: its own sentence.
    error.correlation_id = str(document.get("correlation_id", ""))
    return error
