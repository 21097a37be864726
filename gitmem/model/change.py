"""The change: what one commit did, as far as a memory needs to know it."""

from __future__ import annotations

import re

from gitmem.model.link import Link
from gitmem.model.text_roles import Role
from gitmem.model.value import dataclass, field

WORD = re.compile(r"[^\W\d]\w{2,40}")
"""A word or a name in the lines of a change."""


# As "cherry-pick -x" writes it, people who backport by hand, and the stable kernels.
_PICKED = re.compile(
    r"^[\s(\[]*(?:(?:cherry[- ]picked|back-?ported|picked) (?:from )?(?:commit )?|"
    r"(?:upstream )?commit )([0-9a-f]{40})(?: upstream)?[)\].]?\s*$",
    re.I | re.MULTILINE,
)


MAX_PICKED = 20


def word_key(word: str) -> str:
    """What makes two spellings of a word one."""
    return word.strip("_").lower()


@dataclass(frozen=True)
class FileChange:
    """One path of a change.  ``status`` is git's letter (A, M, D, R, C, T); counts are lines."""

    path: str
    status: str = field(metadata={Role: Role.IDENTITY})
    insertions: int = 0
    deletions: int = 0
    old_path: str = ""
    is_binary: bool = False


@dataclass(frozen=True)
class Change:
    """A commit and its difference to its first parent (for a merge: what no parent has).

    ``time`` and ``commit_time`` are POSIX seconds, UTC.  ``patch_id`` is git's stable patch id in
    hexadecimal, empty for a merge or an empty commit.  ``symbols`` are the names of functions
    and classes whose lines the change touches, in order of appearance.  ``added_lines`` are a
    bounded sample of the added lines, to check claims against and to find words in;
    ``removed_words`` are the words (:func:`word_key`) of the lines that were removed where these
    were added, only to tell what is new: they are neither masked nor kept.  ``added_marks`` and
    ``removed_marks`` are the marks of all lines that only one side has (see
    :mod:`gitmem.model.line_marks`).  ``links`` are what other recorders say about the commit.
    """

    commit: str = field(metadata={Role: Role.IDENTITY})
    parents: tuple[str, ...] = field(metadata={Role: Role.IDENTITY})
    subject: str
    message: str
    author: str = field(metadata={Role: Role.IDENTITY})
    committer_name: str = field(metadata={Role: Role.IDENTITY})
    committer_email: str = field(metadata={Role: Role.IDENTITY})
    time: int
    commit_time: int
    branch: str = ""
    change_id: str = field(default="", metadata={Role: Role.IDENTITY})
    patch_id: str = field(default="", metadata={Role: Role.IDENTITY})
    files: tuple[FileChange, ...] = ()
    symbols: tuple[str, ...] = ()
    added_lines: tuple[str, ...] = ()
    removed_words: frozenset[str] = frozenset()
    added_marks: frozenset[int] = frozenset()
    removed_marks: frozenset[int] = frozenset()
    links: tuple[Link, ...] = ()

    @property
    def picked_from(self) -> tuple[str, ...]:
        """The commits that the message names as those it was cherry-picked or backported from."""
        return tuple(dict.fromkeys(_PICKED.findall(self.message)))[:MAX_PICKED]

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path the change touches, the old names of renamed files included."""
        names = [name for file in self.files for name in (file.path, file.old_path) if name]
        return tuple(dict.fromkeys(names))
