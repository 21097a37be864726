from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmem.model.markdown import (
    cells_of,
    item_texts,
    own_lines,
    plain_lines,
    prose,
    sections_of,
    unmarked,
    without_front_matter,
)

TEXT = """# One
first
## Two ##
- a
  goes on
- [x] b
### Three
deep
# Four
| a | b |
last
"""
PIECES = st.sampled_from(["# a", "## b", "### c", "text", "- item", "| x | y |", "```", "<!--", ""])


def test_sections_with_what_stands_below_and_above() -> None:
    sections = sections_of(plain_lines(TEXT))

    assert [(one.line, one.level, one.title, one.above) for one in sections] == [
        (1, 1, "One", ()),
        (3, 2, "Two", ("One",)),
        (7, 3, "Three", ("One", "Two")),
        (9, 1, "Four", ()),
    ]
    assert item_texts(own_lines(sections[1])) == ["a goes on", "b"]
    assert prose(own_lines(sections[3])) == "last"
    assert [number for number, _ in sections[1].body] == [4, 5, 6, 7, 8]


def test_code_and_comments_are_left_out_and_no_line_changes_its_number() -> None:
    text = "a\n```py\n# no heading\n````\nb <!-- c\nd --> e\n~~~\nopen to the end"

    assert plain_lines(text) == [(1, "a"), (5, "b "), (6, " e")]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("---\nStatus: 'open'\n nested: x\n---\n# A\n", {"status": "open"}),
        ("---\nno end\n# A\n", {}),
        ("# A\n---\nstatus: open\n---\n", {}),
    ],
)
def test_front_matter(text: str, told: dict[str, str]) -> None:
    rest, found = without_front_matter(text)

    assert found == told
    assert rest.count("\n") == text.count("\n")
    assert "# A" in rest


@pytest.mark.parametrize(
    ("line", "cells"),
    [("| a | b |", ["a", "b"]), ("  |a|", ["a"]), ("| a", []), ("a | b | c", []), ("", [])],
)
def test_cells_of_a_row(line: str, cells: list[str]) -> None:
    assert cells_of(line) == cells


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("- **Use** [SQLite](https://sqlite.org)", "Use SQLite"),
        ("> quoted __words__", "quoted words"),
        ("3) a `code_name` stays", "a `code_name` stays"),
        ("![picture](a.png) text", "picture text"),
    ],
)
def test_marks_are_taken_off(text: str, plain: str) -> None:
    assert unmarked(text) == plain


@given(st.lists(PIECES, max_size=30))
def test_own_lines_and_headings_are_the_lines_behind_the_first_heading(pieces: list[str]) -> None:
    lines = plain_lines("\n".join(pieces))
    sections = sections_of(lines)
    told = [
        number
        for section in sections
        for number in (section.line, *(number for number, _ in own_lines(section)))
    ]
    first = sections[0].line if sections else len(pieces) + 2

    assert told == [number for number, _ in lines if number >= first]
