"""Which session made a commit: our rule against the truth of real sessions.

``python -m tests.bench.attribution``

Scored by the data set's ``eval_attribution.py``.  Two rows: a session read whole at each
commit, and read from its last capture on, as the worker does; the others are references.
*quiet* is how often a commit that no session here made is answered with nothing.

When a file was last committed is asked of the data set (author times, all branches): the commit
times of this published history are those of later rebases, which no worker would have met.
"""

from __future__ import annotations

import gzip
import shutil
import tempfile
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from gitmem.agents.claude_code import read_transcript
from gitmem.agents.slice import attribute, pending_edits
from gitmem.model.session import EventKind, Transcript
from gitmem.store.commits import read_change
from gitmem.store.gitdir import Repo, find_repo
from tests.bench.real_sessions import FOLDER, load_eval, require_sessions, worktrees_of

Rule = Callable[[Any, Any, Sequence[str]], list[str]]

_REFERENCES = ("newest session", "pending file overlap, best", "ladder")


class Attributor:
    """The rule as capture applies it, over transcripts that were read once."""

    def __init__(self, data: Any, repo: Repo, *, from_last_capture: bool) -> None:
        self._repo = repo
        self._known = frozenset(data.files)
        self._from_last_capture = from_last_capture
        self._transcripts: dict[str, Transcript] = {}
        self._roots: dict[str, list[str]] = {}
        self._captured: dict[str, float] = {}

    def read(self, sessions: dict[str, Path]) -> None:
        """Read the sessions; of each only what tells about edits is kept."""
        for session, path in sessions.items():
            transcript = read_transcript(path)
            events = tuple(
                event
                for event in transcript.events
                if event.path or (event.kind is EventKind.RESULT and event.is_error)
            )
            self._transcripts[session] = replace(transcript, events=events)
            self._roots[session] = worktrees_of(transcript, self._known)

    def rule(self, world: Any, commit: Any, candidates: Sequence[str]) -> list[str]:
        """The sessions that made ``commit``, best first."""
        change = read_change(self._repo, commit["commit"])
        moment = commit["t"] + 1
        edits = {session: self._edits(session, moment) for session in candidates}
        touched = {path: world.since(path, commit["t"]) for path in change.paths}
        owners = attribute(edits, change, touched)
        self._captured.update(dict.fromkeys(owners, moment))
        return owners

    def _edits(self, session: str, moment: float) -> dict[str, float]:
        transcript = self._transcripts[session]
        times = [event.time for event in transcript.events]
        since = self._captured.get(session, 0.0) if self._from_last_capture else 0.0
        seen = transcript.events[bisect_right(times, since) : bisect_right(times, moment)]
        return pending_edits(replace(transcript, events=seen), "/nowhere", self._roots[session])


def unpack(data: Any, folder: Path) -> dict[str, Path]:
    """Every transcript of the data set as a plain file below ``folder``."""
    paths = {}
    for session, known in data.info.items():
        path = folder / f"{session}.jsonl"
        path.write_bytes(gzip.decompress((FOLDER / known["transcript"]).read_bytes()))
        paths[session] = path
    return paths


def main() -> None:
    """Score and print."""
    scorer = load_eval("eval_attribution")
    data = load_eval("transcripts").Dataset(str(require_sessions()))
    world = scorer.World(data)
    repo = find_repo(Path(world.repo))
    rules: dict[str, Rule] = {}
    with tempfile.TemporaryDirectory() as scratch:
        paths = unpack(data, Path(scratch))
        for name, since in (("gitmem", False), ("gitmem, since last capture", True)):
            ours = Attributor(data, repo, from_last_capture=since)
            ours.read(paths)
            rules[name] = ours.rule
    rules |= {f"reference: {name}": scorer.RULES[name] for name in _REFERENCES}
    print("| rule | precision | recall | F1 | quiet |")
    print("| --- | --- | --- | --- | --- |")
    for name, rule in rules.items():
        found = scorer.evaluate(data, rule, world)
        figures = (found[figure] for figure in ("precision", "recall", "f1", "quiet"))
        print(f"| {name} | {' | '.join(f'{figure:.3f}' for figure in figures)} |")
    shutil.rmtree(world.repo, ignore_errors=True)


if __name__ == "__main__":
    main()
