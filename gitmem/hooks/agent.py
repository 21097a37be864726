"""What Claude Code calls: SessionStart, UserPromptSubmit, PostToolUse, SubagentStart, Stop and
SessionEnd.

All but the last two print context: at the start, for a prompt, beside a file that was read or
edited, for a subagent; behind a prompt there may be a question about a commit
(:mod:`gitmem.hooks.question`).  Those two queue their job.  Whatever happens, the agent's session
goes on: trouble goes to the log and the exit is 0.
Each event loads what it needs itself.  Standard library only, but for what the worker does in its
own process.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from gitmem.agents.claude.hook_payload import HookPayload, parse_payload
from gitmem.errors import GitmemError
from gitmem.git.repo import Repo, find_enclosing_repo, guess_repo
from gitmem.model.session import is_session_id
from gitmem.render.context import ContextBlock
from gitmem.state.error_log import append_log
from gitmem.state.scrub_intent import has_scrub_intent, is_scrub_begun
from gitmem.state.sessions import RegisteredSession, Registry
from gitmem.state.settings import Settings, read_settings
from gitmem.state.sharing import adopt_sharing

if TYPE_CHECKING:
    from gitmem.recall.beside_lines import Passage

_FILE_EVENTS = ("PostToolUse", "PreToolUse")  # the latter for who registers it by hand
EVENTS = (
    *("SessionStart", "UserPromptSubmit", *_FILE_EVENTS),
    *("SubagentStart", "Stop", "SessionEnd"),
)
_PATIENCE_SECONDS = 3.0
_SCRUB_PATIENCE_SECONDS = 1.0
_TELLING_EVENTS = ("SessionStart", "UserPromptSubmit", "SubagentStart")
_CLIENT = "CLAUDE_CODE_ENTRYPOINT"
"""Set by all versions of Claude Code: other clients run these hooks, too, and know no such field.
"""


def run_agent_hook(event: str, stdin: bytes, environ: Mapping[str, str]) -> str:
    """Handle one event of the agent; returns what the hook must print, often nothing.

    Never raises for anything the repository, the payload or the disk may hold.
    """
    payload = parse_payload(stdin)
    if event in _FILE_EVENTS:
        return _run_beside_file(event, payload, environ)
    try:
        repo = find_enclosing_repo(environ.get("CLAUDE_PROJECT_DIR") or payload.cwd or ".")
    except GitmemError:
        return ""
    if not repo.is_initialised or repo.worktree is None or environ.get("GITMEM_SKIP"):
        return ""
    adopt_sharing(repo)
    try:
        return _handle(event, payload, repo, repo.worktree, environ)
    except (GitmemError, OSError) as error:
        append_log(repo, f"hook {event}: {error}")
        return _output(event, message=_failure(repo, event, payload, environ))


def _handle(
    event: str, payload: HookPayload, repo: Repo, worktree: Path, environ: Mapping[str, str]
) -> str:
    settings = read_settings(repo)
    if not settings.enabled:
        return _output(event, message=_misspelled(event, payload, settings))
    known = RegisteredSession(payload.session, payload.transcript_path, str(worktree))
    with suppress(GitmemError):  # a read-only .git can still be read from
        Registry(repo).add(known)
    if event in _TELLING_EVENTS and has_scrub_intent(repo) and not _may_tell(repo, event):
        return _output(event, message=_failure(repo, event, payload, environ))
    if event == "UserPromptSubmit":
        if not is_session_id(payload.session):
            return ""
        from gitmem.recall.with_prompt import context_of_prompt

        block = context_of_prompt(repo, payload.session, payload.prompt, settings)
        return _output(event, block, _question(repo, payload, settings))
    if event == "SubagentStart":
        return _output(event, _context_of_subagent(repo, payload, settings, environ))
    if event != "SessionStart":
        if not is_session_id(payload.session):
            return ""  # nobody's turn: a job for it could only fail
        from gitmem.model.job import Job
        from gitmem.state.queue import Queue
        from gitmem.state.worker_launch import launch_worker

        kind = "end" if event == "SessionEnd" else "turn"
        Queue(repo).add(Job(kind, session=payload.session, worktree=str(worktree)))
        launch_worker(repo)
        return ""
    from gitmem.recall.at_start import context_of_session
    from gitmem.refresh.catch_up import catch_up

    _export_session(payload.session, environ)
    catch_up(repo, _PATIENCE_SECONDS)
    # Client 2.0, which does not tell its session in the environment, forgets on resume what it
    # was given: it must be told everything again.
    is_resumed = payload.source == "resume" and "CLAUDE_CODE_SESSION_ID" in environ
    budget = settings.budget_tokens
    block = context_of_session(repo, payload.session, budget, is_resumed=is_resumed)
    return _output(event, block, message=_message(repo, payload, settings, block, environ))


def _may_tell(repo: Repo, event: str) -> bool:
    """Whether a scrub that was begun is finished, once a worker was given a moment for it."""
    from gitmem.refresh.scrub_gate import wait_for_scrub

    patience = _PATIENCE_SECONDS if event == "SessionStart" else _SCRUB_PATIENCE_SECONDS
    return wait_for_scrub(repo, patience)


def _run_beside_file(event: str, payload: HookPayload, environ: Mapping[str, str]) -> str:
    """Say what is remembered about a file; nearly always there is nothing, and no process is
    started to find that out.
    """
    if not payload.path or not is_session_id(payload.session) or environ.get("GITMEM_SKIP"):
        return ""
    start = environ.get("CLAUDE_PROJECT_DIR") or payload.cwd or "."
    file = os.path.join(payload.cwd or start, payload.path)  # noqa: PTH118 - as the agent says it
    project, repo = guess_repo(start), guess_repo(os.path.dirname(file))  # noqa: PTH120
    try:
        if project is None:
            project = repo = find_enclosing_repo(start)
    except GitmemError:
        return ""
    if repo is None or project.common_dir != repo.common_dir or not repo.is_initialised:
        return ""
    if repo.worktree is None:
        return ""
    path = _path_in(repo.worktree, file)
    if not path:
        return ""
    adopt_sharing(repo)
    if is_scrub_begun(repo):
        return ""
    from gitmem.recall.beside_file import context_of_file, is_worth_telling

    try:
        passage = _passage(payload, is_done=event == "PostToolUse")
        if not is_worth_telling(repo, path, payload.listener, passage.ranges):
            return ""
        settings = read_settings(repo)
        if not settings.enabled:
            return ""
        session, listener = payload.session, payload.listener
        block = context_of_file(repo, session, listener, path, settings, passage)
        return _output(event, block)
    except (GitmemError, OSError) as error:
        append_log(repo, f"hook {event}: {error}")
        return ""


def _passage(payload: HookPayload, *, is_done: bool) -> Passage:
    """The lines that the tool has read or changed, or is about to; none where that is all."""
    from gitmem.recall.beside_lines import Passage

    if payload.is_edit and not is_done:
        return Passage(texts=payload.old_texts)
    texts = () if payload.lines else payload.new_texts
    return Passage(payload.lines, payload.is_edit, texts)


def _context_of_subagent(
    repo: Repo, payload: HookPayload, settings: Settings, environ: Mapping[str, str]
) -> ContextBlock:
    """Nothing in client 2.0: it warms up subagents that nobody asked for, and tells nobody."""
    if "CLAUDE_CODE_SESSION_ID" not in environ or not payload.agent_id:
        return ContextBlock("", 0, 0)
    if not is_session_id(payload.session):
        return ContextBlock("", 0, 0)
    from gitmem.recall.for_subagent import context_of_subagent

    return context_of_subagent(repo, payload.session, payload.listener, settings)


def _path_in(worktree: Path, file: str) -> str:
    """The path as the index has it; empty for a file outside the work tree."""
    folder = os.path.realpath(os.path.dirname(file))  # noqa: PTH120
    place = os.path.join(folder, os.path.basename(file))  # noqa: PTH118, PTH119
    inside = os.path.relpath(place, os.path.realpath(worktree))
    is_outside = inside in (os.pardir, os.curdir) or inside.startswith(os.pardir + os.sep)
    return "" if is_outside else inside.replace(os.sep, "/")


def _question(repo: Repo, payload: HookPayload, settings: Settings) -> str:
    """What to ask about a commit that a person made of the session's work; mostly nothing."""
    from gitmem.state.questions import Questions

    if not Questions(repo).has_commits(payload.session):
        return ""
    from gitmem.hooks.question import ask

    try:
        return ask(repo, payload, settings)
    except GitmemError as error:
        append_log(repo, f"hook UserPromptSubmit: {error}")
        return ""


