"""From a commit to its note: the conductor of capture.

Session found → transcript read → sliced → masked → compressed → written.  Every step is a
function of the floors below; this module only orders them.  Running it twice writes once,
because what is already in a note is the beginning of the next slice.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gitmem.agents.transcript_path import holding_file
from gitmem.agents.turn_boundary import until_named_commit
from gitmem.agents.worktree import WorkTree
from gitmem.capture.agent_memory import has_answer
from gitmem.capture.agent_work import AgentWork, SessionFile
from gitmem.capture.commit_share import CommitShare, has_deeds, share_of
from gitmem.capture.complete_turn import as_provisional, provisional_compressor
from gitmem.capture.compress_slice import compress_slice
from gitmem.capture.pending_words import documents_of_words
from gitmem.capture.prompt_limit import limit_to_policy
from gitmem.capture.session_candidates import makers_of, session_file
from gitmem.capture.transcript_range import move_mark, read_new_records
from gitmem.capture.workspace import Workspace
from gitmem.compress.citations import cite_evidence
from gitmem.errors import GitmemError, TranscriptMissing
from gitmem.git.commits import read_change
from gitmem.git.identity import Identity
from gitmem.git.log import current_branch
from gitmem.git.repo import repo_at
from gitmem.git.worktrees import worktrees_of
from gitmem.guard.policy import Policy
from gitmem.guard.redact import make_evidence, redact_memory
from gitmem.index.cache import Index
from gitmem.index.sessions import last_record
from gitmem.model.change import Change
from gitmem.model.instant import iso_time
from gitmem.model.memory import Memory, Provenance
from gitmem.model.note import Document
from gitmem.model.session import EDIT_TOOLS, EventKind, Slice, Transcript
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from gitmem.refresh.refresh import refresh_index
from gitmem.state.pending import Pending, PendingStore
from gitmem.state.questions import Questions
from gitmem.state.sessions import Registry


@dataclass(frozen=True)
class CaptureResult:
    """What was written, and what a person should know about how."""

    commit: str
    memories: tuple[Memory, ...] = ()
    notices: tuple[str, ...] = ()


def capture_commit(
    workspace: Workspace, index: Index, commit: str, work: AgentWork, transcript: Path | None = None
) -> CaptureResult:
    """Write the memories of a commit into its note; durable on return.

    ``index`` is up to date, and is again on return.  ``transcript`` is a file given by hand,
    which then is the only candidate.

    Raises:
        UnknownRevision: there is no such commit.
        TranscriptMissing: the session is known but its transcript cannot be read.
        NotesMoved, ReadOnlyRepository, DiskFull: the notes ref cannot be written.
    """
    branch = _branch_of(workspace, work)
    change = read_change(workspace.repo, commit, branch, workspace.policy.covers)
    shares = list(_shares(workspace, index, change, work, transcript))
    notices = _missing_transcript_notices(work, [share.transcript for share in shares])
    memories: list[Memory] = []
    for share in shares:
        session = share.transcript.session
        is_amid_turn = session == work.session and _has_stop_hook(workspace, session)
        is_early = is_amid_turn or has_answer(workspace, change.commit, session)
        stand_in = provisional_compressor(workspace) if is_early else None
        part = (share.work or work).slice_of(share.transcript)
        made, notice = compress_slice(
            stand_in or workspace.compressor, part, change, workspace.policy
        )
        memories += [as_provisional(memory, workspace) for memory in made] if stand_in else made
        notices += [notice] if notice else []
    waiting = [] if work.is_past else _pending_of(workspace, change, work)
    said = [event for share in shares for event in share.transcript.events]
    taken = (_memory_of_commit(pending, change) for pending in waiting)
    memories += [limit_to_policy(memory, workspace.policy, said, change) for memory in taken]
    if memories:
        words = list(documents_of_words(workspace.repo, memories))
        _write(workspace, index, change, memories, words)
        _settle(workspace, [share for share in shares if _is_in(share.transcript, memories)], work)
        for pending in waiting:
            PendingStore(workspace.repo).drop(pending.key)
    if not (work.is_past or work.session):
        _note_what_to_ask(workspace, change, shares)
    for share in shares if workspace.settings.pending else []:
        if share.has_rest:
            capture_turn(workspace, index, AgentWork(work.worktree, share.transcript.session))
    return CaptureResult(commit, tuple(memories), tuple(notices))


def capture_turn(workspace: Workspace, index: Index, work: AgentWork) -> Memory | None:
    """Keep what a session did since its last commit as a pending memory; None when nothing.

    Raises:
        TranscriptMissing: the transcript cannot be read.
        ReadOnlyRepository, DiskFull: the pending memory cannot be written.
    """
    file = session_file(workspace, work.session)
    if file is None:
        raise TranscriptMissing(f"no transcript of session '{work.session}'")
    transcript = read_new_records(workspace, index, file)
    work = _where_it_worked(workspace, work, transcript)
    part = work.slice_of(transcript)
    memory = _pending_memory(part, _branch_of(workspace, work), workspace.policy)
    if memory is None:
        PendingStore(workspace.repo).drop(work.session)
    else:
        PendingStore(workspace.repo).put(Pending(memory, work.worktree))
    return memory


def _where_it_worked(workspace: Workspace, work: AgentWork, transcript: Transcript) -> AgentWork:
    """The work in the work tree that the session edited last: a client may switch to another one
    in the middle of a session, or edit files there from where it is.
    """
    places = [str(place.worktree) for place in worktrees_of(workspace.repo)]
    others = [place for place in places if not work.is_in(place)]
    if not others:
        return work
    trees = {
        place: WorkTree([place, os.path.realpath(place)], is_elsewhere=True) for place in places
    }
    for event in reversed(transcript.events):
        if event.kind is EventKind.CALL and event.tool in EDIT_TOOLS and event.path:
            inside = {
                place: path for place, tree in trees.items() if (path := tree.relative(event.path))
            }
            if inside:  # one may lie inside another
                place = min(inside, key=lambda one: len(inside[one]))
                is_here = work.is_in(place)
                return work if is_here else replace(work, worktree=place, is_elsewhere=True)
    return work


def _shares(
    workspace: Workspace, index: Index, change: Change, work: AgentWork, transcript: Path | None
) -> Iterator[CommitShare]:
    """The shares of the sessions that led to the commit, from where memory of each ends."""
    if transcript is not None:
        given = workspace.agents.read(transcript, until=work.moment)
        if last_record(index, given.session):
            file = SessionFile(given.session, transcript)
            given = read_new_records(workspace, index, file, work.moment)
        yield CommitShare(given, transcript)
        return
    for maker in makers_of(workspace, index, change, work):
        try:
            unread = read_new_records(workspace, index, maker.file, work.moment)
            unread = until_named_commit(unread, change.subject, maker.moment)
            share = share_of(workspace, index, change, maker.work, maker, unread)
            # Closing words that nobody asked for are about the commit before.
            if maker.file.session == work.session or has_deeds(share.transcript):
                yield share
        except TranscriptMissing:
            if maker.file.session == work.session:
                raise


def _has_stop_hook(workspace: Workspace, session: str) -> bool:
    """Whether the session's agent runs our hooks, so that the end of the turn will be told."""
    return Registry(workspace.repo).get(session) is not None


