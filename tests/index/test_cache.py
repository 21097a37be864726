from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmem.errors import GitmemError
from gitmem.index.cache import Index, IndexedMemory
from gitmem.model.memory import Memory, Provenance, Tombstone
from gitmem.model.note import Document, Note, note_of
from tests.strategies import notes

TIP = "1" * 40
NEXT_TIP = "2" * 40


def oid(number: int) -> str:
    return f"{number:040x}"


def note(*contents: Memory | Tombstone) -> Note:
    return note_of(
        Document(repr(content).encode(), memory=content)
        if isinstance(content, Memory)
        else Document(repr(content).encode(), tombstone=content)
        for content in contents
    )


def titles(stored: list[IndexedMemory]) -> list[str]:
    return [found.memory.title for found in stored]


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    with closing(Index.open(tmp_path / "gitmem")) as opened:
        yield opened


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The file of an index that holds one memory."""
    with closing(Index.open(tmp_path / "gitmem")) as index:
        index.apply([(oid(1), note(Memory("change", "kept")))], TIP)
    return tmp_path / "gitmem" / "index" / "memories.sqlite3"


def test_a_new_index_is_empty(index: Index) -> None:
    assert index.tip is None
    assert index.memories_of([oid(1)]) == []
    assert index.last_record("s") == 0
    assert not index.repaired
    assert not index.is_volatile


def test_what_was_applied_is_there_when_opened_again(file: Path) -> None:
    with closing(Index.open(file.parents[1])) as index:
        assert index.tip == TIP
        assert index.memories_of([oid(1)]) == [IndexedMemory(Memory("change", "kept"), oid(1))]


def test_applying_replaces_what_a_commit_had(index: Index) -> None:
    index.apply([(oid(1), note(Memory("change", "old"))), (oid(2), note())], TIP)
    index.apply([(oid(1), note(Memory("change", "new"))), (oid(2), None)], NEXT_TIP)

    assert titles(index.memories_of([oid(1)])) == ["new"]
    assert index.annotated() == {oid(1)}
    assert index.tip == NEXT_TIP


def test_rebuilding_forgets_what_was_there(index: Index) -> None:
    index.apply([(oid(1), note(Memory("change", "old")))], TIP)
    index.rebuild([(oid(2), note(Memory("change", "new")))], NEXT_TIP)

    assert index.annotated() == {oid(2)}
    assert titles(index.memories_of([oid(1), oid(2)])) == ["new"]


def test_memories_come_in_the_order_of_commits_and_of_age(index: Index) -> None:
    old = Memory("change", "z old", provenance=Provenance(time="2026-01-01T00:00:00Z"))
    young = Memory("change", "a young", provenance=Provenance(time="2026-01-02T00:00:00Z"))
    index.apply([(oid(1), note(young, old)), (oid(2), note(Memory("change", "other")))], TIP)

    assert titles(index.memories_of([oid(2), oid(1)])) == ["other", "z old", "a young"]


def test_more_commits_than_a_statement_takes_parameters(index: Index) -> None:
    index.apply([(oid(n), note(Memory("change", f"m{n}"))) for n in range(2_500)], TIP)

    commits = [oid(n) for n in reversed(range(2_500))]

    assert titles(index.memories_of(commits)) == [f"m{n}" for n in reversed(range(2_500))]


def test_with_a_limit_no_more_commits_are_asked_for_than_needed(index: Index) -> None:
    index.apply([(oid(n), note(Memory("change", f"m{n}"))) for n in range(10)], TIP)
    commits = iter([oid(n) for n in range(5_000)])

    assert titles(index.memories_of(commits, limit=3)) == ["m0", "m1", "m2"]
    assert next(commits) is not None


def test_a_forgotten_memory_is_gone_wherever_its_tombstone_stands(index: Index) -> None:
    memory = Memory("change", "secret")
    index.apply([(oid(1), note(memory)), (oid(2), note(Tombstone(memory.id, "by hand")))], TIP)

    assert index.memories_of([oid(1), oid(2)]) == []
    assert index.find(memory.id) == []
    assert index.memory_count() == 0


def test_a_tombstone_for_the_stated_id_of_an_edited_memory_counts(index: Index) -> None:
    edited = Document(b"x", memory=Memory("change", "edited"), stated_id="m" + "a" * 20)
    index.apply([(oid(1), note_of([edited]))], TIP)
    assert titles(index.find("maaa")) == ["edited"]

    index.apply([(oid(2), note(Tombstone("m" + "a" * 20, "by hand")))], NEXT_TIP)

    assert index.memories_of([oid(1)]) == []


def test_one_content_under_two_stated_ids_is_one_memory(index: Index) -> None:
    memory = Memory("change", "same")
    copies = [
        Document(b"a", memory=memory, stated_id=memory.id),
        Document(b"b", memory=memory, stated_id="m" + "a" * 20),
    ]
    index.apply([(oid(1), note_of(copies))], TIP)

    assert titles(index.memories_of([oid(1)])) == ["same"]


def test_a_superseded_memory_is_found_by_id_only(index: Index) -> None:
    old = Memory("change", "old")
    new = Memory("change", "new", supersedes=(old.id,))
    index.apply([(oid(1), note(old)), (oid(2), note(new))], TIP)

    assert titles(index.memories_of([oid(1), oid(2)])) == ["new"]
    assert titles(index.find(old.id)) == ["old"]


def test_forgetting_the_newer_memory_brings_the_older_back(index: Index) -> None:
    old = Memory("change", "old")
    new = Memory("change", "new", supersedes=(old.id,))
    forgotten = note(Tombstone(new.id, "was wrong"))
    index.apply([(oid(1), note(old)), (oid(2), note(new)), (oid(3), forgotten)], TIP)

    assert titles(index.memories_of([oid(1), oid(2)])) == ["old"]


def test_a_memory_is_found_by_the_beginning_of_its_id(index: Index) -> None:
    memory = Memory("change", "wanted")
    index.apply([(oid(1), note(memory)), (oid(2), note(memory, Memory("change", "x")))], TIP)

    assert [found.commit for found in index.find(memory.id[:8])] == [oid(1), oid(2)]


@pytest.mark.parametrize("name", ["", "x", "M", "m%", "m_", "mg", "m" + "0" * 21, "m'--"])
def test_what_is_no_id_finds_nothing(index: Index, name: str) -> None:
    index.apply([(oid(1), note(Memory("change", "one")))], TIP)

    assert index.find(name) == []


def test_the_last_record_of_a_session_is_the_largest(index: Index) -> None:
    captured = [
        Memory("change", "a", provenance=Provenance(session="s", records=(0, 40))),
        Memory("change", "b", provenance=Provenance(session="s", records=(40, 90))),
        Memory("change", "c", provenance=Provenance(session="other", records=(0, 400))),
        Memory("change", "d", provenance=Provenance(session="s")),
    ]
    index.apply([(oid(n), note(memory)) for n, memory in enumerate(captured)], TIP)

    assert index.last_record("s") == 90


@pytest.mark.parametrize(
    "memory",
    [
        Memory("change", "lone \ud800 surrogate", provenance=Provenance(session="\ud800")),
        Memory("change", "nul \x00 inside"),
        Memory("change", "far", provenance=Provenance(session="s", records=(0, 1 << 70))),
        Memory("change", "self", supersedes=("not an id", "\ud800", "x", "x")),
    ],
)
def test_hostile_values_are_kept(index: Index, memory: Memory) -> None:
    assert index.apply([(oid(1), note(memory))], TIP)

    assert [found.memory for found in index.memories_of([oid(1)])] == [memory]


@given(st.dictionaries(st.integers(0, 5).map(oid), notes(), max_size=4))
def test_what_is_not_forgotten_or_superseded_comes_back_equal(contents: dict[str, Note]) -> None:
    forgotten = {t.id for found in contents.values() for t in found.tombstones}
    every = {m.id: m for found in contents.values() for m in found.memories}
    superseded = {old for m in every.values() if m.id not in forgotten for old in m.supersedes}
    wanted = {
        (commit, memory.id)
        for commit, found in contents.items()
        for memory in found.memories
        if memory.id not in forgotten | superseded
    }
    with closing(Index.in_memory()) as index:
        index.apply(contents.items(), TIP)
        got = index.memories_of(contents)

    assert {(found.commit, found.memory.id) for found in got} == wanted
    assert all(found.memory == every[found.memory.id] for found in got)


def test_an_error_while_applying_changes_nothing(index: Index) -> None:
    def breaking() -> Iterator[tuple[str, Note | None]]:
        yield oid(1), note(Memory("change", "half"))
        raise RuntimeError("git went away")

    with pytest.raises(RuntimeError):
        index.apply(breaking(), TIP)

    assert index.tip is None
    assert index.memories_of([oid(1)]) == []


def test_another_process_that_was_faster_wins(tmp_path: Path, index: Index) -> None:
    with closing(Index.open(tmp_path / "gitmem")) as other:
        other.apply([(oid(2), note(Memory("change", "theirs")))], NEXT_TIP)

    is_applied = index.apply([(oid(1), note(Memory("change", "mine")))], TIP)

    assert not is_applied
    assert index.tip == NEXT_TIP
    assert titles(index.memories_of([oid(1), oid(2)])) == ["theirs"]


def test_readers_see_the_state_before_while_another_writes(tmp_path: Path, index: Index) -> None:
    index.apply([(oid(1), note(Memory("change", "before")))], TIP)
    seen: list[list[str]] = []

    def changes() -> Iterator[tuple[str, Note | None]]:
        yield oid(1), note(Memory("change", "after"))
        with closing(Index.open(tmp_path / "gitmem")) as reader:
            seen.append(titles(reader.memories_of([oid(1)])))

    index.apply(changes(), NEXT_TIP)

    assert seen == [["before"]]
    assert titles(index.memories_of([oid(1)])) == ["after"]


@pytest.mark.parametrize("content", [b"", b"not a database at all", b"\0" * 5_000])
def test_a_damaged_file_is_built_anew(file: Path, content: bytes) -> None:
    file.write_bytes(content)

    with closing(Index.open(file.parents[1])) as index:
        assert index.tip is None
        assert index.repaired
        assert not index.is_volatile
        assert index.apply([(oid(1), note(Memory("change", "again")))], TIP)
    with closing(Index.open(file.parents[1])) as index:
        assert titles(index.memories_of([oid(1)])) == ["again"]
        assert not index.repaired


def test_a_file_of_another_version_is_built_anew(file: Path) -> None:
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("UPDATE meta SET value = 'gitmem index 999' WHERE key = 'validity'")

    with closing(Index.open(file.parents[1])) as index:
        assert index.tip is None
        assert index.repaired


def test_building_anew_leaves_no_litter_and_hurts_no_reader(file: Path) -> None:
    with closing(Index.open(file.parents[1])) as reader:
        with closing(sqlite3.connect(file)) as database, database:
            database.execute("UPDATE meta SET value = 'another' WHERE key = 'validity'")
        Index.open(file.parents[1]).close()

        assert titles(reader.memories_of([oid(1)])) == ["kept"]
    assert [path.name for path in file.parents[1].iterdir()] == ["index"]


def test_damage_found_while_reading_is_told_and_gone_the_next_time(file: Path) -> None:
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("UPDATE memory SET fields = '{broken'")

    with (
        closing(Index.open(file.parents[1])) as index,
        pytest.raises(GitmemError, match="Run the command again"),
    ):
        index.memories_of([oid(1)])

    with closing(Index.open(file.parents[1])) as index:
        assert index.tip is None


def test_litter_in_the_folder_does_not_keep_an_index_from_being_made(tmp_path: Path) -> None:
    (tmp_path / "gitmem" / "index").mkdir(parents=True)
    (tmp_path / "gitmem" / "index" / "memories.sqlite3-wal").write_bytes(b"left over")

    with closing(Index.open(tmp_path / "gitmem")) as index:
        assert not index.is_volatile
        assert index.apply([(oid(1), note(Memory("change", "one")))], TIP)


def test_where_nothing_can_be_written_the_index_lives_in_memory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file where the folder should be")

    with closing(Index.open(tmp_path / "file" / "gitmem")) as index:
        assert index.is_volatile
        assert index.apply([(oid(1), note(Memory("change", "one")))], TIP)
        assert titles(index.memories_of([oid(1)])) == ["one"]


def test_a_file_that_can_only_be_read_is_taken_into_memory(file: Path) -> None:
    with closing(Index.in_memory(file)) as index:
        assert index.tip == TIP
        assert titles(index.memories_of([oid(1)])) == ["kept"]


def test_a_help_that_can_be_spared_is_not_waited_for(file: Path) -> None:
    """A reader must never wait for a writer, also not to keep what it found out."""
    folder = file.parents[1]
    with closing(Index.open(folder)) as index, closing(Index.open(folder)) as other:
        with index.trying() as database:
            assert database.execute("PRAGMA busy_timeout").fetchone() == (0,)
        with index.trying(is_patient=True) as database:
            assert database.execute("PRAGMA busy_timeout").fetchone() == (5000,)
        passed = []
        with other.reading() as writer:
            writer.execute("BEGIN IMMEDIATE")
            with index.trying() as database:
                database.execute("INSERT INTO meta VALUES ('x', 'y')")
                passed.append(True)
            writer.execute("ROLLBACK")
        with index.reading() as database:
            assert database.execute("PRAGMA busy_timeout").fetchone() == (5000,)

        assert passed == []
