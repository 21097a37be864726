"""What git reads and libgit2 does not: the index, the configuration, the repository's format."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gitmem.errors import UnsupportedRepository
from gitmem.git.commits import read_change
from gitmem.git.fingerprints import TraceReader
from gitmem.git.libgit2 import open_objects
from gitmem.git.repo import find_repo
from gitmem.setup.install import install
from tests.support.cli import gitmem
from tests.support.git import GitDriver


@pytest.fixture
def folders(git: GitDriver) -> GitDriver:
    git.commit("folders", **{"a/x": "1\n2\n3\n", "b/y": "2\n"})
    git.commit("more", **{"a/x": "1\n2\n3\n4\n"})
    return git


def sparse(git: GitDriver) -> None:
    git.run("sparse-checkout", "set", "--cone", "--sparse-index", "a")
    assert "b/" in git.out("ls-files", "--sparse").splitlines()


def split(git: GitDriver) -> None:
    git.run("update-index", "--split-index")
    assert list((git.path / ".git").glob("sharedindex.*"))


def version_4(git: GitDriver) -> None:
    git.run("update-index", "--index-version", "4")


def untracked_cache(git: GitDriver) -> None:
    git.run("update-index", "--untracked-cache")


def without_checksum(git: GitDriver) -> None:
    index = git.path / ".git" / "index"
    index.write_bytes(index.read_bytes()[:-20] + bytes(20))  # as index.skipHash leaves it


def with_a_later_extension(git: GitDriver) -> None:
    """One in small letters must be understood; git itself would refuse it, too."""
    index = git.path / ".git" / "index"
    index.write_bytes(index.read_bytes()[:-20] + b"zzzz" + bytes(4) + bytes(20))


INDEXES = [sparse, split, version_4, untracked_cache, without_checksum, with_a_later_extension]


@pytest.mark.parametrize("arrange", INDEXES)
def test_an_index_that_libgit2_cannot_read_hides_no_commit(
    folders: GitDriver, arrange: Callable[[GitDriver], None]
) -> None:
    commit = folders.out("rev-parse", "HEAD")
    expected = read_change(folders.repo, commit)
    trace = TraceReader(folders.repo).read(commit)
    arrange(folders)

    assert read_change(folders.repo, commit) == expected
    assert TraceReader(folders.repo).read(commit) == trace
    assert expected.added_lines == ("4",)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("noop-v1", "true"),
        ("partialClone", "origin"),
        ("preciousObjects", "true"),
        ("relativeWorktrees", "true"),
        ("worktreeConfig", "true"),
        ("submodulePathConfig", "true"),
        ("refStorage", "files"),
        ("objectFormat", "sha1"),
    ],
)
def test_an_extension_that_changes_no_object_is_read(
    folders: GitDriver, name: str, value: str
) -> None:
    """Some of them this git does not know; libgit2 is asked alone."""
    repo, commit = folders.repo, folders.out("rev-parse", "HEAD")
    folders.run("config", "core.repositoryformatversion", "1")
    folders.run("config", f"extensions.{name}", value)

    assert read_change(repo, commit).commit == commit


@pytest.mark.parametrize(
    ("name", "value"), [("refStorage", "reftable"), ("foo", "1"), ("compatObjectFormat", "sha256")]
)
def test_a_format_that_cannot_be_read_is_refused(folders: GitDriver, name: str, value: str) -> None:
    repo = folders.repo
    folders.run("config", "core.repositoryformatversion", "1")
    folders.run("config", f"extensions.{name}", value)

    with pytest.raises(UnsupportedRepository) as caught:
        open_objects(repo)
    assert "Nothing was changed" in caught.value.hint


def test_setting_up_an_unreadable_repository_changes_nothing(folders: GitDriver) -> None:
    repo = folders.repo
    folders.run("config", "core.repositoryformatversion", "1")
    folders.run("config", "extensions.refStorage", "reftable")
    before = {path: path.read_bytes() for path in folders.path.rglob("*") if path.is_file()}

    with pytest.raises(UnsupportedRepository):
        install(repo)
    done = gitmem(folders, "init")

    assert done.returncode == UnsupportedRepository.exit_code
    assert before == {path: path.read_bytes() for path in folders.path.rglob("*") if path.is_file()}
    assert not list(folders.home.iterdir())


def test_an_extension_that_git_refuses_is_told_in_its_words(folders: GitDriver) -> None:
    folders.run("config", "core.repositoryformatversion", "1")
    folders.run("config", "extensions.foo", "1")

    with pytest.raises(UnsupportedRepository, match="unknown repository extension found: foo"):
        find_repo(folders.path)


def test_nothing_of_the_stand_in_for_the_index_stays(
    folders: GitDriver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setenv("TMPDIR", str(place))
    monkeypatch.setattr("tempfile.tempdir", None)
    sparse(folders)

    read_change(folders.repo, folders.out("rev-parse", "HEAD"))

    assert list(place.iterdir()) == []
    assert folders.out("worktree", "list").count("\n") == 0
