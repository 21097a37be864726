"""Removing a leaked secret, or a whole memory, from everything that gitmem has written here.

A memory that holds the pattern is replaced by a masked one; a tombstone and the tree's list of
scrubs (see :mod:`gitmem.notes.scrub_marks`) keep every later merge from bringing the old one back.
The notes ref then starts over without history, since any commit of the old one may contain it.
"""

from __future__ import annotations

import os
import secrets
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from gitmem.errors import GitmemError, NoteError, RemoteError, UnknownMemory
from gitmem.git.remotes import remote_of, tracking_ref, tracking_tips
from gitmem.git.repo import Repo, find_repo, resolve_commit
from gitmem.git.unreachable import (
    Removal,
    blobs_holding,
    drop_ref,
    drop_reflog,
    refs_reaching,
    remove_unreachable,
)
from gitmem.guard.scrubbing import Scrubber
from gitmem.index.cache import Index
from gitmem.model.memory import ID_PATTERN, Json, Memory, Tombstone
from gitmem.model.note import NOTES_REF, SEEN_REF, Document, Note, names_of, note_of
from gitmem.notes.codec import document_of, tombstone_document
from gitmem.notes.store import NoteStore, Rewrite
from gitmem.refresh.refresh import refresh, refresh_index
from gitmem.state.atomic import write_atomically
from gitmem.state.cursors import read_seen, write_seen
from gitmem.state.lock import backfill_lock, worker_lock
from gitmem.state.pending import Pending, PendingStore
from gitmem.state.quarantine import LostFiles
from gitmem.state.scrub_patterns import add_scrubbed, scrubbed_path

_PATIENCE_SECONDS = 10.0
_POLL_SECONDS = 0.1
_SUBJECT = "notes: scrub"
_MAX_FILE_BYTES = 64 << 20


@dataclass(frozen=True)
class Target:
    """What to remove: the memory ``id``, or what ``scrubber`` finds."""

    id: str = ""
    scrubber: Scrubber | None = None


@dataclass(frozen=True)
class Hit:
    """A memory that is, or would be, masked (``becomes`` its new id) or forgotten."""

    id: str
    commit: str
    title: str
    becomes: str = ""


@dataclass
class ScrubReport:
    """What was done, or with a dry run what would be.

    ``files`` are gitmem's own files that held it; ``still_reached_by`` are refs that are not ours
    and keep the old notes alive; ``remotes`` had the old notes when they were last seen.
    """

    hits: list[Hit] = field(default_factory=list)
    pending: int = 0
    files: list[str] = field(default_factory=list)
    is_in_history: bool = False
    is_rewritten: bool = False
    removal: Removal = field(default_factory=Removal)
    still_reached_by: list[str] = field(default_factory=list)
    remotes: list[str] = field(default_factory=list)
    trouble: RemoteError | None = None

    @property
    def is_nothing(self) -> bool:
        """Whether it is nowhere."""
        return not (self.hits or self.pending or self.files or self.is_in_history)


def find_target(repo: Repo, what: str, *, is_regex: bool) -> Target:
    """A memory's id, or the beginning of one, where there is such a memory; else a pattern.

    Raises:
        UnknownMemory: it is the beginning of several ids, or a whole id that nothing has.
        UsageError: the pattern is not usable.
    """
    if not is_regex and what[:1] == "m" and len(what) >= 6:
        ids = {memory.id for memory, _ in _known(repo)}
        ids |= {stated for _, stated in _known(repo) if stated}
        found = sorted(name for name in ids if name.startswith(what))
        if len(found) > 1:
            raise UnknownMemory(f"'{what}' is the beginning of {len(found)} ids")
        if found:
            return Target(id=found[0])
        if ID_PATTERN.fullmatch(what):
            raise UnknownMemory(f"no memory has the id '{what}'")
    return Target(scrubber=Scrubber(what, is_regex=is_regex))


