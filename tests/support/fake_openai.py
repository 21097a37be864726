"""A Responses API of a few lines on loopback, for the real Codex client.

Each request that brings a conversation is answered with the next turn of a script: a list of
output items, sent as server-sent events in the form that the client reads.

**Source:** what Codex CLI 0.171 asks and accepts (``codex-rs/codex-api`` of openai/codex).
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.support.api import POLL_SECONDS

Item = dict[str, Any]
Turn = Sequence[Item] | Callable[[dict[str, Any]], Sequence[Item]]
"""Output items, or how they follow from the request."""


def says(text: str) -> Item:
    """The assistant's words."""
    content = [{"type": "output_text", "text": text, "annotations": []}]
    return {"type": "message", "role": "assistant", "content": content}


def calls(name: str, **arguments: Any) -> Item:
    """A call of a function."""
    return {"type": "function_call", "name": name, "arguments": json.dumps(arguments)}


def calls_custom(name: str, text: str) -> Item:
    """A call of a tool that takes a text as it is, as ``apply_patch`` does."""
    return {"type": "custom_tool_call", "name": name, "input": text}


@dataclass
class ResponsesApi:
    """The server's address and the requests it got, in order; what the client printed."""

    url: str
    requests: list[dict[str, Any]] = field(default_factory=list)
    printed: str = ""

    @property
    def inputs(self) -> list[list[dict[str, Any]]]:
        """The conversation as each request brought it."""
        return [request["input"] for request in self.requests]


@contextmanager
def responses_api(turns: Sequence[Turn]) -> Iterator[ResponsesApi]:
    """Serve these turns in order, and "Done." once they are used up."""
    waiting, lock = list(turns), threading.Lock()
    served = ResponsesApi("")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["content-length"])))
            if not self.path.endswith("/responses"):
                self._answer(404, "application/json", b"{}")
                return
            with lock:
                served.requests.append(request)
                number = len(served.requests)
                turn: Turn = waiting.pop(0) if waiting else [says("Done.")]
            items = turn(request) if callable(turn) else turn
            self._answer(200, "text/event-stream", _stream(number, items))

        def do_GET(self) -> None:
            self._answer(404, "application/json", b"{}")

        def _answer(self, status: int, kind: str, data: bytes) -> None:
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    served.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    threading.Thread(target=server.serve_forever, args=(POLL_SECONDS,), daemon=True).start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()


def _stream(number: int, items: Sequence[Item]) -> bytes:
    response = {"id": f"resp_{number}"}
    events: list[dict[str, Any]] = [{"type": "response.created", "response": response}]
    for place, item in enumerate(items):
        whole = {"id": f"item_{number}_{place}", **item}
        if item["type"].endswith("_call"):
            whole.setdefault("call_id", f"call_{number}_{place}")
        told = {"output_index": place, "item": whole}
        events += [
            {"type": "response.output_item.added", **told},
            {"type": "response.output_item.done", **told},
        ]
    usage: Item = {"input_tokens": 1200, "output_tokens": 80, "total_tokens": 1280}
    usage |= {"input_tokens_details": None, "output_tokens_details": None}
    events.append({"type": "response.completed", "response": {**response, "usage": usage}})
    return "".join(f"event: {e['type']}\ndata: {json.dumps(e)}\n\n" for e in events).encode()
