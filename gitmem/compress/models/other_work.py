"""What of a session's part is about other work than the commit it is told for.  Pure.

A session may make several commits, and not each of them has a memory that ends where the next
part begins.  What is known of a commit here is its id, its parents, its subject and its files;
what is known of the session is what it edited and which commits git printed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gitmem.compress.failures import is_edit_command
from gitmem.compress.models.outcomes import MadeCommit, commits_printed, never_ran
from gitmem.model.change import Change
from gitmem.model.session import EDIT_TOOLS, RUN_TOOLS, Event, EventKind, Slice


class PathNames:
    """An agent's paths by the names that the commit and the session's list of edits have them."""

    def __init__(self, part: Slice, change: Change | None) -> None:
        known = [*(change.paths if change else ()), *part.edited_paths]
        self._by_name: dict[str, list[str]] = {}
        for path in dict.fromkeys(known):
            self._by_name.setdefault(path.rpartition("/")[2], []).append(path)

    def short(self, path: str) -> str:
        """The path in the work tree; of another file its last two names, for where somebody's
        home folder lies is nobody's business.
        """
        return self.known(path) or "/".join(path.replace("\\", "/").split("/")[-2:])

    def known(self, path: str) -> str:
        """The path in the work tree; empty when it is none of those known."""
        slashed = path.replace("\\", "/")
        named = self._by_name.get(slashed.rpartition("/")[2], ())
        fitting = (p for p in named if slashed == p or slashed.endswith(f"/{p}"))
        return max(fitting, key=len, default="")


def commands_of(events: Iterable[Event]) -> dict[str, str]:
    """Each command line by the id of its call."""
    calls = (event for event in events if event.kind is EventKind.CALL)
    return {event.call_id: event.text for event in calls if event.tool in RUN_TOOLS}


def is_commit_of(change: Change | None, made: MadeCommit) -> bool:
    """Whether a commit that git printed is the change, or an earlier form of it."""
    if change is None:
        return False
    return change.commit.startswith(made.oid) or made.subject.strip() == change.subject.strip()


@dataclass(frozen=True)
class _Stretch:
    """From a prompt or a commit to the next one: indexes of events, files edited, commits made."""

    start: int
    end: int
    paths: frozenset[str]
    made: tuple[MadeCommit, ...]


def other_work(part: Slice, change: Change | None) -> frozenset[int]:
    """The indexes of the events that are about another commit.

    What was edited before the commit's own parent was made is in that one or in an earlier one,
    unless it is a file of this commit that was not edited again; and where git printed another
    commit, and what was edited for it touches no file of this one, it is in that.  A stretch
    without an edit is kept: somebody may decide there what is done later.
    """
    if change is None:
        return frozenset()
    stretches = _stretches(part, change)
    behind_parent = max(
        (
            place
            for place, stretch in enumerate(stretches)
            if any(_is_parent(change, made) for made in stretch.made)
        ),
        default=-1,
    )
    again = frozenset[str]().union(*(each.paths for each in stretches[behind_parent + 1 :]))
    left = set(change.paths) - again
    found: set[int] = set()
    waiting: list[_Stretch] = []
    for place, stretch in enumerate(stretches):
        if place <= behind_parent:
            if stretch.paths and not stretch.paths & left:
                found.update(range(stretch.start, stretch.end))
            continue
        waiting.append(stretch)
        if stretch.made:
            paths = frozenset[str]().union(*(each.paths for each in waiting))
            is_other = not any(is_commit_of(change, made) for made in stretch.made)
            if is_other and not paths & set(change.paths):
                for each in waiting:
                    found.update(range(each.start, each.end) if each.paths else ())
            waiting = []
    return frozenset(found)


def _is_parent(change: Change, made: MadeCommit) -> bool:
    return any(parent.startswith(made.oid) for parent in change.parents)


def _stretches(part: Slice, change: Change) -> list[_Stretch]:
    names, commands = PathNames(part, change), commands_of(part.events)
    undone = {
        event.call_id
        for event in part.events
        if event.kind is EventKind.RESULT and (event.is_error or never_ran(event))
    }
    found: list[_Stretch] = []
    start, paths, made = 0, set[str](), list[MadeCommit]()

    def close(end: int) -> None:
        nonlocal start
        if end > start:
            found.append(_Stretch(start, end, frozenset(paths), tuple(made)))
        start = end
        paths.clear()
        made.clear()

    for index, event in enumerate(part.events):
        if event.kind is EventKind.PROMPT:
            close(index)
        elif event.kind is EventKind.CALL and event.call_id not in undone:
            if event.tool in EDIT_TOOLS:
                paths.update(filter(None, [names.known(event.path)]))
            elif is_edit_command(commands.get(event.call_id, "")):
                paths.update(path for path in change.paths if path in event.text)
        elif event.kind is EventKind.RESULT:
            made += commits_printed(event, commands.get(event.call_id, ""))
            if made:
                close(index + 1)
    close(len(part.events))
    return found


def commits_of_others(part: Slice, change: Change) -> list[MadeCommit]:
    """The commits that all edits of the session went into, where none is left for this one.

    Empty where something was edited behind the last of them, or this one was printed, too.
    """
    found: list[MadeCommit] = []
    has_edits = False
    for stretch in _stretches(part, change):
        has_edits = bool(stretch.paths) or has_edits
        if stretch.made and has_edits:
            found += stretch.made
            has_edits = False
    return [] if has_edits or any(is_commit_of(change, made) for made in found) else found


def shared_files(part: Slice, change: Change) -> tuple[list[str], list[str]]:
    """The commit's files that the session edited, and what else it edited, as first used."""
    mine = set(change.paths)
    edited: Sequence[str] = part.edited_paths
    return [path for path in edited if path in mine], [path for path in edited if path not in mine]
