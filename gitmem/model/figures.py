"""Figures about a memory's stock: how much, by whom and what, and what it cost.  Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from gitmem.model.memory import Memory
from gitmem.model.text_roles import Role, texts_of

_CHARACTERS_PER_TOKEN = 4
_STAND_IN = (" after ", " before ")


@dataclass(frozen=True)
class Stock:
    """Live memories counted: by kind, by what made them, by agent, author and month.

    ``tokens`` is what all of them say, ``paid_tokens`` what their making took (both in tokens,
    four characters each for the former).  ``stand_ins`` were made by a compressor that stood in
    for another, so that ``gitmem recompress`` can better them.
    """

    memories: int = 0
    commits: int = 0
    tokens: int = 0
    paid_tokens: int = 0
    stand_ins: int = 0
    kinds: Mapping[str, int] = field(default_factory=dict)
    compressors: Mapping[str, int] = field(default_factory=dict)
    agents: Mapping[str, int] = field(default_factory=dict)
    authors: Mapping[str, int] = field(default_factory=dict)
    months: Mapping[str, int] = field(default_factory=dict)


def stock_of(memories: Iterable[tuple[str, Memory]]) -> Stock:
    """Count memories, each with the commit that holds it; one at several commits counts once."""
    commits: set[str] = set()
    seen: set[str] = set()
    kinds, compressors, agents, authors, months = (Counter[str]() for _ in range(5))
    tokens = paid = stand_ins = 0
    for commit, memory in memories:
        commits.add(commit)
        if memory.id in seen:
            continue
        seen.add(memory.id)
        provenance = memory.provenance
        kinds[memory.kind] += 1
        compressors[provenance.compressor.split(" ")[0] or "unknown"] += 1
        agents[provenance.agent.split(" ")[0] or "none"] += 1
        authors[provenance.author or "unknown"] += 1
        months[provenance.time[:7] or "unknown"] += 1
        tokens += _weight(memory)
        paid += provenance.tokens_in + provenance.tokens_out
        stand_ins += any(mark in provenance.compressor for mark in _STAND_IN)
    return Stock(
        memories=len(seen),
        commits=len(commits),
        tokens=tokens,
        paid_tokens=paid,
        stand_ins=stand_ins,
        kinds=_by_count(kinds),
        compressors=_by_count(compressors),
        agents=_by_count(agents),
        authors=_by_count(authors),
        months=dict(sorted(months.items())),
    )


def _weight(memory: Memory) -> int:
    """What a memory says, in tokens."""
    said = texts_of(memory, (Role.TITLE, Role.PROSE, Role.FRAME))
    return -(-sum(map(len, said)) // _CHARACTERS_PER_TOKEN)


def _by_count(counter: Counter[str]) -> dict[str, int]:
    return dict(sorted(counter.items(), key=lambda item: (-item[1], item[0])))
