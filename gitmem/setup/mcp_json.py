"""gitmem's MCP server in the project's ``.mcp.json``, next to whatever is there.

Pure: bytes in, bytes out.
"""

from __future__ import annotations

import json
from typing import Any

from gitmem.errors import ForeignFile
from gitmem.setup import json_edit
from gitmem.setup.launcher_line import FIND_LAUNCHER, LAUNCHER

PROJECT_FILE = ".mcp.json"
NAME = "gitmem"

_NEW = "{\n}\n"
_SERVERS = "mcpServers"

# Braces behind a dollar are the client's to replace: there are none.
SERVE_NOTHING = (
    "while IFS= read -r l; do i=$(printf '%s\\n' \"$l\""
    """ | sed -nE 's/.*"id" *: *([0-9]+|"[^"]*").*/\\1/p'); [ -n "$i" ] || continue"""
    "; r='{}'; case $l in *'\"initialize\"'*) v=$(printf '%s\\n' \"$l\""
    """ | sed -nE 's/.*"protocolVersion" *: *"([0-9-]+)".*/\\1/p')"""
    """; r='{"protocolVersion":"'$v'","capabilities":{}'"""
    """',"serverInfo":{"name":"gitmem","version":"0"}}'"""
    """ ;; esac; printf '{"jsonrpc":"2.0","id":%s,"result":%s}\\n' "$i" "$r"; done"""
)
"""A server in shell that offers nothing: it keeps the client from reporting one that failed."""

# Where gitmem is not set up, or not any more: the file is the team's, and gitmem is each person's
# own choice.
_SCRIPT = (
    f'[ -n "$CLAUDE_PROJECT_DIR" ] && cd "$CLAUDE_PROJECT_DIR"; {FIND_LAUNCHER} && exec "$g" mcp'
    '; echo "gitmem is not set up in this clone. Run: gitmem init" >&2'
    f"; {SERVE_NOTHING}"
)
SERVER = {"type": "stdio", "command": "sh", "args": ["-c", _SCRIPT]}
"""What the client starts."""


def with_server(content: bytes | None) -> bytes:
    """The file with our server; the same bytes where it is there, or another of its name.

    Raises:
        ForeignFile: the content is not a JSON object, or its servers are not one.
    """
    if content is not None and (has_server(content) or has_other(content)):
        return content
    head, text = _decode(content)
    text = _without(text) if text.strip() else _NEW
    top = json_edit.root(text)
    servers = json_edit.member(text, top, _SERVERS)
    if servers is None:
        text = json_edit.append(text, top, {NAME: SERVER}, _SERVERS)
    else:
        text = json_edit.append(text, servers.value_at, SERVER, NAME)
    return head + text.encode("utf-8", "surrogatepass")


def without_server(content: bytes) -> bytes:
    """The file without our server, and without what held nothing else.

    Raises:
        ForeignFile: as above.
    """
    head, text = _decode(content)
    return head + _without(text).encode("utf-8", "surrogatepass") if text.strip() else content


def has_server(content: bytes) -> bool:
    """Whether our server is there in its present form.

    Raises:
        ForeignFile: as above.
    """
    return bool(_entry(_decode(content)[1]) == SERVER)


def has_other(content: bytes) -> bool:
    """Whether there is a server with our name that somebody else wrote.

    Raises:
        ForeignFile: as above.
    """
    entry = _entry(_decode(content)[1])
    return entry is not None and not _is_ours(entry)


def conflict(content: bytes) -> str:
    """What a person is told where :func:`has_other`; else empty.

    Raises:
        ForeignFile: as above.
    """
    return f"'{PROJECT_FILE}' has a server '{NAME}' that is not ours" if has_other(content) else ""


def _is_ours(entry: Any) -> bool:
    return isinstance(entry, dict) and LAUNCHER in json.dumps(entry)


def _entry(text: str) -> Any:
    return json.loads(text).get(_SERVERS, {}).get(NAME) if text.strip() else None


def _without(text: str) -> str:
    top = json_edit.root(text)
    servers = json_edit.member(text, top, _SERVERS)
    ours = json_edit.member(text, servers.value_at, NAME) if servers else None
    if servers is None or ours is None or not _is_ours(ours.value):
        return text
    if len(servers.value) > 1:
        return json_edit.remove(text, servers.value_at, ours)
    return json_edit.remove(text, top, servers)


def _decode(content: bytes | None) -> tuple[bytes, str]:
    """The byte order mark, if any, and the text behind it, which is known to be sound."""
    mark, text, value = json_edit.decode_object(content, "the project's MCP servers")
    if not isinstance(value.get(_SERVERS, {}), dict):
        raise ForeignFile(f"'{_SERVERS}' of the project's MCP servers is not a JSON object")
    return mark, text
