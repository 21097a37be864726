from __future__ import annotations

import shutil

import pytest

from gitmem.compress.compressor import Compression, Estimate
from gitmem.compress.offline.extractive import ExtractiveCompressor
from gitmem.git.remotes import tracking_ref
from gitmem.guard.redact import Evidence
from gitmem.model.change import Change
from gitmem.model.job import Job
from gitmem.model.memory import Memory
from gitmem.notes.store import NoteStore
from gitmem.state.pending import PendingStore
from gitmem.state.queue import Queue
from gitmem.state.sessions import RegisteredSession, Registry
from gitmem.worker import work
from tests.support.capture import (
    capture,
    commit_of,
    complete,
    memories_on,
    remembered,
    session_in,
    workspace_of,
)
from tests.support.git import GitDriver
from tests.support.session import SESSION, SessionWriter

LAST_WORDS = "I chose integer cents instead of floats, because a float cannot hold 0.1 exactly."


class Model:
    """A model that is paid for; it says what it was given."""

    name = "model/1"

    def __init__(self) -> None:
        self.asked = 0

    def compress(self, evidence: Evidence, change: Change | None) -> Compression:
        self.asked += 1
        said = [event.text for event in evidence.slice.events if event.text]
        memory = Memory("change", "By the model", what=(" ".join(said),))
        return Compression((memory,), self.name, tokens_in=9)

    def estimate(self, evidence: Evidence, change: Change | None) -> Estimate:
        return Estimate(9, 9)


class SilentModel(Model):
    """One that finds nothing worth remembering."""

    name = "silent/1"

    def compress(self, evidence: Evidence, change: Change | None) -> Compression:
        self.asked += 1
        return Compression((), self.name, tokens_in=9)


@pytest.fixture
def writer(committed: GitDriver) -> SessionWriter:
    found = session_in(committed).prompt("Make prices exact.").write("price.py")
    registered = RegisteredSession(SESSION, str(found.path), str(committed.path.resolve()))
    Registry(committed.repo).add(registered)
    return found


def worktree(git: GitDriver) -> str:
    return str(git.path.resolve())


def commit_amid_turn(git: GitDriver, writer: SessionWriter) -> str:
    commit = commit_of(git, writer, "Exact prices", "price.py")
    remembered(git, commit, SESSION)
    writer.now += 120
    return commit


def test_the_words_that_end_the_turn_join_the_memory(
    committed: GitDriver, writer: SessionWriter
) -> None:
    commit = commit_amid_turn(committed, writer)
    (before,) = memories_on(committed, commit)
    writer.say(LAST_WORDS)

    (after,) = complete(workspace_of(committed), SESSION, worktree(committed))

    assert "cannot hold 0.1" not in str(before)
    assert "cannot hold 0.1" in str(after)
    assert after.supersedes == (before.id,)
    assert memories_on(committed, commit) == (after,)


def test_completing_twice_changes_nothing(committed: GitDriver, writer: SessionWriter) -> None:
    commit = commit_amid_turn(committed, writer)
    writer.say(LAST_WORDS)
    complete(workspace_of(committed), SESSION, worktree(committed))
    tip = NoteStore(committed.repo).tip()

    assert complete(workspace_of(committed), SESSION, worktree(committed)) == []
    assert NoteStore(committed.repo).tip() == tip
    assert remembered(committed, commit, SESSION).memories == ()


def test_what_a_remote_holds_already_is_superseded_not_removed(
    committed: GitDriver, writer: SessionWriter
) -> None:
    commit = commit_amid_turn(committed, writer)
    (before,) = memories_on(committed, commit)
    committed.run("update-ref", tracking_ref("origin"), NoteStore(committed.repo).tip() or "")
    writer.say(LAST_WORDS)

    (after,) = complete(workspace_of(committed), SESSION, worktree(committed))

    kept = memories_on(committed, commit)
    assert sorted(memory.id for memory in kept) == sorted([before.id, after.id])


def test_the_next_prompt_ends_the_words_about_the_commit(
    committed: GitDriver, writer: SessionWriter
) -> None:
    commit = commit_amid_turn(committed, writer)
    writer.say(LAST_WORDS).prompt("Now the taxes.").say("Taxes need a table, because of llamas.")

    complete(workspace_of(committed), SESSION, worktree(committed))

    (memory,) = memories_on(committed, commit)
    assert "llamas" not in str(memory)
    assert "cannot hold 0.1" in str(memory)


