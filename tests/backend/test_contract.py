"""An operation is written once: everything else follows from its declaration."""

import copy
import inspect
import pickle
import re
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from types import ModuleType
from typing import Annotated, Any, Literal, get_origin, get_type_hints

import msgspec
import pytest

from mts_tui.backend import contract, dispatch
from mts_tui.backend.contract import Area, Cabinet, Endpoint, endpoints, errors
from mts_tui.backend.contract.access import (
    Access,
    CodeOrder,
    Confirmation,
    NewPassword,
    PasswordState,
    Session,
    SignedIn,
    SignIn,
)
from mts_tui.backend.contract.account import Account
from mts_tui.backend.contract.endpoint import command, query
from mts_tui.backend.contract.errors import CabinetError, InvalidRequest, NotSignedIn, from_code
from mts_tui.backend.contract.model import (
    AccountId,
    Limit,
    Model,
    Money,
    Page,
    Request,
    Secret,
    has_secret,
    secret_fields,
)
from mts_tui.backend.contract.numbers import LinkOrder, Numbers
from mts_tui.backend.contract.preview import Preview
from mts_tui.backend.embedded import Embedded
from mts_tui.backend.services.caller import Caller, Guest
from mts_tui.backend.store import SqliteStore, Transaction

from .desk import ANNA, LONG_PASSWORD, SHORT_PASSWORD, UNLINKED, Clock, Window

AREAS = [contract.area(word) for word in contract.AREAS]
ALL = list(endpoints())
IDS = [endpoint.id for endpoint in ALL]
EVERY = pytest.mark.parametrize("endpoint", ALL, ids=IDS)


@pytest.fixture
def engine() -> str:
    return "sqlite"


def service_of(endpoint: Endpoint) -> Callable[..., Any]:
    module = import_module(f"mts_tui.backend.services.{endpoint.area}")
    return vars(module)[(endpoint.rehearses or endpoint).name]


@EVERY
def test_an_operation_has_one_service_with_its_arguments(endpoint: Endpoint):
    service = service_of(endpoint)
    assert service.__module__ == f"mts_tui.backend.services.{endpoint.area}"
    names = list(inspect.signature(service).parameters)
    assert names[0] == "tx"
    assert names[1] == ("caller" if not endpoint.public else names[1])
    assert names[1] in {"caller", "guest"}
    assert tuple(names[2:]) == endpoint.argument_names
    assert not inspect.iscoroutinefunction(service)


@EVERY
def test_a_service_takes_and_answers_the_declared_types(endpoint: Endpoint):
    """Limits and lengths are the declaration's; the service has the plain types."""
    declared, served = get_type_hints(endpoint.function), get_type_hints(service_of(endpoint))
    if endpoint.rehearses is not None:
        assert endpoint.result == Preview[declared["return"]]
    for name in (*endpoint.argument_names, "return"):
        expected = str if get_origin(declared[name]) is Literal else declared[name]
        assert served[name] in {declared[name], expected}


@EVERY
def test_a_service_points_to_its_declaration(endpoint: Endpoint):
    area = next(area for area in AREAS if area.name == endpoint.area)
    told = (endpoint.rehearses or endpoint).name
    expected = f"See `contract.{endpoint.area}.{area.__name__}.{told}`."
    assert inspect.getdoc(service_of(endpoint)) == expected
    assert len(endpoint.documentation.strip()) > 10


def test_no_service_pretends_to_be_an_operation():
    for area in AREAS:
        module = import_module(f"mts_tui.backend.services.{area.name}")
        pretending = {
            name
            for name, member in vars(module).items()
            if inspect.isfunction(member)
            and member.__module__ == module.__name__
            and (member.__doc__ or "").startswith("See `contract.")
        }
        assert pretending == {one.name for one in area.endpoints if one.rehearses is None}


def test_every_area_is_in_the_cabinet_under_its_word(embedded: Embedded):
    cabinet = Cabinet(embedded)
    for area in AREAS:
        assert type(getattr(cabinet, area.name)) is area
        assert area.__module__ == f"mts_tui.backend.contract.{area.name}"


def test_ids_and_routes_are_unique():
    assert len(set(IDS)) == len(IDS)
    routes = [(one.method, re.sub(r"\{\w+\}", "{}", one.path)) for one in ALL]
    assert len(set(routes)) == len(routes)


def schema_of(kinds: list[Any]) -> tuple[Any, ...]:
    return msgspec.json.schema_components(kinds, ref_template="#/components/schemas/{name}")


