"""The protocol, without a process and without a memory: what is answered, and when."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterator
from threading import Event, Thread
from typing import Any

import pytest

from gitmem.mcp.offers import VERSIONS
from gitmem.mcp.server import Server
from gitmem.mcp.wire import INTERNAL_ERROR, INVALID_PARAMETERS, Failure, Wire

SECONDS = 20


class Lookup:
    """Answers every call with its parameters, once it may."""

    def __init__(self) -> None:
        self.may_answer = Event()
        self.has_begun = Event()
        self.asked: list[dict[str, Any]] = []
        self.is_closed = False

    def result_of(self, method: str, parameters: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(parameters)
        self.has_begun.set()
        assert self.may_answer.wait(SECONDS)
        if "code" in parameters:
            raise Failure(parameters["code"], "no")
        return {"method": method, **parameters}

    def wake(self) -> None: ...

    def close(self) -> None:
        self.is_closed = True


class Client:
    """The other end of the pipes."""

    def __init__(self, lookup: Lookup, load_fails: bool = False) -> None:
        def load() -> Lookup:
            if load_fails:
                raise ImportError("no module")
            return lookup

        theirs, self._to = os.pipe()
        self._from, ours = os.pipe()
        self.incoming = os.fdopen(theirs, "rb")
        self.outgoing = os.fdopen(ours, "wb")
        self.server = Server(Wire(self.incoming, self.outgoing), load)
        self.answers = os.fdopen(self._from, "rb")
        self.thread = Thread(target=self.server.run, daemon=True)
        self.thread.start()

    def send(self, *messages: object) -> None:
        for message in messages:
            line = message if isinstance(message, bytes) else json.dumps(message).encode()
            os.write(self._to, line + b"\n")

    def read(self) -> dict[str, Any]:
        return dict(json.loads(self.answers.readline()))

    def ask(self, message: object) -> dict[str, Any]:
        self.send(message)
        return self.read()

    def end(self) -> list[dict[str, Any]]:
        """End the input; what is still answered."""
        os.close(self._to)
        self.thread.join(SECONDS)
        assert not self.thread.is_alive()
        self.outgoing.close()
        left = [json.loads(line) for line in self.answers]
        self.answers.close()
        self.incoming.close()
        return left


@pytest.fixture
def lookup() -> Lookup:
    return Lookup()


@pytest.fixture
def client(lookup: Lookup) -> Iterator[Client]:
    found = Client(lookup)
    yield found
    lookup.may_answer.set()
    if not found.answers.closed:
        found.end()


def request(number: object, method: str, **parameters: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": parameters}


def cancel(number: object) -> dict[str, Any]:
    parameters = {"requestId": number}
    return {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": parameters}


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [(version, version) for version in VERSIONS] + [("1999-01-01", VERSIONS[0])],
)
def test_the_clients_version_is_spoken_where_it_is_known(
    client: Client, asked: str, spoken: str
) -> None:
    greeting = client.ask(request(0, "initialize", protocolVersion=asked))["result"]

    assert greeting["protocolVersion"] == spoken
    assert set(greeting["capabilities"]) == {"tools", "resources", "prompts"}


@pytest.mark.parametrize(
    ("message", "number", "code"),
    [
        (b"{", None, -32700),
        (b"[" * 100_000, None, -32700),
        (b'{"a": ' + b"9" * 5_000 + b"}", None, -32600),
        ([], None, -32600),
        ([request(1, "ping")], None, -32600),
        (5, None, -32600),
        ({"jsonrpc": "2.0"}, None, -32600),
        ({"jsonrpc": "2.0", "id": 1}, 1, -32600),
        (request(None, "ping"), None, -32600),
        (request(True, "ping"), None, -32600),
        (request([1], "ping"), None, -32600),
        ({"id": 1, "method": "ping"}, 1, -32600),
        ({"jsonrpc": "2.0", "id": 1, "method": "ping", "params": [1]}, 1, -32602),
        (request("a", "sampling/createMessage"), "a", -32601),
        (request(1, "initialize"), 1, -32602),
    ],
)
def test_what_is_no_request_is_refused_and_survived(
    client: Client, message: object, number: object, code: int
) -> None:
    refusal = client.ask(message)

    assert (number, code) == (refusal["id"], refusal["error"]["code"])
    assert client.ask(request("s", "ping"))["result"] == {}


def test_what_asks_for_nothing_gets_nothing(client: Client) -> None:
    client.send(
        b"",
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "method": "notifications/nobody/knows", "params": [1]},
        {"jsonrpc": "2.0", "id": 7, "result": {}},
        cancel(7),
        cancel([]),
    )

    assert client.ask(request(1, "ping"))["id"] == 1


def test_a_line_without_an_end_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gitmem.mcp.wire._MOST_BYTES", 100)
    out = io.BytesIO()
    text = b"x" * 350 + b"\n" + json.dumps(request(1, "ping")).encode() + b"\n" + b"y" * 350

    Server(Wire(io.BytesIO(text), out), Lookup).run()

    answers = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [answer["id"] for answer in answers] == [None, 1, None]


def test_the_protocol_is_served_while_a_call_is_answered(client: Client, lookup: Lookup) -> None:
    client.send(request(1, "tools/call", name="search"), request(2, "resources/read"))
    assert lookup.has_begun.wait(SECONDS)

    assert client.ask(request(3, "ping"))["id"] == 3
    assert len(client.ask(request(4, "tools/list"))["result"]["tools"]) == 5
    lookup.may_answer.set()

    first, second = client.read(), client.read()
    assert (first["id"], first["result"]["method"]) == (1, "tools/call")
    assert (second["id"], second["result"]["method"]) == (2, "resources/read")


def test_a_call_that_is_given_up_is_neither_begun_nor_answered(
    client: Client, lookup: Lookup
) -> None:
    client.send(*(request(number, "tools/call", at=number) for number in (1, 2, 3)))
    assert lookup.has_begun.wait(SECONDS)
    client.send(cancel(1), cancel(2))
    client.ask(request(4, "ping"))  # it has read so far
    lookup.may_answer.set()

    assert client.read()["id"] == 3
    assert [one["at"] for one in lookup.asked] == [1, 3]
    assert client.end() == []


def test_a_refused_call_and_a_lost_pair_of_surrogates(client: Client, lookup: Lookup) -> None:
    lookup.may_answer.set()

    refusal = client.ask(request("a", "tools/call", code=INVALID_PARAMETERS))
    assert refusal["error"] == {"code": INVALID_PARAMETERS, "message": "no"}
    assert client.ask(request("b", "tools/call", text="\ud800"))["result"]["text"] == "\ud800"


def test_what_was_asked_before_the_end_is_answered(client: Client, lookup: Lookup) -> None:
    lookup.may_answer.set()
    client.send(request(1, "tools/call"), request(2, "prompts/get"))

    assert [answer["id"] for answer in client.end()] == [1, 2]
    assert lookup.is_closed


def test_a_call_that_does_not_end_keeps_nobody(
    client: Client, lookup: Lookup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gitmem.mcp.server._PATIENCE_SECONDS", 0.05)
    client.send(request(1, "tools/call"))
    assert lookup.has_begun.wait(SECONDS)

    assert client.end() == []


def test_a_gitmem_that_cannot_be_loaded_says_so_to_every_call() -> None:
    client = Client(Lookup(), load_fails=True)

    for number in (1, 2):
        error = client.ask(request(number, "tools/call"))["error"]
        assert error["code"] == INTERNAL_ERROR
        assert "no module" in error["message"]
    client.end()
