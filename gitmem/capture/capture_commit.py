"""From a commit to its note: the conductor of capture.

Session found → transcript read → sliced → masked → compressed → written.  Every step is a
function of the floors below; this module only orders them.  Running it twice writes once,
because what is already in a note is the beginning of the next slice.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from gitmem.agents.slice import slice_of
from gitmem.capture.commit_share import Share, share_of
from gitmem.capture.complete_turn import as_provisional, provisional_compressor
from gitmem.capture.compress_slice import compress_slice, iso_time
from gitmem.capture.session_candidates import makers_of, transcript_of
from gitmem.capture.transcript_range import mark_behind, read_unread
from gitmem.capture.workspace import Means
from gitmem.errors import GitmemError, TranscriptMissing
from gitmem.git.commits import read_change
from gitmem.git.identity import Identity
from gitmem.git.log import current_branch
from gitmem.git.repo import find_repo
from gitmem.guard.policy import Policy
from gitmem.guard.redact import make_evidence, redact_memory
from gitmem.index.cache import Index
from gitmem.model.change import Change
from gitmem.model.memory import Memory, Provenance
from gitmem.model.session import EventKind, Slice, Transcript
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from gitmem.refresh.refresh import refresh, refresh_index
from gitmem.state.cursors import Mark, read_seen, write_seen
from gitmem.state.pending import Pending, PendingStore
from gitmem.state.sessions import Registry


@dataclass(frozen=True)
class Request:
    """What to remember.

    ``moment`` (POSIX seconds) ends the slice: later records belong to later commits; None takes
    everything.  ``session`` is the session the commit's environment named; ``transcript`` is a
    file given by hand, which then is the only candidate.  ``is_past``: the commit was made long
    ago, so that what is pending now is not its work and stays.
    """

    commit: str
    worktree: str
    moment: float | None
    session: str = ""
    transcript: Path | None = None
    is_past: bool = False


@dataclass(frozen=True)
class Outcome:
    """What was written, and what a person should know about how."""

    commit: str
    memories: tuple[Memory, ...] = ()
    notices: tuple[str, ...] = ()


def remember(means: Means, request: Request) -> Outcome:
    """Write the memories of a commit into its note; durable on return.

    Raises:
        UnknownRevision: there is no such commit.
        TranscriptMissing: the session is known but its transcript cannot be read.
        NotesMoved, ReadOnlyRepository, DiskFull: the notes ref cannot be written.
    """
    branch = _branch_of(means, request.worktree)
    change = read_change(means.repo, request.commit, branch, means.policy.covers)
    with closing(refresh(means.repo)) as index:
        chosen = list(_chosen(means, index, change, request))
        notices = _missing(request, [share.transcript for share in chosen])
        memories: list[Memory] = []
        for transcript in (share.transcript for share in chosen):
            part = slice_of(transcript, request.worktree, [os.path.realpath(request.worktree)])
            is_amid_turn = transcript.session == request.session and _tells_stops(means, request)
            stand_in = provisional_compressor(means) if is_amid_turn else None
            made, notice = compress_slice(stand_in or means.compressor, part, change, means.policy)
            memories += [as_provisional(memory, means) for memory in made] if stand_in else made
            notices += [notice] if notice else []
        orphans = [] if request.is_past else _orphans(means, change, request)
        memories += [_of_commit(orphan.memory, change) for orphan in orphans]
        if memories:
            _write(means, index, change, memories, notices)
            done = [share for share in chosen if _is_in(share.transcript, memories)]
            _settle(means, done, request)
            for orphan in orphans:
                PendingStore(means.repo).drop(orphan.key)
    for share in chosen if means.settings.pending else []:
        if share.has_rest:
            remember_turn(means, share.transcript.session, request.worktree)
    return Outcome(request.commit, tuple(memories), tuple(notices))


def remember_turn(means: Means, session: str, worktree: str) -> Memory | None:
    """Keep what a session did since its last commit as a pending memory; None when nothing.

    Raises:
        TranscriptMissing: the transcript cannot be read.
        ReadOnlyRepository, DiskFull: the pending memory cannot be written.
    """
    path = transcript_of(means, session)
    if path is None:
        raise TranscriptMissing(f"no transcript of session '{session}'")
    store = PendingStore(means.repo)
    with closing(refresh(means.repo)) as index:
        transcript = read_unread(means, index, session, path, None)
    part = slice_of(transcript, worktree, [os.path.realpath(worktree)])
    memory = _pending_memory(part, _branch_of(means, worktree), means.policy)
    if memory is None:
        store.drop(session)
    else:
        store.put(Pending(memory, worktree))
    return memory


def _chosen(means: Means, index: Index, change: Change, request: Request) -> Iterator[Share]:
    """The shares of the sessions that led to the commit, from where memory of each ends."""
    if request.transcript is not None:
        found = means.agents.read(request.transcript, until=request.moment)
        if index.last_record(found.session):
            path, moment = request.transcript, request.moment
            found = read_unread(means, index, found.session, path, moment)
        yield Share(found, request.transcript)
        return
    moment = float(change.committed) if request.moment is None else request.moment
    for maker in makers_of(means, index, change, request.worktree, moment, request.session):
        try:
            unread = read_unread(means, index, maker.session, maker.path, request.moment)
            place, is_past = request.worktree, request.is_past
            yield share_of(means, index, change, place, maker, unread, is_past=is_past)
        except TranscriptMissing:
            if maker.session == request.session:
                raise


def _tells_stops(means: Means, request: Request) -> bool:
    """Whether the session's agent runs our hooks, so that we hear of the end of the turn."""
    return Registry(means.repo).get(request.session) is not None


