"""Sessions that were started outside of a commit's work tree and edited its files.

In a linked work tree beside it, the folder above, a repository around it, at home, or under
another name of the same place.  They are found by the full paths in their transcripts: bytes are
searched in the files written to about then, and only one that names a file of the commit, in this
very work tree, is read.
"""

from __future__ import annotations

import json
import mmap
import os
import posixpath
import re
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from gitmem.agents.adapters import Agents
from gitmem.agents.lines import read_head
from gitmem.capture.agent_work import SessionFile
from gitmem.capture.workspace import Workspace
from gitmem.git.regular_file import open_regular

_BEFORE_SECONDS = 2 * 86_400.0
_MAX_FILES = 64
_MAX_BYTES = 512 << 20
_MAX_HITS = 500  # in a file, of one path
_MAX_PATHS = 50
_MAX_PREFIX = 4_096
_HEAD_BYTES = 1 << 14
_CWD = re.compile(rb'"cwd":\s*("(?:[^"\\]|\\.){1,4096}")')
_ENDS_WORD = re.compile(rb"[\s\"'`=:;|&()<>{}\[\],]")


@dataclass(frozen=True)
class SessionElsewhere:
    """A session, its transcript, and the names by which it calls the work tree."""

    file: SessionFile
    names: tuple[str, ...]


def find_elsewhere(
    workspace: Workspace,
    worktree: str,
    paths: Collection[str],
    moment: float,
    known: Collection[str],
) -> Iterator[SessionElsewhere]:
    """The sessions that name one of the ``paths`` in this work tree, those written to nearest to
    ``moment`` (POSIX seconds) first; ``known`` sessions are left out.

    At most 64 files and 512 MB are searched, of those written to from two days before on.
    """
    if not paths or len(paths) > _MAX_PATHS:
        return
    names = _Names(worktree)
    left = _MAX_BYTES
    listed = [
        one
        for one in workspace.agents.transcripts_since(moment - _BEFORE_SECONDS)
        if one.session not in known
    ]
    seen: set[str] = set()
    for one in sorted(listed, key=lambda one: abs(one.mtime - moment))[:_MAX_FILES]:
        if one.session in seen:
            continue  # another copy of it
        found: dict[str, None] = {}
        path = workspace.agents.find(one.session, moment, known=one.path) or one.path
        for part in workspace.agents.parts(path):
            with _searched(workspace.agents, part) as data:
                left -= len(data)
                if left >= 0:
                    folder = partial(_folder_of, workspace.agents, part)
                    found.update(dict.fromkeys(_names_in(data, folder, paths, names)))
        if found:
            seen.add(one.session)
            yield SessionElsewhere(SessionFile(one.session, path), tuple(found))


def names_folder(agents: Agents, path: Path, folders: Collection[str]) -> bool:
    """Whether a transcript names a file in one of the folders, in full."""
    with _searched(agents, path) as data:
        return any(data.find(os.fsencode(folder.rstrip("/")) + b"/") >= 0 for folder in folders)


class _Names:
    """Which folders are the work tree, whatever they are called; each is asked about once."""

    def __init__(self, worktree: str) -> None:
        self._worktree = worktree
        self._known: dict[str, bool] = {}

    def has(self, folder: str) -> bool:
        """Whether that folder is the work tree."""
        if folder not in self._known:
            try:
                is_same = os.path.samefile(os.path.expanduser(folder), self._worktree)  # noqa: PTH111, PTH121
            except (OSError, ValueError):
                is_same = False
            self._known[folder] = is_same
        return self._known[folder]


def _names_in(
    data: mmap.mmap | bytes, folder_of: Callable[[], str], paths: Collection[str], names: _Names
) -> Iterator[str]:
    cwd = ""
    for needle in {form for one in paths for form in _forms(one)}:
        for folder in _folders_before(data, needle):
            if not folder.startswith(("/", "~/")):
                cwd = cwd or folder_of()
                folder = posixpath.join(cwd, folder)
            folder = posixpath.normpath(folder)
            if folder.startswith(("/", "~/")) and names.has(folder):
                yield folder


@contextmanager
def _searched(agents: Agents, path: Path) -> Iterator[mmap.mmap | bytes]:
    """The bytes in which a transcript's paths are looked for."""
    told = agents.searched_bytes(path)
    if told is not None:
        yield told
        return
    with _mapped(path) as data:
        yield data


@contextmanager
def _mapped(path: Path) -> Iterator[mmap.mmap | bytes]:
    """The bytes of a file, as a map of it; none of one that is gone, empty or no plain file."""
    try:
        with open_regular(path) as file:
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError):
        yield b""
        return
    with data:
        yield data


def _forms(path: str) -> Iterator[bytes]:
    """How JSON may spell the path, behind the folder."""
    for text in (path, json.dumps(path)[1:-1], json.dumps(path, ensure_ascii=False)[1:-1]):
        with suppress(UnicodeEncodeError):
            yield b"/" + text.encode()


def _folders_before(data: mmap.mmap | bytes, needle: bytes) -> Iterator[str]:
    """What stands before the needle: up to where its text begins, and up to where its word does."""
    at, seen = data.find(needle), set[bytes]()
    for _ in range(_MAX_HITS):
        if at < 0:
            return
        behind = data[at + len(needle) : at + len(needle) + 1]
        if not behind or not (behind.isalnum() or behind in b"_-./" or behind >= b"\x80"):
            before = data[max(0, at - _MAX_PREFIX) : at]
            line = before.rpartition(b"\n")[2]
            for part in (line.rpartition(b'"')[2], _last_word(line)):
                if part and part not in seen:
                    seen.add(part)
                    yield _parse_text(part)
        at = data.find(needle, at + 1)


def _last_word(line: bytes) -> bytes:
    starts = [match.end() for match in _ENDS_WORD.finditer(line)]
    word = line[starts[-1] :] if starts else line
    escape = word.rfind(b"\\n")  # a line's end in a command
    return word[escape + 2 :] if escape >= 0 else word


def _parse_text(part: bytes) -> str:
    text = part.decode("utf-8", "replace")
    if "\\" not in text:
        return text
    try:
        return str(json.loads(f'"{text}"'))
    except ValueError:
        return text


def _folder_of(agents: Agents, path: Path) -> str:
    return _cwd_of(path) or agents.started_in(path) or "/"


def _cwd_of(path: Path) -> str:
    with suppress(OSError, ValueError):
        match = _CWD.search(read_head(path, _HEAD_BYTES))
        if match is not None:
            return str(json.loads(match[1]))
    return ""
