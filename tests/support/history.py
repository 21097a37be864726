"""Histories with a memory for each commit, and where the memories stand afterwards."""

from __future__ import annotations

from contextlib import closing

from gitmem.follow.reconcile import ReconcileRange, ReconcileReport, reconcile
from gitmem.git.commits import read_change
from gitmem.model.instant import iso_time
from gitmem.model.memory import Memory, Provenance
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from gitmem.refresh.refresh import refresh
from tests.support.git import GitDriver


def remember(git: GitDriver, *commits: str, why: str = "") -> None:
    """Give each commit a memory as capture would write it, titled with the commit's subject."""
    additions = {}
    for commit in commits:
        change = read_change(git.repo, commit)
        provenance = Provenance(
            commit=commit,
            patch_id=change.patch_id,
            change_id=change.change_id,
            author=change.author,
            time=iso_time(change.time),
        )
        memory = Memory(
            "change", change.subject, files_changed=change.paths, why=why, provenance=provenance
        )
        additions[commit] = [document_of(memory)]
    NoteStore(git.repo).add(additions, "notes: test")


def followed(git: GitDriver, scope: ReconcileRange | None = None) -> ReconcileReport:
    """Reconcile, as any command does it."""
    with closing(refresh(git.repo)) as index:
        return reconcile(git.repo, index, scope, now=1_800_000_000)


def titles_at(git: GitDriver, revision: str) -> list[str]:
    """The titles of the memories in the note of a commit, as git itself reads it."""
    shown = git.run("notes", "--ref", "claude-mem", "show", revision, check=False)
    lines = shown.stdout.decode().splitlines()
    return sorted(line.removeprefix("title: ") for line in lines if line.startswith("title: "))


def set_up(git: GitDriver) -> None:
    """Have git carry notes along, as ``gitmem init`` configures it, and no hook."""
    git.run("config", "notes.rewriteRef", "refs/notes/claude-mem")
    git.run("config", "notes.rewriteMode", "concatenate")


def lines(name: str, count: int = 4) -> str:
    """The content of a file that no other file has."""
    return "".join(f"{name}: the line number {n} of this file\n" for n in range(count))
