"""The vectors of the memories: kept as codes in the index's file, searched by faiss.

A vector is stored as one byte a dimension, in chunks of 1,024 by the memories' places, in the
same file and the same transactions as everything else: there is no second file to fall behind.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gitmem.index.rows import transaction

if TYPE_CHECKING:
    from numpy.typing import NDArray

CHUNK = 1_024
_MIDDLE = 128  # the code of zero


class Vectors:
    """All vectors of an index in memory, ready to be searched.

    Opening reads them once; :meth:`refresh` reads those that were added since.
    """

    def __init__(self, database: sqlite3.Connection, dimensions: int) -> None:
        import faiss

        faiss.omp_set_num_threads(1)  # a search takes a millisecond: less than to share it out
        self._database = database
        self._dimensions = dimensions
        self._faiss = faiss.IndexScalarQuantizer(
            dimensions, faiss.ScalarQuantizer.QT_8bit_direct_signed, faiss.METRIC_INNER_PRODUCT
        )
        self._faiss.is_trained = True
        self.generation = ""
        self.refresh()

    def __len__(self) -> int:
        return int(self._faiss.ntotal)

    def refresh(self) -> None:
        """Read what was added to the file since, or everything where it was built anew."""
        import numpy as np

        generation = read_meta(self._database, "generation") + read_meta(self._database, "encoder")
        if generation != self.generation:
            self._faiss.reset()
            self.generation = generation
        have = len(self)
        query = "SELECT chunk, codes FROM vectors WHERE chunk >= ? ORDER BY chunk"
        for chunk, codes in self._database.execute(query, (have // CHUNK,)):
            rows = np.frombuffer(codes, dtype=np.uint8).reshape(-1, self._dimensions)
            new = rows[max(have - chunk * CHUNK, 0) :]
            if len(new):
                self._faiss.add_sa_codes(np.ascontiguousarray(new))
                have += len(new)

    def nearest(self, vector: NDArray[Any], count: int) -> list[tuple[int, float]]:
        """The places of the ``count`` most similar memories with their cosine, best first."""
        if not len(self):
            return []
        scores, found = self._faiss.search(_as_codes(vector), min(count, len(self)))
        step = _step(self._dimensions) ** 2
        return [
            (int(place) + 1, float(score) * step)
            for place, score in zip(found[0], scores[0], strict=True)
            if place >= 0
        ]

    def cosines(self, vector: NDArray[Any], places: Sequence[int]) -> dict[int, float]:
        """The cosine of the vector and each of the memories at these places that has a vector."""
        import numpy as np

        rows = self.rows(places)
        last = len(self)
        known = [place for place in places if 0 < place <= last]
        scores = rows @ (_as_codes(vector)[0] * np.float32(_step(self._dimensions)))
        return {place: float(score) for place, score in zip(known, scores, strict=True)}

    def rows(self, places: Sequence[int]) -> NDArray[Any]:
        """The vectors at those of the places that have one, as float32, in their order."""
        import faiss
        import numpy as np

        last = len(self)
        known = [place - 1 for place in places if 0 < place <= last]
        size = last * self._dimensions
        codes = faiss.rev_swig_ptr(self._faiss.codes.data(), size) if size else np.zeros(0, "u1")
        picked = codes.reshape(-1, self._dimensions)[known]
        step = np.float32(_step(self._dimensions))
        return np.asarray((picked.astype(np.float32) - _MIDDLE) * step)


def read_meta(database: sqlite3.Connection, key: str) -> str:
    """A word about the index; "" where it is not told."""
    row = database.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return str(row[0]) if row else ""


def embedded_until(database: sqlite3.Connection) -> int:
    """The last place that was given a vector; there is none without one before it."""
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
    """Delete all vectors: another encoder is to make them anew."""
    with transaction(database):
        database.execute("DELETE FROM vectors")
        database.execute("DELETE FROM meta WHERE key IN ('encoder', 'embedded')")


def vector_state(database: sqlite3.Connection) -> tuple[str, int]:
    """Which building of the index this is, and how far its vectors go."""
    return read_meta(database, "generation"), embedded_until(database)


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
