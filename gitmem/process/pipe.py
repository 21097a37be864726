"""A program that reads its questions from a pipe and answers them in order.

Several may run side by side, and none can hang: the questions are fed by a thread, so that two
full pipes never wait for each other, and a clock ends what takes too long.  Standard library
only: agent hooks use this.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from subprocess import DEVNULL, PIPE
from threading import Thread, Timer
from typing import IO

from gitmem.process.child import ending, start
from gitmem.process.deadline import time_left


class Pipe:
    """A program that is fed while others run, and read to a limit; it has so many ``seconds``."""

    def __init__(
        self, command: Sequence[str], text: bytes, *, environ: Mapping[str, str], seconds: float
    ) -> None:
        stdin = PIPE if text else DEVNULL
        self._child = start(command, environ=environ, stdin=stdin, stdout=PIPE)
        self._clock = Timer(time_left(seconds) or seconds, self._child.kill)
        self._clock.daemon = True
        self._clock.start()
        if text:
            feed, self._child.stdin = self._child.stdin, None  # the thread's from here on
            Thread(target=_feed, args=(feed, text), daemon=True).start()

    @property
    def status(self) -> int | None:
        """How the program ended, once read to its end; negative if it was killed."""
        return self._child.returncode

    @property
    def has_failed(self) -> bool:
        """Whether the program, once read to its end, refused."""
        return bool(self._child.returncode)

    def output(self, limit: int = -1) -> bytes:
        """What it prints, or the first ``limit`` bytes; the process is gone afterwards."""
        with ending(self._child) as child:
            assert child.stdout is not None  # noqa: S101 - PIPE was asked for
            data = child.stdout.read(limit)
            if len(data) != limit:
                child.wait()
        self._clock.cancel()
        return data


def _feed(stdin: IO[bytes] | None, text: bytes) -> None:
    with suppress(OSError):  # it was killed, or has enough
        if stdin is not None:
            with stdin:
                stdin.write(text)