@EVERY
def test_an_operation_carries_all_that_a_route_needs(endpoint: Endpoint):
    assert endpoint.path.startswith("/")
    assert not endpoint.path.endswith("/")
    reads = endpoint.method == "GET" or endpoint.rehearses is not None
    assert reads is not endpoint.changes
    places = {parameter.name: parameter.place for parameter in endpoint.parameters}
    in_path = re.findall(r"\{(\w+)\}", endpoint.path)
    assert [name for name, place in places.items() if place == "path"] == in_path
    bodies = [parameter for parameter in endpoint.parameters if parameter.place == "body"]
    assert len(bodies) <= 1
    assert not bodies or endpoint.method != "GET"
    for parameter in endpoint.parameters:
        schemas, _ = schema_of([parameter.type])
        assert schemas[0]
        if parameter.place == "body":
            assert parameter.type.__struct_config__.forbid_unknown_fields is True
        else:
            assert not has_secret(parameter.type), "a secret would be written into logs"
        if parameter.place == "query" and not parameter.required:
            msgspec.convert(parameter.default, parameter.type)
    schemas, _ = schema_of([endpoint.result])
    assert schemas[0]


@EVERY
def test_an_operation_names_its_errors(endpoint: Endpoint):
    assert InvalidRequest in endpoint.errors
    assert (NotSignedIn in endpoint.errors) is not endpoint.public
    assert len(set(endpoint.errors)) == len(endpoint.errors)
    for error in endpoint.errors:
        assert issubclass(error, CabinetError)
        assert 400 <= error.status < 500
        assert error.code


# A new area, as somebody would add it: the declaration and one function for each operation.


class LemonadeOrder(Request):
    """How much to pour."""

    litres: Annotated[int, msgspec.Meta(ge=1, le=9)]
    password: Secret


class Glass(Model):
    """What was poured."""

    account: AccountId
    litres: int
    price: Money
    label: str = "лимонад"


class SoldOut(CabinetError):
    """There is no more lemonade."""

    code = "SOLD_OUT"
    status = 409
    sentence = "Лимонад кончился: осталось {left} л. Приходите завтра."


class Lemonade(Area):
    """A stand."""

    @query("/accounts/{account}/lemonade", errors=(SoldOut,))
    async def glasses(self, account: AccountId, limit: Limit = 3) -> Page[Glass]:
        """What was poured so far."""

    @command("POST", "/accounts/{account}/lemonade", public=True, errors=(SoldOut,))
    async def pour(self, account: AccountId, order: LemonadeOrder) -> Glass:
        """Pour a glass."""


@pytest.fixture
def stand(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Glass]]:
    """The services of the new area."""
    poured: list[Glass] = []
    module = ModuleType("mts_tui.backend.services.lemonade")

    def glasses(tx: Transaction, caller: Caller, account: str, limit: int) -> Page[Glass]:
        assert caller.phone == ANNA
        found = [glass for glass in poured if glass.account == account]
        return Page(items=found[:limit])

    def pour(tx: Transaction, caller: Guest, account: str, order: LemonadeOrder) -> Glass:
        assert caller == Guest()
        if order.litres > 5:
            raise tx.keep(SoldOut(left=5))
        price = Money(amount_minor=100 * order.litres, currency="RUB")
        poured.append(Glass(account=account, litres=order.litres, price=price))
        return poured[-1]

    module.glasses = glasses
    module.pour = pour
    monkeypatch.setitem(sys.modules, module.__name__, module)
    dispatch._service.cache_clear()
    yield poured
    dispatch._service.cache_clear()


async def test_a_new_area_needs_nothing_but_its_services(
    embedded: Embedded, cabinet: Cabinet, stand: list[Glass]
):
    stall = Lemonade(embedded)
    order = LemonadeOrder(litres=2, password="тайна")
    glass = await stall.pour("anna-moscow", order)
    assert glass.price == Money(amount_minor=200, currency="RUB")
    with pytest.raises(NotSignedIn):
        await stall.glasses("anna-moscow")
    await cabinet.access.request_code(CodeOrder(phone=ANNA))
    text = (await cabinet.demo.messages(ANNA)).items[0].text
    signed = await cabinet.access.sign_in(SignIn(phone=ANNA, code=text[:6]))
    embedded.token = signed.token
    assert (await stall.glasses(account="anna-moscow", limit=9)).items == [glass]
    assert (await stall.glasses("nobody")).items == []
    with pytest.raises(SoldOut) as caught:
        await stall.pour("anna-moscow", LemonadeOrder(litres=6, password="тайна"))
    assert caught.value.details == {"left": 5}
    with pytest.raises(InvalidRequest, match="litres"):
        await stall.pour("anna-moscow", LemonadeOrder(litres=10, password="тайна"))
    with pytest.raises(InvalidRequest, match="limit"):
        await stall.glasses("anna-moscow", 0)


