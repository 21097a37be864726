from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gitmem.errors import GitmemError
from gitmem.index.cache import Index
from gitmem.index.commits import annotated_commits
from gitmem.index.memories import IndexedMemory, memories_of
from gitmem.index.sessions import last_record
from gitmem.model.memory import Memory, Provenance, Tombstone
from gitmem.model.note import Document, Note, note_of

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
    assert memories_of(index, [oid(1)]) == []
    assert last_record(index, "s") == 0
    assert not index.is_repaired
    assert not index.is_volatile


def test_what_was_applied_is_there_when_opened_again(file: Path) -> None:
    with closing(Index.open(file.parents[1])) as index:
        assert index.tip == TIP
        assert memories_of(index, [oid(1)]) == [IndexedMemory(Memory("change", "kept"), oid(1))]


def test_applying_replaces_what_a_commit_had(index: Index) -> None:
    index.apply([(oid(1), note(Memory("change", "old"))), (oid(2), note())], TIP)
    index.apply([(oid(1), note(Memory("change", "new"))), (oid(2), None)], NEXT_TIP)

    assert titles(memories_of(index, [oid(1)])) == ["new"]
    assert annotated_commits(index) == {oid(1)}
    assert index.tip == NEXT_TIP


def test_rebuilding_forgets_what_was_there(index: Index) -> None:
    index.apply([(oid(1), note(Memory("change", "old")))], TIP)
    index.rebuild([(oid(2), note(Memory("change", "new")))], NEXT_TIP)

    assert annotated_commits(index) == {oid(2)}
    assert titles(memories_of(index, [oid(1), oid(2)])) == ["new"]


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

    assert [found.memory for found in memories_of(index, [oid(1)])] == [memory]


def test_an_error_while_applying_changes_nothing(index: Index) -> None:
    def breaking() -> Iterator[tuple[str, Note | None]]:
        yield oid(1), note(Memory("change", "half"))
        raise RuntimeError("git went away")

    with pytest.raises(RuntimeError):
        index.apply(breaking(), TIP)

    assert index.tip is None
    assert memories_of(index, [oid(1)]) == []


def test_another_process_that_was_faster_wins(tmp_path: Path, index: Index) -> None:
    with closing(Index.open(tmp_path / "gitmem")) as other:
        other.apply([(oid(2), note(Memory("change", "theirs")))], NEXT_TIP)

    is_applied = index.apply([(oid(1), note(Memory("change", "mine")))], TIP)

    assert not is_applied
    assert index.tip == NEXT_TIP
    assert titles(memories_of(index, [oid(1), oid(2)])) == ["theirs"]


def test_readers_see_the_state_before_while_another_writes(tmp_path: Path, index: Index) -> None:
    index.apply([(oid(1), note(Memory("change", "before")))], TIP)
    seen: list[list[str]] = []

    def changes() -> Iterator[tuple[str, Note | None]]:
        yield oid(1), note(Memory("change", "after"))
        with closing(Index.open(tmp_path / "gitmem")) as reader:
            seen.append(titles(memories_of(reader, [oid(1)])))

    index.apply(changes(), NEXT_TIP)

    assert seen == [["before"]]
    assert titles(memories_of(index, [oid(1)])) == ["after"]


@pytest.mark.parametrize("content", [b"", b"not a database at all", b"\0" * 5_000])
def test_a_damaged_file_is_built_anew(file: Path, content: bytes) -> None:
    file.write_bytes(content)

    with closing(Index.open(file.parents[1])) as index:
        assert index.tip is None
        assert index.is_repaired
        assert not index.is_volatile
        assert index.apply([(oid(1), note(Memory("change", "again")))], TIP)
    with closing(Index.open(file.parents[1])) as index:
        assert titles(memories_of(index, [oid(1)])) == ["again"]
        assert not index.is_repaired


def test_a_file_of_another_version_is_built_anew(file: Path) -> None:
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("UPDATE meta SET value = 'gitmem index 999' WHERE key = 'validity'")

    with closing(Index.open(file.parents[1])) as index:
        assert index.tip is None
        assert index.is_repaired


def test_building_anew_leaves_no_litter_and_hurts_no_reader(file: Path) -> None:
    with closing(Index.open(file.parents[1])) as reader:
        with closing(sqlite3.connect(file)) as database, database:
            database.execute("UPDATE meta SET value = 'another' WHERE key = 'validity'")
        Index.open(file.parents[1]).close()

        assert titles(memories_of(reader, [oid(1)])) == ["kept"]
    assert [path.name for path in file.parents[1].iterdir()] == ["index"]


def test_damage_found_while_reading_is_told_and_gone_the_next_time(file: Path) -> None:
    (file.parent / "seal").rename(file.parent / "seal-broken")
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("UPDATE memory SET fields = '{broken'")

    with (
        closing(Index.open(file.parents[1])) as index,
        pytest.raises(GitmemError, match="Run the command again"),
    ):
        memories_of(index, [oid(1)])

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
        assert titles(memories_of(index, [oid(1)])) == ["one"]


def test_a_file_that_can_only_be_read_is_taken_into_memory(file: Path) -> None:
    with closing(Index.in_memory(file)) as index:
        assert index.tip == TIP
        assert titles(memories_of(index, [oid(1)])) == ["kept"]


def test_a_help_that_can_be_spared_is_not_waited_for(file: Path) -> None:
    """A reader must never wait for a writer, also not to keep what it found out."""
    folder = file.parents[1]
    with closing(Index.open(folder)) as index, closing(Index.open(folder)) as other:
        with index.optional_writer() as database:
            assert database.execute("PRAGMA busy_timeout").fetchone() == (0,)
        with index.optional_writer(is_patient=True) as database:
            assert database.execute("PRAGMA busy_timeout").fetchone() == (5000,)
        passed = []
        with other.reader() as writer:
            writer.execute("BEGIN IMMEDIATE")
            with index.optional_writer() as database:
                database.execute("INSERT INTO meta VALUES ('x', 'y')")
                passed.append(True)
            writer.execute("ROLLBACK")
        with index.reader() as database:
            assert database.execute("PRAGMA busy_timeout").fetchone() == (5000,)

        assert passed == []
