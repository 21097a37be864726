"""Where the repository is, and how its git is run.

Every git process gets the environment of :func:`git_environment`, so that what a hook inherits
from git cannot point a later command at the wrong repository or index.  Standard library only:
agent hooks import this.
"""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from gitmem.errors import (
    BareRepository,
    DiskFull,
    GitFailed,
    NotARepository,
    ReadOnlyRepository,
    RepositoryError,
    UnknownRevision,
    UnsupportedRepository,
    UntrustedRepository,
)
from gitmem.model.value import dataclass
from gitmem.process.child import run

# What a hook's environment may keep.  All other GIT_* names say where *this* git command works
# (GIT_DIR, GIT_INDEX_FILE, GIT_PREFIX, quarantine, ...) and would mislead the next one.
_SAFE_NAMES = (
    "GIT_SSH",
    "GIT_ASKPASS",
    "GIT_TERMINAL_PROMPT",
    "GIT_EXEC_PATH",
    "GIT_HTTP_",
    "GIT_SSL_",
    "GIT_PROXY_",
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_SYSTEM",
    "GIT_CONFIG_NOSYSTEM",
    "GIT_ALLOW_PROTOCOL",
    "GIT_CEILING_DIRECTORIES",
    "GIT_AUTHOR_",
    "GIT_COMMITTER_",
)


_TRUST = "git config --global --add safe.directory"


@dataclass(frozen=True)
class Repo:
    """A git repository on disk.

    ``common_dir`` is shared by all work trees, ``git_dir`` is this work tree's own; in an
    ordinary clone they are the same folder.  ``worktree`` is None in a bare repository.
    """

    common_dir: Path
    git_dir: Path
    worktree: Path | None

    @property
    def state_dir(self) -> Path:
        """gitmem's own folder: queue, pending memories, sessions, index, log."""
        return self.common_dir / "gitmem"

    @property
    def top(self) -> str:
        """The folder that people know it by: the work tree, or the repository itself."""
        return os.fspath(self.worktree or self.common_dir)

    @property
    def is_initialised(self) -> bool:
        """Whether ``gitmem init`` has been run here."""
        return (self.state_dir / "install.json").is_file()

    def need_worktree(self) -> Path:
        """The work tree.

        Raises:
            BareRepository: there is none.
        """
        if self.worktree is None:
            raise BareRepository(f"'{self.common_dir}' is a bare repository: it has no work tree")
        return self.worktree


