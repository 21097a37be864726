"""Changing files that belong to somebody else, so that each of them can be restored.

The original is in the manifest, durably, before a file is touched.  When the owner has edited
the file in between, only what is ours is taken out and the edit stays; when that leaves what
was there before, the original comes back to the byte.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from gitmem.errors import ForeignFile, ReadOnlyRepository
from gitmem.git.repo import Repo, translate_os_errors
from gitmem.setup.manifest import (
    FileRecord,
    Manifest,
    manifest_path,
    name_of_path,
    path_of_name,
    read_manifest,
    write_manifest,
)
from gitmem.state.atomic import write_over


@dataclass(frozen=True)
class FileForm:
    """What must be known about a kind of file before our part can be removed from an edited one.

    ``rest`` is the content without us, ``is_same`` whether two contents mean the same, and
    ``is_nothing`` whether a content says nothing at all.
    """

    rest: Callable[[bytes], bytes]
    is_same: Callable[[bytes, bytes], bool]
    is_nothing: Callable[[bytes], bool]


class Writer(Protocol):
    """What replaces a file's content; :func:`write_over` unless a file needs a lock."""

    def __call__(self, path: Path, data: bytes, *, mode: int) -> None:
        """Put ``data`` in the file ``path``."""


@dataclass(frozen=True)
class FileState:
    """A file as it is now; ``content`` None if there is none (a dangling link is none)."""

    content: bytes | None
    mode: int = 0o644
    is_link: bool = False


def look(path: Path) -> FileState:
    """What is at ``path``, following a symbolic link to a file.

    Raises:
        ForeignFile: a folder or something stranger stands there, or in the way to it.
        ReadOnlyRepository: it may not be read.
    """
    is_link = path.is_symlink()
    with translate_os_errors(f"read '{path}'"):
        try:
            mode = path.stat().st_mode
        except FileNotFoundError:
            return FileState(None, is_link=is_link)
        except NotADirectoryError as error:
            raise ForeignFile(f"'{path.parent}' is not a folder") from error
        except OSError as error:
            if error.errno != errno.ELOOP:
                raise
            raise ForeignFile(f"'{path}' is a link that leads in a circle") from error
        if not stat.S_ISREG(mode):
            raise ForeignFile(f"'{path}' is not a file")
        return FileState(path.read_bytes(), stat.S_IMODE(mode), is_link)


def read_untouched_files(repo: Repo) -> list[str]:
    """The files of the work tree (from its top) that are as gitmem left them, as far as what is
    noted of them can be read.
    """
    top = repo.worktree
    found = []
    with suppress(ForeignFile, OSError):
        for kept in read_manifest(repo).files if top else ():
            path = path_of_name(repo, kept.path)
            if top and path.is_relative_to(top) and not path.is_relative_to(repo.common_dir):
                with suppress(ForeignFile, ReadOnlyRepository):
                    if kept.left and _digest(look(path).content) == kept.left:
                        found.append(path.relative_to(top).as_posix())
    return found


class OwnedFiles:
    """The files of one repository that gitmem changes."""

    def __init__(self, repo: Repo) -> None:
        self.repo = repo
        self.manifest = read_manifest(repo)

    def begin(self) -> bool:
        """Make sure that the manifest can be written; returns whether gitmem was not set up before.

        Raises:
            DiskFull, ReadOnlyRepository: it cannot, and nothing was changed.
        """
        if manifest_path(self.repo).exists():
            return False
        write_manifest(self.repo, self.manifest)
        return True

    def change(
        self,
        path: Path,
        content: bytes,
        mode: int,
        original: bytes | None,
        write: Writer = write_over,
    ) -> bool:
        """Give the file this content and mode; returns whether that was a change.

        ``original`` is what would be there without us.  It is kept, unless the file is still as
        we left it: then what was kept before is the original.

        Raises:
            ForeignFile, DiskFull, ReadOnlyRepository: the file system does not allow it.
        """
        refuse_way_out(self.repo, path)
        present = look(path)
        if (present.content, present.mode) == (content, mode):
            return False
        kept = self._file_record(path)
        if kept is None or kept.left != _digest(present.content):
            before = FileRecord(name_of_path(self.repo, path), original, present.mode)
            kept = replace(before, aside=kept.aside if kept else "")
        self._record(self.manifest.with_file(kept))
        self._make_folder(path.parent)
        write(_target(path), content, mode=mode)
        self._record(self.manifest.with_file(replace(kept, left=_digest(content))))
        return True

    def set_aside(self, path: Path, aside: Path, substitute: bytes) -> None:
        """Put an executable ``substitute`` in the file's place; the file itself, untouched, is
        found at ``aside`` from then on.

        Raises:
            ForeignFile: something is at ``aside`` already, or a link leads out of the project.
            DiskFull, ReadOnlyRepository: the file system refuses.
        """
        for folder in (path.parent, aside.parent):
            refuse_way_out(self.repo, folder)
        if os.path.lexists(aside):
            raise ForeignFile(f"'{aside}' is in the way")
        name = name_of_path(self.repo, path)
        kept = FileRecord(name, None, 0o755, aside=name_of_path(self.repo, aside))
        self._record(self.manifest.with_file(kept))
        self._make_folder(aside.parent)
        with translate_os_errors(f"set '{path}' aside"):
            path.rename(aside)
        write_over(path, substitute, mode=0o755)
        self._record(self.manifest.with_file(replace(kept, left=_digest(substitute))))

    def put_back(self, kept: FileRecord, form: FileForm, write: Writer = write_over) -> str:
        """Undo our change of one file; returns what a person should know, often nothing.

        Raises:
            ForeignFile, DiskFull, ReadOnlyRepository: it stays as it is, and stays kept.
        """
        path = path_of_name(self.repo, kept.path)
        aside = path_of_name(self.repo, kept.aside) if kept.aside else None
        notice = ""
        for place in (path, aside.parent) if aside else (path,):
            refuse_way_out(self.repo, place)
        if aside and os.path.lexists(aside):
            notice = _bring_back(path, aside, form)
        else:
            _restore(path, kept, form, write)
        self._record(self.manifest.without_file(kept.path))
        return notice

    def give_up(self, kept: FileRecord) -> None:
        """Leave a file as it is, as its owner's.

        Raises:
            DiskFull, ReadOnlyRepository: it could not be noted.
        """
        self._record(self.manifest.without_file(kept.path))

    def add_entries(self, entries: tuple[tuple[str, str], ...]) -> None:
        """Note which lines of git's configuration are ours, before they are written.

        Raises:
            DiskFull, ReadOnlyRepository: it could not be noted.
        """
        self._record(self.manifest.with_entries(entries))

    def remove_folders(self) -> None:
        """Remove the folders that we made, where nothing is left in them."""
        for name in reversed(self.manifest.folders):
            folder = path_of_name(self.repo, name)
            with suppress(OSError, ForeignFile):
                refuse_way_out(self.repo, folder)
                folder.rmdir()

    def _file_record(self, path: Path) -> FileRecord | None:
        return self.manifest.file(name_of_path(self.repo, path))

    def _record(self, manifest: Manifest) -> None:
        if manifest != self.manifest:
            write_manifest(self.repo, manifest)
            self.manifest = manifest

    def _make_folder(self, folder: Path) -> None:
        if folder.is_dir():
            return
        self._make_folder(folder.parent)
        self._record(self.manifest.with_folder(name_of_path(self.repo, folder)))
        with translate_os_errors(f"make the folder '{folder}'"):
            try:
                folder.mkdir()
            except (FileExistsError, NotADirectoryError) as error:
                raise ForeignFile(f"'{folder}' is not a folder") from error


