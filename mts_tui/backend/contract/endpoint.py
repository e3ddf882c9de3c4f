"""The means by which an operation of the cabinet is declared once.

An area is a class whose methods are signatures with a docstring and no body:

    class Payments(Area):
        @command("POST", "/payments/top-ups")
        async def top_up(self, order: TopUpOrder) -> Transaction:
            "Add money to an account."

The decorator turns the signature into an `Endpoint`, and the method into a call of it through the
area's `Channel`. Whoever answers (a worker thread of this process, or a server) and whoever walks
the operations (routes, OpenAPI, tests) reads the same `Endpoint`; nobody writes one again.
"""

from collections.abc import Awaitable, Callable, Iterator
from functools import cached_property, wraps
from typing import Any, ClassVar, Concatenate, Literal, ParamSpec, Protocol, TypeVar, get_type_hints

import msgspec

from .errors import CabinetError, InvalidRequest, NoOperator, NotSignedIn
from .model import Request, has_secret

P = ParamSpec("P")
R = TypeVar("R")
A = TypeVar("A", bound="Area")
Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Place = Literal["path", "query", "body"]


class Channel(Protocol):
    """Whoever carries a call to the operator and its answer back."""

    token: str | None
    """The session's token, or None before sign-in."""

    async def call(self, endpoint: "Endpoint", arguments: dict[str, Any], key: str | None) -> Any:
        """Answer `endpoint`, or raise one of its `CabinetError`s.

        `key` is the idempotency key of a command; None lets the channel make a new one.
        """


class Parameter(msgspec.Struct, frozen=True):
    """One argument of an operation, and where an HTTP request carries it."""

    name: str
    type: Any
    place: Place
    required: bool
    default: Any = None

    @property
    def is_secret(self) -> bool:
        """Whether it is, or contains, a secret."""
        return has_secret(self.type)


