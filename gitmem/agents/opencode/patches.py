"""The patches that OpenCode's models write for it, and those that it tells of having applied.

Only which file gains and loses which lines is read; nothing is applied here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from gitmem.agents.json_values import JsonObject, parse_objects, parse_path, parse_text

_HEADER = re.compile(r"\*\*\* (?:(?:Update|Add|Delete) File|Move to): (.+)")
_HUNK = re.compile(r"^@@", re.MULTILINE)
_MAX_FILES = 500


@dataclass(frozen=True)
class FilePatch:
    """What a patch does to one file: the lines that it gains and loses.  A moved file is two."""

    path: str
    added: str = ""
    removed: str = ""


def patches_of(inputs: JsonObject, metadata: JsonObject) -> list[FilePatch]:
    """The files of a call of ``apply_patch``: as the client told them, else as they were asked."""
    told = list(_applied(metadata))
    text = parse_text(inputs.get("patchText") or inputs.get("input"))
    return (told or list(_asked(text)))[:_MAX_FILES]


def _applied(metadata: JsonObject) -> Iterator[FilePatch]:
    for file in parse_objects(metadata.get("files")):
        diff = parse_text(file.get("patch") or file.get("diff"))
        start = _HUNK.search(diff)
        lines = diff[start.start() :].splitlines() if start else []
        path, moved = parse_path(file.get("filePath")), parse_path(file.get("movePath"))
        if path:
            yield _patch(path, lines)
        if moved and moved != path:
            yield _patch(moved, lines)


def _asked(text: str) -> Iterator[FilePatch]:
    path, lines = "", list[str]()
    for line in text.splitlines():
        header = _HEADER.fullmatch(line.rstrip())
        if header is None:
            lines.append(line)
            continue
        if path:
            yield _patch(path, lines)
        path, lines = header[1].strip(), []
    if path:
        yield _patch(path, lines)


def _patch(path: str, lines: list[str]) -> FilePatch:
    added = [line[1:] for line in lines if line.startswith("+")]
    removed = [line[1:] for line in lines if line.startswith("-")]
    return FilePatch(path, "\n".join(added), "\n".join(removed))
