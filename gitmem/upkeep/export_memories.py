"""All memories, or those of a range, as lines that another clone can import.

What is told is what the notes hold now: forgotten memories are left out, and so is what the
settings exclude.  Every text is masked once more by the rules of today; where that changes a
memory, and with it its id, those that name it follow.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace

from gitmem.capture.workspace import Workspace
from gitmem.git.log import walk_ids
from gitmem.guard.redact import redact_memory
from gitmem.index.commits import annotated_commits
from gitmem.model.memory import Memory
from gitmem.model.memory_line import MemoryLine
from gitmem.model.note import Note, names_of
from gitmem.notes.store import NoteStore
from gitmem.refresh.refresh import refresh


def read_memory_lines(workspace: Workspace, revisions: str = "") -> Iterator[MemoryLine]:
    """A line for each memory and pin, by commit; ``revisions`` is a range as git reads it, and
    without one everything in the notes is told.

    Within a commit the oldest comes first.  The order of commits is git's for a range, and that of
    their ids for everything, so that the same notes give the same lines.

    Raises:
        UnknownRevision: the range names nothing.
        NoteUnreadable: the notes are damaged.
    """
    repo = workspace.repo
    notes = NoteStore(repo)
    with closing(refresh(repo)) as index:
        annotated = annotated_commits(index)
        with index.reader() as database:
            rows = database.execute("SELECT id FROM tombstone").fetchall()
            query = "SELECT id, by_id FROM outranked WHERE by_id IN (SELECT by_id FROM corrects)"
            outranked = {str(row[0]): str(row[1]) for row in database.execute(query)}
    forgotten = {str(row[0]) for row in rows} | notes.forgotten_ids()
    if revisions:
        commits = [commit for commit in walk_ids(repo, revisions) if commit in annotated]
    else:
        commits = sorted(notes.annotated_commits())
    found = [
        (commit, line)
        for commit, note in notes.read_many(commits)
        for line in _lines_of(workspace, commit, note, forgotten, outranked)
    ]
    masked = _masked(workspace, (line.memory for _, line in found if line.memory is not None))
    for _, line in found:
        if line.memory is not None:
            named = masked.get(line.wrong)
            wrong = named.id if named is not None else line.wrong
            yield replace(line, memory=masked[line.memory.id], wrong=wrong)
        elif (pinned := masked.get(line.pin["pins"])) is not None:
            yield replace(line, pin={**line.pin, "pins": pinned.id})
        else:
            yield line


def _lines_of(
    workspace: Workspace,
    commit: str,
    note: Note,
    forgotten: set[str],
    outranked: Mapping[str, str],
) -> Iterator[MemoryLine]:
    for document in note.documents:
        memory, stone = document.memory, document.tombstone
        if memory is not None and not names_of(document) & forgotten:
            if not workspace.policy.covers_all(memory.files_changed):
                wrong = outranked.get(memory.id, "")
                yield MemoryLine(commit, memory, wrong=wrong)
        elif stone is not None and stone.pins and stone.id not in forgotten:
            yield MemoryLine(commit, pin=_texts(stone.extra))


def _texts(extra: Mapping[str, object]) -> dict[str, str]:
    return {
        name: value for name in ("pins", "by", "time") if isinstance(value := extra.get(name), str)
    }


def _masked(workspace: Workspace, memories: Iterable[Memory]) -> dict[str, Memory]:
    """Each memory as it may be told, by the id it has in the notes."""
    covers = workspace.policy.covers
    found: dict[str, Memory] = {}
    for memory in memories:
        told = redact_memory(memory, workspace.policy)
        changed = tuple(path for path in told.files_changed if not covers(path))
        read = tuple(path for path in told.files_read if not covers(path))
        if (changed, read) != (told.files_changed, told.files_read):
            told = replace(told, files_changed=changed, files_read=read)
        found[memory.id] = told
    return _with_new_names(found)


def _with_new_names(found: dict[str, Memory]) -> dict[str, Memory]:
    """Where masking changed an id, the memories that name it name the new one: which changes their
    own, and so on along the chain.
    """
    for _ in range(len(found)):
        names = {before: told.id for before, told in found.items() if before != told.id}
        changed = False
        for before, told in found.items():
            supersedes = tuple(names.get(name, name) for name in told.supersedes)
            corrects = tuple(names.get(name, name) for name in told.corrects)
            if (supersedes, corrects) != (told.supersedes, told.corrects):
                found[before] = replace(told, supersedes=supersedes, corrects=corrects)
                changed = True
        if not changed:
            break
    return found
