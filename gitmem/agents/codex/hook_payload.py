"""What Codex tells a hook on stdin: its conversation, and what its tools did to files.

Codex has two tools that touch files, the shell (``Bash``) and ``apply_patch``; of both the hook is
given the command.  A call may touch several files: the first stands in the payload, the rest behind
it (``others``).  The agent waits for its hooks: standard library only.

**Source:** ``codex-rs/hooks/schema/generated/*.input.schema.json`` of openai/codex, and payloads of
0.171 (``tests/fixtures/codex/hooks``).
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from itertools import islice

from gitmem.agents.commit_commands import is_commit_command
from gitmem.agents.hook_client import HookPayload
from gitmem.agents.hook_fields import read_object, read_prompt, read_text, read_tool
from gitmem.agents.patches import parse_patches
from gitmem.agents.shell_reads import read_files
from gitmem.agents.shell_writes import written_paths
from gitmem.model.value import replace

_MAX_FILES = 8
_MIN_TEXT = 8  # a brace or an `else` stands in many places


def parse_payload(data: bytes) -> HookPayload:
    """Read a hook's input; anything that is not what it should be reads as empty.

    Of a subagent neither the prompt, which is another agent's, nor its own transcript is told.
    """
    value = read_object(data)
    session, agent = read_text(value, "session_id"), read_text(value, "agent_id")
    transcript = read_text(value, "transcript_path")
    told = HookPayload(
        session=session,
        transcript_path=transcript if session and session in posixpath.basename(transcript) else "",
        cwd=read_text(value, "cwd"),
        event=read_text(value, "hook_event_name"),
        source=read_text(value, "source"),
        reason=read_text(value, "reason"),
        agent_id=agent,
        prompt="" if agent else read_prompt(value),
        permission_mode=read_text(value, "permission_mode"),
        call=read_text(value, "tool_use_id"),
    )
    command = read_tool(value).get("command")
    if not isinstance(command, str):
        return told
    is_patch = read_text(value, "tool_name") == "apply_patch"
    found = _patched(told, command) if is_patch else _touched_by_shell(told, command)
    files = [replace(file, call=f"{told.call} {file.path}") for file in islice(found, _MAX_FILES)]
    if not is_patch and is_commit_command(command):
        return replace(told, has_committed=True, others=tuple(files))
    return replace(files[0], others=tuple(files[1:])) if files else told


def _patched(told: HookPayload, patch: str) -> Iterator[HookPayload]:
    for file in parse_patches(patch):
        new = tuple(run for run in file.runs if len(run.strip()) >= _MIN_TEXT)
        old = (file.removed,) if file.removed else ()
        yield replace(told, path=file.path, is_edit=True, old_texts=old, new_texts=new)


def _touched_by_shell(told: HookPayload, command: str) -> Iterator[HookPayload]:
    written = written_paths(command)
    for path in written:
        yield replace(told, path=path, is_edit=True)
    for path, lines in read_files(command):
        if path not in written:
            yield replace(told, path=path, lines=lines)
