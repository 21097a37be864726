"""The lines that gitmem adds to a repository's git configuration, and what it finds there.

What to add is decided from what is configured at all levels; the edit itself is done by ``git
config`` on a copy, which takes the file's place under git's own lock.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from gitmem.errors import GitFailed
from gitmem.git.remotes import refspec_of
from gitmem.git.repo import Repo, git_environment, translate_os_errors, try_git
from gitmem.model.note import NOTES_REF
from gitmem.process.child import run
from gitmem.setup.hook_file import EVENTS, command
from gitmem.setup.owned_files import Writer

Entry = tuple[str, str]

OUR_STRATEGY = f"notes.{NOTES_REF.removeprefix('refs/notes/')}.mergeStrategy"
"""How ``git notes merge`` joins notes of ours; git's own default stops in a conflict."""

_ONLY_OURS = f"{NOTES_REF[:-1]}[{NOTES_REF[-1]}]"
"""A glob for our ref alone.  Until the first memory there is no such ref, and of one that is named
outright git says with every amend, rebase and log that it "is invalid"; of a glob it says nothing.
"""

_DISPLAY = "notes.displayRef"
_COMPRESSOR = "gitmem.compressor"
_HOOKS = "hook.gitmem-"
_HOOK = _HOOKS + "{event}.{name}"
_OUR_REFSPECS = f"+{NOTES_REF}*:refs/gitmem/*/claude-mem*"


@dataclass(frozen=True)
class GitConfig:
    """All that is configured here, every level, in git's order: (scope, name, value).

    Section and variable names are in small letters, as git lists them.
    """

    lines: tuple[tuple[str, str, str], ...]

    def values(self, name: str) -> list[str]:
        """Every value of the name; the last one is the one that counts where one counts."""
        return [value for _, other, value in self.lines if other == name]

    def local_values(self, name: str) -> list[str]:
        """The values of the name in the repository's own configuration."""
        return [value for scope, other, value in self.lines if (scope, other) == ("local", name)]

    def scope(self, name: str) -> str:
        """Which level the last value comes from: local, worktree, global, system; or nothing."""
        return next((scope for scope, other, _ in reversed(self.lines) if other == name), "")

    def remotes(self) -> list[str]:
        """The remotes that have an address here, in the order of the file."""
        names = [name[7:-4] for _, name, _ in self.lines if _is_remote_url(name)]
        return list(dict.fromkeys(names))


def read_config(repo: Repo) -> GitConfig:
    """Read the configuration with one git process.

    Raises:
        GitFailed: git cannot read it.
    """
    done = try_git(repo, "config", "-z", "--show-scope", "--list")
    if done.returncode != 0:
        reason = os.fsdecode(done.stderr).strip()
        raise GitFailed(f"git cannot read its configuration: {reason}")
    parts = os.fsdecode(done.stdout).split("\0")[:-1]
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return GitConfig(tuple((scope, *_pair(item)) for scope, item in pairs))


def missing_entries(config: GitConfig, *, with_hooks: bool) -> list[Entry]:
    """What must be added so that notes follow rewritten commits, are fetched and joined.

    A remote without any fetch refspec keeps none: with ours alone, ``git pull`` from it would
    no longer find the branch.  ``with_hooks`` adds the hooks, for git 2.54 and newer.
    """
    wanted = [] if _names_ours(config, "notes.rewriteRef") else [("notes.rewriteRef", _ONLY_OURS)]
    if not config.values("notes.rewritemode"):
        wanted.append(("notes.rewriteMode", "concatenate"))
    if not config.values(OUR_STRATEGY.lower()):
        wanted.append((OUR_STRATEGY, "union"))
    for remote in config.remotes():
        fetched = config.values(f"remote.{remote}.fetch")
        if fetched and refspec_of(remote) not in fetched:
            wanted.append((f"remote.{remote}.fetch", refspec_of(remote)))
    hooks = hook_entries() if with_hooks else []
    return wanted + [entry for entry in hooks if entry[1] not in config.values(entry[0])]


def stale_entries(config: GitConfig, *, with_hooks: bool) -> list[Entry]:
    """Lines of ours that are no longer right: a remote was renamed, hooks go elsewhere now.

    ``with_hooks`` tells whether the hooks belong in the configuration.
    """
    refspecs = [
        (f"remote.{remote}.fetch", value)
        for remote in config.remotes()
        for value in config.values(f"remote.{remote}.fetch")
        if _is_our_refspec(value) and value != refspec_of(remote)
    ]
    wanted = hook_entries() if with_hooks else []
    hooks = [(name, value) for _, name, value in config.lines if name.startswith(_HOOKS)]
    return refspecs + [entry for entry in hooks if entry not in wanted]


def display_entries(config: GitConfig) -> list[Entry]:
    """What must be added so that ``git log`` and ``git show`` print the notes of each commit.

    Only where somebody asks for it: it makes every log several times as long, an agent's too.
    """
    return [] if _names_ours(config, _DISPLAY) else [(_DISPLAY, _ONLY_OURS)]


def our_display_entries(config: GitConfig) -> list[Entry]:
    """The repository's own line that has ``git log`` print the notes, in the form we write it."""
    return [(_DISPLAY, v) for v in config.local_values(_DISPLAY.lower()) if v == _ONLY_OURS]


def writer_entries(config: GitConfig, compressor: str) -> list[Entry]:
    """What must be added so that this compressor is the one that counts here."""
    here = config.local_values(_COMPRESSOR)
    return [] if here[-1:] == [compressor] else [(_COMPRESSOR, compressor)]


