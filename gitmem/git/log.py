"""Commits as git lists them: streamed, so that a reader who has enough can stop.

Standard library only: the agent's hook walks from HEAD with this.
"""

from __future__ import annotations

import os
import re
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, suppress
from subprocess import PIPE

from gitmem.errors import GitFailed, UnknownRevision
from gitmem.git.repo import Repo, git_command, lack_of, local_environment, try_git
from gitmem.model.value import dataclass
from gitmem.process.child import ending, start

_FIELDS = ("%H", "%an <%ae>", "%at", "%D", "%s")
_CHUNK_BYTES = 1 << 14
_FIRST_PLAIN_SECONDS = 100_000_000
_MOST_DIGITS = 19
_REFLOG_LINE = re.compile(rb"[0-9a-f]{40} ([0-9a-f]{40}) [^\t\n]* (\d+) [+-]\d{4}\t([^\n]*)\n")
_REFLOG_EMAIL = re.compile(
    rb"<([^<>\t\n]{1,200})> \d+ [+-]\d{4}\t(?:commit|rebase|cherry|merge|am)"
)
_COMMIT_ACTIONS = (b"commit", b"cherry-pick", b"am:", b"revert")


@dataclass(frozen=True)
class CommitHead:
    """One commit of a walk.  ``time`` is the author's, POSIX seconds; ``refs`` as git decorates."""

    commit: str
    author: str
    time: int
    refs: str
    subject: str


@dataclass(frozen=True)
class ReflogCommit:
    """A commit that the reflog says was made in this work tree, and when (POSIX seconds)."""

    commit: str
    time: float


def has_head(repo: Repo) -> bool:
    """Whether HEAD names a commit."""
    return try_git(repo, "rev-parse", "--verify", "--quiet", "HEAD^{commit}").returncode == 0


def current_branch(repo: Repo) -> str:
    """The short name of the checked-out branch; empty when HEAD is detached."""
    done = try_git(repo, "symbolic-ref", "--quiet", "--short", "HEAD")
    return os.fsdecode(done.stdout).strip() if done.returncode == 0 else ""


def walk_ids(repo: Repo, revision: str = "HEAD", options: Sequence[str] = ()) -> Iterator[str]:
    """Commit ids reachable from ``revision``, newest first; git stops when the caller does.

    ``options`` are those of ``git rev-list`` that select, such as ``--since=2.weeks``.

    Raises:
        UnknownRevision: the revision or range names nothing.
        GitFailed: git refused otherwise.
    """
    yield from walk_log(repo, options, [revision], [])


def walk_log(
    repo: Repo, options: Sequence[str], revisions: Sequence[str], paths: Sequence[str]
) -> Iterator[str]:
    """Commit ids as ``git log`` selects and orders them; git stops when the caller does.

    Raises:
        As :func:`walk_ids`.
    """
    arguments = ["rev-list", *options, "--end-of-options", *revisions, "--", *paths]
    with closing(stream_git(repo, arguments, b"\n")) as parts:
        for part in parts:
            yield part.decode("ascii", "replace")


def walk_parents(repo: Repo, revision: str) -> Generator[tuple[str, tuple[str, ...]], None, None]:
    """The same with each commit's parents.

    Raises:
        As :func:`walk_ids`.
    """
    arguments = ["rev-list", "--parents", "--end-of-options", revision]
    with closing(stream_git(repo, arguments, b"\n")) as parts:
        for part in parts:
            commit, *parents = part.decode("ascii", "replace").split()
            yield commit, tuple(parents)


def read_heads(repo: Repo, commits: Sequence[str]) -> Iterator[CommitHead]:
    """What these commits say about themselves, in order; no history is walked.

    Raises:
        UnknownRevision: one of them is not here.
        GitFailed: git refused otherwise.
    """
    form = "--format=tformat:" + "%x00".join(_FIELDS)
    command = ["log", "-z", "--no-color", "--decorate=short", "--no-show-signature", "--no-notes"]
    arguments = [*command, form, "--no-walk=unsorted", "--end-of-options", *commits, "--"]
    with closing(stream_git(repo, arguments, b"\0")) as parts:
        for fields in _in_groups(parts, len(_FIELDS)):
            commit, author, when, refs, subject = fields
            yield CommitHead(commit, author, seconds_of(when), refs, subject)


