"""What a search may show, before it is put in order: the candidates and where each one counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from gitmem.index.lookup import Holder
from gitmem.index.rank import Candidate, Rank
from gitmem.index.rows import facets_of
from gitmem.model.hit import Hit
from gitmem.model.memory import Memory
from gitmem.model.query import Query
from gitmem.model.standing import Standing
from gitmem.refresh.amendments import HeldMemory


@dataclass(frozen=True)
class Scores:
    """The places of what matches with their shares of the best score by words and by meaning, best
    first; and the best cosine, None where meaning was not asked, beside the usual one.
    """

    shares: Mapping[int, tuple[float, float]]
    best_cosine: float | None = None
    usual_cosine: float = 0.0


@dataclass(frozen=True)
class Pool:
    """What may be shown: memories of notes, each with its place in the index and the commit that
    holds it, and behind them pending work, which has neither.

    ``closeness`` is by how much the best cosine exceeds the usual one, None where meaning was not
    asked.
    """

    candidates: Sequence[Candidate]
    places: Sequence[int]
    holders: Sequence[Holder]
    closeness: float | None = None

    def holders_of(self, numbers: Iterable[int]) -> list[Holder]:
        """Those of the candidates of these numbers that are not pending."""
        return [self.holders[number] for number in numbers if number < len(self.holders)]

    def held_memory(self, number: int) -> HeldMemory:
        """A candidate's memory with the commit that holds it, if it is not pending."""
        memory = self.candidates[number].memory
        if number >= len(self.holders):
            return HeldMemory(memory)
        return HeldMemory(memory, self.holders[number].commit, self.holders[number].note)

    def only(self, numbers: Sequence[int]) -> Pool:
        """The candidates of these numbers, ascending."""
        ours = [number for number in numbers if number < len(self.places)]
        return replace(
            self,
            candidates=[self.candidates[number] for number in numbers],
            places=[self.places[number] for number in ours],
            holders=[self.holders[number] for number in ours],
        )

    def with_standings(self, standing: Mapping[str, Standing]) -> Pool:
        """The same, each candidate of a note with how its commit stands, as far as is told."""
        ours = zip(self.candidates, self.holders, strict=False)
        judged = [replace(one, standing=standing.get(held.commit)) for one, held in ours]
        return replace(self, candidates=[*judged, *self.candidates[len(judged) :]])

    def hit(self, one: Rank) -> Hit:
        """A candidate at its place in the order."""
        candidate = self.candidates[one.number]
        return Hit(
            candidate.memory,
            "" if candidate.is_pending else self.holders[one.number].commit,
            candidate.is_pending,
            one.score,
            one.reasons,
            candidate.standing,
        )


def passes_filters(memory: Memory, query: Query) -> bool:
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
