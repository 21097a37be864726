"""gitmem's hooks in the settings file of Claude Code, next to whatever is there.

Only event names that client 2.0.44 knows are used: all before 2.1 ignore a whole file that names
an event unknown to them.
Pure: bytes in, bytes out.
"""

from __future__ import annotations

import json
from typing import Any

from gitmem.errors import ForeignFile
from gitmem.setup import json_edit
from gitmem.setup.launcher_line import FIND_LAUNCHER, LAUNCHER

TIMEOUTS = {
    "SessionStart": 15,
    "UserPromptSubmit": 10,
    "PostToolUse": 5,
    "SubagentStart": 5,
    "Stop": 10,
    "SessionEnd": 10,
}
"""The events and how long the client waits for us, in seconds.  Without a number of our own
SessionEnd would be cut off after 1.5 s.
"""

MATCHERS = {"PostToolUse": {"Read|Edit|Write|MultiEdit|NotebookEdit": "", "Bash": " Bash"}}
"""The tools whose use concerns us, each set with what the command says of it.  What a hook prints
before a tool is used reaches the model with the tool's result anyway, and not at all in client
2.0.77; after it, in all of them.  Commands are told apart, so that the launcher can end the hook
before any Python starts where no commit was made.
"""

PROJECT_FILE = ".claude/settings.json"

_NEW = "{\n}\n"


def hook_command(event: str, tool: str = "") -> str:
    """What the client runs.  It is committed with the project, hence no path of this machine;
    in a clone without gitmem, or outside a repository, it does nothing and says nothing.

    ``tool`` is what a value of ``MATCHERS`` adds.
    """
    return (
        f'cd "${{CLAUDE_PROJECT_DIR:-.}}" 2>/dev/null && {FIND_LAUNCHER}'
        f' && exec "$g" hook {event}{tool}; exit 0'
    )


def with_hooks(content: bytes | None) -> bytes:
    """The settings with our hooks; the same bytes when all of them are there.

    Raises:
        ForeignFile: the content is no JSON, or its hooks have a form we do not know.
    """
    if content is not None and has_hooks(content):
        return content
    head, text = _decode(content)
    text = _without(text) if text.strip() else _NEW
    for event in TIMEOUTS:
        for group in _groups_for(event):
            text = _add(text, event, group)
    return head + text.encode("utf-8", "surrogatepass")


def without_hooks(content: bytes) -> bytes:
    """The settings without our hooks, and without what held nothing else.

    Raises:
        ForeignFile: as above.
    """
    head, text = _decode(content)
    return head + _without(text).encode("utf-8", "surrogatepass") if text.strip() else content


def has_hooks(content: bytes) -> bool:
    """Whether every event has exactly our present command, once.

    Raises:
        ForeignFile: as above.
    """
    text = _decode(content)[1]
    if not text.strip():
        return False
    groups = _hooks_value(text)
    ours = {event: _our_hooks(groups.get(event)) for event in {*groups, *TIMEOUTS}}
    return all(found == _hooks_for(event) for event, found in ours.items())


def is_same_settings(one: bytes, other: bytes) -> bool:
    """Whether both say the same to the client."""
    try:
        return bool(json.loads(one or b"{}") == json.loads(other or b"{}"))
    except ValueError:
        return False


def _hooks_for(event: str) -> list[dict[str, Any]]:
    return [hook for group in _groups_for(event) for hook in group["hooks"]]


def _groups_for(event: str) -> list[dict[str, Any]]:
    if event not in TIMEOUTS:
        return []

    def hooks(tool: str = "") -> list[dict[str, Any]]:
        command = hook_command(event, tool)
        return [{"type": "command", "command": command, "timeout": TIMEOUTS[event]}]

    found = MATCHERS.get(event, {})
    groups: list[dict[str, Any]] = [
        {"matcher": tools, "hooks": hooks(tool)} for tools, tool in found.items()
    ]
    return groups or [{"hooks": hooks()}]


def _our_hooks(groups: Any) -> list[Any]:
    held = [group.get("hooks") for group in _as_list(groups) if isinstance(group, dict)]
    return [hook for hooks in held for hook in _as_list(hooks) if _is_ours(hook)]


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _is_ours(hook: Any) -> bool:
    return isinstance(hook, dict) and LAUNCHER in str(hook.get("command"))


def _decode(content: bytes | None) -> tuple[bytes, str]:
    """The byte order mark, if any, and the text behind it, which is known to be sound."""
    mark, text, value = json_edit.decode_object(content, "the agent's settings")
    _check(value.get("hooks", {}))
    return mark, text


def _check(hooks: Any) -> None:
    """What we add to must have the form we know; what else is there may have any."""
    if not isinstance(hooks, dict):
        raise ForeignFile("'hooks' in the agent's settings is not an object")
    for event in TIMEOUTS:
        if not isinstance(hooks.get(event, []), list):
            raise ForeignFile(f"'hooks.{event}' in the agent's settings is not a list")


def _hooks_value(text: str) -> dict[str, Any]:
    found = json_edit.member(text, json_edit.root(text), "hooks")
    return dict(found.value) if found else {}


def _add(text: str, event: str, group: dict[str, Any]) -> str:
    top = json_edit.root(text)
    hooks = json_edit.member(text, top, "hooks")
    if hooks is None:
        return json_edit.append(text, top, {event: [group]}, "hooks")
    groups = json_edit.member(text, hooks.value_at, event)
    if groups is None:
        return json_edit.append(text, hooks.value_at, [group], event)
    return json_edit.append(text, groups.value_at, group)


def _without(text: str) -> str:
    """Take our hooks out one at a time: each removal moves the positions of the others."""
    while (shorter := _without_one(text)) is not None:
        text = shorter
    return text


def _without_one(text: str) -> str | None:
    top = json_edit.root(text)
    hooks = json_edit.member(text, top, "hooks")
    if hooks is None:
        return None
    for event in json_edit.items(text, hooks.value_at):
        for group in _items(text, event, list):
            inner = next((i for i in _items(text, group, dict) if i.key == "hooks"), None)
            for hook in _items(text, inner, list):
                if inner and _is_ours(hook.value):
                    chain = (hooks, event, group, inner, hook)
                    return _remove_with_empty_holders(text, top, *chain)
    return None


def _items(text: str, holder: json_edit.Item | None, form: type) -> list[json_edit.Item]:
    """The items of a holder of that form; none of anything else."""
    if holder is None or not isinstance(holder.value, form):
        return []
    return json_edit.items(text, holder.value_at)


def _remove_with_empty_holders(text: str, top: int, *chain: json_edit.Item) -> str:
    """Remove the last of the chain, and upwards every holder that held only it.

    A group goes with its last hook whatever its matcher says.
    """
    hooks, event, group, inner, hook = chain
    if len(inner.value) > 1:
        return json_edit.remove(text, inner.value_at, hook)
    if len(event.value) > 1:
        return json_edit.remove(text, event.value_at, group)
    if len(hooks.value) > 1:
        return json_edit.remove(text, hooks.value_at, event)
    return json_edit.remove(text, top, hooks)
