"""Who wrote the plain words in a note, and when: the first notes commit that had them tells."""

from __future__ import annotations

import os

from gitmem.git.repo import Repo, try_git
from gitmem.guard.untrusted import clean_line
from gitmem.model.instant import iso_time
from gitmem.model.memory import Memory, Provenance, from_fields, to_fields
from gitmem.model.note import NOTES_REF, Note
from gitmem.model.value import replace

_SECONDS = 5.0
_MOST = 20  # of one note: each costs a process


def signed_note(repo: Repo, commit: str, note: Note | None) -> Note | None:
    """The note, its plain words with their author and time; the ids stay those of the words.

    Where git cannot tell, they have neither.
    """
    if note is None or not any(document.is_plain for document in note.documents):
        return note
    left = _MOST
    documents = []
    for document in note.documents:
        if document.is_plain and document.memory is not None and left:
            left -= 1
            memory = _signed(repo, commit, document.memory, document.text)
            document = replace(document, memory=memory)
        documents.append(document)
    return Note(tuple(documents))


def _signed(repo: Repo, commit: str, memory: Memory, text: bytes) -> Memory:
    lines = (line.strip() for line in text.decode("utf-8", "replace").splitlines())
    line = next((line for line in lines if line not in ("", "---")), "")
    cut = [0, 2, 4, 6]
    paths = [
        "/".join([*(commit[n : n + 2] for n in range(0, end, 2)), commit[end:]]) for end in cut
    ]
    asked = ["log", "--reverse", "--format=%an <%ae>%x00%at", f"-S{line}", NOTES_REF, "--", *paths]
    done = try_git(repo, *asked, timeout=_SECONDS)
    first = os.fsdecode(done.stdout).split("\n", 1)[0]
    author, _, seconds = first.partition("\0")
    if not seconds.strip().isdecimal():
        return memory
    origin = Provenance(author=clean_line(author, 200), time=iso_time(int(seconds)))
    return from_fields(to_fields(replace(memory, provenance=origin)), known_id=memory.id)
