"""Two people, one remote, plain git: memories go along."""

from __future__ import annotations

from pathlib import Path

from gitmem.notes.store import NoteStore
from tests.journeys.test_commit import note_after_commit, wait_until
from tests.support.cli import gitmem
from tests.support.git import GitDriver
from tests.support.prepared import prepared


@prepared
def ada(committed: GitDriver, remote: GitDriver) -> GitDriver:
    """Ada has set gitmem up and committed the agent's settings, as the README says."""
    committed.run("remote", "add", "origin", str(remote.path))
    assert gitmem(committed, "init").returncode == 0
    committed.commit("Use gitmem")
    committed.run("push", "-q", "-u", "origin", "main")
    return committed


@prepared
def ben(ada: GitDriver, remote: GitDriver, tmp_path: Path) -> GitDriver:
    clone = remote.clone(tmp_path / "ben")
    assert gitmem(clone, "init").returncode == 0
    return clone


def remembered_by(git: GitDriver) -> int:
    return sum(len(note.memories) for _, note in NoteStore(git.repo))


def test_a_plain_pull_brings_memories_and_its_hook_joins_them(
    ada: GitDriver, ben: GitDriver
) -> None:
    note_after_commit(ada)
    ada.run("push", "-q")

    ben.run("pull", "-q")

    wait_until(lambda: remembered_by(ben) == 1)


def test_a_plain_fetch_brings_memories_and_the_next_command_joins_them(
    ada: GitDriver, ben: GitDriver
) -> None:
    note_after_commit(ada)
    ada.run("push", "-q")

    ben.run("fetch", "-q")
    shown = gitmem(ben, "log", "origin/main").stdout

    assert "Exact prices" in shown
    assert remembered_by(ben) == 1


def test_both_remember_and_nothing_is_lost(ada: GitDriver, ben: GitDriver) -> None:
    note_after_commit(ada)
    ben.run("checkout", "-q", "-b", "ben")
    note_after_commit(ben)
    ada.run("push", "-q")
    ben.run("push", "-q", "-u", "origin", "ben")
    ada.run("fetch", "-q")

    gitmem(ada, "log")

    assert remembered_by(ada) == remembered_by(ben) == 2
    for git in (ada, ben):
        git.run("fsck", "--strict")


def test_without_gitmem_hooks_a_sync_by_hand_does_both(ada: GitDriver, ben: GitDriver) -> None:
    note_after_commit(ada)

    sent = gitmem(ada, "sync").stdout
    received = gitmem(ben, "sync").stdout

    assert "1 memory of 1 commit sent" in sent
    assert "1 memory of 1 commit received" in received
