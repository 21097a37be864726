"""Which part of a session belongs to a commit that took only some of the work.

Turns whose files wait for another commit wait with them; and a commit that takes what an earlier
one left takes the turns in which that was done, though they were read before.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

from gitmem.agents.session_edits import edits_of
from gitmem.agents.turns import turns_of, turns_with, without_waiting
from gitmem.agents.worktree import WorkTree
from gitmem.capture.session_candidates import Maker
from gitmem.capture.transcript_range import own_start
from gitmem.capture.workspace import Means
from gitmem.errors import GitmemError
from gitmem.git.dirty import uncommitted
from gitmem.git.repo import find_repo
from gitmem.index.cache import Index
from gitmem.model.change import Change
from gitmem.model.session import Transcript


@dataclass(frozen=True)
class Share:
    """The part of a session that a commit takes.  ``has_rest``: more work follows it."""

    transcript: Transcript
    path: Path
    has_rest: bool = False


def share_of(
    means: Means,
    index: Index,
    change: Change,
    worktree: str,
    maker: Maker,
    unread: Transcript,
    *,
    is_past: bool = False,
) -> Share:
    """The commit's share of what is unread, and of what was read when the rest was committed.

    ``is_past``: the commit was made long ago, and the work tree says nothing about that time.

    Raises:
        TranscriptMissing: the file is gone or cannot be read.
    """
    tree = WorkTree([worktree, os.path.realpath(worktree)])
    waiting = set() if is_past else _waiting(worktree, change, unread, tree)
    ours = without_waiting(unread, tree, change.paths, waiting)
    has_rest = ours.end < unread.end
    made = {edit.time for edit in edits_of(ours.events, tree)}
    is_new = not index.holds_session(change.commit, maker.session)
    if maker.times and not maker.times & made and is_new:
        ours = _with_earlier(means, maker, ours, tree, index.forgotten_until(maker.session))
    return Share(ours, maker.path, has_rest)


def _waiting(worktree: str, change: Change, unread: Transcript, tree: WorkTree) -> set[str]:
    edited = {path for turn in turns_of(unread.events, tree) for path in turn.paths}
    others = sorted(edited - set(change.paths))
    if not others or not edited & set(change.paths):
        return set()
    try:
        return uncommitted(find_repo(worktree), others)
    except (GitmemError, OSError):
        return set()


def _with_earlier(
    means: Means, maker: Maker, ours: Transcript, tree: WorkTree, forgotten: int
) -> Transcript:
    """Ours, behind the turns read before in which the commit's edits were made.

    What was read of them into a memory that is ``forgotten`` (up to that record) stays so.
    """
    start, first = own_start(means, maker.session, maker.path), ours.first - ours.shift
    whole = means.agents.read(maker.path, first=start, until=maker.moment)
    found = [e for e in turns_with(whole.events, tree, maker.times) if e.record < first]
    shifted = (replace(event, record=event.record + ours.shift) for event in found)
    counted = tuple(event for event in shifted if event.record >= forgotten)
    if not counted:
        return ours
    return replace(ours, events=counted + ours.events, first=counted[0].record)
