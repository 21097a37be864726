from __future__ import annotations

import io
import json
import tracemalloc

import pytest

from gitmem.agents.lines import MAX_LINE_BYTES, read_lines, without_long_data

PICTURE = "iVBORw0KGgo" + "A" * (MAX_LINE_BYTES + 10)


@pytest.mark.parametrize("spelling", [True, False], ids=["escaped", "utf-8"])
def test_the_words_beside_a_picture_of_any_size(spelling: bool) -> None:
    record = {"text": 'déjà\n"vu" — 日本語', "data": PICTURE, "end": "\nAAAA" + "b" * 9_000}
    line = json.dumps(record, ensure_ascii=spelling).encode() + b"\n"

    first, second = read_lines(io.BytesIO(line + b'{"next":1}\n'))

    assert first.data is not None
    kept = json.loads(first.data)
    assert kept["text"] == record["text"]
    assert len(kept["data"]) < 100
    assert (first.end_byte, second.data) == (len(line), b'{"next":1}\n')


def test_a_line_of_too_many_words_is_still_passed_over() -> None:
    line = b'"' + b"many words " * (MAX_LINE_BYTES // 10) + b'"\n'

    assert [line.data for line in read_lines(io.BytesIO(line + b"{}\n"))] == [None, b"{}\n"]


def test_a_picture_is_never_held() -> None:
    chunks = (b"A" * (1 << 20) for _ in range(64))
    tracemalloc.start()

    kept = without_long_data(chunks, 1 << 20)

    assert kept is not None
    assert len(kept) < 100
    assert tracemalloc.get_traced_memory()[1] < 8 << 20
    tracemalloc.stop()
