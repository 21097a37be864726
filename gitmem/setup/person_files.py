"""Our part in files of the person's own, which serve all of their repositories.

Such a file outlives any one repository, so what we replaced in it is noted in the person's own
state folder: not its content, which may hold keys, but where we wrote, what stood there, and the
content's digest.  By that an untouched file comes back to the byte; out of one that was edited
since, only our part is taken, and lists and objects that were there empty stay.

**Source:** XDG Base Directory Specification, for the folder.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from gitmem.errors import ForeignFile, GitmemError
from gitmem.git.repo import translate_os_errors
from gitmem.setup.clients.client_setup import ClientFile
from gitmem.setup.clients.json_hooks import empty_holders, with_holders
from gitmem.setup.owned_files import look
from gitmem.state.atomic import make_folder, write_over
from gitmem.state.state_file import StateFile

_MAX_BYTES = 1 << 20


class _Report(Protocol):
    changes: list[str]
    notices: list[str]


@dataclass(frozen=True)
class _Change:
    """From ``start`` on the file had ``before`` where it now has ``length`` bytes of ours; ``left``
    is the digest of the whole.  ``is_made``: there was no such file, nor the ``folders``.
    ``holders`` were there, and empty.
    """

    left: str
    start: int = 0
    length: int = 0
    before: bytes = b""
    is_made: bool = False
    folders: tuple[str, ...] = ()
    holders: tuple[tuple[str, ...], ...] = ()

    def undone(self, content: bytes) -> bytes | None:
        """The content before, None for no file.

        Raises:
            ValueError: it was edited since.
        """
        if hashlib.sha256(content).hexdigest() != self.left:
            raise ValueError
        if self.is_made:
            return None
        return content[: self.start] + self.before + content[self.start + self.length :]


def add_to_person_file(
    environ: Mapping[str, str], path: Path, file: ClientFile, report: _Report
) -> None:
    """Put our part into a file of the person's own.

    Raises:
        ForeignFile: it cannot be understood.
        DiskFull, ReadOnlyRepository: the file system refuses the file itself.
    """
    present = look(path)
    try:
        new = file.with_us(present.content)
        if new == present.content:
            return
        before = _content_before(environ, path, file, present.content)
    except ForeignFile as error:
        raise ForeignFile(f"'{path}': {error.message}") from error
    known = _read_change(environ, path)
    missing = [os.fspath(p) for p in path.resolve().parents if not p.exists()]
    folders = tuple(missing) if known is None else (*missing, *known.folders)
    try:
        _write_change(environ, path, _change(before, new, folders))
    except (GitmemError, OSError):  # a state folder that is none; our part is known without it
        folder = _file(environ, path).path.parent
        report.notices.append(
            f"what was changed in '{path}' could not be noted in '{folder}', so uninstall will"
            " remove our part, but cannot restore the file byte for byte"
        )
    write_over(path.resolve(), new, mode=present.mode)
    report.changes.append(f"{file.what} in {os.fspath(path)}")


def take_from_person_file(environ: Mapping[str, str], path: Path, file: ClientFile) -> bool:
    """Take our part out again; returns whether there was any.

    Raises:
        ForeignFile: it cannot be understood.
        DiskFull, ReadOnlyRepository, OSError: the file system refuses.
    """
    present = look(path)
    if present.content is None or file.without_us(present.content) == present.content:
        _forget_change(environ, path)
        return False
    rest = _content_before(environ, path, file, present.content)
    if rest is None:
        with translate_os_errors(f"remove '{path}'"):
            path.resolve().unlink()
        known = _read_change(environ, path)
        for folder in known.folders if known else ():
            with suppress(OSError):
                Path(folder).rmdir()
    else:
        write_over(path.resolve(), rest, mode=present.mode)
    _forget_change(environ, path)
    return True


def _content_before(
    environ: Mapping[str, str], path: Path, file: ClientFile, content: bytes | None
) -> bytes | None:
    """What the file would be without us; None for no file."""
    if content is None:
        return None
    known = _read_change(environ, path)
    rest = file.without_us(content)
    if known is None:  # set up by a gitmem that noted nothing
        is_ours = path.name.partition(".")[0] == "gitmem" and file.is_nothing(rest)
        return None if is_ours and rest != content else rest
    try:
        return known.undone(content)
    except ValueError:
        if known.is_made and rest != content and file.is_nothing(rest):
            return None
        return with_holders(rest, known.holders)


def _change(before: bytes | None, new: bytes, folders: tuple[str, ...]) -> _Change:
    left = hashlib.sha256(new).hexdigest()
    if before is None:
        return _Change(left, is_made=True, folders=folders)
    start = _alike(before, new)
    end = _alike(before[start:][::-1], new[start:][::-1])
    middle = before[start : len(before) - end]
    length = len(new) - end - start
    return _Change(left, start, length, middle, False, folders, empty_holders(before))


def _alike(one: bytes, other: bytes) -> int:
    """How many bytes both begin with."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def _read_change(environ: Mapping[str, str], path: Path) -> _Change | None:
    return _file(environ, path).read_json(_parse, None)


def _write_change(environ: Mapping[str, str], path: Path, change: _Change) -> None:
    record = _file(environ, path)
    with translate_os_errors("note what is changed in your own files"):
        make_folder(record.path.parent)
    record.write_json(
        {**vars(change), "before": change.before.decode("latin-1"), "path": os.fspath(path)}
    )


def _forget_change(environ: Mapping[str, str], path: Path) -> None:
    record = _file(environ, path)
    with suppress(OSError):
        record.remove()
        record.path.parent.rmdir()
        record.path.parent.parent.rmdir()


def _parse(value: Any) -> _Change:
    return _Change(
        str(value["left"]),
        int(value["start"]),
        int(value["length"]),
        str(value["before"]).encode("latin-1"),
        bool(value["is_made"]),
        tuple(str(name) for name in value["folders"]),
        tuple(tuple(str(key) for key in keys) for keys in value["holders"]),
    )


def _file(environ: Mapping[str, str], path: Path) -> StateFile:
    given = Path(environ.get("XDG_STATE_HOME", ""))
    state = given if given.is_absolute() else Path(environ.get("HOME") or "/") / ".local/state"
    name = hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:24]
    return StateFile(state / "gitmem" / "own-files" / name, _MAX_BYTES, 0o600)
