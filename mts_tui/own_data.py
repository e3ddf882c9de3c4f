"""All of a person's own data as one file (152-ФЗ, article 14): what each query of the cabinet says.

What is asked follows from the contract: a new area comes by itself. A query that needs the id of a
thing is asked for each thing of the list at the same path above it. Secrets are left out, and so is
what the operator would tell anybody.
"""

import asyncio
import zipfile
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from . import __version__, files, formatting
from .backend.contract import Channel, Endpoint, endpoints
from .backend.contract.errors import CabinetError, NotSignedIn, TooManyRequests, Unavailable
from .backend.contract.model import secret_fields
from .backend.contract.numbers import Number

DEMO = "demo"
"""The area of the demo's own doings: nothing of a person."""
CATALOGUES = frozenset(
    {
        "tariffs.offered", "tariffs.fit", "transfers.providers", "transfers.terms",
        "forwarding.price", "roaming.countries", "roaming.terms", "ringback.melodies",
        "ringback.sample", "ringback.heard", "ringback.copies",
    }
)  # fmt: skip
"""Price lists and answers to «what if»: the same for everybody, or reckoned from the rest."""
RETOLD = frozenset({"archive.operation", "receipts.receipt", "receipts.mail", "statements.part"})
"""The same operations once more, explained or as a document to print."""
TITLES = {
    "access": "Сеансы, устройства, пароль",
    "numbers": "Мои номера",
    "account": "Счёт",
    "archive": "Архив операций",
    "tariffs": "Тариф",
    "options": "Услуги",
    "payments": "Платежи и карты",
    "transfers": "Сохранённые платежи",
    "autopay": "Автоплатежи",
    "trust": "Обещанный платёж и оплата по факту",
    "blocking": "Блокировка",
    "forwarding": "Переадресация",
    "ringback": "GOOD'OK",
    "imports": "Импорт детализации",
    "messages": "Сообщения и контакты",
    "statements": "Детализация",
    "bonus": "МТС Бонус",
    "promos": "Акции",
    "family": "Семья",
    "support": "Поддержка",
    "notifications": "Уведомления",
    "identities": "Вход через сервисы",
    "undo": "Что можно отменить",
}
"""What the areas are about, for the index."""
SOURCES = {"peer": ("messages.threads", "peer")}
"""Where the values of a parameter come from that no list above in the path has: a list, a field."""
PLACE = "account"
INDEX = "Что внутри.txt"
_LIMIT = 200


class Piece(NamedTuple):
    """What one query of one number has said.

    Attributes:
        folder: Whose: a number, or the cabinet.
        name: The file's name, after the operation.
        what: What it is about.
        content: JSON; empty where it has said nothing.
        note: What is missing, and why: a whole sentence; empty where nothing is.
    """

    folder: str
    name: str
    what: str
    content: bytes
    note: str = ""


class Plan:
    """What there is to ask.

    Args:
        channel: Whom to ask.
        numbers: The numbers of the cabinet.
    """

    def __init__(self, channel: Channel, numbers: Iterable[Number]) -> None:
        self._channel = channel
        self._known = {one.id: one for one in endpoints()}
        self._by_path = {one.path: one for one in endpoints() if not one.changes}
        self._steps: list[tuple[Endpoint, str, dict[str, Any]]] = []
        for query in filter(_is_ones_own, endpoints()):
            if any(one.name == PLACE for one in query.parameters):
                self._steps += [(query, one.phone, {PLACE: one.account}) for one in numbers]
            else:
                self._steps.append((query, "Кабинет", {}))

    def __len__(self) -> int:
        return len(self._steps)

    async def pieces(self) -> AsyncIterator[Piece]:
        """What the operator says, query after query.

        Raises:
            CabinetError: The operator does not answer any more.
        """
        for query, folder, given in self._steps:
            note, content = "", b""
            try:
                told = await self._told(query, given)
            except (Unavailable, NotSignedIn):
                raise
            except CabinetError as error:
                note = str(error)
            else:
                if told is not None:
                    content = await asyncio.to_thread(_written, told)
            yield Piece(folder, f"{query.id}.json", TITLES[query.area], content, note)

    async def _told(self, query: Endpoint, given: dict[str, Any]) -> Any:
        """The answer; by thing where one has to be named. None where there are no things."""
        unknown = [one.name for one in query.parameters if one.required and one.name not in given]
        if not unknown:
            return await self._whole(query, given)
        listed, field = self._source(query, unknown[0])
        told = {}
        for thing in await self._whole(listed, _asked_of(listed, given)):
            value = getattr(thing, field)
            try:
                answer = await self._told(query, {**given, unknown[0]: value})
            except (Unavailable, NotSignedIn):
                raise
            except CabinetError:
                continue  # Gone meanwhile, or there is nothing to say of this one.
            if answer is not None:
                told[str(value)] = answer
        return told or None

    def _source(self, query: Endpoint, name: str) -> tuple[Endpoint, str]:
        """The list that a parameter's values stand in, and their field there."""
        if name in SOURCES:
            listed, field = SOURCES[name]
            return self._known[listed], field
        return self._by_path[query.path.partition(f"/{{{name}}}")[0]], "id"

    async def _whole(self, query: Endpoint, given: dict[str, Any]) -> Any:
        """An answer; of a list its items, page after page."""
        names = {one.name for one in query.parameters}
        if "limit" in names:
            given = {**given, "limit": _LIMIT}
        told = await self._answer(query, given)
        if not hasattr(told, "items"):
            return told
        items = list(told.items)
        while getattr(told, "next_cursor", None) and "cursor" in names:
            told = await self._answer(query, {**given, "cursor": told.next_cursor})
            items += told.items
        return items

    async def _answer(self, query: Endpoint, given: dict[str, Any]) -> Any:
        """One answer; a server that wants a rest gets it."""
        while True:
            try:
                return await self._channel.call(query, query.bind((), given), None)
            except TooManyRequests as error:
                seconds = error.details.get("seconds")
                await asyncio.sleep(seconds if isinstance(seconds, int) else 1)


