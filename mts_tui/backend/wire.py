"""How a declared operation looks on the wire: the same module reads what it writes.

The server makes arguments of a request and a problem document of an error; the client does the
reverse. Neither names a path, a parameter or an error code of its own.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import msgspec

from .contract.endpoint import Endpoint, Parameter
from .contract.errors import CabinetError, Detail, InvalidRequest, from_code

BASE = "/v1"
PROBLEM_TYPE = "application/problem+json"
KEY_HEADER = "Idempotency-Key"
KEY_LONGEST = 64
_TYPES = "https://mts-tui.example/problems/"


def path_of(endpoint: Endpoint, arguments: Mapping[str, Any]) -> str:
    """The request's path below the server's address."""
    path = endpoint.path
    for parameter in endpoint.parameters:
        if parameter.place == "path":
            value = quote(str(arguments[parameter.name]), safe="")
            path = path.replace(f"{{{parameter.name}}}", value)
    return f"{BASE}{path}"


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
            raise InvalidRequest(reason=f"параметр «{name[:40]}» не известен.", pointer="")
    found: dict[str, Any] = {}
    for parameter in endpoint.parameters:
        if parameter.place == "body":
            found[parameter.name] = _body(parameter, body)
        elif parameter.place == "path":
            found[parameter.name] = _text(parameter, path[parameter.name])
        elif parameter.name in query:
            found[parameter.name] = _text(parameter, query[parameter.name])
        elif parameter.required:
            raise InvalidRequest(reason=f"нет параметра «{parameter.name}».", pointer="")
        else:
            found[parameter.name] = parameter.default
    return found


def _body(parameter: Parameter, body: bytes) -> Any:
    try:
        return msgspec.json.decode(body, type=parameter.type)
    except msgspec.ValidationError as error:
        pointer = _pointer(str(error))
        raise InvalidRequest(
            reason=f"поле «{pointer or '/'}» заполнено не по форме.", pointer=pointer
        ) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise InvalidRequest(reason="это не JSON.", pointer="") from None


def _text(parameter: Parameter, text: str) -> Any:
    try:
        return msgspec.convert(text, parameter.type, strict=False)
    except msgspec.ValidationError:
        raise InvalidRequest(
            reason=f"параметр «{parameter.name}» не по форме.", pointer=""
        ) from None


def _pointer(message: str) -> str:
    """The JSON pointer of msgspec's "… - at `$.a[0].b`"."""
    _before, found, place = message.partition(" - at `$")
    if not found:
        return ""
    return place.rstrip("`").replace("[", ".").replace("]", "").replace(".", "/")


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


_OWN_MEMBERS = frozenset({"type", "title", "status", "code", "detail", "correlation_id", "errors"})


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
    error = from_code(code, details)
    error.correlation_id = str(document.get("correlation_id", ""))
    return error
