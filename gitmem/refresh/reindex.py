"""Building the index from nothing: rows and words from the notes, then the vectors."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from gitmem.errors import DiskFull
from gitmem.git.repo import Repo, translate_os_errors
from gitmem.index.cache import Index
from gitmem.index.commits import annotated_commit_count
from gitmem.index.encoder import Encoder
from gitmem.index.memories import memory_count, place_count
from gitmem.notes.store import NoteStore
from gitmem.refresh.embed import embed_memories
from gitmem.refresh.encoders import encoder_of
from gitmem.refresh.reachable import scope_of
from gitmem.refresh.refresh import refresh_index
from gitmem.state.settings import read_settings

_LEAST_BYTES = 1 << 17  # what an index takes that holds nothing

Progress = Callable[[str, int, int], None]
"""Called with the stage, how much of it is done, and how much there is."""


@dataclass(frozen=True)
class ReindexReport:
    """How many notes were read, memories found live, and memories left without a vector."""

    notes: int
    memories: int
    without_vector: int


def reindex(repo: Repo, progress: Progress | None = None) -> ReindexReport:
    """Build a new index next to the existing one, and put it in place once it is complete.

    Raises:
        EncoderUnavailable: the model that is set is not there; nothing was changed.
        ReadOnlyRepository, DiskFull: the repository cannot be written.
    """
    tell = progress or (lambda what, done, total: None)
    encoder, notes = encoder_of(read_settings(repo)), NoteStore(repo)
    total = sum(1 for _ in notes.annotated_commits())
    with translate_os_errors("build the index"):
        repo.state_dir.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix="reindex-", dir=repo.state_dir))
        try:
            with closing(Index.open(aside)) as index:
                refresh_index(notes, index, lambda read: tell("reading notes", read, total))
                scope_of(repo, index)
                left = _embed(index, encoder, tell)
                if index.is_volatile:
                    _raise_refusal(aside)
                index.seal()
                done = ReindexReport(annotated_commit_count(index), memory_count(index), left)
            Index.replace(repo.state_dir, aside)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    return done


def _raise_refusal(folder: Path) -> NoReturn:
    """The index went on in memory, because the file could not be written: say why.

    Raises:
        OSError: what the file system says now.
        DiskFull: it says nothing, any more.
    """
    (folder / "room").write_bytes(bytes(_LEAST_BYTES))
    raise DiskFull("cannot build the index: there was no space left on the device")


def _embed(index: Index, encoder: Encoder | None, tell: Progress) -> int:
    made, count = 0, place_count(index)
    if encoder is None:
        return count

    def step(batch: int) -> None:
        nonlocal made
        made += batch
        tell("encoding", made, count)

    return embed_memories(index, encoder, progress=step)
