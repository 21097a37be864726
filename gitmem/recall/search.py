"""Recall: the memories that match a query, best first, each with the reasons for its rank.

Words and meaning are asked apart and their scores added; what HEAD does not reach, what is
forgotten and what is superseded does not count; pending work does.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import cached_property, partial
from itertools import islice
from textwrap import dedent
from types import TracebackType
from typing import Any

from gitmem.errors import EncoderUnavailable
from gitmem.git.repo import Repo
from gitmem.index.cache import Index, IndexDamaged
from gitmem.index.encoder import Encoder, shared_directions
from gitmem.index.fields import FIELDS
from gitmem.index.identifiers import has_identifier, identifiers_in, names_in
from gitmem.index.lexical import query_words
from gitmem.index.lookup import (
    Holder,
    holders_in_scope,
    holders_of,
    memories,
    newest,
    places_of,
)
from gitmem.index.memories import memories_named
from gitmem.index.person_words import pinned_ids
from gitmem.index.postings import Postings
from gitmem.index.rank import Candidate, Likeness, QueryContext, Rank, fuse_scores, rank_candidates
from gitmem.index.relevance import Relevance
from gitmem.index.vectors import Vectors, read_meta, without
from gitmem.model.amendment import Amendment
from gitmem.model.hit import Hit
from gitmem.model.memory import Memory
from gitmem.model.query import MAX_TEXT, Query
from gitmem.model.standing import Standing
from gitmem.model.text import STOP_WORDS, words_of
from gitmem.model.text_roles import texts_of
from gitmem.model.twins import without_twins
from gitmem.recall.pool import Pool, Scores, passes_filters
from gitmem.refresh.amendments import amendments_among
from gitmem.refresh.embed import embed_memories
from gitmem.refresh.encoders import encoder_of
from gitmem.refresh.reachable import Reachable, scope_of
from gitmem.refresh.standing import standings_of
from gitmem.state.pending import PendingStore
from gitmem.state.settings import read_settings

_SEARCH_ROLES = frozenset(role for field in FIELDS for role in field.roles)
_CANDIDATES = 200
_MOST_CANDIDATES = 200_000
_ALL = -1  # no limit, as SQLite says it
_MAX_EMBED_AT_ONCE = 2_000  # memories without a vector that a search makes up for itself
_EXTRA_STANDINGS = 5  # than are shown: what is no longer so makes room for these
_FIRST_LINES = 3  # of a text of several, that are judged by themselves as well
_LAST_LINES = 5
_ANNOUNCING = (":", "\uff1a")
_RANK_POOL = 40  # of the best, that everything which ranks looks at

__all__ = ["Recaller", "recall"]


class Recaller:
    """An open index, ready to be asked many times; close it, or use it in a ``with``.

    It notices by itself what other processes do to the index.
    """

    def __init__(
        self, repo: Repo, encoder: Encoder | None = None, *, is_asked_once: bool = False
    ) -> None:
        self._repo = repo
        self._is_asked_once = is_asked_once
        self._encoder = encoder or encoder_of(read_settings(repo))
        self._index = Index.open(repo.state_dir)
        self._postings: Postings | None = None
        self._vectors: Vectors | None = None
        self.notices: list[str] = []
        """What a person should know of the last searches, such as that words alone were asked."""

    def __enter__(self) -> Recaller:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the index."""
        self._postings = self._vectors = None
        self._index.close()

    def search(self, query: Query, now: float | None = None, *, judge: bool = False) -> list[Hit]:
        """The memories that match the query, best first, from ``offset`` on, at most ``limit``;
        none where nothing speaks for an answer (:mod:`gitmem.index.relevance`).

        Of twins (:mod:`gitmem.model.twins`) only one comes.  Without words they come newest first.
        ``now`` are POSIX seconds, to tell ages by.
        ``judge``: git is asked how the first ones stand, where that is not known, and what is no
        longer so comes later.  What amends what among them is asked of git in any case, once.
        Where the index proves to be damaged, it is built anew and asked again.

        Raises:
            GitmemError: it proves to be damaged again; it is set aside, so that the next try works.
        """
        self._reopen_if_replaced()
        try:
            return self._search(query, now, judge=judge)
        except IndexDamaged:
            from gitmem.refresh.refresh import fill_empty_index  # YAML, which a search is spared

            fill_empty_index(self._repo)
            self._reopen_if_replaced()
            return self._search(query, now, judge=judge)

    def _search(self, query: Query, now: float | None, *, judge: bool) -> list[Hit]:
        text, end = query.text[:MAX_TEXT], query.offset + query.limit
        scope = None if query.beyond_head else scope_of(self._repo, self._index)
        pool = self._relevant(text, self._pool(text, query, scope))
        rank = self._ranking(text, query, pool, now)
        order = rank(pool.candidates)
        if judge:
            first = dict.fromkeys(one.number for one in order[: end + _EXTRA_STANDINGS])
            pool = pool.with_standings(self._standings(pool.holders_of(first), scope))
            order = _judged_first(rank(pool.candidates), first)
        left = without_twins((one.number, pool.candidates[one.number].memory) for one in order)
        order = [one for one in order if one.number in left]
        return [pool.hit(one) for one in order[query.offset : end]]

    def _reopen_if_replaced(self) -> None:
        if not self._index.is_current():
            self._index.close()
            self._index = Index.open(self._repo.state_dir)
            self._postings = self._vectors = None

    def _pool(self, text: str, query: Query, scope: Reachable | None) -> Pool:
        """What may be shown, looked for ever deeper until it fills the page or there is no more."""
        branch = scope_of(self._repo, self._index, query.branch) if query.branch else None
        end = query.offset + query.limit
        size, most = max(_CANDIDATES, 2 * end), max(_RANK_POOL, 2 * end)
        while True:
            scores = self._scores(text, query, size)
            shares = scores.shares
            held = self._first_holders(shares, most, query, scope, branch)
            if len(held) >= end or len(shares) < size or size >= _MOST_CANDIDATES:
                break
            size *= 8  # much of what matches is elsewhere: look further
        best = list(islice((place for place in shares if place in held), most))
        read = memories(self._index, best)
        places = [place for place in best if place in read]  # another process may be writing
        pinned = pinned_ids(self._index)
        closeness = None
        if scores.best_cosine is not None:
            share = max((shares[place][1] for place in places), default=0.0)
            closeness = share * scores.best_cosine - scores.usual_cosine
        return Pool(
            [
                *(
                    Candidate(read[place], *shares[place], is_pinned=read[place].id in pinned)
                    for place in places
                ),
                *self._pending(text, query),
            ],
            places,
            [held[place] for place in places],
            closeness,
        )

    def _relevance(self, words: Sequence[str], pool: Pool) -> Relevance:
        if not pool.places:
            return Relevance(0.0, 1.0, None, 0)
        if self._postings is None:  # no words were asked: a memory was named by its id
            return Relevance(0.0, 0.0, pool.closeness, 0)
        covered = self._postings.coverage(words, pool.places)
        count = self._postings.memory_count
        telling = len({word for word in words if word not in STOP_WORDS})
        return Relevance(covered.best, covered.unknown, pool.closeness, count, telling)

    def _relevant(self, text: str, pool: Pool) -> Pool:
        """The pool if it answers the text, or else what of it has a name that the text names, and
        pending work that would be an answer by itself.
        """
        words = query_words(text)
        if not text.strip():
            return pool
        is_telling = any(word not in STOP_WORDS for word in words)
        if is_telling and self._relevance(words, pool).is_enough:
            return pool
        if any(self._relevance(line, pool).is_of_a_line for line in _line_words(text)):
            return pool
        names = names_in(text)
        kept = [
            number
            for number, one in enumerate(pool.candidates)
            if any(has_identifier(one.memory, name) for name in names)
            or (
                one.is_pending
                and is_telling
                and Relevance(one.words, 1 - one.words, None, 1).is_enough
            )
        ]
        return pool.only(kept)

    def _first_holders(
        self,
        places: Iterable[int],
        most: int,
        query: Query,
        scope: Reachable | None,
        branch: Reachable | None,
    ) -> dict[int, Holder]:
        """Where the first of these count, until ``most`` do; further ones are not looked at."""
        held, left = dict[int, Holder](), iter(places)
        while len(held) < most and (some := list(islice(left, most))):
            held.update(self._holders(some, query, scope, branch))
        return held

    def _ranking(
        self, text: str, query: Query, pool: Pool, now: float | None
    ) -> Callable[[Sequence[Candidate]], list[Rank]]:
        """What puts the pool in order: all that speaks for a memory, or without words its age."""
        if not text.strip():
            return _newest_first
        moment = time.time() if now is None else now
        setting = QueryContext(moment, query.near, query.branch, identifiers_in(text))
        likeness = self._likeness(pool.places)
        amended = partial(self._amended, pool)
        return lambda candidates: rank_candidates(candidates, setting, likeness, amended)

    def _amended(self, pool: Pool, numbers: Sequence[int]) -> Mapping[int, tuple[int, Amendment]]:
        """Which of the candidates are amended by which others."""
        held = [pool.held_memory(number) for number in numbers]
        found = amendments_among(self._repo, self._index, held)
        return {numbers[older]: (numbers[newer], how) for older, (newer, how) in found.items()}

    def _scores(self, text: str, query: Query, size: int) -> Scores:
        if not text.strip():
            return Scores(dict.fromkeys(newest(self._index, query, size), (0.0, 0.0)))
        only = set(newest(self._index, query, _ALL)) if query.is_filtered else None
        if named := places_of(
            self._index, [m.memory.id for m in memories_named(self._index, text)]
        ):
            found = [place for place in named.values() if only is None or place in only]
            return Scores(dict.fromkeys(found, (1.0, 1.0)), best_cosine=1.0)
        lexical = self._lexical_scores(text, only, size)
        close: dict[int, float] = {}
        vectors = self._refresh_vectors()
        vector = self._vector_of(text) if vectors is not None and len(vectors) else None
        if vectors is not None and vector is not None:
            near = [place for place, _ in vectors.nearest(vector, size)]
            near = [place for place in near if only is None or place in only]
            asked = list(dict.fromkeys([*lexical, *near]))
            close = vectors.cosines(vector, asked, self._shared)
        if vectors is None or vector is None:
            return Scores(fuse_scores(lexical, close))
        best = max(close.values(), default=0.0)
        usual = vectors.usual_cosine(vector, self._shared, best)
        return Scores(fuse_scores(lexical, close), best, usual)

    def _lexical_scores(self, text: str, only: set[int] | None, size: int) -> dict[int, float]:
        """The places of the memories that match best by their words, with their scores."""
        with self._index.reader() as database:
            if self._postings is None:
                self._postings = Postings(database)
            else:
                self._postings.refresh()
            return dict(self._postings.best(query_words(text), size, only))

    def _holders(
        self, places: Iterable[int], query: Query, scope: Reachable | None, branch: Reachable | None
    ) -> dict[int, Holder]:
        """Where each candidate counts: on HEAD's history, or the branch's; else it does not."""
        if branch is not None:
            where = holders_of(self._index, places)
            made = {p for p, m in memories(self._index, where).items() if _is_made_on(m, query)}
            return {
                place: next((h for h in found if h.note in branch), found[0])
                for place, found in where.items()
                if place in made or any(h.note in branch for h in found)
            }
        return holders_in_scope(self._index, places, scope)

    def _standings(self, held: Iterable[Holder], scope: Reachable | None) -> dict[str, Standing]:
        here = scope_of(self._repo, self._index) if scope is None else scope
        notes = {one.commit: one.note for one in held}
        return standings_of(self._repo, self._index, here, notes, most_asked=len(notes))

    def _pending(self, text: str, query: Query) -> list[Candidate]:
        """Pending work that passes the filters and, if the query has words, shares some."""
        asked = set(query_words(text))
        found = []
        for pending in PendingStore(self._repo).newest_first():
            memory = pending.memory
            if not passes_filters(memory, query):
                continue
            shared = asked & set(words_of("\n".join(texts_of(memory, _SEARCH_ROLES))))
            share = len(shared) / len(asked) if asked else 0.0
            if share or not text.strip():
                found.append(Candidate(memory, share, share, is_pending=True))
        return found

    def _likeness(self, places: Sequence[int]) -> Likeness | None:
        """How similar memories with vectors are; pending ones and others are similar to none."""
        if self._vectors is None:
            return None
        have = [number for number, place in enumerate(places) if place <= len(self._vectors)]
        rows = self._vectors.rows([places[number] for number in have])
        row_of = {number: row for row, number in enumerate(have)}
        alike = (rows @ rows.T).tolist()

        def likeness(a: int, b: int) -> float:
            return float(alike[row_of[a]][row_of[b]]) if a in row_of and b in row_of else 0.0

        return likeness

    def _vector_of(self, text: str) -> Any:
        """The text's vector without what all memories share; None if nothing is known of it."""
        if self._encoder is None:
            return None
        try:
            vector = self._encoder.encode([text])[0]
        except EncoderUnavailable as error:
            self.notices.append(error.message)
            return None
        return without(vector, self._shared) if vector.any() else None

    @cached_property
    def _shared(self) -> Any:
        """The directions that do not count."""
        return shared_directions(self._encoder) if self._encoder else None

    def _refresh_vectors(self) -> Vectors | None:
        """The vectors that exist; None if they are missing and would take long."""
        if self._encoder is None:
            return None
        try:
            embed_memories(self._index, self._encoder, _MAX_EMBED_AT_ONCE)
        except EncoderUnavailable as error:
            self.notices.append(error.message)
            return None
        with self._index.reader() as database:
            if read_meta(database, "encoder") != self._encoder.name:
                return None
            if self._vectors is None:
                dimensions = self._encoder.dimensions
                self._vectors = Vectors(database, dimensions, is_asked_once=self._is_asked_once)
            else:
                self._vectors.refresh()
        return self._vectors


