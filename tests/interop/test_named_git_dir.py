"""Repositories that git is told of by name, and those that it finds no more by looking."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gitmem.errors import NotARepository
from gitmem.git.repo import find_repo, find_repo_here, open_git_dir
from tests.support.capture import session_in
from tests.support.cli import gitmem, gitmem_process
from tests.support.git import GitDriver
from tests.support.jobs import eventually
from tests.support.memories import remember


def told(git: GitDriver, *where: str) -> bool:
    done = git.run(*where, "notes", "--ref", "claude-mem", "show", "HEAD", check=False)
    return b"ChunkedReader for the buffer" in b" ".join(done.stdout.split())


def work(git: GitDriver, name: str = "big.py") -> None:
    prompt = "Use ChunkedReader for the buffer because the vendor caps requests at 4 MB."
    session_in(git).prompt(prompt).write(name, "ChunkedReader = 1\n")
    git.write(name, "ChunkedReader = 1\n")
    git.now += 60


def explicit(home: Path) -> None:
    with (home / ".gitconfig").open("a") as file:
        file.write("[safe]\n\tbareRepository = explicit\n")


def test_git_may_find_no_bare_repository_by_itself(committed: GitDriver) -> None:
    """``safe.bareRepository=explicit``: the worker and a push work all the same."""
    explicit(committed.home)
    assert gitmem(committed, "init", "--user").returncode == 0
    work(committed)
    committed.run("add", "big.py")
    committed.run("commit", "-q", "-m", "Read in chunks")

    assert eventually(lambda: told(committed))


def test_a_push_from_a_bare_repository_takes_memories_along(
    committed: GitDriver, remote: GitDriver, tmp_path: Path
) -> None:
    explicit(committed.home)
    bare = committed.clone(tmp_path / "bare.git", "--bare")
    bare.run("--git-dir=.", "worktree", "add", "-q", "../side", "main")
    side = GitDriver(tmp_path / "side", committed.home)
    side.now = committed.now
    side.run("config", "user.name", "Ada")
    side.run("config", "user.email", "ada@example.com")
    side.run("remote", "add", "to", str(remote.path))
    assert gitmem(side, "init", "--user").returncode == 0
    work(side)
    side.run("add", "big.py")
    side.run("commit", "-q", "-m", "Read in chunks")
    assert eventually(lambda: told(side))

    bare.run("--git-dir=.", "push", "-q", "to", "main")

    assert eventually(lambda: told(remote, "--git-dir=."))


def test_a_subcommand_works_on_the_repository_that_git_was_told(
    committed: GitDriver, tmp_path: Path
) -> None:
    other = GitDriver(tmp_path / "other", committed.home).init()
    other.commit("In the other one", x="1\n")
    remember(other, "of the other one")
    remember(committed, "of the one that was named")
    other.environ["GIT_DIR"] = str(committed.path / ".git")

    done = gitmem_process(other, "log", "--oneline")

    assert "of the one that was named" in done.stdout
    assert "other one" not in done.stdout


def test_dotfiles(git: GitDriver, tmp_path: Path) -> None:
    """A bare repository whose work tree is the home folder, which holds no ``.git``."""
    home = GitDriver(git.home, git.home)
    home.now = git.now
    named = (f"--git-dir={home.path / '.dotfiles'}", f"--work-tree={home.path}")
    home.run("init", "-q", "--bare", ".dotfiles")
    home.run(*named, "config", "user.name", "Ada")
    home.run(*named, "config", "user.email", "ada@example.com")
    home.environ.update(GIT_DIR=str(home.path / ".dotfiles"), GIT_WORK_TREE=str(home.path))
    before = (home.path / ".dotfiles" / "config").read_bytes()
    done = gitmem_process(home, "init")
    assert done.returncode == 0, done.stderr
    assert "no '.git' leads from the work tree" in done.stderr
    assert not (home.path / ".claude" / "settings.json").exists()
    assert gitmem_process(home, "doctor", "--no-network").stdout.count("error ") == 0
    work(home, ".vimrc")
    home.run("add", ".vimrc")
    home.run("commit", "-q", "-m", "Read in chunks")
    assert eventually(lambda: told(home))

    work(home, ".emacs")
    home.run("add", ".emacs")
    home.run("-c", "core.hooksPath=/dev/null", "commit", "-q", "-m", "With hooks off")

    def shown() -> str:
        return gitmem_process(home, "log", place=tmp_path).stdout

    assert eventually(lambda: "With hooks off" in shown())
    assert "Read in chunks" in shown()
    assert gitmem_process(home, "uninstall").returncode == 0
    assert (home.path / ".dotfiles" / "config").read_bytes() == before


def test_a_linked_work_tree_beside_a_repository_that_is_called_bare(
    committed: GitDriver, tmp_path: Path
) -> None:
    """Agents leave ``core.bare=true`` behind in the shared configuration."""
    assert gitmem(committed, "init", "--user").returncode == 0
    committed.run("worktree", "add", "-q", str(tmp_path / "side"))
    side = GitDriver(tmp_path / "side", committed.home)
    side.now = committed.now
    side.run("config", "extensions.worktreeConfig", "true")
    side.run("config", "--worktree", "core.bare", "false")
    side.run("config", "core.bare", "true")
    work(side)
    side.run("add", "big.py")
    side.run("commit", "-q", "-m", "Read in chunks")

    assert eventually(lambda: told(side))
    log = committed.path / ".git" / "gitmem" / "log"
    assert not log.exists() or "bare" not in log.read_text()


def test_a_git_directory_tells_its_work_tree(committed: GitDriver, tmp_path: Path) -> None:
    committed.run("worktree", "add", "-q", str(tmp_path / "side"))
    apart = GitDriver(tmp_path / "apart", committed.home)
    apart.path.mkdir()
    apart.run("init", "-q", f"--separate-git-dir={tmp_path / 'apart.git'}")
    common = committed.path.resolve() / ".git"

    assert open_git_dir(common) == committed.repo
    assert open_git_dir(common / "worktrees" / "side") == find_repo(tmp_path / "side")
    assert open_git_dir(tmp_path / "apart.git").worktree is None
    with pytest.raises(NotARepository):
        open_git_dir(tmp_path / "nowhere")


def test_the_environment_counts_where_a_person_stands(
    committed: GitDriver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    named = {"GIT_DIR": os.path.relpath(committed.path / ".git", tmp_path)}

    assert find_repo_here(named) == committed.repo
    assert find_repo_here({**named, "GIT_WORK_TREE": "."}).worktree == tmp_path.resolve()
    with pytest.raises(NotARepository):
        find_repo_here({})
