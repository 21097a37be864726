"""Which memories a scrub touches, and what becomes of each; nothing is written here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from gitmem.errors import NoteError, UnknownMemory
from gitmem.git.repo import Repo
from gitmem.guard.scrubbing import Scrubber
from gitmem.model.memory import ID_PATTERN, Json, Memory, Tombstone
from gitmem.model.note import Document, Note, names_of, note_of
from gitmem.notes.codec import document_of, tombstone_document
from gitmem.notes.store import NoteStore, Rewrite
from gitmem.state.pending import Pending, PendingStore


@dataclass(frozen=True)
class Target:
    """What to remove: the memory ``id``, or what ``scrubber`` finds."""

    id: str = ""
    scrubber: Scrubber | None = None


@dataclass(frozen=True)
class ScrubPlace:
    """A memory that is, or would be, masked (``becomes`` its new id) or forgotten."""

    id: str
    commit: str
    title: str
    becomes: str = ""


def find_target(repo: Repo, what: str, *, is_regex: bool) -> Target:
    """A memory's id, or the beginning of one, where there is such a memory; else a pattern.

    Raises:
        UnknownMemory: it is the beginning of several ids, or a whole id that nothing has.
        UsageError: the pattern is not usable.
    """
    if not is_regex and what[:1] == "m" and len(what) >= 6:
        ids = {memory.id for memory, _ in _all_memories(repo)}
        ids |= {stated for _, stated in _all_memories(repo) if stated}
        found = sorted(name for name in ids if name.startswith(what))
        if len(found) > 1:
            raise UnknownMemory(f"'{what}' is the beginning of {len(found)} ids")
        if found:
            return Target(id=found[0])
        if ID_PATTERN.fullmatch(what):
            raise UnknownMemory(f"no memory has the id '{what}'")
    return Target(scrubber=Scrubber(what, is_regex=is_regex))


def plan_scrub(
    notes: Iterable[tuple[str, Note]],
    target: Target,
    date: str,
    also_replaced: Collection[str] = (),
) -> tuple[Rewrite, list[ScrubPlace]]:
    """Each note that changes as it is to be, and what happens to which memory.

    ``also_replaced`` are ids that memories elsewhere replace.
    """
    all_notes = list(notes)
    replaced = replaced_ids(all_notes).union(also_replaced)
    changed: dict[str, Note] = {}
    forgotten: set[str] = set()
    hits: list[ScrubPlace] = []
    for commit, note in all_notes:
        documents: list[Document] = []
        for document in note.documents:
            successors = _successors(document, target, replaced)
            if successors is None:
                documents.append(document)
                continue
            if document.memory is not None:
                names = _ids_to_forget(document, successors)
                forgotten |= names
                documents += [tombstone_of(name, document.memory, date) for name in sorted(names)]
                new = successors[0].memory.id if successors and successors[0].memory else ""
                hits.append(ScrubPlace(document.memory.id, commit, document.memory.title, new))
            documents += successors
        after = note_of(documents)
        if after != note:
            changed[commit] = after
    return Rewrite(changed, frozenset(forgotten)), hits


def replaced_ids(notes: Iterable[tuple[str, Note]]) -> set[str]:
    """The ids that a memory in these notes replaces."""
    return {old for _, note in notes for memory in note.memories for old in memory.supersedes}


def _successors(document: Document, target: Target, replaced: set[str]) -> list[Document] | None:
    """What replaces a document, often nothing; None if it stays as it is.

    A memory that another replaces is not masked but forgotten: masked it would have a new id,
    which nothing replaces.
    """
    if target.scrubber is None:
        return [] if target.id in names_of(document) else None
    raw = document.text.decode("utf-8", "surrogateescape")
    memory = document.memory
    if memory is None:
        masked = target.scrubber.text(raw)
        return None if masked == raw else [Document(masked.encode("utf-8", "surrogateescape"))]
    after = target.scrubber.memory(memory)
    if after is memory and not target.scrubber.is_in(raw):
        return None
    if after is None or names_of(document) & replaced:
        return []
    try:
        return [document_of(after)]
    except NoteError:
        return []


def _ids_to_forget(document: Document, successors: Sequence[Document]) -> set[str]:
    """The ids that a document answers to and its successor does not."""
    kept = {d.memory.id for d in successors if d.memory is not None}
    return {name for name in names_of(document) - kept if ID_PATTERN.fullmatch(name)}


def tombstone_of(name: str, memory: Memory, date: str) -> Document:
    """A tombstone that knows which records are not to be captured again."""
    origin = memory.provenance
    extra: dict[str, Json] = {}
    if origin.session and origin.records:
        extra = {"session": origin.session, "records": list(origin.records)}
    return tombstone_document(Tombstone(name, date or "scrubbed", extra))


def is_pending_hit(target: Target, pending: Pending) -> bool:
    """Whether a pending memory is, or contains, what is to go."""
    if target.scrubber is None:
        return pending.memory.id == target.id
    return target.scrubber.memory(pending.memory) is not pending.memory


def _all_memories(repo: Repo) -> Iterator[tuple[Memory, str]]:
    """Every memory of the notes and every pending one, with the id its source states."""
    for _, note in NoteStore(repo):
        for document in note.documents:
            if document.memory is not None:
                yield document.memory, document.stated_id
    for pending in PendingStore(repo).newest_first():
        yield pending.memory, ""
