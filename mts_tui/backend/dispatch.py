"""From a declared operation to its service: the same way for every backend.

Checks the arguments, finds the caller, opens the transaction, keeps the idempotency record in it,
and calls the service function that bears the operation's name in the area's module.
"""

import hashlib
from collections.abc import Callable, Sequence
from functools import cache, partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import structs

from . import wire
from .contract.endpoint import Endpoint
from .contract.errors import CabinetError, KeyReused, Unavailable, from_code
from .contract.model import secret_fields
from .services.access import authenticate, seek
from .services.caller import Caller, Guest
from .store import Store, Transaction

if TYPE_CHECKING:
    from .connectors.providers import IdentityProvider


class KeptAnswer(msgspec.Struct, omit_defaults=True):
    """What an idempotency record keeps: the answer, or the error that was committed."""

    answer: msgspec.Raw = msgspec.Raw(b"null")
    error: str = ""
    details: dict[str, str | int | None] = {}


class _Claimed(Exception):
    """An idempotency key was used before.

    Args:
        record: Whose, for which operation, the key.
        body_hash: Of what is asked for now.
    """

    def __init__(self, record: dict[str, str], body_hash: str) -> None:
        super().__init__()
        self.record = record
        self.body_hash = body_hash


class Dispatcher:
    """Answers operations from a store.

    Args:
        store: The operator's.
        mails: Whether documents can be sent by e-mail.
        gateway: Who SMS come from where an outside gateway sends them; empty where none does.
        personal: Whether the store is a person's own file, and nobody else comes to it.
        providers: Who vouches for people.
    """

    def __init__(
        self,
        store: Store,
        *,
        mails: bool = False,
        gateway: str = "",
        personal: bool = False,
        providers: "Sequence[IdentityProvider]" = (),
    ) -> None:
        self._store = store
        self._mails = mails
        self._gateway = gateway
        self._personal = personal
        self._providers = providers

    def answer(
        self,
        endpoint: Endpoint,
        arguments: dict[str, Any],
        *,
        token: str | None,
        key: str,
        address: str = "",
    ) -> Any:
        """Run an operation to its end, in this thread.

        Args:
            endpoint: The operation.
            arguments: Its arguments by name.
            token: The session's token, or None.
            key: The idempotency key; used by commands only.
            address: Where the request comes from; empty inside the process.

        Raises:
            CabinetError: As the operation declares, or `InvalidRequest`, `NotSignedIn`,
                `KeyReused`, `Unavailable`.
        """
        checked = wire.checked(endpoint, arguments)
        service = _service(endpoint.area, (endpoint.rehearses or endpoint).name)

        told = self._answered_outside(endpoint, checked, token, key, address)

        def run(tx: Transaction) -> Any:
            self._furnish(tx)
            tx.told = told
            caller = _caller(tx, endpoint, token, address)
            if endpoint.rehearses is not None:
                from .services.preview import rehearse  # Which knows every area's models.

                return rehearse(tx, caller, service, checked)
            if endpoint.changes and not endpoint.answer_is_secret:
                return _once(tx, endpoint, caller, checked, service)
            return service(tx, caller, **checked)  # Repeats with a secret are the service's care.

        ahead = None
        if token and not endpoint.public:
            ahead = partial(seek, token=token, account_id=checked.get("account", ""))
        if not endpoint.changes and endpoint.rehearses is None:
            return self._store.look(run, ahead)
        try:
            return self._store.change(run, key, ahead)
        except _Claimed as claimed:
            record, body_hash = claimed.record, claimed.body_hash
            return self._store.look(lambda tx: _repeated(tx, endpoint, record, body_hash))

    def _answered_outside(
        self,
        endpoint: Endpoint,
        checked: dict[str, Any],
        token: str | None,
        key: str,
        address: str,
    ) -> Any:
        """What the outside world answers that an operation needs to know; None for most.

        The service says in a transaction of its own what is to be asked, see `services.identities`;
        it is asked in no transaction, for nobody may wait for a network with the store in hand.
        """
        errand = _errand(endpoint.area, endpoint.name)
        if errand is None:
            return None

        def prepare(tx: Transaction) -> Callable[[], Any] | None:
            self._furnish(tx)
            call: Callable[[], Any] | None = errand(
                tx, _caller(tx, endpoint, token, address), **checked
            )
            return call

        call = self._store.change(prepare, key)
        return call() if call is not None else None

    def _furnish(self, tx: Transaction) -> None:
        """Tell a transaction what the operator has."""
        tx.mails = self._mails
        tx.gateway = self._gateway
        tx.personal = self._personal
        tx.providers = self._providers

    def admit(self, token: str | None) -> None:
        """See that a token is a session's.

        Raises:
            NotSignedIn: It is not.
        """
        self._store.look(lambda tx: authenticate(tx, token))


