"""Sessions: how far the records of one are captured."""

from __future__ import annotations

from gitmem.index.cache import Index
from gitmem.index.memories import HELD
from gitmem.index.rows import digest


def last_record(index: Index, session: str) -> int:
    """Where capture of this session got to: the largest end of its records, 0 for none.

    What was forgotten counts: it must not be captured again.
    """
    query = (
        "SELECT max(record_end) FROM (SELECT record_end FROM memory WHERE session = ?1"
        " UNION ALL SELECT record_end FROM tombstone WHERE session = ?1)"
    )
    return index.number(query, (digest(session),))


def holds_session(index: Index, commit: str, session: str) -> bool:
    """Whether the commit's note has a memory of the session, or had one that is forgotten."""
    query = (
        f"SELECT count(*) FROM (SELECT 1 FROM {HELD}"
        " WHERE commit_oid = ?1 AND session = ?2 UNION ALL SELECT 1 FROM note JOIN tombstone"
        " ON tombstone.note = note.place WHERE commit_oid = ?1 AND session = ?2)"
    )
    return index.number(query, (commit, digest(session))) > 0


def forgotten_until(index: Index, session: str) -> int:
    """The end of the session's records that a forgotten memory was made of, 0 for none."""
    query = "SELECT max(record_end) FROM tombstone WHERE session = ?"
    return index.number(query, (digest(session),))
