"""How a person can call this gitmem: what every "Run: gitmem …" is shown as.

Where the shell finds ``gitmem``, that is its name.  In a virtual environment that is not active,
behind ``python -m gitmem``, or out of a cache of ``uvx`` it is not, and a hint that cannot be
typed helps nobody.  Standard library only.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

_NAME = "gitmem"
_GIT_NAME = "git-mem"
_UVX_CACHE = re.compile(r"[\\/](?:archive|environments|builds)-v\d+[\\/]")
_PIPX_CACHE = re.compile(r"[\\/]pipx[\\/](?:\.cache|[0-9a-f]{15})[\\/]|[\\/]\.cache[\\/]pipx[\\/]")
_HINT = re.compile(r"(?<=: )gitmem(?= (?!is |here\b|was )[a-z-])|(?<=`)gitmem(?= [a-z-])")


def own_command(environ: Mapping[str, str] | None = None, program: str | None = None) -> str:
    """The words that call gitmem from a shell, quoted for it.

    ``environ`` and ``program`` (what was started, as in ``sys.argv[0]``) are this process's own.
    """
    given = os.environ if environ is None else environ
    started = Path(sys.argv[0] if program is None else program)
    found = shutil.which(_NAME, path=given.get("PATH"))
    if started.name == _GIT_NAME and shutil.which(_GIT_NAME, path=given.get("PATH")):
        return "git mem"
    if found and not _cached(found) and _is_this(Path(found), started):
        return _NAME
    beside = Path(sys.executable).with_name(_NAME)  # the interpreter's link, not where it leads
    path = started if started.name == _NAME else beside
    if runner := _cached(os.fspath(path)):
        return f"{runner} {_distribution()} {_NAME}"
    if os.access(path, os.X_OK) and path.is_file():
        return shlex.quote(os.path.abspath(path))  # noqa: PTH100 - a link keeps its own name
    return f"{_python(given)} -m {_NAME}"


def as_typed(text: str) -> str:
    """The text with each command of gitmem in it as it can be typed here."""
    if _NAME not in text or not _HINT.search(text):
        return text
    command = own_command()
    return text if command == _NAME else _HINT.sub(lambda _: command, text)


def _is_this(found: Path, started: Path) -> bool:
    """Whether the one that the shell finds may be the one that was started by its path."""
    if started.name != _NAME or not started.is_file():
        return True  # by a module's name, or from a hook: the shell's is the person's choice
    try:
        return found.samefile(started)
    except OSError:
        return False


def _cached(path: str) -> str:
    """What runs a program that lies in a cache, where it may be gone tomorrow; else nothing."""
    if _UVX_CACHE.search(path) and "uv" in path:
        return "uvx --from"
    return "pipx run --spec" if _PIPX_CACHE.search(path) else ""


def _distribution() -> str:
    """What to install gitmem from: its address where it came from one, else its name."""
    try:
        names = metadata.packages_distributions().get(_NAME, [])  # type: ignore[attr-defined,unused-ignore]
    except AttributeError:
        names = [_NAME]
    name = next(iter(names), _NAME)
    try:
        direct = metadata.distribution(name).read_text("direct_url.json") or ""
    except metadata.PackageNotFoundError:
        return name
    address = re.search(r'"url":\s*"([^"\s]+)"', direct)
    if address is None:
        return name
    is_git = re.search(r'"vcs":\s*"git"', direct) is not None
    return shlex.quote(("git+" if is_git else "") + address[1].removeprefix("file://"))


def _python(environ: Mapping[str, str]) -> str:
    for name in ("python3", "python"):
        found = shutil.which(name, path=environ.get("PATH"))
        if found and os.path.abspath(found) == os.path.abspath(sys.executable):  # noqa: PTH100
            return name
    return shlex.quote(sys.executable)
