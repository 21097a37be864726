"""What a remote can answer to a push of memories, from real git, and what comes of each."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gitmem.errors import RemoteReadOnly, RemoteRejected, RemoteUnavailable
from gitmem.follow.push import push, push_along
from gitmem.git.transport import push_notes
from gitmem.git.transport_status import RemoteOutcome
from gitmem.state.notices import take_notices
from gitmem.state.refused_remotes import read_refusal
from tests.support.capture import workspace_of
from tests.support.cli import gitmem, own_mounts
from tests.support.git import GitDriver
from tests.support.memories import NOTES_REF, notes_tip, remember, titles
from tests.support.prepared import prepared


@prepared
def ours(committed: GitDriver, remote: GitDriver) -> GitDriver:
    """A clone with a memory that the remote does not have."""
    committed.run("remote", "add", "origin", str(remote.path))
    committed.run("push", "-q", "-u", "origin", "main")
    remember(committed, "ours")
    return committed


@prepared
def other(ours: GitDriver, remote: GitDriver, tmp_path: Path) -> GitDriver:
    return remote.clone(tmp_path / "other")


def no_sleep(_: float) -> None:
    return None


def hook(remote: GitDriver, name: str, text: str) -> Path:
    path = remote.path / "hooks" / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def send(git: GitDriver) -> RemoteOutcome:
    return push_notes(git.repo, "origin", 30.0).outcome


def test_the_remote_has_notes_unknown_here(ours: GitDriver, other: GitDriver) -> None:
    remember(other, "theirs")
    push(workspace_of(other))

    assert send(ours) is RemoteOutcome.REJECTED  # "fetch first"
    assert push(workspace_of(ours), sleep=no_sleep)
    assert titles(ours) == ["ours", "theirs"]


def test_the_remote_has_notes_that_were_fetched_but_not_joined(
    ours: GitDriver, other: GitDriver
) -> None:
    remember(other, "theirs")
    push(workspace_of(other))
    ours.run("fetch", "-q", "origin", NOTES_REF)

    assert send(ours) is RemoteOutcome.REJECTED  # "non-fast-forward"
    assert push(workspace_of(ours), sleep=no_sleep)


def test_the_remote_moved_since_the_lease_was_taken(ours: GitDriver, other: GitDriver) -> None:
    push(workspace_of(ours))
    old = notes_tip(ours)
    remember(other, "theirs")
    push(workspace_of(other))
    remember(ours, "more of ours")

    answer = push_notes(ours.repo, "origin", 30.0, replacing=old)

    assert answer.outcome is RemoteOutcome.REJECTED
    assert answer.reason == "stale info"


def moves_while_we_push(other: GitDriver) -> str:
    """A hook that moves the ref between the server's answer to us and its own update."""
    remember(other, "theirs")
    other.run("push", "-q", "origin", f"{NOTES_REF}:refs/heads/aside")
    tip = notes_tip(other)
    return (
        "test -e moved && exit 0\n: > moved\nunset GIT_QUARANTINE_PATH\n"
        f"git update-ref {NOTES_REF} {tip}"
    )


@pytest.mark.parametrize("is_first", [True, False])
def test_the_remote_moved_while_it_took_our_notes(
    ours: GitDriver, other: GitDriver, remote: GitDriver, is_first: bool
) -> None:
    """ "cannot lock ref ... is at ... but expected", or "reference already exists"."""
    if not is_first:
        push(workspace_of(ours))
        other.run("fetch", "-q", "origin", f"{NOTES_REF}:{NOTES_REF}")
        remember(ours, "more of ours")
    hook(remote, "pre-receive", moves_while_we_push(other))

    assert push(workspace_of(ours), sleep=no_sleep)
    assert (remote.path / "moved").exists()
    assert "theirs" in titles(remote)
    assert titles(remote) == titles(ours)


def test_the_ref_was_deleted_while_it_took_our_notes(ours: GitDriver, remote: GitDriver) -> None:
    push(workspace_of(ours))
    remember(ours, "more of ours")
    hook(
        remote,
        "pre-receive",
        "test -e moved && exit 0\n: > moved\nunset GIT_QUARANTINE_PATH\n"
        f"git update-ref -d {NOTES_REF}",
    )

    assert push(workspace_of(ours), sleep=no_sleep)
    assert titles(remote) == ["more of ours", "ours"]


def test_a_lock_that_is_let_go_is_waited_for(ours: GitDriver, remote: GitDriver) -> None:
    lock = remote.path / f"{NOTES_REF}.lock"
    lock.parent.mkdir(parents=True)
    lock.touch()
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            lock.unlink()

    assert push(workspace_of(ours), sleep=sleep)
    assert len(pauses) == 3


def test_a_lock_that_nobody_lets_go_is_told(ours: GitDriver, remote: GitDriver) -> None:
    lock = remote.path / f"{NOTES_REF}.lock"
    lock.parent.mkdir(parents=True)
    lock.touch()

    with pytest.raises(RemoteRejected, match=r"failed to update ref|cannot lock ref"):
        push(workspace_of(ours), sleep=no_sleep)


