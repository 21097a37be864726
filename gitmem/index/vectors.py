"""The memories' vectors: stored as codes in the index file, searched by faiss.

A vector is stored as one byte a dimension, in chunks of 1,024 by the memories' places, in the
same file and the same transactions as everything else: there is no second file to fall behind.
"""

from __future__ import annotations

import math
import sqlite3
from bisect import bisect_right
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gitmem.index.rows import transaction

if TYPE_CHECKING:
    from numpy.typing import NDArray

CHUNK = 1_024
_MIDDLE = 128  # the code of zero
_SAMPLE = 1_024  # memories that tell what is usual


class _FaissCodes:
    """Codes in a flat index of faiss: a search of 100,000 takes a millisecond."""

    def __init__(self, dimensions: int) -> None:
        import faiss

        faiss.omp_set_num_threads(1)  # a search takes less than to share it out
        self._dimensions = dimensions
        self._index = faiss.IndexScalarQuantizer(
            dimensions, faiss.ScalarQuantizer.QT_8bit_direct_signed, faiss.METRIC_INNER_PRODUCT
        )
        self._index.is_trained = True

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def clear(self) -> None:
        self._index.reset()

    def add(self, codes: NDArray[Any]) -> None:
        import numpy as np

        self._index.add_sa_codes(np.ascontiguousarray(codes))

    def search(self, vector: NDArray[Any], count: int) -> tuple[NDArray[Any], NDArray[Any]]:
        scores, found = self._index.search(vector, count)
        return scores[0], found[0]

    def rows(self, numbers: Sequence[int]) -> NDArray[Any]:
        import faiss
        import numpy as np

        if not numbers:
            return np.zeros((0, self._dimensions), np.uint8)
        flat = faiss.rev_swig_ptr(self._index.codes.data(), len(self) * self._dimensions)
        return np.asarray(flat.reshape(-1, self._dimensions)[numbers])


class _PlainCodes:
    """The same without faiss, which takes longer to load than one search takes without it."""

    def __init__(self, dimensions: int) -> None:
        self._dimensions = dimensions
        self._parts: list[NDArray[Any]] = []
        self._starts: list[int] = []
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def clear(self) -> None:
        self._parts, self._starts, self._count = [], [], 0

    def add(self, codes: NDArray[Any]) -> None:
        self._parts.append(codes)
        self._starts.append(self._count)
        self._count += len(codes)

    def search(self, vector: NDArray[Any], count: int) -> tuple[NDArray[Any], NDArray[Any]]:
        import numpy as np

        query = vector[0]
        scores = np.concatenate([part.astype(np.float32) @ query for part in self._parts])
        scores -= _MIDDLE * query.sum()
        best = np.argpartition(-scores, count - 1)[:count]
        best = best[np.lexsort((best, -scores[best]))]
        return scores[best], best

    def rows(self, numbers: Sequence[int]) -> NDArray[Any]:
        import numpy as np

        found = np.zeros((len(numbers), self._dimensions), np.uint8)
        for row, number in enumerate(numbers):
            part = bisect_right(self._starts, number) - 1
            found[row] = self._parts[part][number - self._starts[part]]
        return found


