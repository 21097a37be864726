"""What differs between two notes commits, where it is little: two git processes instead of libgit2.

To load libgit2 takes a hook longer than all else that it does; so one that finds the index a memory
behind reads that memory this way.  What is not plain, or much, is left to the worker.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from gitmem.git.pipe import GitPipe
from gitmem.git.repo import Repo
from gitmem.model.note import Note, merge_notes
from gitmem.notes.codec import parse_note

_MOST_BYTES = 4 << 20
_DIFF = ("diff-tree", "-r", "-z", "--raw", "--full-index", "--no-abbrev", "--no-renames")
# What is larger than all that is read here is handed on in pieces, and never unpacked as a whole.
_CONTENTS = ("-c", f"core.bigFileThreshold={_MOST_BYTES}", "cat-file", "--batch")
_PATH = re.compile(rb"(?:[0-9a-f]{2}/)*[0-9a-f]{2,40}")
_DIGITS = 40
_FILE = b"100"  # how the mode of one begins
_LONGEST_LINE = 200
_DEEPEST = 20  # a note's path has a slash behind each pair of digits, at most


def read_few_changes(
    repo: Repo, old: str, new: str, most: int
) -> list[tuple[str, Note | None]] | None:
    """Each object whose note differs, and its note at ``new``: None if that is gone.

    None instead of a list where more than ``most`` differ, or something cannot be read.
    """
    diff = GitPipe(repo, (*_DIFF, old, new), [])
    listed = diff.output(_MOST_BYTES)
    if diff.has_failed or len(listed) == _MOST_BYTES:
        return None
    held = _differing(listed)
    if len(held) > most:
        return None
    paths = [f"{new}:{path}" for name in held for path in _paths_of(name)]
    answer = GitPipe(repo, _CONTENTS, paths).output(_MOST_BYTES)
    contents = list(_contents(answer)) if paths else []
    if len(contents) != len(paths):
        return None  # cut off, or a path that git could not make sense of
    found: list[tuple[str, Note | None]] = []
    for number, (name, is_there) in enumerate(held.items()):
        blobs = contents[number * _DEEPEST : (number + 1) * _DEEPEST]
        notes = [parse_note(blob) for blob in blobs if blob is not None]
        if is_there and not notes:
            return None  # its blob is missing
        found.append((name, merge_notes(*notes) if notes else None))
    return found


def _differing(listed: bytes) -> dict[str, bool]:
    """The objects whose note differs, by name, and whether the new side has one.  A note that only
    moved in the tree does not differ.
    """
    sides: dict[bytes, tuple[Counter[bytes], Counter[bytes]]] = {}
    fields = listed.split(b"\0")
    for entry, path in zip(fields[::2], fields[1::2], strict=False):
        name = path.replace(b"/", b"")
        modes_and_blobs = entry.lstrip(b":").split(b" ")
        if not _PATH.fullmatch(path) or len(name) != _DIGITS or len(modes_and_blobs) != 5:
            continue  # not a note: somebody's file
        for side in (0, 1):
            if modes_and_blobs[side].startswith(_FILE):
                blobs = sides.setdefault(name, (Counter(), Counter()))[side]
                blobs[modes_and_blobs[2 + side]] += 1
    return {name.decode(): bool(new) for name, (old, new) in sorted(sides.items()) if old != new}


def _paths_of(name: str) -> Sequence[str]:
    """Where an object's note may stand, at any depth."""
    pairs = [name[at : at + 2] for at in range(0, len(name), 2)]
    return ["/".join([*pairs[:depth], "".join(pairs[depth:])]) for depth in range(_DEEPEST)]


def _contents(answer: bytes) -> Iterator[bytes | None]:
    """What git holds at each path that it was asked for, None where that is no file."""
    at = 0
    while at < len(answer):
        line, _, _ = answer[at : at + _LONGEST_LINE].partition(b"\n")
        at += len(line) + 1
        words = line.rsplit(b" ", 2)
        if words[-1] == b"missing":
            yield None
        elif words[-1].isdigit() and at + int(words[-1]) < len(answer):
            end = at + int(words[-1])
            yield answer[at:end] if words[-2] == b"blob" else None
            at = end + 1
        else:
            return
