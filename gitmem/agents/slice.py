"""What of a session belongs to a commit, and which sessions made it.  Pure decisions.

A session made a commit when it was the last to edit a file of the commit and no earlier commit has
touched that file since: *pending file overlap*.  On real sessions this alone answers with
precision .99, and with nothing for nine in ten commits that no session made
(``python -m tests.bench.attribution``).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from gitmem.agents.worktree import WorkTree
from gitmem.model.change import Change
from gitmem.model.session import EDIT_TOOLS, READ_TOOLS, Event, EventKind, Slice, Transcript

_SHOWS_MEMORY = re.compile(
    r"\bgit(?:mem|-mem| mem)\b|\bgit\b[^|;&\n]{0,80}\bnotes\b|--(?:show-)?notes\b|claude-mem"
)
_REFUSED = "The user doesn't want to"


def slice_of(transcript: Transcript, worktree: str, roots: Sequence[str] = ()) -> Slice:
    """What was read of the session, with its files as paths of the work tree.

    ``roots`` are other names of the same work tree.  Left out is what would feed memory on
    itself: the answers of commands that print memories.
    """
    tree = WorkTree([worktree, *roots])
    edits = [edit.path for edit in _edits(transcript.events, tree)]
    return Slice(
        session=transcript.session,
        agent=transcript.agent,
        events=tuple(_without_memory(transcript.events)),
        first=transcript.first,
        end=transcript.end,
        edited=tuple(dict.fromkeys(edits)),
        read=tuple(dict.fromkeys(_reads(transcript.events, tree))),
    )


def pending_edits(
    transcript: Transcript, worktree: str, roots: Sequence[str] = ()
) -> dict[str, float]:
    """Each file of the work tree that was edited, and when last (POSIX seconds)."""
    tree = WorkTree([worktree, *roots])
    latest: dict[str, float] = {}
    for edit in _edits(transcript.events, tree):
        latest[edit.path] = max(edit.time, latest.get(edit.path, 0.0))
    return latest


def attribute(
    candidates: Mapping[str, Mapping[str, float]],
    change: Change,
    last_commit_times: Mapping[str, float],
) -> list[str]:
    """The sessions that made a commit, the one with most of its files first (then by name).

    ``candidates`` maps a session to its pending edits, ``last_commit_times`` a path to when an
    earlier commit last touched it; both in POSIX seconds.  An edit counts when it is younger than
    that, and of several sessions that edited a file the last one: crediting all of them takes
    in sessions whose own work was thrown away.
    """
    latest: dict[str, tuple[float, str]] = {}
    for session, edits in candidates.items():
        for path in edits.keys() & set(change.paths):
            edit = (edits[path], session)
            if edit[0] > last_commit_times.get(path, 0.0):
                latest[path] = max(edit, latest.get(path, edit))
    shares = Counter(session for _, session in latest.values())
    return sorted(shares, key=lambda session: (-shares[session], session))


@dataclass(frozen=True)
class _Edit:
    path: str
    time: float


def _edits(events: Sequence[Event], tree: WorkTree) -> Iterator[_Edit]:
    """The edits that did not fail."""
    failed = {e.call_id for e in events if e.kind is EventKind.RESULT and _has_failed(e)}
    for event in events:
        if event.kind is EventKind.CALL and event.tool in EDIT_TOOLS and event.path:
            path = tree.relative(event.path)
            if path and event.call_id not in failed:
                yield _Edit(path, event.time)


def _has_failed(result: Event) -> bool:
    return result.is_error or result.text.startswith(_REFUSED)


def _reads(events: Sequence[Event], tree: WorkTree) -> Iterator[str]:
    for event in events:
        is_read = event.kind is EventKind.CALL and event.tool in READ_TOOLS
        if is_read and (path := tree.relative(event.path)):
            yield path


def _without_memory(events: Sequence[Event]) -> Iterator[Event]:
    showing = {
        event.call_id
        for event in events
        if event.kind is EventKind.CALL and not event.path and _SHOWS_MEMORY.search(event.text)
    }
    for event in events:
        if event.kind is not EventKind.RESULT or event.call_id not in showing:
            yield event