def other_writer_entries(config: GitConfig, compressor: str) -> list[Entry]:
    """The repository's own lines that name another compressor."""
    here = config.local_values(_COMPRESSOR)
    return [(_COMPRESSOR, value) for value in here if value != compressor]


def hook_entries() -> list[Entry]:
    """Our hooks as configuration."""
    return [
        (_HOOK.format(event=event, name=name), value)
        for event in EVENTS
        for name, value in (("event", event), ("command", command(event)))
    ]


def has_hook_entries(config: GitConfig, event: str) -> bool:
    """Whether the hook of that event is configured as it should be, and switched on."""
    named = {
        name: config.values(_HOOK.format(event=event, name=name)) for name in ("event", "command")
    }
    enabled = config.values(_HOOK.format(event=event, name="enabled"))
    is_on = not enabled or enabled[-1].lower() not in ("false", "no", "off", "0", "")
    return is_on and named == {"event": [event], "command": [command(event)]}


def with_entries(repo: Repo, content: bytes, entries: Sequence[Entry]) -> bytes:
    """The configuration file's content with these lines added.

    Raises:
        GitFailed: git refuses one.
        DiskFull, ReadOnlyRepository: the copy cannot be written.
    """
    with _copy(repo, content) as path:
        for name, value in entries:
            _edit(path, "--add", name, value)
        return path.read_bytes()


def without_entries(
    repo: Repo, content: bytes, entries: Sequence[Entry], original: bytes | None = None
) -> bytes:
    """The configuration file's content without these lines, nor any
    fetch refspec or hook that can only be ours.

    What stands in ``original`` is the owner's and stays.

    Raises:
        As :func:`with_entries`.
    """
    theirs = list_entries(original or b"")
    doomed = {
        (name, value)
        for name, value in list_entries(content)
        if (_is_our_refspec(value) or name.startswith(_HOOKS)) and (name, value) not in theirs
    }
    known = {(_canonical(name), value) for name, value in entries}
    present = {entry for entry in list_entries(content) if entry in known}
    with _copy(repo, content) as path:
        for name, value in sorted(doomed | present):
            _edit(path, "--fixed-value", "--unset-all", name, value)
        return path.read_bytes()


def list_entries(content: bytes) -> list[Entry]:
    """The lines of a configuration file, as git reads them; none when it cannot."""
    command = ["git", "config", "--file", "-", "-z", "--list"]
    done = run(command, content, environ=git_environment())
    return [_pair(item) for item in os.fsdecode(done.stdout).split("\0")[:-1]]


def is_same_config(one: bytes, other: bytes) -> bool:
    """Whether git reads the same from both, and both hold the same comments."""
    return _comments(one) == _comments(other) and list_entries(one) == list_entries(other)


@contextmanager
def lock_config(repo: Repo) -> Iterator[Writer]:
    """Hold git's lock of the configuration file; yields what replaces the file.

    Raises:
        GitFailed: another process holds the lock.
        DiskFull, ReadOnlyRepository: it cannot be taken.
    """
    file = config_path(repo).resolve()
    lock = file.with_name(f"{file.name}.lock")
    with translate_os_errors("lock the configuration"):
        try:
            handle = os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644)
        except FileExistsError as error:
            raise GitFailed(
                f"'{lock}' exists: another process is editing the configuration",
                "Nothing was changed. If no git process is running, delete that file",
            ) from error

    def replace(path: Path, data: bytes, *, mode: int) -> None:
        with translate_os_errors("write the configuration"):
            with open(handle, "wb", closefd=False) as locked:
                locked.write(data)
            os.fsync(handle)
            lock.chmod(mode)
            lock.replace(path)

    try:
        yield replace
    finally:
        os.close(handle)
        with suppress(FileNotFoundError):
            lock.unlink()


def config_path(repo: Repo) -> Path:
    """The repository's configuration file, shared by its work trees."""
    return repo.common_dir / "config"


@contextmanager
def _copy(repo: Repo, content: bytes) -> Iterator[Path]:
    with translate_os_errors("copy the configuration"):
        repo.state_dir.mkdir(exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".config.", dir=repo.state_dir)
        path = Path(name)
    try:
        with translate_os_errors("copy the configuration"), open(handle, "wb") as file:  # noqa: PTH123
            file.write(content)
        yield path
    finally:
        with suppress(OSError):
            path.unlink()


def _edit(path: Path, *arguments: str) -> None:
    command = ["git", "config", "--file", os.fspath(path), *arguments]
    done = run(command, environ=git_environment())
    if done.returncode != 0:
        raise GitFailed(f"git refuses '{arguments[-2]}': {os.fsdecode(done.stderr).strip()}")


def _names_ours(config: GitConfig, name: str) -> bool:
    """Whether one of the globs that are configured under that name stands for our ref."""
    return any(fnmatchcase(NOTES_REF, glob) for glob in config.values(name.lower()))


def _pair(item: str) -> Entry:
    name, _, value = item.partition("\n")
    return name, value


def _canonical(name: str) -> str:
    """A name as git lists it: section and variable small, the part between as it is."""
    section, _, rest = name.partition(".")
    middle, dot, variable = rest.rpartition(".")
    return f"{section.lower()}.{middle}{dot}{variable.lower()}"


def _is_remote_url(name: str) -> bool:
    return name.startswith("remote.") and name.endswith(".url") and len(name) > len("remote..url")


def _is_our_refspec(value: str) -> bool:
    before, _, after = _OUR_REFSPECS.partition("/*/")
    return value.startswith(before + "/") and value.endswith("/" + after)


def _comments(content: bytes) -> list[bytes]:
    lines = [line.strip() for line in content.splitlines()]
    return [line for line in lines if line.startswith((b"#", b";"))]
