"""The leash: the small process between us and a program that is to leave nothing behind.

This file, run as a script by :mod:`gitmem.process.leash` with ``python -I -S``: it imports
nothing but the standard library, and nothing of ours.  It starts the program in a session and an
empty folder of its own, and ends it when its time is up or the pipe that it holds breaks.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from select import select

LATE = 124
ABANDONED = 125
NOT_STARTED = 127


def _hold(held: int, seconds: float, command: Sequence[str]) -> int:
    """Run the program; its exit status, or why it was ended."""
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