async def test_a_keyed_command_of_a_new_area_runs_once(embedded: Embedded, stand: list[Glass]):
    order = LemonadeOrder(litres=1, password="тайна")
    first = await Lemonade(embedded, "key").pour("anna-moscow", order)
    again = await Lemonade(embedded, "key").pour("anna-moscow", order)
    assert first == again
    assert len(stand) == 1
    await Lemonade(embedded).pour("anna-moscow", order)
    assert len(stand) == 2


@pytest.mark.parametrize(
    ("args", "kwargs"),
    [((), {}), (("a",), {}), (("a", 1, 2), {}), (("a", 1), {"account": "b"}), (("a", 1), {"x": 1})],
)
def test_arguments_are_bound_as_pythons_are(args: tuple[object, ...], kwargs: dict[str, object]):
    with pytest.raises(TypeError, match=r"lemonade\.pour"):
        Lemonade.pour.endpoint.bind(args, kwargs)


def test_a_new_area_says_all_that_a_server_needs():
    glasses, pour = Lemonade.endpoints
    assert (glasses.id, glasses.method, glasses.path) == (
        "lemonade.glasses",
        "GET",
        "/accounts/{account}/lemonade",
    )
    assert (pour.id, pour.method, pour.changes, pour.public) == (
        "lemonade.pour",
        "POST",
        True,
        True,
    )
    assert glasses.changes is glasses.public is False
    assert pour.documentation == "Pour a glass."
    told = [(one.name, one.place, one.required, one.default) for one in glasses.parameters]
    assert told == [("account", "path", True, None), ("limit", "query", False, 3)]
    assert [(one.name, one.place) for one in pour.parameters] == [
        ("account", "path"),
        ("order", "body"),
    ]
    assert glasses.bind(("a",), {}) == {"account": "a", "limit": 3}
    (account, limit, body, answer, page), components = schema_of(
        [one.type for one in (*glasses.parameters, pour.parameters[1])]
        + [endpoint.result for endpoint in (pour, glasses)]
    )
    assert account == {"type": "string", "minLength": 1, "maxLength": 64}
    assert limit == {"type": "integer", "minimum": 1, "maximum": 200}
    assert body["$ref"].endswith("/LemonadeOrder")
    assert answer["$ref"].endswith("/Glass")
    assert "Page" in page["$ref"]
    assert components["LemonadeOrder"]["additionalProperties"] is False
    assert components["LemonadeOrder"]["properties"]["litres"]["maximum"] == 9
    assert components["LemonadeOrder"]["required"] == ["litres", "password"]
    assert set(components["Glass"]["required"]) == {"account", "litres", "price"}
    assert [(one.code, one.status) for one in pour.errors] == [
        ("INVALID_REQUEST", 400),
        ("SOLD_OUT", 409),
    ]
    assert [one.code for one in glasses.errors] == ["INVALID_REQUEST", "NOT_SIGNED_IN", "SOLD_OUT"]
    assert not pour.answer_is_secret
    assert secret_fields(LemonadeOrder) == {"password"}


def every_error(kind: type[CabinetError] = CabinetError) -> Iterator[type[CabinetError]]:
    if kind.__module__ == errors.__name__:
        yield kind
    for more in kind.__subclasses__():
        yield from every_error(more)


ERRORS = list(every_error())


def filled(kind: type[CabinetError]) -> CabinetError:
    """An error with a value for each place of its sentence."""
    values = {
        "left": 2,
        "seconds": 61,
        "path": "/data/operator.db",
        "reason": "Так нельзя.",
        "server": "https://cabinet.example",
        "proxy": "proxy.example",
        "oldest": "0.2.0",
        "own": "0.1.0",
    }
    return kind(**{name: values[name] for name in re.findall(r"\{(\w+)\}", kind.sentence)})


