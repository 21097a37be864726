"""The part of a session worth compressing, with its files as paths in the work tree.  Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from gitmem.agents.session_edits import edits_of
from gitmem.agents.worktree import WorkTree
from gitmem.model.session import READ_TOOLS, Event, EventKind, Slice, Transcript

_SHOWS_MEMORY = re.compile(
    r"\bgit(?:mem|-mem| mem)\b|\bgit\b[^|;&\n]{0,80}\bnotes\b|--(?:show-)?notes\b|claude-mem"
)

# The tools of a memory's MCP server, however the agent spells their names.
_MEMORY_TOOL = re.compile(r"(?:^|_)gitmem(?:_|$)|claude-mem", re.IGNORECASE)


def slice_of(
    transcript: Transcript,
    worktree: str,
    roots: Sequence[str] = (),
    *,
    is_elsewhere: bool = False,
) -> Slice:
    """What was read of the session, with its files as paths of the work tree.

    ``roots`` are other names of the same work tree; ``is_elsewhere`` as for
    :class:`~gitmem.agents.worktree.WorkTree`.  Left out is what would feed memory on
    itself: the answers of commands and tools that tell memories.
    """
    tree = WorkTree([worktree, *roots], is_elsewhere=is_elsewhere)
    edits = [edit.path for edit in edits_of(transcript.events, tree) if edit.path]
    return Slice(
        session=transcript.session,
        agent=transcript.agent,
        events=tuple(_without_memory(transcript.events)),
        first=transcript.first,
        end=transcript.end,
        edited_paths=tuple(dict.fromkeys(edits)),
        read_paths=tuple(dict.fromkeys(_reads(transcript.events, tree))),
        roots=tuple(dict.fromkeys([worktree, *roots])),
        goes_on=transcript.goes_on,
    )


def _reads(events: Sequence[Event], tree: WorkTree) -> Iterator[str]:
    for event in events:
        is_read = event.kind is EventKind.CALL and event.tool in READ_TOOLS
        if is_read and (path := tree.relative(event.path)):
            yield path


def _without_memory(events: Sequence[Event]) -> Iterator[Event]:
    showing = {
        event.call_id for event in events if event.kind is EventKind.CALL and _asks_memory(event)
    }
    for event in events:
        if event.kind is not EventKind.RESULT or event.call_id not in showing:
            yield event


def _asks_memory(call: Event) -> bool:
    if _MEMORY_TOOL.search(call.tool):
        return True
    return not call.path and _SHOWS_MEMORY.search(call.text) is not None
