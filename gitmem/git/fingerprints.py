"""What a commit is recognised by after a rewrite, read through libgit2."""

from __future__ import annotations

import hashlib
import os

import pygit2  # noqa: TID253 - libgit2's owner, with the modules that read and write objects
from pygit2.enums import DiffFind, DiffOption  # noqa: TID253 - as above

from gitmem.errors import UnknownRevision
from gitmem.git.commits import CommitReader
from gitmem.git.libgit2 import open_objects, readable_for_diffs
from gitmem.git.raw_commit import find_commit
from gitmem.git.repo import Repo, try_git
from gitmem.model.line_marks import MIN_CHARACTERS
from gitmem.model.rewrite import Delta, Trace

MAX_LINES = 100_000
_MAX_RENAMES = 2_000


class TraceReader:
    """Reads traces of one repository, each once."""

    def __init__(self, repo: Repo) -> None:
        self._repo = repo
        self._objects = readable_for_diffs(repo, open_objects(repo))
        self._commits = CommitReader(repo)
        self._traces: dict[str, Trace | None] = {}

    def has(self, commit: str) -> bool:
        """Whether the commit's object is here; an empty name is never here."""
        return find_commit(self._objects, commit) is not None

    def read(self, commit: str) -> Trace | None:
        """The commit's trace; None when it is not here.

        A merge has no difference of its own.  Where contents are missing (a partial clone) there
        is no difference either.
        """
        if commit not in self._traces:
            self._traces[commit] = self._read(commit)
        return self._traces[commit]

    def difference(self, base: str | None, tip: str, paths: frozenset[str] | None = None) -> Delta:
        """The difference between two commits (None: the empty tree), of all or of some paths.

        Empty and not whole where one of them or contents are missing.
        """
        try:
            diff = self._diff(base, tip)
            return _delta(diff, paths)
        except (pygit2.GitError, KeyError, ValueError):
            return Delta(is_whole=False)

    def merge_base(self, one: str, other: str) -> str | None:
        """The best common ancestor; None if there is none, or a commit is missing."""
        try:
            base = self._objects.merge_base(one, other)
        except pygit2.GitError:  # one on the way is odd: git goes past it
            done = try_git(self._repo, "merge-base", one, other)
            return os.fsdecode(done.stdout).strip() or None
        except (KeyError, ValueError):
            return None
        return str(base) if base else None

    def parents(self, commit: str) -> list[str]:
        """The parents that are here."""
        return [parent for parent in self._commits.parents(commit) if self.has(parent)]

    def _read(self, commit: str) -> Trace | None:
        try:
            text = self._commits.head(commit)
        except UnknownRevision:
            return None
        is_merge = text.parents > 1
        patch_id, delta = "", Delta()
        if not is_merge:
            parents = self.parents(commit)
            # At a shallow clone's boundary the parent is named but not here: nothing can be told.
            if len(parents) == text.parents:
                patch_id, delta = self._patch(parents[0] if parents else None, commit)
            else:
                delta = Delta(is_whole=False)
        return Trace(
            commit=commit,
            author=text.author,
            time=text.author_time,
            subject=text.message.strip().partition("\n")[0].strip(),
            message=text.message,
            change_id=text.change_id,
            patch_id=patch_id,
            is_merge=is_merge,
            paths=delta.paths,
            delta=delta,
        )

    def _patch(self, parent: str | None, commit: str) -> tuple[str, Delta]:
        try:
            diff = self._diff(parent, commit)
            delta = _delta(diff, None)
            return (str(diff.patchid) if delta.paths else ""), delta
        except (pygit2.GitError, KeyError, ValueError):
            return "", Delta(is_whole=False)

    def _diff(self, base: str | None, tip: str) -> pygit2.Diff:
        tree = self._tree(tip)
        if base is None:
            return tree.diff_to_tree(swap=True)
        before = self._tree(base)
        diff = before.diff_to_tree(tree, DiffOption.IGNORE_SUBMODULES)
        if len(diff) <= _MAX_RENAMES:
            diff.find_similar(DiffFind.FIND_RENAMES)
        return diff

    def _tree(self, commit: str) -> pygit2.Tree:
        found = find_commit(self._objects, commit)
        if found is None:
            raise KeyError(commit)
        return found.tree


def _delta(diff: pygit2.Diff, only: frozenset[str] | None) -> Delta:
    paths: set[str] = set()
    marks: set[int] = set()
    telling: set[int] = set()
    for patch in diff:
        if patch is None:
            continue
        new, old = patch.delta.new_file, patch.delta.old_file
        names = {_path(new.raw_path), _path(old.raw_path)}
        if only is not None and not names & only:
            continue
        paths |= names
        place = new.raw_path
        if new.mode != old.mode or not patch.hunks:
            # A mode, a rename, a binary file: no lines, but the same on every commit that has it.
            what = b"%o %o %s %s" % (old.mode, new.mode, str(new.id).encode(), old.raw_path)
            marks.add(_mark(b"!", place, what))
        for hunk in patch.hunks:
            for line in hunk.lines:
                if line.origin in "+-":
                    text = line.raw_content.strip()
                    mark = _mark(line.origin.encode(), place, text)
                    marks.add(mark)
                    if len(text) >= MIN_CHARACTERS:
                        telling.add(mark)
        if len(marks) > MAX_LINES:
            return Delta(frozenset(paths), frozenset(marks), frozenset(telling), is_whole=False)
    return Delta(frozenset(paths), frozenset(marks), frozenset(telling))


def _mark(kind: bytes, path: bytes, text: bytes) -> int:
    digest = hashlib.blake2b(b"\0".join((kind, path, text)), digest_size=8).digest()
    return int.from_bytes(digest, "big")


def _path(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")
