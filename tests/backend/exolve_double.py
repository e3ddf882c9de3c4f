"""A local double of MTS Exolve's messaging API, built from its documentation.

It checks the key, takes messages, lists them by id or by receiver, and can be told to misbehave.
"""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "canary-exolve-8f31"
SENDER = "+79585550199"


class ExolveDouble:
    """The gateway.

    Attributes:
        messages: What it has taken, as `GetList` tells it.
        asked: Methods that were asked for, in their order.
        answers: What the next requests to `SendSMS` get instead: a status and headers; `lost`
            takes the message and cuts the line, `slow` takes it and answers too late.
        delivery: The delivery status of each message that is listed.
    """

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self.answers: list[tuple[int | str, dict[str, str]]] = []
        self.delivery: int | str = "DELIVERY_STATUS_QUEUED"
        self.listed = True
        self.released = threading.Event()
        double = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                double._answer(self)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever)
        self.address = f"http://127.0.0.1:{self._server.server_port}"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self.released.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        method = request.path.rpartition("/")[2]
        self.asked.append(method)
        body = json.loads(request.rfile.read(int(request.headers["Content-Length"])))
        if request.headers["Authorization"] != f"Bearer {KEY}":
            self._tell(request, 401, {"error": {"code": 401, "message": "Unauthorized"}})
        elif method == "SendSMS":
            self._send(request, body)
        else:
            self._list(request, body)

    def _send(self, request: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        assert set(body) == {"number", "destination", "text"}
        status, headers = self.answers.pop(0) if self.answers else (200, {})
        if status in {200, "lost", "slow", 502}:
            self.messages.append(
                {
                    "message_id": str(439166538239448000 + len(self.messages)),
                    "number": body["number"],
                    "sender": body["number"],
                    "receiver": body["destination"],
                    "text": body["text"],
                    "direction": "DIRECTION_OUTGOING",
                    "segments_count": 1,
                    "billing_status": "BILLING_STATUS_BILLED",
                }
            )
        if status == "slow":
            self.released.wait(10)
        if status in {"lost", "slow"}:
            request.connection.close()
            request.close_connection = True
        elif status == 200:
            self._tell(request, 200, {"message_id": self.messages[-1]["message_id"]})
        else:
            assert isinstance(status, int)
            self._tell(request, status, {"error": {"code": status, "message": "no"}}, headers)

    def _list(self, request: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        found = [
            {**one, "delivery_status": self.delivery}
            for one in self.messages
            if self.listed
            and str(body.get("message_id", one["message_id"])) == one["message_id"]
            and body.get("receiver", one["receiver"]) == one["receiver"]
        ]
        self._tell(request, 200, {"messages": found})

    def _tell(
        self,
        request: BaseHTTPRequestHandler,
        status: int,
        body: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> None:
        content = json.dumps(body).encode()
        request.send_response(status)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(content)))
        for name, value in (headers or {}).items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(content)
