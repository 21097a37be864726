"""Pipes, links and folders in the place of gitmem's own files: nobody waits, nothing goes away."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gitmem.git.regular_file import open_regular, read_regular
from gitmem.index.cache import Index
from gitmem.model.job import Job
from gitmem.setup.uninstall import remove_state
from gitmem.state.error_log import append_log, read_log
from gitmem.state.lock import is_locked, lock
from gitmem.state.queue import Queue
from gitmem.state.sharing import read_sharing
from gitmem.state.state_file import StateFile
from gitmem.state.worker_turns import has_worker_begun, leave_mark, remove_mark
from tests.support.git import GitDriver

Make = Callable[[Path], object]


def pipe(path: Path) -> None:
    os.mkfifo(path)


def link(path: Path) -> None:
    """To a file elsewhere that is not there yet."""
    path.symlink_to(_git_dir(path) / "elsewhere" / "x")


def folder_link(path: Path) -> None:
    path.symlink_to(_git_dir(path) / "elsewhere")


def _git_dir(path: Path) -> Path:
    return next(above for above in path.parents if above.name == ".git")


@pytest.fixture
def state(committed: GitDriver) -> Path:
    (committed.repo.common_dir / "elsewhere").mkdir()
    committed.repo.state_dir.mkdir()
    return committed.repo.state_dir


@pytest.fixture(autouse=True)
def nothing_elsewhere(committed: GitDriver) -> Iterator[None]:
    """Whatever a test does, nothing of ours is written there."""
    yield
    assert list((committed.repo.common_dir / "elsewhere").iterdir()) == []


@pytest.mark.parametrize("make", [pipe, link])
def test_a_lock_is_taken_all_the_same(committed: GitDriver, state: Path, make: Make) -> None:
    make(state / "worker.lock")

    assert not is_locked(committed.repo, "worker")
    with lock(committed.repo, "worker") as is_ours:
        assert is_ours
        assert is_locked(committed.repo, "worker")


@pytest.mark.parametrize("make", [pipe, link])
def test_the_log_grows_in_a_file_of_its_own(committed: GitDriver, state: Path, make: Make) -> None:
    make(state / "log")
    append_log(committed.repo, "something happened")

    assert "something happened" in read_log(committed.repo, 1)[0]


@pytest.mark.parametrize("make", [pipe, link])
def test_a_state_file_is_read_as_empty_and_written(
    committed: GitDriver, state: Path, make: Make
) -> None:
    make(state / "tips")
    file = StateFile(state / "tips")
    assert file.read() is None
    file.write(b"now")
    assert file.read() == b"now"


@pytest.mark.parametrize("make", [pipe, link])
def test_the_mark_of_a_worker(committed: GitDriver, state: Path, make: Make) -> None:
    make(state / "worker.pid")
    assert not has_worker_begun(committed.repo)
    remove_mark(committed.repo)
    leave_mark(committed.repo)
    assert has_worker_begun(committed.repo)


def test_how_the_repository_is_shared_is_not_waited_for(committed: GitDriver, state: Path) -> None:
    pipe(state / "umask")

    assert read_sharing(committed.repo) == ""


@pytest.mark.parametrize("make", [pipe, folder_link])
def test_what_waits_lies_in_a_folder_of_its_own(
    committed: GitDriver, state: Path, make: Make
) -> None:
    make(state / "queue")

    path = Queue(committed.repo).add(Job("push", remote="origin"))

    assert path.is_file()
    assert not (state / "queue").is_symlink()


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("index", pipe),
        ("index", folder_link),
        ("index/memories.sqlite3", pipe),
        ("index/memories.sqlite3", link),
        ("index/memories.sqlite3", Path.mkdir),
        ("index/memories.sqlite3-wal", pipe),
        ("index/memories.sqlite3-wal", Path.mkdir),
        ("index/seal", pipe),
        ("index/seal", Path.mkdir),
    ],
)
def test_an_index_is_built_again(committed: GitDriver, state: Path, name: str, make: Make) -> None:
    if "/" in name:
        Index.open(state).close()
        (state / name).unlink(missing_ok=True)
    make(state / name)

    index = Index.open(state)
    is_volatile = index.is_volatile
    index.close()

    assert not is_volatile
    assert (state / "index" / "memories.sqlite3").is_file()
    assert not (state / "index").is_symlink()


def test_leaving_empties_no_folder_that_a_link_leads_to(committed: GitDriver) -> None:
    other = committed.repo.common_dir / "elsewhere"
    other.mkdir()
    home = committed.path.parent / "somebody's"
    home.mkdir()
    (home / "letter.txt").write_text("dear")
    committed.repo.state_dir.symlink_to(home)

    remove_state(committed.repo)

    assert not os.path.lexists(committed.repo.state_dir)
    assert (home / "letter.txt").read_text() == "dear"


def test_only_regular_files_are_opened(tmp_path: Path, committed: GitDriver, state: Path) -> None:
    pipe(tmp_path / "pipe")
    (tmp_path / "circle").symlink_to("circle")
    (tmp_path / "file").write_text("12345")
    (tmp_path / "link").symlink_to("file")
    for name in ("pipe", "circle", ".", "gone"):
        with pytest.raises(OSError):  # noqa: PT011 - each for a reason of its own
            open_regular(tmp_path / name)
    with pytest.raises(OSError):  # noqa: PT011
        open_regular("/dev/zero")
    (tmp_path / "holes").touch()
    os.truncate(tmp_path / "holes", 300 << 30)
    with pytest.raises(OSError):  # noqa: PT011
        open_regular(tmp_path / "holes")
    with pytest.raises(OSError):  # noqa: PT011
        read_regular(tmp_path / "link", 9, follow=False)
    assert read_regular(tmp_path / "link", 3) == b"123"
