"""The listener for the browser: this machine only, the right answer only, once."""

import asyncio
import socket

import httpx
import pytest

from mts_tui.loopback import Brought, Listener, browser_at_hand

STATE = "s" * 64
ADDRESS = f"https://id.example/auth?state={STATE}"


async def ask(
    listener: Listener, query: str, path: str = "/callback", **more: str
) -> httpx.Response:
    url = listener.redirect.replace("/callback", path)
    async with httpx.AsyncClient(trust_env=False) as client:
        return await client.get(f"{url}?{query}", headers=more)


async def test_the_right_answer_is_taken_and_thanked():
    async with Listener() as listener:
        waiting = asyncio.ensure_future(listener.answer(ADDRESS))
        await asyncio.sleep(0)
        page = await ask(listener, f"code=c1&state={STATE}&iss=https://id.example")
        assert await waiting == Brought("c1", STATE, "https://id.example")
    assert (page.status_code, page.headers["cache-control"]) == (200, "no-store")
    assert "Эту страницу можно закрыть" in page.text
    assert "c1" not in page.text


async def test_a_refusal_is_told():
    async with Listener() as listener:
        waiting = asyncio.ensure_future(listener.answer(ADDRESS))
        await asyncio.sleep(0)
        page = await ask(listener, f"error=access_denied&state={STATE}")
        assert (await waiting).code == ""
    assert "Вход отменён" in page.text


@pytest.mark.parametrize(
    ("query", "path", "more"),
    [
        ("code=c&state=other", "/callback", {}),
        (f"code=c&state={STATE}&state={STATE}", "/callback", {}),
        (f"state={STATE}", "/callback", {}),
        (f"code=c&state={STATE}", "/other", {}),
        (f"code=c&state={STATE}", "/callback", {"Host": "evil.example"}),
        ("", "/favicon.ico", {}),
    ],
)
async def test_anything_else_is_turned_away_and_waited_on(
    query: str, path: str, more: dict[str, str]
):
    async with Listener() as listener:
        waiting = asyncio.ensure_future(listener.answer(ADDRESS))
        await asyncio.sleep(0)
        assert (await ask(listener, query, path, **more)).status_code == 400
        assert not waiting.done()
        await ask(listener, f"code=right&state={STATE}")
        assert (await waiting).code == "right"


async def test_it_listens_on_this_machine_alone():
    async with Listener() as listener:
        assert listener.redirect.startswith("http://127.0.0.1:")
        (bound,) = listener._server.sockets
        assert bound.family is socket.AF_INET
        assert bound.getsockname()[0] == "127.0.0.1"


@pytest.mark.parametrize(
    ("environment", "here"),
    [
        ({}, False),
        ({"DISPLAY": ":0"}, True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, True),
        ({"DISPLAY": ":10", "SSH_CONNECTION": "a b"}, False),
        ({"DISPLAY": ":10", "SSH_TTY": "/dev/pts/1"}, False),
    ],
)
def test_where_a_browser_opens(
    environment: dict[str, str], *, here: bool, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("sys.platform", "linux")
    assert browser_at_hand(environment) is here
