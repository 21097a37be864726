"""Improving what backfill wrote offline, with a model in batches: submit now, collect later.

Backfill never waits for a model: a memory of the offline compressor is in the note at once.  What
is worth a model's money is listed, handed over in batches, and when the answers are there they
supersede what they were made from.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace

from gitmem.capture.agent_work import AgentWork
from gitmem.capture.compress_slice import finish
from gitmem.capture.compressors import allowance_of, batches_of
from gitmem.capture.session_candidates import session_file
from gitmem.capture.transcript_range import read_again
from gitmem.capture.workspace import Workspace
from gitmem.compress.citations import cite_evidence
from gitmem.compress.compressor import BatchCompressor, BatchItem, Compression, Estimate
from gitmem.compress.models.allowance import Allowance
from gitmem.compress.models.prices import BATCH_SHARE
from gitmem.errors import CompressorFailed, GitmemError, TranscriptMissing
from gitmem.git.commits import CommitReader
from gitmem.guard.redact import Evidence, make_evidence, redact_change
from gitmem.index.memories import memories_with_id
from gitmem.model.change import Change
from gitmem.model.memory import Memory
from gitmem.model.note import Document
from gitmem.model.session import Event, EventKind, Slice
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from gitmem.refresh.refresh import refresh
from gitmem.state.batch_files import BatchEntry, BatchFiles

_ITEMS_OF_A_BATCH = 500
_POLL_SECONDS = 20.0
_SHOWN_LINES = 120


@dataclass(frozen=True)
class Batches:
    """The compressor that answers in batches, and what it may cost."""

    compressor: BatchCompressor
    allowance: Allowance


@dataclass
class BatchReport:
    """What came back: memories written, slices of which none came, and batches still running."""

    memories: int = 0
    failed: int = 0
    running: int = 0
    notices: tuple[str, ...] = ()


def choose_batches(
    workspace: Workspace, environ: Mapping[str, str] | None = None
) -> Batches | None:
    """Where ``anthropic`` is asked first, its batches at half the price; else None."""
    settings = workspace.settings
    if settings.compressor[:1] != ("anthropic",):
        return None
    compressor = batches_of(settings, os.environ if environ is None else environ)
    allowance = allowance_of(workspace.repo, settings)
    full_price = allowance.price

    def price(model: str, tokens_in: int, tokens_cached: int, tokens_out: int) -> float | None:
        dollars = full_price(model, tokens_in, tokens_cached, tokens_out)
        return None if dollars is None else dollars * BATCH_SHARE

    return Batches(compressor, replace(allowance, price=price))


def entries_of(commit: str, memories: Iterable[Memory]) -> list[BatchEntry]:
    """Which of a commit's memories a model should rewrite: one entry per slice."""
    by_slice: dict[tuple[str, tuple[int, int]], list[Memory]] = {}
    for memory in memories:
        origin = memory.provenance
        by_slice.setdefault((origin.session, origin.records or (0, 0)), []).append(memory)
    return [
        BatchEntry(
            commit=commit,
            before=tuple(memory.id for memory in found),
            branch=found[0].provenance.branch,
            session=session,
            first=first,
            end=end,
        )
        for (session, (first, end)), found in by_slice.items()
    ]


def estimate_commit(workspace: Workspace, batches: Batches, commit: str) -> Estimate:
    """What a commit without a session would cost; nothing if it cannot be read."""
    item = _Remaker(workspace).item(BatchEntry(commit, ("estimate",)))
    return batches.compressor.estimate(item.evidence, item.change) if item else Estimate()


def submit_waiting(workspace: Workspace, batches: Batches) -> tuple[int, str]:
    """Hand over what waits; returns how many slices were, and why the rest was not (or nothing).

    A batch is noted as soon as it is handed over.  If this process is killed in between it is
    handed over again, and paid twice.

    Raises:
        DiskFull, ReadOnlyRepository: what was handed over could not be noted.
    """
    files = BatchFiles(workspace.repo)
    remaker = _Remaker(workspace)
    purse = _Budget(batches)
    count = 0
    while waiting := files.waiting():
        some, rest = waiting[:_ITEMS_OF_A_BATCH], waiting[_ITEMS_OF_A_BATCH:]
        items: list[BatchItem] = []
        later: list[BatchEntry] = []
        for entry in some:
            item = remaker.item(entry)
            if item is not None and purse.allows(item):
                items.append(item)
            elif purse.is_empty:
                later.append(entry)
        if items:
            try:
                batch = batches.compressor.submit(items)
            except CompressorFailed as error:
                return count, error.message
            keys = {item.key for item in items}
            files.hand_over(batch, [entry for entry in some if entry.key in keys])
            count += len(items)
        files.wait([*later, *rest])
        if purse.is_empty:
            break
    return count, purse.reason


class _Budget:
    """What may still be handed over today.  What is too much for one commit is left out; what is
    too much for the day waits for the next one.
    """

    def __init__(self, batches: Batches) -> None:
        self._batches = batches
        limits = batches.allowance.limits
        of_a_day = replace(limits, tokens_per_commit=0, dollars_per_commit=0.0)
        self._of_a_day = replace(batches.allowance, limits=of_a_day)
        self._cost = Estimate()
        self.is_empty = False
        self.reason = ""

    def allows(self, item: BatchItem) -> bool:
        """Whether the item may be handed over; if so it counts from now on."""
        cost = self._batches.compressor.estimate(item.evidence, item.change)
        booked = _sum(self._cost, cost)
        try:
            self._of_a_day.allow(booked)
        except CompressorFailed as error:
            self.is_empty, self.reason = True, error.message
            return False
        try:
            self._batches.allowance.begin(item.key)
            self._batches.allowance.allow(cost)
        except CompressorFailed as error:
            self.reason = error.message
            return False
        self._cost = booked
        return True


