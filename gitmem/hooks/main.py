"""The entry of everything that runs unattended.  It exits 0 whatever happens.

``gitmem hook EVENT`` is called by the agent, ``gitmem hook pre-push REMOTE URL`` by git,
``gitmem worker GIT_DIR`` by either, ``gitmem worker GIT_DIR judge`` by an agent's server.  Nothing
here may load click, YAML or pygit2 before it is known that there is work for them; ``tests/hooks``
looks at ``sys.modules``.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

_MAX_PAYLOAD_BYTES = 1 << 20
_MAX_UPDATES_BYTES = 64 << 20
_STDOUT = 1


def run_hook(arguments: Sequence[str]) -> int:
    """Run one hook or the worker; returns 0."""
    try:
        _dispatch(list(arguments))
        if sys.stdout is not None:
            sys.stdout.flush()  # left to the end of the process, a failure would exit with 120
    except Exception:  # noqa: BLE001 - the outermost frame of a hook
        import traceback  # which loads more than a hook that has nothing to say

        _log_bug(traceback.format_exc())
        os.dup2(os.open(os.devnull, os.O_WRONLY), _STDOUT)  # what is left must not fail again
    return 0


def _dispatch(arguments: list[str]) -> None:
    if arguments[:1] == ["worker"]:
        from gitmem.hooks.worker import run_judge, run_worker

        run = run_judge if arguments[2:] == ["judge"] else run_worker
        run(arguments[1] if len(arguments) > 1 else ".")
    elif arguments[:2] == ["hook", "pre-push"]:
        from gitmem.git.repo import find_repo
        from gitmem.hooks.pre_push import parse_updates, run_pre_push

        updates = parse_updates(sys.stdin.buffer.read(_MAX_UPDATES_BYTES))
        line = run_pre_push(find_repo("."), arguments[2] if len(arguments) > 2 else "", updates)
        if line:
            print(line, file=sys.stderr)  # noqa: T201 - what the person pushing reads
    elif arguments[1:] == ["PostToolUse", "Bash"]:
        from gitmem.hooks.question import run_command_hook

        payload = sys.stdin.buffer.read(_MAX_PAYLOAD_BYTES)
        sys.stdout.write(run_command_hook(payload, os.environ))
    elif len(arguments) > 1 and arguments[1] in ("PostToolUse", "PreToolUse"):
        from gitmem.hooks.file_precheck import may_tell

        payload = sys.stdin.buffer.read(_MAX_PAYLOAD_BYTES)
        if may_tell(payload, dict(os.environ)):
            from gitmem.hooks.agent import run_agent_hook

            sys.stdout.write(run_agent_hook(arguments[1], payload, os.environ))
    elif len(arguments) > 1:
        from gitmem.hooks.agent import EVENTS, run_agent_hook

        if arguments[1] in EVENTS:
            payload = sys.stdin.buffer.read(_MAX_PAYLOAD_BYTES)
            sys.stdout.write(run_agent_hook(arguments[1], payload, os.environ))


def _log_bug(text: str) -> None:
    """Into the repository's log; without a repository there is nobody to tell."""
    from gitmem.errors import GitmemError
    from gitmem.git.repo import find_enclosing_repo
    from gitmem.state.error_log import append_log

    try:
        repo = find_enclosing_repo(os.environ.get("CLAUDE_PROJECT_DIR") or ".")
    except (GitmemError, OSError):
        return
    append_log(repo, text)