def _restore(path: Path, kept: FileRecord, form: FileForm, write: Writer) -> None:
    present = look(path)
    if present.content is None:
        return  # its owner has removed it, ours with it
    wanted, is_as_left = kept.content, _digest(present.content) == kept.left
    if not is_as_left:
        wanted = _rest_or_original(present.content, kept.content, form)
    if wanted is None:
        with translate_os_errors(f"remove '{path}'"):
            _target(path).unlink()
    elif wanted != present.content or (is_as_left and kept.mode != present.mode):
        mode = present.mode if kept.content is None else kept.mode
        write(_target(path), wanted, mode=mode)


def _rest_or_original(content: bytes, original: bytes | None, form: FileForm) -> bytes | None:
    rest = form.rest(content)
    if original is None:
        return None if rest != content and form.is_nothing(rest) else rest
    return original if form.is_same(rest, original) else rest


def _bring_back(path: Path, aside: Path, form: FileForm) -> str:
    present = look(path)
    if present.content is not None:
        rest = form.rest(present.content)
        if not form.is_nothing(rest):
            if rest != present.content:
                write_over(path, rest, mode=present.mode)
            return f"'{path}' has been changed since; what was there before is in '{aside}'"
    with translate_os_errors(f"put '{path}' back"):
        aside.replace(path)
    return ""


def _digest(content: bytes | None) -> str:
    return "" if content is None else hashlib.sha256(content).hexdigest()


def refuse_way_out(repo: Repo, path: Path) -> None:
    """Do nothing where what is written at ``path`` in a work tree lands in that work tree.

    A project can bring links along, in the place of a file or of a folder on the way to it.  One
    that ends inside the work tree is followed; those in the git directory are the owner's own.

    Raises:
        ForeignFile: a link leads out of the work tree, or into a git directory.
    """
    written = path.absolute()
    if written.is_relative_to(repo.common_dir):
        return
    target, top = _real(written), _top_of(written, repo)
    git_dirs = [_real(folder) for folder in (repo.common_dir, repo.git_dir)]
    is_outside = not target.is_relative_to(top) or ".git" in target.relative_to(top).parts
    if is_outside or any(target.is_relative_to(folder) for folder in git_dirs):
        raise ForeignFile(
            f"'{path}' is reached by a link to '{target}', which is not a file of the project",
            "Nothing was written there. Replace the link by a file, or run: gitmem init --user",
        )


def _top_of(written: Path, repo: Repo) -> Path:
    """The work tree that the path lies in by its own name, whatever links on the way lead to."""
    tops = (folder for folder in written.parents if os.path.lexists(folder / ".git"))
    own = next((folder for folder in tops if _real(folder) == folder), None)
    return own or _real(repo.worktree or repo.common_dir)


def _real(path: Path) -> Path:
    """The path without links; where links lead in a circle, as far as there is a way."""
    return Path(os.path.realpath(path))


def _target(path: Path) -> Path:
    """The file to replace: never a symbolic link by a file."""
    return _real(path) if path.is_symlink() else path
