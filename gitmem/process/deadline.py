"""The moment by which this process must be gone, where somebody waits for it.

A client ends a hook that takes too long, and shows its person an error.  So a hook gives itself one
deadline, shared by all that it waits for (git, the index, the worker): each asks here what is left,
instead of bringing a limit of its own that adds up with the others'.  What no limit reaches (a
disk that does not answer, a reader of stdin that never ends) is ended by a thread a moment later.

Set once, at the start of a process that somebody waits for; in an agent's server, for one answer
that is waited for like a hook.  Nowhere else is there a deadline, and then all waits are as long as
they ask to be.  Standard library only: agent hooks run this.
"""

from __future__ import annotations

import os
import time
from _thread import start_new_thread  # threading would load more than most hooks need
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from posix import _exit  # the way out itself: what stands in for os._exit may wait, or crash here

_LEAST_SECONDS = 0.02

_end: float | None = None


def set_deadline(
    seconds: float, grace_seconds: float, before_exit: Callable[[], object] = lambda: None
) -> None:
    """From now on nothing is waited for longer than ``seconds`` in all; where that does not help,
    the process exits with 0 after ``grace_seconds`` more, having called ``before_exit``.

    On a busy machine a second passes before Python runs, and the client counts it: what has passed
    since the process was there is taken from both, but for half of each.
    """
    global _end
    late, whole = _age(), seconds + grace_seconds
    _end = time.monotonic() + max(seconds - late, seconds / 2)
    start_new_thread(_exit_after, (max(whole - late, whole / 2), before_exit))


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """What is waited for inside is not waited for longer than ``seconds`` in all; nothing exits."""
    global _end
    before, _end = _end, time.monotonic() + seconds
    try:
        yield
    finally:
        _end = before


def time_left(most: float | None = None) -> float | None:
    """How many seconds may be waited for something, at most ``most``; None for as long as it takes.

    Never quite nothing: what is there already is still taken.
    """
    if _end is None:
        return most
    left = max(_end - time.monotonic(), _LEAST_SECONDS)
    return left if most is None else min(left, most)


def share_of_time(most: float, share: float = 0.25) -> float:
    """The same for what other waits come after: so much of what is left."""
    if _end is None:
        return most
    return min(most, max((_end - time.monotonic()) * share, _LEAST_SECONDS))


def is_over() -> bool:
    """Whether the deadline has passed."""
    return _end is not None and time.monotonic() >= _end


def _age() -> float:
    """For how many seconds this process has been there, shell and launcher before Python included;
    0 where the system does not tell in the way that Linux does.
    """
    try:
        with open("/proc/self/stat", "rb") as file:  # noqa: PTH123 - pathlib is not loaded yet
            fields = file.read().rpartition(b")")[2].split()
        started = int(fields[19]) / os.sysconf("SC_CLK_TCK")
        return max(time.clock_gettime(time.CLOCK_BOOTTIME) - started, 0.0)
    except (AttributeError, IndexError, OSError, ValueError):
        return 0.0


def _exit_after(seconds: float, before_exit: Callable[[], object]) -> None:
    time.sleep(seconds)
    try:
        before_exit()
    finally:
        _exit(0)
