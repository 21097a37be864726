from __future__ import annotations

from pathlib import Path

import pytest

from gitmem.hooks.pre_push import run_pre_push
from gitmem.model.memory import Memory, Provenance
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from gitmem.state.queue import Queue
from tests.support.capture import commit_of, session_in
from tests.support.cli import gitmem
from tests.support.git import GitDriver
from tests.support.memories import remember, titles
from tests.support.prepared import prepared
from tests.support.session import SESSION

REF = "refs/notes/claude-mem"


@prepared
def ready(committed: GitDriver, remote: GitDriver) -> GitDriver:
    """Set up, with a remote and one memory that the remote does not have."""
    committed.run("remote", "add", "origin", str(remote.path))
    assert gitmem(committed, "init").returncode == 0
    commit = committed.out("rev-parse", "HEAD")
    memory = Memory("decision", "Cents are integers", provenance=Provenance(commit=commit))
    NoteStore(committed.repo).add({commit: [document_of(memory)]}, "notes: test")
    return committed


def notes_tip(git: GitDriver) -> bytes:
    return git.run("for-each-ref", "--format=%(objectname)", REF).stdout


def test_a_plain_push_takes_the_memories_along(ready: GitDriver, remote: GitDriver) -> None:
    ready.run("push", "-q", "origin", "main")

    assert notes_tip(remote) == notes_tip(ready) != b""


def test_a_push_right_after_a_commit_takes_its_memory_along(
    ready: GitDriver, remote: GitDriver
) -> None:
    """The push waits behind the capture in the queue."""
    writer = session_in(ready).prompt("Make prices exact.").write("price.py")
    ready.environ["CLAUDE_CODE_SESSION_ID"] = SESSION
    commit = commit_of(ready, writer, "Exact prices", "price.py")
    ready.run("push", "-q", "origin", "main")

    assert b"Exact prices" in remote.show_note(commit)


def test_switched_off_a_push_takes_nothing(ready: GitDriver, remote: GitDriver) -> None:
    ready.run("config", "gitmem.autoPush", "false")
    ready.run("push", "-q", "origin", "main")

    assert notes_tip(remote) == b""


def test_a_remote_that_refuses_notes_does_not_fail_the_push(
    ready: GitDriver, remote: GitDriver
) -> None:
    hook = remote.path / "hooks" / "update"
    hook.write_text("#!/bin/sh\ncase $1 in refs/notes/*) exit 1;; esac\n")
    hook.chmod(0o755)

    done = ready.run("push", "origin", "main")

    assert done.returncode == 0
    assert remote.out("rev-parse", "main") == ready.out("rev-parse", "main")
    assert notes_tip(remote) == b""


def test_a_remote_without_a_name_gets_no_memories(ready: GitDriver, remote: GitDriver) -> None:
    ready.run("push", "-q", str(remote.path), "main")

    assert notes_tip(remote) == b""


def test_another_remote_than_the_elected_one_gets_none(
    ready: GitDriver, tmp_path: Path, home: Path
) -> None:
    fork = GitDriver(tmp_path / "fork.git", home).init(bare=True)
    ready.run("remote", "add", "fork", str(fork.path))
    ready.run("config", "gitmem.remote", "origin")
    ready.run("push", "-q", "fork", "main")

    assert notes_tip(fork) == b""


def test_with_nothing_new_nothing_is_queued(ready: GitDriver) -> None:
    ready.run("push", "-q", "origin", "main")

    assert run_pre_push(ready.repo, "origin", sleep=_not_called) == ""
    assert Queue(ready.repo).is_empty()


def _not_called(_: float) -> None:
    raise AssertionError("waited for nothing")


def test_the_first_push_with_memories_says_so_once(ready: GitDriver, remote: GitDriver) -> None:
    first = ready.run("push", "-q", "origin", "main").stderr.decode()
    ready.commit("more")
    ready.add_note("HEAD", "---\nkind: change\ntitle: more\n")
    second = ready.run("push", "-q", "origin", "main").stderr.decode()

    assert "went to 'origin' along with the push" in first
    assert "git config gitmem.autoPush false" in first
    assert second == ""


def test_what_went_first_is_taken_back_by_the_command_that_is_named(
    ready: GitDriver, remote: GitDriver
) -> None:
    first = ready.run("push", "-q", "origin", "main").stderr.decode()
    ready.run("config", "gitmem.autoPush", "false")
    command = first.partition("take these back: git ")[2].split()
    assert notes_tip(remote)

    ready.run(*command)
    assert notes_tip(remote) == b""


def test_the_command_to_take_back_spares_what_others_sent_since(
    ready: GitDriver, remote: GitDriver, tmp_path: Path
) -> None:
    first = ready.run("push", "-q", "origin", "main").stderr.decode()
    mate = remote.clone(tmp_path / "mate")
    assert gitmem(mate, "init").returncode == 0
    remember(mate, "of the mate", mate.commit("of the mate"))
    mate.run("push", "-q", "origin", "main")
    theirs = notes_tip(remote)
    ready.run("config", "gitmem.autoPush", "false")

    ready.run(*first.partition("take these back: git ")[2].split(), check=False)
    assert notes_tip(remote) == theirs


@pytest.mark.parametrize("is_fetched", [True, False])
def test_where_a_mate_was_first_no_command_is_named_that_deletes_theirs(
    ready: GitDriver, remote: GitDriver, tmp_path: Path, is_fetched: bool
) -> None:
    """Whether or not this clone knows of them before it pushes."""
    mate = remote.clone(tmp_path / "mate")
    remember(mate, "of the mate", mate.commit("of the mate"))
    mate.run("push", "-q", "origin", "HEAD:mate", f"{REF}:{REF}")
    if is_fetched:
        assert gitmem(ready, "init").returncode == 0
    first = ready.run("push", "-q", "origin", "main").stderr.decode()
    status = gitmem(ready, "status").stdout

    assert "1 memory of 1 commit went to 'origin'" in first
    assert "gitmem forget ID" in first
    for said in (first, str(status)):
        assert f":{REF}" not in said
    assert "of the mate" in titles(ready)
