"""Memories for commits that have none: from transcripts still on disk, else from history.

Sessions go oldest first, because each slice begins where the one before ends.  History goes
newest first, because whoever stops it has the most useful part then.  What is written is in the
notes and is not done again; what is worth nothing is listed beside them.  So it can be killed at
any time, and a second run goes on where it was.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace

from gitmem.capture.agent_work import AgentWork
from gitmem.capture.capture_commit import capture_commit, capture_turn
from gitmem.capture.workspace import Workspace
from gitmem.compress.compressor import Compressor
from gitmem.compress.offline.history import NAME
from gitmem.errors import BackfillRunning, GitmemError
from gitmem.git.commits import CommitReader
from gitmem.git.log import walk_ids
from gitmem.git.pack import MIN_NOTES_TO_PACK, pack_since
from gitmem.git.promisor import Lack, bring_changes
from gitmem.git.repo import Repo, may_lack_objects
from gitmem.index.cache import Index
from gitmem.model.memory import Memory
from gitmem.model.note import NOTES_REF, Document
from gitmem.notes.store import NoteStore
from gitmem.refresh.refresh import catch_up_index, refresh, refresh_index
from gitmem.state.batch_files import BatchEntry, BatchFiles
from gitmem.state.lock import lock
from gitmem.state.pending import PendingStore
from gitmem.state.skipped_commits import SkippedCommits
from gitmem.upkeep.backfill_plan import (
    BackfillPlan,
    commits_to_read,
    worktrees_with_transcripts,
)
from gitmem.upkeep.batches import Batches, collect_batches, entries_of, submit_waiting
from gitmem.upkeep.history_memories import HistoryVerdict, judge_history
from gitmem.upkeep.prompt_reasons import PromptReasons
from gitmem.upkeep.unread_sessions import unread_lines, waiting_commits

_BATCH = 1_000
_BATCH_SECONDS = 20.0
_DAY = 86_400.0
_BEFORE = 30 * _DAY
_AFTER = 14 * _DAY
_FIRST_BYTES = 1 << 16
_TIME = re.compile(rb"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d")
_SHOWN_PROBLEMS = 5


@dataclass
class Report:
    """What was done; the counts are of commits.

    ``handed_over`` counts slices that a model will make again, ``collected`` memories that one
    did, ``running`` batches that are not answered yet.  ``lacking`` are commits whose contents a
    partial clone does not have and could not get, ``why_lacking`` says why.  ``waiting`` are left
    for the next run: sessions that may have made them cannot be read, as ``unread`` says.
    """

    from_transcripts: int = 0
    from_history: int = 0
    not_worth: int = 0
    memories: int = 0
    problems: int = 0
    lacking: int = 0
    why_lacking: str = ""
    waiting: int = 0
    unread: list[str] = field(default_factory=list)
    handed_over: int = 0
    collected: int = 0
    running: int = 0
    notices: list[str] = field(default_factory=list)

    def tell(self, notice: str) -> None:
        """Add a notice; of many the first few are kept."""
        if len(self.notices) < _SHOWN_PROBLEMS and notice not in self.notices:
            self.notices.append(notice)


def backfill(
    workspace: Workspace,
    plan: BackfillPlan,
    advance: Callable[[int], None],
    batches: Batches | None = None,
) -> Report:
    """Do what is planned; ``advance`` is called with the number of commits finished.

    With ``batches`` everything is written by the offline compressor first, and what is worth a
    model's time is handed over to it at the end.

    Raises:
        BackfillRunning: another one is at work here.
        NotesMoved, ReadOnlyRepository, DiskFull: the notes ref cannot be written; what was
            written before is kept.
        KeyboardInterrupt: after what was judged so far is written.
    """
    report = Report()
    with _lock_backfill(workspace.repo):
        notes = NoteStore(workspace.repo)
        base = notes.tip()
        if batches:
            _collect(workspace, batches, report, wait=False)
        ours = _BatchQueue(workspace.repo) if batches else None
        try:
            lack = _bring(workspace.repo, plan)
            report.lacking = len(lack.commits)
            report.why_lacking = lack.reason if lack else ""
            free = replace(workspace, compressor=_offline_compressor()) if batches else workspace
            sessions = [commit for commit in plan.sessions if commit not in lack.commits]
            done = _from_transcripts(free, sessions, report, advance, ours)
            left = [commit for commit in plan.history if commit not in done | lack.commits]
            waiting = _wait_for_sessions(workspace, plan, done, report)
            left = [commit for commit in left if commit not in waiting]
            advance(len(plan.history) - len(left))
            every = list(walk_ids(workspace.repo, "HEAD")) if left else []
            prompts = PromptReasons(workspace, every, os.environ)
            _from_history(workspace, notes, left, report, advance, ours, prompts)
        finally:
            _index_and_pack(workspace.repo, notes, base, report)
        if batches:
            report.handed_over, reason = submit_waiting(workspace, batches)
            report.running = len(BatchFiles(workspace.repo).running())
            if reason:
                report.tell(
                    f"not everything was handed over to {batches.compressor.name}: {reason}"
                )
    return report


def _wait_for_sessions(
    workspace: Workspace, plan: BackfillPlan, done: set[str], report: Report
) -> set[str]:
    """The commits that wait for sessions which cannot be read, those that no other one made."""
    if plan.unread is None:
        return set()
    unread = list(dict.fromkeys([*plan.unread, *workspace.agents.unread()]))
    left = [commit for commit in plan.open if commit not in done]
    found = waiting_commits(workspace.repo, left, unread)
    report.waiting = len(found)
    report.unread = unread_lines(unread) if found else []
    return found


def _bring(repo: Repo, plan: BackfillPlan) -> Lack:
    """In a partial clone, fetch what the plan's commits need, all at once."""
    wanted = dict.fromkeys((*plan.sessions, *commits_to_read(repo, plan)))
    return bring_changes(repo, list(wanted)) if may_lack_objects(repo) else Lack()


