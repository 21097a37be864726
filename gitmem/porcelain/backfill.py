"""Memories for the commits that have none: from transcripts still on disk, else from history.

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
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path

from gitmem.agents.adapter import TranscriptFile
from gitmem.compress.history import NAME, is_worth_reading
from gitmem.errors import BackfillRunning, GitmemError
from gitmem.model.note import NOTES_REF, Document
from gitmem.porcelain.history import judge_history
from gitmem.porcelain.means import Means
from gitmem.porcelain.refresh import refresh, refresh_index
from gitmem.porcelain.remember import Request, remember, remember_turn
from gitmem.store.commits import CommitReader
from gitmem.store.gitdir import Repo
from gitmem.store.history import emails_here, walk_ids
from gitmem.store.judged import Judged
from gitmem.store.lock import backfill_lock
from gitmem.store.notes import NoteStore
from gitmem.store.packing import pack_since
from gitmem.store.pending import PendingStore

_BATCH = 1_000
_BATCH_SECONDS = 20.0
_DAY = 86_400.0
_BEFORE = 30 * _DAY
_AFTER = 14 * _DAY
_FIRST_BYTES = 1 << 16
_TIME = re.compile(rb"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d")
_SHOWN_PROBLEMS = 5
_WORTH_PACKING = 500


@dataclass(frozen=True)
class Selection:
    """Which commits: a revision or range, dates as git reads them, the most to be done."""

    revision: str = "HEAD"
    since: str = ""
    until: str = ""
    limit: int | None = None
    with_transcripts: bool = True
    with_history: bool = True


@dataclass(frozen=True)
class Plan:
    """What is to be done: ``sessions`` may have one and are tried oldest first, ``history`` are
    all that have no memory, newest first.  The counts are of the commits selected.
    """

    commits: int
    remembered: int
    judged: int
    sessions: tuple[str, ...]
    history: tuple[str, ...]

    @property
    def steps(self) -> int:
        """How many times ``advance`` will be told of a commit."""
        return len(self.sessions) + len(self.history)


@dataclass
class Report:
    """What was done; the counts are of commits."""

    from_transcripts: int = 0
    from_history: int = 0
    not_worth: int = 0
    memories: int = 0
    problems: int = 0
    notices: list[str] = field(default_factory=list)

    def tell(self, notice: str) -> None:
        """Add a notice; of many the first few are kept."""
        if len(self.notices) < _SHOWN_PROBLEMS and notice not in self.notices:
            self.notices.append(notice)


def plan_backfill(means: Means, selection: Selection) -> Plan:
    """Find the commits without a memory.  Nothing is written but the index.

    Raises:
        UnknownRevision: the revision or range names nothing.
    """
    repo = means.repo
    options = [f"--{name}={value}" for name, value in _dates(selection) if value]
    commits = list(walk_ids(repo, selection.revision, options))
    with closing(refresh(repo)) as index:
        annotated = index.annotated()
    judged = Judged(repo, NAME).commits()
    open_ = [commit for commit in commits if commit not in annotated]
    history = [commit for commit in open_ if commit not in judged]
    possible = _with_transcripts(means, open_) if selection.with_transcripts else []
    if selection.limit is not None:
        history = history[: selection.limit]
        possible = [commit for commit in possible if commit in set(history)]
    return Plan(
        commits=len(commits),
        remembered=len(commits) - len(open_),
        judged=len(open_) - len([commit for commit in open_ if commit not in judged]),
        sessions=tuple(reversed(possible)),
        history=tuple(history) if selection.with_history else (),
    )


def count_worth(repo: Repo, plan: Plan) -> int:
    """How many of the plan's commits say enough for a memory, by their messages alone."""
    reader = CommitReader(repo)
    heads = (reader.head(commit) for commit in plan.history)
    return sum(is_worth_reading(head.message, head.author, head.parents) for head in heads)


def backfill(means: Means, plan: Plan, advance: Callable[[int], None]) -> Report:
    """Do what is planned; ``advance`` is told how many commits are behind it.

    Raises:
        BackfillRunning: another one is at work here.
        NotesMoved, ReadOnlyRepository, DiskFull: the notes ref cannot be written; what was
            written before is kept.
        KeyboardInterrupt: after what was judged so far is written.
    """
    report = Report()
    with _alone(means.repo):
        notes = NoteStore(means.repo)
        base = notes.tip()
        try:
            done = _from_transcripts(means, plan.sessions, report, advance)
            left = [commit for commit in plan.history if commit not in done]
            advance(len(plan.history) - len(left))
            _from_history(means, notes, left, report, advance)
        finally:
            _settle(means.repo, notes, base, report)
    return report


