"""A session's turns, and which of them a commit left for the next one.  Pure.

``git add -p`` or ``git add one.py`` commits a part of what was done.  A turn (a prompt and what
followed) whose edits all wait for another commit goes with that one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from gitmem.agents.session_edits import edits_of
from gitmem.agents.worktree import WorkTree
from gitmem.model.session import Event, EventKind, Transcript


@dataclass(frozen=True)
class Turn:
    """A prompt and what followed.  ``paths`` are the files it edited, ``times`` of its edits."""

    events: tuple[Event, ...]
    paths: frozenset[str]
    times: frozenset[float]


def turns_of(events: Iterable[Event], tree: WorkTree) -> list[Turn]:
    """The turns in order; what stands before the first prompt is one, too."""
    turns: list[list[Event]] = []
    for event in events:
        if event.kind is EventKind.PROMPT or not turns:
            turns.append([])
        turns[-1].append(event)
    return [_turn(found, tree) for found in turns]


def drop_waiting_turns(
    transcript: Transcript, tree: WorkTree, changed: Collection[str], waiting: Collection[str]
) -> Transcript:
    """The transcript without the turns whose edits all wait for another commit.

    ``changed`` are the paths of this commit, ``waiting`` those that are edited and in no commit.
    Where only such turns and talk follow, reading ends before them, so that the next slice
    begins there.
    """
    turns = turns_of(transcript.events, tree)
    is_waiting = [
        bool(turn.paths) and not turn.paths & set(changed) and turn.paths <= set(waiting)
        for turn in turns
    ]
    if not any(is_waiting) or not any(turn.paths & set(changed) for turn in turns):
        return transcript
    last = max(place for place, turn in enumerate(turns) if turn.paths & set(changed))
    cut = next((place for place in range(last + 1, len(turns)) if is_waiting[place]), len(turns))
    kept = [turn for turn, waits in zip(turns[:cut], is_waiting[:cut], strict=True) if not waits]
    events = tuple(event for turn in kept for event in turn.events)
    if cut == len(turns):
        return replace(transcript, events=events)
    end = min(event.record for event in turns[cut].events)
    return replace(transcript, events=events, end=end, end_byte=0, goes_on=True)


def turns_with(events: Iterable[Event], tree: WorkTree, times: Collection[float]) -> list[Event]:
    """The events of the turns in which edits were made at these times."""
    wanted = set(times)
    turns: Sequence[Turn] = turns_of(events, tree)
    return [event for turn in turns if turn.times & wanted for event in turn.events]


def _turn(events: Sequence[Event], tree: WorkTree) -> Turn:
    edits = list(edits_of(events, tree))
    paths = frozenset(edit.path for edit in edits if edit.path)
    return Turn(tuple(events), paths, frozenset(edit.time for edit in edits))
