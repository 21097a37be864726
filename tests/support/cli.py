"""Run the command, as a person or a hook would."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.support.git import GitDriver
from tests.support.in_process import run_here

GITMEM = (sys.executable, "-I", "-m", "gitmem")


_OF_ITS_OWN = ("demo", "hook", "mcp", "worker")
"""Commands that stay, replace their surroundings or tell of themselves as of a process."""


def gitmem(
    git: GitDriver,
    *arguments: str,
    place: Path | None = None,
    stdin: str = "",
    around: Sequence[str] = (),
) -> subprocess.CompletedProcess[str]:
    """Run ``gitmem`` in the driver's clean environment; ``around`` is a command that wraps it.

    In this process where that makes no difference; :func:`gitmem_process` starts a real one.
    """
    if around or arguments[:1] in [(name,) for name in _OF_ITS_OWN]:
        return gitmem_process(git, *arguments, place=place, stdin=stdin, around=around)
    return run_here(arguments, place=place or git.path, environ=git.env(), stdin=stdin)


def gitmem_process(
    git: GitDriver,
    *arguments: str,
    place: Path | None = None,
    stdin: str = "",
    around: Sequence[str] = (),
) -> subprocess.CompletedProcess[str]:
    """The same by a process of its own."""
    return subprocess.run(
        [*around, *GITMEM, *arguments],
        cwd=place or git.path,
        env=git.env(),
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )


def own_mounts() -> list[str]:
    """The command that gives a process mounts of its own; skips the test where it is refused."""
    if shutil.which("unshare") is None:
        pytest.skip("a real full or read-only disk needs 'unshare', which is not here")
    command = ["unshare", "-Urm"]
    probe = [*command, "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    if subprocess.run(probe, capture_output=True, check=False).returncode != 0:
        pytest.skip("this machine does not let a process have mounts of its own")
    return command
