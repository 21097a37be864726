"""A git process that reads its questions from a pipe and answers them in order.

Several may run side by side, and none can hang: the questions are fed by a thread, so that two
full pipes never wait for each other, and a clock ends what takes too long.  Standard library
only: agent hooks use this.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from threading import Thread, Timer
from typing import IO

from gitmem.git.repo import Repo, git_command, git_environment

_SECONDS = 5.0


class GitPipe:
    """A git process that is fed while others run, and read to a limit; it has five seconds."""

    def __init__(self, repo: Repo, arguments: Sequence[str], lines: Sequence[str | bytes]) -> None:
        self._process = subprocess.Popen(
            git_command(repo, arguments),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**git_environment(), "GIT_NO_LAZY_FETCH": "1"},  # what is not here stays there
        )
        text = b"".join(os.fsencode(line) + b"\n" for line in lines)
        self._clock = Timer(_SECONDS, self._process.kill)
        self._clock.daemon = True
        self._clock.start()
        stdin, self._process.stdin = self._process.stdin, None  # the thread's from here on
        Thread(target=_feed, args=(stdin, text), daemon=True).start()

    @property
    def has_failed(self) -> bool:
        """Whether git, once read to its end, refused."""
        return bool(self._process.returncode)

    def output(self, limit: int = -1) -> bytes:
        """What it prints, or the first ``limit`` bytes; the process is gone afterwards."""
        with self._process as process:
            assert process.stdout is not None  # noqa: S101 - PIPE was asked for
            data = process.stdout.read(limit)
            if len(data) == limit:
                process.kill()
        self._clock.cancel()
        return data


def _feed(stdin: IO[bytes] | None, text: bytes) -> None:
    with suppress(OSError):  # it was killed, or has enough
        if stdin is not None:
            with stdin:
                stdin.write(text)
