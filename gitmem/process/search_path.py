"""Which programs on PATH may be started without anybody having asked.

``githooks/programs.sh`` says the same in shell: what depends on the folder that one is in is no
place to look; what lies in a clone came with it, perhaps; and what everybody may write is nobody's.
Standard library only: hooks begin with this.
"""

# ruff: noqa: PTH113, PTH116, PTH120 - hooks begin with this, before pathlib is loaded

from __future__ import annotations

import os
from collections.abc import Mapping, MutableMapping

_DEFAULT = "/usr/bin:/bin"
_OF_TOOLS = ("/opt/homebrew", "/usr/local")  # Homebrew's own clone
_EVERYBODY_WRITES = 0o002


def keep_absolute_places(environ: MutableMapping[str, str]) -> None:
    """Leave out of PATH what depends on the folder one is in: an empty element, ``.``, ``bin``."""
    path = environ.get("PATH")
    if path is None:
        return
    places = path.split(os.pathsep)
    kept = [place for place in places if place.startswith("/")]
    if kept != places:
        environ["PATH"] = os.pathsep.join(kept) or _DEFAULT


def find_program(name: str, environ: Mapping[str, str]) -> str:
    """The path of the first program of that name on PATH that may be started; empty if none may."""
    for place in environ.get("PATH", _DEFAULT).split(os.pathsep):
        path = f"{place}/{name}"
        if place.startswith("/") and may_start(path, environ):
            return path
    return ""


def may_start(path: str, environ: Mapping[str, str]) -> bool:
    """Whether a program lies in no project, by no link either, where only its owner, the person or
    root, writes.
    """
    real = os.path.realpath(path)
    if not (os.path.isfile(real) and os.access(real, os.X_OK)):
        return False
    folders = {os.path.realpath(os.path.dirname(path)), os.path.dirname(real)}
    try:
        if os.stat(real).st_uid not in (0, os.getuid()):
            return False
        if any(os.stat(each).st_mode & _EVERYBODY_WRITES for each in (real, *folders)):
            return False
    except OSError:
        return False
    return not any(_is_in_project(folder, environ) for folder in folders)


def _is_in_project(folder: str, environ: Mapping[str, str]) -> bool:
    """Whether a folder, named without links, lies in a work tree.

    Some people's home is one, and some tools are installed as one: a hidden folder in their home.
    """
    given = environ.get("HOME", "")
    home = os.path.realpath(given) if given.startswith("/") else "/"
    place = folder
    while place not in ("/", "//"):
        if os.path.lexists(f"{place}/.git"):
            above, _, name = place.rpartition("/")
            is_tools = name.startswith(".") and above == home
            if not (is_tools or place == home or place in _OF_TOOLS):
                return True
        place = os.path.dirname(place)
    return False
