"""How often recall finds the commit that a changelog entry tells of, beside plain BM25 of FTS5.

    python -m tests.bench.retrieval [--data DIR] [--queries N] [--only REPO] [--folder DIR]

DIR (default ``../shared/retrieval``) holds the corpora and their queries.  Each commit becomes a
memory by backfill's own code, from its message and its patch (which is cut at 6,000 characters
there); commits and notes are written into a repository of their own, and each entry is asked
through the public search, with vectors and everything that ranks.  The baseline is FTS5 with its
own tokenizer (porter), columns title, body, files, symbols weighted 4/2/1/1, any word of the
query, over the same memories.  Found is the commit itself or its twin (the same subject at the
same second, of which recall tells one), not another of its pull request.

``--folder`` keeps the repositories for the next run.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gitmem.capture.compress_slice import finish
from gitmem.compress.compressor import Compression
from gitmem.compress.offline.history import NAME, memory_of
from gitmem.git.commits import MAX_ADDED_LINES, MAX_SYMBOLS, shorten_line, symbols_in
from gitmem.guard.redact import redact_change
from gitmem.model.change import WORD, Change, FileChange, word_key
from gitmem.model.memory import Memory
from gitmem.model.note import NOTES_REF
from gitmem.model.query import Query
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from gitmem.recall.search import Recaller
from gitmem.refresh.reindex import reindex
from gitmem.upkeep.history_memories import NO_SESSION
from tests.support.git import GitDriver

DATA = Path(__file__).resolve().parents[3] / "shared" / "retrieval"
DEPTH = 20
_BATCH = 5_000
_HUNK = re.compile(r"@@ [^@]{1,60} @@(.*)$")
_ASCII_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Row:
    """What came of a system's ranks (1 the best, 0 not found) and its times in milliseconds."""

    mrr: float
    at_1: float
    at_5: float
    at_10: float
    p50: float

    @classmethod
    def of(cls, ranks: Sequence[int], times: Sequence[float]) -> Row:
        def within(most: int) -> float:
            return sum(0 < rank <= most for rank in ranks) / len(ranks)

        mrr = sum(1 / rank for rank in ranks if 0 < rank <= 10) / len(ranks)
        return cls(mrr, within(1), within(5), within(10), statistics.median(times))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--queries", type=int, help="so many of each repository, drawn by lot")
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    corpora = sorted(options.data.glob("corpus-*.jsonl.gz"))
    if not corpora:
        sys.exit(f"no corpus in {options.data}")
    folder = options.folder or Path(tempfile.mkdtemp(prefix="retrieval-"))
    table: dict[str, dict[str, Row]] = {}
    try:
        for corpus in corpora:
            name = corpus.name.removeprefix("corpus-").removesuffix(".jsonl.gz")
            if not options.only or name in options.only:
                asked = options.data / f"queries-{name}.jsonl"
                for system, row in measure(name, corpus, asked, folder, options.queries).items():
                    table.setdefault(system, {})[name] = row
    finally:
        if options.folder is None:
            shutil.rmtree(folder, ignore_errors=True)
    show(table)


def measure(
    name: str, corpus: Path, asked: Path, folder: Path, most: int | None
) -> Mapping[str, Row]:
    docs, queries = read_corpus(corpus, asked)
    if most is not None and most < len(queries):
        queries = random.Random(0).sample(queries, most)
    made = {doc["id"]: memory for doc in docs if (memory := memory_from(doc)) is not None}
    have = sum(query["sha"] in made for query in queries)
    git, names = written(folder / name, docs, made)
    size = sum(len(document_of(memory).text) for memory in made.values()) / len(made)
    print(
        f"{name}: {len(docs)} commits, {len(made)} memories of {size:.0f} bytes;"
        f" {have} of {len(queries)} targets have one"
    )
    with Recaller(git.repo) as recaller:

        def ours(text: str) -> list[str]:
            hits = recaller.search(Query(text, limit=DEPTH))
            return [names[hit.commit] for hit in hits]

        works = {doc["id"]: (doc["subject"], doc["author_time"]) for doc in docs}
        return {
            "gitmem": tried(ours, queries, works),
            "FTS5 BM25": tried(plain(made), queries, works),
        }


