"""SMS by MTS Exolve (facts 5.3): one message, one request, over TLS.

`POST messaging/v1/SendSMS` takes `{number, destination, text}` and answers `{message_id}`;
`POST messaging/v1/GetList` tells of messages by their id or their receiver. The key stands in the
`Authorization` header and nowhere else: it is no part of any error, log line or `repr`.

States come as numbers or as names (`DELIVERY_STATUS_DELIVERED`). A word that is not known here
means «under way»: nothing is said to be delivered, or lost, that the gateway does not call so.
"""

import logging
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec

from mts_tui import phones

from .sms_gateway import GatewayFailed, Report

if TYPE_CHECKING:
    import httpx

PREFIX = "MTS_TUI_EXOLVE_"
ADDRESS = "https://api.exolve.ru"
KEYRING = "exolve:key"
"""The keyring entry of the key, beside the passwords of `credentials`."""
CONNECT_SECONDS, ANSWER_SECONDS = 5.0, 20.0
LOOKED_AT = 100
"""Messages to one number among which a lost one is looked for."""
CLOCKS_DIFFER = timedelta(minutes=2)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._&-]{0,10}")
_HERE = frozenset({"127.0.0.1", "localhost", "::1"})
_UNAUTHORISED = frozenset({401, 403})
_TOO_MANY, _SERVER = 429, 500
_DELIVERED = frozenset({"3", "delivered"})
_FAILED = {
    "4": "Сеть получателя не приняла SMS.",
    "failed": "Сеть получателя не приняла SMS.",
    "5": "Телефон получателя долго недоступен, и SMS больше не доставляется.",
    "retries_exceeded": "Телефон получателя долго недоступен, и SMS больше не доставляется.",
    "6": "Оператор получателя не пропустил SMS: проверьте её текст и отправителя.",
    "prohibited": "Оператор получателя не пропустил SMS: проверьте её текст и отправителя.",
    "underfunded": "На счёте шлюза нет денег. Сообщите тому, кто ведёт кабинет.",
}
_BAD_KEY = "Шлюз не принял ключ. Сообщите тому, кто ведёт кабинет."
_SILENT = "Шлюз SMS не отвечает. Повторим позже сами."
_BUSY = "Шлюз SMS просит подождать. Повторим позже сами."
_REFUSED = "Шлюз SMS не принял сообщение. Проверьте номер и текст; деньги вернулись на счёт."
_IN_DOUBT = "Связь со шлюзом SMS оборвалась на полуслове."

log = logging.getLogger(__name__)


class ExolveSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Who sends, and by whose key.

    Attributes:
        sender: A number rented at Exolve, E.164, or a registered name.
        key: The application's API key; never shown.
        address: Where the API is.

    Raises:
        ValueError: Something is missing, or the key would be sent in the clear. The sentence is for
            whoever keeps the settings.
    """

    sender: str
    key: str
    address: str = ADDRESS

    def __post_init__(self) -> None:
        if not phones.is_mobile(self.sender) and not _NAME.fullmatch(self.sender):
            raise ValueError(
                "Отправитель для Exolve — мобильный номер вида +79990000000 или имя из латинских "
                "букв и цифр, не длиннее 11 знаков."
            )
        if not self.key:
            raise ValueError(
                f"Для Exolve нужен ключ: переменная {PREFIX}KEY или «mts-tui serve "
                "--keep-exolve-key»."
            )
        if not self.key.isascii() or any(sign.isspace() for sign in self.key):
            raise ValueError("В ключе Exolve есть пробелы или не латинские знаки: он не тот.")
        place = urlsplit(self.address)
        if place.scheme != "https" and not (place.scheme == "http" and place.hostname in _HERE):
            raise ValueError(
                "Адрес Exolve должен начинаться с https://: иначе ключ ушёл бы открытым."
            )

    def __repr__(self) -> str:
        return f"ExolveSettings({self.sender}, {self.address})"


def from_environment(
    environment: Mapping[str, str], sender: str = "", kept_key: str = ""
) -> ExolveSettings | None:
    """Settings from `MTS_TUI_EXOLVE_SENDER`, `_KEY`, `_ADDRESS`.

    Args:
        environment: The process's.
        sender: What the command line says; it wins.
        kept_key: The key from the keyring, for where the environment has none.

    Returns:
        None where no sender is named.

    Raises:
        ValueError: They cannot be right, see `ExolveSettings`.
    """

    def given(name: str) -> str:
        return environment.get(f"{PREFIX}{name}", "").strip()

    sender = sender or given("SENDER")
    if not sender:
        return None
    return ExolveSettings(
        sender=sender, key=given("KEY") or kept_key, address=given("ADDRESS") or ADDRESS
    )


class _Message(msgspec.Struct):
    """A line of `GetList`; numbers may come as text."""

    message_id: int | str = ""
    receiver: str = ""
    text: str = ""
    direction: int | str = ""
    delivery_status: int | str = ""
    status: int | str = ""
    date: str = ""


class _List(msgspec.Struct):
    messages: list[_Message] = []


class _Accepted(msgspec.Struct):
    message_id: int | str


class Exolve:
    """The gateway; see `sms_gateway.SmsGateway`.

    Args:
        settings: Who sends.
    """

    def __init__(self, settings: ExolveSettings) -> None:
        self.sender = settings.sender
        self._settings = settings

    def send(self, to: str, text: str) -> str:
        """See `SmsGateway.send`."""
        body = {"number": _plain(self.sender), "destination": _plain(to), "text": text}
        answer = self._ask("SendSMS", body)
        try:
            return str(msgspec.json.decode(answer, type=_Accepted).message_id)
        except msgspec.DecodeError:  # Taken, but not told under which name.
            raise GatewayFailed(_IN_DOUBT, "unknown") from None

    def find(self, to: str, text: str, since: datetime) -> list[str]:
        """See `SmsGateway.find`."""
        begins = (since - CLOCKS_DIFFER).astimezone(UTC)
        body = {
            "receiver": _plain(to),
            "date_gte": f"{begins:%Y-%m-%dT%H:%M:%S.000Z}",
            "limit": LOOKED_AT,
        }
        return [
            str(one.message_id)
            for one in self._list(body)
            if one.text == text
            and _plain(one.receiver) == _plain(to)
            and _word(one.direction) not in {"1", "incoming"}
        ]

    def state(self, message_id: str) -> Report:
        """See `SmsGateway.state`."""
        asked: int | str = int(message_id) if message_id.isdecimal() else message_id
        for one in self._list({"message_id": asked, "limit": 1}):
            if str(one.message_id) == message_id:
                return _report(one)
        return Report("sent")  # The list may lag behind.

    def _list(self, body: dict[str, Any]) -> list[_Message]:
        answer = self._ask("GetList", body)
        try:
            return msgspec.json.decode(answer, type=_List).messages
        except msgspec.DecodeError:
            raise GatewayFailed(_SILENT, "again") from None

    def _ask(self, method: str, body: dict[str, Any]) -> bytes:
        import httpx

        try:
            answer = self._client.post(f"/messaging/v1/{method}", json=body)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError):
            raise GatewayFailed(_SILENT, "again") from None
        except httpx.HTTPError:
            raise GatewayFailed(_IN_DOUBT, "unknown") from None
        status = answer.status_code
        if status == httpx.codes.OK:
            return answer.content
        log.warning("the SMS gateway answers %d to %s", status, method)
        if status in _UNAUTHORISED:
            raise GatewayFailed(_BAD_KEY, "again")
        if status == _TOO_MANY:
            raise GatewayFailed(_BUSY, "again", _seconds(answer.headers.get("Retry-After", "")))
        if status >= _SERVER:  # It may have been taken before whatever failed.
            raise GatewayFailed(_IN_DOUBT, "unknown")
        raise GatewayFailed(_REFUSED, "never")

    @cached_property
    def _client(self) -> "httpx.Client":
        """One for all requests: a new connection costs as much as the message."""
        import httpx

        return httpx.Client(
            base_url=self._settings.address,
            headers={"Authorization": f"Bearer {self._settings.key}"},
            timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
            follow_redirects=False,
        )


def _plain(number: str) -> str:
    """A number as Exolve writes it, without the plus; a name stays as it is."""
    return number.removeprefix("+")


def _word(value: int | str) -> str:
    """A value of an enumeration: its number, or the last part of its name in small letters."""
    word = str(value).lower()
    for prefix in ("delivery_status_", "message_status_", "status_", "direction_"):
        word = word.removeprefix(prefix)
    return word


def _report(one: _Message) -> Report:
    words = (_word(one.delivery_status), _word(one.status) if isinstance(one.status, str) else "")
    for word in words:
        if word in _DELIVERED:
            return Report("delivered")
        if word in _FAILED:
            return Report("failed", _FAILED[word])
    return Report("sent")


def _seconds(text: str) -> float | None:
    """`Retry-After`, where it is a number of seconds."""
    return float(text) if text.isascii() and text.isdecimal() else None
