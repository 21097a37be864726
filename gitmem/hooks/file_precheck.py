"""A quick check for a file that the agent touches: is there anything to say about it at all?

An agent reads hundreds of files in a session and nearly always there is nothing.  This finds that
out with what the interpreter has loaded anyway and SQLite: no process, no dataclass, no other
module of ours.  Where it is not sure it says yes, and :mod:`gitmem.hooks.agent` decides.
"""

from __future__ import annotations

import json
import os
import sqlite3

# Typing and pathlib would cost as much as the look itself.
_PATH_QUERY = (
    "SELECT 1 FROM path JOIN touched ON touched.path = path.place WHERE path.name = ? LIMIT 1"
)
_MAX_HISTORY_BYTES = 1 << 20


def may_tell(payload: bytes, environ: dict[str, str]) -> bool:
    """Whether the hook should go on.  Raises nothing for anything that a payload may hold."""
    try:
        return _may_tell(json.loads(payload), environ)
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError, OSError):
        return True
    except sqlite3.Error:
        return True


def _may_tell(value: dict[str, dict[str, str]], environ: dict[str, str]) -> bool:
    asked = value["tool_input"]
    name = asked.get("file_path") or asked["notebook_path"]
    cwd = value.get("cwd") or ""
    start = environ.get("CLAUDE_PROJECT_DIR") or cwd or "."
    file = os.path.join(str(cwd or start), name)  # noqa: PTH118
    folder = os.path.realpath(os.path.dirname(file))  # noqa: PTH120
    top = folder
    while not os.path.isdir(os.path.join(top, ".git")):  # noqa: PTH112, PTH118
        if os.path.exists(os.path.join(top, ".git")) or os.path.dirname(top) == top:  # noqa: PTH110, PTH118, PTH120
            return True  # a linked work tree, a submodule, or no repository
        top = os.path.dirname(top)  # noqa: PTH120
    state = os.path.join(top, ".git", "gitmem")  # noqa: PTH118
    index = os.path.join(state, "index", "memories.sqlite3")  # noqa: PTH118
    path = os.path.relpath(os.path.join(folder, os.path.basename(file)), top)  # noqa: PTH118, PTH119
    path = path.replace(os.sep, "/")
    if not os.path.exists(index):  # noqa: PTH110 - connecting would make one
        return True
    database = sqlite3.connect(index, timeout=0.2)
    try:
        if database.execute(_PATH_QUERY, (path,)).fetchone() is None:
            return False
    finally:
        database.close()
    return not _has_heard(state, value, path)


def _has_heard(state: str, value: dict[str, dict[str, str]], path: str) -> bool:
    """Whether the listener has heard of those lines of the file, or of the file where it is read
    whole, by :mod:`gitmem.state.context_history`.
    """
    from gitmem.agents.claude.touched_lines import touched_lines
    from gitmem.model.line_ranges import subtract
    from gitmem.state.context_history_path import file_name

    agent = value.get("agent_id")
    listener = f"{value['session_id']} {agent}" if agent else str(value["session_id"])
    try:
        with open(os.path.join(state, "told", file_name(listener)), "rb") as lines:  # noqa: PTH118, PTH123
            text = lines.read(_MAX_HISTORY_BYTES)
    except FileNotFoundError:
        return False
    given = [json.loads(line) for line in text.splitlines()]
    if any(path in one.get("spent", ()) for one in given):
        return True
    asked = touched_lines(value["tool_input"], value.get("tool_response"))
    if not asked:
        return any(path in one.get("files", ()) for one in given)
    told = [pair for one in given for pair in one.get("lines", {}).get(path, ())]
    return not subtract(asked, told)
