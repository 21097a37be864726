"""What ``git blame`` reads of its own accord: lists that the person's configuration names.

``blame.ignoreRevsFile = .git-blame-ignore-revs`` is set once for all repositories, and then what
a cloned one holds under that name is read: a link to a device without end, or a pipe that nobody
writes to.  Git reads every list that is configured, also those that a later, empty value clears,
so no option of ours keeps it from one; we look at each list first.  Standard library only.
"""

from __future__ import annotations

import os
import re
import stat
import subprocess
from collections.abc import Mapping, Sequence

from gitmem.git.repo import Repo, try_git

BLAME_OPTIONS = ("-c", "mailmap.file=")
"""For git itself, before ``blame``: we ask for no names, and that file may be such a link too."""

_LIST_BYTES = 1 << 20
_SECONDS = 1.0
_NAMED = re.compile(rb"[0-9a-f]{40}")
_WITHOUT_SETTINGS = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


def ignore_lists(repo: Repo, environ: Mapping[str, str]) -> Sequence[str] | None:
    """The lists of commits that ``git blame`` would read in this environment; None if one of them
    cannot be read safely.
    """
    arguments = ("config", "-z", "--type=path", "--get-all", "blame.ignoreRevsFile")
    try:
        done = try_git(repo, *arguments, environ=environ, timeout=_SECONDS)
    except (OSError, subprocess.TimeoutExpired):
        return None
    named = [name for name in os.fsdecode(done.stdout).split("\0") if name]
    is_readable = done.returncode in (0, 1) and all(_is_safe(repo, name) for name in named)
    return named if is_readable else None


def blame_environment(repo: Repo) -> Mapping[str, str] | None:
    """What to add to git's environment so that ``git blame`` reads plain files only.

    A list that is set for all of the user's repositories may be missing in this one, or be
    something else: then those settings do not count.  None if the repository's own settings name
    such a list.
    """
    for environ in ({}, _WITHOUT_SETTINGS):
        if ignore_lists(repo, environ) is not None:
            return environ
    return None


def read_list(path: str) -> frozenset[str] | None:
    """The commits that a list names; None if it is anything else: git would refuse it."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # a pipe need not be waited for
        with open(descriptor, "rb") as file:  # noqa: PTH123
            is_plain = stat.S_ISREG(os.fstat(descriptor).st_mode)
            data = file.read(_LIST_BYTES + 1) if is_plain else b""
    except OSError:
        return None
    names = [name for line in data.split(b"\n") if (name := line.partition(b"#")[0].strip())]
    is_list = is_plain and len(data) <= _LIST_BYTES and all(map(_NAMED.fullmatch, names))
    return frozenset(name.decode() for name in names) if is_list else None


def _is_safe(repo: Repo, name: str) -> bool:
    """Whether this is a list, and reached within the work tree through no link."""
    top = os.fspath(repo.worktree or ".")
    path = os.path.normpath(os.path.join(top, name))  # noqa: PTH118
    real_top = os.path.realpath(top)
    for folder in (os.path.normpath(top), real_top):
        inside = path.removeprefix(folder + os.sep)
        if inside != path and os.path.realpath(path) != os.path.join(real_top, inside):  # noqa: PTH118
            return False
    return read_list(path) is not None
