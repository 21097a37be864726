from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gitmem.index.cache import Index
from gitmem.index.memories import memories_of, memories_with_id, memory_count
from gitmem.model.memory import Memory, Provenance, Tombstone
from gitmem.model.note import Document, Note, note_of
from tests.index.test_cache import NEXT_TIP, TIP, note, oid, titles
from tests.strategies import notes


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    with closing(Index.open(tmp_path / "gitmem")) as opened:
        yield opened


def test_memories_come_in_the_order_of_commits_and_of_age(index: Index) -> None:
    old = Memory("change", "z old", provenance=Provenance(time="2026-01-01T00:00:00Z"))
    young = Memory("change", "a young", provenance=Provenance(time="2026-01-02T00:00:00Z"))
    index.apply([(oid(1), note(young, old)), (oid(2), note(Memory("change", "other")))], TIP)

    assert titles(memories_of(index, [oid(2), oid(1)])) == ["other", "z old", "a young"]


def test_memories_are_counted_anew_at_each_tip(index: Index) -> None:
    assert memory_count(index) == 0

    index.apply([(oid(1), note(Memory("change", "one"), Memory("change", "two")))], TIP)
    assert [memory_count(index), memory_count(index)] == [2, 2]

    index.apply([(oid(2), note(Memory("change", "three")))], NEXT_TIP)
    assert [memory_count(index), memory_count(index)] == [3, 3]

    index.rebuild([(oid(2), note(Memory("change", "three")))], TIP)
    assert memory_count(index) == 1


def test_more_commits_than_a_statement_takes_parameters(index: Index) -> None:
    index.apply([(oid(n), note(Memory("change", f"m{n}"))) for n in range(2_500)], TIP)

    commits = [oid(n) for n in reversed(range(2_500))]

    assert titles(memories_of(index, commits)) == [f"m{n}" for n in reversed(range(2_500))]


def test_with_a_limit_no_more_commits_are_asked_for_than_needed(index: Index) -> None:
    index.apply([(oid(n), note(Memory("change", f"m{n}"))) for n in range(10)], TIP)
    commits = iter([oid(n) for n in range(5_000)])

    assert titles(memories_of(index, commits, limit=3)) == ["m0", "m1", "m2"]
    assert next(commits) is not None


def test_a_forgotten_memory_is_gone_wherever_its_tombstone_stands(index: Index) -> None:
    memory = Memory("change", "secret")
    index.apply([(oid(1), note(memory)), (oid(2), note(Tombstone(memory.id, "by hand")))], TIP)

    assert memories_of(index, [oid(1), oid(2)]) == []
    assert memories_with_id(index, memory.id) == []
    assert memory_count(index) == 0


def test_a_tombstone_for_the_stated_id_of_an_edited_memory_counts(index: Index) -> None:
    edited = Document(b"x", memory=Memory("change", "edited"), stated_id="m" + "a" * 20)
    index.apply([(oid(1), note_of([edited]))], TIP)
    assert titles(memories_with_id(index, "maaa")) == ["edited"]

    index.apply([(oid(2), note(Tombstone("m" + "a" * 20, "by hand")))], NEXT_TIP)

    assert memories_of(index, [oid(1)]) == []


def test_one_content_under_two_stated_ids_is_one_memory(index: Index) -> None:
    memory = Memory("change", "same")
    copies = [
        Document(b"a", memory=memory, stated_id=memory.id),
        Document(b"b", memory=memory, stated_id="m" + "a" * 20),
    ]
    index.apply([(oid(1), note_of(copies))], TIP)

    assert titles(memories_of(index, [oid(1)])) == ["same"]


def test_a_superseded_memory_is_found_by_id_only(index: Index) -> None:
    old = Memory("change", "old")
    new = Memory("change", "new", supersedes=(old.id,))
    index.apply([(oid(1), note(old)), (oid(2), note(new))], TIP)

    assert titles(memories_of(index, [oid(1), oid(2)])) == ["new"]
    assert titles(memories_with_id(index, old.id)) == ["old"]


def test_forgetting_the_newer_memory_brings_the_older_back(index: Index) -> None:
    old = Memory("change", "old")
    new = Memory("change", "new", supersedes=(old.id,))
    forgotten = note(Tombstone(new.id, "was wrong"))
    index.apply([(oid(1), note(old)), (oid(2), note(new)), (oid(3), forgotten)], TIP)

    assert titles(memories_of(index, [oid(1), oid(2)])) == ["old"]


def test_a_memory_is_found_by_the_beginning_of_its_id(index: Index) -> None:
    memory = Memory("change", "wanted")
    index.apply([(oid(1), note(memory)), (oid(2), note(memory, Memory("change", "x")))], TIP)

    assert [found.commit for found in memories_with_id(index, memory.id[:8])] == [oid(1), oid(2)]


@pytest.mark.parametrize("name", ["", "x", "M", "m%", "m_", "mg", "m" + "0" * 21, "m'--"])
def test_what_is_no_id_finds_nothing(index: Index, name: str) -> None:
    index.apply([(oid(1), note(Memory("change", "one")))], TIP)

    assert memories_with_id(index, name) == []


@given(st.dictionaries(st.integers(0, 5).map(oid), notes(), max_size=4))
def test_what_is_not_forgotten_or_superseded_comes_back_equal(contents: dict[str, Note]) -> None:
    forgotten = {t.id for found in contents.values() for t in found.tombstones}
    every = {m.id: m for found in contents.values() for m in found.memories}
    assume(not any(m.corrects for m in every.values()))  # whom these outrank: test_person_words
    superseded = {old for m in every.values() if m.id not in forgotten for old in m.supersedes}
    wanted = {
        (commit, memory.id)
        for commit, found in contents.items()
        for memory in found.memories
        if memory.id not in forgotten | superseded
    }
    with closing(Index.in_memory()) as index:
        index.apply(contents.items(), TIP)
        got = memories_of(index, contents)

    assert {(found.commit, found.memory.id) for found in got} == wanted
    assert all(found.memory == every[found.memory.id] for found in got)
