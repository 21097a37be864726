"""What a session did to files, in brief: enough to tell later which commits it made.  Pure.

A plan is often made in one session and carried out in another: Claude Code offers to clear the
context when a plan is accepted, and the plan is then the first prompt of a new session.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from gitmem.agents.commit_commands import commit_messages, is_commit_command
from gitmem.agents.shell_writes import written_paths
from gitmem.agents.worktree import WorkTree
from gitmem.model.line_marks import line_marks
from gitmem.model.session import EDIT_TOOLS, REPORT_TOOLS, RUN_TOOLS, Event, EventKind

_REFUSAL = "The user doesn't want to"
_MIN_PLAN_LINES = 6


@dataclass(frozen=True)
class Edit:
    """A file was changed, or a shell command may have written lines (then ``path`` is empty).

    ``time`` is POSIX seconds, and where its agent tells no exact one the earliest that it can be,
    with ``latest``; the marks are those of :mod:`gitmem.model.line_marks`.
    """

    path: str
    time: float
    added: frozenset[int] = frozenset()
    removed: frozenset[int] = frozenset()
    latest: float = 0.0


@dataclass(frozen=True)
class CommitCommand:
    """A ``git commit`` that was run: from when to when, and the first lines of the messages that
    it gave, none where it left the message to an editor.  ``is_dated``: those are when it began and
    ended, not only moments between which it ran.
    """

    start: float
    end: float
    subjects: tuple[str, ...] = ()
    is_dated: bool = True


@dataclass(frozen=True)
class Task:
    """A prompt long enough to be a plan: its lines' marks, and the time until the next prompt."""

    start: float
    end: float
    lines: frozenset[int]


@dataclass(frozen=True)
class Traces:
    """A session's edits in order of time, its ``git commit`` commands, its last moment.

    ``plans`` are the marks of what it proposed to do, or wrote outside the work tree, each with
    its time; ``tasks`` the long prompts it was given.  Times are POSIX seconds; a command without
    an answer yet, and a task without another prompt behind it, end at infinity.
    """

    session: str
    edits: tuple[Edit, ...] = ()
    commits: tuple[CommitCommand, ...] = ()
    last: float = 0.0
    plans: tuple[tuple[float, frozenset[int]], ...] = ()
    tasks: tuple[Task, ...] = ()

    @property
    def pending(self) -> Mapping[str, float]:
        """Each file that was edited, and when last."""
        return self.pending_at(float("inf"))

    def pending_at(self, moment: float) -> Mapping[str, float]:
        """The same, without edits that may have been made after ``moment`` (POSIX seconds)."""
        last: dict[str, float] = {}
        for edit in self.edits:
            if edit.path and edit.latest <= moment:
                last[edit.path] = max(edit.time, last.get(edit.path, 0.0))
        return last


def traces_of(session: str, events: Iterable[Event], tree: WorkTree) -> Traces:
    """The traces that the events left in the work tree; edits that failed left none."""
    events = tuple(events)
    answers = {e.call_id: e for e in events if e.kind is EventKind.RESULT}
    commits = [
        CommitCommand(
            event.time,
            event.latest or _end_of(answers.get(event.call_id)),
            commit_messages(event.text),
            is_dated=not event.latest,
        )
        for event in events
        if _is_commit(event)
    ]
    return Traces(
        session,
        edits=tuple(_with_commands(events, tree)),
        commits=tuple(commits),
        last=max((event.time for event in events), default=0.0),
        plans=tuple(_plans_of(events, tree)),
        tasks=tuple(_tasks_of(events)),
    )


def _end_of(answer: Event | None) -> float:
    return float("inf") if answer is None else answer.time


def _with_commands(events: Iterable[Event], tree: WorkTree) -> Iterator[Edit]:
    """The edits, with what commands wrote told by the files that they name."""
    events = tuple(events)
    failed = failed_calls(events)
    for event in events:
        is_run = event.kind is EventKind.CALL and event.tool in RUN_TOOLS
        named = map(tree.relative, written_paths(event.text)) if is_run else ()
        paths = [path for path in named if path]
        if paths and event.call_id not in failed:
            marks, latest = event.added_marks, event.latest
            yield from (Edit(path, event.time, marks, latest=latest) for path in paths)
        else:
            yield from edits_of([event], tree, failed)


def _plans_of(events: Iterable[Event], tree: WorkTree) -> Iterator[tuple[float, frozenset[int]]]:
    """What was proposed for approval, or written into a file that is none of the work tree's."""
    for event in events:
        if event.kind is EventKind.CALL and len(event.added_marks) >= _MIN_PLAN_LINES:
            is_outside = event.tool in EDIT_TOOLS and not tree.relative(event.path)
            if event.tool in REPORT_TOOLS or is_outside:
                yield event.time, event.added_marks


def _tasks_of(events: Iterable[Event]) -> Iterator[Task]:
    prompts = [event for event in events if event.kind is EventKind.PROMPT]
    ends = [*(event.time for event in prompts[1:]), float("inf")]
    for prompt, end in zip(prompts, ends, strict=False):
        lines = line_marks(prompt.text.splitlines())
        if len(lines) >= _MIN_PLAN_LINES:
            yield Task(prompt.time, end, lines)


def edits_of(
    events: Iterable[Event], tree: WorkTree, failed: Collection[str] | None = None
) -> Iterator[Edit]:
    """The edits inside the work tree that did not fail, and shell commands that hold lines.

    ``failed`` are the calls that did, for a caller who knows; else the events tell.
    """
    events = tuple(events)
    failed = failed_calls(events) if failed is None else failed
    for event in events:
        if event.kind is not EventKind.CALL or event.call_id in failed:
            continue
        if event.tool in EDIT_TOOLS and event.path:
            if path := tree.relative(event.path):
                marks = event.added_marks, event.removed_marks
                yield Edit(path, event.time, *marks, event.latest)
        elif event.added_marks and event.tool not in REPORT_TOOLS:
            yield Edit("", event.time, event.added_marks, latest=event.latest)


def _is_commit(event: Event) -> bool:
    is_run = event.kind is EventKind.CALL and event.tool in RUN_TOOLS
    return is_run and is_commit_command(event.text)


def failed_calls(events: Iterable[Event]) -> set[str]:
    """The ids of the calls that came to nothing."""
    return {e.call_id for e in events if e.kind is EventKind.RESULT and _has_failed(e)}


def _has_failed(result: Event) -> bool:
    return result.is_error or result.text.startswith(_REFUSAL)
