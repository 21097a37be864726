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
    GitmemError,
    NotARepository,
    ReadOnlyRepository,
    UnknownRevision,
    UnsupportedRepository,
    UntrustedRepository,
)
from gitmem.git.plain_answers import answer_options
from gitmem.model.value import dataclass, replace
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
    "GIT_DISCOVERY_ACROSS_FILESYSTEM",
    "GIT_AUTHOR_",
    "GIT_COMMITTER_",
)
_MAX_SHOWN = 100


_LACKS = ("lazy fetching disabled", "from promisor remote")
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


def local_environment(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment for a git command that works with what is here.

    In a partial clone git would fetch what is missing, one object at a time, where a hook or a
    person waits.  Before 2.45 it can only be kept from talking to anybody.
    """
    return {**git_environment(environ), "GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none"}


def may_lack_objects(repo: Repo) -> bool:
    """Whether this is a partial clone, by its configuration file: no process is started."""
    try:
        config = (repo.common_dir / "config").read_text("utf-8", "replace").lower()
    except OSError:
        return True
    return "partialclone" in config or "promisor" in config


_ASKED = ("--is-bare-repository", "--git-common-dir", "--git-dir", "--show-object-format")


def find_repo(start: Path | str = ".") -> Repo:
    """Find the repository that ``start`` lies in.

    Raises:
        NotARepository: there is none, or git refuses it (the reason is in the message).
        UntrustedRepository: it is another person's, and git was not told to trust it.
        UnsupportedRepository: its object format cannot be read by libgit2.
        GitFailed: git is not there, or too old.
    """
    lines = _ask_place(start, ("-C", os.fspath(start)))
    common_dir, git_dir = Path(lines[1]), Path(lines[2])
    if lines[0] == "true":
        return Repo(common_dir, git_dir, None)
    if len(lines) > 4 and lines[4]:
        return Repo(common_dir, git_dir, Path(lines[4]))
    return Repo(common_dir, git_dir, git_dir.parent if git_dir.name == ".git" else None)


def open_git_dir(git_dir: Path | str) -> Repo:
    """The repository whose git directory this is.

    git is given its name and does not look for it: ``safe.bareRepository=explicit`` has git find
    nothing in a folder that looks like a bare repository.  The work tree is the one that the
    configuration names, or else the folder that a ``.git`` lies in.

    Raises:
        NotARepository, UnsupportedRepository, GitFailed: as :func:`find_repo`.
    """
    place = os.path.realpath(git_dir)
    lines = _ask_place(git_dir, ("-C", place, "--git-dir=."))
    common_dir, found = Path(lines[1]), Path(lines[2])
    if lines[0] == "true":
        return Repo(common_dir, found, None)
    if len(lines) > 4 and os.path.realpath(lines[4]) != place:
        return Repo(common_dir, found, Path(lines[4]))  # core.worktree
    return Repo(common_dir, found, _worktree_beside(found))


def find_repo_here(environ: Mapping[str, str] | None = None) -> Repo:
    """The repository of what a person typed, or git runs for one, in the current folder.

    As for a command of git's own, ``git --git-dir=A mem log`` means A: git tells its subcommands
    and its hooks so by the environment.

    Raises:
        NotARepository, UnsupportedRepository, GitFailed: as :func:`find_repo`.
    """
    told = os.environ if environ is None else environ
    named, top = told.get("GIT_DIR"), told.get("GIT_WORK_TREE")
    if not named:
        found = find_repo(".")
    elif Path(named).is_dir():
        found = open_git_dir(named)
        if found.worktree is None and not top:
            found = replace(found, worktree=_worktree_here(found))
    else:  # a file that names the directory
        found = find_repo(Path(named).parent)
    return replace(found, worktree=Path(os.path.realpath(top))) if top else found


def repo_at(repo: Repo, worktree: str) -> Repo:
    """The same repository as seen from one of its work trees.

    Raises:
        NotARepository, UnsupportedRepository, GitFailed: as :func:`find_repo`.
    """
    if repo.worktree is not None and os.fspath(repo.worktree) == worktree:
        return repo  # nothing in the folder need lead to it
    return find_repo(worktree)


def _ask_place(start: Path | str, options: Sequence[str]) -> list[str]:
    """What git tells of a place: whether it is bare, its directories, object format, work tree."""
    try:
        done = _rev_parse(options, *_ASKED, "--show-toplevel")
        if done.returncode != 0:  # bare, or inside the git directory: no top level to show
            done = _rev_parse(options, *_ASKED)
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
        lines = [os.fsdecode(_rev_parse(options, ask).stdout)[:-1] for ask in _ASKED]
        lines.append(os.fsdecode(_rev_parse(options, "--show-toplevel").stdout)[:-1])
    if lines[3] != "sha1":
        raise UnsupportedRepository(
            f"the repository at '{start}' uses {lines[3]} objects",
            "Nothing was changed. gitmem reads repositories with sha1 objects only",
        )
    return lines


def _refusal(start: Path | str, complaint: str) -> GitmemError:
    """What git said; where the repository is somebody else's, what it says to do."""
    text = [line.strip() for line in complaint.strip().removeprefix("fatal: ").splitlines()]
    reason = text[0] if text else "not a git repository"
    if "repository extension" in reason or "git repo version" in reason:
        found = f": {text[-1]}" if len(text) > 1 else ""
        return UnsupportedRepository(
            f"this git cannot read the repository at '{start}': {reason.rstrip(':')}{found}",
            "Nothing was changed. Update git",
        )
    remedy = next((line for line in text if line.startswith(_TRUST)), "")
    if remedy:
        what = f"'{start}': {reason}"
        return UntrustedRepository(what, f"Nothing was changed. If you trust it, run: {remedy}")
    return NotARepository(f"'{start}': {reason}")


def _worktree_beside(git_dir: Path) -> Path | None:
    """The work tree that a git directory shows by its place, or by the file of a linked one."""
    if git_dir.name == ".git":
        return git_dir.parent
    try:
        named = (git_dir / "gitdir").read_text("utf-8").strip()
    except (OSError, ValueError):
        return None
    return (git_dir / named).parent.resolve()


def _worktree_here(repo: Repo) -> Path | None:
    """The work tree whose top is the current folder, if its ``.git`` entry leads to this one."""
    here = Path(os.path.realpath("."))
    try:
        named = (here / ".git").read_text("utf-8").strip().removeprefix("gitdir: ")
        is_ours = (here / named).samefile(repo.git_dir)
    except (OSError, ValueError):
        return None
    return here if is_ours else None


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
        raise lack_of(complaint) or GitFailed(
            f"'git {arguments[0]}' failed: {complaint.splitlines()[-1]}"
        )
    return done.stdout


def lack_of(complaint: str) -> GitFailed | None:
    """The error that git's complaint amounts to where a partial clone lacks what it takes."""
    if not any(words in complaint for words in _LACKS):
        return None
    return GitFailed(
        "this partial clone lacks folders or contents that the answer takes",
        "Nothing was lost. To fetch all folders at once: git fetch --refetch --filter=blob:none",
    )


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
        environ={**local_environment(), **(environ or {})},
    )