def read_corpus(corpus: Path, asked: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The commits, newest first, and what is asked of them."""
    with gzip.open(corpus, "rt", encoding="utf-8") as file:
        docs = [json.loads(line) for line in file]
    lines = asked.read_text(encoding="utf-8").splitlines()
    return docs, [json.loads(line) for line in lines if line]


def memory_from(doc: Mapping[str, Any]) -> Memory | None:
    """The commit's memory as backfill makes it."""
    change = redact_change(change_of(doc))
    memory = memory_of(change)
    if memory is None:
        return None
    (finished,) = finish(Compression((memory,), NAME), NO_SESSION, change)
    return finished


def change_of(doc: Mapping[str, Any]) -> Change:
    """The commit as the reader of commits tells it, from its patch."""
    statuses: dict[str, str] = {}
    counts: dict[str, tuple[int, int]] = {}
    old_paths: dict[str, str] = {}
    symbols: dict[str, None] = {}
    added: list[str] = []
    removed: set[str] = set()
    path = ""
    for line in doc["patch"].split("\n"):
        if line.startswith("diff --git "):
            path = line.rpartition(" b/")[2]
            counts[path], statuses[path] = (0, 0), "M"
        elif line.startswith("new file"):
            statuses[path] = "A"
        elif line.startswith("deleted file"):
            statuses[path] = "D"
        elif line.startswith("rename from "):
            statuses[path], old_paths[path] = "R", line.removeprefix("rename from ")
        elif line.startswith(("+++", "---")):
            pass
        elif match := _HUNK.match(line):
            symbols.update(dict.fromkeys(symbols_in([match[1]])))
        elif line.startswith("+"):
            counts[path] = (counts[path][0] + 1, counts[path][1])
            symbols.update(dict.fromkeys(symbols_in([line[1:]])))
            if line[1:].strip() and len(added) < MAX_ADDED_LINES:
                added.append(shorten_line(line[1:].strip()))
        elif line.startswith("-"):
            counts[path] = (counts[path][0], counts[path][1] + 1)
            removed.update(map(word_key, WORD.findall(line)))
    message = f"{doc['subject']}\n\n{doc['body']}".strip()
    return Change(
        commit=doc["id"],
        parents=("0" * 40,),
        subject=doc["subject"],
        message=message,
        author="Ada Author <ada@example.com>",
        committer_name="Ada Author",
        committer_email="ada@example.com",
        time=doc["author_time"],
        commit_time=doc["author_time"],
        files=tuple(
            FileChange(
                name, statuses.get(name, "M"), *counts.get(name, (0, 0)), old_paths.get(name, "")
            )
            for name in doc["files"]
        ),
        symbols=tuple(symbols)[:MAX_SYMBOLS],
        added_lines=tuple(added),
        removed_words=frozenset(removed),
    )


def written(
    folder: Path, docs: Sequence[Mapping[str, Any]], made: Mapping[str, Memory]
) -> tuple[GitDriver, dict[str, str]]:
    """A repository with these commits, empty, and their notes; and which commit is which."""
    git = GitDriver(folder / "repo", folder / "home")
    marks = folder / "marks"
    if not git.path.exists():
        git.home.mkdir(parents=True)
        git.init()
        oldest_first = list(reversed(docs))
        git.run("fast-import", "--quiet", f"--export-marks={marks}", stdin=_stream(oldest_first))
    oids = dict(line.split() for line in marks.read_text().splitlines())
    place = {doc["id"]: f":{number}" for number, doc in enumerate(reversed(docs), 1)}
    commits = {name: oids[mark] for name, mark in place.items()}
    notes = NoteStore(git.repo)
    if notes.tip() is not None:
        git.run("update-ref", "-d", NOTES_REF)
    every = list(made)
    for first in range(0, len(every), _BATCH):
        some = every[first : first + _BATCH]
        documents = {commits[name]: [document_of(_at(made[name], commits[name]))] for name in some}
        notes.add(documents, "notes: of a changelog's commits")
    reindex(git.repo)
    return git, {commit: name for name, commit in commits.items()}


def _at(memory: Memory, commit: str) -> Memory:
    return replace(memory, provenance=replace(memory.provenance, commit=commit))


def _stream(docs: Sequence[Mapping[str, Any]]) -> bytes:
    parts = []
    for number, doc in enumerate(docs, 1):
        message = doc["subject"].encode()
        when = b"Ada Author <ada@example.com> %d +0000" % doc["author_time"]
        parts.append(
            b"commit refs/heads/main\nmark :%d\nauthor %s\ncommitter %s\ndata %d\n%s\n"
            % (number, when, when, len(message), message)
        )
    return b"".join(parts)


def plain(made: Mapping[str, Memory]) -> Callable[[str], list[str]]:
    """FTS5 as it comes, over the same memories."""
    database = sqlite3.connect(":memory:")
    database.execute(
        "CREATE VIRTUAL TABLE words USING fts5(title, body, files, symbols, tokenize='porter')"
    )
    names = list(made)
    rows = [
        (
            memory.title,
            "\n".join([memory.why, *memory.what]),
            "\n".join(memory.files_changed),
            "\n".join([*memory.symbols, memory.terms]),
        )
        for memory in made.values()
    ]
    database.executemany("INSERT INTO words VALUES (?,?,?,?)", rows)

    def search(text: str) -> list[str]:
        words = " OR ".join(f'"{word}"' for word in dict.fromkeys(_ASCII_WORD.findall(text)))
        found = database.execute(
            "SELECT rowid FROM words WHERE words MATCH ? ORDER BY bm25(words, 4, 2, 1, 1) LIMIT ?",
            (words, DEPTH),
        )
        return [names[row[0] - 1] for row in found]

    return search


def tried(
    search: Callable[[str], list[str]],
    queries: Sequence[Mapping[str, Any]],
    works: Mapping[str, object],
) -> Row:
    """Ask each query; ``works`` tells which commits are twins."""
    search(queries[0]["query"])
    ranks, times = [], []
    for query in queries:
        begun = time.perf_counter()
        found = [works[name] for name in search(query["query"])]
        times.append((time.perf_counter() - begun) * 1000)
        sought = works.get(query["sha"])
        ranks.append(found.index(sought) + 1 if sought in found else 0)
    return Row.of(ranks, times)


def show(table: Mapping[str, Mapping[str, Row]]) -> None:
    print(f"\n{'':24}{'MRR@10':>8}{'R@1':>8}{'R@5':>8}{'R@10':>8}{'p50 ms':>9}")
    for system, rows in table.items():
        for name, row in [*rows.items(), ("macro", _mean(list(rows.values())))]:
            told = f"{row.mrr:8.3f}{row.at_1:8.3f}{row.at_5:8.3f}{row.at_10:8.3f}{row.p50:9.1f}"
            print(f"{system + ' ' + name:24}{told}")


def _mean(rows: Sequence[Row]) -> Row:
    columns: Iterator[tuple[float, ...]] = zip(
        *((r.mrr, r.at_1, r.at_5, r.at_10, r.p50) for r in rows), strict=True
    )
    return Row(*(statistics.mean(column) for column in columns))


if __name__ == "__main__":
    main()
