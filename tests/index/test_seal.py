from __future__ import annotations

import multiprocessing
import os
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmem.index import seal
from gitmem.index.cache import Index
from gitmem.index.memories import memories_of, memory_count
from gitmem.model.memory import Memory
from gitmem.model.note import Document, Note, note_of

WRITERS, ROUNDS = 3, 15


def tip(number: int) -> str:
    return f"{number:040x}"


def note(title: str) -> Note:
    return note_of([Document(title.encode(), memory=Memory("change", title))])


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A state folder whose index holds five memories."""
    with closing(Index.open(tmp_path / "state")) as index:
        index.apply([(tip(n), note(f"Retry {n}")) for n in range(5)], tip(1))
    return tmp_path / "state"


def file_in(state: Path) -> Path:
    return state / "index" / "memories.sqlite3"


def is_repaired(state: Path, *, is_thorough: bool = False) -> bool:
    with closing(Index.open(state, is_thorough=is_thorough)) as index:
        return index.is_repaired


def test_what_a_writer_left_is_whole(state: Path) -> None:
    assert seal.is_sealed(file_in(state))
    assert not is_repaired(state)
    assert sorted(path.name for path in (state / "index").iterdir()) == [
        "memories.sqlite3",
        "seal",
    ]


@given(st.data())
def test_any_flipped_bit_is_noticed(state: Path, data: st.DataObject) -> None:
    file = file_in(state)
    whole = file.read_bytes()
    place = data.draw(st.integers(0, len(whole) - 1))
    flipped = bytearray(whole)
    flipped[place] ^= 1 << data.draw(st.integers(0, 7))

    file.write_bytes(flipped)
    noticed = not seal.is_whole(file)
    file.write_bytes(whole)

    assert noticed
    assert seal.is_whole(file)


@pytest.mark.parametrize("name", ["seal", "seal-broken"])
def test_a_file_without_its_seal_is_nobodys(state: Path, name: str) -> None:
    (state / "index" / name).unlink(missing_ok=True)

    assert is_repaired(state) == (name == "seal")


@pytest.mark.parametrize("text", ["", "no number", "1 2 3", "9" * 10_000])
def test_a_damaged_seal_fits_no_file(state: Path, text: str) -> None:
    (state / "index" / "seal").write_text(text)

    assert is_repaired(state)


def test_a_copied_folder_is_whole_and_sealed_anew(state: Path, tmp_path: Path) -> None:
    shutil.copytree(state, tmp_path / "copy")
    assert not seal.is_sealed(file_in(tmp_path / "copy"))

    assert not is_repaired(tmp_path / "copy")

    assert seal.is_sealed(file_in(tmp_path / "copy"))


def test_between_a_writing_and_its_seal_the_file_is_trusted(state: Path) -> None:
    with closing(Index.open(state)) as writer:
        writer.apply([(tip(9), note("Cache it"))], tip(2))

        assert not seal.is_sealed(file_in(state))
        assert not is_repaired(state)


def test_a_writer_that_was_killed_costs_nothing(state: Path) -> None:
    killed = Index.open(state)
    killed.apply([(tip(9), note("Cache it"))], tip(2))
    copy = state.parent / "as-after-a-kill"
    shutil.copytree(state, copy)  # with its log, and the broken seal
    killed.close()

    with closing(Index.open(copy)) as index:
        assert not index.is_repaired
        assert memory_count(index) == 6
    assert seal.is_sealed(file_in(copy))


def test_a_disk_that_forgets_is_noticed_by_who_is_thorough(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the file system says is as it was: so only the bytes tell."""
    file = file_in(state)
    before = seal._looks(file)
    damaged = file.read_bytes().replace(b"Retry 3", b"Retry 8").replace(b"\0\0\1", b"\0\1\1")
    file.write_bytes(damaged)
    monkeypatch.setattr(seal, "_looks", lambda file: before)

    assert seal.is_whole(file, is_thorough=True)  # it was looked at today
    later = time.time() + 2 * 24 * 3600
    monkeypatch.setattr(time, "time", lambda: later)
    assert seal.is_whole(file)
    assert not seal.is_whole(file, is_thorough=True)


def test_a_large_file_is_sealed_by_who_has_the_time(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gitmem.index.cache._QUICK_BYTES", 0)
    with closing(Index.open(state)) as index:
        index.apply([(tip(9), note("Cache it"))], tip(2))
    assert not seal.is_sealed(file_in(state))

    with closing(Index.open(state)) as index:
        index.seal()

    assert seal.is_sealed(file_in(state))


def test_beside_a_reader_the_file_is_sealed_later(state: Path) -> None:
    with closing(Index.open(state)) as reader, reader.reader() as database:
        database.execute("BEGIN")
        database.execute("SELECT count(*) FROM memory").fetchone()
        with closing(Index.open(state)) as writer:
            writer.apply([(tip(9), note("Cache it"))], tip(2))
        assert not seal.is_sealed(file_in(state))
        database.execute("COMMIT")

    assert seal.is_sealed(file_in(state))  # by the reader, who was the last


def _write(state: Path, number: int) -> None:
    for turn in range(ROUNDS):
        with closing(Index.open(state)) as index:
            if index.is_repaired:
                os._exit(1)
            known = index.tip
            try:
                index.apply([(tip(number), note(f"{known} {turn}"))], tip(100 * number + turn))
                memories_of(index, [tip(number)])
            except sqlite3.OperationalError:
                continue  # busy


def test_many_writers_never_take_each_other_for_damage(state: Path) -> None:
    context = multiprocessing.get_context("fork")
    crowd = [context.Process(target=_write, args=(state, n)) for n in range(1, WRITERS + 1)]
    for process in crowd:
        process.start()
    for process in crowd:
        process.join()

    assert [process.exitcode for process in crowd] == [0] * WRITERS
    assert not is_repaired(state)
