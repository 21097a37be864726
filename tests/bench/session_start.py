"""What a session waits for: the hooks that print context, each as a whole process.

``python -m tests.bench.session_start [--runs 15] [--sizes 1000 10000]``

Prints milliseconds (median, p90) of wall clock and of processor, beside the bare interpreter: the
start, with an index that is up to date (once with the line that the person is shown) and with one
that a fetch made stale by one memory; a prompt; a subagent that is told what its session works on,
and one of a session that works on nothing known; a status line, which a session asks for all the
time; a file that was read, of which nothing is remembered, of which the session was told before,
and of which it is told now; a command, without a commit and with one that the agent is asked about;
and the end of a turn and of a session, as the client's whole command line.

Each run of a hook has a run of the bare interpreter before it, and the hooks take turns, so that
what else the machine does meets all of them alike.  The last two, which start no interpreter, are
told beside an empty command of the shell as well.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path

from gitmem.model.memory import Decision, Memory, Provenance
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from gitmem.setup.clients.claude_code import hook_command
from gitmem.state.context_history import ContextHistory, SessionContext
from gitmem.state.lock import is_worker_running
from gitmem.state.questions import Questions
from tests.support.cli import GITMEM, gitmem
from tests.support.git import EPOCH, GitDriver

AGAIN = str(uuid.uuid4())


def build(folder: Path, size: int) -> GitDriver:
    """A repository with ``size`` commits, each with a memory of ordinary length, set up."""
    home = folder / "home"
    home.mkdir(parents=True)
    git = GitDriver(folder / "repo", home).init()
    lines = [
        f"commit refs/heads/main\nmark :{number + 1}\n"
        f"committer Ada <ada@example.com> {EPOCH + number * 60} +0000\n"
        f"data 4\nwork\nM 100644 inline f{number % 500}.py\ndata 2\n{number % 10}\n"
        f"M 100644 inline {files_of(size - 1 - number)[1]}\n"
        f"data {len(part_of(number))}\n{part_of(number)}\n"
        for number in range(size)
    ]
    git.run("fast-import", "--quiet", stdin="".join(lines).encode())
    git.run("reset", "-q", "--hard")
    git.now = EPOCH + size * 60
    commits = git.out("rev-list", "HEAD").splitlines()
    NoteStore(git.repo).add(
        {commit: [document_of(memory(commit, n))] for n, commit in enumerate(commits)}, "notes: all"
    )
    assert gitmem(git, "init").returncode == 0
    assert gitmem(git, "context").returncode == 0
    return git


def files_of(number: int) -> tuple[str, ...]:
    """The files of a memory, counted from the newest."""
    return tuple(f"src/module_{number % 50}/part_{n}.py" for n in range(4))


def part_of(number: int) -> str:
    """What a commit, counted from the oldest, makes of the second of them."""
    return "".join(f"value_{n} = {number}\n" for n in range(20))


def memory(commit: str, number: int) -> Memory:
    """About 250 tokens, as a real one has."""
    return Memory(
        kind="decision",
        title=f"Keep retry number {number} inside the transport",
        why="Callers retried on their own and each chose another pause, so the quota was exceeded. "
        * 3,
        what=("The transport retries idempotent requests three times.",) * 3,
        decisions=(
            Decision("retry in the transport", "one place knows the quota", ("retry in callers",)),
        ),
        files_changed=files_of(number),
        next=("measure it under load",) if number == 0 else (),
        provenance=Provenance(
            commit=commit,
            session=f"s-{number // 20}",
            agent="claude-code",
            author="Ada <ada@example.com>",
            time=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(EPOCH - number * 60)),
        ),
    )


def hook(
    git: GitDriver,
    event: str,
    *,
    session: str = "",
    environ: dict[str, str] | None = None,
    **fields: object,
) -> bytes:
    """Run the hook as the client would, for a new session unless one is named; what it prints."""
    session = session or str(uuid.uuid4())
    payload = {"session_id": session, "transcript_path": "/nowhere", "cwd": str(git.path)}
    done = subprocess.run(
        [str(git.repo.state_dir / "run"), "hook", *event.split()],
        cwd=git.path,
        env={**git.env(), "CLAUDE_PROJECT_DIR": str(git.path), **(environ or {})},
        input=json.dumps({**payload, **fields}).encode(),
        capture_output=True,
        check=True,
    )
    return done.stdout


def start(git: GitDriver) -> None:
    assert b"additionalContext" in hook(git, "SessionStart")


def start_shown(git: GitDriver) -> None:
    environ = {"CLAUDE_CODE_ENTRYPOINT": "cli"}
    printed = hook(git, "SessionStart", environ=environ, source="startup")
    assert b'"systemMessage": "gitmem: ' in printed


def subagent(git: GitDriver, session: str) -> bytes:
    environ = {"CLAUDE_CODE_SESSION_ID": session}
    agent = uuid.uuid4().hex[:16]
    return hook(git, "SubagentStart", session=session, environ=environ, agent_id=agent)


def subagent_told(git: GitDriver) -> None:
    session = str(uuid.uuid4())
    likely = {"src/module_7/part_1.py": 0.9}
    ContextHistory(git.repo).begin(session, SessionContext(likely_files=likely))
    assert b"additionalContext" in subagent(git, session)


def subagent_silent(git: GitDriver) -> None:
    assert subagent(git, str(uuid.uuid4())) == b""


def status_line(git: GitDriver) -> None:
    place = str(git.path)
    given = {"session_id": AGAIN, "cwd": place, "workspace": {"project_dir": place}}
    done = subprocess.run(
        [*GITMEM, "status", "--line"],
        cwd=git.path,
        env=git.env(),
        input=json.dumps(given).encode(),
        capture_output=True,
        check=True,
    )
    assert done.stdout.startswith(b"gitmem: ")


def prompt(git: GitDriver) -> None:
    words = "Why does src/module_7/part_1.py pause twice when the quota is exceeded?"
    assert b"additionalContext" in hook(git, "UserPromptSubmit", prompt=words)


def read(git: GitDriver, path: str, session: str = "", **lines: int) -> bytes:
    tool_input = {"file_path": str(git.path / path), **lines}
    return hook(git, "PostToolUse", session=session, tool_name="Read", tool_input=tool_input)


def read_unknown(git: GitDriver) -> None:
    assert read(git, "f1.py") == b""


def read_known(git: GitDriver) -> None:
    assert b"additionalContext" in read(git, "src/module_7/part_1.py")


def read_lines(git: GitDriver) -> None:
    assert b"additionalContext" in read(git, "src/module_7/part_1.py", offset=5, limit=10)


def read_lines_for_the_first_time(git: GitDriver) -> None:
    shutil.rmtree(git.repo.state_dir / "blame")
    read_lines(git)


def read_again(git: GitDriver) -> None:
    assert read(git, "src/module_7/part_1.py", AGAIN) == b""


def command(git: GitDriver) -> bytes:
    environ = {"CLAUDE_CODE_SESSION_ID": AGAIN}
    return hook(git, "PostToolUse Bash", session=AGAIN, environ=environ, tool_name="Bash")


def command_alone(git: GitDriver) -> None:
    assert command(git) == b""


def command_with_commit(git: GitDriver) -> None:
    commit = git.out("rev-parse", "HEAD")
    (git.repo.state_dir / "questions" / f"{commit}.json").unlink(missing_ok=True)
    Questions(git.repo).add_commit(AGAIN, commit)
    assert b"additionalContext" in command(git)


def bare(git: GitDriver) -> None:
    subprocess.run([sys.executable, "-I", "-c", "pass"], env=git.env(), check=True)


def line(git: GitDriver, text: str) -> None:
    """Run a command line as the client does, with what it says at the end of a turn."""
    said = {"session_id": AGAIN, "cwd": str(git.path), "last_assistant_message": "Done. " * 99}
    environ = {**git.env(), "CLAUDE_PROJECT_DIR": str(git.path)}
    subprocess.run(
        ["sh", "-c", text], cwd=git.path, env=environ, input=json.dumps(said).encode(), check=True
    )


def empty_line(git: GitDriver) -> None:
    line(git, "cat >/dev/null")


def turn_end(git: GitDriver) -> None:
    line(git, hook_command("Stop"))


def session_end(git: GitDriver) -> None:
    line(git, hook_command("SessionEnd"))


def measure(action: Callable[[GitDriver], None], git: GitDriver) -> tuple[float, float]:
    """Milliseconds by the clock, and of processor by all that it started and waited for."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    action(git)
    wall, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall * 1000, busy * 1000


