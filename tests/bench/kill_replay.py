"""Does ``kill -9`` lose or double a memory?  The worker killed at random over real sessions.

``python -m tests.bench.kill_replay [--kills N] [--jobs N] [--seed N]``

Real commits are queued with their real sessions, every third with the stop of its turn.  The
baseline is a worker that nobody disturbs; the trial is as many workers as it takes, the first N
of them killed at a random moment, wherever they are: Python, libgit2, sqlite or git.  Printed are
the memories that only one of both has, and git's own opinion of the repository.

A lock that a killed process leaves is freed ten minutes later; the trial makes it look that old.
"""

from __future__ import annotations

import argparse
import gzip
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gitmem.git.repo import Repo, find_repo
from gitmem.model.job import Job
from gitmem.notes.store import NoteStore
from gitmem.state.queue import Queue
from gitmem.state.sessions import RegisteredSession, Registry
from tests.bench.real_sessions import FOLDER, load_eval, require_sessions

_WORKER = """
import sys
from gitmem.agents.adapters import Agents
from gitmem.compress.offline.extractive import ExtractiveCompressor
from gitmem.capture.workspace import Workspace
from gitmem.worker import work
from gitmem.git.repo import find_repo
from gitmem.state.settings import Settings
import gitmem.notes.store, gitmem.index.cache, yaml
print("ready", flush=True)
repo = find_repo(sys.argv[1])
work(Workspace(repo, Settings(), ExtractiveCompressor(), Agents.from_environment({})))
"""
_LOCK_AGE_SECONDS = 11 * 60
_LONGEST_SECONDS = 300.0


@dataclass(frozen=True)
class Result:
    """What a trial ended with, compared with the baseline."""

    memories: int
    lost: int
    doubled: int
    killed: int
    is_clean: bool


def replay(kills: int, jobs: int, seed: int, folder: Path) -> Result:
    """Run the baseline and the trial below ``folder``."""
    chance = random.Random(seed)
    data = load_eval("transcripts").Dataset(str(require_sessions()))
    rows = [row for row in data.rows if row["session_id"] and row["lines"]]
    rows = sorted(chance.sample(rows, min(jobs, len(rows))), key=lambda row: row["author_time"])
    transcripts = _unpack(rows, folder / "transcripts")
    undisturbed = _prepared(data, rows, transcripts, folder / "baseline")
    begun = time.perf_counter()
    _run(undisturbed, None)
    whole = time.perf_counter() - begun
    disturbed = _prepared(data, rows, transcripts, folder / "trial")
    killed = 0
    while killed < kills:
        # A worker that ends by itself has nothing left to do: the queue is filled anew.
        if _run(disturbed, chance.uniform(0.0, 2.5 * whole / max(1, kills) + 0.02)):
            killed += 1
            _age_locks(disturbed)
        elif Queue(disturbed).is_empty():
            _queue(data, rows, disturbed)
    _run(disturbed, None)
    expected, found = _memories(undisturbed), _memories(disturbed)
    fsck = subprocess.run(
        ["git", "-C", str(disturbed.worktree), "fsck", "--strict"], capture_output=True, check=False
    )
    return Result(
        memories=len(expected),
        lost=len(set(expected) - set(found)),
        doubled=len(found) - len(set(found) & set(expected)),
        killed=killed,
        is_clean=fsck.returncode == 0,
    )


def _unpack(rows: Sequence[Any], folder: Path) -> dict[str, Path]:
    folder.mkdir(parents=True)
    paths = {}
    for row in rows:
        path = folder / f"{row['session_id']}.jsonl"
        if not path.exists():
            path.write_bytes(gzip.decompress((FOLDER / row["transcript"]).read_bytes()))
        paths[row["session_id"]] = path
    return paths


def _prepared(data: Any, rows: Sequence[Any], transcripts: dict[str, Path], folder: Path) -> Repo:
    shutil.move(data.clone(), folder)
    repo = find_repo(folder)
    for session, path in transcripts.items():
        Registry(repo).add(RegisteredSession(session, str(path), str(folder)))
    _queue(data, rows, repo)
    return repo


def _queue(data: Any, rows: Sequence[Any], repo: Repo) -> None:
    queue = Queue(repo)
    for number, row in enumerate(rows):
        moment = data.commits[row["commit"]]["t"] + 1.0
        session, worktree = row["session_id"], str(repo.worktree)
        queue.add(Job("capture", row["commit"], session, worktree), moment)
        if number % 3 == 0:
            queue.add(Job("turn", session=session, worktree=worktree), moment + 1.0)


def _run(repo: Repo, seconds: float | None) -> bool:
    """One worker; whether it was killed ``seconds`` after it had loaded."""
    with subprocess.Popen(
        [sys.executable, "-c", _WORKER, str(repo.worktree)],
        stdout=subprocess.PIPE,
        start_new_session=True,
        cwd=Path(__file__).resolve().parents[2],
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            process.wait(_LONGEST_SECONDS if seconds is None else seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return True
    return False


def _age_locks(repo: Repo) -> None:
    long_ago = time.time() - _LOCK_AGE_SECONDS
    for lock in repo.common_dir.rglob("*.lock"):
        with suppress(OSError):
            os.utime(lock, (long_ago, long_ago))


def _memories(repo: Repo) -> list[tuple[str, str]]:
    return [
        (commit, document.memory.id)
        for commit, note in NoteStore(repo)
        for document in note.documents
        if document.memory is not None
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    """Replay and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        result = replay(given.kills, given.jobs, given.seed, Path(scratch))
    print("| killed | memories | lost | doubled | git fsck |")
    print("| --- | --- | --- | --- | --- |")
    fsck = "clean" if result.is_clean else "complains"
    print(f"| {result.killed} | {result.memories} | {result.lost} | {result.doubled} | {fsck} |")


if __name__ == "__main__":
    main()
