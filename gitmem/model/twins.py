"""Twins: commits that do the same work twice, on another branch or once more on the same.

A fix is picked to a release branch, and later both arrive in one history.  Each has its memory,
which stays in its note; but whoever is told of one has been told of both.  Two memories are twins
if their commits have the same patch or change id, the same author, time and subject, or if one
names the other as what it was picked from.  Only what was made from history alone is left out for
its twin, or for a session's memory of its own commit, which says more than the message.  Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from gitmem.model.memory import Memory

_MARKS = re.compile(
    r"^(?:\s*(?:\[[^\[\]]{1,30}\]|\(?(?:backport|cherry[- ]?pick)(?:ed)?\)?:?)\s*)+|"
    r"\s*\((?:#|GH-|backport|cherry[- ]?pick)[^()]{0,30}\)",
    re.I,
)
_TAKES_BACK = re.compile(r"(?:revert(?:s|ed)?|reapply|reland)\b", re.I)


class ToldWork:
    """Whose work was told; asks in constant time whether a memory's was."""

    def __init__(self, memories: Iterable[Memory] = ()) -> None:
        self._told_at: dict[tuple[str, ...], set[str]] = {}  # key to commits; "" for a session
        for memory in memories:
            self.add(memory)

    def add(self, memory: Memory) -> None:
        """Count this memory's work as told."""
        origin = memory.provenance
        for key in _keys(memory):
            self._told_at.setdefault(key, set()).add(origin.commit if origin.is_of_history else "")

    def leaves_out(self, memory: Memory) -> bool:
        """Whether the memory is of history alone, and a twin or a session told its work."""
        ours = memory.provenance
        return ours.is_of_history and any(
            self._told_at.get(key, set()) - {ours.commit} for key in _keys(memory)
        )


def without_twins(memories: Iterable[tuple[int, Memory]]) -> set[int]:
    """Those of the numbered memories, best first, that are left when each work is told once.

    What a session left counts first, wherever it stands.
    """
    ordered = list(memories)
    told = ToldWork(memory for _, memory in ordered if not memory.provenance.is_of_history)
    left = set()
    for number, memory in ordered:
        if not told.leaves_out(memory):
            told.add(memory)
            left.add(number)
    return left


def _keys(memory: Memory) -> list[tuple[str, ...]]:
    """What the memory has in common with its twins; nothing for one that tells no commit."""
    origin = memory.provenance
    if not origin.commit:
        return []
    keys: list[tuple[str, ...]] = [("commit", origin.commit)]
    keys += [("commit", picked) for picked in origin.picked_from]
    # What takes a commit back and puts it in again has the same patch and another reason.
    if origin.patch_id and not _takes_back(memory):
        keys.append(("patch", origin.patch_id))
    if origin.change_id:
        keys.append(("change", origin.change_id))
    if origin.author and origin.time:
        keys.append(("made", origin.author, origin.time, _bare(memory.title)))
    return keys


def _bare(title: str) -> str:
    """The title without the marks of a backport and the number of its pull request."""
    marked = title[:1] in "[(bBcC" or "(" in title  # most are not: this runs with each search
    return (_MARKS.sub("", title) if marked else title).strip().lower()


def _takes_back(memory: Memory) -> bool:
    return any(_TAKES_BACK.match(text) for text in (memory.title, *memory.what))
