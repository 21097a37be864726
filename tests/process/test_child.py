from __future__ import annotations

import os
import subprocess
import sys
import uuid
from contextlib import suppress
from pathlib import Path
from subprocess import PIPE

import pytest

from gitmem.process.child import end, ending, run, start
from tests.support.processes import await_gone, await_running, running_with


@pytest.fixture
def long() -> str:
    """Seconds to sleep, by which the sleeper can be told from all other processes."""
    return f"600.{uuid.uuid4().int}"


def sh(script: str) -> list[str]:
    return ["sh", "-c", script]


def test_a_program_reads_its_text_and_says_how_it_ended() -> None:
    text = b"x" * 600_000

    done = run(sh("cat; echo woe >&2; exit 7"), text)

    assert (done.returncode, done.stdout, done.stderr) == (7, text, b"woe\n")


def test_a_program_that_is_given_nothing_finds_the_end_at_once() -> None:
    assert run(sh("cat; echo done")).stdout == b"done\n"


def test_a_program_sees_its_environment_and_folder_and_no_other(tmp_path: Path) -> None:
    environ = {"PATH": os.environ["PATH"], "WORD": "said"}

    done = run(sh('echo "$WORD$HOME"; pwd -P'), environ=environ, folder=tmp_path)

    assert done.stdout.decode() == f"said\n{tmp_path.resolve()}\n"


def test_complaints_can_go_where_the_output_goes() -> None:
    done = run(sh("echo out; echo woe >&2"), stderr=subprocess.STDOUT)

    assert done.stdout == b"out\nwoe\n"


def test_a_program_that_is_not_there_is_told() -> None:
    with pytest.raises(FileNotFoundError):
        run(["no-such-program"])


def test_a_program_inherits_no_descriptor_but_those_it_is_to_have() -> None:
    mine = os.pipe()
    for descriptor in mine:
        os.set_inheritable(descriptor, True)
    code = f"import os; print([os.path.exists(f'/dev/fd/{{n}}') for n in {mine}])"
    with ending(start([sys.executable, "-c", code], stdout=PIPE, pass_fds=mine[:1])) as child:
        said, _ = child.communicate()
    for descriptor in mine:
        os.close(descriptor)

    assert said == b"[True, False]\n"


@pytest.mark.parametrize("leads_session", [False, True])
def test_when_its_time_is_up_it_is_killed(long: str, leads_session: bool) -> None:
    command = sh(f"trap '' TERM INT; exec sleep {long}")

    with pytest.raises(subprocess.TimeoutExpired):
        run(command, seconds=0.2, leads_session=leads_session)

    assert running_with(long) == []


def test_one_that_leads_a_session_is_killed_with_its_whole_group(long: str) -> None:
    with ending(start(sh(f"sleep {long} & sleep {long}"), leads_session=True)):
        await_running(f"sleep {long}")

    await_gone(long)


def test_only_one_that_leads_a_session_is_out_of_ours() -> None:
    code = "import os; print(os.getsid(0) == os.getpid(), os.getsid(0))"
    ours = run([sys.executable, "-c", code])
    its_own = run([sys.executable, "-c", code], leads_session=True)

    assert ours.stdout.split() == [b"False", str(os.getsid(0)).encode()]
    assert its_own.stdout.split()[0] == b"True"


def test_a_block_that_fails_leaves_no_child(long: str) -> None:
    with pytest.raises(ZeroDivisionError), ending(start(["sleep", long])) as child:
        1 / 0  # noqa: B018

    assert child.returncode == -9
    assert running_with(long) == []


def test_one_that_ended_by_itself_keeps_its_status() -> None:
    child = start(sh("exit 3"))
    child.wait()
    end(child)

    assert child.returncode == 3


def test_one_that_is_given_grace_may_end_by_itself() -> None:
    child = start(sh("cat >/dev/null; exit 3"), stdin=PIPE, stdout=PIPE)
    end(child, grace_seconds=30.0)

    assert child.returncode == 3


def test_the_pipes_of_one_that_was_ended_are_closed(long: str) -> None:
    child = start(["sleep", long], stdin=PIPE, stdout=PIPE, stderr=PIPE)
    end(child)
    end(child)

    assert child.stdin is not None
    assert child.stdout is not None
    assert child.stderr is not None
    assert all(pipe.closed for pipe in (child.stdin, child.stdout, child.stderr))


def test_what_it_was_never_given_keeps_nobody_waiting(long: str) -> None:
    child = start(["sleep", long], stdin=PIPE)
    assert child.stdin is not None
    with suppress(BlockingIOError):
        os.set_blocking(child.stdin.fileno(), False)
        while True:
            child.stdin.write(b"x" * 4_096)
    os.set_blocking(child.stdin.fileno(), True)

    end(child)

    assert child.returncode == -9
