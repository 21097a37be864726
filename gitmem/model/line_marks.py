"""Marks of lines: enough to tell that a session wrote a line that a commit adds.

A mark is a checksum, not the text: thousands of them weigh little, and none gives a secret away.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable

MIN_CHARACTERS = 12
"""Shorter lines (``} else {``, ``return nil``) occur everywhere and prove nothing."""

MAX_MARKS = 20_000


def line_marks(lines: Iterable[str]) -> frozenset[int]:
    """The marks of the lines that are long enough, white space around them left out.

    **Source:** CRC-32 as zlib has it; two different lines share a mark once in four billion.
    """
    marks: set[int] = set()
    for line in lines:
        stripped = line.strip()
        if len(stripped) >= MIN_CHARACTERS:
            marks.add(zlib.crc32(stripped.encode("utf-8", "surrogatepass")))
            if len(marks) >= MAX_MARKS:
                break
    return frozenset(marks)
