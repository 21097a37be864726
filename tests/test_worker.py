from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from gitmem import worker
from gitmem.capture.missed_commits import watch_reflog
from gitmem.compress.compressor import Compression
from gitmem.compress.offline.extractive import ExtractiveCompressor
from gitmem.errors import TranscriptMissing
from gitmem.guard.redact import Evidence
from gitmem.model.change import Change
from gitmem.model.job import Job, render_job
from gitmem.state.error_log import read_log
from gitmem.state.lock import lock
from gitmem.state.pending import PendingStore
from gitmem.state.queue import MAX_ATTEMPTS, Queue, QueuedJob
from gitmem.state.sessions import RegisteredSession, Registry
from gitmem.worker import work
from tests.support.capture import commit_of, memories_on, session_in, workspace_of
from tests.support.git import GitDriver
from tests.support.jobs import set_up
from tests.support.session import SESSION

OTHER = "22222222-2222-4333-8444-555555555555"


def queue_capture(git: GitDriver, commit: str, session: str = SESSION) -> None:
    job = Job("capture", commit=commit, session=session, worktree=str(git.path.resolve()))
    Queue(git.repo).add(job, float(git.now) + 1)


def test_a_queued_commit_is_remembered_and_the_queue_is_empty(committed: GitDriver) -> None:
    writer = session_in(committed).prompt("Make prices exact.").write("price.py")
    commit = commit_of(committed, writer, "Exact prices", "price.py")
    queue_capture(committed, commit)

    assert work(workspace_of(committed)) == 1
    assert Queue(committed.repo).is_empty()
    assert len(memories_on(committed, commit)) == 1


def test_each_commit_of_a_session_gets_its_own_part(committed: GitDriver) -> None:
    """Both jobs wait when the worker starts: the moment of each cuts the transcript."""
    writer = session_in(committed).prompt("Make prices exact.").write("price.py")
    first = commit_of(committed, writer, "Exact prices", "price.py")
    queue_capture(committed, first)
    writer.now += 60
    writer.prompt("Now add the taxes table.").write("tax.py")
    second = commit_of(committed, writer, "Taxes", "tax.py")
    queue_capture(committed, second)

    work(workspace_of(committed))

    (one,), (two,) = memories_on(committed, first), memories_on(committed, second)
    assert (one.title, two.title) == ("Exact prices", "Taxes")
    assert one.provenance.records is not None
    assert two.provenance.records is not None
    assert one.provenance.records[1] <= two.provenance.records[0]


def test_a_job_that_is_queued_twice_is_remembered_once(committed: GitDriver) -> None:
    writer = session_in(committed).prompt("Make prices exact.").write("price.py")
    commit = commit_of(committed, writer, "Exact prices", "price.py")
    queue_capture(committed, commit)
    queue_capture(committed, commit)

    work(workspace_of(committed))

    assert len(memories_on(committed, commit)) == 1


_FIXUP = (
    ("add", "-A"),
    ("commit", "-q", "--fixup=HEAD"),
    ("rebase", "-q", "-i", "--autosquash", "HEAD~2"),
)
REPLACED = {
    "amended with more": (("add", "-A"), ("commit", "-q", "--amend", "-m", "Again")),
    "with a fixup": _FIXUP,
    "squash merged, with a fixup": (
        ("checkout", "-q", "-b", "other", "HEAD~1"),
        ("merge", "-q", "--squash", "main"),
        ("commit", "-q", "-m", "All of main"),
        *_FIXUP,
    ),
}


@pytest.mark.parametrize("case", REPLACED)
def test_a_commit_that_was_replaced_before_the_worker_came_is_told_once(
    committed: GitDriver, case: str
) -> None:
    """All hooks have run when the worker starts, and the commit's place is taken by one that holds
    more: only what git told its last hook proves that.
    """
    set_up(committed)
    committed.commit("Set up")
    committed.environ.update(GIT_EDITOR="true", GIT_SEQUENCE_EDITOR="true")
    committed.now = int(time.time()) - 120  # the hooks' jobs are of this moment
    lines = "".join(f"price number {n} = Decimal(text)\n" for n in range(4))
    session_in(committed).prompt("Make prices exact.").write("price.txt", lines)
    first = committed.commit("Exact prices", **{"price.txt": lines})
    committed.write("more.py", "y = 2\n")
    for command in REPLACED[case]:
        committed.run(*command)

    work(workspace_of(committed))

    (one,), (two,) = (
        memories_on(committed, at) for at in (first, committed.out("rev-parse", "HEAD"))
    )
    assert one.id == two.id