def collect(workspace: Workspace, batches: Batches, report: Report, *, wait: bool) -> None:
    """Write what a model answered to earlier batches; with ``wait``, wait for the rest.

    Raises:
        BackfillRunning: another one is at work here.
        NotesMoved, ReadOnlyRepository, DiskFull: the notes ref cannot be written.
    """
    with _lock_backfill(workspace.repo):
        _collect(workspace, batches, report, wait=wait)


def _collect(workspace: Workspace, batches: Batches, report: Report, *, wait: bool) -> None:
    found = collect_batches(workspace, batches, wait=wait)
    report.collected += found.memories
    report.running = found.running
    if found.failed:
        report.tell(f"the model made nothing of {found.failed} slices; their memories stay")
    for notice in found.notices:
        report.tell(notice)


def _offline_compressor() -> Compressor:
    from gitmem.compress.offline.extractive import ExtractiveCompressor

    return ExtractiveCompressor()


class _BatchQueue:
    """What a model should rewrite, recorded as soon as the notes contain it."""

    def __init__(self, repo: Repo) -> None:
        self._files = BatchFiles(repo)
        self._entries = self._files.waiting()

    def add(self, entries: Sequence[BatchEntry]) -> None:
        """Keep these, too; durable on return."""
        if entries:
            self._entries += entries
            self._files.wait(self._entries)


def _from_transcripts(
    workspace: Workspace,
    commits: Sequence[str],
    report: Report,
    advance: Callable[[int], None],
    better: _BatchQueue | None,
) -> set[str]:
    """Remember commits as capture does; those that a memory came of."""
    done: set[str] = set()
    if not commits:
        return done
    sessions: set[str] = set()
    reader = CommitReader(workspace.repo)
    places = worktrees_with_transcripts(workspace)
    with closing(refresh(workspace.repo)) as index:
        for commit in commits:
            # As if it had been captured then: a rebase gave it a later time, and by then the
            # session was at other work.  Whole seconds: what was said within the commit's own
            # belongs to it.
            moment = reader.head(commit).author_time + 1.0
            made = _capture_in_worktrees(workspace, index, commit, moment, places, report)
            if made:
                done.add(commit)
                report.from_transcripts += 1
                report.memories += len(made)
                sessions |= {memory.provenance.session for memory in made}
                if better:
                    better.add(entries_of(commit, made))
            advance(1)
        for pending in PendingStore(workspace.repo).newest_first():
            session = pending.memory.provenance.session
            if not pending.note and session in sessions:
                # What waits is what came after the commits that now have the rest.
                with suppress(GitmemError):
                    capture_turn(workspace, index, AgentWork(pending.worktree, session))
    return done


