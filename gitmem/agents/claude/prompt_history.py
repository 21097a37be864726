"""Claude Code's history of prompts: what was typed, where and when, in one file for all projects.

``~/.claude/history.jsonl``: a line for each prompt, ``{"display", "pastedContents", "timestamp",
"project", "sessionId"}``, the time in milliseconds; early versions name no session.  It outlives
transcripts in clients before 2.1.3xx, and wherever theirs were lost.

**Source:** Claude Code 2.1.332, which reads and writes it so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from gitmem.agents.claude.projects import list_projects_dirs
from gitmem.agents.folders import is_below
from gitmem.agents.json_values import parse_line, parse_object
from gitmem.agents.lines import read_lines
from gitmem.git.regular_file import open_regular

_MAX_TEXT = 20_000
_MAX_LINE = 1 << 20
_MOST = 200_000
_PASTED = re.compile(r"\[(?:Pasted text|Image|\.\.\.Truncated text) #\d+[^\]\n]{0,60}\]")


@dataclass(frozen=True)
class HistoryPrompt:
    """What a person typed in a session (its id, where it is told) at ``time`` (POSIX seconds)."""

    time: float
    session: str
    text: str


def read_prompts(environ: Mapping[str, str], worktrees: Sequence[str]) -> list[HistoryPrompt]:
    """The prompts of sessions in one of the work trees, the oldest first.

    What was pasted is left out, and so are the client's own commands.
    """
    found: list[HistoryPrompt] = []
    for projects in list_projects_dirs(environ):
        found += _read(projects.parent / "history.jsonl", worktrees)
    return sorted(found, key=lambda prompt: prompt.time)[-_MOST:]


def _read(path: Path, worktrees: Sequence[str]) -> list[HistoryPrompt]:
    found: list[HistoryPrompt] = []
    with suppress(OSError), open_regular(path) as file:
        for line in read_lines(file, _MAX_LINE):
            record = parse_object(parse_line(line.data))
            text, when, place = (record.get(k) for k in ("display", "timestamp", "project"))
            if not isinstance(text, str) or not isinstance(place, str):
                continue
            if not isinstance(when, (int, float)) or isinstance(when, bool) or when != when:
                continue
            said = _PASTED.sub("", text[:_MAX_TEXT]).strip()
            session = record.get("sessionId")
            if said and not said.startswith(("/", "!", "#")) and is_below(place, worktrees):
                name = session if isinstance(session, str) else ""
                found.append(HistoryPrompt(when / 1_000.0, name, said))
    return found
