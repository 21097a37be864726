"""A repository ready to remember: settings and compressor given, nothing installed."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from gitmem.agents.adapters import Agents
from gitmem.capture.agent_work import AgentWork
from gitmem.capture.capture_commit import CaptureResult, capture_commit, capture_turn
from gitmem.capture.complete_turn import complete_turn
from gitmem.capture.workspace import Workspace
from gitmem.compress.compressor import Compressor
from gitmem.compress.offline.extractive import ExtractiveCompressor
from gitmem.model.memory import Memory
from gitmem.notes.store import NoteStore
from gitmem.refresh.refresh import refresh
from gitmem.state.settings import Settings
from tests.support.git import GitDriver
from tests.support.session import SESSION, SessionWriter


def workspace_of(git: GitDriver, compressor: Compressor | None = None) -> Workspace:
    """The offline compressor unless another is given; transcripts under the test's own home."""
    agents = Agents.from_environment({"HOME": str(git.home)})
    return Workspace(git.repo, Settings(), compressor or ExtractiveCompressor(), agents)


def session_in(git: GitDriver, session: str = SESSION, *, step: float = 1) -> SessionWriter:
    """A session working in the repository, its clock at the driver's."""
    slug = "".join(c if c.isalnum() else "-" for c in str(git.path.resolve()))
    path = git.home / ".claude" / "projects" / slug / f"{session}.jsonl"
    return SessionWriter(path, git.path.resolve(), session=session, now=git.now, step=step)


def commit_of(git: GitDriver, writer: SessionWriter, message: str, *names: str) -> str:
    """Commit what the session wrote, one moment after its last record."""
    for name in names:
        git.write(name, f"# {writer.now}\n")
    git.now = int(writer.now) - 59
    return git.commit(message)


def capture(
    workspace: Workspace,
    commit: str,
    worktree: str,
    moment: float | None,
    session: str = "",
    *,
    transcript: Path | None = None,
) -> CaptureResult:
    """Capture a commit with an index of its own, as ``gitmem capture`` does."""
    work = AgentWork(worktree, session, moment)
    with closing(refresh(workspace.repo)) as index:
        return capture_commit(workspace, index, commit, work, transcript)


def capture_pending(workspace: Workspace, session: str, worktree: str) -> Memory | None:
    """Keep what the session did since its last commit, as the end of a turn does."""
    with closing(refresh(workspace.repo)) as index:
        return capture_turn(workspace, index, AgentWork(worktree, session))


def complete(workspace: Workspace, session: str, worktree: str) -> list[Memory]:
    """Complete the session's last turn, as its stop does."""
    with closing(refresh(workspace.repo)) as index:
        return complete_turn(workspace, index, AgentWork(worktree, session))


def remembered(
    git: GitDriver, commit: str, session: str = "", *, transcript: Path | None = None
) -> CaptureResult:
    """Capture a commit at its own moment, as the worker does."""
    place, moment = str(git.path.resolve()), float(git.now) + 1.0
    return capture(workspace_of(git), commit, place, moment, session, transcript=transcript)


def memories_on(git: GitDriver, commit: str) -> tuple[Memory, ...]:
    """What the commit's note holds."""
    note = NoteStore(git.repo).read(commit)
    return () if note is None else note.memories
