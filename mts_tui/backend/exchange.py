"""One request of the client, however often it is sent, and what a response to it says."""

from types import NoneType
from typing import Any

import httpx
import msgspec

from . import wire
from .contract.errors import CabinetError, NotSignedIn, TooManyRequests, Unavailable

LONGEST_PAUSE = 5.0


class Foreign:
    """An answer that is not the cabinet's: of a hotel's login page, a balancer, a broken proxy."""


class Again(msgspec.Struct, frozen=True):
    """No answer yet: another try may bring one.

    Attributes:
        lost: What to say where none does.
        wait: Seconds to wait first, where the server says so.
    """

    lost: CabinetError
    wait: float | None = None


class Held(msgspec.Struct, frozen=True):
    """The last answer to a query, and the tag by which the server knows it again."""

    answer: Any
    tag: str


class Call:
    """One request.

    Attributes:
        held: What was answered to the same query before, if anything.
        tag: The answer's tag, once it is there.
        in_doubt: Whether an unanswered try may have reached the server.
        settled: Whether the error that was raised tells what has come of all tries.
    """

    def __init__(
        self,
        method: str,
        path: str,
        result: Any,
        *,
        query: dict[str, str] | None = None,
        body: bytes | None = None,
        key: str | None = None,
    ) -> None:
        self.method = method
        self.path = path
        self.result = result
        self.query = query or {}
        self.body = body
        self.key = key
        self.held: Held | None = None
        self.tag = ""
        self.in_doubt = False
        self.settled = False

    @property
    def headers(self) -> dict[str, str]:
        """The headers that are this request's own."""
        headers = {}
        if self.key is not None:
            headers[wire.KEY_HEADER] = self.key
        if self.body is not None:
            headers["Content-Type"] = "application/json"
        if self.held is not None and self.held.tag:
            headers["If-None-Match"] = self.held.tag
        return headers


def answered(call: Call, response: httpx.Response) -> Any:
    """What a response says: the answer, the error, or nothing of ours."""
    if response.is_success:
        call.tag = response.headers.get("ETag", "")
        if not response.content and call.result in {NoneType, Any}:
            return None
        try:
            return msgspec.json.decode(response.content, type=call.result)
        except (msgspec.DecodeError, UnicodeError):
            return Foreign()
    if response.status_code == httpx.codes.NOT_MODIFIED and call.held is not None:
        call.tag = call.held.tag
        return call.held.answer
    return _refused(response) or Foreign()


def _refused(response: httpx.Response) -> CabinetError | None:
    error = wire.error_of(response.content)
    wait = retry_after(response)
    if wait is None or response.status_code != httpx.codes.SERVICE_UNAVAILABLE:
        return error
    if error is None or (type(error) is Unavailable and "seconds" not in error.details):
        return Unavailable(seconds=int(wait))
    return error


def better_soon(response: httpx.Response, wait: float | None) -> bool:
    """Whether the same request may be answered better soon."""
    if wait is not None and wait > LONGEST_PAUSE:
        return False  # Planned works: the person is told until when.
    return response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR or (
        response.status_code == httpx.codes.CONFLICT and b"IN_PROGRESS" in response.content
    )


def settles(response: httpx.Response, error: CabinetError) -> bool:
    """Whether an error is the end of a command: whoever was let in and refused is done."""
    return response.status_code < httpx.codes.INTERNAL_SERVER_ERROR and not isinstance(
        error, NotSignedIn | TooManyRequests
    )


def retry_after(response: httpx.Response) -> float | None:
    """Seconds after which the server wants to be asked again; None where it does not say."""
    text = response.headers.get("Retry-After", "")
    return float(text) if text.isascii() and text.isdigit() and len(text) < 10 else None  # noqa: PLR2004
