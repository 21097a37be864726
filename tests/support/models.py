"""The APIs that other agents speak to, a few lines each, with a scripted model."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.support.api import POLL_SECONDS

Step = dict[str, Any]
_Reply = Callable[[dict[str, Any], Sequence[Step]], bytes]


@contextmanager
def responses_api(steps: Sequence[Step]) -> Iterator[str]:
    """OpenAI's Responses API: a step is an output item, one for each answer that came back."""
    with _served(steps, _response) as url:
        yield url


@contextmanager
def generate_api(steps: Sequence[Step], seen: list[Step] | None = None) -> Iterator[str]:
    """Google's generateContent: a step is a part, one for each answer that came back; ``seen`` is
    given the requests.
    """
    with _served(steps, _generated, seen) as url:
        yield url


@contextmanager
def chat_api(steps: Sequence[Step], seen: list[Step] | None = None) -> Iterator[str]:
    """OpenAI's chat completions: a step is a ``text``, or the ``name`` and ``args`` of a call, one
    for each answer that came back; ``seen`` is given the requests.
    """
    with _served(steps, _completed, seen) as url:
        yield f"{url}/v1"


def _response(body: dict[str, Any], steps: Sequence[Step]) -> bytes:
    answers = ("function_call_output", "custom_tool_call_output")
    done = sum(item.get("type") in answers for item in body.get("input", []))
    usage = {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2}
    events = [
        {"type": "response.created", "response": {"id": "r"}},
        {"type": "response.output_item.done", "item": steps[min(done, len(steps) - 1)]},
        {"type": "response.completed", "response": {"id": "r", "usage": usage}},
    ]
    return b"".join(
        f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode() for event in events
    )


def _generated(body: dict[str, Any], steps: Sequence[Step]) -> bytes:
    parts = [part for content in body.get("contents", []) for part in content.get("parts", [])]
    done = sum("functionResponse" in part for part in parts)
    candidate = {
        "content": {"role": "model", "parts": [steps[min(done, len(steps) - 1)]]},
        "finishReason": "STOP",
        "index": 0,
    }
    counts = {"promptTokenCount": 1, "candidatesTokenCount": 1, "totalTokenCount": 2}
    return (
        b"data: %b\n\n" % json.dumps({"candidates": [candidate], "usageMetadata": counts}).encode()
    )


def _completed(body: dict[str, Any], steps: Sequence[Step]) -> bytes:
    done = sum(message.get("role") == "tool" for message in body.get("messages", []))
    step = steps[min(done, len(steps) - 1)] if body.get("tools") else {"text": "ok"}
    delta: dict[str, Any] = {"role": "assistant", "content": step.get("text")}
    if "name" in step:
        call = {"name": step["name"], "arguments": json.dumps(step["args"])}
        delta["tool_calls"] = [{"index": 0, "id": f"c{done}", "type": "function", "function": call}]
    head = {"id": "r", "object": "chat.completion.chunk", "created": 1, "model": "test-model"}
    end = "tool_calls" if "name" in step else "stop"
    counts = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    chunks = [
        {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]},
        {
            **head,
            "choices": [{"index": 0, "delta": {}, "finish_reason": end}],
            "usage": counts,
        },
    ]
    data = b"".join(b"data: %b\n\n" % json.dumps(chunk).encode() for chunk in chunks)
    return data + b"data: [DONE]\n\n"


@contextmanager
def _served(steps: Sequence[Step], reply: _Reply, seen: list[Step] | None = None) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            data = self.rfile.read(int(self.headers.get("content-length", 0)))
            body = json.loads(data)
            if seen is not None:
                seen.append(body)
            answer = reply(body, steps)
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(POLL_SECONDS,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
