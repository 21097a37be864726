"""Backfill over a real history, against git reading the same history.

    python -m tests.bench.backfill REPOSITORY [--count N] [--processes N]

REPOSITORY is cloned to a temporary folder first (objects are shared with it, nothing is written to
it); without one, a history of 5,000 small commits is made.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from gitmem.capture.workspace import Workspace, open_workspace
from gitmem.compress.offline.extractive import ExtractiveCompressor
from gitmem.git.repo import find_repo
from gitmem.recall.at_start import context_for
from gitmem.upkeep import history_memories as history
from gitmem.upkeep.backfill import Report, backfill
from gitmem.upkeep.backfill_plan import BackfillSelection, plan_backfill
from tests.support.bigrepo import fill
from tests.support.git import GitDriver


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("repository", nargs="?", type=Path)
    parser.add_argument("--count", type=int, default=None, help="the newest N commits only")
    parser.add_argument("--processes", type=int, default=None)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "repo"
        if given.repository is None:
            fill(GitDriver(place, Path(folder)).init(), 5_000)
        else:
            clone = ["git", "clone", "-q", "--no-checkout", "--shared", str(given.repository)]
            subprocess.run([*clone, str(place)], check=True)
        if given.processes is not None:
            history._process_count = lambda commits: given.processes
        measure(place, given.count)


def measure(place: Path, count: int | None) -> None:
    repo = find_repo(place)
    workspace = open_workspace(
        repo, {**os.environ, "CLAUDE_CONFIG_DIR": str(place.parent / "none")}
    )
    workspace = Workspace(repo, workspace.settings, ExtractiveCompressor(), workspace.agents)
    plan = plan_backfill(workspace, BackfillSelection(limit=count))
    commits = len(plan.history)
    log = ["git", "-C", str(place), "log", f"-n{commits}", "--numstat", "--format=%B", "HEAD"]
    git_seconds, _ = timed(lambda: subprocess.run(log, stdout=subprocess.DEVNULL, check=True))
    seconds, report = timed(lambda: backfill(workspace, plan, lambda steps: None))
    again, _ = timed(lambda: plan_backfill(workspace, BackfillSelection(limit=count)))
    start, block = timed(lambda: context_for(repo, 1_000))
    assert isinstance(report, Report)
    size = subprocess.run(
        ["git", "-C", str(place), "count-objects", "-v"], capture_output=True, text=True, check=True
    ).stdout.replace("\n", ", ")
    print(f"{'commits':<40}{commits:>12}")
    print(f"{'git log --numstat, commits/s':<40}{commits / git_seconds:>12.0f}")
    print(f"{'backfill, commits/s':<40}{commits / seconds:>12.0f}{seconds:>10.1f} s")
    print(f"{'memories':<40}{report.memories:>12}")
    print(f"{'looking for work when there is none, ms':<40}{again * 1e3:>12.0f}")
    print(f"{'context of a session, ms':<40}{start * 1e3:>12.1f}   {block!r:.0}")
    print(size)


def timed(work: Callable[[], object]) -> tuple[float, object]:
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


if __name__ == "__main__":
    main()
