"""Which notes commits brought a memory into the notes: more than one may have, each by itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress

import pygit2  # noqa: TID253 - libgit2's owner, with the modules that read and write objects
from pygit2.enums import SortMode  # noqa: TID253 - as above

from gitmem.errors import NoteUnreadable
from gitmem.git.repo import Repo
from gitmem.model.note import Note
from gitmem.notes.fanout import differing_notes
from gitmem.notes.trees import NoteTrees


class NotesHistory:
    """The notes commits of a repository, their order, and what each brought."""

    def __init__(self, repo: Repo) -> None:
        self._trees = NoteTrees(repo)

    def origins(
        self,
        tips: Collection[str],
        hidden: Collection[str],
        wanted: Mapping[str, Collection[str]],
    ) -> dict[tuple[str, str], set[str]]:
        """Which notes commits brought each memory or pin: see :func:`origins_of`.

        Raises:
            NoteUnreadable: a part of the history is missing.
        """
        return origins_of(self._trees, tips, hidden, wanted)

    def commits(self, tip: str) -> Iterator[tuple[str, str, str, int]]:
        """Each notes commit of a history, parents first: its id, subject, who committed it and
        when (POSIX seconds).

        Raises:
            NoteUnreadable: a part of it is missing.
        """
        for commit in commits_between(self._trees, [tip], ()):
            who = f"{commit.committer.name} <{commit.committer.email}>"
            yield str(commit.id), commit.message.strip(), who, commit.commit_time

    def parents(self, oid: str) -> list[str]:
        """The parents of a notes commit.

        Raises:
            NoteUnreadable: there is no such commit here.
        """
        return self._trees.parents(oid)

    def contains(self, oid: str, ancestor: str) -> bool:
        """Whether a notes commit is another one, or has it in its history."""
        return self._trees.contains(oid, ancestor)


def origins_of(
    trees: NoteTrees,
    tips: Collection[str],
    hidden: Collection[str],
    wanted: Mapping[str, Collection[str]],
) -> dict[tuple[str, str], set[str]]:
    """For each commit and id: the notes commits that have it there where no parent of theirs does.

    Looked at is what the ``tips`` have in their histories and the ``hidden`` have not.

    Raises:
        NoteUnreadable: a commit, or one of its trees, is missing.
    """
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for commit in commits_between(trees, tips, hidden):
        name = str(commit.id)
        root = trees.root(name)
        before = [trees.root(str(parent)) for parent in commit.parent_ids]
        changed = differing_notes(trees.objects, before[0] if before else None, root)
        for noted in {key.decode() for key in changed} & wanted.keys():
            ids = ids_in(trees.note(root, noted.encode())) & set(wanted[noted])
            for parent in before if ids else ():
                ids -= ids_in(trees.note(parent, noted.encode()))
            for one in ids:
                found[noted, one].add(name)
    return found


def commits_between(
    trees: NoteTrees, tips: Collection[str], hidden: Collection[str]
) -> Iterator[pygit2.Commit]:
    """The commits that the ``tips`` have in their histories and the ``hidden`` have not, parents
    first.

    Raises:
        NoteUnreadable: one is missing.
    """
    try:
        walker = trees.git.walk(None, SortMode.TOPOLOGICAL | SortMode.REVERSE)
        for tip in tips:
            walker.push(pygit2.Oid(hex=tip))
        for tip in hidden:
            with suppress(KeyError):
                walker.hide(pygit2.Oid(hex=tip))
        yield from walker
    except (pygit2.GitError, KeyError, ValueError) as error:
        raise NoteUnreadable(f"the history of the notes ends: {error}", "Run: git fsck") from error


def ids_in(note: Note) -> set[str]:
    """The ids of the memories and of the pins that a note holds."""
    return {memory.id for memory in note.memories} | {s.id for s in note.tombstones if s.pins}
