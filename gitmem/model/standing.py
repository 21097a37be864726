"""The standing of a commit: how much of what it did is still there at HEAD.

A memory tells why code is as it is; when the code is gone, the memory is history.  The verdict
is a count of lines and nothing else, so that two clones at the same commit say the same.  Pure:
:mod:`gitmem.git.standing` asks git.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from enum import Enum

from gitmem.model.value import dataclass

FRESH_SHARE = 0.5
"""From this share on the commit is fresh: most of it is what a reader finds."""

MIN_CHARACTERS = 8
"""Shorter lines (``else:``, ``return``) occur everywhere and prove nothing."""


class Verdict(str, Enum):
    """What became of a commit; the values are for scripts, ``words`` for people and agents."""

    FRESH = "fresh"
    DRIFTED = "drifted"
    GONE = "orphaned"
    OTHER_BRANCH = "other-branch"

    @property
    def words(self) -> str:
        """The verdict as it is told; "orphaned" would be taken for git's orphan branches."""
        return {"orphaned": "its lines are gone", "other-branch": "on another branch"}.get(
            self.value, self.value
        )


@dataclass(frozen=True)
class Standing:
    """The verdict, and the share (0 to 1) of what the commit added that stands at HEAD.

    Of a commit that only took away, it is the share that did not come back.
    """

    verdict: Verdict
    share: float

    @property
    def is_gone(self) -> bool:
        """Whether nothing of what it did is left."""
        return self.verdict is Verdict.GONE


@dataclass(frozen=True)
class FileEdit:
    """What a commit did to one file: the lines that prove something, each with its count.

    A file that no line speaks for (binary, only renamed, only its mode changed) is ``opaque``:
    it stands as a whole.  ``blob`` is the file's content after the commit, empty when
    ``is_deleted``.
    """

    path: bytes
    added_lines: Mapping[bytes, int]
    removed_lines: Mapping[bytes, int]
    blob: str = ""
    is_deleted: bool = False
    is_opaque: bool = False


@dataclass(frozen=True)
class FileAtHead:
    """A file as HEAD has it: its blob, and how often each line that was asked for is in it."""

    blob: str
    lines: Mapping[bytes, int]


def collapse_spaces(line: bytes) -> bytes:
    """The line as compared: white space collapsed, so that indentation changes nothing."""
    return b" ".join(line.split())


def distinctive_lines(lines: Mapping[bytes, int]) -> Mapping[bytes, int]:
    """Those of the counted lines that prove something; if none does, all but empty ones."""
    found = {line: count for line, count in lines.items() if len(line) >= MIN_CHARACTERS}
    return found or {line: count for line, count in lines.items() if line}


def count_lines(lines: Iterable[bytes], wanted: Mapping[bytes, int]) -> Counter[bytes]:
    """How often each of the wanted lines is among these."""
    return Counter(line for line in map(collapse_spaces, lines) if line in wanted)


def judge(
    touched: Iterable[FileEdit], present: Mapping[bytes, FileAtHead], *, is_reached: bool
) -> Standing:
    """The standing of a commit that touched these files.

    ``present`` holds those of the paths that are at HEAD, under the names that the commit gave
    them.  What the commit added counts; only where it added nothing, what it took away.
    """
    files = list(touched)
    shares = [
        _standing_additions(file, present.get(file.path)) for file in files if not file.is_deleted
    ]
    if not any(total for _, total in shares):
        shares = [_standing_removals(file, present.get(file.path)) for file in files]
    total = sum(total for _, total in shares)
    share = sum(stood for stood, _ in shares) / total if total else 1.0
    return standing_of(round(share, 3), is_reached=is_reached)


def standing_of(share: float, *, is_reached: bool) -> Standing:
    """The standing of a commit of which this much is still there at HEAD."""
    return Standing(_verdict(share, is_reached=is_reached), share)


def _verdict(share: float, *, is_reached: bool) -> Verdict:
    if not is_reached:
        return Verdict.OTHER_BRANCH
    if share >= FRESH_SHARE:
        return Verdict.FRESH
    return Verdict.DRIFTED if share > 0 else Verdict.GONE


def _standing_additions(file: FileEdit, now: FileAtHead | None) -> tuple[int, int]:
    """How many of the lines stand, of how many."""
    if file.is_opaque:
        # What no line speaks for: the very same content, or at least the file is still there.
        return (1 if now and (not file.blob or now.blob == file.blob) else 0), 1
    total = sum(file.added_lines.values())
    if now is None:
        return 0, total
    if now.blob == file.blob:
        return total, total
    return _common(file.added_lines, now.lines), total


def _standing_removals(file: FileEdit, now: FileAtHead | None) -> tuple[int, int]:
    total = sum(file.removed_lines.values()) or 1
    if now is None:
        return (total, total) if file.is_deleted else (0, total)
    if file.is_deleted and not file.removed_lines:
        return 0, total
    return total - _common(file.removed_lines, now.lines), total


def _common(some: Mapping[bytes, int], others: Mapping[bytes, int]) -> int:
    return sum(min(count, others.get(line, 0)) for line, count in some.items())
