"""Postings: which memories have a word, and how well they match a query by its words.

FTS5 keeps the words and could rank by them, but reckons BM25 for one row after the other, with
one length for all columns.  Here the rows of each word are added up at once and each column has
its own length: faster where a hundred thousand memories share common words, and better
(docs/decisions has the figures).

**Source:** BM25F of Robertson and Zaragoza, "The Probabilistic Relevance Framework" (2009), 3.5,
with the presence of a word in a column in place of its frequency there.
"""

from __future__ import annotations

import math
import sqlite3
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gitmem.index.fields import COLUMNS, USUAL_WORDS, WORD_WEIGHTS
from gitmem.index.parameters import batches, marks
from gitmem.index.vectors import read_meta

if TYPE_CHECKING:
    from numpy.typing import NDArray

_K1 = 1.0
_B = 0.5
_MIN_CANDIDATES = 400  # at least so many are looked at with their lengths
_MAX_ROWS = 8_000_000  # rows of words in memory, four bytes each


@dataclass(frozen=True)
class Coverage:
    """The share of a query's words that one memory has, a rare word for more than a common one and
    one that no memory has for most; and the share of them that no memory has.
    """

    best: float
    unknown: float


class Postings:
    """The rows of the words asked for so far, kept for the next query.

    Opening reads nothing.  Call :meth:`refresh` when the file may have changed.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._rows_by_word: OrderedDict[str, tuple[int, list[NDArray[Any]]]] = OrderedDict()
        self._have: dict[str, tuple[int, int]] = {}
        self._row_count = 0
        self._generation = ""
        self._last = 0
        self.refresh()

    def refresh(self) -> None:
        """Read what was added to the file since, and forget everything if it was rebuilt."""
        generation = read_meta(self._database, "generation")
        if generation != self._generation:
            self._rows_by_word.clear()
            self._have.clear()
            self._row_count, self._last, self._generation = 0, 0, generation
        row = self._database.execute("SELECT max(place) FROM memory").fetchone()
        self._last = max(self._last, int(row[0] or 0))  # the last may be gone, its rows are kept

    def best(
        self, words: Sequence[str], count: int, only: Iterable[int] | None = None
    ) -> list[tuple[int, float]]:
        """The ``count`` memories that match these words best, best first, with their scores.

        The scores are positive; equal ones come newest first.  With ``only`` of these places.
        """
        import numpy as np

        asked = ((word, self._rows_of(word)) for word in words)
        found = [(word, columns) for word, columns in asked if any(map(len, columns))]
        if not found:
            return []
        total = np.zeros(self._last + 1, dtype=np.float32)
        rarity: dict[str, float] = {}
        for word, columns in found:
            present = np.zeros(self._last + 1, dtype=np.float32)
            for postings, weight in zip(columns, WORD_WEIGHTS, strict=True):
                present[postings] += np.float32(weight)
            self._have[word] = self._last, int(np.count_nonzero(present))
            rarity[word] = self._rarity(self._have[word][1])
            total += rarity[word] * present / (present + np.float32(_K1))
        if only is not None:
            allowed = np.zeros(self._last + 1, dtype=bool)
            allowed[[place for place in only if place <= self._last]] = True
            total[~allowed] = 0.0
        places = np.flatnonzero(total)
        if not len(places):
            return []
        closer = max(_MIN_CANDIDATES, 2 * count)
        if len(places) > closer:
            places = np.sort(places[np.argpartition(-total[places], closer - 1)[:closer]])
        scores = self._exact_scores(found, rarity, places)
        order = np.lexsort((-places, -scores))[:count]
        return [(int(places[n]), float(scores[n])) for n in order]

    def coverage(self, words: Sequence[str], places: Sequence[int]) -> Coverage:
        """How much of these words the memory among ``places`` that has most of them has."""
        import numpy as np

        at = np.asarray(sorted(places), dtype=np.int32)
        covered, whole, unknown, asked = np.zeros(len(at)), 0.0, 0, 0
        for number, word in enumerate(words):
            columns = self._rows_of(word)
            have = self._count(word, columns)
            if not have and _is_joined(word, words[number + 1 :]):
                continue  # a name's parts count for it
            asked += 1
            unknown += not have
            rarity = self._rarity(have)
            whole += rarity
            has = np.zeros(len(at), dtype=bool)
            for rows in filter(len, columns):
                has |= rows[np.minimum(np.searchsorted(rows, at), len(rows) - 1)] == at
            covered += rarity * has
        if not asked or not len(at):
            return Coverage(0.0, 1.0)
        return Coverage(float(covered.max() / whole), unknown / asked)

    @property
    def memory_count(self) -> int:
        """How many memories the index has room for: the last place."""
        return self._last

    def _count(self, word: str, columns: Sequence[NDArray[Any]]) -> int:
        """How many memories have the word; known already if it was asked for by :meth:`best`."""
        import numpy as np

        until, have = self._have.get(word, (-1, 0))
        if until != self._last:
            have = len(np.unique(np.concatenate(columns)))
            self._have[word] = self._last, have
        return have

    def _rarity(self, have: int) -> float:
        """What a word counts that so many memories have (its inverse document frequency)."""
        return math.log1p((self._last - have + 0.5) / (have + 0.5))

    def _exact_scores(
        self,
        found: Sequence[tuple[str, list[NDArray[Any]]]],
        rarity: dict[str, float],
        places: NDArray[Any],
    ) -> NDArray[Any]:
        """The scores of these places, ascending, by the lengths of their columns."""
        import numpy as np

        lengths = self._lengths(places.tolist())
        usual = np.asarray(USUAL_WORDS, dtype=np.float32)
        norms = np.asarray(WORD_WEIGHTS, dtype=np.float32) / (1 - _B + _B * lengths / usual)
        scores = np.zeros(len(places), dtype=np.float32)
        for word, columns in found:
            present = np.zeros(len(places), dtype=np.float32)
            for number, postings in enumerate(columns):
                if len(postings):
                    at = np.minimum(np.searchsorted(postings, places), len(postings) - 1)
                    present += norms[:, number] * (postings[at] == places)
            scores += np.float32(rarity[word]) * present / (present + np.float32(_K1))
        return scores

    def _rows_of(self, word: str) -> list[NDArray[Any]]:
        """The places that have the word, ascending, for each column."""
        until, columns = self._rows_by_word.pop(word, (-1, []))
        if until < self._last:
            new = [self._read(word, column, until) for column in COLUMNS]
            self._row_count += sum(len(rows) for rows in new)
            if columns:
                new = [_concatenate(*pair) for pair in zip(columns, new, strict=True)]
            columns = new
        self._rows_by_word[word] = (self._last, columns)
        while self._row_count > _MAX_ROWS and len(self._rows_by_word) > 1:
            name, (_, gone) = self._rows_by_word.popitem(last=False)
            self._have.pop(name, None)
            self._row_count -= sum(len(rows) for rows in gone)
        return columns

    def _read(self, word: str, column: str, behind: int) -> NDArray[Any]:
        import numpy as np

        query = "SELECT rowid FROM words WHERE words MATCH ? AND rowid > ? AND rowid <= ?"
        asked = (f'{column} : "{word}"', behind, self._last)
        rows = self._database.execute(query, asked).fetchall()
        return np.fromiter((row[0] for row in rows), dtype=np.int32, count=len(rows))

    def _lengths(self, places: Sequence[int]) -> NDArray[Any]:
        """How many words each column of these memories has, ``(n, columns)``.

        **Source:** https://www.sqlite.org/fts5.html, "The Data Model": ``%_docsize`` holds an
        SQLite varint for each column.
        """
        import numpy as np

        sizes: dict[int, list[int]] = {}
        for some in batches(places):
            query = f"SELECT id, sz FROM words_docsize WHERE id IN ({marks(some)})"
            sizes.update(
                (place, _varints(size)) for place, size in self._database.execute(query, some)
            )
        nothing = [0] * len(COLUMNS)
        return np.asarray([sizes.get(place, nothing) for place in places], dtype=np.float32)


def _is_joined(word: str, behind: Sequence[str]) -> bool:
    """Whether the words behind begin with the parts of this one, as a split name's do."""
    joined = ""
    for part in behind:
        joined += part
        if not word.startswith(joined):
            return False
        if joined == word:
            return True
    return False


def _concatenate(rows: NDArray[Any], more: NDArray[Any]) -> NDArray[Any]:
    import numpy as np

    return np.concatenate([rows, more]) if len(more) else rows


def _varints(data: bytes) -> list[int]:
    """Numbers of up to four bytes, the high bit of a byte set where another follows."""
    found: list[int] = []
    value = 0
    for byte in data:
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            found.append(value)
            value = 0
    return (found + [0] * len(COLUMNS))[: len(COLUMNS)]