def look_for(repo: Repo, target: Target) -> ScrubReport:
    """What a scrub would do; nothing is changed, except that fetched memories are joined.

    Raises:
        NotesMoved, ReadOnlyRepository, DiskFull: the notes ref cannot be written.
    """
    refresh(repo).close()
    notes = NoteStore(repo)
    report = ScrubReport(hits=_plan(iter(notes), target, "")[1])
    report.pending = sum(
        1 for pending in PendingStore(repo).newest_first() if _has(target, pending)
    )
    tips = _tips(repo, notes)
    if target.scrubber is not None:
        report.files = [str(path) for path in _files_holding(repo, target.scrubber)]
        held = blobs_holding(repo, list(tips.values()), target.scrubber.is_in_bytes)
        report.is_in_history = next(held, None) is not None
    report.remotes = sorted({remote_of(place) for place in tracking_tips(repo)})
    return report


def scrub(
    repo: Repo,
    target: Target,
    *,
    unpack: bool = False,
    send: Callable[[], None] | None = None,
    today: str = "",
    patience: float = _PATIENCE_SECONDS,
) -> ScrubReport:
    """Remove it; returns what was done.  A target that is nowhere leaves everything as it is.

    ``send`` replaces the notes of a remote, before what it brought is removed here.  ``unpack``
    makes git rewrite packs that contain old notes; ``patience`` (seconds) is how long a
    busy worker is waited for.

    Raises:
        GitmemError: a worker is busy, and nothing was changed.
        NotesMoved, ReadOnlyRepository, DiskFull: something cannot be written; run it again.
    """
    date = today or time.strftime("%Y-%m-%d", time.gmtime())
    deadline = time.monotonic() + patience
    while True:
        with worker_lock(repo) as is_ours, backfill_lock(repo) as is_ours_too:
            if is_ours and is_ours_too:
                return _scrub(repo, target, date, unpack, send or _send_nothing)
        if time.monotonic() > deadline:
            raise GitmemError(
                "a worker or a backfill is busy in this repository",
                "Nothing was changed. Run the command again in a moment",
            )
        time.sleep(_POLL_SECONDS)


def _send_nothing() -> None:
    return None


def _scrub(
    repo: Repo, target: Target, date: str, unpack: bool, send: Callable[[], None]
) -> ScrubReport:
    report = look_for(repo, target)
    if report.is_nothing:
        return report
    if target.scrubber is not None:
        for pattern in target.scrubber.patterns:
            add_scrubbed(repo, pattern)
    LostFiles(repo).forget(target.id)
    notes = NoteStore(repo)
    _scrub_pending(repo, notes, target, date)
    tips = _tips(repo, notes)
    report.is_rewritten = _rewrite(notes, target, date)
    if target.scrubber is not None:
        for path in _files_holding(repo, target.scrubber):
            if not _is_of_index(repo, path):  # which is rebuilt below
                _mask_file(path, target.scrubber)
    try:
        send()
    except RemoteError as error:
        report.trouble = error
    behind = [place for place, tip in tracking_tips(repo).items() if notes.replaces(tip)]
    report.remotes = sorted(map(remote_of, behind))
    for place in behind:
        drop_ref(repo, tracking_ref(place))
        drop_reflog(repo, tracking_ref(place))
        write_seen(repo, read_seen(repo).without_tracking(place))
    for ref in (NOTES_REF, SEEN_REF):
        drop_reflog(repo, ref)
    Index.discard(repo.state_dir)
    with closing(Index.open(repo.state_dir)) as index:
        refresh_index(notes, index)
    old = list(dict.fromkeys(tips.values()))
    report.still_reached_by = refs_reaching(repo, old)
    report.removal = remove_unreachable(repo, old, unpack=unpack)
    return report


def _tips(repo: Repo, notes: NoteStore) -> dict[str, str]:
    """Our notes commit and those of the remotes as they were last seen."""
    tips = {tracking_ref(place): tip for place, tip in tracking_tips(repo).items()}
    tip = notes.tip()
    return {NOTES_REF: tip, **tips} if tip else tips


def _rewrite(notes: NoteStore, target: Target, date: str) -> bool:
    def plan(found: Iterator[tuple[str, Note]]) -> Rewrite:
        return _plan(found, target, date)[0]

    return notes.rewrite(plan, secrets.token_hex(10), _SUBJECT) is not None