def git_environment(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment for a git command of our own: untranslated, never prompting, ours alone."""
    source = os.environ if environ is None else environ
    clean = {
        k: v for k, v in source.items() if not k.startswith("GIT_") or k.startswith(_SAFE_NAMES)
    }
    if "GIT_CONFIG_COUNT" in source or "GIT_CONFIG_PARAMETERS" in source:
        from gitmem.git.trusted_folders import trusted_folders  # hardly anybody configures git so

        clean.update(trusted_folders(source))
    clean.update(LC_ALL="C", LANGUAGE="C", GIT_TERMINAL_PROMPT="0", GIT_OPTIONAL_LOCKS="0")
    return clean


def find_repo(start: Path | str = ".") -> Repo:
    """Find the repository that ``start`` lies in.

    Raises:
        NotARepository: there is none, or git refuses it (the reason is in the message).
        UntrustedRepository: it is another person's, and git was not told to trust it.
        UnsupportedRepository: its object or ref format cannot be read by libgit2.
        GitFailed: git is not there, or too old.
    """
    asked = ["--is-bare-repository", "--git-common-dir", "--git-dir", "--show-object-format"]
    try:
        done = _rev_parse(start, *asked, "--show-toplevel")
        if done.returncode != 0:  # bare, or inside the git directory: no top level to show
            done = _rev_parse(start, *asked)
    except FileNotFoundError as error:
        raise GitFailed(
            "'git' is not on PATH", "Install git, then run the command again"
        ) from error
    if done.returncode != 0:
        raise _refusal(start, os.fsdecode(done.stderr))
    lines = os.fsdecode(done.stdout).removesuffix("\n").split("\n")
    if lines[0].startswith("--"):  # git before 2.31 prints an option that it does not know
        raise GitFailed("this git is older than 2.31", "Nothing was changed. Update git")
    if len(lines) > 5:  # a path with a newline in it: ask for one at a time
        lines = [os.fsdecode(_rev_parse(start, ask).stdout)[:-1] for ask in asked]
        lines.append(os.fsdecode(_rev_parse(start, "--show-toplevel").stdout)[:-1])
    if lines[3] != "sha1":
        raise UnsupportedRepository(f"the repository at '{start}' uses {lines[3]} objects")
    common_dir, git_dir = Path(lines[1]), Path(lines[2])
    if lines[0] == "true":
        return Repo(common_dir, git_dir, None)
    if len(lines) > 4 and lines[4]:
        return Repo(common_dir, git_dir, Path(lines[4]))
    return Repo(common_dir, git_dir, git_dir.parent if git_dir.name == ".git" else None)


def find_enclosing_repo(start: Path | str = ".") -> Repo:
    """Find the repository of the work tree that ``start`` lies in, for what no person typed.

    A folder that looks like a bare repository can be committed and cloned, configuration and all;
    git takes it for one when it is run inside.  Nobody can commit an entry named ``.git``, so only
    what such an entry leads to counts here.

    Raises:
        NotARepository, UnsupportedRepository, GitFailed: as :func:`find_repo`.
    """
    plain = guess_repo(start)
    if plain is not None:
        return plain
    top = Path(os.path.realpath(start))
    for folder in (top, *top.parents):
        if os.path.lexists(folder / ".git"):
            return find_repo(folder)
    raise NotARepository(f"'{start}': not a git repository with a work tree")


def guess_repo(start: Path | str) -> Repo | None:
    """The repository that ``start`` lies in, by its files alone; None if only git can say.

    For hooks, which somebody waits for: a process takes as long as all else that they do.
    """
    if "GIT_DIR" in os.environ or "GIT_WORK_TREE" in os.environ:
        return None
    top = Path(os.path.realpath(start))
    for folder in (top, *top.parents):
        dot_git = folder / ".git"
        try:
            if dot_git.is_dir():
                git_dir = common_dir = dot_git
            elif dot_git.is_file():
                named = dot_git.read_text("utf-8").strip().removeprefix("gitdir: ")
                git_dir = Path(os.path.realpath(folder / named))
                common = (git_dir / "commondir").read_text("utf-8").strip()
                common_dir = Path(os.path.realpath(git_dir / common))
            else:
                continue
            is_plain = _is_plain((common_dir / "config").read_text("utf-8"))
            is_ours = common_dir.stat().st_uid == os.geteuid()  # else git may refuse it
        except (OSError, ValueError):
            return None
        is_plain = is_plain and is_ours and (git_dir / "HEAD").is_file()
        return Repo(common_dir, git_dir, folder) if is_plain else None
    return None


def _is_plain(config: str) -> bool:
    """Whether this configuration leaves the work tree where the ``.git`` entry is, and the objects
    as libgit2 reads them.
    """
    for line in map(str.strip, config.lower().splitlines()):
        if line.startswith("bare") and line != "bare = false":
            return False
        if line.startswith(("worktree", "objectformat", "[include")):
            return False
    return True


def run_git(
    repo: Repo,
    *arguments: str,
    stdin: bytes | None = None,
    environ: Mapping[str, str] | None = None,
    timeout: float | None = None,
) -> bytes:
    """Run git in the repository and return what it printed.

    ``timeout`` is in seconds.  ``environ`` adds to the cleaned environment.

    Raises:
        GitFailed: git exited with a status other than 0; the message has its last complaint.
        subprocess.TimeoutExpired: it took longer than ``timeout``.
    """
    done = try_git(repo, *arguments, stdin=stdin, environ=environ, timeout=timeout)
    if done.returncode != 0:
        complaint = os.fsdecode(done.stderr).strip() or f"exit status {done.returncode}"
        raise GitFailed(f"'git {arguments[0]}' failed: {complaint.splitlines()[-1]}")
    return done.stdout


def try_git(
    repo: Repo,
    *arguments: str,
    stdin: bytes | None = None,
    environ: Mapping[str, str] | None = None,
    timeout: float | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """Run git in the repository, whatever its exit status."""
    return run(
        git_command(repo, arguments),
        stdin,
        seconds=timeout,
        environ={**git_environment(), **(environ or {})},
    )


def git_command(repo: Repo, arguments: Sequence[str]) -> list[str]:
    """The command line that runs git in this repository from any directory."""
    place = ["-C", os.fspath(repo.worktree)] if repo.worktree else []
    return ["git", *place, f"--git-dir={repo.git_dir}", *arguments]


def resolve_commit(repo: Repo, revision: str) -> str:
    """The full id of the commit that ``revision`` names.

    Raises:
        UnknownRevision: it names none.
    """
    name = revision + "^{commit}"
    done = try_git(repo, "rev-parse", "--verify", "--quiet", "--end-of-options", name)
    if done.returncode != 0:
        raise UnknownRevision(f"'{revision}' does not name a commit here")
    return done.stdout.decode().strip()


def top_relative(repo: Repo, path: str, here: Path) -> str:
    """A path as given in folder ``here``, relative to the top of the work tree."""
    if repo.worktree is None:
        return path
    return os.path.relpath(here.resolve() / path, repo.worktree.resolve())


@contextmanager
def translate_os_errors(doing: str) -> Iterator[None]:
    """Turn what the file system refuses into an error that a person can act on.

    ``doing`` completes the sentence "cannot ...".

    Raises:
        DiskFull: no room, or over quota.
        ReadOnlyRepository: no right to write, or a read-only file system.
    """
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(f"cannot {doing}: no space left on the device") from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise ReadOnlyRepository(f"cannot {doing}: {error.strerror}") from error
        raise


def is_trusted(repo: Repo) -> bool:
    """Whether git itself opens the repository where it finds it: it asks whose it is."""
    return _rev_parse(repo.worktree or repo.git_dir, "--git-dir").returncode == 0


def _refusal(start: Path | str, complaint: str) -> RepositoryError:
    """What git said, and where the repository is somebody else's what it says to do."""
    lines = [line.strip() for line in complaint.strip().removeprefix("fatal: ").splitlines()]
    reason = f"'{start}': {lines[0] if lines else 'not a git repository'}"
    remedy = next((line for line in lines if line.startswith(_TRUST)), "")
    if remedy:
        return UntrustedRepository(reason, f"Nothing was changed. If you trust it, run: {remedy}")
    return NotARepository(reason)


def _rev_parse(start: Path | str, *asked: str) -> subprocess.CompletedProcess[bytes]:
    command = ["git", "-C", os.fspath(start), "rev-parse", "--path-format=absolute", *asked]
    return run(command, environ=git_environment())
