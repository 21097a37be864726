"""The repositories on this machine where gitmem is set up: their paths, and nothing else.

One small file each, so that no two processes ever write the same one.  Whether a repository may
be searched from elsewhere is not written here but asked of its own settings.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from gitmem.errors import GitmemError
from gitmem.git.repo import Repo, find_repo, open_git_dir, translate_os_errors
from gitmem.state.atomic import make_folder
from gitmem.state.state_file import StateFile

_MAX_BYTES = 1 << 14


def known_repos_folder(environ: Mapping[str, str]) -> Path:
    """Where the list of this machine's user is.

    Source: XDG Base Directory Specification: a folder that is not absolute is to be ignored.
    """
    folder = Path(environ.get("XDG_STATE_HOME", ""))
    state = folder if folder.is_absolute() else Path.home() / ".local" / "state"
    return state / "gitmem" / "repositories"


class KnownRepos:
    """The list in one folder, which is made when the first repository is added."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, repo: Repo) -> None:
        """The repository is one of them.

        Raises:
            DiskFull, ReadOnlyRepository: it could not be written.
        """
        file, place = _file(self._path(repo)), os.fsencode(_place(repo))
        if file.read() != place:
            with translate_os_errors("make the list of repositories"):
                make_folder(self._folder)
            file.write(place)

    def remove(self, repo: Repo) -> None:
        """The repository is not, any more; a folder that held nothing else goes, too."""
        with suppress(OSError):
            self._path(repo).unlink()
            self._folder.rmdir()
            self._folder.parent.rmdir()

    def repos(self) -> list[Repo]:
        """Those that are still there and set up, by their place; the others are struck off."""
        found: dict[Path, Repo] = {}
        for path in sorted(self._folder.glob("*")):
            repo = _read(path)
            if repo is not None and repo.is_initialised and path == self._path(repo):
                found[repo.common_dir] = repo
            else:
                with suppress(OSError):
                    path.unlink()
        return [found[place] for place in sorted(found)]

    def _path(self, repo: Repo) -> Path:
        name = hashlib.sha256(os.fsencode(os.path.realpath(repo.common_dir))).hexdigest()
        return self._folder / name[:24]


def repo_name(repo: Repo) -> str:
    """What people call the repository: the folder it is in."""
    folder = repo.common_dir
    return folder.parent.name if folder.name == ".git" else folder.name.removesuffix(".git")


def _file(path: Path) -> StateFile:
    return StateFile(path, max_bytes=_MAX_BYTES, mode=0o644)


def _read(path: Path) -> Repo | None:
    """The repository that a file names, if it is there."""
    place = _file(path).read()
    try:
        if place is None:
            return None
        folder = os.fsdecode(place)
        has_entry = os.path.lexists(os.path.join(folder, ".git"))  # noqa: PTH118
        return find_repo(folder) if has_entry else open_git_dir(folder)
    except (GitmemError, OSError, ValueError):
        return None


def _place(repo: Repo) -> str:
    """The main work tree, which outlives linked ones; of a bare repository itself."""
    folder = repo.common_dir
    return os.path.realpath(folder.parent if folder.name == ".git" else folder)