def test_after_a_stop_the_next_slice_begins_behind_the_last_words(
    committed: GitDriver, writer: SessionWriter
) -> None:
    commit_amid_turn(committed, writer)
    writer.say(LAST_WORDS)
    complete(workspace_of(committed), SESSION, worktree(committed))
    writer.prompt("Now the taxes.").write("tax.py")
    second = commit_of(committed, writer, "Taxes", "tax.py")

    remembered(committed, second, SESSION)

    (memory,) = memories_on(committed, second)
    assert "cannot hold 0.1" not in str(memory)


def test_a_paid_model_is_asked_once_when_the_turn_stops(
    committed: GitDriver, writer: SessionWriter
) -> None:
    model = Model()
    workspace = workspace_of(committed, model)
    commit = commit_of(committed, writer, "Exact prices", "price.py")
    moment = float(committed.now) + 1

    capture(workspace, commit, worktree(committed), moment, SESSION)

    (provisional,) = memories_on(committed, commit)
    offline = ExtractiveCompressor().name
    assert provisional.provenance.compressor == f"{offline} before model/1"
    assert model.asked == 0

    writer.now += 120
    writer.say(LAST_WORDS)
    complete(workspace, SESSION, worktree(committed))
    complete(workspace, SESSION, worktree(committed))

    (memory,) = memories_on(committed, commit)
    assert memory.provenance.compressor == "model/1"
    assert "cannot hold 0.1" in str(memory)
    assert model.asked == 1


def test_a_model_that_has_nothing_to_tell_is_asked_once_too(
    committed: GitDriver, writer: SessionWriter
) -> None:
    model = SilentModel()
    workspace = workspace_of(committed, model)
    commit = commit_of(committed, writer, "Exact prices", "price.py")
    capture(workspace, commit, worktree(committed), float(committed.now) + 1, SESSION)
    (before,) = memories_on(committed, commit)
    writer.now += 120
    writer.say(LAST_WORDS)

    complete(workspace, SESSION, worktree(committed))
    complete(workspace, SESSION, worktree(committed))

    (memory,) = memories_on(committed, commit)
    assert model.asked == 1
    assert memory.provenance.compressor == f"{ExtractiveCompressor().name} kept by silent/1"
    assert (memory.title, memory.supersedes) == (before.title, (before.id,))


def test_of_two_commits_in_a_turn_each_keeps_its_part(
    committed: GitDriver, writer: SessionWriter
) -> None:
    model = Model()
    workspace = workspace_of(committed, model)
    commits = []
    for name in ("price.py", "tax.py"):
        writer.say(f"About {name}").write(name)
        commit = commit_of(committed, writer, name, name)
        capture(workspace, commit, worktree(committed), float(committed.now) + 1, SESSION)
        commits.append(commit)
        writer.now += 120
    writer.say(LAST_WORDS)

    complete(workspace, SESSION, worktree(committed))

    (first,), (second,) = (memories_on(committed, commit) for commit in commits)
    assert ("price.py" in str(first.what), "tax.py" in str(first.what)) == (True, False)
    assert "cannot hold 0.1" in str(second.what)
    assert model.asked == 2


def test_a_commit_by_hand_is_the_model_s_at_once(
    committed: GitDriver, writer: SessionWriter
) -> None:
    model = Model()
    commit = commit_of(committed, writer, "Exact prices", "price.py")

    capture(workspace_of(committed, model), commit, worktree(committed), float(committed.now) + 1)

    (memory,) = memories_on(committed, commit)
    assert memory.provenance.compressor == "model/1"


def test_without_hooks_no_stop_will_come_and_the_model_is_asked_at_once(
    committed: GitDriver, writer: SessionWriter
) -> None:
    shutil.rmtree(committed.repo.state_dir / "sessions")
    commit = commit_of(committed, writer, "Exact prices", "price.py")
    moment = float(committed.now) + 1

    capture(workspace_of(committed, Model()), commit, worktree(committed), moment, SESSION)

    (memory,) = memories_on(committed, commit)
    assert memory.provenance.compressor == "model/1"


def test_a_stop_completes_and_leaves_nothing_pending(
    committed: GitDriver, writer: SessionWriter
) -> None:
    commit = commit_amid_turn(committed, writer)
    writer.say(LAST_WORDS)
    Queue(committed.repo).add(Job("turn", session=SESSION, worktree=worktree(committed)))

    work(workspace_of(committed))

    (memory,) = memories_on(committed, commit)
    assert "cannot hold 0.1" in str(memory)
    assert PendingStore(committed.repo).newest_first() == []
