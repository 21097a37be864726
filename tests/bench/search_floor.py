"""How often search answers what no memory answers, and is silent where one does.

    python -m tests.bench.search_floor [--data DIR] [--queries N] [--only REPO] [--told] [--fit]

Asked of each repository of ``tests.bench.retrieval`` (DIR, default ``../shared/retrieval``), whole
and cut down to 50 and to 5 memories, through the public search: the unrelated questions of
``tests/fixtures/unrelated-questions.txt``; changelog entries of the other repositories; its own,
whole and a few words of each; and short questions of people about it, where there are some in
``tests/fixtures/short-questions.txt``.  An own entry counts as lost where search is silent but
would have shown its commit among the first ten.

``--told`` prints the own entries that were lost, and the unrelated questions that were answered,
with their best memory.
``--fit`` fits the weights of :mod:`gitmem.index.relevance` anew, each repository judged by the
others, and prints what they would do.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gitmem.index.relevance import Relevance
from gitmem.model.memory import Memory
from gitmem.model.query import Query
from gitmem.recall.search import Recaller
from tests.bench.retrieval import DATA, memory_from, read_corpus, written

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
UNRELATED, OTHERS, OWN, WORDS, SHORT = "unrelated", "others'", "own", "own words", "short"
WHOLE, SIZES, DRAWS = 0, (50, 5), 3
_ANSWERED = (OWN, WORDS, SHORT)
_NOTHING = Relevance(0.0, 1.0, None, 0)
_SILENCED = 0.02  # of a repository's own entries: what the least score is set by


@dataclass(frozen=True)
class Asked:
    """One question to one repository: what spoke for an answer, and what came of it."""

    repo: str
    size: int
    kind: str
    text: str
    relevance: Relevance
    best: str
    is_lost: bool = False


class _Watched(Recaller):
    """Search as it is; ``seen`` is what spoke for the last answer."""

    seen = _NOTHING

    def _relevance(self, words: Sequence[str], pool: Any) -> Relevance:
        self.seen = super()._relevance(words, pool)
        return self.seen


class _Unbounded(Recaller):
    """Search as it would be if it always answered."""

    def _relevant(self, text: str, pool: Any) -> Any:
        return pool


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--queries", type=int, default=100, help="so many of each repository")
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--told", action="store_true")
    parser.add_argument("--fit", action="store_true")
    options = parser.parse_args()
    corpora = sorted(options.data.glob("corpus-*.jsonl.gz"))
    if not corpora:
        sys.exit(f"no corpus in {options.data}")
    draw = random.Random(0)
    every = {}
    for corpus in corpora:
        name = corpus.name.removeprefix("corpus-").removesuffix(".jsonl.gz")
        docs, queries = read_corpus(corpus, options.data / f"queries-{name}.jsonl")
        if not options.only or name in options.only:
            every[name] = docs, draw.sample(queries, min(options.queries, len(queries)))
    asked: list[Asked] = []
    for name, (docs, queries) in every.items():
        foreign = [q["query"] for n, (_, qs) in every.items() if n != name for q in qs[:10]]
        folder = Path(tempfile.mkdtemp(prefix="search-floor-"))
        try:
            asked += ask(name, docs, queries, foreign, folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        show(name, [one for one in asked if one.repo == name])
    show("all", asked)
    if options.told:
        show_told(asked)
    if options.fit:
        fit(asked)


def ask(
    name: str,
    docs: Sequence[Mapping[str, Any]],
    queries: Sequence[Mapping[str, Any]],
    foreign: Sequence[str],
    folder: Path,
) -> Iterator[Asked]:
    """Everything that is asked of one repository, whole and cut down."""
    made = {doc["id"]: memory for doc in docs if (memory := memory_from(doc)) is not None}
    known = [query for query in queries if query["sha"] in made]
    yield from _ask(name, WHOLE, docs, made, known, foreign, folder / "whole")
    for size in SIZES:
        for number in range(DRAWS):
            draw = random.Random(size * 100 + number)
            sought = draw.sample(known, min(len(known), max(2, size // 5)))
            kept = {query["sha"] for query in sought}
            others = [oid for oid in made if oid not in kept]
            kept |= set(draw.sample(others, max(0, size - len(kept))))
            some = [doc for doc in docs if doc["id"] in kept]
            few = {oid: memory for oid, memory in made.items() if oid in kept}
            yield from _ask(name, size, some, few, sought, foreign, folder / f"{size}-{number}")


def _ask(
    name: str,
    size: int,
    docs: Sequence[Mapping[str, Any]],
    made: Mapping[str, Memory],
    queries: Sequence[Mapping[str, Any]],
    foreign: Sequence[str],
    folder: Path,
) -> Iterator[Asked]:
    git, names = written(folder, docs, made)
    draw = random.Random(1)
    with closing(_Watched(git.repo)) as recaller, closing(_Unbounded(git.repo)) as unbounded:

        def asked(kind: str, text: str, target: str = "") -> Asked:
            recaller.seen = _NOTHING
            hits = recaller.search(Query(text))
            is_lost = False
            if target and not hits:
                would = unbounded.search(Query(text))
                is_lost = target in [names[hit.commit] for hit in would]
            told = hits[0].memory.title if hits else ""
            return Asked(name, size, kind, text, recaller.seen, told, is_lost)

        yield from (asked(UNRELATED, text) for _, text in read_questions("unrelated-questions"))
        yield from (asked(OTHERS, text) for text in foreign)
        for query in queries:
            yield asked(OWN, query["query"], query["sha"])
            yield asked(WORDS, _some_words(query["query"], draw), query["sha"])
        if size == WHOLE:
            short = (text for about, text in read_questions("short-questions") if about == name)
            yield from (asked(SHORT, text) for text in short)


def _some_words(text: str, draw: random.Random) -> str:
    """Three to five words of an entry that stand together."""
    words = text.split()
    count = draw.choice((3, 4, 5))
    first = draw.randrange(max(1, len(words) - count + 1))
    return " ".join(words[first : first + count])


def read_questions(name: str) -> Iterator[tuple[str, str]]:
    """The questions of a fixture, each with its heading."""
    heading = ""
    for line in (FIXTURES / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("[") and line.endswith("]"):
            heading = line[1:-1]
        elif line and not line.startswith("#"):
            yield heading, line


def show(name: str, asked: Sequence[Asked]) -> None:
    for size in (WHOLE, *SIZES):
        cells = []
        for kind in (UNRELATED, OTHERS, OWN, WORDS, SHORT):
            some = [one for one in asked if one.kind == kind and one.size == size]
            if some:
                told = sum(bool(one.best) for one in some) / len(some)
                lost = sum(one.is_lost for one in some) / len(some)
                tail = f" (lost {lost:.1%})" if kind in (OWN, WORDS) else ""
                cells.append(f"{kind} {told:.1%} of {len(some)}{tail}")
        print(f"{name} {size or 'whole'}: told: {'; '.join(cells)}", flush=True)


def show_told(asked: Sequence[Asked]) -> None:
    print("\nown entries of whole repositories that were lost:")
    for one in asked:
        if one.is_lost and one.kind == OWN and one.size == WHOLE:
            print(f"{one.repo} {one.relevance.score:.2f}: {one.text[:150]}")
    told = [one for one in asked if one.kind == UNRELATED and one.best]
    print("\nunrelated questions that were answered:")
    for text, count in Counter(one.text for one in told).most_common():
        one = next(one for one in told if one.text == text)
        felt = f"{one.relevance.coverage:.2f} {one.relevance.score:.2f}"
        print(f"{count:3} {text} | {one.repo} {one.size or 'whole'}, {felt}: {one.best[:60]}")


def fit(asked: Sequence[Asked]) -> None:
    """Weights by logistic regression, every kind and size weighing the same; the least score by
    what it silences of the own entries.
    """
    rows = [one for one in asked if one.relevance.closeness is not None]
    print("\nweights: unknown, closeness, logarithm of the count; least score; told, held out:")
    for name in [*dict.fromkeys(one.repo for one in rows), ""]:
        known = [one for one in rows if one.repo != name]
        weights = _regression(known)
        scores = _features(known) @ weights[:4]
        own = [one.kind == OWN and one.size == WHOLE for one in known]
        least = float(np.quantile(scores[own], _SILENCED))
        cells = [f"{weights[1]:.2f} {weights[2]:.2f} {weights[3]:.3f} {least:.2f}"]
        for kind in (UNRELATED, OTHERS, OWN, WORDS, SHORT):
            for size in (WHOLE, *SIZES):
                some = [r for r in rows if (r.repo, r.kind, r.size) == (name, kind, size)]
                if some:
                    share = float((_features(some) @ weights[:4] >= least).mean())
                    cells.append(f"{kind} {size or 'whole'} {share:.1%}")
        print(f"{name or 'all'}: {'; '.join(cells)}")


def _features(rows: Sequence[Asked]) -> Any:
    found = [one.relevance for one in rows]
    counts = np.log(np.maximum([one.memory_count for one in found], 1))
    rows_of = [(one.coverage, one.unknown, one.closeness or 0.0) for one in found]
    return np.column_stack([np.asarray(rows_of), counts])


def _regression(rows: Sequence[Asked]) -> Any:
    """The weights, scaled so that the coverage's is 1, and the intercept, by Newton's method."""
    features = np.column_stack([_features(rows), np.ones(len(rows))])
    is_answered = np.asarray([one.kind in _ANSWERED for one in rows], dtype=float)
    groups = Counter((one.kind, one.size) for one in rows)
    each = np.asarray([(2 if r.kind == UNRELATED else 1) / groups[r.kind, r.size] for r in rows])
    weights = np.zeros(5)
    for _ in range(40):
        chance = 1 / (1 + np.exp(-features @ weights))
        slope = features.T @ (each * (is_answered - chance)) - 1e-4 * weights
        bend = (features * (each * chance * (1 - chance))[:, None]).T @ features + 1e-4 * np.eye(5)
        weights += np.linalg.solve(bend, slope)
    return weights / weights[0]


if __name__ == "__main__":
    main()
