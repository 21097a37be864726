"""An edit as people read it: the lines it took out and those it put in.  Pure."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

_MOST_COMPARED = 400  # lines: difflib takes quadratic time


@dataclass(frozen=True)
class EditLines:
    """``text`` has a line for each, with ``-`` or ``+`` in front; unchanged ones are left out."""

    text: str
    added: int
    removed: int


def edit_lines(old: str, new: str) -> EditLines:
    """What an edit from one text to the other takes out and puts in.

    **Source:** difflib's matching blocks; of long texts only what both begin and end with is
    taken for unchanged.
    """
    lines = list(_changes(old.splitlines(), new.splitlines()))
    removed = sum(line.startswith("-") for line in lines)
    return EditLines("\n".join(lines), len(lines) - removed, removed)


def _changes(old: list[str], new: list[str]) -> Iterator[str]:
    first = 0
    while first < min(len(old), len(new)) and old[first] == new[first]:
        first += 1
    last = 0
    while last < min(len(old), len(new)) - first and old[-1 - last] == new[-1 - last]:
        last += 1
    old, new = old[first : len(old) - last], new[first : len(new) - last]
    blocks = [(0, len(old), 0, len(new))]
    if old and new and len(old) + len(new) <= _MOST_COMPARED:
        compared = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        blocks = [(a, b, c, d) for tag, a, b, c, d in compared if tag != "equal"]
    for old_first, old_end, new_first, new_end in blocks:
        yield from (f"-{line}" for line in old[old_first:old_end])
        yield from (f"+{line}" for line in new[new_first:new_end])
