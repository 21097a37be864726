"""Writing imported memories into notes: masked, in lots, each once, and so that it can be undone.

What brings memories from elsewhere reads them and says at which commit each belongs; the rest is
here, the same for all sources.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from contextlib import closing
from dataclasses import dataclass, field, replace

from gitmem.capture.workspace import Workspace
from gitmem.errors import NoteError
from gitmem.git.pack import MIN_NOTES_TO_PACK, pack_since
from gitmem.guard.redact import redact_memory
from gitmem.index.memories import memories_of_agent
from gitmem.model.memory import Memory, Provenance
from gitmem.model.note import NOTES_REF, Document, Note, names_of
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from gitmem.refresh.refresh import refresh
from gitmem.state.imports import RecordedImport, record_import, record_written

SOURCE = "source"
"""The key in a provenance that says from which place of its source a memory came."""

MOST_OF_A_COMMIT = 500
_LOT = 500


@dataclass
class ImportResult:
    """How many things were read, how many became memories, and why the others did not.

    ``known`` are here already, ``forgotten`` were forgotten here on purpose, ``absent`` belong to
    commits that are not here, ``untied`` to none that is certain, ``empty`` say nothing that may be
    kept, ``unreadable`` are damaged or too large, ``crowded`` belong to a commit that has too many,
    ``touching`` would hide, replace or pin a memory that is here, ``excluded`` are only about files
    that the settings exclude.
    """

    source: str
    read: int = 0
    written: int = 0
    known: int = 0
    forgotten: int = 0
    absent: int = 0
    untied: int = 0
    empty: int = 0
    unreadable: int = 0
    crowded: int = 0
    touching: int = 0
    excluded: int = 0
    commits: set[str] = field(default_factory=set)
    memories: list[tuple[str, Memory]] = field(default_factory=list)
    forgotten_ids: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    def tell(self, notice: str) -> None:
        """Add a notice; of many the first five are kept."""
        if len(self.notices) < 5 and notice not in self.notices:
            self.notices.append(notice)


class ImportBatch:
    """Memories on their way into the notes of one repository."""

    def __init__(self, workspace: Workspace, result: ImportResult, *, dry_run: bool) -> None:
        self.result = result
        self._workspace = workspace
        self._is_dry = dry_run
        self._notes = NoteStore(workspace.repo)
        self._base = self._notes.tip()
        self._time = time.time()
        self._lot: dict[str, list[Document]] = defaultdict(list)
        self._new: dict[str, list[str]] = defaultdict(list)
        self._there: dict[str, set[str]] = {}
        self._counts = Counter[str]()
        with closing(refresh(workspace.repo)) as index, index.reader() as database:
            rows = database.execute("SELECT id FROM tombstone").fetchall()
        self._forgotten = {str(row[0]) for row in rows} | self._notes.forgotten_ids()

    def add(self, commit: str, memory: Memory) -> str:
        """Put a memory at a commit that is here; the id it has there, empty if it is not written.

        It is masked and cleaned by the rules of this repository first.
        """
        try:
            document = document_of(redact_memory(memory, self._workspace.policy))
        except NoteError as error:
            self.result.unreadable += 1
            self.result.tell(error.message)
            return ""
        made = document.memory
        return self._put(commit, made.id, document, made) if made is not None else ""

    def add_document(self, commit: str, name: str, document: Document) -> str:
        """The same for a document that is no memory, such as a pin."""
        return self._put(commit, name, document, None)

    def _put(self, commit: str, name: str, document: Document, memory: Memory | None) -> str:
        there = self._names_at(commit)
        if name in self._forgotten:  # before: the tombstone stands in the note
            self.result.forgotten += 1
            self.result.forgotten_ids.append(name)
        elif name in there:
            self.result.known += 1
        elif len(there) >= MOST_OF_A_COMMIT:
            self.result.crowded += 1
        else:
            there.add(name)
            self._lot[commit].append(document)
            self._new[commit].append(name)
            self.result.written += 1
            self.result.commits.add(commit)
            if memory is not None:
                self.result.memories.append((commit, memory))
            if sum(map(len, self._lot.values())) >= _LOT:
                self.flush()
            return name
        return ""

    def known_ids(self) -> set[str]:
        """The ids of all memories that are here, by the name they state as well."""
        with closing(refresh(self._workspace.repo)) as index, index.reader() as database:
            query = "SELECT id FROM memory UNION SELECT stated_id FROM holding"
            return {str(row[0]) for row in database.execute(query)} - {""}

    def is_forgotten(self, name: str) -> bool:
        """Whether a memory of that id was forgotten here on purpose."""
        return name in self._forgotten

    def is_there(self, commit: str, name: str) -> bool:
        """Whether the commit's note holds it, or will."""
        return name in self._names_at(commit)

    def flush(self) -> None:
        """Write what waits; durable on return.

        Raises:
            NotesMoved, ReadOnlyRepository, DiskFull: the notes ref cannot be written; what was
                written before is kept.
        """
        if self._lot and not self._is_dry:
            count = sum(map(len, self._lot.values()))
            lot = RecordedImport(self._time, self.result.source, self._new)
            record_import(self._workspace.repo, lot)  # first: what is written can be undone
            subject = f"notes: import {count} from {self.result.source}"
            record_written(self._workspace.repo, lot, self._notes.add(self._lot, subject))
        self._lot, self._new = defaultdict(list), defaultdict(list)

    def finish(self) -> ImportResult:
        """Write the rest, and let the index follow."""
        self.flush()
        if self.result.written and not self._is_dry:
            refresh(self._workspace.repo).close()
            if self.result.written >= MIN_NOTES_TO_PACK:
                pack_since(self._workspace.repo, NOTES_REF, self._base)
        return self.result

    def _names_at(self, commit: str) -> set[str]:
        """The names of all that the commit's note holds, with what is on its way there."""
        found = self._there.get(commit)
        if found is None:
            note = self._notes.read(commit) or Note()
            found = self._there[commit] = {
                name
                for document in note.documents
                for name in (
                    names_of(document) if document.tombstone is None else {document.tombstone.id}
                )
            }
        return found


class Sources:
    """What was imported before under the name of one agent, by the place that each came from: so
    that the same text adds nothing, and a revised one takes the place of the former.
    """

    def __init__(self, workspace: Workspace, agent: str) -> None:
        self._known: dict[str, list[Memory]] = defaultdict(list)
        with closing(refresh(workspace.repo)) as index:
            for stored in memories_of_agent(index, agent):
                source = stored.memory.provenance.extra.get(SOURCE)
                self._known[str(source)].append(stored.memory)
        self._policy = workspace.policy

    def revise(self, source: str, memory: Memory) -> Memory | None:
        """The memory, in the place of what was imported from there; None where it says the same."""
        before = self._known[source]
        said = _substance(redact_memory(memory, self._policy))
        if any(_substance(one) == said for one in before):
            return None
        return replace(memory, supersedes=tuple(dict.fromkeys(one.id for one in before)))


def _substance(memory: Memory) -> Memory:
    """What a memory says, wherever it stands."""
    return replace(memory, provenance=Provenance(), files_changed=(), supersedes=())
