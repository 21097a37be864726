"""Recall at scale: time, memory and disk, beside ChromaDB with the same vectors in the same run.

    python -m tests.bench.recall_speed [--sizes 10000 100000] [--queries 200] [--folder DIR]

The memories are made of real sentences (tests/support/prose.py), one a commit.  Printed for each
size: rebuilding the index from the notes alone (with vectors), bytes on disk a memory, warm
searches (median, p95), the whole process ``gitmem search`` (median of 7, peak memory, beside the
bare interpreter), the SessionStart hook, one MCP call, and the same for ChromaDB where it is
installed (``pip install chromadb``): collection built from the same vectors, then queried by the
vector of the same queries.  DIR keeps the repositories for the next run.

``--rows 1000000`` fills an index of so many memories without commits of their own (they would take
longer to make than all the rest), searches it without looking at histories, and prints the peak
resident size of each step.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from pathlib import Path

from gitmem.index.cache import Index
from gitmem.index.encoder import StaticEncoder
from gitmem.index.vectors import Vectors
from gitmem.model.note import Document, note_of
from gitmem.model.query import Query
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from gitmem.recall.search import Recaller
from gitmem.refresh.embed import embed_memories
from gitmem.refresh.reindex import reindex
from tests.support.bigrepo import fill
from tests.support.cli import GITMEM, gitmem
from tests.support.git import GitDriver
from tests.support.mcp import Session, talk
from tests.support.prose import memories_in_quantity, questions

_BATCH = 20_000
_TIMED = """
import resource, subprocess, sys, time
begun = time.perf_counter()
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
taken = time.perf_counter() - begun
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(taken * 1000, peak / 1024, file=sys.stderr)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--rows", type=int)
    options = parser.parse_args()
    if options.rows:
        with tempfile.TemporaryDirectory() as place:
            rows_only(Path(place), options.rows, options.queries)
        return
    folder = options.folder or Path(tempfile.mkdtemp(prefix="recall-speed-"))
    try:
        for size in options.sizes:
            print(f"{size} memories")
            measure(built(folder / str(size), size), size, options.queries)
    finally:
        if options.folder is None:
            shutil.rmtree(folder, ignore_errors=True)


def built(folder: Path, size: int) -> GitDriver:
    """The repository with so many commits, each with one memory; made if it is not there."""
    git = GitDriver(folder / "repo", folder / "home")
    if (folder / "whole").exists():
        return git
    (folder / "home").mkdir(parents=True)
    git.init()
    commits = fill(git, size)
    git.run("reset", "-q", "--hard")
    notes, made = NoteStore(git.repo), memories_in_quantity(size, commits)
    for first in range(0, size, _BATCH):
        some = commits[first : first + _BATCH]
        documents = {commit: [document_of(next(made))] for commit in some}
        notes.add(documents, "notes: in quantity")
    git.run("repack", "-adq")
    assert gitmem(git, "init").returncode == 0
    (folder / "whole").touch()
    return git


def rows_only(folder: Path, size: int, count: int) -> None:
    """Fill an index by itself and search it; each step tells the peak so far of this process."""
    (folder / "home").mkdir()
    git = GitDriver(folder / "repo", folder / "home").init()
    git.commit("one", a="1\n")
    oids = [f"{number:040x}" for number in range(1, size + 1)]
    made = memories_in_quantity(size, oids)
    begun = time.perf_counter()
    with closing(Index.open(git.repo.state_dir)) as index:
        notes = (
            (oid, note_of([Document(b"x", memory=memory)]))
            for oid, memory in zip(oids, made, strict=True)
        )
        index.rebuild(notes, "f" * 40)
        row("rows and words", f"{time.perf_counter() - begun:.0f} s, peak {_peak():.0f} MB")
        embed_memories(index, StaticEncoder())
    row("vectors", f"{time.perf_counter() - begun:.0f} s in all, peak {_peak():.0f} MB")
    taken = sum(file.stat().st_size for file in (git.repo.state_dir / "index").iterdir())
    row("index on disk", f"{taken / size:.0f} bytes a memory, {taken >> 20} MB")
    asked = questions(list(memories_in_quantity(min(size, 5_000), ["0" * 40])), count)
    with Recaller(git.repo) as recaller:
        times = each(asked, lambda text: recaller.search(Query(text, beyond_head=True)))
    row("warm search", f"{told(times)}, peak {_peak():.0f} MB")


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(git: GitDriver, size: int, count: int) -> None:
    asked = questions(list(memories_in_quantity(min(size, 5_000), ["0" * 40])), count)
    Index.discard(git.repo.state_dir)
    begun = time.perf_counter()
    reindex(git.repo)
    row("rebuild from the notes, with vectors", f"{time.perf_counter() - begun:.1f} s")
    taken = sum(file.stat().st_size for file in (git.repo.state_dir / "index").iterdir())
    row("index on disk", f"{taken / size:.0f} bytes a memory")
    with Recaller(git.repo) as recaller:
        times = each(asked, lambda text: recaller.search(Query(text)))
    row("warm search", told(times))
    whole = process(git, [*GITMEM, "search", "--", asked[0]])
    bare = process(git, [sys.executable, "-I", "-c", ""])
    row("`gitmem search`, whole process", whole)
    row("  bare interpreter", bare)
    row("MCP call of search, warm", mcp_calls(git, asked[: min(count, 100)]))
    row("SessionStart hook", hook(git))
    peer(git, asked, size)


