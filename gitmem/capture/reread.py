"""The slice that a memory was made from, read again from the session's transcript."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace

from gitmem.agents.slice import slice_of
from gitmem.capture.session_candidates import session_file
from gitmem.capture.transcript_range import is_intact
from gitmem.capture.workspace import Workspace
from gitmem.errors import TranscriptMissing
from gitmem.model.memory import Provenance
from gitmem.model.session import Slice, Transcript
from gitmem.state.cursors import read_cursors
from gitmem.state.sessions import Registry


def reread(workspace: Workspace, origin: Provenance) -> Slice:
    """The records that ``origin`` names, as they are in the transcript today.

    Raises:
        TranscriptMissing: there never was one, it is gone, or it does not hold them any more.
    """
    session = origin.session
    if not session or origin.records is None:
        raise TranscriptMissing("it was not made from a session", "")
    first, end = origin.records
    file = session_file(workspace, session)
    if file is None:
        raise TranscriptMissing(f"the transcript of session '{session}' is gone", "")
    mark = read_cursors(workspace.repo).marks.get(session)
    if mark is not None and (mark.shift or not is_intact(file.path, mark)):
        raise TranscriptMissing(f"the transcript of session '{session}' was rewritten since", "")
    transcript = workspace.agents.read(file.path, first=first)
    events = tuple(event for event in transcript.events if first <= event.record < end)
    if transcript.session != session or transcript.end < end or not events:
        raise TranscriptMissing(
            f"the transcript of session '{session}' does not contain records {first} to {end}", ""
        )
    worktree, *others = dict.fromkeys(roots_of(workspace, transcript))
    part = replace(transcript, events=events, end=end, goes_on=transcript.end > end)
    return slice_of(part, worktree, others)


def roots_of(workspace: Workspace, transcript: Transcript) -> Iterator[str]:
    """The work trees that the session may have worked in, likeliest first."""
    registered = Registry(workspace.repo).get(transcript.session)
    places = [] if registered is None else [registered.worktree]
    places += [] if workspace.repo.worktree is None else [str(workspace.repo.worktree)]
    places += read_cursors(workspace.repo).worktrees.values()
    for place in places or transcript.cwds or [str(workspace.repo.state_dir)]:
        yield place
        yield os.path.realpath(place)