def _once(
    tx: Transaction,
    endpoint: Endpoint,
    caller: Caller | Guest,
    arguments: dict[str, Any],
    service: Callable[..., Any],
) -> Any:
    """Run a command whose key has no answer yet.

    The key is claimed by the first statement: of many that come at once, one runs and the others
    wait for it. If the command is refused, its claim is taken back with everything else.

    Raises:
        _Claimed: The key has an answer. Whatever went along with the claim is taken back.
    """
    who = caller.account_id if isinstance(caller, Caller) else ""
    record = {"caller": who, "operation": endpoint.id, "key": tx.key}
    body_hash = _hash(arguments)
    claim = tx.soon.common.claim_key(**record, body_hash=body_hash, at=tx.now_ms)
    claim.need(_Claimed(record, body_hash))
    try:
        answer = service(tx, caller, **arguments)
    except CabinetError as error:
        claim()
        if error is tx.kept_error:
            _keep(tx, record, KeptAnswer(error=error.code, details=error.details))
        raise
    claim()
    _keep(tx, record, KeptAnswer(answer=msgspec.Raw(msgspec.json.encode(answer))))
    return answer


def _repeated(tx: Transaction, endpoint: Endpoint, record: dict[str, str], body_hash: str) -> Any:
    kept = tx.common.kept_answer(**record)
    if kept is None:
        raise Unavailable  # Forgotten this very moment, after two days.
    if kept["body_hash"] != body_hash:
        raise KeyReused
    known = msgspec.json.decode(kept["answer"], type=KeptAnswer)
    if known.error:
        raise from_code(known.error, known.details)
    return msgspec.json.decode(known.answer, type=endpoint.result)


def _keep(tx: Transaction, record: dict[str, str], answer: KeptAnswer) -> None:
    tx.common.keep_answer(**record, answer=msgspec.json.encode(answer).decode())


def _caller(tx: Transaction, endpoint: Endpoint, token: str | None, address: str) -> Caller | Guest:
    if not endpoint.public:
        caller = authenticate(tx, token)
        needed = (endpoint.rehearses or endpoint).needs_operator
        return structs.replace(caller, asks_operator=True) if needed else caller
    vouched = tx.accounts.vouched()
    return Guest(line=vouched["phone"] if vouched is not None else None, address=address)


def _hash(arguments: dict[str, Any]) -> str:
    """SHA-256 of what was asked, without secrets: a short one could be guessed from it."""
    seen: dict[str, Any] = {}
    for name, value in arguments.items():
        if isinstance(value, msgspec.Struct):
            fields = msgspec.to_builtins(value)
            secret = secret_fields(type(value))
            seen[name] = {field: kept for field, kept in fields.items() if field not in secret}
        else:
            seen[name] = value
    return hashlib.sha256(msgspec.json.encode(seen, order="sorted")).hexdigest()


@cache
def _service(area: str, name: str) -> Callable[..., Any]:
    function: Callable[..., Any] = getattr(import_module(f"{__package__}.services.{area}"), name)
    return function


@cache
def _errand(area: str, name: str) -> Callable[..., Any] | None:
    """What asks outside for an operation before it begins; None for most."""
    errands = getattr(import_module(f"{__package__}.services.{area}"), "ERRANDS", {})
    errand: Callable[..., Any] | None = errands.get(name)
    return errand
