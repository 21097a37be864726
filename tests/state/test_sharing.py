"""Who may use gitmem's files: git's own sharing and the umask are the judges."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from gitmem.git.repo import find_repo
from gitmem.model.job import Job
from gitmem.state.queue import Queue
from gitmem.state.sharing import (
    adopt_sharing,
    changed_umask,
    find_sharing,
    keep_sharing,
    private_mode,
    read_sharing,
    sharing_rule,
)
from gitmem.state.state_file import StateFile
from tests.support.git import GitDriver


@pytest.fixture(autouse=True)
def umask() -> Iterator[None]:
    """The umask that most people have, and whatever it was afterwards."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("mask", [0o022, 0o077])
@pytest.mark.parametrize(
    "value",
    [
        *("group", "true", "1", "0660", "all", "everybody", "2", "0666", "0640", "0600", "umask"),
        *("false", "0", ""),
    ],
)
def test_files_and_folders_get_the_permissions_that_git_gives_its_own(
    tmp_path: Path, value: str, mask: int
) -> None:
    os.umask(mask)
    theirs = tmp_path / "theirs"
    subprocess.run(["git", "init", "-q", "--bare", theirs], check=True)
    config = ["-c", f"core.sharedRepository={value}"]
    stored = subprocess.run(
        ["git", *config, "-C", theirs, "hash-object", "-w", "--stdin"],
        input=b"x",
        capture_output=True,
        check=True,
    ).stdout.decode()
    subprocess.run(
        ["git", *config, "-C", theirs, "update-ref", "refs/tags/a/b", stored.strip()], check=True
    )
    os.umask(changed_umask(mask, sharing_rule(value)))
    StateFile(tmp_path / "ours" / "file").write(b"x")
    written = theirs / "refs" / "tags" / "a" / "b"
    assert oct(_mode(tmp_path / "ours" / "file")) == oct(_mode(written))
    assert oct(_mode(tmp_path / "ours")) == oct(_mode(written.parent) & 0o777)


@pytest.mark.parametrize("value", ["0060", "0400", "perhaps", "09", "-1", "0o660"])
def test_a_value_that_git_refuses_shares_nothing(value: str) -> None:
    assert sharing_rule(value) == ""


def test_the_rule_is_one_that_a_shell_understands(tmp_path: Path) -> None:
    for value in ("group", "all", "0640", "0666", "0600"):
        rule = sharing_rule(value)
        for mask in ("0022", "0077", "0002"):
            said = subprocess.run(
                ["sh", "-c", f"umask {mask}; umask {rule}; umask"],
                capture_output=True,
                check=True,
            ).stdout
            assert int(said, 8) == changed_umask(int(mask, 8), rule), (value, mask)


def test_a_name_without_a_value_means_the_group(git: GitDriver) -> None:
    with (git.path / ".git" / "config").open("a") as file:
        file.write("[core]\n\tsharedRepository\n")
    assert find_sharing(find_repo(git.path)) == "g+rwx"


def test_what_lies_there_follows_when_the_repository_becomes_shared(git: GitDriver) -> None:
    repo = find_repo(git.path)
    Queue(repo).add(Job("merge"))
    StateFile(repo.state_dir / "seen.json").write(b"{}")
    keep_sharing(repo)
    assert not (repo.state_dir / "umask").exists()
    assert _mode(repo.state_dir / "seen.json") == 0o644
    git.run("config", "core.sharedRepository", "group")
    keep_sharing(repo)
    paths = [repo.state_dir, *repo.state_dir.rglob("*")]
    assert len(paths) == 5
    for path in paths:
        assert _mode(path) & 0o060 == 0o060, path
        assert not path.is_dir() or path.stat().st_mode & stat.S_ISGID, path
    git.run("config", "--unset", "core.sharedRepository")
    os.umask(0o022)
    keep_sharing(repo)
    assert [oct(_mode(path)) for path in repo.state_dir.rglob("*.job")] == ["0o600"]
    assert _mode(repo.state_dir / "seen.json") == 0o644


def test_a_configuration_that_git_cannot_read_changes_nothing(git: GitDriver) -> None:
    repo = find_repo(git.path)
    git.run("config", "core.sharedRepository", "group")
    keep_sharing(repo)
    (git.path / ".git" / "config").write_text("[core\n")
    keep_sharing(repo)
    assert read_sharing(repo) == "g+rwx"


@pytest.mark.parametrize("mask", [0o000, 0o002, 0o022, 0o077])
def test_words_that_nobody_has_masked_are_their_owners(git: GitDriver, mask: int) -> None:
    os.umask(mask)
    repo = find_repo(git.path)
    assert _mode(Queue(repo).add(Job("turn", session="s"))) == 0o600
    assert private_mode(repo) == 0o600


def test_they_are_never_everybodys(git: GitDriver) -> None:
    repo = find_repo(git.path)
    git.run("config", "core.sharedRepository", "all")
    keep_sharing(repo)
    assert _mode(Queue(repo).add(Job("turn", session="s"))) == 0o660
    assert _mode(repo.state_dir / "umask") & 0o044 == 0o044  # the twin: the rest is


def test_what_an_earlier_version_left_open_is_closed(git: GitDriver) -> None:
    repo = find_repo(git.path)
    left = repo.state_dir / "pending" / "0.json"
    left.parent.mkdir(parents=True)
    left.write_text("{}")
    assert _mode(left) == 0o644
    keep_sharing(repo)
    assert _mode(left) == 0o600


@pytest.mark.parametrize("text", ["x; rm -rf ~", "", "g+rwx,", "u+s", "g+rwx\nmore", "\0"])
def test_a_damaged_rule_is_none(git: GitDriver, text: str) -> None:
    repo = find_repo(git.path)
    repo.state_dir.mkdir()
    (repo.state_dir / "umask").write_text(text)
    adopt_sharing(repo)
    assert read_sharing(repo) == ""
    assert os.umask(0o022) == 0o022


def test_a_job_waits_for_the_person_whose_it_is(git: GitDriver) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root: a file of another person")
    repo = find_repo(git.path)
    git.run("config", "core.sharedRepository", "group")
    keep_sharing(repo)
    theirs, ours = Queue(repo).add(Job("turn", session="theirs")), Queue(repo).add(Job("merge"))
    os.chown(theirs, 12345, -1)
    assert [queued.path for queued in Queue(repo).jobs()] == [ours]
    ours.unlink()
    assert Queue(repo).is_empty()
    long_ago = theirs.stat().st_mtime - 31 * 86_400
    os.utime(theirs, (long_ago, long_ago))
    assert [queued.path for queued in Queue(repo).jobs()] == [theirs]
