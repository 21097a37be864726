from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from gitmem.compress.batches import MessageBatches
from gitmem.compress.messages_api import Endpoint
from gitmem.compress.protocol import BatchItem, Compression
from gitmem.errors import CompressorFailed
from tests.support.evidence import change_of, event, evidence_of

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


class _Server:
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
def _serving() -> Iterator[_Server]:
    served = _Server()

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
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()


def _batches(server: _Server, **given: Any) -> MessageBatches:
    options = {"model": "a-model", "api_key": "made-up", "base_url": server.url, "retries": 0}
    return MessageBatches(Endpoint(**{**options, **given}))


def _item(key: str = "m1") -> BatchItem:
    evidence = evidence_of(event("prompt", "Retry uploads because the proxy hangs up."))
    return BatchItem(key, evidence, change_of("up.py"))


def _succeeded(key: str, text: str, stop_reason: str = "end_turn") -> dict[str, Any]:
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


def test_what_is_handed_over_is_the_request_of_a_single_one() -> None:
    with _serving() as server:
        batch = _batches(server).submit([_item("m1"), _item("m2")])

    (created,) = server.created
    assert batch == "msgbatch_1"
    assert [request["custom_id"] for request in created["requests"]] == ["m1", "m2"]
    params = created["requests"][0]["params"]
    assert params["model"] == "a-model"
    assert "the proxy hangs up" in params["messages"][0]["content"][0]["text"]
    assert params["output_config"]["format"]["type"] == "json_schema"


def test_a_batch_that_is_worked_on_is_no_answer_yet() -> None:
    with _serving() as server:
        assert _batches(server).collect("msgbatch_1", [_item()]) is None


def test_each_item_is_answered_for_itself() -> None:
    with _serving() as server:
        server.status = "ended"
        server.results = [
            _succeeded("m1", json.dumps(ANSWER)),
            _succeeded("m2", "no JSON"),
            _succeeded("m3", json.dumps(ANSWER), "max_tokens"),
            {"custom_id": "m4", "result": {"type": "expired"}},
            _succeeded("somebody-elses", json.dumps(ANSWER)),
        ]
        found = _batches(server).collect("msgbatch_1", [_item(f"m{n}") for n in range(1, 5)])

    assert found is not None
    assert set(found) == {"m1", "m2", "m3", "m4"}
    good, useless, cut, expired = (found[f"m{n}"] for n in range(1, 5))
    assert isinstance(good, Compression)
    assert [memory.title for memory in good.memories] == ["Uploads are retried"]
    assert (good.model, good.tokens_in, good.tokens_out) == ("a-model-2026", 1_230, 80)
    for paid in (useless, cut):
        assert isinstance(paid, Compression)
        assert (paid.memories, paid.tokens_out) == ((), 80)
        assert paid.notice
    assert isinstance(expired, CompressorFailed)


@pytest.mark.parametrize("status", [401, 404, 429, 529])
def test_a_refusal_is_told(status: int) -> None:
    with _serving() as server:
        server.refusal = status
        with pytest.raises(CompressorFailed, match=str(status)):
            _batches(server).collect("msgbatch_1", [_item()])


def test_handing_over_is_tried_once_because_a_second_try_may_be_a_second_batch() -> None:
    with _serving() as server:
        server.refusal = 529
        with pytest.raises(CompressorFailed, match="529"):
            _batches(server, retries=3).submit([_item()])

    assert server.tries == 1


def test_without_a_key_nothing_is_sent() -> None:
    with _serving() as server, pytest.raises(CompressorFailed, match="ANTHROPIC_API_KEY"):
        _batches(server, api_key="").submit([_item()])

    assert server.tries == 0


def test_the_estimate_counts_the_request() -> None:
    item = _item()
    estimate = _batches(_Server()).estimate(item.evidence, item.change)

    assert estimate.tokens_in > 500
    assert estimate.tokens_out > 0
