"""Each thing people do to history, with the memories written before it and written too late."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

import pytest

from gitmem.follow.reconcile import ReconcileRange
from gitmem.index.cache import Index
from gitmem.index.commits import abandoned_commits
from gitmem.notes.store import NoteStore
from gitmem.refresh.catch_up import catch_up
from gitmem.setup.install import install
from gitmem.state.error_log import read_log
from tests.support.git import GitDriver
from tests.support.history import followed, lines, remember, set_up, titles_at
from tests.support.in_process import work_here
from tests.support.jobs import hold_worker
from tests.support.prepared import prepared

PATIENCE_SECONDS = 60.0

Operation = Callable[[GitDriver], None]


@dataclass(frozen=True)
class Case:
    """What is done to ``main~3..main`` (subjects "one", "two", "three"; base "base"), and where
    the memories are then: revision → titles.
    """

    name: str
    operation: Operation
    expected: dict[str, list[str]]
    abandonments: tuple[str, ...] = ()


def rebase(git: GitDriver, todo: str, *options: str, check: bool = True) -> None:
    """An interactive rebase of the three with this to do; ``{one}`` stands for that commit."""
    names = ("one", "two", "three")
    commits = git.out("rev-list", "--reverse", "main~3..main").split()
    text = todo.format(**dict(zip(names, commits, strict=True)))
    plan = git.write("../todo", text)
    git.environ["GIT_SEQUENCE_EDITOR"] = f"cp '{plan}'"
    git.environ["GIT_EDITOR"] = "true"
    git.run("rebase", "-q", "-i", *options, "main~3", check=check)


def reword(git: GitDriver) -> None:
    git.environ["GIT_EDITOR"] = "echo reworded >"
    commits = git.out("rev-list", "--reverse", "main~3..main").split()
    plan = git.write("../todo", f"reword {commits[0]}\npick {commits[1]}\npick {commits[2]}\n")
    git.environ["GIT_SEQUENCE_EDITOR"] = f"cp '{plan}'"
    git.run("rebase", "-q", "-i", "main~3")


def edit(git: GitDriver) -> None:
    rebase(git, "edit {one}\npick {two}\npick {three}\n")
    git.write("a.txt", lines("a") + "one line more, added while editing\n")
    git.run("commit", "-q", "-a", "--amend", "--no-edit")
    git.run("rebase", "--continue")


def split(git: GitDriver) -> None:
    rebase(git, "pick {one}\nedit {two}\npick {three}\n")
    git.run("reset", "-q", "HEAD^")
    git.run("add", "b.txt")
    git.run("commit", "-q", "-m", "first half")
    git.run("add", "bb.txt")
    git.run("commit", "-q", "-m", "second half")
    git.run("rebase", "--continue")


def onto(git: GitDriver, *options: str) -> None:
    git.run("checkout", "-q", "-b", "side", "main~3")
    git.commit("aside", **{"side.txt": lines("side")})
    git.run("checkout", "-q", "main")
    git.run("rebase", "-q", *options, "side")


def conflicting(git: GitDriver) -> None:
    git.run("checkout", "-q", "-b", "side", "main~3")
    git.commit("aside", **{"a.txt": "somebody else wrote this file at the same time\n"})
    git.run("checkout", "-q", "main")
    git.run("rebase", "-q", "side", check=False)
    git.write("a.txt", lines("a") + "somebody else wrote this file at the same time\n")
    git.run("add", "-A")
    git.environ["GIT_EDITOR"] = "true"
    git.run("rebase", "--continue")


def with_merge(git: GitDriver) -> None:
    git.run("checkout", "-q", "-b", "side", "main~3")
    git.commit("aside", **{"side.txt": lines("side")})
    git.run("checkout", "-q", "main")
    git.run("merge", "-q", "--no-ff", "-m", "joined", "side")
    git.run("commit", "-q", "--amend", "--no-edit", "--date", "2026-03-01T00:00:00Z")
    git.run("checkout", "-q", "-b", "under", "main~4")
    git.commit("under", **{"under.txt": lines("under")})
    git.run("rebase", "-q", "--rebase-merges", "under", "main")


def update_refs(git: GitDriver) -> None:
    git.run("branch", "middle", "main~1")
    git.run("branch", "side", "main~3")
    git.run("checkout", "-q", "side")
    git.commit("aside", **{"side.txt": lines("side")})
    git.run("checkout", "-q", "main")
    git.run("rebase", "-q", "--update-refs", "side")


def autosquash(git: GitDriver) -> None:
    git.write("a.txt", lines("a") + "and a line that had been forgotten\n")
    git.run("commit", "-q", "-a", "--fixup", "HEAD~2")
    git.environ["GIT_SEQUENCE_EDITOR"] = "true"
    git.run("rebase", "-q", "-i", "--autosquash", "main~4")


def branched(git: GitDriver) -> None:
    """The three are on a branch, and main goes on from where they began."""
    git.run("branch", "topic")
    git.run("reset", "-q", "--hard", "main~3")
    git.commit("aside", **{"side.txt": lines("side")})


def pick(*options: str) -> Operation:
    def picked(git: GitDriver) -> None:
        branched(git)
        git.run("cherry-pick", *options)

    return picked


def pick_with_conflict(git: GitDriver) -> None:
    branched(git)
    git.commit("in the way", **{"a.txt": "somebody else wrote this file at the same time\n"})
    git.run("cherry-pick", "topic~2", check=False)
    git.write("a.txt", lines("a") + "somebody else wrote this file at the same time\n")
    git.run("add", "-A")
    git.run("-c", "core.editor=true", "cherry-pick", "--continue")


def merge(git: GitDriver) -> None:
    branched(git)
    git.run("merge", "-q", "topic")


def reset(git: GitDriver) -> None:
    git.run("reset", "-q", "--hard", "main~1")


def pick_uncommitted(git: GitDriver) -> None:
    branched(git)
    git.run("cherry-pick", "-n", "topic~2", "topic~1")
    git.run("commit", "-q", "-m", "two of them at once")


def squash_merge(git: GitDriver) -> None:
    branched(git)
    git.run("merge", "-q", "--squash", "topic")
    git.run("commit", "-q", "-m", "all of topic")


def server_squash(git: GitDriver) -> None:
    squash_merge(git)
    git.run("branch", "-q", "-D", "topic")


def reset_and_recommit(git: GitDriver) -> None:
    git.run("reset", "-q", "--soft", "main~3")
    git.run("commit", "-q", "-m", "all three in one")


def apply_mail(git: GitDriver) -> None:
    mails = git.out("format-patch", "-q", "--stdout", "main~3..main")
    branched(git)
    git.run("am", "-q", stdin=(mails + "\n").encode())


def revert(git: GitDriver) -> None:
    git.run("revert", "--no-edit", "HEAD")


def stash_and_pop(git: GitDriver) -> None:
    git.write("c.txt", "work that nobody has committed yet\n")
    git.run("stash", "-q")
    git.run("stash", "pop", "-q")


def amend_pushed(git: GitDriver) -> None:
    git.run("update-ref", "refs/remotes/origin/main", "main")
    git.write("c.txt", lines("c") + "and one that the amend brings\n")
    git.run("commit", "-q", "-a", "--amend", "--no-edit")


KEPT = {"main~2": ["one"], "main~1": ["two"], "main": ["three"]}
TOPIC = {"topic~2": ["one"], "topic~1": ["two"], "topic": ["three"]}

CASES = [
    Case("amend", amend_pushed, {**KEPT, "origin/main": ["three"]}),
    Case("rebase, merge backend", onto, KEPT),
    Case("rebase, apply backend", lambda git: onto(git, "--apply"), KEPT),
    Case("rebase with a conflict", conflicting, KEPT),
    Case("reword", reword, KEPT),
    Case("edit", edit, KEPT),
    Case(
        "squash",
        lambda git: rebase(git, "pick {one}\nsquash {two}\npick {three}\n"),
        {"main~1": ["one", "two"], "main": ["three"]},
    ),
    Case(
        "fixup",
        lambda git: rebase(git, "pick {one}\nfixup {two}\nfixup {three}\n"),
        {"main": ["one", "three", "two"]},
    ),
    Case(
        "split",
        split,
        {"main~3": ["one"], "main~2": ["two"], "main~1": ["two"], "main": ["three"]},
    ),
    Case(
        "drop",
        lambda git: rebase(git, "pick {one}\ndrop {two}\npick {three}\n"),
        {"main~1": ["one"], "main": ["three"]},
        abandonments=("two",),
    ),
    Case(
        "reorder",
        lambda git: rebase(git, "pick {three}\npick {one}\npick {two}\n"),
        {"main~2": ["three"], "main~1": ["one"], "main": ["two"]},
    ),
    Case("exec", lambda git: onto(git, "--exec", "true"), KEPT),
    Case(
        "rebase-merges",
        with_merge,
        {"main^1~2": ["one"], "main^1~1": ["two"], "main^1": ["three"]},
    ),
    Case("update-refs", update_refs, {**KEPT, "middle": ["two"]}),
    Case("autosquash", autosquash, KEPT),
    Case("cherry-pick one", pick("topic~1"), {**TOPIC, "main": ["two"]}),
    Case("cherry-pick -x", pick("-x", "topic~1"), {**TOPIC, "main": ["two"]}),
    Case("cherry-pick a range", pick("topic~3..topic"), {**TOPIC, **KEPT}),
    Case("cherry-pick with a conflict", pick_with_conflict, {**TOPIC, "main": ["one"]}),
    Case("cherry-pick -n of two", pick_uncommitted, {**TOPIC, "main": ["one", "two"]}),
    Case("merge", merge, TOPIC),
    Case("merge --squash", squash_merge, {**TOPIC, "main": ["one", "three", "two"]}),
    Case("squash on the server", server_squash, {"main": ["one", "three", "two"]}),
    Case("revert", revert, {"main~3": ["one"], "main~2": ["two"], "main~1": ["three"]}),
    Case("reset --soft and recommit", reset_and_recommit, {"main": ["one", "three", "two"]}),
    Case("stash and pop", stash_and_pop, KEPT),
    Case("am", apply_mail, {**TOPIC, **KEPT}),
    Case(
        "reset --hard",
        reset,
        {"main~1": ["one"], "main": ["two"]},
        abandonments=("three",),
    ),
]


@prepared
def three(git: GitDriver) -> GitDriver:
    """A base and three commits, each of files of its own."""
    set_up(git)
    return three_commits(git)


def three_commits(git: GitDriver) -> GitDriver:
    git.commit("base", **{"base.txt": lines("base")})
    git.commit("one", **{"a.txt": lines("a")})
    git.commit("two", **{"b.txt": lines("b"), "bb.txt": lines("bb")})
    git.commit("three", **{"c.txt": lines("c")})
    return git


def commits_of(git: GitDriver) -> list[str]:
    return git.out("rev-list", "--reverse", "main~3..main").split()


@pytest.mark.parametrize("is_late", [False, True], ids=["remembered", "remembered too late"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_memory_is_found_on_the_commit_that_carries_its_change(
    three: GitDriver, case: Case, is_late: bool
) -> None:
    commits = commits_of(three)
    followed(three)
    if not is_late:
        remember(three, *commits)
        followed(three)

    case.operation(three)
    if is_late:  # no hook told in time: the commits are found in the reflog afterwards
        remember(three, *commits)
    done = followed(three)

    found = {revision: titles_at(three, revision) for revision in case.expected}
    assert case.expected == found
    subjects = sorted(three.out("log", "-1", "--format=%s", commit) for commit in done.abandonments)
    assert sorted(case.abandonments) == subjects
    assert dict(done.unmatched) == {}
    everywhere = [title for commit in commits for title in titles_at(three, commit)]
    assert sorted(everywhere) == ["one", "three", "two"]  # nothing is taken away
    assert not three.run("fsck", "--strict").stderr


@prepared
def hooked(git: GitDriver) -> GitDriver:
    """The same with hooks and a memory of each of the three, all seen by a worker."""
    install(git.repo)
    three_commits(git)
    remember(git, *commits_of(git))
    work_here(git.repo)
    return git


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_with_our_hooks_one_worker_afterwards_does_it_unasked(
    hooked: GitDriver, case: Case
) -> None:
    hold_worker(hooked)
    case.operation(hooked)

    work_here(hooked.repo)

    check_followed(hooked, case)


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_with_our_hooks_workers_at_any_moment_do_it_unasked(hooked: GitDriver, case: Case) -> None:
    case.operation(hooked)

    assert catch_up(hooked.repo, PATIENCE_SECONDS)
    check_followed(hooked, case)


def check_followed(git: GitDriver, case: Case) -> None:
    assert case.expected == {revision: titles_at(git, revision) for revision in case.expected}
    with closing(Index.open(git.repo.state_dir)) as index:
        dropped = [
            git.out("log", "-1", "--format=%s", commit) for commit in abandoned_commits(index)
        ]
    assert sorted(case.abandonments) == sorted(dropped)
    assert read_log(git.repo, 10) == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_once_reconciled_nothing_is_left_to_do(three: GitDriver, case: Case) -> None:
    remember(three, *commits_of(three))
    followed(three)
    case.operation(three)
    followed(three)
    tip = NoteStore(three.repo).tip()

    assert followed(three) == followed(three, ReconcileRange(is_full=True))
    assert tip == NoteStore(three.repo).tip()
