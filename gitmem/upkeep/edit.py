"""Editing a memory: its words as a person changes them become a memory that supersedes it.

What a person does not see (where it comes from, fields that this version does not know) stays as
it was.  The old memory stays too, superseded, so that the edit can be undone.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace

from gitmem.capture.signature import Signature
from gitmem.errors import GitmemError, UsageError
from gitmem.git.repo import Repo
from gitmem.guard.policy import Policy
from gitmem.guard.redact import redact_memory
from gitmem.guard.untrusted import clean_line
from gitmem.model.memory import (
    FieldError,
    Json,
    Memory,
    Provenance,
    Tombstone,
    from_fields,
    to_fields,
)
from gitmem.notes.codec import document_of, tombstone_document
from gitmem.notes.store import NoteStore
from gitmem.notes.yaml_subset import PlainYamlError, parse_yaml, render_yaml
from gitmem.refresh.refresh import refresh, refresh_index
from gitmem.state.pending_words import EDITED, PendingWord, PendingWords
from gitmem.upkeep.find_memory import FoundMemory, find_memory

_UNSEEN = ("id", "schema", "terms", "supersedes", "corrects", "citations", "provenance")


class EditBroken(UsageError):
    """What a person wrote is no memory."""


def text_to_edit(memory: Memory) -> str:
    """The memory's words as YAML, without what a person does not write."""
    fields = {name: value for name, value in to_fields(memory).items() if name not in _UNSEEN}
    return render_yaml(fields)


def parse_edit(text: str, memory: Memory) -> Memory | None:
    """The memory with the words of the text; None where they are the same.

    Raises:
        EditBroken: it is not the YAML of a memory.
    """
    try:
        value = parse_yaml(text)
    except PlainYamlError as error:
        raise EditBroken(f"the text is not a memory: it {clean_line(str(error), 200)}") from error
    if not isinstance(value, Mapping):
        raise EditBroken("the text is not a memory: it has no fields such as 'kind' and 'title'")
    written = [name for name in value if name in _UNSEEN]
    if written:
        raise EditBroken(f"the field '{written[0]}' cannot be edited")
    before = to_fields(memory)
    kept = {name: before[name] for name in _UNSEEN if name in before and name != "id"}
    try:
        edited = from_fields({**kept, **value})
    except FieldError as error:
        raise EditBroken(f"the text is not a memory: {error}") from error
    return None if edited.id == memory.id else _with_true_citations(edited, memory)


def write_edit(
    repo: Repo, found: FoundMemory, edited: Memory, signature: Signature, policy: Policy
) -> tuple[Memory, bool]:
    """Let ``edited`` take the memory's place, signed; as it was kept, and whether a secret in it
    was masked.  Durable on return; a pending memory's edit stays on this machine until its commit.

    Raises:
        GitmemError: masked, it says what the memory says.
        NotesMoved, ReadOnlyRepository, DiskFull: the notes ref cannot be written.
    """
    old = found.memory
    made = redact_memory(signed(edited, old, signature), policy)
    is_masked = _words(made) != _words(edited)
    if _words(made) == _words(old):
        raise GitmemError("masked, the text says what the memory says", "Nothing was changed")
    if found.pending is not None:
        original = found.word.original_id if found.word else found.pending.memory.id
        is_pinned = found.word is not None and found.word.is_pinned
        word = PendingWord(found.pending.key, original, EDITED, made, is_pinned)
        PendingWords(repo).put(word)
        return made, is_masked
    notes = NoteStore(repo)
    document = document_of(made)
    with closing(refresh(repo)) as index:
        additions = {commit: [document] for commit in found.commits}
        notes.add(additions, f"notes: edit {old.id[:9]}")
        refresh_index(notes, index)
    return document.memory or made, is_masked


def undo_edit(repo: Repo, name: str, now: float | None = None) -> tuple[Memory, str]:
    """Take an edit back: the memory that counts no more, and the id of the one that counts again.

    Raises:
        UnknownMemory: the name means no memory, or several.
        UsageError: the memory is not an edit of another.
        NotesMoved, ReadOnlyRepository, DiskFull: the notes ref cannot be written.
    """
    day = time.strftime("%Y-%m-%d", time.gmtime(time.time() if now is None else now))
    notes = NoteStore(repo)
    with closing(refresh(repo)) as index:
        found = find_memory(repo, index, name)
        memory = found.memory
        if found.pending is not None and found.word is not None and found.word.how == EDITED:
            PendingWords(repo).drop(found.pending.key)
            return memory, found.word.original_id
        if not found.commits or memory.corrects or not memory.supersedes:
            raise UsageError(f"memory '{memory.id[:9]}' is not an edit of another")
        stone = tombstone_document(Tombstone(memory.id, day))
        stones = {commit: [stone] for commit in found.commits}
        notes.add(stones, f"notes: undo edit {memory.id[:9]}")
        refresh_index(notes, index)
    return memory, memory.supersedes[0]


def signed(memory: Memory, old: Memory, signature: Signature) -> Memory:
    """The memory as the signer's, in the place of ``old``."""
    origin = replace(
        old.provenance,
        author=signature.author or old.provenance.author,
        agent=signature.agent,
        compressor=signature.compressor,
        model="",
        tokens_in=0,
        tokens_out=0,
        tokens_extra={},
    )
    supersedes = tuple(dict.fromkeys((old.id, *old.supersedes)))
    return replace(memory, supersedes=supersedes, provenance=origin)


def _words(memory: Memory) -> str:
    return replace(memory, provenance=Provenance(), supersedes=(), citations=()).id


def _with_true_citations(edited: Memory, old: Memory) -> Memory:
    """Without the citations of what was changed: the session does not say it."""
    before, now = to_fields(old), to_fields(edited)
    kept = tuple(c for c in old.citations if _item(before, c.item) == _item(now, c.item))
    return replace(edited, citations=kept)


def _item(fields: Mapping[str, Json], name: str) -> Json:
    field, _, place = name.partition("/")
    value = fields.get(field)
    if not place:
        return value
    number = int(place) if place.isdecimal() else -1
    return value[number] if isinstance(value, list) and 0 <= number < len(value) else None
