"""A repository ready to remember: settings and compressor given, nothing installed."""

from __future__ import annotations

from gitmem.agents.adapters import Agents
from gitmem.capture.capture_commit import Outcome, Request, remember
from gitmem.capture.workspace import Means
from gitmem.compress.compressor import Compressor
from gitmem.compress.offline.extractive import ExtractiveCompressor
from gitmem.model.memory import Memory
from gitmem.notes.store import NoteStore
from gitmem.state.settings import Settings
from tests.support.git import GitDriver
from tests.support.session import SESSION, SessionWriter


def means_of(git: GitDriver, compressor: Compressor | None = None) -> Means:
    """The offline compressor unless another is given; transcripts under the test's own home."""
    agents = Agents.from_environment({"HOME": str(git.home)})
    return Means(git.repo, Settings(), compressor or ExtractiveCompressor(), agents)


def session_in(git: GitDriver, session: str = SESSION) -> SessionWriter:
    """A session working in the repository, its clock at the driver's."""
    slug = "".join(c if c.isalnum() else "-" for c in str(git.path.resolve()))
    path = git.home / ".claude" / "projects" / slug / f"{session}.jsonl"
    return SessionWriter(path, git.path.resolve(), session=session, now=git.now)


def commit_of(git: GitDriver, writer: SessionWriter, message: str, *names: str) -> str:
    """Commit what the session wrote, one moment after its last record."""
    for name in names:
        git.write(name, f"# {writer.now}\n")
    git.now = int(writer.now) - 59
    return git.commit(message)


def remembered(git: GitDriver, commit: str, session: str = "", **given: object) -> Outcome:
    """Remember a commit at its own moment, as the worker does."""
    moment = float(git.now) + 1.0
    request = Request(commit, str(git.path.resolve()), moment, session, **given)  # type: ignore[arg-type]
    return remember(means_of(git), request)


def memories_on(git: GitDriver, commit: str) -> tuple[Memory, ...]:
    """What the commit's note holds."""
    note = NoteStore(git.repo).read(commit)
    return () if note is None else note.memories