class OwnData:
    """The file: a ZIP of JSON with an index, there as a whole after `put`, or not at all.

    Args:
        path: Where.
        replace: Whether a file that is there may be replaced.

    Raises:
        FileExistsError: There is one.
        OSError: Nothing can be written there.
    """

    def __init__(self, path: Path, *, replace: bool = False) -> None:
        self.path = path
        self._replace = replace
        self._part = files.part_of(path, replace=replace)
        self._zip = zipfile.ZipFile(self._part, "w", zipfile.ZIP_DEFLATED)
        self._lines: dict[str, list[str]] = {}

    def add(self, piece: Piece) -> None:
        """Write what a query has said."""
        place = f"{piece.folder}/{piece.name}"
        if piece.content:
            self._zip.writestr(place, piece.content)
        note = piece.note or ("" if piece.content else "пусто, файла нет")
        line = f"  {piece.name} — {piece.what}" + (f": {note}" if note else "")
        self._lines.setdefault(piece.folder, []).append(line)

    def finish(self, now: datetime) -> None:
        """Write the index, and give the file its name.

        Raises:
            OSError: It could not be written.
        """
        head = (
            f"Ваши данные из «МТС-Помощника», {formatting.date_long(now)}, "
            f"{formatting.clock(now)} (mts-tui {__version__}).\n\n"
            "Каждый файл — ответ кабинета на один вопрос, как есть, в JSON. Суммы — в копейках "
            "(amount_minor), время — UTC. Паролей, кодов и ключей здесь нет: их не хранит и сама "
            "программа. Нет и того, что оператор сказал бы каждому: списков тарифов, стран, "
            "мелодий и цен.\n"
        )
        parts = [f"\n{folder}/\n" + "\n".join(lines) for folder, lines in self._lines.items()]
        self._zip.writestr(INDEX, head + "\n".join(parts) + "\n")
        self._zip.close()
        files.put(self._part, self.path, replace=self._replace)

    def abandon(self) -> None:
        """Leave nothing behind."""
        self._zip.close()
        self._part.unlink(missing_ok=True)


async def write_all(
    plan: Plan,
    file: OwnData,
    now: datetime,
    told: Callable[[int], bool],
) -> bool:
    """Ask for everything and write it.

    Args:
        plan: What there is to ask.
        file: Where to; left as a whole, or not at all.
        now: What the index says.
        told: Told how many queries are answered; answers whether to go on.

    Returns:
        Whether it is written.

    Raises:
        CabinetError: The operator does not answer any more.
        OSError: It could not be written.
    """
    whole = False
    try:
        count = 0
        async for piece in plan.pieces():
            await asyncio.to_thread(file.add, piece)
            count += 1
            if not told(count):
                return False
        await asyncio.to_thread(file.finish, now)
        whole = True
        return True
    finally:
        if not whole:
            file.abandon()


def _is_ones_own(endpoint: Endpoint) -> bool:
    reads = not endpoint.changes and endpoint.rehearses is None and not endpoint.public
    return reads and endpoint.area != DEMO and endpoint.id not in CATALOGUES | RETOLD


def _asked_of(listed: Endpoint, given: dict[str, Any]) -> dict[str, Any]:
    """What of the arguments a list above takes."""
    names = {one.name for one in listed.parameters}
    return {name: value for name, value in given.items() if name in names}


def _written(told: Any) -> bytes:
    """An answer for people and programs."""
    return msgspec.json.format(msgspec.json.encode(_plain(told)), indent=2)


def _plain(told: Any) -> Any:
    """An answer without its secrets."""
    if isinstance(told, msgspec.Struct):
        secret = secret_fields(type(told))
        return {
            name: _plain(getattr(told, name))
            for name in told.__struct_fields__
            if name not in secret
        }
    if isinstance(told, dict):
        return {name: _plain(value) for name, value in told.items()}
    if isinstance(told, list | tuple):
        return [_plain(one) for one in told]
    return told
