"""What a backend said, line by line, so that two of them can be compared."""

import re
from collections.abc import Awaitable
from typing import Any

import msgspec
import pytest

from mts_tui.backend.contract.errors import CabinetError


class Told:
    """What a backend said, with ids and secrets taken out."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def add(self, answer: Any) -> None:
        text = msgspec.json.encode(answer).decode()
        text = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "ID", text)
        text = re.sub(r"[0-9a-f]{64}", "TOKEN", text)
        self.lines.append(re.sub(r"\d{6}(?= — код)", "CODE", text))

    async def refused(self, kind: type[CabinetError], asked: Awaitable[Any]) -> CabinetError:
        with pytest.raises(CabinetError) as caught:
            await asked
        error = caught.value
        assert type(error) is kind, repr(error)
        self.add([error.code, type(error).__name__, error.status, error.details, str(error)])
        return error
