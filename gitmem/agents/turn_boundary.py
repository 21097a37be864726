"""Where the words about a commit end, when the agent made it in the middle of a turn.  Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from gitmem.model.session import RUN_TOOLS, Event, EventKind

_FINISHING_COMMAND = re.compile(r"\b(?:git|gh|glab|hub|jj)\b")


def end_of_commit_words(events: Iterable[Event]) -> float | None:
    """The time (POSIX seconds) of the last event that still belongs to the commit before.

    ``events`` are those after the commit.  The agent's words belong to it, and what it does with
    git; a prompt or any other work begins something new, and so do the words that announce it.
    None when nothing was said.
    """
    done: float | None = None
    said: float | None = None
    for event in events:
        if event.is_subagent:
            continue
        if event.kind in (EventKind.PROMPT, EventKind.SUMMARY):
            break
        if event.kind is EventKind.CALL and not _is_finishing(event):
            return done
        if event.kind is EventKind.SAY:
            said = event.time
        elif event.kind is EventKind.RESULT and said is not None:
            done = event.time
    return done if said is None or (done is not None and done > said) else said


def _is_finishing(call: Event) -> bool:
    return call.tool in RUN_TOOLS and _FINISHING_COMMAND.search(call.text) is not None
