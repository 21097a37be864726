"""Improving memories later: asking a model again about what a stand-in wrote.

A memory is never changed.  The records it was made of (or the commit, where there was no session)
are read once more, and what comes of them joins the same notes as new memories that supersede the
old ones.  Each capture is written as soon
as it is done, so that whatever ends this loses nothing, and the next run goes on from there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

from gitmem.capture.hand_edits import hand_edited_ids
from gitmem.capture.prompt_limit import limit_to_policy
from gitmem.capture.reread import reread
from gitmem.capture.workspace import Workspace
from gitmem.compress.citations import cite_evidence
from gitmem.compress.compressor import Compression, Compressor, Estimate
from gitmem.compress.writer_name import (
    is_by,
    is_by_agent,
    is_named_in,
    is_stand_in,
    judged_mark,
    replacement_mark,
    writer_of,
)
from gitmem.errors import (
    CompressorFailed,
    GitmemError,
    TranscriptMissing,
    UnknownRevision,
)
from gitmem.git.commits import read_change
from gitmem.guard.redact import make_evidence, redact_change, redact_memory
from gitmem.index.cache import Index
from gitmem.index.memories import memories_of
from gitmem.model.change import Change
from gitmem.model.memory import Memory
from gitmem.model.session import Slice
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from gitmem.refresh.refresh import refresh_index
from gitmem.state.lock import lock
from gitmem.upkeep.batches import commit_slice
from gitmem.upkeep.select_captures import Capture

_PATIENCE = 3
"""Failures in a row: whoever is not logged in will not be for the next one either."""


@dataclass(frozen=True)
class RecompressResult:
    """What became of a capture: ``memories`` in the place of the old ones, or a ``reason`` why not.

    ``is_kept``: the old words stay, because whoever was asked had nothing better.  ``is_failed``:
    a later try may do.
    """

    capture: Capture
    memories: tuple[Memory, ...] = ()
    reason: str = ""
    is_kept: bool = False
    is_failed: bool = False


def estimate(workspace: Workspace, capture: Capture, compressor: Compressor) -> Estimate:
    """What improving a capture would cost; no model is asked.

    Raises:
        TranscriptMissing: it cannot be improved, because its records are missing.
        GitmemError: it is to stay as it is.
    """
    part, change = _material(workspace, capture, compressor)
    policy = workspace.policy
    shown = None if change is None else redact_change(change, policy)
    return compressor.estimate(make_evidence(part, policy), shown)


def recompress(
    workspace: Workspace, captures: Iterable[Capture], compressor: Compressor
) -> Iterator[RecompressResult]:
    """Improve the captures one by one; each is durable when its result is returned.

    What cannot be improved stays as it is, with a reason.

    When the compressor fails several times in a row, the rest is left for another run.

    Raises:
        NotesMoved, ReadOnlyRepository, DiskFull: the notes ref cannot be written.
        GitmemError: another process is bettering memories here.
    """
    notes = NoteStore(workspace.repo)
    failures = 0
    with (
        lock(workspace.repo, "recompress") as is_ours,
        closing(Index.open(workspace.repo.state_dir)) as index,
    ):
        if not is_ours:
            raise GitmemError("another 'gitmem recompress' is running here", "Wait for it")
        for capture in captures:
            result = _recompress_capture(workspace, notes, index, capture, compressor)
            yield result
            failures = failures + 1 if result.is_failed else 0
            if failures == _PATIENCE:
                return


def _recompress_capture(
    workspace: Workspace, notes: NoteStore, index: Index, capture: Capture, compressor: Compressor
) -> RecompressResult:
    if not capture.is_named and (rivals := capture.rivals):
        return _join_rivals(notes, index, capture, rivals[0])
    try:
        part, change = _material(workspace, capture, compressor)
        made = _compress(workspace, part, change, compressor)
    except CompressorFailed as error:
        return RecompressResult(capture, reason=error.message, is_failed=True)
    except (TranscriptMissing, _NothingToDo, UnknownRevision) as error:
        return RecompressResult(capture, reason=error.message)
    refresh_index(notes, index)  # it may have taken minutes
    live = {stored.memory.id for stored in memories_of(index, capture.commits)}
    if not {memory.id for memory in capture.memories} <= live:
        return RecompressResult(capture, reason="it has changed meanwhile")
    successors = _successors(workspace, capture, made)
    _write(notes, index, capture, successors)
    return RecompressResult(capture, tuple(successors), made.notice, is_kept=not made.memories)


def _join_rivals(
    notes: NoteStore, index: Index, capture: Capture, stays: Sequence[Memory]
) -> RecompressResult:
    """One of several answers, superseding all; no model is asked.

    The same memories come of it on every clone, and so the same ids: this joins for good.
    """
    supersedes = tuple(sorted(_superseded_ids(capture)))
    memories = [replace(memory, supersedes=supersedes) for memory in stays]
    _write(notes, index, capture, memories)
    return RecompressResult(capture, tuple(memories), "two clones improved it", is_kept=True)


def _write(notes: NoteStore, index: Index, capture: Capture, memories: Sequence[Memory]) -> None:
    documents = [document_of(memory) for memory in memories]
    count = "1 memory" if len(memories) == 1 else f"{len(memories)} memories"
    subject = f"notes: recompress {capture.commits[0][:10]} ({count})"
    notes.add(dict.fromkeys(capture.commits, documents), subject)
    refresh_index(notes, index)


def _superseded_ids(capture: Capture) -> dict[str, None]:
    """The capture's memories, and what they superseded themselves.

    Both are named, so that the older stay hidden when somebody forgets one of those between.
    """
    old = dict.fromkeys(memory.id for memory in capture.memories)
    return {**old, **{name: None for memory in capture.memories for name in memory.supersedes}}


def _material(
    workspace: Workspace, capture: Capture, compressor: Compressor
) -> tuple[Slice, Change | None]:
    """What there is to compress.

    Raises:
        _NothingToDo: the capture is to stay as it is.
        TranscriptMissing: its records are not there any more.
        UnknownRevision: nor is its commit.
    """
    if capture.rivals and not capture.is_named:
        raise _NothingToDo("two clones improved it: their answers are joined, at no cost")
    if not capture.is_named and all(_is_done(memory, compressor) for memory in capture.memories):
        raise _NothingToDo(f"'{compressor.name}' has already written or judged it")
    edited = hand_edited_ids(NoteStore(workspace.repo), capture.commits)
    if edited & {memory.id for memory in capture.memories}:
        raise _NothingToDo("somebody edited it by hand")
    if any(is_by_agent(memory.provenance.compressor) for memory in capture.memories):
        raise _NothingToDo("the session's own agent wrote it")
    change = _change(workspace, capture)
    if change is not None and is_by(capture.origin.compressor, "history"):
        return commit_slice(change), change
    return reread(workspace, capture.origin), change


def _change(workspace: Workspace, capture: Capture) -> Change | None:
    """The commit that the slice was compressed with; after a rewrite one that took its place.

    Raises:
        UnknownRevision: none of them is here.
    """
    origin = capture.origin
    if not origin.commit:
        return None
    missing = UnknownRevision(f"commit '{origin.commit[:10]}' is not here", "")
    for commit in dict.fromkeys([origin.commit, *capture.commits]):
        try:
            return read_change(workspace.repo, commit, origin.branch, workspace.policy.covers)
        except UnknownRevision as error:
            missing = error
    raise missing


def _compress(
    workspace: Workspace, part: Slice, change: Change | None, compressor: Compressor
) -> Compression:
    shown = None if change is None else redact_change(change, workspace.policy)
    evidence = make_evidence(part, workspace.policy)
    made = cite_evidence(compressor.compress(evidence, shown), evidence)
    if is_stand_in(made.compressor):
        raise CompressorFailed(made.notice or "only a stand-in answered")
    limited = (limit_to_policy(m, workspace.policy, part.events, change) for m in made.memories)
    return replace(made, memories=tuple(limited))


def _successors(workspace: Workspace, capture: Capture, made: Compression) -> list[Memory]:
    """The new memories; the old words under a new mark where the compressor wrote none."""
    supersedes = tuple(_superseded_ids(capture))
    if made.memories:
        mark = replacement_mark(made.compressor, capture.origin.compressor)
        marked = [(memory, mark) for memory in made.memories]
    else:
        marked = [
            (m, judged_mark(m.provenance.compressor, made.compressor)) for m in capture.memories
        ]
    return [
        redact_memory(
            replace(
                memory,
                supersedes=supersedes,
                provenance=replace(
                    capture.origin,
                    compressor=mark,
                    model=made.model,
                    tokens_in=made.tokens_in,
                    tokens_out=made.tokens_out,
                    tokens_extra={},
                ),
            ),
            workspace.policy,
        )
        for memory, mark in marked
    ]


class _NothingToDo(GitmemError):
    """A capture is to stay as it is."""


def _is_done(memory: Memory, compressor: Compressor) -> bool:
    """Whether this compressor has judged the memory in an earlier run, or wrote it as it is.

    Without this a run that asks for what, say, ``anthropic`` wrote would never come to an end.
    """
    mark = memory.provenance.compressor
    if is_stand_in(mark):
        return writer_of(mark) == compressor.name
    return bool(memory.supersedes) and is_named_in(compressor.name, mark)
