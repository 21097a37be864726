"""Several Python processes that work for this one.

They are given tasks and answer in the tasks' order; what they answer with is pickled, so that
both sides must be ours.  Not ``multiprocessing``: that runs the caller's own script again in each
process, and leaves them behind when the caller is killed.
"""

from __future__ import annotations

import pickle
import sys
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import cycle, islice
from subprocess import PIPE
from typing import Any, BinaryIO, TypeVar

from gitmem.process.child import end, start

_AHEAD = 2

_Task = TypeVar("_Task")
_Answer = TypeVar("_Answer")


class PythonProcess:
    """A process that runs ``module`` and answers this one, over pipes that nobody else holds an
    end of: it ends when this process does, however that ends.

    The module calls :func:`answer_questions`; ``workspace`` are what it prepares with.
    """

    def __init__(self, module: str, workspace: object, environ: Mapping[str, str]) -> None:
        self._child = start(
            [sys.executable, "-I", "-m", module],
            environ=environ,
            stdin=PIPE,
            stdout=PIPE,
            stderr=None,
            leads_session=True,  # a Ctrl-C is for the one that writes; it then ends the others
        )
        self.ask(workspace)

    def ask(self, task: object) -> None:
        """Hand over what is to be done; if it died, its answer will be missing."""
        assert self._child.stdin is not None  # noqa: S101 - PIPE was asked for
        with suppress(OSError):
            pickle.dump(task, self._child.stdin)
            self._child.stdin.flush()

    def answer(self) -> Any:
        """The next answer; None when it died."""
        assert self._child.stdout is not None  # noqa: S101 - as above
        try:
            return pickle.load(self._child.stdout)  # noqa: S301 - our own
        except (EOFError, OSError, pickle.UnpicklingError):
            return None

    def end(self) -> None:
        """End it: it writes nothing, so that nothing can be half done."""
        end(self._child)


def answer_questions(
    questions: BinaryIO, answers: BinaryIO, prepare: Callable[[Any], Callable[[Any], object]]
) -> None:
    """What such a process does: ``prepare`` with the means it is given, and answer each question
    until there is nobody to answer.
    """
    with suppress(EOFError, OSError):
        answer = prepare(pickle.load(questions))  # noqa: S301 - from our own process
        while True:
            pickle.dump(answer(pickle.load(questions)), answers)  # noqa: S301 - as above
            answers.flush()


@contextmanager
def python_pool(
    module: str, workspace: object, count: int, environ: Mapping[str, str]
) -> Iterator[list[PythonProcess]]:
    """So many processes for a block; none is left after it."""
    pool: list[PythonProcess] = []
    try:
        for _ in range(count):
            # One by one: if one cannot start, those before it are ended.
            pool.append(PythonProcess(module, workspace, environ))  # noqa: PERF401
        yield pool
    finally:
        for process in pool:
            process.end()


def in_order(
    pool: Sequence[PythonProcess],
    tasks: Sequence[_Task],
    work_here: Callable[[_Task], _Answer],
) -> Iterator[_Answer]:
    """The answers in the tasks' order: each task goes to the next process, a few ahead.

    What a process that was killed leaves undone is done by ``work_here``.
    """
    under_way: deque[tuple[PythonProcess, _Task]] = deque()
    turns = zip(cycle(pool), tasks)
    for process, task in islice(turns, len(pool) * _AHEAD):
        process.ask(task)
        under_way.append((process, task))
    while under_way:
        process, task = under_way.popleft()
        answer: _Answer | None = process.answer()
        for following, other in islice(turns, 1):
            following.ask(other)
            under_way.append((following, other))
        yield work_here(task) if answer is None else answer
