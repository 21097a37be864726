"""A Messages API of a few lines, so that the model path is tested wherever the tests run."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

POLL_SECONDS = 0.01
"""How long the end of a server is waited for; by itself Python takes half a second."""


@dataclass
class Answer:
    """What to answer: a text with a stop reason, or an HTTP status, after ``delay`` seconds."""

    text: str = ""
    stop_reason: str = "end_turn"
    status: int = 200
    delay: float = 0.0
    is_dropped: bool = False
    raw: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    cached: int = 0


@dataclass
class Api:
    """The server's address and the requests it got."""

    url: str
    requests: list[dict[str, Any]] = field(default_factory=list)


@contextmanager
def api(answers: Sequence[Answer]) -> Iterator[Api]:
    """Serve these answers in order, the last one again and again, on loopback."""
    waiting = list(answers)
    served = Api("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            served.requests.append(json.loads(body))
            answer = waiting.pop(0) if len(waiting) > 1 else waiting[0]
            time.sleep(answer.delay)
            if answer.is_dropped:
                self.connection.close()
                return
            data = answer.raw if answer.raw is not None else json.dumps(_message(answer)).encode()
            self.send_response(answer.status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(data)))
            for name, value in answer.headers.items():
                self.send_header(name, value)
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


def _message(answer: Answer) -> dict[str, Any]:
    if answer.status != 200:
        return {"type": "error", "error": {"type": "api_error", "message": "no"}}
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "a-model-2026",
        "content": [{"type": "text", "text": answer.text}],
        "stop_reason": answer.stop_reason,
        "stop_sequence": None,
        "usage": {
            "input_tokens": 1200 - answer.cached,
            "cache_read_input_tokens": answer.cached,
            "output_tokens": 80,
        },
    }
