"""Words are found in whatever role they were said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

import pytest

from gitmem.index.fields import FIELDS
from gitmem.model.memory import Decision, Memory, Provenance, RecordedError
from gitmem.model.query import Query
from gitmem.model.text_roles import Role
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from gitmem.recall.results import search
from gitmem.refresh.refresh import refresh
from gitmem.state.pending import Pending, PendingStore
from tests.support.git import GitDriver

_SEARCHED = {role for field in FIELDS for role in field.roles}
_HOLDERS: dict[type, tuple[str, Any]] = {
    Decision: ("decisions", Decision("c")),
    RecordedError: ("errors", RecordedError("e")),
}


def _cases() -> Iterator[tuple[type, str]]:
    for cls in (Memory, *_HOLDERS):
        for field in fields(cls):
            holds_text = "str" in str(field.type) and "Mapping" not in str(field.type)
            if holds_text and field.metadata.get(Role, Role.PROSE) in _SEARCHED:
                yield cls, field.name


CASES = list(_cases())


def memory_with(cls: type, name: str, word: str) -> Memory:
    """A memory that has the word in this field alone."""
    origin = Provenance(time="2026-01-01T00:00:00Z")
    memory = Memory("change", "nothing to see", why="w", provenance=origin)
    if cls is Memory:
        return replace(memory, **{name: _value(cls, name, word)})
    field, empty = _HOLDERS[cls]
    changed: dict[str, Any] = {field: (replace(empty, **{name: _value(cls, name, word)}),)}
    return replace(memory, **changed)


def _value(cls: type, name: str, word: str) -> Any:
    kind = next(str(field.type) for field in fields(cls) if field.name == name)
    return (f"of {word} here",) if kind.startswith("tuple") else f"of {word} here"


def test_the_roles_that_issue_speaks_of_are_among_them() -> None:
    names = {name for _, name in CASES}

    assert {"why", "chose", "because", "rejected", "message", "frames", "resolution"} <= names


@pytest.mark.parametrize(("cls", "name"), CASES)
def test_a_word_is_found_in_whatever_field_it_stands(
    committed: GitDriver, cls: type, name: str
) -> None:
    commit = committed.out("rev-parse", "HEAD")
    other = Memory("change", "something else", why="a reason")
    documents = [document_of(memory_with(cls, name, "zanzibar")), document_of(other)]
    NoteStore(committed.repo).add({commit: documents}, "notes: test")
    refresh(committed.repo).close()

    found = search(committed.repo, Query(text="zanzibar"))

    assert [hit.memory.title == other.title for hit in found[:1]] == [False]
    words = {reason.name for reason in found[0].reasons if reason.value > 0}
    assert "words" in words


@pytest.mark.parametrize(("cls", "name"), CASES)
def test_pending_work_is_found_by_the_same_words(
    committed: GitDriver, cls: type, name: str
) -> None:
    memory = memory_with(cls, name, "zanzibar")
    PendingStore(committed.repo).put(Pending(memory, str(committed.path)))

    assert [hit.memory.id for hit in search(committed.repo, Query(text="zanzibar"))] == [memory.id]
    assert search(committed.repo, Query(text="tanganyika")) == []


def test_a_long_error_hides_no_word_behind_it(committed: GitDriver) -> None:
    printed = "\n".join(f"frame {n} of the run" for n in range(1_000))
    error = RecordedError(f"E: begin\n{printed}", (printed,), "mended in zanzibar")
    memory = Memory("bugfix", "t", errors=(error,), next=("tell tanganyika",))
    commit = committed.out("rev-parse", "HEAD")
    NoteStore(committed.repo).add({commit: [document_of(memory)]}, "notes: test")
    refresh(committed.repo).close()

    for word in ("zanzibar", "tanganyika", "begin"):
        (hit,) = search(committed.repo, Query(text=word))
        assert "words" in {reason.name for reason in hit.reasons if reason.value > 0}
