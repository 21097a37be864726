"""What must be true of a repository after every step.

What is certain and what is not was decided here, not in the code under test:

- A commit *carries* a change whole when its difference to its first parent adds all of its lines.
- Where git itself carried a note to a commit without the change, nothing is asked of it.
- A change that was ever taken out again (a revert) may be anywhere, and is left out.
- A commit that joins changes of which one has no memory here may be nobody's certain successor,
  unless it is the only carrier of something that was dropped.
- A commit that adds something of its own to changes which live on elsewhere may be a coincidence.
- In a clone that never had a commit whose note holds a memory, only patch, author and change id
  can tell; commits that join several changes are then left out.
"""

from __future__ import annotations

from collections.abc import Iterable

from gitmem.model.note import Note
from gitmem.notes.store import NoteStore
from tests.machine.world import LINES, Place, Seen, World

ALL_LINES = frozenset(range(LINES))


class Broken(AssertionError):
    """A law does not hold."""


def check(world: World, place: Place, known: set[str]) -> None:
    """Check one clone; ``known`` are the ids of all memories it ever had, and is added to."""
    clone = world.clone_of(place)
    notes = dict(NoteStore(clone.git.repo))
    where = _where(notes)
    _check_notes(notes)
    lost = known - {memory.id for note in notes.values() for memory in note.memories}
    if lost:
        raise Broken(f"lost in {clone.name}: {sorted(lost)}")
    known |= {memory.id for note in notes.values() for memory in note.memories}
    seen = clone.seen()
    for change, holders in where.items():
        if change not in seen.removed:
            _check_change(world, clone, seen, change, holders, where)
    complaint = clone.git.run("fsck", "--strict", "--no-dangling", check=False).stderr.decode()
    if "error" in complaint or "missing" in complaint:
        raise Broken(f"fsck of {clone.name}: {complaint}")


def check_quiet(place: Place) -> None:
    """Once followed, there is nothing to follow."""
    store = NoteStore(place.git.repo)
    before = store.tip()
    place.settle()
    if store.tip() != before:
        raise Broken(f"a second look in {place.name} wrote notes")


def _where(notes: dict[str, Note]) -> dict[int, set[str]]:
    """Change → the commits whose notes hold its memory."""
    where: dict[int, set[str]] = {}
    ids: dict[int, set[str]] = {}
    for commit, note in notes.items():
        for memory in note.memories:
            change = int(memory.title.split()[1])
            where.setdefault(change, set()).add(commit)
            ids.setdefault(change, set()).add(memory.id)
    doubled = {change: found for change, found in ids.items() if len(found) > 1}
    if doubled:
        raise Broken(f"doubled: {doubled}")
    return where


def _check_notes(notes: dict[str, Note]) -> None:
    for commit, note in notes.items():
        if note.problems:
            raise Broken(f"the note of {commit} cannot be read: {note.problems}")


def _check_change(
    world: World,
    clone: Place,
    seen: Seen,
    change: int,
    holders: set[str],
    where: dict[int, set[str]],
) -> None:
    parts = {commit: lines[change] for commit, lines in seen.added.items() if change in lines}
    whole = {commit for commit, lines in parts.items() if lines >= ALL_LINES}
    wrong = {c for c in holders if c in seen.parents and c not in parts and not _is_merge(seen, c)}
    if wrong and change not in world.loose:
        raise Broken(f"change {change} is remembered at {_short(wrong)}, which do not carry it")
    for commit in whole:
        others = seen.added[commit].keys() - {change}
        if any(other not in where or other in seen.removed for other in others):
            continue
        joined = [where[other] for other in (change, *others)] if others else []
        if not all(any(_has(clone, holder) for holder in found) for found in joined):
            continue
        # A commit that adds more than changes is not compared with what lives on elsewhere.
        if commit in seen.extra and holders & whole:
            continue
        if commit in holders or seen.above(commit) & holders & whole:
            continue
        raise Broken(
            f"change {change} is carried by {commit[:9]} and remembered at {_short(holders)} in"
            f" {clone.name}"
        )
    split = set().union(*parts.values()) if parts else set()
    if parts and not whole and len(split) == LINES and not holders & parts.keys():
        raise Broken(f"change {change} was split into {_short(parts)}, at {_short(holders)}")
    if not parts and world.made.get(change) is clone:
        _check_dropped(clone, change, holders)


def _check_dropped(clone: Place, change: int, holders: set[str]) -> None:
    store = NoteStore(clone.git.repo)
    marked = [c for c in holders if (note := store.read(c)) is not None and note.abandonment]
    if not marked:
        raise Broken(f"change {change} was dropped, and {_short(holders)} do not say so")


def _is_merge(seen: Seen, commit: str) -> bool:
    return len(seen.parents[commit]) > 1


def _has(place: Place, commit: str) -> bool:
    return place.git.run("cat-file", "-e", commit, check=False).returncode == 0


def _short(commits: Iterable[str]) -> str:
    return " ".join(sorted(commit[:9] for commit in commits))
