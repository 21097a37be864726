"""Which lines a tool has read or edited, out of what client 2.1.329 tells its hooks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmem.agents.claude.hook_payload import parse_payload
from gitmem.agents.touched_lines import edited_lines, read_lines, touched_lines

KEYS = (
    *("offset", "limit", "file", "startLine", "numLines", "structuredPatch"),
    *("newStart", "lines", "edits", "old_string"),
)
PAYLOADS = Path(__file__).resolve().parents[2].parent / "shared/claude-code/hook-payloads"


@pytest.mark.parametrize(
    ("asked", "told", "lines"),
    [
        ({"offset": 40, "limit": 41}, {}, ((40, 80),)),
        ({"offset": 40}, {}, ((40, 2_039),)),
        ({"limit": 30}, {}, ((1, 30),)),
        ({}, {}, ()),
        # What was really read counts.
        (
            {"offset": 40, "limit": 500},
            {"startLine": 40, "numLines": 3, "totalLines": 42},
            ((40, 42),),
        ),
        ({}, {"startLine": 1, "numLines": 18, "totalLines": 18}, ()),
        ({}, {"startLine": 1, "numLines": 2_000, "totalLines": 9_000}, ((1, 2_000),)),
        ({"offset": 0, "limit": -3}, {}, ()),
        ({"offset": True, "limit": "9"}, {"startLine": None}, ()),
        ({"offset": 1e300}, {"startLine": float("nan")}, ()),
    ],
)
def test_the_lines_that_were_read(asked: Any, told: Any, lines: Any) -> None:
    assert read_lines(asked, {"file": told}) == lines


def hunk(start: int, *lines: str) -> dict[str, Any]:
    return {"oldStart": start, "newStart": start, "lines": list(lines)}


@pytest.mark.parametrize(
    ("hunks", "lines"),
    [
        ([hunk(5, " a", " b", "-c", "+C", "+D", " e")], [(7, 8)]),
        ([hunk(5, " a", "-b", " c")], [(6, 6)]),
        ([hunk(5, " a", "+b"), hunk(40, "-x", "+y", " z")], [(6, 6), (40, 40)]),
        ([], []),
        ([hunk(0, "+a"), {"newStart": 3}, 7, {"newStart": 3, "lines": [1, None]}], []),
    ],
)
def test_the_lines_that_an_edit_changed_without_those_around_them(hunks: Any, lines: Any) -> None:
    assert edited_lines({"structuredPatch": hunks}) == lines


def test_an_edit_is_told_from_a_read_by_what_was_asked() -> None:
    patch = {"structuredPatch": [hunk(5, "+a")]}

    assert touched_lines({"old_string": "b", "new_string": "a"}, patch) == [(5, 5)]
    assert touched_lines({"edits": [{"old_string": "b"}]}, patch) == [(5, 5)]
    assert touched_lines({"content": "a"}, {"structuredPatch": []}) == []
    assert touched_lines({"offset": 3, "limit": 1}, patch) == ((3, 3),)


def test_the_texts_of_an_edit_are_kept_for_where_no_patch_is_told() -> None:
    asked = {"file_path": "a", "edits": [{"old_string": "x", "new_string": "y"}, {"new_string": 3}]}

    found = parse_payload(json.dumps({"tool_input": asked}).encode())

    assert (found.old_texts, found.new_texts, found.is_edit) == (("x",), ("y",), True)


@pytest.mark.skipif(not PAYLOADS.is_dir(), reason="the client's own payloads are not here")
@pytest.mark.parametrize(
    ("name", "lines"),
    [("Read", ()), ("Edit", [(8, 8), (11, 11)]), ("Write", [])],
)
def test_what_the_client_really_sends(name: str, lines: Any) -> None:
    data = (PAYLOADS / f"PostToolUse.{name}.json").read_bytes()

    assert parse_payload(data).lines == lines


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(KEYS),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_whatever_a_client_sends_the_lines_are_lines(value: Any) -> None:
    asked = value if isinstance(value, dict) else {}

    assert all(0 < first <= last for first, last in touched_lines(asked, value))