def _message(
    repo: Repo,
    payload: HookPayload,
    settings: Settings,
    block: ContextBlock,
    environ: Mapping[str, str],
) -> str:
    """What the person is told at the start, by the client that shows it; mostly nothing."""
    if _CLIENT not in environ or settings.notice == "never":
        return ""
    if environ.get("GITMEM_LOST") == "mended":  # the launcher has just found this gitmem
        from gitmem.setup.trouble import TAKEN_OVER

        return TAKEN_OVER
    from gitmem.setup.person_line import start_line

    return start_line(repo, settings, payload.source, len(block.ids))


def _failure(repo: Repo, event: str, payload: HookPayload, environ: Mapping[str, str]) -> str:
    """The same where the start itself failed."""
    if event != "SessionStart" or payload.source != "startup" or _CLIENT not in environ:
        return ""
    from gitmem.setup.trouble import BAD_SETTING, FAILED_START, find_trouble

    try:
        settings = read_settings(repo)
    except GitmemError:
        return BAD_SETTING
    known = find_trouble(repo, settings) or FAILED_START
    return known if settings.enabled and settings.notice != "never" else ""


def _misspelled(event: str, payload: HookPayload, settings: Settings) -> str:
    """What a person is told where gitmem is off because a setting cannot be read."""
    is_start = event == "SessionStart" and payload.source == "startup"
    if not settings.faults or not is_start or settings.notice == "never":
        return ""
    from gitmem.setup.trouble import setting_trouble

    return setting_trouble(settings)


def _output(
    event: str, block: ContextBlock | None = None, question: str = "", message: str = ""
) -> str:
    """What the agent is told, and by ``message`` the person."""
    text = "\n".join(part for part in (block.text if block else "", question) if part)
    output: dict[str, object] = {"systemMessage": message} if message else {}
    if text:
        output["hookSpecificOutput"] = {"hookEventName": event, "additionalContext": text}
    return json.dumps(output) if output else ""


def _export_session(session: str, environ: Mapping[str, str]) -> None:
    """Pass the session id to git hooks where the client itself does not (2.0.77)."""
    path = environ.get("CLAUDE_ENV_FILE")
    if path and is_session_id(session):
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK  # a pipe is not waited for
        with suppress(OSError), open(os.open(path, flags, 0o666), "a", encoding="ascii") as file:  # noqa: PTH123
            file.write(f"export GITMEM_SESSION_ID={session}{os.linesep}")
