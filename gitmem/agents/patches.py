r"""Codex's patch language: which files a patch names, and what it adds to them.

A patch is the input of the ``apply_patch`` tool, a here-document of a shell command, or a text
within a script; in a script's quoted text a line break may be spelled ``\n``.  Only whether and
where is read: a patch is never applied here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from gitmem.model.value import dataclass

_BEGIN = "*** Begin Patch"
_END = "*** End Patch"
_BREAK = re.compile(r"\r?\n|\\n")
_HEADER = re.compile(r"\*\*\* (?:(?:Update|Add|Delete) File|Move to): (.+)")
_PATCH = re.compile(r"\*\*\* Begin Patch.*?(?:\*\*\* End Patch|\Z)", re.DOTALL)
_MAX_PATCHES = 64
_MAX_FILES = 500


@dataclass(frozen=True)
class FilePatch:
    """What a patch does to one file: the lines it gains and loses.  A moved file is two.

    ``runs`` are the lines it gains, those that stand together as one text.
    """

    path: str
    added: str = ""
    removed: str = ""
    runs: Sequence[str] = ()


def has_patch(text: str) -> bool:
    """Whether there is a patch in a text."""
    return _BEGIN in text


def parse_patches(text: str) -> list[FilePatch]:
    """The files of all patches in a text, in order; at most 500."""
    found: list[FilePatch] = []
    at = text.find(_BEGIN)
    for _ in range(_MAX_PATCHES):
        if at < 0 or len(found) >= _MAX_FILES:
            break
        end = text.find(_END, at)
        body = text[at + len(_BEGIN) : end if end >= 0 else len(text)]
        found += patches_in(_BREAK.split(body))
        at = text.find(_BEGIN, end) if end >= 0 else -1
    return found[:_MAX_FILES]


def shorten_patches(text: str) -> str:
    """The text with each patch cut down to a word."""
    return _PATCH.sub("[patch]", text)


def patches_in(body: Iterable[str]) -> Iterator[FilePatch]:
    """The files that the lines of one patch name, in order."""
    path = ""
    lines: list[str] = []
    for line in body:
        header = _HEADER.fullmatch(line.rstrip())
        if header is None:
            lines.append(line)
            continue
        if path:
            yield patch_of(path, lines)
        path, lines = header[1].strip(), []
    if path:
        yield patch_of(path, lines)


def patch_of(path: str, lines: Sequence[str]) -> FilePatch:
    """What the lines of a difference, each behind its sign, do to a file."""
    runs: list[list[str]] = []
    is_running = False
    for line in lines:
        if line.startswith("+"):
            runs += [] if is_running else [[]]
            runs[-1].append(line[1:])
        is_running = line.startswith("+")
    added = [line for run in runs for line in run]
    removed = [line[1:] for line in lines if line.startswith("-")]
    together = tuple("\n".join(run) for run in runs)
    return FilePatch(path, "\n".join(added), "\n".join(removed), together)
