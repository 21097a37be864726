"""When a decision and its amendment both match: which comes first, and is the older one marked?

    python -m tests.bench.superseded

Made pairs (tests/support/amendments.py) and as many that only look so are written as notes of a
repository's commits, older before newer, and each pair's question is asked through the public
search, vectors and all.  An amended pair is right when the newer one comes first and the older one
is marked as superseded or is not there; a look-alike is wrong when one of the two is marked as
superseded by the other.  The baseline is FTS5's BM25 over the same memories in the same run.

Two repositories are made.  In the first each newer commit rewrites the line that its older one
wrote, that of a look-alike too, so that words alone must tell them apart; in the second it touches
another file, and only a revert that names what it reverts may be marked.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from gitmem.index.lexical import match_of
from gitmem.model.hit import Hit
from gitmem.model.memory import Memory, Provenance
from gitmem.model.query import Query
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from gitmem.recall.search import Recaller
from gitmem.refresh.reindex import reindex
from tests.support.amendments import ALIKE, AMENDED, LATER, LATER_ALIKE, Pair, commit_pairs
from tests.support.git import GitDriver

_SETS = {
    "amended": AMENDED,
    "amended, written later": LATER,
    "alike": ALIKE,
    "alike, written later": LATER_ALIKE,
}


@dataclass(frozen=True)
class Made:
    """A pair's memories."""

    older: Memory
    newer: Memory


def main() -> None:
    head = f"{'pairs':>6}{'newer first':>13}{'marked':>8}{'left out':>9}{'BM25 newer first':>18}"
    for text, is_rewritten in (("lines rewritten", True), ("lines untouched", False)):
        print(f"{text:26}{head}")
        with tempfile.TemporaryDirectory(prefix="superseded-") as folder:
            git = GitDriver(Path(folder) / "repo", Path(folder) / "home")
            git.home.mkdir()
            git.init()
            measure(git, is_rewritten=is_rewritten)


def measure(git: GitDriver, *, is_rewritten: bool) -> None:
    every = [pair for pairs in _SETS.values() for pair in pairs]
    made = written(git, every, is_rewritten=is_rewritten)
    plain = baseline([m for one in made.values() for m in (one.older, one.newer)])
    with Recaller(git.repo) as recaller:
        for name, pairs in _SETS.items():
            told = [tried(recaller, pair, made[pair]) for pair in pairs]
            theirs = [plain(pair.query, made[pair]) for pair in pairs]
            first, marked, out = (sum(column) for column in zip(*told, strict=True))
            print(f"{name:26}{len(pairs):6}{first:13}{marked:8}{out:9}{sum(theirs):18}")


def written(git: GitDriver, pairs: Sequence[Pair], *, is_rewritten: bool) -> dict[Pair, Made]:
    """Every pair's memories in notes: all older ones at older commits than all newer ones."""
    commits = commit_pairs(git, pairs, is_rewritten=is_rewritten)
    made: dict[Pair, Made] = {}
    documents = {}
    for number, pair in enumerate(pairs):
        place = {"older": number, "newer": number + len(pairs)}
        both = {name: _memory(getattr(pair, name), commits[at], at) for name, at in place.items()}
        made[pair] = Made(**both)
        documents.update({commits[at]: [document_of(both[name])] for name, at in place.items()})
    NoteStore(git.repo).add(documents, "notes: pairs")
    reindex(git.repo)
    return made


def _memory(told: tuple[str, str], commit: str, day: int) -> Memory:
    year, rest = divmod(day, 336)
    time = f"{2024 + year}-{rest // 28 + 1:02}-{rest % 28 + 1:02}T12:00:00Z"
    origin = Provenance(commit=commit, time=time, author="Ada <ada@example.com>")
    return Memory("decision", told[0], why=told[1], provenance=origin)


def tried(recaller: Recaller, pair: Pair, made: Made) -> tuple[bool, bool, bool]:
    """Whether the newer one comes first, the older one is marked, or it is left out."""
    hits = recaller.search(Query(pair.query, limit=10))
    ids = [hit.memory.id for hit in hits]
    is_out = made.older.id not in ids
    newer = ids.index(made.newer.id) if made.newer.id in ids else len(ids)
    older = len(ids) if is_out else ids.index(made.older.id)
    return newer < older, not is_out and is_marked(hits[older], made.newer), is_out


def is_marked(hit: Hit, newer: Memory) -> bool:
    return any(r.name == "superseded" and newer.id[:8] in r.text for r in hit.reasons)


def baseline(memories: Sequence[Memory]) -> Callable[[str, Made], bool]:
    """Whether plain BM25 puts the newer one of a pair before the older one."""
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE words USING fts5(title, why, tokenize='porter')")
    database.executemany("INSERT INTO words VALUES (?,?)", [(m.title, m.why) for m in memories])
    rows = {memory.id: number for number, memory in enumerate(memories, 1)}

    def is_first(text: str, made: Made) -> bool:
        found = database.execute(
            "SELECT rowid FROM words WHERE words MATCH ? ORDER BY bm25(words, 4, 2)",
            (match_of(text),),
        )
        order = [row[0] for row in found]
        newer, older = rows[made.newer.id], rows[made.older.id]
        return newer in order and (older not in order or order.index(newer) < order.index(older))

    return is_first


if __name__ == "__main__":
    main()
