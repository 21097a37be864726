"""Looking memories up by where and when work happens: branch, files, time.

Standard library only: agent hooks import this.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from gitmem.index.cache import Index
from gitmem.index.parameters import batches, marks
from gitmem.index.rows import storable


def newest_places(index: Index, limit: int, branch: str) -> list[tuple[int, bool]]:
    """The newest memories, newest first: place and whether it was made on that branch."""
    statement = "SELECT place, branch FROM memory ORDER BY time DESC, place LIMIT ?"
    with index.reader() as database:
        named = database.execute("SELECT place FROM name WHERE text = ?", storable([branch]))
        row = named.fetchone() if branch else None
        found = database.execute(statement, (limit,)).fetchall()
    return [(place, row is not None and made_on == row[0]) for place, made_on in found]


def paths_of(index: Index, places: Iterable[int]) -> dict[int, list[str]]:
    """The paths that each memory changed; one that changed none is not in the answer."""
    found: dict[int, list[str]] = {}
    with index.reader() as database:
        for some in batches(places):
            statement = (
                "SELECT touched.memory, path.name FROM touched JOIN path"
                f" ON path.place = touched.path WHERE touched.memory IN ({marks(some)})"
                " ORDER BY touched.memory, path.name"
            )
            for place, name in database.execute(statement, some):
                found.setdefault(place, []).append(name)
    return found


def without_agent(index: Index, places: Iterable[int]) -> set[int]:
    """Those of the memories that come from no agent's session: from history, imported, by hand."""
    found: set[int] = set()
    with index.reader() as database:
        for some in batches(places):
            nobody = "(SELECT place FROM name WHERE text = '')"
            statement = (
                f"SELECT place FROM memory WHERE agent = {nobody} AND place IN ({marks(some)})"
            )
            found.update(place for (place,) in database.execute(statement, some))
    return found


def is_touched(index: Index, path: str) -> bool:
    """Whether any memory changed that very path; the cheapest question there is."""
    statement = (
        "SELECT 1 FROM path JOIN touched ON touched.path = path.place WHERE path.name = ? LIMIT 1"
    )
    with index.reader() as database:
        return database.execute(statement, storable([path])).fetchone() is not None


def paths_with_names(index: Index, names: Collection[str]) -> list[str]:
    """The paths whose last parts are one of these names (``lock.py``, ``store/lock.py``)."""
    if not names:
        return []
    last = {name.rpartition("/")[2] for name in names}
    with index.reader() as database:
        rows = database.execute("SELECT name FROM path")
        near = [path for (path,) in rows if path.rpartition("/")[2] in last]
    return [path for path in near if any(f"/{path}".endswith(f"/{name}") for name in names)]
