"""Making memories of many commits from message and diff alone, in several processes.

Reading a difference is most of the work and libgit2 does it in one thread, so that as many
processes read as the machine has processors.  They are given commits and answer with documents;
only the caller writes.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import cycle, islice
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

NO_SESSION = Slice("", "", (), 0, 0)
"""The slice of a commit whose session is unknown."""

LONG_MESSAGE = 1_000
"""Characters from which on a message says more than is kept of it."""

_AT_ONCE = 32
_MOST_LINES = 200
_AHEAD = 2
_MOST_PROCESSES = 8
_WORTH_PROCESSES = 400  # a process takes a fifth of a second to start
_BLOB_CACHE_BYTES = 96 << 20


@dataclass(frozen=True)
class Judgement:
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
) -> Generator[Judgement, None, None]:
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
    with _crew((repo, Policy(policy.patterns, policy.excluded)), count) as crew:
        yield from _in_order(_Judge(repo, policy), crew, chunks)


class _Judge:
    """Reads and judges in this process."""

    def __init__(self, repo: Repo, policy: Policy) -> None:
        self._policy = policy
        self._reader = CommitReader(repo, blob_cache_bytes=_BLOB_CACHE_BYTES)

    def all(self, commits: Sequence[str]) -> list[Judgement]:
        return [self._one(commit) for commit in commits]

    def _one(self, commit: str) -> Judgement:
        try:
            head = self._reader.head(commit)
            if not is_worth_reading(head.message, head.author, head.parents):
                return Judgement(commit, None)
            change = self._reader.change(commit, is_excluded=self._policy.covers, with_marks=False)
            # Masking takes longer than reading; a memory needs the words of the first lines only.
            few = change.added_lines[:_MOST_LINES]
            change = redact_change(replace(change, added_lines=few), self._policy)
            memory = memory_of(change)
            if memory is None:
                return Judgement(commit, None)
            (made,) = finish(Compression((memory,), NAME), NO_SESSION, change, self._policy)
            is_long = len(change.message) > LONG_MESSAGE
            return Judgement(commit, document_of(made), is_long=is_long)
        except GitmemError as error:
            return Judgement(commit, None, problem=error.message)


class _Reader:
    """A process that reads and judges for this one, over pipes that no other process has open.

    So it ends when this process does, however that ends.  Not ``multiprocessing``: that runs the
    caller's own script again in each process, and leaves them behind when the caller is killed.
    """

    def __init__(self, means: tuple[Repo, Policy]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-m", "gitmem.upkeep.history_reader"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=git_environment(),
            start_new_session=True,  # a Ctrl-C is for the one that writes; it then ends the others
        )
        self.ask(means)

    def ask(self, task: object) -> None:
        """Hand over what is to be done; if it died, its answer will be missing."""
        assert self._process.stdin is not None  # noqa: S101 - PIPE was asked for
        with suppress(OSError):
            pickle.dump(task, self._process.stdin)
            self._process.stdin.flush()

    def answer(self) -> list[Judgement] | None:
        """The next answer; None when it died."""
        assert self._process.stdout is not None  # noqa: S101 - as above
        try:
            found: list[Judgement] = pickle.load(self._process.stdout)  # noqa: S301 - our own
        except (EOFError, OSError, pickle.UnpicklingError):
            return None
        return found

    def end(self) -> None:
        """It writes nothing, so that nothing can be half done."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):  # what it was never given
                    pipe.close()
        self._process.wait()


def serve(questions: BinaryIO, answers: BinaryIO) -> None:
    """What a reading process does: judge what it is given until nobody asks any more."""
    with suppress(EOFError, OSError):
        judge = _Judge(*pickle.load(questions))  # noqa: S301 - from our own process
        while True:
            pickle.dump(judge.all(pickle.load(questions)), answers)  # noqa: S301 - as above
            answers.flush()


@contextmanager
def _crew(means: tuple[Repo, Policy], count: int) -> Iterator[list[_Reader]]:
    crew: list[_Reader] = []
    try:
        for _ in range(count):
            crew.append(_Reader(means))  # noqa: PERF401 - one that cannot start leaves the others
        yield crew
    finally:
        for reader in crew:
            reader.end()


def _in_order(
    judge: _Judge, crew: Sequence[_Reader], chunks: Sequence[Sequence[str]]
) -> Iterator[Judgement]:
    """Each chunk to the next of the crew, a few ahead; the answers in the chunks' order."""
    asked: deque[tuple[_Reader, Sequence[str]]] = deque()
    turns = zip(cycle(crew), chunks)
    for reader, chunk in islice(turns, len(crew) * _AHEAD):
        reader.ask(chunk)
        asked.append((reader, chunk))
    while asked:
        reader, chunk = asked.popleft()
        answer = reader.answer()
        for following, other in islice(turns, 1):
            following.ask(other)
            asked.append((following, other))
        # Somebody killed it: the work is done here.
        yield from judge.all(chunk) if answer is None else answer


def _process_count(commits: int) -> int:
    if commits < _WORTH_PROCESSES:
        return 1
    try:
        ours = len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS
        ours = os.cpu_count() or 1
    return min(ours, _MOST_PROCESSES)
