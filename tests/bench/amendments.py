"""Which memories of a repository are amended by which: every marked pair, to be judged by eye.

    python -m tests.bench.amendments [--sample N] [--seed N] DIR...

Each DIR is a repository that was backfilled.  All of its memories are compared with one another
by the rule that search and curation use, and each pair is printed with both texts, both commits
and how the rule decided.  Nothing is asserted: whether a pair is right, only a reader can say.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

from gitmem.git.repo import find_repo
from gitmem.index import amendment
from gitmem.index.amendment import mentions_of, naming_among
from gitmem.index.commits import note_numbers
from gitmem.index.memories import live_memories
from gitmem.index.statement import statement_of
from gitmem.model.memory import Memory
from gitmem.refresh.amendments import HeldMemory, amendments_among
from gitmem.refresh.refresh import refresh

_WIDTH = 160
_UNBOUNDED = 3_600.0
_RULES = (
    *("_is_flipped", "_is_opposite", "_is_other_amount", "_is_other_choice", "_is_given_up"),
    "_is_taken_back",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("repositories", nargs="+", type=Path, metavar="DIR")
    parser.add_argument("--sample", type=int, default=0, help="show N pairs only, by chance")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for place in options.repositories:
        show(place, options.sample, options.seed)


def show(place: Path, sample: int, seed: int) -> None:
    repo = find_repo(place)
    with closing(refresh(repo)) as index:
        stored = list(live_memories(index))
        notes = note_numbers(index, {one.commit for one in stored})
        held = [HeldMemory(one.memory, one.commit, notes[one.commit]) for one in stored]
        began = time.monotonic()
        found = amendments_among(repo, index, held, seconds=_UNBOUNDED)
        took = time.monotonic() - began
    pairs = [(held[newer], held[older], how) for older, (newer, how) in sorted(found.items())]
    count = Counter(f"{how.value} ({_sign(newer, older)})" for newer, older, how in pairs)
    print(
        f"== {place.name}: {len(pairs)} pairs of {len(held)} memories, {took:.1f} s, {dict(count)}"
    )
    if sample and len(pairs) > sample:
        pairs = random.Random(seed).sample(pairs, sample)
    for number, (newer, older, how) in enumerate(pairs, 1):
        print(f"{number:3} {how.value} ({_sign(newer, older)})")
        print(f"    new {newer.commit[:9]} {_line(newer.memory)}")
        print(f"    old {older.commit[:9]} {_line(older.memory)}")


def _sign(newer: HeldMemory, older: HeldMemory) -> str:
    if naming_among(mentions_of(newer.memory), older.memory, older.commit):
        return "named in the memory"
    new, old = statement_of(newer.memory), statement_of(older.memory)
    for name in _RULES:
        if getattr(amendment, name)(new, old):
            return name.removeprefix("_is_").replace("_", " ")
    return "named in the message"


def _line(memory: Memory) -> str:
    return " ".join(f"{memory.title} | {memory.why}".split())[:_WIDTH]


if __name__ == "__main__":
    main()
