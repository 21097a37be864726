"""What a scrub makes of a remote's notes: the same change, and nothing that the remote has not."""

from __future__ import annotations

from collections.abc import Iterator

from gitmem.errors import GitmemError
from gitmem.git.repo import Repo
from gitmem.guard.scrubbing import Scrubber
from gitmem.model.note import Note
from gitmem.notes.store import NoteStore, Rewrite
from gitmem.state.scrub_intent import read_scrub_intent
from gitmem.upkeep.scrub_plan import Target, plan_scrub, replaced_ids

_SUBJECT = "notes: scrub"


def scrub_copy(repo: Repo, tip: str) -> str:
    """The notes commit ``tip`` of a remote, scrubbed as the scrub under way says; the new commit.

    Raises:
        GitmemError: no scrub is under way.
        NoteUnreadable: the remote's notes cannot be read.
        ReadOnlyRepository, DiskFull: the new ones cannot be written.
    """
    intent = read_scrub_intent(repo)
    if intent is None:
        raise GitmemError("no scrub is under way", "Nothing was sent")
    scrubber = Scrubber.of_patterns(intent.patterns) if intent.patterns else None
    target, date = Target(intent.id, scrubber), intent.date
    notes = NoteStore(repo)
    ours = replaced_ids(notes)

    def plan(found: Iterator[tuple[str, Note]]) -> Rewrite:
        return plan_scrub(found, target, date, ours)[0]

    return notes.rewrite_of(tip, plan, intent.mark, _SUBJECT)
