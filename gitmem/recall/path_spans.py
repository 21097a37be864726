"""Where a text names files: what ends like a file, or has directories.

A person may paste anything, such as a key of a megabyte: each character is looked at a fixed number
of times, whatever stands around it.  Pure; standard library only: agent hooks run this.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

LONGEST_PATH = 4_096
"""Characters: no system opens a longer path (PATH_MAX of Linux)."""

_RUN = re.compile(r"[\w.@/\\-]+")
_ENDING = re.compile(r"(?<=[\w-])\.[A-Za-z]\w{0,7}\b")
# Also what has no directories, so that nothing is tried again from its second character.
_SEGMENTS = re.compile(r"[\w.@-]+(?:[/\\][\w.-]+)*")


def path_spans(text: str) -> Iterator[str]:
    """What looks like a path, in order: of a run without spaces all up to the last ending of a
    file, and what has directories behind that.  A run longer than any path has none.
    """
    for match in _RUN.finditer(text):
        if match.end() - match.start() > LONGEST_PATH:
            continue
        run, end = match[0], 0
        for ending in _ENDING.finditer(run):
            end = ending.end()
        if end:
            yield run[:end]
        for segments in _SEGMENTS.findall(run[end:]):
            if "/" in segments or "\\" in segments:
                yield segments
