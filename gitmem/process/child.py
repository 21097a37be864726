"""Programs that run below this one: how each is started, and ended so that nothing of it is left.

Nobody else in gitmem starts a process.  One that leads a session of its own can ask nobody for a
password, hears no Ctrl-C, and is ended with its whole process group.  Standard library only:
agent hooks run git through this.
"""

from __future__ import annotations

import errno
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from subprocess import DEVNULL, PIPE

from gitmem.errors import GitmemError, UsageError
from gitmem.process.deadline import is_over, time_left

Child = subprocess.Popen[bytes]
"""A program that was started, with our ends of its pipes."""

_awaited: list[Child] = []


def start(
    command: Sequence[str],
    *,
    environ: Mapping[str, str] | None = None,
    folder: Path | None = None,
    stdin: int = DEVNULL,
    stdout: int = DEVNULL,
    stderr: int | None = DEVNULL,
    leads_session: bool = False,
    pass_fds: Sequence[int] = (),
) -> Child:
    """Start a program; who starts it sees to its end, by :func:`ending` or :func:`end`.

    It inherits no descriptor but those of ``pass_fds``; ``stderr`` None is ours.  ``environ`` is
    its whole environment, ours by default, and ``folder`` where it works.

    Raises:
        OSError: it cannot be started.
        UsageError: no program can be told this: an argument is too long, or has a NUL in it.
    """
    try:
        return subprocess.Popen(
            command,
            env=environ,
            cwd=folder,
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            start_new_session=leads_session,
            pass_fds=pass_fds,
        )
    except OSError as error:
        if error.errno != errno.E2BIG:
            raise
        raise UsageError("the arguments are longer than the system takes") from error
    except ValueError as error:
        if not any("\0" in word for word in command):
            raise
        raise UsageError("an argument has a NUL in it, which nothing here is named by") from error


def end(child: Child, grace_seconds: float = 0.0) -> None:
    """See to it that nothing of the child is left: neither itself nor our ends of its pipes.

    One that still runs is killed; with ``grace_seconds`` its pipes are closed first, and it has
    so long to end by itself.
    """
    if grace_seconds:
        _close_pipes(child)
        with suppress(subprocess.TimeoutExpired):
            child.wait(grace_seconds)
    if child.poll() is None:
        _kill(child)
    _close_pipes(child)
    child.wait()


@contextmanager
def ending(child: Child) -> Iterator[Child]:
    """Lend the child to a block and :func:`end` it then; for its exit status, wait in the block."""
    _awaited.append(child)
    try:
        yield child
    finally:
        _awaited.remove(child)
        end(child)


def kill_awaited() -> None:
    """Kill what this process waits for at the moment: it is about to exit without an answer."""
    for child in _awaited:
        _kill(child)


def run(
    command: Sequence[str],
    text: bytes | None = None,
    *,
    seconds: float | None = None,
    environ: Mapping[str, str] | None = None,
    folder: Path | None = None,
    stderr: int = PIPE,
    leads_session: bool = False,
) -> subprocess.CompletedProcess[bytes]:
    """Run a program to its end, with ``text`` on its stdin, and return what it printed.

    Raises:
        OSError: it cannot be started.
        subprocess.TimeoutExpired: it took longer than ``seconds``, and was killed.
        GitmemError: the same for this process's own deadline, if it has one.
    """
    child = start(
        command,
        environ=environ,
        folder=folder,
        stdin=DEVNULL if text is None else PIPE,
        stdout=PIPE,
        stderr=stderr,
        leads_session=leads_session,
    )
    with ending(child):
        try:
            printed, complaint = child.communicate(text, time_left(seconds))
        except subprocess.TimeoutExpired as error:
            if is_over():
                program = os.path.basename(command[0])  # noqa: PTH119 - for hooks
                raise GitmemError(f"'{program}' did not answer in time", "") from error
            raise
    return subprocess.CompletedProcess(command, child.returncode, printed, complaint)


def _kill(child: Child) -> None:
    with suppress(ProcessLookupError):
        if os.getpgid(child.pid) == child.pid:
            os.killpg(child.pid, signal.SIGKILL)
        else:
            child.kill()


def _close_pipes(child: Child) -> None:
    for pipe in (child.stdin, child.stdout, child.stderr):
        if pipe is not None:
            with suppress(OSError):  # what it was never given
                pipe.close()
