"""gitmem's MCP server in the project's ``.codex/config.toml``, below whatever is there.

A table of its own at the end of the file is sound TOML behind any other, so nothing else is
touched.  Where the file names a server ``gitmem`` in another way it is left alone.  Pure.
"""

from __future__ import annotations

import json
import re
from importlib import import_module
from typing import Any

from gitmem.errors import ForeignFile
from gitmem.setup.launcher_line import LAUNCHER
from gitmem.setup.mcp_json import NAME, SERVER

PROJECT_FILE = ".codex/config.toml"

_WHAT = "Codex's project configuration"
_HEADER = "# gitmem: what this repository remembers, to be searched by agents\n"
_TABLE = f"[mcp_servers.{NAME}]\n"
_BLOCK = (
    f"{_HEADER}{_TABLE}command = {json.dumps(SERVER['command'])}\n"
    f"args = {json.dumps(SERVER['args'])}\n"
)
"""JSON's texts and lists of texts are TOML's, too."""
# Ours in any version: the table to the next one or the end, with our word above it and the blank
# line that we put before that.
_OURS = re.compile(
    r"(?:(?<=\n)\n)?(?:^# gitmem: [^\n]*\n)?"
    r"^\[mcp_servers\.gitmem\][ \t]*\r?\n(?:[^\[\n#][^\n]*\n?)*",
    re.MULTILINE,
)
_NAMES_ONE = re.compile(
    r"""^\s*(?:\[+\s*)?mcp_servers\s*(?:\.\s*["']?gitmem\b|=)|^\s*["']?gitmem["']?\s*[.=]""",
    re.MULTILINE,
)


def with_server(content: bytes | None) -> bytes:
    """The file with our server; the same bytes where it is there, or another of its name.

    Raises:
        ForeignFile: the content is not TOML.
    """
    if content is not None and (has_server(content) or has_other(content)):
        return content
    text = _without(_decode(content or b""))
    if text and not text.endswith("\n"):
        text += "\n"
    text += ("\n" if text else "") + _BLOCK
    return text.encode()


def without_server(content: bytes) -> bytes:
    """The file without our server.

    Raises:
        ForeignFile: as above.
    """
    return _without(_decode(content)).encode()


def has_server(content: bytes) -> bool:
    """Whether our server is there in its present form.

    Raises:
        ForeignFile: as above.
    """
    found = [match[0] for match in _OURS.finditer(_decode(content)) if LAUNCHER in match[0]]
    return [one.strip() for one in found] == [_BLOCK.strip()]


def has_other(content: bytes) -> bool:
    """Whether there is a server with our name that somebody else wrote, or may be.

    Raises:
        ForeignFile: as above.
    """
    return _NAMES_ONE.search(_without(_decode(content))) is not None


def conflict(content: bytes) -> str:
    """What a person is told where :func:`has_other`; else empty.

    Raises:
        ForeignFile: as above.
    """
    return f"'{PROJECT_FILE}' has a server '{NAME}' that is not ours" if has_other(content) else ""


def is_same(one: bytes, other: bytes) -> bool:
    """Whether both say the same to the client, as far as can be told."""
    return one == other or one.rstrip() == other.rstrip()


def is_nothing(content: bytes) -> bool:
    """Whether there is nothing in it."""
    return not content.strip()


def _without(text: str) -> str:
    return _OURS.sub(lambda match: "" if LAUNCHER in match[0] else match[0], text)


def _decode(content: bytes) -> str:
    """The text, which is known to be TOML where Python can tell (3.11)."""
    try:
        text = content.decode()
        _parse(text)
    except ValueError as error:
        raise ForeignFile(f"{_WHAT} is not TOML") from error
    return text


def _parse(text: str) -> Any:
    try:
        return import_module("tomllib").loads(text)
    except ModuleNotFoundError:
        return None
