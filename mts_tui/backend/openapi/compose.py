"""The whole document."""

import json
from inspect import cleandoc
from itertools import chain
from typing import Any

from mts_tui import __version__
from mts_tui.backend import contract, wire

from . import problems
from .examples import Examples
from .operations import errors_of, errors_of_route, operation, route_operation
from .routes import ROUTES
from .schemas import Schema, schemas_of

_ABOUT = """\
The self-care cabinet of a mobile operator's subscriber, as its own clients use it.

- **Changes only add.** An answer may have members, and a list of words may have words, that are \
not named here: ignore them. A request with a member that is not named here is refused.
- **A command runs once.** Make a UUID before the first try and send it as `Idempotency-Key` with \
each repeat: the answer is the first one's. The same key with another body is refused.
- **Errors** are problem documents (RFC 9457) with a stable `code` and a Russian sentence for \
people in `detail`.
- **Money** is an integer of minor units (kopecks) with its currency. **Moments** are UTC, RFC 3339.
- **Lists** come in pages: `next_cursor` of one is `cursor` of the next, null at the end.
- **`format: text`** marks what people wrote, in any characters: show it with control characters \
taken out. **`format: opaque`** marks what only the operator can read.
- **Rates** are limited for each caller; see the `RateLimit` headers.
"""

_SERVERS: list[Schema] = [
    {
        "url": f"https://{{host}}{wire.BASE}",
        "description": "Production: the operator's server, TLS 1.2 or newer.",
        "variables": {
            "host": {"default": "mts-tui.example", "description": "Where the server is."}
        },
        "x-internal": False,
    },
    {
        "url": f"http://127.0.0.1:{{port}}{wire.BASE}",
        "description": "Local: a server on the same machine; clients refuse it elsewhere.",
        "variables": {"port": {"default": "8000", "description": "The port it listens on."}},
        "x-internal": True,
    },
]

_TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
_TRACE_SCHEMA: Schema = {
    "type": "string",
    "pattern": "^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$",
    "maxLength": 55,
}

_PARAMETERS: dict[str, Schema] = {
    "IdempotencyKey": {
        "name": wire.KEY_HEADER,
        "in": "header",
        "required": True,
        "description": "A UUID (version 7 is best) that names this command, the same in each "
        "repeat. Remembered for at least 24 hours.",
        "schema": {"type": "string", "format": "uuid", "minLength": 36, "maxLength": 36},
        "example": "019c8f3e-5a40-7c31-9d52-6f1b0a7e4c28",
    },
    "IfNoneMatch": {
        "name": "If-None-Match",
        "in": "header",
        "required": False,
        "description": "The `ETag` of the answer that is known: nothing is sent if it still holds.",
        "schema": {"type": "string", "format": "opaque", "maxLength": 1000},
        "example": '"6f1b0a7e4c289d526f1b0a7e4c289d52"',
    },
    "LastEventId": {
        "name": "Last-Event-ID",
        "in": "header",
        "required": False,
        "description": "The `id` of the last event that was read: the stream continues behind it.",
        "schema": {"type": "string", "format": "opaque", "maxLength": 1000},
        "example": "5d41402abc4b.17.4.0",
    },
    "Traceparent": {
        "name": "traceparent",
        "in": "header",
        "required": False,
        "description": "W3C Trace Context: its trace id becomes the request's correlation id.",
        "schema": _TRACE_SCHEMA,
        "example": _TRACEPARENT,
    },
}

_HEADERS: dict[str, Schema] = {
    "Cache-Control": {
        "description": "Nothing here may be kept: it is personal, or of this moment.",
        "schema": {"type": "string", "const": "no-store"},
    },
    "ETag": {
        "description": "A strong tag of this answer, for `If-None-Match`.",
        "schema": {"type": "string", "pattern": '^"[0-9a-f]{32}"$', "maxLength": 34},
        "example": '"6f1b0a7e4c289d526f1b0a7e4c289d52"',
    },
    "RateLimit": {
        "description": "What is left of each policy: requests `r`, and seconds `t` until more.",
        "schema": {
            "type": "string",
            "pattern": r'^"[a-z]+";r=[0-9]+;t=[0-9]+(, "[a-z]+";r=[0-9]+;t=[0-9]+)*$',
            "maxLength": 200,
        },
        "example": '"caller";r=118;t=30',
    },
    "RateLimit-Policy": {
        "description": "How many requests `q` each policy allows in `w` seconds.",
        "schema": {
            "type": "string",
            "pattern": r'^"[a-z]+";q=[0-9]+;w=[0-9]+(, "[a-z]+";q=[0-9]+;w=[0-9]+)*$',
            "maxLength": 200,
        },
        "example": '"caller";q=120;w=60',
    },
    "Retry-After": {
        "description": "How many seconds to wait before the next try.",
        "schema": {"type": "integer", "format": "int32", "minimum": 0, "maximum": 86_400},
        "example": 60,
    },
    "traceparent": {
        "description": "W3C Trace Context of this answer.",
        "schema": _TRACE_SCHEMA,
        "example": _TRACEPARENT,
    },
}


def document() -> Schema:
    """The API as an OpenAPI 3.1 document."""
    declared = list(contract.endpoints())
    kinds: list[Any] = [problems.Problem, *(route.result for route in ROUTES)]
    for endpoint in declared:
        kinds += [part.type for part in endpoint.parameters if part.place == "body"]
        kinds.append(endpoint.result)
    _, schemas = schemas_of(kinds)
    examples = Examples(schemas)

    paths: dict[str, Schema] = {}
    for endpoint in declared:
        at = paths.setdefault(endpoint.path, {})
        at[endpoint.method.lower()] = operation(endpoint, examples)
    for route in ROUTES:
        at = paths.setdefault(route.path, {"servers": _outside()} if route.bare else {})
        at["get"] = route_operation(route, examples)

    groups = {
        kinds
        for group in (*map(errors_of, declared), *map(errors_of_route, ROUTES))
        for kinds in group.values()
    }
    errors = sorted(set(chain.from_iterable(groups)), key=lambda kind: kind.code)
    problems.complete(schemas["Problem"], errors)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "МТС-Помощник",
            "version": __version__,
            "summary": "A mobile operator's self-care cabinet.",
            "description": _ABOUT,
            "contact": {"name": "mts-tui"},
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": _SERVERS,
        "tags": [
            *(
                {"name": area.name, "description": cleandoc(area.__doc__ or "")}
                for area in map(contract.area, contract.AREAS)
            ),
            {"name": "service", "description": "The server itself: events, offers, health."},
        ],
        "security": [{"session": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": {
                problems.response_name(group): problems.response(group)
                for group in sorted(groups, key=problems.response_name)
            }
            | {
                "NotModified": {
                    "description": "The answer is still the one with this tag.",
                    "headers": problems.headers_of(304, "ETag"),
                }
            },
            "examples": {kind.code: problems.example(kind) for kind in errors},
            "parameters": _PARAMETERS,
            "headers": _HEADERS,
            "securitySchemes": {
                "session": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "opaque",
                    "description": "The token of an open session: 256 random bits. It ends after "
                    "20 idle minutes, after a day, and at once when its owner says so.",
                }
            },
        },
    }


def _outside() -> list[Schema]:
    """The servers without the API's base: probes are outside its version."""
    return [{**server, "url": server["url"].removesuffix(wire.BASE)} for server in _SERVERS]


def text() -> str:
    """The document as the frozen copy has it."""
    return json.dumps(document(), ensure_ascii=False, indent=2) + "\n"
