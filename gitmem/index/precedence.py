"""What people said about memories, worked out once for each state of the notes: which memories
are not told because a person corrected or edited them, and which are pinned.

Nothing here is a fact of its own: it follows from the documents of all notes, in any order, so
that two clones that have joined their notes agree.  Standard library only: agent hooks import this.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

_TABLES = ("corrects", "by_person", "pin", "outranked", "pinned")


def settle_precedence(database: sqlite3.Connection) -> None:
    """Bring ``outranked`` and ``pinned`` up to date with what the notes hold.

    Outranked is what a correction names, with all that a program made of it, and what a program
    made of a memory that a person has edited.  What a person made of it stands for itself.
    """
    if not any(database.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() for table in _TABLES):
        return
    told = _Told(database)
    outranked = told.outranked()
    database.execute("DELETE FROM outranked")
    database.executemany("INSERT INTO outranked VALUES (?,?)", sorted(outranked.items()))
    database.execute("DELETE FROM pinned")
    pinned = told.pinned(outranked)
    database.executemany("INSERT INTO pinned VALUES (?)", [(name,) for name in sorted(pinned)])


class _Told:
    """The questions that have to be asked of one state of the notes."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._of_people = {row[0] for row in database.execute("SELECT id FROM by_person")}
        self._corrections = {row[0] for row in database.execute("SELECT by_id FROM corrects")}

    def outranked(self) -> dict[str, str]:
        """What is not told, each with the id of the correction or edit that decides so."""
        rows = self._database.execute(
            "SELECT id, by_id FROM corrects WHERE by_id NOT IN (SELECT id FROM tombstone)"
            " ORDER BY id, by_id DESC"
        )
        found = self._with_what_programs_made(dict(rows))
        for edit in sorted(self._of_people - self._corrections - found.keys()):
            if self._is_forgotten(edit):
                continue
            rivals = {
                name: edit
                for replaced in self._replaced_by(edit)
                for name in self._programs_that_replace(replaced)
                if edit not in self._replaced_by(name)
            }
            for name, by in self._with_what_programs_made(rivals, but=edit).items():
                found.setdefault(name, by)
        return found

    def pinned(self, outranked: Iterable[str]) -> set[str]:
        """The memories that a pin names, and what has taken their place."""
        lost = set(outranked)
        rows = self._database.execute(
            "SELECT id FROM pin WHERE pin_id NOT IN (SELECT id FROM tombstone)"
        )
        left, found = [row[0] for row in rows], set[str]()
        while left:
            for name in self._names_of(left.pop()):
                if name not in found:
                    found.add(name)
                    after = self._column("SELECT by_id FROM supersedes WHERE id = ?", name)
                    left += [one for one in after if one not in self._corrections]
        return {name for name in found - lost if not self._is_forgotten(name)}

    def _with_what_programs_made(self, seeds: dict[str, str], but: str = "") -> dict[str, str]:
        """The same with all that programs wrote in the place of one of these."""
        found = dict[str, str]()
        left = list(seeds.items())
        while left:
            first, by = left.pop()
            for name in self._names_of(first):
                if name not in found:
                    found[name] = by
                    made = self._programs_that_replace(name)
                    left += [
                        (one, by) for one in made if not but or but not in self._replaced_by(one)
                    ]
        return found

    def _programs_that_replace(self, name: str) -> list[str]:
        after = self._column("SELECT DISTINCT by_id FROM supersedes WHERE id = ?", name)
        people = self._of_people | self._corrections
        return sorted(one for one in after if one not in people and not self._is_forgotten(one))

    def _replaced_by(self, name: str) -> list[str]:
        return self._column("SELECT DISTINCT id FROM supersedes WHERE by_id = ?", name)

    def _names_of(self, name: str) -> list[str]:
        """The id, and that of a memory that was edited by hand and states it."""
        query = (
            "SELECT memory.id FROM holding JOIN memory ON memory.place = holding.memory"
            " WHERE stated_id = ? AND stated_id <> ''"
        )
        return [name, *self._column(query, name)]

    def _is_forgotten(self, name: str) -> bool:
        return bool(self._column("SELECT 1 FROM tombstone WHERE id = ? LIMIT 1", name))

    def _column(self, query: str, name: str) -> list[str]:
        return [row[0] for row in self._database.execute(query, (name,))]
