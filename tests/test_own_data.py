"""The plan of one's own data: what is asked, and what an operator that wants a rest gets."""

import json
from typing import Any

import msgspec

from mts_tui.backend.contract import Endpoint, endpoints
from mts_tui.backend.contract.errors import NotFound, TooManyRequests
from mts_tui.backend.contract.model import Page
from mts_tui.backend.contract.support import AttachedFile, ChatMessage
from mts_tui.own_data import CATALOGUES, RETOLD, SOURCES, Plan
from tests.backend.desk import NOW


class Operator:
    """Answers what it was given, and notes what it was asked."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.tired = 0

    async def call(self, endpoint: Endpoint, arguments: dict[str, Any], _key: str | None) -> Any:
        if self.tired:
            self.tired -= 1
            raise TooManyRequests(seconds=0)
        self.asked.append((endpoint.id, arguments))
        answer = self.answers.get(endpoint.id.replace(".", "_"), Page(items=[]))
        return answer(arguments) if callable(answer) else answer


class Thing(msgspec.Struct):
    """Of any list; a number too."""

    id: str
    account: str = "a"
    phone: str = "a"


async def collected(operator: Operator) -> dict[str, Any]:
    return {
        piece.name: json.loads(piece.content) if piece.content else None
        async for piece in Plan(operator, [Thing("a")]).pieces()  # type: ignore[arg-type,list-item]
    }


def test_what_is_left_out_is_there_to_be_left_out() -> None:
    known = {one.id for one in endpoints()}
    assert known >= CATALOGUES | RETOLD | {listed for listed, _field in SOURCES.values()}


async def test_a_thing_of_a_thing_is_asked_for_too() -> None:
    def message(number: int, attachment: str) -> ChatMessage:
        return ChatMessage(number, NOW, "subscriber", "", "текст", attachment, 3, "")

    def attached(arguments: dict[str, Any]) -> AttachedFile:
        if arguments["number"] != 2:
            raise NotFound
        return AttachedFile("счет.txt", "абв")

    operator = Operator(
        support_tickets=Page(items=[Thing("one"), Thing("two")]),
        support_messages=lambda asked: (
            Page(items=[message(1, ""), message(2, "счет.txt")])
            if asked["ticket"] == "two"
            else Page(items=[])
        ),
        support_attachment=attached,
    )
    found = await collected(operator)
    assert found["support.attachment.json"] == {"two": {"2": {"name": "счет.txt", "text": "абв"}}}


async def test_an_operator_that_wants_a_rest_loses_nothing() -> None:
    rested = Operator()
    whole = await collected(rested)
    tired = Operator()
    tired.tired = 3
    assert await collected(tired) == whole
    assert tired.asked == rested.asked
