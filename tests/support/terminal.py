"""A command at a terminal: what a person sees, and the keys that are pressed at each question."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_PATIENCE_SECONDS = 60.0


@dataclass(frozen=True)
class Shown:
    """What stood on the screen, and the exit code."""

    text: str
    code: int


def at_terminal(
    command: Sequence[str],
    *,
    place: Path,
    environ: Mapping[str, str],
    question: str,
    keys: Sequence[str] = (),
    besides: Mapping[str, str] | None = None,
) -> Shown:
    """Run the command with a terminal at both ends; at each ``question`` the next key is pressed.

    Where the keys have run out the terminal is closed.  ``besides`` are other questions, each with
    what is typed at it, once.
    """
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        command,
        cwd=place,
        env={**environ, "TERM": "xterm", "COLUMNS": "100"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    waiting, shown, answered = list(keys), "", 0
    left = dict(besides or {})
    deadline = time.monotonic() + _PATIENCE_SECONDS
    try:
        while time.monotonic() < deadline:
            if select.select([ours], [], [], 0.05)[0]:
                try:
                    piece = os.read(ours, 65_536)
                except OSError:  # what a terminal says when nobody is left at the other end
                    break
                if not piece:
                    break
                shown += piece.decode("utf-8", "replace")
            for other in [text for text in left if text in shown]:
                time.sleep(0.05)
                os.write(ours, left.pop(other).encode())
            if shown.count(question) > answered:
                answered += 1
                time.sleep(0.05)  # the key is read once the terminal is in its mode
                if not waiting:
                    break
                os.write(ours, waiting.pop(0).encode())
    finally:
        with suppress(OSError):
            os.close(ours)
        code = process.wait(_PATIENCE_SECONDS)
    return Shown(shown.replace("\r\n", "\n"), code)
