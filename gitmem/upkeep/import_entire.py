"""Moving from Entire: each checkpoint's part of a session becomes memories of its commit.

A commit names its checkpoint, and the checkpoint holds the session's whole transcript: so the
commit is remembered as ``backfill`` remembers one whose transcript is still on disk.  Oldest first,
because each part begins where the one before ended.  A session that a checkpoint lists but that did
nothing to the commit's files is left out: it only ran at the time.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from gitmem.agents.recorded_transcript import lay_transcript
from gitmem.agents.session_edits import Traces, traces_of
from gitmem.agents.slice import slice_of
from gitmem.agents.worktree import WorkTree
from gitmem.capture.compress_slice import compress_slice
from gitmem.capture.workspace import Workspace
from gitmem.errors import GitmemError, TranscriptMissing, UnknownRevision
from gitmem.git.checkpoints import BRANCH, Checkpoints, RecordedSession, find_branch
from gitmem.git.commits import CommitReader, CommitText
from gitmem.git.log import walk_ids
from gitmem.index.memories import memories_of
from gitmem.index.sessions import holds_session, last_record
from gitmem.model.change import Change
from gitmem.model.memory import Memory
from gitmem.model.recorder_formats import links_of_message
from gitmem.model.session import EDIT_TOOLS, EventKind, Transcript
from gitmem.refresh.refresh import refresh
from gitmem.upkeep.import_batch import SOURCE, ImportBatch, ImportResult

_ENTIRE = "entire "
_CLOCK_SECONDS = 180.0
_COMMITS_A_LOT = 20
_MOST_ROOTS = 8


@dataclass
class EntireResult(ImportResult):
    """How the checkpoints' sessions fared; ``bystanders`` did nothing to the commit's files."""

    bystanders: int = 0
    checkpoints: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class _Task:
    commit: str
    head: CommitText
    sessions: tuple[RecordedSession, ...]


def import_entire(
    workspace: Workspace,
    ref: str = "",
    revisions: str = "HEAD",
    *,
    dry_run: bool = False,
    advance: Callable[[int, int], None] = lambda done, total: None,
) -> EntireResult:
    """Import the checkpoints that the commits in the range name; ``ref`` is their branch, by
    default ``entire/checkpoints/v1`` as it is here.  A run that was stopped goes on where it was.

    ``advance`` is called with how many commits are done, of how many.

    Raises:
        UnknownRevision: there is no such branch, or the range names nothing.
        NotesMoved, ReadOnlyRepository, DiskFull: the notes ref cannot be written; what was
            written before is kept.
    """
    repo = workspace.repo
    branch = ref or find_branch(repo)
    if not branch:
        raise UnknownRevision(
            f"there is no branch '{BRANCH}' here",
            f"Nothing was changed. Get it with: git fetch origin {BRANCH}:{BRANCH}",
        )
    checkpoints = Checkpoints(repo, branch)
    result = EntireResult("entire")
    batch = ImportBatch(workspace, result, dry_run=dry_run)
    tasks = list(_tasks(workspace, checkpoints, revisions, result))
    with tempfile.TemporaryDirectory(prefix="gitmem-") as folder:
        importer = _Importer(workspace, checkpoints, batch, result, Path(folder))
        try:
            for done, task in enumerate(tasks, 1):
                importer.do(task)
                if done % _COMMITS_A_LOT == 0:
                    batch.flush()
                advance(done, len(tasks))
        finally:
            batch.finish()
    return result


def _tasks(
    workspace: Workspace, checkpoints: Checkpoints, revisions: str, result: EntireResult
) -> Iterator[_Task]:
    """The commits that name a checkpoint which is here, oldest first."""
    reader = CommitReader(workspace.repo)
    named = ["--regexp-ignore-case", "--grep=^Entire-Checkpoint:", "--reverse", "--topo-order"]
    for commit in walk_ids(workspace.repo, revisions, named):
        head = reader.head(commit)
        links = [link for link in links_of_message(head.message) if link.recorder == "entire"]
        sessions: list[RecordedSession] = []
        for link in links:
            result.read += 1
            if link.checkpoint in checkpoints:
                result.checkpoints.add(link.checkpoint)
                sessions += checkpoints.sessions(link.checkpoint)
            else:
                result.absent += 1
        if sessions:
            yield _Task(commit, head, tuple(sessions))


class _Importer:
    """One import: what is remembered of each session so far."""

    def __init__(
        self,
        workspace: Workspace,
        checkpoints: Checkpoints,
        batch: ImportBatch,
        result: EntireResult,
        folder: Path,
    ) -> None:
        self._workspace = workspace
        self._checkpoints = checkpoints
        self._batch = batch
        self._result = result
        self._folder = folder
        self._reader = CommitReader(workspace.repo)
        self._ends = Counter[str]()

    def do(self, task: _Task) -> None:
        """Remember one commit."""
        change: Change | None = None
        for session in task.sessions:
            with closing(refresh(self._workspace.repo)) as index:
                has_session = holds_session(index, task.commit, session.session)
                end = max(self._ends[session.session], last_record(index, session.session))
                stored = memories_of(index, [task.commit])
            theirs = {
                str(one.memory.provenance.extra.get(SOURCE, ""))
                for one in stored
                if one.memory.provenance.session == session.session
            }
            named = {source for source in theirs if source.startswith(_ENTIRE)}
            if _source_of(session) in named or (has_session and not named):
                self._result.known += 1
                continue
            if change is None:
                change = self._reader.change(task.commit, is_excluded=self._workspace.policy.covers)
            old = [one.memory.id for one in stored if one.memory.provenance.is_of_history]
            self._remember(task, session, change, end, old)

    def _remember(
        self, task: _Task, session: RecordedSession, change: Change, end: int, old: Sequence[str]
    ) -> None:
        transcript = self._read(task, session, end)
        if transcript is None:
            return
        paths = set(change.paths)
        roots = _roots_of(transcript, paths | set(session.paths))
        tree = WorkTree(roots)
        traces = traces_of(session.session, transcript.events, tree)
        if not _took_part(traces, change, paths, task.head):
            self._result.bystanders += 1
            return
        part = slice_of(transcript, roots[0] if roots else "", roots)
        try:
            made, notice = compress_slice(
                self._workspace.compressor, part, change, self._workspace.policy
            )
        except GitmemError as error:
            self._result.unreadable += 1
            self._result.tell(f"{task.commit[:10]}: {error.message}")
            return
        if notice:
            self._result.tell(f"{task.commit[:10]}: {notice}")
        if not made:
            self._result.empty += 1
            return
        self._ends[session.session] = transcript.end
        for memory in made:
            self._batch.add(task.commit, _of_checkpoint(memory, session, old))

    def _read(self, task: _Task, session: RecordedSession, end: int) -> Transcript | None:
        """The part of the transcript that is the commit's: from where the checkpoint says that it
        begins, or behind what is remembered, to the commit.
        """
        data = self._checkpoints.transcript(session)
        if data is None:
            self._result.unreadable += 1
            self._result.tell(f"{session.checkpoint}: its transcript is missing or too large")
            return None
        path = lay_transcript(self._folder, session.session, data)
        if path is None:
            self._result.unreadable += 1
            who = session.agent or "an unknown agent"
            self._result.tell(f"{session.checkpoint}: transcripts of {who} cannot be read")
            return None
        try:
            first = max(session.first or 0, end)
            found = self._workspace.agents.read(path, first=first, until=_moment(task, session))
        except TranscriptMissing as error:
            self._result.unreadable += 1
            self._result.tell(error.message)
            return None
        finally:
            path.unlink(missing_ok=True)
        if not found.events or found.first < first:
            self._result.empty += 1
            return None
        return replace(found, session=session.session)


def _moment(task: _Task, session: RecordedSession) -> float:
    """Up to when the session's records belong to the commit: the checkpoint is made with it, and a
    rebase or an amend leaves one of the commit's times as it was.
    """
    latest = max(task.head.commit_time, task.head.author_time)
    made = session.created or task.head.author_time
    return float(min(max(made, task.head.author_time), latest)) + 1.0


def _roots_of(transcript: Transcript, paths: Collection[str]) -> list[str]:
    """The names of the work tree in the transcript, on whatever machine it was: what stands before
    a file of the commit in the path of an edit; else where the session began.
    """
    found = Counter[str]()
    for event in transcript.events:
        if event.kind is EventKind.CALL and event.tool in EDIT_TOOLS and event.path:
            path = event.path.replace("\\", "/")
            found.update(path[: -len(name) - 1] for name in paths if path.endswith(f"/{name}"))
    roots = [root for root, _ in found.most_common(_MOST_ROOTS) if root]
    return roots or list(transcript.cwds[:1])


def _took_part(traces: Traces, change: Change, paths: Collection[str], head: CommitText) -> bool:
    """Whether the session wrote what the commit holds, or made the commit."""
    for edit in traces.edits:
        has_marks = bool(edit.added or edit.removed)
        holds = bool(edit.added & change.added_marks or edit.removed & change.removed_marks)
        if (edit.path in paths and (holds or not has_marks)) or (not edit.path and holds):
            return True
    subject = head.message.strip().partition("\n")[0].strip()
    when = float(head.author_time)
    return any(
        subject in command.subjects
        if command.subjects
        else command.start - 1.0 <= when <= min(command.end, command.start + _CLOCK_SECONDS)
        for command in traces.commits
    )


def _of_checkpoint(memory: Memory, session: RecordedSession, old: Sequence[str]) -> Memory:
    """The memory with its door to the checkpoint; it takes the place of one without a session."""
    extra = {**memory.provenance.extra, SOURCE: _source_of(session)}
    provenance = replace(memory.provenance, extra=extra)
    supersedes = tuple(dict.fromkeys((*memory.supersedes, *old)))
    return replace(memory, provenance=provenance, supersedes=supersedes)


def _source_of(session: RecordedSession) -> str:
    return f"{_ENTIRE}{session.checkpoint}"
