from __future__ import annotations

from gitmem.git.named_commits import named_commits
from gitmem.model.amendment import Amendment
from tests.support.git import GitDriver


def named(git: GitDriver, commit: str) -> dict[str, Amendment]:
    return dict(named_commits(git.repo, [commit])[commit])


def test_a_message_is_read_whole_and_names_are_looked_up(committed: GitDriver) -> None:
    one = committed.commit("Add a cache", a="1\n")
    two = committed.commit("Add a queue", a="2\n")
    last = committed.commit(
        f"Rework storage\n\nLong.\n\nThis reverts commit {one}.\nFixes: {two[:10]}\n"
        f"See {one[:8]}. Reverts {'1f' * 20}.",
        a="3\n",
    )

    assert named(committed, last) == {one: Amendment.REVERTED, two: Amendment.FIXED}
    assert named(committed, two) == {}


def test_what_git_itself_writes_of_a_revert_is_understood(committed: GitDriver) -> None:
    old = committed.commit("Add a cache", a="1\n")
    committed.run("revert", "--no-edit", old)
    revert = committed.out("rev-parse", "HEAD")
    committed.run("revert", "--no-edit", revert)
    again = committed.out("rev-parse", "HEAD")

    assert named(committed, revert) == {old: Amendment.REVERTED}
    assert named(committed, again) == {revert: Amendment.REVERTED}


def test_a_title_names_the_last_commit_before_that_has_it(committed: GitDriver) -> None:
    committed.commit("Update the docs", a="1\n")
    second = committed.commit("Update the docs (#7)", a="2\n")
    revert = committed.commit('Revert "Update the docs"', a="1\n")
    committed.commit("Update the docs", a="3\n")

    assert named(committed, revert) == {second: Amendment.REVERTED}


def test_a_number_names_what_was_merged_under_it(committed: GitDriver) -> None:
    one = committed.commit("Add a cache (#12)", a="1\n")
    committed.commit("Add a queue (#13)", a="2\n")
    revert = committed.commit('Revert "Cache"\n\nReverts ada/page#12', a="1\n")

    assert named(committed, revert) == {one: Amendment.REVERTED}


def test_the_revert_of_a_merge_reverts_what_came_with_it(committed: GitDriver) -> None:
    committed.run("checkout", "-q", "-b", "topic")
    inner = [committed.commit(f"Step {n}", **{f"t{n}": "x\n"}) for n in range(2)]
    committed.run("checkout", "-q", "main")
    beside = committed.commit("Beside", b="1\n")
    committed.run("merge", "-q", "--no-ff", "-m", "Merge topic", "topic")
    merge = committed.out("rev-parse", "HEAD")
    committed.run("revert", "--no-edit", "-m", "1", merge)
    revert = committed.out("rev-parse", "HEAD")

    found = named(committed, revert)

    assert found == dict.fromkeys([merge, *inner], Amendment.REVERTED)
    assert beside not in found


def test_nothing_names_itself_and_what_is_not_here_is_not_told(git: GitDriver) -> None:
    first = git.commit('Revert "first"')
    missing = "1" * 40

    assert named_commits(git.repo, [first, missing, "no id"]) == {first: {}}
