"""Work without a commit: what becomes of it when the session ends."""

from __future__ import annotations

from gitmem.capture.settle_pending import settle_ended_sessions
from gitmem.model.job import Job
from gitmem.model.memory import Memory
from gitmem.recall.at_start import context_for
from gitmem.state.pending import PendingStore
from gitmem.state.queue import Queue
from gitmem.worker import work
from tests.support.capture import commit_of, memories_on, session_in, workspace_of
from tests.support.git import GitDriver
from tests.support.session import SESSION, SessionWriter

FOUND = "We keep the retry at three, because the gateway blocks after the fourth."


def end_session(git: GitDriver, kind: str = "end") -> None:
    git.now += 60
    job = Job(kind, session=SESSION, worktree=str(git.path.resolve()))
    Queue(git.repo).add(job, float(git.now))
    work(workspace_of(git))


def capture(git: GitDriver, commit: str) -> None:
    job = Job("capture", commit=commit, worktree=str(git.path.resolve()))
    Queue(git.repo).add(job, float(git.now) + 1)
    work(workspace_of(git))


def on_head(git: GitDriver) -> tuple[Memory, ...]:
    return memories_on(git, git.out("rev-parse", "HEAD"))


def pending(git: GitDriver) -> list[str]:
    return [found.memory.provenance.session for found in PendingStore(git.repo).newest_first()]


def edited(git: GitDriver) -> SessionWriter:
    writer = session_in(git).prompt("How often do we retry?").say(FOUND).write("price.py")
    git.write("price.py", "x = 1\n")
    return writer


def test_research_is_tied_to_head_when_the_session_ends(committed: GitDriver) -> None:
    session_in(committed).prompt("How often do we retry?").say(FOUND)

    end_session(committed)

    (memory,) = on_head(committed)
    assert memory.kind == "session"
    assert "gateway blocks" in str(memory)
    assert memory.provenance.commit == committed.out("rev-parse", "HEAD")
    assert pending(committed) == []


def test_so_it_is_where_its_work_tree_was_removed_meanwhile(committed: GitDriver) -> None:
    session_in(committed).prompt("How often do we retry?").say(FOUND)

    Queue(committed.repo).add(Job("end", session=SESSION, worktree=str(committed.path) + "-gone"))
    work(workspace_of(committed))

    (memory,) = on_head(committed)
    assert "gateway blocks" in str(memory)


def test_while_the_session_lives_research_is_pending_and_in_the_context(
    committed: GitDriver,
) -> None:
    session_in(committed).prompt("How often do we retry?").say(FOUND)

    end_session(committed, "turn")

    assert on_head(committed) == ()
    assert pending(committed) == [SESSION]
    assert "gateway blocks" in context_for(committed.repo, 1_000).text


def test_edits_wait_for_the_commit_that_takes_them(committed: GitDriver) -> None:
    writer = edited(committed)
    end_session(committed)
    assert (on_head(committed), pending(committed)) == ((), [SESSION])

    commit = commit_of(committed, writer, "Exact prices", "price.py")
    capture(committed, commit)

    (memory,) = memories_on(committed, commit)
    assert memory.kind != "session"
    assert pending(committed) == []


def test_edits_that_were_thrown_away_are_remembered_as_a_session(committed: GitDriver) -> None:
    edited(committed)
    end_session(committed)
    committed.run("clean", "-fdq")

    settle_ended_sessions(committed.repo)

    (memory,) = on_head(committed)
    assert (memory.kind, memory.files_changed) == ("session", ("price.py",))


def test_a_stash_keeps_them_waiting(committed: GitDriver) -> None:
    writer = edited(committed)
    committed.now += 60
    committed.run("stash", "-q", "--include-untracked")
    end_session(committed)
    assert (on_head(committed), pending(committed)) == ((), [SESSION])

    committed.run("stash", "pop", "-q")
    commit = commit_of(committed, writer, "Exact prices", "price.py")
    capture(committed, commit)

    assert len(memories_on(committed, commit)) == 1


def test_an_old_stash_keeps_nobody_waiting(committed: GitDriver) -> None:
    committed.write("README.md", "something else\n")
    committed.run("stash", "-q", "--include-untracked")
    committed.now += 3_600
    edited(committed)
    end_session(committed)
    committed.run("clean", "-fdq")

    assert settle_ended_sessions(committed.repo) == 1


def test_a_branch_switch_takes_nothing_away(committed: GitDriver) -> None:
    writer = edited(committed)
    end_session(committed)

    committed.run("checkout", "-q", "-b", "side")
    assert settle_ended_sessions(committed.repo) == 0
    assert "gateway blocks" in context_for(committed.repo, 1_000).text

    commit = commit_of(committed, writer, "Exact prices", "price.py")
    capture(committed, commit)
    assert len(memories_on(committed, commit)) == 1


def test_a_session_that_goes_on_is_pending_again(committed: GitDriver) -> None:
    writer = edited(committed)
    end_session(committed)
    writer.now += 600
    writer.prompt("Another thing.").say(FOUND)
    end_session(committed, "turn")
    committed.run("clean", "-fdq")

    assert settle_ended_sessions(committed.repo) == 0
    assert pending(committed) == [SESSION]


def test_small_talk_leaves_nothing(committed: GitDriver) -> None:
    session_in(committed).prompt("Hello")

    end_session(committed)

    assert (on_head(committed), pending(committed)) == ((), [])


def test_without_a_commit_it_stays_pending(git: GitDriver) -> None:
    session_in(git).prompt("How often do we retry?").say(FOUND)

    end_session(git)

    assert pending(git) == [SESSION]


def test_what_was_settled_is_not_pending_again(committed: GitDriver) -> None:
    session_in(committed).prompt("How often do we retry?").say(FOUND)
    end_session(committed)
    end_session(committed)

    assert len(on_head(committed)) == 1
    assert pending(committed) == []
