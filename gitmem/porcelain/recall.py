"""Recall: the memories that a query is after, best first, each with the reasons for its rank.

Words and meaning are asked apart and their scores added; what HEAD does not reach, what is
forgotten and what is superseded does not count; pending work does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from gitmem.errors import EncoderUnavailable
from gitmem.index.cache import Index
from gitmem.index.encoder import Encoder
from gitmem.index.lexical import match_of, words_of
from gitmem.index.lookup import Holding, holdings, matches, memories, newest, passing
from gitmem.index.rows import facets_of
from gitmem.index.vectors import Vectors, read_meta
from gitmem.model.memory import Memory
from gitmem.model.query import MAX_TEXT, Query
from gitmem.model.standing import Standing
from gitmem.porcelain.embed import embed_missing
from gitmem.porcelain.encoders import encoder_of
from gitmem.porcelain.scope import Scope, scope_of
from gitmem.store.gitdir import Repo
from gitmem.store.pending import PendingStore
from gitmem.store.settings import read_settings

_CANDIDATES = 200
_MOST_CANDIDATES = 200_000
_EMBEDDED_AT_ONCE = 2_000  # memories without a vector that a search makes up for itself
_WORDS, _MEANING = 0.7, 0.3


@dataclass(frozen=True)
class Reason:
    """One part of a score: what it is of, how much of it, and in words a person reads."""

    name: str
    value: float
    text: str = ""


@dataclass(frozen=True)
class Hit:
    """A memory that was found, and the commit that holds it (empty while it is pending).

    ``standing`` is how that commit stands, where ranking has asked.
    """

    memory: Memory
    commit: str
    is_pending: bool
    score: float
    reasons: tuple[Reason, ...] = ()
    standing: Standing | None = None


class Recaller:
    """An open index, ready to be asked many times; close it, or use it in a ``with``.

    It notices by itself what other processes do to the index.
    """

    def __init__(self, repo: Repo, encoder: Encoder | None = None) -> None:
        self._repo = repo
        self._encoder = encoder or encoder_of(read_settings(repo))
        self._index = Index.open(repo.state_dir)
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
        self._vectors = None
        self._index.close()

    def search(self, query: Query) -> list[Hit]:
        """The memories that the query is after, best first, from ``offset`` on, at most ``limit``.

        Without words they come newest first.

        Raises:
            GitmemError: the index is damaged; it is set aside, so that the next try works.
        """
        if not self._index.is_current():
            self._index.close()
            self._index, self._vectors = Index.open(self._repo.state_dir), None
        wanted = query.offset + query.limit
        scope = None if query.is_everywhere else scope_of(self._repo, self._index)
        branch = scope_of(self._repo, self._index, query.branch) if query.branch else None
        text = query.text[:MAX_TEXT]
        size = max(_CANDIDATES, 2 * wanted)
        while True:
            found = self._asked(text, query, size)
            living = self._living(found, query, scope, branch)
            if len(living) >= wanted or len(found) < size or size >= _MOST_CANDIDATES:
                break
            size *= 8  # much of what matches is elsewhere: look further
        hits = self._ranked(living, found)
        hits += self._pending(text, query, max((hit.score for hit in hits), default=1.0))
        if text.strip():
            hits.sort(key=lambda hit: -hit.score)
        else:
            hits.sort(key=lambda hit: hit.memory.provenance.time, reverse=True)
        return hits[query.offset : wanted]

    def _asked(self, text: str, query: Query, size: int) -> dict[int, tuple[float, float]]:
        """The candidates' places with their scores for words and for meaning, best first."""
        if not text.strip():
            return dict.fromkeys(newest(self._index, query, size), (0.0, 0.0))
        filters = query if query.is_filtered else None
        lexical = {m.place: m.score for m in matches(self._index, match_of(text), size, filters)}
        best = max(lexical.values(), default=0.0) or 1.0
        close: dict[int, float] = {}
        vectors = self._refreshed()
        vector = self._vector_of(text) if vectors is not None and len(vectors) else None
        if vectors is not None and vector is not None:
            near = [place for place, _ in vectors.nearest(vector, size)]
            near = [p for p in near if p in passing(self._index, query, near)] if filters else near
            close = vectors.cosines(vector, list(dict.fromkeys([*lexical, *near])))
        top = max(close.values(), default=0.0) or 1.0
        places = list(dict.fromkeys([*lexical, *close]))
        scores = {
            p: (lexical.get(p, 0.0) / best, max(close.get(p, 0.0), 0.0) / top) for p in places
        }
        return dict(sorted(scores.items(), key=lambda item: -_fused(*item[1])))

    def _living(
        self, places: Iterable[int], query: Query, scope: Scope | None, branch: Scope | None
    ) -> dict[int, Holding]:
        """Where each candidate counts: on HEAD's history, or the branch's; else it does not."""
        where = holdings(self._index, places)
        if branch is not None:
            made = {p for p, m in memories(self._index, where).items() if _is_made_on(m, query)}
            return {
                place: next((h for h in found if h.note in branch), found[0])
                for place, found in where.items()
                if place in made or any(h.note in branch for h in found)
            }
        if scope is None:
            return {place: found[0] for place, found in where.items()}
        return {
            place: held
            for place, found in where.items()
            if (held := next((h for h in found if h.note in scope), None)) is not None
        }

    def _ranked(
        self, living: dict[int, Holding], scores: dict[int, tuple[float, float]]
    ) -> list[Hit]:
        known = memories(self._index, living)
        hits = []
        for place, held in living.items():
            words, meaning = scores[place]
            reasons = (Reason("words", _WORDS * words), Reason("meaning", _MEANING * meaning))
            hits.append(Hit(known[place], held.commit, False, _fused(words, meaning), reasons))
        return hits

    def _pending(self, text: str, query: Query, best: float) -> list[Hit]:
        """Pending work that passes the filters; of a query with words, what shares some."""
        asked = set(words_of(text))
        hits = []
        for pending in PendingStore(self._repo).newest_first():
            memory = pending.memory
            if not _passes(memory, query):
                continue
            if not text.strip():
                hits.append(Hit(memory, "", True, 0.0))
                continue
            shared = asked & set(words_of("\n".join(_texts(memory))))
            if shared:
                share = len(shared) / len(asked)
                hits.append(Hit(memory, "", True, best * share, (Reason("words", share),)))
        return hits

    def _vector_of(self, text: str) -> Any:
        try:
            return self._encoder.encode([text])[0] if self._encoder else None
        except EncoderUnavailable as error:
            self.notices.append(error.message)
            return None

    def _refreshed(self) -> Vectors | None:
        """The vectors, as far as they are made; None where they are not and would take long."""
        if self._encoder is None:
            return None
        try:
            embed_missing(self._index, self._encoder, _EMBEDDED_AT_ONCE)
        except EncoderUnavailable as error:
            self.notices.append(error.message)
            return None
        with self._index.reading() as database:
            if read_meta(database, "encoder") != self._encoder.name:
                return None
            if self._vectors is None:
                self._vectors = Vectors(database, self._encoder.dimensions)
            else:
                self._vectors.refresh()
        return self._vectors


