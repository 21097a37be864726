"""What it takes a hook to read the settings, without and with a team's file.

``python -m tests.bench.settings_read`` prints microseconds, the fastest of five rounds; the process
of git that reads the configuration is the baseline, and is in both.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from gitmem.state.settings import read_own_settings, read_settings
from gitmem.state.team_path import NAME, has_kept_files, has_worktree_file
from tests.support.git import GitDriver

_ROUNDS, _TIMES = 5, 40
_FILE = "[gitmem]\n\tprompts = none\n\tremote = git@host:team/memories.git\n" + "".join(
    f"\texclude = folder-{number}/\n" for number in range(20)
)


def fastest(work: Callable[[], object], times: int = _TIMES) -> float:
    """Microseconds of one call."""
    found = []
    for _ in range(_ROUNDS):
        start = time.perf_counter()
        for _ in range(times):
            work()
        found.append((time.perf_counter() - start) / times * 1e6)
    return min(found)


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        git = GitDriver(Path(folder) / "repo", Path(folder)).init()
        repo = git.repo
        looks = fastest(lambda: has_worktree_file(repo) or has_kept_files(repo), 2_000)
        print(f"the two looks for a file      {looks:8.1f} us")
        print(f"git alone                     {fastest(lambda: read_own_settings(repo)):8.0f} us")
        print(f"settings, without a file      {fastest(lambda: read_settings(repo)):8.0f} us")
        git.write(NAME, _FILE)
        print(f"settings, with a file         {fastest(lambda: read_settings(repo)):8.0f} us")


if __name__ == "__main__":
    main()
