"""The folder of a person's preferences: a git repository of their own, outside of all others.

``$XDG_DATA_HOME/gitmem/mine``, else ``~/.local/share/gitmem/mine``.  It is read as plain files, so
that a hook starts no process for it.  Standard library only.

**Source:** XDG Base Directory Specification: a folder that is not absolute is to be ignored.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from itertools import islice
from pathlib import Path

from gitmem.git.regular_file import read_regular
from gitmem.guard.untrusted import clean_line, clean_text
from gitmem.model.preference import (
    MAX_DOCUMENT,
    MAX_TEXT,
    Preference,
    is_file_name,
    parse_document,
)
from gitmem.model.value import replace

MAX_PREFERENCES = 200
_MAX_ENTRIES = 2_000


def preferences_folder(environ: Mapping[str, str]) -> Path | None:
    """Where this person's preferences are; None where there is no home for them."""
    data, home = Path(environ.get("XDG_DATA_HOME", "")), Path(environ.get("HOME", ""))
    if data.is_absolute():
        return data / "gitmem" / "mine"
    return home / ".local" / "share" / "gitmem" / "mine" if home.is_absolute() else None


def read_preferences(folder: Path | None) -> list[Preference]:
    """The preferences, oldest first, cleaned and cut to what one may say; another person's folder,
    and what is no file of that kind, has none.
    """
    found = [_read(path) for path in _files(folder)[:MAX_PREFERENCES]]
    return sorted((one for one in found if one), key=lambda one: (one.time, one.id))


def unread_preferences(folder: Path | None) -> list[Path]:
    """The files that have a preference's name and say nothing that can be told, or are too many."""
    files = _files(folder)
    return [path for path in files if path in files[MAX_PREFERENCES:] or _read(path) is None]


def _files(folder: Path | None) -> list[Path]:
    try:
        if folder is None or folder.stat().st_uid != os.geteuid():
            return []
        with os.scandir(folder) as entries:
            names = [one.name for one in islice(entries, _MAX_ENTRIES) if is_file_name(one.name)]
    except OSError:
        return []
    return [folder / name for name in sorted(names)]


def _read(path: Path) -> Preference | None:
    try:
        data = read_regular(path, MAX_DOCUMENT, follow=False)
    except OSError:
        return None
    one = parse_document(path.name, data)
    if one is None or not (text := clean_text(one.text, MAX_TEXT).strip()):
        return None
    time, writer = clean_line(one.time, 40), clean_line(one.writer, 40)
    return replace(one, text=text, time=time, writer=writer, agreed=clean_line(one.agreed, 40))
