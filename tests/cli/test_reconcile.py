"""``gitmem reconcile`` as a person or a pipeline runs it."""

from __future__ import annotations

import json

from tests.support.cli import gitmem
from tests.support.git import GitDriver
from tests.support.history import followed, lines, remember, set_up, titles_at
from tests.support.prepared import prepared


@prepared
def half(git: GitDriver) -> tuple[str, str]:
    """A dropped commit with a memory, and one that has a third of its lines."""
    set_up(git)
    git.commit("base", **{"base.txt": lines("base")})
    old = git.commit("one", **{"a.txt": lines("a", 3)})
    followed(git)
    remember(git, old)
    git.run("reset", "-q", "--hard", "HEAD~1")
    text = lines("a", 3).splitlines(keepends=True)
    new = git.commit("another try", **{"a.txt": text[0] + lines("anew", 9)})
    return old, new


def test_what_is_uncertain_is_told_each_time_until_a_person_decides(
    git: GitDriver, half: tuple[str, str]
) -> None:
    old, new = half

    first, again = gitmem(git, "reconcile"), gitmem(git, "reconcile")
    decided = gitmem(git, "reconcile", "--pair", old, new)
    after = gitmem(git, "reconcile")

    advice = f"gitmem reconcile --pair {old[:10]} {new[:10]}"
    assert first.stdout.strip().endswith(advice)
    assert first.stdout == again.stdout
    assert decided.stdout == f"{old[:10]} → {new[:10]}  1 memory (git told)\n"
    assert titles_at(git, new) == ["one"]
    assert after.stdout == "Every memory is where it belongs.\n"


def test_a_range_as_json(git: GitDriver) -> None:
    set_up(git)
    git.commit("base", **{"base.txt": lines("base")})
    git.run("checkout", "-q", "-b", "topic")
    old = git.commit("one", **{"a.txt": lines("a")})
    remember(git, old)
    git.run("checkout", "-q", "main")
    git.run("merge", "-q", "--squash", "topic")
    new = git.commit("squashed")

    dry = gitmem(git, "reconcile", "--range", "main~1..main", "--dry-run", "--json")
    done = gitmem(git, "reconcile", "--range", "main~1..main", "--json")

    assert json.loads(dry.stdout) == json.loads(done.stdout)
    (carried,) = json.loads(done.stdout)["carried"]
    assert (old, new, 1) == (carried["from"], carried["to"], carried["memories"])
    assert gitmem(git, "reconcile", "--range", "nothing..here").returncode == 13


def test_in_the_middle_of_a_rebase_it_waits(git: GitDriver) -> None:
    git.commit("base", **{"base.txt": lines("base")})
    git.commit("one", **{"a.txt": lines("a")})
    git.environ["GIT_SEQUENCE_EDITOR"] = "sed -i s/pick/edit/"
    git.run("rebase", "-q", "-i", "HEAD~1")

    done = gitmem(git, "reconcile")

    assert (done.returncode, done.stdout.startswith("A rebase is in progress")) == (0, True)


def test_a_bare_repository_can_be_reconciled(git: GitDriver, remote: GitDriver) -> None:
    """As a server's post-receive hook may do it."""
    set_up(git)
    git.commit("base", **{"base.txt": lines("base")})
    old = git.commit("one", **{"a.txt": lines("a")})
    remember(git, old)
    notes = "refs/notes/claude-mem:refs/notes/claude-mem"
    git.run("push", "-q", str(remote.path), "main", "main:topic", notes)
    git.run("reset", "-q", "--hard", "HEAD~1")
    git.commit("aside", **{"side.txt": lines("side")})
    git.run("cherry-pick", old)
    assert gitmem(remote, "reconcile").returncode == 0
    git.run("push", "-q", "-f", str(remote.path), "main")

    assert gitmem(remote, "reconcile").returncode == 0
    assert titles_at(remote, "main") == ["one"]
