"""What the index costs: building it, finding that it is up to date, reading from it.

Run: ``python -m tests.bench.index_refresh [--memories N ...]``.  Times are the median of several
runs, in milliseconds, each beside its share of what building from nothing takes.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from gitmem.index.cache import Index
from gitmem.index.memories import memories_of, memories_with_id
from gitmem.model.memory import Decision, Memory, Provenance
from gitmem.model.note import Document, Note, note_of

TIP = "f" * 40
RECENT = 30


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--memories", type=int, nargs="+", default=[1_000, 10_000])
    parser.add_argument("--runs", type=int, default=11)
    options = parser.parse_args()
    print(f"{'memories':>9}  {'step':<44}{'ms':>9}{'of building':>13}")
    for count in options.memories:
        measure(count, options.runs)


def measure(count: int, runs: int) -> None:
    """Print the table's lines for so many memories, one a note."""
    notes = [(f"{number:040x}", sample_note(number)) for number in range(count)]
    recent = [commit for commit, _ in notes[-RECENT:]]
    changed = [(commit, sample_note(count + 1)) for commit in recent]
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder)
        built = timed(lambda: build(state, notes), 1)
        steps: dict[str, Callable[[], object]] = {
            "open, nothing to do": lambda: opened(state, lambda index: index.tip),
            f"open, memories of {RECENT} commits": lambda: opened(
                state, lambda index: memories_of(index, recent)
            ),
            "open, newest 40 of all commits": lambda: opened(
                state, lambda index: memories_of(index, (c for c, _ in reversed(notes)), limit=40)
            ),
            f"open, replace the notes of {RECENT} commits": lambda: opened(
                state, lambda index: index.tip == TIP and index.apply(changed, TIP)
            ),
            "open, find one by its id": lambda: opened(
                state, lambda index: memories_with_id(index, "m00")
            ),
        }
        print(f"{count:>9}  {'build from notes':<44}{built:>9.2f}{1:>13.2%}")
        for name, step in steps.items():
            taken = timed(step, runs)
            print(f"{count:>9}  {name:<44}{taken:>9.2f}{taken / built:>13.2%}")


def build(state: Path, notes: list[tuple[str, Note]]) -> None:
    with closing(Index.open(state)) as index:
        index.rebuild(notes, TIP)


def opened(state: Path, use: Callable[[Index], object]) -> None:
    with closing(Index.open(state)) as index:
        use(index)


def timed(step: Callable[[], object], runs: int) -> float:
    """The median time of a call, in milliseconds."""
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        step()
        times.append((time.perf_counter() - started) * 1e3)
    return statistics.median(times)


def sample_note(number: int) -> Note:
    """A note of one memory of about a kilobyte, as capture makes them."""
    memory = Memory(
        kind="decision",
        title=f"Retry upload number {number} with jitter",
        why="The server drops one request in a hundred under load. " * 4,
        what=tuple(f"fact {fact} about upload {number}" for fact in range(5)),
        decisions=(Decision("retry three times", "it recovers in seconds", ("a queue on disk",)),),
        files_changed=(f"src/upload_{number % 50}.py", "tests/test_upload.py"),
        provenance=Provenance(
            commit=f"{number:040x}",
            author="Ada Author <ada@example.com>",
            time="2026-01-01T00:00:00Z",
            session=f"session-{number // 5}",
            records=(number, number + 40),
        ),
    )
    return note_of([Document(f"{memory.id}\n".encode(), memory=memory)])


if __name__ == "__main__":
    main()
