"""What a person asks to remember: at once a memory of a commit that is there, or pending until the
commit of its files.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from gitmem.capture.agent_note import paths_of
from gitmem.capture.signature import Signature
from gitmem.capture.workspace import Workspace
from gitmem.errors import GitmemError, UsageError
from gitmem.git.commits import read_change
from gitmem.git.identity import Identity
from gitmem.git.log import current_branch
from gitmem.git.repo import resolve_commit
from gitmem.guard.redact import redact_memory
from gitmem.guard.untrusted import clean_line, clean_text
from gitmem.model.instant import iso_time
from gitmem.model.memory import KINDS, Memory, Provenance
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from gitmem.refresh.refresh import refresh, refresh_index

MAX_TEXT = 20_000
MAX_TITLE = 200
_MAX_FILES = 200


def title_and_rest(text: str) -> tuple[str, str]:
    """A text's first line as a title, and what else there is; the whole text where that line is
    too long for one.
    """
    clean = clean_text(text, len(text)).strip()
    first, _, rest = clean.partition("\n")
    if len(first) > MAX_TITLE:
        return clean_line(first, MAX_TITLE), clean
    return clean_line(first, MAX_TITLE), rest.strip()


def write_person_note(
    workspace: Workspace,
    text: str,
    revision: str,
    signature: Signature,
    *,
    kind: str = "note",
    files: Sequence[str] = (),
    here: Path,
    now: float | None = None,
) -> tuple[Memory, str]:
    """Make the text a memory of the commit; the memory, and the commit's full id.

    Durable on return.  Without ``files`` it is about those that the commit changed.

    Raises:
        UsageError: the text is empty or too long, or the kind is none.
        UnknownRevision: there is no such commit.
        GitmemError: gitmem is switched off here, or all files of the commit are excluded.
        NotesMoved, ReadOnlyRepository, DiskFull: the notes ref cannot be written.
    """
    check_text(text, kind)
    if not workspace.settings.enabled:
        raise GitmemError("gitmem is switched off here", "Nothing was kept. See: gitmem config")
    repo, policy = workspace.repo, workspace.policy
    change = read_change(repo, resolve_commit(repo, revision), "", policy.covers)
    paths = tuple(path for path in change.paths if not policy.covers(path))
    if change.paths and not paths:
        raise GitmemError("all files of this commit are excluded", "Nothing was kept")
    about = paths_of(repo, files, here, policy) or paths[:_MAX_FILES]
    title, why = title_and_rest(text)
    memory = redact_memory(
        Memory(
            kind=kind,
            title=title,
            why=why,
            files_changed=about,
            provenance=Provenance(
                commit=change.commit,
                patch_id=change.patch_id,
                change_id=change.change_id,
                branch=current_branch(repo),
                author=signature.author,
                time=iso_time(time.time() if now is None else now),
                agent=signature.agent,
                compressor=signature.compressor,
            ),
        ),
        policy,
    )
    document = document_of(memory)
    notes = NoteStore(repo, identity=Identity(change.committer_name, change.committer_email))
    with closing(refresh(repo)) as index:
        notes.add({change.commit: [document]}, f"notes: remember {change.commit[:10]} (by hand)")
        refresh_index(notes, index)
    return document.memory or memory, change.commit


def check_text(text: str, kind: str) -> None:
    """Make sure that the text can be kept.

    Raises:
        UsageError: it is empty or too long, or there is no such kind.
    """
    if not text.strip():
        raise UsageError("there is nothing to remember", "The text is empty; nothing was kept")
    if len(text) > MAX_TEXT:
        raise UsageError(
            f"the text has {len(text)} characters; the limit is {MAX_TEXT}",
            "Nothing was kept. Shorten it, or split it into several notes",
        )
    if kind not in KINDS:
        raise UsageError(f"'{kind}' is not a kind of memory", f"The kinds: {', '.join(KINDS)}")
