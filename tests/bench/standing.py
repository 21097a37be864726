"""How much of a commit still stands: what asking costs, beside ``git blame`` of the same files.

``python -m tests.bench.standing [REPOSITORY] [--commits 5 10 20] [--runs 9]``

Takes commits spread over the history of a repository (this one unless another is given) and prints
milliseconds (median) and how the verdicts fall.  Blame is what would tell the same line by line: it
is run once for each file that the commits touched and HEAD still has.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from gitmem.git.repo import Repo, find_repo, run_git
from gitmem.git.standing import standings


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("repository", nargs="?", type=Path, default=Path())
    parser.add_argument("--commits", type=int, nargs="+", default=[5, 10, 20])
    parser.add_argument("--runs", type=int, default=9)
    options = parser.parse_args()
    repo = find_repo(options.repository)
    history = run_git(repo, "rev-list", "HEAD").decode().split()
    print(f"{len(history)} commits in history")
    print(f"{'commits':>8} {'standing':>10} {'blame':>10} {'files':>6}  verdicts")
    for count in options.commits:
        some = [history[n * len(history) // count] for n in range(count)]
        ours = _median(lambda some=some: standings(repo, some), options.runs)  # type: ignore[misc]
        files = _files(repo, some)
        theirs = _median(lambda files=files: _blame(repo, files), 1)  # type: ignore[misc]
        verdicts = Counter(found.verdict.value for found in standings(repo, some).values())
        told = ", ".join(f"{number} {verdict}" for verdict, number in verdicts.most_common())
        print(f"{count:>8} {ours:>7.1f} ms {theirs:>7.1f} ms {len(files):>6}  {told}")


def _files(repo: Repo, commits: list[str]) -> list[str]:
    listed = run_git(
        repo, "show", "--format=", "--name-only", "-z", "--first-parent", *commits, "--"
    )
    here = set(run_git(repo, "ls-tree", "-r", "-z", "--name-only", "HEAD").split(b"\0"))
    touched = {name.strip(b"\n") for name in listed.split(b"\0")}
    return sorted(name.decode() for name in touched & here if name)


def _blame(repo: Repo, files: list[str]) -> None:
    for name in files:
        run_git(repo, "blame", "--porcelain", "HEAD", "--", name)


def _median(work: Callable[[], object], runs: int) -> float:
    times = []
    for _ in range(runs):
        begun = time.perf_counter()
        work()
        times.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times)


if __name__ == "__main__":
    main()
