"""What checking says of memories of real sessions, and of the same with false citations.

Run as ``python -m tests.bench.proof [GOLD]``, where GOLD is a folder of labelled slices
(``../shared/gold``).  Printed are the verdicts by role, first of what the offline compressor wrote,
then with every citation moved to another record of its slice: what is right then is a false
citation that was not noticed.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from gitmem.agents.adapters import Agents
from gitmem.agents.slice import slice_of
from gitmem.capture.compress_slice import compress_slice
from gitmem.compress.offline.extractive import ExtractiveCompressor
from gitmem.guard.policy import PLAIN
from gitmem.model.change import Change
from gitmem.model.memory import Memory
from gitmem.model.session import EventKind, Slice
from gitmem.recall.item_proof import prove_items
from gitmem.recall.session_records import SessionRecords

_SESSIONS = ("sessions", "sessions-skills", "sessions-agentv")


def slices(gold: Path, folder: Path) -> Iterator[tuple[Slice, Change]]:
    """Each labelled slice, with what is known of its commit."""
    agents = Agents.from_environment({})
    for line in (gold / "gold.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        first, last = row["lines"][0], row["lines"][-1]
        packed = next(p for s in _SESSIONS if (p := gold.parent / s / row["transcript"]).exists())
        path = folder / packed.name.removesuffix(".gz")
        path.write_bytes(gzip.decompress(packed.read_bytes()))
        read = agents.read(path, first=first)
        events = tuple(event for event in read.events if event.record <= last)
        part = slice_of(replace(read, events=events, end=last + 1), (read.cwds or ("/",))[0])
        change = Change(row["commit"], (), row["subject"], row["subject"], "a", "a", "a", 1, 1)
        yield part, change


def with_false_citations(memory: Memory, part: Slice, chance: random.Random) -> Memory:
    """The memory with each citation moved to another record in which something was said."""
    said = sorted({event.record for event in part.events if event.kind is not EventKind.CALL})
    moved = []
    for citation in memory.citations:
        others = [number for number in said if number not in citation.records]
        moved.append(replace(citation, records=(chance.choice(others),)))
    return replace(memory, citations=tuple(moved))


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gold", nargs="?", type=Path, default=Path("../shared/gold"))
    true: Counter[str] = Counter()
    false: Counter[str] = Counter()
    chance = random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        for part, change in slices(parser.parse_args().gold.resolve(), Path(folder)):
            records = SessionRecords("", part.events, part.end, PLAIN)
            for memory in compress_slice(ExtractiveCompressor(), part, change)[0]:
                moved = with_false_citations(memory, part, chance)
                for tally, one in ((true, memory), (false, moved)):
                    for proof in prove_items(one, records):
                        tally[f"{proof.name.partition('/')[0]:10} {proof.check.verdict.value}"] += 1
    for name, tally in (("as written", true), ("false citations", false)):
        print(f"{name}: {sum(tally.values())} items")
        for key, count in sorted(tally.items()):
            print(f"  {key:30} {count}")


if __name__ == "__main__":
    main()
