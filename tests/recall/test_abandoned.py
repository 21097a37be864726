"""Work that was dropped is kept, told apart, and no longer called so once it is taken up again."""

from __future__ import annotations

from gitmem.follow.sync import sync
from gitmem.git.remotes import refspec_of
from gitmem.notes.store import NoteStore
from gitmem.recall.abandoned import read_abandoned_entries
from gitmem.recall.log import find_entry
from tests.support.capture import workspace_of
from tests.support.git import GitDriver
from tests.support.history import followed, lines, remember, set_up
from tests.support.prepared import prepared


@prepared
def dropped_commit(git: GitDriver) -> tuple[GitDriver, str]:
    """A commit with a memory that ``reset --hard`` took off its branch."""
    set_up(git)
    git.commit("base", **{"base.txt": lines("base")})
    commit = git.commit("tried", **{"tried.txt": lines("tried")})
    followed(git)
    remember(git, commit)
    git.run("reset", "-q", "--hard", "HEAD~1")
    followed(git)
    return git, commit


def test_what_was_dropped_is_listed_with_when_and_by_what(
    dropped_commit: tuple[GitDriver, str],
) -> None:
    git, commit = dropped_commit

    (entry,) = read_abandoned_entries(git.repo)

    assert (commit, ["tried"]) == (entry.commit, [m.title for m in entry.memories])
    assert entry.abandonment == "since 2027-01-15 (reset)"
    assert find_entry(git.repo, commit).abandonment == entry.abandonment
    assert find_entry(git.repo, entry.memories[0].id).abandonment == entry.abandonment


def test_a_ref_that_reaches_it_again_ends_the_mark(dropped_commit: tuple[GitDriver, str]) -> None:
    git, commit = dropped_commit
    git.run("branch", "again", commit)

    assert list(read_abandoned_entries(git.repo)) == []
    assert find_entry(git.repo, commit).abandonment == ""


def test_work_that_another_commit_takes_up_is_not_abandoned(
    dropped_commit: tuple[GitDriver, str],
) -> None:
    git, commit = dropped_commit
    git.commit("other", **{"other.txt": lines("other")})
    git.run("cherry-pick", commit)

    done = followed(git)

    assert [(commit, git.out("rev-parse", "HEAD"))] == [(c.source, c.target) for c in done.copies]
    assert list(read_abandoned_entries(git.repo)) == []
    shown = find_entry(git.repo, NoteStore(git.repo).read(commit).memories[0].id)  # type: ignore[union-attr]
    assert (git.out("rev-parse", "HEAD"), "") == (shown.commit, shown.abandonment)
    assert NoteStore(git.repo).read(shown.commit).abandonment is None  # type: ignore[union-attr]


def test_a_team_mate_without_the_commit_sees_it_too(
    dropped_commit: tuple[GitDriver, str], remote: GitDriver
) -> None:
    git, commit = dropped_commit
    git.run("remote", "add", "origin", str(remote.path))
    git.run("push", "-q", "origin", "main")
    sync(workspace_of(git))
    other = remote.clone(git.path.parent / "other")
    other.run("config", "--add", "remote.origin.fetch", refspec_of("origin"))
    sync(workspace_of(other))

    (entry,) = read_abandoned_entries(other.repo)
    shown = find_entry(other.repo, entry.memories[0].id)

    assert (commit, "", "since 2027-01-15 (reset)") == (
        shown.commit,
        shown.author,
        shown.abandonment,
    )


def test_what_others_dropped_is_not_ours_to_mark(git: GitDriver) -> None:
    """A branch that is gone from the remote was merged in a way nobody here knows, or not."""
    set_up(git)
    git.commit("base", **{"base.txt": lines("base")})
    git.run("checkout", "-q", "--detach")
    tree = git.out("write-tree")
    theirs = git.out("commit-tree", "-p", "HEAD", "-m", "theirs", tree)
    git.run("checkout", "-q", "main")
    git.run("update-ref", "refs/remotes/origin/topic", theirs)
    remember(git, theirs)
    followed(git)
    git.run("update-ref", "-d", "refs/remotes/origin/topic")

    assert followed(git).abandonments == ()
    assert list(read_abandoned_entries(git.repo)) == []
