"""Which sessions made a commit: the candidates found, and judged by what they did to files.

A candidate is read whole, because an edit may wait for its commit through several others
(``git add -p``); only its traces are held, one candidate at a time.
"""

from __future__ import annotations

import mmap
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from gitmem.agents.attribution import (
    EarlierCommits,
    attribute,
    find_common_marks,
    times_of_edits,
    with_recorded,
)
from gitmem.agents.session_edits import Edit, Traces, traces_of
from gitmem.agents.transcript_path import holding_file
from gitmem.capture.agent_work import AgentWork, SessionFile
from gitmem.capture.sessions_elsewhere import find_elsewhere
from gitmem.capture.transcript_range import own_start
from gitmem.capture.workspace import Workspace
from gitmem.errors import TranscriptMissing
from gitmem.git.prior_commits import last_change_times, last_line_times
from gitmem.git.regular_file import open_regular
from gitmem.index.cache import Index
from gitmem.index.memories import memories_of
from gitmem.model.change import Change
from gitmem.model.link import sessions_of
from gitmem.state.error_log import append_log
from gitmem.state.sessions import Registry

_AGE_SECONDS = 14 * 86_400
_MAX_CANDIDATES = 24
_MAX_NAMES = 50
_PLAIN_TEXT = (".jsonl", ".json")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9 _.,+@=#()\[\]{}~-]+")


@dataclass(frozen=True)
class Maker:
    """A session that made a commit at ``moment``: its transcript, its work in the commit's work
    tree, and when it made the edits of it (POSIX seconds).
    """

    file: SessionFile
    moment: float
    work: AgentWork
    times: frozenset[float] = frozenset()


def makers_of(workspace: Workspace, index: Index, change: Change, work: AgentWork) -> list[Maker]:
    """The sessions that made a commit, the surest first.

    Without a moment of its own the work ended when the commit was made.  The session that the
    commit's environment named counts in any case, if its transcript is there.

    Raises:
        GitFailed: the history cannot be read.
    """
    moment = float(change.commit_time) if work.moment is None else work.moment
    files = _candidate_files(workspace, work, moment)
    traces = list(_traces(workspace, files, change, work, moment))
    works = dict.fromkeys(files, work)
    if work.session not in files:  # else its agent made the commit, and says so
        for session, found in _elsewhere(workspace, files, change, work, moment):
            files[session.session], works[session.session] = session, found[0]
            traces.append(found[1])
    earlier = _earlier(workspace, index, change, traces)
    made = attribute(traces, change, earlier, moment)
    made = with_recorded(made, change.links, traces, change, earlier)
    named = work.session
    owners = [named, *(session for session in made if session != named)] if named else made
    times = {trace.session: times_of_edits(trace, change, earlier) for trace in traces}
    return [
        Maker(files[session], moment, works[session], times.get(session, frozenset()))
        for session in owners
        if session in files
    ]


def session_file(
    workspace: Workspace, session: str, moment: float | None = None
) -> SessionFile | None:
    """The session with its transcript, as of ``moment`` (POSIX seconds); None when that is gone."""
    registered = Registry(workspace.repo).get(session)
    told = registered.transcript if registered is not None else ""
    path = workspace.agents.find(session, moment, known=Path(told) if told else None)
    return None if path is None else SessionFile(session, path)


def _candidate_files(
    workspace: Workspace, work: AgentWork, moment: float
) -> dict[str, SessionFile]:
    paths: dict[str, Path] = {}
    if work.session and (file := session_file(workspace, work.session, moment)):
        paths[work.session] = file.path
    for other in Registry(workspace.repo).sessions():
        path = Path(other.transcript)
        if path.name and work.is_in(other.worktree):  # some clients do not tell the file
            paths.setdefault(other.session, path)
    # Of a commit of long ago those count that were at work then, not the last ones there are.
    listed = workspace.agents.transcripts_for(Path(work.worktree), moment - _AGE_SECONDS)
    for one in sorted(listed, key=lambda one: abs(one.mtime - moment)):
        paths.setdefault(one.session, one.path)
    return {
        session: SessionFile(session, workspace.agents.find(session, moment, known=path) or path)
        for session, path in list(paths.items())[:_MAX_CANDIDATES]
    }


