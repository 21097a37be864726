"""The small files in .git/gitmem: whole or absent, harmless when damaged."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gitmem.errors import DiskFull
from gitmem.git.repo import Repo
from gitmem.model.job import Job
from gitmem.model.memory import Memory, Provenance
from gitmem.state.batch_files import BatchEntry, BatchFiles
from gitmem.state.context_history import ContextHistory, SessionContext
from gitmem.state.cursors import Cursors, Mark, read_cursors, write_cursors
from gitmem.state.ledger import Ledger, LedgerEntry
from gitmem.state.pending import Pending, PendingStore
from gitmem.state.queue import Queue
from gitmem.state.ref_tips import read_last_tips
from gitmem.state.refused_remotes import keep_refusal, read_refusal
from gitmem.state.rewrite_log import add_pairs, read_pairs
from gitmem.state.scrub_patterns import add_scrub_pattern, read_scrub_patterns
from gitmem.state.sessions import RegisteredSession, Registry
from gitmem.state.skipped_commits import SkippedCommits
from gitmem.state.state_file import StateFile
from gitmem.state.unreachable_notes import (
    UnreachableNotes,
    read_unreachable_notes,
    write_unreachable_notes,
)
from gitmem.state.walk_cache import Walk, keep_walk, read_walks
from tests.support.git import GitDriver

ONE, TWO = "1" * 40, "2" * 40

OTHER_CONTENT = {
    "empty": b"",
    "cut short": b'{"reflogs": {"/r',
    "not UTF-8": b'\xff\xfe{"a": 1}',
    "zeros": b"\0" * 4_096,
    "not JSON": b"<html>",
    "nested without end": b"[" * 100_000,
    "a number": b"3",
    "a number beyond numbers": b'{"reflogs": {"a": 1e999}, "marks": {}}',
    "null": b"null",
    "a text": b'"text"',
    "a list": b"[]",
    "a list of lists": b"[[]]",
    "an object": b"{}",
    "an object of other things": b'{"reflogs": [], "ids": 3, "head": {}, "entries": [1]}',
}
"""What may stand in a file that something else wrote, or that a crash left."""


def as_a_folder(path: Path) -> None:
    path.mkdir()


def below_a_file(path: Path) -> None:
    path.parent.rmdir()
    path.parent.write_text("no folder")


def in_a_circle(path: Path) -> None:
    path.symlink_to(path)


def for_others(path: Path) -> None:
    path.write_text("{}")
    path.chmod(0)


UNREADABLE = [as_a_folder, below_a_file, in_a_circle]
if os.geteuid() != 0:  # who reads everything
    UNREADABLE.append(for_others)


def clear(folder: Path) -> None:
    """Away with it, or with what took its place."""
    if folder.is_dir():
        shutil.rmtree(folder)
    else:
        folder.unlink()


def in_object(value: Any) -> str:
    """A form that many of our files have."""
    return str(value["a"]["b"])


@pytest.fixture
def file(tmp_path: Path) -> StateFile:
    (tmp_path / "state").mkdir()
    return StateFile(tmp_path / "state" / "file")


def test_what_was_written_is_read_back(file: StateFile) -> None:
    file.write_json({"a": {"b": "ä"}})

    assert file.path.read_bytes() == b'{"a": {"b": "\\u00e4"}}'
    assert file.read_json(in_object, "") == "ä"


def test_a_file_that_is_not_there_is_empty(file: StateFile) -> None:
    assert file.read() is None
    assert file.read_json(in_object, "none") == "none"
    assert file.read_json_lines(in_object) is None


@pytest.mark.parametrize("spoil", UNREADABLE)
def test_a_file_that_cannot_be_read_is_empty(
    file: StateFile, spoil: Callable[[Path], None]
) -> None:
    spoil(file.path)

    assert file.read() is None
    assert file.read_json(in_object, "none") == "none"
    assert file.read_json_lines(in_object) is None


@pytest.mark.parametrize("content", OTHER_CONTENT.values(), ids=OTHER_CONTENT)
def test_damage_reads_as_empty(file: StateFile, content: bytes) -> None:
    file.path.write_bytes(content)

    assert file.read_json(in_object, "none") == "none"
    assert file.read_json_lines(in_object) == []


@pytest.mark.parametrize("content", OTHER_CONTENT.values(), ids=OTHER_CONTENT)
def test_a_damaged_line_costs_no_other(file: StateFile, content: bytes) -> None:
    line = b'{"a": {"b": "c"}}\n'
    file.path.write_bytes(line + content + b"\n" + line)

    assert file.read_json_lines(in_object) == ["c", "c"]


def test_no_more_is_read_than_the_file_may_hold(tmp_path: Path) -> None:
    file = StateFile(tmp_path / "file", max_bytes=40)
    line = b'{"a": {"b": "c"}}\n'
    file.path.write_bytes(line * 10)

    assert file.read() == (line * 10)[:40]
    assert file.read_json_lines(in_object) == ["c", "c"]
    assert file.read_json(in_object, "none") == "none"


def test_a_value_that_is_too_large_reads_as_empty(tmp_path: Path) -> None:
    file = StateFile(tmp_path / "file", max_bytes=40)
    file.write_json({"a": {"b": "c" * 40}})

    assert file.read_json(in_object, "none") == "none"


def test_a_failed_write_leaves_the_old_content_and_nothing_else(file: StateFile) -> None:
    file.write(b"old")
    with pytest.raises(TypeError):
        file.write("not bytes")  # type: ignore[arg-type]

    assert file.read() == b"old"
    assert [path.name for path in file.path.parent.iterdir()] == ["file"]


def test_folders_are_made_for_it(tmp_path: Path) -> None:
    StateFile(tmp_path / "a" / "b" / "written").write(b"x")
    StateFile(tmp_path / "c" / "d" / "appended").append(b"x\n")

    assert (tmp_path / "a" / "b" / "written").exists()
    assert (tmp_path / "c" / "d" / "appended").exists()


@pytest.mark.parametrize("mode", [0o600, 0o644])
def test_it_is_for_whom_it_is_meant(tmp_path: Path, mode: int) -> None:
    written, appended = (StateFile(tmp_path / name, mode=mode) for name in ("a", "b"))
    written.write(b"x")
    appended.append(b"x\n")

    for file in (written, appended):
        assert file.path.stat().st_mode & 0o777 == mode


def test_lines_are_added_behind_those_that_are_there(file: StateFile) -> None:
    file.append(b"1\n2\n")
    file.append(b"3\n")

    assert file.read() == b"1\n2\n3\n"


def test_a_line_behind_a_half_written_one_stands_alone(file: StateFile) -> None:
    file.path.write_bytes(b'{"a": {"b": "c')
    file.append(b'{"a": {"b": "d"}}\n')

    assert file.read_json_lines(in_object) == ["d"]


def test_several_that_add_lines_lose_none(file: StateFile) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: file.append(b"%d\n" % n), range(256)))

    assert sorted(file.read_json_lines(int) or []) == list(range(256))


def test_a_line_that_found_no_room_is_told(
    file: StateFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", refuse)

    with pytest.raises(DiskFull, match="cannot write 'file': no space left"):
        file.append(b"line\n")
    with pytest.raises(DiskFull, match="cannot keep this: no space left"):
        file.append(b"line\n", "keep this")


def test_removing_what_is_not_there_is_no_error(file: StateFile) -> None:
    file.write(b"x")
    file.remove()
    file.remove()

    assert not file.path.exists()


@dataclass(frozen=True)
class Kept:
    """One of our files: how it comes to be, how it is read, and what it reads as when empty."""

    fill: Callable[[Repo], object]
    read: Callable[[Repo], object]
    empty: object


FILES = {
    "cursors": Kept(
        lambda r: write_cursors(r, Cursors(marks={"s": Mark(3, 99)})), read_cursors, Cursors()
    ),
    "walk_cache": Kept(
        lambda r: keep_walk(r, Walk(ONE, ((TWO, 3),), 4, True, "b", 5)), read_walks, []
    ),
    "unreachable_notes": Kept(
        lambda r: write_unreachable_notes(r, UnreachableNotes({ONE: TWO})),
        read_unreachable_notes,
        None,
    ),
    "scrub_patterns": Kept(lambda r: add_scrub_pattern(r, "zebra"), read_scrub_patterns, ()),
    "sessions": Kept(
        lambda r: Registry(r).add(RegisteredSession("s", "/t", "/w")),
        lambda r: (Registry(r).get("s"), Registry(r).sessions()),
        (None, []),
    ),
    "pending": Kept(
        lambda r: PendingStore(r).put(
            Pending(Memory("session", "half", provenance=Provenance(session="s")), "/w")
        ),
        lambda r: (PendingStore(r).get("s"), PendingStore(r).newest_first()),
        (None, []),
    ),
    "refused_remotes": Kept(
        lambda r: keep_refusal(r, "origin", "no notes here"),
        lambda r: read_refusal(r, "origin"),
        None,
    ),
    "batches waiting": Kept(
        lambda r: BatchFiles(r).wait([BatchEntry(ONE, ("m1",))]),
        lambda r: BatchFiles(r).waiting(),
        [],
    ),
    "batches running": Kept(
        lambda r: BatchFiles(r).hand_over("b", [BatchEntry(ONE, ("m1",))]),
        lambda r: BatchFiles(r).running(),
        {},
    ),
    "skipped_commits": Kept(
        lambda r: SkippedCommits(r, "judge/1").add([ONE]),
        lambda r: SkippedCommits(r, "judge/1").commits(),
        set(),
    ),
    "ledger": Kept(
        lambda r: Ledger(r).add(LedgerEntry("2026-11-20", ONE, "anthropic/2", "m", 9, 5, 1, 0.1)),
        lambda r: list(Ledger(r).since("2026-11-01")),
        [],
    ),
    "rewrite_log": Kept(lambda r: add_pairs(r, [(ONE, TWO)]), read_pairs, []),
    "context_history": Kept(
        lambda r: ContextHistory(r).add("s", SessionContext(frozenset({"m1"}))),
        lambda r: ContextHistory(r).of("s") or SessionContext(),
        SessionContext(),
    ),
    "queue": Kept(lambda r: Queue(r).add(Job("merge")), lambda r: Queue(r).jobs(), []),
}

kinds = pytest.mark.parametrize("kept", FILES.values(), ids=FILES)


@pytest.fixture
def repo(git: GitDriver) -> Repo:
    git.run("remote", "add", "origin", "/nowhere")
    return git.repo


def written(repo: Repo, kept: Kept) -> Path:
    """The file that is made, and with it the only one there."""
    kept.fill(repo)
    (path,) = (path for path in repo.state_dir.rglob("*") if path.is_file())
    return path


@kinds
def test_each_file_of_ours_is_read_back(repo: Repo, kept: Kept) -> None:
    assert kept.read(repo) == kept.empty

    written(repo, kept)

    assert kept.read(repo) != kept.empty


@kinds
def test_damage_to_any_file_of_ours_reads_as_empty(repo: Repo, kept: Kept) -> None:
    path = written(repo, kept)
    for kind, content in OTHER_CONTENT.items():
        path.write_bytes(content)

        assert kept.read(repo) == kept.empty, kind


@kinds
def test_half_of_any_file_of_ours_reads_as_empty(repo: Repo, kept: Kept) -> None:
    path = written(repo, kept)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    assert kept.read(repo) == kept.empty


@kinds
def test_any_file_of_ours_that_cannot_be_read_is_empty(repo: Repo, kept: Kept) -> None:
    for spoil in UNREADABLE:
        path = written(repo, kept)
        path.unlink()
        spoil(path)

        assert kept.read(repo) == kept.empty, spoil.__name__

        clear(repo.state_dir)


@kinds
def test_any_file_of_ours_can_be_written_over_damage(repo: Repo, kept: Kept) -> None:
    written(repo, kept).write_bytes(b"\xff\n")
    kept.fill(repo)

    assert kept.read(repo) != kept.empty


@pytest.mark.parametrize("spoil", UNREADABLE)
def test_where_the_refs_stood_is_not_known_without_the_file(
    repo: Repo, spoil: Callable[[Path], None]
) -> None:
    repo.state_dir.mkdir()
    spoil(repo.state_dir / "tips")

    assert read_last_tips(repo) is None


def test_the_patterns_of_what_was_scrubbed_are_the_users_alone_to_read(repo: Repo) -> None:
    path = written(repo, FILES["scrub_patterns"])

    assert path.stat().st_mode & 0o777 == 0o600
