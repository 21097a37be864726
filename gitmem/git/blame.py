"""Which commit each line of a file comes from, according to ``git blame``.

Moves within a file and copies from others are followed as far as that is affordable: git is
asked thoroughly first, and plainly when it takes too long.  Standard library only.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from gitmem.errors import GitFailed, UnknownRevision, UsageError
from gitmem.git.blame_config import BLAME_OPTIONS, blame_environment, ignore_lists
from gitmem.git.line_origins import IGNORE_FILE, ignored_commits
from gitmem.git.repo import Repo, lack_of, may_lack_objects, try_git
from gitmem.model.value import dataclass, replace

NO_COMMIT = "0" * 40

# How far moved lines are followed, and for how long (seconds): through other files of the same
# commit and of the file's first; within the file; not at all.
Efforts = tuple[tuple[tuple[str, ...], float], ...]
_EFFORTS: Efforts = (
    (("-w", "-M", "-C", "-C"), 3.0),
    (("-w", "-M"), 4.0),
    ((), 20.0),
)

# Lines around those that are asked for: git finds moved blocks, not single short lines.
_CONTEXT = 30


@dataclass(frozen=True)
class BlameRange:
    """Neighbouring lines of one commit: where they are now (from 1, both ends counted), and what
    the file and its lines were called in that commit.  :data:`NO_COMMIT` lines are in no commit.
    """

    commit: str
    first: int
    last: int
    old_path: str
    old_first: int

    @property
    def count(self) -> int:
        """How many lines."""
        return self.last - self.first + 1


def blame(
    repo: Repo, path: str, first: int | None = None, last: int | None = None, *, revision: str = ""
) -> list[BlameRange]:
    """The commits of the lines ``first`` to ``last`` (all where not given), from the top down.

    ``path`` is relative to the top of the work tree, whose present content is what counts; in a
    bare repository that of HEAD, and with a ``revision`` (a full id) that of it.  Commits that the
    project's ``.git-blame-ignore-revs``, or ``blame.ignoreRevsFile``, names are looked through.

    Raises:
        UsageError: the file has no such line.
        UnknownRevision: git knows no such file.
        GitFailed: git refused otherwise, or took longer than it is worth.
        RemoteError: a partial clone lacks what the file was, and its remote does not give it.
    """
    around = [] if first is None else [f"-L{max(1, first - _CONTEXT)},{(last or first) + _CONTEXT}"]
    environ = blame_environment(repo)
    if environ is None:
        raise GitFailed(
            "the list of commits that 'git blame' ignores is missing or holds something else",
            "Look at the file that blame.ignoreRevsFile names",
        )
    arguments = [
        *around,
        *_ignore_options(repo, environ),
        "--porcelain",
        "--no-textconv",
        *([revision] if revision else [] if repo.worktree else ["HEAD"]),
    ]
    efforts = _EFFORTS
    if may_lack_objects(repo):
        from gitmem.git.promisor import bring_file_history  # which loads libgit2

        bring_file_history(repo, path)
        efforts = _EFFORTS[1:]  # what other files were is still at the remote
    done = _run_blame(repo, [*arguments, "--", path], environ, efforts)
    if done is None:
        raise GitFailed(f"'git blame' of '{path}' takes too long", "Ask about one line: PATH:LINE")
    if done.returncode != 0:
        raise _refusal(os.fsdecode(done.stderr), path)
    parts = list(_join_ranges(_parse_porcelain(done.stdout)))
    return parts if first is None else _clip(parts, first, last or first, path)


def blame_at_head(repo: Repo, path: str, seconds: float) -> list[BlameRange]:
    """The commits of the file's lines as HEAD has it, from the top down; moved lines are not
    followed.  None where git refuses, or is not done within so many seconds.
    """
    environ = blame_environment(repo)
    if environ is None or may_lack_objects(repo):
        return []
    options = ["-w", *_ignore_options(repo, environ), "--porcelain", "--no-textconv"]
    command = (*BLAME_OPTIONS, "blame", *options, "HEAD", "--", path)
    try:
        done = try_git(repo, *command, environ=environ, timeout=seconds)
    except subprocess.TimeoutExpired:
        return []
    return list(_join_ranges(_parse_porcelain(done.stdout))) if done.returncode == 0 else []


def blamed_lines(repo: Repo, path: str, wanted: str, revision: str = "") -> tuple[int, int]:
    """The first and last line that ``git blame -L`` takes ``wanted`` for, as in ``10,+5``,
    ``/start/,/end/`` or ``:function``.

    Raises:
        As :func:`blame`.
    """
    options = [f"-L{wanted}", "--porcelain", "--no-textconv"]
    at = [revision] if revision else [] if repo.worktree else ["HEAD"]
    done = try_git(repo, *BLAME_OPTIONS, "blame", *options, *at, "--", path, timeout=20.0)
    if done.returncode != 0:
        raise _refusal(os.fsdecode(done.stderr), path)
    lines = [part.first for part in _parse_porcelain(done.stdout)]
    return min(lines), max(lines)


def _run_blame(
    repo: Repo, arguments: Sequence[str], environ: Mapping[str, str], efforts: Efforts
) -> subprocess.CompletedProcess[bytes] | None:
    """Blame with as much effort as time allows; None if there is no time."""
    for effort, seconds in efforts:
        with suppress(subprocess.TimeoutExpired):
            command = (*BLAME_OPTIONS, "blame", *effort, *arguments)
            return try_git(repo, *command, environ=environ, timeout=seconds)
    return None


def _clip(parts: Sequence[BlameRange], first: int, last: int, path: str) -> list[BlameRange]:
    """The parts that are in these lines."""
    found = []
    for part in parts:
        start, end = max(part.first, first), min(part.last, last)
        if start <= end:
            old_first = part.old_first + start - part.first
            found.append(replace(part, first=start, last=end, old_first=old_first))
    if not found:
        size = max((part.last for part in parts), default=0)
        raise UsageError(f"'{path}' has only {size} lines")
    return found


def history_of_lines(repo: Repo, blamed: BlameRange, limit: int, seconds: float = 3.0) -> list[str]:
    """The commits before that of ``blamed`` that changed these lines, newest first; none
    where git cannot tell within so many seconds.
    """
    end = blamed.old_first + blamed.count - 1
    wanted = f"-L{blamed.old_first},{end}:{blamed.old_path}"
    options = ["--no-patch", "--format=%H", f"--max-count={limit + 1}", "--end-of-options"]
    try:
        done = try_git(repo, "log", wanted, *options, blamed.commit, timeout=seconds)
    except subprocess.TimeoutExpired:
        return []
    return [line for line in os.fsdecode(done.stdout).split() if line != blamed.commit][:limit]


def _ignore_options(repo: Repo, environ: Mapping[str, str]) -> Sequence[str]:
    """A plain file of the usual name counts where none is set: then git reads it by itself."""
    if repo.worktree is None or not ignored_commits(repo):
        return []
    return [] if ignore_lists(repo, environ) else [f"--ignore-revs-file={IGNORE_FILE}"]


def _parse_porcelain(data: bytes) -> Iterator[BlameRange]:
    """One for each line."""
    paths: dict[str, str] = {}
    head: list[str] = []
    for line in data.split(b"\n"):
        if line.startswith(b"\t"):
            commit, old, now = head[0], int(head[1]), int(head[2])
            yield BlameRange(commit, now, now, paths.get(commit, ""), old)
            head = []
        elif not head and line:
            head = os.fsdecode(line).split(" ")
        elif line.startswith(b"filename "):
            paths[head[0]] = unquote_path(line[len(b"filename ") :])


def _join_ranges(lines: Iterator[BlameRange]) -> Iterator[BlameRange]:
    held: BlameRange | None = None
    for line in lines:
        if held is not None and _follows(held, line):
            held = replace(held, last=line.last)
            continue
        if held is not None:
            yield held
        held = line
    if held is not None:
        yield held


def _follows(held: BlameRange, line: BlameRange) -> bool:
    is_same_source = (line.commit, line.old_path) == (held.commit, held.old_path)
    next_place = (held.last + 1, held.old_first + held.count)
    return is_same_source and (line.first, line.old_first) == next_place


def unquote_path(name: bytes) -> str:
    """A path as git prints it, in quotes where it has odd characters."""
    if name.startswith(b'"') and name.endswith(b'"'):
        name = name[1:-1].decode("unicode_escape").encode("latin-1", "replace")
    return os.fsdecode(name)


def _refusal(complaint: str, path: str) -> Exception:
    if lack := lack_of(complaint):
        return lack
    text = complaint.strip().removeprefix("fatal: ").splitlines()
    reason = text[-1] if text else "no reason given"
    if match := re.search(r"has only (\d+) line", reason):
        return UsageError(f"'{path}' has only {match[1]} lines")
    if re.search("-L|no match|starting at line|invalid", reason):
        return UsageError(reason)
    if "no such path" in reason or "cannot stat" in reason or "no such ref" in reason:
        return UnknownRevision(
            f"'{path}' is not a file that git knows here", "List them: git ls-files"
        )
    return GitFailed(f"'git blame' failed: {reason}")
