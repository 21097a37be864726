"""What ``gitmem init`` says of commits that are there already and have no memories.

At a terminal it asks, with an estimate; elsewhere it prints one line with the command.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

import click

from gitmem.agents.agent_names import agent_name
from gitmem.capture.workspace import Workspace
from gitmem.cli.writer_question import may_ask
from gitmem.compress.offline.extractive import NAME as OFFLINE
from gitmem.errors import GitmemError
from gitmem.git.repo import may_lack_objects
from gitmem.process.own_command import own_command
from gitmem.upkeep.backfill_plan import BackfillPlan, BackfillSelection, plan_backfill
from gitmem.upkeep.history_memories import sample_seconds

_SESSION_SECONDS = 0.4  # a commit with its session, offline (docs/measured.md)
_SAMPLE = 40


@dataclass(frozen=True)
class BackfillOffer:
    """``commits`` have no memory; ``sessions`` names who left transcripts of this project, with
    how many; ``seconds`` is about how long it takes, None where that cannot be told.
    """

    commits: int
    sessions: str
    seconds: float | None


def find_offer(workspace: Workspace, *, with_time: bool) -> BackfillOffer | None:
    """What there is to make memories of; None where nothing is."""
    try:
        plan = plan_backfill(workspace, BackfillSelection())
        seconds = _estimated_seconds(workspace, plan) if with_time else None
    except (GitmemError, OSError):
        return None  # set-up is done, and `gitmem backfill` says what is wrong
    commits = len(set(plan.sessions) | set(plan.history))
    return BackfillOffer(commits, _sessions(workspace), seconds) if commits else None


def offer_backfill(workspace: Workspace) -> bool:
    """Say that ``gitmem backfill`` makes memories of what is there; whether to run it now."""
    is_free = workspace.compressor.name == OFFLINE  # a model's price is for --dry-run to tell
    asks = is_free and may_ask(os.environ)
    offer = find_offer(workspace, with_time=asks)
    if offer is None:
        return False
    have = "1 commit here has" if offer.commits == 1 else f"{offer.commits:,} commits here have"
    there = "is" if offer.sessions.startswith("1 ") and "," not in offer.sessions else "are"
    sessions = f"; {offer.sessions} {there} on this machine" if offer.sessions else ""
    click.echo(f"{have} no memory yet{sessions}.")
    command = f"{own_command()} backfill{'' if is_free else ' --dry-run'}"
    if not asks:
        what = "make memories of them" if is_free else "see what memories of them would cost"
        click.echo(f"To {what}: {command}")
        return False
    told = "" if offer.seconds is None else f": {_about(offer.seconds)}"
    click.echo(f"gitmem can make memories of them now, on this machine, without a model{told}.")
    try:
        if click.confirm("Make them now?", default=False):
            return True
    except (click.Abort, KeyboardInterrupt):
        click.echo()
    click.echo(f"To make them later: {command}")
    return False


def _about(seconds: float) -> str:
    if seconds < 5:
        return "a few seconds"
    if seconds < 90:
        return f"about {seconds:.0f} seconds"
    return f"about {seconds / 60:.0f} minutes"


def _sessions(workspace: Workspace) -> str:
    worktree = workspace.repo.worktree
    counts = workspace.agents.count_sessions(worktree, 0.0) if worktree else {}
    return ", ".join(
        f"{count} session{'' if count == 1 else 's'} of {agent_name(agent)}"
        for agent, count in counts.items()
    )


def _estimated_seconds(workspace: Workspace, plan: BackfillPlan) -> float | None:
    """By a few commits that are judged on trial, and by how many a session may have made."""
    if may_lack_objects(workspace.repo):
        return None  # a trial would fetch
    history = plan.history
    some = history[:: max(1, len(history) // _SAMPLE)][:_SAMPLE]
    each = sample_seconds(workspace.repo, some, len(history), workspace.policy) if some else 0.0
    return each * len(history) + _SESSION_SECONDS * len(plan.sessions)
