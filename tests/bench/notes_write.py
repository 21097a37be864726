"""What one note costs to write, beside pygit2's and git's own way, as the notes grow in number.

Run: ``python -m tests.bench.notes_write [--sizes 100,10000,100000] [--count 50]``

Every writer starts from a copy of the same repository, whose notes git fast-import laid out as
git does, packed.  The writers take turns, note by note, so that a busy machine slows all of
them.  Printed is the median in milliseconds of ``count`` notes, one commit each, without the
rendering of the memory; ``--folder`` is where the repositories are made.  ``--flat`` starts from
notes without fan-out, as pygit2.create_note leaves them.
"""

from __future__ import annotations

import argparse
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pygit2

from gitmem.model.memory import Memory
from gitmem.model.note import NOTES_REF, Document
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from tests.support.git import GitDriver

Notes = dict[str, Document]
Writer = Callable[[GitDriver, Notes], Iterator[None]]


def ours(git: GitDriver, notes: Notes) -> Iterator[None]:
    store = NoteStore(git.repo)
    for name, document in notes.items():
        store.add({name: [document]}, "notes: bench")
        yield


def create_note(git: GitDriver, notes: Notes) -> Iterator[None]:
    repository = pygit2.Repository(str(git.path))
    who = pygit2.Signature("Ada Author", "ada@example.com")
    for name, document in notes.items():
        repository.create_note(document.text.decode(), who, who, name, NOTES_REF, True)
        yield


def git_notes(git: GitDriver, notes: Notes) -> Iterator[None]:
    for name, document in notes.items():
        text = document.text.decode()
        git.run("notes", "--ref", "claude-mem", "add", "-f", "-m", text, name)
        yield


WRITERS: dict[str, Writer] = {
    "gitmem": ours,
    "pygit2.create_note": create_note,
    "git notes add": git_notes,
}


def seeded(folder: Path, size: int, depth: int) -> GitDriver:
    """A repository with ``size`` notes at one depth, packed."""
    git = GitDriver(folder / f"seed-{size}", folder).init()
    git.run("config", "user.name", "Ada Author")
    git.run("config", "user.email", "ada@example.com")
    git.commit("first", a="1")
    text = _document(0).text
    head = "commit refs/notes/claude-mem\ncommitter A <a@b> 1767225600 +0000\ndata 5\nnotes\n"
    stream = [f"blob\nmark :1\ndata {len(text)}\n".encode() + text + b"\n", head.encode()]
    # The objects need not be there: fast-import's "N" wants commits, a plain path does not.
    stream += [f"M 100644 :1 {_path(name, depth)}\n".encode() for name in _names(size, seed=1)]
    git.run("fast-import", "--quiet", stdin=b"".join(stream))
    git.run("repack", "-adq")
    return git


def _path(name: str, depth: int) -> str:
    parts = [name[2 * level : 2 * level + 2] for level in range(depth)]
    return "/".join([*parts, name[2 * depth :]])


def _usual_depth(size: int) -> int:
    """The fan-out git has among so many notes."""
    return 0 if size < 60 else 1 if size < 14_000 else 2


def _names(count: int, seed: int) -> list[str]:
    chance = random.Random(seed)
    return [f"{chance.getrandbits(160):040x}" for _ in range(count)]


def _document(number: int) -> Document:
    why = "The upstream API throttles bursts, and every worker retried at once. " * 6
    memory = Memory(
        kind="bugfix",
        title=f"Retry on 429, part {number}",
        why=why,
        what=tuple(f"fact {fact} about the change" for fact in range(8)),
        files_changed=("src/client.py", "tests/test_client.py"),
    )
    return document_of(memory)


def medians_ms(seed: GitDriver, folder: Path, notes: Notes) -> dict[str, float]:
    """The median of each writer, over notes that all of them write in turn."""
    times: dict[str, list[float]] = {label: [] for label in WRITERS}
    running = {}
    for label, writer in WRITERS.items():
        shutil.copytree(seed.path, folder / label)
        running[label] = writer(GitDriver(folder / label, folder), notes)
    for _ in notes:
        for label, steps in running.items():
            start = time.perf_counter()
            next(steps)
            times[label].append((time.perf_counter() - start) * 1000)
    for label in WRITERS:
        shutil.rmtree(folder / label)
    return {label: statistics.median(found) for label, found in times.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--sizes", default="100,10000,100000")
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--folder", help="where to make the repositories (default: TMPDIR)")
    parser.add_argument("--flat", action="store_true", help="start without fan-out")
    options = parser.parse_args()
    notes = {name: _document(n) for n, name in enumerate(_names(options.count, seed=2))}
    print(f"ms per note, median of {options.count}, one at a time")
    print(f"{'existing notes':>14}" + "".join(f"{label:>20}" for label in WRITERS))
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        for size in map(int, options.sizes.split(",")):
            seed = seeded(Path(name), size, 0 if options.flat else _usual_depth(size))
            found = medians_ms(seed, Path(name), notes)
            row = "".join(f"{found[label]:>20.2f}" for label in WRITERS)
            print(f"{size:>14,}{row}", flush=True)


if __name__ == "__main__":
    main()