def _capture_in_worktrees(
    workspace: Workspace,
    index: Index,
    commit: str,
    moment: float,
    places: Sequence[str],
    report: Report,
) -> tuple[Memory, ...]:
    """The memories of the work tree where the commit was made: the first that has any."""
    for worktree in places:
        try:
            catch_up_index(workspace.repo, index)
            work = AgentWork(worktree, moment=moment, is_past=True)
            outcome = capture_commit(workspace, index, commit, work)
        except GitmemError as error:
            report.problems += 1
            report.tell(f"{commit[:10]}: {error.message}")
            return ()
        for notice in outcome.notices:
            report.tell(f"{commit[:10]}: {notice}")
        if outcome.memories:
            return outcome.memories
    return ()


def _from_history(
    workspace: Workspace,
    notes: NoteStore,
    commits: Sequence[str],
    report: Report,
    advance: Callable[[int], None],
    better: _BatchQueue | None,
    prompts: PromptReasons,
) -> None:
    batch = _Batch(workspace.repo, notes, report, better)
    try:
        with closing(judge_history(workspace.repo, commits, workspace.policy)) as judgements:
            for judgement in judgements:
                if judgement.problem:
                    report.problems += 1
                    report.tell(judgement.problem)
                else:
                    told = prompts.revise(judgement.commit, judgement.document)
                    batch.put(replace(judgement, document=told))
                advance(1)
    except KeyboardInterrupt:
        batch.write()
        raise
    batch.write()


class _Batch:
    """Judged commits that are not yet written: one note commit for many."""

    def __init__(
        self, repo: Repo, notes: NoteStore, report: Report, better: _BatchQueue | None
    ) -> None:
        self._notes = notes
        self._better = better
        self._skipped = SkippedCommits(repo, NAME)
        self._report = report
        self._documents: dict[str, list[Document]] = {}
        self._not_worth: list[str] = []
        self._long: list[BatchEntry] = []
        self._since = time.monotonic()

    def put(self, judgement: HistoryVerdict) -> None:
        """Add one; written when there are many, or when the last write was long ago."""
        document = judgement.document
        if document is None:
            self._not_worth.append(judgement.commit)
        else:
            self._documents[judgement.commit] = [document]
            if judgement.is_long and document.memory is not None:
                self._long += entries_of(judgement.commit, [document.memory])
        is_late = time.monotonic() - self._since > _BATCH_SECONDS
        if is_late or len(self._documents) >= _BATCH or len(self._not_worth) >= 4 * _BATCH:
            self.write()

    def write(self) -> None:
        """Make durable what is here: the notes first, since only they cannot be made again."""
        count = len(self._documents)
        if self._documents:
            self._notes.add(self._documents, f"notes: backfill {count} from history")
        if self._better:
            self._better.add(self._long)
        self._skipped.add(self._not_worth)
        self._report.from_history += count
        self._report.memories += count
        self._report.not_worth += len(self._not_worth)
        self._documents, self._not_worth, self._long = {}, [], []
        self._since = time.monotonic()


def _index_and_pack(repo: Repo, notes: NoteStore, base: str | None, report: Report) -> None:
    """The index follows, and thousands of small files become one."""
    if report.memories:
        with closing(refresh(repo)) as index:
            refresh_index(notes, index)
    if report.memories >= MIN_NOTES_TO_PACK:
        pack_since(repo, NOTES_REF, base)


@contextmanager
def _lock_backfill(repo: Repo) -> Iterator[None]:
    with lock(repo, "backfill") as is_ours:
        if not is_ours:
            raise BackfillRunning("another 'gitmem backfill' is running in this repository")
        yield
