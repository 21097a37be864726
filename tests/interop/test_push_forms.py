"""Every way to say ``git push``: git's own exit code, all that was named arrives, and what was
only tried sends nothing.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gitmem.state.lock import is_worker_running
from gitmem.state.queue import Queue
from tests.support.cli import gitmem
from tests.support.git import GitDriver
from tests.support.jobs import eventually
from tests.support.memories import NOTES_REF, notes_tip, remember
from tests.support.prepared import prepared


@prepared
def unshared(committed: GitDriver, remote: GitDriver) -> GitDriver:
    """A clone with a commit and a memory that its remote lacks."""
    committed.run("remote", "add", "origin", str(remote.path))
    committed.run("push", "-q", "-u", "origin", "main")
    assert gitmem(committed, "init").returncode == 0
    committed.write("more.py", "x = 1\n")
    committed.commit("More")
    remember(committed, "ours")
    return committed


def settle(git: GitDriver) -> None:
    """Nothing waits, and no worker is about to find something that does."""
    assert eventually(lambda: Queue(git.repo).is_empty() and not is_worker_running(git.repo))


NAMING_OURS = [
    ["push", "origin", "main", NOTES_REF],
    ["push", "origin", "main", f"{NOTES_REF}:{NOTES_REF}"],
    ["push", "origin", "main", f"+{NOTES_REF}"],
    ["push", "--force", "origin", "main", "refs/notes/*"],
    ["push", "origin", "main", "refs/notes/*:refs/notes/*"],
    ["push", "--atomic", "origin", "main", NOTES_REF],
    ["push", "--atomic", "--follow-tags", "origin", "main", "refs/notes/*:refs/notes/*"],
    ["push", "--mirror", "origin"],
    ["push", "--mirror", "--atomic", "origin"],
    ["push", "--porcelain", "origin", "refs/*:refs/*"],
    ["push", "--force-with-lease", "origin", "main", NOTES_REF],
    ["-c", "remote.origin.mirror=true", "push"],
    ["-c", "remote.origin.push=main", "-c", "remote.origin.push=refs/notes/*:refs/notes/*", "push"],
    ["-c", "remote.origin.push=refs/*:refs/*", "push", "origin"],
    ["-c", f"alias.share=push origin main {NOTES_REF}", "share"],
    ["-c", f"alias.share=!git push origin main {NOTES_REF}", "share"],
]
ORDINARY = [
    ["push"],
    ["push", "origin", "main"],
    ["push", "--atomic", "origin", "main"],
    ["push", "--all", "origin"],
    ["push", "--tags", "origin", "main"],
    ["push", "-fu", "origin", "HEAD"],
    ["push", "--no-dry-run", "origin", "main"],
    ["-c", "push.default=current", "push", "-v", "origin"],
    ["-c", "alias.up=push origin", "up", "main"],
]
DRY_RUNS = [
    ["push", "-n"],
    ["push", "--dry-run", "origin", "main"],
    ["push", "--dry-ru"],
    ["push", "-nf", "origin", "main"],
    ["push", "-fqn", "origin", "main"],
    ["push", "origin", "main", "-n"],
    ["push", "--no-dry-run", "-n"],
    ["push", "-n", "origin", "main", NOTES_REF],
    ["push", "--mirror", "-n", "origin"],
    ["-c", "alias.look=push -n", "look", "origin", "main"],
    ["-c", "alias.look=!git push --dry-run", "look"],
    ["-c", "alias.a=b", "-c", "alias.b=push --dry-r", "a", "origin", "main"],
    ["-C", ".", "--no-pager", "push", "-n"],
]


@pytest.mark.parametrize("arguments", NAMING_OURS, ids=" ".join)
def test_a_push_that_names_our_ref_is_left_to_git(
    unshared: GitDriver, remote: GitDriver, arguments: list[str]
) -> None:
    done = unshared.run(*arguments, check=False)

    assert (done.returncode, b"rejected" in done.stderr) == (0, False)
    assert notes_tip(remote) == notes_tip(unshared)
    assert remote.out("rev-parse", "main") == unshared.out("rev-parse", "main")
    settle(unshared)
    assert notes_tip(remote) == notes_tip(unshared)


@pytest.mark.parametrize("arguments", ORDINARY, ids=" ".join)
def test_an_ordinary_push_has_the_memories_there_when_it_ends(
    unshared: GitDriver, remote: GitDriver, arguments: list[str]
) -> None:
    unshared.run(*arguments)
    if "--no-dry-run" in arguments:
        settle(unshared)  # what could have been a dry run is seen only afterwards

    assert notes_tip(remote) == notes_tip(unshared) != ""


@pytest.mark.parametrize("arguments", DRY_RUNS, ids=" ".join)
def test_a_dry_run_sends_nothing(
    unshared: GitDriver, remote: GitDriver, arguments: list[str]
) -> None:
    before = remote.out("for-each-ref")
    assert unshared.run(*arguments).returncode == 0
    settle(unshared)

    assert remote.out("for-each-ref") == before


def test_behind_a_wrapper_that_hides_the_command_it_is_seen_by_what_arrived(
    unshared: GitDriver, remote: GitDriver, tmp_path: Path
) -> None:
    """Where the line names no push at all, as an older git's own aliases do not."""
    wrapper = tmp_path / "bin" / "git-push-it"
    wrapper.parent.mkdir()
    wrapper.write_text('#!/bin/bash\nexec -a "git it" git push "$@"\n')
    wrapper.chmod(0o755)
    unshared.environ["PATH"] = f"{wrapper.parent}:{os.environ['PATH']}"

    unshared.run("push-it", "-n", "origin", "main")
    settle(unshared)
    assert notes_tip(remote) == ""

    unshared.run("push-it", "origin", "main")
    settle(unshared)
    assert notes_tip(remote) == notes_tip(unshared)