def _plan(
    notes: Iterable[tuple[str, Note]], target: Target, date: str
) -> tuple[Rewrite, list[Hit]]:
    """Each note that changes as it is to be, and what happens to which memory."""
    all_notes = list(notes)
    replaced = {
        old for _, note in all_notes for memory in note.memories for old in memory.supersedes
    }
    changed: dict[str, Note] = {}
    forgotten: set[str] = set()
    hits: list[Hit] = []
    for commit, note in all_notes:
        documents: list[Document] = []
        for document in note.documents:
            successors = _successors(document, target, replaced)
            if successors is None:
                documents.append(document)
                continue
            if document.memory is not None:
                names = _forgotten(document, successors)
                forgotten |= names
                documents += [_stone(name, document.memory, date) for name in sorted(names)]
                new = successors[0].memory.id if successors and successors[0].memory else ""
                hits.append(Hit(document.memory.id, commit, document.memory.title, new))
            documents += successors
        after = note_of(documents)
        if after != note:
            changed[commit] = after
    return Rewrite(changed, frozenset(forgotten)), hits


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


def _forgotten(document: Document, successors: Sequence[Document]) -> set[str]:
    """The ids that a document answers to and its successor does not."""
    kept = {d.memory.id for d in successors if d.memory is not None}
    return {name for name in names_of(document) - kept if ID_PATTERN.fullmatch(name)}


def _stone(name: str, memory: Memory, date: str) -> Document:
    """A tombstone that knows which records are not to be captured again."""
    origin = memory.provenance
    extra: dict[str, Json] = {}
    if origin.session and origin.records:
        extra = {"session": origin.session, "records": list(origin.records)}
    return tombstone_document(Tombstone(name, date or "scrubbed", extra))


def _scrub_pending(repo: Repo, notes: NoteStore, target: Target, date: str) -> None:
    """Mask what is pending; a pending memory that is forgotten leaves a tombstone at HEAD."""
    store = PendingStore(repo)
    stones: dict[str, list[Document]] = defaultdict(list)
    for pending in reversed([p for p in store.newest_first() if _has(target, p)]):
        memory = target.scrubber.memory(pending.memory) if target.scrubber else None
        if memory is not None:
            store.put(replace(pending, memory=memory))
            continue
        stones[_head(repo, pending.worktree)].append(
            _stone(pending.memory.id, pending.memory, date)
        )
        store.drop(pending.key)
    if stones:
        notes.add(stones, _SUBJECT)


def _head(repo: Repo, worktree: str) -> str:
    try:
        return resolve_commit(find_repo(worktree), "HEAD")
    except (GitmemError, OSError):
        return resolve_commit(repo, "HEAD")


def _has(target: Target, pending: Pending) -> bool:
    if target.scrubber is None:
        return pending.memory.id == target.id
    return target.scrubber.memory(pending.memory) is not pending.memory


def _known(repo: Repo) -> Iterator[tuple[Memory, str]]:
    """Every memory of the notes and every pending one, with the id its source states."""
    for _, note in NoteStore(repo):
        for document in note.documents:
            if document.memory is not None:
                yield document.memory, document.stated_id
    for pending in PendingStore(repo).newest_first():
        yield pending.memory, ""


def _files_holding(repo: Repo, scrubber: Scrubber) -> list[Path]:
    """gitmem's own files that contain it, except for the patterns themselves."""
    found = [Path(folder, name) for folder, _, names in os.walk(repo.state_dir) for name in names]
    patterns = scrubbed_path(repo)
    return sorted(path for path in found if path != patterns and _holds(path, scrubber))


def _is_of_index(repo: Repo, path: Path) -> bool:
    return path.relative_to(repo.state_dir).parts[0].startswith("index")


def _holds(path: Path, scrubber: Scrubber) -> bool:
    try:
        if path.stat().st_size > _MAX_FILE_BYTES:
            return False
        return scrubber.is_in(path.read_bytes().decode("utf-8", "surrogateescape"))
    except OSError:
        return False


def _mask_file(path: Path, scrubber: Scrubber) -> None:
    text = path.read_bytes().decode("utf-8", "surrogateescape")
    mode = path.stat().st_mode & 0o777
    write_atomically(path, scrubber.text(text).encode("utf-8", "surrogateescape"), mode=mode)
