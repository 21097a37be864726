"""What set-up knows of a client: whether it is here, and which files tell it of gitmem.

One module a client beside this one, named in :mod:`gitmem.setup.clients.clients`.  Each is pure:
bytes in, bytes out; who writes them is :mod:`gitmem.setup.client_files`.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


def no_conflict(content: bytes) -> str:
    """For a file in which nothing of another can be in our way."""
    return ""


@dataclass(frozen=True)
class ClientFile:
    """A file in which a client looks for what it is to run.

    ``path`` is from the top of the work tree, with slashes.  ``what`` is what we add, for a person
    to read.  ``with_us`` gives the content with our part, of None a new one, and the same bytes
    where our present part is there; ``without_us`` takes it out; ``has_us`` says whether all of our
    present part is there, once.  ``is_same``: whether two contents say the same to the client;
    ``is_nothing``: whether one says nothing.  ``conflict`` says why a content is to be left as it
    is, empty where it is not.  All of these raise ``ForeignFile`` for what they do not understand.
    ``user_path`` is the file of the same form that is the person's own, by the environment.
    """

    path: str
    what: str
    with_us: Callable[[bytes | None], bytes]
    without_us: Callable[[bytes], bytes]
    has_us: Callable[[bytes], bool]
    is_same: Callable[[bytes, bytes], bool]
    is_nothing: Callable[[bytes], bool]
    conflict: Callable[[bytes], str] = no_conflict
    user_path: Callable[[Mapping[str, str]], Path] | None = None
    is_server: bool = False

    def mentions_us(self, content: bytes | None) -> bool:
        """Whether anything of ours is in it, of whatever version.

        Raises:
            ForeignFile: it cannot be understood.
        """
        return content is not None and self.without_us(content) != content


@dataclass(frozen=True)
class ClientSetup:
    """A client: its ``name`` is the agent's in provenance and in ``gitmem init --agent``, its
    ``title`` what its maker calls it.

    It is here where one of its ``programs`` is on the PATH, one of its folders exists in the
    person's home (``homes``, by the environment), or its ``folder`` in the project, if it has one.
    ``sample`` is what its payload at a session's start has beside ``cwd`` and the event's name,
    without an id.
    ``advice`` is what is left for the person to do in it, once our part is in its files.
    ``hooks_off`` are the keys that lead to the choice, in the files that have its hooks, by which
    it runs none where that is ``hooks_off_value``.
    """

    name: str
    title: str
    files: tuple[ClientFile, ...]
    programs: tuple[str, ...] = ()
    homes: Callable[[Mapping[str, str]], Sequence[Path]] = lambda environ: ()
    folder: str = ""
    sample: Mapping[str, Any] = field(default_factory=lambda: {"source": "startup"})
    advice: str = ""
    hooks_off: tuple[str, ...] = ()
    hooks_off_value: bool = True

    def is_here(self, worktree: Path, environ: Mapping[str, str]) -> bool:
        """Whether the person, or the project, uses this client."""
        if any(shutil.which(name, path=environ.get("PATH", "")) for name in self.programs):
            return True
        if self.folder and (worktree / self.folder).is_dir():
            return True
        return any(home.is_dir() for home in self.homes(environ))


def home_folder(environ: Mapping[str, str], variable: str, name: str) -> Path:
    """A client's folder in the person's home, which a variable may put elsewhere."""
    given = environ.get(variable, "") if variable else ""
    return Path(given) if given else Path(environ.get("HOME") or "/") / name
