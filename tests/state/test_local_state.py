"""What single files of .git/gitmem hold; the laws of all of them are in test_state_file."""

from __future__ import annotations

import pytest

from gitmem.model.memory import Memory, Provenance
from gitmem.state.cursors import Cursors, Mark, read_cursors, write_cursors
from gitmem.state.error_log import MAX_BYTES, append_log, log_path, read_log
from gitmem.state.pending import Pending, PendingStore
from gitmem.state.sessions import RegisteredSession, Registry
from tests.support.git import GitDriver


def pending(session: str, title: str = "half done") -> Pending:
    memory = Memory("session", title, provenance=Provenance(session=session))
    return Pending(memory, "/w")


def test_a_session_is_registered_once_and_updated(git: GitDriver) -> None:
    registry = Registry(git.repo)
    registry.add(RegisteredSession("s1", "/t/old.jsonl", "/w"))
    registry.add(RegisteredSession("s1", "/t/new.jsonl", "/w"))

    assert registry.sessions() == [RegisteredSession("s1", "/t/new.jsonl", "/w")]


@pytest.mark.parametrize("name", ["../../config", "", ".", "a/b", "x" * 200, "-rf"])
def test_a_session_named_like_a_path_is_not_registered(git: GitDriver, name: str) -> None:
    registry = Registry(git.repo)
    registry.add(RegisteredSession(name, "/t", "/w"))

    assert registry.sessions() == []
    assert registry.get(name) is None


def test_what_is_pending_of_a_session_is_replaced_and_dropped(git: GitDriver) -> None:
    store = PendingStore(git.repo)
    store.put(pending("s1", "first"))
    store.put(pending("s1", "second"))
    store.put(pending("s2"))

    assert store.get("s1") == pending("s1", "second")
    store.drop("s1")
    assert [found.memory.provenance.session for found in store.newest_first()] == ["s2"]


def test_a_pending_session_may_have_any_name(git: GitDriver) -> None:
    store = PendingStore(git.repo)
    store.put(pending("../../../etc/passwd"))

    assert store.get("../../../etc/passwd") is not None
    assert len(list((git.repo.state_dir / "pending").iterdir())) == 1


def test_the_log_keeps_entries_of_several_lines_together(git: GitDriver) -> None:
    git.repo.state_dir.mkdir()
    append_log(git.repo, "first")
    append_log(git.repo, "second\nwith detail")

    assert [entry.split(" ", 1)[1] for entry in read_log(git.repo, 2)] == [
        "first",
        "second\n  with detail",
    ]


def test_the_log_does_not_grow_without_end(git: GitDriver) -> None:
    git.repo.state_dir.mkdir()
    log_path(git.repo).write_bytes(b"x" * (MAX_BYTES + 1))
    append_log(git.repo, "new")

    assert len(read_log(git.repo, 10)) == 1
    assert log_path(git.repo).with_name("log.1").stat().st_size == MAX_BYTES + 1


def test_logging_without_a_folder_is_silent(git: GitDriver) -> None:
    append_log(git.repo, "nobody set this repository up")

    assert read_log(git.repo, 1) == []


def test_what_was_seen_is_read_back(git: GitDriver) -> None:
    seen = Cursors().with_reflog(git.repo, 10).with_tracking("origin", "a" * 40)
    seen = seen.with_mark("s1", Mark(3, 99))
    write_cursors(git.repo, seen)

    assert read_cursors(git.repo) == seen


def test_old_marks_fall_out(git: GitDriver) -> None:
    seen = Cursors(marks={f"s{n}": Mark(n, n) for n in range(500)})

    assert set(seen.with_mark("new", Mark(1, 1)).marks) == {
        *(f"s{n}" for n in range(1, 500)),
        "new",
    }


def test_the_log_masks_and_cleans_whoever_writes(git: GitDriver) -> None:
    git.repo.state_dir.mkdir()
    secret = "ghp_" + "A1b2C3d4" * 5
    append_log(git.repo, f"cannot push to https://ada:{secret}@example.com \x1b[2J")

    text = log_path(git.repo).read_text()

    assert secret not in text
    assert "\x1b" not in text
    assert "cannot push" in text


def test_the_log_masks_by_the_users_patterns_too(git: GitDriver) -> None:
    git.repo.state_dir.mkdir()
    git.run("config", "gitmem.redact", "zebra")
    append_log(git.repo, "capture: no zebra here")

    assert "no [masked:custom] here" in log_path(git.repo).read_text()


def test_a_pattern_that_is_none_does_not_keep_the_log_from_saying_so(git: GitDriver) -> None:
    git.repo.state_dir.mkdir()
    git.run("config", "gitmem.redact", "(unclosed")
    append_log(git.repo, "worker: 'gitmem.redact' is wrong, password=hunter22")

    text = log_path(git.repo).read_text()

    assert "'gitmem.redact' is wrong" in text
    assert "hunter22" not in text
