from __future__ import annotations

import json

import pytest
from hypothesis import given

from gitmem.guard.json_text import json_text
from gitmem.model.memory import Memory
from gitmem.model.memory_line import (
    MAX_LINE_BYTES,
    MemoryLine,
    NoMemoryLine,
    parse_memory_line,
    render_memory_line,
)
from tests.strategies import memories

COMMIT = "a" * 40


@given(memories())
def test_a_line_gives_its_memory_back(memory: Memory) -> None:
    """Whatever a memory holds, fields of later versions too: the line loses nothing."""
    text = json_text(render_memory_line(MemoryLine(COMMIT, memory)))

    found = parse_memory_line(text.encode())

    assert "\n" not in text
    assert found == MemoryLine(COMMIT, memory)
    assert found.memory is not None
    assert found.memory.id == memory.id


def _line(**given: object) -> bytes:
    fields = {
        "format": "gitmem-memory/1",
        "commit": COMMIT,
        "memory": {"kind": "note", "title": "t"},
    }
    return json.dumps({**fields, **given}).encode()


def _nested(depth: int) -> object:
    value: object = "x"
    for _ in range(depth):
        value = {"a": value}
    return value


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b"[]",
        b"\xff\xfe{}",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"{" + b" " * MAX_LINE_BYTES + b"}",
        b'{"type": "user", "sessionId": "s"}',
        _line(format="gitmem-memory/2"),
        _line(format=1),
        _line(commit="HEAD"),
        _line(commit="A" * 40),
        _line(memory="text"),
        _line(memory={"kind": "note"}),
        _line(memory={"kind": "note", "title": 3}),
        _line(memory={"kind": "note", "title": "t", "extra": _nested(40)}),
        _line(id="m" + "0" * 20),
        _line(pin={"pins": "no id"}),
        _line(pin=[]),
        b'{"format": "gitmem-memory/1", "commit": "' + COMMIT.encode() + b'", "memory": NaN}',
    ],
)
def test_what_is_no_line_of_ours_is_refused(data: bytes) -> None:
    with pytest.raises(NoMemoryLine):
        parse_memory_line(data)
