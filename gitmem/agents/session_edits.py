"""What a session did to files, in brief: enough to tell later which commits it made.  Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from gitmem.agents.worktree import WorkTree
from gitmem.model.session import EDIT_TOOLS, RUN_TOOLS, Event, EventKind

_REFUSAL = "The user doesn't want to"
_COMMIT_COMMAND = re.compile(r"\bgit\b[^|;&\n]*\bcommit\b")


@dataclass(frozen=True)
class Edit:
    """A file was changed, or a shell command may have written lines (then ``path`` is empty).

    ``time`` is POSIX seconds; the marks are those of :mod:`gitmem.model.line_marks`.
    """

    path: str
    time: float
    added: frozenset[int] = frozenset()
    removed: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Traces:
    """A session's edits in order of time, its ``git commit`` commands' spans, its last moment.

    Times are POSIX seconds; a command without an answer yet ends at infinity.
    """

    session: str
    edits: tuple[Edit, ...] = ()
    commit_spans: tuple[tuple[float, float], ...] = ()
    last: float = 0.0

    @property
    def pending(self) -> Mapping[str, float]:
        """Each file that was edited, and when last."""
        latest: dict[str, float] = {}
        for edit in self.edits:
            if edit.path:
                latest[edit.path] = max(edit.time, latest.get(edit.path, 0.0))
        return latest


def traces_of(session: str, events: Iterable[Event], tree: WorkTree) -> Traces:
    """The traces that the events left in the work tree; edits that failed left none."""
    events = tuple(events)
    answers = {e.call_id: e for e in events if e.kind is EventKind.RESULT}
    commit_spans = [
        (event.time, answers[event.call_id].time if event.call_id in answers else float("inf"))
        for event in events
        if _is_commit(event)
    ]
    last = max((event.time for event in events), default=0.0)
    return Traces(session, tuple(edits_of(events, tree)), tuple(commit_spans), last)


def edits_of(events: Iterable[Event], tree: WorkTree) -> Iterator[Edit]:
    """The edits inside the work tree that did not fail, and shell commands that hold lines."""
    events = tuple(events)
    failed = {e.call_id for e in events if e.kind is EventKind.RESULT and _has_failed(e)}
    for event in events:
        if event.kind is not EventKind.CALL or event.call_id in failed:
            continue
        if event.tool in EDIT_TOOLS and event.path:
            if path := tree.relative(event.path):
                yield Edit(path, event.time, event.added_marks, event.removed_marks)
        elif event.added_marks:
            yield Edit("", event.time, event.added_marks)


def _is_commit(event: Event) -> bool:
    is_run = event.kind is EventKind.CALL and event.tool in RUN_TOOLS
    return is_run and _COMMIT_COMMAND.search(event.text) is not None


def _has_failed(result: Event) -> bool:
    return result.is_error or result.text.startswith(_REFUSAL)
