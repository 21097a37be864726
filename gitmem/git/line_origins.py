"""Which commits stand behind lines of a file, for a hook that cannot wait for ``git blame``.

git blames the file as HEAD has it and tells what it finds one by one (``--incremental``), the
newest commits first, into a file of the cache folder.  What is there when the time is up is
answered, for none of it will change; git goes on by itself, one at a time for a repository, and
the next question finds more.  From the lines as they are now to those of HEAD leads a difference,
so that what was edited since costs no second blame.  Standard library only: agent hooks run this.
"""

from __future__ import annotations

import fcntl
import os
import re
import stat
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from gitmem.git.blame_config import BLAME_OPTIONS, blame_environment, read_list
from gitmem.git.head import head_commit
from gitmem.git.repo import Repo, git_command, local_environment, may_lack_objects, try_git
from gitmem.git.worktree_hunks import Hunk, worktree_hunks
from gitmem.model.digest import sha256_hex
from gitmem.model.line_ranges import Ranges, intersect, subtract
from gitmem.model.value import dataclass
from gitmem.process.child import Child, start

IGNORE_FILE = ".git-blame-ignore-revs"
PATIENCE_SECONDS = 0.15

_POLL_SECONDS = 0.003
_CACHE_BYTES = 4 << 20  # of one file's answer: more commits than that no line range needs
_KEPT = 100

_BLAME = (
    *(*BLAME_OPTIONS, "--literal-pathspecs"),
    *("blame", "--incremental", "-w", "--no-textconv"),
)
_BLAME_SECONDS = 60
# A limit of the system's outlives us, as git does.  It counts the time that git computes; a disk
# that is slow does no harm.
_LIMITED = ("sh", "-c", 'ulimit -S -t "$0" 2>/dev/null; exec "$@"')
_ENTRY = re.compile(rb"([0-9a-f]{40}) (\d+) (\d+) (\d+)")
_ID = re.compile(r"[0-9a-f]{40}")


class Origin:
    """What a ``commit`` has among the lines: ``lines`` are those that are there now (from 1, both
    ends counted), ``replaced`` the texts of those that an edit just took away.
    """

    def __init__(self, commit: str) -> None:
        self.commit = commit
        self.lines: list[tuple[int, int]] = []
        self.replaced: list[bytes] = []


@dataclass(frozen=True)
class LineOrigins:
    """The commits behind lines, most lines first; ``is_complete``: git told of all lines, those
    aside that no commit has.
    """

    origins: Sequence[Origin] = ()
    is_complete: bool = False


@dataclass(frozen=True)
class _Entry:
    """What git found: these lines of HEAD's file come from that commit."""

    commit: str
    first: int
    last: int


def origins_of_lines(
    repo: Repo,
    path: str,
    ranges: Ranges,
    folder: Path,
    *,
    is_edited: bool = False,
    seconds: float | None = None,
) -> LineOrigins:
    """The commits that HEAD's history names behind lines of a file in the work tree.

    ``folder`` is for the cache.  Lines that no commit has, and those that git could not tell
    within so many seconds (:data:`PATIENCE_SECONDS` unless given), have no origin.  ``is_edited``:
    the lines were just edited, and what they were at HEAD counts, not they.  Never raises: what
    git refuses has no origin.
    """
    head = head_commit(repo)
    end = time.monotonic() + (PATIENCE_SECONDS if seconds is None else seconds)
    if not head or repo.worktree is None or _is_partial(repo):
        return LineOrigins()
    cached = _Answer.newest(folder, path, head, repo)
    hunks = worktree_hunks(repo, cached.head, path)
    if hunks is None:
        return LineOrigins()
    asked = _at_head(hunks, ranges, is_edited=is_edited)
    if cached.head != head and (not cached.covers(asked.all) or _are_edited(hunks, ranges)):
        cached = _Answer(folder, path, head)
        hunks = worktree_hunks(repo, head, path)
        if hunks is None:
            return LineOrigins()
        asked = _at_head(hunks, ranges, is_edited=is_edited)
    if not asked.all:
        return LineOrigins(is_complete=True)
    cached.complete(repo, asked.all, end)
    return LineOrigins(_origins(cached.entries, asked), cached.covers(asked.all))


