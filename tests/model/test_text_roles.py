"""Whatever a memory says is masked, scrubbed and searched, whoever added the field and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

import pytest
from hypothesis import given

from gitmem.guard.redact import redact_change, redact_memory
from gitmem.guard.scrubbing import Scrubber
from gitmem.model.change import Change, FileChange
from gitmem.model.link import Link
from gitmem.model.memory import (
    Citation,
    Decision,
    Memory,
    Provenance,
    RecordedError,
    from_fields,
    to_fields,
)
from gitmem.model.text_roles import Role, describe_roles, map_texts, texts_of
from tests.guard import samples
from tests.strategies import memories

_SECRET = samples.KEYS["github-token"]
_SEARCHED = frozenset(Role) - {Role.LABEL, Role.IDENTITY}


@dataclass(frozen=True)
class Review:
    by: str = ""
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReviewedMemory(Memory):
    """A memory as somebody might extend it, who never heard of masking."""

    reviewed_by: str = ""
    reviews: tuple[Review, ...] = ()
    votes: Mapping[str, str] = field(default_factory=dict)


REVIEWED = ReviewedMemory(
    "change",
    "t",
    reviewed_by=f"Grace, with {_SECRET}",
    reviews=(Review("Edsger", (f"see {_SECRET}",)),),
    votes={f"of {_SECRET}": f"no, {_SECRET}"},
)


def test_a_field_that_nobody_thought_of_is_masked() -> None:
    assert _SECRET in repr(REVIEWED)

    masked = redact_memory(REVIEWED)

    assert isinstance(masked, ReviewedMemory)
    assert _SECRET not in repr(masked)
    assert masked.reviewed_by.startswith("Grace, with [masked:")


def test_a_field_that_nobody_thought_of_is_scrubbed() -> None:
    masked = map_texts(REVIEWED, Scrubber("Grace", is_regex=False).text, dict)

    assert "Grace" not in masked.reviewed_by


def test_a_field_that_nobody_thought_of_is_searched() -> None:
    found = list(texts_of(REVIEWED, _SEARCHED))

    assert found[:1] == ["t"]
    assert REVIEWED.reviewed_by in found
    assert {"Edsger", f"see {_SECRET}", f"of {_SECRET}", f"no, {_SECRET}"} <= set(found)


def test_ids_and_people_are_neither_masked_nor_searched() -> None:
    origin = Provenance(commit=_SECRET, author=_SECRET, time=_SECRET, session=_SECRET)
    memory = Memory("change", "t", supersedes=(_SECRET,), provenance=origin)

    assert redact_memory(memory) == memory
    assert list(texts_of(memory, _SEARCHED)) == ["t"]


def test_texts_come_in_the_order_of_the_fields() -> None:
    memory = Memory(
        "bugfix",
        "title",
        why="why",
        decisions=(Decision("chose", "because", ("rejected",)),),
        errors=(RecordedError("message", ("frame",), "resolution"),),
        files_changed=("a.py",),
        terms="terms",
    )

    prose = ["why", "chose", "because", "rejected", "message", "resolution"]
    assert list(texts_of(memory, {Role.PROSE})) == prose
    assert list(texts_of(memory, {Role.FRAME, Role.FILE})) == ["frame", "a.py"]


@given(memories())
def test_changing_nothing_is_the_same_memory(memory: Memory) -> None:
    assert map_texts(memory, lambda text: text, lambda mapping: mapping, spare=()) == memory


@given(memories())
def test_every_text_of_a_note_is_reached(memory: Memory) -> None:
    emptied = to_fields(map_texts(memory, lambda _: "x", lambda _: {}, spare=()))

    assert set(_strings(emptied)) <= {"x"}


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [text for item in value.values() for text in _strings(item)]
    return [text for item in value for text in _strings(item)] if isinstance(value, list) else []


_VALUES: Mapping[str, Any] = {
    "decisions": (Decision("x"),),
    "errors": (RecordedError("x"),),
    "citations": (Citation("why", (3, 4), "x"),),
    "links": (Link("x", "x", "x", "x"),),
    "provenance": Provenance(commit="x"),
    "schema": 7,
    "records": (1, 2),
    "tokens_in": 5,
    "tokens_out": 6,
}


@pytest.mark.parametrize("name", [f.name for f in fields(Memory)])
def test_every_field_of_a_memory_is_written_and_read_again(name: str) -> None:
    memory = replace(Memory("change", "t"), **{name: _value(name, Memory)})

    assert getattr(from_fields(to_fields(memory)), name) == getattr(memory, name)


@pytest.mark.parametrize("name", [f.name for f in fields(Provenance)])
def test_every_field_of_an_origin_is_written_and_read_again(name: str) -> None:
    origin = replace(Provenance(), **{name: _value(name, Provenance)})
    memory = Memory("change", "t", provenance=origin)

    assert from_fields(to_fields(memory)).provenance == origin


def _value(name: str, cls: type) -> Any:
    if name in _VALUES:
        return _VALUES[name]
    kind = next(f.type for f in fields(cls) if f.name == name)
    if kind == "str":
        return "x"
    return ("x",) if str(kind).startswith("tuple") else {"y": "x"}


def test_a_change_is_masked_but_for_its_ids_and_people() -> None:
    change = Change(
        commit="c",
        parents=("p",),
        subject=_SECRET,
        message=_SECRET,
        author=_SECRET,
        committer_name="n",
        committer_email="e",
        time=1,
        commit_time=2,
        branch=_SECRET,
        files=(FileChange(_SECRET, "R", old_path=_SECRET),),
        symbols=(_SECRET,),
        added_lines=(_SECRET,),
        removed_words=frozenset({_SECRET}),
    )

    masked = redact_change(change)

    assert masked.author == _SECRET
    assert masked.removed_words == change.removed_words
    assert _SECRET not in repr(replace(masked, author="", removed_words=frozenset()))


def test_a_new_field_and_another_role_are_told_from_what_was() -> None:
    @dataclass(frozen=True)
    class Shown:
        by: str = field(default="", metadata={Role: Role.LABEL})

    known = {describe_roles(cls) for cls in (Memory, ReviewedMemory, Review, Shown)}

    assert len(known) == 4
