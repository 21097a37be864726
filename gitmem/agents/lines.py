"""Whole lines of a growing file, each with its number, and a file's head; in bounded memory.

A transcript is appended to while it is read: its last line may be half written, and a line may
be longer than anything worth keeping.  Neither may be held.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from gitmem.git.regular_file import open_regular

MAX_LINE_BYTES = 16 << 20
"""Of longer lines pictures and the like are left out, and they are skipped if they are still too
long.  Parsed, a line can take ten times its bytes for a moment
(text with one emoji takes four bytes a character), which is what this keeps under 200 MB."""

_CHUNK_BYTES = 1 << 20
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=_-"
_LONG, _KEPT = 4_096, 8
_LONG_DATA = re.compile(rb"[A-Za-z0-9+/=_-]{%d,}" % _LONG)


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
        rest = _LineRest(file)
        kept = without_long_data(chain([data], rest), limit)
        del data
        for _ in rest:
            pass
        offset += rest.size
        if not rest.is_whole:
            return
        yield FileLine(kept, offset)


def without_long_data(chunks: Iterable[bytes], limit: int) -> bytes | None:
    """JSON without what its base64 texts hold beyond their first characters; None where more than
    ``limit`` bytes would be left.  Nothing longer than that is held meanwhile.
    """
    kept, held, is_dropping = bytearray(), b"", False
    for chunk in chunks:
        if is_dropping:
            chunk = chunk.lstrip(_BASE64)
            if not chunk:
                continue
            is_dropping = False
        text = held + chunk
        told = text.rstrip(_BASE64)
        kept += _LONG_DATA.sub(_beginning, told)
        held = text[len(told) :]
        if len(held) >= _LONG:
            kept += held[:_KEPT]
            held, is_dropping = b"", True
        if len(kept) > limit:
            return None
    kept += held
    return bytes(kept) if len(kept) <= limit else None


def _beginning(match: re.Match[bytes]) -> bytes:
    """What may end an escape that a backslash in front of it began."""
    return match[0][:_KEPT]


class _LineRest:
    """What is left of a line, in chunks: ``size`` bytes until now, whole if a newline came."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.size = 0
        self.is_whole = False

    def __iter__(self) -> Iterator[bytes]:
        while not self.is_whole and (chunk := self._file.readline(_CHUNK_BYTES)):
            self.size += len(chunk)
            self.is_whole = chunk.endswith(b"\n")
            yield chunk


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
