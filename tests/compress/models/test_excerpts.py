from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmem.compress.models.excerpts import (
    LEFT_OUT,
    keep_lines,
    keep_newest,
    keep_story,
    keep_telling,
    keep_words_about_code,
)

SUMMARY = """This session is being continued from a previous conversation that ran out of context.

Analysis:
1. **First**: the user asked, and I looked.

Summary:
1. Primary Request and Intent:
   Uploads must survive a broken connection.
2. Key Technical Concepts:
   - HTTP
3. Files and Code Sections:
   - up.py: `retry()`
4. Errors and fixes:
   - The proxy hangs up after ten seconds.
6. All user messages:
   - "no more than three times"
8. Current Work:
   Editing up.py.

Please continue the conversation from where we left it off."""


@given(st.text(alphabet="ab \n", max_size=400), st.integers(20, 200))
def test_what_is_kept_is_whole_lines_of_the_text(text: str, limit: int) -> None:
    kept = keep_lines(text, limit)

    assert len(kept) <= max(limit, 20) + len(LEFT_OUT) + 2
    if len(text) <= limit:
        assert kept == text
    elif max(map(len, text.split("\n"))) < limit // 3 - 1:
        head, _, tail = kept.partition(LEFT_OUT)
        assert text.startswith(head.rstrip("\n"))
        assert text.endswith(tail.lstrip("\n"))


@pytest.mark.parametrize("text", [" " * 500, "x" * 500, "\n" * 500, "x" * 300 + " " * 300])
def test_a_text_without_words_or_lines_is_cut_all_the_same(text: str) -> None:
    assert len(keep_lines(text, 60)) < 80


def test_a_line_that_is_too_long_alone_is_cut_between_words() -> None:
    kept = keep_lines("words " * 100, 60)

    assert set(kept.replace(LEFT_OUT, "").split()) == {"words"}


def test_the_telling_lines_and_the_last_ones_are_kept_in_order() -> None:
    lines = [f"noise {number}" for number in range(200)]
    lines[90] = "panic: the id is too long"

    kept = keep_telling("\n".join(lines), lambda line: line.startswith("panic"), 120).split("\n")

    assert kept[:3] == [LEFT_OUT, "panic: the id is too long", LEFT_OUT]
    assert kept[3:] == lines[-len(kept[3:]) :]
    assert len("\n".join(kept)) < 150
    assert keep_telling("short", lambda line: False, 120) == "short"


def test_the_newest_parts_are_kept_and_one_at_least() -> None:
    assert keep_newest(["a" * 9, "b" * 5, "c" * 4], 10) == ["b" * 5, "c" * 4]
    assert keep_newest(["a" * 50], 10) == ["a" * 50]


def test_of_a_summary_the_story_is_kept_and_not_the_lists_of_code() -> None:
    story = keep_story(SUMMARY, 5_000)

    assert "Uploads must survive" in story
    assert "hangs up after ten seconds" in story
    assert '"no more than three times"' in story
    for elsewhere in ("I looked", "HTTP", "retry()", "Editing", "Please continue", "continued"):
        assert elsewhere not in story


def test_of_a_summary_in_another_form_lines_are_kept() -> None:
    assert keep_story("We renamed it.\nThen we stopped.", 500) == "We renamed it.\nThen we stopped."


def test_a_long_part_of_a_summary_gives_way_to_the_short_ones() -> None:
    long = SUMMARY.replace("Uploads must", "\n   ".join(["It is so."] * 400) + "\n   Uploads must")

    story = keep_story(long, 600)

    assert len(story) < 700
    assert "hangs up after ten seconds" in story
    assert '"no more than three times"' in story


def test_a_long_block_of_code_is_cut_to_where_it_begins_and_words_are_not() -> None:
    code = "\n".join(f"line {number}" for number in range(40))
    text = f"Before.\n```py\n{code}\n```\nAfter, ```inline``` and\n```\nshort\n```"

    kept = keep_words_about_code(text)

    assert "line 0\n" in kept
    assert "line 39" not in kept
    assert kept.startswith("Before.")
    assert kept.endswith("After, ```inline``` and\n```\nshort\n```")