class Endpoint:
    """One declared operation.

    Attributes:
        area: The area's word, e.g. `payments`.
        name: The method's name; the service function has the same.
        method: HTTP method.
        path: Path below the API's base, with `{parameters}`.
        changes: True for a command: it runs once for an idempotency key.
        public: True where no session is needed.
        errors: What it may raise, beyond what any operation may.
        preview: The operation that tells what this command would change, where it offers that.
        rehearses: The command that this operation is the preview of.
        needs_operator: True for a command of an account that an imported number refuses.
        body_limit: Most bytes of a request's body; 0 for what the server takes of any.
    """

    area: str = ""
    preview: "Endpoint | None" = None
    rehearses: "Endpoint | None" = None

    def __init__(
        self,
        function: Callable[..., Any],
        method: Method,
        path: str,
        *,
        changes: bool,
        public: bool,
        errors: tuple[type[CabinetError], ...],
        body_limit: int = 0,
        imported: bool = False,
    ) -> None:
        self.function = function
        self.name = function.__name__
        self.method = method
        self.path = path
        self.changes = changes
        self.public = public
        self.body_limit = body_limit
        own = changes and not public and "{account}" in path
        self.needs_operator = own and not imported
        self.errors = (
            InvalidRequest,
            *(() if public else (NotSignedIn,)),
            *((NoOperator,) if self.needs_operator else ()),
            *errors,
        )
        code = function.__code__
        self.argument_names = code.co_varnames[1 : code.co_argcount]
        self._defaults = function.__defaults__ or ()

    def __repr__(self) -> str:
        return f"<{self.id} {self.method} {self.path}>"

    @property
    def id(self) -> str:
        """Area and name: `payments.top_up`. The operation's stable name."""
        return f"{self.area}.{self.name}"

    @property
    def documentation(self) -> str:
        """What the operation does, for people: the docstring."""
        told = self.function.__doc__ or ""
        if self.rehearses is not None:
            return f"What `{self.rehearses.id}` would answer and change. Nothing is changed."
        return told

    @cached_property
    def _hints(self) -> dict[str, Any]:
        return get_type_hints(self.function, include_extras=True)

    @cached_property
    def result(self) -> Any:
        """Type of the answer; `NoneType` where there is none."""
        if self.rehearses is not None:
            from .preview import Preview  # Which is made of what areas declare.

            return Preview[self.rehearses.result]  # type: ignore[name-defined]
        return self._hints["return"]

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """The arguments: from the path, the body (a `Request`), or the query string."""
        optional = len(self.argument_names) - len(self._defaults)
        found = []
        for number, name in enumerate(self.argument_names):
            kind = self._hints[name]
            place: Place = "query"
            if f"{{{name}}}" in self.path:
                place = "path"
            elif isinstance(kind, type) and issubclass(kind, Request):
                place = "body"
            required = number < optional
            default = None if required else self._defaults[number - optional]
            found.append(Parameter(name, kind, place, required, default))
        return tuple(found)

    @cached_property
    def answer_is_secret(self) -> bool:
        """True where the answer carries a secret, and so must never be kept for a repeat."""
        return has_secret(self.result)

    def bind(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        """Arguments by name, defaults filled in.

        Raises:
            TypeError: As a call of a Python function with wrong arguments does.
        """
        names = self.argument_names
        if len(args) > len(names):
            raise TypeError(f"{self.id} takes {len(names)} arguments, {len(args)} given")
        given = dict(zip(names, args, strict=False))
        for name, value in kwargs.items():
            if name not in names or name in given:
                raise TypeError(f"{self.id} does not take {name!r} (again)")
            given[name] = value
        if len(given) < len(names):
            for parameter in self.parameters:
                if parameter.name not in given:
                    if parameter.required:
                        raise TypeError(f"{self.id} needs {parameter.name!r}")
                    given[parameter.name] = parameter.default
        return given


def _preview_of(endpoint: Endpoint) -> Endpoint:
    """The operation that runs a command and takes everything back.

    A secret is never part of it: a preview answers as often as it is asked, and would let whoever
    guesses a code try for nothing.
    """
    if any(parameter.is_secret for parameter in endpoint.parameters):
        raise TypeError(f"{endpoint.name} takes a secret: it has no preview")
    name = endpoint.name
    preview = Endpoint(
        endpoint.function,
        "POST",
        f"{endpoint.path}/preview/{name.replace('_', '-')}",
        changes=False,
        public=endpoint.public,
        errors=(),
    )
    preview.errors = endpoint.errors
    preview.name = f"preview_{name}"
    preview.rehearses = endpoint
    return preview


class Area:
    """A part of the cabinet: declared operations, answered through a channel."""

    name: ClassVar[str]
    endpoints: ClassVar[tuple[Endpoint, ...]] = ()

    def __init__(self, channel: Channel, key: str | None = None) -> None:
        self._channel = channel
        self._key = key

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.name = cls.__name__.lower()
        cls.endpoints = tuple(_declared(cls))
        for endpoint in cls.endpoints:
            endpoint.area = cls.name


def _declared(area: type[Area]) -> Iterator[Endpoint]:
    for member in vars(area).values():
        endpoint = getattr(member, "endpoint", None)
        if isinstance(endpoint, Endpoint):
            yield endpoint
            if endpoint.preview is not None:
                yield endpoint.preview


Declared = Callable[Concatenate[A, P], Awaitable[R]]


def query(
    path: str, *, public: bool = False, errors: tuple[type[CabinetError], ...] = ()
) -> Callable[[Declared[A, P, R]], Declared[A, P, R]]:
    """Declare an operation that reads: `GET path`."""
    return _declare("GET", path, changes=False, public=public, errors=errors)


def command(
    method: Method,
    path: str,
    *,
    public: bool = False,
    errors: tuple[type[CabinetError], ...] = (),
    previewed: bool = False,
    body_limit: int = 0,
    imported: bool = False,
) -> Callable[[Declared[A, P, R]], Declared[A, P, R]]:
    """Declare an operation that changes something, once for each idempotency key.

    With `previewed`, `Cabinet.preview` tells what it would change. `body_limit` lets a larger
    body come in than those of other operations, bytes. One that is `imported` works on imported
    numbers too, which have no operator behind them; all others refuse those.
    """
    return _declare(
        method,
        path,
        changes=True,
        public=public,
        errors=errors,
        previewed=previewed,
        body_limit=body_limit,
        imported=imported,
    )


def _declare(
    method: Method,
    path: str,
    *,
    changes: bool,
    public: bool,
    errors: tuple[type[CabinetError], ...],
    previewed: bool = False,
    body_limit: int = 0,
    imported: bool = False,
) -> Callable[[Declared[A, P, R]], Declared[A, P, R]]:
    def decorate(function: Declared[A, P, R]) -> Declared[A, P, R]:
        endpoint = Endpoint(
            function,
            method,
            path,
            changes=changes,
            public=public,
            errors=errors,
            body_limit=body_limit,
            imported=imported,
        )
        if previewed:
            endpoint.preview = _preview_of(endpoint)

        @wraps(function)
        async def call(self: A, /, *args: P.args, **kwargs: P.kwargs) -> Any:
            arguments = endpoint.bind(args, kwargs)
            return await self._channel.call(endpoint, arguments, self._key)

        call.endpoint = endpoint  # type: ignore[attr-defined]
        return call

    return decorate
