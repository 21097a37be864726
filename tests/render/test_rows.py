from __future__ import annotations

import re
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmem.model.link import Link
from gitmem.model.memory import (
    Citation,
    Decision,
    Memory,
    Provenance,
    RecordedError,
    to_fields,
)
from gitmem.render.rows import rows_beyond, rows_in_full, rows_of_log, wrap_text


@given(st.text(), st.integers(1, 50))
def test_wrapping_loses_no_word(text: str, width: int) -> None:
    assert " ".join(wrap_text(text, width)).split() == text.split()


@given(st.text("ab \n"), st.integers(1, 50))
def test_only_a_line_of_one_word_is_wider_than_the_width(text: str, width: int) -> None:
    assert all(len(line) <= width or " " not in line for line in wrap_text(text, width))


def test_a_path_is_never_broken() -> None:
    assert wrap_text("see src/a/very/long/path.py for it", 10) == [
        "see",
        "src/a/very/long/path.py",
        "for it",
    ]


def test_a_long_error_is_shortened_in_the_log_and_whole_when_shown() -> None:
    memory = Memory(
        "bugfix", "t", errors=(RecordedError("\n".join(f"line {n}" for n in range(20))),)
    )

    (in_log,) = (row for row in rows_of_log(memory) if row.label == "error")
    (shown,) = (row for row in rows_in_full(memory) if row.label == "error")

    assert in_log.text.endswith("line 5\n... 14 more lines")
    assert shown.text.endswith("line 19")


def test_what_was_just_said_is_not_said_again() -> None:
    memory = Memory(
        "decision",
        "t",
        why="Two calls in a row\nlost the lock.",
        decisions=(
            Decision("Use flock", "it ends with the process", ("a pid file",)),
            Decision("Retry once", "a second call waits"),
        ),
        files_changed=("a.py",),
    )
    said = """    Hold the lock

        Two calls in a row lost
        the lock. Use flock. Retry once as a second call waits. a.py
    """

    rows = list(rows_of_log(memory))
    left = list(rows_beyond(rows, said))

    assert [row.text for row in left] == [
        "Use flock",
        "it ends with the process",
        "a pid file",
        "Retry once",
        "a second call waits",
        "a.py",
    ]
    assert list(rows_beyond(rows, "")) == rows


@given(st.text("ab .", max_size=20), st.text("ab .", max_size=60))
def test_only_whole_words_count_as_said(why: str, said: str) -> None:
    rows = list(rows_of_log(Memory("change", "t", why=why)))
    words, told = why.split(), said.split()
    is_said = any(told[at : at + len(words)] == words for at in range(len(told)))

    assert list(rows_beyond(rows, said)) == ([] if is_said else rows)


def test_the_log_tells_the_addresses_that_recorders_gave_and_show_tells_all_they_said() -> None:
    links = (
        Link("entire", session="one", checkpoint="a3b2c4d5e6f7"),
        Link("claude", url="https://claude.ai/code/one"),
        Link("copilot", url="https://claude.ai/code/one"),
    )
    memory = Memory("change", "t", provenance=Provenance(links=links))

    log = [(row.label, row.text) for row in rows_of_log(memory)]
    shown = [row.text for row in rows_in_full(memory)]

    assert log == [("link", "https://claude.ai/code/one")]
    assert "entire session one checkpoint a3b2c4d5e6f7" in shown
    assert "claude https://claude.ai/code/one" in shown


def test_a_memory_of_a_newer_schema_says_so() -> None:
    rows = {row.label: row.text for row in rows_in_full(Memory("change", "t", schema=2))}

    assert rows["schema"] == "2 (written by a newer gitmem)"


_MARK = "zanzibar"
_NOT_SHOWN: dict[str, str] = {
    "kind": "stands beside the title",
    "title": "stands above the rows",
    "schema": "only where it is a newer one",
}


@pytest.mark.parametrize("name", sorted({f.name for f in fields(Memory)} - set(_NOT_SHOWN)))
def test_every_field_of_a_memory_is_shown_in_full(name: str) -> None:
    """A new field is shown, or is listed above with the reason why it is not."""
    memory = replace(Memory("change", "t"), **{name: _marked(name)})

    assert _MARK in "\n".join(f"{row.label} {row.text}" for row in rows_in_full(memory))


@pytest.mark.parametrize("cls", [Decision, RecordedError, Citation, Provenance, Link])
def test_every_field_of_its_parts_is_shown_in_full(cls: type[Any]) -> None:
    for field in fields(cls):
        part = replace(_PARTS[cls], **{field.name: _value(cls, field.name)})
        rows = rows_in_full(_holding(part))

        assert re.search(f"{_MARK}|4711", "\n".join(f"{r.label} {r.text}" for r in rows)), (
            field.name
        )


_PARTS: dict[type[Any], Any] = {
    Decision: Decision("c"),
    RecordedError: RecordedError("e"),
    Citation: Citation("why"),
    Provenance: Provenance(),
    Link: Link("r"),
}


def _marked(name: str) -> Any:
    parts = {"decisions": Decision(_MARK), "errors": RecordedError(_MARK)}
    parts["citations"] = Citation("why", (3,), _MARK)
    if name in parts:
        return (parts[name],)
    return Provenance(branch=_MARK) if name == "provenance" else _value(Memory, name)


def _value(cls: type[Any], name: str) -> Any:
    if name == "links":
        return (Link(_MARK),)
    kind = next(str(field.type) for field in fields(cls) if field.name == name)
    if "Mapping" in kind:
        return {"x": _MARK}
    if "int" in kind:
        return (4711, 4712) if kind.startswith("tuple") else 4711
    return (_MARK,) if kind.startswith("tuple") else _MARK


def test_every_field_is_described_in_the_format() -> None:
    """By the name it has in a note, in a row of a table of the page."""
    page = (Path(__file__).parents[2] / "docs" / "format.md").read_text("utf-8")
    described = {name for row in re.findall(r"^\| (`[^|]+) \|", page, re.M) for name in _names(row)}
    told: dict[type[Any], Any] = {**_PARTS, Memory: Memory("change", "t")}
    written: set[str] = set()
    for cls, part in told.items():
        for name in {field.name for field in fields(cls)} - {"extra"}:
            value = _marked(name) if cls is Memory else _value(cls, name)
            changed = replace(part, **{name: value}) if name != "schema" else part
            written |= _keys(to_fields(_holding(changed)))

    assert {"rejected", "frames", "citations", "quote", "patch-id", "tokens"} <= written
    assert written - {"x"} - _IN_WORDS <= described


_IN_WORDS = {"chose", "because", "rejected", "message", "frames", "resolution"} | {
    "changed",
    "read",
    "in",
    "out",
}
"""Described in the row of the field that holds them."""


def test_what_is_described_with_its_field_is_described() -> None:
    page = (Path(__file__).parents[2] / "docs" / "format.md").read_text("utf-8")

    assert [name for name in _IN_WORDS if f"`{name}`" not in page] == []


def _names(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def _holding(part: Any) -> Memory:
    if isinstance(part, Memory):
        return part
    part = Provenance(links=(part,)) if isinstance(part, Link) else part
    name = {Decision: "decisions", RecordedError: "errors", Citation: "citations"}.get(type(part))
    changed = {"provenance": part} if name is None else {name: (part,)}
    return replace(Memory("change", "t"), **changed)


def _keys(value: Any) -> set[str]:
    if isinstance(value, dict):
        return {*value} | {key for item in value.values() for key in _keys(item)}
    return {key for item in value for key in _keys(item)} if isinstance(value, list) else set()
