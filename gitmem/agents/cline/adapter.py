"""The Cline CLI (3.x): its session files.

``~/.cline/data/sessions/<id>/<id>.json`` tells the folder, ``<id>.messages.json`` beside it holds
the messages in one document that is written anew each time, and ``agent_….messages.json`` those of
a subagent.  ``CLINE_DIR``, ``CLINE_DATA_DIR`` and ``CLINE_SESSION_DATA_DIR`` move them, each one
level deeper.  A file is read from its beginning each time; byte offsets mean nothing here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from gitmem.agents.adapter import TranscriptFile, translate_errors
from gitmem.agents.chat_file import SessionDocument
from gitmem.agents.chat_session import Chat, read_chat
from gitmem.agents.cline.messages import BlockReader
from gitmem.agents.extent import Extent
from gitmem.agents.folders import is_below, resolve_names
from gitmem.agents.lines import read_head
from gitmem.agents.subagents import add_subagents
from gitmem.agents.unread import Unread, unread_below
from gitmem.errors import TranscriptMissing
from gitmem.model.session import Transcript, is_session_id

_SUFFIX = ".messages.json"
_HEAD_BYTES = 1 << 14
_TEXT = rb'\s*:\s*("(?:[^"\\]|\\.){0,4096}")'
_CWD = re.compile(rb'"cwd"' + _TEXT)
_ROOT = re.compile(rb'"workspace_root"' + _TEXT)
_VERSION = re.compile(rb'"version"\s*:\s*"(\d[\w.-]{0,40})"')
_MAX_SUBAGENTS = 200


class Cline:
    """The Cline CLI behind the interface that all agents share."""

    name = "cline"
    session_variables = ()
    resumes_anywhere = True
    usual_place = "~/.cline/data/sessions/{session}/{session}.messages.json"

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._folder = _sessions_folder(environ)

    def owns(self, path: Path) -> bool:
        """Whether the file is named as one that holds a session's messages."""
        return path.name.endswith(_SUFFIX)

    def copies(self, session: str) -> list[Path]:
        """The file of a session, whatever folder it worked in."""
        if self._folder is None or not is_session_id(session):
            return []
        path = self._folder / session / f"{session}{_SUFFIX}"
        return [path] if path.is_file() else []

    def transcripts_for(self, worktree: Path, since: float) -> list[TranscriptFile]:
        """Sessions in a work tree or a folder below it."""
        roots = resolve_names(worktree)
        found = self.transcripts_since(since)
        return [one for one in found if any(is_below(at, roots) for at in _folders(one.path))]

    def transcripts_since(self, since: float) -> list[TranscriptFile]:
        """All sessions written to after ``since``."""
        return [TranscriptFile(*one) for one in self._list() if one[2] >= since]

    def unread(self) -> Iterator[Unread]:
        """What of its folders and files cannot be opened."""
        return unread_below(self.name, [self._folder] if self._folder else ())

    def parts(self, path: Path) -> list[Path]:
        """The session's file and its subagents'."""
        return [path, *_find_subagents(path)]

    def started_in(self, path: Path) -> str:
        """The folder that the session's own file names."""
        return next(_folders(path), "")

    def resume_command(self, session: str) -> tuple[str, ...]:
        """``cline --id``, which finds the session wherever it is called."""
        return ("cline", "--id", session)

    def read(
        self,
        path: Path,
        *,
        first: int = 0,
        first_byte: int = 0,
        until: float | None = None,
        end: int | None = None,
        in_full: bool = False,
    ) -> Transcript:
        """Read a session from record ``first`` on; ``first_byte`` means nothing here.

        Raises:
            TranscriptMissing: the file is gone, cannot be read, or is of over 32 MB.
        """
        root, extent = self.started_in(path), Extent(until, end, in_full)
        with translate_errors(path):
            version = _VERSION.search(read_head(path, _HEAD_BYTES))
            agent = f"{self.name} {version[1].decode()}" if version else self.name
            chat = Chat(path.name[: -len(_SUFFIX)] or path.stem, agent, root)
            subagent = path.name if _is_subagent(path) else ""
            reader = BlockReader(root, subagent, in_full=in_full)
            transcript, since, ended = read_chat(SessionDocument(path), reader, chat, first, extent)
        subagents = _read_subagents(_find_subagents(path), root, extent.before(ended).whole)
        return add_subagents(transcript, subagents, since)

    def _list(self) -> Iterator[tuple[str, Path, float]]:
        if self._folder is None or not self._folder.is_dir():
            return
        with suppress(OSError):
            for folder in sorted(self._folder.iterdir()):
                path = folder / f"{folder.name}{_SUFFIX}"
                with suppress(OSError):
                    if is_session_id(folder.name):
                        yield folder.name, path, path.stat().st_mtime


def _sessions_folder(environ: Mapping[str, str]) -> Path | None:
    """Each variable moves what lies below it; the deepest that is set counts."""
    if sessions := environ.get("CLINE_SESSION_DATA_DIR"):
        return Path(sessions)
    if data := environ.get("CLINE_DATA_DIR"):
        return Path(data) / "sessions"
    if base := environ.get("CLINE_DIR"):
        return Path(base) / "data" / "sessions"
    home = environ.get("HOME")
    return Path(home) / ".cline" / "data" / "sessions" if home else None


def _folders(path: Path) -> Iterator[str]:
    """The folders that the session's own file names: where it was started, and its work tree."""
    with suppress(OSError):
        head = read_head(path.with_name(f"{path.parent.name}.json"), _HEAD_BYTES)
        for pattern in (_CWD, _ROOT):
            match = pattern.search(head)
            with suppress(ValueError):
                if match is not None:
                    yield str(json.loads(match[1]))


def _is_subagent(path: Path) -> bool:
    return path.name != f"{path.parent.name}{_SUFFIX}" and path.name.startswith("agent_")


def _find_subagents(path: Path) -> list[Path]:
    if _is_subagent(path):
        return []
    with suppress(OSError):
        found = sorted(path.parent.glob(f"*{_SUFFIX}"))
        return [other for other in found if other != path and other.is_file()][:_MAX_SUBAGENTS]
    return []


def _read_subagents(paths: Iterable[Path], root: str, extent: Extent) -> Iterator[Transcript]:
    for path in paths:
        reader = BlockReader(root, path.name, in_full=extent.in_full)
        with suppress(OSError, TranscriptMissing):
            chat = Chat(path.stem, Cline.name, root)
            transcript, *_ = read_chat(SessionDocument(path), reader, chat, 0, extent)
            yield transcript