def test_our_ref_deleted_on_purpose_does_not_come_back_at_once(
    unshared: GitDriver, remote: GitDriver
) -> None:
    unshared.run("push", "origin", "main")
    remember(unshared, "more")

    assert unshared.run("push", "origin", f":{NOTES_REF}").returncode == 0
    settle(unshared)
    assert notes_tip(remote) == ""


def test_a_memory_that_was_made_meanwhile_follows(unshared: GitDriver, remote: GitDriver) -> None:
    """git pushes what our ref was when it began."""
    before = notes_tip(unshared)
    unshared.run("push", "origin", "main", f"{before}:{NOTES_REF}")
    remember(unshared, "more")
    unshared.write("again.py", "y = 1\n")
    unshared.commit("Again")
    unshared.run("push", "origin", "main", f"{before}:{NOTES_REF}")
    settle(unshared)

    assert notes_tip(remote) == notes_tip(unshared) != before


def test_to_an_address_our_ref_goes_when_it_is_named(
    unshared: GitDriver, remote: GitDriver
) -> None:
    assert unshared.run("push", str(remote.path), "main", NOTES_REF).returncode == 0
    assert notes_tip(remote) == notes_tip(unshared)


def test_a_push_that_git_refuses_ends_as_git_ends_it(
    unshared: GitDriver, remote: GitDriver, tmp_path: Path
) -> None:
    """The remote has memories unknown here, and our ref was named: git's own answer."""
    other = remote.clone(tmp_path / "other")
    remember(other, "theirs")
    other.run("push", "-q", "origin", NOTES_REF)

    done = unshared.run("push", "origin", "main", NOTES_REF, check=False)
    settle(unshared)

    assert done.returncode == 1
    assert remote.out("rev-parse", "main") == unshared.out("rev-parse", "main")
    assert eventually(lambda: notes_tip(remote) == notes_tip(unshared))


def test_a_ref_that_git_found_up_to_date_is_not_older_than_what_we_know(
    unshared: GitDriver, remote: GitDriver
) -> None:
    """git notes in the end what it found at the beginning; a memory may have come meanwhile, and
    been sent: that is nothing that the remote has lost.
    """
    assert unshared.run("push", "-q", "origin", "main", NOTES_REF).returncode == 0
    settle(unshared)
    unshared.write("again.py", "x = 2\n")
    unshared.commit("Again")
    hook = unshared.repo.common_dir / "hooks" / "pre-push"
    late = "#!/bin/sh\ngit notes --ref claude-mem add -m late HEAD\n"
    hook.write_text(hook.read_text().replace("#!/bin/sh\n", late, 1))

    done = unshared.run("push", "-q", "origin", "main", NOTES_REF)
    settle(unshared)

    assert done.returncode == 0
    told = gitmem(unshared, "status")
    assert "gone from" not in told.stdout + told.stderr
    assert "had all memories" in told.stdout
    assert notes_tip(remote) == notes_tip(unshared)
