from __future__ import annotations

import pytest

from gitmem.capture.settle_pending import settle_ended_sessions, settle_pending
from gitmem.errors import UnknownRevision
from gitmem.model.memory import Memory, Provenance
from gitmem.state.pending import Pending, PendingStore
from tests.support.capture import memories_on
from tests.support.git import GitDriver


def put(git: GitDriver, session: str, worktree: str) -> None:
    memory = Memory("session", f"work of {session}", provenance=Provenance(session=session))
    PendingStore(git.repo).put(Pending(memory, worktree))


def test_pending_work_goes_to_the_head_of_its_work_tree(committed: GitDriver) -> None:
    committed.run("worktree", "add", "-q", "-b", "side", "../linked")
    linked = GitDriver(committed.path.parent / "linked", committed.home)
    side = linked.commit("on the side")
    put(committed, "here", str(committed.path))
    put(committed, "there", str(linked.path))

    assert settle_pending(committed.repo) == 2
    main = committed.out("rev-parse", "HEAD")
    assert [memory.title for memory in memories_on(committed, main)] == ["work of here"]
    assert [memory.title for memory in memories_on(committed, side)] == ["work of there"]
    assert PendingStore(committed.repo).newest_first() == []


def test_of_a_work_tree_that_is_gone_it_goes_to_this_head(committed: GitDriver) -> None:
    put(committed, "gone", str(committed.path / "nowhere"))

    settle_pending(committed.repo)

    assert len(memories_on(committed, committed.out("rev-parse", "HEAD"))) == 1


def test_without_a_commit_it_stays_pending(git: GitDriver) -> None:
    put(git, "here", str(git.path))

    with pytest.raises(UnknownRevision):
        settle_pending(git.repo)
    assert len(PendingStore(git.repo).newest_first()) == 1


def test_of_a_crowd_that_never_ends_the_oldest_settle(committed: GitDriver) -> None:
    for number in range(207):
        memory = Memory(
            "session",
            f"work {number}",
            what=("edited a file",),
            files_changed=("edited.py",),
            provenance=Provenance(session=f"s{number}"),
        )
        PendingStore(committed.repo).put(Pending(memory, str(committed.path)))
    committed.write("edited.py", "not committed")

    settle_ended_sessions(committed.repo)

    left = {one.memory.title for one in PendingStore(committed.repo).newest_first()}
    head = committed.out("rev-parse", "HEAD")
    settled = {one.title for one in memories_on(committed, head)}
    assert len(left) == 200
    assert left | settled == {f"work {number}" for number in range(207)}