def ignored_commits(repo: Repo) -> frozenset[str]:
    """The commits that the project's own ignore file names: they moved lines and meant nothing.

    A link may lead anywhere and does not count, nor does a file with anything else in it: git
    would refuse it.
    """
    path = os.path.join(repo.need_worktree(), IGNORE_FILE)  # noqa: PTH118
    try:
        if not stat.S_ISREG(os.lstat(path).st_mode):
            return frozenset()
    except OSError:
        return frozenset()
    return read_list(path) or frozenset()


@dataclass(frozen=True)
class _Asked:
    """Lines of HEAD's file: each kept range with what must be added to get to the line now, and
    the texts of the lines that were replaced.
    """

    kept: Sequence[tuple[int, int, int]]
    replaced: Mapping[int, bytes]

    @property
    def all(self) -> Ranges:
        """All of them, as ranges."""
        return (
            *((first, last) for first, last, _ in self.kept),
            *((line, line) for line in self.replaced),
        )


class _Answer:
    """What git told, or is telling, of one file at one commit."""

    def __init__(self, folder: Path, path: str, head: str) -> None:
        self.head = head
        self.entries: Sequence[_Entry] = ()
        self._path = path
        self._folder = folder
        self._file = folder / f"{_key(path)}.{head}"

    @classmethod
    def newest(cls, folder: Path, path: str, head: str, repo: Repo) -> _Answer:
        """That of HEAD; else the last of an earlier HEAD, as far as git led on from there."""
        here = cls(folder, path, head)
        if here._file.exists():
            here._read()
            return here
        begin = f"{_key(path)}."
        named = [file for file in folder.glob("*.*") if file.name.startswith(begin)]
        earlier = [file for file in named if _ID.fullmatch(file.name[len(begin) :])]
        for file in sorted(earlier, key=_time_of, reverse=True)[:1]:
            old = cls(folder, path, file.name[len(begin) :])
            if _is_ancestor(repo, old.head, head):
                old._read()
                return old
        return here

    def covers(self, ranges: Ranges) -> bool:
        """Whether all these lines are answered."""
        return not subtract(ranges, [(entry.first, entry.last) for entry in self.entries])

    def complete(self, repo: Repo, ranges: Ranges, end: float) -> None:
        """See to it that these lines are answered, as far as git can until ``end`` (monotonic)."""
        self._read()
        if self.covers(ranges):
            return
        environ = blame_environment(repo)
        if environ is None:
            return
        child = self._ask(repo, ranges, end, environ)
        while time.monotonic() < end:
            has_ended = child is not None and child.poll() is not None
            self._read()
            if self.covers(ranges) or has_ended:
                break
            time.sleep(_POLL_SECONDS)
        if child is not None and child.poll():  # refused, as for a file that HEAD lacks
            self._file.unlink(missing_ok=True)

    def _ask(
        self, repo: Repo, ranges: Ranges, end: float, environ: Mapping[str, str]
    ) -> Child | None:
        """Start git, as soon as no other blame runs in this repository; None if that is not so in
        time, or somebody else has asked meanwhile.  Git holds the lock, so that it is free when
        git has ended, however that ends.
        """
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            lock = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT, 0o666)
        except OSError:
            return None
        try:
            while not _is_taken(lock):
                self._read()
                if self.covers(ranges) or time.monotonic() > end:
                    return None
                time.sleep(_POLL_SECONDS)
            self._read()
            return None if self.covers(ranges) else self._start(repo, lock, environ)
        except OSError:
            return None
        finally:
            os.close(lock)

    def _start(self, repo: Repo, lock: int, environ: Mapping[str, str]) -> Child:
        self._file.unlink(missing_ok=True)  # nobody adds to it: it was cut off
        _keep_newest(self._folder)
        out = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        options = [*_BLAME, *_ignore_options(repo), self.head, "--", self._path]
        try:
            return start(
                [*_LIMITED, f"{_BLAME_SECONDS}", *git_command(repo, options)],
                environ={**local_environment(), **environ},
                stdout=out,
                leads_session=True,
                pass_fds=(lock,),
            )
        finally:
            os.close(out)

    def _read(self) -> None:
        try:
            with self._file.open("rb") as file:
                data = file.read(_CACHE_BYTES)
        except OSError:
            return
        self.entries = list(_parse(data))