def settle(git: GitDriver) -> None:
    """Let the worker end that a hook woke: its time is not the next one's."""
    deadline = time.monotonic() + 20.0
    while time.monotonic() < deadline and (
        is_worker_running(git.repo) or (git.repo.state_dir / "worker.pid").exists()
    ):
        time.sleep(0.02)


def stale(git: GitDriver) -> None:
    """A start that finds one memory more than the index has."""
    commit = git.out("rev-parse", "HEAD")
    extra = Memory("change", f"news {time.time_ns()}", provenance=Provenance(commit=commit))
    NoteStore(git.repo).add({commit: [document_of(extra)]}, "notes: news")
    start(git)


ACTIONS: dict[str, Callable[[GitDriver], None]] = {
    "start, up to date": start,
    "start, with the person's line": start_shown,
    "start, one memory behind": stale,
    "prompt": prompt,
    "subagent, told": subagent_told,
    "subagent, nothing known": subagent_silent,
    "status line": status_line,
    "read, nothing remembered": read_unknown,
    "read, told before": read_again,
    "read, told now": read_known,
    "lines read, told now": read_lines,
    "lines read, told now, blame not kept": read_lines_for_the_first_time,
    "command, no commit": command_alone,
    "command, a commit to ask about": command_with_commit,
    "shell, an empty command": empty_line,
    "end of a turn": turn_end,
    "end of a session": session_end,
}

ENDS = frozenset({"end of a turn", "end of a session"})


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000])
    given = parser.parse_args(arguments)
    print("| memories | hook | median ms | p90 ms | x bare | processor ms | x bare |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for size in given.sizes:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            git = build(Path(folder), size)
            read(git, "src/module_7/part_1.py", AGAIN)
            git.commit("Keep prices in cents", **{"price.py": "x = 1\n" * 9})
            bares: list[tuple[float, float]] = []
            times: dict[str, list[tuple[float, float]]] = {name: [] for name in ACTIONS}
            for names in (ACTIONS.keys() - ENDS, ENDS):  # what an end leaves to do is no start's
                for _, name in product(range(given.runs), [n for n in ACTIONS if n in names]):
                    settle(git)
                    bares.append(measure(bare, git))
                    times[name].append(measure(ACTIONS[name], git))
            wall, busy = (statistics.median(column) for column in zip(*bares, strict=True))
            print(f"| {size} | bare interpreter | {wall:.1f} | | 1.0 | {busy:.1f} | 1.0 |")
            for name, measured in times.items():
                walls, busies = (sorted(column) for column in zip(*measured, strict=True))
                middle, high = statistics.median(walls), walls[int(len(walls) * 0.9)]
                own = statistics.median(busies)
                print(
                    f"| {size} | {name} | {middle:.1f} | {high:.1f} | {middle / wall:.1f} |"
                    f" {own:.1f} | {own / busy:.1f} |"
                )


if __name__ == "__main__":
    main()
