"""A git repository of gitmem's own outside of all others: a folder of files that git can sync.

git is always told which repository is meant and never looks for one, so that neither a hook's
``GIT_DIR`` nor a repository around the folder can take its place.  What is committed is committed
with plumbing: no hook, template, filter or ignore list of the person's configuration has a say.
"""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

from gitmem.errors import ForeignFile, GitFailed, ReadOnlyRepository
from gitmem.git.identity import find_identity
from gitmem.git.repo import Repo, git_command, git_environment, translate_os_errors, try_git
from gitmem.process.child import run

_PLAIN = (
    *("-c", "core.autocrlf=false", "-c", "core.attributesFile=/dev/null"),
    *("-c", "core.excludesFile=/dev/null", "-c", "core.fsmonitor=false"),
)
_TRIES = 20
_PAUSE_SECONDS = 0.05
_BRANCH = "main"


def open_own_folder(folder: Path) -> Repo | None:
    """The repository in that very folder; None where there is none yet."""
    git_dir = folder / ".git"
    return Repo(git_dir, git_dir, folder) if (git_dir / "HEAD").is_file() else None


def make_own_folder(folder: Path) -> Repo:
    """The same, made where there is none, for its owner alone.

    Raises:
        DiskFull, ReadOnlyRepository, ForeignFile: it cannot be made.
        GitFailed: git refuses.
    """
    found = open_own_folder(folder)
    if found is not None:
        return found
    with translate_os_errors(f"make the folder '{folder}'"):
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            folder.mkdir(mode=0o700, exist_ok=True)
        except (FileExistsError, NotADirectoryError) as error:
            raise ForeignFile(f"a file is in the way of the folder '{folder}'") from error
        if not os.access(folder, os.W_OK):
            raise ReadOnlyRepository(f"cannot write to the folder '{folder}'")
    command = ["git", *_PLAIN, "init", "-q", "--template=", f"--initial-branch={_BRANCH}"]
    done = run([*command, "--", os.fspath(folder)], environ=git_environment())
    made = open_own_folder(folder)
    if done.returncode != 0 or made is None:
        raise GitFailed(f"git cannot make a repository in '{folder}': {_said(done)}")
    return made


def commit_all(repo: Repo, message: str) -> None:
    """Commit the folder as it is; nothing where it is as committed.

    Raises:
        GitFailed: git cannot.
    """
    for attempt in range(_TRIES):
        done = try_git(repo, *_PLAIN, "add", "--all", "--", ".")
        if done.returncode == 0:
            break
        if b".lock" not in done.stderr or attempt == _TRIES - 1:
            raise GitFailed(f"git cannot add the files in '{repo.worktree}': {_said(done)}")
        time.sleep(_PAUSE_SECONDS)
    tree, head = _asked(repo, "write-tree"), head_of(repo)
    if head and _asked(repo, "rev-parse", f"{head}^{{tree}}") == tree:
        return
    commit_tree(repo, tree, [head] if head else [], message)


def commit_tree(repo: Repo, tree: str, parents: list[str], message: str) -> str:
    """Make a commit of the tree that the branch is at from now on; the first parent is where it
    was.  Its id.

    Raises:
        GitFailed: git cannot, or another process has moved the branch.
    """
    identity, _ = find_identity(repo)
    environ = {
        f"GIT_{role}_{part}": value
        for role in ("AUTHOR", "COMMITTER")
        for part, value in (("NAME", identity.name or "gitmem"), ("EMAIL", identity.email))
    }
    asked = [word for parent in parents for word in ("-p", parent)]
    done = try_git(repo, "commit-tree", tree, *asked, "-m", message, environ=environ)
    commit = os.fsdecode(done.stdout).strip()
    if done.returncode != 0:
        raise GitFailed(f"git cannot commit in '{repo.worktree}': {_said(done)}")
    moved = try_git(repo, "update-ref", "-m", message, "HEAD", commit, *(parents[:1] or ["0" * 40]))
    if moved.returncode != 0:
        raise GitFailed(f"'{repo.worktree}' was changed meanwhile: {_said(moved)}")
    return commit


def check_out(repo: Repo, tree: str) -> None:
    """Make the folder what the tree says; what was committed before is not lost.

    Raises:
        GitFailed: git cannot.
    """
    _asked(repo, "read-tree", "--reset", "-u", tree)


def head_of(repo: Repo) -> str:
    """The commit that the branch is at; empty before the first."""
    done = try_git(repo, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    return os.fsdecode(done.stdout).strip()


def talk(repo: Repo, arguments: list[str], seconds: float) -> subprocess.CompletedProcess[bytes]:
    """Run a git command that talks to a remote, without anybody to ask for a password.

    Raises:
        subprocess.TimeoutExpired: it took longer.
    """
    environ = git_environment()
    if "GIT_SSH_COMMAND" not in environ and "GIT_SSH" not in environ:
        asked = os.fsdecode(try_git(repo, "config", "--get", "core.sshCommand").stdout).strip()
        environ["GIT_SSH_COMMAND"] = asked or "ssh -oBatchMode=yes"
    environ.update(GCM_INTERACTIVE="never", GITMEM_PUSHING="1")
    command = git_command(repo, ["-c", "core.hooksPath=/dev/null", *arguments])
    return run(command, seconds=seconds, environ=environ, leads_session=True)


def _asked(repo: Repo, *arguments: str) -> str:
    done = try_git(repo, *_PLAIN, *arguments)  # even write-tree may look at the files
    if done.returncode != 0:
        raise GitFailed(f"git cannot read or write '{repo.worktree}': {_said(done)}")
    return os.fsdecode(done.stdout).strip()


def _said(done: subprocess.CompletedProcess[bytes]) -> str:
    lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else f"exit status {done.returncode}"
