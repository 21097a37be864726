"""The check of what agents delete by themselves before it is remembered."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from functools import partial

from gitmem.agents.agent_names import agent_name
from gitmem.agents.housekeeping import kept_days
from gitmem.capture.workspace import open_workspace
from gitmem.git.repo import Repo
from gitmem.model.duration import duration
from gitmem.setup.doctor_finding import Finding, Level, Practice
from gitmem.state.expiring import ExpiringRecord, write_expiring
from gitmem.upkeep.expiring_sessions import ExpiringSession, find_expiring, remember_expiring

_DAY = 86_400.0
_AHEAD_DAYS = 14
_SOON_DAYS = 7
_DELETING = ("claude-code", "gemini-cli")


def check_housekeeping(repo: Repo, practice: Practice) -> Iterator[Finding]:
    """No agent deletes a transcript soon that holds work which is not remembered."""
    now = time.time() if practice.now is None else practice.now
    workspace = open_workspace(repo)
    counts = workspace.agents.count_sessions(repo.need_worktree(), 0.0)
    found = find_expiring(workspace, os.environ, now, _AHEAD_DAYS * _DAY)
    for agent in _DELETING:
        name = agent_name(agent)
        theirs = [one for one in found if one.agent == agent]
        if theirs:
            yield _finding(repo, name, theirs, now)
        elif agent in counts and (kept := kept_days(agent, os.environ, repo.need_worktree())):
            said = kept.source or "its default"
            days = f"{kept.days:g} day" + ("" if kept.days == 1 else "s")
            yield Finding(
                Level.GOOD,
                f"{name} deletes no work of the next {_AHEAD_DAYS} days unremembered"
                f" (it keeps transcripts {days}: {said})",
            )


def _finding(repo: Repo, name: str, found: list[ExpiringSession], now: float) -> Finding:
    what = "1 session" if len(found) == 1 else f"{len(found)} sessions"
    verb = "holds" if len(found) == 1 else "hold"
    first = min(one.expires for one in found)
    when = f"in {duration(first - now)}" if first > now else "at its next start"
    level = Level.WARNING if first < now + _SOON_DAYS * _DAY else Level.NOTE
    return Finding(
        level,
        f"{what} {verb} work that is not remembered, and {name} deletes the first {when}",
        "Run: gitmem doctor --fix (or gitmem backfill --no-history); to keep transcripts longer,"
        " set cleanupPeriodDays in ~/.claude/settings.json"
        if name == "Claude Code"
        else "Run: gitmem doctor --fix (or gitmem backfill --no-history)",
        partial(_remember, repo, found),
    )


def _remember(repo: Repo, found: list[ExpiringSession]) -> None:
    remember_expiring(open_workspace(repo), found)
    write_expiring(repo, ExpiringRecord(time.time()))
