"""Where the words about a commit end, when the agent made it in the middle of a turn.  Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from gitmem.agents.commit_commands import commit_messages, is_commit_command
from gitmem.model.session import RUN_TOOLS, Event, EventKind, Transcript

_CLOCK_SECONDS = 2.0

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


def until_named_commit(transcript: Transcript, subject: str, moment: float) -> Transcript:
    """The transcript up to where the words about a commit end, if nobody knows when that was.

    Where an agent does not tell when things happened, what was read up to ``moment`` (POSIX
    seconds) may hold what came after it.  The command that gave the commit its ``subject`` then
    tells where it was made; without such a command everything stays.
    """
    events = transcript.events
    if not any(event.latest > moment + _CLOCK_SECONDS for event in events):
        return transcript
    made = [at for at, event in enumerate(events) if _gives_subject(event, subject)]
    if not made:
        return transcript
    for event in events[made[-1] + 1 :]:
        is_new = event.kind in (EventKind.PROMPT, EventKind.SUMMARY)
        is_other = event.kind is EventKind.CALL and not _is_finishing(event)
        if (is_new or is_other or _commits(event)) and not event.is_subagent:
            kept = tuple(one for one in events if one.record < event.record)
            return replace(transcript, events=kept, end=event.record, end_byte=0, goes_on=True)
    return transcript


def _gives_subject(event: Event, subject: str) -> bool:
    wanted = " ".join(subject.split()).casefold()
    return _commits(event) and any(
        " ".join(one.split()).casefold() in wanted for one in commit_messages(event.text)
    )


def _commits(event: Event) -> bool:
    is_run = event.kind is EventKind.CALL and event.tool in RUN_TOOLS
    return is_run and is_commit_command(event.text)


def _is_finishing(call: Event) -> bool:
    return call.tool in RUN_TOOLS and _FINISHING_COMMAND.search(call.text) is not None
