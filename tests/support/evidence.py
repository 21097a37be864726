"""Evidence and changes in a few words, for tests of compressors."""

from __future__ import annotations

from collections.abc import Sequence

from gitmem.guard.redact import Evidence, make_evidence
from gitmem.model.change import Change, FileChange
from gitmem.model.session import Event, EventKind, Slice


def event(kind: str, text: str = "", **fields: object) -> Event:
    """An event of that kind; records and times count up when a slice is made of several."""
    return Event(EventKind(kind), 0, 0.0, text=text, **fields)  # type: ignore[arg-type]


def evidence_of(*events: Event, edited: Sequence[str] = ()) -> Evidence:
    """The masked slice of these events in this order."""
    numbered = tuple(
        Event(e.kind, n, float(n), e.text, e.tool, e.path, e.call_id, e.is_error, e.is_subagent)
        for n, e in enumerate(events)
    )
    return make_evidence(
        Slice("s", "claude-code 2.1.329", numbered, 0, len(numbered), tuple(edited))
    )


def change_of(*paths: str, subject: str = "Change things", **fields: object) -> Change:
    """A commit that modified these paths."""
    return Change(
        commit="c" * 40,
        parents=("p" * 40,),
        subject=subject,
        message=subject + "\n",
        author="Ada <ada@example.com>",
        committer_name="Ada",
        committer_email="ada@example.com",
        time=0,
        commit_time=0,
        files=tuple(FileChange(path, "M", 1, 1) for path in paths),
        **fields,  # type: ignore[arg-type]
    )