def test_a_second_worker_leaves_at_once(committed: GitDriver) -> None:
    queue_capture(committed, committed.out("rev-parse", "HEAD"))
    with lock(committed.repo, "worker"):
        assert work(workspace_of(committed)) == 0

    assert not Queue(committed.repo).is_empty()


def test_a_job_that_keeps_failing_does_not_stop_the_others(
    committed: GitDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(run: object, queued: QueuedJob) -> None:
        raise TranscriptMissing("it is larger than we read")

    monkeypatch.setitem(worker._VERBS, "answer", fail)
    Queue(committed.repo).add(Job("answer", session="lost", worktree=str(committed.path)), 1.0)
    writer = session_in(committed).prompt("Make prices exact.").write("price.py")
    commit = commit_of(committed, writer, "Exact prices", "price.py")
    queue_capture(committed, commit)

    for _ in range(MAX_ATTEMPTS):
        work(workspace_of(committed))

    assert len(memories_on(committed, commit)) == 1
    assert [queued.job.session for queued in Queue(committed.repo).failed_jobs()] == ["lost"]
    assert "answer lost: it is larger than we read" in read_log(committed.repo, 1)[0]


def test_a_commit_that_is_gone_is_not_tried_for_ever(committed: GitDriver) -> None:
    queue_capture(committed, "f" * 40)

    work(workspace_of(committed))

    assert Queue(committed.repo).is_empty()
    assert "ffffffffff" in read_log(committed.repo, 1)[0]


def test_while_git_rebases_captures_wait(committed: GitDriver) -> None:
    writer = session_in(committed).prompt("Make prices exact.").write("price.py")
    commit = commit_of(committed, writer, "Exact prices", "price.py")
    queue_capture(committed, commit)
    (committed.repo.git_dir / "rebase-merge").mkdir()

    assert work(workspace_of(committed)) == 0
    assert memories_on(committed, commit) == ()
    (committed.repo.git_dir / "rebase-merge").rmdir()
    assert work(workspace_of(committed)) == 1
    assert len(memories_on(committed, commit)) == 1


class EndsTheRebase(ExtractiveCompressor):
    """While this one is at work git finishes its rebase."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def compress(self, evidence: Evidence, change: Change | None) -> Compression:
        if self._folder.is_dir():
            self._folder.rmdir()
        return super().compress(evidence, change)


def test_a_rebase_that_ends_while_the_worker_is_at_it_leaves_nothing_waiting(
    committed: GitDriver, tmp_path: Path
) -> None:
    """Whoever the last hook of the rebase woke found the lock held, and went away."""
    writer = session_in(committed).prompt("Make prices exact.").write("price.py")
    commit = commit_of(committed, writer, "Exact prices", "price.py")
    committed.run("worktree", "add", "-q", str(tmp_path / "linked"))
    linked = GitDriver(tmp_path / "linked", committed.home)
    linked.now = committed.now
    other_writer = session_in(linked, OTHER).prompt("Add the taxes.").write("tax.py")
    other = commit_of(linked, other_writer, "Taxes", "tax.py")
    rebasing = committed.repo.git_dir / "rebase-merge"
    rebasing.mkdir()
    queue_capture(committed, commit)
    queue_capture(linked, other, OTHER)

    work(workspace_of(committed, EndsTheRebase(rebasing)))

    assert Queue(committed.repo).is_empty()
    assert len(memories_on(committed, other)) == 1
    assert len(memories_on(committed, commit)) == 1


def test_a_commit_made_with_hooks_off_is_found_in_the_reflog(committed: GitDriver) -> None:
    watch_reflog(committed.repo)
    writer = session_in(committed).prompt("Make prices exact.").write("price.py")
    commit = commit_of(committed, writer, "Exact prices", "price.py")

    work(workspace_of(committed))

    assert len(memories_on(committed, commit)) == 1


def test_a_linked_work_tree_is_watched_from_its_first_commit_on(committed: GitDriver) -> None:
    committed.run("worktree", "add", "-q", "../linked")
    linked = GitDriver(committed.path.parent / "linked", committed.home)
    linked.now = committed.now
    queue_capture(linked, linked.commit("seen by a hook"))
    work(workspace_of(linked))
    writer = session_in(linked).prompt("Make prices exact.").write("price.py")
    commit = commit_of(linked, writer, "Exact prices", "price.py")

    work(workspace_of(committed))

    (memory,) = memories_on(committed, commit)
    assert memory.provenance.branch == linked.out("branch", "--show-current")


def test_only_the_last_of_several_turns_is_worked_on(committed: GitDriver) -> None:
    session_in(committed).prompt("Make prices exact.").write("price.py")
    for moment in (1.0, 2.0, 3.0):
        turn = Job("turn", session=SESSION, worktree=str(committed.path.resolve()))
        Queue(committed.repo).add(turn, moment)

    assert work(workspace_of(committed)) == 3
    assert len(PendingStore(committed.repo).newest_first()) == 1


def test_a_new_job_under_the_name_of_one_that_is_done_is_done_too(
    committed: GitDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Process ids return, in containers soon."""
    folder = committed.repo.state_dir / "queue"
    folder.mkdir(parents=True, exist_ok=True)
    done: list[str] = []

    def do(run: object, queued: QueuedJob) -> None:
        done.append(queued.job.extra["said"])
        if queued.job.extra["said"] == "two":
            put("merge-7.job", "three", 3.0)

    def put(name: str, said: str, moment: float) -> None:
        (folder / name).write_bytes(render_job(Job("merge", extra={"said": said})))
        os.utime(folder / name, (moment, moment))

    monkeypatch.setitem(worker._VERBS, "merge", do)
    put("merge-7.job", "one", 1.0)
    put("merge-8.job", "two", 2.0)

    work(workspace_of(committed))

    assert done == ["one", "two", "three"]
    assert Queue(committed.repo).is_empty()


@pytest.mark.parametrize("kind", ["turn", "end"])
def test_a_session_that_never_wrote_a_transcript_is_nothing_to_remember(
    committed: GitDriver, kind: str
) -> None:
    """Opened and closed at once: it gets its tries, for the client may write late."""
    registered = RegisteredSession(OTHER, str(committed.home / "none.jsonl"), str(committed.path))
    Registry(committed.repo).add(registered)
    job = Job(kind, session=OTHER, worktree=str(committed.path.resolve()))
    Queue(committed.repo).add(job, time.time() - 600)

    for _ in range(MAX_ATTEMPTS - 1):
        work(workspace_of(committed))
        assert len(Queue(committed.repo).jobs()) == 1
    work(workspace_of(committed))

    assert Queue(committed.repo).is_empty()
    assert Queue(committed.repo).failed_jobs() == []


def test_a_transcript_that_comes_late_is_read(committed: GitDriver) -> None:
    job = Job("turn", session=SESSION, worktree=str(committed.path.resolve()))
    Queue(committed.repo).add(job)
    work(workspace_of(committed))

    session_in(committed).prompt("Make prices exact.").write("price.py")
    work(workspace_of(committed))

    assert len(PendingStore(committed.repo).newest_first()) == 1
    assert Queue(committed.repo).is_empty()


@pytest.mark.parametrize("is_committed", [False, True])
def test_the_end_of_a_session_whose_transcript_was_lost_is_set_aside(
    committed: GitDriver, is_committed: bool
) -> None:
    writer = session_in(committed).prompt("Make prices exact.").write("price.py")
    if is_committed:
        queue_capture(committed, commit_of(committed, writer, "Make exact", "price.py"))
    else:
        turn = Job("turn", session=SESSION, worktree=str(committed.path.resolve()))
        Queue(committed.repo).add(turn, 1.0)
    work(workspace_of(committed))
    assert bool(PendingStore(committed.repo).newest_first()) != is_committed
    writer.path.unlink()
    end = Job("end", session=SESSION, worktree=str(committed.path.resolve()))
    Queue(committed.repo).add(end, 2.0)

    for _ in range(MAX_ATTEMPTS):
        work(workspace_of(committed))

    assert [found.job.kind for found in Queue(committed.repo).failed_jobs()] == ["end"]
