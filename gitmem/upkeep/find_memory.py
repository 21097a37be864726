"""Which memory a person means who wants to change it: by its id, the beginning of one, or by the
commit that has no other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gitmem.errors import UnknownMemory, UnknownRevision
from gitmem.git.repo import Repo, resolve_commit, shown
from gitmem.index.cache import Index
from gitmem.index.commits import commits_holding
from gitmem.index.lookup import successor_of_former
from gitmem.index.memories import IndexedMemory, memories_of, memories_with_id
from gitmem.model.memory import ID_PATTERN, Memory
from gitmem.state.pending import Pending, PendingStore
from gitmem.state.pending_words import PendingWord, PendingWords

_LEAST_ID = 4
_SHOWN = 5


@dataclass(frozen=True)
class FoundMemory:
    """A memory and the commits whose notes hold it; or ``pending``, with what was said of it."""

    memory: Memory
    commits: tuple[str, ...] = ()
    pending: Pending | None = None
    word: PendingWord | None = None


def find_memories(repo: Repo, index: Index, names: Sequence[str]) -> list[FoundMemory]:
    """The memories that these names mean, each once; also those that are superseded or wrong.

    Raises:
        UnknownMemory: one names nothing, or more than one memory; then nothing was found at all.
    """
    found = [find_memory(repo, index, name) for name in names]
    return list({one.memory.id: one for one in found}.values())


def find_memory(repo: Repo, index: Index, name: str) -> FoundMemory:
    """The memory that one name means.

    Raises:
        UnknownMemory: it names nothing, or more than one memory.
    """
    name = name.strip()
    if name.startswith("m") and ID_PATTERN.fullmatch(name.ljust(21, "0")):
        if len(name) < _LEAST_ID:
            raise UnknownMemory(f"'{shown(name)}' is too short for a memory's id")
        found = _find_pending(repo, name) or _find_stored(index, name)
        if found is not None:
            return found
    try:
        commit = resolve_commit(repo, name)
    except UnknownRevision as error:
        raise UnknownMemory.of_name(shown(name)) from error
    stored = memories_of(index, [commit])
    if len(stored) == 1:
        return _held(index, stored[0])
    if not stored:
        raise UnknownMemory(f"nothing is remembered about commit '{commit[:10]}'")
    ids = ", ".join(one.memory.id[:9] for one in stored[:_SHOWN])
    raise UnknownMemory(f"commit '{commit[:10]}' has several memories", f"Name one of them: {ids}")


def _find_pending(repo: Repo, prefix: str) -> FoundMemory | None:
    words = PendingWords(repo).every()
    found: dict[str, FoundMemory] = {}
    for pending in PendingStore(repo).as_written():
        word = words.get(pending.key)
        said = word.memory if word is not None else None
        original = word.original_id if word is not None else ""
        names = (pending.memory.id, original, said.id if said is not None else "")
        if any(one.startswith(prefix) for one in names):
            found[pending.key] = FoundMemory(said or pending.memory, (), pending, word)
    if len(found) > 1:
        raise UnknownMemory(f"'{prefix}' is the beginning of several memory ids")
    return next(iter(found.values()), None)


def _find_stored(index: Index, prefix: str) -> FoundMemory | None:
    stored = memories_with_id(index, prefix, even_wrong=True)
    if not stored:
        former, name = successor_of_former(index, prefix)
        if len(former) > 1:
            raise UnknownMemory(f"'{prefix}' is the beginning of several memory ids")
        stored = memories_with_id(index, name) if name else []
    if len({one.memory.id for one in stored}) > 1:
        raise UnknownMemory(f"'{prefix}' is the beginning of several memory ids")
    return _held(index, stored[0]) if stored else None


def _held(index: Index, stored: IndexedMemory) -> FoundMemory:
    held = commits_holding(index, [stored.memory.id])[stored.memory.id]
    return FoundMemory(stored.memory, tuple(sorted(held)) or (stored.commit,))
