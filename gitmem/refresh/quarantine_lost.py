"""The last resort: setting aside what git itself has lost and only the index still has.

``git filter-repo --path`` rewrites every ref, ours among them: it drops the notes, whose paths are
no paths of the project, expires the reflogs and collects the rest.  The index still has every
memory.  It must not simply come back: whoever filters a history may do so to take something out
of it, and our refs travel with the next push.  So it is kept in files, and a person is told.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from gitmem.errors import NoteError
from gitmem.git.repo import Repo, try_git
from gitmem.index.cache import Index
from gitmem.index.memories import memories_by_stated_id
from gitmem.model.note import names_of
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from gitmem.state.error_log import append_log
from gitmem.state.notices import add_notice
from gitmem.state.quarantine import Quarantine
from gitmem.state.rewrite_log import read_filter_map

_SUBJECT = "notes: bring notes back to the root of their tree"
TAKE_BACK = "gitmem import set-aside"


def set_aside(repo: Repo, notes: NoteStore, index: Index) -> None:
    """Before the index follows notes whose former state is gone, keep what they lack.

    Where filter-repo moved the notes into a folder of their tree, they come back from it.

    Raises:
        NotesMoved, ReadOnlyRepository, DiskFull: something cannot be written.
    """
    known = index.tip
    if known is None or notes.has_commit(known):
        return
    if notes.move_to_root(_SUBJECT):
        append_log(repo, "notes: they had been moved into a folder of their tree, and are back")
    if (repo.common_dir / "filter-repo" / "sensitive_data_removal").exists():
        append_log(repo, "notes: what git filter-repo took out as sensitive is not kept")
        return
    kept = Quarantine(repo)
    there, gone = _ids_by_commit(notes)
    count = 0
    commits: set[str] = set()
    for stated, stored in memories_by_stated_id(index):
        names = {stated, stored.memory.id}
        if names & gone or names & there.get(stored.commit, set()):
            continue
        with suppress(NoteError):  # over today's limits of a document
            kept.put(stored.commit, document_of(stored.memory))
            count += 1
            commits.add(stored.commit)
    if count:
        noun = "memory" if count == 1 else "memories"
        of = "1 commit" if len(commits) == 1 else f"{len(commits)} commits"
        add_notice(
            repo,
            f"{count} {noun} of {of} are gone from git: a history was filtered (git filter-repo),"
            f" or objects were lost. They are kept in '{kept.folder}' and not sent. To restore"
            f" them: {TAKE_BACK}",
        )


@dataclass(frozen=True)
class ReturnReport:
    """How many memories came back, of how many commits, and how many are still kept aside."""

    memories: int = 0
    commits: int = 0
    still_aside: int = 0


def restore_quarantine(
    repo: Repo, *, everything: bool = False, dry_run: bool = False
) -> ReturnReport:
    """Restore what was set aside, for commits that are still here or were only renamed.

    ``everything``: of commits that the filtering dropped as well.

    Raises:
        NotesMoved, ReadOnlyRepository, DiskFull: the notes ref cannot be written.
    """
    kept, notes = Quarantine(repo), NoteStore(repo)
    commits = kept.commits()
    wanted = commits if everything else _commits_still_here(repo, commits)
    additions = {commit: list(kept.of(commit)) for commit in wanted}
    count = sum(len(documents) for documents in additions.values())
    if count and not dry_run:
        notes.add(additions, f"notes: take back {count} memories")
        for commit in additions:
            kept.drop(commit)
    still_aside = kept.count() - (count if dry_run else 0)
    return ReturnReport(count, len(additions), still_aside)


def _commits_still_here(repo: Repo, commits: Iterable[str]) -> list[str]:
    """The commits that are here, or that filter-repo's map says became others."""
    _, pairs = read_filter_map(repo)
    renamed = {old for old, _ in pairs}
    asked = "".join(f"{commit}\n" for commit in commits)
    listed = try_git(repo, "cat-file", "--batch-check=%(objectname)", stdin=asked.encode())
    lines = listed.stdout.decode().splitlines()
    here = {line for line in lines if not line.endswith(" missing")}
    return [commit for commit in commits if commit in here or commit in renamed]


def _ids_by_commit(notes: NoteStore) -> tuple[dict[str, set[str]], set[str]]:
    """The ids that each commit's note answers to, and the ids that are forgotten anywhere."""
    gone = set(notes.forgotten_ids())
    there: dict[str, set[str]] = {}
    for commit, note in notes:
        gone |= {stone.id for stone in note.tombstones}
        there[commit] = set().union(*(names_of(document) for document in note.documents))
    return there, gone
