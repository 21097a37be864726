"""An agent's absolute paths, as paths of the repository.

Pure: a work tree that has several names (a symlinked ``/tmp``, a resolved path) is given with all
of them.  Paths come from a transcript and may be anything.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable

from gitmem.agents.json_values import MAX_PATH

_DRIVE = re.compile(r"[A-Za-z]:[\\/]")
_UNUSABLE = re.compile(r"[\x00\ud800-\udfff]")
_MACOS_PRIVATE = "/private"
_MACOS_LINKS = ("/tmp/", "/var/", "/etc/")  # noqa: S108  names to compare, nothing is written


class WorkTree:
    """A work tree under all its names.

    A relative path is taken for one inside, unless ``is_elsewhere``: whoever speaks of it was
    started in another place.
    """

    def __init__(self, names: Iterable[str], *, is_elsewhere: bool = False) -> None:
        self._is_elsewhere = is_elsewhere
        plain = [_normal(name) for name in names if name]
        also = [name[len(_MACOS_PRIVATE) :] for name in plain if name.startswith("/private/")]
        also += [_MACOS_PRIVATE + name for name in plain if name.startswith(_MACOS_LINKS)]
        prefixes = {name.rstrip("/") + "/" for name in [*plain, *also]}
        # The longest first: a linked work tree may lie inside another one.
        self._prefixes = tuple(sorted(prefixes, key=lambda prefix: (-len(prefix), prefix)))
        self._cache: dict[str, str] = {}

    def relative(self, path: str) -> str:
        """The path inside the work tree, with ``/``; empty when it is not inside (or in .git)."""
        found = self._cache.get(path)
        if found is None:
            found = self._cache[path] = self._relative(path)
        return found

    def _relative(self, path: str) -> str:
        if not path or len(path) > MAX_PATH or _UNUSABLE.search(path):
            return ""
        normal = _normal(path)
        inside = next(
            (normal[len(prefix) :] for prefix in self._prefixes if normal.startswith(prefix)), ""
        )
        if self._is_elsewhere:
            return "" if inside.split("/")[0] == ".git" else inside
        if not inside and not normal.startswith(("/", "..", "~")) and not _DRIVE.match(normal):
            inside = normal
        return "" if inside in ("", ".") or inside.split("/")[0] == ".git" else inside


def _normal(path: str) -> str:
    if _DRIVE.match(path):
        path = path[0].upper() + path[1:].replace("\\", "/")
    return posixpath.normpath(path)
