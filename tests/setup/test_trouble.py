"""What is broken is said at the next session's start; what is not broken is never said to be."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gitmem.git.repo import Repo
from gitmem.model.job import Job
from gitmem.setup.install import install
from gitmem.setup.reinstate import reinstate_hooks
from gitmem.setup.trouble import find_trouble
from gitmem.state.last_capture import keep_capture
from gitmem.state.lock import lock
from gitmem.state.queue import Queue
from gitmem.state.settings import Settings, read_settings
from gitmem.state.worker_turns import leave_mark
from gitmem.state.writer_record import keep_failure, keep_success
from tests.support.cli import own_mounts
from tests.support.git import GitDriver
from tests.support.layouts import LAYOUTS, OLD_GIT
from tests.support.prepared import prepared

WEEK = 7 * 86_400.0


@prepared
def ready(committed: GitDriver) -> GitDriver:
    install(committed.repo)
    return committed


def trouble(git: GitDriver, now: float | None = None) -> str:
    return find_trouble(git.repo, read_settings(git.repo), now)


def waits(git: GitDriver, seconds: float, commit: str = "a" * 40) -> None:
    job = Job("capture", commit=commit, worktree=str(git.path))
    Queue(git.repo).add(job, time.time() - seconds)


def fails(git: GitDriver, seconds: float) -> None:
    waits(git, seconds)
    (queued,) = Queue(git.repo).jobs()
    for _ in range(3):
        (queued,) = Queue(git.repo).jobs() or [queued]
        Queue(git.repo).retry(queued)


def test_a_fresh_repository_has_no_trouble(ready: GitDriver) -> None:
    assert trouble(ready) == ""


def test_nor_has_a_clone_or_one_that_was_used_a_year_ago(ready: GitDriver, tmp_path: Path) -> None:
    clone = ready.clone(tmp_path / "clone")
    install(clone.repo)
    keep_capture(ready.repo, time.time() - 365 * 86_400)

    assert trouble(clone) == ""
    assert trouble(ready) == ""


def test_a_commit_of_seconds_ago_is_no_trouble(ready: GitDriver) -> None:
    waits(ready, 20)

    assert trouble(ready) == ""


def test_work_that_nobody_takes_up(ready: GitDriver) -> None:
    waits(ready, WEEK)
    waits(ready, 3_600, "b" * 40)
    waits(ready, 3_600, "b" * 40)  # reported twice

    assert trouble(ready) == (
        "gitmem is not capturing: 2 commits have waited for 7 days. Run: gitmem doctor"
    )


def test_the_end_of_a_turn_that_nobody_takes_up(ready: GitDriver) -> None:
    Queue(ready.repo).add(Job("turn", session="s", worktree="/x"), time.time() - 3 * 3_600)

    assert "a session has waited for 3 hours." in trouble(ready)


def test_what_was_tried_once_waits_for_the_next_worker(ready: GitDriver) -> None:
    queue = Queue(ready.repo)
    for kind in ("turn", "end", "push"):
        queue.add(Job(kind, session="s", attempt=1), time.time() - 600)
    assert trouble(ready) == ""

    queue.add(Job("capture", commit="a" * 40, attempt=1), time.time() - 600)

    assert "1 commit has waited for 10 minutes." in trouble(ready)


def test_a_push_that_nobody_takes_up(ready: GitDriver) -> None:
    Queue(ready.repo).add(Job("push", remote="origin"), time.time() - 90)

    assert trouble(ready) == (
        "gitmem is not capturing: work has waited for 1 minute. Run: gitmem doctor"
    )


@pytest.mark.parametrize("python", ["/nowhere/python", "'/no where/python'"])
def test_a_launcher_whose_python_is_gone(ready: GitDriver, python: str) -> None:
    """A status line runs the gitmem of the PATH, which may well be another."""
    run = ready.repo.state_dir / "run"
    run.write_text(run.read_text().replace(sys.executable, python))

    assert "the Python it was set up with is gone" in trouble(ready)


def test_a_python_in_a_place_with_a_quote_is_found(ready: GitDriver, tmp_path: Path) -> None:
    place = tmp_path / "python 3's"
    place.symlink_to(sys.executable)
    run = ready.repo.state_dir / "run"
    run.write_text(run.read_text().replace(sys.executable, shlex.quote(str(place))))

    assert trouble(ready) == ""


def test_a_launcher_that_is_gone(ready: GitDriver) -> None:
    (ready.repo.state_dir / "run").unlink()

    assert trouble(ready).startswith("gitmem is not capturing: the Python")


def test_while_a_worker_is_at_it_nothing_is_late(ready: GitDriver) -> None:
    waits(ready, WEEK)

    with lock(ready.repo, "worker"):
        assert trouble(ready) == ""


def test_nor_while_one_has_only_begun(ready: GitDriver) -> None:
    """On a machine that has just been switched on it loads for seconds before it takes the lock."""
    waits(ready, WEEK)
    leave_mark(ready.repo)

    assert trouble(ready) == ""


def test_a_worker_that_died_counts_for_nothing(ready: GitDriver) -> None:
    waits(ready, WEEK)
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    (ready.repo.state_dir / "worker.pid").write_text(str(done.pid))

    assert "not capturing" in trouble(ready)


def test_nor_does_a_mark_whose_number_may_be_anothers_by_now(ready: GitDriver) -> None:
    waits(ready, WEEK)
    leave_mark(ready.repo)
    mark = ready.repo.state_dir / "worker.pid"
    os.utime(mark, (time.time() - 300, time.time() - 300))

    assert "not capturing" in trouble(ready)


def test_during_a_rebase_commits_wait_on_purpose(ready: GitDriver) -> None:
    waits(ready, WEEK)
    (ready.repo.git_dir / "rebase-merge").mkdir()

    assert trouble(ready) == ""


def test_work_that_was_given_up(ready: GitDriver) -> None:
    fails(ready, 3_600)

    assert trouble(ready) == (
        "gitmem is not capturing: 1 commit could not be remembered. Run: gitmem doctor"
    )


def test_work_that_was_given_up_is_over_once_something_was_remembered(ready: GitDriver) -> None:
    fails(ready, 3_600)
    keep_capture(ready.repo)

    assert trouble(ready) == ""


def test_work_that_was_given_up_long_ago_is_the_doctors(ready: GitDriver) -> None:
    fails(ready, 60 * 86_400)

    assert trouble(ready) == ""


def lose_hook(git: GitDriver) -> None:
    (git.path / ".git/hooks/post-commit").unlink()


def move_hooks(git: GitDriver) -> None:
    git.run("config", "core.hooksPath", "other-hooks")


def share_hooks(git: GitDriver) -> None:
    (git.path.parent / "shared").mkdir()
    git.run("config", "core.hooksPath", str(git.path.parent / "shared"))


def forbid_hook(git: GitDriver) -> None:
    (git.path / ".git/hooks/post-commit").chmod(0o644)


@pytest.mark.parametrize("harm", [lose_hook, move_hooks, share_hooks, forbid_hook])
def test_hooks_that_are_gone(committed: GitDriver, harm: object) -> None:
    install(committed.repo, git_version=OLD_GIT)
    reinstate_hooks(committed.repo, git_version=OLD_GIT)
    assert trouble(committed) == ""
    assert callable(harm)
    harm(committed)

    reinstate_hooks(committed.repo, git_version=OLD_GIT)  # as each worker does at its end

    assert trouble(committed) == (
        "gitmem's git hooks are gone: commits are remembered late. Run: gitmem doctor"
    )


@pytest.mark.parametrize("harm", [lose_hook, forbid_hook])
def test_a_hook_file_that_is_gone_is_told_before_a_worker_has_seen_it(
    committed: GitDriver, harm: Callable[[GitDriver], None]
) -> None:
    install(committed.repo, git_version=OLD_GIT)
    harm(committed)

    assert "git hooks are gone" in trouble(committed)


@pytest.mark.parametrize("arrange", LAYOUTS)
def test_hook_files_that_are_in_place_start_no_process(
    committed: GitDriver, arrange: Callable[[GitDriver], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    arrange(committed)
    install(committed.repo, git_version=OLD_GIT)
    settings = read_settings(committed.repo)

    def refuse(repo: Repo) -> list[str]:
        raise AssertionError

    monkeypatch.setattr("gitmem.setup.reinstate.find_lost_hooks", refuse)

    assert find_trouble(committed.repo, settings) == ""


def test_hooks_that_are_back_are_no_trouble_before_a_worker_has_seen_it(
    committed: GitDriver,
) -> None:
    install(committed.repo, git_version=OLD_GIT)
    move_hooks(committed)
    reinstate_hooks(committed.repo, git_version=OLD_GIT)

    committed.run("config", "--unset", "core.hooksPath")

    assert trouble(committed) == ""


def test_a_shared_hook_that_calls_gitmem_is_no_trouble(committed: GitDriver) -> None:
    install(committed.repo, git_version=OLD_GIT)
    share_hooks(committed)
    for event in os.listdir(committed.path / ".git/gitmem/hooks"):
        hook = committed.path.parent / "shared" / event
        hook.write_text('#!/bin/sh\n"$(git rev-parse --git-common-dir)/gitmem/hooks/${0##*/}"\n')
        hook.chmod(0o755)
    reinstate_hooks(committed.repo, git_version=OLD_GIT)

    assert trouble(committed) == ""


def test_a_shared_folder_from_the_start_is_no_trouble(committed: GitDriver) -> None:
    share_hooks(committed)
    install(committed.repo, git_version=OLD_GIT)
    reinstate_hooks(committed.repo, git_version=OLD_GIT)

    assert trouble(committed) == ""


def test_a_model_that_fails_each_time(ready: GitDriver) -> None:
    settings = Settings(compressor=("anthropic", "extractive"))
    for moment in (10.0, 20.0):
        keep_failure(ready.repo, "anthropic", "sk-ant-api03-secret is wrong", moment)
    assert find_trouble(ready.repo, settings) == ""  # a fluke or two

    keep_failure(ready.repo, "anthropic", "sk-ant-api03-secret is wrong", 30.0)

    line = find_trouble(ready.repo, settings)
    assert line.startswith("gitmem: 'anthropic' failed 3 times in a row")
    assert "sk-ant" not in line
    assert trouble(ready) == ""  # who is not asked any more does not matter
    keep_success(ready.repo, "anthropic", 40.0)
    assert find_trouble(ready.repo, settings) == ""


_PROBE = """
import sys
from gitmem.git.repo import find_repo
from gitmem.setup.trouble import find_trouble
from gitmem.state.settings import Settings
print(find_trouble(find_repo(sys.argv[1]), Settings()))
"""


@pytest.mark.parametrize(
    ("mount", "told"),
    [
        ("cp -r $1 /mnt/r && mount -o remount,ro /mnt", "the repository cannot be written to"),
        ("cp -r $1 /mnt/r && cat /dev/zero >/mnt/rest", "the disk is full"),
        ("cp -r $1 /mnt/r", ""),
    ],
    ids=["read-only", "full", "sound"],
)
def test_a_disk_that_takes_nothing(ready: GitDriver, mount: str, told: str) -> None:
    script = f'mount -t tmpfs -o size=8m tmpfs /mnt; {mount}; exec "$2" -I -c "$3" /mnt/r'
    command = [*own_mounts(), "sh", "-c", script, "sh", str(ready.path), sys.executable, _PROBE]

    done = subprocess.run(command, capture_output=True, text=True, env=ready.env(), check=False)

    line = f"gitmem is not capturing: {told}. Run: gitmem doctor" if told else ""
    assert done.stdout.strip() == line, done.stderr


def test_no_line_holds_a_name_or_a_path(committed: GitDriver) -> None:
    """Whatever is in the files that are looked at, what is told are our words and counts."""
    install(committed.repo, git_version=OLD_GIT)
    Queue(committed.repo).add(
        Job("turn", session="\x1b[31mevil", worktree="/secret/place"), time.time() - 3_600
    )
    lines = [trouble(committed)]
    Queue(committed.repo).finish(Queue(committed.repo).jobs()[0])
    committed.run("config", "core.hooksPath", str(committed.path.parent))
    reinstate_hooks(committed.repo, git_version=OLD_GIT)
    lines.append(trouble(committed))

    for line in lines:
        assert line
        assert line.isprintable()
        assert "/" not in line
        assert "evil" not in line
