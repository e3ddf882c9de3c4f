"""Schemas of the contract's types, as a reader of OpenAPI expects them."""

import inspect
import re
from collections.abc import Iterable, Iterator
from typing import Any, get_args, get_origin, get_type_hints

import msgspec

from mts_tui.backend.contract.model import Id

from . import notes

Schema = dict[str, Any]
REF = "#/components/schemas/"
MOMENT_LONGEST = 32
_INT32 = 2**31


def schemas_of(kinds: Iterable[Any]) -> tuple[list[Schema], dict[str, Schema]]:
    """The schema of each type, and the named schemas they refer to."""
    wanted = list(kinds)
    inline, named = msgspec.json.schema_components(wanted, ref_template=f"{REF}{{name}}")
    structs = {kind.__name__: kind for one in wanted for kind in _structs(one)}
    for schema in named.values():
        if schema.get("type") == "object":
            _describe(schema, structs[schema["title"].partition("[")[0]])
    return (
        [_finished(schema) for schema in inline],
        {_plain(name): _finished(named[name]) for name in sorted(named, key=_plain)},
    )


def schema_name(kind: Any) -> str:
    """The name under which a struct's schema stands."""
    (schema,), _ = schemas_of([kind])
    return str(schema["$ref"]).removeprefix(REF)


def without_null(schema: Schema) -> Schema:
    """The schema of an optional value, where it is given: a query string has no null."""
    for branch in schema.get("anyOf", []):
        if branch != {"type": "null"}:
            return dict(branch)
    return schema


def _structs(kind: Any) -> Iterator[type[msgspec.Struct]]:
    origin = get_origin(kind) or kind
    if isinstance(origin, type) and issubclass(origin, msgspec.Struct):
        yield origin
        for hint in get_type_hints(origin, include_extras=True).values():
            yield from _structs(hint)
    for part in get_args(kind):
        yield from _structs(part)


def _describe(schema: Schema, kind: type[msgspec.Struct]) -> None:
    schema["description"] = inspect.cleandoc(kind.__doc__ or "")
    schema.setdefault("additionalProperties", True)
    for name, note in notes.of_members(kind).items():
        schema["properties"][name]["description"] = note


def _finished(schema: Schema) -> Schema:
    """With all that follows from what the schema says, in ECMAScript's regular expressions."""
    made: Schema = {}
    for key, value in schema.items():
        if key in {"properties", "$defs"}:
            made[key] = {name: _finished(member) for name, member in value.items()}
        elif key in {"items", "additionalProperties"} and isinstance(value, dict):
            made[key] = _finished(value)
        elif key in {"anyOf", "oneOf", "allOf"}:
            made[key] = [_finished(branch) for branch in value]
        elif key == "$ref":
            made[key] = REF + _plain(value.removeprefix(REF))
        elif key == "title":
            made[key] = _plain(value.replace("[", "_").replace("]", "_"))
        elif key == "pattern":
            made[key] = re.sub(r"\\Z$", "$", re.sub(r"^\\A", "^", value))
        else:
            made[key] = value
    return {**made, **_implied(made)}


def _implied(schema: Schema) -> Schema:
    if "enum" in schema and all(isinstance(value, str) for value in schema["enum"]):
        return {"type": "string"}
    if schema.get("type") == "integer" and "format" not in schema:
        low, high = schema.get("minimum", -_INT32 - 1), schema.get("maximum", _INT32)
        return {"format": "int32" if low >= -_INT32 and high < _INT32 else "int64"}
    if schema.get("format") == "date-time":
        return {"maxLength": MOMENT_LONGEST}
    if {key: schema[key] for key in schema if key in _ID} == _ID and not _NARROWER & set(schema):
        return {"format": "opaque"}
    return {}


_ID: Schema = msgspec.json.schema(Id)
_NARROWER = {"format", "pattern", "enum"}


def _plain(name: str) -> str:
    """`Page_Session_` of `Page[Session]` is a `SessionPage`."""
    return re.sub(r"^(\w+?)_(\w+?)_$", r"\2\1", name)
