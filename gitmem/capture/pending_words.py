"""What a person said about pending work holds for the memories that its commit makes of it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

from gitmem.git.repo import Repo
from gitmem.model.memory import Json, Memory, Tombstone, content_id
from gitmem.model.note import PIN, Document
from gitmem.notes.codec import document_of, tombstone_document
from gitmem.state.pending_words import EDITED, FORGOTTEN, WRONG, PendingWord, PendingWords


def documents_of_words(repo: Repo, memories: Sequence[Memory]) -> Iterator[Document]:
    """What to write beside these new memories of a commit, for what was said before it."""
    words = PendingWords(repo).every()
    day = time.strftime("%Y-%m-%d", time.gmtime())
    by_key: dict[str, list[Memory]] = {}
    for memory in memories:
        word = words.get(memory.provenance.session) if memory.provenance.session else None
        # What the commit took as it was pending has what was said in it already.
        if word is not None and (word.memory is None or word.memory.id not in memory.supersedes):
            by_key.setdefault(word.key, []).append(memory)
    for key, made in by_key.items():
        yield from _documents(words[key], made, day)


def _documents(word: PendingWord, made: Sequence[Memory], day: str) -> Iterator[Document]:
    ids = tuple(memory.id for memory in made)
    told = made[0]
    if word.how == FORGOTTEN:
        for memory in made:
            yield tombstone_document(Tombstone(memory.id, day, _records(memory)))
        return
    if word.memory is not None and word.how in (EDITED, WRONG):
        said = word.memory
        origin = replace(
            made[0].provenance,
            author=said.provenance.author,
            agent=said.provenance.agent,
            compressor=said.provenance.compressor,
            model="",
            tokens_in=0,
            tokens_out=0,
            tokens_extra={},
        )
        told = replace(
            said,
            supersedes=tuple(dict.fromkeys((*ids, *said.supersedes, said.id))),
            corrects=tuple(dict.fromkeys((*ids, *said.corrects))) if word.how == WRONG else (),
            files_changed=made[0].files_changed,
            citations=(),
            provenance=origin,
        )
        yield document_of(told)
    if word.is_pinned:
        pin: dict[str, Json] = {"pins": told.id, "time": made[0].provenance.time}
        yield tombstone_document(Tombstone(content_id(pin), PIN, pin))


def _records(memory: Memory) -> dict[str, Json]:
    origin = memory.provenance
    if not origin.session or origin.records is None:
        return {}
    return {"session": origin.session, "records": list(origin.records)}
