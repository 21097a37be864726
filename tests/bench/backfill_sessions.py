"""Backfill from transcripts alone, on real sessions: are commits given back the sessions that made
them?

    python -m tests.bench.backfill_sessions [MACHINE]

The transcripts of one person's computer are laid out as the agent leaves them, the history is
cloned without its notes, and `gitmem backfill --no-history` does the rest: it is told nothing of
what the hooks would have seen.
"""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from gitmem.agents.claude.adapter import read_transcript
from gitmem.capture.workspace import Workspace, open_workspace
from gitmem.compress.offline.extractive import ExtractiveCompressor
from gitmem.git.repo import find_repo
from gitmem.notes.store import NoteStore
from gitmem.upkeep.backfill import backfill
from gitmem.upkeep.backfill_plan import BackfillSelection, plan_backfill
from tests.bench.attribution import TRUSTED
from tests.bench.real_sessions import FOLDER, load_eval, require_sessions, worktrees_of


def main() -> None:
    machine = sys.argv[1] if len(sys.argv) > 1 else "m1"
    data = load_eval("transcripts").Dataset(str(require_sessions()))
    with tempfile.TemporaryDirectory() as folder:
        measure(data, machine, Path(folder))


def measure(data: Any, machine: str, folder: Path) -> None:
    work, home = folder / "work", folder / "home" / ".claude"
    bundle = str(FOLDER / "repo.bundle")
    subprocess.run(["git", "clone", "-q", bundle, str(work)], check=True)
    rows = [row for row in data.rows if row["session_id"]]
    mine = [row for row in rows if row["machine"] == machine]
    lay_out(data, {row["session_id"]: row["transcript"] for row in mine}, work, home)
    who = Counter(git(work, "show", "-s", "--format=%ae", row["commit"]) for row in mine)
    git(work, "config", "user.email", who.most_common(1)[0][0])
    workspace = open_workspace(find_repo(work), {**os.environ, "CLAUDE_CONFIG_DIR": str(home)})
    workspace = Workspace(
        workspace.repo, workspace.settings, ExtractiveCompressor(), workspace.agents
    )
    started = time.perf_counter()
    plan = plan_backfill(workspace, BackfillSelection(with_history=False))
    report = backfill(workspace, plan, lambda steps: None)
    seconds = time.perf_counter() - started
    reachable = set(git(work, "rev-list", "HEAD").split())
    made, named = defaultdict(set), defaultdict(set)
    for row in rows:
        if row["link"] in TRUSTED:
            named[row["commit"]].add(row["session_id"])
            if row["machine"] == machine and row["lines"] and row["commit"] in reachable:
                made[row["commit"]].add(row["session_id"])
    got = {
        commit: {memory.provenance.session for memory in note.memories}
        for commit, note in NoteStore(workspace.repo)
    }
    right = sum(len(got.get(commit, set()) & sessions) for commit, sessions in made.items())
    all_made = sum(map(len, made.values()))
    wrong = sum(len(found - named[commit]) for commit, found in got.items() if commit in named)
    print(f"{'commits, tried, remembered':<44}{len(reachable):>6}{len(plan.sessions):>6}"
          f"{report.from_transcripts:>6}")  # fmt: skip
    print(f"{'recall of the sessions that made commits':<44}{right / all_made:>6.3f}")
    print(f"{'precision where the truth is known':<44}{right / max(1, right + wrong):>6.3f}")
    unknown = sum(commit not in named for commit in got)
    print(f"{'commits answered whose session is not known':<44}{unknown:>6}")
    print(f"{'commits tried per second':<44}{len(plan.sessions) / seconds:>6.1f}")


def lay_out(data: Any, sessions: dict[str, str], work: Path, home: Path) -> None:
    """Write transcripts as if they had been recorded in ``work``, with the times they had."""
    slug = "".join(c if c.isalnum() else "-" for c in str(work.resolve()))
    folder = home / "projects" / slug
    folder.mkdir(parents=True)
    known = frozenset(data.files)
    for session, name in sessions.items():
        if not name or not (FOLDER / name).is_file():
            continue
        path = folder / f"{session}.jsonl"
        raw = gzip.decompress((FOLDER / name).read_bytes())
        path.write_bytes(raw)
        transcript = read_transcript(path)
        for root in sorted(worktrees_of(transcript, known), key=len, reverse=True):
            if root.count("/") > 1:
                raw = raw.replace(root.encode(), str(work.resolve()).encode())
        path.write_bytes(raw)
        last = transcript.events[-1].time if transcript.events else 0.0
        os.utime(path, (last, last))


def git(work: Path, *arguments: str) -> str:
    command = ["git", "-C", str(work), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    main()
