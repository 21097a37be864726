"""Running a program so that nothing of it survives, whatever happens to the caller.

Between us and the program stands a small process, the leash: this file, run as a script.  It
starts the program in a session and an empty folder of its own and holds one end of a pipe whose
other end is ours alone.  When the program ends, its time is up, or the pipe breaks because we
were killed, the leash ends the program's whole process group and removes the folder, and with it
what the program left in ``TMPDIR``.

Without the leash a worker that is killed would leave a model's client running: only a process
that outlives us can clean up after us.  Standard library only, and imported by path: the leash
starts without site-packages.
"""

from __future__ import annotations

import os
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from select import select
from typing import IO, cast

__all__ = ["Finished", "run_on_leash"]

LATE = 124
ABANDONED = 125
NOT_STARTED = 127
_GRACE_SECONDS = 5.0
_MAX_COMPLAINT = 4_096
_CHUNK = 1 << 16


@dataclass(frozen=True)
class Finished:
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
) -> Finished:
    """Run ``command`` in an empty folder with ``text`` on its stdin, for at most ``seconds``.

    On return, and after the death of this process as well, none of its process group is left.
    A process that made itself a session of its own is out of reach.

    Raises:
        OSError: no process can be started.
    """
    held, lifeline = os.pipe()
    try:
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", __file__, str(held), f"{seconds}", *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=dict(environ),
            pass_fds=[held],
            start_new_session=True,
        )
    except BaseException:
        os.close(lifeline)
        raise
    finally:
        os.close(held)
    exchange = _Exchange(process, text, max_bytes)
    try:
        exchange.run(time.monotonic() + seconds + _GRACE_SECONDS)
    finally:
        os.close(lifeline)
        _reap(process)
    return Finished(
        process.returncode,
        bytes(exchange.out),
        bytes(exchange.complaint),
        is_late=process.returncode == LATE,
        is_flood=exchange.is_flood,
    )


class _Exchange:
    """Feeds a process and hears it at once, so that neither side can block the other."""

    def __init__(self, process: subprocess.Popen[bytes], text: bytes, max_bytes: int) -> None:
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


def _reap(process: subprocess.Popen[bytes]) -> None:
    """Wait for the leash, which ends by itself once the pipe to it is closed."""
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            with suppress(OSError):
                stream.close()
    try:
        process.wait(_GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _hold(held: int, seconds: float, command: Sequence[str]) -> int:
    """The leash: run the program; its exit status, or why it was ended."""
    for name in ("SIGTERM", "SIGINT", "SIGHUP"):
        signal.signal(getattr(signal, name), lambda *_: sys.exit(ABANDONED))
    folder = tempfile.mkdtemp(prefix="gitmem-")
    try:
        here, temporary = (os.path.join(folder, name) for name in ("here", "tmp"))  # noqa: PTH118
        for place in (here, temporary):
            os.mkdir(place, 0o700)  # noqa: PTH102
        # What the program leaves in its folder for temporary files goes with the rest.
        environ = {**os.environ, "TMPDIR": temporary}
        try:
            program = subprocess.Popen(command, cwd=here, env=environ, start_new_session=True)
        except OSError as error:
            print(f"{command[0]}: {error.strerror}", file=sys.stderr)  # noqa: T201 - a program's own
            return NOT_STARTED
        try:
            return _watch(program, held, seconds)
        finally:
            with suppress(OSError):
                os.killpg(program.pid, signal.SIGKILL)
            program.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _watch(program: subprocess.Popen[bytes], held: int, seconds: float) -> int:
    ended, end = os.pipe()

    def wait() -> None:
        program.wait()
        os.close(end)

    threading.Thread(target=wait, daemon=True).start()
    ready, _, _ = select([held, ended], [], [], seconds)
    if ended in ready:
        status = program.returncode
        return status if status >= 0 else 128 - status
    return ABANDONED if ready else LATE


if __name__ == "__main__":
    sys.exit(_hold(int(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]))
