"""The calls of GitHub Copilot CLI's tools, by the names that :mod:`gitmem.model.session` has.

**Source:** the tools that 0.0.3xx to 1.0.102 gave the model, and what they wrote of their calls.
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterator

from gitmem.agents.draft import Draft, render_input
from gitmem.agents.json_values import (
    JsonObject,
    join_texts,
    parse_object,
    parse_objects,
    parse_path,
    parse_text,
)
from gitmem.agents.patches import has_patch, parse_patches
from gitmem.model.session import EDIT_TOOLS, READ_TOOLS, Event

_TOOLS = {
    "bash": "Bash",
    "shell": "Bash",
    "local_shell": "Bash",
    "powershell": "PowerShell",
    "read_bash": "BashOutput",
    "write_bash": "BashOutput",
    "read_powershell": "BashOutput",
    "write_powershell": "BashOutput",
    "view": "Read",
    "read_file": "Read",
    "edit": "Edit",
    "insert": "Edit",
    "replace": "Edit",
    "str_replace": "Edit",
    "edit_file": "Edit",
    "create": "Write",
    "create_file": "Write",
    "write_file": "Write",
    "apply_patch": "Edit",
    "task": "Task",
    "read_agent": "TaskOutput",
    "ask_user": "AskUserQuestion",
    "exit_plan_mode": "ExitPlanMode",
    "grep": "Grep",
    "rg": "Grep",
    "glob": "Glob",
    "skill": "Skill",
    "web_fetch": "WebFetch",
    "web_search": "WebSearch",
}
_EDITOR = "str_replace_editor"
_EDITOR_COMMANDS = {"view": "Read", "create": "Write", "str_replace": "Edit", "insert": "Edit"}
_SHELLS = ("Bash", "PowerShell")
_PATHS = ("path", "file_path", "filePath")
_NEW_TEXTS = ("new_str", "new_string", "file_text", "content", "insert_text")
_OLD_TEXTS = ("old_str", "old_string")
_PATCHES = ("input", "patch")


def parse_arguments(value: object) -> JsonObject:
    """The arguments of a call, which may be JSON in a text; a text of another kind is ``text``."""
    if not isinstance(value, str):
        return parse_object(value)
    try:
        given = json.loads(value)
    except (ValueError, RecursionError):
        given = None
    return given if isinstance(given, dict) else {"text": value}


def name_tool(name: str, given: JsonObject) -> str:
    """The model's name of a tool; its own where the model has none."""
    if name == _EDITOR:
        return _EDITOR_COMMANDS.get(parse_text(given.get("command")), name)
    return _TOOLS.get(name, name)


def draft_call(
    name: str, given: JsonObject, call_id: str, cwd: str, draft: Draft
) -> Iterator[Event]:
    """The events of a call that ran in ``cwd``."""
    tool, path = name_tool(name, given), _path(given, cwd)
    patch = _first(given, _PATCHES) or _first(given, ("text",))
    if tool == "Edit" and has_patch(patch):
        yield from draft_patch(patch, call_id, cwd, draft)
    elif tool in EDIT_TOOLS:
        added, removed = _new_text(given), _old_text(given)
        yield from draft.edit(tool, call_id, path, added=added, removed=removed)
    elif tool in READ_TOOLS:
        yield from draft.call(tool, call_id, path=path)
    elif tool in _SHELLS:
        command = _first(given, ("command", "text"))
        yield from draft.run(tool, call_id, command)
    elif tool == "BashOutput":
        yield from draft.run(tool, call_id, parse_text(given.get("input")), is_writing=False)
    else:
        plan = _first(given, ("plan", "planContent", "summary")) if tool == "ExitPlanMode" else ""
        yield from draft.call(tool, call_id, text=render_input(given), plan=plan)


def draft_patch(patch: str, call_id: str, cwd: str, draft: Draft) -> Iterator[Event]:
    """An edit for each file of a patch."""
    for file in parse_patches(patch):
        path = posixpath.normpath(posixpath.join(cwd, file.path))
        yield from draft.edit("Edit", call_id, path, added=file.added, removed=file.removed)


def _path(given: JsonObject, cwd: str) -> str:
    path = parse_path(next((given[key] for key in _PATHS if given.get(key)), ""))
    return posixpath.join(cwd, path) if path else ""


def _first(given: JsonObject, keys: tuple[str, ...]) -> str:
    return next((text for key in keys if (text := parse_text(given.get(key)))), "")


def _new_text(given: JsonObject) -> str:
    edits = [given, *parse_objects(given.get("edits"))]
    return join_texts(text for edit in edits if (text := _first(edit, _NEW_TEXTS)))


def _old_text(given: JsonObject) -> str:
    edits = [given, *parse_objects(given.get("edits"))]
    return join_texts(text for edit in edits if (text := _first(edit, _OLD_TEXTS)))
