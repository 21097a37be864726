"""What the hooks add to ``git commit``, measured beside a commit without them in the same run.

``python -m tests.bench.commit_overhead [--runs 30] [--burst 30] [--bursts 5]``

Each round commits once in every repository, in turn, and lets the worker finish before the
next, so that none is measured on another's time.  Prints milliseconds (median, p90), what is
added and the ratio.  Then bursts: so many commits one behind the other, in every repository in
turn, while the worker of the first ones is busy; what a commit takes is a burst's time by their
number, and of the bursts the median.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from gitmem.setup.install import install
from gitmem.state.lock import is_worker_running
from gitmem.state.queue import Queue
from tests.support.git import GitDriver

_PATIENCE_SECONDS = 10.0


def without(git: GitDriver) -> None:
    """No hook at all."""


def with_empty_hook(git: GitDriver) -> None:
    git.write(".git/hooks/post-commit", "#!/bin/sh\nexit 0\n").chmod(0o755)


def with_gitmem(git: GitDriver) -> None:
    install(git.repo)


def repository(folder: Path, arrange: Callable[[GitDriver], None]) -> GitDriver:
    home = folder / "home"
    home.mkdir(parents=True)
    git = GitDriver(folder / "repo", home).init()
    git.commit("first", **{f"f{number}": "x\n" for number in range(200)})
    arrange(git)
    return git


def commit(git: GitDriver) -> float:
    """Commit one changed file; returns milliseconds."""
    git.now += 60
    git.write("f0", f"{git.now}\n")
    git.run("add", "f0")
    begun = time.perf_counter()
    git.run("commit", "-q", "-m", "change")
    return (time.perf_counter() - begun) * 1000


def settle(git: GitDriver) -> None:
    """Wait until the worker has done what was queued."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if Queue(git.repo).is_empty() and not is_worker_running(git.repo):
            break
        time.sleep(0.02)
    time.sleep(0.1)  # the last process ends


def row(name: str, times: Sequence[float], base: float) -> str:
    middle = statistics.median(times)
    high = sorted(times)[int(len(times) * 0.9)]
    return f"| {name} | {middle:.1f} | {high:.1f} | {middle - base:+.1f} | {middle / base:.2f} |"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--burst", type=int, default=30, help="commits in a burst; 0: none")
    parser.add_argument("--bursts", type=int, default=5)
    given = parser.parse_args(arguments)
    kinds = {"no hooks": without, "an empty sh hook": with_empty_hook, "gitmem": with_gitmem}
    # A worker that starts late may still write its log while the folder goes.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        gits = {
            name: repository(Path(folder) / str(number), arrange)
            for number, (name, arrange) in enumerate(kinds.items())
        }
        times: dict[str, list[float]] = {name: [] for name in gits}
        for _ in range(given.runs):
            for name, git in gits.items():
                times[name].append(commit(git))
                settle(git)
        bursts: dict[str, list[float]] = {name: [] for name in gits}
        for _ in range(given.bursts if given.burst else 0):
            for name, git in gits.items():
                bursts[name].append(statistics.mean(commit(git) for _ in range(given.burst)))
                settle(git)
    base = statistics.median(times["no hooks"])
    print("| git commit with | median ms | p90 ms | added ms | ratio |")
    print("| --- | --- | --- | --- | --- |")
    for name, measured in times.items():
        print(row(name, measured, base))
    base = statistics.median(bursts["no hooks"] or [0.0])
    for name, measured in bursts.items():
        if measured:
            print(row(f"{name}, {given.burst} commits in a burst", measured, base))


if __name__ == "__main__":
    main()
