"""Commits as records of Agent Trace, a form in which tools tell each other who wrote which lines.

**Source:** cursor/agent-trace ``README.md``, version 0.1.0 (RFC, January 2026).
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from gitmem.model.release import VERSION
from gitmem.model.value import dataclass, field

SPECIFICATION = "0.1.0"
_NAMESPACE = uuid.UUID("6f1c0f0e-5d0a-5b7e-9d53-2f5a0f3c9a11")
_URL = re.compile(r"https?://[!-~]{1,2000}")
_MOST_MODEL = 250


@dataclass(frozen=True)
class TracedSession:
    """A session behind a commit: which agent, its id, and addresses at which others keep it."""

    agent: str
    session: str
    urls: tuple[str, ...] = ()


@dataclass(frozen=True)
class TracedLines:
    """Lines ``first`` to ``last`` of a file (from 1, both counted), and the session that wrote
    them with which model (``provider/name``); None where nothing proves who did.
    """

    first: int
    last: int
    session: TracedSession | None = None
    model: str = ""


@dataclass(frozen=True)
class CommitTrace:
    """A commit, its author's time (ISO 8601), its memories, its sessions and its added lines."""

    commit: str
    time: str
    memories: tuple[str, ...]
    sessions: tuple[TracedSession, ...] = ()
    files: Mapping[str, Sequence[TracedLines]] = field(default_factory=dict)


def render_trace(trace: CommitTrace) -> dict[str, Any]:
    """The record of one commit; the same commit has the same id wherever it is exported."""
    files = (
        {"path": path, "conversations": _conversations(lines)}
        for path, lines in sorted(trace.files.items())
        if lines
    )
    sessions = [{"agent": one.agent, "session": one.session} for one in trace.sessions]
    return {
        "version": SPECIFICATION,
        "id": str(uuid.uuid5(_NAMESPACE, trace.commit)),
        "timestamp": trace.time,
        "vcs": {"type": "git", "revision": trace.commit},
        "tool": {"name": "gitmem", "version": VERSION},
        "files": list(files),
        "metadata": {"gitmem": {"memories": list(trace.memories), "sessions": sessions}},
    }


def _conversations(lines: Sequence[TracedLines]) -> list[dict[str, Any]]:
    by_author: dict[tuple[TracedSession | None, str], list[TracedLines]] = {}
    for one in lines:
        by_author.setdefault((one.session, one.model), []).append(one)
    return [_conversation(*author, found) for author, found in by_author.items()]


def _conversation(
    session: TracedSession | None, model: str, lines: Sequence[TracedLines]
) -> dict[str, Any]:
    contributor = {"type": "unknown" if session is None else "ai"}
    if model and len(model) <= _MOST_MODEL:
        contributor["model_id"] = model
    told: dict[str, Any] = {"contributor": contributor}
    urls = [url for url in session.urls if _URL.fullmatch(url)] if session is not None else []
    told["ranges"] = [{"start_line": one.first, "end_line": one.last} for one in lines]
    if urls:
        told["related"] = [{"type": "session", "url": url} for url in urls]
    return told
