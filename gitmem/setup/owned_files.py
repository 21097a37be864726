"""Changing files that belong to somebody else, so that each of them can be restored.

The original is in the manifest, durably, before a file is touched.  When the owner has edited
the file in between, only what is ours is taken out and the edit stays; when that leaves what
was there before, the original comes back to the byte.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from gitmem.errors import ForeignFile
from gitmem.git.repo import Repo, translated_os_errors
from gitmem.setup.manifest import (
    KeptFile,
    Manifest,
    manifest_path,
    named_place,
    place_name,
    read_manifest,
    write_manifest,
)
from gitmem.state.atomic import write_atomically


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
    """What replaces a file's content; :func:`write_atomically` unless a file needs a lock."""

    def __call__(self, path: Path, data: bytes, *, mode: int) -> None:
        """Put ``data`` in the file ``path``."""


@dataclass(frozen=True)
class Present:
    """A file as it is now; ``content`` None if there is none (a dangling link is none)."""

    content: bytes | None
    mode: int = 0o644
    is_link: bool = False


def look(path: Path) -> Present:
    """What is at ``path``, following a symbolic link to a file.

    Raises:
        ForeignFile: a folder or something stranger stands there, or in the way to it.
        ReadOnlyRepository: it may not be read.
    """
    is_link = path.is_symlink()
    with translated_os_errors(f"read '{path}'"):
        try:
            mode = path.stat().st_mode
        except FileNotFoundError:
            return Present(None, is_link=is_link)
        except NotADirectoryError as error:
            raise ForeignFile(f"'{path.parent}' is not a folder") from error
        if not stat.S_ISREG(mode):
            raise ForeignFile(f"'{path}' is not a file")
        return Present(path.read_bytes(), stat.S_IMODE(mode), is_link)


class Keeper:
    """The files of one repository that gitmem changes."""

    def __init__(self, repo: Repo) -> None:
        self._repo = repo
        self.manifest = read_manifest(repo)

    def begin(self) -> bool:
        """Make sure that the manifest can be written; returns whether gitmem was not set up before.

        Raises:
            DiskFull, ReadOnlyRepository: it cannot, and nothing was changed.
        """
        if manifest_path(self._repo).exists():
            return False
        write_manifest(self._repo, self.manifest)
        return True

    def change(
        self,
        path: Path,
        content: bytes,
        mode: int,
        original: bytes | None,
        write: Writer = write_atomically,
    ) -> bool:
        """Give the file this content and mode; returns whether that was a change.

        ``original`` is what would be there without us.  It is kept, unless the file is still as
        we left it: then what was kept before is the original.

        Raises:
            ForeignFile, DiskFull, ReadOnlyRepository: the file system does not allow it.
        """
        _refuse_way_out(self._repo, path)
        present = look(path)
        if (present.content, present.mode) == (content, mode):
            return False
        kept = self._kept(path)
        if kept is None or kept.left != _digest(present.content):
            before = KeptFile(place_name(self._repo, path), original, present.mode)
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
            _refuse_way_out(self._repo, folder)
        if os.path.lexists(aside):
            raise ForeignFile(f"'{aside}' is in the way")
        name = place_name(self._repo, path)
        kept = KeptFile(name, None, 0o755, aside=place_name(self._repo, aside))
        self._record(self.manifest.with_file(kept))
        self._make_folder(aside.parent)
        with translated_os_errors(f"set '{path}' aside"):
            path.rename(aside)
        write_atomically(path, substitute, mode=0o755)
        self._record(self.manifest.with_file(replace(kept, left=_digest(substitute))))

    def put_back(self, kept: KeptFile, form: FileForm, write: Writer = write_atomically) -> str:
        """Undo our change of one file; returns what a person should know, often nothing.

        Raises:
            ForeignFile, DiskFull, ReadOnlyRepository: it stays as it is, and stays kept.
        """
        path = named_place(self._repo, kept.path)
        aside = named_place(self._repo, kept.aside) if kept.aside else None
        notice = ""
        _refuse_way_out(self._repo, path if aside is None else path.parent)
        if aside and os.path.lexists(aside):
            notice = _bring_back(path, aside, form)
        else:
            _restore(path, kept, form, write)
        self._record(self.manifest.without_file(kept.path))
        return notice

    def add_entries(self, entries: tuple[tuple[str, str], ...]) -> None:
        """Note which lines of git's configuration are ours, before they are written.

        Raises:
            DiskFull, ReadOnlyRepository: it could not be noted.
        """
        self._record(self.manifest.with_entries(entries))

    def remove_folders(self) -> None:
        """Remove the folders that we made, where nothing is left in them."""
        for name in reversed(self.manifest.folders):
            with suppress(OSError):
                named_place(self._repo, name).rmdir()

    def _kept(self, path: Path) -> KeptFile | None:
        return self.manifest.file(place_name(self._repo, path))

    def _record(self, manifest: Manifest) -> None:
        if manifest != self.manifest:
            write_manifest(self._repo, manifest)
            self.manifest = manifest

    def _make_folder(self, folder: Path) -> None:
        if folder.is_dir():
            return
        self._make_folder(folder.parent)
        self._record(self.manifest.with_folder(place_name(self._repo, folder)))
        with translated_os_errors(f"make the folder '{folder}'"):
            try:
                folder.mkdir()
            except (FileExistsError, NotADirectoryError) as error:
                raise ForeignFile(f"'{folder}' is not a folder") from error


def _restore(path: Path, kept: KeptFile, form: FileForm, write: Writer) -> None:
    present = look(path)
    if present.content is None:
        return  # its owner has removed it, ours with it
    if _digest(present.content) == kept.left:
        wanted = kept.content
    else:
        wanted = _rest_or_original(present.content, kept.content, form)
    if wanted is None:
        with translated_os_errors(f"remove '{path}'"):
            _target(path).unlink()
    elif wanted != present.content:
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
                write_atomically(path, rest, mode=present.mode)
            return f"'{path}' has been changed since; what was there before is in '{aside}'"
    with translated_os_errors(f"put '{path}' back"):
        aside.replace(path)
    return ""


def _digest(content: bytes | None) -> str:
    return "" if content is None else hashlib.sha256(content).hexdigest()


def _refuse_way_out(repo: Repo, path: Path) -> None:
    """Raise where a link would lead what we write in a work tree out of it, or into ``.git``.

    A project can bring links along, in the place of a file or of a folder on the way to it.  One
    that ends inside the work tree is followed; those in the git directory are the owner's own.
    """
    written = path.absolute()
    if written.is_relative_to(repo.common_dir):
        return
    top = next((folder for folder in written.parents if os.path.lexists(folder / ".git")), None)
    if top is None:
        return
    target, real_top = path.resolve(), top.resolve()
    if not target.is_relative_to(real_top) or ".git" in target.relative_to(real_top).parts:
        raise ForeignFile(
            f"'{path}' is reached by a link to '{target}', which is not a file of the project",
            "Nothing was written there. Replace the link by a file, or run: gitmem init --user",
        )


def _target(path: Path) -> Path:
    """The file to replace: never a symbolic link by a file."""
    return path.resolve() if path.is_symlink() else path
