"""Undoing an import: what it alone brought leaves the notes again, and nothing else.

A memory that somebody else brought as well, in whatever notes, stays as it is.  One that no remote
is known to hold leaves the notes and their history, so that nothing of it is ever sent; one that
was sent gets a tombstone, as with ``gitmem forget``, and is brought back in the same way.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field

from gitmem.errors import GitmemError, NoteUnreadable
from gitmem.git.remotes import tracking_tips
from gitmem.git.repo import Repo
from gitmem.index.commits import commits_holding
from gitmem.model.memory import ID_PATTERN, Tombstone
from gitmem.model.note import Document
from gitmem.notes.codec import tombstone_document
from gitmem.notes.origins import NotesHistory, ids_in
from gitmem.notes.store import NoteStore
from gitmem.refresh.refresh import refresh, refresh_index
from gitmem.state.imports import RecordedImport, drop_import, follow_imports, read_imports
from gitmem.state.taken_memories import TakenMemory, follow_taken, keep_taken

_Place = tuple[str, str]  # a commit, and the id of a memory or pin in its note


@dataclass
class UndoneImport:
    """What an undo does with each memory (or pin) of an import, by the commit and its id.

    ``unsent`` leave without a trace, ``sent`` (with the notes commit that brought them) are
    forgotten for everybody, ``kept`` stay because others brought them, too, or may have.
    """

    unsent: list[_Place] = field(default_factory=list)
    sent: dict[_Place, str] = field(default_factory=dict)
    kept: list[_Place] = field(default_factory=list)
    first: set[str] = field(default_factory=set)

    @property
    def taken(self) -> int:
        """How many leave."""
        return len(self.unsent) + len(self.sent)


def last_import(repo: Repo, source: str = "") -> RecordedImport:
    """The newest import that can be undone, of that source where one is named.

    Raises:
        GitmemError: there is none.
    """
    found = [one for one in read_imports(repo) if not source or one.source == source]
    if not found:
        of = f" from '{source}'" if source else ""
        raise GitmemError(
            f"no import{of} is known here", "Nothing was changed. One memory: gitmem forget ID"
        )
    return found[-1]


def undo_import(
    repo: Repo, what: RecordedImport, by: str = "", *, dry_run: bool = False
) -> UndoneImport:
    """Take back what this import alone wrote; with ``dry_run`` only find out what that is.

    Durable on return.  ``by`` is who does it.

    Raises:
        NotesMoved, ReadOnlyRepository, DiskFull: the notes ref cannot be written.
        NoteUnreadable: a part of the notes' history is missing.
    """
    moment = time.time()
    notes = NoteStore(repo)
    with closing(refresh(repo)) as index:
        found = _plan(repo, notes, what)
        held = commits_holding(index, [name for _, name in found.sent])
        for commit, name in list(found.sent):  # a tombstone holds at every commit
            if held[name] - what.memories.keys():
                del found.sent[commit, name]
                found.kept.append((commit, name))
        if dry_run:
            return found
        subject = f"notes: undo an import from {what.source}"
        if found.sent:
            keep_taken(
                repo,
                [
                    TakenMemory(name, commit, origin, "forgotten", by, "", moment)
                    for (commit, name), origin in found.sent.items()
                    if ID_PATTERN.fullmatch(name)
                ],
            )
            notes.add(_stones(found.sent, moment), subject)
        if found.unsent:
            gone: dict[str, set[str]] = defaultdict(set)
            for commit, name in found.unsent:
                gone[commit].add(name)
            became = notes.take_out(found.first, gone, subject)
            follow_taken(repo, became)
            follow_imports(repo, became)
        refresh_index(notes, index)
    drop_import(repo, what.time)
    return found


def _stones(sent: Mapping[_Place, str], moment: float) -> dict[str, list[Document]]:
    day = time.strftime("%Y-%m-%d", time.gmtime(moment))
    found: dict[str, list[Document]] = defaultdict(list)
    for commit, name in sorted(sent):
        found[commit].append(tombstone_document(Tombstone(name, day)))
    return found


def _plan(repo: Repo, notes: NoteStore, what: RecordedImport) -> UndoneImport:
    """What is to be done with each thing that is still there."""
    found = UndoneImport()
    tip = notes.tip()
    there: list[_Place] = []
    for commit, listed in what.memories.items():
        note = notes.read(commit)
        here = ids_in(note) if note is not None else set()
        there += [(commit, name) for name in dict.fromkeys(listed) if name in here]
    history = NotesHistory(repo)
    me = str(notes.committer[0])
    ours = _commits_of(history, what, tip, me) if tip is not None and there else []
    if tip is None or not there:
        return found
    tips = set(tracking_tips(repo).values())
    origins = history.origins({tip, *tips}, history.parents(ours[0]) if ours else (), what.memories)
    apart = {one for one in tips if not any(history.contains(one, mine) for mine in ours)}
    sent = {mine for mine in ours if any(history.contains(one, mine) for one in tips)}
    for place in there:
        mine = origins.get(place, set()) & set(ours)
        if not mine or origins[place] - mine or any(_holds(notes, one, place) for one in apart):
            found.kept.append(place)
        elif mine & sent:
            found.sent[place] = min(mine & sent)
        else:
            found.unsent.append(place)
            found.first |= mine
    return found


def _holds(notes: NoteStore, tip: str, place: _Place) -> bool:
    commit, name = place
    try:
        note = notes.read_at(tip, commit)
    except NoteUnreadable:
        return True  # it may
    return note is not None and name in ids_in(note)


def _commits_of(history: NotesHistory, what: RecordedImport, tip: str, me: str) -> list[str]:
    """The notes commits of the import, parents first.

    Where one is not noted (by an older gitmem, or one that was killed), it is known by its words,
    its time and whose it is.
    """
    known = set(what.commits)
    is_all_noted = len(known) >= what.lots
    words = ("notes: import ", f" from {what.source}")
    return [
        name
        for name, subject, who, when in history.commits(tip)
        if name in known
        or (
            not is_all_noted
            and (subject.startswith(words[0]) and subject.endswith(words[1]))
            and (who, when >= int(what.time)) == (me, True)
        )
    ]
