"""Threads that do blocking work for whoever waits in a loop.

`ThreadPoolExecutor` has a future of its own for each piece of work, copied into the loop's, and a
condition around it: a tenth of what a payment took of the process.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, NamedTuple


class _Task(NamedTuple):
    """A piece of work, and what becomes of it where."""

    work: Callable[[], Any]
    future: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop


class Workers:
    """A fixed number of threads.

    Args:
        count: How many.
        name: What they are called.
    """

    def __init__(self, count: int, name: str) -> None:
        self._tasks: SimpleQueue[_Task | None] = SimpleQueue()
        self._threads = [
            threading.Thread(target=self._serve, name=f"{name}-{number}") for number in range(count)
        ]

    def begin(self) -> None:
        """Start."""
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """Stop; returns when everything that was asked for is done."""
        for _thread in self._threads:
            self._tasks.put(None)
        for thread in self._threads:
            thread.join()

    async def run(self, work: Callable[[], Any]) -> Any:
        """The answer of a function that one of the threads calls, or what it raises."""
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        self._tasks.put(_Task(work, future, loop))
        return await future

    def _serve(self) -> None:
        while (task := self._tasks.get()) is not None:
            settle: Callable[[Any], None]
            try:
                settle, outcome = task.future.set_result, task.work()
            except BaseException as error:  # noqa: BLE001 - whoever waits for it is told
                settle, outcome = task.future.set_exception, error
            with contextlib.suppress(RuntimeError):  # The loop is closed.
                task.loop.call_soon_threadsafe(_settle, task.future, settle, outcome)
            del task, settle, outcome  # Nothing is kept alive while there is no work.


def _settle(future: asyncio.Future[Any], settle: Callable[[Any], None], outcome: Any) -> None:
    if not future.done():  # Whoever waited may have gone.
        settle(outcome)
