"""Whether a client that runs Claude Code's hooks has hooks of ours in a file of its own as well.

Then those answer it, and the others say nothing: it is told once.  A file that only speaks of such
a hook, or that is no JSON, holds none: the client runs nothing of it.  Standard library only.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

_LAUNCHER = "/gitmem/run"
_MAX_BYTES, _MOST_FILES = 1 << 20, 32
_PLACES = {
    "cursor": (".cursor/hooks.json", "", ".cursor", "hooks.json"),
    "codex": (".codex/hooks.json", "CODEX_HOME", ".codex", "hooks.json"),
    "copilot-cli": (".github/hooks", "COPILOT_HOME", ".copilot", "hooks"),
}
"""The file or folder in the project; the variable that names the client's folder, its name in the
person's home where there is none, and the file or folder in it.
"""


def has_native_hook(client: str, event: str, project: Path, environ: Mapping[str, str]) -> bool:
    """Whether a hook of ours for this event, made for this client, is in a file that it reads."""
    words, name = f"hook {event} ", f"--client {client}"
    return any(
        _LAUNCHER in text and words in text and f"{name} " in text.replace(";", " ")
        for data in _contents(client, project, environ)
        if words.encode() in data and name.encode() in data  # most have neither
        for text in hook_commands(data)
    )


def hook_commands(data: bytes) -> Iterator[str]:
    """What the file's hooks run, in groups or not; nothing where it is not of that form."""
    try:
        value = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return
    hooks = value.get("hooks") if isinstance(value, dict) else None
    events = hooks.values() if isinstance(hooks, dict) else ()
    for entries in events:
        for entry in entries if isinstance(entries, list) else ():
            held = entry.get("hooks") if isinstance(entry, dict) else None
            for hook in held if isinstance(held, list) else [entry]:
                yield from _texts(hook)


def _texts(hook: Any) -> Iterator[str]:
    """The texts of one hook, however the key of its command is called."""
    if isinstance(hook, dict) and hook.get("disabled") is not True:
        yield from (text for text in hook.values() if isinstance(text, str))


def _contents(client: str, project: Path, environ: Mapping[str, str]) -> Iterator[bytes]:
    from gitmem.git.regular_file import read_regular

    for path in _files(client, project, environ):
        try:
            yield read_regular(path, _MAX_BYTES)
        except OSError:
            continue


def _files(client: str, project: Path, environ: Mapping[str, str]) -> Iterator[str]:
    if client not in _PLACES:
        return
    inside, variable, folder, file = _PLACES[client]
    home = environ.get(variable, "") if variable else ""
    home = home or os.path.join(environ.get("HOME") or os.sep, folder)  # noqa: PTH118
    for place in (os.path.join(project, inside), os.path.join(home, file)):  # noqa: PTH118
        if place.endswith(".json"):
            yield place
            continue
        try:
            names = sorted(os.listdir(place))[:_MOST_FILES]  # noqa: PTH208
        except OSError:
            continue
        yield from (os.path.join(place, name) for name in names if name.endswith(".json"))  # noqa: PTH118
