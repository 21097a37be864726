"""Which sessions made a commit: the candidates found, and judged by what they did to files.

A candidate is read whole, because an edit may wait for its commit through several others
(``git add -p``); only its traces are held, one candidate at a time.
"""

from __future__ import annotations

import mmap
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from gitmem.agents.attribution import Earlier, attribute, times_of_edits, wanted_marks
from gitmem.agents.session_edits import Traces, traces_of
from gitmem.agents.worktree import WorkTree
from gitmem.capture.transcript_range import own_start
from gitmem.capture.workspace import Means
from gitmem.errors import TranscriptMissing
from gitmem.git.prior_commits import last_taken, last_touched
from gitmem.index.cache import Index
from gitmem.model.change import Change
from gitmem.state.error_log import append_log
from gitmem.state.sessions import Registry

_AGE_SECONDS = 14 * 86_400
_MAX_CANDIDATES = 24
_MAX_NAMES = 50
_PLAIN_TEXT = (".jsonl", ".json")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9 _.,+@=#()\[\]{}~-]+")


@dataclass(frozen=True)
class Maker:
    """A session that made a commit at ``moment``: its transcript, and when it made the edits of
    it (POSIX seconds).
    """

    session: str
    path: Path
    moment: float
    times: frozenset[float] = frozenset()


def makers_of(
    means: Means, index: Index, change: Change, worktree: str, moment: float, named: str = ""
) -> list[Maker]:
    """The sessions that made a commit in ``worktree`` at ``moment``, surest first.

    ``moment`` is POSIX seconds.  ``named`` is the session that the commit's environment told: it
    counts in any case, if its transcript is there.

    Raises:
        GitFailed: the history cannot be read.
    """
    paths = _candidate_paths(means, worktree, moment, named)
    traces = list(_traces(means, paths, change, worktree, moment, named))
    earlier = _earlier(means, index, change, traces)
    made = attribute(traces, change, earlier, moment)
    owners = [named, *(session for session in made if session != named)] if named else made
    times = {found.session: times_of_edits(found, change, earlier) for found in traces}
    return [
        Maker(session, paths[session], moment, times.get(session, frozenset()))
        for session in owners
        if session in paths
    ]


def transcript_of(means: Means, session: str) -> Path | None:
    """Where the session's transcript is; None if it is gone."""
    known = Registry(means.repo).get(session)
    if known is not None and Path(known.transcript).is_file():
        return Path(known.transcript)
    return means.agents.find(session)


def _candidate_paths(means: Means, worktree: str, moment: float, named: str) -> dict[str, Path]:
    paths: dict[str, Path] = {}
    if named and (path := transcript_of(means, named)):
        paths[named] = path
    here = os.path.realpath(worktree)
    for known in Registry(means.repo).sessions():
        if os.path.realpath(known.worktree) == here:
            paths.setdefault(known.session, Path(known.transcript))
    # Of a commit of long ago those count that were at work then, not the last ones there are.
    files = means.agents.transcripts_for(Path(worktree), moment - _AGE_SECONDS)
    for file in sorted(files, key=lambda file: abs(file.modified - moment)):
        paths.setdefault(file.session, file.path)
    return dict(list(paths.items())[:_MAX_CANDIDATES])


def _traces(
    means: Means,
    paths: dict[str, Path],
    change: Change,
    worktree: str,
    moment: float,
    named: str,
) -> Iterator[Traces]:
    tree = WorkTree([worktree, os.path.realpath(worktree)])
    names = {PurePosixPath(path).name for path in change.paths}
    for session, path in paths.items():
        parts = means.agents.parts(path)
        if session != named and not any(_mentions(part, names) for part in parts):
            continue
        try:
            start = own_start(means, session, path)
            transcript = means.agents.read(path, first=start, until=moment)
        except TranscriptMissing as error:
            if path.exists():  # too large, or somebody else's: what it holds is not found
                append_log(means.repo, str(error))
            continue
        yield traces_of(session, transcript.events, tree)


def _mentions(path: Path, names: set[str]) -> bool:
    """Whether a transcript names any of the files: a look that costs a hundredth of reading it.

    True if a look cannot tell: many files, names that JSON may spell in several ways, files
    that are packed, sessions that keep more files beside this one (their subagents').
    """
    is_plain = path.suffix in _PLAIN_TEXT and not path.with_suffix("").is_dir()
    if not is_plain or len(names) > _MAX_NAMES or not all(map(_PLAIN_NAME.fullmatch, names)):
        return True
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return any(data.find(name.encode()) >= 0 for name in names)
    except (OSError, ValueError):  # gone, or empty
        return False


def _earlier(means: Means, index: Index, change: Change, traces: Sequence[Traces]) -> Earlier:
    pending = [edits.pending for edits in traces]
    ours = {path for found in pending for path in found} & set(change.paths)
    times = [when for found in pending for path, when in found.items() if path in ours]
    touched = last_touched(means.repo, change, sorted(ours), min(times)) if times else {}
    added, removed, since = wanted_marks(traces, change)
    has_lines = bool(added or removed) and bool(change.paths)
    taken = last_taken(means.repo, change, added, removed, since) if has_lines else ({}, {})
    parents = {stored.memory.provenance.session for stored in index.memories_of(change.parents)}
    return Earlier(touched, *taken, parents=frozenset(parents))
