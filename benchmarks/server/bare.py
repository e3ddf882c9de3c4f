"""A bare Litestar application: routes that run given statements and answer their rows.

`python -m benchmarks.server.bare URL PORT FILE`; the file holds the statements of each route.
It is the yardstick of the server's reads: no contract, no errors, no ids of requests, no log.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import Any

import msgspec
import uvicorn
from litestar import Litestar, Request, get
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

Rows = list[list[dict[str, Any]]]


def main(url: str, port: int, file: str) -> None:
    """Serve until the process ends."""
    routes: dict[str, list[tuple[str, Any]]] = msgspec.msgpack.decode(Path(file).read_bytes())
    pool: ConnectionPool[Any] = ConnectionPool(
        url, min_size=1, max_size=16, kwargs={"autocommit": True, "row_factory": dict_row}
    )

    @get("/{route:str}/{account:str}", sync_to_thread=True)
    def answer(request: Request[Any, Any, Any], route: str, account: str) -> Rows:
        token = request.headers["authorization"].removeprefix("Bearer ")
        of_caller = {"account": account, "token": hashlib.sha256(token.encode()).hexdigest()}
        found: Rows = []
        with pool.connection() as connection:
            for sql, values in routes[route]:
                known = {name: of_caller.get(name, value) for name, value in values.items()}
                cursor = connection.execute(sql, known, prepare=None if known else False)
                if cursor.description:
                    found.append(cursor.fetchall())
            connection.rollback()
        return found

    uvicorn.run(
        Litestar([answer], openapi_config=None, logging_config=None),
        host="127.0.0.1",
        port=port,
        access_log=False,
        log_level="warning",
    )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
