"""Which directions the vectors of all repositories' memories share, and what leaving them out does.

    python -m tests.bench.shared_directions [--data DIR] [--out FILE] [--count K] [--only REPO]

Takes a sample of the memories of each repository in DIR (as ``tests.bench.retrieval`` makes them),
encodes them and writes the strongest directions of all together, uncentred, as float16: that is
``gitmem/embedding/shared.npy``.  Prints what share of a vector's length they hold in each
repository, if they are taken from the others.

**Source:** Mu and Viswanath, "All-but-the-Top: Simple and Effective Postprocessing for Word
Representations", ICLR 2018.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from gitmem.index.encoder import StaticEncoder, encode_memories
from tests.bench.retrieval import DATA, memory_from, read_corpus

_SAMPLE = 1_000


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--count", type=int, default=8)
    parser.add_argument("--only", action="append", default=[])
    options = parser.parse_args()
    vectors: dict[str, Any] = {}
    for corpus in sorted(options.data.glob("corpus-*.jsonl.gz")):
        name = corpus.name.removeprefix("corpus-").removesuffix(".jsonl.gz")
        if options.only and name not in options.only:
            continue
        docs, _ = read_corpus(corpus, options.data / f"queries-{name}.jsonl")
        some = random.Random(0).sample(docs, min(len(docs), 2 * _SAMPLE))
        memories = [one for doc in some if (one := memory_from(doc)) is not None][:_SAMPLE]
        vectors[name] = encode_memories(StaticEncoder(), memories)
    if not vectors:
        sys.exit(f"no corpus in {options.data}")
    for name, ours in vectors.items():
        others = [rows for other, rows in vectors.items() if other != name] or [ours]
        found = directions(others, options.count)
        held = np.sum((ours @ found.T) ** 2, axis=1).mean()
        print(f"{name}: {held:.1%} of a vector's square length, by the others' directions")
    if options.out:
        np.save(options.out, directions(list(vectors.values()), options.count).astype(np.float16))


def directions(samples: Sequence[Any], count: int) -> Any:
    """The strongest directions of all the rows, ``(count, dim)``, orthonormal."""
    _, _, found = np.linalg.svd(np.concatenate(samples), full_matrices=False)
    return found[:count]


if __name__ == "__main__":
    main()
