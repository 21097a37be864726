from __future__ import annotations

from itertools import islice

import pytest

from gitmem.errors import GitFailed, UnknownRevision
from gitmem.git.log import (
    committer_emails,
    current_branch,
    has_head,
    read_heads,
    read_reflog_commits,
    reflog_size,
    walk_files,
    walk_ids,
    walk_log,
)
from tests.support.git import EPOCH, GitDriver


def test_a_walk_can_be_left_at_any_point(git: GitDriver) -> None:
    commits = [git.commit(f"c{n}") for n in range(5)]

    assert list(islice(walk_ids(git.repo), 2)) == commits[:2:-1]


def test_commits_carry_what_a_log_shows(git: GitDriver) -> None:
    commit = git.commit("subject line\n\nbody")

    (head,) = read_heads(git.repo, [commit])

    assert (head.commit, head.author) == (commit, "Ada Author <ada@example.com>")
    assert (head.subject, head.time) == ("subject line", EPOCH + 60)
    assert "main" in head.refs


def test_paths_and_options_select(git: GitDriver) -> None:
    first = git.commit("one", **{"a.txt": "1"})
    git.commit("two", **{"b.txt": "1"})

    assert list(walk_log(git.repo, [], ["HEAD"], ["a.txt"])) == [first]
    assert list(walk_log(git.repo, ["--author=nobody"], ["HEAD"], [])) == []


def test_heads_come_in_the_order_asked_for(git: GitDriver) -> None:
    commits = [git.commit(f"c{n}") for n in range(4)]
    mixed = [commits[2], commits[0], commits[3]]

    assert [head.commit for head in read_heads(git.repo, mixed)] == mixed


def test_an_unknown_revision_is_told(committed: GitDriver) -> None:
    with pytest.raises(UnknownRevision):
        list(walk_log(committed.repo, [], ["nowhere"], []))


def test_an_unborn_branch_cannot_be_walked(git: GitDriver) -> None:
    assert not has_head(git.repo)
    with pytest.raises((GitFailed, UnknownRevision)):
        list(walk_ids(git.repo))


def test_a_detached_head_has_no_branch(committed: GitDriver) -> None:
    assert current_branch(committed.repo) == "main"
    committed.run("checkout", "-q", "--detach")
    assert current_branch(committed.repo) == ""


def test_the_reflog_tells_what_was_made_here(git: GitDriver) -> None:
    first = git.commit("one")
    offset = reflog_size(git.repo)
    second = git.commit("two")
    git.run("commit", "-q", "--amend", "--allow-empty", "-m", "two again")
    amended = git.out("rev-parse", "HEAD")
    git.run("reset", "-q", "--hard", first)
    git.run("checkout", "-q", "-b", "side")

    made, size = read_reflog_commits(git.repo, offset)

    assert [commit.commit for commit in made] == [second, amended]
    assert size == reflog_size(git.repo)
    assert read_reflog_commits(git.repo, size) == ([], size)


def test_an_expired_reflog_is_read_from_its_beginning(git: GitDriver) -> None:
    commit = git.commit("one")

    made, _ = read_reflog_commits(git.repo, 10_000)

    assert [found.commit for found in made] == [commit]


def test_commits_are_walked_with_the_files_they_touch(git: GitDriver) -> None:
    first = git.commit("a", **{"a.txt": "1", "odd name\t.txt": "1"})
    git.run("mv", "a.txt", "b.txt")
    second = git.commit("moved")
    third = git.commit("nothing")

    found = list(walk_files(git.repo))

    assert [commit for commit, _, _ in found] == [third, second, first]
    assert [sorted(paths) for _, _, paths in found] == [
        [],
        ["a.txt", "b.txt"],
        ["a.txt", "odd name\t.txt"],
    ]
    assert found[0][1] - found[2][1] == 120
    assert [c for c, _, _ in walk_files(git.repo, since=found[1][1])] == [third, second]


def test_whoever_committed_here_is_known(committed: GitDriver) -> None:
    committed.environ = {"GIT_COMMITTER_EMAIL": "Work@Example.com"}
    committed.commit("at work")

    assert committer_emails(committed.repo) == {
        "ada@example.com",
        "carl@example.com",
        "work@example.com",
    }
