"""Taking in what ``gitmem export`` wrote in another clone: the same memories at the same commits.

A line is believed no more than a note from a remote: what is no memory is passed over, all texts
are masked and cleaned by the rules of this repository, and nothing is written at a commit that is
not here.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from gitmem.capture.workspace import Workspace
from gitmem.errors import GitmemError, UnknownRevision
from gitmem.git.commits import CommitReader
from gitmem.git.regular_file import open_regular
from gitmem.guard.untrusted import clean_line
from gitmem.model.memory_line import MAX_LINE_BYTES, MemoryLine, NoMemoryLine, parse_memory_line
from gitmem.notes.codec import tombstone_document
from gitmem.upkeep.import_batch import ImportBatch, ImportResult
from gitmem.upkeep.pin import pin_of

SOURCE = "export"
_MOST_LINES = 2_000_000
_MAX_TEXT = 200


def import_lines(workspace: Workspace, path: Path, *, dry_run: bool = False) -> ImportResult:
    """Import a file of lines; with ``dry_run`` only find out what would be done.

    Raises:
        GitmemError: the file cannot be read, or has no line of an export.
        NotesMoved, ReadOnlyRepository, DiskFull: the notes ref cannot be written; what was
            written before is kept.
    """
    batch = ImportBatch(workspace, ImportResult(SOURCE), dry_run=dry_run)
    result = batch.result
    reader = CommitReader(workspace.repo)

    @lru_cache(maxsize=100_000)
    def is_here(commit: str) -> bool:
        try:
            reader.head(commit)
        except UnknownRevision:
            return False
        return True

    for number, data in _numbered_lines(path):
        result.read += 1
        try:
            line = parse_memory_line(data)
        except NoMemoryLine as error:
            result.unreadable += 1
            result.tell(f"line {number} {clean_line(str(error), _MAX_TEXT)}")
            continue
        if is_here(line.commit):
            _put(batch, line)
        else:
            result.absent += 1
    if result.read == result.unreadable:
        reason = f" ({result.notices[0]})" if result.notices else ""
        raise GitmemError(
            f"'{path}' holds no memory that gitmem exported{reason}",
            "Nothing was changed. Such a file is written by: gitmem export -o FILE.jsonl",
        )
    return batch.finish()


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
