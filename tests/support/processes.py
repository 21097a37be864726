"""Look for processes that should be gone."""

from __future__ import annotations

import subprocess
import time

_PATIENCE_SECONDS = 20.0


def running_with(mark: str) -> list[str]:
    """Command lines that hold ``mark``; ``ps`` and what ended but was not waited for left out."""
    done = subprocess.run(
        ["ps", "-A", "-ww", "-o", "stat=,args="], capture_output=True, text=True, check=True
    )
    lines = (line.strip() for line in done.stdout.splitlines())
    return [line for line in lines if mark in line and not line.startswith("Z")]


def await_running(mark: str) -> None:
    """Wait until a process with ``mark`` in its command line is there."""
    _await(mark, is_there=True)


def await_gone(mark: str) -> None:
    """Wait until none is there any more."""
    _await(mark, is_there=False)


def _await(mark: str, *, is_there: bool) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while bool(found := running_with(mark)) is not is_there:
        assert time.monotonic() < deadline, found or f"no process with {mark!r}"
        time.sleep(0.02)
