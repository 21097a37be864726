"""A commit that took another's place holds its memory once, however it came to be."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gitmem.capture.missed_commits import watch_worktrees
from gitmem.worker import work
from tests.support.capture import memories_on, session_in, workspace_of
from tests.support.git import GitDriver

SESSIONS = ("11111111-2222-4333-8444-555555555555", "22222222-2222-4333-8444-555555555555")


def _work_on(git: GitDriver, number: int) -> None:
    name, line = f"part{number}.py", f"ChunkedReader{number} = 1\n"
    writer = session_in(git, SESSIONS[number])
    writer.prompt(
        f"The importer chokes; use ChunkedReader{number} for the buffer because calls are capped."
    )
    writer.write(name, line)
    git.write(name, line)
    git.now = int(writer.now) + 60
    git.run("add", "-A")


def _soft(git: GitDriver) -> None:
    git.run("reset", "-q", "--soft", "HEAD~2")
    git.run("commit", "-qm", "Both")


def _mixed(git: GitDriver) -> None:
    git.run("reset", "-q", "HEAD~2")
    for number in (0, 1):
        git.run("add", f"part{number}.py")
        git.now += 60
        git.run("commit", "-qm", f"Part {number} again")


def _hard_and_pick(git: GitDriver) -> None:
    tip = git.out("rev-parse", "HEAD")
    git.run("reset", "-q", "--hard", "HEAD~2")
    git.run("cherry-pick", f"{tip}~2..{tip}")


def _pick_into_the_index(git: GitDriver) -> None:
    tip = git.out("rev-parse", "HEAD")
    git.run("reset", "-q", "--hard", "HEAD~2")
    git.run("cherry-pick", "-n", f"{tip}~2..{tip}")
    git.run("commit", "-qm", "Picked")


def _mail(git: GitDriver) -> None:
    mails = git.run("format-patch", "-2", "--stdout").stdout
    git.run("reset", "-q", "--hard", "HEAD~2")
    git.now += 60
    git.run("am", "-q", stdin=mails)


def _mail_elsewhere(git: GitDriver) -> None:
    mails = git.run("format-patch", "-2", "--stdout").stdout
    git.run("checkout", "-qb", "other", "HEAD~2")
    git.run("am", "-q", stdin=mails)


def _stash(git: GitDriver) -> None:
    git.run("reset", "-q", "--soft", "HEAD~2")
    git.run("stash", "-q")
    git.run("stash", "pop", "-q", "--index")
    git.run("commit", "-qm", "Restored")


def _amend_after_reset(git: GitDriver) -> None:
    git.run("reset", "-q", "--soft", "HEAD~1")
    git.run("commit", "-q", "--amend", "-m", "Both")


def _patch(git: GitDriver) -> None:
    patch = git.run("diff", "HEAD~2").stdout
    git.run("reset", "-q", "--hard", "HEAD~2")
    git.run("apply", "--index", "-", stdin=patch)
    git.run("commit", "-qm", "Applied")


def _three_times(git: GitDriver) -> None:
    for word in ("once", "twice", "thrice"):
        git.run("reset", "-q", "--soft", "HEAD~1")
        git.run("commit", "-qm", f"Reworded {word}")


def _revert_of_a_revert(git: GitDriver) -> None:
    git.run("revert", "--no-edit", "HEAD")
    git.now += 60
    git.run("revert", "--no-edit", "HEAD")


WAYS = [
    *(_soft, _mixed, _hard_and_pick, _pick_into_the_index, _mail, _mail_elsewhere, _stash),
    *(_amend_after_reset, _patch, _three_times, _revert_of_a_revert),
]


QUICK = [_soft, _mixed, _mail, _three_times]
"""Done before the worker has looked at any of the commits."""


@pytest.mark.parametrize(
    ("way", "is_remembered_first"),
    [*((way, True) for way in WAYS), *((way, False) for way in QUICK)],
    ids=lambda given: given.__name__.strip("_") if callable(given) else "slow" * given or "quick",
)
def test_each_reason_stands_once(
    committed: GitDriver, way: Callable[[GitDriver], None], *, is_remembered_first: bool
) -> None:
    """In the history of HEAD, whether the worker came in between or only at the end."""
    base = committed.out("rev-parse", "HEAD")
    watch_worktrees(committed.repo)
    for number in (0, 1):
        _work_on(committed, number)
        committed.run("commit", "-qm", f"Part {number}")
        if is_remembered_first:
            work(workspace_of(committed))
    committed.now += 60
    way(committed)
    work(workspace_of(committed))
    work(workspace_of(committed))
    commits = committed.out("rev-list", f"{base}..HEAD").split()
    reasons = [str(memory) for commit in commits for memory in memories_on(committed, commit)]
    for number in (0, 1):
        told = [
            text for text in reasons if f"use ChunkedReader{number} for the buffer because" in text
        ]
        assert len(told) == 1, (number, reasons)
