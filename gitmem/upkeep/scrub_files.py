"""gitmem's own files that hold what a scrub takes out."""

from __future__ import annotations

import os
import re
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from gitmem.git.regular_file import read_regular
from gitmem.git.repo import Repo
from gitmem.guard.scrubbing import Scrubber
from gitmem.index.cache import Index
from gitmem.state.atomic import write_atomically
from gitmem.state.scrub_intent import scrub_intent_path
from gitmem.state.scrub_patterns import scrub_patterns_path

_MAX_BYTES = 64 << 20
_ABANDONED_SECONDS = 600.0
_INDEX_ASIDE = re.compile(r"(index\.(old|new)|reindex)-")


def files_with(repo: Repo, scrubber: Scrubber) -> list[Path]:
    """Those that contain it, except for those that say what is to be masked."""
    kept = (scrub_patterns_path(repo), scrub_intent_path(repo))
    return sorted(p for p in _files(repo) if p not in kept and _holds(p, scrubber))


def mask_files(repo: Repo, scrubber: Scrubber) -> None:
    """Mask it in all of them, but for the index, which is made anew.

    Raises:
        DiskFull, ReadOnlyRepository: one cannot be written.
    """
    for path in files_with(repo, scrubber):
        if not _is_of_index(repo, path):
            with suppress(FileNotFoundError):  # a job that was done meanwhile
                _mask(path, scrubber)


def drop_index(repo: Repo) -> None:
    """Delete the index, and what a killed process left of another one.

    One that somebody builds at this moment, in a folder of its own, is left alone.
    """
    Index.discard(repo.state_dir)
    for folder in repo.state_dir.glob("*-*"):
        with suppress(OSError):
            found = folder.lstat()
            is_ours = _INDEX_ASIDE.match(folder.name) and stat.S_ISDIR(found.st_mode)
            is_done = folder.name.startswith("index.old-")
            if is_ours and (is_done or time.time() - found.st_mtime > _ABANDONED_SECONDS):
                shutil.rmtree(folder, ignore_errors=True)


def drop_asides(repo: Repo) -> None:
    """Delete what a killed process left of the files that say what is to be masked.

    They are written under the worker's lock alone, so nobody is writing one now.
    """
    for path in (scrub_patterns_path(repo), scrub_intent_path(repo)):
        for aside in path.parent.glob(f".{path.name}.*"):
            aside.unlink(missing_ok=True)


def _files(repo: Repo) -> Iterator[Path]:
    for folder, _, names in os.walk(repo.state_dir):
        yield from (Path(folder, name) for name in names)


def _is_of_index(repo: Repo, path: Path) -> bool:
    top = path.relative_to(repo.state_dir).parts[0]
    return top.startswith("index") or bool(_INDEX_ASIDE.match(top))


def _holds(path: Path, scrubber: Scrubber) -> bool:
    try:
        if path.lstat().st_size > _MAX_BYTES:
            return False
        return scrubber.is_in(_text(path))
    except OSError:
        return False


def _mask(path: Path, scrubber: Scrubber) -> None:
    text = _text(path)
    mode = path.stat().st_mode & 0o777
    write_atomically(path, scrubber.text(text).encode("utf-8", "surrogateescape"), mode=mode)


def _text(path: Path) -> str:
    return read_regular(path, _MAX_BYTES, follow=False).decode("utf-8", "surrogateescape")
