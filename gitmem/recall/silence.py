"""Why nothing is told, and the way on: an empty answer says neither."""

from __future__ import annotations

import os
from contextlib import closing
from dataclasses import replace
from itertools import islice
from pathlib import Path

from gitmem.git.log_blocks import LogRun
from gitmem.git.log_words import LogWords
from gitmem.git.repo import Repo, top_relative, try_git
from gitmem.index.cache import Index
from gitmem.index.memories import memory_count
from gitmem.recall.near_names import near_hint, near_names
from gitmem.recall.told_log import read_selected_entries
from gitmem.state.queue import Queue

_MOST_COUNTED = 1_000


def why_silent(repo: Repo, commit: str) -> str:
    """Why nothing is remembered of a commit, as far as can be told, and what to do."""
    if any(queued.job.commit == commit for queued in Queue(repo).jobs()):
        return "it still waits to be remembered (gitmem status)"
    if not repo.is_initialised:
        return "gitmem is not set up here; run: gitmem init"
    try:
        since = (repo.state_dir / "install.json").stat().st_mtime
    except OSError:
        since = 0.0
    done = try_git(repo, "show", "--no-patch", "--no-notes", "--format=%ct", commit)
    made = done.stdout.strip()
    if made.isdigit() and float(made) < since:
        return "it was made before gitmem was set up here; run: gitmem backfill"
    return (
        "no agent's session was found for it, or it changes too little;"
        f" to remember it all the same: gitmem capture {commit[:10]}"
    )


def why_log_is_empty(repo: Repo, run: LogRun, words: LogWords, kinds: frozenset[str]) -> str:
    """Why ``gitmem log`` shows nothing, and what to do."""
    if words.count == 0:
        return "no commits were asked for"
    if nothing := nothing_yet(repo):
        return nothing
    for path in words.paths or ():
        if reason := _unknown_path(repo, run.here, path):
            return reason
    if kinds:
        others = len(list(islice(read_selected_entries(repo, run, words), _MOST_COUNTED)))
        if others:
            names = " or ".join(sorted(kinds))
            commits = "1 commit has" if others == 1 else f"{others} commits have"
            return f"no memory here is of kind {names}; {commits} other memories: leave out --kind"
    if words.skip:
        without = replace(words, skip=0)
        found = len(list(islice(read_selected_entries(repo, run, without, kinds), _MOST_COUNTED)))
        if found:
            return f"only {found} commits with memories match, and --skip={words.skip} skips them"
    narrows = bool(words.options or words.names or words.paths)
    if narrows:
        return (
            "no commit that these options choose has a memory; without them: gitmem log."
            " For commits without memories: git log"
        )
    return (
        "no commit of this branch has a memory; of other branches: gitmem log --all."
        " For past commits: gitmem backfill"
    )


def nothing_yet(repo: Repo) -> str:
    """That nothing at all is remembered here, and what to do; "" where something is."""
    with closing(Index.open(repo.state_dir)) as index:
        if memory_count(index):
            return ""
    if not repo.is_initialised:
        return "nothing is remembered here, since gitmem is not set up; run: gitmem init"
    if not Queue(repo).is_empty():
        return "nothing is remembered here yet; some work still waits (gitmem status)"
    return (
        "nothing is remembered here yet: new commits of an agent's session are by themselves,"
        " past ones by: gitmem backfill"
    )


def _unknown_path(repo: Repo, here: Path, path: str) -> str:
    if path.startswith(":") or any(character in path for character in "*?["):
        return ""
    top = top_relative(repo, path, here)
    if os.path.lexists(here / path):
        return ""
    done = try_git(repo, "--literal-pathspecs", "rev-list", "-1", "--all", "--", top)
    if done.returncode != 0 or done.stdout.strip():
        return ""
    return f"nothing was ever committed under '{top}'. {near_hint(near_names(repo, top))}"