def _orphans(means: Means, change: Change, request: Request) -> list[Pending]:
    """What is pending of the commit's files by sessions whose transcript is gone, and the notes
    that agents left for this commit.

    The pending memory is then all that is left of that work.
    """
    here, paths = os.path.realpath(request.worktree), set(change.paths)
    return [
        pending
        for pending in PendingStore(means.repo).newest_first()
        if os.path.realpath(pending.worktree) == here
        and (
            _is_for(pending, request, paths)
            if pending.note
            else paths & set(pending.memory.files_changed)
            and not _has_transcript(means, pending.memory.provenance.session)
        )
    ]


def _is_for(note: Pending, request: Request, paths: Collection[str]) -> bool:
    """Whether an agent's note, written before the commit, belongs to it: it is about one of these
    paths, or about no file at all and of the session that commits, as far as either is known.
    """
    if request.moment is not None and note.memory.provenance.time > iso_time(request.moment):
        return False
    about = set(note.memory.files_changed)
    if about:
        return bool(about & set(paths))
    return not request.session or not note.session or note.session == request.session


def _has_transcript(means: Means, session: str) -> bool:
    path = transcript_of(means, session)
    return path is not None and path.is_file()


def _of_commit(memory: Memory, change: Change) -> Memory:
    """A pending memory as one of the commit that took its work; only files that it took."""
    provenance = replace(
        memory.provenance,
        commit=change.commit,
        patch_id=change.patch_id,
        change_id=change.change_id,
        author=change.author,
        time=iso_time(change.time),
    )
    taken = tuple(path for path in memory.files_changed if path in change.paths)
    return replace(memory, files_changed=taken, provenance=provenance)


def _missing(request: Request, transcripts: Sequence[Transcript]) -> list[str]:
    """A word about a session that the commit's environment named but whose words are not kept."""
    if not request.session or any(t.session == request.session for t in transcripts):
        return []
    return [f"session '{request.session}' made this commit, but its transcript is missing"]


def _write(
    means: Means, index: Index, change: Change, memories: Sequence[Memory], notices: list[str]
) -> None:
    fallback = Identity(change.committer_name, change.committer_email)
    notes = NoteStore(means.repo, identity=fallback)
    count = "1 memory" if len(memories) == 1 else f"{len(memories)} memories"
    documents = [document_of(memory) for memory in memories]
    notes.add({change.commit: documents}, f"notes: remember {change.commit[:10]} ({count})")
    refresh_index(notes, index)


def _settle(means: Means, done: Sequence[Share], request: Request) -> None:
    """What is in a note is no longer pending, and the next slice starts after it."""
    pending = PendingStore(means.repo)
    seen = read_seen(means.repo)
    for transcript, path in ((share.transcript, share.path) for share in done):
        if not request.is_past:
            pending.drop(transcript.session)
        before = seen.marks.get(transcript.session, Mark())
        mark = mark_behind(transcript, path, request.moment, before)
        seen = seen.with_mark(transcript.session, mark)
    write_seen(means.repo, seen)


def _is_in(transcript: Transcript, memories: Sequence[Memory]) -> bool:
    return any(memory.provenance.session == transcript.session for memory in memories)


def _branch_of(means: Means, worktree: str) -> str:
    """The branch checked out in the work tree; each linked one has its own."""
    try:
        return current_branch(find_repo(worktree))
    except (GitmemError, OSError):
        return current_branch(means.repo)


def _pending_memory(part: Slice, branch: str, policy: Policy) -> Memory | None:
    """The offline memory of uncommitted work; words after a commit are not work by themselves."""
    asked = any(event.kind is EventKind.PROMPT for event in part.events)
    if not asked and not part.edited:
        return None
    from gitmem.compress.offline.extractive import ExtractiveCompressor

    made = ExtractiveCompressor().compress(make_evidence(part, policy), None)
    if not made.memories:
        return None
    provenance = Provenance(
        branch=branch,
        time=iso_time(part.events[-1].time),
        agent=part.agent,
        session=part.session,
        records=(part.first, part.end),
        compressor=made.compressor,
    )
    return redact_memory(replace(made.memories[0], provenance=provenance), policy)
