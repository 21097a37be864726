"""Curation: memories that say the same thing are folded into one, amendments are linked.

Nothing is deleted.  A fold is an ordinary memory that supersedes others: it syncs, merges and is
undone by forgetting it, whereupon the others count again.  Likeness alone never folds: see
:mod:`gitmem.model.likeness`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Any

from gitmem.compress.models.fold_review import MOST_GROUPS
from gitmem.compress.offline.history import is_slight
from gitmem.git.repo import Repo
from gitmem.index.cache import Index
from gitmem.index.encoder import Encoder
from gitmem.index.lookup import Holder, holders_in_scope, memories, places_above
from gitmem.index.memories import is_forgotten, live_memories
from gitmem.index.vectors import Vectors
from gitmem.model.likeness import reason_to_keep_apart
from gitmem.model.memory import Memory, Tombstone
from gitmem.model.note import Document
from gitmem.notes.codec import document_of, tombstone_document
from gitmem.notes.store import NoteStore
from gitmem.refresh.amendments import Amended, HeldMemory, amendments_among
from gitmem.refresh.embed import embed_memories
from gitmem.refresh.reachable import scope_of
from gitmem.refresh.refresh import refresh, refresh_index

NAME = "curate/1"
"""The compressor that a fold names in its provenance."""

_SAME = "they say the same thing"
_MOST = 20_000  # memories compared with one another: the newest
_NEIGHBOURS = 12
_COSINE = 0.80  # from here on two may say the same ...
_COSINE_OF_AMENDMENT = 0.45  # ... and from here on one may amend the other
_AMENDMENT_SECONDS = 60.0
_MOST_FILES = 12
_FEW_TRIVIAL = 3
_FEW_TERMS = 6
_SLIGHT_TOPICS = (
    ("typos", re.compile(r"\btypos?\b|spelling|misspell|grammar|wording|rephrase", re.I)),
    (
        "lint and format",
        re.compile(
            r"\blint|format|flake8|pep-?8|isort|ruff|black|prettier|eslint|indent|white ?space|"
            r"trailing|newline|style|cosmetic",
            re.I,
        ),
    ),
    ("change log", re.compile(r"change ?log|changes entry|release notes", re.I)),
    ("comments and docs", re.compile(r"comments?|docs?\b|docstrings?|readme|copyright", re.I)),
)


@dataclass(frozen=True)
class Fold:
    """Memories that one would do for, newest first, and why; ``into`` is the one."""

    because: str
    parts: tuple[HeldMemory, ...]
    into: Memory


@dataclass(frozen=True)
class CuratePlan:
    """What curation would do; ``apart_pairs`` are similar pairs, and what forbids folding them."""

    memory_count: int
    folds: tuple[Fold, ...]
    apart_pairs: tuple[tuple[Memory, Memory, str], ...] = field(default=())


def plan(repo: Repo, encoder: Encoder) -> CuratePlan:
    """What would be folded and linked, among the newest 20,000 memories that HEAD reaches.

    What was amended, by the rule that search follows, is put behind its amendment; never are two
    folded as the same of which one amends the other.

    Raises:
        EncoderUnavailable: the model that is set is not there.
        GitmemError: the index is damaged; it is set aside, so that the next try works.
    """
    with closing(refresh(repo)) as index:
        embed_memories(index, encoder)
        places, here = _here(repo, index)
        with index.reader() as database:
            rows = Vectors(database, encoder.dimensions).rows(places)
        pairs = _pairs(rows)
        near = [(n, m) for n, m, _ in pairs]
        amended = amendments_among(repo, index, here, near, seconds=_AMENDMENT_SECONDS)
        apart: list[tuple[Memory, Memory, str]] = []
        alike = (pair for pair in pairs if pair[2] >= _COSINE)
        groups = _groups(here, alike, amended, apart)
        folds = [_fold(index, _SAME, [here[n] for n in group]) for group in groups]
        taken = {n for group in groups for n in group}
        left = [part for n, part in enumerate(here) if n not in taken]
        for topic, some in _trivial(left).items():
            folds.append(_fold(index, f"each is only about {topic}", some, count_in_title=True))
        trivial = {part.memory.id for fold in folds for part in fold.parts}
        folds += _amendments(index, here, amended, trivial)
        return CuratePlan(len(here), tuple(folds), tuple(apart))


def review_folds(
    todo: CuratePlan, same: Callable[[Sequence[Sequence[Memory]]], frozenset[int]]
) -> CuratePlan:
    """The plan without the folds of likeness that ``same`` does not name; it is given their parts,
    at most 20 groups at a time, and tells the places of those that say the same.

    Raises:
        CompressorFailed: whoever was asked gave no answer.
    """
    asked = [fold for fold in todo.folds if fold.because == _SAME]
    kept = set()
    for first in range(0, len(asked), MOST_GROUPS):
        some = asked[first : first + MOST_GROUPS]
        groups = [[part.memory for part in fold.parts] for fold in some]
        kept |= {id(some[place]) for place in same(groups)}
    folds = tuple(f for f in todo.folds if f.because != _SAME or id(f) in kept)
    apart = [
        (fold.parts[0].memory, fold.parts[1].memory, "the model keeps them apart")
        for fold in asked
        if id(fold) not in kept
    ]
    return replace(todo, folds=folds, apart_pairs=(*todo.apart_pairs, *apart))


def apply(repo: Repo, folds: Iterable[Fold]) -> int:
    """Write the folds as memories of the commits of their newest parts; returns how many are new.

    Raises:
        NotesMoved, ReadOnlyRepository, DiskFull: nothing was written.
    """
    additions: dict[str, list[Document]] = defaultdict(list)
    for fold in folds:
        additions[fold.parts[0].commit].append(document_of(fold.into))
    if additions:
        notes = NoteStore(repo)
        notes.add(additions, "notes: fold memories that say the same")
        with closing(Index.open(repo.state_dir)) as index:
            refresh_index(notes, index)
    return sum(len(documents) for documents in additions.values())


def undo(repo: Repo) -> int:
    """Forget every fold that counts now, so that its parts count again; returns how many.

    Raises:
        NotesMoved, ReadOnlyRepository, DiskFull: nothing was written.
    """
    with closing(refresh(repo)) as index:
        stones: dict[str, list[Document]] = defaultdict(list)
        ids = set()
        for stored in live_memories(index):
            if stored.memory.provenance.compressor == NAME:
                stone = Tombstone(stored.memory.id, "the fold was undone")
                stones[stored.commit].append(tombstone_document(stone))
                ids.add(stored.memory.id)
        if stones:
            notes = NoteStore(repo)
            notes.add(stones, "notes: undo folds")
            refresh_index(notes, index)
        return len(ids)


def _here(repo: Repo, index: Index) -> tuple[list[int], list[HeldMemory]]:
    """The places of the newest memories that HEAD reaches, and the memories."""
    scope = scope_of(repo, index)
    where: Mapping[int, Holder] = holders_in_scope(index, places_above(index, 0), scope)
    found = memories(index, where)
    newest = sorted(found, key=lambda p: (found[p].provenance.time, p), reverse=True)[:_MOST]
    held = [HeldMemory(found[p], where[p].commit, where[p].note) for p in newest]
    return newest, held


def _pairs(rows: Any) -> list[tuple[int, int, float]]:
    """The pairs that are near one another, each once, the nearest first."""
    import faiss
    import numpy as np

    if not len(rows):
        return []
    flat = faiss.IndexFlatIP(rows.shape[1])
    flat.add(np.ascontiguousarray(rows))
    scores, found = flat.search(rows, min(_NEIGHBOURS, len(rows)))
    near = {
        (min(n, int(m)), max(n, int(m))): float(score)
        for n, (line, others) in enumerate(zip(scores, found, strict=True))
        for score, m in zip(line, others, strict=True)
        if m != n and m >= 0 and score >= _COSINE_OF_AMENDMENT
    }
    return sorted(((n, m, score) for (n, m), score in near.items()), key=lambda p: (-p[2], p[:2]))


def _groups(
    here: Sequence[HeldMemory],
    pairs: Iterable[tuple[int, int, float]],
    amended: Amended,
    apart: list[tuple[Memory, Memory, str]],
) -> list[list[int]]:
    """Groups of which every two members may be one; what forbids it elsewhere goes to ``apart``."""
    group_of: dict[int, list[int]] = {}
    for n, m, _ in pairs:
        one, other = group_of.get(n, [n]), group_of.get(m, [m])
        if one is other:
            continue
        reason = next(
            (
                why
                for a in one
                for b in other
                if (why := _reason_to_keep_apart(here, amended, a, b))
            ),
            "",
        )
        if reason:
            apart.append((here[n].memory, here[m].memory, reason))
            continue
        joined = sorted([*one, *other])
        group_of.update(dict.fromkeys(joined, joined))
    unique = {id(group): group for group in group_of.values()}
    return sorted(unique.values())


def _reason_to_keep_apart(here: Sequence[HeldMemory], amended: Amended, a: int, b: int) -> str:
    """What keeps two from being one; "" if nothing does."""
    if any(one in amended and amended[one][0] == other for one, other in ((a, b), (b, a))):
        return "one amends the other"
    return reason_to_keep_apart(here[a].memory, here[b].memory)


def _trivial(here: Iterable[HeldMemory]) -> dict[str, list[HeldMemory]]:
    """Those that only say that a typo or formatting was fixed, by what they are about."""
    found: dict[str, list[HeldMemory]] = defaultdict(list)
    for part in here:
        memory = part.memory
        says = memory.why or memory.what or memory.decisions or memory.errors or memory.next
        if says or len(memory.terms.split()) > _FEW_TERMS or not is_slight(memory.title):
            continue
        topic = next((name for name, cue in _SLIGHT_TOPICS if cue.search(memory.title)), "")
        if topic:
            found[topic].append(part)
    return {topic: some for topic, some in found.items() if len(some) >= _FEW_TRIVIAL}


def _amendments(
    index: Index, here: Sequence[HeldMemory], amended: Amended, taken: set[str]
) -> list[Fold]:
    """What another memory took the place of is superseded by a repetition of that one.

    Of a chain of amendments the last one supersedes all.
    """
    behind = {
        older: newer
        for older, (newer, how) in amended.items()
        if how.takes_its_place and not {here[n].memory.id for n in (older, newer)} & taken
    }
    folds: dict[int, list[int]] = {}
    for older in behind:
        last = older
        while last in behind:
            last = behind[last]
        folds.setdefault(last, []).append(older)
    return [
        _fold(index, "the newer one amends it", [here[n] for n in (last, *sorted(older))])
        for last, older in sorted(folds.items())
    ]


def _fold(
    index: Index, because: str, parts: Sequence[HeldMemory], *, count_in_title: bool = False
) -> Fold:
    """One memory for these, newest first: its words, the files and names of all.

    The same parts give the same memory on every clone, but one that was undone gets another id.
    """
    newest = parts[0].memory
    everything = [part.memory for part in parts]
    title = newest.title
    if count_in_title:
        title = f"{title} (and {len(parts) - 1} more of the kind)"
    for number in range(1, 100):
        into = replace(
            newest,
            title=title,
            files_changed=_union(m.files_changed for m in everything),
            symbols=_union(m.symbols for m in everything),
            concepts=_union(m.concepts for m in everything),
            supersedes=tuple(sorted({m.id for m in everything})),
            citations=(),  # each part keeps its own: a fold is of no single session
            provenance=replace(
                newest.provenance, compressor=NAME, model="", session="", records=None
            ),
            extra={**newest.extra, "fold": number, "because": because},
        )
        if not is_forgotten(index, into.id):
            break
    return Fold(because, tuple(parts), into)


def _union(lists: Iterable[Sequence[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for texts in lists for text in texts))[:_MOST_FILES]
