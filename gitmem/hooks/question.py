"""What a client calls behind each command of its agent: was a commit made, is it worth a word?

The launcher has ended the hook already where git made no commit in the session.  A subagent is not
asked, it has its own task; nor is an agent that plans: both leave the question for later.  Client
2.0 does not tell a subagent from its session, nor the session to its hooks: there, a prompt asks.
"""

from __future__ import annotations

from collections.abc import Mapping

from gitmem.agents.hook_client import HookAnswer, HookClient, HookPayload
from gitmem.agents.hook_clients import choose_client
from gitmem.capture.question import question_for
from gitmem.errors import GitmemError
from gitmem.git.repo import Repo, find_enclosing_repo
from gitmem.hooks.once import may_answer
from gitmem.model.session import is_session_id
from gitmem.state.error_log import append_log
from gitmem.state.questions import Questions
from gitmem.state.scrub_intent import is_scrub_begun
from gitmem.state.settings import Settings, read_settings
from gitmem.state.sharing import adopt_sharing


def run_command_hook(stdin: bytes, environ: Mapping[str, str], client_name: str = "") -> str:
    """What the hook must print after a command: a question, or nothing.

    ``client_name`` is the one in the hook's command, if any.  Never raises for anything the
    repository, the payload or the disk may hold.
    """
    client = choose_client(client_name, stdin, environ)
    if client is None or not client.asks("PostToolUse"):
        return ""
    payload, is_native = client.parse(stdin), bool(client_name)
    return ask_behind_command(client, payload, environ, is_native=is_native)


def ask_behind_command(
    client: HookClient, payload: HookPayload, environ: Mapping[str, str], *, is_native: bool
) -> str:
    """The same for a client that is known and was read."""
    if environ.get("GITMEM_SKIP") or not may_be_asked(payload):
        return ""
    repo = _find_repo(payload)
    if repo is None or not Questions(repo).has_commits(payload.session) or is_scrub_begun(repo):
        return ""
    adopt_sharing(repo)
    if not may_answer(repo, "PostToolUse", client, payload, environ, is_native=is_native):
        return ""
    try:
        question = ask(repo, payload, read_settings(repo))
    except (GitmemError, OSError) as error:
        append_log(repo, f"hook PostToolUse: {error}")
        return ""
    return client.write("PostToolUse", HookAnswer(question))


def may_be_asked(payload: HookPayload) -> bool:
    """Whether who hears the hook can answer: the session's own agent, free to act."""
    is_planning = payload.permission_mode == "plan"
    return is_session_id(payload.session) and not payload.agent_id and not is_planning


def ask(repo: Repo, payload: HookPayload, settings: Settings) -> str:
    """The question to the session, if there is one.

    Raises:
        DiskFull, ReadOnlyRepository: that it is asked cannot be noted.
    """
    if not may_be_asked(payload):
        return ""
    if not settings.enabled:
        Questions(repo).take_commits(payload.session)
        return ""
    return question_for(repo, payload.session, settings, payload.cwd)


def _find_repo(payload: HookPayload) -> Repo | None:
    """The work tree that the agent is in, where it belongs to the project's repository."""
    project = payload.project or payload.cwd or "."
    try:
        repo = find_enclosing_repo(project)
        if payload.cwd and payload.cwd != project:
            inner = find_enclosing_repo(payload.cwd)
            repo = inner if inner.common_dir == repo.common_dir else repo
    except GitmemError:
        return None
    return repo if repo.is_initialised and repo.worktree is not None else None
