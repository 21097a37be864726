"""Running a program so that nothing of it survives, whatever happens to the caller.

Between us and the program stands a small process, the leash (:mod:`gitmem.process.leash_script`),
which holds one end of a pipe whose other end is ours alone.  When the program ends, its time is
up, or the pipe breaks because we were killed, the leash ends the program's whole process group
and removes the folder that it ran in, and with it what the program left in ``TMPDIR``.

Without the leash a worker that is killed would leave a model's client running: only a process
that outlives us can clean up after us.  Standard library only.
"""

from __future__ import annotations

import os
import selectors
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from subprocess import PIPE
from typing import IO, cast

from gitmem.process import leash_script
from gitmem.process.child import Child, end, start
from gitmem.process.leash_script import LATE

_GRACE_SECONDS = 5.0
_MAX_COMPLAINT = 4_096
_CHUNK = 1 << 16


@dataclass(frozen=True)
class ProcessResult:
    """How a program ended: exit status, what it printed, and the beginning of its complaint.

    ``is_late``: its time was up.  ``is_flood``: it printed more than was allowed.  Either way it
    was ended, and ``out`` is not all of it.
    """

    status: int
    out: bytes
    complaint: bytes
    is_late: bool = False
    is_flood: bool = False


def run_on_leash(
    command: Sequence[str],
    text: bytes,
    *,
    environ: Mapping[str, str],
    seconds: float,
    max_bytes: int,
) -> ProcessResult:
    """Run ``command`` in an empty folder with ``text`` on its stdin, for at most ``seconds``.

    On return, and after the death of this process as well, none of its process group is left.
    A process that made itself a session of its own is out of reach.

    Raises:
        OSError: no process can be started.
    """
    held, lifeline = os.pipe()
    try:
        leash = start(
            [sys.executable, "-I", "-S", leash_script.__file__, str(held), f"{seconds}", *command],
            environ=dict(environ),
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            leads_session=True,
            pass_fds=[held],
        )
    except BaseException:
        os.close(lifeline)
        raise
    finally:
        os.close(held)
    exchange = _Exchange(leash, text, max_bytes)
    try:
        exchange.run(time.monotonic() + seconds + _GRACE_SECONDS)
    finally:
        os.close(lifeline)  # whereupon the leash ends by itself
        end(leash, _GRACE_SECONDS)
    return ProcessResult(
        leash.returncode,
        bytes(exchange.out),
        bytes(exchange.complaint),
        is_late=leash.returncode == LATE,
        is_flood=exchange.is_flood,
    )


class _Exchange:
    """Feeds a process and hears it at once, so that neither side can block the other."""

    def __init__(self, process: Child, text: bytes, max_bytes: int) -> None:
        self.out = bytearray()
        self.complaint = bytearray()
        self.is_flood = False
        self._left = memoryview(text)
        self._max_bytes = max_bytes
        self._process = process

    def run(self, deadline: float) -> None:
        """Until both of its outputs are closed, the deadline (monotonic) or a flood."""
        process = self._process
        assert process.stdin and process.stdout and process.stderr  # noqa: S101, PT018 - PIPE
        with selectors.DefaultSelector() as waiting:
            os.set_blocking(process.stdin.fileno(), False)
            waiting.register(process.stdin, selectors.EVENT_WRITE, self._feed)
            waiting.register(process.stdout, selectors.EVENT_READ, self._hear)
            waiting.register(process.stderr, selectors.EVENT_READ, self._hear_complaint)
            outputs = {process.stdout, process.stderr}
            while outputs and not self.is_flood and time.monotonic() < deadline:
                for key, _ in waiting.select(deadline - time.monotonic()):
                    stream = cast("IO[bytes]", key.fileobj)
                    if not key.data(stream):
                        waiting.unregister(stream)
                        stream.close()
                        outputs.discard(stream)

    def _feed(self, stdin: IO[bytes]) -> bool:
        with suppress(BlockingIOError):
            try:
                self._left = self._left[os.write(stdin.fileno(), self._left[:_CHUNK]) :]
            except BrokenPipeError:
                self._left = self._left[:0]
        return bool(self._left)

    def _hear(self, stdout: IO[bytes]) -> bool:
        heard = os.read(stdout.fileno(), _CHUNK)
        self.out += heard
        self.is_flood = len(self.out) > self._max_bytes
        return bool(heard)

    def _hear_complaint(self, stderr: IO[bytes]) -> bool:
        heard = os.read(stderr.fileno(), _CHUNK)
        self.complaint += heard[: _MAX_COMPLAINT - len(self.complaint)]
        return bool(heard)
