"""Paths that lead to their own operation only, and texts that both engines keep alike."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from mts_tui.backend import wire
from mts_tui.backend.contract import Backend, Cabinet, endpoints
from mts_tui.backend.contract.access import CodeOrder, SignIn
from mts_tui.backend.contract.demo import ShortMessage
from mts_tui.backend.contract.errors import CabinetError, InvalidRequest, NotFound
from mts_tui.backend.embedded import Embedded
from mts_tui.backend.remote import Remote
from mts_tui.backend.store import Store

from .conftest import Files
from .desk import ANNA, Clock
from .network import connected, running, sign_in

ODD_IDS = ("current", "line", "", ".", "..", "a/b", "/", "../codes", "?", "#", "%2F", "%", "ё", " ")


def path(name: str, **arguments: str) -> str:
    endpoint = next(one for one in endpoints() if one.id == name)
    return wire.path_of(endpoint, arguments)


def test_an_id_stays_as_it_is() -> None:
    id_ = "0198c5f0-7b5e-7000-8000-00000000000a"
    assert path("access.end_session", session=id_) == f"/v1/access/sessions/{id_}"
    assert path("demo.messages", phone=ANNA).startswith("/v1/demo/sims/%2B79853701234")


@pytest.mark.parametrize("value", ODD_IDS)
def test_no_value_becomes_another_path(value: str) -> None:
    from urllib.parse import unquote

    segment = path("access.end_session", session=value).removeprefix("/v1/access/sessions/")
    seen = unquote(segment)  # As a server reads it.
    assert seen
    assert "/" not in segment + seen
    assert seen not in {"current", "line", ".", ".."}
    assert not {"?", "#"} & set(segment)


@pytest.fixture
def operator(tmp_path: Path, clock: Clock, settled_file: Path) -> Iterator[Store]:
    files = Files(clock, tmp_path, settled_file)
    yield files.settled()
    files.close()


@pytest.fixture(params=["embedded", "remote"])
async def backend(
    request: pytest.FixtureRequest, operator: Store, embedded: Embedded, tmp_path: Path
) -> AsyncIterator[Backend]:
    if request.param == "embedded":
        yield embedded
        return
    with running(operator) as server:
        async with connected(server.url, tmp_path / "outbox") as remote:
            yield remote


async def test_an_odd_id_is_not_found_and_nothing_else_happens(backend: Backend) -> None:
    cabinet = Cabinet(backend)
    signed = await sign_in(cabinet)
    for value in ODD_IDS:
        for ask in (cabinet.access.end_session, cabinet.trust.switch_off, cabinet.account.overview):
            with pytest.raises(CabinetError) as caught:
                await ask(value)
            kinds = (NotFound,) if value else (NotFound, InvalidRequest)
            assert type(caught.value) in kinds, (ask.__name__, value)
    left = (await cabinet.access.sessions()).items
    assert [one.id for one in left] == [signed.session.id]
    if isinstance(backend, Remote):
        assert backend.online


@pytest.mark.parametrize(
    "ask",
    [
        lambda cabinet: cabinet.access.end_session("a\0b"),
        lambda cabinet: cabinet.access.sign_in(SignIn(phone=ANNA, password="a\0")),
        lambda cabinet: cabinet.demo.send(ANNA, ShortMessage(to="111", text="\0")),
    ],
)
async def test_the_character_zero_is_refused_kindly(backend: Backend, ask: Any) -> None:
    with pytest.raises(InvalidRequest, match=r"есть знак с кодом 0. Уберите его") as caught:
        await ask(Cabinet(backend))
    assert "\0" not in str(caught.value)


async def test_what_only_looks_like_the_character_zero_is_taken(backend: Backend) -> None:
    cabinet = Cabinet(backend)
    await cabinet.demo.send(ANNA, ShortMessage(to="111", text="\\u0000"))
    await cabinet.access.request_code(CodeOrder(phone=ANNA))
