"""What Claude Code calls: SessionStart, Stop and SessionEnd.

Each registers the session; the first one also prints the context, the others queue their job.
Whatever happens, the agent's session goes on: trouble goes to the log and the exit is 0.
Standard library only, but for what the worker does in its own process.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from gitmem.agents.payload import HookPayload, parse_payload
from gitmem.errors import GitmemError
from gitmem.model.job import Job
from gitmem.model.session import is_session_id
from gitmem.porcelain.freshness import catch_up
from gitmem.porcelain.inject import context_of_session
from gitmem.store.gitdir import Repo, find_repo
from gitmem.store.launcher import launch_worker
from gitmem.store.log import append_log
from gitmem.store.queue import Queue
from gitmem.store.registry import RegisteredSession, Registry
from gitmem.store.settings import read_settings

EVENTS = ("SessionStart", "Stop", "SessionEnd")
_PATIENCE_SECONDS = 3.0


def run_agent_hook(event: str, stdin: bytes, environ: Mapping[str, str]) -> str:
    """Handle one event of the agent; returns what the hook must print, often nothing.

    Never raises for anything the repository, the payload or the disk may hold.
    """
    payload = parse_payload(stdin)
    try:
        repo = find_repo(environ.get("CLAUDE_PROJECT_DIR") or payload.cwd or ".")
    except GitmemError:
        return ""
    if not repo.is_initialised or repo.worktree is None or environ.get("GITMEM_SKIP"):
        return ""
    try:
        return _handle(event, payload, repo, repo.worktree, environ)
    except (GitmemError, OSError) as error:
        append_log(repo, f"hook {event}: {error}")
        return ""


def _handle(
    event: str, payload: HookPayload, repo: Repo, worktree: Path, environ: Mapping[str, str]
) -> str:
    settings = read_settings(repo)
    if not settings.enabled:
        return ""
    known = RegisteredSession(payload.session, payload.transcript_path, str(worktree))
    with suppress(GitmemError):  # a read-only .git can still be read from
        Registry(repo).add(known)
    if event != "SessionStart":
        if not is_session_id(payload.session):
            return ""  # nobody's turn: a job for it could only fail
        kind = "end" if event == "SessionEnd" else "turn"
        Queue(repo).add(Job(kind, session=payload.session, worktree=str(worktree)))
        launch_worker(repo)
        return ""
    _export_session(payload.session, environ)
    catch_up(repo, _PATIENCE_SECONDS)
    # Client 2.0, which does not tell its session in the environment, forgets on resume what it
    # was given: it must be told everything again.
    is_resumed = payload.source == "resume" and "CLAUDE_CODE_SESSION_ID" in environ
    budget = settings.budget_tokens
    block = context_of_session(repo, payload.session, budget, is_resumed=is_resumed)
    if not block.text:
        return ""
    output = {"hookEventName": "SessionStart", "additionalContext": block.text}
    return json.dumps({"hookSpecificOutput": output})


def _export_session(session: str, environ: Mapping[str, str]) -> None:
    """Let git hooks know the session where the client itself does not tell them (2.0.77)."""
    path = environ.get("CLAUDE_ENV_FILE")
    if path and is_session_id(session):
        with suppress(OSError), open(path, "a", encoding="ascii") as file:  # noqa: PTH123
            file.write(f"export GITMEM_SESSION_ID={session}{os.linesep}")
