"""What an identity provider is to the operator: `oidc` speaks with real ones, the demo plays one.

The operator is the provider's client (OAuth 2.0). Methods block and may talk over a network: they
are never called inside a transaction of the store. No token of a provider leaves a connector.
"""

from datetime import timedelta
from typing import Literal, Protocol

import msgspec

from mts_tui.backend.contract.identities import FlowWay

Outcome = Literal["pending", "slow_down", "silent", "denied", "expired", "failed", "known"]
"""`silent`: the provider did not answer, which may pass. `known`: it says who the person is."""


class ProviderFailed(Exception):
    """A sign-in cannot begin at a provider.

    Args:
        reason: A whole sentence for the person.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Tickets(msgspec.Struct, frozen=True):
    """Random words that tie an answer to the question, 256 bits each.

    Attributes:
        state: Comes back with the browser (RFC 6749).
        nonce: Comes back inside the ID token (OpenID Connect Core).
        verifier: Shown when the code is redeemed (RFC 7636).
    """

    state: str
    nonce: str
    verifier: str


class Started(msgspec.Struct, frozen=True):
    """A sign-in that has begun at a provider.

    Attributes:
        address: Where the person goes.
        lives: How long the person has.
        user_code: What is typed there; empty for loopback.
        address_with_code: The same address with the code in it, where the provider has one.
        device_code: What the operator asks with; empty for loopback.
        interval: How long to wait between two questions.
    """

    address: str
    lives: timedelta
    user_code: str = ""
    address_with_code: str = ""
    device_code: str = ""
    interval: timedelta = timedelta(seconds=5)


class Person(msgspec.Struct, frozen=True):
    """Who it is, as a provider vouches.

    Attributes:
        issuer: The provider's `iss`.
        subject: The person's `sub` there; the two together are the person, whatever else changes.
        name: How the provider calls the person; others' text.
    """

    issuer: str
    subject: str
    name: str


class Heard(msgspec.Struct, frozen=True):
    """What a provider answers to the question whether the person has signed in.

    Attributes:
        outcome: The answer.
        reason: Why it failed: a whole sentence.
        person: Who it is, where that is known.
    """

    outcome: Outcome
    reason: str = ""
    person: Person | None = None


class IdentityProvider(Protocol):
    """A provider.

    Attributes:
        id: Its name in the settings; never changes.
        title: What people call it.
        ways: How one signs in there; the first is the usual one.
    """

    id: str
    title: str
    ways: tuple[FlowWay, ...]

    def begin(self, tickets: Tickets, redirect: str) -> Started:
        """Begin a sign-in; by loopback to `redirect`, or by the device grant where that is empty.

        Raises:
            ProviderFailed: It does not answer, or not as it should.
        """

    def poll(self, device_code: str, nonce: str) -> Heard:
        """Ask whether the person has signed in by now (device grant)."""

    def redeem(self, code: str, redirect: str, tickets: Tickets, issuer: str) -> Heard:
        """Find out who came back with a code (loopback).

        Args:
            code: What the browser brought; good for one use.
            redirect: Where it brought it.
            tickets: What the sign-in began with.
            issuer: Who the browser says it comes from (RFC 9207); empty where it says nothing.
        """
