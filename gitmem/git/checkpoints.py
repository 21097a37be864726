"""Entire's checkpoints: the sessions that it recorded for commits, as files on a branch.

A commit names its checkpoint in a trailer (:mod:`gitmem.model.recorder_formats`).  On the branch
``entire/checkpoints/v1`` the folder ``a3/b2c4d5e6f7`` is checkpoint ``a3b2c4d5e6f7``; in it, each
session has a folder ``0``, ``1`` … with ``metadata.json`` and the whole transcript so far,
``full.jsonl`` (in pieces ``full.jsonl``, ``full.jsonl.001`` … if it is large).  The first versions
kept one session, in the checkpoint's own folder.  It comes with a clone, and so from anybody:
everything is capped, and what is damaged or missing tells nothing.

**Source:** ``docs/architecture/sessions-and-checkpoints.md`` and ``cmd/entire/cli/checkpoint`` of
entireio/cli; versions 0.4 to 0.7.6 as seen on the branches of entireio/cli, entireio/skills and
EntityProcess/agentv.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache

import pygit2  # noqa: TID253 - libgit2's owner, with the modules that read and write objects

from gitmem.errors import UnknownRevision
from gitmem.git.libgit2 import open_objects
from gitmem.git.repo import Repo, shown, try_git
from gitmem.model.instant import parse_any_iso_time
from gitmem.model.session import is_session_id

BRANCH = "entire/checkpoints/v1"
_PLACE = re.compile(r"[0-9]{1,3}")
_DATE = re.compile(r"^\d{4}-\d\d-\d\d-(?=.{8})")  # early versions put it before the id
_MAX_METADATA = 4 << 20
_MAX_TRANSCRIPT = 256 << 20
_MAX_SESSIONS = 64
_MAX_PIECES = 100
_MAX_PATHS = 2_000


@dataclass(frozen=True)
class RecordedSession:
    """A session as a checkpoint recorded it.

    ``first`` is the line of the transcript (from 0) at which the checkpoint's own part begins, None
    where it says nothing; ``created`` when it was made (POSIX seconds; 0 if unknown); ``paths`` are
    the files that it says the session touched, from the work tree's root.
    """

    checkpoint: str
    session: str
    agent: str
    model: str
    first: int | None
    created: float
    paths: tuple[str, ...]
    place: str


class Checkpoints:
    """The checkpoints on one branch, read from its tip.

    Raises:
        UnknownRevision: there is no such branch.
    """

    def __init__(self, repo: Repo, ref: str) -> None:
        self._objects = open_objects(repo)
        try:
            root = self._objects.revparse_single(f"{ref}^{{tree}}")
        except (KeyError, ValueError, pygit2.GitError) as error:
            raise UnknownRevision(f"there is no branch '{shown(ref)}' here") from error
        self._root = root
        self._sessions = lru_cache(maxsize=4096)(self._read_sessions)

    def __contains__(self, checkpoint: str) -> bool:
        return self._tree(_folder(checkpoint)) is not None

    def sessions(self, checkpoint: str) -> tuple[RecordedSession, ...]:
        """What it recorded, in the order of its folders; none where it is not here."""
        return self._sessions(checkpoint)

    def transcript(self, session: RecordedSession) -> bytes | None:
        """The whole transcript; None where it is missing or too large."""
        pieces = []
        size = 0
        for number in range(_MAX_PIECES):
            name = "full.jsonl" if number == 0 else f"full.jsonl.{number:03d}"
            piece = self._blob(f"{session.place}/{name}", _MAX_TRANSCRIPT - size)
            if piece is None:
                break
            size += len(piece)
            pieces.append(piece if piece.endswith(b"\n") else piece + b"\n")
        return b"".join(pieces) if pieces else None

    def _read_sessions(self, checkpoint: str) -> tuple[RecordedSession, ...]:
        folder = _folder(checkpoint)
        tree = self._tree(folder)
        if tree is None:
            return ()
        places = sorted((e.name for e in tree if e.name and _PLACE.fullmatch(e.name)), key=int)
        where = [f"{folder}/{place}" for place in places[:_MAX_SESSIONS]] or [folder]
        found = (self._session(checkpoint, place) for place in where)
        return tuple(session for session in found if session is not None)

    def _session(self, checkpoint: str, place: str) -> RecordedSession | None:
        data = self._blob(f"{place}/metadata.json", _MAX_METADATA)
        try:
            told = json.loads(data or b"")
        except (ValueError, RecursionError):
            return None
        if not isinstance(told, dict):
            return None
        session = _DATE.sub("", _text(told, "session_id"))
        if not is_session_id(session):
            return None
        starts = (told.get(k) for k in ("checkpoint_transcript_start", "transcript_lines_at_start"))
        first = next((n for n in starts if isinstance(n, int) and not isinstance(n, bool)), None)
        moment = parse_any_iso_time(_seconds_only(_text(told, "created_at")))
        listed = told.get("files_touched")
        paths = [p for p in listed if isinstance(p, str)] if isinstance(listed, list) else []
        return RecordedSession(
            checkpoint,
            session,
            _text(told, "agent"),
            _text(told, "model"),
            first if first is None or first >= 0 else None,
            moment.timestamp() if moment is not None and moment.tzinfo is not None else 0.0,
            tuple(paths[:_MAX_PATHS]),
            place,
        )

    def _tree(self, path: str) -> pygit2.Tree | None:
        found = self._find(path)
        return found if isinstance(found, pygit2.Tree) else None

    def _blob(self, path: str, limit: int) -> bytes | None:
        found = self._find(path)
        is_fit = isinstance(found, pygit2.Blob) and found.size <= limit
        return found.data if is_fit and isinstance(found, pygit2.Blob) else None

    def _find(self, path: str) -> pygit2.Object | None:
        if not path or not isinstance(self._root, pygit2.Tree):
            return None
        try:
            return self._objects.get(self._root[path].id)
        except (KeyError, ValueError, pygit2.GitError):
            return None


def find_branch(repo: Repo) -> str:
    """The branch as it is here: the local one, else a remote's, ``origin`` first; empty if none."""
    listed = try_git(
        repo,
        "for-each-ref",
        "--format=%(refname)",
        f"refs/heads/{BRANCH}",
        f"refs/remotes/*/{BRANCH}",
    ).stdout
    names = listed.decode("utf-8", "replace").split()
    return min(
        names, key=lambda name: ("/heads/" not in name, "/origin/" not in name, name), default=""
    )


def _folder(checkpoint: str) -> str:
    return f"{checkpoint[:2]}/{checkpoint[2:]}" if len(checkpoint) > 2 else ""


def _seconds_only(text: str) -> str:
    """Without the fraction, which Go writes with nine digits and Python does not read."""
    return re.sub(r"\.\d+", "", text)


def _text(told: dict[str, object], name: str) -> str:
    value = told.get(name)
    return value[:200] if isinstance(value, str) else ""