def collect_batches(
    workspace: Workspace,
    batches: Batches,
    *,
    wait: bool = False,
    sleep: Callable[[float], None] = time.sleep,
) -> BatchReport:
    """Write what the model answered to earlier batches; with ``wait``, until all have ended.

    Raises:
        NotesMoved, ReadOnlyRepository, DiskFull: the notes ref cannot be written; what was
            collected stays to be collected.
    """
    files = BatchFiles(workspace.repo)
    collected = BatchReport()
    while True:
        collected.running, notices = 0, []
        for batch, entries in files.running().items():
            try:
                found = _collect(workspace, batches, batch, entries)
            except CompressorFailed as error:
                notices.append(f"batch '{batch}': {error.message}")
                continue
            if found is None:
                collected.running += 1
                continue
            files.done(batch)
            collected.memories += found[0]
            collected.failed += found[1]
        collected.notices = tuple(notices)
        if not wait or not collected.running:
            return collected
        sleep(_POLL_SECONDS)


def _collect(
    workspace: Workspace, batches: Batches, batch: str, entries: Sequence[BatchEntry]
) -> tuple[int, int] | None:
    """How many memories of a batch were written, and how many slices gave none; None: not yet."""
    remaker = _Remaker(workspace)
    items = [item for entry in entries if (item := remaker.item(entry)) is not None]
    found = batches.compressor.collect(batch, items)
    if found is None:
        return None
    changes = {item.key: item.change for item in items}
    documents: dict[str, list[Document]] = {}
    paid: list[tuple[str, Compression]] = []
    written = failed = 0
    for entry in entries:
        made, change = found.get(entry.key), changes.get(entry.key)
        if isinstance(made, Compression):
            paid.append((entry.commit, made))
        if not isinstance(made, Compression) or change is None:
            failed += 1  # the batch has no answer to it, or its commit is gone
            continue
        memories = remaker.finish_entry(entry, made, change)
        documents.setdefault(change.commit, []).extend(map(document_of, memories))
        written += len(memories)
        failed += not memories
    if written:
        NoteStore(workspace.repo).add(
            documents, f"notes: {written} made again by {batches.compressor.name}"
        )
        refresh(workspace.repo).close()
    # Booked when it is written: a batch whose notes could not be is collected, and paid, once.
    for commit, made in paid:
        batches.allowance.begin(commit)
        batches.allowance.pay(made.compressor, made.model, made.tokens_in, 0, made.tokens_out)
    return written, failed


class _Remaker:
    """Makes the slices of entries again, from what is still there."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._reader = CommitReader(workspace.repo)
        self._worktree = str(workspace.repo.worktree or workspace.repo.common_dir)

    def item(self, entry: BatchEntry) -> BatchItem | None:
        """The masked slice and change; None when the commit is gone."""
        policy = self._workspace.policy
        try:
            change = self._reader.change(
                entry.commit, entry.branch, policy.covers, with_marks=False
            )
        except GitmemError:
            return None
        masked = redact_change(change, policy)
        return BatchItem(entry.key, self._evidence(entry, masked), masked)

    def finish_entry(self, entry: BatchEntry, made: Compression, change: Change) -> list[Memory]:
        """The answer's memories with their origin, in the place of those made before."""
        part = Slice(entry.session, self._agent(entry), (), entry.first, entry.end)
        if entry.session:
            made = cite_evidence(made, self._evidence(entry, change))
        memories = finish(made, part, change, self._workspace.policy)
        return [replace(memory, supersedes=entry.before) for memory in memories]

    def _agent(self, entry: BatchEntry) -> str:
        if not entry.session:
            return ""
        with closing(refresh(self._workspace.repo)) as index:
            stored = memories_with_id(index, entry.before[0])
        return stored[0].memory.provenance.agent if stored else ""

    def _evidence(self, entry: BatchEntry, change: Change) -> Evidence:
        if entry.session and (file := session_file(self._workspace, entry.session)):
            with suppress(TranscriptMissing):
                transcript = read_again(self._workspace, file, entry.first, entry.end)
                part = AgentWork(self._worktree).slice_of(transcript)
                return make_evidence(part, self._workspace.policy)
        return make_evidence(commit_slice(change), self._workspace.policy)


def commit_slice(change: Change) -> Slice:
    """A commit without a session, if a model needs more than its message."""
    shown = "\n".join(change.added_lines[:_SHOWN_LINES])
    events = (
        Event(EventKind.SAY, 0, float(change.time), text=change.message),
        Event(EventKind.RESULT, 0, float(change.time), text=f"added lines:\n{shown}"),
    )
    return Slice("", "", events, 0, 0)


def _sum(one: Estimate, other: Estimate) -> Estimate:
    return Estimate(
        tokens_in=one.tokens_in + other.tokens_in,
        tokens_out=one.tokens_out + other.tokens_out,
        dollars=one.dollars + other.dollars,
        is_priced=one.is_priced and other.is_priced,
    )
