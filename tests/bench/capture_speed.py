"""How fast sessions become memories, offline, on one core.

``python -m tests.bench.capture_speed [--sessions N]``

Replays the real sessions of ``../shared/sessions``: for each, the commit that it led to last is
remembered by the worker's own code (transcript found, read, sliced, masked, compressed, written
as a note, indexed) in a clone of their repository.  The baseline of the ratio is reading the
same files with ``json.loads`` and nothing else, in the same run.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import resource
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gitmem.agents.adapters import Agents
from gitmem.capture.capture_commit import Request, remember
from gitmem.capture.workspace import Means
from gitmem.compress.offline.extractive import ExtractiveCompressor
from gitmem.git.repo import find_repo
from gitmem.state.settings import Settings
from tests.bench.real_sessions import FOLDER, load_eval, require_sessions


def last_commits(data: Any) -> dict[str, Any]:
    """Session → the row of the last commit that it led to."""
    rows: dict[str, Any] = {}
    for row in data.rows:
        if row["session_id"] and row["lines"]:
            rows[row["session_id"]] = row
    return rows


def unpack(rows: dict[str, Any], folder: Path) -> dict[str, Path]:
    paths = {}
    for session, row in rows.items():
        path = folder / f"{session}.jsonl"
        path.write_bytes(gzip.decompress((FOLDER / row["transcript"]).read_bytes()))
        paths[session] = path
    return paths


def parse_only(paths: Sequence[Path]) -> float:
    begun = time.perf_counter()
    for path in paths:
        with path.open("rb") as file:
            for line in file:
                try:
                    json.loads(line)
                except ValueError:
                    continue
    return time.perf_counter() - begun


def main(arguments: Sequence[str] | None = None) -> None:
    """Replay and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=0, help="only so many")
    given = parser.parse_args(arguments)
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    data = load_eval("transcripts").Dataset(str(require_sessions()))
    rows = last_commits(data)
    rows = dict(list(rows.items())[: given.sessions or len(rows)])
    with tempfile.TemporaryDirectory() as scratch:
        paths = unpack(rows, Path(scratch))
        size = sum(path.stat().st_size for path in paths.values()) / 1e6
        baseline = parse_only(list(paths.values()))
        clone = data.clone()
        means = Means(
            find_repo(clone), Settings(), ExtractiveCompressor(), Agents.from_environment({})
        )
        begun = time.perf_counter()
        written = 0
        for session, path in paths.items():
            row = rows[session]
            request = Request(row["commit"], clone, None, transcript=path)
            written += len(remember(means, request).memories)
        taken = time.perf_counter() - begun
    print(
        "| sessions | memories | MB | s | MB/s | sessions/minute | x json.loads alone | peak MB |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"| {len(paths)} | {written} | {size:.0f} | {taken:.1f} | {size / taken:.1f} "
        f"| {len(paths) / taken * 60:.0f} | {taken / baseline:.1f} | {peak:.0f} |"
    )


if __name__ == "__main__":
    main()