def each(asked: Sequence[str], search: Callable[[str], object]) -> list[float]:
    """Milliseconds of each search, after one that warms up."""
    search(asked[0])
    times = []
    for text in asked:
        begun = time.perf_counter()
        search(text)
        times.append((time.perf_counter() - begun) * 1000)
    return times


def process(git: GitDriver, command: Sequence[str]) -> str:
    """The median wall time of 7 runs, after one that warms up, and the largest resident size."""
    times, peaks = [], []
    for _ in range(8):
        # From a small process: a child's peak counts from what its parent had when it was forked.
        runner = [sys.executable, "-I", "-c", _TIMED, *command]
        done = subprocess.run(runner, cwd=git.path, env=git.env(), capture_output=True, check=True)
        taken, peak = done.stderr.split()[-2:]
        times.append(float(taken))
        peaks.append(float(peak))
    return f"{statistics.median(times[1:]):.0f} ms, {max(peaks):.0f} MB"


def mcp_calls(git: GitDriver, asked: Sequence[str]) -> str:
    """The official SDK's client asks ``gitmem mcp`` for ten memories, over and over; beside it
    what the protocol alone takes.
    """
    times: list[float] = []
    idle: list[float] = []

    async def work(session: Session) -> None:
        await session.answer("search", query=asked[0], limit=10)
        for text in asked:
            begun = time.perf_counter()
            await session.answer("search", query=text, limit=10)
            times.append((time.perf_counter() - begun) * 1000)
            begun = time.perf_counter()
            await session.call("get_observations", ids=[1])  # refused before anything is looked up
            idle.append((time.perf_counter() - begun) * 1000)

    talk(git, work, seconds=600)
    return f"{told(times)} (protocol alone p50 {statistics.median(idle):.1f} ms)"


def hook(git: GitDriver) -> str:
    """The SessionStart hook as the client runs it: the median wall time of 7 runs."""
    payload = {"session_id": "bench", "transcript_path": "/nowhere", "cwd": str(git.path)}
    payload["hook_event_name"], payload["source"] = "SessionStart", "startup"
    times = []
    for _ in range(8):
        begun = time.perf_counter()
        subprocess.run(
            [str(git.repo.state_dir / "run"), "hook", "SessionStart"],
            cwd=git.path,
            env=git.env(),
            input=json.dumps(payload).encode(),
            capture_output=True,
            check=True,
        )
        times.append((time.perf_counter() - begun) * 1000)
    return f"{statistics.median(times[1:]):.0f} ms"


def peer(git: GitDriver, asked: Sequence[str], size: int) -> None:
    """ChromaDB with the very vectors of our index, persistent, with its own defaults."""
    try:
        import chromadb
    except ImportError:
        row("ChromaDB", "not installed")
        return
    encoder = StaticEncoder()
    with closing(Index.open(git.repo.state_dir)) as index, index.reader() as database:
        ours = Vectors(database, encoder.dimensions).rows(range(1, size + 1))
    folder = Path(tempfile.mkdtemp(prefix="chroma-"))
    try:
        begun = time.perf_counter()
        client = chromadb.PersistentClient(path=str(folder))
        collection = client.create_collection("all", metadata={"hnsw:space": "ip"})
        for first in range(0, size, 5_000):
            some = ours[first : first + 5_000]
            names = [str(first + n) for n in range(len(some))]
            collection.add(ids=names, embeddings=some)
        row("ChromaDB, built from the same vectors", f"{time.perf_counter() - begun:.1f} s")
        disk = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
        row("ChromaDB on disk, without texts", f"{disk / size:.0f} bytes a memory")
        vectors = {text: encoder.encode([text])[0] for text in asked}

        def search(text: str) -> object:
            return collection.query(query_embeddings=[vectors[text]], n_results=10)

        row("ChromaDB, warm query by vector", told(each(asked, search)))
        program = (
            "import sys, chromadb; c = chromadb.PersistentClient(path=sys.argv[1]);"
            "c.get_collection('all').query(query_embeddings=[[.1] * 256], n_results=10)"
        )
        row("ChromaDB, whole process", process(git, [sys.executable, "-c", program, str(folder)]))
    finally:
        with suppress(OSError):
            shutil.rmtree(folder)


def told(times: Sequence[float]) -> str:
    ordered = sorted(times)
    return f"p50 {statistics.median(ordered):.1f} ms, p95 {ordered[int(len(ordered) * 0.95)]:.1f}"


def row(name: str, figure: str) -> None:
    print(f"  {name:<42} {figure}", flush=True)


if __name__ == "__main__":
    main()
