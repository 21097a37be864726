"""Gemini CLI: its session files.

``~/.gemini/tmp/<project>/chats/session-<time>-<id>.json``, one document that is written anew each
time, and in newer versions ``….jsonl``, to which lines are added.  The project is a short name
with the folder in ``.project_root``, formerly the SHA-256 of the folder.  A subagent's file lies
in a folder that is named by its session.  A file is read from its beginning each time, as a
message may have grown; byte offsets mean nothing here.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from gitmem.agents.adapter import TranscriptFile, translate_errors
from gitmem.agents.chat_file import open_source
from gitmem.agents.chat_messages import MessageReader
from gitmem.agents.chat_session import Chat, read_chat
from gitmem.agents.extent import Extent
from gitmem.agents.folders import is_below, resolve_names
from gitmem.agents.lines import read_head
from gitmem.agents.subagents import add_subagents
from gitmem.agents.unread import Unread, unread_below
from gitmem.model.session import Transcript, is_session_id

_SESSION = re.compile(rb'"sessionId"\s*:\s*"([A-Za-z0-9][A-Za-z0-9._-]{0,127})"')
_SUBAGENT = re.compile(rb'"kind"\s*:\s*"subagent"')
_HEAD_BYTES = 4_096
_SUFFIXES = (".json", ".jsonl")


class GeminiCli:
    """Gemini CLI behind the interface that all agents share."""

    name = "gemini-cli"
    session_variables = ()
    resumes_anywhere = False
    usual_place = "~/.gemini/tmp/*/chats/session-*-{beginning}.json*"

    def __init__(self, environ: Mapping[str, str]) -> None:
        home = environ.get("GEMINI_CLI_HOME") or environ.get("HOME")
        self._folder = Path(home) / ".gemini" / "tmp" if home else None

    def owns(self, path: Path) -> bool:
        """Whether the file lies in a folder of chats, or is named as a session's."""
        is_chat = "chats" in path.parts[-3:-1] or path.name.startswith("session-")
        return is_chat and path.suffix in _SUFFIXES

    def copies(self, session: str) -> list[Path]:
        """The newest file of a session, whatever folder it worked in."""
        if self._folder is None or not is_session_id(session) or not self._folder.is_dir():
            return []
        found: list[Path] = []
        with suppress(OSError):
            found += self._folder.glob(f"*/chats/session-*-{session[:8]}.json*")
        found = [path for path in found if self.owns(path) and _read_session(path) == session]
        return sorted(found, key=_read_age)[-1:]

    def transcripts_for(self, worktree: Path, since: float) -> list[TranscriptFile]:
        """Sessions in a work tree or a folder below it, each with its newest file."""
        paths = sorted(self._find_chats(resolve_names(worktree)), key=_read_age)
        return self._newest(paths, since)

    def _newest(self, paths: Iterable[Path], since: float) -> list[TranscriptFile]:
        newest: dict[str, TranscriptFile] = {}
        for path in paths:
            mtime, _ = _read_age(path)
            if mtime >= since and self.owns(path) and (session := _read_session(path)):
                newest[session] = TranscriptFile(session, path, mtime)
        return list(newest.values())

    def transcripts_since(self, since: float) -> list[TranscriptFile]:
        """All sessions written to after ``since``, each with its newest file."""
        if self._folder is None:
            return []
        with suppress(OSError):
            paths = sorted(self._folder.glob("*/chats/session-*.json*"), key=_read_age)
            return self._newest(paths, since)
        return []

    def unread(self) -> Iterator[Unread]:
        """What of its folders and files cannot be opened."""
        return unread_below(self.name, [self._folder] if self._folder else ())

    def parts(self, path: Path) -> list[Path]:
        """The session's file and its subagents'."""
        return [path, *_find_subagents(path, _read_session(path))]

    def started_in(self, path: Path) -> str:
        """The project's folder; empty where only its hash is known."""
        return _find_root(path)

    def resume_command(self, session: str) -> tuple[str, ...]:
        """``gemini --resume``, which knows the sessions of the folder it is called in."""
        return ("gemini", "--resume", session)

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
            TranscriptMissing: the file is gone, cannot be read, or is a document of over 32 MB.
        """
        with translate_errors(path):
            head = read_head(path, _HEAD_BYTES)
            root = _find_root(path)
            is_subagent = _SUBAGENT.search(head) is not None
            reader = MessageReader(root, is_subagent=is_subagent, in_full=in_full)
            session = _parse_session(head) or path.stem
            extent = Extent(until, end, in_full)
            source = open_source(path)
            chat = Chat(session, self.name, root)
            transcript, since, ended = read_chat(source, reader, chat, first, extent)
        extent = extent.before(ended).whole
        subagents = _read_subagents(_find_subagents(path, session), root, extent)
        return add_subagents(transcript, subagents, since)

    def _find_chats(self, roots: list[str]) -> Iterator[Path]:
        if self._folder is None or not self._folder.is_dir():
            return
        hashes = {_hash(root) for root in roots}
        with suppress(OSError):
            for project in sorted(self._folder.iterdir()):
                if project.name in hashes or is_below(_read_root(project), roots):
                    with suppress(OSError):
                        yield from project.glob("chats/session-*.json*")


def _find_subagents(path: Path, session: str) -> list[Path]:
    if not is_session_id(session):
        return []
    with suppress(OSError):
        return sorted(path.parent.glob(f"{session}/*.jsonl"))
    return []


def _read_subagents(paths: Iterable[Path], root: str, extent: Extent) -> Iterator[Transcript]:
    for path in paths:
        reader = MessageReader(root, is_subagent=True, in_full=extent.in_full)
        with suppress(OSError):
            chat = Chat(path.stem, GeminiCli.name, root)
            transcript, *_ = read_chat(open_source(path), reader, chat, 0, extent)
            yield transcript


def _hash(root: str) -> str:
    return hashlib.sha256(root.encode("utf-8", "surrogateescape")).hexdigest()


def _read_age(path: Path) -> tuple[float, str]:
    """When last written; of two equally old, the newer form."""
    try:
        return path.stat().st_mtime, path.suffix
    except OSError:
        return 0.0, path.suffix


def _read_session(path: Path) -> str:
    with suppress(OSError):
        return _parse_session(read_head(path, _HEAD_BYTES))
    return ""


def _parse_session(head: bytes) -> str:
    match = _SESSION.search(head)
    return match[1].decode() if match else ""


def _find_root(path: Path) -> str:
    """The project's folder; empty where it is only known by its hash."""
    return next((_read_root(up.parent) for up in path.parents if up.name == "chats"), "")


def _read_root(project: Path) -> str:
    with suppress(OSError):
        head = read_head(project / ".project_root", _HEAD_BYTES)
        return head.decode("utf-8", "surrogateescape").strip()
    return ""
