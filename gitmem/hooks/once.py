"""Whether a hook is the one to answer: a client may run several of ours for one event.

Standard library only: an agent waits for its hooks.
"""

from __future__ import annotations

from collections.abc import Mapping

from gitmem.agents.hook_client import HookClient, HookPayload
from gitmem.agents.hook_clients import DEFAULT_CLIENT
from gitmem.git.repo import Repo
from gitmem.model.session import is_session_id
from gitmem.state.claims import claim
from gitmem.state.refused_clients import read_refused_clients

_QUEUED = ("Stop", "SessionEnd")  # of which the worker takes one for all


def may_answer(
    repo: Repo,
    event: str,
    client: HookClient,
    payload: HookPayload,
    environ: Mapping[str, str],
    *,
    is_native: bool,
) -> bool:
    """Not where the person wants that client to be told nothing; nor where it has hooks of ours in
    a file of its own and this is not one of them (``is_native``); nor where another has answered.
    """
    if client.name in read_refused_clients(repo):
        return False
    if not is_native and client.name != DEFAULT_CLIENT and repo.worktree is not None:
        from gitmem.agents.native_hooks import has_native_hook

        if has_native_hook(client.name, event, repo.worktree, environ):
            return False
    what = (payload.source, payload.prompt, payload.call, payload.path, payload.agent_id)
    if event in _QUEUED or not any(what) or not is_session_id(payload.session):
        return True  # nothing tells this event from the next of its kind
    texts = (payload.lines, payload.old_texts, payload.new_texts)
    kind = "native" if is_native else "other"
    return claim(repo, kind, event, client.name, payload.listener, *what, *texts)
