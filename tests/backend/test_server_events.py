"""Where a stream of events goes on: `Last-Event-ID` stands for accounts and how far each is told."""

import pytest

from mts_tui.backend.contract.access import Access
from mts_tui.backend.contract.demo import Demo, ShortMessage
from mts_tui.backend.contract.numbers import LinkOrder, Numbers
from mts_tui.backend.hub import Hub, Piece, Places
from mts_tui.backend.store import Store

from .desk import ANNA, UNLINKED, Window, change

MAIN = "anna-moscow"


async def first(hub: Hub, token: str | None, last: str, count: int = 1) -> list[Piece]:
    """The first pieces of a stream that goes on behind `last`."""
    stream = hub.follow(token, hub.places(token), last, heartbeat=15.0)
    found = []
    async for piece in stream:
        assert piece is not None
        found.append(piece)
        if len(found) == count:
            break
    await stream.aclose()
    return found


@pytest.fixture
def hub(demo: Store) -> Hub:
    return Hub(demo)


async def test_a_stream_goes_on_behind_its_id(hub: Hub, anna: Window):
    before = hub.places(anna.token)
    (piece,) = await first(hub, anna.token, before.id())
    assert (piece.event, piece.id) == ("", before.id())
    anna.ask(Demo.send, ANNA, ShortMessage(to="+79160000000", text="сюда"))
    told, event = await first(hub, anna.token, before.id(), 2)
    assert (told.event, told.id) == ("", before.id())
    assert event.event == "event"
    assert event.id.split(".")[0] == before.tag()
    assert event.id != before.id()


async def test_what_is_committed_while_a_stream_begins_is_told(hub: Hub, anna: Window):
    last, places = hub.places(anna.token).id(), hub.places(anna.token)
    anna.ask(Demo.send, ANNA, ShortMessage(to="+79160000000", text="сюда"))
    stream = hub.follow(anna.token, places, last, heartbeat=15.0)
    pieces = [await anext(stream), await anext(stream)]
    await stream.aclose()
    assert [piece and piece.event for piece in pieces] == ["", "event"]


async def test_where_an_event_is_forgotten_everything_is_asked_for_anew(hub: Hub, anna: Window):
    """Also one in the middle: processes forget old ones side by side."""
    before = hub.places(anna.token)
    for text in "абв":
        anna.ask(Demo.send, ANNA, ShortMessage(to="+79160000000", text=text))
    with anna.store.write() as tx:
        sql = "DELETE FROM events WHERE account_id = ? AND seq = ?"
        assert change(tx, sql, MAIN, before.told[MAIN] + 2) == 1
    (piece,) = await first(hub, anna.token, before.id())
    assert (piece.event, piece.id) == ("reset", hub.places(anna.token).id())


async def test_sequences_of_other_accounts_are_not_taken_for_these(hub: Hub, anna: Window):
    places = hub.places(anna.token)
    others = Places({f"other-{place}": seq for place, seq in enumerate(places.told.values())})
    assert len(others.id()) == len(places.id())
    assert others.id().split(".")[1:] == places.id().split(".")[1:]
    for last in (others.id(), places.id().partition(".")[2], f"{places.tag()}.1", places.tag()):
        (piece,) = await first(hub, anna.token, last)
        assert (piece.event, piece.id) == ("reset", places.id()), last


async def test_a_number_more_is_another_set_of_accounts(hub: Hub, anna: Window):
    before = hub.places(anna.token)
    anna.ask(Numbers.link, LinkOrder(phone=UNLINKED, code=anna.order_code(UNLINKED)))
    after = hub.places(anna.token)
    assert after.tag() != before.tag()
    (piece,) = await first(hub, anna.token, before.id())
    assert (piece.event, piece.id) == ("reset", after.id())


async def test_ids_name_no_account(hub: Hub, anna: Window):
    places = hub.places(anna.token)
    assert not any(account in places.id() for account in places.told)


async def test_a_stream_ends_with_its_session(hub: Hub, anna: Window):
    places = hub.places(anna.token)
    anna.ask(Access.sign_out)
    stream = hub.follow(anna.token, places, "", heartbeat=15.0)
    assert [piece async for piece in stream] == [Piece("", places.id(), "")]