def walk_files(
    repo: Repo, revision: str = "HEAD", since: float = 0.0
) -> Iterator[tuple[str, float, list[str]]]:
    """Commits that are not merges, newest first: id, author time (POSIX seconds), touched paths.

    Only those committed after ``since``.

    Raises:
        UnknownRevision: the revision or range names nothing.
        GitFailed: git refused otherwise.
    """
    form = ["-z", "--no-merges", "--no-renames", "--name-only", "--format=tformat:%x01%H %at"]
    # Git takes a small number for a date of this year.
    dated = [f"--since={int(since)}"] if since >= _FIRST_PLAIN_SECONDS else []
    arguments = ["log", *form, *dated, "--end-of-options", revision]
    commit, when, paths = "", 0.0, list[str]()
    with closing(stream_git(repo, arguments, b"\0")) as parts:
        for part in parts:
            token = os.fsdecode(part).strip("\n")
            if token.startswith("\x01"):
                if commit:
                    yield commit, when, paths
                head, _, token = token[1:].partition("\n")
                commit, _, stamp = head.partition(" ")
                when, paths, token = float(seconds_of(stamp)), [], token.strip("\n")
            if token:
                paths.append(token)
    if commit:
        yield commit, when, paths


def read_reflog_commits(repo: Repo, offset: int) -> tuple[list[ReflogCommit], int]:
    """Commits made in this work tree since ``offset`` bytes of its reflog, and its size now.

    Amended, reverted, picked and applied commits count; what came by pull, reset or checkout
    does not.  A reflog that became shorter (it was expired) is read from its beginning.
    """
    path = repo.git_dir / "logs" / "HEAD"
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(offset if offset <= size else 0)
            data = file.read()
    except OSError:
        return [], 0
    whole = data[: data.rfind(b"\n") + 1]
    made = [
        ReflogCommit(match[1].decode(), float(match[2]))
        for match in _REFLOG_LINE.finditer(whole)
        if match[3].startswith(_COMMIT_ACTIONS)
    ]
    return made, size - (len(data) - len(whole))


def committer_emails(repo: Repo) -> frozenset[str]:
    """The addresses of those who committed in this work tree, as far as its reflog goes back,
    and of whoever would now; in small letters.
    """
    found = {os.fsdecode(try_git(repo, "config", "user.email").stdout).strip()}
    with suppress(OSError):
        data = (repo.git_dir / "logs" / "HEAD").read_bytes()
        found |= {os.fsdecode(match[1]) for match in _REFLOG_EMAIL.finditer(data)}
    return frozenset(email.lower() for email in found if email)


def reflog_size(repo: Repo) -> int:
    """How long the work tree's reflog is, in bytes; 0 when there is none."""
    try:
        return (repo.git_dir / "logs" / "HEAD").stat().st_size
    except OSError:
        return 0


def commit_time(repo: Repo, commit: str) -> float:
    """When the commit was committed, POSIX seconds.

    Raises:
        UnknownRevision: there is no such commit.
    """
    done = try_git(repo, "show", "--no-patch", "--no-notes", "--format=%ct", commit)
    if done.returncode != 0:
        raise UnknownRevision(f"'{commit}' does not name a commit here")
    return float(seconds_of(os.fsdecode(done.stdout)))


def seconds_of(printed: str) -> int:
    """A commit's time as git prints it, in POSIX seconds; 0 where it prints none that is a time.

    Of a date before 1970 or none at all git prints nothing, and of one past 64 bits its digits.
    """
    text = printed.strip()
    seconds = int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else 0
    return seconds if seconds < 1 << 63 else 0


def stream_git(
    repo: Repo, arguments: Sequence[str], separator: bytes
) -> Generator[bytes, None, None]:
    """The parts of what git prints, as they come."""
    command = git_command(repo, arguments)
    with ending(start(command, environ=local_environment(), stdout=PIPE, stderr=PIPE)) as git:
        assert git.stdout is not None  # noqa: S101 - PIPE was asked for
        assert git.stderr is not None  # noqa: S101
        rest = b""
        while chunk := git.stdout.read1(_CHUNK_BYTES):  # type: ignore[attr-defined]
            *parts, rest = (rest + chunk).split(separator)
            yield from parts
        if rest:
            yield rest
        complaint = os.fsdecode(git.stderr.read()).strip()
        status = git.wait()
    if status != 0:
        raise _refusal(complaint, arguments)


def _refusal(complaint: str, arguments: Sequence[str]) -> GitFailed | UnknownRevision:
    if lack := lack_of(complaint):
        return lack
    reason = complaint.removeprefix("fatal: ").splitlines()[0] if complaint else "no reason given"
    unknown = ("unknown revision", "bad revision", "Invalid revision", "bad object")
    if any(words in reason for words in unknown):
        return UnknownRevision(reason)
    return GitFailed(f"'git {arguments[0]}' failed: {reason}")


def _in_groups(parts: Iterator[bytes], size: int) -> Iterator[list[str]]:
    group: list[str] = []
    for part in parts:
        group.append(part.decode("utf-8", "replace"))
        if len(group) == size:
            yield group
            group = []
