"""What a server says of itself: whom it can talk to, what it offers, and how it is."""

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec

from .model import Count, Label, Model, Moment

Version = Annotated[
    str,
    msgspec.Meta(
        extra_json_schema={"pattern": r"^[0-9]+(\.[0-9]+){1,3}$", "maxLength": 40},
        examples=["0.1.0"],
    ),
]
"""A version of the program."""

Feature = Annotated[
    str,
    msgspec.Meta(
        extra_json_schema={"pattern": "^[a-z][a-z_]*$", "maxLength": 40}, examples=["events"]
    ),
]
"""The word of something that not every operator offers."""


class Limits(Model):
    """What a request may ask for."""

    page_items: Count = 200
    """How many items a page may hold."""
    body_bytes: Count = 64 * 1024
    """How long a request's body may be."""
    key_hours: Count = 24
    """How long an idempotency key is remembered, at least."""


class Meta(Model):
    """What a client must know before it asks anything else."""

    oldest_client: Version
    """An older client is told to update; it does not fail."""
    features: Annotated[list[Feature], msgspec.Meta(extra_json_schema={"maxItems": 100})]
    """What is offered here beyond the cabinet itself; a client greys out the rest."""
    now: Moment
    """The operator's clock."""
    limits: Limits = Limits()


class Health(Model):
    """Whether a process of the server can answer."""

    state: Literal["ok", "unavailable"]
    details: Annotated[
        Mapping[str, Label], msgspec.Meta(extra_json_schema={"maxProperties": 20})
    ] = msgspec.field(default_factory=dict)
    """What was found, e.g. of the database's standby."""