def recall(
    repo: Repo, query: Query, encoder: Encoder | None = None, *, judge: bool = False
) -> list[Hit]:
    """Ask once; see :meth:`Recaller.search`."""
    with closing(Recaller(repo, encoder, is_asked_once=True)) as recaller:
        return recaller.search(query, judge=judge)


def _judged_first(order: Sequence[Rank], judged: Collection[int]) -> list[Rank]:
    """What nobody judged is no better for it: it stays behind what was."""
    return sorted(order, key=lambda one: one.number not in judged)


def _line_words(text: str) -> Iterator[list[str]]:
    """The words of each line of a longer text that may be an error's message: one at the margin,
    for frames stand indented, near either end, and none that only announces the next.
    """
    lines = dedent(text).splitlines()
    if len(lines) < 2:
        return
    found = [line for line in lines if line[:1].strip() and not line.rstrip().endswith(_ANNOUNCING)]
    if len(found) > _FIRST_LINES + _LAST_LINES:
        found = [*found[:_FIRST_LINES], *found[-_LAST_LINES:]]
    yield from map(query_words, found)


def _newest_first(candidates: Sequence[Candidate]) -> list[Rank]:
    order = sorted(
        range(len(candidates)),
        key=lambda number: candidates[number].memory.provenance.time,
        reverse=True,
    )
    return [Rank(number, 0.0, ()) for number in order]


def _is_made_on(memory: Memory, query: Query) -> bool:
    return memory.provenance.branch == query.branch
