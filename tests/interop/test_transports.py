"""Memories travel by whatever git travels by, and nobody is ever asked for a password."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from gitmem.errors import RemoteLogin, RemoteReadOnly, RemoteUnavailable
from gitmem.follow.push import push
from gitmem.follow.sync import sync
from gitmem.git.transport import fetch_notes
from tests.support.capture import workspace_of
from tests.support.cli import gitmem
from tests.support.git import GitDriver
from tests.support.http import PASSWORD, USER, GitServer, serve
from tests.support.memories import notes_tip, remember, titles
from tests.support.prepared import prepared


@prepared
def served(committed: GitDriver, remote: GitDriver) -> GitDriver:
    """A clone whose remote has its commit, and which has a memory to send."""
    committed.run("remote", "add", "origin", str(remote.path))
    committed.run("push", "-q", "-u", "origin", "main")
    remember(committed, "ours")
    return committed


@pytest.fixture
def server(remote: GitDriver) -> Iterator[GitServer]:
    remote.run("config", "http.receivepack", "true")
    with serve(remote.path.parent) as told:
        yield told


def points_to(git: GitDriver, url: str) -> None:
    git.run("remote", "set-url", "origin", url)


def stores_login(git: GitDriver, password: str) -> None:
    """A credential helper that knows one login, as a person's keyring would."""
    helper = git.home / "helper"
    helper.write_text(
        f'#!/bin/sh\ntest "$1" = get && printf "username={USER}\\npassword={password}\\n"\n'
        f'echo "$1" >> "$0.log"\n'
    )
    helper.chmod(0o755)
    git.run("config", "credential.helper", str(helper))


def exchange_both_ways(one: GitDriver, other: GitDriver) -> None:
    remember(other, "theirs")
    sync(workspace_of(one))
    sync(workspace_of(other))
    sync(workspace_of(one))

    assert titles(one) == titles(other) == ["ours", "theirs"]


@pytest.mark.parametrize("scheme", ["", "file://"])
def test_files(served: GitDriver, remote: GitDriver, tmp_path: Path, scheme: str) -> None:
    points_to(served, f"{scheme}{remote.path}")

    exchange_both_ways(served, remote.clone(tmp_path / "other"))


@pytest.fixture
def ssh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program that takes ssh's place: it keeps its arguments and runs the command here."""
    script = tmp_path / "ssh-here"
    script.write_text('#!/bin/sh\necho "$@" >> "$0.log"\nfor last; do :; done\neval "$last"\n')
    script.chmod(0o755)
    monkeypatch.setenv("GIT_SSH_COMMAND", str(script))
    monkeypatch.setenv("GIT_SSH_VARIANT", "ssh")
    return script


def test_ssh(served: GitDriver, remote: GitDriver, tmp_path: Path, ssh: Path) -> None:
    points_to(served, f"ssh://carl@host{remote.path}")
    other = remote.clone(tmp_path / "other")
    points_to(other, f"carl@host:{remote.path}")

    exchange_both_ways(served, other)
    assert "git-receive-pack" in (tmp_path / "ssh-here.log").read_text()


def test_ssh_by_the_users_configuration(
    served: GitDriver, remote: GitDriver, ssh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GIT_SSH_COMMAND")
    served.run("config", "core.sshCommand", str(ssh))
    points_to(served, f"ssh://carl@host{remote.path}")

    assert push(workspace_of(served))


def test_openssh_is_told_not_to_ask(
    served: GitDriver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "ssh"
    program.write_text(f'#!/bin/sh\necho "$@" >> "{tmp_path}/log"\nexit 255\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    points_to(served, "ssh://carl@host.invalid/x")

    with pytest.raises(RemoteUnavailable):
        push(workspace_of(served))
    assert "BatchMode=yes" in (tmp_path / "log").read_text()


def test_ssh_that_lets_read_only(served: GitDriver, remote: GitDriver, ssh: Path) -> None:
    """As a forge answers to a key without the right to write."""
    ssh.write_text(
        "#!/bin/sh\nfor last; do :; done\ncase $last in *receive-pack*)\n"
        ' echo "ERROR: Permission to a/b.git denied to carl." >&2; exit 1;; esac\neval "$last"\n'
    )
    points_to(served, f"ssh://carl@host{remote.path}")

    report = sync(workspace_of(served))

    assert isinstance(report.trouble, RemoteReadOnly)
    assert "Permission to a/b.git denied to carl" in report.trouble.message


def test_http(served: GitDriver, remote: GitDriver, tmp_path: Path, server: GitServer) -> None:
    points_to(served, server.url + remote.path.name)
    other = remote.clone(tmp_path / "other")
    points_to(other, server.url + remote.path.name)

    exchange_both_ways(served, other)


def test_http_with_a_stored_login(served: GitDriver, remote: GitDriver, server: GitServer) -> None:
    server.reads = server.writes = "user"
    stores_login(served, PASSWORD)
    points_to(served, server.url + remote.path.name)

    assert push(workspace_of(served))
    assert notes_tip(remote) == notes_tip(served)


@pytest.mark.parametrize("password", ["", "wrong"])
def test_http_without_a_good_login_ends_at_once(
    served: GitDriver, remote: GitDriver, server: GitServer, password: str
) -> None:
    """A wrong one is tried once, a missing one is not made up."""
    server.reads = server.writes = "user"
    if password:
        stores_login(served, password)
    points_to(served, server.url + remote.path.name)

    for talk in (fetch_notes, lambda *_: push(workspace_of(served))):
        server.requests.clear()
        with pytest.raises(RemoteLogin, match=r"Authentication failed|could not read Username"):
            talk(served.repo, "origin", 30.0)
        assert len(server.requests) == (2 if password else 1)


def test_nobody_is_asked_even_at_a_desktop(
    served: GitDriver,
    remote: GitDriver,
    server: GitServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asking = tmp_path / "ask"
    asking.write_text('#!/bin/sh\ntouch "$0.asked"\n')
    asking.chmod(0o755)
    monkeypatch.setenv("SSH_ASKPASS", str(asking))
    served.run("config", "core.askPass", str(asking))
    server.reads = "user"
    points_to(served, server.url + remote.path.name)

    with pytest.raises(RemoteLogin):
        fetch_notes(served.repo, "origin", 30.0)
    assert not (tmp_path / "ask.asked").exists()


def test_http_that_all_read_and_few_write(
    served: GitDriver, remote: GitDriver, server: GitServer, tmp_path: Path
) -> None:
    """A public project: memories are received, and the command says why ours stay."""
    other = remote.clone(tmp_path / "other")
    remember(other, "theirs")
    push(workspace_of(other))
    points_to(served, server.url + remote.path.name)

    server.writes = "nobody"
    forbidden = gitmem(served, "sync")
    server.writes = "user"
    unknown = gitmem(served, "sync")

    assert titles(served) == ["ours", "theirs"]
    assert (forbidden.returncode, unknown.returncode) == (42, 43)
    assert "1 memory of 1 commit received" in forbidden.stdout
    assert "403" in forbidden.stderr
    assert "git help credentials" in unknown.stderr


def test_a_login_in_the_address_is_not_told(
    served: GitDriver, remote: GitDriver, server: GitServer
) -> None:
    server.reads = server.writes = "user"
    points_to(served, server.url.replace("//", f"//{USER}:not-the-word@") + remote.path.name)

    told = gitmem(served, "sync")

    assert told.returncode == 43
    assert "not-the-word" not in told.stdout + told.stderr
