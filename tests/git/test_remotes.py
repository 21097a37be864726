from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gitmem.errors import RemoteUnavailable
from gitmem.git.remotes import (
    memory_remote,
    own_place,
    read_exchange_tip,
    refspec_of,
    remotes_to_fetch,
    tracking_ref,
    tracking_tips,
)
from gitmem.git.transport import fetch_notes, push_notes
from gitmem.git.transport_status import RemoteOutcome
from tests.support.git import GitDriver
from tests.support.memories import notes_tip
from tests.support.prepared import prepared

SECONDS = 30.0


@prepared
def noted(committed: GitDriver, remote: GitDriver) -> GitDriver:
    """A clone with a note and a remote that has the commit but not the note."""
    committed.run("remote", "add", "origin", str(remote.path))
    committed.run("push", "-q", "origin", "main")
    committed.add_note(committed.out("rev-parse", "HEAD"), "---\nfirst: 1\n")
    return committed


def hook(remote: GitDriver, name: str, text: str) -> None:
    path = remote.path / "hooks" / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


@pytest.mark.parametrize("scheme", ["", "file://"])
def test_notes_are_pushed_once(noted: GitDriver, remote: GitDriver, scheme: str) -> None:
    noted.run("remote", "set-url", "origin", f"{scheme}{remote.path}")

    assert push_notes(noted.repo, "origin", SECONDS).outcome is RemoteOutcome.PUSHED
    assert push_notes(noted.repo, "origin", SECONDS).outcome is RemoteOutcome.UP_TO_DATE
    assert remote.out("notes", "--ref", "claude-mem", "list")


def test_what_the_remote_is_known_to_have_is_not_sent_again(
    noted: GitDriver, remote: GitDriver
) -> None:
    """Not even asked: the remote may be gone."""
    push_notes(noted.repo, "origin", SECONDS)
    remote.path.rename(remote.path.with_name("moved"))

    assert push_notes(noted.repo, "origin", SECONDS).outcome is RemoteOutcome.UP_TO_DATE


def test_without_notes_there_is_nothing_to_push(committed: GitDriver, remote: GitDriver) -> None:
    committed.run("remote", "add", "origin", str(remote.path))

    assert push_notes(committed.repo, "origin", SECONDS).outcome is RemoteOutcome.UP_TO_DATE


def test_a_remote_that_moved_rejects(noted: GitDriver, tmp_path: Path, remote: GitDriver) -> None:
    other = remote.clone(tmp_path / "other")
    other.add_note(other.out("rev-parse", "HEAD"), "---\nsecond: 2\n")
    push_notes(other.repo, "origin", SECONDS)

    assert push_notes(noted.repo, "origin", SECONDS).outcome is RemoteOutcome.REJECTED


@pytest.mark.parametrize("name", ["update", "pre-receive"])
def test_a_remote_with_a_rule_refuses(noted: GitDriver, remote: GitDriver, name: str) -> None:
    hook(remote, name, "echo no notes here; exit 1")

    assert push_notes(noted.repo, "origin", SECONDS).outcome is RemoteOutcome.REFUSED


def test_the_users_own_pre_push_hook_is_not_run(noted: GitDriver) -> None:
    ours = noted.path / ".git" / "hooks" / "pre-push"
    ours.write_text("#!/bin/sh\nexit 1\n")
    ours.chmod(0o755)

    assert push_notes(noted.repo, "origin", SECONDS).outcome is RemoteOutcome.PUSHED


def test_a_remote_that_is_gone_is_unavailable(noted: GitDriver, tmp_path: Path) -> None:
    noted.run("remote", "set-url", "origin", str(tmp_path / "nowhere"))

    with pytest.raises(RemoteUnavailable, match="cannot push"):
        push_notes(noted.repo, "origin", SECONDS)
    with pytest.raises(RemoteUnavailable, match="cannot fetch"):
        fetch_notes(noted.repo, "origin", SECONDS)


def test_a_remote_that_does_not_answer_is_left_in_time(noted: GitDriver, tmp_path: Path) -> None:
    """What was started for it ends with it."""
    script = tmp_path / "transport"
    script.write_text('#!/bin/sh\necho $$ > "$0.pid"\nexec sleep 60\n')
    script.chmod(0o755)
    noted.run("config", "protocol.ext.allow", "always")
    noted.run("remote", "set-url", "origin", f"ext::{script}")

    with pytest.raises(RemoteUnavailable, match="did not answer within 1 seconds"):
        fetch_notes(noted.repo, "origin", 1)
    assert _has_ended(int((tmp_path / "transport.pid").read_text()))


def _has_ended(process: int) -> bool:
    for _ in range(100):
        try:
            state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