def git_command(repo: Repo, arguments: Sequence[str]) -> list[str]:
    """The command line that runs git in this repository from any directory.

    Both directories are named: git is not to look for them, nor to conclude from a setting that
    there is no work tree.
    """
    top = repo.worktree
    place = ["-C", os.fspath(top), f"--work-tree={top}"] if top else []
    return ["git", *place, f"--git-dir={repo.git_dir}", *answer_options(arguments), *arguments]


def resolve_commit(repo: Repo, revision: str) -> str:
    """The full id of the commit that ``revision`` names.

    Raises:
        UnknownRevision: it names none.
    """
    name = revision + "^{commit}"
    done = try_git(repo, "rev-parse", "--verify", "--quiet", "--end-of-options", name)
    oid = os.fsdecode(done.stdout).strip()
    if done.returncode != 0 or not oid.isalnum():  # git says ^OID of a revision that is left out
        raise UnknownRevision(f"'{shown(revision)}' does not name a commit here")
    return oid


def shown(word: str) -> str:
    """What somebody typed, or pasted, as a message may repeat it."""
    return word if len(word) <= _MAX_SHOWN else f"{word[:_MAX_SHOWN]}..."


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
    place = os.fspath(repo.worktree or repo.git_dir)
    return _rev_parse(("-C", place), "--git-dir").returncode == 0


def _rev_parse(options: Sequence[str], *asked: str) -> subprocess.CompletedProcess[bytes]:
    command = ["git", *options, "rev-parse", "--path-format=absolute", *asked]
    return run(command, environ=git_environment())
