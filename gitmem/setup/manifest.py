"""What ``gitmem init`` changed in a repository, written down before it is changed.

``.git/gitmem/install.json`` holds the original of every file that was touched, so that
``gitmem uninstall`` can put each back to the byte, whatever killed which process.  The file is
for its owner, or the group that shares the repository: a git configuration may hold passwords.
"""

from __future__ import annotations

import base64
import errno
import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from gitmem.errors import ForeignFile
from gitmem.git.regular_file import read_regular
from gitmem.git.repo import Repo
from gitmem.state.atomic import write_atomically
from gitmem.state.sharing import private_mode

VERSION = 1
_MAX_BYTES = 256 << 20


@dataclass(frozen=True)
class FileRecord:
    """A file as it was before gitmem: ``content`` None means that there was none.

    ``left`` is the SHA-256 (hex) of what gitmem left there, empty while the change is under
    way.  ``aside`` names where a hook that could not be added to was moved.  Paths are as in
    :func:`name_of_path`.
    """

    path: str
    content: bytes | None
    mode: int
    left: str = ""
    aside: str = ""


@dataclass(frozen=True)
class Manifest:
    """``entries`` are the git configuration lines that were added; ``folders`` were made."""

    files: tuple[FileRecord, ...] = ()
    entries: tuple[tuple[str, str], ...] = ()
    folders: tuple[str, ...] = ()

    def file(self, path: str) -> FileRecord | None:
        """What is kept of the file of that name."""
        return next((kept for kept in self.files if kept.path == path), None)

    def with_file(self, kept: FileRecord) -> Manifest:
        """The file is kept in this form from now on."""
        others = tuple(other for other in self.files if other.path != kept.path)
        return replace(self, files=(*others, kept))

    def without_file(self, path: str) -> Manifest:
        """The file belongs to its owner again."""
        return replace(self, files=tuple(kept for kept in self.files if kept.path != path))

    def with_entries(self, entries: tuple[tuple[str, str], ...]) -> Manifest:
        """These configuration lines are ours too."""
        new = tuple(entry for entry in entries if entry not in self.entries)
        return replace(self, entries=(*self.entries, *new))

    def with_folder(self, path: str) -> Manifest:
        """The folder was made by us."""
        return self if path in self.folders else replace(self, folders=(*self.folders, path))


def manifest_path(repo: Repo) -> Path:
    """The manifest's file; its being there is what "initialised" means."""
    return repo.state_dir / "install.json"


def read_manifest(repo: Repo) -> Manifest:
    """The manifest; an empty one where gitmem is not set up.

    Raises:
        ForeignFile: the file exists, but is not a manifest that this version can read.
    """
    path = manifest_path(repo)
    try:
        value = json.loads(read_regular(path, _MAX_BYTES))
        if value["version"] != VERSION:
            raise ForeignFile(f"'{path}' was written by another version of gitmem")
        return Manifest(
            files=tuple(_file(item) for item in value["files"]),
            entries=tuple((str(name), str(text)) for name, text in value["entries"]),
            folders=tuple(str(folder) for folder in value["folders"]),
        )
    except FileNotFoundError:
        return Manifest()
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
        raise ForeignFile(f"'{path}' is not a file") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ForeignFile(
            f"'{path}' is damaged", "Nothing was changed. Remove that file, then run: gitmem init"
        ) from error


def write_manifest(repo: Repo, manifest: Manifest) -> None:
    """Write the manifest; durable on return.

    Raises:
        DiskFull, ReadOnlyRepository: it could not be written.
    """
    value = {**asdict(manifest), "version": VERSION}
    value["files"] = [_fields(kept) for kept in manifest.files]
    text = json.dumps(value, indent=1, sort_keys=True) + "\n"
    write_atomically(manifest_path(repo), text.encode("ascii"), mode=private_mode(repo))


def name_of_path(repo: Repo, path: Path) -> str:
    """A path as the manifest names it: from the common git directory where it lies beside or
    below it, so that a moved repository can still be uninstalled; in full otherwise.
    """
    absolute = os.path.abspath(path)  # noqa: PTH100 - a symbolic link must keep its own name
    beside = os.fspath(repo.common_dir.parent)
    if os.path.commonpath([absolute, beside]) == beside:
        return os.path.relpath(absolute, repo.common_dir)
    return absolute


def path_of_name(repo: Repo, name: str) -> Path:
    """The path behind a name of the manifest."""
    return Path(os.path.normpath(repo.common_dir / name))


def _file(value: dict[str, Any]) -> FileRecord:
    content = value["content"]
    return FileRecord(
        path=str(value["path"]),
        content=None if content is None else base64.b64decode(content),
        mode=int(value["mode"]),
        left=str(value["left"]),
        aside=str(value["aside"]),
    )


def _fields(kept: FileRecord) -> dict[str, Any]:
    content = None if kept.content is None else base64.b64encode(kept.content).decode("ascii")
    return {**asdict(kept), "content": content}
