"""The check that the sessions which agents left on this machine can be read."""

from __future__ import annotations

from collections.abc import Iterator

from gitmem.capture.workspace import open_workspace
from gitmem.git.repo import Repo
from gitmem.setup.doctor_finding import Finding, Level, Practice
from gitmem.upkeep.unread_sessions import unread_lines


def check_transcripts(repo: Repo, practice: Practice) -> Iterator[Finding]:
    """No agent's sessions lie there unread; a finding for each agent whose do."""
    unread = unread_lines(open_workspace(repo).agents.unread())
    for line in unread:
        yield Finding(
            Level.WARNING,
            line,
            "What those sessions did is not remembered until they can be read; then run: gitmem"
            " backfill",
        )
    if not unread:
        yield Finding(Level.GOOD, "the sessions that agents left here can be read")
