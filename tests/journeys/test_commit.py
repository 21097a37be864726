"""A commit by git itself, in every sort of place, becomes a note without anybody waiting."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gitmem.state.queue import Queue
from tests.support.capture import commit_of, session_in
from tests.support.cli import gitmem
from tests.support.git import GitDriver
from tests.support.session import SESSION

PATIENCE_SECONDS = 20.0


def plain(git: GitDriver, folder: Path) -> GitDriver:
    return git


def in_an_awkward_folder(git: GitDriver, folder: Path) -> GitDriver:
    return git.clone(folder / "it's a\nnew place")


def in_a_linked_work_tree(git: GitDriver, folder: Path) -> GitDriver:
    assert gitmem(git, "init").returncode == 0
    git.run("worktree", "add", "-q", "-b", "side", str(folder / "linked"))
    linked = GitDriver(folder / "linked", git.home)
    linked.now = git.now
    return linked


def in_a_submodule(git: GitDriver, folder: Path) -> GitDriver:
    library = git.clone(folder / "library")
    allowed = ("-c", "protocol.file.allow=always")
    git.run(*allowed, "submodule", "add", "-q", str(library.path), "lib")
    inside = GitDriver(git.path / "lib", git.home)
    inside.now = git.now
    return inside


def with_a_separate_git_dir(git: GitDriver, folder: Path) -> GitDriver:
    return git.clone(folder / "work", f"--separate-git-dir={folder / 'elsewhere.git'}")


@pytest.mark.parametrize(
    "place",
    [
        plain,
        in_an_awkward_folder,
        in_a_linked_work_tree,
        in_a_submodule,
        with_a_separate_git_dir,
    ],
)
def test_a_commit_becomes_a_note(
    committed: GitDriver, tmp_path: Path, place: Callable[[GitDriver, Path], GitDriver]
) -> None:
    git = place(committed, tmp_path)
    assert gitmem(git, "init").returncode == 0
    assert "Exact prices" in note_after_commit(git)


@pytest.mark.parametrize("place", [plain, in_a_submodule, with_a_separate_git_dir])
def test_a_commit_made_with_the_hooks_off_is_found_by_the_next_command(
    committed: GitDriver, tmp_path: Path, place: Callable[[GitDriver, Path], GitDriver]
) -> None:
    git = place(committed, tmp_path)
    assert gitmem(git, "init").returncode == 0
    git.environ["GITMEM_SKIP"] = "1"
    writer = session_in(git).prompt("Make prices exact.").write("price.py")
    commit_of(git, writer, "Exact prices", "price.py")
    del git.environ["GITMEM_SKIP"]

    assert "Exact prices" in gitmem(git, "log").stdout


def test_a_commit_by_a_program_with_an_odd_environment(committed: GitDriver) -> None:
    """As a graphical client starts git: no HOME, no terminal, another folder, GIT_DIR set."""
    assert gitmem(committed, "init").returncode == 0
    writer = session_in(committed).prompt("Make prices exact.").write("price.py")
    committed.write("price.py", "x\n")
    committed.run("add", "-A")
    environ = {
        **{name: value for name, value in committed.env().items() if name != "HOME"},
        "GIT_COMMITTER_DATE": f"{int(writer.now) + 1} +0000",
        "GIT_DIR": str(committed.path / ".git"),
        "GIT_WORK_TREE": str(committed.path),
        "CLAUDE_CODE_SESSION_ID": SESSION,
        "CLAUDE_CONFIG_DIR": str(committed.home / ".claude"),
    }

    subprocess.run(["git", "commit", "-q", "-m", "Exact prices"], cwd="/", env=environ, check=True)

    assert "Exact prices" in note_of_head(committed)


def test_while_gitmem_is_updated_a_commit_is_made_and_remembered(committed: GitDriver) -> None:
    """A hook that sources what is not there yet ends with its shell; git would make no commit."""
    assert gitmem(committed, "init").returncode == 0
    (committed.repo.state_dir / "hooks" / "programs.sh").unlink()

    assert "Exact prices" in note_after_commit(committed)


def test_amending_keeps_the_memory(committed: GitDriver) -> None:
    assert gitmem(committed, "init").returncode == 0
    note_after_commit(committed)

    committed.run("commit", "-q", "--amend", "-m", "Exact prices, at last")

    assert "Exact prices" in note_of_head(committed)


def test_rebasing_keeps_the_memory_and_wakes_the_worker_once(committed: GitDriver) -> None:
    assert gitmem(committed, "init").returncode == 0
    committed.run("checkout", "-q", "-b", "side")
    note_after_commit(committed)
    committed.run("checkout", "-q", "main")
    committed.commit("elsewhere", **{"other.txt": "1\n"})
    committed.run("checkout", "-q", "side")

    committed.run("rebase", "-q", "main")

    assert "Exact prices" in note_of_head(committed)
    wait_until(Queue(committed.repo).is_empty)


def note_after_commit(git: GitDriver) -> str:
    git.environ["CLAUDE_CODE_SESSION_ID"] = SESSION
    writer = session_in(git).prompt("Make prices exact.").write("price.py")
    commit_of(git, writer, "Exact prices", "price.py")
    return note_of_head(git)


def note_of_head(git: GitDriver) -> str:
    def is_there() -> bool:
        return git.run("notes", "--ref", "claude-mem", "show", check=False).returncode == 0

    wait_until(is_there)
    return git.show_note("HEAD").decode()


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, "the worker did not get there"
        time.sleep(0.05)