def test_a_ref_in_the_way_is_told(ours: GitDriver, remote: GitDriver) -> None:
    """A folder cannot be a file: no further try would help."""
    remote.run("update-ref", f"{NOTES_REF}/below", ours.out("rev-parse", "HEAD"))

    with pytest.raises(RemoteRejected):
        push(workspace_of(ours), sleep=no_sleep)


def test_what_is_no_commit_is_not_overwritten(ours: GitDriver, remote: GitDriver) -> None:
    blob = remote.out("hash-object", "-w", "--stdin", stdin=b"not notes")
    remote.run("update-ref", NOTES_REF, blob)

    first, second = gitmem(ours, "sync"), gitmem(ours, "sync")

    assert (first.returncode, second.returncode) == (41, 41)
    assert "is not notes, and was left alone" in first.stderr
    assert "was left alone" not in second.stderr
    assert notes_tip(remote) == blob
    assert titles(ours) == ["ours"]


def by_update_hook(remote: GitDriver) -> None:
    hook(remote, "update", "case $1 in refs/notes/*) echo no notes here; exit 1;; esac")


def by_pre_receive_hook(remote: GitDriver) -> None:
    hook(remote, "pre-receive", "grep -q refs/notes/ && exit 1; exit 0")


def by_hidden_ref(remote: GitDriver) -> None:
    remote.run("config", "receive.hideRefs", "refs/notes")


RULES: list[tuple[Callable[[GitDriver], None], str]] = [
    (by_update_hook, "hook declined"),
    (by_pre_receive_hook, "pre-receive hook declined"),
    (by_hidden_ref, "deny updating a hidden ref"),
]


@pytest.mark.parametrize(("rule", "reason"), RULES)
def test_a_rule_of_the_server_is_a_refusal_and_not_tried_again(
    ours: GitDriver, remote: GitDriver, rule: Callable[[GitDriver], None], reason: str
) -> None:
    rule(remote)

    with pytest.raises(RemoteRejected, match=reason):
        push(workspace_of(ours), sleep=_not_called)
    assert notes_tip(remote) == ""


def _not_called(_: float) -> None:
    raise AssertionError("tried again")


@pytest.mark.parametrize(("rule", "reason"), RULES)
def test_a_rule_is_told_once_along_with_plain_pushes(
    ours: GitDriver, remote: GitDriver, rule: Callable[[GitDriver], None], reason: str
) -> None:
    rule(remote)
    assert gitmem(ours, "init").returncode == 0

    told = []
    for number in range(3):
        ours.commit(f"change {number}")
        done = ours.run("push", "origin", "main")
        told.append(done.stderr.decode().count(reason))
        remember(ours, f"memory {number}")
    later = gitmem(ours, "log").stderr

    assert [bool(count) for count in told] == [True, False, False]
    assert reason not in later
    assert remote.out("rev-parse", "main") == ours.out("rev-parse", "HEAD")


def test_when_it_takes_them_again_the_next_refusal_is_news(
    ours: GitDriver, remote: GitDriver
) -> None:
    by_update_hook(remote)
    push_along(workspace_of(ours), "origin")
    push_along(workspace_of(ours), "origin")
    assert len(take_notices(ours.repo)) == 1

    (remote.path / "hooks" / "update").unlink()
    assert gitmem(ours, "sync").returncode == 0
    assert read_refusal(ours.repo, "origin") is None
    by_update_hook(remote)
    remember(ours, "more")
    push_along(workspace_of(ours), "origin")
    assert len(take_notices(ours.repo)) == 1


def test_by_hand_a_refusal_is_told_each_time(ours: GitDriver, remote: GitDriver) -> None:
    by_update_hook(remote)

    first, second = gitmem(ours, "sync"), gitmem(ours, "sync")

    assert (first.returncode, second.returncode) == (41, 41)
    assert "hook declined" in second.stderr
    assert "gitmem.autoPush" in second.stderr


def test_a_remote_that_cannot_store_anything(ours: GitDriver, remote: GitDriver) -> None:
    """ "unpacker error": the objects cannot be written there."""
    remote.run("config", "receive.maxInputSize", "1")

    with pytest.raises(RemoteReadOnly, match=r"pack exceeds|unpack"):
        push(workspace_of(ours), sleep=_not_called)


def test_a_folder_that_may_only_be_read(ours: GitDriver, remote: GitDriver) -> None:
    """Even root cannot write what is mounted to be read."""
    script = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'
    around = [*own_mounts(), "sh", "-c", script, str(remote.path)]

    done = gitmem(ours, "sync", around=around)

    assert done.returncode == 42
    assert "nothing new received" in done.stdout
    assert titles(ours) == ["ours"]


def test_a_push_address_that_is_switched_off(ours: GitDriver, other: GitDriver) -> None:
    """The usual way to make a remote read-only: its memories are received all the same."""
    remember(other, "theirs")
    push(workspace_of(other))
    ours.run("remote", "set-url", "--push", "origin", "no_push")

    done = gitmem(ours, "sync")

    assert done.returncode == 42
    assert titles(ours) == ["ours", "theirs"]


