"""The notes ref itself: moved only from the very commit that was read.

``git notes add`` and libgit2's ``create_note`` move it from wherever it is, over what another
process added meanwhile: of 200 notes written by 8 processes at once they keep about 25.
"""

from __future__ import annotations

import os
import random
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pygit2  # noqa: TID253 - libgit2's owner, with the modules that read and write objects

from gitmem.errors import DiskFull, GitFailed, GitmemError, NotesMoved, ReadOnlyRepository
from gitmem.git.identity import Identity
from gitmem.git.repo import Repo, try_git
from gitmem.git.stale_lock import free_stale_lock, lock_path

_NO_COMMIT = "0" * 40
_MAX_TRIES = 40
_FIRST_PAUSE_SECONDS = 0.002
_MAX_PAUSE_SECONDS = 0.25
_LAST_LOG_BYTES = 4096

# Texts, because libgit2's codes reach Python as one or two exception classes for all of them.
_NO_ROOM = re.compile("No space left|quota exceeded|File too large")
_NO_RIGHT = re.compile("Permission denied|Read-only file system|Operation not permitted")
_CONTENTION = re.compile(
    "old reference value does not match|failed to lock file|File exists|not found"
    r"|reference already exists|cannot lock ref|Unable to create .*\.lock"
)


class NotesRef:
    """One ref, read again by every call.  ``sleep`` (seconds) waits before another try."""

    def __init__(
        self, repo: Repo, git: pygit2.Repository, name: str, sleep: Callable[[float], None]
    ) -> None:
        self._repo = repo
        self._git = git
        self._name = name
        self._sleep = sleep

    def tip(self) -> str | None:
        """The commit that the ref points to; None if there is no ref."""
        ref = self._read()
        return None if ref is None else str(ref.target)

    def move(
        self, decide: Callable[[str | None], str | None], subject: str, who: Identity
    ) -> str | None:
        """Move the ref to the commit that ``decide`` makes of its tip, and return that commit.

        ``decide`` is called again whenever another process was faster; None from it ends the
        matter with nothing moved.  ``subject`` and ``who`` go to the reflog.

        Raises:
            NotesMoved: in every try another process was faster, or the lock is never free.
            ReadOnlyRepository, DiskFull: the repository cannot be written.
        """
        if who.name and who.email:
            self._git.set_ident(who.name, who.email)
        for attempt in range(_MAX_TRIES):
            with translate_refusals("write the notes ref"):
                ref = self._read()
                wanted = decide(None if ref is None else str(ref.target))
                if wanted is None:
                    return None
                if self._try_move(ref, wanted, subject, who):
                    return wanted
            if attempt == 0:
                free_stale_lock(self._repo, self._name)
            limit = min(_MAX_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS * 2**attempt)
            self._sleep(random.uniform(0, limit))  # noqa: S311 - jitter, not a secret
        raise self._contention_error()

    def _try_move(
        self, ref: pygit2.Reference | None, wanted: str, subject: str, who: Identity
    ) -> bool:
        """Move the ref if it still points to what ``ref`` found."""
        if ref is None:
            return self._try_create(wanted, subject, who)
        try:
            # libgit2 compares under the ref's lock with the value that ``ref`` was read with.
            ref.set_target(pygit2.Oid(hex=wanted), subject)
        except (pygit2.GitError, OSError, KeyError, ValueError) as error:
            if _is_contention(str(error)):
                return False
            raise
        return True

    def _try_create(self, wanted: str, subject: str, who: Identity) -> bool:
        """Create the ref if there still is none.

        By git itself: libgit2 looks whether the ref is there before it takes the lock, so two
        first writers could both succeed.
        """
        done = try_git(
            self._repo,
            *("update-ref", "--create-reflog", "-m", subject, self._name, wanted, _NO_COMMIT),
            environ={"GIT_COMMITTER_NAME": who.name, "GIT_COMMITTER_EMAIL": who.email},
        )
        if done.returncode == 0:
            return True
        complaint = done.stderr.decode("utf-8", "replace").strip()
        if _is_contention(complaint):
            return False
        raise _refusal(complaint, f"create '{self._name}'")

    def _contention_error(self) -> NotesMoved:
        lock = lock_path(self._repo, self._name)
        if lock.exists():  # left behind by a process that was killed, most likely
            return NotesMoved(
                f"cannot move '{self._name}': its lock is held",
                f"Nothing was lost. If no git process is running, delete: {lock}",
            )
        return NotesMoved(f"cannot move '{self._name}': others kept moving it ({_MAX_TRIES} tries)")

    def _read(self) -> pygit2.Reference | None:
        """The ref as it is now, for :meth:`_try_move` to compare with."""
        try:
            return self._git.lookup_reference(self._name).resolve()
        except KeyError:
            return None


def last_move(repo: Repo, name: str, tip: str) -> str:
    """What the ref's log says about how it came to ``tip``; empty if nothing."""
    try:
        with (repo.common_dir / "logs" / name).open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _LAST_LOG_BYTES))
            line = file.read().splitlines()[-1]
    except (OSError, IndexError):
        return ""
    ids, _, said = line.partition(b"\t")
    return said.decode("utf-8", "replace") if tip.encode() in ids.split(b" ")[:2] else ""


@contextmanager
def translate_refusals(doing: str) -> Iterator[None]:
    """Turn what libgit2 refuses into an error that a person can act on; ``doing`` completes the
    sentence "cannot ...".

    Raises:
        ReadOnlyRepository, DiskFull: the repository cannot be written.
        GitFailed: anything else, as libgit2 says it.
    """
    try:
        yield
    except (pygit2.GitError, OSError) as error:
        raise _refusal(str(error), doing) from error


def _refusal(reason: str, doing: str) -> GitmemError:
    """What libgit2 or git says it could not do, as an error that a person can act on."""
    if _NO_ROOM.search(reason):
        return DiskFull(f"cannot {doing}: no space left on the device")
    if _NO_RIGHT.search(reason):
        return ReadOnlyRepository(f"cannot {doing}: {reason}")
    return GitFailed(f"cannot {doing}: {reason}")


def _is_contention(reason: str) -> bool:
    """Whether another writer was faster or holds the lock: try again."""
    if _NO_ROOM.search(reason) or _NO_RIGHT.search(reason):
        return False
    return bool(_CONTENTION.search(reason))
