"""What an agent's client calls: SessionStart, UserPromptSubmit, PostToolUse, SubagentStart, Stop
and SessionEnd.

All but the last two print context: at the start, for a prompt, beside a file that was read or
edited, for a subagent; behind a prompt there may be a question about a commit
(:mod:`gitmem.hooks.question`).  Those two queue their job.  Whatever happens, the agent's session
goes on: trouble goes to the log and the exit is 0.
Which client it is, and what may be said to it, :mod:`gitmem.agents.hook_clients` knows; these words
are Claude Code's, and all clients' here.
Each event loads what it needs itself.  Standard library only, but for what the worker does in its
own process.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gitmem.agents.hook_client import HookAnswer, HookClient, HookPayload
from gitmem.agents.hook_clients import choose_client
from gitmem.errors import GitmemError
from gitmem.git.repo import Repo, find_enclosing_repo, guess_repo
from gitmem.hooks.once import may_answer
from gitmem.model.session import is_session_id
from gitmem.model.value import replace
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
PROBE_ANSWER = "gitmem is here"
_BUDGETS = {
    "SessionStart": "budget_tokens",
    "UserPromptSubmit": "prompt_tokens",
    **dict.fromkeys((*_FILE_EVENTS, "SubagentStart"), "file_tokens"),
}
_NOTHING = ContextBlock("", 0, 0)


def run_agent_hook(
    event: str, stdin: bytes, environ: Mapping[str, str], client_name: str = ""
) -> str:
    """Handle one event of the agent; returns what the hook must print, often nothing.

    ``client_name`` is the one in the hook's command, if any.  Never raises for anything the
    repository, the payload or the disk may hold.
    """
    client = choose_client(client_name, stdin, environ)
    if client is None:
        return ""
    payload, is_native = client.parse(stdin), bool(client_name)
    if event in _FILE_EVENTS:
        for one in (payload, *payload.others):
            if told := _run_beside_file(event, client, one, environ, is_native=is_native):
                return told
        return _ask_about_commit(event, client, payload, environ, is_native=is_native)
    try:
        repo = find_enclosing_repo(payload.project or payload.cwd or ".")
    except GitmemError:
        return ""
    if not repo.is_initialised or repo.worktree is None or environ.get("GITMEM_SKIP"):
        return ""
    if "GITMEM_PROBE" in environ:  # `gitmem doctor` asks whether this is reached
        return client.write(event, HookAnswer(PROBE_ANSWER))
    adopt_sharing(repo)
    if not may_answer(repo, event, client, payload, environ, is_native=is_native):
        return ""
    try:
        answer = _handle(event, client, payload, repo, repo.worktree, environ)
    except (GitmemError, OSError) as error:
        append_log(repo, f"hook {event}: {error}")
        answer = HookAnswer(message=_failure(repo, event, client, payload))
    return client.write(event, answer)


def _handle(
    event: str,
    client: HookClient,
    payload: HookPayload,
    repo: Repo,
    worktree: Path,
    environ: Mapping[str, str],
) -> HookAnswer:
    settings = as_client_takes(read_settings(repo), event, client)
    if not settings.enabled:
        return HookAnswer(message=_misspelled(event, payload, settings))
    known = RegisteredSession(payload.session, payload.transcript_path, str(worktree))
    with suppress(GitmemError):  # a read-only .git can still be read from
        Registry(repo).add(known)
    if event in _TELLING_EVENTS and has_scrub_intent(repo) and not _may_tell(repo, event):
        return HookAnswer(message=_failure(repo, event, client, payload))
    if event == "UserPromptSubmit":
        return _answer_prompt(client, payload, repo, settings)
    if event == "SubagentStart":
        return HookAnswer(_context_of_subagent(client, payload, repo, settings).text)
    if event == "SessionStart":
        return _answer_start(client, payload, repo, settings, environ)
    if is_session_id(payload.session):  # else it is nobody's turn: a job for it could only fail
        from gitmem.model.job import Job
        from gitmem.state.queue import Queue
        from gitmem.state.worker_launch import launch_worker

        kind = "end" if event == "SessionEnd" else "turn"
        Queue(repo).add(Job(kind, session=payload.session, worktree=str(worktree)))
        launch_worker(repo)
    return HookAnswer()


def _answer_prompt(
    client: HookClient, payload: HookPayload, repo: Repo, settings: Settings
) -> HookAnswer:
    event = "UserPromptSubmit"
    if not is_session_id(payload.session) or not client.tells(event):
        return HookAnswer()
    from gitmem.recall.with_prompt import context_of_prompt

    block = context_of_prompt(repo, payload.session, payload.prompt, settings)
    question = _question(repo, payload, settings) if client.asks(event) else ""
    return HookAnswer("\n".join(part for part in (block.text, question) if part))


def _answer_start(
    client: HookClient,
    payload: HookPayload,
    repo: Repo,
    settings: Settings,
    environ: Mapping[str, str],
) -> HookAnswer:
    from gitmem.recall.at_start import context_for, context_of_session
    from gitmem.refresh.catch_up import catch_up

    event = "SessionStart"
    client.pass_session_on(payload.session)
    catch_up(repo, _PATIENCE_SECONDS)
    block, mine = _NOTHING, ""
    if client.tells(event):
        budget = settings.budget_tokens
        is_resumed = payload.source == "resume" and client.keeps_context
        if is_session_id(payload.session):
            block = context_of_session(repo, payload.session, budget, is_resumed=is_resumed)
        else:  # nobody that it could be said to have told before
            block = context_for(repo, budget)
        mine = "" if is_resumed else _preferences(client, settings, block, environ)
    message = ""
    if client.shows(event):
        message = _message(repo, payload, settings, block, environ)
    return HookAnswer("\n".join(part for part in (block.text, mine) if part), message)


def _preferences(
    client: HookClient, settings: Settings, block: ContextBlock, environ: Mapping[str, str]
) -> str:
    """What the session is told of its person, whatever repository this is; mostly nothing.  With
    the project's block it is no more than the client takes.
    """
    from gitmem.recall.preferences import context_of_person

    told = block.tokens
    room = client.budget_tokens("SessionStart", told + settings.mine_tokens) - told
    return context_of_person(environ, max(0, room), block.text)


def _may_tell(repo: Repo, event: str) -> bool:
    """Whether a scrub that was begun is finished, once a worker was given a moment for it."""
    from gitmem.refresh.scrub_gate import wait_for_scrub

    patience = _PATIENCE_SECONDS if event == "SessionStart" else _SCRUB_PATIENCE_SECONDS
    return wait_for_scrub(repo, patience)


def _run_beside_file(
    event: str,
    client: HookClient,
    payload: HookPayload,
    environ: Mapping[str, str],
    *,
    is_native: bool,
) -> str:
    """Say what is remembered about a file; nearly always there is nothing, and no process is
    started to find that out.
    """
    if not payload.path or not is_session_id(payload.session) or environ.get("GITMEM_SKIP"):
        return ""
    if not client.tells(event):
        return ""
    start = payload.project or payload.cwd or "."
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
        if not may_answer(repo, event, client, payload, environ, is_native=is_native):
            return ""
        settings = as_client_takes(read_settings(repo), event, client)
        if not settings.enabled:
            return ""
        session, listener = payload.session, payload.listener
        block = context_of_file(repo, session, listener, path, settings, passage)
        return client.write(event, HookAnswer(block.text))
    except (GitmemError, OSError) as error:
        append_log(repo, f"hook {event}: {error}")
        return ""


def as_client_takes(settings: Settings, event: str, client: HookClient) -> Settings:
    """The settings with no more to say at this event than the client takes: one may send it again
    with every request.
    """
    name = _BUDGETS.get(event, "")
    wanted = getattr(settings, name) if name else 0
    given = client.budget_tokens(event, wanted)
    changes: dict[str, Any] = {name: given}
    return settings if given >= wanted else replace(settings, **changes)


def _ask_about_commit(
    event: str,
    client: HookClient,
    payload: HookPayload,
    environ: Mapping[str, str],
    *,
    is_native: bool,
) -> str:
    """The question about a commit that the tool has just made; mostly nothing."""
    if not payload.has_committed or not client.asks(event):
        return ""
    from gitmem.hooks.question import ask_behind_command

    return ask_behind_command(client, payload, environ, is_native=is_native)


def _passage(payload: HookPayload, *, is_done: bool) -> Passage:
    """The lines that the tool has read or changed, or is about to; none where that is all."""
    from gitmem.recall.beside_lines import Passage

    if payload.is_edit and not is_done:
        return Passage(texts=payload.old_texts)
    texts = () if payload.lines else payload.new_texts
    return Passage(payload.lines, payload.is_edit, texts)


def _context_of_subagent(
    client: HookClient, payload: HookPayload, repo: Repo, settings: Settings
) -> ContextBlock:
    if not payload.agent_id or not is_session_id(payload.session):
        return _NOTHING
    if not client.tells("SubagentStart"):
        return _NOTHING
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
    if settings.notice == "never":
        return ""
    if environ.get("GITMEM_LOST") == "mended":  # the launcher has just found this gitmem
        from gitmem.setup.trouble import TAKEN_OVER

        return TAKEN_OVER
    from gitmem.setup.person_line import start_line

    return start_line(repo, settings, payload.source, len(block.ids))


def _failure(repo: Repo, event: str, client: HookClient, payload: HookPayload) -> str:
    """The same where the start itself failed."""
    if event != "SessionStart" or payload.source != "startup" or not client.shows(event):
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