def test_a_remote_without_notes_is_no_failure(noted: GitDriver) -> None:
    assert fetch_notes(noted.repo, "origin", SECONDS) is False
    assert tracking_tips(noted.repo) == {}


def test_fetched_notes_land_beside_ours(
    noted: GitDriver, tmp_path: Path, remote: GitDriver
) -> None:
    push_notes(noted.repo, "origin", SECONDS)
    other = remote.clone(tmp_path / "other")

    assert fetch_notes(other.repo, "origin", SECONDS) is True
    assert fetch_notes(other.repo, "origin", SECONDS) is False
    assert tracking_tips(other.repo) == {
        "origin/exchanged": noted.out("rev-parse", "refs/notes/claude-mem"),
    }
    assert other.out("for-each-ref", "refs/notes/") == ""


def test_a_remote_with_slashes_in_its_name(noted: GitDriver, remote: GitDriver) -> None:
    noted.run("remote", "add", "team/a", str(remote.path))
    push_notes(noted.repo, "origin", SECONDS)

    assert fetch_notes(noted.repo, "team/a", SECONDS)
    assert set(tracking_tips(noted.repo)) == {"origin/exchanged", "team/a/exchanged"}


def test_the_refspec_survives_a_remote_without_the_ref(noted: GitDriver) -> None:
    noted.run("config", "--add", "remote.origin.fetch", refspec_of("origin"))

    assert noted.run("fetch", "-q", "origin").returncode == 0


def test_where_a_push_would_go_then_origin_then_the_only_one(
    git: GitDriver, remote: GitDriver
) -> None:
    assert memory_remote(git.repo) is None
    git.run("remote", "add", "only", str(remote.path))
    assert memory_remote(git.repo) == "only"
    git.run("remote", "add", "second", str(remote.path))
    assert memory_remote(git.repo) is None
    git.run("remote", "add", "origin", str(remote.path))
    assert memory_remote(git.repo) == "origin"
    git.run("config", "branch.main.remote", "second")
    assert memory_remote(git.repo) == "second"
    git.run("config", "remote.pushDefault", "only")
    assert memory_remote(git.repo) == "only"
    git.run("config", "branch.main.pushRemote", "origin")
    assert memory_remote(git.repo) == "origin"
    assert remotes_to_fetch(git.repo, "origin") == ["second", "origin"]
    assert memory_remote(git.repo, "only") == "only"
    with pytest.raises(RemoteUnavailable):
        memory_remote(git.repo, "nowhere")


def fetching_slowly(git: GitDriver, tmp_path: Path) -> Path:
    """From now on a fetch ends only when the returned file is there."""
    script = tmp_path / "slow"
    script.write_text(
        '#!/bin/sh\ngit-upload-pack "$@"\n: > "$0.answered"\n'
        'while test ! -e "$0.go"; do sleep 0.05; done\n'
    )
    script.chmod(0o755)
    git.run("config", "remote.origin.uploadpack", str(script))
    return tmp_path / "slow.go"


def test_two_fetches_of_ours_at_once_both_succeed(
    noted: GitDriver, remote: GitDriver, tmp_path: Path
) -> None:
    """The later one finds the ref moved since it began, and begins again."""
    push_notes(noted.repo, "origin", SECONDS)
    other = remote.clone(tmp_path / "other")
    fetch_notes(other.repo, "origin", SECONDS)
    noted.add_note(noted.out("rev-parse", "HEAD"), "---\nsecond: 2\n")
    push_notes(noted.repo, "origin", SECONDS)
    go = fetching_slowly(other, tmp_path)

    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(fetch_notes, other.repo, "origin", SECONDS)
        while not (tmp_path / "slow.answered").exists():
            time.sleep(0.01)
        old = other.out("hash-object", "-t", "tree", "-w", "/dev/null")
        moved = other.out("commit-tree", "-m", "moved", old)
        other.run("update-ref", tracking_ref(own_place("origin")), moved)
        go.touch()
        slow.result()

    assert read_exchange_tip(other.repo, "origin") == notes_tip(noted)


def test_a_lock_that_a_killed_fetch_left_is_freed_in_time(
    noted: GitDriver, remote: GitDriver, tmp_path: Path
) -> None:
    push_notes(noted.repo, "origin", SECONDS)
    other = remote.clone(tmp_path / "other")
    lock = other.repo.common_dir / f"{tracking_ref(own_place('origin'))}.lock"
    lock.parent.mkdir(parents=True)
    lock.touch()

    with pytest.raises(RemoteUnavailable):
        fetch_notes(other.repo, "origin", SECONDS)
    os.utime(lock, (1, 1))
    assert fetch_notes(other.repo, "origin", SECONDS)
