"""How often curation folds what it must not, and what it must: on a labelled sample.

    python -m tests.bench.curation [--repository DIR] [--show N]

The sample (tests/support/alike.py) has pairs of memories that read alike; printed are the false
merges among those that say different things and the folds found among those that say the same,
for our rules, for the cosine of the vectors alone at .95 (what other tools do) and at the
threshold where it would find as many folds as we do.  With a repository that has memories, the
folds that `gitmem curate` would make there are counted, and N of them shown to be judged by eye.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from gitmem.git.repo import find_repo
from gitmem.index.encoder import StaticEncoder, encode_memories
from gitmem.model.likeness import reason_to_keep_apart
from gitmem.upkeep.curate import plan
from tests.support.alike import Pair, alike_pairs

_PEERS = 0.95


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--repository", type=Path)
    parser.add_argument("--show", type=int, default=20)
    options = parser.parse_args()
    pairs = alike_pairs()
    encoder = StaticEncoder()
    cosines = {}
    for number, pair in enumerate(pairs):
        one, other = encode_memories(encoder, [pair.one, pair.other])
        cosines[number] = float(one @ other)

    def ours(number: int) -> bool:
        return cosines[number] >= 0.80 and not reason_to_keep_apart(
            pairs[number].one, pairs[number].other
        )

    same = [n for n, pair in enumerate(pairs) if pair.is_same]
    print(f"{len(same)} pairs that say the same, {len(pairs) - len(same)} that do not")
    row("our rules", pairs, ours)
    row(f"cosine at {_PEERS}", pairs, lambda n: cosines[n] >= _PEERS)
    found = sum(map(ours, same))
    level = sorted((cosines[n] for n in same), reverse=True)[max(found - 1, 0)]
    row(f"cosine at {level:.3f}", pairs, lambda n: cosines[n] >= level)
    if options.repository:
        repository(options.repository, options.show)


def row(name: str, pairs: list[Pair], folds: Callable[[int], bool]) -> None:
    """Print the rates of one rule, and which pairs it gets wrong."""
    false = [n for n, pair in enumerate(pairs) if not pair.is_same and folds(n)]
    found = [n for n, pair in enumerate(pairs) if pair.is_same and folds(n)]
    different = sum(not pair.is_same for pair in pairs)
    print(
        f"  {name:<16} false merges {len(false):>2} of {different} ({len(false) / different:.1%}),"
        f" folds found {len(found):>2} of {len(pairs) - different}"
    )
    if false and len(false) < 10:
        print("    " + "; ".join(pairs[n].about for n in false))


def repository(place: Path, show: int) -> None:
    found = plan(find_repo(place), StaticEncoder())
    parts = sum(len(fold.parts) for fold in found.folds)
    print(f"\n{place.name}: {parts} of {found.memory_count} memories into {len(found.folds)} folds")
    for fold in found.folds[:show]:
        print(f"- {fold.because}: {fold.into.title}")
        for part in fold.parts[:4]:
            print(f"    {part.commit[:9]} {part.memory.title} | {part.memory.why[:80]}")


if __name__ == "__main__":
    main()