def _traces(
    workspace: Workspace,
    files: dict[str, SessionFile],
    change: Change,
    work: AgentWork,
    moment: float,
) -> Iterator[Traces]:
    names = {PurePosixPath(path).name for path in change.paths}
    wanted = {work.session, *sessions_of(change.links)}
    for session, file in files.items():
        parts = workspace.agents.parts(file.path)
        if session not in wanted and not any(_mentions(workspace, part, names) for part in parts):
            continue
        try:
            start = own_start(workspace, file)
            transcript = workspace.agents.read(file.path, first=start, until=moment)
        except TranscriptMissing as error:
            if holding_file(file.path).exists():  # too large, or somebody else's
                append_log(workspace.repo, str(error))
            continue
        yield traces_of(session, transcript.events, work.tree)


def _elsewhere(
    workspace: Workspace,
    files: Collection[str],
    change: Change,
    work: AgentWork,
    moment: float,
) -> Iterator[tuple[SessionFile, tuple[AgentWork, Traces]]]:
    """The sessions that were started in another place and wrote what the commit holds.

    Nothing else of them counts: that one committed, planned or ran something somewhere at that
    time says nothing about this repository.
    """
    paths = set(change.paths)
    for found in find_elsewhere(workspace, work.real_worktree, change.paths, moment, files):
        theirs = replace(work, names=found.names, is_elsewhere=True)
        try:
            start = own_start(workspace, found.file)
            read = workspace.agents.read(found.file.path, first=start, until=moment)
        except TranscriptMissing:
            continue
        traces = traces_of(found.file.session, read.events, theirs.tree)
        edits = [edit for edit in traces.edits if edit.path in paths and _may_hold(change, edit)]
        if edits:
            only = replace(traces, edits=tuple(edits), commits=(), plans=(), tasks=())
            yield found.file, (theirs, only)


def _may_hold(change: Change, edit: Edit) -> bool:
    """Whether the commit has a line of the edit, or the edit none that is long enough to tell."""
    if edit.added or edit.removed:
        return bool(edit.added & change.added_marks or edit.removed & change.removed_marks)
    return True


def _mentions(workspace: Workspace, path: Path, names: set[str]) -> bool:
    """Whether a transcript names any of the files: a look that costs a hundredth of reading it.

    True if a look cannot tell: many files, names that JSON may spell in several ways, files
    that are packed, sessions that keep more files beside this one (their subagents').
    """
    is_in_file = holding_file(path) != path
    is_plain = is_in_file or (path.suffix in _PLAIN_TEXT and not path.with_suffix("").is_dir())
    if not is_plain or len(names) > _MAX_NAMES or not all(map(_PLAIN_NAME.fullmatch, names)):
        return True
    if is_in_file:
        searched = workspace.agents.searched_bytes(path)
        return not searched or any(name.encode() in searched for name in names)
    try:
        with (
            open_regular(path) as file,
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
        ):
            return any(data.find(name.encode()) >= 0 for name in names)
    except (OSError, ValueError):  # gone, or empty
        return False


def _earlier(
    workspace: Workspace, index: Index, change: Change, traces: Sequence[Traces]
) -> EarlierCommits:
    pending = [edits.pending for edits in traces]
    ours = {path for found in pending for path in found} & set(change.paths)
    times = [when for found in pending for path, when in found.items() if path in ours]
    touched = last_change_times(workspace.repo, change, sorted(ours), min(times)) if times else {}
    added, removed, since = find_common_marks(traces, change)
    has_lines = bool(added or removed) and bool(change.paths)
    taken = (
        last_line_times(workspace.repo, change, added, removed, since) if has_lines else ({}, {})
    )
    parents = {stored.memory.provenance.session for stored in memories_of(index, change.parents)}
    return EarlierCommits(touched, *taken, parents=frozenset(parents))