class Vectors:
    """All vectors of an index in memory, ready to be searched.

    Opening reads them once; :meth:`refresh` reads those that were added since.
    ``is_asked_once``: the process ends after one search.
    """

    def __init__(
        self, database: sqlite3.Connection, dimensions: int, *, is_asked_once: bool = False
    ) -> None:
        self._database = database
        self._dimensions = dimensions
        self._codes = _PlainCodes(dimensions) if is_asked_once else _FaissCodes(dimensions)
        self.generation = ""
        self._centre: NDArray[Any] | None = None
        self._centre_of = 0  # so many vectors
        self.refresh()

    def __len__(self) -> int:
        return len(self._codes)

    def refresh(self) -> None:
        """Read what was added to the file since, or everything if it was rebuilt."""
        import numpy as np

        generation = read_meta(self._database, "generation") + read_meta(self._database, "encoder")
        if generation != self.generation:
            self._codes.clear()
            self._centre = None
            self.generation = generation
        have = len(self)
        query = "SELECT chunk, codes FROM vectors WHERE chunk >= ? ORDER BY chunk"
        for chunk, codes in self._database.execute(query, (have // CHUNK,)):
            rows = np.frombuffer(codes, dtype=np.uint8).reshape(-1, self._dimensions)
            new = rows[max(have - chunk * CHUNK, 0) :]
            if len(new):
                self._codes.add(new)
                have += len(new)

    def nearest(self, vector: NDArray[Any], count: int) -> list[tuple[int, float]]:
        """The places of the ``count`` most similar memories with their cosine, best first."""
        if not len(self):
            return []
        scores, found = self._codes.search(_as_codes(vector), min(count, len(self)))
        step = _step(self._dimensions) ** 2
        return [
            (int(place) + 1, float(score) * step)
            for place, score in zip(found, scores, strict=True)
            if place >= 0
        ]

    def cosines(
        self, vector: NDArray[Any], places: Sequence[int], left_out: NDArray[Any] | None = None
    ) -> dict[int, float]:
        """The cosine of the vector and each of the memories at these places that has a vector.

        ``left_out``: directions, ``(k, dim)`` and orthonormal, that do not count; the vector must
        be without them (:func:`without`).
        """
        import numpy as np

        rows = self.rows(places)
        last = len(self)
        known = [place for place in places if 0 < place <= last]
        scores = rows @ (_as_codes(vector)[0] * np.float32(_step(self._dimensions)))
        if left_out is not None and len(left_out):
            scores = scores / _lengths_without(rows, left_out)
        return {place: float(score) for place, score in zip(known, scores, strict=True)}

    def usual_cosine(self, vector: NDArray[Any], left_out: NDArray[Any], best: float) -> float:
        """The mean cosine of the vector and the memories other than its ``best``, by a sample.

        It is near zero in the language that the encoder knows, and high in others, where texts
        share what it does not tell apart.
        """
        count = min(len(self), _SAMPLE)
        if count < 2:
            return 0.0
        if self._centre is None or self._centre_of != len(self):
            rows = self.rows([1 + number * len(self) // count for number in range(count)])
            self._centre = (rows / _lengths_without(rows, left_out)[:, None]).mean(axis=0)
            self._centre_of = len(self)
        mean = float(self._centre @ vector)
        return (count * mean - best) / (count - 1)

    def rows(self, places: Sequence[int]) -> NDArray[Any]:
        """The vectors at those of the places that have one, as float32, in their order."""
        import numpy as np

        last = len(self)
        known = [place - 1 for place in places if 0 < place <= last]
        picked = self._codes.rows(known)
        step = np.float32(_step(self._dimensions))
        return np.asarray((picked.astype(np.float32) - _MIDDLE) * step)


def without(vector: NDArray[Any], directions: NDArray[Any]) -> NDArray[Any]:
    """The vector without its parts in these directions, ``(k, dim)`` and orthonormal; of length one
    again, unless nothing is left.
    """
    import numpy as np

    rest = vector - (directions @ vector) @ directions
    return np.asarray(rest / max(float(np.linalg.norm(rest)), 1e-9), dtype=np.float32)


def _lengths_without(rows: NDArray[Any], directions: NDArray[Any]) -> NDArray[Any]:
    """The lengths of the rows without their parts in these directions."""
    import numpy as np

    squares = np.sum(rows**2, axis=1) - np.sum((rows @ directions.T) ** 2, axis=1)
    return np.asarray(np.sqrt(np.maximum(squares, 0.01)))


def read_meta(database: sqlite3.Connection, key: str) -> str:
    """A value from the index's meta table; "" if it is not set."""
    row = database.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return str(row[0]) if row else ""


def last_vector_place(database: sqlite3.Connection) -> int:
    """The last place that has a vector; all places before it have one, too."""
    return int(read_meta(database, "embedded") or 0)


def put_vectors(
    database: sqlite3.Connection,
    encoder: str,
    places: Sequence[int],
    vectors: NDArray[Any],
    seen: tuple[str, int],
) -> bool:
    """Add the vectors of memories at ``places``, ascending, behind those that are there.

    Places between them (their memory is gone) get a vector of nothing.  ``seen`` is what
    :func:`vector_state` told before they were made; where another process was faster, nothing is
    changed and False returned.

    Raises:
        sqlite3.OperationalError: the file is busy or cannot be written.
    """
    import numpy as np

    with transaction(database):
        if vector_state(database) != seen:
            return False
        first, last = seen[1] + 1, places[-1]
        dimensions = vectors.shape[1]
        block = np.full((last - first + 1, dimensions), _MIDDLE, dtype=np.uint8)
        block[np.asarray(places) - first] = _as_codes(vectors).astype(np.int16) + _MIDDLE
        for chunk in range((first - 1) // CHUNK, (last - 1) // CHUNK + 1):
            begin, end = chunk * CHUNK + 1, (chunk + 1) * CHUNK
            part = block[max(begin - first, 0) : end - first + 1].tobytes()
            row = database.execute("SELECT codes FROM vectors WHERE chunk = ?", (chunk,)).fetchone()
            codes = (row[0] if row else b"") + part
            database.execute("INSERT OR REPLACE INTO vectors VALUES (?, ?)", (chunk, codes))
        rows = [("encoder", encoder), ("embedded", str(last))]
        database.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", rows)
    return True


def forget_vectors(database: sqlite3.Connection) -> None:
    """Delete all vectors: another encoder will recompute them."""
    with transaction(database):
        database.execute("DELETE FROM vectors")
        database.execute("DELETE FROM meta WHERE key IN ('encoder', 'embedded')")


def vector_state(database: sqlite3.Connection) -> tuple[str, int]:
    """Which building of the index this is, and how far its vectors go."""
    return read_meta(database, "generation"), last_vector_place(database)


def _step(dimensions: int) -> float:
    """What one step of a code is worth: a component of a unit vector is seldom five times as large
    as the mean one, so 127 steps reach that far.
    """
    return 1 / (25 * math.sqrt(dimensions))


def _as_codes(vectors: NDArray[Any]) -> NDArray[Any]:
    """The vectors in steps of a code, rounded and cut to what a byte holds, as float32."""
    import numpy as np

    shaped = np.atleast_2d(np.asarray(vectors, dtype=np.float32))
    codes = np.clip(np.rint(shaped / np.float32(_step(shaped.shape[1]))), -127, 127)
    return np.asarray(codes, dtype=np.float32)
