"""A quick check for a file that the agent touches: is there anything to say about it at all?

An agent reads hundreds of files in a session and nearly always there is nothing.  This finds that
out with what the interpreter has loaded anyway and SQLite, which reads JSON as well: no process,
no expression, no other module of ours.  Where it is not sure it says yes, and
:mod:`gitmem.hooks.agent` decides.
"""

from __future__ import annotations

import os
import sqlite3

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitmem.model.line_ranges import Ranges

# The keys of Claude Code, and those of Copilot CLI in Claude Code's form and in its own.
# json, typing and pathlib would each cost as much as the look itself.
_PAYLOAD_QUERY = (
    "SELECT coalesce(json_extract(:payload, '$.tool_input.file_path'),"
    " json_extract(:payload, '$.tool_input.notebook_path'),"
    " json_extract(:payload, '$.tool_input.path'), json_extract(:payload, '$.toolArgs.path')),"
    " json_extract(:payload, '$.cwd'),"
    " coalesce(json_extract(:payload, '$.parent_agent_id'),"
    " json_extract(:payload, '$.parentAgentId'), json_extract(:payload, '$.session_id'),"
    " json_extract(:payload, '$.sessionId')),"
    " coalesce(json_extract(:payload, '$.agent_id'), json_extract(:payload, '$.agentId')),"
    " json_extract(:payload, '$.tool_input.command')"
)
_TOUCHING = (
    *("*** Begin Patch", ">", "cat ", "sed ", "head ", "tail ", "nl ", "less ", "bat "),
    *("tee ", "mv ", "cp ", "rm ", "perl ", "python", "node ", "ruby ", " commit"),
)
"""What stands in a command that touches a file by the rules of :mod:`gitmem.agents.shell_reads` and
:mod:`gitmem.agents.shell_writes`, or that commits.
"""
_READ_QUERY = (
    "SELECT coalesce(json_type(:payload, '$.tool_input.old_string'),"
    " json_type(:payload, '$.tool_input.edits'), json_type(:payload, '$.tool_input.content'),"
    " json_type(:payload, '$.tool_input.new_source'), json_type(:payload, '$.tool_input.old_str'),"
    " json_type(:payload, '$.tool_input.file_text'), json_type(:payload, '$.toolArgs.old_str'),"
    " json_type(:payload, '$.toolArgs.file_text')) IS NOT NULL,"
    " json_extract(:payload, '$.tool_input.offset'),"
    " json_extract(:payload, '$.tool_input.limit'),"
    " json_extract(:payload, '$.tool_response.file.startLine'),"
    " json_extract(:payload, '$.tool_response.file.numLines'),"
    " json_extract(:payload, '$.tool_response.file.totalLines')"
)
_SPENT_QUERY = "SELECT 1 FROM json_each(?, '$.spent') WHERE value = ?"
_LINES_QUERY = (
    "SELECT json_extract(pair.value, '$[0]'), json_extract(pair.value, '$[1]')"
    " FROM json_each(?, '$.lines') AS file, json_each(file.value) AS pair WHERE file.key = ?"
)
_HEARD_QUERY = "SELECT 1 FROM json_each(?, '$.files') WHERE value = ?"
_PATH_QUERY = (
    "SELECT 1 FROM path JOIN touched ON touched.path = path.place WHERE path.name = ? LIMIT 1"
)
_MAX_HISTORY_BYTES = 1 << 20


def may_tell(payload: bytes, environ: dict[str, str]) -> bool:
    """Whether the hook should go on.  Raises nothing for anything that a payload may hold."""
    try:
        return _may_tell(payload.decode(), environ)
    except (ValueError, TypeError, AttributeError, OSError, sqlite3.Error):
        return True


def _may_tell(payload: str, environ: dict[str, str]) -> bool:
    reader = sqlite3.connect(":memory:")
    try:
        found = reader.execute(_PAYLOAD_QUERY, {"payload": payload}).fetchone()
    finally:
        reader.close()
    name, cwd, session, agent, command = found
    if name is None and isinstance(command, str):  # of a client without a tool for each
        return any(word in command for word in _TOUCHING)
    start = environ.get("CLAUDE_PROJECT_DIR") or cwd or "."
    file = os.path.join(cwd or start, name)  # noqa: PTH118
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
        listener = f"{session} {agent}" if agent else session
        return not _has_heard(database, state, listener, path, payload)
    finally:
        database.close()


def _has_heard(
    database: sqlite3.Connection, state: str, listener: str, path: str, payload: str
) -> bool:
    """Whether the listener has heard of the lines that it read, of the file where it read that
    whole, or all there is, by :mod:`gitmem.state.context_history`.
    """
    from gitmem.model.line_ranges import subtract
    from gitmem.state.context_history_path import file_name

    try:
        told = os.path.join(state, "told", file_name(listener))  # noqa: PTH118
        with open(os.open(told, os.O_RDONLY | os.O_NONBLOCK), "rb") as lines:  # noqa: PTH123
            text = lines.read(_MAX_HISTORY_BYTES)
    except FileNotFoundError:
        return False
    asked = left = _lines_read(database, payload)
    for line in text.decode().splitlines():
        if database.execute(_SPENT_QUERY, (line, path)).fetchone():
            return True
        if asked == () and database.execute(_HEARD_QUERY, (line, path)).fetchone():
            return True
        if left:
            left = subtract(left, database.execute(_LINES_QUERY, (line, path)).fetchall())
    return bool(asked) and not left


def _lines_read(database: sqlite3.Connection, payload: str) -> Ranges | None:
    """The lines that were read, none where that is the whole file; None for an edit."""
    from gitmem.agents.touched_lines import read_lines

    found = database.execute(_READ_QUERY, {"payload": payload}).fetchone()
    is_edit, offset, limit, first, number, total = found
    if is_edit:
        return None
    told = {"startLine": first, "numLines": number, "totalLines": total}
    return read_lines({"offset": offset, "limit": limit}, {"file": told})
