"""A hook's deadline counts from when its client began to wait."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from gitmem.process.deadline import time_left, within

_LEFT = (
    "from gitmem.process.deadline import *; set_deadline(2.0, 2.0); print(time_left(), flush=True)"
)
_HANGS = f"{_LEFT}; import time; time.sleep(60)"

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="the system does not tell when a process began"
)


def seconds_left(before: str, code: str) -> float:
    """What is left of two seconds where a shell was busy before Python began."""
    command = ["sh", "-c", f'{before}exec "$0" -I -c "$1"', sys.executable, code]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=30)
    return float(done.stdout)


def test_what_passed_before_python_is_taken_from_it() -> None:
    assert 0.9 <= seconds_left("", _LEFT) <= 2.0
    assert 0.9 <= seconds_left("sleep 0.5; ", _LEFT) <= 1.5
    assert 0.9 <= seconds_left("sleep 1.8; ", _LEFT) <= 1.0  # half of it stays


def test_what_hangs_ends_before_the_client_ends_it() -> None:
    began = time.monotonic()
    assert seconds_left("sleep 1.8; ", _HANGS) <= 1.0
    assert 2.0 <= time.monotonic() - began < 5.5  # four seconds in all, not near six


def test_an_answer_has_a_deadline_that_ends_with_it() -> None:
    with within(60.0):
        assert 50 < (time_left() or 0) <= 60.0
        with suppress(ValueError), within(5.0):
            assert (time_left() or 0) <= 5.0
            raise ValueError("of the work")
        assert (time_left() or 0) > 50

    assert time_left() is None
