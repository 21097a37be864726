"""Which memories a commit's history holds, answered without walking that history each time.

For the last few commits asked from, the index keeps a bit for each note: whether the commit it
belongs to is reached.  From another commit only the difference is walked.  Standard library
only: agent hooks ask this.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence

from gitmem.errors import GitmemError
from gitmem.git.head import find_commit, head_commit
from gitmem.git.log import walk_ids
from gitmem.git.reachability import commits_outside
from gitmem.git.repo import Repo, try_git
from gitmem.index.cache import Index
from gitmem.index.commits import annotated_commits_since, note_numbers, numbers_among
from gitmem.index.lookup import keep_reach, read_reach

_MAX_TIPS = 8
_MAX_STEPS = 5_000  # commits between two tips; beyond that the whole walk is hardly longer


class Reachable:
    """The notes whose commits ``tip`` reaches, by the notes' numbers in the index."""

    def __init__(self, tip: str, bits: bytes) -> None:
        self.tip = tip
        self._bits = bits

    def __contains__(self, note: object) -> bool:
        return isinstance(note, int) and self._holds(note)

    def _holds(self, note: int) -> bool:
        return note >> 3 < len(self._bits) and bool(self._bits[note >> 3] >> (note & 7) & 1)

    def __len__(self) -> int:
        return int.from_bytes(self._bits, "little").bit_count()


def scope_of(repo: Repo, index: Index, revision: str = "HEAD") -> Reachable:
    """The notes of the commits that ``revision`` reaches; none if it does not name a commit."""
    tip = head_commit(repo) if revision == "HEAD" else find_commit(repo, revision)
    if not tip:
        return Reachable("", b"")
    mark, known = index.mark, read_reach(index)
    mine = next((kept for kept in known if kept[0] == tip), None)
    if mine is not None and mine[1] == mark:
        return Reachable(tip, mine[2])
    try:
        if mine is not None:
            bits, since = bytearray(mine[2]), mine[1]
        else:
            bits, since = _bits_from_nearest(repo, index, known, tip)
        _add_new(repo, index, tip, bits, since, mark)
    except GitmemError:
        return Reachable(tip, b"")  # a history that git cannot walk
    keep_reach(index, tip, mark, bytes(bits), _MAX_TIPS)
    return Reachable(tip, bytes(bits))


def _bits_from_nearest(
    repo: Repo, index: Index, known: Sequence[tuple[str, int, bytes]], tip: str
) -> tuple[bytearray, int]:
    """The bits for ``tip``, from those of the nearest known tip, and up to which mark."""
    for old, mark, kept in known[:3]:
        steps = _between(repo, old, tip)
        if steps is not None:
            bits = bytearray(kept)
            numbers = note_numbers(index, [commit for _, commit in steps])
            for is_gained, commit in steps:
                if commit in numbers:
                    _set_bit(bits, numbers[commit], is_gained)
            return bits, mark
    bits = bytearray()
    mark = index.mark
    for number in numbers_among(index, walk_ids(repo, tip)):
        _set_bit(bits, number, True)
    return bits, mark


def _between(repo: Repo, old: str, new: str) -> list[tuple[bool, str]] | None:
    """The commits that only one of the two reaches, and whether that is the new one; None where
    they are too many or the old one is gone.
    """
    options = ["--left-right", f"--max-count={_MAX_STEPS}"]
    done = try_git(repo, "rev-list", *options, f"{old}...{new}", "--")
    lines = os.fsdecode(done.stdout).split()
    if done.returncode != 0 or len(lines) >= _MAX_STEPS:
        return None
    return [(line[0] == ">", line[1:]) for line in lines]


def _add_new(repo: Repo, index: Index, tip: str, bits: bytearray, since: int, mark: int) -> None:
    """Set the bits of the commits that were annotated after ``since``."""
    if since >= mark:
        return
    new = annotated_commits_since(index, since)
    unreached = set(commits_outside(repo, new, [tip]))
    numbers = note_numbers(index, [commit for commit in new if commit not in unreached])
    there = _commits_here(repo, list(numbers))
    for commit, number in numbers.items():
        _set_bit(bits, number, commit in there)


def _commits_here(repo: Repo, commits: Sequence[str]) -> set[str]:
    """Those that are commits here: ``commits_outside`` skips the others."""
    if not commits:
        return set()
    text = "".join(f"{commit}\n" for commit in commits).encode()
    done: subprocess.CompletedProcess[bytes] = try_git(
        repo, "cat-file", "--batch-check=%(objectname) %(objecttype)", stdin=text
    )
    lines = (line.split(" ") for line in os.fsdecode(done.stdout).splitlines())
    return {words[0] for words in lines if words[1:] == ["commit"]}


def _set_bit(bits: bytearray, number: int, is_set: bool) -> None:
    if number >> 3 >= len(bits):
        bits.extend(bytes((number >> 3) + 1 - len(bits)))
    if is_set:
        bits[number >> 3] |= 1 << (number & 7)
    else:
        bits[number >> 3] &= ~(1 << (number & 7)) & 0xFF
