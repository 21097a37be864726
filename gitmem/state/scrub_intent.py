"""What a scrub means to do, kept from before its first change until after its last.

A scrub can be killed at any moment, and half of one leaves what was to go where anybody may see it.
So whoever finds this file finishes the scrub before anything is shown or sent.  It holds what is to
go, as it must: it is the user's alone to read, is never sent anywhere, and is deleted at the end.
Standard library only: hooks ask whether it is there.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from gitmem.git.repo import Repo
from gitmem.model.value import dataclass, values_of
from gitmem.state.state_file import StateFile

SCRUB_INTENT = "scrub-begun.json"
_MODE = 0o600


@dataclass(frozen=True)
class ScrubIntent:
    """What one scrub means to do.

    ``patterns`` are regular expressions of what is to be masked, ``id`` is the memory to forget.
    ``mark`` names the scrub in the notes (20 hexadecimal digits), ``date`` is its tombstones'.
    ``tips`` are the notes commits whose objects are to be removed.  The ``remote``'s notes are to
    be replaced, if one is named.  ``is_clean``: here nothing holds it any more but what those
    commits reach.
    """

    mark: str
    date: str
    patterns: tuple[str, ...] = ()
    id: str = ""
    tips: tuple[str, ...] = ()
    remote: str = ""
    unpack: bool = False
    is_clean: bool = False


def scrub_intent_path(repo: Repo) -> Path:
    """The file."""
    return repo.state_dir / SCRUB_INTENT


def has_scrub_intent(repo: Repo) -> bool:
    """Whether a scrub runs, or was begun and is not finished."""
    return os.path.lexists(scrub_intent_path(repo))


def is_scrub_begun(repo: Repo) -> bool:
    """Whether notes, index or files may still hold what a scrub is to take out of them."""
    if not has_scrub_intent(repo):
        return False
    intent = read_scrub_intent(repo)
    return intent is None or not intent.is_clean


def read_scrub_intent(repo: Repo) -> ScrubIntent | None:
    """The intent; None where there is none, or it cannot be read."""
    return _file(repo).read_json(_parse, None)


def keep_scrub_intent(repo: Repo, intent: ScrubIntent) -> None:
    """Write the intent; durable on return, its name in the folder as well.

    Raises:
        DiskFull, ReadOnlyRepository: it could not be written.
    """
    _file(repo).write_json(values_of(intent))
    with suppress(OSError):  # a file system that cannot do this keeps its own order
        folder = os.open(repo.state_dir, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def drop_scrub_intent(repo: Repo) -> None:
    """The scrub is finished.

    Raises:
        OSError: the file cannot be removed.
    """
    _file(repo).remove()


def _file(repo: Repo) -> StateFile:
    return StateFile(scrub_intent_path(repo), mode=_MODE)


def _parse(value: Any) -> ScrubIntent:
    intent = ScrubIntent(
        mark=_string(value["mark"]),
        date=_string(value["date"]),
        patterns=tuple(map(_string, value["patterns"])),
        id=_string(value["id"]),
        tips=tuple(map(_string, value["tips"])),
        remote=_string(value["remote"]),
        unpack=value["unpack"] is True,
        is_clean=value["is_clean"] is True,
    )
    if not (intent.id or intent.patterns):
        raise ValueError("an intent without an aim")
    return intent


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value
