"""Taking in what ``gitmem export`` wrote in another clone: the same memories at the same commits.

What is no memory is passed over, all texts are masked and cleaned by the rules of this repository,
and nothing is written at a commit that is not here.  A file can be anybody's: unless the person
trusts it as their own, its memories claim nothing (:mod:`gitmem.upkeep.stranger_memory`), and what
one supersedes, corrects or pins counts only among those that this import brings.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from gitmem.capture.workspace import Workspace
from gitmem.errors import GitmemError, UnknownRevision
from gitmem.git.commits import CommitReader, CommitText
from gitmem.git.regular_file import open_regular
from gitmem.guard.untrusted import clean_line
from gitmem.model.memory import Memory
from gitmem.model.memory_line import MAX_LINE_BYTES, MemoryLine, NoMemoryLine, parse_memory_line
from gitmem.notes.codec import tombstone_document
from gitmem.upkeep.import_batch import ImportBatch, ImportResult
from gitmem.upkeep.pin import pin_of
from gitmem.upkeep.stranger_memory import (
    BY,
    as_of_a_stranger,
    bounded_time,
)

SOURCE = "export"
_MOST_LINES = 2_000_000
_MAX_TEXT = 200


def import_lines(
    workspace: Workspace, path: Path, *, is_trusted: bool = False, dry_run: bool = False
) -> ImportResult:
    """Import a file of lines; with ``dry_run`` only find out what would be done.

    With ``is_trusted`` each memory becomes the very one that the line states, whatever it does to
    those that are here: for a person's own export.

    Raises:
        GitmemError: the file cannot be read, or has no line of an export.
        NotesMoved, ReadOnlyRepository, DiskFull: the notes ref cannot be written; what was
            written before is kept.
    """
    batch = ImportBatch(workspace, ImportResult(SOURCE), dry_run=dry_run)
    result = batch.result
    commits = _Commits(workspace)
    strangers = None if is_trusted else _Strangers(batch, workspace, commits)
    for number, data in _numbered_lines(path):
        result.read += 1
        try:
            line = parse_memory_line(data)
        except NoMemoryLine as error:
            result.unreadable += 1
            result.tell(f"line {number} {clean_line(str(error), _MAX_TEXT)}")
            continue
        if commits.head(line.commit) is None:
            result.absent += 1
        elif strangers is not None:
            strangers.take(line)
        else:
            _put(batch, line)
    if result.read == result.unreadable:
        reason = f" ({result.notices[0]})" if result.notices else ""
        raise GitmemError(
            f"'{path}' holds no memory that gitmem exported{reason}",
            "Nothing was changed. Such a file is written by: gitmem export -o FILE.jsonl",
        )
    if strangers is not None:
        strangers.finish()
    return batch.finish()


class _Commits:
    """What the commits of the lines say of themselves; None for one that is not here."""

    def __init__(self, workspace: Workspace) -> None:
        self._reader = CommitReader(workspace.repo)
        self._known: dict[str, CommitText | None] = {}

    def head(self, commit: str) -> CommitText | None:
        if commit not in self._known:
            try:
                self._known[commit] = self._reader.head(commit)
            except UnknownRevision:
                self._known[commit] = None
        return self._known[commit]


class _Strangers:
    """Lines of a file that may be anybody's, on their way into the batch.

    Each gets a new name, for it says where it comes from; so a line can name no memory that is
    here, unless it was here before.  What names others waits until these have their names.
    """

    def __init__(self, batch: ImportBatch, workspace: Workspace, commits: _Commits) -> None:
        self._batch = batch
        self._policy = workspace.policy
        self._commits = commits
        self._now = time.time()
        self._before = batch.known_ids()
        self._names: dict[str, str] = {}
        self._waiting: dict[str, tuple[str, Memory]] = {}
        self._pins: list[MemoryLine] = []

    def take(self, line: MemoryLine) -> None:
        """Write the line's memory, or let it wait for those that it names."""
        memory = line.memory
        if memory is None:
            self._pins.append(line)
        elif memory.supersedes or memory.corrects:
            self._waiting.setdefault(memory.id, (line.commit, memory))
        else:
            self._write(line.commit, memory)

    def finish(self) -> None:
        """Write what waits: each behind those it names, and the pins at last."""
        for name in list(self._waiting):
            # An id follows from what is named, so that no chain of them can be a ring.
            stack = [(name, self._waits_for(name))] if name in self._waiting else []
            while stack:
                last, left = stack[-1]
                first = next((one for one in left if one in self._waiting), None)
                if first is not None:
                    stack.append((first, self._waits_for(first)))
                else:
                    stack.pop()
                    self._write(*self._waiting.pop(last))
        for line in self._pins:
            self._pin(line)

    def _waits_for(self, name: str) -> Iterator[str]:
        memory = self._waiting[name][1]
        return iter((*memory.supersedes, *memory.corrects))

    def _write(self, commit: str, memory: Memory) -> None:
        result, name = self._batch.result, memory.id
        if name in self._before:
            result.known += 1
            self._names[name] = name
            return
        if self._batch.is_forgotten(name):
            result.forgotten += 1
            return
        if self._policy.covers_all(memory.files_changed):
            result.excluded += 1
            return
        supersedes, corrects = self._named(memory.supersedes), self._named(memory.corrects)
        head = self._commits.head(commit)
        made = as_of_a_stranger(
            replace(memory, supersedes=supersedes, corrects=corrects),
            self._policy,
            commit=commit,
            author=head.author if head else "",
            now=self._now,
            made_at=head.author_time if head else 0,
        )
        if made.id in self._before:
            result.known += 1
        elif not self._before.isdisjoint((*supersedes, *corrects)):
            result.touching += 1
            return
        elif memory.corrects and not corrects:
            result.absent += 1
            return
        elif not self._batch.add(commit, made):
            return
        self._names[name] = made.id

    def _named(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """What these are called here; those are left out that are nowhere."""
        told = (self._names.get(n) or (n if n in self._before else "") for n in names)
        return tuple(dict.fromkeys(name for name in told if name))

    def _pin(self, line: MemoryLine) -> None:
        named = self._named((line.pin["pins"],))
        head = self._commits.head(line.commit)
        if not named or head is None:
            self._batch.result.absent += 1
            return
        moment = bounded_time(line.pin.get("time", ""), self._now, head.author_time)
        pin = pin_of(named[0], BY, moment)
        if named[0] in self._before and not self._batch.is_there(line.commit, pin.id):
            self._batch.result.touching += 1
            return
        self._batch.add_document(line.commit, pin.id, tombstone_document(pin))


def _put(batch: ImportBatch, line: MemoryLine) -> None:
    if line.memory is not None:
        batch.add(line.commit, line.memory)
        return
    by = clean_line(line.pin.get("by", ""), _MAX_TEXT)
    pin = pin_of(line.pin["pins"], by, clean_line(line.pin.get("time", ""), 40))
    batch.add_document(line.commit, pin.id, tombstone_document(pin))


def _numbered_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Each line that is not blank, with its number; of one that is too long only a beginning that
    cannot be read either.
    """
    try:
        with open_regular(path) as file:
            number = 0
            while data := file.readline(MAX_LINE_BYTES + 2):
                number += 1
                if number > _MOST_LINES:
                    return
                if len(data) > MAX_LINE_BYTES and not data.endswith(b"\n"):
                    _skip_line(file)
                if data.strip():
                    yield number, data
    except OSError as error:
        raise GitmemError(
            f"cannot read '{path}': {error.strerror or error}", "Nothing was changed"
        ) from error


def _skip_line(file: BinaryIO) -> None:
    while (data := file.readline(MAX_LINE_BYTES)) and not data.endswith(b"\n"):
        pass
