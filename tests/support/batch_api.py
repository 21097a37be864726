"""The Message Batches API as far as it is used, served on loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.support.api import POLL_SECONDS

ANSWER = {
    "memories": [
        {
            "kind": "bugfix",
            "title": "Uploads are retried",
            "why": "The proxy hangs up.",
            "what": [],
            "decisions": [],
            "errors": [],
            "next": [],
            "concepts": [],
            "files": ["up.py"],
        }
    ]
}


class BatchServer:
    """The three addresses of the Message Batches API that are used."""

    def __init__(self) -> None:
        self.url = ""
        self.status = "in_progress"
        self.refusal = 0
        self.results: list[dict[str, Any]] = []
        self.created: list[dict[str, Any]] = []
        self.tries = 0

    def answer(self, method: str, path: str, body: dict[str, Any]) -> tuple[int, bytes]:
        self.tries += 1
        if self.refusal:
            return self.refusal, b'{"type": "error", "error": {"type": "x", "message": "no"}}'
        if method == "POST":
            self.created.append(body)
        if path.endswith("/results"):
            return 200, b"".join(json.dumps(result).encode() + b"\n" for result in self.results)
        batch = {
            "id": "msgbatch_1",
            "type": "message_batch",
            "processing_status": self.status,
            "created_at": "2026-01-01T00:00:00Z",
            "expires_at": "2026-01-02T00:00:00Z",
            "request_counts": dict.fromkeys(
                ("processing", "succeeded", "errored", "canceled", "expired"), 0
            ),
            "results_url": f"{self.url}/v1/messages/batches/msgbatch_1/results",
        }
        return 200, json.dumps(batch).encode()


@contextmanager
def serving_batches() -> Iterator[BatchServer]:
    """Serve until the block ends."""
    served = BatchServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["content-length"])
            self._answer("POST", json.loads(self.rfile.read(length)))

        def do_GET(self) -> None:
            self._answer("GET", {})

        def _answer(self, method: str, body: dict[str, Any]) -> None:
            status, data = served.answer(method, self.path, body)
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    served.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(POLL_SECONDS,), daemon=True).start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()


def succeeded(key: str, text: str, stop_reason: str = "end_turn") -> dict[str, Any]:
    """A line of the results: the request ``key`` was answered with ``text``."""
    message = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "a-model-2026",
        "content": [{"type": "text", "text": text}],
        "stop_reason": stop_reason,
        "stop_sequence": None,
        "usage": {"input_tokens": 1_200, "output_tokens": 80, "cache_read_input_tokens": 30},
    }
    return {"custom_id": key, "result": {"type": "succeeded", "message": message}}
