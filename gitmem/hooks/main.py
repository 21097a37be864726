"""The entry of everything that runs unattended.  It exits 0 whatever happens.

``gitmem hook EVENT [TOOL] [--client NAME]`` is called by the agent, ``gitmem hook pre-push REMOTE
URL`` by git, ``gitmem worker GIT_DIR`` by either, ``gitmem worker GIT_DIR judge`` by an agent's
server, and ``gitmem hook launcher STATE`` by a launcher whose own program is gone.  Nothing here
may load click, YAML or pygit2 before it is known that there is work for them; ``tests/hooks`` looks
at ``sys.modules``.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

_MAX_PAYLOAD_BYTES = 1 << 20
_MAX_UPDATES_BYTES = 64 << 20
_STDIN, _STDOUT = 0, 1

# How long a hook may wait for git, the index, the worker and its own stdin, in all; and how long
# after that the process is ended, whatever holds it.  The client waits 5 s beside a file and for a
# subagent, 10 s with a prompt and 15 s at the start (setup/clients/claude_code).
_SECONDS, _SECONDS_AT_START, _GRACE_SECONDS = 1.5, 4.0, 1.0
_STDIN_SECONDS, _STDIN_SECONDS_IF_WHOLE = 1.0, 0.3


def begin_hook(arguments: Sequence[str]) -> None:
    """Set this process's deadline, if it is a hook of an agent; pre-push and a repair have none."""
    if arguments[1:2] in (["pre-push"], ["launcher"]):
        return
    from gitmem.process.deadline import set_deadline

    is_start = arguments[1:2] == ["SessionStart"]
    set_deadline(_SECONDS_AT_START if is_start else _SECONDS, _GRACE_SECONDS, _kill_children)


def _kill_children() -> None:
    child = sys.modules.get("gitmem.process.child")
    if child is not None:
        child.kill_awaited()


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
        from gitmem.git.repo import find_repo_here
        from gitmem.hooks.pre_push import parse_updates, run_pre_push

        updates = parse_updates(sys.stdin.buffer.read(_MAX_UPDATES_BYTES))
        line = run_pre_push(find_repo_here(), arguments[2] if len(arguments) > 2 else "", updates)
        if line:
            print(line, file=sys.stderr)  # noqa: T201 - what the person pushing reads
    elif arguments[:2] == ["hook", "launcher"]:
        from gitmem.git.repo import open_git_dir
        from gitmem.setup.mend import take_over

        repo = open_git_dir(f"{arguments[2]}/{os.pardir}")
        sys.stdout.write(take_over(repo, sys.executable))
    elif len(arguments) > 1:
        _run_for_agent(*_agent_words(arguments[1:]))


def _agent_words(words: list[str]) -> tuple[str, str, str]:
    """The event, the tool and the client that the words of an agent's hook name."""
    client = ""
    if "--client" in words:
        at = words.index("--client")
        client = "".join(words[at + 1 : at + 2]) or "none"  # nobody's name: nothing is said
        words = words[:at]
    return words[0] if words else "", words[1] if len(words) > 1 else "", client


def _run_for_agent(event: str, tool: str, client: str) -> None:
    if (event, tool) == ("PostToolUse", "Bash"):
        from gitmem.hooks.question import run_command_hook

        sys.stdout.write(run_command_hook(_read_payload(), os.environ, client))
        return
    if event in ("PostToolUse", "PreToolUse"):
        from gitmem.hooks.file_precheck import may_tell

        payload = _read_payload()
        if may_tell(payload, dict(os.environ)):
            from gitmem.hooks.agent import run_agent_hook

            sys.stdout.write(run_agent_hook(event, payload, os.environ, client))
        return
    from gitmem.hooks.agent import EVENTS, run_agent_hook

    if event in EVENTS:
        sys.stdout.write(run_agent_hook(event, _read_payload(), os.environ, client))


def _read_payload() -> bytes:
    """What the client says on stdin: to the end, or as far as it has come when nothing follows.

    A client that keeps its end open has said all of it nevertheless.
    """
    import select

    parts: list[bytes] = []
    left, seconds = _MAX_PAYLOAD_BYTES, _STDIN_SECONDS
    try:
        while left and select.select([_STDIN], [], [], seconds)[0]:
            part = os.read(_STDIN, min(left, 1 << 16))
            if not part:
                break
            parts.append(part)
            left -= len(part)
            is_whole = part.rstrip().endswith(b"}")
            seconds = _STDIN_SECONDS_IF_WHOLE if is_whole else _STDIN_SECONDS
    except (OSError, ValueError):  # there is no stdin
        return b"".join(parts)
    return b"".join(parts)


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
