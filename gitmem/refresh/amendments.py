"""Which memories are amended by which, as words say and git proves: for search and curation.

A memory is amended only by a newer one that names it or its commit, that reverts it, or whose
commit takes away lines that its commit wrote *and* says otherwise.  git is asked once for each
commit and each pair; the index keeps the answers.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from gitmem.git.named_commits import named_commits
from gitmem.git.repo import Repo
from gitmem.git.rewritten_lines import rewrites
from gitmem.index.amended_commits import keep_named, keep_rewrites, read_named, read_rewrites
from gitmem.index.amendment import (
    contradicts,
    in_force,
    is_later,
    mentions_of,
    naming_among,
)
from gitmem.index.cache import Index
from gitmem.index.statement import statement_of
from gitmem.model.amendment import Amendment
from gitmem.model.memory import Memory

Amended = Mapping[int, tuple[int, Amendment]]
"""By the number of an amended memory that of its amendment, the newest, and in which way."""

MOST_SECONDS = 1.5
"""How long a search waits for git to prove amendments; what is not proven by then is none."""


@dataclass(frozen=True)
class HeldMemory:
    """A memory, the commit whose note holds it and that note's number: "" and 0 while pending."""

    memory: Memory
    commit: str = ""
    note: int = 0


def amendments_among(
    repo: Repo,
    index: Index,
    held: Sequence[HeldMemory],
    pairs: Iterable[tuple[int, int]] | None = None,
    *,
    seconds: float = MOST_SECONDS,
) -> Amended:
    """Which of these memories are amended by another one of them.

    ``pairs`` are the numbers that are compared, in any order, besides those of which a commit
    names the other; all where it is None.  None amends itself, none is amended by an older one,
    and what is reverted amends nothing.
    """
    named = _named(repo, index, held)
    mentions = {n: said for n, one in enumerate(held) if (said := mentions_of(one.memory))}
    statements = [statement_of(one.memory) for one in held]
    proof = _LineProof(repo, index, seconds)
    found: dict[int, tuple[int, Amendment]] = {}
    for newer, older in _newest_first(held, pairs, _pairs_by_name(held, named)):
        known = found.get(older)
        if known is not None and known[1].takes_its_place:
            continue
        one, other = held[newer], held[older]
        if one.commit and one.commit == other.commit:
            continue
        how = named.get(one.note, {}).get(other.commit)
        if how is None and newer in mentions:
            how = naming_among(mentions[newer], other.memory, other.commit)
        if how is None and contradicts(statements[newer], statements[older]):
            how = Amendment.AMENDED if proof.rewrites(one, other) else None
        if how is not None and (known is None or how.takes_its_place):
            found[older] = newer, how
    proof.keep()
    return in_force(found)


def _pairs_by_name(
    held: Sequence[HeldMemory], named: Mapping[int, Mapping[str, Amendment]]
) -> Iterator[tuple[int, int]]:
    places: dict[str, list[int]] = {}
    for number, one in enumerate(held):
        places.setdefault(one.commit, []).append(number)
    for number, one in enumerate(held):
        for commit in named.get(one.note, ()):
            yield from ((number, other) for other in places.get(commit, ()))


def _newest_first(
    held: Sequence[HeldMemory],
    pairs: Iterable[tuple[int, int]] | None,
    more: Iterable[tuple[int, int]],
) -> Iterable[tuple[int, int]]:
    """The pairs, newer and older, of which one is later; those of the newest memory first."""
    order = sorted(
        range(len(held)), key=lambda n: (held[n].memory.provenance.time, -n), reverse=True
    )
    if pairs is None:
        every: Iterable[tuple[int, int]] = combinations(order, 2)
    else:
        rank = {number: place for place, number in enumerate(order)}
        given = {(a, b) if rank[a] < rank[b] else (b, a) for a, b in (*pairs, *more)}
        every = sorted(given, key=lambda pair: (rank[pair[0]], rank[pair[1]]))
    return (p for p in every if is_later(held[p[0]].memory, held[p[1]].memory))


def _named(
    repo: Repo, index: Index, held: Iterable[HeldMemory]
) -> Mapping[int, Mapping[str, Amendment]]:
    """By note the commits that the message of its commit amends."""
    notes = {one.note: one.commit for one in held if one.note}
    known = read_named(index, notes)
    unknown = {commit: note for note, commit in notes.items() if note not in known}
    if unknown:
        told = {unknown[c]: named for c, named in named_commits(repo, unknown).items()}
        keep_named(index, told)
        known.update({note: dict(named) for note, named in told.items()})
    return known


class _LineProof:
    """Asks git, for a while, whether commits take away lines of others; knows what was asked."""

    def __init__(self, repo: Repo, index: Index, seconds: float) -> None:
        self._repo = repo
        self._index = index
        self._end = time.monotonic() + seconds
        self._told: dict[tuple[int, int], bool] = {}
        # In a shallow clone "not an ancestor" is no fact: tomorrow it may have more history.
        self._is_lasting = not (repo.common_dir / "shallow").exists()

    def rewrites(self, newer: HeldMemory, older: HeldMemory) -> bool:
        """Whether the newer commit takes away lines of the older one, as far as is known."""
        if not newer.note or not older.note:
            return False
        pair = newer.note, older.note
        known = self._told.get(pair)
        if known is None:
            known = read_rewrites(self._index, [pair]).get(pair)
        if known is None:
            if time.monotonic() > self._end:
                return False
            known = rewrites(self._repo, newer.commit, older.commit)
            if known is not None:
                self._told[pair] = known
        return bool(known)

    def keep(self) -> None:
        """Keep in the index what git has told."""
        if self._is_lasting:
            keep_rewrites(self._index, self._told)
