"""Restoring what something other than gitmem removed from the notes, and saying so.

``git notes remove``, a forced fetch or push, a merge by git's own strategies: none of them asks
whether anybody still wants what it drops.  To forget on purpose there is ``gitmem scrub``.
"""

from __future__ import annotations

import os
import re

from gitmem.errors import NoteUnreadable
from gitmem.git.repo import Repo, try_git
from gitmem.index.cache import Index
from gitmem.model.note import NOTES_REF
from gitmem.notes.ref import last_move
from gitmem.notes.store import Loss, NoteStore
from gitmem.refresh.taken import report_taken
from gitmem.state.error_log import append_log
from gitmem.state.notices import add_notice
from gitmem.state.strangers import remotes_apart

_SUBJECT = "notes: put back what was lost"
_ON_PURPOSE = "To forget a memory on purpose: gitmem scrub ID"
_FETCHED = ("fetch", "pull")  # how the ref's log begins
_BY_GIT_NOTES = re.compile(r"'(git notes [a-z]+)'")


def restore_lost_notes(repo: Repo, notes: NoteStore, index: Index | None = None) -> None:
    """Restore what the notes ref lost since this clone last saw it complete, and leave a notice.

    Where this clone keeps no record of that, ``index`` is gone by; without one nothing is done.

    Raises:
        NotesMoved, ReadOnlyRepository, DiskFull: the notes ref cannot be written.
    """
    if notes.is_whole() or (index is None and not notes.has_watermark()):
        return
    reason, whole, moved_to = _reason(repo, notes.tip()), notes.last_whole(), notes.tip()
    try:
        loss = notes.restore(_SUBJECT, index.tip if index is not None else None)
    except NoteUnreadable as error:
        append_log(repo, f"the earlier notes cannot be read: {error.message}")
        notes.accept()
        return
    if whole is not None and moved_to is not None and _was_fetched(repo, moved_to):
        report_taken(repo, notes, "git fetch", whole, moved_to)
    if loss:
        add_notice(
            repo,
            f"{_amount(loss)} had gone from {NOTES_REF} and {_verb(loss)} back: {reason}."
            f" {_ON_PURPOSE}",
        )


def report_remote_loss(repo: Repo, notes: NoteStore, remote: str, old: str, new: str) -> None:
    """Leave a notice of what a remote lost between two fetches; the next push restores it."""
    try:
        loss = notes.loss_between(old, new)
    except NoteUnreadable:
        return  # the old state is no longer here to compare with
    if loss:
        add_notice(
            repo,
            f"{_amount(loss)} had gone from '{remote}' and {_verb(loss)} kept here: somebody forced"
            f" other notes over them there, or removed them. The next push restores them."
            f" {_ON_PURPOSE}",
        )


def report_remote_deletion(repo: Repo, remote: str) -> None:
    """Leave a notice that a remote which had notes no longer has any."""
    if remote in os.fsdecode(try_git(repo, "remote").stdout).splitlines():
        add_notice(
            repo,
            f"'{remote}' has no {NOTES_REF} any more: somebody deleted it, most likely by"
            " git push --mirror or --prune. Everything is kept here; the next push restores it.",
        )


def report_remote_apart(repo: Repo, remote: str) -> None:
    """Leave a notice that a remote nobody trusts has memories, if it has any that we lack."""
    if remote in remotes_apart(repo):
        add_notice(repo, apart_line(remote))


def apart_line(remote: str) -> str:
    """What is said of a remote whose memories are kept apart."""
    return (
        f"'{remote}' has memories that are kept apart: nobody here has said to trust it."
        f" To join them, now and from now on: gitmem trust {remote}"
    )


def _was_fetched(repo: Repo, tip: str) -> bool:
    """Whether a fetch put our ref there, past what is kept of remotes."""
    return last_move(repo, NOTES_REF, tip).startswith(_FETCHED)


def _reason(repo: Repo, tip: str | None) -> str:
    """What most likely happened, by the ref's own log."""
    if tip is None:
        return "the ref was deleted (git update-ref -d, or a fetch with --prune)"
    said = last_move(repo, NOTES_REF, tip)
    if said.startswith(_FETCHED):
        return (
            "a fetch put other notes over ours, by a refspec such as +refs/notes/*:refs/notes/*"
            " (see gitmem doctor)"
        )
    if by := _BY_GIT_NOTES.search(said):
        return f"somebody ran {by[1]}"
    if said.startswith("notes: Merged"):
        return "somebody ran git notes merge with a strategy that drops one side"
    return "somebody moved the ref (git update-ref, or another tool)"


def _amount(loss: Loss) -> str:
    number = _number(loss)
    what = ("memory", "memories") if loss.memories else ("document", "documents")
    commits = f"{loss.commits} commit{'' if loss.commits == 1 else 's'}"
    return f"{number} {what[number != 1]} of {commits}"


def _verb(loss: Loss) -> str:
    return "is" if _number(loss) == 1 else "are"


def _number(loss: Loss) -> int:
    return len(loss.memories) or loss.documents
