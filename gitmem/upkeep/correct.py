"""Saying that a memory is wrong: a correction takes its place, and it is told nowhere again.

The correction names the memory and all it superseded, and with them whatever a program makes of
them, here or in another clone (:mod:`gitmem.index.precedence`).  It repeats no word of theirs.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace

from gitmem.capture.person_note import title_and_rest
from gitmem.capture.signature import Signature
from gitmem.errors import UnknownMemory, UsageError
from gitmem.git.repo import Repo
from gitmem.guard.policy import Policy
from gitmem.guard.redact import redact_memory
from gitmem.index.person_words import correction_of, corrections_of
from gitmem.model.instant import iso_time
from gitmem.model.labels import BARE_CORRECTION
from gitmem.model.memory import Memory, Tombstone
from gitmem.model.note import Document
from gitmem.notes.codec import document_of, tombstone_document
from gitmem.notes.store import NoteStore
from gitmem.refresh.refresh import refresh, refresh_index
from gitmem.state.pending_words import WRONG, PendingWord, PendingWords
from gitmem.upkeep.edit import signed
from gitmem.upkeep.find_memory import find_memories

CORRECTION = "correction"


def mark_wrong(
    repo: Repo,
    names: Sequence[str],
    reason: str,
    signature: Signature,
    policy: Policy,
    now: float | None = None,
) -> list[tuple[Memory, Memory | None]]:
    """Put corrections in the place of these memories; each with its correction, None where it was
    wrong already.  ``reason`` may be empty.  Durable on return.

    Raises:
        UnknownMemory: one of the names means no memory, or several.
        UsageError: one is itself a correction.
        NotesMoved, ReadOnlyRepository, DiskFull: the notes ref cannot be written.
    """
    moment = iso_time(time.time() if now is None else now)
    notes = NoteStore(repo)
    done: list[tuple[Memory, Memory | None]] = []
    words: list[PendingWord] = []
    additions: dict[str, list[Document]] = defaultdict(list)
    with closing(refresh(repo)) as index:
        for found in find_memories(repo, index, names):
            memory = found.memory
            if memory.corrects:
                raise UsageError(
                    f"'{memory.id[:9]}' is a correction itself",
                    "To take it back: gitmem wrong --undo ID. To change its words: gitmem edit ID",
                )
            if correction_of(index, memory.id) and corrections_of(index, [memory.id]):
                done.append((memory, None))
                continue
            correction = redact_memory(_correction(memory, reason, signature, moment), policy)
            if found.pending is not None:
                original = found.word.original_id if found.word else memory.id
                words.append(PendingWord(found.pending.key, original, WRONG, correction))
            for commit in found.commits:
                additions[commit].append(document_of(correction))
            done.append((memory, correction))
        if additions:
            notes.add(additions, f"notes: correct {len(done)} wrong")
            refresh_index(notes, index)
    for word in words:
        PendingWords(repo).put(word)
    return done


def undo_wrong(repo: Repo, names: Sequence[str], now: float | None = None) -> list[Memory]:
    """Take corrections back, each named by its own id or the wrong memory's; those that count no
    more.  Durable on return.

    Raises:
        UnknownMemory: a name means no memory, or one that nobody said is wrong.
        NotesMoved, ReadOnlyRepository, DiskFull: the notes ref cannot be written.
    """
    day = time.strftime("%Y-%m-%d", time.gmtime(time.time() if now is None else now))
    notes = NoteStore(repo)
    stones: dict[str, list[Document]] = defaultdict(list)
    taken, dropped = list[Memory](), list[str]()
    with closing(refresh(repo)) as index:
        for found in find_memories(repo, index, names):
            memory = found.memory
            if found.pending is not None and found.word is not None and found.word.how == WRONG:
                dropped.append(found.pending.key)
                taken.append(memory)
                continue
            wrong = memory.corrects or (memory.id,)
            corrections = corrections_of(index, wrong)
            if not corrections:
                raise UnknownMemory(
                    f"nobody said that memory '{memory.id[:9]}' is wrong", "Nothing was changed"
                )
            for name, commit in corrections:
                stones[commit].append(tombstone_document(Tombstone(name, day)))
            taken.append(memory)
        if stones:
            notes.add(stones, "notes: undo correction")
            refresh_index(notes, index)
    for key in dropped:
        PendingWords(repo).drop(key)
    return taken


def _correction(memory: Memory, reason: str, signature: Signature, moment: str) -> Memory:
    """The correction of a memory: about the same files, in words of its own."""
    title, why = title_and_rest(reason) if reason.strip() else (BARE_CORRECTION, "")
    whole = Memory(
        kind=CORRECTION,
        title=title,
        # A reason is a reason, however short: what gives none is told to nobody unasked.
        why=why or (reason.strip() if reason.strip() else ""),
        files_changed=memory.files_changed,
        symbols=memory.symbols if reason.strip() else (),
        terms=memory.terms if reason.strip() else "",
    )
    made = signed(whole, memory, signature)
    return replace(
        made,
        corrects=made.supersedes,
        provenance=replace(made.provenance, time=memory.provenance.time or moment),
    )
