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
def messages_api(steps: Sequence[Step], requests: list[dict[str, Any]]) -> Iterator[str]:
    """Anthropic's Messages API: a step is a content block, one for each answer that came back;
    ``requests`` takes the bodies of those that offer tools.
    """

    def reply(body: dict[str, Any], steps: Sequence[Step]) -> bytes:
        if body.get("tools"):
            requests.append(body)
            return _blocks(body, steps)
        return _blocks(body, [{"type": "text", "text": "A title"}])

    with _served(steps, reply) as url:
        yield url


def _blocks(body: dict[str, Any], steps: Sequence[Step]) -> bytes:
    parts = [
        part
        for message in body.get("messages", [])
        if isinstance(message.get("content"), list)
        for part in message["content"]
    ]
    done = sum(part.get("type") == "tool_result" for part in parts)
    step = steps[min(done, len(steps) - 1)]
    is_call = step["type"] == "tool_use"
    delta = (
        {"type": "input_json_delta", "partial_json": json.dumps(step["input"])}
        if is_call
        else {"type": "text_delta", "text": step["text"]}
    )
    empty = {**step, "input": {}} if is_call else {"type": "text", "text": ""}
    usage = {"input_tokens": 1, "output_tokens": 1}
    head = {"id": "m", "type": "message", "role": "assistant", "model": "m", "content": []}
    end = {"stop_reason": "tool_use" if is_call else "end_turn", "stop_sequence": None}
    events: list[dict[str, Any]] = [
        {"type": "message_start", "message": {**head, "stop_reason": None, "usage": usage}},
        {"type": "content_block_start", "index": 0, "content_block": empty},
        {"type": "content_block_delta", "index": 0, "delta": delta},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": end, "usage": usage},
        {"type": "message_stop"},
    ]
    return b"".join(
        f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode() for event in events
    )


@contextmanager
def chat_api(
    choose: Callable[[dict[str, Any]], Sequence[Step]], requests: list[dict[str, Any]]
) -> Iterator[str]:
    """OpenAI's chat completions: a step is an assistant's message, one for each that came back.

    ``choose`` gives the steps of the conversation that is asked for; what was asked is added to
    ``requests``.
    """

    def reply(body: dict[str, Any], _: Sequence[Step]) -> bytes:
        requests.append(body)
        return _completion(body, choose(body))

    with _served((), reply) as url:
        yield url


@contextmanager
def call_api(steps: Sequence[Step], requests: list[dict[str, Any]]) -> Iterator[str]:
    """The same with one conversation, whose step is a ``text``, or the ``name`` and ``args`` of a
    call; what is asked beside it gets a word.
    """
    messages = [_message(number, step) for number, step in enumerate(steps)]
    aside = [{"content": "ok"}]
    with chat_api(lambda body: messages if body.get("tools") else aside, requests) as url:
        yield f"{url}/v1"


def _message(number: int, step: Step) -> Step:
    if "text" in step:
        return {"content": step["text"]}
    call = {"name": step["name"], "arguments": json.dumps(step["args"])}
    return {"tool_calls": [{"index": 0, "id": f"c{number}", "type": "function", "function": call}]}


def _completion(body: dict[str, Any], steps: Sequence[Step]) -> bytes:
    done = sum(message.get("role") == "assistant" for message in body.get("messages", []))
    step = steps[min(done, len(steps) - 1)]
    end = "tool_calls" if step.get("tool_calls") else "stop"
    choices = [
        {"index": 0, "delta": {"role": "assistant", **step}, "finish_reason": None},
        {"index": 0, "delta": {}, "finish_reason": end},
    ]
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    chunks = [{"choices": [choice]} for choice in choices] + [{"choices": [], "usage": usage}]
    head = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": body.get("model")}
    lines = [json.dumps({**head, **chunk}).encode() for chunk in chunks]
    return b"".join(b"data: %b\n\n" % line for line in [*lines, b"[DONE]"])


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