def _parse(data: bytes) -> Iterator[_Entry]:
    """The entries that are there whole; the last line of each names the file."""
    held: re.Match[bytes] | None = None
    for line in data.split(b"\n")[:-1]:
        if match := _ENTRY.fullmatch(line):
            held = match
        elif held is not None and line.startswith(b"filename "):
            first, count = int(held[3]), int(held[4])
            yield _Entry(held[1].decode(), first, first + count - 1)
            held = None


def _origins(entries: Iterable[_Entry], asked: _Asked) -> list[Origin]:
    found: dict[str, Origin] = {}
    for entry in entries:
        for first, last, shift in asked.kept:
            start_line, end_line = max(first, entry.first), min(last, entry.last)
            if start_line <= end_line:
                origin = found.setdefault(entry.commit, Origin(entry.commit))
                origin.lines.append((start_line + shift, end_line + shift))
        for line, text in asked.replaced.items():
            if entry.first <= line <= entry.last:
                found.setdefault(entry.commit, Origin(entry.commit)).replaced.append(text)
    for origin in found.values():
        origin.lines.sort()
    return sorted(found.values(), key=lambda one: -_count(one))


def _count(origin: Origin) -> int:
    return sum(last - first + 1 for first, last in origin.lines) + len(origin.replaced)


def _at_head(hunks: Sequence[Hunk], ranges: Ranges, *, is_edited: bool) -> _Asked:
    """Where the lines are at HEAD, those that are the same there."""
    kept: list[tuple[int, int, int]] = []
    replaced: dict[int, bytes] = {}
    new = old = 1
    for hunk in [*hunks, None]:
        new_end = hunk.new if hunk else _FAR
        same = [(new, new_end - 1)] if new < new_end else []
        for first, last in () if is_edited else intersect(ranges, same):
            kept.append((first - new + old, last - new + old, new - old))
        if hunk is None:
            break
        around = [(hunk.new - (hunk.new == hunk.new_end), max(hunk.new, hunk.new_end - 1))]
        if is_edited and intersect(ranges, around):
            replaced.update(zip(range(hunk.old, hunk.old_end), hunk.removed, strict=False))
        new, old = hunk.new_end, hunk.old_end
    return _Asked(kept, replaced)


_FAR = 1 << 40


def _are_edited(hunks: Sequence[Hunk], ranges: Ranges) -> bool:
    changed = [(hunk.new, hunk.new_end - 1) for hunk in hunks if hunk.new < hunk.new_end]
    return bool(intersect(ranges, changed))


def _ignore_options(repo: Repo) -> Sequence[str]:
    return [f"--ignore-revs-file={IGNORE_FILE}"] if ignored_commits(repo) else []


def _is_partial(repo: Repo) -> bool:
    """Whether git may lack what it needs: a blame would fetch it, one object after the other, or
    end at the last commit that is here and name that for all before it.
    """
    return (repo.common_dir / "shallow").exists() or may_lack_objects(repo)


def _is_taken(lock: int) -> bool:
    """Whether the lock is ours now."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_ancestor(repo: Repo, old: str, head: str) -> bool:
    return try_git(repo, "merge-base", "--is-ancestor", old, head).returncode == 0


def _key(path: str) -> str:
    return sha256_hex(path.encode("utf-8", "surrogateescape"))[:24]


def _time_of(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0


def _keep_newest(folder: Path) -> None:
    for file in sorted(folder.glob("*.*"), key=_time_of, reverse=True)[_KEPT:]:
        file.unlink(missing_ok=True)
