"""What other recorders left in the repository about a commit, beside its message.

git-ai keeps a note below ``refs/notes/ai``; Entire keeps its checkpoints as files on a branch,
``entire/checkpoints/v1``: ``a3/b2c4d5e6f7/0/metadata.json`` says which session it recorded.
Both are read as far as they are there, and never fetched.

**Source:** see :mod:`gitmem.model.recorder_formats`; ``cmd/entire/cli/checkpoint`` of entireio/cli.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cached_property

import pygit2  # noqa: TID253 - libgit2's owner, with the modules that read and write objects

from gitmem.model.link import MAX_LINKS, Link
from gitmem.model.recorder_formats import links_of_authorship, links_of_message, plain_session

_AUTHORSHIP_REF = "refs/notes/ai"
_CHECKPOINTS = "entire/checkpoints/v1"
_MAX_BYTES = 1 << 20
_MAX_SESSIONS = 10
_DATE = re.compile(r"^\d{4}-\d\d-\d\d-(?=.{8})")  # early versions put it before the id
_FAN_OUT = 20


class Recorders:
    """The recorders of one repository; their refs are looked up once."""

    def __init__(self, objects: pygit2.Repository) -> None:
        self._objects = objects

    def links(self, commit: str, message: str) -> tuple[Link, ...]:
        """What they say about the commit, at most 20 links; what cannot be read says nothing."""
        found = list(links_of_authorship(self._authorship(commit)))
        for link in links_of_message(message):
            sessions = list(self._sessions_of(link.checkpoint)) if link.checkpoint else []
            known = [Link(link.recorder, session, link.checkpoint) for session in sessions]
            found += known or [link]
        return tuple(found[:MAX_LINKS])

    @cached_property
    def _notes(self) -> pygit2.Tree | None:
        return self._tree(_AUTHORSHIP_REF)

    @cached_property
    def _checkpoints(self) -> pygit2.Tree | None:
        names = [f"refs/heads/{_CHECKPOINTS}", f"refs/remotes/origin/{_CHECKPOINTS}"]
        return next((tree for tree in map(self._tree, names) if tree is not None), None)

    def _tree(self, ref: str) -> pygit2.Tree | None:
        try:
            found = self._objects.references[ref].peel(pygit2.Tree)
        except (KeyError, ValueError, pygit2.GitError):
            return None
        return found if isinstance(found, pygit2.Tree) else None

    def _authorship(self, commit: str) -> str:
        tree, rest = self._notes, commit
        for _ in range(_FAN_OUT):
            if tree is None:
                return ""
            found = self._child(tree, rest)
            if isinstance(found, pygit2.Blob):
                return _text(found)
            deeper = self._child(tree, rest[:2])
            tree, rest = deeper if isinstance(deeper, pygit2.Tree) else None, rest[2:]
        return ""

    def _sessions_of(self, checkpoint: str) -> Iterator[str]:
        """The sessions of a checkpoint: the first versions kept one, the later ones several."""
        folder = self._child(self._checkpoints, checkpoint[:2])
        folder = self._child(folder, checkpoint[2:])
        places = [str(number) for number in range(_MAX_SESSIONS)]
        seen = set()
        for place in (folder, *(self._child(folder, name) for name in places)):
            metadata = self._child(place, "metadata.json")
            if isinstance(metadata, pygit2.Blob):
                session = _session_in(_text(metadata))
                if session and session not in seen:
                    seen.add(session)
                    yield session

    def _child(self, tree: pygit2.Object | None, name: str) -> pygit2.Object | None:
        if not isinstance(tree, pygit2.Tree) or not name:
            return None
        try:
            return self._objects.get(tree[name].id)
        except (KeyError, pygit2.GitError):
            return None


def _text(blob: pygit2.Blob) -> str:
    return blob.data.decode("utf-8", "replace") if blob.size <= _MAX_BYTES else ""


def _session_in(metadata: str) -> str:
    try:
        told = json.loads(metadata)
    except (ValueError, RecursionError):
        return ""
    session = told.get("session_id") if isinstance(told, dict) else None
    return plain_session(_DATE.sub("", session)) if isinstance(session, str) else ""
