"""Whose lines a commit added, as far as anything proves it: for records in Agent Trace's form.

A line is a session's where an edit of the session put exactly that line into that file, in the
records that the commit's memory was made of.  A short line (a brace, a blank) proves nothing alone:
it counts where the session wrote it next to a line that does count, and in that order.  Everything
else stays unknown: who wrote it is not recorded, and a person is never guessed.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from gitmem.agents.models_used import model_id, models_used
from gitmem.agents.session_edits import failed_calls
from gitmem.agents.worktree import WorkTree
from gitmem.capture.session_candidates import session_file
from gitmem.capture.transcript_range import read_again
from gitmem.capture.workspace import Workspace
from gitmem.errors import TranscriptMissing
from gitmem.git.added_lines import added_lines
from gitmem.git.commits import CommitReader
from gitmem.git.log import walk_ids
from gitmem.git.worktrees import worktrees_of
from gitmem.index.commits import annotated_commits
from gitmem.index.memories import memories_of
from gitmem.model.instant import iso_time
from gitmem.model.line_marks import line_marks
from gitmem.model.memory import Memory
from gitmem.model.session import EDIT_TOOLS, RUN_TOOLS, Event, EventKind
from gitmem.refresh.refresh import refresh
from gitmem.render.agent_trace import CommitTrace, TracedLines, TracedSession

_LOT = 200


@dataclass
class _Written:
    """What a session wrote into one file with one model."""

    marks: set[int] = field(default_factory=set)
    pairs: set[tuple[str, str]] = field(default_factory=set)


_Author = tuple[TracedSession, str]


def trace_commits(workspace: Workspace, revisions: str = "") -> Iterator[CommitTrace]:
    """The commits that have a memory, with who wrote the lines they added; newest first.

    ``revisions`` is a range as git reads it; without one it is all that HEAD reaches.

    Raises:
        UnknownRevision: the range names nothing.
    """
    repo = workspace.repo
    reader = CommitReader(repo)
    places = [str(place.worktree) for place in worktrees_of(repo) if place.worktree]
    names = [name for place in places for name in (place, os.path.realpath(place))]
    tree = WorkTree(names)
    covers = workspace.policy.covers
    with closing(refresh(repo)) as index:
        annotated = annotated_commits(index)
        wanted = [c for c in walk_ids(repo, revisions or "HEAD") if c in annotated]
        for start in range(0, len(wanted), _LOT):
            told: dict[str, list[Memory]] = defaultdict(list)
            for stored in memories_of(index, wanted[start : start + _LOT]):
                told[stored.commit].append(stored.memory)
            for commit, memories in told.items():
                head = reader.head(commit)
                lines = {
                    path: found
                    for path, found in added_lines(repo, commit).items()
                    if not covers(path)
                }
                written = _written_by(workspace, memories, tree, set(lines))
                yield CommitTrace(
                    commit,
                    iso_time(head.author_time),
                    tuple(memory.id for memory in memories),
                    _sessions_of(memories),
                    {
                        path: _attribute(found, written.get(path, {}))
                        for path, found in lines.items()
                    },
                )


def _sessions_of(memories: Iterable[Memory]) -> tuple[TracedSession, ...]:
    origins = (memory.provenance for memory in memories)
    found = (
        TracedSession(
            origin.agent,
            origin.session,
            tuple(link.url for link in origin.links if link.url),
        )
        for origin in origins
        if origin.session and origin.records
    )
    return tuple(dict.fromkeys(found))


def _written_by(
    workspace: Workspace, memories: Iterable[Memory], tree: WorkTree, paths: set[str]
) -> dict[str, dict[_Author, _Written]]:
    """By file who wrote what into it, of the sessions whose transcripts are still here."""
    found: dict[str, dict[_Author, _Written]] = defaultdict(dict)
    for memory in memories:
        origin = memory.provenance
        file = session_file(workspace, origin.session) if origin.records else None
        if file is None or origin.records is None:
            continue
        try:
            read = read_again(workspace, file, *origin.records)
            shown = workspace.agents.read(
                file.path, first=read.first - read.shift, end=read.end - read.shift, in_full=True
            )
        except TranscriptMissing:
            continue
        (session,) = _sessions_of([memory])
        models = models_used(file.path, read.first - read.shift, read.end - read.shift)
        for path, event in _writes(shown.events, tree):
            model = "" if event.is_subagent else model_id(models.get(event.record, ""))
            for name in [path] if path else paths:
                if name in paths:
                    one = found[name].setdefault((session, model), _Written())
                    _note(one, event)
    return found


def _writes(events: Sequence[Event], tree: WorkTree) -> Iterator[tuple[str, Event]]:
    """Each edit with its path, and each command that holds lines, with none."""
    failed = failed_calls(events)
    for event in events:
        if event.kind is not EventKind.CALL or event.call_id in failed:
            continue
        if event.tool in EDIT_TOOLS:
            if path := tree.relative(event.path):
                yield path, event
        elif event.tool in RUN_TOOLS and event.added_marks:
            yield "", event


def _note(one: _Written, event: Event) -> None:
    one.marks |= event.added_marks
    if event.tool in EDIT_TOOLS:
        added = [line[1:].rstrip() for line in event.text.split("\n") if line.startswith("+")]
        one.pairs |= {(added[n - 1], added[n]) for n in range(1, len(added))}


def _attribute(
    lines: Sequence[tuple[int, str]], written: dict[_Author, _Written]
) -> tuple[TracedLines, ...]:
    """The lines in neighbouring runs, each with its author; without one where none is proven."""
    authors: list[_Author | None] = [_author_of(text, written) for _, text in lines]
    for order in (range(1, len(lines)), range(len(lines) - 2, -1, -1)):
        step = -1 if order.step > 0 else 1
        for place in order:
            beside = authors[place + step]
            if authors[place] is None and beside is not None:
                pair = (lines[place + step][1].rstrip(), lines[place][1].rstrip())
                near = abs(lines[place + step][0] - lines[place][0]) == 1
                if near and pair[::-step] in written[beside].pairs:
                    authors[place] = beside
    return tuple(_runs(lines, authors))


def _author_of(text: str, written: dict[_Author, _Written]) -> _Author | None:
    marks = line_marks([text])
    return next((author for author, what in written.items() if marks and marks <= what.marks), None)


def _runs(
    lines: Sequence[tuple[int, str]], authors: Sequence[_Author | None]
) -> Iterator[TracedLines]:
    held: tuple[int, int, _Author | None] | None = None
    for (number, _), author in zip(lines, authors, strict=True):
        if held is not None and (number, author) == (held[1] + 1, held[2]):
            held = (held[0], number, author)
            continue
        if held is not None:
            yield _traced(*held)
        held = (number, number, author)
    if held is not None:
        yield _traced(*held)


def _traced(first: int, last: int, author: _Author | None) -> TracedLines:
    session, model = author if author is not None else (None, "")
    return TracedLines(first, last, session, model)