def recall(repo: Repo, query: Query, encoder: Encoder | None = None) -> list[Hit]:
    """Ask once; see :meth:`Recaller.search`."""
    with closing(Recaller(repo, encoder)) as recaller:
        return recaller.search(query)


def _fused(words: float, meaning: float) -> float:
    return _WORDS * words + _MEANING * meaning


def _is_made_on(memory: Memory, query: Query) -> bool:
    return memory.provenance.branch == query.branch


def _passes(memory: Memory, query: Query) -> bool:
    """Whether a pending memory passes the query's filters."""
    origin, facets = memory.provenance, set(facets_of(memory))
    wanted = {f"tag:{tag.lower()}" for tag in query.tags}
    wanted |= {f"concept:{concept.lower()}" for concept in query.concepts}
    below = [path.rstrip("/") for path in query.paths]
    return (
        (not query.kinds or memory.kind in query.kinds)
        and query.author.lower() in origin.author.lower()
        and (not query.since or origin.time >= query.since)
        and (not query.until or origin.time <= query.until)
        and (not query.branch or origin.branch == query.branch)
        and wanted <= facets
        and (not below or any(_is_below(f, p) for f in memory.files_changed for p in below))
    )


def _is_below(name: str, path: str) -> bool:
    return name == path or name.startswith(f"{path}/")


def _texts(memory: Memory) -> Sequence[str]:
    decisions = [text for d in memory.decisions for text in (d.chose, d.because, *d.rejected)]
    errors = [text for e in memory.errors for text in (e.message, e.resolution)]
    lists = [*memory.what, *memory.next, *memory.files_changed, *memory.symbols, *memory.concepts]
    return [memory.title, memory.why, *decisions, *errors, *lists]
