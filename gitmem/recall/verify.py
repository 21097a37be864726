"""``gitmem verify``: what can be checked of memories, checked; and what cannot, with the reason.

A quotation is looked up in the transcript, a file in the commit, a commit by what it changes, an
id by what it was computed from.  Nothing is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from functools import lru_cache

from gitmem.capture.workspace import Workspace
from gitmem.errors import GitFailed, TranscriptMissing, UnbornHead, UnknownRevision
from gitmem.git.commits import MAX_FILES, CommitReader
from gitmem.git.log import has_head, read_heads
from gitmem.git.repo import Repo
from gitmem.guard.policy import MASK
from gitmem.guard.untrusted import clean_text
from gitmem.index.cache import Index
from gitmem.index.commits import annotated_commits_among
from gitmem.index.memories import is_forgotten, memories_of, memories_with_id
from gitmem.model.change import Change
from gitmem.model.memory import ID_PATTERN, Memory
from gitmem.model.note import Document
from gitmem.model.proof import Check, ItemProof, MemoryProof, Verdict
from gitmem.notes.store import NoteStore
from gitmem.recall.item_proof import leave_items, prove_items
from gitmem.recall.session_records import RecordReader, fold_masked
from gitmem.refresh.annotated_walk import annotated_walk
from gitmem.refresh.refresh import refresh_index

_MAX_NAMES = 5


def prove(reader: RecordReader, memory: Memory, commit: str, message: str = "") -> MemoryProof:
    """The memory's items beside the records that they cite, as far as these are on this machine.

    What was made from history is looked up in the commit's ``message``.

    Raises:
        SettingsInvalid: a pattern of the masking policy is none, or keeps taking too long.
    """
    if memory.provenance.is_of_history:
        items = [_in_message(one, message) for one in leave_items(memory, "")]
        return MemoryProof(
            memory, commit, "it was made from its commit's message", items=tuple(items)
        )
    try:
        records = reader.read(memory.provenance)
    except TranscriptMissing as error:
        items = leave_items(memory, "its transcript is not here")
        return MemoryProof(memory, commit, error.message, items=tuple(items))
    return MemoryProof(
        memory, commit, records.path, is_here=True, items=tuple(prove_items(memory, records))
    )


def find_commits(repo: Repo, index: Index, names: Iterable[str] | None) -> list[str]:
    """The commits among these (None: all of HEAD's history) that have notes, newest first.

    Raises:
        UnbornHead: HEAD has no commit.
    """
    if names is None:
        if not has_head(repo):
            raise UnbornHead("the current branch has no commit yet")
        return list(annotated_walk(repo, index))
    annotated = annotated_commits_among(index, list(names))
    heads = read_heads(repo, sorted(annotated)) if annotated else ()
    return [head.commit for head in sorted(heads, key=lambda head: -head.time)]


def verify(
    workspace: Workspace, commits: Iterable[str] | None = None, ids: Iterable[str] = ()
) -> Iterator[MemoryProof]:
    """The live memories of these commits (None: of HEAD's history, unless there are ``ids``), and
    those with these ids or beginnings, each checked; commits newest first.

    Raises:
        UnbornHead: HEAD has no commit.
        GitFailed: the repository cannot be read.
        SettingsInvalid: a pattern of the masking policy is none, or keeps taking too long.
    """
    notes, names = NoteStore(workspace.repo), list(ids)
    with closing(Index.open(workspace.repo.state_dir)) as index:
        refresh_index(notes, index)
        checker = _Checker(workspace, notes, index)
        for name in names:
            for stored in memories_with_id(index, name):
                yield checker.check(stored.memory, stored.commit)
        if commits is None and names:
            return
        for commit in find_commits(workspace.repo, index, commits):
            for stored in memories_of(index, [commit]):
                yield checker.check(stored.memory, commit)


class _Checker:
    """Checks memories of one repository; what it reads of a commit it reads once."""

    def __init__(self, workspace: Workspace, notes: NoteStore, index: Index) -> None:
        self._reader = RecordReader(workspace)
        self._notes = notes
        self._index = index
        self._commits = CommitReader(workspace.repo)
        self._change = lru_cache(maxsize=64)(self._read_change)

    def check(self, memory: Memory, commit: str) -> MemoryProof:
        """Everything about one memory at one commit."""
        made_at, carrier = self._change(memory.provenance.commit), self._change(commit)
        source = carrier or made_at
        proof = prove(self._reader, memory, commit, source.message if source else "")
        checks = [
            _check_id(memory, self._document(commit, memory)),
            _check_commit(memory, carrier, made_at),
            *_check_files(memory, carrier, made_at),
            *self._check_superseded(memory),
        ]
        return replace(proof, checks=tuple(checks))

    def _read_change(self, commit: str) -> Change | None:
        if not commit:
            return None
        try:
            return self._commits.change(commit, with_marks=False)
        except (UnknownRevision, GitFailed):
            return None

    def _document(self, commit: str, memory: Memory) -> Document | None:
        note = self._notes.read(commit)
        documents = () if note is None else note.documents
        return next((d for d in documents if d.memory and d.memory.id == memory.id), None)

    def _check_superseded(self, memory: Memory) -> Iterator[Check]:
        if not memory.supersedes:
            return
        odd = [name for name in memory.supersedes if not ID_PATTERN.fullmatch(name)]
        if odd:
            told = "is no id of a memory" if len(odd) == 1 else "are no ids of memories"
            yield Check("supersedes", Verdict.WRONG, f"{_listed(odd)} {told}")
        elif all(map(self._is_known, memory.supersedes)):
            yield Check("supersedes", Verdict.RIGHT, "what it replaces is known")
        # What was replaced before it was sent is nowhere: that is usual, and tells nothing.

    def _is_known(self, name: str) -> bool:
        return is_forgotten(self._index, name) or bool(
            memories_with_id(self._index, name, even_wrong=True)
        )


def _check_id(memory: Memory, document: Document | None) -> Check:
    if document is None:
        return Check("id", Verdict.UNKNOWN, "its document cannot be read")
    if not document.stated_id:
        return Check("id", Verdict.UNKNOWN, "it states none")
    if document.stated_id != memory.id:
        text = f"it states {document.stated_id}, but its content has another: edited by hand"
        return Check("id", Verdict.WRONG, text)
    return Check("id", Verdict.RIGHT, "it follows from the content")


def _check_commit(memory: Memory, carrier: Change | None, made_at: Change | None) -> Check:
    origin = memory.provenance
    short = origin.commit[:10]
    if not origin.commit:
        return Check("commit", Verdict.UNKNOWN, "it names no commit")
    is_same = carrier is not None and carrier.commit == origin.commit
    if is_same and carrier is not None and origin.patch_id not in ("", carrier.patch_id):
        text = f"commit {short} does not have the change that it was made from"
        return Check("commit", Verdict.WRONG, text)
    if is_same:
        return Check("commit", Verdict.RIGHT, "it is the commit that it was made from")
    if carrier is not None and origin.patch_id and origin.patch_id == carrier.patch_id:
        return Check("commit", Verdict.RIGHT, f"its change was made as {short}, and is the same")
    if made_at is not None and made_at.patch_id == origin.patch_id:
        return Check("commit", Verdict.RIGHT, f"it was made from {short}, which is here")
    text = f"it was made from {short}, which is not here; the change here is another (a squash?)"
    return Check("commit", Verdict.UNKNOWN, text)


def _check_files(memory: Memory, carrier: Change | None, made_at: Change | None) -> Iterator[Check]:
    if not memory.files_changed:
        return
    known = [change for change in (made_at, carrier) if change is not None]
    if not known:
        yield Check("files", Verdict.UNKNOWN, "its commit is not here")
        return
    changed = {path for one in known for file in one.files for path in (file.path, file.old_path)}
    # A name with hidden characters, or that is no UTF-8, is kept without them.
    changed |= {clean_text(path, len(path)) for path in changed}
    missing = [path for path in memory.files_changed if path not in changed]
    missing = [path for path in missing if not MASK.search(path)]
    told = f"{len(memory.files_changed) - len(missing)} of {len(memory.files_changed)}"
    if not missing:
        yield Check("files", Verdict.RIGHT, f"{told} are in the commit")
    elif reason := _why_files_may_differ(memory, known, made_at):
        yield Check("files", Verdict.UNKNOWN, f"{told} are in the commit: {reason}")
    else:
        text = f"the commit does not change {_listed(missing)}"
        yield Check("files", Verdict.WRONG, text)


def _why_files_may_differ(memory: Memory, known: Iterable[Change], made_at: Change | None) -> str:
    """Why a file of the memory need not be in the commit; empty if it must."""
    origin = memory.provenance
    if "fold" in memory.extra:
        return "it was folded from memories of several"
    if "source" in origin.extra:
        return "it was imported, and tied to the nearest one"
    if not origin.patch_id:
        return "it tells of work that was tied to it, not of its change"
    if made_at is None:
        return "the one that it was made from is not here"
    if any(len(change.files) >= MAX_FILES for change in known):
        return "too many to be read"
    return ""


def _in_message(proof: ItemProof, message: str) -> ItemProof:
    """An item made from a commit's message, looked up there."""
    words = () if proof.item is None else proof.item.words
    folded = fold_masked(message)
    is_there = bool(words) and all(fold_masked(one.text) in folded for one in words)
    check = (
        Check(proof.name, Verdict.RIGHT, "it stands in the commit's message")
        if is_there
        else Check(proof.name, Verdict.UNKNOWN, "it is not word for word in the commit's message")
    )
    return replace(proof, check=check)


def _listed(names: list[str]) -> str:
    told = ", ".join(names[:_MAX_NAMES])
    more = f" and {len(names) - _MAX_NAMES} more" if len(names) > _MAX_NAMES else ""
    return f"{told}{more}"