def _note_what_to_ask(workspace: Workspace, change: Change, shares: Sequence[CommitShare]) -> None:
    """A person made the commit: whose work it holds may be asked about it with the next prompt."""
    for share in shares if workspace.settings.ask != "never" else []:
        if _has_stop_hook(workspace, share.transcript.session):
            Questions(workspace.repo).add_commit(share.transcript.session, change.commit)


def _pending_of(workspace: Workspace, change: Change, work: AgentWork) -> list[Pending]:
    """What is pending of the commit's files by sessions whose transcript is gone, and the notes
    that agents left for this commit.

    The pending memory is then all that is left of that work.
    """
    paths = set(change.paths)
    return [
        pending
        for pending in PendingStore(workspace.repo).newest_first()
        if work.is_in(pending.worktree)
        and (
            _is_for(pending, work, paths)
            if pending.note
            else paths & set(pending.memory.files_changed)
            and not _has_transcript(workspace, pending.memory.provenance.session)
        )
    ]


def _is_for(note: Pending, work: AgentWork, paths: Collection[str]) -> bool:
    """Whether an agent's note, written before the commit, belongs to it: it is about one of these
    paths, or about no file at all and of the session that commits, as far as either is known.
    """
    if note.commit:
        return False  # it was written about a commit that is there
    if work.moment is not None and note.memory.provenance.time > iso_time(work.moment):
        return False
    about = set(note.memory.files_changed)
    if about:
        return bool(about & set(paths))
    return not work.session or not note.session or note.session == work.session


