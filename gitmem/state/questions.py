"""What an agent may be asked about, and what was asked: a question for a commit, once.

``commits/SESSION`` names the commits of a session's work that nobody was asked about yet, a line
each; ``post-commit`` writes it, and the worker for a commit that a person made.  Where there is no
such file there is nothing to ask, which a shell can tell.  ``questions/COMMIT.json`` says who was
asked, and when.  Standard library only: agent hooks read both.
"""

from __future__ import annotations

import os
import re
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from gitmem.git.repo import Repo, translate_os_errors
from gitmem.model.session import is_session_id
from gitmem.model.value import dataclass, values_of
from gitmem.state.recent_files import keep_newest, newest_first
from gitmem.state.state_file import StateFile

_KEPT = 200
_MAX_COMMITS = 20
_MAX_BYTES = 1 << 16
_ID = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True)
class Question:
    """``session`` was asked about ``commit`` at ``time`` (POSIX seconds)."""

    commit: str
    session: str
    time: float


class Questions:
    """The questions of one repository."""

    def __init__(self, repo: Repo) -> None:
        self._commits = repo.state_dir / "commits"
        self._questions = repo.state_dir / "questions"

    def add_commit(self, session: str, commit: str) -> None:
        """The session may be asked about this commit.

        Raises:
            DiskFull, ReadOnlyRepository: it could not be written.
        """
        if is_session_id(session):
            self._of(session).append(commit.encode() + b"\n", "note what to ask an agent about")
            keep_newest(self._commits, _KEPT, "*")

    def has_commits(self, session: str) -> bool:
        """Whether there is anything to ask the session about."""
        return is_session_id(session) and self._of(session).path.exists()

    def take_commits(self, session: str) -> list[str]:
        """The commits that the session may be asked about, oldest first; from now on none.

        At most the last twenty.

        Raises:
            DiskFull, ReadOnlyRepository: they could not be taken.
        """
        if not self.has_commits(session):
            return []
        aside = self._commits / f".{session}.{os.getpid()}"  # what is added now begins a new file
        with translate_os_errors("take what to ask an agent about"):
            with suppress(FileNotFoundError):  # another hook was quicker
                self._of(session).path.replace(aside)
            lines = (StateFile(aside, _MAX_BYTES).read() or b"").decode("ascii", "replace")
            aside.unlink(missing_ok=True)
        found = dict.fromkeys(filter(_ID.fullmatch, lines.split()))
        return list(found)[-_MAX_COMMITS:]

    def ask(self, commit: str, session: str) -> bool:
        """Whether it is for us to ask the session about the commit: the first who wants to may.

        Raises:
            DiskFull, ReadOnlyRepository: it could not be written.
        """
        file = self._question(commit)
        with translate_os_errors("note what an agent is asked"):
            file.path.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.close(os.open(file.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
            except FileExistsError:
                return False
        file.write_json(values_of(Question(commit, session, time.time())))
        keep_newest(self._questions, _KEPT)
        keep_newest(self._commits, _KEPT, "*")  # git's hook only adds
        return True

    def about(self, commit: str) -> Question | None:
        """Who was asked about the commit, if anybody was."""
        return self._question(commit).read_json(_parse_question, None)

    def last_of(self, session: str) -> Question | None:
        """What the session was asked last."""
        for path in newest_first(self._questions):
            question = StateFile(path, _MAX_BYTES).read_json(_parse_question, None)
            if question is not None and question.session == session:
                return question
        return None

    def _of(self, session: str) -> StateFile:
        return StateFile(self._commits / session, _MAX_BYTES)

    def _question(self, commit: str) -> StateFile:
        return StateFile(Path(self._questions, f"{commit}.json"), _MAX_BYTES)


def _parse_question(value: Any) -> Question:
    return Question(str(value["commit"]), str(value["session"]), float(value["time"]))
