"""Run a command inside of the test's own process: what a new one costs is most of a short test.

Everything that a process has of its own is put aside and put back: environment, working
directory, arguments, and the three standard streams down to their descriptors, so that what git
writes there is caught, too.  ``tests/cli/test_processes.py`` holds this against real processes.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, TextIO

from gitmem import __main__ as program
from gitmem.errors import GitmemError
from gitmem.git.repo import Repo
from gitmem.refresh.catch_up import catch_up
from gitmem.state.error_log import append_log
from gitmem.state.lock import is_worker_running
from gitmem.state.worker_launch import launch_worker

_STREAMS = (0, 1, 2)


def run_here(
    arguments: Sequence[str], *, place: Path, environ: Mapping[str, str], stdin: str
) -> subprocess.CompletedProcess[str]:
    """What ``python -m gitmem ARGUMENTS`` does and says in ``place``, without a process for it.

    A worker that the command would start and wait for does its work before the command goes on.
    """
    with ExitStack() as stack:
        files = [stack.enter_context(tempfile.TemporaryFile()) for _ in _STREAMS]
        files[0].write(stdin.encode())
        files[0].seek(0)
        with _surroundings(place, environ), _streams(files), _worker_here():
            code = _main(arguments)
        out, err = (_text(file) for file in files[1:])
    return subprocess.CompletedProcess(["gitmem", *arguments], code, out, err)


def launch_here(repo: Repo) -> Callable[[], bool]:
    """What :func:`launch_worker` starts, done before this returns.

    A launcher that a test has replaced is started all the same.
    """
    run = repo.state_dir / "run"
    if run.is_file() and not run.read_bytes().startswith(b"#!/bin/sh\n# Starts the gitmem that"):
        return launch_worker(repo)
    work_here(repo)
    return lambda: True


def work_here(repo: Repo) -> None:
    """What ``gitmem worker`` does, without a process for it."""
    with ExitStack() as stack:
        files = [stack.enter_context(open(os.devnull, "r+b")) for _ in _STREAMS]
        stack.enter_context(_surroundings(repo.common_dir, dict(os.environ)))
        stack.enter_context(_streams(files))
        _work(repo)


def _work(repo: Repo) -> None:
    """As ``run_worker``, which makes its process a worker's and is for a process of its own."""
    from gitmem.hooks import worker

    if is_worker_running(repo):
        return
    try:
        worker._work(repo)
    except (GitmemError, OSError) as error:
        append_log(repo, f"worker: {error}")
    except Exception:
        append_log(repo, traceback.format_exc())


def _main(arguments: Sequence[str]) -> int:
    sys.argv = [str(program.__file__), *arguments]
    try:
        program.main()
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else 0
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


@contextmanager
def _worker_here() -> Iterator[None]:
    defaults = catch_up.__kwdefaults__
    assert defaults is not None
    before = defaults["launch"]
    defaults["launch"] = launch_here
    try:
        yield
    finally:
        defaults["launch"] = before


@contextmanager
def _surroundings(place: Path, environ: Mapping[str, str]) -> Iterator[None]:
    """Environment, working directory, arguments and what Python remembers of them."""
    before, here, arguments = dict(os.environ), os.getcwd(), sys.argv
    _replace_environment(environ)
    os.chdir(place)
    try:
        yield
    finally:
        sys.argv = arguments
        os.chdir(here)
        _replace_environment(before)


def _replace_environment(environ: Mapping[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environ)
    time.tzset()
    tempfile.tempdir = None  # TMPDIR may be another


@contextmanager
def _streams(files: Sequence[IO[bytes]]) -> Iterator[None]:
    """The standard streams, of this process and of those that it starts, are these files."""
    before = sys.stdin, sys.stdout, sys.stderr
    for stream in before[1:]:
        stream.flush()
    kept = [os.dup(number) for number in _STREAMS]
    for number, file in zip(_STREAMS, files, strict=True):
        os.dup2(file.fileno(), number)
    sys.stdin, sys.stdout, sys.stderr = (_opened(number) for number in _STREAMS)
    try:
        yield
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        sys.stdin, sys.stdout, sys.stderr = before
        for number, descriptor in zip(_STREAMS, kept, strict=True):
            os.dup2(descriptor, number)
            os.close(descriptor)


def _opened(number: int) -> TextIO:
    """As Python opens it under the C locale."""
    errors = "backslashreplace" if number == 2 else "surrogateescape"
    binary = os.fdopen(number, "rb" if number == 0 else "wb", closefd=False)
    return io.TextIOWrapper(binary, encoding="utf-8", errors=errors)


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return io.TextIOWrapper(io.BytesIO(file.read()), encoding="utf-8").read()
