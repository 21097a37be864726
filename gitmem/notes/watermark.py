"""The notes commit that this clone last saw complete, under a ref of its own.

Whoever moves the notes ref without knowing its law (``git notes``, a forced fetch, ``git
update-ref``) leaves this one behind.  The difference between the two is what may have been lost,
and since a ref keeps its objects, it can be put back even after ``git gc``.
"""

from __future__ import annotations

from contextlib import suppress

import pygit2  # noqa: TID253 - libgit2's owner, with the modules that read and write objects

from gitmem.model.note import WATERMARK_REF
from gitmem.notes.ref import translate_refusals


class Watermark:
    """The ref; losing a move of it costs a comparison of two trees, so none is tried twice."""

    def __init__(self, git: pygit2.Repository) -> None:
        self._git = git

    def tip(self) -> str | None:
        """Where it points; None in a clone that never had one."""
        ref = self._read()
        return None if ref is None else str(ref.target)

    def follow(self, old: str | None, new: str) -> None:
        """Move it to ``new`` if it points to ``old`` (None: if there is none)."""
        with suppress(pygit2.GitError, OSError, KeyError, ValueError):
            ref = self._read()
            if ref is None:
                if old is None:
                    self._git.references.create(WATERMARK_REF, pygit2.Oid(hex=new))
            elif old is not None and str(ref.target) == old:
                ref.set_target(pygit2.Oid(hex=new))

    def drop(self) -> None:
        """Delete it: what it preserves must not be restored.

        Raises:
            ReadOnlyRepository, DiskFull: the repository cannot be written.
            GitFailed: it is locked.
        """
        with translate_refusals(f"delete '{WATERMARK_REF}'"):
            ref = self._read()
            if ref is not None:
                ref.delete()

    def _read(self) -> pygit2.Reference | None:
        try:
            return self._git.lookup_reference(WATERMARK_REF).resolve()
        except KeyError:
            return None