def test_every_error_has_a_code_of_its_own():
    codes = [kind.code for kind in ERRORS]
    assert len(set(codes)) == len(codes) > 15
    assert all(re.fullmatch(r"[A-Z]+(_[A-Z]+)*", code) for code in codes)


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__name__)
def test_an_error_speaks_russian_and_travels(kind: type[CabinetError]):
    error = filled(kind)
    assert 400 <= error.status < 600
    assert re.search("[а-я]{3}", str(error))
    assert str(error)[-1] in ".!?"
    assert "{" not in str(error)
    assert kind.__doc__
    wire = msgspec.json.decode(msgspec.json.encode({"code": error.code, **error.details}))
    assert wire.pop("code") == error.code
    for same in (
        from_code(error.code, wire),
        copy.copy(error),
        pickle.loads(pickle.dumps(error)),  # noqa: S301 - our own
    ):
        assert type(same) is kind
        assert (same.code, same.details, str(same)) == (error.code, error.details, str(error))


def test_an_error_from_the_future_is_still_an_answer():
    strange = from_code("SOMETHING_NEW", {"detail": 1})
    assert type(strange) is CabinetError
    assert strange.details == {"detail": 1}
    assert type(from_code("WRONG_CODE", {})) is CabinetError
    assert from_code("WRONG_CODE", {"left": 1, "more": "x"}).details["more"] == "x"


class Box(Model):
    """A secret inside a list inside a struct."""

    orders: list[LemonadeOrder | None]


def test_secrets_are_found_wherever_they_are():
    for kind in (
        *(Secret, Secret | None, list[Secret], dict[str, Secret], SignIn, SignedIn, Confirmation),
        *(NewPassword, LinkOrder, Box, Page[SignedIn], list[Box] | None),
    ):
        assert has_secret(kind), kind
    for kind in (str, AccountId, Money, Session, PasswordState, Page[Session], None, CodeOrder):
        assert not has_secret(kind), kind
    assert secret_fields(SignIn) == {"code", "password", "device"}
    assert secret_fields(LinkOrder) == {"code"}
    assert secret_fields(Box) == {"orders"}


def test_answers_with_secrets_are_known():
    secret = {endpoint.id for endpoint in ALL if endpoint.answer_is_secret}
    assert secret == {
        "access.sign_in", "access.sign_in_by_line", "imports.begin_own", "imports.enter_own",
        "identities.begin", "identities.begin_entry", "identities.entry",
        "family.where", "family.today",
    }  # fmt: skip


@EVERY
def test_a_field_that_sounds_secret_is_one(endpoint: Endpoint):
    for parameter in endpoint.parameters:
        if parameter.place == "body":
            for name in parameter.type.__struct_fields__:
                if re.search(r"password|token|secret|pin|cvv", name):
                    assert name in secret_fields(parameter.type)


def test_no_secret_is_written_down(demo: SqliteStore, clock: Clock):
    """A whole session, and then the whole file as text."""
    window, device = Window(demo), "c0ffee" * 10 + "1234"
    secrets = [LONG_PASSWORD, SHORT_PASSWORD, device]
    wrong = "совсем не тот пароль"
    signed = window.sign_in(device=device, device_name="ноутбук")
    secrets.append(signed.token)
    window.ask(Access.set_password, NewPassword(password=SHORT_PASSWORD), key="one")
    clock.move(minutes=2)
    with pytest.raises(CabinetError):
        window.ask(Access.sign_in, SignIn(phone=ANNA, password=wrong))
    with pytest.raises(CabinetError):
        window.ask(Access.confirm, Confirmation(password=wrong), key="two")
    window.ask(Access.confirm, Confirmation(password=SHORT_PASSWORD), key="three")
    window.ask(Access.set_password, NewPassword(password=LONG_PASSWORD), key="four")
    window.ask(Numbers.link, LinkOrder(phone=UNLINKED, code=window.order_code(UNLINKED)))
    secrets += [wrong, window.sign_in(password=LONG_PASSWORD, device=device).token]
    window.ask(Access.keep_alive)
    window.ask(Account.overview, "anna-moscow")
    codes = [window.sms_code(ANNA), window.sms_code(UNLINKED)]
    window.ask(Access.sign_out)
    with demo.read() as tx:
        told = "\n".join(tx._connection.iterdump())
        records = [tuple(row) for row in tx._connection.execute("SELECT * FROM idempotency")]
    assert len(records) > 6
    assert [secret for secret in secrets if secret in told] == []
    assert [code for code in codes if code in repr(records)] == []
    raw = b"".join(path.read_bytes() for path in demo.path.parent.glob(f"{demo.path.name}*"))
    assert [secret for secret in secrets if secret.encode() in raw] == []
