"""Memories that git no longer has, each in its own file until a person decides.

``.git/gitmem/lost/COMMIT/ID.yaml`` holds the document as a note would.  Never sent anywhere.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from gitmem.git.repo import Repo
from gitmem.model.memory import ID_PATTERN
from gitmem.model.note import Document
from gitmem.notes.codec import parse_note
from gitmem.state.atomic import write_atomically

_SUFFIX = ".yaml"


class LostFiles:
    """The files of one repository."""

    def __init__(self, repo: Repo) -> None:
        self.folder = repo.state_dir / "lost"

    def put(self, commit: str, document: Document) -> None:
        """Keep a memory's document, as of that commit; durable on return.

        Raises:
            DiskFull, ReadOnlyRepository: it could not be written.
        """
        assert document.memory is not None  # noqa: S101 - what has no id cannot be named
        name = f"{document.memory.id}{_SUFFIX}"
        write_atomically(self.folder / commit / name, document.text)

    def commits(self) -> list[str]:
        """The commits for which something is kept."""
        with suppress(OSError):
            return sorted(path.name for path in self.folder.iterdir() if any(path.iterdir()))
        return []

    def of(self, commit: str) -> Iterator[Document]:
        """What is kept of a commit."""
        for path in sorted((self.folder / commit).glob(f"*{_SUFFIX}")):
            with suppress(OSError):
                yield from parse_note(path.read_bytes()).documents

    def count(self) -> int:
        """How many documents are kept."""
        return sum(1 for _ in self.folder.glob(f"*/*{_SUFFIX}"))

    def forget(self, name: str) -> int:
        """Delete what is kept under a memory's id; how many files that were."""
        found = list(self.folder.glob(f"*/{name}{_SUFFIX}")) if ID_PATTERN.fullmatch(name) else []
        for path in found:
            path.unlink(missing_ok=True)
        return len(found)

    def drop(self, commit: str) -> None:
        """Delete what is kept of a commit."""
        shutil.rmtree(self.folder / commit, ignore_errors=True)
        with suppress(OSError):
            Path(self.folder).rmdir()
