from __future__ import annotations

import os
import signal
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from gitmem.process import leash_script
from gitmem.process.leash import ProcessResult, run_on_leash
from tests.support.processes import await_gone, await_running, running_with

LONG = 600


def run(script: str, text: bytes = b"", *, seconds: float = 30.0, folder: Path) -> ProcessResult:
    environ = {"PATH": os.environ["PATH"], "TMPDIR": str(folder)}
    command = ["sh", "-c", script]
    return run_on_leash(command, text, environ=environ, seconds=seconds, max_bytes=1 << 20)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where temporary folders are made, empty."""
    place = tmp_path / "temporary"
    place.mkdir()
    return place


@pytest.fixture
def mark() -> str:
    """A word for a command line, by which a process can be told from all others."""
    return f"mark-{uuid.uuid4().hex}"


def test_a_program_reads_its_text_and_says_how_it_ended(folder: Path) -> None:
    text = b"x" * 600_000

    done = run("cat; echo woe >&2; exit 7", text, folder=folder)

    assert (done.status, done.out, done.complaint) == (7, text, b"woe\n")
    assert (done.is_late, done.is_flood) == (False, False)


def test_a_program_that_reads_nothing_blocks_nobody(folder: Path) -> None:
    done = run("echo said", b"x" * 600_000, folder=folder)

    assert (done.status, done.out) == (0, b"said\n")


def test_it_starts_in_an_empty_folder_which_is_gone_afterwards(folder: Path) -> None:
    done = run("pwd; ls -A; touch litter; : >$TMPDIR/more; ls $TMPDIR", folder=folder)

    place, more = done.out.decode().splitlines()
    assert Path(place).is_relative_to(folder)
    assert more == "more"
    assert list(folder.iterdir()) == []


def test_what_it_left_behind_is_ended_with_it(folder: Path, mark: str) -> None:
    done = run(f"sleep {LONG} & sh -c 'sleep {LONG}; : {mark}' & echo done", folder=folder)

    assert done.status == 0
    assert running_with(mark) == []


def test_when_its_time_is_up_it_is_ended_with_its_children(folder: Path, mark: str) -> None:
    script = f"trap '' TERM INT; sh -c 'sleep {LONG}; : {mark}' & sleep {LONG}"

    done = run(script, seconds=0.3, folder=folder)

    assert done.is_late
    assert running_with(mark) == []
    assert list(folder.iterdir()) == []


def test_a_flood_is_stopped(folder: Path, mark: str) -> None:
    done = run(f"yes {mark}", folder=folder)

    assert done.is_flood
    assert len(done.out) < 2 << 20
    assert running_with(mark) == []


def test_a_flood_of_complaints_is_cut(folder: Path) -> None:
    done = run("yes woe | head -c 3000000 >&2", folder=folder)

    assert done.status == 0
    assert done.complaint.startswith(b"woe\n")
    assert len(done.complaint) <= 4_096


def test_a_program_that_is_not_there_is_told(folder: Path) -> None:
    environ = {"PATH": os.environ["PATH"], "TMPDIR": str(folder)}
    done = run_on_leash(["no-such"], b"", environ=environ, seconds=30.0, max_bytes=9)

    assert (done.status, done.complaint) == (127, b"no-such: No such file or directory\n")


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_when_we_are_killed_nothing_is_left(folder: Path, mark: str, how: signal.Signals) -> None:
    """The leash alone outlives us, long enough to clean up."""
    script = (
        # Where the tests run in a shell's background, ^C is ignored by all that they start.
        "import os, signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from gitmem.process.leash import run_on_leash; "
        f"run_on_leash(['sh', '-c', 'sh -c \"sleep {LONG}; : {mark}\" & sleep {LONG}'], b'', "
        f"environ={{'PATH': os.environ['PATH'], 'TMPDIR': {str(folder)!r}}}, "
        f"seconds={LONG}, max_bytes=9)"
    )
    with subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.DEVNULL) as process:
        await_running(f"sh -c sleep {LONG}; : {mark}")
        process.send_signal(how)
    await_gone(mark)

    assert list(folder.iterdir()) == []


def test_the_leash_needs_nothing_but_the_standard_library() -> None:
    """It is run with -I -S, and a hook's PYTHONPATH must not reach into it."""
    code = "import sys; import runpy; runpy.run_path(sys.argv[1]); print('site' in sys.modules)"
    path = Path(leash_script.__file__)
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code, str(path)],
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "False\n"