def _from_transcripts(
    means: Means, commits: Sequence[str], report: Report, advance: Callable[[int], None]
) -> set[str]:
    """Remember commits as capture does; those that a memory came of."""
    done: set[str] = set()
    if not commits:
        return done
    sessions: set[str] = set()
    reader = CommitReader(means.repo)
    worktree = str(means.repo.need_worktree())
    for commit in commits:
        # Git's times are whole seconds: what was said within the commit's own belongs to it.
        moment = reader.head(commit).committed + 1.0
        try:
            outcome = remember(means, Request(commit, worktree, moment, is_past=True))
        except GitmemError as error:
            report.problems += 1
            report.tell(f"{commit[:10]}: {error.message}")
        else:
            for notice in outcome.notices:
                report.tell(f"{commit[:10]}: {notice}")
            if outcome.memories:
                done.add(commit)
                report.from_transcripts += 1
                report.memories += len(outcome.memories)
                sessions |= {memory.provenance.session for memory in outcome.memories}
        advance(1)
    for pending in PendingStore(means.repo).newest_first():
        if pending.memory.provenance.session in sessions:
            # What waits is what came after the commits that now have the rest.
            with suppress(GitmemError):
                remember_turn(means, pending.memory.provenance.session, pending.worktree)
    return done


def _from_history(
    means: Means,
    notes: NoteStore,
    commits: Sequence[str],
    report: Report,
    advance: Callable[[int], None],
) -> None:
    batch = _Batch(means.repo, notes, report)
    try:
        with closing(judge_history(means.repo, commits, means.policy)) as judgements:
            for judgement in judgements:
                if judgement.problem:
                    report.problems += 1
                    report.tell(judgement.problem)
                else:
                    batch.put(judgement.commit, judgement.document)
                advance(1)
    except KeyboardInterrupt:
        batch.write()
        raise
    batch.write()


class _Batch:
    """Judged commits that are not written yet: one note commit for many."""

    def __init__(self, repo: Repo, notes: NoteStore, report: Report) -> None:
        self._notes = notes
        self._judged = Judged(repo, NAME)
        self._report = report
        self._documents: dict[str, list[Document]] = {}
        self._not_worth: list[str] = []
        self._since = time.monotonic()

    def put(self, commit: str, document: Document | None) -> None:
        """Take in one; written when there are many or the last write is long ago."""
        if document is None:
            self._not_worth.append(commit)
        else:
            self._documents[commit] = [document]
        is_late = time.monotonic() - self._since > _BATCH_SECONDS
        if is_late or len(self._documents) >= _BATCH or len(self._not_worth) >= 4 * _BATCH:
            self.write()

    def write(self) -> None:
        """Make durable what is here: the notes first, since only they cannot be made again."""
        count = len(self._documents)
        if self._documents:
            self._notes.add(self._documents, f"notes: backfill {count} from history")
        self._judged.add(self._not_worth)
        self._report.from_history += count
        self._report.memories += count
        self._report.not_worth += len(self._not_worth)
        self._documents, self._not_worth = {}, []
        self._since = time.monotonic()


def _settle(repo: Repo, notes: NoteStore, base: str | None, report: Report) -> None:
    """The index follows, and thousands of small files become one."""
    if report.memories:
        with closing(refresh(repo)) as index:
            refresh_index(notes, index)
    if report.memories >= _WORTH_PACKING:
        pack_since(repo, NOTES_REF, base)


def _dates(selection: Selection) -> list[tuple[str, str]]:
    return [("since", selection.since), ("until", selection.until)]


def _with_transcripts(means: Means, commits: Sequence[str]) -> list[str]:
    """The commits that a session whose transcript is still there may have made.

    By somebody who works here, in the time that the transcripts span: sessions of this machine
    made no commit of anybody else, though they may have edited the same files.
    """
    repo = means.repo
    if repo.worktree is None or not commits:
        return []
    files = means.agents.transcripts_for(Path(os.path.realpath(repo.worktree)), 0.0)
    if not files:
        return []
    first = min(_begun(file) for file in files)
    last = max(file.modified for file in files) + _AFTER
    ours = emails_here(repo)
    reader = CommitReader(repo)
    found = []
    for commit in commits:
        head = reader.head(commit)
        if (not ours or ours & head.emails) and first <= head.committed <= last:
            found.append(commit)
    return found


def _begun(file: TranscriptFile) -> float:
    """About when a session began: the first time that stands in its transcript.

    Every agent writes times so.  A file's own time is when it was written to last, or copied.
    """
    try:
        with file.path.open("rb") as opened:
            match = _TIME.search(opened.read(_FIRST_BYTES))
        if match is not None:
            told = datetime.fromisoformat(match[0].decode()).replace(tzinfo=timezone.utc)
            return min(told.timestamp() - _DAY, file.modified)
    except (OSError, ValueError):
        pass
    return file.modified - _BEFORE


@contextmanager
def _alone(repo: Repo) -> Iterator[None]:
    with backfill_lock(repo) as is_ours:
        if not is_ours:
            raise BackfillRunning("another 'gitmem backfill' is at work in this repository")
        yield
