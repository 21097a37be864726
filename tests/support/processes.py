"""Look for processes that should be gone, and at how large one became."""

from __future__ import annotations

import subprocess
import time

_PATIENCE_SECONDS = 20.0

PEAK_KILOBYTES = """
def peak_kilobytes():
    try:
        with open("/proc/self/status") as status:
            return int(next(line for line in status if line.startswith("VmHWM")).split()[1])
    except FileNotFoundError:
        import resource, sys
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak // 1024 if sys.platform == "darwin" else peak
"""
"""For a child to tell its own peak: on Linux ``ru_maxrss`` begins with that of the process that
started it, so a large test run would be taken for a large child."""


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