def test_pushes_that_go_elsewhere_than_fetches_come_from(
    ours: GitDriver, other: GitDriver, remote: GitDriver, tmp_path: Path, home: Path
) -> None:
    """One remote, two addresses: both sides' memories are joined, and the push arrives."""
    fork = GitDriver(tmp_path / "fork.git", home).init(bare=True)
    at_fork = GitDriver(tmp_path / "third", home).init()
    at_fork.now = ours.now
    at_fork.run("pull", "-q", str(remote.path), "main")
    at_fork.run("remote", "add", "origin", str(fork.path))
    remember(at_fork, "at the fork")
    push(workspace_of(at_fork))
    remember(other, "upstream")
    push(workspace_of(other))
    ours.run("remote", "set-url", "--push", "origin", str(fork.path))

    assert gitmem(ours, "sync").returncode == 0
    assert titles(fork) == titles(ours) == ["at the fork", "ours", "upstream"]
    assert titles(remote) == ["upstream"]


def test_a_fetch_by_hand_is_not_disturbed_by_a_push_of_ours(
    ours: GitDriver, other: GitDriver, tmp_path: Path
) -> None:
    """git moves no ref that was moved since its fetch began, and the whole fetch fails."""
    assert gitmem(ours, "init").returncode == 0
    push(workspace_of(ours))
    ours.run("fetch", "-q")
    remember(ours, "more of ours")
    slow = tmp_path / "slow"
    slow.write_text(
        '#!/bin/sh\ngit-upload-pack "$@"\n: > "$0.answered"\n'
        'while test ! -e "$0.go"; do sleep 0.05; done\n'
    )
    slow.chmod(0o755)
    remember(other, "theirs")
    push(workspace_of(other))

    fetching = subprocess.Popen(
        ["git", "fetch", "-q", "--upload-pack", str(slow), "origin"],
        cwd=ours.path,
        env=ours.env(),
    )
    while not (tmp_path / "slow.answered").exists():
        assert fetching.poll() is None
    push(workspace_of(ours), sleep=no_sleep)
    (tmp_path / "slow.go").touch()

    assert fetching.wait() == 0


def test_a_remote_that_never_answers_ends_the_tries(ours: GitDriver, tmp_path: Path) -> None:
    ours.run("remote", "set-url", "origin", str(tmp_path / "nowhere"))

    with pytest.raises(RemoteUnavailable):
        push(workspace_of(ours), sleep=_not_called)
    assert read_refusal(ours.repo, "origin") is None


def test_a_remote_that_always_moves_is_left_in_time(
    ours: GitDriver, remote: GitDriver, other: GitDriver
) -> None:
    """Whoever pushes faster than we join must not hold us for ever."""
    remember(other, "theirs")
    other.run("push", "-q", "origin", f"{NOTES_REF}:refs/heads/aside")
    hook(
        remote,
        "pre-receive",
        "unset GIT_QUARANTINE_PATH\n"
        "tip=$(git commit-tree -m x refs/heads/aside^{tree} -p refs/heads/aside"
        " -m $(date +%N))\n"
        f"git update-ref {NOTES_REF} $tip",
    )
    remote.run("config", "user.name", "Mover")
    remote.run("config", "user.email", "mover@example.com")
    moments = iter(range(0, 1000, 10))

    with pytest.raises(RemoteUnavailable, match="kept changing"):
        push(workspace_of(ours), sleep=no_sleep, clock=lambda: float(next(moments)))
    assert "ours" in titles(ours)


def test_a_login_that_is_missing_is_tried_at_each_push(
    ours: GitDriver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be stored by then; it is told once all the same."""

    ssh = tmp_path / "refusing"
    ssh.write_text("#!/bin/sh\necho 'carl@x: Permission denied (publickey).' >&2\nexit 255\n")
    ssh.chmod(0o755)
    monkeypatch.setenv("GIT_SSH_COMMAND", str(ssh))
    ours.run("remote", "set-url", "origin", "carl@host:x")
    push_along(workspace_of(ours), "origin")
    push_along(workspace_of(ours), "origin")

    refusal = read_refusal(ours.repo, "origin")
    assert refusal is not None
    assert refusal.until <= time.time()
    assert len(take_notices(ours.repo)) == 1


def test_doctor_and_status_tell_of_a_refusal(ours: GitDriver, remote: GitDriver) -> None:
    by_update_hook(remote)
    assert gitmem(ours, "init").returncode == 0
    gitmem(ours, "sync")

    for command in ("doctor", "status"):
        assert "'origin' refuses the ref" in gitmem(ours, command).stdout


def test_json_says_why_ours_stay(ours: GitDriver, remote: GitDriver) -> None:
    by_update_hook(remote)

    done = gitmem(ours, "sync", "--json")

    assert "hook declined" in json.loads(done.stdout)["trouble"]
