from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmem.compress.sentences import condense, looks_like_code, sentences, shorten


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It works. It is fast!", ["It works.", "It is fast!"]),
        ("- one thing\n2. another thing", ["one thing", "another thing"]),
        ("## A heading\nThe text.", ["The text."]),
        ("Before.\n```\ncode = 1\n```\nAfter.", ["Before.", "After."]),
        ("| a | b |\n| - | - |\nText.", ["Text."]),
        ("Two causes:\n\n- the lock", ["Two causes: the lock"]),
        ("Run this:\n```\nmake\n```\nDone.", ["Run this:", "Done."]),
    ],
)
def test_prose_is_cut_into_sentences(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@given(st.text(max_size=400), st.integers(2, 60))
def test_what_is_cut_fits(text: str, limit: int) -> None:
    assert len(shorten(text, limit)) <= limit


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("OK, please add a retry.", "Add a retry."),
        ("Can you rename the flag?", "Rename the flag."),
    ],
)
def test_courtesies_are_left_out(said: str, kept: str) -> None:
    assert condense(said, 100) == kept


@pytest.mark.parametrize(
    "line",
    [
        "+ // Fall back to a new id if the lookup fails (should not happen in normal operation)",
        "// We should not use the cache here because it is stale",
        "- retry(because, of, that)",
    ],
)
def test_lines_of_a_difference_are_no_sentences(line: str) -> None:
    assert looks_like_code(line)


def test_a_point_of_a_list_is_a_sentence() -> None:
    assert not looks_like_code("- We should not use the cache because it is stale.")