def _has_transcript(workspace: Workspace, session: str) -> bool:
    file = session_file(workspace, session)
    return file is not None and holding_file(file.path).is_file()


def _memory_of_commit(pending: Pending, change: Change) -> Memory:
    """A pending memory as one of the commit that took its work; only files that it took.

    The id of a note was handed out, and leads to this.
    """
    memory = pending.memory
    provenance = replace(
        memory.provenance,
        commit=change.commit,
        patch_id=change.patch_id,
        change_id=change.change_id,
        links=change.links,
        author=memory.provenance.author if memory.provenance.is_of_person else change.author,
        time=iso_time(change.time),
    )
    taken = tuple(path for path in memory.files_changed if path in change.paths)
    supersedes = (*memory.supersedes, memory.id) if pending.note else memory.supersedes
    return replace(memory, files_changed=taken, supersedes=supersedes, provenance=provenance)


def _missing_transcript_notices(work: AgentWork, transcripts: Sequence[Transcript]) -> list[str]:
    """A word about a session that the commit's environment named but whose words are not kept."""
    if not work.session or any(t.session == work.session for t in transcripts):
        return []
    return [f"session '{work.session}' made this commit, but its transcript is not there"]


def _write(
    workspace: Workspace,
    index: Index,
    change: Change,
    memories: Sequence[Memory],
    said: Sequence[Document],
) -> None:
    fallback = Identity(change.committer_name, change.committer_email)
    notes = NoteStore(workspace.repo, identity=fallback)
    count = "1 memory" if len(memories) == 1 else f"{len(memories)} memories"
    documents = [*(document_of(memory) for memory in memories), *said]
    notes.add({change.commit: documents}, f"notes: remember {change.commit[:10]} ({count})")
    refresh_index(notes, index)


def _settle(workspace: Workspace, shares: Sequence[CommitShare], work: AgentWork) -> None:
    """What is in a note is pending no more, and the next slice begins behind it."""
    for share in shares:
        if not work.is_past and not _is_of_other_work(workspace, share):
            PendingStore(workspace.repo).drop(share.transcript.session)
        move_mark(workspace, share.transcript, share.path, work.moment)


def _is_of_other_work(workspace: Workspace, share: CommitShare) -> bool:
    """Whether what is pending of the session are edits in another work tree than the commit's."""
    pending = PendingStore(workspace.repo).get(share.transcript.session)
    if share.work is None or pending is None:
        return False
    return bool(pending.memory.files_changed) and not share.work.is_in(pending.worktree)


def _is_in(transcript: Transcript, memories: Sequence[Memory]) -> bool:
    return any(memory.provenance.session == transcript.session for memory in memories)


def _branch_of(workspace: Workspace, work: AgentWork) -> str:
    """The branch checked out in the work tree; each linked one has its own."""
    try:
        return current_branch(repo_at(workspace.repo, work.worktree))
    except (GitmemError, OSError):
        return current_branch(workspace.repo)


def _pending_memory(part: Slice, branch: str, policy: Policy) -> Memory | None:
    """The offline memory of uncommitted work; words after a commit are not work by themselves."""
    asked = any(event.kind is EventKind.PROMPT for event in part.events)
    if not asked and not part.edited_paths:
        return None
    from gitmem.compress.offline.extractive import ExtractiveCompressor

    evidence = make_evidence(part, policy)
    made = cite_evidence(ExtractiveCompressor().compress(evidence, None), evidence)
    if not made.memories:
        return None
    provenance = Provenance(
        branch=branch,
        time=iso_time(part.events[-1].latest or part.events[-1].time),
        agent=part.agent,
        session=part.session,
        records=(part.first, part.end),
        compressor=made.compressor,
    )
    memory = redact_memory(replace(made.memories[0], provenance=provenance), policy)
    return limit_to_policy(memory, policy, part.events)
