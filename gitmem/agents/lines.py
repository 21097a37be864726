"""Whole lines of a growing file, each with its number, and a file's head; in bounded memory.

A transcript is appended to while it is read: its last line may be half written, and a line may
be longer than anything worth keeping.  Neither may be held.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from gitmem.git.regular_file import open_regular

MAX_LINE_BYTES = 16 << 20
"""Longer lines are skipped.  Parsed, a line can take ten times its bytes for a moment
(text with one emoji takes four bytes a character), which is what this keeps under 200 MB."""

_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True)
class FileLine:
    """A line that ends in a newline.  ``data`` is None when it was too long to hold; ``end_byte``
    is the offset behind its newline.
    """

    data: bytes | None
    end_byte: int


def read_head(path: Path, limit: int) -> bytes:
    """The first ``limit`` bytes of a file.

    Raises:
        OSError: it is gone or cannot be read.
    """
    with open_regular(path) as file:
        return file.read(limit)


def read_lines(file: BinaryIO, limit: int = MAX_LINE_BYTES) -> Iterator[FileLine]:
    """Yield the whole lines from where ``file`` stands; what has no newline yet is left out."""
    offset = file.tell()
    while data := file.readline(limit + 1):
        offset += len(data)
        if data.endswith(b"\n"):
            yield FileLine(data, offset)
            continue
        if len(data) <= limit:
            return
        del data
        skipped, is_whole = _skip_line(file)
        offset += skipped
        if not is_whole:
            return
        yield FileLine(None, offset)


def skip_lines(file: BinaryIO, count: int) -> int:
    """Move ``file`` behind ``count`` whole lines; returns how many there were."""
    done = 0
    while done < count:
        start = file.tell()
        _, is_whole = _skip_line(file)
        if not is_whole:
            file.seek(start)
            break
        done += 1
    return done


def seek_line(file: BinaryIO, first: int, first_byte: int) -> int:
    """Stand at line ``first``; the number of the line that is read next.

    ``first_byte`` is where that line begins, when known: a short cut that is checked.
    """
    if first_byte > 0:
        file.seek(first_byte - 1)
        if file.read(1) == b"\n":
            return first
    file.seek(0)
    return skip_lines(file, first)


def _skip_line(file: BinaryIO) -> tuple[int, bool]:
    """Pass to behind the next newline: how many bytes that took, and whether there was one."""
    skipped = 0
    while chunk := file.readline(_CHUNK_BYTES):
        skipped += len(chunk)
        if chunk.endswith(b"\n"):
            return skipped, True
    return skipped, False
