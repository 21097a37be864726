"""What is remembered under names: commits, tags, ranges, or memories' ids."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import islice

from gitmem.errors import UnknownMemory, UnknownRevision
from gitmem.git.log import walk_log
from gitmem.git.repo import Repo, resolve_commit, shown, try_git
from gitmem.model.log_entry import LogEntry
from gitmem.model.value import dataclass
from gitmem.recall.log import entry_of_commit, find_by_id, is_id

_MOST_COMMITS = 10_000


@dataclass(frozen=True)
class NamedEntry:
    """A commit, and what is remembered of it: None if nothing.  ``is_here``: git can show it."""

    commit: str
    entry: LogEntry | None
    is_here: bool = True


def read_named(repo: Repo, names: Sequence[str]) -> list[NamedEntry]:
    """What each of the names means, in order; a range, all of its commits.

    Raises:
        UnknownMemory: one names neither a memory nor a commit.
        NoteUnreadable, NewerFormat: nothing in a commit's note can be read.
    """
    return [found for name in names for found in _read_name(repo, name)]


def _read_name(repo: Repo, name: str) -> Iterator[NamedEntry]:
    if is_id(name) and (found := find_by_id(repo, name)) is not None:
        yield NamedEntry(found.commit, found, is_here=_is_here(repo, found))
        return
    for commit in _commits(repo, name):
        yield NamedEntry(commit, entry_of_commit(repo, commit))


def _is_here(repo: Repo, entry: LogEntry) -> bool:
    return bool(entry.commit) and bool(entry.author or entry.time)


def _commits(repo: Repo, name: str) -> list[str]:
    try:
        if name.startswith((":/", "^")) or ".." in name or name.endswith(("^@", "^!", "^-")):
            if name.startswith(":/"):
                return [_newest_with(repo, name)]
            return list(islice(walk_log(repo, (), [name], ()), _MOST_COMMITS))
        return [resolve_commit(repo, name)]
    except UnknownRevision as error:
        raise UnknownMemory.of_name(shown(name)) from error


def _newest_with(repo: Repo, name: str) -> str:
    done = try_git(repo, "rev-parse", "--verify", "--quiet", "--end-of-options", name)
    oid = os.fsdecode(done.stdout).strip()
    if done.returncode != 0 or not oid.isalnum():
        raise UnknownRevision(f"'{shown(name)}' matches no commit's message")
    return oid
