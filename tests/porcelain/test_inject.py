from __future__ import annotations

import pytest

from gitmem.model.memory import Memory, Provenance
from gitmem.porcelain.inject import context_for, context_of_session
from gitmem.porcelain.refresh import refresh
from gitmem.store.notefile import document_of
from gitmem.store.notes import NoteStore
from gitmem.store.pending import Pending, PendingStore
from tests.support.git import GitDriver


def remember(git: GitDriver, commit: str, title: str, why: str = "", compressor: str = "") -> None:
    origin = Provenance(commit=commit, compressor=compressor)
    memory = Memory("decision", title, why, provenance=origin)
    NoteStore(git.repo).add({commit: [document_of(memory)]}, "notes: test")


def test_the_newest_commit_comes_first(git: GitDriver) -> None:
    for name in ("older", "newer"):
        remember(git, git.commit(name), f"the {name} decision")
    refresh(git.repo).close()

    text = context_for(git.repo, 1000).text

    assert 0 < text.index("the newer decision") < text.index("the older decision")


def test_of_equally_recent_commits_sessions_come_first(git: GitDriver) -> None:
    remember(git, git.commit("older"), "what a session left")
    remember(git, git.commit("newer"), "what history says", why="a reason", compressor="history/1")
    refresh(git.repo).close()

    text = context_for(git.repo, 1000).text

    assert 0 < text.index("what a session left") < text.index("what history says")


def test_what_sessions_left_long_ago_comes_behind_what_history_says_today(git: GitDriver) -> None:
    remember(git, git.commit("old"), "what a session left")
    for number in range(9):
        title = f"what history says {number}"
        remember(git, git.commit("new"), title, why="a reason", compressor="history/1")
    refresh(git.repo).close()

    text = context_for(git.repo, 4000).text

    assert 0 < text.index("what history says 8") < text.index("what a session left")


def test_a_commit_that_gives_no_reason_is_not_told(git: GitDriver) -> None:
    remember(git, git.commit("a"), "a commit among many", compressor="history/1")
    refresh(git.repo).close()

    assert context_for(git.repo, 1000).text == ""


def test_a_session_says_all_of_its_commit(git: GitDriver) -> None:
    commit = git.commit("both")
    remember(git, commit, "what history says", why="a reason", compressor="history/1")
    remember(git, commit, "what a session left")
    refresh(git.repo).close()

    text = context_for(git.repo, 1000).text

    assert "what a session left" in text
    assert "what history says" not in text


def test_only_what_head_can_reach_is_given(git: GitDriver) -> None:
    remember(git, git.commit("base"), "on both branches")
    git.run("checkout", "-q", "-b", "side")
    remember(git, git.commit("side"), "only on the side")
    git.run("checkout", "-q", "main")
    refresh(git.repo).close()

    text = context_for(git.repo, 1000).text

    assert "on both branches" in text
    assert "only on the side" not in text


def test_pending_work_comes_before_all_else(git: GitDriver) -> None:
    remember(git, git.commit("done"), "what is done")
    memory = Memory("session", "half done", provenance=Provenance(session="s"))
    PendingStore(git.repo).put(Pending(memory, str(git.path)))
    refresh(git.repo).close()

    text = context_for(git.repo, 1000).text

    assert text.index("half done") < text.index("what is done")


def test_nothing_remembered_is_silence(committed: GitDriver) -> None:
    assert context_for(committed.repo, 1000).text == ""


def test_an_unborn_branch_is_silence(git: GitDriver) -> None:
    assert context_for(git.repo, 1000).text == ""


def test_the_same_state_gives_the_same_text(git: GitDriver) -> None:
    remember(git, git.commit("one"), "a decision")
    refresh(git.repo).close()

    assert context_for(git.repo, 1000) == context_for(git.repo, 1000)


@pytest.mark.parametrize("budget", [60, 200, 1000, 2400])
def test_the_budget_holds_however_much_there_is(git: GitDriver, budget: int) -> None:
    for number in range(30):
        remember(git, git.commit(f"c{number}"), f"decision {number} " + "of many words " * 20)
    refresh(git.repo).close()

    text = context_for(git.repo, budget).text

    assert len(text) <= budget * 4
    assert len(text.encode("utf-16-le")) // 2 < 10_000


def test_a_resumed_session_is_told_only_what_is_new(git: GitDriver) -> None:
    remember(git, git.commit("one"), "known to it")
    refresh(git.repo).close()
    first = context_of_session(git.repo, "s", 1000, is_resumed=False).text
    remember(git, git.commit("two"), "made meanwhile")
    refresh(git.repo).close()

    again = context_of_session(git.repo, "s", 1000, is_resumed=True).text
    once_more = context_of_session(git.repo, "s", 1000, is_resumed=True).text

    assert "known to it" in first
    assert "made meanwhile" in again
    assert "known to it" not in again
    assert once_more == ""


def test_a_resumed_session_is_not_told_its_own_work(git: GitDriver) -> None:
    remember(git, git.commit("one"), "known to it")
    refresh(git.repo).close()
    context_of_session(git.repo, "s", 1000, is_resumed=False)
    memory = Memory("session", "its own", provenance=Provenance(session="s"))
    PendingStore(git.repo).put(Pending(memory, str(git.path)))

    assert context_of_session(git.repo, "s", 1000, is_resumed=True).text == ""
    assert "its own" in context_of_session(git.repo, "s", 1000, is_resumed=False).text


def test_a_session_nobody_knows_is_told_everything_on_resume(git: GitDriver) -> None:
    remember(git, git.commit("one"), "worth knowing")
    refresh(git.repo).close()

    assert "worth knowing" in context_of_session(git.repo, "s", 1000, is_resumed=True).text


def test_pending_work_of_another_work_tree_is_not_given(committed: GitDriver) -> None:
    committed.run("worktree", "add", "-q", "-b", "side", "../linked")
    memory = Memory("session", "half done there", provenance=Provenance(session="s"))
    linked = GitDriver(committed.path.parent / "linked", committed.home)
    PendingStore(committed.repo).put(Pending(memory, str(linked.path)))

    assert "half done there" not in context_for(committed.repo, 1000).text
    assert "half done there" in context_for(linked.repo, 1000).text
