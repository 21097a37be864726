"""What a session waits for at its start: the whole SessionStart hook as a process.

``python -m tests.bench.session_start [--runs 15] [--sizes 1000 10000]``

Prints milliseconds (median, p90) beside the bare interpreter started in the same run, for an
index that is up to date and for one that a fetch made stale by one memory.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from gitmem.model.memory import Decision, Memory, Provenance
from gitmem.store.notefile import document_of
from gitmem.store.notes import NoteStore
from tests.support.cli import gitmem
from tests.support.git import EPOCH, GitDriver


def build(folder: Path, size: int) -> GitDriver:
    """A repository with ``size`` commits, each with a memory of ordinary length, set up."""
    home = folder / "home"
    home.mkdir(parents=True)
    git = GitDriver(folder / "repo", home).init()
    lines = [
        f"commit refs/heads/main\nmark :{number + 1}\n"
        f"committer Ada <ada@example.com> {EPOCH + number * 60} +0000\n"
        f"data 4\nwork\nM 100644 inline f{number % 500}.py\ndata 2\n{number % 10}\n"
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
        files_changed=tuple(f"src/module_{number % 50}/part_{n}.py" for n in range(4)),
        provenance=Provenance(commit=commit, session=f"s-{number // 20}"),
    )


def start(git: GitDriver) -> None:
    payload = {"session_id": "s-new", "transcript_path": "/nowhere", "cwd": str(git.path)}
    done = subprocess.run(
        [str(git.repo.state_dir / "run"), "hook", "SessionStart"],
        cwd=git.path,
        env=git.env(),
        input=json.dumps(payload).encode(),
        capture_output=True,
        check=True,
    )
    assert b"additionalContext" in done.stdout


def bare(git: GitDriver) -> None:
    subprocess.run([sys.executable, "-I", "-c", "pass"], env=git.env(), check=True)


def milliseconds(action: Callable[[GitDriver], None], git: GitDriver, runs: int) -> list[float]:
    times = []
    for _ in range(runs):
        begun = time.perf_counter()
        action(git)
        times.append((time.perf_counter() - begun) * 1000)
    return sorted(times)


def stale(git: GitDriver) -> None:
    """A start that finds one memory more than the index has."""
    commit = git.out("rev-parse", "HEAD")
    extra = Memory("change", f"news {time.time_ns()}", provenance=Provenance(commit=commit))
    NoteStore(git.repo).add({commit: [document_of(extra)]}, "notes: news")
    start(git)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000])
    given = parser.parse_args(arguments)
    print("| memories | start | median ms | p90 ms | x bare interpreter |")
    print("| --- | --- | --- | --- | --- |")
    for size in given.sizes:
        with tempfile.TemporaryDirectory() as folder:
            git = build(Path(folder), size)
            base = statistics.median(milliseconds(bare, git, given.runs))
            print(f"| {size} | bare interpreter | {base:.1f} | | 1.0 |")
            for name, action in (("up to date", start), ("one memory behind", stale)):
                times = milliseconds(action, git, given.runs)
                middle, high = statistics.median(times), times[int(len(times) * 0.9)]
                print(f"| {size} | {name} | {middle:.1f} | {high:.1f} | {middle / base:.1f} |")


if __name__ == "__main__":
    main()
