"""Commits that no hook reported, made with real git in every way that leaves hooks out."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gitmem.capture.missed_commits import watch_worktrees
from gitmem.git.repo import Repo
from gitmem.model.job import Job
from gitmem.refresh.catch_up import catch_up
from gitmem.state.queue import Queue
from gitmem.state.unseen import read_unseen
from gitmem.worker import work
from tests.support.capture import memories_on, session_in, workspace_of
from tests.support.git import GitDriver

LINE = "ChunkedReader = 1\n"


@pytest.fixture
def today(committed: GitDriver) -> GitDriver:
    """A repository that is watched, with the clock of today: what is old is not looked for."""
    committed.now = int(time.time()) - 3_600
    watch_worktrees(committed.repo)
    return committed


def _linked(git: GitDriver, *options: str) -> GitDriver:
    git.run("worktree", "add", "-q", *options, "../linked")
    linked = GitDriver(git.path.parent / "linked", git.home)
    linked.now = git.now
    return linked


def _edit(git: GitDriver, session: str = "11111111-2222-4333-8444-555555555555") -> None:
    writer = session_in(git, session).prompt("Read in chunks: the vendor caps requests at 4 MB.")
    writer.write("big.py", LINE)
    git.write("big.py", LINE)
    git.now = int(writer.now) + 1
    git.run("add", "-A")


def _told(git: GitDriver, commit: str) -> int:
    work(workspace_of(git))
    work(workspace_of(git))  # nothing is told again
    return len(memories_on(git, commit))


@pytest.mark.parametrize("options", [(), ("--detach",)])
def test_the_first_commit_of_a_work_tree_that_no_hook_has_seen(
    today: GitDriver, options: tuple[str, ...]
) -> None:
    linked = _linked(today, *options)
    _edit(linked)
    linked.run("commit", "-qm", "Read in chunks")
    assert _told(today, linked.out("rev-parse", "HEAD")) == 1


def test_what_a_linked_work_tree_had_before_is_left_alone(committed: GitDriver) -> None:
    committed.now = int(time.time()) - 3_600
    linked = _linked(committed)
    _edit(linked)
    linked.run("commit", "-qm", "Read in chunks")
    watch_worktrees(committed.repo)
    assert _told(committed, linked.out("rev-parse", "HEAD")) == 0


def test_a_reflog_action_of_ones_own(today: GitDriver) -> None:
    _edit(today)
    today.environ["GIT_REFLOG_ACTION"] = "mytool"
    today.run("commit", "-qm", "Read in chunks")
    assert _told(today, today.out("rev-parse", "HEAD")) == 1


def _commit_tree(git: GitDriver) -> str:
    return git.out("commit-tree", "-p", "HEAD", "-m", "Read", git.out("write-tree"))


def test_a_program_that_moves_the_refs_itself(today: GitDriver) -> None:
    """As Jujutsu does beside git."""
    today.run("checkout", "-q", "--detach")
    _edit(today)
    new = _commit_tree(today)
    today.run("update-ref", "--no-deref", "-m", "export from jj", "HEAD", new)
    today.run("update-ref", "-m", "export from jj", "refs/heads/main", new)
    assert _told(today, new) == 1


def test_a_commit_of_plumbing_without_a_word_in_the_reflog(today: GitDriver) -> None:
    _edit(today)
    new = _commit_tree(today)
    today.run("update-ref", "refs/heads/main", new)
    assert _told(today, new) == 1


def test_without_reflogs(committed: GitDriver) -> None:
    committed.now = int(time.time()) - 3_600
    committed.run("config", "core.logAllRefUpdates", "false")
    for log in sorted((committed.path / ".git" / "logs").rglob("*"), reverse=True):
        log.rmdir() if log.is_dir() else log.unlink()
    committed.run("config", "user.email", "carl@example.com")
    watch_worktrees(committed.repo)
    _edit(committed)
    committed.run("commit", "-qm", "Read in chunks")
    assert _told(committed, committed.out("rev-parse", "HEAD")) == 1


def test_fast_import_and_then_a_reset(today: GitDriver) -> None:
    _edit(today)
    who = f"Carl Committer <carl@example.com> {today.now} +0000"
    stream = f"commit refs/heads/main\ncommitter {who}\ndata 4\nRead\nfrom refs/heads/main^0\n"
    stream += f"M 644 inline big.py\ndata {len(LINE)}\n{LINE}\n"
    today.run("fast-import", "--quiet", stdin=stream.encode())
    today.run("reset", "-q", "--hard")
    assert _told(today, today.out("rev-parse", "HEAD")) == 1


def test_what_we_pushed_ourselves_is_not_taken_for_fetched(
    today: GitDriver, remote: GitDriver
) -> None:
    today.run("remote", "add", "origin", str(remote.path))
    today.run("push", "-q", "-u", "origin", "main")
    work(workspace_of(today))
    _edit(today)
    today.environ["GIT_REFLOG_ACTION"] = "mytool"
    today.run("commit", "-qm", "Read in chunks")
    today.run("push", "-q")
    assert _told(today, today.out("rev-parse", "HEAD")) == 1


@pytest.mark.parametrize("how", ["pull", "merge", "mytool"])
def test_what_came_from_a_remote_is_nobodys_here(
    today: GitDriver, remote: GitDriver, tmp_path: Path, how: str
) -> None:
    """Though a session of this machine edited the same lines, and the committer is the same."""
    today.run("remote", "add", "origin", str(remote.path))
    today.run("push", "-q", "-u", "origin", "main")
    remote.run("symbolic-ref", "HEAD", "refs/heads/main")
    other = remote.clone(tmp_path / "other")
    other.now = today.now
    work(workspace_of(today))
    _edit(today)
    today.run("reset", "-q", "--hard")
    other.now = today.now
    came = other.commit("Read in chunks", **{"big.py": LINE})
    other.run("push", "-q", "origin", "HEAD:main")
    if how == "pull":
        today.run("pull", "-q")
    else:
        today.run("fetch", "-q")
        if how == "mytool":
            today.environ["GIT_REFLOG_ACTION"] = "mytool"
        today.run("merge", "-q", "--ff-only", "origin/main")
    assert today.out("rev-parse", "HEAD") == came
    assert _told(today, came) == 0


@pytest.mark.parametrize("home", ["", "/nonexistent", "empty"])
def test_a_worker_that_sees_no_agents_files_leaves_the_commit_to_one_that_does(
    today: GitDriver, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, home: str
) -> None:
    _edit(today)
    today.run("commit", "-qm", "Read in chunks")
    commit = today.out("rev-parse", "HEAD")
    place = str(today.path.resolve())
    Queue(today.repo).add(Job("capture", commit=commit, worktree=place), today.now + 1.0)
    (tmp_path / "empty").mkdir()
    blind = workspace_of(GitDriver(today.path, tmp_path / "empty"))
    with monkeypatch.context() as patch:
        patch.setenv("HOME", str(tmp_path / "empty") if home == "empty" else home)
        work(blind)
        assert Queue(today.repo).is_empty()
        assert memories_on(today, commit) == ()
        assert catch_up(today.repo, 0.0, launch=lambda repo: lambda: True)  # nothing more to see
    assert [one.commit for one in read_unseen(today.repo)] == [commit]
    launched: list[Repo] = []

    def launch(repo: Repo) -> Callable[[], bool]:
        launched.append(repo)
        return lambda: True

    catch_up(today.repo, 0.0, launch=launch)
    assert launched == [today.repo]
    assert _told(today, commit) == 1
    assert read_unseen(today.repo) == []
