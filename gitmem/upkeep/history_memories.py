"""Making memories of many commits from message and diff alone, in several processes.

Reading a difference is most of the work and libgit2 does it in one thread, so that as many
processes read as the machine has processors.  They are given commits and answer with documents;
only the caller writes.
"""

from __future__ import annotations

import os
import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO

from gitmem.capture.compress_slice import finish
from gitmem.compress.compressor import Compression
from gitmem.compress.offline.history import NAME, is_worth_reading, memory_of
from gitmem.errors import GitmemError
from gitmem.git.commits import CommitReader
from gitmem.git.repo import Repo, git_environment
from gitmem.guard.policy import PLAIN, Policy
from gitmem.guard.redact import redact_change
from gitmem.model.note import Document
from gitmem.model.session import Slice
from gitmem.notes.codec import document_of
from gitmem.process.python_pool import answer_questions, in_order, python_pool

NO_SESSION = Slice("", "", (), 0, 0)
"""The slice of a commit whose session is unknown."""

LONG_MESSAGE = 1_000
"""Characters from which on a message says more than is kept of it."""

_READER = "gitmem.upkeep.history_reader"
_AT_ONCE = 32
_MOST_LINES = 200
_MOST_PROCESSES = 8
_WORTH_PROCESSES = 400  # a process takes a fifth of a second to start
_BLOB_CACHE_BYTES = 96 << 20


@dataclass(frozen=True)
class HistoryVerdict:
    """What came of a commit: a document, or None if it is worth no memory.

    ``problem`` says in a line why it could not be read; it is not judged then.  ``is_long``: the
    message says more than could be kept word for word.
    """

    commit: str
    document: Document | None
    problem: str = ""
    is_long: bool = False


def judge_history(
    repo: Repo,
    commits: Sequence[str],
    policy: Policy = PLAIN,
    processes: int | None = None,
) -> Generator[HistoryVerdict, None, None]:
    """Judge commits, in their order.  ``processes`` None: one a processor, for many commits.

    Closing the iterator ends the processes; they also end by themselves when this one is gone.
    """
    count = _process_count(len(commits)) if processes is None else processes
    chunks = [commits[i : i + _AT_ONCE] for i in range(0, len(commits), _AT_ONCE)]
    if count <= 1:
        judge = _Judge(repo, policy)
        for chunk in chunks:
            yield from judge.all(chunk)
        return
    workspace = (repo, Policy(policy.patterns, policy.excluded_paths, policy.masks_cards))
    with python_pool(_READER, workspace, count, git_environment()) as pool:
        for judgements in in_order(pool, chunks, _Judge(repo, policy).all):
            yield from judgements


def sample_seconds(repo: Repo, commits: Sequence[str], total: int, policy: Policy = PLAIN) -> float:
    """About how many seconds each of ``total`` commits takes, by judging these on trial."""
    begun = time.monotonic()
    _Judge(repo, policy).all(commits)
    return (time.monotonic() - begun) / len(commits) / _process_count(total)


class _Judge:
    """Reads and judges in this process."""

    def __init__(self, repo: Repo, policy: Policy) -> None:
        self._policy = policy
        self._reader = CommitReader(repo, blob_cache_bytes=_BLOB_CACHE_BYTES)

    def all(self, commits: Sequence[str]) -> list[HistoryVerdict]:
        return [self._one(commit) for commit in commits]

    def _one(self, commit: str) -> HistoryVerdict:
        try:
            head = self._reader.head(commit)
            if not is_worth_reading(head.message, head.author, head.parents):
                return HistoryVerdict(commit, None)
            change = self._reader.change(commit, is_excluded=self._policy.covers, with_marks=False)
            # Masking takes longer than reading; a memory needs the words of the first lines only.
            few = change.added_lines[:_MOST_LINES]
            change = redact_change(replace(change, added_lines=few), self._policy)
            memory = memory_of(change)
            if memory is None:
                return HistoryVerdict(commit, None)
            (made,) = finish(Compression((memory,), NAME), NO_SESSION, change, self._policy)
            is_long = len(change.message) > LONG_MESSAGE
            return HistoryVerdict(commit, document_of(made), is_long=is_long)
        except GitmemError as error:
            return HistoryVerdict(commit, None, problem=error.message)


def serve(questions: BinaryIO, answers: BinaryIO) -> None:
    """What a reading process does: judge what it is given until there is nobody to answer."""
    answer_questions(questions, answers, lambda workspace: _Judge(*workspace).all)


def _process_count(commits: int) -> int:
    if commits < _WORTH_PROCESSES:
        return 1
    try:
        ours = len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS
        ours = os.cpu_count() or 1
    return min(ours, _MOST_PROCESSES)
