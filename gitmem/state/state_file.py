"""One small file of gitmem's own: how it is read and written, for all of them.

It is written whole or not at all, or grows by whole lines.  Reading it never fails: where it is
absent, cut short, of another form, a folder, or not ours to read, it is as if it were empty.
What that costs is said by the module that the file belongs to.  Standard library only.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from gitmem.git.regular_file import open_own, open_regular, own_folder
from gitmem.git.repo import translate_os_errors
from gitmem.model.value import dataclass
from gitmem.state.atomic import write_atomically

MAX_BYTES = 64 << 20
"""More than any of these files becomes: a million lines with a commit's id are 41 MB."""

_OTHER_SHAPE = (
    *(ValueError, TypeError, LookupError, AttributeError, ArithmeticError),
    RecursionError,  # of the JSON parser
)

_Value = TypeVar("_Value")
_Empty = TypeVar("_Empty")


@dataclass(frozen=True)
class StateFile:
    """The file at ``path``, of which no more than the first ``max_bytes`` are read.

    ``mode`` is what its permissions become when it is written, less what the umask takes away.
    """

    path: Path
    max_bytes: int = MAX_BYTES
    mode: int = 0o666

    def read(self) -> bytes | None:
        """What is in it; None where it is not there, or cannot be read."""
        try:
            with open_regular(self.path) as file:
                size = os.fstat(file.fileno()).st_size
                return file.read(min(size, self.max_bytes))
        except OSError:
            return None

    def read_json(self, parse: Callable[[Any], _Value], empty: _Empty) -> _Value | _Empty:
        """What ``parse`` makes of the value in it, or ``empty``.

        ``parse`` need not look before it takes: that a value has another shape than it expects
        is damage like any other.
        """
        try:
            return parse(json.loads(self.read() or b""))
        except _OTHER_SHAPE:
            return empty

    def read_json_lines(self, parse: Callable[[Any], _Value]) -> list[_Value] | None:
        """What ``parse`` makes of the value in each line; a damaged line is passed over.

        None where the file is not there, or cannot be read.
        """
        data = self.read()
        return None if data is None else self.json_lines(data, parse)

    @staticmethod
    def json_lines(data: bytes, parse: Callable[[Any], _Value]) -> list[_Value]:
        """The same for lines that have been read already."""
        found = []
        for line in data.splitlines():
            try:
                found.append(parse(json.loads(line)))
            except _OTHER_SHAPE:
                continue
        return found

    def write(self, data: bytes, *, is_durable: bool = True) -> None:
        """Make this the whole content; durable on return, but for a cache that needs not be.

        Raises:
            DiskFull, ReadOnlyRepository: it could not be written; what was there stays.
        """
        write_atomically(self.path, data, mode=self.mode, is_durable=is_durable)

    def write_json(self, value: object) -> None:
        """Make this value the whole content; as :meth:`write`."""
        self.write(json.dumps(value).encode())

    def append(self, lines: bytes, doing: str = "") -> None:
        """Add whole lines behind those that are there; several processes may do so at once.

        A line that a killed process left half written does not take the next one with it.  Not
        synced to disk.  ``doing`` is what could not be done where that fails.

        Raises:
            DiskFull, ReadOnlyRepository: not all of it could be written.
        """
        with translate_os_errors(doing or f"write '{self.path.name}'"):
            own_folder(self.path.parent)
            file = open_own(self.path, os.O_RDWR | os.O_APPEND, self.mode)
            try:
                rest = _missing_line_end(file) + lines
                while rest:  # all of it at once, unless the disk is full
                    rest = rest[os.write(file, rest) :]
            finally:
                os.close(file)

    def remove(self) -> None:
        """Delete it, if it is there."""
        self.path.unlink(missing_ok=True)


def _missing_line_end(file: int) -> bytes:
    size = os.fstat(file).st_size
    return b"\n" if size and os.pread(file, 1, size - 1) != b"\n" else b""
